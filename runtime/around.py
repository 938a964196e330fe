"""What the ledger says of some targets around a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from inventory.model import TargetId
from sla.periods import Window
from sla.states import Blind, Transition
from store.reader import OutageRow, Reader

_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Around:
    """Transitions by target, blinds, and from when to when the monitor lived (None = never)."""

    transitions: Mapping[TargetId, Sequence[Transition]]
    blinds: Sequence[Blind]
    first_heartbeat: int | None
    recorded_until: int | None


def around(reader: Reader, targets: Sequence[TargetId], window: Window) -> Around:
    """Read a window and what reaches over its edges, in full (methodology 1.5, 5).

    An outage is counted where it starts and repaired where it ends, and whatever lies near an edge
    may merge with it; so a day more is read on either side of every outage that touches an edge.
    Raises StoreError.
    """
    wanted = set(targets)
    begun = [row.start for row in _open_at(reader, window.start) if row.target in wanted]
    ended = [row.end for row in _open_at(reader, window.end) if row.target in wanted]
    last = reader.last_heartbeat()
    since = min([window.start, *begun]) - _DAY
    until = max([window.end, *(last or 0 if end is None else end for end in ended)]) + _DAY
    return Around(
        reader.transitions(targets, since, until),
        reader.blinds(since, until),
        reader.first_heartbeat(),
        None if last is None else min(last, until),
    )


def _open_at(reader: Reader, second: int) -> list[OutageRow]:
    return reader.outages(since=second, until=second + 1, limit=1_000_000)
