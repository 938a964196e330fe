"""A node_exporter is asked with the login that is named, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.problem import Problem
from runtime.check import check

INVENTORY = """\
schema: 1
sites:
  hb: {{title: 省, level: province}}
  yzw: {{title: 云中心, level: cloud, parent: hb}}
logins:
  exporters: {{user: scrape, password: "${{SCRAPE}}"}}
devices:
  app:
    title: 应用
    site: yzw
    platform: linux
    address: 10.42.0.27
    probes: [{{kind: node_exporter, every: 60s, tls: true, login: {login}}}]
"""


def errors(folder: Path, login: str) -> list[Problem]:
    path = folder / "inventory.yaml"
    path.write_text(INVENTORY.format(login=login), encoding="utf-8")
    found = check(path, None, {"SCRAPE": "p"}).problems
    return [one for one in found if one.severity == "error"]


def test_a_login_that_is_declared_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert errors(tmp_path, "exporters") == []


def test_a_login_there_is_none_of_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [problem] = errors(tmp_path, "exporter")
    assert (problem.code, problem.suggestion, problem.line) == (
        "unknown_reference",
        "exporters",
        13,
    )
