"""Write `docs/platforms.md` from the vendors' files: `python -m collectors.vendors`.

A test holds that the document is what the files say; with `-` it is printed instead.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from collectors._recognition import vendors
from collectors.vendors._form import Column, Quirks, Source, Vendor

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "platforms.md"
_SURE: Final = {
    "recorded": "recorded device",
    "synthetic": "synthetic recording",
    "documentation": "documentation only",
}
_SECTIONS: Final = {
    "identity": "model, version, serial",
    "cpu": "processor load",
    "memory": "memory",
    "temperature": "temperature",
    "fans": "fans",
    "power": "power supplies",
    "optics": "optical modules",
    "bgp_peers": "BGP peers",
    "ospf_neighbours": "OSPF neighbours",
}
_HEAD: Final = """# Platforms

What is read of each platform, from which object, in which unit, and how sure we are. This page is
written by `python -m collectors.vendors` from `collectors/vendors/`; change it there.

A platform is recognised by sysObjectID, the longest prefix of all wins; where none matches, by a
regular expression in sysDescr; what no file knows is `generic`. Of several sources of one reading
the first that gives anything counts. sysDescr, sysUpTime, the interfaces (IF-MIB), the LLDP
neighbours and, where asked for, learnt addresses are read of every platform in the same way, and
every platform may send the standard notifications (coldStart, warmStart, linkDown, linkUp,
authenticationFailure, those of BGP4-MIB and OSPF-TRAP-MIB).

How sure we are of a reading:

- **recorded device**: checked against a recording of a real box, or the real agent (net-snmp). An
  object of a standard MIB counts as such where any maker's box was seen with it.
- **synthetic recording**: checked against a recording that we wrote from the MIB's definitions
  (`tests/devices/`): the arithmetic is right if the MIB is.
- **documentation only**: an object of a MIB's text; nothing has been seen.

A recording of a box of yours makes it surer: a folder with `walk.snmprec` and `expected.json` under
`tests/devices/<platform>/` is a test, and needs no code.
"""


_LETTERS: Final = {"recorded": "R", "synthetic": "S", "documentation": "D"}


def document() -> str:
    """Return the whole document."""
    ordered = sorted(vendors().values(), key=lambda one: (one.platform == "generic", one.platform))
    parts = [_HEAD, _overview(ordered), *map(_chapter, ordered)]
    return "\n".join(parts)


def _overview(ordered: list[Vendor]) -> str:
    """Show the best that is known of each reading: R, S, D; an empty cell is a reading without."""
    lines = [
        "| platform | " + " | ".join(_SECTIONS.values()) + " | traps |",
        "|---" * (len(_SECTIONS) + 2) + "|",
    ]
    for vendor in ordered:
        cells = [_best(getattr(vendor, section)) for section in _SECTIONS]
        link = f"[{vendor.platform}](#{vendor.platform})"
        lines.append(
            f"| {link}: {vendor.title} | {' | '.join(cells)} | {len(vendor.traps) or ''} |"
        )
    legend = "R = recorded device, S = synthetic recording, D = documentation only."
    return "\n".join([*lines, "", legend, ""])


def _best(sources: tuple[Source[Any], ...]) -> str:
    found = {_LETTERS[source.sure] for source in sources}
    return next((letter for letter in "RSD" if letter in found), "")


def _chapter(vendor: Vendor) -> str:
    lines = [f"## {vendor.platform}", "", _about(vendor), ""]
    if vendor.object_ids:
        lines.append("- sysObjectID: " + ", ".join(f"`{one}`" for one in vendor.object_ids))
    if vendor.described:
        lines.append("- sysDescr: " + ", ".join(f"`{one}`" for one in vendor.described))
    lines += [f"- {line}" for line in _quirks(vendor)]
    lines += ["", "| reading | object | OID | unit | how sure |", "|---|---|---|---|---|"]
    for section, title in _SECTIONS.items():
        lines += _rows(title, getattr(vendor, section))
    lines.append("")
    if vendor.traps:
        lines += ["| notification | event |", "|---|---|"]
        lines += [f"| `{oid}` | `{vendor.traps[oid]}` |" for oid in sorted(vendor.traps, key=_arcs)]
        lines.append("")
    return "\n".join(lines)


def _about(vendor: Vendor) -> str:
    """Return what the file says of itself."""
    name = "_standard" if vendor.platform == "generic" else vendor.platform
    text = sys.modules[f"collectors.vendors.{name}"].__doc__ or ""
    return " ".join(text.split())


def _quirks(vendor: Vendor) -> Iterator[str]:
    quirks, usual = vendor.quirks, Quirks()
    if quirks.timeout != usual.timeout:
        yield f"a request waits {quirks.timeout:g} s for its answer: tables of sensors take long"
    if quirks.bulk_size != usual.bulk_size:
        yield f"at most {quirks.bulk_size} rows in a request"
    if quirks.name_is_first_word:
        yield "without ifName, an inventory names an interface by the first word of ifDescr"
    if vendor.uptime == "host":
        yield "uptime: the host's (`hrSystemUptime`), not the agent's"
    if vendor.config_changed is not None:
        column = vendor.config_changed
        yield f"configuration changed: `{column.name}` (`{column.oid}`), {column.unit}"


def _rows(title: str, sources: tuple[Source[Any], ...]) -> Iterator[str]:
    for number, source in enumerate(sources, 1):
        label = title if len(sources) == 1 else f"{title}, {number}."
        for column in source.columns:
            yield _row(label, column, source)
            label = ""


def _row(label: str, column: Column, source: Source[Any]) -> str:
    sure = _SURE[source.sure] if label else ""
    return f"| {label} | `{column.name}` | `{column.oid}` | {column.unit} | {sure} |"


def _arcs(oid: str) -> list[int]:
    return [int(arc) for arc in oid.split(".")]


def main() -> None:
    """Write or print the document."""
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(document())
    else:
        DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
