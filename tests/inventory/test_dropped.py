"""A circuit that is taken out of the file is told of, one that ended long ago is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.dropped import dropped
from inventory.model import Interval
from tests.reports.story import inventory_of
from tests.sla.built import at, link

NOW = at("2026-08-20 00:00")
A = replace(link("a"), in_service=(Interval(0),))
B = replace(link("b"), in_service=(Interval(0),))


@pytest.mark.parametrize(
    ("served", "told"),
    [
        ((Interval(0),), ("a",)),
        ((Interval(0, at("2026-08-15 00:00")),), ("a",)),
        ((Interval(0, at("2025-08-15 00:00")),), ()),
        ((Interval(at("2026-09-01 00:00")),), ()),
        ((), ()),
    ],
)
def test_who_served_within_a_year_is_missed(
    served: tuple[Interval, ...], told: tuple[str, ...]
) -> None:
    before = inventory_of(replace(A, in_service=served), B)

    assert dropped(before, inventory_of(B), NOW) == told


def test_one_whose_service_ended_in_the_file_is_not_dropped() -> None:
    after = inventory_of(replace(A, in_service=(Interval(0, NOW),)), B)

    assert dropped(inventory_of(A, B), after, NOW) == ()


def test_one_that_went_over_to_another_carrier_is_missed_by_the_old_one() -> None:
    after = inventory_of(replace(A, carrier="mobile"), B)

    assert dropped(inventory_of(A, B), after, NOW) == ("a",)
