"""What the slots of a carrier's circuits come to over the spans that an assessment counts.

Sealed days are taken as they are where a circuit is counted for just as long as it was UP or
DEGRADED, which is nearly always. Where more or less is counted (a flash, work that was announced,
a bridged gap), only the hours in which the two differ are read; where there is no sealed day, or
its limits are others, the hours that count. All ways come to the same numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from sla.canonical import HOUR, Heard, RoundTrips
from sla.inputs import Limits, SlotSums
from sla.slot_sums import Tally, lies_in, overlap
from sla.timeline import Span, union
from store import _duck, days, evidence
from store.days import LIMITS, PLAIN, ZONE
from store.errors import StoreError

_LIMITS: Final = ", ".join(LIMITS)
_ADDED: Final = ", ".join(f"sum({name})::BIGINT" for name in PLAIN)
_FETCH: Final = 2_000
_ROWS: Final = "(SELECT * FROM read_parquet($1) WHERE carrier = $2)"
_APART: Final = "(SELECT unnest($3::VARCHAR[]) AS link, unnest($4::BIGINT[]) AS day)"
_PLAIN_DAYS: Final = f"(SELECT * FROM {_ROWS} WHERE whole) ANTI JOIN {_APART} USING (link, day)"  # noqa: S608 - ours
_HELD_TO: Final = f"SELECT link, {_LIMITS}, list(day) FROM {_ROWS} GROUP BY ALL"  # noqa: S608 - ours
_SUMS: Final = f"SELECT link, {_ADDED} FROM {_PLAIN_DAYS} GROUP BY link"  # noqa: S608 - ours
_LATENCY: Final = f"""
SELECT link, list(bucket), list(slots) FROM (
    SELECT link, bucket, sum(slots)::BIGINT AS slots
    FROM (SELECT link, unnest(buckets) AS bucket, unnest(counts) AS slots FROM {_PLAIN_DAYS})
    GROUP BY link, bucket
) GROUP BY link
"""  # noqa: S608 - ours
_SINGLE: Final = f"""
SELECT {", ".join(days.COLUMNS)} FROM {_ROWS}
WHERE NOT whole OR (link, day) IN (SELECT (link, day) FROM {_APART})
"""  # noqa: S608 - ours


class _Part(msgspec.Struct, frozen=True):
    """What of an hour of a circuit is to be added (1) or taken back (-1): see `Tally.count`."""

    spans: Sequence[Span]
    sign: int
    touching: Sequence[Span] | None


class _Wanted(msgspec.Struct, frozen=True):
    """What of sealed days is wanted. `sealed`: by first second, with its end and file."""

    carrier: str
    limits: Mapping[str, Limits]
    spans: Mapping[str, Sequence[Span]]
    sealed: Mapping[int, tuple[int, Path]]


_Plan = dict[int, dict[str, list[_Part]]]
"""By hour and circuit."""


def sums(
    folder: Path,
    carrier: str,
    limits: Mapping[str, Limits],
    counted: Mapping[str, Sequence[Span]],
    zone: str = ZONE,
) -> dict[str, SlotSums]:
    """Add up slots that lie wholly in a counted span, by circuit.

    `folder`: that of the evidence. `counted`: UTC seconds; a circuit without limits is left out.
    Belongs into a worker process. Raises StoreError.
    """
    spans = {link: union(found) for link, found in counted.items() if link in limits}
    edges = [edge for found in spans.values() if found for edge in (found[0][0], found[-1][1])]
    tallies = {link: Tally(limits[link]) for link in spans}
    if edges:
        plan: _Plan = {}
        sealed, rest = _cut(folder, min(edges), max(edges), zone)
        if sealed:
            _add_sealed(folder, _Wanted(carrier, limits, spans, sealed), tallies, plan)
        for link, found in spans.items():
            for start, end in rest:
                _plan(plan, link, overlap(found, start, end))
        _read(folder, carrier, plan, tallies)
    return {link: tally.sums() for link, tally in tallies.items()}


def sums_from_hours(
    folder: Path,
    carrier: str,
    limits: Mapping[str, Limits],
    counted: Mapping[str, Sequence[Span]],
) -> dict[str, SlotSums]:
    """Return the same as `sums`, from canonical lines only: what it is checked by."""
    plan: _Plan = {}
    tallies = {link: Tally(limits[link]) for link in counted if link in limits}
    for link in tallies:
        _plan(plan, link, union(counted[link]))
    _read(folder, carrier, plan, tallies)
    return {link: tally.sums() for link, tally in tallies.items()}


def _cut(
    folder: Path, start: int, end: int, zone: str
) -> tuple[dict[int, tuple[int, Path]], list[Span]]:
    """Return the sealed days that touch [start, end), and what lies between them."""
    sealed: dict[int, tuple[int, Path]] = {}
    rest: list[Span] = []
    for day in days.days_between(start, end, zone):
        first, after = days.bounds(day, zone)
        if days.file_of(folder, day).exists():
            sealed[first] = after, days.file_of(folder, day)
        else:
            rest.append((first, after))
    return sealed, union(rest)


def _add_sealed(folder: Path, wanted: _Wanted, tallies: Mapping[str, Tally], plan: _Plan) -> None:
    """Add what sealed days say, and plan to read the hours where they say something else."""
    files = [str(file) for _, file in wanted.sealed.values()]
    apart = _not_counted_whole(wanted)
    with closing(_duck.connect(folder)) as engine:
        try:
            there = engine.execute(_HELD_TO, [files, wanted.carrier]).fetchall()
            apart |= _held_otherwise(wanted, there)
            pairs = sorted(apart)
            values = [files, wanted.carrier, [link for link, _ in pairs], [day for _, day in pairs]]
            for link, *plain in engine.execute(_SUMS, values).fetchall():
                if link in tallies:
                    tallies[link].add(SlotSums(wanted.limits[link], *plain))
            for link, buckets, counts in engine.execute(_LATENCY, values).fetchall():
                if link in tallies:
                    latency = dict(zip(buckets, counts, strict=True))
                    tallies[link].add(SlotSums(wanted.limits[link], latency=latency))
            single = engine.execute(_SINGLE, values)
            while rows := single.fetchmany(_FETCH):
                for row in rows:
                    if row[1] in tallies:
                        _add_day(wanted, row, tallies[row[1]], plan)
        except _duck.error() as error:
            raise StoreError("corrupt", folder, str(error)) from error
    _plan_absent(wanted, there, plan)


def _not_counted_whole(wanted: _Wanted) -> set[tuple[str, int]]:
    """Return the days of circuits of which not every second is counted."""
    starts = sorted(wanted.sealed)
    ends = [wanted.sealed[start][0] for start in starts]
    apart: set[tuple[str, int]] = set()
    for link, spans in wanted.spans.items():
        at = 0
        for begin, finish in spans:
            first = bisect_left(starts, begin, at)
            apart.update((link, start) for start in starts[at:first])
            at = max(first, bisect_right(ends, finish))
        apart.update((link, start) for start in starts[at:])
    return apart


def _held_otherwise(wanted: _Wanted, there: Iterable[Sequence[Any]]) -> set[tuple[str, int]]:
    return {
        (link, day)
        for link, *held_to, found in there
        if link in wanted.spans and Limits(*held_to) != wanted.limits[link]
        for day in found
    }


def _add_day(wanted: _Wanted, values: Sequence[Any], tally: Tally, plan: _Plan) -> None:
    """Add a circuit's day, or what is different about it."""
    row = days.row_of(values, wanted.sealed[values[2]][0])
    counted = overlap(wanted.spans[row.link], row.start, row.end)
    available = list(row.spans)
    if row.sums.limits != wanted.limits[row.link]:
        _plan(plan, row.link, counted)
    elif counted == available:
        tally.add(row.sums)
    elif counted:
        tally.add(row.sums)
        differing = _differing(counted, available)
        if all(lies_in(start, end, counted) for start, end in differing):
            for other in row.outside:
                heard = Heard(row.link, other.hour, other.slots, ())
                trips = RoundTrips(row.link, other.hour, other.latency)
                tally.count(heard, trips if other.latency else None, counted)
            return
        for hour in _hours(differing):
            parts = plan.setdefault(hour, {}).setdefault(row.link, [])
            parts.append(_Part(available, -1, differing))
            parts.append(_Part(counted, 1, differing))


def _differing(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Return what is in one of two, but not in both; disjoint spans in order that do not touch."""
    edges = sorted({edge for span in one for edge in span} ^ {e for span in other for e in span})
    return list(zip(edges[::2], edges[1::2], strict=True))


def _plan_absent(wanted: _Wanted, there: Iterable[Sequence[Any]], plan: _Plan) -> None:
    """Plan the hours of circuits that a sealed day does not have."""
    known: dict[str, set[int]] = {}
    for link, *_, found in there:
        known.setdefault(link, set()).update(found)
    for link, spans in wanted.spans.items():
        for start in wanted.sealed.keys() - known.get(link, set()):
            _plan(plan, link, overlap(spans, start, wanted.sealed[start][0]))


def _plan(plan: _Plan, link: str, spans: Sequence[Span]) -> None:
    """Plan to add whatever lies in spans."""
    part = _Part(spans, 1, None)
    for hour in _hours(spans):
        plan.setdefault(hour, {}).setdefault(link, []).append(part)


def _hours(spans: Iterable[Span]) -> list[int]:
    """Return the hours that spans touch, in order."""
    return sorted({hour for start, end in spans for hour in range(start - start % HOUR, end, HOUR)})


def _read(folder: Path, carrier: str, plan: _Plan, tallies: Mapping[str, Tally]) -> None:
    """Do what was planned, hour by hour; what was not kept counts nothing."""
    for hour, circuits in sorted(plan.items()):
        if evidence.file_of(folder, hour, carrier).exists():
            for heard, trips in evidence.circuits_in(folder, hour, carrier, circuits):
                for part in circuits[heard.circuit]:
                    tallies[heard.circuit].count(heard, trips, part.spans, part.sign, part.touching)
