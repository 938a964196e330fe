"""Canonical evidence: bytes that do not depend on how they are stored (methodology, section 2.1).

Per circuit and UTC hour two lines of JSON with sorted keys, no white space, no floats, UTF-8, no
line end: what was heard and decided, and the round trips. Lines of one carrier's hour, in the order
of their bytes, are the leaves of a tree; its root is in a leaf of the evidence log.

    {"circuit":"xg-telecom-1","hour":1772294400,
     "slots":[[0,60,59,12,0],[3540,60,1,12,3]],
     "states":[[0,3540,"UP","",""],[3540,3600,"DOWN","lost",""]]}
    {"circuit":"xg-telecom-1","hour":1772294400,
     "latency":[[0,60,[42,43,42],[51,-1,52],[3,3,4]], ...]}

`slots`: runs of [offset of the first slot, seconds of a slot, how many, sent, lost of each].
`states`: [from, to, state, reason, cause], offsets in the hour; what no step covers is UNKNOWN.
`latency`: runs of slots without a gap in which echoes were sent: [offset of the first, seconds of
each, medians, 95th percentiles, jitters], one number of each per slot. -1 = there is none: the rank
falls on a lost echo, which counts as infinite, or no two replies follow each other. Offsets are
from the hour's start. A circuit that is judged without echoes has no second line.

Round trips are in whole units of 100 microseconds, rounded up. So whether a slot meets a limit that
is itself a multiple of 100 microseconds is exact; a percentile is too large by less than one unit.
In microseconds the noise of the last digits would take three times the room for 15 years.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from inventory.model import Interval
from sla import records
from sla.states import State
from sla.timeline import Span, Step, union

HOUR: Final = 3600
_FOREVER: Final = 2**62
UNIT_US: Final = 100
"""Microseconds of a unit of round trips; those of a line are rounded up to whole ones."""


class SlotRun(msgspec.Struct, frozen=True, array_like=True):
    """Equal slots one after another; `offset` of the first, and `seconds` of each."""

    offset: int
    seconds: int
    count: int
    sent: int
    lost: int


class StateRun(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of the live timeline in an hour. `state` is the name of a `sla.states.State`."""

    start: int
    end: int
    state: str
    reason: str
    cause: str


class Latency(msgspec.Struct, frozen=True, array_like=True):
    """Round trips of slots without a gap, in units of `UNIT_US`, rounded up; -1 = there is none.

    `offset` of the first slot, `seconds` of each; the three have one number for each slot.
    """

    offset: int
    seconds: int
    medians: tuple[int, ...]
    p95s: tuple[int, ...]
    jitters: tuple[int, ...]


class Heard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a circuit's hour."""

    circuit: str
    hour: int
    slots: tuple[SlotRun, ...]
    states: tuple[StateRun, ...]


class RoundTrips(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second line of a circuit's hour; there is none where no echo was sent."""

    circuit: str
    hour: int
    latency: tuple[Latency, ...]


class HourLeaf(msgspec.Struct, frozen=True, tag="hour", forbid_unknown_fields=True):
    """Leaf of the evidence log: one carrier's hour. Roots are hexadecimal."""

    carrier: str
    hour: int
    lines: int
    sha256: str
    sm3: str


class MonitorLeaf(msgspec.Struct, frozen=True, tag="monitor", forbid_unknown_fields=True):
    """Leaf: how the monitor itself did in an hour.

    `alive`: [from, to] of its heartbeats within the hour, offsets; `clock`: offset of its clock in
    microseconds, worst of the hour, None = nobody to ask; `blind`: [from, to] in which it could not
    reach its own anchors.
    """

    hour: int
    alive: tuple[tuple[int, int], ...]
    blind: tuple[tuple[int, int], ...]
    clock: int | None


class RecordLeaf(msgspec.Struct, frozen=True, tag="record", forbid_unknown_fields=True):
    """Leaf: a record of `sla.records`; `body` is its canonical JSON as a string."""

    number: int
    at: int
    person: str
    body: str


Leaf = HourLeaf | MonitorLeaf | RecordLeaf
Line = Heard | RoundTrips

_encoder: Final = msgspec.json.Encoder(order="sorted")
_leaf: Final = msgspec.json.Decoder(Leaf)
_heard: Final = msgspec.json.Decoder(Heard)
_round_trips: Final = msgspec.json.Decoder(RoundTrips)


def encode(value: Leaf | Line) -> bytes:
    """Return the canonical bytes."""
    return _encoder.encode(value)


def record_leaf(record: records.Record) -> bytes:
    """Return the leaf of a record of the ledger."""
    body = records.encode(record.body).decode()
    return encode(RecordLeaf(record.number, record.at, record.person, body))


def leaf_of(data: bytes) -> Leaf:
    """Read a leaf. Raises msgspec.MsgspecError."""
    leaf: Leaf = _leaf.decode(data)
    return leaf


def line_of(data: bytes) -> Line:
    """Read a line of a circuit's hour. Raises msgspec.MsgspecError."""
    # Within a string of JSON a quotation mark is escaped, so this is the key or nothing.
    return (_round_trips if b'"latency":' in data else _heard).decode(data)


def units(microseconds: int | None) -> int:
    """Return a round trip as it stands in a line; -1 = None."""
    return -1 if microseconds is None else -(-microseconds // UNIT_US)


def states_in(live: Sequence[Step], hour: int) -> tuple[StateRun, ...]:
    """Return what a timeline laid by `sla.timeline.steps` says of an hour."""
    found = []
    for step in live:
        start = max(step.start, hour)
        end = hour + HOUR if step.end is None else min(step.end, hour + HOUR)
        if start < end:
            found.append(
                StateRun(start - hour, end - hour, step.state.name, step.reason, step.cause)
            )
    return tuple(found)


def kept_spans(in_service: Iterable[Interval]) -> list[Span]:
    """Return the whole hours that have lines of a circuit: those in which it is in service."""
    return union(
        (one.start - one.start % HOUR, _FOREVER if one.end is None else -(-one.end // HOUR) * HOUR)
        for one in in_service
    )


def steps_of(hours: Iterable[Heard]) -> list[Step]:
    """Lay the hours of one circuit, in order, end to end again; a gap is no step.

    A stretch that goes on over the edge of an hour is one step. `seen_at` is its start: when it was
    seen is no part of the evidence of an hour.
    """
    found: list[Step] = []
    for heard in hours:
        for run in heard.states:
            start, end, state = heard.hour + run.start, heard.hour + run.end, State[run.state]
            last = found[-1] if found else None
            if (
                last is not None
                and last.end == start
                and (last.state, last.reason, last.cause) == (state, run.reason, run.cause)
            ):
                found[-1] = last._replace(end=end)
            else:
                found.append(Step(state, start, end, start, run.reason, run.cause))
    return found
