"""How filings stand, what of them is honoured, and which of them excluded which second."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from inventory.model import PlannedWork
from sla._overlays import Class, Segment, classify
from sla.build import report
from sla.filings import Standing, fold, standing
from sla.honoured import both, honoured, length, nights, overlays_of, shares, without
from sla.inputs import Inputs
from sla.periods import parse
from sla.records import (
    Body,
    CauseProposed,
    Document,
    Fact,
    Kind,
    OverlayDecided,
    OverlayFiled,
    Record,
    Verdict,
)
from sla.ruleset import Night, RuleSet
from sla.timeline import Run, Span, union
from sla.two_persons import State
from tests.sla.built import CONTRACT, LATER, RULES, at, link, register, timeline

DAY, HOUR = 86_400, 3600
NOTICE = 72 * HOUR
START = at("2026-10-14 01:00")
PAPER = (Document("0" * 64, "a.pdf", 1, "application/pdf"),)
NIGHTLY = replace(RULES, night=Night(0, 6 * HOUR))


def filed(
    name: str = "o",
    kind: Kind = "M_c",
    start: int = START,
    end: int = START + 2 * HOUR,
    *,
    documents: tuple[Document, ...] = (),
    replaces: str = "",
    outage: str = "",
    carrier: str = "",
) -> OverlayFiled:
    return OverlayFiled(
        name, kind, ("a",), start, end, "割接", documents=documents, carrier=carrier,
        replaces=replaces, outage=outage,
    )  # fmt: skip


def told(*said: tuple[int, str, Body]) -> list[Record]:
    """Records in order: when, who, what."""
    return [Record(number, *one) for number, one in enumerate(said, 1)]


def decided(verdict: Verdict, overlay: str = "o") -> OverlayDecided:
    return OverlayDecided(overlay, verdict)


EARLY = START - 10 * DAY
FILED = (EARLY, "li", filed())


# How a filing stands.


@pytest.mark.parametrize(
    ("after", "state"),
    [
        ([], "filed"),
        ([(EARLY, "wang", decided("approve"))], "approved"),
        ([(EARLY, "wang", decided("reject"))], "rejected"),
        ([(EARLY, "li", decided("withdraw"))], "withdrawn"),
        ([(EARLY, "li", decided("approve"))], "filed"),
        ([(EARLY, "", decided("approve"))], "filed"),
        ([(EARLY, "wang", decided("withdraw"))], "filed"),
        ([(EARLY, "wang", decided("reject")), (EARLY, "wang", decided("approve"))], "rejected"),
        ([(EARLY, "wang", decided("approve")), (EARLY, "zhao", decided("reject"))], "approved"),
        ([(EARLY, "li", decided("withdraw")), (EARLY, "wang", decided("approve"))], "withdrawn"),
        ([(EARLY, "wang", decided("approve")), (EARLY, "li", decided("withdraw"))], "withdrawn"),
        ([(EARLY, "wang", decided("approve")), (START, "li", decided("withdraw"))], "approved"),
        ([(EARLY, "zhao", filed(start=0, end=9))], "filed"),
        ([(EARLY, "wang", decided("approve", "other"))], "filed"),
    ],
)  # fmt: skip
def test_a_filing_stands_as_two_persons_left_it(
    after: list[tuple[int, str, Body]], state: str
) -> None:
    one = fold(told(FILED, *after)).overlays["o"]
    assert (one.state, one.start, one.filed_by) == (state, START, "li")


CORRECTED = (EARLY + 1, "li", filed("p", replaces="o", start=START + HOUR))


@pytest.mark.parametrize(
    ("said", "states"),
    [
        ([FILED, CORRECTED], ("replaced", "filed")),
        ([FILED, (EARLY, "wang", decided("approve")), CORRECTED], ("approved", "filed")),
        (
            [FILED, (EARLY, "wang", decided("approve")), CORRECTED,
             (EARLY + 2, "wang", decided("approve", "p"))],
            ("replaced", "approved"),
        ),
        (
            [FILED, (EARLY, "wang", decided("approve")), CORRECTED,
             (EARLY + 2, "wang", decided("reject", "p"))],
            ("approved", "rejected"),
        ),
        (
            [FILED, CORRECTED, (EARLY + 2, "li", decided("withdraw", "p")),
             (EARLY + 3, "wang", decided("approve"))],
            ("replaced", "withdrawn"),
        ),
        (
            [FILED, (EARLY, "chen", filed("p", replaces="o", carrier="telecom"))],
            ("filed", "filed"),
        ),
    ],
)  # fmt: skip
def test_a_correction_takes_the_place_of_what_it_names(
    said: list[tuple[int, str, Body]], states: tuple[str, str]
) -> None:
    found = fold(told(*said)).overlays
    assert (found["o"].state, found["p"].state) == states


def test_work_of_the_inventory_stands_as_registered_and_approved() -> None:
    work = PlannedWork("w", "割接", "carrier", ("a", "b"), START, START + 9, EARLY)
    (one,) = standing([], [work])["b"]
    assert (one.kind, one.state, one.filed_at, one.record) == ("M_c", "approved", EARLY, None)


def test_a_record_does_not_take_the_name_of_announced_work() -> None:
    work = PlannedWork("o", "割接", "owner", ("a",), START, START + 9)
    assert fold(told(FILED), [work]).overlays["o"].kind == "M_o"


def test_a_carrier_does_not_announce_the_owners_work() -> None:
    """It would be free of notice, night and quota."""
    assert not fold(told((EARLY, "chen", filed(kind="M_o", carrier="telecom")))).overlays


# What is honoured.


def spans(
    body: OverlayFiled, when: int, *before: Body, rules: RuleSet = RULES
) -> tuple[list[Span], str]:
    """What of a filing is honoured once it is approved; the start is second 0."""
    said = [(when, "", one) for one in before]
    one = fold(told(*said, (when, "li", body), (when, "wang", decided("approve")))).overlays["o"]
    found = honoured(one, rules, NOTICE)
    return [(start - START, end - START) for start, end in found.spans], found.reason


WHOLE = [(0, 2 * HOUR)]
OWN = f"link:a@{START}"
END = START + 2 * HOUR
FACT = CauseProposed(OWN, "a", START, END, "power", facts=(Fact("far_restarted", START),))


@pytest.mark.parametrize(
    ("body", "when", "wanted"),
    [
        (filed(kind="M_o"), START, (WHOLE, "")),
        (filed(kind="M_o"), START + 60, ([(60, 2 * HOUR)], "late")),
        (filed(kind="M_o"), START + 3 * HOUR, ([], "late")),
        (filed(), START - NOTICE, (WHOLE, "")),
        (filed(), START - NOTICE + 1, ([], "notice")),
        (filed(kind="P"), START + DAY, ([], "no_evidence")),
        (filed(kind="P", documents=PAPER), START + 90 * DAY, (WHOLE, "")),
        (filed(kind="P", outage=OWN), START + DAY, ([], "no_evidence")),
        (filed(kind="F"), START + DAY, ([], "no_evidence")),
        # It ended on a Wednesday: five working days later is the next Wednesday, to its end.
        (filed(kind="F", documents=PAPER), at("2026-10-21 23:59"), (WHOLE, "")),
        (filed(kind="F", documents=PAPER), at("2026-10-22 00:00"), ([], "late")),
    ],
)
def test_each_kind_has_its_condition(
    body: OverlayFiled, when: int, wanted: tuple[list[Span], str]
) -> None:
    assert spans(body, when) == wanted


def test_facts_of_the_outage_are_evidence() -> None:
    assert spans(filed(kind="P", outage=OWN), START + DAY, FACT) == (WHOLE, "")


UNREAD = CauseProposed(OWN, "a", START, END, "unknown", facts=(Fact("far_not_read", END),))


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (filed(kind="P", outage=OWN), UNREAD),
        (filed(kind="X", outage=OWN), FACT),
        (filed(kind="P", outage=OWN), replace_struct(FACT, cause="carrier")),
        (filed(kind="P", outage=OWN), replace_struct(FACT, until=START + HOUR)),
        (filed(kind="P", outage=OWN, start=START - 1), FACT),
        (filed(kind="P", outage=OWN, end=END + 1), FACT),
        (filed(kind="P", outage="link:a@1"), replace_struct(FACT, outage="link:a@1")),
        (replace_struct(filed(kind="P", outage=OWN), links=("a", "b")), FACT),
    ],
)
def test_facts_are_evidence_of_what_they_suggest_and_of_nothing_else(
    claim: OverlayFiled, said: CauseProposed
) -> None:
    assert spans(claim, START + DAY, said) == ([], "no_evidence")


def test_facts_that_a_person_says_are_no_evidence() -> None:
    claim = (START + DAY, "li", filed(kind="P", outage=OWN))
    assert not fold(told((START + DAY, "li", FACT), claim)).overlays["o"].evidence


def test_a_later_proposal_takes_the_place_of_the_evidence_before() -> None:
    claim = (START + DAY, "li", filed(kind="P", outage=OWN))
    assert not fold(told((END, "", FACT), claim, (END + 1, "", UNREAD))).overlays["o"].evidence


def test_facts_that_are_proposed_after_the_filing_are_evidence_too() -> None:
    claim = (START + DAY, "li", filed(kind="P", outage=OWN))
    assert fold(told(claim, (START + 2 * DAY, "", FACT))).overlays["o"].evidence


def test_facts_of_another_circuit_are_no_evidence() -> None:
    other = replace_struct(FACT, outage="link:b@1", link="b")
    assert spans(filed(kind="X", outage="link:b@1"), START + DAY, other) == ([], "no_evidence")


def test_carriers_work_counts_in_the_agreed_night_only() -> None:
    day = filed(start=START - 2 * HOUR, end=START + 8 * HOUR)
    assert spans(day, EARLY, rules=NIGHTLY) == ([(-HOUR, 5 * HOUR)], "night")


@pytest.mark.parametrize(
    ("state", "reason"),
    [("filed", "not_approved"), ("rejected", "rejected"), ("withdrawn", "withdrawn")],
)
def test_what_is_not_approved_excludes_nothing(state: State, reason: str) -> None:
    one = replace(fold(told(FILED)).overlays["o"], state=state)
    found = honoured(one, RULES, NOTICE)
    assert (found.spans, found.reason) == ((), reason)


def test_a_night_may_cross_midnight() -> None:
    noon = at("2026-10-14 12:00")
    found = nights(noon, noon + DAY, Night(23 * HOUR, 5 * HOUR), "Asia/Shanghai")
    assert found == ((noon + 11 * HOUR, noon + 17 * HOUR),)


@given(
    st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, DAY - 1), st.integers(1, DAY)
)  # fmt: skip
def test_a_night_and_the_day_beside_it_are_everything(
    begin: int, longer: int, opens: int, closes: int
) -> None:
    if opens == closes % DAY:
        return
    start, end = START + begin, START + begin + longer
    night = nights(start, end, Night(opens, closes), "Asia/Shanghai")
    day = nights(start, end, Night(closes % DAY, opens or DAY), "Asia/Shanghai")
    assert both(night, day) == []
    assert union([*night, *day]) == [(start, end)]


# Which overlay excluded which second.

_SPAN = st.tuples(st.integers(0, 80), st.integers(1, 40)).map(lambda p: (p[0], p[0] + p[1]))
_KIND = st.sampled_from(["M_o", "M_c", "F", "P", "X"])


def approved(name: str, kind: Kind, span: Span, when: int) -> Standing:
    return Standing(
        name, kind, ("a",), *span, "x", when, "li", state="approved", decided_by="wang",
        record=when + 1, evidence=True,
    )  # fmt: skip


@given(
    st.lists(st.tuples(_KIND, _SPAN), max_size=6),
    st.lists(st.tuples(st.sampled_from("UGDK"), st.integers(1, 30)), min_size=1, max_size=6),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 40)),
)
def test_each_excluded_second_is_that_of_one_overlay(
    filings: list[tuple[Kind, Span]],
    states: list[tuple[str, int]],
    everything: bool,  # noqa: FBT001 - drawn
    quota: int | None,
) -> None:
    here, runs = 0, []
    for state, seconds in states:
        runs.append(Run(state, here, here + seconds))  # type: ignore[arg-type]  # one of four
        here += seconds
    window = (here // 4, here)
    laid = [
        honoured(approved(str(when), kind, span, when), RULES, -(10**6))
        for when, (kind, span) in enumerate(filings)
    ]
    segments, _ = classify(
        window, runs, overlays_of(laid), notice=0, quota=quota, all_of_maintenance=everything
    )
    found = shares(laid, segments, window, all_of_maintenance=everything)
    excluded = sum(
        piece.end - piece.start
        for piece in segments
        if piece.kind.value.startswith("EX") and window[0] <= piece.start < window[1]
    )
    assert sum(share.seconds for share in found) == excluded


def test_the_same_second_is_that_of_who_filed_first() -> None:
    laid = [
        honoured(approved(name, "P", span, when), RULES, 0)
        for name, span, when in (("second", (0, 100), 2), ("first", (50, 150), 1))
    ]
    found = shares(laid, [Segment(Class.EXP, 0, 150)], (0, 150), all_of_maintenance=True)
    assert [(share.honoured.by.overlay, share.seconds) for share in found] == [
        ("first", 100), ("second", 50),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "everything", "reason"),
    [
        (Class.UP, True, "quota"),
        (Class.UP, False, ""),
        (Class.DOWN, True, "quota"),
        (Class.DOWN, False, "quota"),
        (Class.EXM_O, True, ""),
        (Class.OUT, True, ""),
    ],
)
def test_only_what_the_quota_turned_away_is_said_to_be_its(
    kind: Class,
    everything: bool,  # noqa: FBT001 - one of two
    reason: str,
) -> None:
    """Carrier's work of 100 s, of which the first half was excluded and this became of the rest."""
    laid = [honoured(approved("o", "M_c", (0, 100), -(10**6)), RULES, NOTICE)]
    segments = [Segment(Class.EXM_C, 0, 50), Segment(kind, 50, 100)]
    (share,) = shares(laid, segments, (0, 100), all_of_maintenance=everything)
    assert (share.seconds, share.reason) == (50, reason)


_SPANS = st.lists(_SPAN, max_size=6).map(union)


@given(_SPANS, _SPANS)
def test_what_is_in_both_and_what_is_in_one_only_are_all_of_it(
    one: list[Span], other: list[Span]
) -> None:
    assert length(both(one, other)) + length(without(one, other)) == length(one)
    assert both(without(one, other), other) == []


# In a report.

MONTH = parse("2026-10", LATER)


def excluded(
    *said: tuple[int, str, Body], rules: RuleSet = RULES
) -> list[tuple[str, int, str, str]]:
    """Overlay, seconds, reason and approver of each row of a circuit that was down all night."""
    inputs = Inputs(
        register(link("a")), MONTH, rules, {"a": timeline((START, START + 4 * HOUR))},
        at("2026-01-01 00:00"), LATER, told(*said),
    )  # fmt: skip
    (row,) = report(inputs).links
    return [(one.overlay, one.seconds, one.reason, one.approved_by) for one in row.exclusions]


def test_a_report_names_each_overlay_and_its_seconds() -> None:
    said: list[tuple[int, str, Body]] = [
        FILED,
        (EARLY, "wang", decided("approve")),
        (EARLY, "li", filed("late", "M_o", START, START + 3 * HOUR)),
        (EARLY, "li", filed("never", "P", documents=PAPER)),
        (START + 2 * HOUR, "wang", decided("approve", "late")),
    ]
    assert excluded(*said) == [
        ("o", 0, "", "wang"),
        ("late", 3 * HOUR, "", "wang"),
        ("never", 0, "not_approved", ""),
    ]


def test_what_the_quota_turned_away_says_so() -> None:
    said: list[tuple[int, str, Body]] = [FILED, (EARLY, "wang", decided("approve"))]
    quota = replace(RULES, month_quota=HOUR)
    assert excluded(*said, rules=quota) == [("o", HOUR, "quota", "wang")]


def test_the_contracts_notice_holds() -> None:
    assert CONTRACT.notice_seconds == NOTICE
    said: list[tuple[int, str, Body]] = [
        (START - HOUR, "li", filed()),
        (START, "wang", decided("approve")),
    ]
    assert excluded(*said) == [("o", 0, "notice", "wang")]
