"""What is known before the start, and how it is said."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from inventory.problem import Problem
from runtime.check import check, render, run_check, run_dump
from runtime.config import load_config
from runtime.plugins import plugins
from runtime.receivers import routes
from texts.say import catalogue

ROOT = Path(__file__).parents[2]
BAD = Path(__file__).parent / "bad"
SECRETS = {
    "EXTRANET_COMMUNITY": "correct-horse",
    "EXTRANET_AUTH_KEY": "battery-staple",
    "EXTRANET_PRIV_KEY": "xkcd-936-936",
}


def _elsewhere(problems: Sequence[Problem]) -> list[Problem]:
    """Whether ICMP is permitted is a matter of the machine the tests run on."""
    return [one for one in problems if one.code != "icmp_not_permitted"]


@pytest.mark.parametrize("case", sorted(path.name for path in BAD.iterdir()))
def test_a_bad_configuration_is_answered_with_exactly_these_words(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD / case)
    checked = check(None, None, {"COMMUNITY": "hunter2"})
    assert not checked.good
    shown = render(_elsewhere(checked.problems), "en")
    for folder in ("collectors", "sinks", "alerts.notifiers"):  # one more changes nothing here
        shown = shown.replace(", ".join(plugins(folder)), f"<{folder}>")
    assert shown == Path("expected.txt").read_text(encoding="utf-8")


def test_the_examples_are_good() -> None:
    checked = check(ROOT / "inventory.yaml", ROOT / "monitor.yaml", SECRETS)
    assert _elsewhere(checked.problems) == []


def test_without_its_secrets_the_example_does_not_start() -> None:
    checked = check(ROOT / "inventory.yaml", ROOT / "monitor.yaml", {})
    assert {one.code for one in checked.problems} == {"secret_not_set"}
    assert not checked.good


def test_a_missing_inventory_is_one_problem(tmp_path: Path) -> None:
    checked = check(tmp_path / "none.yaml", ROOT / "monitor.yaml", {})
    assert [one.code for one in checked.problems] == ["file_missing"]


def test_the_inventory_is_the_one_that_the_configuration_names(tmp_path: Path) -> None:
    shutil.copy(ROOT / "inventory.yaml", tmp_path / "network.yaml")
    (tmp_path / "monitor.yaml").write_text("inventory: network.yaml\n")
    checked = check(None, tmp_path / "monitor.yaml", SECRETS)
    assert checked.inventory is not None
    assert len(checked.inventory.sites) == 12


@pytest.mark.parametrize("key", ["inventory: 5", "rules: 5", "shipped_rules: 5", "a: b: c"])
def test_a_configuration_that_names_nothing_usable_leaves_the_default(
    tmp_path: Path, key: str
) -> None:
    (tmp_path / "monitor.yaml").write_text(f"{key}\n")
    checked = check(None, tmp_path / "monitor.yaml", SECRETS)
    inventory = (tmp_path / "inventory.yaml").as_posix()
    assert (inventory, "file_missing") in {(one.file, one.code) for one in checked.problems}
    assert not checked.good


CASES = Path(__file__).parents[1] / "inventory" / "bad"


@pytest.mark.parametrize("path", sorted(CASES.rglob("*.yaml")), ids=lambda path: path.name)
def test_no_bad_inventory_is_told_the_same_thing_twice(path: Path) -> None:
    """By the form of the file, and again by the plug-ins that look at what is left of it."""
    checked = check(path, ROOT / "monitor.yaml", {**SECRETS, "COMMUNITY": "hunter2"})
    told = [(one.file, one.line, one.path, one.code) for one in checked.problems]
    assert len(told) == len(set(told))


def test_a_question_whose_interval_is_missing_is_told_so_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text(
        "schema: 1\n"
        "carriers: {t: {title: t}}\n"
        "contracts: {c: {carrier: t, title: c, availability: 99.9}}\n"
        "sites: {a: {title: a, level: province}, b: {title: b, level: city, parent: a}}\n"
        "devices:\n"
        "  r: {site: a, address: 192.0.2.1, probes: [{kind: interfaces}]}\n"
        "  s: {site: b}\n"
        "links:\n"
        "  l: {a: {device: r}, b: {device: s}, contract: c, probes: [{kind: echo}]}\n"
    )
    checked = check(tmp_path / "inventory.yaml", ROOT / "monitor.yaml", SECRETS)
    errors = [(one.path, one.code) for one in checked.problems if one.severity == "error"]
    assert errors == [
        ("devices.r.probes[0]", "missing_key"),
        ("links.l.probes[0]", "missing_key"),
    ]


def test_everything_in_the_configuration_has_a_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config, problems = load_config(None, {})
    assert not problems
    assert config is not None
    assert str(config.api.listen) == "127.0.0.1:8080"


def test_paths_begin_at_the_folder_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text("rules: [own.yaml]\n")
    config, _ = load_config(tmp_path / "monitor.yaml", {})
    assert config is not None
    assert config.rules == (tmp_path / "own.yaml",)
    assert config.store.path == tmp_path / "var"


def test_a_plug_in_gets_its_own_options_with_its_secret(tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text(
        "sinks:\n  history: {kind: influxdb, url: 'http://127.0.0.1:8428', token: '${TOKEN}'}\n"
    )
    config, _ = load_config(tmp_path / "monitor.yaml", {"TOKEN": "hunter2"})
    assert config is not None
    sink = config.sinks["history"]
    assert isinstance(sink.options, plugins("sinks")["influxdb"].Options)
    assert "hunter2" not in repr(config)


def test_a_plug_in_is_every_public_file_of_its_folder() -> None:
    files = {path.stem for path in (ROOT / "collectors").glob("[a-z]*.py")}
    assert set(plugins("collectors")) == files


def test_polls_that_do_not_fill_five_minutes_are_warned_of_where_they_are_written(
    tmp_path: Path,
) -> None:
    text = (ROOT / "inventory.yaml").read_text(encoding="utf-8").replace("every: 30s", "every: 70s")
    (tmp_path / "inventory.yaml").write_text(text, encoding="utf-8")
    (found,) = _elsewhere(check(tmp_path / "inventory.yaml", None, SECRETS).problems)
    assert (found.code, found.severity) == ("no_percentile", "warning")
    assert found.path == "devices.xg-hanchuan-makou-r1.probes[0]"


def test_warnings_alone_let_it_start(tmp_path: Path) -> None:
    shutil.copy(ROOT / "inventory.yaml", tmp_path)
    (tmp_path / "monitor.yaml").write_text("language: en\n")
    checked = check(None, tmp_path / "monitor.yaml", SECRETS)
    assert "no_canaries" in {one.code for one in checked.problems}
    assert checked.good


def test_without_any_route_every_receiver_is_told_so_nothing_is_amiss(tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text(
        "canaries: {gateway: {address: 127.0.0.1}}\n"
        "receivers: {noc: {channels: [{kind: webhook, url: 'http://127.0.0.1:9/'}]}}\n"
    )
    config, problems = load_config(tmp_path / "monitor.yaml", {})
    assert not problems
    assert config is not None
    assert [route.receiver for route in routes(config)] == ["noc"]


def test_a_rule_that_cannot_be_read_makes_no_route_wrong(tmp_path: Path) -> None:
    """It is told itself; what it would have been called or labelled is not known."""
    shutil.copy(ROOT / "inventory.yaml", tmp_path)
    (tmp_path / "monitor.yaml").write_text(
        "rules: [none.yaml]\n"
        "receivers: {noc: {channels: [{kind: webhook, url: 'http://127.0.0.1:9/'}]}}\n"
        "routes: [{match: {rule: own, team: field}, receiver: noc}]\n"
    )
    checked = check(None, tmp_path / "monitor.yaml", SECRETS)
    assert {one.code for one in checked.problems if one.path.startswith("routes")} == set()
    assert not checked.good


def test_a_mistake_in_the_defaults_is_told_once(tmp_path: Path) -> None:
    text = (ROOT / "inventory.yaml").read_text(encoding="utf-8")
    (tmp_path / "inventory.yaml").write_text(text.replace("wire: icmp", "wire: icpm"))
    checked = check(tmp_path / "inventory.yaml", ROOT / "monitor.yaml", SECRETS)
    assert [one.path for one in checked.problems] == ["defaults.probes.echo.wire"]


def test_what_a_file_says_cannot_move_the_cursor_of_a_terminal() -> None:
    problem = Problem("x.yaml", 1, "a", "unknown_reference", {"kind": "site", "name": "\x1b[2J"})
    assert "\x1b" not in render([problem], "en")


def test_a_problem_is_said_in_chinese() -> None:
    problem = Problem(
        "x.yaml", 3, "links.a", "unknown_reference", {"kind": "site", "name": "b"}, "c"
    )
    assert render([problem], "zh") == (
        "x.yaml:3  links.a  没有名为“b”的站点；是否想写“c”？\n1 个问题。没有启动任何东西。\n"
    )


def test_both_languages_fill_in_the_same_parameters() -> None:
    def placeholders(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    different = [
        code
        for code, (english, chinese) in catalogue().items()
        if code.startswith(("problem.", "check."))
        and placeholders(english) != placeholders(chinese)
    ]
    assert different == []


def test_check_says_what_can_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert run_check(None, None, "en") == 0
    assert "12 sites, 12 devices, 11 links: this can start." in capsys.readouterr().out


def test_check_of_a_bad_file_has_an_exit_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BAD / "listen")
    assert run_check(None, None, "en") == 1
    assert capsys.readouterr().out.endswith("Nothing was started.\n")


def test_dump_shows_defaults_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert run_dump(ROOT / "inventory.yaml", "en") == 0
    shown = capsys.readouterr().out
    assert "interface_settings" in shown
    assert not [value for value in SECRETS.values() if value in shown]
