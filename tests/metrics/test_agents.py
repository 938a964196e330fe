"""How often counters are refreshed belongs to the agent: learnt on one port, it holds for all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from math import ceil
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.observation import Value
from metrics.refresh import LONGEST, STUDIED
from tests.metrics.ports import GIGABIT, heard, port_probe, two_ports_probe, with_speed

KNOWN = STUDIED + 4
"""Polls of a busy port after which its agent is known to refresh in each."""


def beside(first: list[int], second: list[int], *, every: float = 10.0) -> list[Value]:
    """Octets that come to two ports in each poll; return the rates of the second."""
    probe, rates, found = two_ports_probe(every), with_speed(GIGABIT), []
    for poll, (one, two) in enumerate(zip(accumulate(first), accumulate(second), strict=True)):
        ticks = 1 + round(poll * every * 100)
        values, _ = rates.observe(heard(probe, poll * every, ticks, one, one, 0, two, 0))
        found.append(values[-1])
    return found


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(st.just(0), st.integers(1, 10**7)), min_size=20, max_size=120),
    st.sampled_from([5, 10, 20]),
)
def test_beside_a_busy_port_a_quiet_one_is_told_poll_by_poll(
    traffic: list[int], every: int
) -> None:
    quiet = [0] * KNOWN + traffic
    found = beside([10**6] * len(quiet), quiet, every=every)
    assert found[KNOWN:] == pytest.approx([8 * octets / every for octets in traffic])


def test_beside_a_busy_port_a_keepalive_is_no_refresh() -> None:
    keepalives = [250 if poll % 3 == 0 else 0 for poll in range(200)]
    found = beside([10**6] * 200, keepalives)
    assert found[KNOWN:] == [8 * octets / 10 for octets in keepalives[KNOWN:]]


def test_what_is_learnt_on_a_busy_port_holds_for_a_quiet_one() -> None:
    """All counters are refreshed every 30 s; the quiet port receives something in 1 of 4."""
    busy = [3 * 10**6 if poll % 3 == 0 else 0 for poll in range(240)]
    quiet = [9_000 if poll % 12 == 0 else 0 for poll in range(240)]
    found = beside(busy, quiet)
    assert {round(value or 0, -2) for value in found[100:]} == {2400, 0}
    assert None not in found[100:]


def test_an_agent_that_becomes_slow_while_all_is_busy_is_learnt_anew() -> None:
    busy = [10**6] * 100 + [0, 0, 3 * 10**6] * 80
    found = beside(busy, busy)
    assert found[100:102] == [None, None]
    assert found[200:] == pytest.approx([8 * 10**5] * 140, rel=0.05)


@pytest.mark.parametrize(("every", "apart"), [(10, 3), (5, 4), (5, 6), (20, 2)])
def test_the_pace_of_keepalives_does_not_divide_the_traffic_that_comes_later(
    every: int, apart: int
) -> None:
    """A port that carried keepalives only takes over the traffic of another one."""
    keepalives = [250 if poll % apart == 0 else 0 for poll in range(300)]
    probe, rates = port_probe(every), with_speed(GIGABIT)
    octets = [*accumulate([*keepalives, *[10**6] * 20])]
    found = [
        rates.observe(heard(probe, every * n, 1 + 100 * every * n, count, count, 0))[0][0]
        for n, count in enumerate(octets)
    ]
    late = [value for value in found[302:] if value is not None]
    assert late == pytest.approx([8 * 10**6 / every] * 18)


@settings(deadline=None, max_examples=40)
@given(
    refresh=st.sampled_from([15, 20, 30, 40]),
    lost=st.floats(0.005, 0.05),
    seed=st.integers(0, 10**6),
)
def test_a_poll_that_is_missed_bends_no_rate_of_an_agent_that_is_known(
    refresh: int, lost: float, seed: int
) -> None:
    probe, rates, chance = port_probe(), with_speed(GIGABIT), Random(seed)
    known = 60 * refresh // 10
    for poll in range(known + 300):
        if poll < known or chance.random() > lost:
            octets = (10 * poll + 1) // refresh * refresh * 100_000
            values, _ = rates.observe(heard(probe, 10.0 * poll, 1 + 1000 * poll, octets, octets, 0))
            if poll >= known and values[0] is not None:
                assert values[0] <= 800_000 * 1.1


def test_a_device_that_was_busy_and_rests_at_times_is_soon_told_poll_by_poll_again() -> None:
    """Within the time in which an agent that had become slow would be known."""
    rests = [10**6, 0, 0, 0, 10**6, 10**6] * 40
    found = beside([10**6] * KNOWN + [0] * 240, [0] * KNOWN + rests)
    known = KNOWN + ceil(27 * LONGEST / 10) + 2
    assert found[known:] == [8 * octets / 10 for octets in rests[known - KNOWN :]]


def told(octets: list[int], uptime: Callable[[int], int] = lambda poll: 1000 * poll) -> list[Value]:
    """Poll one port every 10 s, at `uptime` ticks, and return its rates."""
    probe, rates = port_probe(), with_speed(GIGABIT)
    return [
        rates.observe(heard(probe, 10.0 * poll, 1 + uptime(poll), count, count, 0))[0][0]
        for poll, count in enumerate(octets)
    ]


def refreshed(polls: int) -> list[int]:
    """A steady flow through an agent that refreshes every 7 s: 1 or 2 refreshes in a poll."""
    return [10**6 + 10 * poll // 7 * 700_000 for poll in range(polls)]


def various(after: int, polls: int) -> list[int]:
    """Traffic that varies as it does, in octets a poll; an agent that refreshes at once."""
    chance = Random(7)
    flow = [int(chance.lognormvariate(13, 0.7)) for _ in range(polls)]
    return [after + octets for octets in accumulate(flow)]


def exactly(octets: list[int], since: int) -> list[float]:
    return [8 * (octets[n] - octets[n - 1]) / 10 for n in range(since, len(octets))]


def test_traffic_that_looks_like_a_refresh_once_is_told_poll_by_poll() -> None:
    once = refreshed(STUDIED + 2)
    octets = [*once, *various(once[-1], 200)]
    assert told(octets)[STUDIED + 3 :] == pytest.approx(exactly(octets, STUDIED + 3))


def test_an_agent_that_restarted_may_have_other_software_and_needs_no_window() -> None:
    slow = refreshed(200)
    octets = [*slow, *various(10**6, 100)]
    found = told(octets, lambda poll: 1000 * poll if poll < 200 else 1000 * (poll - 200) + 300)
    assert found[202:] == pytest.approx(exactly(octets, 202))


def test_a_window_that_no_study_confirms_any_more_is_dropped() -> None:
    slow = refreshed(200)
    octets = [*slow, *various(slow[-1], 1500)]
    assert told(octets)[-200:] == pytest.approx(exactly(octets, len(octets) - 200))


def shares(octets: list[int], contract: float) -> list[Value]:
    """The utilisation of a contract of so many bit/s, polled every 10 s."""
    probe, rates = port_probe(contract=contract), with_speed(GIGABIT)
    return [
        rates.observe(heard(probe, 10.0 * poll, 1 + 1000 * poll, count, count, 0))[0][2]
        for poll, count in enumerate(octets)
    ]


@settings(deadline=None, max_examples=40)
@given(refresh=st.integers(10, 40), phase=st.integers(0, 40), load=st.floats(0.1, 1))
def test_nobody_exceeds_a_contract_because_nobody_knows_yet_how_an_agent_refreshes(
    refresh: int, phase: int, load: float
) -> None:
    octets = [(10 * poll + phase) // refresh * refresh * 10**6 for poll in range(100)]
    stood = next((n for n in range(1, 100) if octets[n] == octets[n - 1]), 100)
    found = shares(octets, 8 * 10**6 / load)[stood:]
    assert all(value is None or value <= 1.0 for value in found)


def test_what_no_refresh_explains_is_an_exceeded_contract() -> None:
    """100 MB came within 45 s at most: more than 10 Mbit/s, whenever they came."""
    octets = [0] * 10 + [10**8] * 2
    assert (shares(octets, 10**7)[10] or 0) > 1.0


def test_an_uptime_of_whole_seconds_exceeds_no_contract() -> None:
    """A poll may seem to have taken 9 or 11 s; 95 % of what was contracted flow."""
    chance = Random(3)
    probe, rates = port_probe(contract=10**8), with_speed(GIGABIT)
    found = []
    for poll in range(300):
        second = 100 + 10 * poll + chance.uniform(-0.05, 0.05)
        octets = round(second * 0.95 * 10**8 / 8)
        whole = 100 * int(second)
        found.append(rates.observe(heard(probe, 10.0 * poll, whole, octets, octets, 0))[0][2])
    assert max(value or 0 for value in found[:STUDIED]) > 1.05
    assert max(value or 0 for value in found[STUDIED + 2 :]) <= 1.0


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_a_device_that_is_never_busy_is_told_poll_by_poll_in_the_end(share: float) -> None:
    """Nothing comes in so many polls that no refresh interval explains it."""
    chance = Random(11)
    flow = [int(chance.uniform(100, 10**6)) if chance.random() < share else 0 for _ in range(4000)]
    octets = [*accumulate(flow)]
    assert told(octets)[-1000:] == pytest.approx(exactly(octets, 3000))
