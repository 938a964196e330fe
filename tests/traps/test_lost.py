"""What the trap process lost because we were slow is told, and not for ever."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from collectors._memory import DeviceMemory
from runtime.clock import Steady
from runtime.config import TrapsConfig
from runtime.traps.trapping import _LATELY, Trapping


def trapping() -> Trapping:
    config = TrapsConfig.model_validate({"listen": ["127.0.0.1"]})
    return Trapping(config, lambda _: DeviceMemory(), lambda *_: False, lambda _: None, Steady())


def after(counts: Mapping[str, int], seconds: int) -> tuple[bool, float]:
    """What is told so many seconds after the process told these counters."""
    parts = trapping()
    assert parts.door is not None
    parts.door._present = counts
    for _ in range(seconds):
        parts.tick()
    return parts.losses()["trap_process"]


@pytest.mark.parametrize("counter", ["handover_full", "queue_full", "unsendable"])
def test_what_we_were_too_slow_for_is_a_loss(counter: str) -> None:
    assert after({counter: 3}, 1) == (True, 3)


@pytest.mark.parametrize("counter", ["source_rate", "total_rate", "unknown_source"])
def test_what_is_shed_is_none(counter: str) -> None:
    assert after({counter: 3}, 1) == (False, 0)


def test_a_loss_is_told_for_a_while() -> None:
    assert after({"queue_full": 3}, _LATELY - 1) == (True, 3)
    assert after({"queue_full": 3}, _LATELY) == (False, 3)


def test_without_traps_there_is_nothing_to_lose() -> None:
    parts = Trapping(None, lambda _: DeviceMemory(), lambda *_: False, lambda _: None, Steady())
    parts.tick()
    assert parts.losses() == {}
