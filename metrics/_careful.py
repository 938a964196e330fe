"""Rates where not everything is as usual: a value is absent, a port stands still, an agent is slow.

It costs some times what the usual way does, and is taken for the devices that need it only.
"""

from __future__ import annotations

from array import array
from collections import deque
from typing import Final

from metrics._track import NARROW, Group, Track
from metrics.observation import Probe, RateSpec, Value
from metrics.refresh import BUSY, CARRY, LONGEST, SLACK, STUDIED, Agent, Port, Study

SENTINEL: Final = 2**64 - 1
_ROUND: Final = 2**32
_HALF: Final = 2**63
_REST: Final = 16 * 48
"""Intervals from one study to the next, at most; a device without traffic is looked at after 12."""
_LOOK: Final = 12
_DOUBTS: Final = 3
_AGREED: Final = 0.5


def carefully(
    track: Track,
    probe: Probe,
    old: tuple[Value, ...],
    new: tuple[Value, ...],
    seconds: float,
    limits: tuple[float, ...],
    lacking: str,
) -> tuple[list[Value], list[str]]:
    """Make the rates of a probe, and name for each one the reason where it is absent, else "".

    `lacking`: the reason where a counter is not there.
    """
    specs, every = probe.rates, probe.every_ms / 1000
    if track.window and (windowed := _windowed(track, specs, old, new, seconds, limits)):
        return windowed, []
    agent = track.agent
    if agent is None:
        agent = track.agent = _agent(track, seconds, every)
    moves = [_moves(group, old, new) for group in track.groups]
    moved = {group.start for group, move in zip(track.groups, moves, strict=True) if move}
    rested = track.quiet is not None and all(track.quiet)
    agent.watch(moved, track.clock, seconds, every, rested=rested)
    track.prompt = agent.prompt(every)
    rates: list[Value] = []
    gaps: list[str] = []
    quiet: list[bool] = []
    for group, move in zip(track.groups, moves, strict=True):
        found, why = _group(
            track, agent, group, specs, old, new, seconds, every, limits, still=move is False
        )
        gaps += [lacking if reason == "no_value" else reason for reason in why]
        asleep = (port := agent.ports.get(group.start)) is None or port.idle
        quiet += [value == 0 and asleep for value in found]
        rates += found
    # Zeros of a prompt agent need no list, but for one that rests altogether.
    track.quiet = tuple(quiet) if any(quiet) and not (track.prompt and moved) else None
    track.awake = not all(port.idle for port in agent.ports.values())
    return rates, gaps


def _agent(track: Track, seconds: float, every: float) -> Agent:
    """Begin to look at an agent some port of which did not move, for the first time."""
    before = track.clock - seconds
    agent = Agent(every if track.window else LONGEST, still_at=track.since)
    if before - track.since >= every * STUDIED:
        agent.runs = {group.start: track.since for group in track.groups}
    return agent


def _moves(group: Group, old: tuple[Value, ...], new: tuple[Value, ...]) -> bool | None:
    """Tell whether a port moved, stood still, or neither: it says nothing that can be compared."""
    before, after = group.look(old), group.look(new)
    counters = after[: group.counters]
    if None in counters or SENTINEL in counters or None in before[: group.counters]:
        return None
    return before != after


def _group(
    track: Track,
    agent: Agent,
    group: Group,
    specs: tuple[RateSpec, ...],
    old: tuple[Value, ...],
    new: tuple[Value, ...],
    seconds: float,
    every: float,
    limits: tuple[float, ...],
    *,
    still: bool,
) -> tuple[list[Value], list[str]]:
    start, end = group.start, group.end
    port = agent.ports.get(start)
    if still:
        if track.prompt:
            return [0.0] * (end - start), [""] * (end - start)
        if port is None:
            seen = any(track.rates[start:end])
            port = agent.ports[start] = Port(array("d", [track.clock - seconds]), seen)
        span = port.step(agent, track.clock, seconds, every, None)
        if span == CARRY:
            return _told(list(track.rates[start:end]))
        return _told([0.0 if span > 0 else None] * (end - start))
    limited = list(zip(specs[start:end], limits[start:end], strict=True))
    counted = [_delta(spec, old, new, seconds, limit) for spec, limit in limited]
    wrong = any(why for _, why in counted)
    span = seconds
    if port is not None:
        if wrong:
            port.begin(track.clock, seen=False)
        else:
            octets = max(amount for amount, _ in counted if amount is not None)
            span = port.step(agent, track.clock, seconds, every, octets)
    if span <= 0:
        return [None] * (end - start), [why or "not_refreshed" for _, why in counted]
    slack = max(track.slack, SLACK if span != seconds or agent.period > 0 else 1.0)
    # Until it is known how it refreshes, what a port shows may have come in so long a time.
    rough = agent.longest if port is not None and not agent.period else 0.0
    widest = max(span * slack, rough)
    rates: list[Value] = []
    gaps: list[str] = []
    for (spec, limit), (amount, why) in zip(limited, counted, strict=True):
        value = None if amount is None else _rate(spec, amount, span, limit, slack, widest)
        gaps.append(why or ("too_fast" if value is None else ""))
        rates.append(value)
    return rates, gaps


def _told(rates: list[Value]) -> tuple[list[Value], list[str]]:
    return rates, ["not_refreshed" if rate is None else "" for rate in rates]


def _delta(
    spec: RateSpec, old: tuple[Value, ...], new: tuple[Value, ...], seconds: float, limit: float
) -> tuple[float | None, str]:
    """Return how much was counted between two readings, or why that cannot be said.

    Whether it is too fast can be told of its rate only: an agent may show in one poll what came in
    several. Beyond what LONGEST explains it is nonsense whatever the agent does.
    """
    before, after, moved = old[spec.counter], new[spec.counter], spec.discontinuity
    if after is None:
        return None, "no_value"
    if before is None:
        return None, "first"
    if SENTINEL in (before, after):
        return None, "invalid"
    if moved is not None and old[moved] != new[moved]:
        return None, "discontinuity"
    counted = after - before
    if spec.width == NARROW:
        if max(before, after) >= _ROUND:
            return None, "invalid"
        if limit * seconds >= _ROUND:
            return None, "wrap"
        counted %= _ROUND
    elif counted < 0:
        return None, "wrap" if before >= _HALF else "reset"
    return (None, "too_fast") if counted > limit * (seconds + LONGEST) else (counted, "")


def _rate(
    spec: RateSpec, amount: float, seconds: float, limit: float, slack: float, widest: float
) -> float | None:
    """Return what came over so many seconds as a rate; None = faster than the interface.

    Over an interval that was learnt it may be wrong by `slack`; one that was not may be up to
    `widest` seconds long. What explains it without is not shown as more than was contracted.
    """
    if amount > limit * seconds * slack:
        return None
    value = min(amount, limit * seconds) * spec.scale / seconds
    return 1.0 if spec.share and value > 1.0 >= amount * spec.scale / widest else value


def _windowed(
    track: Track,
    specs: tuple[RateSpec, ...],
    old: tuple[Value, ...],
    new: tuple[Value, ...],
    seconds: float,
    limits: tuple[float, ...],
) -> list[Value] | None:
    """Take the rates over the window of an agent that refreshes within its polls.

    None: something is wrong with this reading, or the window is too long for a Counter32.
    """
    clock = track.clock
    kept = track.kept
    if kept is None:
        kept = track.kept = deque([(clock - seconds, old)])
    limited = list(zip(specs, limits, strict=True))
    # A share is counted by the counter of a rate beside it.
    counted = (one for one in limited if not one[0].share)
    if any(_delta(spec, old, new, seconds, limit)[1] for spec, limit in counted):
        track.kept = None
        return None
    kept.append((clock, new))
    while len(kept) > 2 and clock - kept[1][0] >= track.window:
        kept.popleft()
    began, first = kept[0]
    rates: list[Value] = []
    for spec, limit in limited:
        amount, _ = _delta(spec, first, new, clock - began, limit)
        if amount is None:
            return None
        value = _rate(spec, amount, clock - began, limit, SLACK, (clock - began) * SLACK)
        if value is None:
            return None
        rates.append(value)
    return rates


def follow(
    track: Track, probe: Probe, old: tuple[Value, ...], new: tuple[Value, ...], seconds: float
) -> None:
    """Follow the busiest counter of a device now and then, to learn how it is refreshed."""
    every = probe.every_ms / 1000
    study = track.study
    if study is None:
        moves = [
            (after - before, spec.counter)
            for spec in probe.rates
            if (before := old[spec.counter]) is not None
            and (after := new[spec.counter]) is not None
        ]
        busiest, place = max(moves, default=(0, 0))
        if busiest < BUSY * seconds:
            track.study_at = track.clock + every * _LOOK
            return
        begun = old[place]
        study = track.study = Study(place, begun or 0)
        study.add(track.clock - seconds, begun or 0)
    before, after = old[study.counter], new[study.counter]
    if before is None or after is None or after <= before or seconds > every * 1.5:
        track.study = None
        track.study_at = track.clock + every * _LOOK
    elif study.add(track.clock, after):
        track.study = None
        track.coarse = track.coarse or study.coarse()
        rest = _conclude(track, study.verdict(every), 1.0 + 1.0 / every)
        track.study_at = track.clock + every * rest


def _conclude(track: Track, verdict: tuple[float, bool] | None, coarse: float) -> int:
    """Take over what a study found; return after how many intervals the next one begins.

    `coarse`: how wrong a rate is where the time may be by a second.

    A window is taken when two studies in a row ask for much the same: traffic may look like a
    refresh once. One that three in a row do not confirm is dropped.
    """
    if verdict is None:
        track.told = 0.0
        track.silent += 1
        if track.window and track.silent < _DOUBTS:
            return _LOOK
        window, slack = 0.0, 1.0 if track.window else track.slack
        track.rest = min(2 * track.rest, _REST)
    else:
        track.silent = 0
        window, blunt = verdict
        slack = SLACK if blunt else 1.0
        told, track.told = track.told, window
        if window:
            like = [one for one in (track.window, told) if _AGREED * one <= window <= one / _AGREED]
            if not like:
                return 0
            window = max(window, *like)
        track.rest = _REST
    if window != track.window and not (window and track.window):
        track.forget_agent()
    slack = max(slack, coarse) if track.coarse and not window else slack
    if (window, slack) != (track.window, track.slack):
        track.window, track.slack = window, slack
        track.limits = track.kept = None
    return track.rest
