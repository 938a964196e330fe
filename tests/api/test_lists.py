"""Lists are filtered and paged; a detail says all there is to one thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from alerts.model import Phase
from sla.states import State
from tests.api.province import NOW, Province, make_inventory
from tests.api.running import Running, running


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    """A province in which one city is cut off and one village is not connected yet."""
    province = Province(make_inventory())
    cut = next(link for link in province.register.links if link.startswith("c1-"))
    province.set(f"link:{cut}", State.DOWN)
    cause = province.outages_all[0].id
    for site in ("c1.k0", "c1.k1", "c1.k0.t0"):
        province.set(f"site:{site}", State.SHADOW, "upstream", cause)
    province.set("link:c0-unicom", State.DEGRADED, "loss")
    del province.states_now["site:c0.k0.t0.v0"]  # type: ignore[arg-type]  # a TargetId
    with running(province) as one:
        yield one


def ids(api: Running, query: str) -> list[str]:
    return [row["id"] for row in api.ask(f"/api/v1/{query}", api.token("viewer")).json["items"]]


def test_pages_join_to_the_whole_list_without_gap_or_repeat(api: Running) -> None:
    whole = ids(api, "links?limit=1000")
    assert whole == list(api.province.register.links)
    paged: list[str] = []
    cursor = ""
    while True:
        page: Any = api.ask(f"/api/v1/links?limit=7{cursor}", api.token("viewer")).json
        paged += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert paged == whole


def test_a_list_that_ends_with_a_page_says_so(api: Running) -> None:
    count = len(api.province.register.sites)
    page = api.ask(f"/api/v1/sites?limit={count}", api.token("viewer")).json
    assert (len(page["items"]), page["next"]) == (count, None)


def test_filters_narrow_together(api: Running) -> None:
    links = api.province.register.links
    assert ids(api, "links?state=down") == [one for one in links if one.startswith("c1-")]
    assert ids(api, "links?state=down,degraded&area=c0") == ["c0-unicom"]
    assert set(ids(api, "links?carrier=mobile&level=village&limit=1000")) == {
        one.id for one in links.values() if one.carrier == "mobile" and ".v" in one.b.site
    }
    assert ids(api, "sites?area=c1&level=county&state=shadow") == ["c1.k0", "c1.k1"]
    assert ids(api, "sites?parent=c0") == ["c0.k0", "c0.k1"]
    assert ids(api, "sites?state=unconnected") == ["c0.k0.t0.v0"]
    assert ids(api, "sites?area=nowhere") == []


def test_a_place_that_is_not_connected_has_no_state_and_is_counted_as_such(api: Running) -> None:
    (row,) = api.ask("/api/v1/sites?state=unconnected", api.token("viewer")).json["items"]
    assert (row["state"], row["since"]) == (None, None)
    overview = api.ask("/api/v1/overview", api.token("viewer")).json
    assert overview["sites"]["village"] == {"up": 15, "unconnected": 1}


def test_the_overview_adds_up(api: Running) -> None:
    overview = api.ask("/api/v1/overview", api.token("viewer")).json
    links = api.province.register.links
    assert sum(overview["links"].values()) == len(links)
    assert overview["links"]["down"] == 1
    by_carrier = [sum(counts.values()) for counts in overview["carriers"].values()]
    assert sum(by_carrier) == len(links)
    by_area = [sum(area["links"].values()) for area in overview["areas"]]
    assert sum(by_area) == len(links)
    for level, counts in overview["sites"].items():
        in_areas = [sum(area["sites"].get(level, {}).values()) for area in overview["areas"]]
        assert sum(in_areas) == sum(counts.values())


def test_a_link_has_its_ends_contract_and_running_outage(api: Running) -> None:
    link = ids(api, "links?state=down")[0]
    detail = api.ask(f"/api/v1/links/{link}", api.token("viewer")).json
    assert (detail["state"], detail["reason"], detail["since"]) == ("down", "far_lost", NOW)
    assert detail["ends"]["b"]["address"] == "127.0.0.2:7"
    assert detail["promised"]["availability"] == 0.999
    assert detail["outage"]["id"] == f"link:{link}@{NOW}"
    assert detail["rtt_seconds"] is None, "not heard is not zero"


def test_a_link_that_is_up_has_no_outage(api: Running) -> None:
    assert api.ask("/api/v1/links/c0-unicom", api.token("viewer")).json["outage"] is None


def test_a_running_outage_says_who_is_in_its_shadow(api: Running) -> None:
    (row,) = api.ask("/api/v1/outages?running=true", api.token("viewer")).json["items"]
    assert row["affected"] == {"county": 2, "township": 1}
    assert row["carrier_title"].startswith("中国")
    assert row["end"] is None


def test_outages_of_one_target_and_window(api: Running) -> None:
    link = ids(api, "links?state=down")[0]
    assert ids(api, f"outages?target=link:{link}") == [f"link:{link}@{NOW}"]
    assert ids(api, f"outages?since={NOW - 600}&until={NOW}") == []


def test_outages_say_when_there_are_more_than_were_asked_for() -> None:
    province = Province(make_inventory())
    for link in list(province.register.links)[:3]:
        province.set(f"link:{link}", State.DOWN)
    with running(province) as api:
        for limit, shown, more in ((2, 2, True), (3, 3, False), (200, 3, False)):
            path = f"/api/v1/outages?running=true&limit={limit}"
            page = api.ask(path, api.token("viewer")).json
            assert (len(page["items"]), page["more"]) == (shown, more)


def alerting() -> Province:
    """A province with an alert for each link: of three in a row one fires, two are pending."""
    province = Province(make_inventory())
    for at, link in enumerate(province.register.links):
        alert = province.alert(f"link:{link}")
        if at % 3:
            province.alerts_now[alert.id] = msgspec.structs.replace(alert, phase=Phase.PENDING)
    return province


def test_pages_of_alerts_join_to_the_whole_list() -> None:
    province = alerting()
    with running(province) as api:
        token, paged, cursor = api.token("viewer"), list[str](), ""
        while True:
            page: Any = api.ask(f"/api/v1/alerts?limit=7{cursor}", token).json
            paged += [row["id"] for row in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={quote(page['next'])}"
        assert paged == list(province.alerts_now)


def test_alerts_are_filtered_by_phase() -> None:
    province = alerting()
    with running(province) as api:
        told = api.ask("/api/v1/alerts?phase=firing,resolved&limit=1000", api.token("viewer")).json
        firing = [name for name, one in province.alerts_now.items() if one.phase is Phase.FIRING]
        assert [row["id"] for row in told["items"]] == firing
        wrong = api.ask("/api/v1/alerts?phase=fring", api.token("viewer"))
        assert (wrong.status, wrong.json["code"]) == (422, "bad_parameter")
        assert "firing" in wrong.json["message"]


def test_a_site_has_its_way_up_and_what_hangs_on_it(api: Running) -> None:
    site = api.ask("/api/v1/sites/c1.k0", api.token("viewer")).json
    assert [place["id"] for place in site["path"]] == ["p", "c1"]
    assert [child["id"] for child in site["children"]] == ["c1.k0.t0", "c1.k0.t1"]
    assert len(site["uplinks"]) == 2
    assert [device["state"] for device in site["devices"]] == ["up"]
    assert site["cause"].startswith("link:c1-")


def test_history_has_one_row_per_slot(api: Running) -> None:
    start = NOW - NOW % 60 - 600
    history = api.ask(
        f"/api/v1/links/c0-unicom/history?since={start}&until={start + 600}", api.token("viewer")
    ).json
    assert history["slot"] == 60
    assert [row["slot"] for row in history["items"]] == list(range(start, start + 600, 60))


def test_a_period_that_is_not_named_is_this_month_in_shanghai() -> None:
    province = Province(make_inventory(1, 1, 1, 1))
    province.clock = 1_796_054_400 - 1  # 2026-12-01 00:00 in Shanghai is still November in UTC
    with running(province) as api:
        path = "/api/v1/carriers/telecom/availability"
        assert api.ask(path, api.token("viewer")).json["period"] == "2026-11"
        province.clock += 1
        assert api.ask(path, api.token("viewer")).json["period"] == "2026-12"


@pytest.mark.parametrize("period", ["2026-11", "2026Q4", "2026"])
def test_a_month_a_quarter_and_a_year_are_periods(api: Running, period: str) -> None:
    path = f"/api/v1/carriers/telecom/availability?period={period}"
    assert api.ask(path, api.token("viewer")).json["period"] == period


def test_a_figure_is_computed_once_for_many_who_ask() -> None:
    province = Province(make_inventory(1, 1, 1, 1))
    with running(province) as api:
        for _ in range(20):
            api.ask("/api/v1/carriers/telecom/availability", api.token("viewer"))
        assert province.assessed == 1
        province.clock += 60
        api.ask("/api/v1/carriers/telecom/availability", api.token("viewer"))
        assert province.assessed == 2


def test_an_inventory_that_was_reloaded_is_seen_at_once() -> None:
    province = Province(make_inventory(1, 1, 1, 1))
    with running(province) as api:
        assert "c1" not in ids(api, "sites?limit=1000")
        api.do(lambda: province.take(make_inventory(2, 1, 1, 1)))
        assert "c1" in ids(api, "sites?limit=1000")
