"""Who is connected: registered devices where they belong, everybody else is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from collectors._inspection import Inspection, Missing
from collectors.vendors._tables import Station
from inventory.model import AccessDevice, Endpoint, Unit
from runtime.surveys.drift import Declared, compare
from runtime.surveys.findings import State, accept
from runtime.surveys.stations import MOST_OF_A_PORT, at_home, compare_stations, register_of
from tests.collectors.network import network
from tests.runtime.declaring import (
    AT,
    MAC,
    PORTS,
    declared,
    differences,
    hears,
    kinds,
    learnt,
    names,
    port,
    province,
    seen,
)

DAY = 86_400
STRANGER = "00:e0:fc:00:00:01"
REGISTERED = AccessDevice("pc", MAC, "一号终端", None, "xg-r1", "ge3")
OURS = declared(province(REGISTERED))


def test_a_registered_device_at_its_port_is_no_finding() -> None:
    assert differences(seen(stations=(learnt("ge3"),)), of=OURS)[0] == []


def test_a_stranger_at_an_access_port_is_told_with_its_address() -> None:
    (found,) = differences(seen(stations=(learnt("ge3", STRANGER, "10.0.0.9"),)), of=OURS)[0]
    assert (found.kind, found.target) == ("station_unregistered", "interface:xg-r1/ge3")
    assert found.parameters == {"interface": "ge3", "mac": STRANGER, "ip": "10.0.0.9"}


def test_a_registered_device_at_another_port_is_told_with_where_it_belongs() -> None:
    (found,) = differences(seen(stations=(learnt("ge4"),)), of=OURS)[0]
    assert (found.kind, found.target) == ("station_moved", "interface:xg-r1/ge4")
    assert found.parameters["registered"] == "xg-r1 ge3"
    assert found.parameters["title"] == "一号终端"


@pytest.mark.parametrize(
    "entry",
    [
        AccessDevice("pc", MAC, "一号终端", "hall"),
        AccessDevice("pc", MAC, "一号终端", None, "xg-r1"),
    ],
)
def test_a_device_registered_for_no_port_may_be_at_any(entry: AccessDevice) -> None:
    anywhere = AccessDevice("here", STRANGER, "二号终端", None, "xg-r1")
    box = declared(province(entry, anywhere))
    assert differences(seen(stations=(learnt("ge4"),)), of=box)[0] == []


def test_who_is_only_resolved_has_moved_nowhere() -> None:
    what = seen(stations=(learnt("Vlanif10", MAC, "10.0.0.7"),), stations_resolved=True)
    assert differences(what, of=OURS)[0] == []


def test_a_stranger_who_is_only_resolved_is_told() -> None:
    what = seen(stations=(learnt("Vlanif10", STRANGER, "10.0.0.9"),), stations_resolved=True)
    assert kinds(differences(what, of=OURS)[0]) == ["station_unregistered Vlanif10"]


@pytest.mark.parametrize("declared_as", ["device", "end"])
def test_a_declared_address_that_is_resolved_is_no_stranger(declared_as: str) -> None:
    there = Endpoint("10.0.0.9")
    inventory = network(snmp=there) if declared_as == "device" else network(far=there)
    inventory = replace(inventory, access_devices={"pc": REGISTERED})
    what = seen(stations=(learnt("Vlanif10", STRANGER, "10.0.0.9"),), stations_resolved=True)
    assert differences(what, of=declared(inventory))[0] == []


def test_behind_a_port_a_declared_address_is_only_a_claim() -> None:
    inventory = replace(network(far=Endpoint("10.0.0.9")), access_devices={"pc": REGISTERED})
    what = seen(stations=(learnt("ge4", STRANGER, "10.0.0.9"),))
    assert kinds(differences(what, of=declared(inventory))[0]) == ["station_unregistered ge4"]


@pytest.mark.parametrize(("days", "told"), [(31, 0), (32, 1)])
def test_an_accepted_station_may_be_absent_for_thirty_days(days: int, told: int) -> None:
    there, last = seen(stations=(learnt("ge3", STRANGER),)), AT + 10 * DAY
    (found,), state = differences(there, of=OURS)
    _, state = differences(there, of=OURS, state=accept(state, found, "wang", AT), at=last)
    for day in range(1, days):  # absent at each of these readings
        _, state = differences(seen(), of=OURS, state=state, at=last + day * DAY)
    again, _ = differences(there, of=OURS, state=state, at=last + days * DAY)
    assert len(again) == told


FIRST_WORD = declared(province(REGISTERED, platform="zte_zxros"))


def zte(*stations: Station, **other: Any) -> Inspection:
    """A box whose names of ports have their descriptions behind them."""
    return seen(platform="zte_zxros", interfaces=(port("ge1 to the city"), port("ge2", 2)),
                stations=stations, **other)  # fmt: skip


def test_where_a_name_is_its_first_word_the_way_to_the_city_is_a_way() -> None:
    assert differences(zte(learnt("ge1 to the city", STRANGER)), of=FIRST_WORD)[0] == []


def test_where_a_name_is_its_first_word_who_is_at_home_is_at_home() -> None:
    assert at_home(FIRST_WORD, zte(learnt("ge3 hall"))) == {MAC}


def test_where_a_name_is_its_first_word_a_declared_device_makes_its_port_a_way() -> None:
    what = zte(learnt("ge3 hall", STRANGER), lldp=hears("ge3 hall", "XS-R1"))
    assert differences(what, of=FIRST_WORD, known=names(xs_r1="XS-R1"))[0] == []


def test_a_port_is_told_by_the_name_that_does_not_change() -> None:
    (found,) = differences(zte(learnt("ge4 spare", STRANGER)), of=FIRST_WORD)[0]
    assert found.target == "interface:xg-r1/ge4"


def test_a_device_that_is_at_home_is_nowhere_moved_to() -> None:
    what = seen(stations=(learnt("ge4"),))
    assert compare_stations(OURS, what, names(), {MAC}.__contains__) == []


def test_at_home_is_who_was_seen_where_it_belongs() -> None:
    assert at_home(OURS, seen(stations=(learnt("ge3"), learnt("ge3", STRANGER)))) == {MAC}


def test_who_is_elsewhere_is_not_at_home() -> None:
    assert at_home(OURS, seen(stations=(learnt("ge4"),))) == frozenset()


@pytest.mark.parametrize("port", ["ge1", "ge1.100"])
def test_what_is_learnt_behind_a_link_is_on_its_way(port: str) -> None:
    assert differences(seen(stations=(learnt(port, STRANGER),)), of=OURS)[0] == []


def test_a_link_that_ends_at_a_part_of_a_port_makes_the_port_a_way() -> None:
    box = Declared(OURS.device, {"ge1.100": OURS.ends["ge1"]}, OURS.register)
    assert differences(seen(stations=(learnt("ge1", STRANGER),)), of=box)[0] == []


def test_what_is_learnt_behind_an_aggregate_is_on_its_way() -> None:
    trunk = port("Eth-Trunk1", 9, type="ieee8023adLag")
    what = seen(interfaces=(*PORTS, trunk), stations=(learnt("Eth-Trunk1", STRANGER),))
    assert differences(what, of=OURS)[0] == []


def test_what_is_learnt_behind_a_declared_device_is_on_its_way() -> None:
    what = seen(stations=(learnt("ge3", STRANGER),), lldp=hears("ge3", "XS-R1"))
    assert differences(what, of=OURS, known=names(xs_r1="XS-R1"))[0] == []


def test_a_box_that_is_no_declared_device_makes_no_port_a_way() -> None:
    what = seen(stations=(learnt("ge3", STRANGER),), lldp=hears("ge3", "HUB"))
    assert kinds(differences(what, of=OURS, known=names(xs_r1="XS-R1"))[0]) == [
        "station_unregistered ge3"
    ]


@pytest.mark.parametrize("section", ["interfaces", "lldp", "stations"])
def test_nothing_is_concluded_from_half_a_table(section: str) -> None:
    what = seen(
        stations=(learnt("ge3", STRANGER),), missing=(Missing(section, "column", "timeout"),)
    )
    assert kinds(differences(what, of=OURS)[0]) == ["not_readable"]


def test_a_virtual_router_is_no_device() -> None:
    assert differences(seen(stations=(learnt("ge3", "00:00:5e:00:01:07"),)), of=OURS)[0] == []


def test_an_address_that_was_learnt_twice_is_told_once() -> None:
    twice = (learnt("ge3", STRANGER), learnt("ge3", STRANGER, "10.0.0.9"))
    assert len(differences(seen(stations=twice), of=OURS)[0]) == 1


def test_a_crowd_behind_a_port_is_counted_not_named() -> None:
    crowd = tuple(
        Station("ge3", f"00:e0:fc:01:00:{number:02x}") for number in range(MOST_OF_A_PORT + 1)
    )
    (found,) = differences(seen(stations=crowd), of=OURS)[0]
    assert found.kind == "stations_unregistered"
    assert found.parameters == {"interface": "ge3", "count": MOST_OF_A_PORT + 1}


def test_without_a_register_nobody_is_a_stranger() -> None:
    assert register_of(province()) is None
    assert differences(seen(stations=(learnt("ge3", STRANGER),)))[0] == []


def test_a_register_holds_at_the_site_of_its_device_and_below_it() -> None:
    register = register_of(province(REGISTERED))
    assert register is not None
    assert set(register.sites) == {"xg", "xs"}


def test_a_register_holds_at_the_sites_of_its_units() -> None:

    inventory = province(AccessDevice("pc", MAC, "一号终端", "hall"))
    sites = dict(inventory.sites)
    sites["xs"] = replace(sites["xs"], unit="hall")
    register = register_of(replace(inventory, sites=sites, units={"hall": Unit("hall", "大厅")}))
    assert register is not None
    assert set(register.sites) == {"xs"}


def test_stations_are_no_part_of_the_rest() -> None:
    found, _ = compare(OURS, seen(stations=(learnt("ge3", STRANGER),)), names(), State())
    assert found == []
