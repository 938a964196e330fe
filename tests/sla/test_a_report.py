"""A carrier's report: every second in one class, quarters made of months, money by the month."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as _replaced

from inventory.model import Contract, Interval, PlannedWork
from sla import build, register, report
from sla.changes import changes
from sla.inputs import Limits, SlotSums
from sla.periods import parse
from sla.records import BandwidthTested, PointsDeducted, Record, ServiceScored
from sla.report import Report, Span
from tests.sla import built
from tests.sla.built import at, inputs, link, timeline

Q4 = parse("2026Q4", built.LATER)
MONTHS = ("2026-10", "2026-11", "2026-12")


def one(made: Report) -> report.Link:
    (found,) = made.links
    return found


def report_of(*downs: tuple[int, int], period: str = "2026Q4", **more: Any) -> Report:
    reg = built.register(link("a"))
    return build.report(replace(inputs(reg, {"a": timeline(*downs)}, period), **more))


OUTAGES = st.lists(
    st.tuples(st.integers(Q4.start - 86_400, Q4.end + 86_400), st.integers(1, 100_000)),
    max_size=12,
).map(
    lambda drawn: [
        (start, min([start + length, *(later for later, _ in drawn if later > start)]))
        for start, length in sorted(dict(drawn).items())
    ]
)


@settings(max_examples=60, deadline=None)
@given(OUTAGES)
def test_the_seconds_of_a_circuit_and_its_strip_are_the_window(
    downs: list[tuple[int, int]],
) -> None:
    row = one(report_of(*downs))

    assert sum(row.seconds.values()) == Q4.seconds
    assert (row.strip[0].start, row.strip[-1].end) == (Q4.start, Q4.end)
    assert all(a.end == b.start for a, b in zip(row.strip, row.strip[1:], strict=False))
    for kind, seconds in row.seconds.items():
        assert sum(s.end - s.start for s in row.strip if s.kind == kind) == seconds


@settings(max_examples=40, deadline=None)
@given(OUTAGES, st.sampled_from([None, 0, 3_600, 50_000]))
def test_a_quarter_has_the_seconds_of_its_months_with_any_quota(
    downs: list[tuple[int, int]], quota: int | None
) -> None:
    works = [
        PlannedWork(f"w{n}", "work", "carrier", ("a",), start, start + 30_000, start - 10**6)
        for n, start in enumerate(range(Q4.start - 20_000, Q4.end, 900_000))
    ]
    reg = built.register(link("a"), works=works)
    rules = replace(built.RULES, month_quota=quota)

    quarter, *months = (
        one(build.report(inputs(reg, {"a": timeline(*downs)}, period, rules=rules))).seconds
        for period in ("2026Q4", *MONTHS)
    )

    assert quarter == {kind: sum(month[kind] for month in months) for kind in quarter}


def test_a_months_quota_excludes_so_much_of_each_month() -> None:
    works = [
        PlannedWork(
            name, "work", "carrier", ("a",), at(f"{name}-10 02:00"), at(f"{name}-10 08:00"),
            at(f"{name}-01 00:00"),
        )
        for name in MONTHS
    ]  # fmt: skip
    made = build.report(
        inputs(
            built.register(link("a"), works=works),
            {"a": timeline()},
            rules=built.with_quota(4 * 3600),
        )
    )
    assert one(made).seconds["EXM_C"] == 3 * 4 * 3600


def test_an_outage_over_the_end_of_a_month_is_one() -> None:
    made = report_of((at("2026-10-31 23:00"), at("2026-11-01 01:00")))

    (outage,) = one(made).outages
    assert (outage.attributable, outage.id) == (7_200, f"link:a@{at('2026-10-31 23:00')}")
    assert one(made).counts["started"] == 1


def test_the_same_inputs_give_the_same_bytes() -> None:
    downs = [(at("2026-10-05 08:00"), at("2026-10-05 12:00"))]
    assert report.encode(report_of(*downs)) == report.encode(report_of(*downs))


def test_a_report_reads_back_as_it_was() -> None:
    made = report_of((at("2026-10-05 08:00"), at("2026-10-05 12:00")))
    assert report.decode(report.encode(made)) == made


@settings(max_examples=30, deadline=None)
@given(OUTAGES)
def test_latency_counts_over_what_is_up_or_degraded(downs: list[tuple[int, int]]) -> None:
    given_ = inputs(built.register(link("a")), {"a": timeline(*downs)})

    spans = build.counted_spans(given_)["a"]

    seconds = one(build.report(given_)).seconds
    assert sum(end - start for start, end in spans) == seconds["UP"] + seconds["DEGRADED"]


# Money.


def test_a_credit_is_of_the_month_in_which_the_circuit_was_down() -> None:
    # 6 hours of 744 are 0.81 %: below 99.5 %, not below 99 %, so 10 %.
    made = report_of((at("2026-10-05 08:00"), at("2026-10-05 14:00")))

    (line,) = made.credits.lines
    assert (line.month, line.percent, line.fee_fen, line.fen) == ("2026-10", 10, 260_000, 26_000)
    assert (one(made).fee_fen, one(made).credit_fen) == (780_000, 26_000)


def test_a_quarters_credits_end_at_its_cap_and_a_months_do_not() -> None:
    downs = [(at(f"{name}-05 08:00"), at(f"{name}-08 08:00")) for name in MONTHS]

    quarter, month = report_of(*downs).credits, report_of(*downs, period="2026-10").credits

    assert (quarter.sum_fen, quarter.cap_fen, quarter.due_fen) == (390_000, 156_000, 156_000)
    assert (month.sum_fen, month.cap_fen, month.due_fen) == (130_000, None, 130_000)


def test_a_fee_is_of_the_time_in_service_in_whole_fen_half_up() -> None:
    half_of_november = (Interval(at("2026-11-16 00:00")),)
    reg = built.register(link("a", fee=101, in_service=half_of_november))

    made = build.report(inputs(reg, {"a": timeline()}, "2026-11"))

    assert one(made).fee_fen == 51


def test_a_circuit_without_a_fee_has_neither_fee_nor_credit() -> None:
    reg = built.register(link("a", fee=None))

    made = build.report(
        inputs(reg, {"a": timeline((at("2026-10-05 08:00"), at("2026-10-09 08:00")))})
    )

    assert (one(made).fee_fen, one(made).credit_fen, made.credits.lines) == (None, None, ())


def test_a_month_nobody_watched_is_named_for_review_and_costs_nothing() -> None:
    given_ = replace(
        inputs(built.register(link("a")), {"a": timeline()}), first_heartbeat=at("2026-11-01 00:00")
    )
    made = build.report(given_)
    assert (made.credits.review, made.credits.sum_fen) == ((("a", "2026-10", "NO_DATA"),), 0)


def test_a_month_whose_credit_hangs_on_what_is_unknown_is_named_for_review() -> None:
    given_ = replace(
        inputs(built.register(link("a")), {"a": timeline()}, "2026-10"),
        first_heartbeat=at("2026-10-01 10:00"),
    )
    made = build.report(given_)
    assert made.credits.review == (("a", "2026-10", "AMBIGUOUS"),)


# Points.


def test_items_that_were_not_measured_do_not_weigh() -> None:
    made = report_of()

    by_name = {item.item: item for item in made.items}
    assert [n for n, item in by_name.items() if item.score is None] == [
        "latency", "loss", "jitter", "bandwidth", "service",
    ]  # fmt: skip
    assert made.score is not None
    assert (made.score.value, made.grade) == (Fraction(100), "good")


def test_with_too_little_weight_there_is_no_score_and_no_grade() -> None:
    made = report_of(rules=replace(built.RULES, least_weight=71))
    assert (made.score, made.final, made.grade, made.credits.payment_share) == (
        None,
        None,
        "",
        None,
    )


def test_a_level_is_scored_between_its_floor_and_its_target() -> None:
    # 99.45 % of the quarter, half-way between 99.0 % and 99.9 %.
    down = Q4.seconds * 55 // 10_000
    made = report_of((at("2026-10-05 08:00"), at("2026-10-05 08:00") + down))

    (level,) = made.levels
    assert level.score is not None
    assert abs(level.score.value - Fraction(1, 2)) < Fraction(1, 10_000)


@pytest.mark.parametrize(("kind", "item"), [("latency", 3), ("loss", 4), ("jitter", 5)])
def test_slots_within_the_limit_are_scored(kind: str, item: int) -> None:
    sums = SlotSums(
        Limits(30_000, 1_000, 10_000), slots=100, valid=100, sent=1_200, lost=12, within_loss=97,
        with_latency=100, within_latency=97, with_jitter=100, within_jitter=97, latency={900: 100},
    )  # fmt: skip

    made = report_of(sums={"a": sums})

    quality = getattr(one(made), kind)
    assert (quality.within, quality.valid) == (97, 100)
    score = made.items[item].score
    assert score is not None
    assert score.value == Fraction(1, 2)  # half-way from 95 % to 99 %


def records(*bodies: BandwidthTested | ServiceScored | PointsDeducted) -> tuple[Record, ...]:
    return tuple(
        Record(number, at("2026-12-20 10:00"), "li", body) for number, body in enumerate(bodies, 1)
    )


def test_the_last_test_of_a_circuit_in_the_period_counts() -> None:
    def test(when: str, measured: int) -> BandwidthTested:
        return BandwidthTested("a", at(when), "IP", measured, 100, 100)

    made = report_of(
        records=records(
            test("2026-10-01 10:00", 10), test("2026-10-02 10:00", 95), test("2027-02-01 10:00", 1)
        )
    )
    assert made.items[6].basis == {"tested": 1, "passed": 1}
    filed_late = report_of(
        records=records(test("2026-10-02 10:00", 95), test("2026-10-01 10:00", 10))
    )
    assert filed_late.items[6].basis == {"tested": 1, "passed": 1}


def test_deductions_are_lines_of_their_own_and_end_at_their_cap() -> None:
    made = report_of(
        records=records(
            PointsDeducted("telecom", "2026Q4", 1_000, "a"),
            PointsDeducted("telecom", "2026Q4", 1_000, "b"),
            PointsDeducted("telecom", "2026Q3", 1_000, "another quarter"),
        )
    )
    assert made.score is not None
    assert made.final is not None
    assert ([d.hundredths for d in made.deductions], made.final.value, made.grade) == (
        [1_000, 1_000], Fraction(85), "fair",
    )  # fmt: skip


def test_what_people_scored_last_holds() -> None:
    made = report_of(
        records=records(
            ServiceScored("telecom", "2026Q4", 1, 5, "x"),
            ServiceScored("telecom", "2026Q4", 4, 5, "x"),
        )
    )
    score = made.items[7].score
    assert score is not None
    assert score.value == Fraction(4, 5)


# What it names.


def test_a_report_names_the_register_it_is_about() -> None:
    reg = built.register(link("a"))
    made = build.report(inputs(reg, {"a": timeline()}))
    assert made.register_sha256 == register.digest(reg)


def test_a_register_reads_back_as_it_was() -> None:
    contract = Contract(
        "c", "telecom", "专线", Fraction(999, 1000), built.CONTRACT.profile, rtt_seconds=0.03
    )
    reg = replace(built.register(link("a", contract=contract)), contracts={"c": contract})
    assert register.decode(register.encode(reg)) == reg


def test_a_period_that_is_not_over_says_so() -> None:
    given_ = inputs(built.register(link("a")), {"a": timeline()}, now=at("2026-11-15 12:00"))
    made = build.report(given_)
    assert (made.provisional, made.end) == (True, at("2026-11-15 12:00"))


# Corrections.


def test_a_correction_names_the_changed_seconds_to_the_second() -> None:
    before = report_of((at("2026-10-05 08:00"), at("2026-10-05 12:00")))
    after = report_of((at("2026-10-05 09:30"), at("2026-10-05 12:00")))

    assert changes(before, after) == (
        ("a", at("2026-10-05 08:00"), at("2026-10-05 09:30"), "DOWN", "UP"),
    )


def test_nothing_changed_is_no_change() -> None:
    made = report_of((at("2026-10-05 08:00"), at("2026-10-05 12:00")))
    assert changes(made, made) == ()


def test_a_circuit_that_was_not_in_the_report_before_is_changed_altogether() -> None:
    alone = report_of()
    both = build.report(
        inputs(built.register(link("a"), link("b")), {"a": timeline(), "b": timeline()})
    )
    assert changes(alone, both) == (("b", Q4.start, Q4.end, "", "UP"),)
    assert changes(both, alone) == (("b", Q4.start, Q4.end, "UP", ""),)


STRIPS = st.lists(st.sampled_from(["UP", "DOWN", "EXM_O"]), min_size=30, max_size=30)


@given(STRIPS, STRIPS)
def test_changes_name_just_the_seconds_that_differ(before: list[str], after: list[str]) -> None:
    template = report_of()

    def with_strip(kinds: list[str]) -> Report:
        spans = tuple(Span(kind, n, n + 1) for n, kind in enumerate(kinds))
        row = one(template)
        return report.decode(
            report.encode(_replaced(template, links=(_replaced(row, strip=spans),)))
        )

    named = {
        second: (was, now)
        for _, start, end, was, now in changes(with_strip(before), with_strip(after))
        for second in range(start, end)
    }
    assert named == {
        n: (was, now) for n, (was, now) in enumerate(zip(before, after, strict=True)) if was != now
    }
