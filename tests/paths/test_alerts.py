"""A path worse than its class is told when it lasts; one that is unusable is told as down."""

from __future__ import annotations

import pytest

from alerts.engine import Engine
from collectors import path
from inventory.model import ProbeSpec, service_target
from metrics.observation import Observation, Outcome, Reading
from tests.alerts.province import START, shipped
from tests.paths.nodes import with_service


def told(*ratings: int) -> list[tuple[str, str, int]]:
    """Tell a rating each minute; return what became of alerts, and after how many seconds."""
    spec = ProbeSpec("path", 60.0, options={"address": "10.0.0.1"})
    inventory = with_service(spec)
    probe = path.plan(spec, service_target("node-1"), inventory)
    assert probe is not None
    engine = Engine(shipped(), inventory, (probe,))
    found = []
    for run, rating in enumerate(ratings):
        values = (*(None,) * (probe.raw - 1), rating)
        slot = START * 1000 + run * probe.every_ms
        seen = Observation(probe, slot, 1.0, Outcome.ANSWERED, "", values)
        changes = engine.observe(Reading(seen, (*values, None)))
        found += [(one.rule, one.phase.name.lower(), run * 60) for one in changes]
    return found


def test_a_poor_path_is_told_when_it_lasts() -> None:
    assert told(4, 2, 2, 2, 2) == [("path-poor", "firing", 180)]


@pytest.mark.parametrize("ratings", [(4, 4, 3, 3, 4), (2, 4, 2, 4, 2), (1, 1, 1, 1)])
def test_a_good_path_a_passing_spell_and_an_unusable_one_are_not(ratings: tuple[int, ...]) -> None:
    assert [one for one in told(*ratings) if one[1] == "firing"] == []


def test_it_is_over_when_the_path_is_good_again() -> None:
    assert told(2, 2, 2, 4)[-1][:2] == ("path-poor", "resolved")
