"""The province has the proportions of Hubei and is the same each time it is made."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.province import Plan, Settings, build, sizes

SIX = tuple(range(20_001, 20_011))
SETTINGS = Settings(300, 1, 1_000_000, snmp6=SIX, echo6=tuple(port + 100 for port in SIX))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return build(SETTINGS)


def test_the_same_settings_make_the_same_province(plan: Plan) -> None:
    assert build(SETTINGS) == plan


def test_another_seed_makes_another_province(plan: Plan) -> None:
    other = build(Settings(300, 2, 1_000_000, snmp6=SIX, echo6=SETTINGS.echo6))
    assert other.devices != plan.devices


@pytest.mark.parametrize("sites", [30, 60, 300, 1000, 5000, 26_372, 30_000])
def test_a_province_has_as_many_sites_as_asked(sites: int) -> None:
    assert sum(sizes(sites).values()) == sites


def test_a_whole_province_is_hubei() -> None:
    assert sizes(26_372) == {
        "province": 1, "cloud": 1, "city": 17, "county": 103, "township": 1250, "village": 25_000,
    }  # fmt: skip


def test_a_province_too_small_for_five_levels_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 30 sites, not 12"):
        sizes(12)


def test_every_level_is_there(plan: Plan) -> None:
    assert Counter(site.level for site in plan.sites) == sizes(300)


def test_every_county_hangs_on_two_carriers(plan: Plan) -> None:
    for county in (site.id for site in plan.sites if site.level == "county"):
        assert len({link.carrier for link in plan.links if link.b.site == county}) == 2


def test_three_carriers_supply_links(plan: Plan) -> None:
    assert {link.carrier for link in plan.links} == {"telecom", "mobile", "cable"}


def test_ten_sites_are_reached_over_ipv6(plan: Plan) -> None:
    assert sum(device.host == "::1" for device in plan.devices) == 10
    assert {link.b.port for link in plan.links if link.b.host == "::1"} == set(SETTINGS.echo6)


def test_no_two_things_share_an_address(plan: Plan) -> None:
    ends = [end for link in plan.links for end in (link.a, link.b) if end.host]
    addresses = [(end.host, end.port) for end in ends]
    addresses += [(device.host, device.port) for device in plan.devices]
    assert len(set(addresses)) == len(addresses)


def test_no_two_links_end_on_one_port(plan: Plan) -> None:
    ports = [(end.device, end.port_number) for link in plan.links for end in (link.a, link.b)]
    assert len(set(ports)) == len(ports)


def test_ids_are_unique(plan: Plan) -> None:
    for things in (plan.sites, plan.devices, plan.links):
        names = [thing.id for thing in things]
        assert len(set(names)) == len(names)


def test_the_cloud_centre_has_servers(plan: Plan) -> None:
    servers = [device for device in plan.devices if device.platform == "net_snmp"]
    assert len(servers) >= 4
    assert {device.site for device in servers} == {"hubei-cloud"}
