"""Points by people count when two persons agree, and no longer when two agree on that."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.points import Folding, PointsStanding, counting
from sla.records import (
    Body,
    Points,
    PointsDecided,
    PointsDeducted,
    PointsProposed,
    PointsWithdrawn,
    Record,
    ServiceScored,
    Verdict,
    decode,
    encode,
)
from sla.report import Deduction

TAKEN = PointsDeducted("telecom", "2026Q4", 500, "x")
PROPOSED = PointsProposed(TAKEN)


def told(*said: tuple[str, Body]) -> list[Record]:
    """Records of these persons, numbered from 1."""
    return [Record(at, 100 + at, person, body) for at, (person, body) in enumerate(said, 1)]


def states(*said: tuple[str, Body]) -> dict[int, str]:
    return {number: one.state for number, one in Folding(told(*said)).points.items()}


def score(num: int) -> PointsProposed:
    return PointsProposed(ServiceScored("telecom", "2026Q4", num, 5, "x"))


@pytest.mark.parametrize(
    ("person", "verdict", "state"),
    [
        ("zhang", "approve", "filed"),
        ("zhang", "reject", "filed"),
        ("zhang", "withdraw", "withdrawn"),
        ("li", "approve", "approved"),
        ("li", "reject", "rejected"),
        ("li", "withdraw", "filed"),
        ("", "approve", "filed"),
        ("", "withdraw", "filed"),
    ],
)
def test_who_may_say_what_of_points_that_wait(person: str, verdict: Verdict, state: str) -> None:
    assert states(("zhang", PROPOSED), (person, PointsDecided(1, verdict))) == {1: state}


@pytest.mark.parametrize(
    ("person", "verdict", "state"),
    [
        ("wang", "approve", "approved"),
        ("zhang", "approve", "withdrawn"),
        ("li", "approve", "withdrawn"),
        ("li", "reject", "approved"),
        ("wang", "withdraw", "approved"),
        ("", "approve", "approved"),
    ],
)
def test_what_two_agreed_on_is_taken_back_by_two(person: str, verdict: Verdict, state: str) -> None:
    assert states(
        ("zhang", PROPOSED), ("li", PointsDecided(1, "approve")),
        ("wang", PointsWithdrawn(1, "mistaken")), (person, PointsDecided(3, verdict)),
    ) == {1: state}  # fmt: skip


def test_a_withdrawal_that_was_turned_down_may_be_asked_for_again() -> None:
    assert states(
        ("zhang", PROPOSED), ("li", PointsDecided(1, "approve")),
        ("wang", PointsWithdrawn(1, "a")), ("li", PointsDecided(3, "reject")),
        ("wang", PointsWithdrawn(1, "b")), ("li", PointsDecided(5, "approve")),
    ) == {1: "withdrawn"}  # fmt: skip


def test_a_decision_about_the_points_says_nothing_of_their_withdrawal() -> None:
    """Whoever had not read that they are to be taken back has not agreed to it."""
    assert states(
        ("zhang", PROPOSED), ("li", PointsDecided(1, "approve")),
        ("wang", PointsWithdrawn(1, "mistaken")), ("li", PointsDecided(1, "approve")),
    ) == {1: "approved"}  # fmt: skip


def test_points_as_a_record_of_their_own_count_on_one_persons_word() -> None:
    (one,) = counting(told(("zhang", TAKEN)))
    assert (one.by, one.approved_by, one.body) == ("zhang", "", TAKEN)


def test_of_two_scores_the_one_approved_last_counts() -> None:
    assert states(
        ("zhang", score(1)), ("zhang", score(2)),
        ("li", PointsDecided(2, "approve")), ("li", PointsDecided(1, "approve")),
    ) == {1: "approved", 2: "replaced"}  # fmt: skip


def test_a_score_that_is_taken_back_does_not_bring_back_the_one_before() -> None:
    assert states(
        ("zhang", score(1)), ("li", PointsDecided(1, "approve")),
        ("zhang", score(2)), ("li", PointsDecided(3, "approve")),
        ("zhang", PointsWithdrawn(3, "mistaken")), ("li", PointsDecided(5, "approve")),
    ) == {1: "replaced", 3: "withdrawn"}  # fmt: skip


_people = st.sampled_from(["zhang", "li", ""])
_numbers = st.integers(1, 8)
_bodies: st.SearchStrategy[Body] = st.one_of(
    st.just(PROPOSED),
    st.builds(score, st.integers(0, 5)),
    st.builds(PointsWithdrawn, of=_numbers, why=st.just("x")),
    st.builds(
        PointsDecided, of=_numbers, verdict=st.sampled_from(["approve", "reject", "withdraw"])
    ),
)


@given(st.lists(st.tuples(_people, _bodies), max_size=8))
@settings(max_examples=60, deadline=None)
def test_nothing_that_was_proposed_counts_by_one_person(said: list[tuple[str, Body]]) -> None:
    def two(one: PointsStanding) -> bool:
        return bool(one.by and one.approved_by) and one.by != one.approved_by

    assert all(two(one) for one in counting(told(*said)))


@pytest.mark.parametrize("body", [PROPOSED, PointsWithdrawn(1, "x"), PointsDecided(1, "reject")])
def test_a_record_reads_back_as_it_was(body: Body) -> None:
    assert decode(encode(body)) == body


@pytest.mark.parametrize("said", [TAKEN, ServiceScored("telecom", "2026Q4", 4, 5, "x")])
def test_what_is_proposed_is_what_the_earlier_form_said(said: Points) -> None:
    inner = msgspec.json.decode(encode(PointsProposed(said)))["says"]
    assert inner == msgspec.json.decode(encode(said))


def test_a_deduction_of_the_earlier_form_has_the_bytes_that_it_had() -> None:
    line = Deduction(500, "x", "zhang", (), 7)
    assert msgspec.json.encode(line) == (
        b'{"hundredths":500,"why":"x","by":"zhang","documents":[],"record":7}'
    )
