"""Counters to rates. A rate is right or it is absent with its reason; never a wrong rate.

Reasons, by precedence of discovery:

    first           no earlier reading to compare with
    no_value        the agent did not give the counter
    gap             the earlier reading is more than two intervals and a half old
    reset           the agent restarted (its uptime fell), or the counter fell
    wrap            the counter fell from its upper half: a Counter64 is never unwrapped
    discontinuity   ifCounterDiscontinuityTime moved (RFC 2863)
    renumbered      ifIndex was learnt anew, so the two readings may be of two ports
    still           the agent's uptime did not move: it answered from a cache
    too_fast        more than 1.05 times the interface's speed
    invalid         the sentinel 2^64-1

Time is the agent's own uptime (sysUpTime, 1/100 s), so that neither our lateness nor a step of our
clock bends a rate; without it the scheduled instants are used. sysUpTime wraps after 497 days: a
fall that the clock on our side explains as a wrap is not a restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from inventory.model import TargetId
from metrics.catalogue import SPEED
from metrics.observation import Observation, Outcome, Probe, RateSpec, Value

_TICKS: Final = 2**32
_SENTINEL: Final = 2**64 - 1
_HALF: Final = 2**63
_HEADROOM: Final = 1.05
_NOTHING: Final[tuple[tuple[Value, ...], str]] = ((), "")


@dataclass(slots=True)
class _Last:
    """The last answered reading of a probe."""

    values: tuple[Value, ...]
    slot_ms: int


class Rates:
    """Remembers one reading per probe and the speed of each interface."""

    def __init__(self) -> None:
        self._last: dict[Probe, _Last] = {}
        self._speeds: dict[TargetId, float] = {}
        self._speed_positions: dict[Probe, tuple[tuple[int, TargetId], ...]] = {}
        self._absent: dict[int, tuple[None, ...]] = {}

    def observe(self, observation: Observation) -> tuple[tuple[Value, ...], str]:
        """Return the rates of `probe.rates` in order and, where one is absent, the first reason."""
        probe = observation.probe
        specs = probe.rates
        if not specs:
            if probe.kind == "interface_settings":
                self._learn(observation)
            return _NOTHING
        if observation.outcome is not Outcome.ANSWERED:
            return self._none(len(specs)), ""
        if observation.reason == "renumbered":
            self._last.pop(probe, None)
            return self._none(len(specs)), "renumbered"
        values = observation.values
        last = self._last.get(probe)
        self._last[probe] = _Last(values, observation.slot_ms)
        if last is None:
            return self._none(len(specs)), "first"
        elapsed_ms = observation.slot_ms - last.slot_ms
        if elapsed_ms * 2 > probe.every_ms * 5:
            return self._none(len(specs)), "gap"
        return self._compare(specs, last.values, values, elapsed_ms / 1000)

    def _compare(
        self,
        specs: tuple[RateSpec, ...],
        old: tuple[Value, ...],
        new: tuple[Value, ...],
        wall: float,
    ) -> tuple[tuple[Value, ...], str]:
        rates: list[Value] = []
        gap = ""
        position: int | None = -1
        seconds = wall
        for spec in specs:
            if spec.uptime != position:
                position = spec.uptime
                seconds = _elapsed(old, new, position, wall)
            before, after, moved = old[spec.counter], new[spec.counter], spec.discontinuity
            if (
                before is not None
                and after is not None
                and seconds > 0
                and before <= after < _SENTINEL
                and (moved is None or old[moved] == new[moved])
            ):
                each = (after - before) / seconds
                limit = self._speeds.get(spec.interface)
                if limit is None or each * spec.bits <= limit * _HEADROOM:
                    rates.append(each * spec.scale)
                    continue
                gap = gap or "too_fast"
            else:
                gap = gap or _why(before, after, seconds)
            rates.append(None)
        return tuple(rates), gap

    def _learn(self, observation: Observation) -> None:
        probe = observation.probe
        positions = self._speed_positions.get(probe)
        if positions is None:
            positions = self._speed_positions[probe] = tuple(
                (position, series.target)
                for position, series in enumerate(probe.series[: probe.raw])
                if series.metric is SPEED
            )
        for position, target in positions:
            if position < len(observation.values):
                speed = observation.values[position]
                if speed:
                    self._speeds[target] = speed

    def _none(self, count: int) -> tuple[Value, ...]:
        absent = self._absent.get(count)
        if absent is None:
            absent = self._absent[count] = (None,) * count
        return absent

    def forget(self, probes: Iterable[Probe]) -> None:
        """Drop what is remembered of probes that are no longer asked."""
        for probe in probes:
            self._last.pop(probe, None)
            self._speed_positions.pop(probe, None)


def _why(before: Value, after: Value, seconds: float) -> str:
    """Name the reason why two readings give no rate."""
    if seconds < 0:
        return "reset"
    if after is None:
        return "no_value"
    if before is None:
        return "first"
    if seconds == 0:
        return "still"
    if _SENTINEL in {before, after}:
        return "invalid"
    if after < before:
        return "wrap" if before >= _HALF else "reset"
    return "discontinuity"


def _elapsed(
    old: tuple[Value, ...], new: tuple[Value, ...], position: int | None, wall: float
) -> float:
    """Return seconds by the agent's uptime; below zero = it restarted between.

    A fall of uptime is a wrap, not a restart, when the distance modulo 2^32 ticks is what the
    clock on our side saw pass (within a quarter and 5 seconds).
    """
    if position is None:
        return wall
    before, after = old[position], new[position]
    if before is None or after is None:
        return wall
    if after >= before:
        return (after - before) / 100
    wrapped = (after - before) % _TICKS / 100
    return wrapped if abs(wrapped - wall) <= wall / 4 + 5 else -1.0
