"""Every reason a run may have can be said to a person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import collectors
from collectors.wires import _snmp_engine, snmp
from texts.wires import TEXTS

FOLDER = Path(collectors.__path__[0])


def test_every_failure_of_a_wire_has_its_sentence() -> None:
    failures = [v for v in vars(_snmp_engine).values() if isinstance(v, _snmp_engine.Failure)]
    assert failures
    for failure in failures:
        assert f"wire.reason.{failure.reason}" in TEXTS


@pytest.mark.parametrize("name", ["interfaces.py", "wires/snmp.py"])
def test_every_reason_of_the_tables_has_its_sentence(name: str) -> None:
    text = (FOLDER / name).read_text()
    table = re.findall(r"^    (?:[A-Z]+ +)?([a-z_]+) {2,}\S", text.split('"""')[1], re.MULTILINE)
    assert len(table) > 4
    for reason in table:
        assert f"wire.reason.{reason}" in TEXTS


def test_the_table_of_the_wire_names_every_failure() -> None:
    for value in vars(_snmp_engine).values():
        if isinstance(value, _snmp_engine.Failure):
            assert value.reason in str(snmp.__doc__)
