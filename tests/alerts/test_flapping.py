"""What goes to and fro is told once, and then not again for half an hour."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.condition import CALM, QUIET
from alerts.model import DEGRADED, DOWN, SHADOW, UP, Phase
from tests.alerts.province import Story, make_engine

LINK = "link:l-county"


def flap(story: Story, times: int, seconds: int = 40) -> Story:
    """Down and up again, each for `seconds`."""
    for _ in range(times):
        story.state(LINK, DOWN, "far_lost").wait(seconds).state(LINK, UP).wait(seconds)
    return story


def told(story: Story) -> list[tuple[str, str]]:
    return [(alert.phase.value, alert.reason) for alert in story.told]


def test_the_fourth_change_within_ten_minutes_is_flapping() -> None:
    assert told(flap(Story(make_engine()), 2)) == [
        ("firing", "far_lost"),
        ("resolved", "recovered"),
        ("firing", "far_lost"),
        ("firing", "flapping"),
    ]


def test_losses_too_short_to_be_told_are_told_as_flapping() -> None:
    story = flap(Story(make_engine()), 2, seconds=15)
    assert told(story) == [("firing", "flapping")]


def test_while_it_flaps_nothing_more_is_told() -> None:
    story = flap(Story(make_engine()), 2)
    count = len(story.told)
    assert len(flap(story, 20).told) == count


def test_it_ends_when_it_was_calm_but_not_within_half_an_hour() -> None:
    story = flap(Story(make_engine()), 2, seconds=15)
    fired = story.told[-1].fired_at
    story.wait(QUIET + 60)
    ended = story.told[-1]
    assert (ended.phase, ended.reason) == (Phase.RESOLVED, "calm")
    assert fired is not None
    assert ended.resolved_at == fired + QUIET


def test_a_flapping_link_that_stays_down_is_told_as_down() -> None:
    story = flap(Story(make_engine()), 2).state(LINK, DOWN, "far_lost").wait(CALM + 5)
    assert told(story)[-1] == ("firing", "lasting")
    story.state(LINK, UP).wait(QUIET)
    assert told(story)[-1] == ("resolved", "calm")


def test_four_changes_in_an_hour_are_four_changes() -> None:
    story = flap(Story(make_engine()), 2, seconds=900)
    assert [reason for _, reason in told(story)] == ["far_lost", "recovered"] * 2


def test_the_flapping_of_a_parent_is_not_told_of_its_children() -> None:
    story = Story(make_engine())
    for _ in range(8):
        story.state(LINK, DOWN).state("link:l-town", DOWN).wait(25)
        story.state("link:l-town", SHADOW).wait(15)
        story.state(LINK, UP).state("link:l-town", UP).wait(40)
    assert {alert.target for alert in story.told} == {LINK}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([UP, DOWN, DEGRADED]), st.integers(1, 24)),
        min_size=30,
        max_size=60,
    )
)
def test_a_flapping_alert_is_told_at_most_once_in_half_an_hour(
    changes: list[tuple[int, int]],
) -> None:
    story = Story(make_engine())
    told_at: list[int] = []
    for state, tens in changes:
        story.state(LINK, state)
        for _ in range(tens):
            story.now += 10
            story.told += story.engine.tick(story.now)
            told_at += [story.now for alert in story.told if alert.reason == "flapping"]
            story.told.clear()
    assert all(later - sooner >= QUIET for sooner, later in pairwise(told_at))
