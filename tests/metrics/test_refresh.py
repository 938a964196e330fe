"""Agents that refresh their counters seldom: no false zero, no spike, and the total is right."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from metrics.observation import Probe, Value
from metrics.rates import Rates
from metrics.refresh import LONGEST, STUDIED
from tests.metrics.ports import GIGABIT, fed, heard, port_probe, with_speed

LEARNT = 26
"""Refreshes after which a refresh interval that is longer than the polls' is known."""


@dataclass(frozen=True)
class Slow:
    """An agent that copies its counters every `refresh` seconds, first at `phase`."""

    refresh: float
    phase: float = 0.0

    def shown_at(self, second: float) -> float:
        """Since when the counters stand that are shown now."""
        if second < self.phase:
            return 0.0
        return self.phase + floor((second - self.phase) / self.refresh + 1e-9) * self.refresh


def readings(
    agent: Slow, probe: Probe, rate: int, polls: int, rates: Rates, until: float = 1e18
) -> list[Value]:
    """Return the rates in of a port, see `polled`."""
    return [values[0] for values in polled(agent, probe, rate, polls, rates, until)]


def polled(
    agent: Slow, probe: Probe, rate: int, polls: int, rates: Rates, until: float = 1e18
) -> list[tuple[Value, ...]]:
    """Poll a port that receives `rate` octets a second until a second; return its rates."""
    every = probe.every_ms / 1000
    found = []
    for poll in range(polls):
        second = 1 + poll * every
        octets = int(min(agent.shown_at(second), until) * rate)
        values, _ = rates.observe(
            heard(probe, second, 1000 + round(second * 100), 10**6 + octets, 5 + octets // 3, 0)
        )
        found.append(values)
    return found


def learning_polls(refresh: float, every: float) -> int:
    """Polls until the agent is known: by moves when it is slower than the polls, else by studies.

    Two must agree, and a first one may have begun before the agent's first refresh.
    """
    return max(STUDIED + 2, int(LEARNT * refresh / every) + 2) + 3 * STUDIED


@settings(deadline=None, max_examples=150)
@example(refresh=28, every=57, phase=9.0, rate=1000)
@example(refresh=9, every=10, phase=0.0, rate=1000)
@example(refresh=24, every=23, phase=0.0, rate=1000)
@example(refresh=2, every=5, phase=3.0, rate=1000)
@given(
    refresh=st.integers(1, 40),
    every=st.integers(5, 60),
    phase=st.floats(0, 40),
    rate=st.integers(1_000, 100_000_000),
)
def test_no_rate_lies_a_tenth_beside_the_truth_once_the_agent_is_known(
    refresh: int, every: int, phase: float, rate: int
) -> None:
    probe, learning = port_probe(every), learning_polls(refresh, every)
    found = readings(Slow(refresh, phase), probe, rate, learning + 60, with_speed(GIGABIT))
    for value in found[learning:]:
        assert value is None or 0.9 <= value / (8 * rate) <= 1.1


@settings(deadline=None, max_examples=60)
@given(
    refresh=st.integers(1, 40),
    every=st.integers(5, 60),
    rate=st.integers(1_000, 100_000_000),
    load=st.floats(0.8, 1),
)
def test_a_contract_that_is_not_exceeded_is_never_shown_exceeded(
    refresh: int, every: int, rate: int, load: float
) -> None:
    probe, learning = port_probe(every, contract=8 * rate / load), learning_polls(refresh, every)
    found = polled(Slow(refresh), probe, rate, learning + 60, with_speed(GIGABIT))
    assert all(value is None or value <= 1.0 + 1e-9 for *_, value in found[learning:])


@settings(deadline=None, max_examples=60)
@given(
    refresh=st.integers(1, 40),
    every=st.integers(5, 60),
    phase=st.floats(0, 40),
    rate=st.integers(1_000, 100_000_000),
)
def test_rates_times_time_add_up_to_the_truth_within_one_refresh(
    refresh: int, every: int, phase: float, rate: int
) -> None:
    probe, learning = port_probe(every), learning_polls(refresh, every)
    found = readings(Slow(refresh, phase), probe, rate, learning + 60, with_speed(GIGABIT))
    known = found[learning:]
    total = sum(value * every for value in known if value is not None) / 8
    assert None not in known
    assert abs(total - rate * every * len(known)) <= rate * (refresh + 0.05 * every * len(known))


@settings(deadline=None, max_examples=60)
@given(
    every=st.integers(5, 60),
    spread=st.sampled_from([0.02, 0.05, 0.1, 0.2, 0.5, 0.9]),
    heavy=st.booleans(),
    seed=st.integers(0, 10**9),
)
def test_traffic_that_varies_is_told_poll_by_poll(
    every: int,
    spread: float,
    heavy: bool,  # noqa: FBT001 - drawn
    seed: int,
) -> None:
    """An agent that refreshes at once is not taken for a slow one, whatever its traffic does."""
    probe, rates = port_probe(every), with_speed(GIGABIT)
    octets, second, chance = 10**6, 0.0, Random(seed)
    for _ in range(5 * STUDIED):
        size = chance.expovariate(1) if heavy else chance.uniform(0, 2)
        count = int(every * 1_000_000 * (1 - spread + spread * size))
        octets, second = octets + count, second + every
        values, _ = rates.observe(heard(probe, second, round(second * 100), octets, octets, 0))
        assert values[0] is None or values[0] == pytest.approx(8 * count / every)


def test_an_agent_without_a_discontinuity_time_is_learnt_like_any_other() -> None:
    probe, rates, found = port_probe(), with_speed(GIGABIT), []
    for poll in range(120):
        octets = 10**6 + poll // 3 * 30 * 100_000
        values, _ = rates.observe(
            heard(probe, 10.0 * poll, 1000 * poll + 1, octets, octets // 3, None)
        )
        found.append(values[0])
    assert found[90:] == pytest.approx([800_000] * 30, rel=0.05)


@pytest.mark.parametrize("every", [5, 10, 30])
def test_an_idle_port_reads_nought_after_the_longest_refresh(every: int) -> None:
    found = readings(Slow(1), port_probe(every), 0, 60, with_speed(GIGABIT))
    silent = found.index(0.0) * every
    assert silent <= LONGEST + every
    assert set(found[: found.index(0.0)]) == {None}
    assert set(found[found.index(0.0) :]) == {0.0}


@settings(deadline=None, max_examples=60)
@given(refresh=st.integers(1, 40), every=st.integers(5, 30), stop=st.floats(1500, 1600))
def test_a_port_that_stops_is_seen_and_what_it_carried_is_not_more_than_a_refresh(
    refresh: int, every: int, stop: float
) -> None:
    """Within LONGEST and a poll of its last move, or the window of an agent that needs one."""
    probe, rate = port_probe(every), 50_000
    found = readings(Slow(refresh), probe, rate, 2800 // every, with_speed(GIGABIT), stop)
    window = 0 if refresh >= every else 22 * 1.2 * refresh
    seen = stop + refresh + LONGEST + window + 2 * every
    late = [value for poll, value in enumerate(found) if 1 + poll * every > seen]
    assert set(late) == {0.0}


def test_zeros_of_one_direction_are_believed_while_the_other_moves() -> None:
    rows = [(10.0 * poll, 1000 + 1000 * poll, 500 * poll, 7, 0) for poll in range(4)]
    assert [values[1] for values, _ in fed(with_speed(GIGABIT), port_probe(), rows)[1:]] == [
        0.0
    ] * 3


def test_a_burst_after_a_stillness_is_the_mean_since_the_port_was_last_known_to_stand_still() -> (
    None
):
    octets = [*range(0, 40_000, 10_000), *[30_000] * 7, 75_000]
    rows = [(10.0 * n, 1000 + 1000 * n, count, count, 0) for n, count in enumerate(octets)]
    found = [values[0] for values, _ in fed(with_speed(GIGABIT), port_probe(), rows)]
    assert found[-1] == 45_000 * 8 / LONGEST


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(st.just(0), st.integers(1, 1_000_000)), min_size=2, max_size=120),
    st.sampled_from([5, 10, 30, 60]),
)
def test_no_rate_is_above_the_fastest_poll_of_an_agent_that_refreshes_at_once(
    traffic: list[int], every: int
) -> None:
    probe, rates = port_probe(every), with_speed(GIGABIT)
    octets, second = 0, 0.0
    for count in (0, *traffic):
        octets += count
        second += every
        values, _ = rates.observe(heard(probe, second, round(second * 100), octets, octets, 0))
        assert values[0] is None or values[0] <= max(traffic) * 8 / every * 1.05
