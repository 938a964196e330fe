"""The 95th percentile: which samples there are, which one decides, and what others got wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.model import Interval
from sla.percentile import (
    SLOT,
    Missing,
    Mode,
    Percentile,
    Sample,
    Traffic,
    bill,
    expected,
    fills_slots,
    percentile,
    sampled,
    together,
)

MONTH = 1_793_462_400
"""2026-11-01 00:00 in Asia/Shanghai."""
assert MONTH % SLOT == 0
MS = SLOT * 1000
VECTORS = Path(__file__).parents[3] / "shared" / "sla" / "vectors.json"
CASES: list[dict[str, Any]] = (
    [case for case in json.loads(VECTORS.read_text())["vectors"] if case["kind"] == "p95"]
    if VECTORS.exists()
    else []
)


def slots(count: int) -> list[int]:
    return [MONTH + SLOT * number for number in range(count)]


def octets(bps: int) -> int:
    """What flows in a slot; a whole number for multiples of 2 bit/s."""
    return bps * SLOT // 8


def flows(
    inward: Sequence[int | None], outward: Sequence[int | None] | None = None
) -> list[Traffic]:
    """Slots in bit/s times 2, so that octets are whole; None = missing."""
    return [
        Traffic(
            MONTH + SLOT * place,
            octets(2 * (there or 0)), None if there is None else MS,
            octets(2 * (back or 0)), None if back is None else MS,
        )
        for place, (there, back) in enumerate(zip(inward, outward or inward, strict=True))
    ]  # fmt: skip


def p95(values: Sequence[int | None], missing: Missing = "drop") -> int | None:
    found = bill(flows(values), slots(len(values)), missing=missing).inward.bps
    return None if found is None else int(found) // 2


def billed(inward: Sequence[int], outward: Sequence[int], mode: Mode) -> int:
    found = bill(flows(inward, outward), slots(len(inward)), mode=mode).billed.bps
    assert found is not None
    return int(found) // 2


IN30 = [(i * 7919) % 8640 + 1 for i in range(8640)]
OUT30 = [9000 if i % 20 == 0 else 100 for i in range(8640)]
OUT30B = [9000 if i % 20 == 0 or i == 1 else 100 for i in range(8640)]
IN31 = [(i * 7919) % 8928 + 1 for i in range(8928)]
MISSING: list[int | None] = [*IN30[:8600], *[None] * 40]
WORKED: dict[str, Callable[[], int | None]] = {
    "discard30": lambda: bill(flows(IN30), slots(8640)).inward.dropped,
    "discard31": lambda: bill(flows(IN31), slots(8928)).inward.dropped,
    "discard_missing": lambda: bill(flows(MISSING), slots(8640)).inward.dropped,
    "max_of_p95": lambda: billed(IN30, OUT30, "max_of_p95"),
    "n30": lambda: bill(flows(IN30), slots(8640)).expected,
    "n31": lambda: bill(flows(IN31), slots(8928)).expected,
    "n_missing": lambda: bill(flows(MISSING), slots(8640)).inward.slots["present"],
    "p95_in30": lambda: p95(IN30),
    "p95_in31": lambda: p95(IN31),
    "p95_missing_as_zero": lambda: p95(MISSING, "zero"),
    "p95_missing_dropped": lambda: p95(MISSING),
    "p95_of_max": lambda: billed(IN30, OUT30, "p95_of_max"),
    "p95_out30": lambda: p95(OUT30),
    "p95_out30b": lambda: p95(OUT30B),
}


@pytest.mark.skipif(not CASES, reason="../shared is not here")
@pytest.mark.parametrize("name", sorted(WORKED))
def test_the_worked_case_of_the_methodology(name: str) -> None:
    assert WORKED[name]() == CASES[0]["expect"][name]


def test_of_a_month_of_30_days_the_433rd_largest_is_billed() -> None:
    assert p95(IN30) == sorted(IN30, reverse=True)[432]


def test_the_five_per_cent_are_rounded_down() -> None:
    """31 days: 446.4 are 446."""
    assert bill(flows(IN31), slots(8928)).inward.dropped == 446


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=400))
def test_it_is_the_sample_of_ascending_rank_95_per_cent(values: list[int]) -> None:
    assert p95(values) == sorted(values)[ceil(Fraction(95 * len(values), 100)) - 1]


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**9)), max_size=300))
def test_slots_present_and_missing_are_those_expected(values: list[int | None]) -> None:
    way = bill(flows(values), slots(len(values))).inward
    assert way.slots["missing"] == values.count(None)
    assert sum(way.slots.values()) == sum(count for _, count in way.runs) == len(values)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=200))
def test_directions_are_not_added_and_the_percentile_of_the_larger_is_no_less(
    both: list[tuple[int, int]],
) -> None:
    """Billing by the sum of in and out doubles a symmetric line."""
    inward, outward = [one for one, _ in both], [other for _, other in both]
    larger = billed(inward, outward, "max_of_p95")
    assert larger == max(p95(inward) or 0, p95(outward) or 0)
    assert billed(inward, outward, "p95_of_max") >= larger


def test_a_slot_nobody_heard_adds_no_zero_that_shifts_the_percentile() -> None:
    values: list[int | None] = [*[100] * 80, *[None] * 20]
    assert p95(values) == 100
    assert p95([*[100] * 4, *[None] * 96]) == 100


def test_a_port_without_traffic_has_samples_and_they_are_zero() -> None:
    assert p95([0] * 100) == 0


def test_without_any_sample_there_is_no_figure() -> None:
    found = bill([], slots(100))
    assert (found.billed.bps, found.billed.slots["missing"]) == (None, 100)


def test_missing_slots_are_zero_only_where_that_is_asked_for() -> None:
    found = bill([], slots(100), missing="zero")
    assert (found.billed.bps, found.billed.sample) == (Fraction(0), None)


def test_traffic_while_the_line_was_not_in_service_is_not_billed() -> None:
    values = [*[1_000_000] * 100, *[100] * 100]
    wanted = expected(MONTH, MONTH + 200 * SLOT, (Interval(MONTH + 100 * SLOT),))
    found = bill(flows(values), wanted)
    assert (found.expected, found.inward.bps) == (100, Fraction(200))


def test_a_slot_that_is_in_service_in_part_is_not_expected() -> None:
    service = (Interval(MONTH + 1, MONTH + 3 * SLOT - 1),)
    assert expected(MONTH, MONTH + 4 * SLOT, service) == [MONTH + SLOT]


def test_a_slot_that_is_not_over_is_not_expected() -> None:
    assert expected(MONTH, MONTH + 2 * SLOT - 1) == [MONTH]


@pytest.mark.parametrize(
    ("ms", "is_there"),
    [
        (MS, True),
        (290_000, True),
        (270_000, True),
        (269_999, False),
        (330_001, False),
        (None, False),
    ],
    ids=str,
)
def test_a_slot_is_present_when_its_octets_came_in_its_time(
    ms: int | None,
    is_there: bool,  # noqa: FBT001 - a case
) -> None:
    assert (sampled(1000, ms, MONTH) is not None) is is_there


def test_a_sample_is_over_the_time_in_which_its_octets_came() -> None:
    assert sampled(290_000, 290_000, MONTH) == Sample(MONTH, 290_000, 290_000, Fraction(8000))


def test_nothing_is_averaged_so_a_short_peak_keeps_its_height() -> None:
    """Stores that thin out old samples lower the peaks: of 20 slots the largest but one counts."""
    assert p95([*[100] * 18, 900, 900]) == 900


def test_a_sample_above_the_cap_counts_as_the_cap_and_is_shown() -> None:
    found = bill(flows([100] * 90 + [900] * 10), slots(100), cap=1000)
    assert (found.inward.bps, found.inward.slots["capped"]) == (Fraction(1000), 10)


def test_the_slots_are_shown_in_order() -> None:
    found = bill(flows([1, 1, None, 900, 1]), slots(6), cap=1000)
    assert found.inward.runs == (
        ("present", 2), ("missing", 1), ("capped", 1), ("present", 1), ("missing", 1),
    )  # fmt: skip


def test_the_sample_that_decides_is_named() -> None:
    found: Percentile = bill(flows(IN30), slots(8640)).inward
    assert found.sample is not None
    assert found.bps == Fraction(found.sample.octets * 8000, found.sample.ms)
    assert found.sample.start == MONTH + SLOT * IN30.index(8208)


def test_lines_billed_as_one_are_added_slot_by_slot() -> None:
    """The sum of their percentiles would bill 1,000 for two peaks that never met."""
    morning, evening = [*[500] * 10, *[0] * 10], [*[0] * 10, *[500] * 10]
    both = list(together([flows(morning), flows(evening)]))
    assert bill(both, slots(20)).inward.bps == 2 * 500


def test_of_lines_billed_as_one_a_missing_one_makes_the_sum_missing() -> None:
    both = list(together([flows([100, 100]), flows([100, None])]))
    assert bill(both, slots(2)).inward.slots["missing"] == 1


def test_samples_that_were_not_expected_do_not_count() -> None:
    stray = {MONTH - SLOT: Sample(MONTH - SLOT, 1, MS, Fraction(10**9))}
    assert percentile(stray, slots(3)).bps is None


@pytest.mark.parametrize(
    ("every", "fills"),
    [
        (5, True), (10, True), (45, True), (60, True), (150, True), (300, True),
        (70, False), (90, False), (200, False), (400, False), (600, False),
    ],
)  # fmt: skip
def test_polls_fill_a_slot_or_there_are_no_samples(every: float, fills: bool) -> None:  # noqa: FBT001 - drawn
    """Where they do, every slot has its sample however the polls fall into it."""
    assert fills_slots(every) is fills
    for phase in range(int(every)):
        polls = sum(phase + n * every < SLOT for n in range(SLOT + 1))
        assert not fills or sampled(1, round(polls * every * 1000), 0) is not None
