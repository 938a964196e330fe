"""Every reason why a rate is absent can be said to a person."""

from __future__ import annotations

import re

import pytest

from metrics import rates
from texts.rates import TEXTS

TABLE = re.findall(r"^    ([a-z_]+) {2,}\S", str(rates.__doc__), re.MULTILINE)


def test_the_table_names_them() -> None:
    assert {"first", "gap", "reset", "wrap", "too_fast", "not_refreshed"} <= set(TABLE)


@pytest.mark.parametrize("reason", TABLE)
def test_a_reason_has_its_sentence(reason: str) -> None:
    assert f"page.no_rate.{reason}" in TEXTS


def test_no_sentence_is_about_a_reason_that_is_none() -> None:
    assert {key.rpartition(".")[2] for key in TEXTS} == set(TABLE)
