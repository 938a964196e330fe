"""What differs at a device, what of it was accepted, and since when the rest is there: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

import msgspec

from api.ports import FindingKind
from inventory.model import TargetId, device_target

MOST: Final = 500
"""Findings of one device; of more there is one that counts them."""

_LONGEST: Final = 120
"""Characters of a target in the name of a finding; names of ports may be long."""
_PORTS: Final = frozenset({"interfaces"})
_STATIONS: Final = frozenset({"interfaces", "lldp", "stations"})
_SECTIONS: Final[Mapping[str, frozenset[str]]] = {
    "interface_missing": _PORTS,
    "interface_renamed": _PORTS,
    "interface_down_by_admin": _PORTS,
    "speed_below_contract": _PORTS,
    "alias_changed": _PORTS,
    "neighbour_unexpected": frozenset({"interfaces", "lldp"}),
    "serial_changed": frozenset({"identity"}),
    "station_unregistered": _STATIONS,
    "stations_unregistered": _STATIONS,
    "station_moved": _STATIONS,
}
"""Which sections of a reading a kind is concluded from."""
_COME_AND_GO: Final = frozenset({"station_unregistered", "stations_unregistered", "station_moved"})
_ABSENT_SECONDS: Final = 30 * 86_400
"""Seconds for which an accepted station may be absent without being told when it returns."""


@dataclass(frozen=True, slots=True)
class Found:
    """A difference. `value`: what was observed; `becomes`: what acceptance makes normal."""

    kind: FindingKind
    target: TargetId
    value: str
    parameters: Mapping[str, str | int]
    links: tuple[str, ...] = ()
    becomes: tuple[str, str] | None = None

    @property
    def id(self) -> str:
        """Name the difference: another value is another finding."""
        told = blake2s(f"{self.target} {self.value}".encode(), digest_size=8).hexdigest()
        return f"{self.kind}/{self.target[:_LONGEST]}@{told}"


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is normal at a device, which findings were accepted (by whom, when), and since when.

    `open`: those that nobody accepted, by name, as they were last seen; `present`: when accepted
    stations were last there (UTC seconds).
    """

    normal: dict[str, str] = {}
    accepted: dict[str, tuple[str, int]] = {}
    since: dict[str, int] = {}
    open: dict[str, Found] = {}
    present: dict[str, int] = {}


def accept(state: State, found: Found, person: str, at: int) -> State:
    """Make what was found the new normal."""
    left = {name: one for name, one in state.open.items() if name != found.id}
    if found.becomes is not None:
        key, value = found.becomes
        return msgspec.structs.replace(state, normal={**state.normal, key: value}, open=left)
    accepted = {**state.accepted, found.id: (person, at)}
    return msgspec.structs.replace(state, accepted=accepted, open=left)


def settle(
    found: Iterable[Found], state: State, at: int, *, missing: Collection[str]
) -> tuple[list[Found], State]:
    """Leave out what was accepted; note since when the rest is there.

    What is concluded from sections that were not read this time (`missing`) is as it was: a finding
    stays open, an acceptance goes on. Otherwise an acceptance ends with its finding, so that what
    comes back is told again; that of a station, which comes and goes, 30 days later.
    """
    every = {one.id: one for one in found}
    for name, one in state.open.items():
        if _is_unknown(one.kind, missing):
            every.setdefault(name, one)
    present = {
        name: at if name in every else state.present.get(name, whom[1])
        for name, whom in state.accepted.items()
        if _kind(name) in _COME_AND_GO
    }
    accepted = {
        name: whom
        for name, whom in state.accepted.items()
        if name in every
        or _is_unknown(_kind(name), missing)
        or at - present.get(name, 0) <= _ABSENT_SECONDS
    }
    present = {name: last for name, last in present.items() if name in accepted}
    left = {name: one for name, one in every.items() if name not in accepted}
    since = {name: state.since.get(name, at) for name in left}
    shown = list(left.values())
    if len(left) > MOST:
        count = len(left) - MOST
        device = device_target(shown[0].target.partition(":")[2].partition("/")[0])
        more = Found("more_findings", device, str(count), {"count": count})
        shown = [*shown[:MOST], more]
        since = {one.id: state.since.get(one.id, at) for one in shown}
    kept = {one.id: one for one in shown if one.kind in _SECTIONS}
    return shown, State(state.normal, accepted, since, kept, present)


def _kind(name: str) -> str:
    return name.partition("/")[0]


def _is_unknown(kind: str, missing: Collection[str]) -> bool:
    return not _SECTIONS.get(kind, frozenset()).isdisjoint(missing)
