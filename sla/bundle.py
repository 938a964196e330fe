"""A bundle: all that a carrier's report was made from, with proofs, in one archive.

    README.txt                  what it is and how to check it
    evidence/<hour>.jsonl.gz    canonical lines of the carrier (`sla.canonical`); UTC seconds
    log/checkpoint              signed by the log key, countersigned by witnesses
    log/consistency.json        that the log of then only grew since, as `Grown`
    log/leaves.jsonl            the leaves that are used, with their proofs, as `Proved`
    manifest.json, manifest.sig what belongs to it (`Manifest`), and a signed note over that
    monitor.jsonl               how the monitor itself did, an hour a line
    records.jsonl               the records that concern the carrier, as leaves
    register.json, rules.yaml, report.json, verify.py

Pure: files go in and out as bytes. `sla.bundle_inputs` makes the report again, `sla.bundle_check`
checks signatures and proofs, and `sla/proof/verifier.py` does both without any of our code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import msgspec

from sla import register as registers
from sla.bundle_overlays import Overlay, overlays_of
from sla.canonical import HOUR, RecordLeaf, leaf_of, record_leaf
from sla.inputs import Inputs
from sla.periods import months_of, whole
from sla.proof import note
from sla.proof.merkle import Algorithm
from sla.proof.note import Note
from sla.records import PeriodClosed
from sla.timeline import Span

SCHEMA: Final = "extranet-bundle-1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
SIGNED: Final = frozenset({MANIFEST, SIGNATURE})
EVIDENCE: Final = "evidence/"
_GZ: Final = ".jsonl.gz"


class Proved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A leaf and its way to both roots of the checkpoint; hashes are hexadecimal."""

    index: int
    leaf: str
    sha256: tuple[str, ...]
    sm3: tuple[str, ...]


class Grown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That a smaller log is the beginning of the checkpoint's; hashes are hexadecimal.

    `of`: `report` (the log this report names) or `previous` (the one of the report before).
    """

    of: str
    size: int
    sha256: str
    sm3: str
    path_sha256: tuple[str, ...]
    path_sm3: tuple[str, ...]


class Tree(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The evidence log as the report names it; roots are hexadecimal."""

    size: int
    sha256: str
    sm3: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a bundle is (methodology, section 2.6). Times in UTC seconds, hashes hexadecimal.

    `since`, `recorded_until`: which evidence the report is made from; `missing`: the hours, up to
    the end of the window, that there are not, so that they are unknown. `left_out`: circuits of
    which there is evidence in the window, and no row in the report; older bundles have no such
    field, which says that there are none. `months`: the whole months that the window touches, since
    a quota is of a month. `differs`: (link, start, end) where the ledger said something else than
    the evidence, which holds; `instead_of`: SHA-256 of the settled report that the evidence does
    not come to, else "". `code`: version of the program, `code_sha256`: of what computes.
    `signed_by`: `report` or `log`, the key below `manifest.sig`. `files`: SHA-256 of
    every other file by name.
    """

    schema: str
    carrier: str
    period: str
    start: int
    end: int
    provisional: bool
    zone: str
    tzdata: str
    since: int
    recorded_until: int
    first_heartbeat: int | None
    clock_verified: bool
    revision: int
    previous: str
    rules: str
    rules_sha256: str
    register_sha256: str
    report_sha256: str
    code: str
    code_sha256: str
    tree: Tree
    months: tuple[Span, ...]
    month_quota: int | None
    overlays: tuple[Overlay, ...]
    missing: tuple[int, ...]
    differs: tuple[tuple[str, int, int], ...]
    log_key: str
    report_key: str
    signed_by: str
    instead_of: str
    files: Mapping[str, str]
    left_out: tuple[str, ...] = ()


class LogView(Protocol):
    """The evidence log, as `store.evidence_log` has it."""

    def leaf(self, index: int) -> bytes:
        """Return the bytes of a leaf."""
        ...

    def inclusion(self, index: int, size: int | None, algorithm: Algorithm) -> Sequence[bytes]:
        """Return the path of a leaf to the root of the first `size`."""
        ...

    def consistency(self, old: int, new: int | None, algorithm: Algorithm) -> Sequence[bytes]:
        """Return what shows that the log of `old` leaves is the beginning of that of `new`."""
        ...

    def monitor_hours(self, size: int | None) -> Mapping[int, int]:
        """Return the index of what is said of the monitor itself, by hour."""
        ...

    def roots(self, size: int | None) -> tuple[bytes, bytes]:
        """Return the SHA-256 and the SM3 root of the first `size`."""
        ...


@dataclass(frozen=True, slots=True)
class Making:
    """What a bundle is made of. `inputs`: those of the report, as the evidence has them.

    `since`: first second of the first hour. `hours`: those there are, with their leaves, and
    `evidence` gives the file of one as it is kept. `instead_of`: see `Manifest`. `sign`:
    signs a text with the report key, or with the log key where there is no other. `verifier`,
    `readme`: bytes of those files.
    """

    inputs: Inputs
    since: int
    report: bytes
    log: LogView
    checkpoint: Note
    evidence: Callable[[int], bytes]
    hours: Mapping[int, int]
    differs: Sequence[tuple[str, int, int]]
    sign: Callable[[str], Note]
    signed_by: str
    log_key: str
    report_key: str
    code: str
    code_sha256: str
    verifier: bytes
    readme: bytes
    instead_of: str = ""
    left_out: Sequence[str] = ()


_encoder: Final = msgspec.json.Encoder(order="sorted")


def name_of(hour: int) -> str:
    """Name the file of an hour."""
    return f"{EVIDENCE}{hour}{_GZ}"


def hours_between(since: int, until: int) -> range:
    """Return the hours that touch [since, until); `since` begins one."""
    return range(since, until, HOUR)


def left_out(
    live: Mapping[str, Iterable[Span]], links: Iterable[str], start: int, end: int
) -> tuple[str, ...]:
    """Return circuits that were watched in [start, end) and are not among `links`, sorted."""
    known = set(links)
    return tuple(
        sorted(
            name
            for name, spans in live.items()
            if name not in known and any(first < end and last > start for first, last in spans)
        )
    )


def files(making: Making) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a bundle in the order of their names, one hour in memory at a time.

    Raises ValueError where the checkpoint does not cover what is used; and what `evidence` raises.
    """
    small = _small(making)
    hours = {name_of(hour): hour for hour in making.hours}
    digests: dict[str, str] = {}
    names = sorted([*small, *hours])
    for name in names:
        if name > MANIFEST and MANIFEST not in digests:
            break
        data = small[name] if name in small else making.evidence(hours[name])
        digests[name] = _sha256(data)
        yield name, data
    rest = {name: small[name] for name in names if name not in digests}
    digests |= {name: _sha256(data) for name, data in rest.items()}
    manifest = _encoder.encode(_manifest(making, digests))
    yield MANIFEST, manifest
    yield SIGNATURE, note.encode(making.sign(statement(manifest, making)))
    yield from rest.items()


def statement(manifest: bytes, making: Making) -> str:
    """Return the text that is signed: the hash of the manifest, and what to read in it at once."""
    window, rules = making.inputs.window, making.inputs.rules
    return (
        f"{SCHEMA}\n"
        f"sha256 {_sha256(manifest)}\n"
        f"report {_sha256(making.report)}\n"
        f"carrier {making.inputs.register.carrier.id}\n"
        f"period {window.period} {window.start} {window.end}\n"
        f"revision {making.inputs.revision}\n"
        f"rules {rules.sha256}\n"
    )


def _small(making: Making) -> dict[str, bytes]:
    """Return all files but manifest, signature and evidence."""
    inputs, log = making.inputs, making.log
    size = note.parse_checkpoint(making.checkpoint.text).size
    monitor = log.monitor_hours(size)
    records = [record_leaf(one) for one in inputs.records]
    watched = [monitor[hour] for hour in making.hours if hour in monitor]
    used = sorted(
        {
            *watched,
            *making.hours.values(),
            *(inputs.log.records[one.number] for one in inputs.records),
        }
    )
    if used and used[-1] >= size:
        raise ValueError("checkpoint")
    leaves = (_encoder.encode(_proved(log, index, size)) for index in used)
    return {
        "README.txt": making.readme,
        "log/checkpoint": note.encode(making.checkpoint),
        "log/consistency.json": _encoder.encode(_grown(making, size)),
        "log/leaves.jsonl": _lines(leaves),
        "monitor.jsonl": _lines(log.leaf(index) for index in watched),
        "records.jsonl": _lines(records),
        "register.json": registers.encode(inputs.register),
        "report.json": making.report,
        "rules.yaml": inputs.rules.text.encode(),
        "verify.py": making.verifier,
    }


def _proved(log: LogView, index: int, size: int) -> Proved:
    return Proved(
        index,
        log.leaf(index).decode(),
        _hex(log.inclusion(index, size, "sha256")),
        _hex(log.inclusion(index, size, "sm3")),
    )


def _grown(making: Making, size: int) -> list[Grown]:
    """Return that the log grew from the one of this report, and from the one of that before."""
    log, inputs = making.log, making.inputs
    sizes = [("report", inputs.log.size)]
    closed = [one.body for one in inputs.records if isinstance(one.body, PeriodClosed)]
    if closed:
        sizes.append(("previous", closed[-1].tree))
    return [
        Grown(
            of,
            old,
            log.roots(old)[0].hex(),
            log.roots(old)[1].hex(),
            _hex(log.consistency(old, size, "sha256")),
            _hex(log.consistency(old, size, "sm3")),
        )
        for of, old in sizes
    ]


class Derived(NamedTuple):
    """What a manifest says that follows from inputs: fields of `Manifest`."""

    rules: str
    zone: str
    months: tuple[Span, ...]
    month_quota: int | None
    overlays: tuple[Overlay, ...]


def derived(inputs: Inputs) -> Derived:
    """Return it; whoever makes a report again holds the manifest against it."""
    window, rules = inputs.window, inputs.rules
    months = months_of(window.start, window.end, rules.zone)
    return Derived(
        rules.id,
        rules.zone,
        tuple((one.start, one.end) for one in (whole(name, rules.zone) for name, _, _ in months)),
        rules.month_quota,
        tuple(overlays_of(inputs)),
    )


def _manifest(making: Making, digests: Mapping[str, str]) -> Manifest:
    inputs, window, rules = making.inputs, making.inputs.window, making.inputs.rules
    known = set(making.hours)
    return Manifest(
        schema=SCHEMA,
        carrier=inputs.register.carrier.id,
        period=window.period,
        start=window.start,
        end=window.end,
        provisional=window.provisional,
        tzdata=inputs.tzdata,
        since=making.since,
        recorded_until=inputs.recorded_until,
        first_heartbeat=inputs.first_heartbeat,
        clock_verified=inputs.clock_verified,
        revision=inputs.revision,
        previous=inputs.previous,
        rules_sha256=rules.sha256,
        register_sha256=registers.digest(inputs.register),
        report_sha256=_sha256(making.report),
        code=making.code,
        code_sha256=making.code_sha256,
        tree=Tree(inputs.log.size, inputs.log.sha256, inputs.log.sm3),
        missing=tuple(
            hour
            for hour in hours_between(making.since, max(inputs.recorded_until, window.end))
            if hour not in known
        ),
        left_out=tuple(making.left_out),
        differs=tuple(making.differs),
        log_key=making.log_key,
        report_key=making.report_key,
        signed_by=making.signed_by,
        instead_of=making.instead_of,
        files=dict(digests),
        **derived(inputs)._asdict(),
    )


def record_in(line: bytes) -> RecordLeaf:
    """Read a line of `records.jsonl`. Raises msgspec.MsgspecError, ValueError."""
    leaf = leaf_of(line)
    if not isinstance(leaf, RecordLeaf):
        raise ValueError("not a record")  # noqa: TRY004 - of a file, not of an argument
    return leaf


def _lines(lines: Iterator[bytes] | Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _hex(hashes: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(one.hex() for one in hashes)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
