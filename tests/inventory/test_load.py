"""What the resolved network says, for what was written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from inventory.load import load
from inventory.model import Endpoint, Interval, Inventory, ProbeSpec, Secret

ROOT = Path(__file__).parents[2]
ENVIRON = {
    "EXTRANET_COMMUNITY": "correct-horse",
    "EXTRANET_AUTH_KEY": "battery-staple",
    "EXTRANET_PRIV_KEY": "xkcd-936-936",
    "COMMUNITY": "hunter2",
}
PARTS = Path(__file__).parent / "bad" / "parts"


@pytest.fixture(scope="module")
def example() -> Inventory:
    inventory, problems, _ = load(ROOT / "inventory.yaml", ENVIRON)
    assert not problems
    assert inventory is not None
    return inventory


def _load(folder: Path, text: str) -> Inventory:
    """Load `text` on top of the small good network."""
    (folder / "province.yaml").write_bytes((PARTS / "province.yaml").read_bytes())
    (folder / "inventory.yaml").write_text(
        f"schema: 1\ninclude: [province.yaml]\n{text}", encoding="utf-8"
    )
    inventory, problems, _ = load(folder / "inventory.yaml", ENVIRON)
    assert not problems
    assert inventory is not None
    return inventory


def test_a_link_has_the_carrier_and_profile_of_its_contract(example: Inventory) -> None:
    link = example.links["xg-telecom-1"]
    assert (link.carrier, link.profile.name) == ("telecom", "backbone")


def test_a_link_takes_bandwidth_and_fee_from_its_contract(example: Inventory) -> None:
    link = example.links["xg-telecom-1"]
    assert (link.bandwidth_bps, link.monthly_fee_fen) == (1_000_000_000, 2_800_000)


def test_a_link_may_have_its_own_bandwidth_and_fee(example: Inventory) -> None:
    link = example.links["xg-hanchuan-telecom-1"]
    assert (link.bandwidth_bps, link.monthly_fee_fen) == (200_000_000, 480_000)


def test_a_fee_of_zero_is_not_the_contracts(tmp_path: Path) -> None:
    text = """
links:
  free:
    a: {device: hb-r1}
    b: {device: xs-a-r1}
    contract: standard
    monthly_fee: 0
"""
    assert _load(tmp_path, text).links["free"].monthly_fee_fen == 0


def test_percentages_are_kept_exactly(example: Inventory) -> None:
    assert example.contracts["telecom-2026-backbone"].availability == Fraction(9995, 10_000)


def test_an_address_may_be_ipv6_with_a_port(example: Inventory) -> None:
    assert example.devices["xn-chibi-r1"].address == Endpoint("2001:db8:2::1", 161)


def test_the_end_of_a_link_knows_its_site(example: Inventory) -> None:
    link = example.links["xg-hanchuan-mobile-1"]
    assert (link.a.site, link.b.site) == ("xg", "xg-hanchuan")


def test_a_day_without_a_zone_is_a_day_of_shanghai(example: Inventory) -> None:
    assert example.links["xg-telecom-1"].in_service == (Interval(1_767_196_800, None),)


def test_a_link_that_was_moved_is_out_of_service_in_between(example: Inventory) -> None:
    pieces = example.links["xn-chibi-guantang-v2-mobile-1"].in_service
    assert pieces == (Interval(1_772_294_400, 1_782_835_200), Interval(1_785_513_600, None))


def test_a_place_that_is_not_connected_yet_is_never_in_service(example: Inventory) -> None:
    assert example.sites["xn-chibi-guantang-v1"].in_service == ()


def test_what_has_no_date_is_always_in_service(example: Inventory) -> None:
    assert example.sites["xg"].in_service == (Interval(0, None),)


def test_interfaces_are_those_declared_and_those_on_which_links_end(example: Inventory) -> None:
    assert example.devices["hb-cloud-r1"].interfaces == (
        "Ten-GigabitEthernet1/0/49",
        "Ten-GigabitEthernet1/0/50",
    )


def test_a_device_with_address_and_credential_is_asked_for_its_interfaces(
    example: Inventory,
) -> None:
    asked = {spec.kind: spec.every for spec in example.devices["hb-r1"].probes}
    assert asked == {"interfaces": 10, "interface_settings": 300, "health": 300, "optics": 300}


def test_a_device_without_an_address_is_not_asked(example: Inventory) -> None:
    assert example.devices["xg-hanchuan-makou-v1-r1"].probes == ()


def test_a_standard_link_gets_two_echoes_in_ten_seconds(example: Inventory) -> None:
    (spec,) = example.links["xg-yunmeng-mobile-1"].probes
    assert spec == ProbeSpec("echo", 10, None, {"wire": "icmp", "count": 2})


def test_a_backbone_link_gets_one_echo_each_second(example: Inventory) -> None:
    (spec,) = example.links["xg-telecom-1"].probes
    assert spec.options["count"] == 10


def test_a_link_whose_far_end_has_no_address_is_not_echoed(tmp_path: Path) -> None:
    text = "links: {l: {a: {device: hb-r1}, b: {device: xs-a-r1}, contract: standard}}\n"
    assert _load(tmp_path, text).links["l"].probes == ()


PROBES = """
defaults:
  probes:
    interfaces: {every: 30s, deadline: 9s, bulk: 5}
    interface_settings: {off: true}
    health: {off: true}
    optics: {off: true}
    echo: {wire: udp}
devices:
  own:
    site: xs-a
    address: 192.0.2.9
    credential: v2
    probes:
      - {kind: interfaces, every: 60s, more: yes}
      - {kind: jitter, every: 5m}
  quiet:
    site: xs-a
    address: 192.0.2.10
    credential: v2
    probes: [{kind: interfaces, off: true}]
"""


def test_defaults_of_a_kind_hold_for_every_object(tmp_path: Path) -> None:
    inventory = _load(tmp_path, PROBES)
    assert inventory.devices["hb-r1"].probes == (ProbeSpec("interfaces", 30, 9, {"bulk": 5}),)


def test_an_objects_own_words_go_before_the_defaults(tmp_path: Path) -> None:
    first, second = _load(tmp_path, PROBES).devices["own"].probes
    assert first == ProbeSpec("interfaces", 60, 9, {"bulk": 5, "more": "yes"})
    assert second == ProbeSpec("jitter", 300)


def test_a_probe_that_is_off_is_not_asked(tmp_path: Path) -> None:
    assert _load(tmp_path, PROBES).devices["quiet"].probes == ()


def test_the_option_of_a_default_reaches_the_links(tmp_path: Path) -> None:
    (spec,) = _load(tmp_path, PROBES).links["xs-telecom-1"].probes
    assert spec.options == {"wire": "udp", "count": 2}


def test_a_secret_comes_from_the_environment(example: Inventory) -> None:
    assert example.credentials["v2-read"].community.reveal() == "correct-horse"


def test_a_secret_comes_from_a_file_beside_the_one_that_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "cities" / "secrets"
    folder.mkdir(parents=True)
    (folder / "community").write_text("tr0ub4dor\n")
    city = "credentials: {xs: {version: 2c, community: {file: secrets/community}}}\n"
    (tmp_path / "cities" / "xs.yaml").write_text(city)
    (tmp_path / "inventory.yaml").write_text("schema: 1\ninclude: [cities/*.yaml]\n")
    inventory, _, _ = load(tmp_path / "inventory.yaml", {})
    assert inventory is not None
    assert inventory.credentials["xs"].community.reveal() == "tr0ub4dor"


def test_a_secret_shows_itself_in_no_way() -> None:
    secret = Secret("hunter2")
    assert f"{secret}{secret!r}{secret!s}{secret:>9}" == "<secret>" * 4


def test_the_area_of_a_site_is_its_city(example: Inventory) -> None:
    assert example.topology.areas["xg-hanchuan-makou-v1"] == "xg"


def test_the_area_of_a_site_above_the_cities_is_itself(example: Inventory) -> None:
    assert example.topology.areas["hb-cloud"] == "hb-cloud"


def test_both_legs_of_a_dual_homed_county_are_its_uplinks(example: Inventory) -> None:
    legs = ("xg-hanchuan-telecom-1", "xg-hanchuan-mobile-1")
    assert example.topology.uplinks["xg-hanchuan"] == legs


def test_everything_behind_a_site_is_found_once(example: Inventory) -> None:
    behind = list(example.topology.behind(example.links, "xg"))
    assert sorted(behind) == sorted(
        ["xg-hanchuan", "xg-yunmeng", "xg-hanchuan-makou", "xg-hanchuan-makou-v1"]
    )


def test_the_digest_changes_with_any_byte_of_any_file(tmp_path: Path) -> None:
    before = _load(tmp_path, "").digest
    with (tmp_path / "province.yaml").open("a") as file:
        file.write("# a remark\n")
    inventory, _, _ = load(tmp_path / "inventory.yaml", ENVIRON)
    assert inventory is not None
    assert inventory.digest != before


def test_the_digest_does_not_depend_on_where_the_files_lie(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert _load(one, "").digest == _load(other, "").digest


def test_a_mark_leads_to_the_line_of_a_key() -> None:
    _, _, marks = load(ROOT / "inventory.yaml", ENVIRON)
    mark = marks.find(("links", "xg-telecom-1", "b"))
    lines = (ROOT / "inventory.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[mark.line - 1].strip().startswith("b: {device: xg-r1")
    assert (mark.file, mark.column) == ((ROOT / "inventory.yaml").as_posix(), 5)
