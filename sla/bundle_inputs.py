"""From canonical evidence to a report: what makes a bundle's report, and makes it again.

One way for both, so that they come to the same bytes: the timelines are those of the evidence and
not those of the ledger, and the sums of slots are added up from canonical lines.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import msgspec

from sla import build
from sla import register as registers
from sla import report as reports
from sla.bundle import Manifest, Proved, left_out, name_of, record_in
from sla.canonical import HOUR, Heard, HourLeaf, RecordLeaf, RoundTrips, leaf_of, line_of
from sla.inputs import Inputs, Log, Register
from sla.periods import Window
from sla.records import Record, decode
from sla.ruleset import RuleSet
from sla.slot_sums import Tally, limits_of
from sla.states import State
from sla.timeline import Span, Step

Hours = Callable[[], Iterator[tuple[int, Sequence[bytes]]]]
"""Gives the hours in their order, each with its lines; called more than once."""
_UNTIL: Final = 1 << 62
_UNSAID: Final = "not_observed"
_proved: Final = msgspec.json.Decoder(Proved)


def report_of(inputs: Inputs, hours: Hours) -> reports.Report:
    """Make the report of inputs whose timelines are the evidence's; adds the sums of slots.

    Raises msgspec.MsgspecError, ValueError for lines that are none.
    """
    prepared = build.prepare(inputs)
    found = replace(inputs, sums=dict(_sums(inputs, build.counted(prepared), hours)))
    return build.report(found, replace(prepared, inputs=found))


def live_of(hours: Iterable[tuple[int, Sequence[bytes]]], until: int) -> dict[str, list[Step]]:
    """Lay the hours of all circuits end to end, up to `until`; what they do not say is no step.

    Raises msgspec.MsgspecError, ValueError, KeyError for lines that are none.
    """
    found: dict[str, list[Step]] = {}
    for hour, lines in hours:
        for line in lines:
            heard = line_of(line)
            if isinstance(heard, Heard):
                for run in heard.states:
                    start, end = hour + run.start, min(hour + run.end, until)
                    step = Step(State[run.state], start, end, start, run.reason, run.cause)
                    _add(found.setdefault(heard.circuit, []), step)
    return found


def _add(steps: list[Step], step: Step) -> None:
    last = steps[-1] if steps else None
    if step.end is None or step.start >= step.end:
        return
    if last is not None and last.end == step.start and _said(last) == _said(step):
        steps[-1] = last._replace(end=step.end)
    else:
        steps.append(step)


def _said(step: Step) -> tuple[State, str, str]:
    return step.state, step.reason, step.cause


def without_gaps(live: Sequence[Step]) -> list[Step]:
    """Return a timeline in which what nobody said is UNKNOWN, by no carrier's doing."""
    found: list[Step] = []
    for step in live:
        if found and found[-1].end != step.start:
            before = found[-1].end or step.start
            _add(found, Step(State.UNKNOWN, before, step.start, before, _UNSAID, ""))
        _add(found, step)
    return found


def differences(
    ledger: Sequence[Step], evidence: Sequence[Step], missing: Iterable[int]
) -> list[Span]:
    """Return where two timelines of a circuit say something else.

    Not in hours without evidence (`missing`), and not where one says UNKNOWN and the other nothing.
    """
    absent = set(missing)
    edges = {edge for steps in (ledger, evidence) for step in steps for edge in step[1:3]}
    edges |= {edge for hour in absent for edge in (hour, hour + HOUR)}
    points = sorted(edge for edge in edges if edge is not None)
    one, other = _Walk(ledger), _Walk(evidence)
    found: list[Span] = []
    for start, end in pairwise(points):
        if start - start % HOUR in absent or one.at(start) == other.at(start):
            continue
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


class _Walk:
    """Walks along a timeline from left to right."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._place = 0

    def at(self, second: int) -> tuple[State, str, str]:
        """Return what is said of a second; nothing is UNKNOWN, for whatever reason."""
        while self._place < len(self._steps) and _end(self._steps[self._place]) <= second:
            self._place += 1
        if self._place == len(self._steps) or self._steps[self._place].start > second:
            return State.UNKNOWN, "", ""
        said = self._steps[self._place]
        return (State.UNKNOWN, "", "") if said.state is State.UNKNOWN else _said(said)


def _end(step: Step) -> int:
    return _UNTIL if step.end is None else step.end


def _sums(
    inputs: Inputs, counted: Mapping[str, Sequence[Span]], hours: Hours
) -> Iterator[tuple[str, Any]]:
    """Add up the slots of each circuit in the stretches that count."""
    register, rules = inputs.register, inputs.rules
    tallies = {}
    for link in register.links:
        level = rules.levels.get(register.sites[link.b.site].level)
        if level is not None:
            contract = register.contracts[link.contract]
            tallies[link.id] = Tally(limits_of(link, contract, level, rules))
    window = inputs.window
    for hour, lines in hours():
        if hour < window.end and hour + HOUR > window.start:
            trips: dict[str, RoundTrips] = {}
            for line in map(line_of, lines):
                if isinstance(line, RoundTrips):
                    trips[line.circuit] = line
                elif line.circuit in tallies:
                    spans = counted.get(line.circuit, ())
                    tallies[line.circuit].count(line, trips.get(line.circuit), spans)
    for name, tally in tallies.items():
        found = tally.sums()
        if found.slots:
            yield name, found


def inputs_in(
    files: Mapping[str, bytes],
    manifest: Manifest,
    lines: Callable[[int], Sequence[bytes]],
    parse: Callable[[str], RuleSet],
) -> tuple[Inputs, Hours]:
    """Return the inputs that a bundle holds, and its evidence. `parse`: reads the rules.

    Raises msgspec.MsgspecError, ValueError, KeyError for files that are not what they should be.
    """
    known = [hour for hour in _hours_in(manifest) if name_of(hour) in files]

    def hours() -> Iterator[tuple[int, Sequence[bytes]]]:
        return ((hour, lines(hour)) for hour in known)

    live = live_of(hours(), manifest.recorded_until)
    register = registers.decode(files["register.json"])
    window = Window(manifest.period, manifest.start, manifest.end, manifest.provisional)
    return Inputs(
        register=register,
        window=window,
        rules=parse(files["rules.yaml"].decode()),
        live={link: without_gaps(steps) for link, steps in live.items()},
        first_heartbeat=manifest.first_heartbeat,
        recorded_until=manifest.recorded_until,
        records=[_record(record_in(line)) for line in files["records.jsonl"].splitlines()],
        log=_log_in(files, manifest),
        clock_verified=manifest.clock_verified,
        revision=manifest.revision,
        previous=manifest.previous,
        tzdata=manifest.tzdata,
        left_out=rowless(live, register, window, manifest.recorded_until),
    ), hours


def rowless(
    live: Mapping[str, Sequence[Step]], register: Register, window: Window, until: int
) -> tuple[str, ...]:
    """Return circuits that the evidence knows in the window and the register no more, sorted."""
    spans = {
        name: [(one.start, until if one.end is None else one.end) for one in steps]
        for name, steps in live.items()
    }
    links = (link.id for link in register.links)
    return left_out(spans, links, window.start, min(window.end, until))


def _hours_in(manifest: Manifest) -> range:
    return range(manifest.since, manifest.recorded_until, HOUR)


def _record(leaf: RecordLeaf) -> Record:
    return Record(leaf.number, leaf.at, leaf.person, decode(leaf.body))


def _log_in(files: Mapping[str, bytes], manifest: Manifest) -> Log:
    hours, records = {}, {}
    for line in files["log/leaves.jsonl"].splitlines():
        proved = _proved.decode(line)
        if proved.index >= manifest.tree.size:
            continue  # came into the log after the report
        match leaf_of(proved.leaf.encode()):
            case HourLeaf() as leaf if leaf.carrier == manifest.carrier:
                hours[leaf.hour] = proved.index
            case RecordLeaf() as leaf:
                records[leaf.number] = proved.index
    tree = manifest.tree
    return Log(tree.size, tree.sha256, tree.sm3, hours, records)


def first_difference(one: bytes, other: bytes) -> str:
    """Name the first place where two JSON documents differ, as `links.3.seconds.DOWN`; "" = none.

    Where they differ only as bytes, "." is returned.
    """
    found = _differs(json.loads(one), json.loads(other), ())
    if found is None:
        return "" if one == other else "."
    return ".".join(map(str, found)) or "."


def _differs(
    one: object, other: object, path: tuple[str | int, ...]
) -> tuple[str | int, ...] | None:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            if (key in one) != (key in other):
                return (*path, key)
            found = _differs(one[key], other[key], (*path, key))
            if found is not None:
                return found
        return None
    if isinstance(one, list) and isinstance(other, list):
        for place in range(max(len(one), len(other))):
            if place >= min(len(one), len(other)):
                return (*path, place)
            found = _differs(one[place], other[place], (*path, place))
            if found is not None:
                return found
        return None
    return None if one == other and type(one) is type(other) else path
