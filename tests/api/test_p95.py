"""The 95th percentile by the api: the figure, its slots, and who may see it."""

from __future__ import annotations

import pytest

from tests.api.running import Running

LINK = "/api/v1/links/c0-unicom/p95"


def test_a_month_has_a_figure_per_direction_and_one_that_is_billed(api: Running) -> None:
    figure = api.ask(f"{LINK}?period=2026-11", api.token("viewer")).json
    assert [figure[way]["bps"] for way in ("in", "out", "billed")] == [8e6, 4e6, 8e6]


def test_the_slots_are_counted_and_mapped(api: Running) -> None:
    figure = api.ask(f"{LINK}?period=2026-11", api.token("viewer")).json
    assert figure["slots_expected"] == 200
    assert figure["in"]["slots"] == {"present": 100, "capped": 0, "missing": 100}
    assert figure["in"]["runs"] == [["present", 100], ["missing", 100]]


def test_the_sample_that_decides_can_be_counted_again(api: Running) -> None:
    figure = api.ask(f"{LINK}?period=2026-11", api.token("viewer")).json
    sample = figure["billed"]["sample"]
    assert sample["octets"] * 8000 / sample["ms"] == figure["billed"]["bps"]


def test_what_is_missing_and_the_cap_are_as_asked_for(api: Running) -> None:
    query = f"{LINK}?period=2026-11&missing=zero&cap_bps=1000000&mode=p95_of_max"
    figure = api.ask(query, api.token("viewer")).json
    assert (figure["billed"]["bps"], figure["billed"]["slots"]["capped"]) == (1e6, 100)
    assert figure["billed"]["dropped"] == 10


def test_it_is_worked_out_once_for_all_who_ask_the_same(api: Running) -> None:
    before = api.province.assessed
    for _ in range(3):
        api.ask(f"{LINK}?period=2026-11&cap_bps=77", api.token("viewer"))
    assert api.province.assessed == before + 1


@pytest.mark.parametrize("period", ["2026", "2026Q4", "2026-13", "2027-01"])
def test_only_a_month_that_has_begun_has_one(api: Running, period: str) -> None:
    answer = api.ask(f"{LINK}?period={period}", api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (422, "unknown_period")


@pytest.mark.parametrize("query", ["mode=sum", "missing=guess", "cap_bps=0"])
def test_what_is_not_offered_is_refused(api: Running, query: str) -> None:
    assert api.ask(f"{LINK}?{query}", api.token("viewer")).status == 422


def test_a_link_that_is_not_there_is_not_found(api: Running) -> None:
    answer = api.ask("/api/v1/links/no-such/p95", api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (404, "unknown_link")


def test_a_link_of_somebody_else_is_unknown(api: Running) -> None:
    answer = api.ask(LINK, api.token("viewer", sites=("c1",)))
    assert (answer.status, answer.json["code"]) == (404, "unknown_link")
