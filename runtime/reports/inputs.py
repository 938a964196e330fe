"""What a carrier's report is made from, read from the store: `sla.inputs.Inputs`.

Reads only, in a worker process or at the command line; the monitor may write meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from zoneinfo import TZPATH

from inventory.model import TargetId, link_target
from runtime.assessments.rules_in_force import in_force
from sla.build import Prepared, counted
from sla.canonical import kept_spans
from sla.inputs import Inputs, Log, Register, horizon
from sla.periods import Window
from sla.records import (
    BandwidthTested,
    Body,
    CauseDecided,
    CauseProposed,
    OverlayDecided,
    OverlayFiled,
    PeriodClosed,
    PointsDecided,
    PointsDeducted,
    PointsProposed,
    PointsWithdrawn,
    Record,
    RulesActivated,
    ServiceScored,
    TicketNoted,
)
from sla.ruleset import RuleSet
from sla.slot_sums import limits_of
from sla.states import Blind, Transition
from sla.timeline import Step, steps
from store import evidence, evidence_log
from store.evidence_log import read_log
from store.ledger import FILE, open_reader
from store.left_out import left_out
from store.sums import sums

_LINK: Final = "link:"
_HOUR: Final = 3600


def gather(
    store: Path,
    register: Register,
    window: Window,
    rules: RuleSet,
    *,
    revision: int = 1,
    previous: str = "",
    proof: bool = True,
) -> Inputs:
    """Read everything but the sums of slots. Raises StoreError, RulesError.

    `rules`: of a first revision the current ones, in whose place come those that held then.
    `proof`: with the evidence log and the clock; a figure that is only looked at needs neither.
    """
    with closing(open_reader(store / FILE)) as reader:
        known = reader.records()
        if revision == 1:
            rules = in_force(known, window.start, rules)
        first, last = reader.first_heartbeat(), reader.last_heartbeat()
        start, until = horizon(window, last or 0, rules.zone)
        targets = [link_target(link.id) for link in register.links]
        live = timelines(
            register,
            reader.transitions(targets, start, until),
            reader.blinds(start, until),
            start,
            until,
        )
        records = concerning(register, known)
    return Inputs(
        register=register,
        window=window,
        rules=rules,
        live=live,
        first_heartbeat=first,
        recorded_until=until,
        records=records,
        log=_log_of(store, register, start, until) if proof else Log(),
        clock_verified=proof and _clock_verified(store, start, until),
        revision=revision,
        previous=previous,
        tzdata=tzdata(),
    )


def with_sums(store: Path, prepared: Prepared) -> Inputs:
    """Add what only the evidence says. Raises StoreError.

    Sums of slots over the stretches that count, and circuits that the register has no more.
    """
    inputs = prepared.inputs
    if not (store / evidence.FOLDER).is_dir():
        return inputs
    register, rules = inputs.register, inputs.rules
    limits = {}
    for link in register.links:
        level = rules.levels.get(register.sites[link.b.site].level)
        if level is not None:
            limits[link.id] = limits_of(link, register.contracts[link.contract], level, rules)
    found = sums(
        store / evidence.FOLDER, register.carrier.id, limits, counted(prepared), rules.zone
    )
    rowless = left_out(
        store / evidence.FOLDER,
        register.carrier.id,
        {link.id for link in register.links},
        (inputs.window.start, min(inputs.window.end, inputs.recorded_until)),
        rules.zone,
    )
    return replace(
        inputs,
        sums={name: one for name, one in found.items() if one.slots},
        left_out=rowless,
    )


def timelines(
    register: Register,
    transitions: Mapping[TargetId, Sequence[Transition]],
    blinds: Sequence[Blind],
    start: int,
    until: int,
) -> dict[str, list[Step]]:
    """Return what was decided of each circuit, where there is evidence of it: in service."""
    found = {}
    for link in register.links:
        live = steps(transitions.get(link_target(link.id), ()), blinds)
        found[link.id] = [
            step
            for since, end in kept_spans(link.in_service)
            for step in clipped(live, max(start, since), min(until, end))
        ]
    return found


def clipped(live: Iterable[Step], start: int, until: int) -> list[Step]:
    """Return a timeline as its evidence says it: within [start, until), none of it twice.

    When a state was seen is no part of the evidence, so `seen_at` is its start.
    """
    found: list[Step] = []
    for step in live:
        begin, end = max(step.start, start), min(until if step.end is None else step.end, until)
        if begin >= end:
            continue
        last = found[-1] if found else None
        same = last is not None and (last.state, last.reason, last.cause) == (
            step.state, step.reason, step.cause,
        )  # fmt: skip
        if last is not None and same and last.end == begin:
            found[-1] = last._replace(end=end)
        else:
            found.append(Step(step.state, begin, end, begin, step.reason, step.cause))
    return found


def concerning(register: Register, records: Iterable[Record]) -> tuple[Record, ...]:
    """Return the records that a carrier's reports are made from, oldest first."""
    links = {link.id for link in register.links}
    found: list[Record] = []
    named: set[str | int] = set()
    for record in records:
        if _concerns(record.body, register.carrier.id, links, named):
            found.append(record)
            named.add(record.number)
            if isinstance(record.body, OverlayFiled):
                named.add(record.body.overlay)
    return tuple(found)


def _concerns(body: Body, carrier: str, links: set[str], named: set[str | int]) -> bool:
    """Say whether a record does. `named`: ids and numbers of those before it that do."""
    match body:
        case OverlayFiled():
            return not links.isdisjoint(body.links)
        case OverlayDecided():
            return body.overlay in named
        case PointsProposed():
            return _concerns(body.says, carrier, links, named)
        case PointsWithdrawn() | PointsDecided():
            return body.of in named
        case CauseProposed() | TicketNoted() | BandwidthTested():
            return body.link in links
        case CauseDecided():
            return body.outage.removeprefix(_LINK).rpartition("@")[0] in links
        case ServiceScored() | PointsDeducted() | PeriodClosed():
            return body.carrier == carrier
        case RulesActivated():
            return True


def _log_of(store: Path, register: Register, start: int, until: int) -> Log:
    """Return the log with the hours that the report's evidence lies in."""
    log = read_log(store / evidence_log.FOLDER).as_of(register.carrier.id)
    hours = {hour: at for hour, at in log.hours.items() if start - _HOUR < hour < until}
    return replace(log, hours=hours)


def _clock_verified(store: Path, start: int, until: int) -> bool:
    """Say whether the clock was known to be right in every hour that was kept, and in any."""
    folder = store / evidence.FOLDER
    hours = [hour for hour in evidence.hours_kept(folder) if start <= hour < until]
    return bool(hours) and all(
        evidence.read_monitor(folder, hour).clock is not None for hour in hours
    )


@cache
def tzdata() -> str:
    """Return the version of the time zone data in use, "" = it does not say."""
    for folder in map(Path, TZPATH):
        found = _version(folder / "tzdata.zi")
        if found:
            return found
    if find_spec("tzdata") is None:
        return ""
    text = resources.files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text("utf-8")
    return _said(text.splitlines())


def _version(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return _said([file.readline(200)])
    except OSError:
        return ""


def _said(lines: Sequence[str]) -> str:
    """Read the first line: `# version 2026a`."""
    words = lines[0].split() if lines else []
    return words[2][:20] if words[:2] == ["#", "version"] and len(words) > 2 else ""
