"""A reload draws in a thread and takes in one step: what happens meanwhile is not lost."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from inventory.model import link_target
from runtime import garbage
from runtime.events import Hub
from runtime.live import LiveView, draw
from runtime.pipeline import Pipeline
from sla.judge import Judge
from sla.states import State, Transition
from tests.store.network import interfaces_probe, inventory

T0 = 1_795_000_020


def test_a_state_that_changes_while_an_inventory_is_drawn_is_shown() -> None:
    network, larger = inventory(links=1), inventory(links=2)
    view = LiveView(
        lambda: T0, Pipeline(Judge(network, []), {}, {}), Hub(), lambda: (), dict
    )  # fmt: skip
    view.load(network, [])
    drawn = draw(larger, [interfaces_probe(larger)])
    view.changed(Transition(link_target("l0"), State.DOWN, T0 + 1, T0 + 21, "echo_lost"))
    view.take(drawn)
    states = view.states()
    assert states[link_target("l0")].state is State.DOWN
    assert states[link_target("l1")].state is State.UNKNOWN


@pytest.fixture
def thresholds() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("thresholds")
def test_while_much_is_made_each_look_for_garbage_goes_through_little() -> None:
    """A look holds up every thread; all there is of a province would take a second."""
    looks: list[int] = []

    def look(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looks.append(info["generation"])

    kept = []
    with garbage.made_to_stay():
        gc.callbacks.append(look)
        kept = [[number] for number in range(300_000)]
        gc.callbacks.remove(look)
    assert len(kept) == 300_000
    assert len(looks) > 5
    assert set(looks) == {0}


@pytest.mark.usefixtures("thresholds")
def test_what_was_made_is_not_looked_at_again_even_where_the_making_failed() -> None:
    frozen = gc.get_freeze_count()
    kept: list[list[int]] = []

    def make() -> None:
        with garbage.made_to_stay():
            kept.extend([number] for number in range(1000))
            raise OSError("no file")

    with pytest.raises(OSError, match="no file"):
        make()
    assert gc.get_freeze_count() >= frozen + len(kept)
    assert gc.get_threshold()[0] > 100_000
