"""A secret among the options of a probe comes from the environment or a file, like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from inventory.model import Secret
from inventory.schema import ProbeForm


def options(written: object, folder: Path = Path(), **environ: str) -> object:
    context = {"environ": environ, "folder": folder}
    form = ProbeForm.model_validate({"kind": "heartbeat", "token": written}, context=context)
    return form.options()["token"]


def test_a_variable_is_read_into_a_secret() -> None:
    found = options("${TOKEN}", TOKEN="aprés-midi")
    assert isinstance(found, Secret)
    assert found.reveal() == "aprés-midi"
    assert repr(found) == "<secret>"


def test_a_file_is_read_into_a_secret(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from the file\n", encoding="utf-8")
    found = options({"file": "token"}, tmp_path)
    assert isinstance(found, Secret)
    assert found.reveal() == "from the file"


@pytest.mark.parametrize("written", ["plain", "http://x/${TOKEN}", ["a"], {"a": 1}, 5, None])
def test_anything_else_stays_as_written(written: object) -> None:
    assert options(written, TOKEN="x") == written


def test_a_variable_that_is_not_set_is_refused_at_its_key() -> None:
    with pytest.raises(ValidationError) as refused:
        options("${TOKEN}")
    assert [error["loc"] for error in refused.value.errors()] == [("token",)]
