"""Counters to rates: right, or absent with the reason."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metrics.observation import Outcome, Value
from metrics.rates import Rates
from tests.metrics.ports import GIGABIT, fed, heard, port_probe, reasoned, with_speed


def _rate(
    *readings: tuple[float, Value, Value, Value], speed: Value = GIGABIT, width: int = 64
) -> tuple[Value, str]:
    """Feed (second, ticks, octets, discontinuity) and return the last rate and reason."""
    rows = [(second, ticks, octets, octets, moved) for second, ticks, octets, moved in readings]
    values, gap = fed(with_speed(speed), port_probe(width=width), rows)[-1]
    return values[0], gap


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
    rates, probe = Rates(), port_probe()
    reasoned(rates, heard(probe, 0, 1000, 5, 5, 0))
    renumbered = heard(probe, 10, None, None, None, None, reason="renumbered")
    assert reasoned(rates, renumbered)[1] == "renumbered"
    assert reasoned(rates, heard(probe, 20, 3000, 50, 50, 0)) == ((None,) * 3, "first")


def test_silence_gives_no_rate_and_keeps_the_earlier_reading() -> None:
    rates, probe = Rates(), port_probe()
    reasoned(rates, heard(probe, 0, 1000, 0, 0, 0))
    silent = heard(probe, 10, None, None, None, None, outcome=Outcome.SILENT)
    assert reasoned(rates, silent) == ((None,) * 3, "")
    assert reasoned(rates, heard(probe, 20, 3000, 2000, 2000, 0))[0][0] == 800.0


def test_an_agent_that_is_up_for_longer_than_before_may_have_restarted_all_the_same() -> None:
    """Up for 3 s when heard, and for 4 s ten seconds later."""
    assert _rate((0, 300, 10, 0), (10, 400, 50, 0)) == (None, "reset")


def test_a_cache_that_outlives_two_intervals_is_bridged_by_its_own_time() -> None:
    cached = [(second, 1000, 0, 0) for second in (0, 10, 20, 30)]
    assert _rate(*cached, (40, 5000, 4000, 0)) == (800.0, "")


def test_a_step_of_our_clock_does_not_bend_a_rate() -> None:
    assert _rate((0, 1000, 0, 0), (-3590, 2000, 1000, 0)) == (800.0, "")


def test_without_uptime_the_scheduled_instants_are_used() -> None:
    assert _rate((0, None, 0, 0), (10, None, 1000, 0)) == (800.0, "")


def test_without_uptime_a_clock_that_went_back_gives_no_rate() -> None:
    assert _rate((0, None, 0, 0), (-5, None, 1000, 0)) == (None, "clock")


def test_a_counter_the_agent_did_not_give_is_absent_and_the_other_is_not() -> None:
    rows = [(0, 1000, 0, 0, 0), (10, 2000, None, 1000, 0)]
    assert fed(with_speed(GIGABIT), port_probe(), rows)[-1] == ((None, 800.0, None), "no_value")


def test_octets_of_a_part_that_came_late_are_not_missing_but_skewed() -> None:
    rates, probe = with_speed(GIGABIT), port_probe()
    rates.observe(heard(probe, 0, 1000, 0, 0, 0))
    late = heard(probe, 10, 2000, None, 1000, 0, reason="skewed")
    assert rates.observe(late) == ((None, 800.0, None), ("skewed", "", "skewed"))


def test_a_port_of_unknown_speed_is_held_to_the_fastest_there_is() -> None:
    """800 Gbit/s, IEEE 802.3df."""
    tenth = 10 * 10**11 // 8
    assert _rate((0, 1000, 0, 0), (10, 2000, 8 * tenth, 0), speed=None) == (8e11, "")
    assert _rate((0, 1000, 0, 0), (10, 2000, 99 * tenth, 0), speed=None) == (None, "too_fast")


def test_a_counter32_is_unwrapped_once() -> None:
    assert _rate((0, 1000, 2**32 - 400, 0), (10, 2000, 600, 0), width=32) == (800.0, "")


def test_a_counter32_that_can_wrap_twice_between_polls_says_nothing() -> None:
    """10 Gbit/s fill 2^32 octets in 3.4 s: also a counter that only grew may have wrapped."""
    assert _rate((0, 1000, 0, 0), (10, 2000, 9, 0), width=32, speed=10 * GIGABIT) == (None, "wrap")


def test_a_counter32_of_a_port_of_unknown_speed_says_nothing() -> None:
    assert _rate((0, 1000, 0, 0), (10, 2000, 9, 0), width=32, speed=None) == (None, "wrap")


def test_what_does_not_fit_into_a_counter32_is_none() -> None:
    assert _rate((0, 1000, 0, 0), (10, 2000, 2**32, 0), width=32) == (None, "invalid")


def test_a_counter32_that_unwrapped_would_be_too_fast_was_reset() -> None:
    rate = _rate((0, 1000, 2**31, 0), (10, 2000, 600, 0), width=32, speed=100_000_000)
    assert rate == (None, "too_fast")


def test_a_utilisation_is_a_share_of_the_contract_and_not_of_the_port() -> None:
    """20 Mbit/s were contracted on a port of 1 Gbit/s, and 30 flow."""
    rows = [(0, 1000, 0, 0, 0), (10, 2000, 37_500_000, 5, 0)]
    rates = fed(with_speed(GIGABIT), port_probe(contract=20_000_000), rows)[-1]
    assert rates[0][2] == 1.5


def test_what_is_absent_is_counted_by_reason() -> None:
    rates = with_speed(GIGABIT)
    fed(rates, port_probe(), [(0, 1000, 5, 5, 0), (10, 2000, 9, 9, 0), (20, 100, 9, 9, 0)])
    assert rates.absent == {"first": 1, "reset": 1}


def test_what_is_no_longer_asked_is_forgotten() -> None:
    rates, probe = with_speed(GIGABIT), port_probe()
    fed(rates, probe, [(0, 1000, 5, 5, 0)])
    rates.forget([probe])
    assert fed(rates, probe, [(10, 2000, 9, 9, 0)])[-1][1] == "first"


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
    ),
    st.sampled_from([32, 64]),
)
def test_any_sequence_of_readings_gives_a_rate_within_the_interface_or_a_reason(
    steps: list[tuple[int, int, int, int]], width: int
) -> None:
    rates, probe = with_speed(GIGABIT), port_probe(width=width)
    second = 0
    for pause, ticks, octets, moved in steps:
        second += pause
        values, gap = reasoned(rates, heard(probe, second, ticks, octets, octets // 2, moved))
        assert (None in values) == bool(gap)
        assert all(value is None or 0 <= value <= 1.05 * GIGABIT for value in values)
