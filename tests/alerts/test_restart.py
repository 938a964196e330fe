"""After a restart nothing is known until it is heard again, and nobody is told of guesses."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from alerts.condition import CALM, QUIET
from alerts.engine import Engine
from alerts.model import DOWN, UNKNOWN, UP, Alert, Phase
from inventory.model import Inventory, PlannedWork
from tests.alerts.province import START, Story, make_engine, make_inventory

LINK = "link:l-county"
BOTH = PlannedWork("w1", "割接", "carrier", ("l-city", "l-city2"), START - 600, START + 3_600)


def flapping() -> Story:
    """A link that was told as flapping, ten minutes ago, and is down."""
    story = Story(make_engine())
    for _ in range(2):
        story.state(LINK, DOWN, "far_lost").wait(40).state(LINK, UP).wait(40)
    return story.state(LINK, DOWN, "far_lost").wait(CALM - 20)


def restarted(story: Story, inventory: Inventory | None = None) -> Story:
    """Another engine that took over what fires, a minute later."""
    firing: Iterable[Alert] = [a for a in story.engine.alerts() if a.phase is Phase.FIRING]
    engine: Engine = make_engine(inventory)
    after = Story(engine)
    after.now = story.now + 60
    after.told += engine.restore(firing, after.now)
    return after


def test_a_flapping_alert_is_not_told_as_lasting_before_anything_was_heard() -> None:
    assert restarted(flapping()).wait(3 * QUIET).lines == []


def test_a_flapping_target_that_is_down_is_told_as_lasting_when_it_was_calm_since() -> None:
    story = restarted(flapping()).state(LINK, DOWN, "far_lost")
    assert story.wait(CALM - 1).lines == []
    story.wait(20)
    assert [(alert.phase, alert.reason) for alert in story.told] == [(Phase.FIRING, "lasting")]


def test_a_flapping_target_that_is_up_ends_when_it_was_calm() -> None:
    story = restarted(flapping()).state(LINK, UP).wait(QUIET)
    assert [(alert.phase, alert.reason) for alert in story.told] == [(Phase.RESOLVED, "calm")]


def planned() -> Story:
    """A site with two uplinks of which both are worked on."""
    story = Story(make_engine(make_inventory(work=[BOTH]))).state("link:l-city", DOWN)
    story.state("link:l-city2", DOWN).state("site:city", DOWN).wait(60)
    assert [alert.severity for alert in story.told] == ["info"]
    return story


@pytest.mark.parametrize("heard", [None, UNKNOWN, DOWN])
def test_a_site_that_is_worked_on_stays_so_after_a_restart(heard: int | None) -> None:
    story = restarted(planned(), make_inventory(work=[BOTH]))
    if heard is not None:
        story.state("link:l-city", heard)
    told = story.wait(600).told
    assert [
        alert for alert in told if alert.target == "site:city" or alert.severity != "info"
    ] == []


def test_what_outlasts_the_work_is_told_when_it_was_seen_again() -> None:
    story = restarted(planned(), make_inventory(work=[BOTH])).wait(7_200)
    assert story.lines == []
    story.state("link:l-city", DOWN).state("link:l-city2", DOWN).state("site:city", DOWN).wait(20)
    assert [(alert.target, alert.severity) for alert in story.told] == [("site:city", "critical")]


def test_the_state_of_what_is_never_judged_is_not_waited_for() -> None:
    engine = make_engine()
    for step in range(4):
        engine.own("loss", "influxdb", START + step, bad=step % 2 == 0)
    after = restarted(Story(engine))
    after.told += after.engine.own("loss", "influxdb", after.now, bad=False)
    assert after.wait(QUIET).lines == ["resolved samples-lost monitor:influxdb"]
