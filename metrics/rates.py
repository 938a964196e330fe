"""Counters to rates. A rate is right or it is absent with its reason; never a wrong rate.

Reasons, by precedence of discovery:

    first           no earlier reading to compare with
    renumbered      ifIndex was learnt anew, so the two readings may be of two ports
    gap             the earlier reading is more than two intervals and a half old
    reset           the agent restarted (its uptime fell, or hardly went on), or the counter fell
    clock           the agent gives no uptime and our own clock did not go on
    still           the agent's uptime did not move: it answered from a cache
    no_value        the agent did not give the counter
    skewed          part of the answer came much later than the time before (see
                    `collectors.interfaces`)
    invalid         the sentinel 2^64-1
    discontinuity   ifCounterDiscontinuityTime moved (RFC 2863)
    wrap            a Counter64 fell from its upper half, which is never unwrapped; or a Counter32
                    may have wrapped more than once in the time, or at an unknown speed
    too_fast        more than 1.05 times the interface's speed
    not_refreshed   the port stands still, or its counters do: see `metrics.refresh`

Time is the agent's own uptime (sysUpTime, 1/100 s), so that neither our lateness nor a step of our
clock bends a rate; without it the scheduled instants are used. sysUpTime wraps after 497 days: a
fall that the clock on our side explains as a wrap is not a restart.

A Counter32 is unwrapped once, and only where the interface cannot fill it in the time
(seconds x speed < 2^32 octets); where it can, nothing is said, for a second wrap would be unseen.

A port whose speed the agent does not tell is held to 800 Gbit/s, the fastest there is (IEEE
802.3df): real nonsense, a reset or a counter of another port, is faster than that by far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from inventory.model import TargetId
from metrics._careful import SENTINEL, carefully, follow
from metrics._track import Track, track_of
from metrics.catalogue import SPEED
from metrics.observation import Observation, Outcome, Probe, RateSpec, Value

_TICKS: Final = 2**32
_HEADROOM: Final = 1.05
_FASTEST: Final = 800e9
_NOTHING: Final[tuple[tuple[Value, ...], tuple[str, ...]]] = ((), ())
_PATTERNS: Final = 10_000
_STILL, _RESET, _GAP, _CLOCK = 0.0, -1.0, -2.0, -3.0
_NO_TIME: Final = {_STILL: "still", _RESET: "reset", _GAP: "gap", _CLOCK: "clock"}


class Rates:
    """Remembers a reading per probe, the speed of each interface, and how agents refresh."""

    def __init__(self) -> None:
        self._tracks: dict[Probe, Track] = {}
        self._of_device: dict[str | None, list[Track]] = {}
        self._speeds: dict[TargetId, float] = {}
        self._speed_positions: dict[Probe, tuple[tuple[int, TargetId], ...]] = {}
        self._absent: dict[int, tuple[None, ...]] = {}
        self._same: dict[tuple[float, ...], tuple[float, ...]] = {}
        """Limits, of which a province has many and few that differ."""
        self._reasons: dict[tuple[str, ...], tuple[str, ...]] = {}
        """Reasons of all rates of a probe, likewise."""
        self.absent: Counter[str] = Counter()
        """Answers with a rate that is absent, by reason."""

    def observe(self, observation: Observation) -> tuple[tuple[Value, ...], tuple[str, ...]]:
        """Return the rates of `probe.rates` in order, and of each the reason where it is absent.

        Where none is, or nothing was heard, there are no reasons: ().
        """
        probe = observation.probe
        specs = probe.rates
        if not specs:
            if probe.kind == "interface_settings":
                self._learn(observation)
            return _NOTHING
        if observation.outcome is not Outcome.ANSWERED:
            return self._none(len(specs)), ()
        track = self._tracks.get(probe) or self._track(probe)
        if observation.reason == "renumbered":
            track.values = ()
            track.begin(restarted=True)
            return self._nothing(track, specs, "renumbered")
        return self._compare(track, observation)

    def _compare(
        self, track: Track, observation: Observation
    ) -> tuple[tuple[Value, ...], tuple[str, ...]]:
        probe, new, slot_ms = observation.probe, observation.values, observation.slot_ms
        specs, old = probe.rates, track.values
        if not old:
            track.values, track.slot_ms, track.heard_ms = new, slot_ms, slot_ms
            return self._nothing(track, specs, "first")
        place, every_ms = specs[0].uptime, probe.every_ms
        began = None if place is None else old[place]
        now = None if place is None else new[place]
        seconds = _elapsed(began, now, slot_ms, track, every_ms)
        track.heard_ms = slot_ms
        if seconds == _STILL:
            return self._none(len(specs)), self._why(("still",) * len(specs))
        track.values, track.slot_ms = new, slot_ms
        if seconds < 0:
            track.begin(restarted=seconds == _RESET)
            return self._nothing(track, specs, _NO_TIME[seconds])
        clock = track.clock = track.clock + seconds
        limits = track.limits or self._limits(track, specs)
        gaps: tuple[str, ...] = ()
        if track.narrow or track.awake or track.window:
            rates = None
        elif track.quiet is None:
            rates = _plainly(specs, old, new, seconds, track.caps, track.prompt)
        else:
            rates = _quietly(specs, old, new, seconds, track.caps, track.quiet)
        if rates is None:
            lacking = "skewed" if observation.reason == "skewed" else "no_value"
            rates, why = carefully(track, probe, old, new, seconds, limits, lacking)
            if any(why):
                gaps = self._why(tuple(why))
        track.rates = tuple(rates)
        if clock >= track.study_at:
            follow(track, probe, old, new, seconds)
        return track.rates, gaps

    def _track(self, probe: Probe) -> Track:
        track = self._tracks[probe] = track_of(probe.rates)
        self._of_device.setdefault(probe.device, []).append(track)
        return track

    def _limits(self, track: Track, specs: tuple[RateSpec, ...]) -> tuple[float, ...]:
        speeds = self._speeds
        track.limits = tuple(
            speeds.get(spec.interface, _FASTEST) * _HEADROOM / spec.bits
            if spec.bits
            else float("inf")
            for spec in specs
        )
        track.limits = track.caps = self._same.setdefault(track.limits, track.limits)
        if track.slack > 1.0:
            track.caps = tuple(
                min(limit, 1.0 / spec.scale) if spec.share else limit
                for spec, limit in zip(specs, track.limits, strict=True)
            )
        return track.limits

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
                if speed and speed != self._speeds.get(target):
                    self._speeds[target] = speed
                    for track in self._of_device.get(probe.device, ()):
                        track.limits = None

    def _nothing(
        self, track: Track, specs: tuple[RateSpec, ...], reason: str
    ) -> tuple[tuple[Value, ...], tuple[str, ...]]:
        track.rates = self._none(len(specs))
        return track.rates, self._why((reason,) * len(specs))

    def _why(self, gaps: tuple[str, ...]) -> tuple[str, ...]:
        for reason in {*gaps} - {""}:
            self.absent[reason] += 1
        if len(self._reasons) > _PATTERNS:
            self._reasons.clear()
        return self._reasons.setdefault(gaps, gaps)

    def _none(self, count: int) -> tuple[Value, ...]:
        absent = self._absent.get(count)
        if absent is None:
            absent = self._absent[count] = (None,) * count
        return absent

    def forget(self, probes: Iterable[Probe]) -> None:
        """Drop what is remembered of probes that are no longer asked."""
        for probe in probes:
            self._speed_positions.pop(probe, None)
            track = self._tracks.pop(probe, None)
            if track is not None:
                others = [t for t in self._of_device[probe.device] if t is not track]
                self._of_device[probe.device] = others
                if not others:
                    del self._of_device[probe.device]


def _elapsed(before: Value, after: Value, slot_ms: int, track: Track, every_ms: int) -> float:
    """Return seconds between two readings, or why there are none to count with.

    By uptime a fall is a wrap, not a restart, when the distance modulo 2^32 ticks is what the clock
    on our side saw pass (within a quarter and 5 seconds). An uptime that went on for less than
    half of what our clock saw belongs to an agent that was down in between; or our clock was set,
    and one rate is absent that need not be.
    """
    wall_ms = slot_ms - track.slot_ms
    if before is None or after is None:
        if wall_ms <= 0:
            return _CLOCK
        return _GAP if 2 * (slot_ms - track.heard_ms) > 5 * every_ms else wall_ms / 1000
    ticks = after - before
    if 0 < ticks * 4 <= every_ms and wall_ms <= ticks * 20:  # as it nearly always is
        return ticks / 100
    if ticks < 0:
        ticks %= _TICKS
        if abs(ticks * 10 - wall_ms) > wall_ms / 4 + 5000:
            return _RESET
    if ticks == 0:
        return _STILL
    cached_ms = track.heard_ms - track.slot_ms
    if ticks * 20 > 5 * every_ms + 2 * max(cached_ms, 0):
        return _GAP
    if ticks * 20 + 2000 < wall_ms:
        return _RESET
    return ticks / 100


def _plainly(
    specs: tuple[RateSpec, ...],
    old: tuple[Value, ...],
    new: tuple[Value, ...],
    seconds: float,
    limits: tuple[float, ...],
    prompt: bool,  # noqa: FBT001 - a name costs time in each poll
) -> list[Value] | None:
    """Make the rates of a probe whose counters all moved, as most do; None = one did not.

    Of a `prompt` agent one that stands still is as good, unless all of them do.
    """
    rates: list[Value] = []
    try:
        for spec, limit in zip(specs, limits, strict=True):
            place, moved = spec.counter, spec.discontinuity
            before, after = old[place], new[place]
            if not before < after < SENTINEL and (  # type: ignore[operator]  # see TypeError
                not prompt or before != after or after == SENTINEL
            ):
                return None
            if moved is not None and old[moved] != new[moved]:
                return None
            each = (after - before) / seconds  # type: ignore[operator]
            if each > limit:
                return None
            rates.append(each * spec.scale)
        if prompt and not any(rates):
            return None
    except TypeError:  # one is None; to look before would cost all the others
        return None
    return rates


def _quietly(
    specs: tuple[RateSpec, ...],
    old: tuple[Value, ...],
    new: tuple[Value, ...],
    seconds: float,
    limits: tuple[float, ...],
    quiet: tuple[bool, ...],
) -> list[Value] | None:
    """Do so where the quiet ones, and no others, stand still as before; None = they do not."""
    rates: list[Value] = []
    for spec, limit, still in zip(specs, limits, quiet, strict=True):
        before, after, moved = old[spec.counter], new[spec.counter], spec.discontinuity
        if (
            before is None
            or after is None
            or not before <= after < SENTINEL
            or (before == after) is not still
            or (moved is not None and old[moved] != new[moved])
        ):
            return None
        each = (after - before) / seconds
        if each > limit:
            return None
        rates.append(each * spec.scale)
    return rates
