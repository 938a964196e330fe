"""Announced work may name services, links, or both."""

from __future__ import annotations

from pathlib import Path

from inventory.load import load
from inventory.problem import Problem
from tests.inventory.test_services import ENVIRON, HEAD, loaded

SERVICE = "services:\n  portal: {title: 门户, kind: website, needs: [site:hb-cloud]}\n"
TIMES = "start: 2026-11-28T01:00, end: 2026-11-28T05:00"


def refused(folder: Path, more: str) -> list[Problem]:
    path = folder / "inventory.yaml"
    path.write_text(HEAD + more, encoding="utf-8")
    _, problems, _ = load(path, ENVIRON)
    return [one for one in problems if one.severity == "error"]


def test_work_on_a_service_alone_is_work(tmp_path: Path) -> None:
    work = f"planned_work:\n  w: {{title: 升级, party: owner, services: [portal], {TIMES}}}\n"
    found = loaded(tmp_path, SERVICE + work).planned_work["w"]

    assert (found.links, found.services) == ((), ("portal",))


def test_work_on_nothing_is_refused(tmp_path: Path) -> None:
    work = f"planned_work:\n  w: {{title: 升级, party: owner, {TIMES}}}\n"

    assert [one.code for one in refused(tmp_path, SERVICE + work)] == ["missing_key"]


def test_work_on_a_service_that_is_not_there_is_refused(tmp_path: Path) -> None:
    work = f"planned_work:\n  w: {{title: 升级, party: owner, services: [protal], {TIMES}}}\n"

    assert [(one.code, one.suggestion) for one in refused(tmp_path, SERVICE + work)] == [
        ("unknown_reference", "portal")
    ]
