"""Counters to rates: right, or absent with the reason."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inventory.model import TargetId, device_target, interface_target
from metrics.catalogue import (
    DEVICE_STATE,
    DISCONTINUITY,
    IN_OCTETS,
    IN_RATE,
    SPEED,
    UPTIME_TICKS,
    Metric,
)
from metrics.observation import Observation, Outcome, Probe, RateSpec, Series, Value
from metrics.rates import Rates

PORT = interface_target("r1", "GE0/0/1")
GIGABIT = 1_000_000_000


def _series(metric: Metric, target: TargetId) -> Series:
    return Series(metric, target, tuple((label, "x") for label in metric.measurement.labels))


def _probe(every_ms: int = 10_000) -> Probe:
    raw = (
        _series(UPTIME_TICKS, device_target("r1")),
        _series(IN_OCTETS, PORT),
        _series(DISCONTINUITY, PORT),
    )
    return Probe(
        id="interfaces@device:r1",
        kind="interfaces",
        target=device_target("r1"),
        device="r1",
        area="xg",
        every_ms=every_ms,
        deadline=9.0,
        series=(*raw, _series(IN_RATE, PORT), _series(DEVICE_STATE, device_target("r1"))),
        raw=len(raw),
        rates=(RateSpec(counter=1, discontinuity=2, uptime=0, scale=8.0, interface=PORT),),
        question=None,
    )


def _settings_probe() -> Probe:
    series = (_series(SPEED, PORT), _series(DEVICE_STATE, device_target("r1")))
    return Probe(
        id="interface_settings@device:r1",
        kind="interface_settings",
        target=device_target("r1"),
        device="r1",
        area="xg",
        every_ms=300_000,
        deadline=9.0,
        series=series,
        raw=1,
        rates=(),
        question=None,
    )


def _heard(
    probe: Probe,
    seconds: int,
    *values: Value,
    reason: str = "",
    outcome: Outcome = Outcome.ANSWERED,
) -> Observation:
    return Observation(probe, 1_700_000_000_000 + seconds * 1000, 0.01, outcome, reason, values)


def _rate(*readings: tuple[int, int, int, int], speed: int = GIGABIT) -> tuple[Value, str]:
    """Feed (second, ticks, octets, discontinuity) and return the last rate and reason."""
    rates, probe = Rates(), _probe()
    rates.observe(_heard(_settings_probe(), 0, speed))
    found: tuple[tuple[Value, ...], str] = ((None,), "")
    for second, ticks, octets, moved in readings:
        found = rates.observe(_heard(probe, second, ticks, octets, moved))
    return found[0][0], found[1]


def test_octets_become_bits_per_second_over_the_agents_own_time() -> None:
    assert _rate((0, 1000, 0, 0), (10, 2050, 1050, 0)) == (800.0, "")


def test_the_first_reading_has_no_rate() -> None:
    assert _rate((0, 1000, 5, 0)) == (None, "first")


def test_a_restart_gives_no_rate_even_when_the_counter_grew() -> None:
    assert _rate((0, 900_000, 5, 0), (10, 100, 50, 0)) == (None, "reset")


def test_a_counter_that_falls_is_a_reset() -> None:
    assert _rate((0, 1000, 5000, 0), (10, 2000, 10, 0)) == (None, "reset")


def test_a_counter64_that_falls_from_its_upper_half_is_never_unwrapped() -> None:
    assert _rate((0, 1000, 2**64 - 10, 0), (10, 2000, 10, 0)) == (None, "wrap")


def test_a_moved_discontinuity_time_gives_no_rate() -> None:
    assert _rate((0, 1000, 5, 0), (10, 2000, 50, 1500)) == (None, "discontinuity")


def test_more_than_two_intervals_and_a_half_between_readings_is_a_gap() -> None:
    assert _rate((0, 1000, 5, 0), (30, 4000, 50, 0)) == (None, "gap")


def test_one_missed_reading_is_bridged() -> None:
    assert _rate((0, 1000, 0, 0), (20, 3000, 2000, 0)) == (800.0, "")


def test_an_agent_that_answers_from_a_cache_has_no_rate() -> None:
    assert _rate((0, 1000, 5, 0), (10, 1000, 5, 0)) == (None, "still")


def test_uptime_that_wraps_at_497_days_is_not_a_restart() -> None:
    assert _rate((0, 2**32 - 500, 0, 0), (10, 500, 1000, 0)) == (800.0, "")


def test_the_sentinel_of_all_ones_is_not_a_reading() -> None:
    assert _rate((0, 1000, 5, 0), (10, 2000, 2**64 - 1, 0)) == (None, "invalid")


def test_faster_than_the_interface_is_not_believed() -> None:
    assert _rate((0, 1000, 0, 0), (10, 2000, 2_000_000, 0), speed=1_000_000) == (None, "too_fast")


def test_renumbering_forgets_the_earlier_reading() -> None:
    rates, probe = Rates(), _probe()
    rates.observe(_heard(probe, 0, 1000, 5, 0))
    renumbered = _heard(probe, 10, None, None, None, reason="renumbered")
    assert rates.observe(renumbered)[1] == "renumbered"
    assert rates.observe(_heard(probe, 20, 3000, 50, 0)) == ((None,), "first")


def test_silence_gives_no_rate_and_keeps_the_earlier_reading() -> None:
    rates, probe = Rates(), _probe()
    rates.observe(_heard(probe, 0, 1000, 0, 0))
    silent = _heard(probe, 10, None, None, None, outcome=Outcome.SILENT)
    assert rates.observe(silent) == ((None,), "")
    assert rates.observe(_heard(probe, 20, 3000, 2000, 0)) == ((800.0,), "")


@given(
    st.lists(
        st.tuples(
            st.integers(1, 40),
            st.integers(0, 2**32 - 1),
            st.integers(0, 2**64 - 1),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_sequence_of_readings_gives_a_rate_within_the_interface_or_a_reason(
    steps: list[tuple[int, int, int, int]],
) -> None:
    rates, probe = Rates(), _probe()
    rates.observe(_heard(_settings_probe(), 0, GIGABIT))
    second = 0
    for pause, ticks, octets, moved in steps:
        second += pause
        (rate,), gap = rates.observe(_heard(probe, second, ticks, octets, moved))
        assert (rate is None) == bool(gap)
        assert rate is None or 0 <= rate <= 1.05 * GIGABIT
