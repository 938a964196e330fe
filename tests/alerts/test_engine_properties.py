"""What holds whatever happens: random histories of a small province."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.model import DEGRADED, DOWN, SHADOW, UNKNOWN, UP, Alert, Phase
from tests.alerts.province import LINKS, START, Story, make_engine

TARGETS = [f"link:{link}" for link in LINKS] + ["site:city", "site:county", "device:town-r1"]
Event = tuple[str, int, int]
"""Target, state, seconds until the next one."""

HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(TARGETS),
        st.sampled_from([UP, DEGRADED, DOWN, UNKNOWN, SHADOW]),
        st.sampled_from([0, 1, 5, 30, 300, 1200]),
    ),
    max_size=40,
)


def play(history: list[Event]) -> tuple[Story, list[tuple[Alert, int]]]:
    """Tell a history; return what was told with the target's state at that moment."""
    story = Story(make_engine())
    states: dict[str, int] = {}
    told: list[tuple[Alert, int]] = []

    def note() -> None:
        told.extend((alert, states.get(alert.target, UNKNOWN)) for alert in story.told[len(told) :])

    for target, state, seconds in history:
        states[target] = state
        story.state(target, state)
        note()
        for _ in range(0, seconds, 5):
            story.now += 5
            story.told += story.engine.tick(story.now)
            note()
    return story, told


@settings(max_examples=150, deadline=None)
@given(HISTORIES)
def test_nothing_begins_to_fire_in_shadow_or_unknown(history: list[Event]) -> None:
    _, told = play(history)
    for alert, state in told:
        assert state not in {SHADOW, UNKNOWN}, alert


@settings(max_examples=150, deadline=None)
@given(HISTORIES)
def test_what_fired_is_resolved_exactly_once_when_all_is_well(history: list[Event]) -> None:
    story, _ = play(history)
    for target in TARGETS:
        story.state(target, UP)
    for _ in range(400):
        story.now += 10
        story.told += story.engine.tick(story.now)
    fired = {alert.id for alert in story.told if alert.phase is Phase.FIRING}
    ended = Counter(alert.id for alert in story.told if alert.phase is Phase.RESOLVED)
    assert set(ended) == fired
    assert set(ended.values()) <= {1}
    assert [alert for alert in story.engine.alerts() if alert.phase is not Phase.RESOLVED] == []


@settings(max_examples=50, deadline=None)
@given(HISTORIES)
def test_replaying_a_history_gives_the_same_alerts(history: list[Event]) -> None:
    assert play(history)[1] == play(history)[1]


@settings(max_examples=50, deadline=None)
@given(HISTORIES, st.integers(0, 40))
def test_a_restart_in_between_loses_no_end(history: list[Event], cut: int) -> None:
    story, _ = play(history[:cut])
    firing = [alert for alert in story.engine.alerts() if alert.phase is Phase.FIRING]
    engine = make_engine()
    assert engine.restore(firing, story.now) == ()
    after = Story(engine)
    after.now = story.now
    for target in TARGETS:
        after.state(target, UP)
    for _ in range(400):
        after.now += 10
        after.told += engine.tick(after.now)
    assert {alert.id for alert in after.told} == {alert.id for alert in firing}
    assert all(alert.phase is Phase.RESOLVED for alert in after.told)


@settings(max_examples=80, deadline=None)
@given(st.permutations(["l-county", "l-town", "l-town2", "l-village"]), st.data())
def test_in_whatever_order_a_cut_is_seen_it_is_one_alert(
    order: list[str], data: st.DataObject
) -> None:
    """Each link is seen down within one interval, and the children in shadow one later."""
    story = Story(make_engine())
    moments = sorted(data.draw(st.lists(st.integers(0, 9), min_size=4, max_size=4)))
    for link, moment in zip(order, moments, strict=True):
        story.wait(START + moment - story.now).state(f"link:{link}", DOWN, "far_lost")
    story.wait(START + 15 - story.now)
    for link in ("l-town", "l-town2", "l-village"):
        story.state(f"link:{link}", SHADOW, "", "link:l-county")
    story.wait(3600)
    assert story.lines == ["firing link-down link:l-county"]
