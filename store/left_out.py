"""Which circuits of a carrier have evidence in a period and do not stand in its register.

Whoever takes a circuit out of the inventory takes its row out of the report; its lines stay where
they are. To read every hour of a quarter would take minutes, so where a day is sealed its rows are
asked, and of its hours only those are read of which the index names circuits that no hour before
named. What is found so is read in its lines, and counts when they say something of the period.

Not found is a circuit that came and went between two sealings in the place of a neighbour: a
bundle, which reads every hour, names it. Belongs into a worker process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from sla.canonical import Heard, line_of
from sla.timeline import Span
from store import _duck, _members, _sqlite, days, evidence
from store.errors import StoreError

_SEALED: Final = """
SELECT DISTINCT day, link FROM read_parquet($1)
WHERE carrier = $2 AND link NOT IN (SELECT unnest($3::VARCHAR[]))
"""


def left_out(
    folder: Path, carrier: str, known: Collection[str], span: Span, zone: str = days.ZONE
) -> tuple[str, ...]:
    """Return circuits with evidence in [start, end) that are not `known`, in order.

    `folder`: that of the evidence. `span`: UTC seconds. Raises StoreError.
    """
    start, end = span
    circuits, found, seen = set(known), set[str](), set[bytes]()
    sealed = {
        days.bounds(day, zone)[0]: days.file_of(folder, day)
        for day in days.days_between(start, end, zone)
        if days.file_of(folder, day).exists()
    }
    named = _named(folder, carrier, circuits, sealed)
    for day in days.days_between(start, end, zone):
        first, after = days.bounds(day, zone)
        hours = evidence.hours_of(folder, carrier, max(first, start), min(after, end))
        for hour in hours:
            there = _index(folder, hour, carrier)
            wanted = named.get(first, set()) - found
            if first not in sealed or there not in seen:
                lines = _unknown(evidence.read_hour(folder, hour, carrier), circuits)
            elif wanted:
                lines = [*_of(folder, hour, carrier, wanted)]
            else:
                continue
            seen.add(there)
            found.update(_said(lines, hour, span, folder, carrier))
    return tuple(sorted(found))


def _named(
    folder: Path, carrier: str, known: set[str], sealed: dict[int, Path]
) -> dict[int, set[str]]:
    """Return the circuits that sealed days name and the register does not, by first second."""
    named: dict[int, set[str]] = {}
    if sealed:
        with closing(_duck.connect(folder)) as engine:
            try:
                values = [[str(file) for file in sealed.values()], carrier, sorted(known)]
                rows = engine.execute(_SEALED, values).fetchall()
            except _duck.error() as error:
                raise StoreError("corrupt", folder, str(error)) from error
        for day, link in rows:
            named.setdefault(day, set()).add(link)
    return named


def _index(folder: Path, hour: int, carrier: str) -> bytes:
    """Return which circuits an hour's parts begin with, and all of its last part."""
    path = evidence.file_of(folder, hour, carrier)
    with _sqlite.translated(path), path.open("rb") as file:
        try:
            return _members.outline(file.fileno())
        except _members.NotMembersError as error:
            raise StoreError("corrupt", path, str(error)) from error


def _unknown(lines: Sequence[bytes], known: set[str]) -> list[bytes]:
    return [line for line in lines if _members.circuit_of(line).decode() not in known]


def _of(folder: Path, hour: int, carrier: str, circuits: Collection[str]) -> Iterator[bytes]:
    for heard, _ in evidence.circuits_in(folder, hour, carrier, circuits):
        yield msgspec.json.encode(heard)


def _said(
    lines: Sequence[bytes], hour: int, span: Span, folder: Path, carrier: str
) -> Iterator[str]:
    """Yield the circuits of which lines say something within a span."""
    try:
        for heard in map(line_of, lines):
            if isinstance(heard, Heard) and any(
                hour + run.start < span[1] and hour + run.end > span[0] for run in heard.states
            ):
                yield heard.circuit
    except (msgspec.MsgspecError, ValueError) as error:
        raise StoreError("corrupt", evidence.file_of(folder, hour, carrier), str(error)) from error
