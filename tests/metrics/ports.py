"""A port with two counters as a poll of it hears them, for the tests of rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from inventory.model import TargetId, device_target, interface_target, link_target
from metrics.catalogue import (
    DEVICE_STATE,
    DISCONTINUITY,
    IN_OCTETS,
    IN_RATE,
    IN_UTILIZATION,
    OUT_OCTETS,
    OUT_RATE,
    SPEED,
    UPTIME_TICKS,
    Metric,
)
from metrics.observation import Observation, Outcome, Probe, RateSpec, Series, Value
from metrics.rates import Rates

PORT = interface_target("r1", "GE0/0/1")
BESIDE = interface_target("r1", "GE0/0/2")
GIGABIT = 1_000_000_000
T0_MS = 1_700_000_000_000


def series(metric: Metric, target: TargetId) -> Series:
    return Series(metric, target, tuple((label, "x") for label in metric.measurement.labels))


def port_probe(every: float = 10.0, *, width: int = 64, contract: float = GIGABIT) -> Probe:
    """Uptime, octets in and out and their discontinuity time; rates in, out, and a utilisation."""
    raw = (
        series(UPTIME_TICKS, device_target("r1")),
        series(IN_OCTETS, PORT),
        series(OUT_OCTETS, PORT),
        series(DISCONTINUITY, PORT),
    )
    derived = (
        series(IN_RATE, PORT),
        series(OUT_RATE, PORT),
        series(IN_UTILIZATION, link_target("l1")),
    )
    return Probe(
        id="interfaces@device:r1",
        kind="interfaces",
        target=device_target("r1"),
        device="r1",
        area="xg",
        every_ms=round(every * 1000),
        deadline=every,
        series=(*raw, *derived, series(DEVICE_STATE, device_target("r1"))),
        raw=len(raw),
        rates=(
            RateSpec(1, 3, 0, 8.0, PORT, width=width),
            RateSpec(2, 3, 0, 8.0, PORT, width=width),
            RateSpec(1, 3, 0, 8.0 / contract, PORT, width=width, share=True),
        ),
        question=None,
    )


def two_ports_probe(every: float = 10.0) -> Probe:
    """As above, and octets in, discontinuity time and rate in of a port beside it."""
    one = port_probe(every)
    raw = (*one.series[: one.raw], series(IN_OCTETS, BESIDE), series(DISCONTINUITY, BESIDE))
    rates = (*one.series[one.raw : -1], series(IN_RATE, BESIDE), one.series[-1])
    beside = RateSpec(one.raw, one.raw + 1, 0, 8.0, BESIDE)
    return replace(one, series=(*raw, *rates), raw=len(raw), rates=(*one.rates, beside))


def settings_probe() -> Probe:
    """The question that learns the port's speed."""
    return Probe(
        id="interface_settings@device:r1",
        kind="interface_settings",
        target=device_target("r1"),
        device="r1",
        area="xg",
        every_ms=300_000,
        deadline=9.0,
        series=(series(SPEED, PORT),),
        raw=1,
        rates=(),
        question=None,
    )


def heard(
    probe: Probe,
    seconds: float,
    *values: Value,
    reason: str = "",
    outcome: Outcome = Outcome.ANSWERED,
) -> Observation:
    """What was heard so many seconds after the beginning, by our clock."""
    at = T0_MS + round(seconds * 1000)
    return Observation(probe, at, 0.01, outcome, reason, values)


def with_speed(speed: Value) -> Rates:
    """Rates that know the port's speed in bit/s."""
    rates = Rates()
    rates.observe(heard(settings_probe(), 0, speed))
    return rates


Row = tuple[float, Value, Value, Value, Value]
"""Second of our clock, uptime in ticks, octets in and out, discontinuity time."""


def fed(rates: Rates, probe: Probe, rows: Iterable[Row]) -> list[tuple[tuple[Value, ...], str]]:
    """Feed readings; return what each one gave, and the first reason for an absent rate."""
    return [reasoned(rates, heard(probe, second, *values)) for second, *values in rows]


def reasoned(rates: Rates, observation: Observation) -> tuple[tuple[Value, ...], str]:
    """Return the rates and the first reason for an absent one, or ""."""
    values, gaps = rates.observe(observation)
    assert [bool(gap) for gap in gaps] == ([value is None for value in values] if gaps else [])
    return values, next(filter(None, gaps), "")
