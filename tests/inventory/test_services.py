"""Logins, services and what they stand on, as they come out of the files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from inventory.load import load
from inventory.model import Inventory, TargetId

HEAD = """\
schema: 1
sites:
  hb: {title: 省, level: province}
  hb-cloud: {title: 云, level: cloud, parent: hb}
logins:
  linux: {user: extranet, key: "${KEY}", group: cloud, most: 4}
  gear: {user: noc, password: "${PASSWORD}"}
service_groups:
  exchange: {title: 数据交换}
"""
ENVIRON = {"KEY": "-----BEGIN OPENSSH PRIVATE KEY-----", "PASSWORD": "hunter2"}


def loaded(folder: Path, more: str) -> Inventory:
    path = folder / "inventory.yaml"
    path.write_text(HEAD + more, encoding="utf-8")
    inventory, problems, _ = load(path, ENVIRON)
    assert inventory is not None, problems
    return inventory


def test_a_login_shows_no_secret(tmp_path: Path) -> None:
    text = repr(loaded(tmp_path, "").logins)

    assert "BEGIN" not in text
    assert "hunter2" not in text


def test_logins_are_counted_by_their_group(tmp_path: Path) -> None:
    found = loaded(tmp_path, "").logins

    assert [(one.group, one.most) for one in found.values()] == [("cloud", 4), ("gear", 8)]


def test_a_server_with_a_login_is_asked_by_ssh_without_more_words(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "devices:\n  app: {site: hb-cloud, platform: linux, address: 192.0.2.9, login: linux}\n",
    )

    assert [(one.kind, one.every) for one in found.devices["app"].probes] == [("host", 60)]


def test_network_gear_with_a_login_is_no_host_and_has_its_configuration_kept(
    tmp_path: Path,
) -> None:
    found = loaded(
        tmp_path,
        "devices:\n  r: {site: hb, platform: huawei_vrp, address: 192.0.2.9, login: gear}\n",
    )

    assert [(one.kind, one.every) for one in found.devices["r"].probes] == [("config_backup", 600)]


def test_of_needs_in_brackets_any_one_is_enough(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "devices:\n  a: {site: hb}\n  b: {site: hb}\n"
        "services:\n  s: {title: s, kind: other, needs: [device:a, [device:a, device:b]]}\n",
    )

    a, b = TargetId("device:a"), TargetId("device:b")
    assert found.services["s"].needs == ((a,), (a, b))


def test_a_check_has_the_interval_of_its_kind_or_its_own(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "services:\n  s:\n    title: s\n    kind: website\n    availability: 99.5\n"
        "    probes: [{kind: tls, host: a.example}, {kind: http, url: x, every: 30s}]\n",
    )
    service = found.services["s"]

    assert [(one.kind, one.every) for one in service.probes] == [("tls", 3600), ("http", 30)]
    assert service.promise == Fraction(199, 200)


def test_a_chain_of_needs_has_an_end(tmp_path: Path) -> None:
    written = "services:\n  s0: {title: 0, kind: other, needs: [site:hb]}\n" + "".join(
        f"  s{place}: {{title: {place}, kind: other, needs: [service:s{place - 1}, site:hb]}}\n"
        for place in range(1, 60)
    )
    path = tmp_path / "inventory.yaml"
    path.write_text(HEAD + written, encoding="utf-8")

    inventory, problems, _ = load(path, ENVIRON)

    assert inventory is None
    told = [(one.code, one.path) for one in problems]
    assert told == [("needs_too_deep", "services.s50.needs")]
