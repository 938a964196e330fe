"""The worked cases of the methodology come out exactly, read as `extranet sla compute` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sla.cases import Outcome, compute_all

_VECTORS = Path(__file__).parents[3] / "shared" / "sla" / "vectors.json"
_DATA: dict[str, Any] = (
    json.loads(_VECTORS.read_text("utf-8"), parse_float=str) if _VECTORS.exists() else {}
)
_CASES = [one for one in _DATA.get("vectors", ()) if one["kind"] in {"timeline", "slots", "repair"}]


def _alone(case: dict[str, Any]) -> Outcome:
    return compute_all({**_DATA, "vectors": [case]})


@pytest.mark.skipif(not _CASES, reason="the worked cases of the methodology are not here")
@pytest.mark.parametrize("case", _CASES, ids=lambda case: str(case["id"]))
def test_a_worked_case_comes_out_exactly(case: dict[str, Any]) -> None:
    outcome = _alone(case)

    assert outcome.problems == ()
    # As they are printed, and read with decimal numbers as text, like what is expected.
    printed = json.loads(json.dumps(dict(outcome.results)), parse_float=str)
    assert printed == {case["id"]: case["expect"]}


@pytest.mark.skipif(not _CASES, reason="the worked cases of the methodology are not here")
def test_of_the_whole_file_only_kinds_without_a_form_are_refused() -> None:
    outcome = compute_all(_DATA)

    assert [name for name, _ in outcome.results] == [case["id"] for case in _CASES]
    assert {kind for _, kind in outcome.refused} <= {"p95", "composite", "merkle"}
