"""A person with a scope sees that scope, in every answer, and cannot tell the rest exists."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from api.ports import Person
from api.scope import alert_target, outage_target, sees
from sla.states import State
from tests.api.province import Province, make_inventory
from tests.api.running import Running, running

INVENTORY = make_inventory()


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    """Two cities, each with an outage and an alert; the second one's shadow is named."""
    province = Province(make_inventory())
    for link in ("c0-unicom", next(one for one in INVENTORY.links if one.startswith("c1-"))):
        province.set(f"link:{link}", State.DOWN)
        province.alert(f"link:{link}")
    cause = province.outages_all[0].id
    province.set("link:c1.k0-telecom", State.SHADOW, "upstream", cause)
    with running(province) as one:
        yield one


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        ("site:c0", True), ("site:c0.k0.t0.v0", True), ("site:c1", False), ("site:p", False),
        ("site:nothing", False), ("device:c0.k0-r1", True), ("device:c1-r1", False),
        ("interface:c0-r1/GE0%2F0%2F1", True), ("interface:p-r1/GE0%2F0%2F1", False),
        ("link:c0-unicom", True), ("link:c1.k0-telecom", False), ("link:nothing", False),
        ("carrier:unicom", False), ("monitor:ledger", False), ("", False),
    ],
)  # fmt: skip
def test_a_city_sees_its_subtree_and_the_links_that_end_there(
    target: str,
    *,
    seen: bool,
) -> None:
    assert sees(Person("x", ("viewer",), sites=("c0",)), INVENTORY, target) is seen


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        ("link:c0-unicom", True), ("link:cloud-mobile", False), ("carrier:unicom", True),
        ("carrier:mobile", False), ("site:c0", False), ("device:c0-r1", False),
        ("interface:c0-r1/GE0%2F0%2F1", False),
    ],
)  # fmt: skip
def test_a_carrier_sees_its_links_and_nothing_else(
    target: str,
    *,
    seen: bool,
) -> None:
    assert sees(Person("x", ("viewer",), carriers=("unicom",)), INVENTORY, target) is seen


def test_both_together_are_the_links_that_satisfy_both() -> None:
    person = Person("x", ("viewer",), sites=("c0",), carriers=("unicom",))
    seen = {link for link in INVENTORY.links if sees(person, INVENTORY, f"link:{link}")}
    assert seen == {
        link.id
        for link in INVENTORY.links.values()
        if link.carrier == "unicom" and link.b.site.split(".")[0] == "c0"
    }
    assert seen


def test_no_scope_is_everything() -> None:
    assert sees(Person("x", ("viewer",)), INVENTORY, "monitor:ledger")


def test_targets_are_read_out_of_ids() -> None:
    assert outage_target("interface:a/GE0%2F1@17") == "interface:a/GE0%2F1"
    assert alert_target("link-down/interface:a/GE0%2F1@17") == "interface:a/GE0%2F1"
    assert outage_target("") == ""


def test_lists_hold_only_the_scope(api: Running) -> None:
    city = api.token("viewer", sites=("c0",))
    sites = api.ask("/api/v1/sites?limit=1000", city).json["items"]
    links = api.ask("/api/v1/links?limit=1000", city).json["items"]
    assert {row["id"].split(".")[0] for row in sites} == {"c0"}
    assert {row["b"].split(".")[0] for row in links} == {"c0"}
    for path in ("/api/v1/outages", "/api/v1/alerts"):
        assert {row["target"] for row in api.ask(path, city).json["items"]} == {"link:c0-unicom"}
    assert api.ask("/api/v1/carriers", city).json["items"] == []


def test_counts_hold_only_the_scope(api: Running) -> None:
    city = api.ask("/api/v1/overview", api.token("viewer", sites=("c0",))).json
    assert set(city["sites"]) == {"city", "county", "township", "village"}
    assert [area["id"] for area in city["areas"]] == ["c0"]
    carrier = api.ask("/api/v1/overview", api.token("viewer", carriers=("unicom",))).json
    assert carrier["sites"] == {}
    assert set(carrier["carriers"]) == {"unicom"}
    assert all(area["state"] is None for area in carrier["areas"])


@pytest.mark.parametrize(
    "path",
    [
        "sites/c1", "sites/p", "links/c1.k0-telecom", "links/c1.k0-telecom/history",
        "links/c1.k0-telecom/availability", "carriers/unicom/availability",
        "outages?target=link:c1.k0-telecom", "outages?target=site:p",
    ],
)  # fmt: skip
def test_the_rest_is_unknown_not_forbidden(api: Running, path: str) -> None:
    answer = api.ask(f"/api/v1/{path}", api.token("viewer", sites=("c0",)))
    absent = api.ask(
        "/api/v1/" + path.replace("c1.k0-telecom", "nothing").replace("c1", "nothing"),
        api.token("viewer", sites=("c0",)),
    )
    assert (answer.status, answer.json["code"]) == (404, absent.json["code"])


def test_an_alert_of_somebody_else_cannot_be_acknowledged(api: Running) -> None:
    (alert,) = [one for one in api.province.alerts_now if "link:c1" in one]
    path = f"/api/v1/alerts/{alert}/acknowledge"
    answer = api.ask(path, api.token("operator", sites=("c0",)), method="POST")
    assert answer.status == 404
    assert api.province.alerts_now[alert].acknowledged_by == ""


def test_a_carrier_has_its_own_availability_only(api: Running) -> None:
    token = api.token("viewer", carriers=("unicom",))
    assert api.ask("/api/v1/carriers/unicom/availability", token).status == 200
    assert api.ask("/api/v1/carriers/mobile/availability", token).status == 404
    carriers = api.ask("/api/v1/carriers", token).json["items"]
    assert [row["id"] for row in carriers] == ["unicom"]


@pytest.fixture
def shadowed() -> Iterator[tuple[Running, str]]:
    """A city's link is down and its alert counted four sites; two of them are in a county."""
    province = Province(make_inventory())
    link = next(one for one in INVENTORY.links if one.startswith("c1-"))
    province.set(f"link:{link}", State.DOWN)
    cause = province.outages_all[0].id
    for site in ("c1", "c1.k0", "c1.k0.t0", "c1.k1"):
        province.set(f"site:{site}", State.SHADOW, "upstream", cause)
    alert = province.alert(f"link:{link}", affected={"city": 1, "county": 2, "township": 1})
    province.alerts_now[alert.id] = msgspec.structs.replace(alert, outage=cause)
    with running(province) as one:
        yield one, link


def affected(api: Running, link: str, token: str) -> list[dict[str, int]]:
    """What an outage, its alert and its link say of whom it cuts off."""
    (outage,) = api.ask("/api/v1/outages?running=true", token).json["items"]
    (alert,) = api.ask("/api/v1/alerts", token).json["items"]
    detail = api.ask(f"/api/v1/links/{link}", token).json["outage"]
    return [one["affected"] for one in (outage, alert, detail)]


def test_who_is_cut_off_is_told_alike_by_outage_alert_and_link(
    shadowed: tuple[Running, str],
) -> None:
    api, link = shadowed
    whole = {"city": 1, "county": 2, "township": 1}
    assert affected(api, link, api.token("viewer")) == [whole] * 3


def test_who_is_cut_off_is_told_within_the_scope_only(shadowed: tuple[Running, str]) -> None:
    api, link = shadowed
    carrier = INVENTORY.links[link].carrier
    assert affected(api, link, api.token("viewer", carriers=(carrier,))) == [{}] * 3
    city = api.token("viewer", sites=("c1",))
    assert affected(api, link, city) == [{"city": 1, "county": 2, "township": 1}] * 3


def test_the_cause_of_a_shadow_is_told_to_those_who_may_see_it(api: Running) -> None:
    whole = api.ask("/api/v1/links/c1.k0-telecom", api.token("viewer")).json
    assert whole["cause"].startswith("link:c1-")
    telecom = api.ask("/api/v1/links/c1.k0-telecom", api.token("viewer", carriers=("telecom",)))
    assert (telecom.json["state"], telecom.json["cause"]) == ("shadow", "")


def test_a_way_up_names_places_but_not_their_state(api: Running) -> None:
    site = api.ask("/api/v1/sites/c0", api.token("viewer", sites=("c0",))).json
    assert site["path"] == [{"id": "p", "title": "省信息中心", "visible": False}]


def test_a_limit_counts_what_the_caller_may_see(api: Running) -> None:
    newest = api.ask("/api/v1/outages?limit=1", api.token("viewer")).json["items"]
    assert newest[0]["target"].startswith("link:c1-")
    own = api.ask("/api/v1/outages?limit=1", api.token("viewer", sites=("c0",))).json["items"]
    assert [row["target"] for row in own] == ["link:c0-unicom"]
