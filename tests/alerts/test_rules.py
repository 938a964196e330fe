"""Rules are read completely or refused with file, line and a hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.model import DEGRADED, DOWN, OnDowntime, OnMetric, OnMonitor, OnState
from alerts.rules import load_rules
from inventory.problem import Problem
from metrics.catalogue import BY_NAME
from texts.say import catalogue


def read(tmp_path: Path, text: str) -> list[tuple[int, str, str, str]]:
    """Line, path, code and suggestion of each problem of a file of rules."""
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    _, problems = load_rules([file])
    assert all(problem.file == str(file) for problem in problems)
    return [(one.line, one.path, one.code, one.suggestion) for one in problems]


def test_a_rule_of_each_kind_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(
        """
rules:
  slow:
    metric: extranet_link_echo_rtt_seconds
    above: 0.2
    clear: 0.15
    average: 1m
    for: 90s
    severity: warning
    labels: {team: backbone}
    title: {en: Slow, zh: 时延高}
  low: {metric: extranet_link_in_utilization_ratio, below: 0, severity: info}
  gone:
    on: state
    kind: device
    state: [down, degraded]
    reason: snmp_silent
    severity: {other: info, city: major}
  risk: {on: availability, margin: 0.5, severity: major}
  full: {on: monitor, condition: disk, severity: critical}
""",
        encoding="utf-8",
    )
    rules, problems = load_rules([file], shipped=False)
    assert problems == []
    slow, low, gone, risk, full = rules
    assert slow.when == OnMetric(
        "extranet_link_echo_rtt_seconds", is_above=True, limit=0.2, clear=0.15, average=60
    )
    assert (slow.hold, slow.labels, slow.titles["zh"]) == (90, {"team": "backbone"}, "时延高")
    assert low.when == OnMetric("extranet_link_in_utilization_ratio", is_above=False, limit=0.0)
    assert gone.when == OnState("device", frozenset({DOWN, DEGRADED}), frozenset({"snmp_silent"}))
    assert (gone.severity, gone.by_level) == ("info", {"city": "major"})
    assert risk.when == OnDowntime(0.5)
    assert full.when == OnMonitor("disk")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "rules:\n  x: {metric: extranet_link_echo_rt_seconds, above: 1, severity: info}\n",
            (2, "rules.x.metric", "unknown_metric", "extranet_link_echo_rtt_seconds"),
        ),
        (
            (
                "rules:\n  x:\n    metric: extranet_link_echo_lost\n"
                "    over: extranet_link_echo_snt\n    above: 1\n    severity: info\n"
            ),
            (4, "rules.x.over", "unknown_metric", "extranet_link_echo_sent"),
        ),
        (
            (
                "rules:\n  x:\n    metric: extranet_link_echo_lost\n    above: 1\n"
                "    sevrity: info\n    severity: info\n"
            ),
            (5, "rules.x.sevrity", "unknown_key", "severity"),
        ),
        (
            "rules:\n  x: {metric: extranet_link_echo_lost, severity: info}\n",
            (2, "rules.x", "rule_one_limit", ""),
        ),
        (
            "rules:\n  x: {metric: extranet_link_echo_lost, above: 1, below: 2, severity: info}\n",
            (2, "rules.x", "rule_one_limit", ""),
        ),
        (
            "rules:\n  x: {metric: extranet_link_echo_lost, above: much, severity: info}\n",
            (2, "rules.x.above", "rule_limit", ""),
        ),
        (
            "rules:\n  x: {metric: extranet_link_echo_sent, above: contract, severity: info}\n",
            (2, "rules.x", "rule_not_promised", ""),
        ),
        (
            "rules:\n  x: {metric: extranet_link_echo_sent, above: 1, clear: 2, severity: info}\n",
            (2, "rules.x", "rule_clear_beyond", ""),
        ),
        (
            "rules:\n  x: {metric: extranet_link_echo_sent, above: 1, for: 60, severity: info}\n",
            (2, "rules.x.for", "bad_duration", ""),
        ),
        (
            "rules:\n  x: {on: stat, severity: info}\n",
            (2, "rules.x.on", "one_of", "state"),
        ),
        (
            "rules:\n  x: {on: state, kind: link, state: up, severity: info}\n",
            (2, "rules.x", "rule_state", ""),
        ),
        (
            "rules:\n  x: {on: monitor, condition: blnd, severity: info}\n",
            (2, "rules.x.condition", "one_of", "blind"),
        ),
        (
            "rules:\n  x: {on: availability, margin: 0, severity: info}\n",
            (2, "rules.x.margin", "too_small", ""),
        ),
        (
            "rules:\n  X y: {on: availability, margin: 1, severity: info}\n",
            (2, "rules.X y", "bad_id", ""),
        ),
        ("ruls: {}\n", (1, "ruls", "unknown_key", "rules")),
        ("rules: [1]\n", (1, "rules", "needs_mapping", "")),
        ("rules:\n\tx: 1\n", (2, "", "yaml_tab", "")),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_a_hint(
    tmp_path: Path, text: str, expected: tuple[int, str, str, str]
) -> None:
    (found,) = read(tmp_path, text)
    assert (found[0], *found[2:]) == (expected[0], *expected[2:])
    assert found[1].startswith(expected[1])
    assert f"problem.{found[2]}" in catalogue()


def test_every_problem_is_found_in_one_run(tmp_path: Path) -> None:
    text = "rules:\n  a: {metric: nope, above: 1}\n  b: {on: nope}\n  c: 5\n  d: {abov: 1}\n"
    found = [(line, code) for line, _, code, _ in read(tmp_path, text)]
    assert found == [
        (2, "unknown_metric"),
        (2, "missing_key"),
        (3, "one_of"),
        (4, "needs_mapping"),
        (5, "unknown_key"),
        (5, "missing_key"),
        (5, "missing_key"),
    ]


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    rules, problems = load_rules([tmp_path / "none.yaml"], shipped=False)
    assert rules == ()
    assert problems == [Problem(str(tmp_path / "none.yaml"), 1, "", "file_missing")]


def test_one_of_ones_own_takes_the_place_of_a_shipped_rule(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("rules:\n  sla-at-risk: {on: availability, margin: 0.5, severity: info}\n")
    rules, problems = load_rules([file])
    assert problems == []
    assert [rule.when for rule in rules if rule.id == "sla-at-risk"] == [OnDowntime(0.5)]


def test_two_files_must_not_define_the_same_rule(tmp_path: Path) -> None:
    files = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for file in files:
        file.write_text("rules:\n  x: {on: availability, margin: 0.5, severity: info}\n")
    _, (problem,) = load_rules(files)
    assert (problem.file, problem.line, problem.code) == (str(files[1]), 2, "rule_twice")
    assert problem.parameters == {"file": str(files[0])}


def test_the_shipped_rules_are_whole_and_have_names_in_both_languages() -> None:
    rules, problems = load_rules([])
    assert problems == []
    for rule in rules:
        english, chinese = catalogue()[f"alert.rule.{rule.id}"]
        assert english != chinese
        if isinstance(rule.when, OnMetric):
            assert rule.when.metric in BY_NAME
