"""Makes the canonical lines of an hour from its sealed history and the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from inventory.model import Inventory, Link
from sla.canonical import (
    HOUR,
    UNIT_US,
    Heard,
    Latency,
    RoundTrips,
    SlotRun,
    encode,
    kept_spans,
    states_in,
)
from sla.timeline import Step
from store import _duck, _sqlite
from store._judged import steps_of_links
from store.errors import StoreError
from store.hours import sealed_file
from store.reader import Reader

_FETCH: Final = 2_000
# One row per link, its slots in lists: a call per link and not per slot.
_SLOTS: Final = """
SELECT link, list(slot - $2 ORDER BY slot), list(seconds ORDER BY slot), list(sent ORDER BY slot),
       list(lost ORDER BY slot), list({median} ORDER BY slot), list({p95} ORDER BY slot),
       list({jitter} ORDER BY slot)
FROM {rows} GROUP BY link ORDER BY link
"""
_UNITS: Final = f"coalesce(({{name}} + {UNIT_US - 1}) // {UNIT_US}, -1)"


class Slots(msgspec.Struct, frozen=True):
    """The slots of a link in an hour, one number of each per slot, in order.

    Round trips in units of `canonical.UNIT_US`, -1 = none.
    """

    offsets: Sequence[int]
    seconds: Sequence[int]
    sent: Sequence[int]
    lost: Sequence[int]
    medians: Sequence[int]
    p95s: Sequence[int]
    jitters: Sequence[int]


_NOTHING: Final = Slots((), (), (), (), (), (), ())


def lines_of(
    history: Path | None, hour: int, inventory: Inventory, ledger: Reader
) -> dict[str, list[bytes]]:
    """Return the canonical lines of an hour by carrier, in the order of their bytes.

    `history` None: without what was heard. Raises StoreError.
    """
    found: dict[str, list[bytes]] = {}
    live = steps_of_links(ledger, None, hour, hour + HOUR)
    heard = {} if history is None else dict(_heard(sealed_file(history, hour), hour))
    for link in inventory.links.values():
        if _in_service(link, hour):
            lines = found.setdefault(link.carrier, [])
            lines += _lines(link, hour, heard.get(link.id, _NOTHING), live.get(link.id, ()))
    for lines in found.values():
        lines.sort()
    return found


def _in_service(link: Link, hour: int) -> bool:
    return any(start <= hour < end for start, end in kept_spans(link.in_service))


def _heard(file: Path, hour: int) -> Iterator[tuple[str, Slots]]:
    """Yield the slots of each link in a sealed hour. Nothing, where nothing was heard."""
    if not file.exists():
        return
    units = {
        name: _UNITS.format(name=column)
        for name, column in (("median", "rtt_median"), ("p95", "rtt_p95"), ("jitter", "jitter"))
    }
    query = _SLOTS.format(rows=_duck.sealed("$1"), **units)
    with closing(_duck.connect(file.parent)) as engine:
        try:
            rows = engine.execute(query, [str(file), hour])
            while batch := rows.fetchmany(_FETCH):
                yield from ((row[0], Slots(*row[1:])) for row in batch)
        except _duck.error() as error:
            with _sqlite.translated(file), file.open("rb") as content:
                while content.read(1 << 20):
                    pass  # if the disk gives it all, what it gives is wrong
            raise StoreError("corrupt", file, str(error)) from error


def _lines(link: Link, hour: int, slots: Slots, live: Sequence[Step]) -> Iterator[bytes]:
    yield encode(Heard(link.id, hour, tuple(slot_runs(slots)), states_in(live, hour)))
    if slots.offsets and echoed(link):
        yield encode(RoundTrips(link.id, hour, tuple(latency_runs(slots))))


def echoed(link: Link) -> bool:
    """Whether a link is echoed: that needs an address at its far end."""
    return link.b.address is not None and any(spec.kind == "echo" for spec in link.probes)


def slot_runs(slots: Slots) -> Iterator[SlotRun]:
    """Yield runs of equal slots one after another."""
    run: list[Any] | None = None
    rows = zip(slots.offsets, slots.seconds, slots.sent, slots.lost, strict=True)
    for offset, seconds, sent, lost in rows:
        if (
            run is not None
            and (run[1], run[3], run[4]) == (seconds, sent, lost)
            and run[0] + run[1] * run[2] == offset
        ):
            run[2] += 1
        else:
            if run is not None:
                yield SlotRun(*run)
            run = [offset, seconds, 1, sent, lost]
    if run is not None:
        yield SlotRun(*run)


def latency_runs(slots: Slots) -> Iterator[Latency]:
    """Yield the round trips of slots in which something was sent, in runs without a gap."""
    start: int | None = None
    for at, (offset, seconds) in enumerate(zip(slots.offsets, slots.seconds, strict=True)):
        if start is not None and (
            not slots.sent[at]
            or seconds != slots.seconds[start]
            or offset != slots.offsets[at - 1] + seconds
        ):
            yield _latency(slots, start, at)
            start = None
        if start is None and slots.sent[at]:
            start = at
    if start is not None:
        yield _latency(slots, start, len(slots.offsets))


def _latency(slots: Slots, start: int, end: int) -> Latency:
    return Latency(
        slots.offsets[start],
        slots.seconds[start],
        tuple(slots.medians[start:end]),
        tuple(slots.p95s[start:end]),
        tuple(slots.jitters[start:end]),
    )
