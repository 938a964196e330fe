"""Each mistake has a file with it and, beside it, the exact words it is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.load import load
from runtime.check import render

BAD = Path(__file__).parent / "bad"
ENVIRON = {"COMMUNITY": "hunter2", "SHORT": "hunter3", "LONG": "hunter4hunter4"}


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.yaml")))
def test_a_bad_file_is_answered_with_exactly_these_words(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    inventory, problems, _ = load(Path(f"{name}.yaml"), ENVIRON)
    assert inventory is None
    assert render(problems, "en") == Path(f"{name}.txt").read_text(encoding="utf-8")


def test_every_expectation_has_its_file() -> None:
    assert {path.stem for path in BAD.glob("*.txt")} == {path.stem for path in BAD.glob("*.yaml")}


def test_the_network_on_which_the_bad_files_build_is_good() -> None:
    inventory, problems, _ = load(BAD / "parts" / "province.yaml", ENVIRON)
    assert not problems
    assert inventory is not None
