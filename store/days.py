"""Sealed days of evidence: per circuit what its slots came to while it was UP or DEGRADED.

    evidence/days/2026-11-25.parquet    of a local day, sorted by carrier and circuit

Days are those of the zone in which months are counted, so that a quarter is whole days. A row has
the sums of `sla.inputs.SlotSums`, the limits they were made with, and from when to when the circuit
was available; they are made from the canonical lines and can be made from them again. Who counts
other spans of a day, or holds its slots to other limits, takes the hours: `store.sums`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from sla.canonical import HOUR, Heard, Latency, RoundTrips, SlotRun
from sla.inputs import Limits, SlotSums
from sla.slot_sums import Tally, available, lies_in, overlap
from sla.timeline import Span, union
from store import _duck, _sqlite, evidence
from store.canonical_lines import Slots, latency_runs, slot_runs
from store.errors import StoreError, from_os

ZONE: Final = "Asia/Shanghai"
PIECE: Final = 2_000
"""Hours of circuits that are added up in one go: a twentieth of a second."""
_FOLDER: Final = "days"
_SEALED: Final = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9].parquet"
PLAIN: Final = (
    "slots", "valid", "sent", "lost", "within_loss", "with_latency", "within_latency",
    "with_jitter", "within_jitter",
)  # fmt: skip
LIMITS: Final = ("rtt_us", "loss_ppm", "jitter_us", "min_sent", "quantile")
COLUMNS: Final = {
    "carrier": "VARCHAR",
    "link": "VARCHAR",
    "day": "BIGINT",
    "rtt_us": "BIGINT",
    "loss_ppm": "INTEGER",
    "jitter_us": "BIGINT",
    "min_sent": "INTEGER",
    "quantile": "VARCHAR",
    "whole": "BOOLEAN",
    "spans": "INTEGER[]",
    **dict.fromkeys(PLAIN, "INTEGER"),
    "buckets": "SMALLINT[]",
    "counts": "INTEGER[]",
    "outside": "VARCHAR",
}
"""`day`: its first second; `spans`: available from, to, from, to, ... after it, none when `whole`;
`buckets` and `counts`: `SlotSums.latency`; `outside`: JSON of `Outside`, "" = none."""
_NAMES: Final = ", ".join(COLUMNS)


class Outside(msgspec.Struct, frozen=True, array_like=True):
    """Slots of an hour that were heard of and do not lie wholly in time that was available."""

    hour: int
    slots: tuple[SlotRun, ...]
    latency: tuple[Latency, ...]


class DayRow(msgspec.Struct, frozen=True):
    """A circuit's day, [start, end). `spans`: when it was UP or DEGRADED. UTC seconds.

    `outside`: the other slots, so that who counts more of the day (a flash, a bridged gap) need not
    look for them in the hours.
    """

    carrier: str
    link: str
    start: int
    end: int
    spans: tuple[Span, ...]
    sums: SlotSums
    outside: tuple[Outside, ...] = ()


_outsides: Final = msgspec.json.Decoder(tuple[Outside, ...])


class Difference(msgspec.Struct, frozen=True):
    """A circuit whose sealed day is not what its evidence comes to; None = there is no row."""

    carrier: str
    link: str
    sealed: DayRow | None
    evidence: DayRow | None


def bounds(day: date, zone: str = ZONE) -> Span:
    """Return first second and end of a local day."""
    where = ZoneInfo(zone)
    first, after = (datetime.combine(one, time(), where) for one in (day, day + timedelta(days=1)))
    return int(first.timestamp()), int(after.timestamp())


def days_between(start: int, end: int, zone: str = ZONE) -> list[date]:
    """Return the local days that touch [start, end)."""
    if start >= end:
        return []
    where = ZoneInfo(zone)
    first = datetime.fromtimestamp(start, where).date()
    last = datetime.fromtimestamp(end - 1, where).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def file_of(folder: Path, day: date) -> Path:
    """Name the file of a sealed day. `folder`: that of the evidence."""
    return folder / _FOLDER / f"{day:%Y-%m-%d}.parquet"


def sealed(folder: Path) -> list[date]:
    """Return the days that are sealed, oldest first."""
    return sorted(date.fromisoformat(path.stem) for path in (folder / _FOLDER).glob(_SEALED))


def pending(folder: Path, zone: str = ZONE) -> Iterator[date]:
    """Yield the days that are kept up to their end and not sealed, oldest first.

    The first one may begin with the first hour there is.
    """
    first, last = evidence.first_kept(folder), evidence.last_kept(folder)
    if first is not None and last is not None:
        for day in days_between(first, last + HOUR, zone):
            if bounds(day, zone)[1] <= last + HOUR and not file_of(folder, day).exists():
                yield day


def seal_day(folder: Path, day: date, limits: Mapping[str, Limits], zone: str = ZONE) -> None:
    """Seal a day.

    `limits`: by circuit; one without is left out, and will be counted from its hours. A sealed day
    is replaced as a whole. Raises StoreError; then nothing has changed.
    """
    for _ in sealing(folder, day, limits, zone):
        pass


def sealing(
    folder: Path, day: date, limits: Mapping[str, Limits], zone: str = ZONE, piece: int = PIECE
) -> Iterator[None]:
    """Seal a day as `seal_day` does, and yield after so many hours of circuits (or rows).

    The day is there whole when it ends, and not before; whoever lets go of it earlier changes
    nothing. The same bytes come out whatever the pieces are.
    """
    rows = _days_rows(folder, day, limits, zone, piece)
    yield from _writing(folder, day, rows, piece)


def write_day(folder: Path, day: date, rows: Iterable[DayRow]) -> None:
    """Write the rows of a day. Raises StoreError; then nothing has changed."""
    for _ in _writing(folder, day, rows, PIECE):
        pass


def _writing(folder: Path, day: date, rows: Iterable[DayRow | None], piece: int) -> Iterator[None]:
    """Write the rows of a day; yield for each None among them, and after so many rows."""
    path = file_of(folder, day)
    table = path.with_suffix(".csv")
    try:
        _sqlite.private_folder(path.parent)
        table.unlink(missing_ok=True)
        table.touch(_sqlite.PRIVATE)
        with table.open("w", encoding="utf-8", newline="") as lines:
            put, written = csv.writer(lines).writerow, 0
            for row in rows:
                if row is not None:
                    put(_values(row))
                    written += 1
                if row is None or written % piece == 0:
                    yield
        kinds = {name: "VARCHAR" if kind.endswith("]") else kind for name, kind in COLUMNS.items()}
        cast = ", ".join(
            f"{name}::{kind} AS {name}" if kind.endswith("]") else name
            for name, kind in COLUMNS.items()
        )
        source = (
            f"read_csv({_duck.quoted(table)}, header = false, auto_detect = false, delim = ',',"
            f" quote = '\"', escape = '\"', columns = {kinds!r})"
        )
        _duck.write(f"SELECT {cast} FROM {source} ORDER BY carrier, link", path)  # noqa: S608 - names are ours
    except OSError as error:
        raise from_os(error, path) from error
    finally:
        table.unlink(missing_ok=True)


def days_rows(
    folder: Path, day: date, limits: Mapping[str, Limits], zone: str = ZONE
) -> Iterator[DayRow]:
    """Add up a day from its canonical lines, by carrier and circuit. Raises StoreError."""
    return (row for row in _days_rows(folder, day, limits, zone, PIECE) if row is not None)


def _days_rows(
    folder: Path, day: date, limits: Mapping[str, Limits], zone: str, piece: int
) -> Iterator[DayRow | None]:
    """Add up a day; None after so many hours of circuits."""
    read = 0
    start, end = bounds(day, zone)
    hours = range(start - start % HOUR, end, HOUR)
    carriers = sorted({name for hour in hours for name in evidence.carriers_of(folder, hour)})
    for carrier in carriers:
        tallies: dict[str, tuple[Tally, list[Span], list[Outside]]] = {}
        for hour in evidence.hours_of(folder, carrier, start, end):
            for heard, trips in evidence.heard_in(folder, hour, carrier):
                read += 1
                if read % piece == 0:
                    yield None
                held_to = limits.get(heard.circuit)
                if held_to is None:
                    continue
                found = tallies.get(heard.circuit)
                if found is None:
                    found = tallies[heard.circuit] = (Tally(held_to), [], [])
                tally, spans, outside = found
                inside = overlap(available(heard), start, end)
                spans += inside
                tally.count(heard, trips, inside)
                if inside != [(hour, hour + HOUR)]:
                    outside += _outside(heard, trips, inside, (start, end))
        for link, (tally, spans, outside) in sorted(tallies.items()):
            available_in = tuple(union(spans))
            yield DayRow(carrier, link, start, end, available_in, tally.sums(), tuple(outside))


def _outside(
    heard: Heard, trips: RoundTrips | None, inside: Sequence[Span], day: Span
) -> Iterator[Outside]:
    """Yield the slots of an hour that begin in the day and do not lie wholly inside."""
    hour = heard.hour
    near = {
        run.offset + place * run.seconds: values
        for run in (trips.latency if trips is not None else ())
        for place, values in enumerate(zip(run.medians, run.p95s, run.jitters, strict=True))
    }
    rows = []
    for run in heard.slots:
        for at in range(run.offset, run.offset + run.count * run.seconds, run.seconds):
            begin, end = hour + at, hour + at + run.seconds
            if day[0] <= begin and end <= day[1] and not lies_in(begin, end, inside):
                rows.append((at, run.seconds, run.sent, run.lost, *near.get(at, (-1, -1, -1))))
    if rows:
        slots = Slots(*zip(*rows, strict=True))
        latency = tuple(latency_runs(slots)) if trips is not None else ()
        yield Outside(hour, tuple(slot_runs(slots)), latency)


def recompute_day(folder: Path, day: date, zone: str = ZONE) -> list[Difference]:
    """Add up a sealed day again, with its own limits; return where it is something else.

    Raises StoreError.
    """
    rows = {(row.carrier, row.link): row for row in read_day(folder, day, zone)}
    limits = {row.link: row.sums.limits for row in rows.values()}
    again = {(row.carrier, row.link): row for row in days_rows(folder, day, limits, zone)}
    return [
        Difference(*key, rows.get(key), again.get(key))
        for key in sorted(rows.keys() | again.keys())
        if rows.get(key) != again.get(key)
    ]


def read_day(folder: Path, day: date, zone: str = ZONE) -> list[DayRow]:
    """Return the rows of a sealed day, by carrier and circuit. Raises StoreError."""
    path = file_of(folder, day)
    end = bounds(day, zone)[1]
    with closing(_duck.connect(folder)) as engine:
        try:
            rows = engine.execute(
                f"SELECT {_NAMES} FROM read_parquet($1) ORDER BY carrier, link",  # noqa: S608 - names are ours
                [str(path)],
            ).fetchall()
        except _duck.error() as error:
            code: Literal["corrupt", "unopened"] = "corrupt" if path.exists() else "unopened"
            raise StoreError(code, path, str(error)) from error
    return [row_of(row, end) for row in rows]


def row_of(row: Sequence[Any], end: int) -> DayRow:
    """Read a row; `end` is that of its day, in UTC seconds."""
    carrier, link, start = row[:3]
    spans = ((start, end),) if row[8] else tuple(_paired(row[9], start))
    plain = dict(zip(PLAIN, row[10:19], strict=True))
    latency = dict(zip(row[19], row[20], strict=True))
    sums = SlotSums(Limits(*row[3:8]), **plain, latency=latency)
    outside = _outsides.decode(row[21]) if row[21] else ()
    return DayRow(carrier, link, start, end, spans, sums, outside)


def _paired(edges: Sequence[int], start: int) -> Iterator[Span]:
    for place in range(0, len(edges), 2):
        yield start + edges[place], start + edges[place + 1]


def _values(row: DayRow) -> tuple[object, ...]:
    sums = row.sums
    whole = row.spans == ((row.start, row.end),)
    edges = [] if whole else [edge - row.start for span in row.spans for edge in span]
    return (
        row.carrier, row.link, row.start, *(getattr(sums.limits, name) for name in LIMITS),
        whole, edges, *(getattr(sums, name) for name in PLAIN),
        list(sums.latency), list(sums.latency.values()),
        msgspec.json.encode(row.outside).decode() if row.outside else "",
    )  # fmt: skip
