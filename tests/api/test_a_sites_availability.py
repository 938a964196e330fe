"""The availability of a site: the OR of its legs, for those who may see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sla.states import State
from tests.api.province import NOW, Province, make_inventory
from tests.api.running import Running, running

COUNTY = "/api/v1/sites/c0.k0/availability"
VILLAGE = "/api/v1/sites/c0.k0.t0.v0/availability"


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    """A county whose one leg is down for ten minutes, and a village whose only leg is."""
    province = Province(make_inventory())
    village = next(one for one in province.register.links if one.startswith("c0.k0.t0.v0-"))
    for link in (province.register.topology.uplinks["c0.k0"][0], village):
        province.set(f"link:{link}", State.DOWN)
    province.clock = NOW + 600
    with running(province) as one:
        yield one


def test_a_site_with_a_leg_left_was_available_all_the_time(api: Running) -> None:
    figure = api.ask(COUNTY, api.token("viewer")).json
    assert (figure["site"], figure["title"], figure["period"]) == ("c0.k0", "安陆县", "2026-11")
    assert figure["links"] == list(api.province.register.topology.uplinks["c0.k0"])
    assert (figure["seconds"]["UP"], figure["seconds"]["DOWN"]) == (7800, 0)


def test_a_site_with_its_only_leg_down_was_not(api: Running) -> None:
    figure = api.ask(VILLAGE, api.token("viewer")).json
    assert (figure["seconds"]["UP"], figure["seconds"]["DOWN"]) == (7200, 600)
    assert figure["counts"]["open_at_end"] == 1


def test_a_site_that_is_not_in_the_inventory_is_named(api: Running) -> None:
    answer = api.ask("/api/v1/sites/no-such/availability", api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (404, "unknown_site")
    assert "no-such" in answer.json["message"]


@pytest.mark.parametrize("period", ["2026-13", "2027-01", "last"])
def test_a_period_that_is_none_is_explained(api: Running, period: str) -> None:
    answer = api.ask(f"{COUNTY}?period={period}", api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (422, "unknown_period")


def test_a_site_out_of_scope_is_unknown(api: Running) -> None:
    for scope in ({"sites": ("c1",)}, {"carriers": ("telecom",)}):
        answer = api.ask(COUNTY, api.token("viewer", **scope))
        assert (answer.status, answer.json["code"]) == (404, "unknown_site")


def test_legs_of_other_carriers_are_not_named(api: Running) -> None:
    legs = {link: api.province.register.links[link].carrier for link in _legs(api)}
    for mine in legs.values():
        token = api.token("viewer", sites=("c0",), carriers=(mine,))
        figure = api.ask(COUNTY, token).json
        assert figure["links"] == [link for link, carrier in legs.items() if carrier == mine]
        assert figure["seconds"]["UP"] == 7800


def _legs(api: Running) -> tuple[str, ...]:
    return api.province.register.topology.uplinks["c0.k0"]
