"""Units at the edge, and the one strict base."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inventory import edge
from inventory.model import Endpoint, Secret
from inventory.strict import Strict


@given(st.integers(0, 100 * 10**6))
def test_a_percentage_is_the_exact_ratio_of_what_was_written(millionths: int) -> None:
    whole, part = divmod(millionths, 10**6)
    assert edge.percent(f"{whole}.{part:06}%") == Fraction(millionths, 100 * 10**6)


@given(st.decimals(0, 100, places=4))
def test_a_percentage_written_as_a_number_is_exact_too(number: object) -> None:
    assert edge.percent(float(str(number))) == Fraction(str(number)) / 100


@given(st.integers(0, 10**11))
def test_money_is_counted_in_whole_fen(fen: int) -> None:
    assert edge.fen(float(f"{fen // 100}.{fen % 100:02}")) == fen


@given(st.ip_addresses(), st.integers(1, 65_535))
def test_every_address_with_a_port_is_read_back_as_written(host: object, port: int) -> None:
    endpoint = Endpoint(str(host), port)
    assert edge.listen(str(endpoint)) == endpoint


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("500ms", 0.5), ("10s", 10), ("5m", 300), ("1.5h", 5400), ("3d", 259_200)],
)
def test_a_duration_is_seconds(written: str, seconds: float) -> None:
    assert edge.duration(written) == seconds


@pytest.mark.parametrize(
    ("written", "bits"), [("512k", 512_000), ("100M", 10**8), ("2.5G", 2_500_000_000)]
)
def test_a_bandwidth_is_bits_per_second(written: str, bits: int) -> None:
    assert edge.scaled(written) == bits


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2026-11-01", 1_793_462_400),
        ("2026-11-01 08:00", 1_793_491_200),
        ("2026-11-01T00:00:00Z", 1_793_491_200),
        ("2026-11-01T08:00:00+08:00", 1_793_491_200),
    ],
)
def test_a_time_is_utc_seconds(written: str, seconds: int) -> None:
    assert edge.instant(written) == seconds


class _Form(Strict):
    number: int = 0
    share: float = 0
    flag: bool = False
    names: tuple[str, ...] = ()
    path: Path | None = None
    key: Secret | None = None


@pytest.mark.parametrize(
    "written",
    [
        {"number": "5"},
        {"number": True},
        {"number": 5.0},
        {"share": "0.5"},
        {"share": float("inf")},
        {"flag": 1},
        {"flag": "true"},
        {"names": "one"},
        {"names": [1]},
        {"more": 1},
        {"key": "hunter2"},
        {"key": {"file": "x", "more": 1}},
    ],
)
def test_the_strict_base_guesses_nothing(written: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        _Form.model_validate(written)
    assert "hunter2" not in str(refused.value)


def test_the_strict_base_takes_what_yaml_can_only_write_one_way() -> None:
    written = {"share": 1, "names": ["one"], "path": "var", "key": "${KEY}"}
    form = _Form.model_validate(written, context={"environ": {"KEY": "hunter2"}})
    assert (form.share, form.names, form.path) == (1.0, ("one",), Path("var"))
    assert form.key is not None
    assert form.key.reveal() == "hunter2"
    assert "hunter2" not in repr(form) + form.model_dump_json()
