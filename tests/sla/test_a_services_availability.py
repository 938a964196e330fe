"""A service's figure is its users': whose fault an outage was stands beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import Interval, PlannedWork, TargetId
from sla.assess_service import ServiceAssessment, assess_service
from sla.documents import service_document
from sla.periods import Window
from sla.states import State, Transition
from tests.sla.network import START, make_inventory, make_service

DAY = 86_400
WINDOW = Window("test", START, START + DAY)
TARGET = TargetId("service:portal")
CUT = f"link:p-c@{START + 1000}"
PORTAL = replace(make_service("portal"), promise=Fraction(999, 1000))
Told = tuple[State, int, str]


def record(*told: Told) -> list[Transition]:
    """(state, second, cause)."""
    return [
        Transition(TARGET, state, START + at, START + at, "told", cause)
        for state, at, cause in told
    ]


def assessed(
    *told: Told, service: Any = PORTAL, works: Sequence[PlannedWork] = ()
) -> ServiceAssessment:
    before = (State.UP, -DAY, "")
    return assess_service(service, WINDOW, record(before, *told), (), works, START - DAY)


HIDDEN = ((State.SHADOW, 1000, CUT), (State.UP, 2000, ""))
OWN = ((State.DOWN, 1000, ""), (State.UP, 2000, ""))


def test_seconds_behind_a_link_are_down_for_its_users() -> None:
    found = assessed(*HIDDEN)
    assert found.achieved.down == 1000
    assert found.achieved.a_settle == Fraction(DAY - 1000, DAY)


def test_and_are_told_by_the_outage_they_lay_behind_and_its_carrier() -> None:
    links = make_inventory({"c": ["p"]}).links
    assert service_document(assessed(*HIDDEN), links)["causes"] == [
        {
            "outage": CUT,
            "target": "link:p-c",
            "title": "p-c",
            "carrier": "telecom",
            "seconds": 1000,
        }
    ]


def test_its_own_seconds_have_no_cause() -> None:
    document = service_document(assessed(*OWN), {})
    assert document["causes"] == [
        {"outage": None, "target": None, "title": "", "carrier": None, "seconds": 1000}
    ]


def test_a_promise_is_met_or_not() -> None:
    assert service_document(assessed(), {})["met"] is True
    assert service_document(assessed(*OWN), {})["met"] is False


def test_without_a_promise_there_is_no_verdict_but_a_figure() -> None:
    document = service_document(assessed(*OWN, service=replace(PORTAL, promise=None)), {})
    assert (document["met"], document["promised"]) == (None, None)
    assert document["availability_percent"] == "98.8426"


def work(services: tuple[str, ...], links: tuple[str, ...] = ()) -> PlannedWork:
    return PlannedWork("w", "升级", "owner", links, START + 900, START + 2100, None, services)


def test_work_that_names_the_service_is_excluded() -> None:
    assert assessed(*OWN, works=[work(("portal",))]).achieved.down == 0


def test_work_on_something_else_is_no_excuse() -> None:
    assert assessed(*OWN, works=[work(("mail",), ("p-c",))]).achieved.down == 1000


def test_outside_its_time_in_service_nothing_counts() -> None:
    service = replace(PORTAL, in_service=(Interval(START + 1500),))
    assert assessed(*OWN, service=service).achieved.down == 500


def test_the_outage_names_what_was_seen_live() -> None:
    (outage,) = service_document(assessed(*HIDDEN), {})["outages"]
    assert (outage["live_outages"], outage["shadow_of"]) == ([], [CUT])


STEPS = st.lists(
    st.tuples(st.integers(1, 20_000), st.sampled_from([*State]), st.sampled_from(["a", "b"])),
    max_size=10,
)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_the_causes_add_up_to_the_seconds_of_down(steps: list[tuple[int, State, str]]) -> None:
    at, told = 0, list[Told]()
    for pause, state, link in steps:
        at += pause
        told.append((state, at, f"link:{link}@1" if state is State.SHADOW else ""))
    found = assessed(*told)
    assert sum(found.causes.values()) == found.achieved.down
    assert all(seconds > 0 for seconds in found.causes.values())
    json.dumps(service_document(found, {}))
