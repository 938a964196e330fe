"""How far the clock is off is noted each minute; beyond a second nothing that is heard counts."""

from __future__ import annotations

import pytest

from metrics.observation import Observation, Outcome
from runtime.evidence import kernel_clock
from runtime.evidence.clock_watch import ClockWatch
from sla.judge import Judge
from sla.states import CANARIES_SILENT, CLOCK_OFF, NOT_WATCHED, Blind, State
from tests.store.network import echo_probe, inventory

T0 = 1_795_525_200
OFF = 1_000_001


class Watched:
    """A judge whose clock is as far off as `offset` says, and what came of it."""

    def __init__(self) -> None:
        self.offset: int | None = 0
        self.network = inventory()
        self.probe = echo_probe(self.network)
        self.judge = Judge(self.network, [self.probe])
        self.told: list[Blind] = []
        self.noted: list[tuple[int, int | None]] = []
        self.watch = ClockWatch(
            lambda: self.offset, self.judge, self.told.append, lambda *at: self.noted.append(at)
        )

    def until(self, start: int, end: int, offset: int | None) -> None:
        """Let seconds pass while the clock is off by `offset`."""
        self.offset = offset
        for second in range(start, end):
            self.watch.tick(T0 + second)

    def heard(self, second: int) -> State:
        """Hear an echo run that was scheduled then."""
        values = (2, 0, 0.01, 0.01, 0.01)
        run = Observation(
            self.probe, (T0 + second) * 1000, 0.0, Outcome.ANSWERED, "", values, (0.01, 0.01)
        )
        return self.judge.observe(run)[0]


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_the_worst_of_each_minute_is_noted(watched: Watched) -> None:
    watched.until(10, 50, 20)
    watched.until(50, 70, -300)
    watched.until(70, 130, 5)

    assert watched.noted == [(T0 + 60, -300), (T0 + 120, 5)]


def test_a_minute_in_which_nobody_knew_is_noted_as_such(watched: Watched) -> None:
    watched.until(10, 30, None)
    watched.until(30, 70, 20)

    assert watched.noted == [(T0 + 60, None)]


def test_beyond_a_second_everything_is_unknown_since_the_clock_was_last_right(
    watched: Watched,
) -> None:
    watched.until(0, 25, 1_000_000)
    assert watched.told == []
    watched.until(25, 45, -OFF)

    assert watched.told == [Blind(T0 + 20, T0 + 30, CLOCK_OFF)]
    assert watched.heard(40) is State.UNKNOWN


def test_when_the_clock_is_right_again_runs_count_again(watched: Watched) -> None:
    watched.until(0, 15, 0)
    watched.until(15, 65, OFF)
    watched.until(65, 80, 0)

    assert watched.told == [
        Blind(T0 + 10, T0 + 20, CLOCK_OFF),
        Blind(T0 + 10, T0 + 20, CLOCK_OFF, T0 + 70),
    ]
    assert [watched.heard(second) for second in (80, 90, 100)][-1] is State.UP


def test_where_nobody_knows_the_condition_is_not_applied(watched: Watched) -> None:
    watched.until(0, 120, None)

    assert watched.told == []


def test_a_clock_that_is_right_ends_no_other_blindness(watched: Watched) -> None:
    watched.judge.blind(T0, T0, CANARIES_SILENT)
    watched.until(0, 60, 0)

    assert watched.told == []
    assert watched.judge.blind_reason == CANARIES_SILENT


@pytest.mark.parametrize(
    ("status", "offset", "estimated", "expected"),
    [
        (0x0001, 150, 0, 150),
        (0x0001, -150, 20, -170),
        (0x2001, 150_900, 20, 170),
        (0x2001, -150_900, 20, -170),
        (0x0000, 0, 40, 40),
        (0x0041, 150, 0, None),
    ],
)
def test_what_the_kernel_says(
    status: int, offset: int, estimated: int, expected: int | None
) -> None:
    assert kernel_clock.parse(status, offset, estimated) == expected


def test_the_kernel_can_be_asked() -> None:
    offset = kernel_clock.ask()

    assert offset is None or abs(offset) < 3_600 * 10**6


def test_hours_that_the_clock_steps_over_are_unknown_from_the_last_look(watched: Watched) -> None:
    watched.until(10, 20, 5)
    for second in (10, 12, 14):
        watched.heard(second)

    watched.until(10_820, 10_821, 5)

    blind = Blind(T0 + 19, T0 + 10_820, NOT_WATCHED)
    ended = Blind(T0 + 19, T0 + 10_820, NOT_WATCHED, T0 + 10_820)
    assert watched.told == [blind, ended]
    assert {one.state for one in watched.judge.states().values()} == {State.UNKNOWN}


def test_after_such_a_step_what_is_heard_counts_again(watched: Watched) -> None:
    watched.until(10, 20, 5)
    watched.until(10_820, 10_821, 5)

    heard = [watched.heard(second) for second in (10_830, 10_840, 10_850)]

    assert heard[-1] is State.UP


def test_a_beat_that_is_late_by_half_a_minute_makes_nothing_unknown(watched: Watched) -> None:
    watched.until(10, 20, 5)
    watched.until(49, 60, 5)

    assert watched.told == []
