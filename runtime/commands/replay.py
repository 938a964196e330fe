"""`extranet replay FOLDER --carrier NAME`: a carrier's figure again, from what was heard.

Nothing that was decided is taken over: every recorded observation goes through the judge once
more, and the month is added up anew. Of the ledger only that is read which no observation can say:
when the monitor lived, from when to when it was off, and what people filed.

The inventory must be the one that was in force during the recording.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from inventory.model import Interval, Inventory, TargetId
from metrics.observation import Observation, Probe
from runtime.assessments.rules_in_force import in_force
from runtime.assessments.rulesets import load
from runtime.check import check, render
from runtime.planning import plan
from runtime.program import tell
from runtime.reports.inputs import concerning, timelines
from sla import build
from sla.documents import carrier_document
from sla.inputs import Inputs, Register, horizon
from sla.judge import Judge
from sla.outages import live_outages
from sla.periods import PeriodError, Window, parse
from sla.records import Record
from sla.register import register_of
from sla.ruleset import RuleSet
from sla.states import Blind, Transition
from store.errors import StoreError
from store.ledger import FILE, open_reader
from store.recording import Recording, read
from texts.say import Language, say

_HEARTBEAT_SECONDS: Final = 10
_FOREVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Life:
    """One run of the monitor: when it was off before (None = it never ran), and what it heard."""

    off: Blind | None
    observations: Iterable[Observation]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the judge makes of it."""

    transitions: Mapping[TargetId, Sequence[Transition]]
    blinds: Sequence[Blind]


def judge_again(inventory: Inventory, probes: Sequence[Probe], lives: Iterable[Life]) -> Judged:
    """Judge every life in turn, each going on from where the one before ended."""
    transitions: dict[TargetId, list[Transition]] = {}
    blinds: dict[tuple[int, str], Blind] = {}
    for life in lives:
        judge = Judge(inventory, probes)
        if life.off is not None:
            gap = _continue(judge, life.off, transitions, tuple(blinds.values()))
            blinds[gap.since, gap.reason] = gap
        for observation in life.observations:
            for change in judge.observe(observation)[1]:
                if isinstance(change, Blind):
                    blinds[change.since, change.reason] = change
                else:
                    transitions.setdefault(change.target, []).append(change)
    return Judged(transitions, tuple(blinds.values()))


def _continue(
    judge: Judge,
    off: Blind,
    transitions: Mapping[TargetId, Sequence[Transition]],
    blinds: Sequence[Blind],
) -> Blind:
    open_outages = {
        target: found[-1].start
        for target, changes in transitions.items()
        if (found := live_outages(target, changes, blinds, off.since)) and found[-1].end is None
    }
    last = {target: changes[-1] for target, changes in transitions.items()}
    gap = judge.restore(last, off.since, off.seen_at, open_outages)
    assert gap is not None, "a monitor that was off before has a gap"
    return gap


def run(
    folder: Path,
    carrier: str,
    period: str,
    until: int | None,
    inventory_path: Path | None,
    config_path: Path | None,
    environ: Mapping[str, str],
    language: Language,
) -> int:
    """Print the carrier's document as the api does; `until`: the end of its window, UTC seconds."""
    checked = check(inventory_path, config_path, environ)
    if not checked.good or checked.inventory is None or checked.config is None:
        print(render(checked.problems, language), file=sys.stderr)
        return 1
    inventory = checked.inventory
    if carrier not in inventory.carriers:
        known = ", ".join(inventory.carriers)
        print(say("replay.no_carrier", language, carrier=carrier, known=known), file=sys.stderr)
        return 1
    probes = plan(inventory, checked.config.canaries)
    recordings = _recordings(folder, {probe.id: probe for probe in probes})
    if not recordings:
        print(say("replay.nothing", language, folder=folder), file=sys.stderr)
        return 1
    try:
        reader = open_reader(checked.config.store.path / FILE)
        beats, off = reader.heartbeats(), reader.blinds(0, _FOREVER)
        records = reader.records()
        judged = judge_again(inventory, probes, _lives(recordings, off))
    except StoreError as error:
        print(tell(error, language), file=sys.stderr)
        return 1
    end = until if until is not None else max((beat.end or 0 for beat in beats), default=0)
    try:
        window = parse(period, end)
    except PeriodError:
        print(say("replay.no_period", language, period=period), file=sys.stderr)
        return 1
    rules = in_force(records, window.start, load(checked.config.assessment.rules))
    until_heard = _lived_until(beats, end)
    document = carrier_document(
        build.carrier(
            build.prepare(
                _inputs(
                    register_of(inventory, carrier),
                    window,
                    rules,
                    judged,
                    min((beat.start for beat in beats), default=None),
                    window.end if until_heard is None else until_heard,
                    records,
                )
            )
        )
    )
    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    _warn(recordings, language)
    return 0


def _inputs(
    register: Register,
    window: Window,
    rules: RuleSet,
    judged: Judged,
    first: int | None,
    heard_until: int,
    records: Sequence[Record],
) -> Inputs:
    """Return what the figure is made from; what people filed is taken from the ledger."""
    start, until = horizon(window, heard_until, rules.zone)
    return Inputs(
        register=register,
        window=window,
        rules=rules,
        live=timelines(register, judged.transitions, judged.blinds, start, until),
        first_heartbeat=first,
        recorded_until=until,
        records=concerning(register, records),
    )


def _recordings(folder: Path, probes: Mapping[str, Probe]) -> dict[int, Recording]:
    """Return the files of a folder by the second in which each was begun."""
    names = [path for path in folder.glob("*.msgpack") if path.stem.isdigit()]
    return {int(path.stem): read(path, probes) for path in sorted(names, key=lambda p: int(p.stem))}


def _lives(recordings: Mapping[int, Recording], blinds: Iterable[Blind]) -> Iterator[Life]:
    """Find for each file the time off that ended with its begin (a second later at most)."""
    off = [blind for blind in blinds if blind.reason == "monitor_off"]
    for begin, following in pairwise([*recordings, _FOREVER]):
        before = next((blind for blind in off if begin <= blind.seen_at < following), None)
        yield Life(before, recordings[begin])


def _lived_until(beats: Sequence[Interval], end: int) -> int | None:
    """Return the last heartbeat up to `end`; within a run they are ten seconds apart."""
    at = bisect_right(beats, end, key=lambda beat: beat.start) - 1
    if at < 0:
        return None
    first, last = beats[at].start, beats[at].end or 0
    return last if last <= end else max(first, end - end % _HEARTBEAT_SECONDS)


def _warn(recordings: Mapping[int, Recording], language: Language) -> None:
    """Say what could not be used: a torn end, or probes that the inventory does not have."""
    for begin, recording in recordings.items():
        if recording.torn or recording.unknown:
            said = say(
                "replay.incomplete", language,
                begin=begin, torn=recording.torn, unknown=recording.unknown,
            )  # fmt: skip
            print(said, file=sys.stderr)
