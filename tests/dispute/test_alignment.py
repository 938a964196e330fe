"""Both lists side by side: the seconds add up, whoever is right."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sla.dispute import Ours, Row, Theirs, align

PERIOD = (0, 100_000)
LINK = "xg-telecom-1"


def ours(*spans: tuple[int, int | None], link: str = LINK) -> list[Ours]:
    return [Ours(f"{link}@{start}", link, start, end) for start, end in spans]


def theirs(*spans: tuple[int, int], link: str = LINK) -> list[Theirs]:
    return [Theirs(row, link, start, end) for row, (start, end) in enumerate(spans, 2)]


def only(rows: tuple[Row, ...]) -> Row:
    (row,) = rows
    return row


def test_edges_within_a_slot_agree() -> None:
    row = only(align(ours((1000, 4000)), theirs((1060, 3940)), PERIOD))

    assert (row.verdict, row.start_differs, row.end_differs) == ("agreed", 60, -60)
    assert (row.both, row.ours_only, row.theirs_only) == (2880, 120, 0)


def test_an_end_that_is_more_than_a_slot_off_is_another_length() -> None:
    row = only(align(ours((1000, 4000)), theirs((1000, 3939)), PERIOD))

    assert (row.verdict, row.end_differs, row.ours_only) == ("different", -61, 61)


def test_what_only_one_side_knows_is_said_to_be_so() -> None:
    rows = align(ours((1000, 4000)), theirs((4000, 5000)), PERIOD)

    assert [(row.verdict, row.ours_only, row.theirs_only) for row in rows] == [
        ("ours_only", 3000, 0),
        ("theirs_only", 0, 1000),
    ]


def test_one_of_theirs_over_two_of_ours_is_one_row() -> None:
    row = only(align(ours((1000, 2000), (3000, 4000)), theirs((1000, 4000)), PERIOD))

    assert (row.verdict, len(row.ours), row.both, row.theirs_only) == ("split", 2, 2000, 1000)


def test_the_same_hour_of_two_circuits_is_two_matters() -> None:
    rows = align(ours((1000, 4000)), theirs((1000, 4000), link="xg-mobile-1"), PERIOD)

    assert sorted(row.verdict for row in rows) == ["ours_only", "theirs_only"]


def test_an_outage_that_lasts_is_compared_up_to_the_end_of_the_period() -> None:
    row = only(align(ours((99_000, None)), theirs((99_000, 120_000)), PERIOD))

    assert (row.verdict, row.both, row.theirs_only) == ("agreed", 1000, 0)


def test_what_lies_outside_the_period_is_no_matter_of_it() -> None:
    assert align(ours((100_000, 200_000)), theirs((-50, 0)), PERIOD) == ()


SPANS = st.lists(
    st.tuples(st.integers(-500, 3000), st.integers(1, 800)).map(lambda p: (p[0], p[0] + p[1])),
    max_size=12,
)


def seconds(spans: list[tuple[int, int]]) -> set[int]:
    return {second for start, end in spans for second in range(max(start, 0), min(end, 2500))}


@given(SPANS, SPANS)
def test_every_second_of_either_side_is_in_one_row(
    mine: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    rows = align(ours(*mine), theirs(*others), (0, 2500))
    here, there = seconds(mine), seconds(others)

    assert sum(row.both for row in rows) == len(here & there)
    assert sum(row.ours_only for row in rows) == len(here - there)
    assert sum(row.theirs_only for row in rows) == len(there - here)


@given(SPANS, SPANS)
def test_nobodys_outage_is_lost_or_told_twice(
    mine: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    rows = align(ours(*mine), theirs(*others), (0, 2500))
    told = [one.row for row in rows for one in row.theirs]

    within = [row for row, (start, end) in enumerate(others, 2) if start < 2500 and end > 0]
    assert sorted(told) == within


@given(SPANS, SPANS)
def test_it_is_the_same_from_the_other_side(
    mine: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    rows = align(ours(*mine), theirs(*others), (0, 2500))
    turned = align(ours(*others), theirs(*mine), (0, 2500))

    assert [(row.both, row.ours_only, row.theirs_only) for row in rows] == [
        (row.both, row.theirs_only, row.ours_only) for row in turned
    ]
