"""Every kind of record that carries documents says whom they concern."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from sla.papers import Paper, papers
from sla.records import (
    BandwidthTested,
    Body,
    CauseDecided,
    Document,
    OverlayFiled,
    PointsDeducted,
    PointsProposed,
    ServiceScored,
    StopClock,
    TicketNoted,
)

PAPER = Document("0" * 64, "a.pdf", 1, "application/pdf")
GIVEN: list[tuple[Body, Paper]] = [
    (OverlayFiled("o", "F", ("a", "b"), 1, 2, "x", documents=(PAPER,)), Paper(PAPER, ("a", "b"))),
    (CauseDecided("link:a@17", "say", documents=(PAPER,)), Paper(PAPER, ("a",))),
    (BandwidthTested("a", 1, "IP", 1, 1, 1, (PAPER,)), Paper(PAPER, ("a",))),
    (TicketNoted("t", "", "a", 1, stops=(StopClock(1, 2, "x", (PAPER,)),)), Paper(PAPER, ("a",))),
    (ServiceScored("telecom", "2026Q4", 1, 1, "x", (PAPER,)), Paper(PAPER, (), "telecom")),
    (PointsDeducted("telecom", "2026Q4", 500, "x", (PAPER,)), Paper(PAPER, (), "telecom")),
    (
        PointsProposed(PointsDeducted("telecom", "2026Q4", 500, "x", (PAPER,))),
        Paper(PAPER, (), "telecom"),
    ),
]


@pytest.mark.parametrize(("body", "paper"), GIVEN, ids=lambda one: type(one).__name__)
def test_a_document_concerns_whom_its_record_is_about(body: Body, paper: Paper) -> None:
    assert list(papers(body)) == [paper]


def test_no_kind_of_record_that_carries_documents_is_left_out() -> None:
    carrying = {
        kind
        for kind in get_args(Body)
        if any(carrier in str(hint) for hint in get_type_hints(kind).values()
               for carrier in ("Document", "StopClock", "PointsDeducted"))
    }  # fmt: skip
    assert carrying == {type(body) for body, _ in GIVEN}
