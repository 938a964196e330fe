"""Services, their groups and the servers, as the api tells them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from sla.states import State
from tests.api.province import NOW, Province, make_inventory, with_services
from tests.api.running import Running, running

UNITS = [f"x{number}" for number in range(6)]


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    """A city's link is cut with the exchange behind it; the portal is down by itself."""
    province = Province(with_services(make_inventory()))
    province.set("link:c1-unicom", State.DOWN)
    cause = province.outages_all[0].id
    for unit in UNITS[:4]:
        province.set(f"service:{unit}", State.SHADOW, "upstream", cause)
    province.alert("link:c1-unicom", services={"group:exchange": 6})
    province.clock = NOW + 600
    province.set("service:portal", State.DOWN, "http_status")
    province.set("link:c0.k0-mobile", State.DOWN)
    province.set("service:mail", State.DEGRADED, "no_redundancy")
    province.clock = NOW + 1000
    with running(province) as one:
        yield one


def ask(api: Running, path: str, **scope: tuple[str, ...]) -> Any:
    return api.ask(f"/api/v1/{path}", api.token("viewer", **scope)).json


def ids(api: Running, path: str, **scope: tuple[str, ...]) -> list[str]:
    return [row["id"] for row in ask(api, path, **scope)["items"]]


def test_pages_join_to_the_whole_list(api: Running) -> None:
    whole = ids(api, "services")
    assert whole == list(api.province.register.services)
    paged: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        after = f"&cursor={cursor}" if cursor else ""
        page = ask(api, f"services?limit=2{after}")
        paged += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert paged == whole


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=website", ["portal"]),
        ("group=exchange", UNITS),
        ("unit=centre&kind=website", ["portal"]),
        ("site=cloud", ["dns"]),
        ("state=down", ["portal"]),
        ("state=shadow", UNITS[:4]),
        ("state=shadow&group=nothing", []),
    ],
)
def test_a_list_is_filtered(api: Running, query: str, found: list[str]) -> None:
    assert ids(api, f"services?{query}") == found


@pytest.mark.parametrize(("query", "code"), [("kind=toaster", 422), ("state=sleepy", 422)])
def test_a_filter_that_is_none_is_explained(api: Running, query: str, code: int) -> None:
    assert api.ask(f"/api/v1/services?{query}", api.token("viewer")).status == code


def test_a_row_says_since_when_why_and_when_it_worked_last(api: Running) -> None:
    (row,) = ask(api, "services?kind=website")["items"]
    assert (row["state"], row["since"], row["reason"]) == ("down", NOW + 600, "http_status")
    assert row["reason_text"] not in {"", "http_status"}
    assert row["last_success"] == NOW + 100
    assert row["duration_seconds"] == 0.084
    assert row["days_left"] == 40.0
    assert (row["unit_title"], row["site_title"]) == ("省信息中心", "安陆县")


def test_a_row_names_the_outage_that_it_lies_behind(api: Running) -> None:
    row = ask(api, "services?state=shadow")["items"][0]
    assert row["cause"] == f"link:c1-unicom@{NOW}"
    assert row["cause_title"] == api.province.register.links["c1-unicom"].title


def test_a_service_says_what_it_stands_on_and_what_its_checks_found(api: Running) -> None:
    portal = ask(api, "services/portal")
    assert [[need["target"] for need in group] for group in portal["needs"]] == [
        ["service:dns"],
        ["site:c0.k0"],
    ]
    assert portal["needs"][0][0]["state"] == "up"
    (check,) = portal["checks"]
    assert (check["check"]["kind"], check["check"]["success"]) == ("http", False)
    assert check["check"]["values"] == {"probe_http_status_code": 502.0}
    assert portal["promised"] == 0.999
    assert [one["id"] for one in portal["outages"]] == [f"service:portal@{NOW + 600}"]


def test_a_service_says_who_would_be_lost_with_it(api: Running) -> None:
    affected = ask(api, "services/dns")["affected"]
    assert (affected["total"], affected["items"][0]["target"]) == (1, "service:portal")


def test_a_link_says_which_services_hang_on_it(api: Running) -> None:
    found = ask(api, "links/c1-unicom")
    assert found["services"]["total"] == 6
    assert found["outage"]["services"] == [
        {"target": "group:exchange", "title": "数据交换", "count": 4}
    ]


def test_a_link_with_another_beside_it_takes_nothing_away(api: Running) -> None:
    assert ask(api, "links/c0.k1-unicom")["services"] == {"total": 0, "items": []}


def test_a_link_whose_other_is_down_takes_along_what_needs_either(api: Running) -> None:
    names = [one["target"] for one in ask(api, "links/c0.k0-telecom")["services"]["items"]]
    assert names == ["service:portal", "service:mail"]


def test_a_site_says_which_services_hang_on_it(api: Running) -> None:
    names = [one["target"] for one in ask(api, "sites/cloud")["services"]["items"]]
    assert names == ["service:dns", "service:portal"]


def test_an_outage_says_which_services_are_in_its_shadow(api: Running) -> None:
    (outage,) = [
        one
        for one in ask(api, "outages?running=true")["items"]
        if one["target"] == "link:c1-unicom"
    ]
    assert outage["services"] == [{"target": "group:exchange", "title": "数据交换", "count": 4}]


def test_an_alert_says_how_many_services_are_lost(api: Running) -> None:
    (alert,) = ask(api, "alerts")["items"]
    assert alert["services"] == [{"target": "group:exchange", "title": "数据交换", "count": 6}]


def test_the_month_of_a_service_counts_what_its_users_had(api: Running) -> None:
    figure = ask(api, "services/x0/availability")
    assert (figure["seconds"]["UP"], figure["seconds"]["DOWN"]) == (7200, 1000)
    assert figure["causes"] == [
        {
            "outage": f"link:c1-unicom@{NOW}",
            "target": "link:c1-unicom",
            "title": api.province.register.links["c1-unicom"].title,
            "carrier": "unicom",
            "seconds": 1000,
        }
    ]
    assert figure["met"] is None


def test_a_period_that_is_none_is_explained(api: Running) -> None:
    answer = api.ask("/api/v1/services/portal/availability?period=2030", api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (422, "unknown_period")


@pytest.mark.parametrize("path", ["services/nothing", "services/nothing/availability"])
def test_a_service_that_is_not_there_is_named(api: Running, path: str) -> None:
    answer = api.ask(f"/api/v1/{path}", api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (404, "unknown_service")


def test_groups_are_counted(api: Running) -> None:
    assert ask(api, "service-groups")["items"] == [
        {"id": "exchange", "title": "数据交换", "services": {"shadow": 4, "up": 2}}
    ]


def test_a_group_shows_each_unit_with_its_last_success(api: Running) -> None:
    group = ask(api, "service-groups/exchange")
    assert [row["id"] for row in group["items"]] == UNITS
    assert [row["last_success"] for row in group["items"]] == [NOW + 100] * 4 + [NOW + 991] * 2


def test_a_group_that_is_not_there_is_named(api: Running) -> None:
    answer = api.ask("/api/v1/service-groups/nothing", api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (404, "unknown_service_group")


def test_the_overview_counts_services_and_servers(api: Running) -> None:
    found = ask(api, "overview")
    assert found["services"] == {"up": 3, "shadow": 4, "down": 1, "degraded": 1}
    assert [one["id"] for one in found["service_groups"]] == [None, "exchange"]
    assert found["hosts"] == {"up": 3}


def test_servers_are_listed_with_what_they_told(api: Running) -> None:
    row = ask(api, "hosts")["items"][0]
    assert (row["id"], row["zone"], row["state"]) == ("app-1", "互联网区", "up")
    assert (row["now"]["cpu_ratio"], row["now"]["memory_ratio"]) == (0.13, 0.61)
    assert row["now"]["filesystem"]["name"] == "/var"


@pytest.mark.parametrize(
    ("query", "found"),
    [("zone=政务区", ["app-2"]), ("state=down", []), ("site=cloud&state=up,down", 3)],
)
def test_servers_are_filtered(api: Running, query: str, found: list[str] | int) -> None:
    got = ids(api, f"hosts?{quote(query, safe='=&,')}")
    assert (len(got) if isinstance(found, int) else got) == found


def test_what_is_no_server_is_named(api: Running) -> None:
    answer = api.ask("/api/v1/hosts/c0-r1", api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (404, "unknown_device")


# Whose business it is.


def test_a_city_sees_the_services_that_stand_there(api: Running) -> None:
    assert ids(api, "services", sites=("c0",)) == ["portal"]


def test_who_sees_a_service_does_not_see_what_it_stands_on_elsewhere(api: Running) -> None:
    needs = ask(api, "services/portal", sites=("c0",))["needs"]
    assert [(one["visible"], one["state"]) for (one,) in needs] == [(False, None), (True, "up")]


def test_somebody_elses_service_is_not_there(api: Running) -> None:
    answer = api.ask("/api/v1/services/x0", api.token("viewer", sites=("c0",)))
    assert (answer.status, answer.json["code"]) == (404, "unknown_service")


def test_a_carrier_sees_no_service(api: Running) -> None:
    assert ids(api, "services", carriers=("unicom",)) == []
    assert ask(api, "links/c1-unicom", carriers=("unicom",))["services"]["total"] == 0


def test_a_group_is_shown_to_who_sees_a_part_of_it(api: Running) -> None:
    assert [one["id"] for one in ask(api, "service-groups", sites=("c1",))["items"]] == ["exchange"]
    assert ask(api, "service-groups", sites=("c0",))["items"] == []


def test_the_figure_of_a_service_names_no_outage_out_of_scope(api: Running) -> None:
    province, cause = api.province, f"link:c1-unicom@{NOW}"

    def hide() -> None:
        province.set("service:portal", State.SHADOW, "upstream", cause)
        province.clock += 1000

    api.do(hide)
    figure = ask(api, "services/portal/availability", sites=("c0",))
    assert [(one["outage"], one["target"], one["seconds"]) for one in figure["causes"]] == [
        (None, "", 1000),
        (None, None, 400),
    ]
    row = ask(api, "services/portal", sites=("c0",))
    assert (row["cause"], row["cause_title"]) == ("", "")
