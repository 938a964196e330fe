"""Time that advances with the monotonic clock and says when the wall clock was stepped."""

from __future__ import annotations

from runtime.clock import Steady


class _Clocks:
    def __init__(self) -> None:
        self.wall_seconds = 1_764_000_000.0
        self.mono_seconds = 50.0

    def pass_by(self, seconds: float, *, step: float = 0.0) -> None:
        self.mono_seconds += seconds
        self.wall_seconds += seconds + step

    def steady(self) -> Steady:
        return Steady(lambda: self.wall_seconds, lambda: self.mono_seconds)


def test_it_begins_at_the_wall_clock() -> None:
    assert _Clocks().steady().now() == 1_764_000_000


def test_a_step_of_the_wall_clock_bends_nothing_until_it_is_followed() -> None:
    clocks = _Clocks()
    steady = clocks.steady()

    clocks.pass_by(10, step=3600)

    assert steady.now() == 1_764_000_010


def test_a_step_is_named_in_seconds_and_counted() -> None:
    clocks = _Clocks()
    steady = clocks.steady()
    clocks.pass_by(10, step=-3600)

    assert [round(steady.follow()), steady.follow()] == [-3600, 0.0]
    assert steady.steps == 1


def test_a_step_forward_is_taken_over_at_once() -> None:
    clocks = _Clocks()
    steady = clocks.steady()
    clocks.pass_by(10, step=3600)

    assert round(steady.follow()) == 3600
    assert steady.now() == 1_764_000_010 + 3600


def test_time_never_goes_backwards_and_meets_a_clock_that_was_set_back() -> None:
    clocks = _Clocks()
    steady = clocks.steady()
    clocks.pass_by(10, step=-5)
    seen = [steady.now_ms()]

    for _ in range(20):
        steady.follow()
        clocks.pass_by(10)
        seen.append(steady.now_ms())

    assert seen == sorted(seen)
    assert steady.now() == int(clocks.wall_seconds)


def test_a_slow_drift_is_taken_over_without_a_word() -> None:
    clocks = _Clocks()
    steady = clocks.steady()
    clocks.pass_by(10, step=0.2)

    assert steady.follow() == 0.0
    assert steady.steps == 0
