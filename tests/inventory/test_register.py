"""The register of access devices: MAC addresses in every usual notation, each once."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from inventory.load import load
from inventory.model import AccessDevice
from inventory.register import mac

DEVICES = st.binary(min_size=6, max_size=6).filter(lambda raw: not raw[0] & 1 and any(raw))


def written(raw: bytes) -> list[str]:
    return [
        raw.hex(), raw.hex(":"), raw.hex("-"), raw.hex("-", 2), raw.hex(".", 2), raw.hex(":", 2),
    ]  # fmt: skip


@given(DEVICES, st.booleans())
def test_every_notation_is_the_same_address(raw: bytes, shout: bool) -> None:  # noqa: FBT001
    assert {mac(text.upper() if shout else text) for text in written(raw)} == {raw.hex(":")}


@pytest.mark.parametrize(
    "text", ["", "00e0fc12345", "00e0fc1234567", "00:e0:fc:12:34-56", "０" * 12]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(PydanticCustomError, match="bad mac"):
        mac(text)


@given(st.text() | st.integers() | st.none())
def test_nothing_else_is_ever_raised(value: object) -> None:
    with contextlib.suppress(PydanticCustomError):
        assert len(mac(value)) == 17


def _load(folder: Path, section: str) -> tuple[Mapping[str, AccessDevice], list[str]]:
    (folder / "inventory.yaml").write_text(
        "schema: 1\nunits:\n  hall: {title: 大厅}\nsites:\n  p: {title: 省, level: province}\n"
        f"access_devices:\n{section}",
        encoding="utf-8",
    )
    inventory, problems, _ = load(folder / "inventory.yaml", {})
    assert inventory is not None
    return inventory.access_devices, [problem.code for problem in problems]


def test_digits_alone_need_no_quotes(tmp_path: Path) -> None:
    found, _ = _load(tmp_path, "  a: {mac: 102233445566, title: a, unit: hall}\n")
    assert [one.mac for one in found.values()] == ["10:22:33:44:55:66"]


def test_a_register_that_names_no_place_is_told(tmp_path: Path) -> None:
    assert _load(tmp_path, "  a: {mac: 00e0fc123456, title: a}\n")[1] == ["registered_nowhere"]


def test_a_register_that_names_a_unit_is_enough(tmp_path: Path) -> None:
    assert _load(tmp_path, "  a: {mac: 00e0fc123456, title: a, unit: hall}\n")[1] == []
