"""The files that are written are the ones that the monitor reads, without a complaint."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.load import load
from inventory.model import Endpoint, Interval, Inventory
from runtime.check import check
from simulator import files
from simulator.folder import COMMUNITY_VARIABLE, make_community
from simulator.province import Settings, build

SIX = tuple(range(20_001, 20_011))
SETTINGS = Settings(300, 1, 1_800_000_000, snmp6=SIX, echo6=tuple(port + 100 for port in SIX))


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    folder = tmp_path_factory.mktemp("province")
    environ = {COMMUNITY_VARIABLE: "s3cret"}
    community = make_community(folder, environ)
    files.write(build(SETTINGS), folder, community, api="127.0.0.1:8080", every="10s")
    read, problems, _ = load(folder / "inventory.yaml", environ)
    assert problems == []
    assert read is not None
    return read


def test_nothing_is_lost_on_the_way(inventory: Inventory) -> None:
    plan = build(SETTINGS)
    assert set(inventory.sites) == {site.id for site in plan.sites}
    assert set(inventory.devices) == {device.id for device in plan.devices}
    assert set(inventory.links) == {link.id for link in plan.links}


def test_every_link_is_in_service_since_the_start(inventory: Inventory) -> None:
    since = {link.in_service for link in inventory.links.values()}
    assert since == {(Interval(1_800_000_000),)}


def test_a_village_device_is_asked_about_two_interfaces(inventory: Inventory) -> None:
    villages = {site.id for site in inventory.sites.values() if site.level == "village"}
    devices = [device for device in inventory.devices.values() if device.site in villages]
    assert {len(device.interfaces) for device in devices} == {2}


def test_the_community_comes_from_the_environment(inventory: Inventory) -> None:
    assert inventory.credentials["province"].community.reveal() == "s3cret"


def test_without_a_variable_the_community_is_random_and_in_a_file(tmp_path: Path) -> None:
    assert make_community(tmp_path, {}) == "{file: community}"
    assert len((tmp_path / "community").read_text().strip()) == 24


def test_addresses_carry_their_ports(inventory: Inventory) -> None:
    assert inventory.devices["hubei-r1"].address == Endpoint("127.16.0.1", 16_100)
    assert sum(link.b.address == Endpoint("::1", 20_101) for link in inventory.links.values()) == 1


def test_both_legs_of_a_county_form_a_group(inventory: Inventory) -> None:
    assert set(inventory.link_groups["xiaogan-xiaonan"].links) == {
        "xiaogan-xiaonan-telecom", "xiaogan-xiaonan-mobile",
    }  # fmt: skip


def test_planned_work_is_registered_before_the_notice_ends(inventory: Inventory) -> None:
    for work in inventory.planned_work.values():
        assert work.registered is not None
        assert work.start - work.registered > 72 * 3600


def test_the_whole_check_of_the_monitor_finds_nothing(tmp_path: Path) -> None:
    community = make_community(tmp_path, {})
    files.write(build(SETTINGS), tmp_path, community, api="127.0.0.1:8081", every="10s")
    checked = check(tmp_path / "inventory.yaml", tmp_path / "monitor.yaml", {})
    assert checked.problems == []
    assert checked.config is not None
    assert checked.config.canaries["simulator"].address == Endpoint("127.255.0.1", 10_007)


def test_the_same_settings_write_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        folder = tmp_path / name
        files.write(build(SETTINGS), folder, "{file: community}", api="127.0.0.1:8080", every="10s")
        names = sorted(path for path in folder.rglob("*") if path.is_file())
        written.append([(path.relative_to(folder), path.read_bytes()) for path in names])
    assert written[0] == written[1]


def test_cities_of_an_earlier_province_are_gone(tmp_path: Path) -> None:
    files.write(
        build(Settings(1000)), tmp_path, "{file: community}", api="127.0.0.1:8080", every="10s"
    )
    more = len(list((tmp_path / "cities").iterdir()))
    files.write(
        build(Settings(60)), tmp_path, "{file: community}", api="127.0.0.1:8080", every="10s"
    )
    assert len(list((tmp_path / "cities").iterdir())) < more
