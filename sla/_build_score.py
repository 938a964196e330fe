"""Money and points of a report (methodology 1.8, 1.11, 1.12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from inventory.model import LEVELS, Link
from sla import composite, report
from sla import credits as money
from sla._build_links import Circuit, Month, exact, number, ratio, unscored
from sla._overlays import Class
from sla.calculator import Achieved, Status
from sla.inputs import Inputs, SlotSums
from sla.periods import whole
from sla.points import PointsStanding, counting, of_period
from sla.records import BandwidthTested, PointsDeducted, ServiceScored
from sla.ruleset import Item, RuleSet, ScoreRule
from sla.slot_sums import percentile

_ONE: Final = Fraction(1)
_NONE: Final = Fraction(0)


# Money.


@dataclass(frozen=True, slots=True)
class Due:
    """What is due back for one circuit. `percent`: of its one month; None = of several."""

    percent: int | None
    fen: int | None


@dataclass(frozen=True, slots=True)
class Money:
    """The credits of a report, and those of each circuit that has any fee."""

    credits: report.Credits
    of: Mapping[str, Due]


def fen(amount: Fraction | None) -> int | None:
    """Return an amount in whole fen, half up; None stays None."""
    return None if amount is None else money.fen(amount)


def credits_of(inputs: Inputs, circuits: Sequence[Circuit]) -> Money:
    """Return a line for each circuit and month with a credit; each is rounded, then they are added.

    A month's fee is that of the time in service: its share of the month's seconds. A month that
    cannot be settled, or whose credit depends on what is unknown, is named for joint review.
    """
    lines, review, of = [], [], {}
    for one in circuits:
        total, percents = 0, []
        for month in one.months:
            status = _status(inputs.rules, month)
            if status in {"INSUFFICIENT", "NO_DATA", "AMBIGUOUS"}:
                review.append((one.link.id, month.name, status))
            if month.fee_fen is None or month.settled is None:
                continue
            settled = month.settled
            percent = _percent(inputs.rules, month.achieved.down, settled)
            percents.append(percent)
            due = money.fen(month.fee_fen * percent / 100)
            total += due
            if percent:
                fee = fen(month.fee_fen) or 0
                floors = [band.floor for band in inputs.rules.bands]
                beside = min((floor for floor in floors if floor > settled), default=_ONE)
                lines.append(
                    report.CreditLine(
                        one.link.id, month.name, fee, exact(settled, beside), percent, due, status,
                    )
                )  # fmt: skip
        if percents:
            of[one.link.id] = Due(percents[0] if len(one.months) == 1 else None, total)
    return Money(_added(inputs, circuits, lines, review), of)


def _percent(rules: RuleSet, down: int, settled: Fraction) -> int:
    """Return what of a month's fee is due back: by the hours clause, or by bands."""
    if rules.hours is not None:
        return money.hours_percent(down, rules.hours)
    return money.band_percent(settled, rules.bands)


def _status(rules: RuleSet, month: Month) -> str:
    """Return the status of a month's figure; ambiguous is what the credit makes so."""
    found = month.achieved
    if month.settled is None or month.least is None:
        return found.status.value
    certain = _percent(rules, found.down, month.settled) == _percent(
        rules, found.down + found.unknown, month.least
    )
    doubted = rules.hours is None and found.status is Status.AMBIGUOUS
    return "OK" if certain and not doubted else "AMBIGUOUS"


def _added(
    inputs: Inputs,
    circuits: Sequence[Circuit],
    lines: Sequence[report.CreditLine],
    review: Sequence[tuple[str, str, str]],
) -> report.Credits:
    fees = sum((one.fee_fen or _NONE for one in circuits), _NONE)
    total = sum(line.fen for line in lines)
    due, cap = total, None
    if "-" not in inputs.window.period:  # a cap is of quarters: there is none in a month or range
        due = cap = 0
        for quarter in dict.fromkeys(_quarter(m.name) for one in circuits for m in one.months):
            fee = sum(
                (
                    month.fee_fen or _NONE
                    for one in circuits
                    for month in one.months
                    if _quarter(month.name) == quarter
                ),
                _NONE,
            )
            most = fen(fee * inputs.rules.quarter_cap) or 0
            cap += most
            due += money.due((line.fen for line in lines if _quarter(line.month) == quarter), most)
    return report.Credits(
        lines=tuple(lines),
        sum_fen=total,
        cap_fen=cap,
        due_fen=due,
        fee_fen=fen(fees) or 0,
        review=tuple(review),
    )


def _quarter(month: str) -> tuple[str, int]:
    return month[:4], (int(month[5:]) + 2) // 3


# Latency, loss, jitter: of one circuit.


def latency(sums: SlotSums) -> report.Quality:
    """Return how many slots of available time met the limit, and the P95 of the slots."""
    valid, within = sums.with_latency, sums.within_latency
    return report.Quality(
        valid, within, sums.limits.rtt_us, _share(within, valid),
        percentile(sums, -(-95 * valid // 100)),
    )  # fmt: skip


def loss(sums: SlotSums) -> report.Quality:
    """Return the same for loss; the period's loss is a ratio of sums."""
    valid, within = sums.valid, sums.within_loss
    return report.Quality(
        valid, within, sums.limits.loss_ppm, _share(within, valid), None, sums.lost, sums.sent
    )


def jitter(sums: SlotSums) -> report.Quality:
    """Return the same for jitter."""
    valid, within = sums.with_jitter, sums.within_jitter
    return report.Quality(valid, within, sums.limits.jitter_us, _share(within, valid))


def _share(within: int, valid: int) -> report.Ratio | None:
    return ratio(Fraction(within, valid)) if valid else None


# Points.


@dataclass(frozen=True, slots=True)
class Points:
    """The composite score and what it came from."""

    availability: report.Ratio | None
    levels: tuple[report.Level, ...]
    items: tuple[report.Item, ...]
    score: report.Number | None
    deductions: tuple[report.Deduction, ...]
    final: report.Number | None
    grade: str
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """What an item is scored by; `value` None = not applicable."""

    value: Fraction | None
    basis: dict[str, int]


def score_of(inputs: Inputs, circuits: Sequence[Circuit], rows: Sequence[report.Link]) -> Points:
    """Return the score of a carrier (methodology 1.11)."""
    rules = inputs.rules
    levels = tuple(_levels(rules, circuits))
    given = counting(inputs.records)
    own = [*of_period(given, inputs.register.carrier.id, inputs.window.period)]
    measured: Mapping[Item, _Measured] = {
        "availability": _availability(levels),
        "repair_in_time": _repairs(rows, watched=any(_watched(one.achieved) for one in circuits)),
        "outage_frequency": _frequency(inputs, circuits),
        "latency": _quality(row.latency for row in rows),
        "loss": _quality(row.loss for row in rows),
        "jitter": _quality(row.jitter for row in rows),
        "bandwidth": _bandwidth(inputs, given),
        "service": _service(own),
    }
    items = []
    for item, weight in rules.items.items():
        one = measured[item]
        scored = None if one.value is None else composite.scored(rules.scores.get(item), one.value)
        items.append((weight, scored, item, one.basis))
    score = composite.composite([(weight, scored) for weight, scored, *_ in items],
                                rules.least_weight)  # fmt: skip
    deductions = tuple(_deductions(own))
    final = composite.deducted(score, (one.hundredths for one in deductions), rules.deductions_cap)
    grade = composite.grade_of(final, rules.grades)
    return Points(
        availability=_weighted(levels),
        levels=levels,
        items=tuple(
            report.Item(
                item,
                weight,
                ratio(scored),
                number(None if scored is None else weight * scored),
                basis,
            )
            for weight, scored, item, basis in items
        ),
        score=number(score),
        deductions=deductions,
        final=number(final),
        grade="" if grade is None else grade.name,
        share=None if grade is None else grade.share,
    )


WEIGHTS: Final[Mapping[str, Callable[[Link], Fraction]]] = {
    "equal": lambda _: _ONE,
    "bandwidth": lambda link: Fraction(link.bandwidth_bps or 0),
    "fee": lambda link: Fraction(link.monthly_fee_fen or 0),
}
"""What a circuit counts in its level (ω), by `RuleSet.circuit_weight`."""


def _levels(rules: RuleSet, circuits: Sequence[Circuit]) -> Iterable[report.Level]:
    weigh = WEIGHTS[rules.circuit_weight]
    for level in LEVELS:
        here = [one for one in circuits if one.assessed.level == level]
        rule = rules.levels.get(level)
        if not here or rule is None:
            continue
        scored = [one for one in here if not unscored(one)]
        reached = composite.pooled(
            (weigh(one.link), one.achieved.evaluated, one.achieved.down) for one in scored
        )
        by = ScoreRule(rule.floor, rule.target)
        yield report.Level(
            level=level,
            weight=report.Number(rule.weight.numerator, rule.weight.denominator),
            circuits=len(here),
            scored=len(scored),
            availability=ratio(reached, rule.target),
            target=exact(rule.target),
            floor=exact(rule.floor),
            score=ratio(None if reached is None else composite.scored(by, reached)),
        )


def _weighted(levels: Sequence[report.Level]) -> report.Ratio | None:
    """Return the figure of all levels, by their weights; for display, not for the score."""
    return ratio(
        composite.weighted(
            (one.weight.value, None if one.availability is None else one.availability.value)
            for one in levels
        )
    )


def _availability(levels: Sequence[report.Level]) -> _Measured:
    scores = [(one.weight.value, None if one.score is None else one.score.value) for one in levels]
    present = sum(score is not None for _, score in scores)
    return _Measured(composite.weighted(scores), {"levels": present})


def _repairs(rows: Sequence[report.Link], *, watched: bool) -> _Measured:
    """Return the share of tickets closed in time. None closed is good, if anybody looked."""
    # A fault that was unknown in its middle is two outages with one ticket.
    closed = {
        (row.link, outage.repair.ticket, outage.repair.notified): outage.repair
        for row in rows
        for outage in row.outages
        if outage.repair is not None and outage.closed and outage.repair.in_time is not None
    }.values()
    in_time = sum(repair.in_time is True for repair in closed)
    value = Fraction(in_time, len(closed)) if closed else _ONE if watched else None
    return _Measured(value, {"closed": len(closed), "in_time": in_time})


def _watched(seconds: Achieved) -> bool:
    return seconds.up + seconds.down > 0


def _frequency(inputs: Inputs, circuits: Sequence[Circuit]) -> _Measured:
    """Return outages per circuit and month of service.

    A month of which nothing was seen up or down is none: it would thin the outages of the others.
    """
    outages = sum(one.achieved.started for one in circuits)
    served = sum(
        (
            Fraction(
                month.end - month.start - month.achieved.by_class[Class.OUT],
                whole(month.name, inputs.rules.zone).seconds,
            )
            for one in circuits
            for month in one.months
            if _watched(month.achieved)
        ),
        _NONE,
    )
    basis = {
        "outages": outages,
        "circuit_months_num": served.numerator,
        "circuit_months_den": served.denominator,
    }
    return _Measured(outages / served if served else None, basis)


def _quality(rows: Iterable[report.Quality | None]) -> _Measured:
    there = [one for one in rows if one is not None]
    valid, within = sum(one.valid for one in there), sum(one.within for one in there)
    return _Measured(Fraction(within, valid) if valid else None, {"valid": valid, "within": within})


def _bandwidth(inputs: Inputs, given: Sequence[PointsStanding]) -> _Measured:
    """Return which circuits passed the last test of the period; untested ones do not count."""
    own = {link.id for link in inputs.register.links}
    tests = [
        one.body
        for one in given
        if isinstance(one.body, BandwidthTested)
        and one.body.link in own
        and inputs.window.start <= one.body.at < inputs.window.end
    ]
    # By when they were made, since one may be filed late; of the same instant the later filed one.
    last = {test.link: test for test in sorted(tests, key=lambda test: test.at)}
    least = inputs.rules.bandwidth_pass
    passed = sum(
        min(test.measured_up, test.measured_down) >= least * test.contracted
        for test in last.values()
    )
    value = Fraction(passed, len(last)) if last else None
    return _Measured(value, {"tested": len(last), "passed": passed})


def _service(given: Iterable[PointsStanding]) -> _Measured:
    """Return the score of the period that holds; there is at most one."""
    for one in given:
        if isinstance(one.body, ServiceScored) and one.body.den:
            num, den = one.body.num, one.body.den
            return _Measured(Fraction(num, den), {"num": num, "den": den})
    return _Measured(None, {})


def _deductions(given: Iterable[PointsStanding]) -> Iterable[report.Deduction]:
    for one in given:
        if isinstance(one.body, PointsDeducted):
            yield report.Deduction(
                one.body.hundredths, one.body.why, one.by, one.body.documents, one.record,
                one.approved_by,
            )  # fmt: skip
