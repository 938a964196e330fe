"""States of routing sessions as command lines write them, in the words of the RFCs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any, Final, TypeVar

from collectors.commands._form import Unread
from collectors.vendors._form import BgpPeer, OspfNeighbour

T = TypeVar("T")

_BGP: Final = {
    "idle": "idle",
    "connect": "connect",
    "active": "active",
    "opensent": "opensent",
    "openconfirm": "openconfirm",
    "established": "established",
    "establish": "established",
    "estab": "established",
    "noneg": "idle",
}
_OSPF: Final = {
    "down": "down",
    "attempt": "attempt",
    "init": "init",
    "2way": "twoWay",
    "twoway": "twoWay",
    "exstart": "exchangeStart",
    "exchange": "exchange",
    "loading": "loading",
    "full": "full",
}


_UNCONFIGURED: Final = re.compile(
    r"\A\s*\Z|(?:bgp|ospf)[^\n.]{0,40}\bnot (?:been )?(?:configured|enabled|running|active|exist)",
    re.IGNORECASE,
)


_ROW: Final = re.compile(
    r"^ *\*?(?:(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:.]*)",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that begins with an address; IOS marks one of a dynamic neighbour by `*`."""


def unconfigured(text: str) -> bool:
    """Tell whether the device says, or says by saying nothing, that it does not do this at all."""
    return _UNCONFIGURED.search(text[:2000]) is not None


def joined(text: str) -> str:
    """Write `Idle(Admin)` and `No neg` as one word: the templates of ntc-templates expect one."""
    text = re.sub(r"\bno neg\b", "Noneg", text, flags=re.IGNORECASE)
    return re.sub(r"\b(idle) ?\((admin|shut)\w*\)", r"\1\2", text, flags=re.IGNORECASE)


def told(text: str, peers: tuple[BgpPeer, ...]) -> tuple[BgpPeer, ...]:
    """Return the sessions. Raises Unread where the head of the answer says another number."""
    said = re.search(r"Total number of peers *: *(\d{1,6})\b", text, re.IGNORECASE)
    if said is not None and int(said[1]) != len(peers):
        raise Unread(f"{len(peers)} sessions of {said[1]}")
    return peers


def every(text: str, head: str, found: tuple[T, ...]) -> tuple[T, ...]:
    """Return the rows below `head`. Raises Unread where more lines there begin with an address.

    A template passes over a line that it does not know, and a session that is not read is not up.
    """
    below = re.split(head, text, flags=re.IGNORECASE | re.MULTILINE)[1:]
    lines = sum(len(_ROW.findall(part)) for part in below)
    if lines > len(found):
        raise Unread(f"{len(found)} rows of {lines}")
    return found


def bgp(found: Iterable[Mapping[str, Any]], peer: str, asn: str, state: str) -> Iterator[BgpPeer]:
    """Make sessions of rows; a number where the state stands is that of prefixes: it is up.

    `Idle (Admin)`, `IdleAdmin`: somebody shut it down on purpose. Raises Unread.
    """
    for row in found:
        said = row[state].strip().lower()
        word = re.split(r"[^a-z]|admin|shut", said, maxsplit=1)[0]
        known = "established" if said.isdigit() else _BGP.get(word)
        if known is None:
            raise Unread(f"BGP state {row[state][:40]!r}")
        stopped = True if re.search(r"admin|shut", said) else None
        yield BgpPeer(_address(row[peer]), _as(row[asn]), known, stopped=stopped)


def ospf(
    found: Iterable[Mapping[str, Any]], router: str, address: str, state: str
) -> Iterator[OspfNeighbour]:
    """Make adjacencies of rows; behind the state's slash stands who is designated. May raise."""
    for row in found:
        word = row[state].partition("/")[0].strip().lower().replace("-", "").replace(" ", "")
        known = _OSPF.get(word)
        if known is None:
            raise Unread(f"OSPF state {row[state][:40]!r}")
        yield OspfNeighbour(_address(row[router]), _address(row[address]), known)


def _address(text: str) -> str:
    try:
        return str(ip_address(text.lstrip("*")))
    except ValueError:
        raise Unread(f"address {text[:60]!r}") from None


def _as(text: str) -> int | None:
    """Read an AS number, also as `3.45420` (RFC 5396)."""
    high, dot, low = text.partition(".")
    if not (high.isdigit() and (low.isdigit() or not dot)):
        return None
    return (int(high) << 16) + int(low) if dot else int(high)
