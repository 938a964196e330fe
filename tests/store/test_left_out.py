"""Evidence of a circuit that nobody counts is found, wherever it lies in the period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from sla.canonical import HOUR, Heard, MonitorLeaf, SlotRun, StateRun, encode
from sla.inputs import Limits
from store import days, evidence
from store.errors import StoreError
from store.left_out import left_out

DAYS = (date(2026, 11, 24), date(2026, 11, 25))
START, END = days.bounds(DAYS[0])[0], days.bounds(DAYS[-1])[1]
MANY = tuple(f"m{number:02}" for number in range(36))
"""So many that an hour's file has more than one part."""


def _kept(folder: Path, there: Callable[[int], Sequence[str]], sealed: Sequence[date] = ()) -> Path:
    """Keep two days of the circuits that are `there`, by hours since the start."""
    for hour in range(START, END, HOUR):
        lines = [
            encode(
                Heard(one, hour, (SlotRun(0, 60, 60, 12, 0),), (StateRun(0, HOUR, "UP", "", ""),))
            )
            for one in sorted(there((hour - START) // HOUR))
        ]
        evidence.write_hour(folder, {"telecom": lines}, MonitorLeaf(hour, (), (), None))
    for day in sealed:
        days.seal_day(folder, day, dict.fromkeys((*MANY, "m21x"), Limits(1, 1, 1)))
    return folder


def _found(folder: Path, span: tuple[int, int] = (START, END)) -> tuple[str, ...]:
    return left_out(folder, "telecom", MANY, span)


def test_a_circuit_of_one_hour_is_found_without_a_sealed_day(tmp_path: Path) -> None:
    folder = _kept(tmp_path, lambda at: (*MANY, *(["gone"] if at == 30 else [])))

    assert _found(folder) == ("gone",)


@pytest.mark.parametrize("name", ["a", "m20x", "z"])
def test_in_sealed_days_it_is_found_though_no_day_was_sealed_with_it(
    name: str, tmp_path: Path
) -> None:
    """First, between others, or last of an hour's circuits."""
    folder = _kept(tmp_path, lambda at: (*MANY, *([name] if at == 30 else [])), DAYS)

    assert _found(folder) == (name,)


def test_one_in_the_place_of_a_neighbour_is_found_in_the_day_that_was_sealed_with_it(
    tmp_path: Path,
) -> None:
    """No index of an hour tells it: `m21` went as `m21x` came, and both are inside of a part."""
    others = tuple(name for name in MANY if name != "m21")
    folder = _kept(tmp_path, lambda at: (*others, "m21" if at < 24 else "m21x"), DAYS)

    assert _found(folder) == ("m21x",)


def test_what_lies_outside_of_the_period_does_not_count(tmp_path: Path) -> None:
    folder = _kept(tmp_path, lambda at: (*MANY, *(["gone"] if at < 24 else [])), DAYS)

    assert _found(folder, (START + 24 * HOUR, END)) == ()


def test_who_is_known_is_not_left_out(tmp_path: Path) -> None:
    assert _found(_kept(tmp_path, lambda _: MANY, DAYS[:1])) == ()


def test_another_carriers_circuits_are_not_looked_at(tmp_path: Path) -> None:
    folder = _kept(tmp_path, lambda _: (*MANY, "gone"), DAYS)

    assert left_out(folder, "mobile", (), (START, END)) == ()


def test_an_hour_that_cannot_be_read_is_no_hour_of_nobody(tmp_path: Path) -> None:
    folder = _kept(tmp_path, lambda _: MANY)
    evidence.file_of(folder, START, "telecom").write_bytes(b"none")

    with pytest.raises(StoreError):
        _found(folder)
