"""Adds up the accounting slots of a circuit from its canonical lines (methodology 1.8).

From the lines and not from what the program keeps beside them, so that whoever has a bundle comes
to the same sums.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from inventory.model import Contract, Link
from sla.canonical import HOUR, UNIT_US, Heard, RoundTrips, SlotRun
from sla.inputs import Limits, SlotSums
from sla.ruleset import LevelRule, RuleSet
from sla.timeline import Span, union

_MILLION: Final = 1_000_000
_BUCKETS: Final = 2_400
"""1.01 ** 2400 microseconds are six hours; a later echo counts as lost long before."""
_AVAILABLE: Final = frozenset({"UP", "DEGRADED"})


def limits_of(link: Link, contract: Contract, rule: LevelRule, rules: RuleSet) -> Limits:
    """Return what the slots of a link are held to: by its contract, else by the rule of its level.

    A circuit that is judged without echoes has its polls for sent and lost, fewer than echoes:
    5 of the 6 of a minute are enough (methodology 1.3).
    """
    echoed = link.b.address is not None and any(spec.kind == "echo" for spec in link.probes)
    fewest = link.profile.min_sent
    return Limits(
        rtt_us=_millionths(contract.rtt_seconds, rule.rtt_us),
        loss_ppm=_millionths(contract.loss_ratio, int(rule.loss * _MILLION)),
        jitter_us=_millionths(contract.jitter_seconds, rule.jitter_us),
        min_sent=fewest if echoed else min(fewest, max(1, link.profile.slot // 12)),
        quantile=rules.latency_quantile,
    )


def _millionths(agreed: float | None, otherwise: int) -> int:
    return otherwise if agreed is None else round(agreed * _MILLION)


def available(heard: Heard) -> list[Span]:
    """Return the stretches of an hour in which a circuit was UP or DEGRADED, as it was decided."""
    return union(
        (heard.hour + run.start, heard.hour + run.end)
        for run in heard.states
        if run.state in _AVAILABLE
    )


def overlap(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """Return what disjoint spans in order have in [start, end)."""
    first = max(0, bisect_left(spans, (start,)) - 1)
    found = []
    for begin, finish in spans[first:]:
        if begin >= end:
            break
        if finish > start:
            found.append((max(begin, start), min(finish, end)))
    return found


class Tally:
    """Sums that grow, and shrink again by what should not have been counted."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._plain: Counter[str] = Counter()
        self._latency: Counter[int] = Counter()

    def add(self, sums: SlotSums) -> None:
        """Add what was added up before, under the same limits."""
        plain = self._plain
        plain["slots"] += sums.slots
        plain["valid"] += sums.valid
        plain["sent"] += sums.sent
        plain["lost"] += sums.lost
        plain["within_loss"] += sums.within_loss
        plain["with_latency"] += sums.with_latency
        plain["within_latency"] += sums.within_latency
        plain["with_jitter"] += sums.with_jitter
        plain["within_jitter"] += sums.within_jitter
        latency = self._latency
        for bucket, count in sums.latency.items():
            latency[bucket] += count

    def count(
        self,
        heard: Heard,
        trips: RoundTrips | None,
        spans: Sequence[Span],
        sign: int = 1,
        touching: Sequence[Span] | None = None,
    ) -> None:
        """Count the slots of an hour that lie wholly in one of the spans; -1 takes them back.

        `touching`: only slots that have a second in common with one of these; None = all. Both are
        disjoint and in order, in UTC seconds.
        """
        hour = heard.hour
        inside = [(a - hour, b - hour) for a, b in overlap(spans, hour, hour + HOUR)]
        if not inside:
            return
        near = [(0, HOUR)]
        if touching is not None:
            near = [(a - hour, b - hour) for a, b in overlap(touching, hour, hour + HOUR)]
        plain, limits = self._plain, self._limits
        whole = inside == near == [(0, HOUR)]
        valid: set[int] | None = None if whole else set()
        if whole and any(run.sent < limits.min_sent for run in heard.slots):
            valid = set()
        for run in heard.slots:
            count = run.count
            if valid is not None:
                chosen = _chosen(run, near, inside)
                count = len(chosen)
            plain["slots"] += sign * count
            if run.sent < limits.min_sent:
                continue
            if valid is not None:
                valid.update(chosen)
            plain["valid"] += sign * count
            plain["sent"] += sign * count * run.sent
            plain["lost"] += sign * count * run.lost
            if run.lost * _MILLION <= limits.loss_ppm * run.sent:
                plain["within_loss"] += sign * count
        if trips is not None:
            self._count_trips(trips, valid, sign)

    def _count_trips(self, trips: RoundTrips, valid: set[int] | None, sign: int) -> None:
        """Count latency and jitter of the slots that begin at `valid`; None = of all."""
        plain, limits, latency = self._plain, self._limits, self._latency
        for run in trips.latency:
            values = run.medians if limits.quantile == "median" else run.p95s
            jitters = run.jitters
            if valid is not None:
                places = (divmod(at - run.offset, run.seconds) for at in valid)
                chosen = [at for at, rest in places if not rest and 0 <= at < len(values)]
                values = tuple(values[place] for place in chosen)
                jitters = tuple(jitters[place] for place in chosen)
            plain["with_latency"] += sign * len(values)
            for units, count in Counter(values).items():
                if units >= 0:
                    latency[bucket_of(units * UNIT_US)] += sign * count
                    if units * UNIT_US <= limits.rtt_us:
                        plain["within_latency"] += sign * count
            for units, count in Counter(jitters).items():
                if units >= 0:
                    plain["with_jitter"] += sign * count
                    if units * UNIT_US <= limits.jitter_us:
                        plain["within_jitter"] += sign * count

    def sums(self) -> SlotSums:
        """Return what was counted; buckets in order, none that is empty."""
        latency = {bucket: count for bucket, count in sorted(self._latency.items()) if count}
        return SlotSums(self._limits, **self._plain, latency=latency)


def sums_of(
    hours: Iterator[tuple[Heard, RoundTrips | None]], limits: Limits, spans: Sequence[Span]
) -> SlotSums:
    """Add up the hours of one circuit over spans (disjoint, in order, UTC seconds)."""
    tally = Tally(limits)
    for heard, trips in hours:
        tally.count(heard, trips, spans)
    return tally.sums()


def _chosen(run: SlotRun, near: Sequence[Span], inside: Sequence[Span]) -> set[int]:
    """Return the offsets of the slots that touch a span of `near` and lie in one of `inside`."""
    first, seconds = run.offset, run.seconds
    return {
        at
        for start, end in near
        for at in range(
            first + max(0, (start - first) // seconds) * seconds,
            min(end, first + run.count * seconds),
            seconds,
        )
        if lies_in(at, at + seconds, inside)
    }


def lies_in(start: int, end: int, spans: Sequence[Span]) -> bool:
    """Say whether [start, end) lies wholly in one of the spans."""
    return any(begin <= start and end <= finish for begin, finish in spans)


@cache
def bucket_of(microseconds: int) -> int:
    """Return the bucket of `SlotSums.latency` that a value is in: smallest b with 1.01 ** b >= it.

    Exact: by whole numbers. What is longer than the last bucket is in that one.
    """
    return min(bisect_left(_bounds(), microseconds), _BUCKETS)


@cache
def _bounds() -> Sequence[int]:
    """Return the largest whole number in each bucket."""
    return [101**bucket // 100**bucket for bucket in range(_BUCKETS + 1)]


def percentile(sums: SlotSums, rank: int) -> int | None:
    """Return the latency of the slot of that ascending rank (1 = least) in microseconds.

    The upper end of its bucket, at most one per cent too much; None = infinite, or no such slot.
    """
    passed = 0
    for bucket, count in sorted(sums.latency.items()):
        passed += count
        if passed >= rank > 0:
            return _bounds()[bucket]
    return None


def as_row(sums: SlotSums) -> Mapping[str, int]:
    """Return the plain sums by name, without limits and buckets."""
    return {
        name: getattr(sums, name)
        for name in SlotSums.__struct_fields__
        if name not in {"limits", "latency"}
    }
