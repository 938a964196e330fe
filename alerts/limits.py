"""Which readings cross a limit: each probe's rules, found once and kept as positions.

Probes that look alike (same metrics, same limits) share one plan, so that 30,000 links cost a
handful of plans. A reading in which nothing is beyond a limit touches nothing but the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from alerts.model import OnMetric, Rule
from alerts.rules import PROMISED
from inventory.model import Inventory, TargetId
from metrics.observation import Probe, Value


@dataclass(frozen=True, slots=True)
class Watch:
    """A rule at a position of a probe's values. Values from `low` to `high` are normal.

    `calm_low`, `calm_high`: the same while the condition holds (hysteresis). `over`: position of
    the divisor. `keep`: what is left of an average after one run; 0 = no average. `warm`: how many
    runs make an average meaningful.
    """

    rule: Rule
    position: int
    over: int | None
    limit: float
    low: float
    high: float
    calm_low: float
    calm_high: float
    keep: float
    warm: int
    floor: float
    """Values below it are neither good nor bad."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is watched in the readings of probes that look alike.

    `plain`: watches on values as they are; `bounds`: their position, low and high, for speed.
    `smooth`: watches on ratios and averages, to be looked at in each reading.
    """

    plain: tuple[Watch, ...]
    bounds: tuple[tuple[int, float, float], ...]
    smooth: tuple[Watch, ...]


class Average(msgspec.Struct):
    """An exponential average of a value, or of both parts of a ratio."""

    value: float = 0.0
    weight: float = 0.0
    heard: int = 0


def smoothed(watch: Watch, values: Sequence[Value], average: Average) -> float | None:
    """Take a reading into an average; return what it is now, None = not heard or not enough yet."""
    value = values[watch.position]
    weight = 1 if watch.over is None else values[watch.over]
    if value is None or weight is None:
        return None
    average.value = average.value * watch.keep + value
    average.weight = average.weight * watch.keep + weight
    average.heard += 1
    if average.heard < watch.warm or average.weight == 0:
        return None
    return average.value / average.weight


def plans(
    rules: Iterable[Rule], inventory: Inventory, probes: Iterable[Probe]
) -> dict[Probe, Plan]:
    """Find for each probe the rules that watch one of its series; others have no entry."""
    by_metric: dict[str, list[tuple[Rule, OnMetric]]] = {}
    for rule in rules:
        if isinstance(rule.when, OnMetric):
            by_metric.setdefault(rule.when.metric, []).append((rule, rule.when))
    shared: dict[object, Plan] = {}
    found = {}
    for probe in probes:
        matches = list(_matches(probe, by_metric, inventory))
        if matches:
            alike = (probe.every_ms, *((rule.id, *places) for rule, _, *places in matches))
            plan = shared.get(alike)
            if plan is None:
                plan = shared[alike] = _plan(probe.every_ms / 1000, matches)
            found[probe] = plan
    return found


_Match = tuple[Rule, OnMetric, int, int | None, float]


def _matches(
    probe: Probe, by_metric: dict[str, list[tuple[Rule, OnMetric]]], inventory: Inventory
) -> Iterator[_Match]:
    for position, series in enumerate(probe.series):
        for rule, when in by_metric.get(series.metric.name, ()):
            over = None if when.over is None else _position(probe, when.over, series.target)
            limit = _promised(when, series.target, inventory) if when.limit is None else when.limit
            if limit is not None and (when.over is None or over is not None):
                yield rule, when, position, over, limit


def _position(probe: Probe, metric: str, target: TargetId) -> int | None:
    for position, series in enumerate(probe.series):
        if series.metric.name == metric and series.target == target:
            return position
    return None


def _promised(when: OnMetric, target: TargetId, inventory: Inventory) -> float | None:
    """Return what the contract of a link promises; None = nothing."""
    link = inventory.links.get(target.removeprefix("link:"))
    if link is None:
        return None
    promised: float | None = getattr(inventory.contracts[link.contract], PROMISED[when.metric])
    return promised


def _plan(every: float, matches: Sequence[_Match]) -> Plan:
    watches = [_watch(every, *match) for match in matches]
    plain = tuple(watch for watch in watches if watch.over is None and not watch.keep)
    return Plan(
        plain=plain,
        bounds=tuple((watch.position, watch.low, watch.high) for watch in plain),
        smooth=tuple(watch for watch in watches if watch not in plain),
    )


def _watch(
    every: float, rule: Rule, when: OnMetric, position: int, over: int | None, limit: float
) -> Watch:
    clear = limit if when.clear is None else when.clear
    return Watch(
        rule=rule,
        position=position,
        over=over,
        limit=limit,
        low=-math.inf if when.is_above else limit,
        high=limit if when.is_above else math.inf,
        calm_low=-math.inf if when.is_above else clear,
        calm_high=clear if when.is_above else math.inf,
        keep=math.exp(-every / when.average) if when.average else 0.0,
        warm=math.ceil(when.average / every),
        floor=-math.inf if when.ignore_below is None else when.ignore_below,
    )
