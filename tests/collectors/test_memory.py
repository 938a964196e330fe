"""How much a device is asked at once is halved by loss, and grows again where loss is long past."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._memory import DeviceMemory

HOUR = 3600.0
WEEK = 7 * 24 * HOUR


@pytest.mark.parametrize(("hours", "size"), [(1.9, 20), (2.1, 40)])
def test_a_size_that_a_loss_has_halved_is_doubled_after_two_hours(hours: float, size: int) -> None:
    memory = DeviceMemory()
    memory.shrink(20, 5.0)
    memory.regrow(5.0 + hours * HOUR)
    assert memory.max_varbinds == size


def test_each_loss_doubles_the_wait() -> None:
    memory, now, waits = DeviceMemory(), 5.0, []
    for _ in range(5):
        memory.shrink(20, now)
        began = now
        while memory.max_varbinds == 20:
            now += HOUR / 2
            memory.regrow(now)
        waits.append((now - began) / HOUR)
    assert waits == [2, 4, 8, 16, 32]


def test_it_grows_step_by_step() -> None:
    memory = DeviceMemory()
    memory.shrink(5, 5.0)
    sizes = []
    for week in range(1, 6):
        memory.regrow(5.0 + week * WEEK)
        sizes.append(memory.max_varbinds)
    assert sizes == [10, 20, 40, 40, 40]


def test_what_the_agent_says_is_too_big_is_never_tried_again() -> None:
    memory = DeviceMemory()
    memory.shrink(20)
    memory.regrow(100 * WEEK)
    assert memory.max_varbinds == 20


def test_questions_are_split_anew_for_another_size() -> None:
    memory = DeviceMemory()
    memory.shrink(20, 5.0)
    memory.questions["one"] = ((),)
    memory.regrow(5.0 + WEEK)
    assert not memory.questions


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.floats(0.1, 2 * WEEK))))
def test_the_size_stays_within_its_bounds(losses: list[tuple[int, bool, float]]) -> None:
    memory, now = DeviceMemory(), 1.0
    most = memory.max_varbinds
    for size, lost, wait in losses:
        memory.shrink(size, now if lost else 0.0)
        assert memory.max_varbinds <= size
        now += wait
        memory.regrow(now)
        assert 1 <= memory.max_varbinds <= most
