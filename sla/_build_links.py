"""One circuit of a report: its seconds, figures, months and outages.

A quota of carriers' work is of a month (methodology 1.15), so a quarter takes from each of its
months what the quota lets through, and is added up once over the whole window: its classes are
those of its months, and an outage over the end of a month is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from inventory.model import Contract, Level, Link, link_target
from sla import report
from sla._evidence import Evidence, runs_of, spans_of
from sla._overlays import Class, Overlays, Rejected, Work, in_time
from sla.assess import AssessedOutage, LinkAssessment, terms_of, with_live
from sla.calculator import FIXED_MONTH, Achieved, Band, Status, Terms, compute, figures
from sla.inputs import Inputs, Log
from sla.periods import Window, months_of, whole
from sla.rounding import percent, percent_beside
from sla.timeline import Run, Span, Step, shadows

_AVAILABLE = (Class.UP, Class.DEGRADED)
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the window, or what of it lies in the window; money is by these.

    `settled`: with the contract's denominator; None = not settled. `least`: the same if all that is
    unknown had been down. `fee_fen`: of the time in service, exact; None = no fee is known.
    """

    name: str
    start: int
    end: int
    achieved: Achieved
    settled: Fraction | None
    least: Fraction | None
    fee_fen: Fraction | None


@dataclass(frozen=True, slots=True)
class Circuit:
    """What a circuit achieved, before causes, money and scores are laid beside it."""

    assessed: LinkAssessment
    months: tuple[Month, ...]
    live: Sequence[Step]

    @property
    def link(self) -> Link:
        """The circuit."""
        return self.assessed.link

    @property
    def achieved(self) -> Achieved:
        """Its figures."""
        return self.assessed.achieved

    @property
    def fee_fen(self) -> Fraction | None:
        """Its fee of the whole window, exact."""
        fees = [month.fee_fen for month in self.months]
        known = [fee for fee in fees if fee is not None]
        return sum(known, Fraction(0)) if len(known) == len(fees) else None

    def available(self) -> list[Span]:
        """Return the stretches of the window in which its latency and loss count."""
        start, end = self.assessed.window.start, self.assessed.window.end
        found: list[Span] = []
        for piece in self.achieved.segments:
            if piece.kind in _AVAILABLE and start <= piece.start and piece.end <= end:
                if found and found[-1][1] == piece.start:
                    found[-1] = (found[-1][0], piece.end)
                else:
                    found.append((piece.start, piece.end))
        return found


def circuit(inputs: Inputs, link: Link, overlays: Overlays, live: Sequence[Step]) -> Circuit:
    """Assess a circuit; `overlays` are those in force, without service and shadows.

    `live`: its timeline, with what was approved of it.
    """
    register, window = inputs.register, inputs.window
    contract = register.contracts[link.contract]
    evidence = Evidence(inputs.first_heartbeat, inputs.recorded_until)
    terms = terms_of(link.profile, contract)
    hidden = shadows(live, link.profile.slot, evidence.recorded_until)
    laid = replace(
        overlays,
        service=spans_of(link.in_service),
        upstream=[*overlays.upstream, *hidden],
    )
    achieved = _achieved(
        window,
        runs_of(live, window, evidence),
        terms,
        laid,
        inputs.rules.month_quota,
        evidence.recorded_until,
        inputs.rules.zone,
    )
    level: Level | None = register.sites[link.b.site].level
    assessed = LinkAssessment(
        link=link,
        contract=contract,
        level=level,
        window=window,
        evidence=evidence,
        terms=terms,
        achieved=achieved,
        outages=with_live(
            link_target(link.id), live, achieved.outages, evidence, inputs.live.get(link.id, ())
        )
        if achieved.outages
        else (),
    )
    months = _months(assessed, inputs.rules.bands, inputs.rules.zone)
    return Circuit(assessed, months, live)


def _achieved(
    window: Window,
    runs: Sequence[Run],
    terms: Terms,
    overlays: Overlays,
    quota: int | None,
    evidence_ends: int,
    zone: str,
) -> Achieved:
    span = (window.start, window.end)
    works = [work for work in overlays.carrier_work if in_time(work, terms.notice)]
    inside = any(work.start < window.end and work.end > window.start for work in works)
    if quota is None or not inside:
        return compute(span, runs, terms, overlays, evidence_ends=evidence_ends)
    limited = replace(terms, quota=quota)
    let = [piece for work in works for piece in _outside(work, window)]
    rejected: dict[Rejected, None] = {}
    for name, start, end in months_of(window.start, window.end, zone):
        month = whole(name, zone)
        part = compute((month.start, month.end), runs, limited, overlays)
        rejected |= dict.fromkeys(part.rejected)
        let += [
            Work(max(piece.start, start), min(piece.end, end))
            for piece in part.segments
            if piece.kind is Class.EXM_C and piece.start < end and piece.end > start
        ]
    found = compute(
        span, runs, terms, replace(overlays, carrier_work=let), evidence_ends=evidence_ends
    )
    return replace(found, rejected=tuple(rejected))


def _outside(work: Work, window: Window) -> list[Work]:
    """Return what of announced work lies outside the window, where there is no quota (1.16)."""
    pieces = (
        Work(work.start, min(work.end, window.start)),
        Work(max(work.start, window.end), work.end),
    )
    return [piece for piece in pieces if piece.start < piece.end]


def _months(assessed: LinkAssessment, bands: tuple[Band, ...], zone: str) -> tuple[Month, ...]:
    window, terms = assessed.window, replace(assessed.terms, bands=bands)
    contract, fee = assessed.contract, assessed.link.monthly_fee_fen
    pieces = [
        piece
        for piece in assessed.achieved.segments
        if window.start <= piece.start and piece.end <= window.end
    ]
    found = []
    at = 0
    for name, start, end in months_of(window.start, window.end, zone):
        by_class = dict.fromkeys(Class, 0)
        while at < len(pieces) and pieces[at].start < end:
            piece = pieces[at]
            by_class[piece.kind] += min(piece.end, end) - max(piece.start, start)
            if piece.end > end:
                break
            at += 1
        achieved = figures((start, end), by_class, terms)
        served = end - start - by_class[Class.OUT]
        found.append(
            Month(
                name,
                start,
                end,
                achieved,
                *_settled(contract, achieved),
                None if fee is None else Fraction(fee * served, whole(name, zone).seconds),
            )
        )
    return tuple(found)


def _settled(contract: Contract, achieved: Achieved) -> tuple[Fraction | None, Fraction | None]:
    """Return `Month.settled` and `Month.least`."""
    if achieved.a_settle is None:
        return None, None
    if contract.denominator == "fixed_43200" and achieved.a_fixed is not None:
        return achieved.a_fixed, achieved.a_fixed - Fraction(achieved.unknown, FIXED_MONTH)
    return achieved.a_settle, achieved.a_pess


def ratio(value: Fraction | None, beside: Fraction | None = None) -> report.Ratio | None:
    """Return a value for the report; `beside` is a limit it must not seem to meet (1.13)."""
    return None if value is None else exact(value, beside)


def exact(value: Fraction, beside: Fraction | None = None) -> report.Ratio:
    """Return a value that there is, as above."""
    said = percent(value) if beside is None else percent_beside(value, beside)
    return report.Ratio(value.numerator, value.denominator, said)


def number(value: Fraction | None) -> report.Number | None:
    """Return an exact number for the report."""
    return None if value is None else report.Number(value.numerator, value.denominator)


def strip(one: Circuit) -> tuple[report.Span, ...]:
    """Return the window by class, without gaps; equal neighbours are one."""
    window = one.assessed.window
    found: list[report.Span] = []
    for kind, start, end in one.achieved.segments:
        if window.start <= start and end <= window.end:
            if found and found[-1].kind == kind.value:
                found[-1] = report.Span(kind.value, found[-1].start, end)
            else:
                found.append(report.Span(kind.value, start, end))
    return tuple(found)


def outage(assessed: AssessedOutage, target: str, log: Log) -> report.Outage:
    """Return an outage as measured; who it came from is laid beside it elsewhere."""
    found = assessed.outage
    first = found.down[0][0]
    return report.Outage(
        id=f"{target}@{found.start}",
        start=found.start,
        end=None if found.lasting else found.end,
        attributable=found.attributable,
        in_window=found.in_window,
        span=found.span,
        runs=found.runs,
        started=found.started,
        closed=found.closed,
        start_censored=found.start_censored,
        end_censored=found.end_censored,
        live=assessed.live,
        shadow_of=assessed.shadow_of,
        leaves=_leaves(log.hours, first, found.end),
    )


def _leaves(hours: Mapping[int, int], start: int, end: int) -> tuple[int, ...]:
    if not hours:
        return ()
    wanted = range(start - start % _HOUR, end, _HOUR)
    return tuple(hours[hour] for hour in wanted if hour in hours)


def row(
    one: Circuit, outages: tuple[report.Outage, ...], exclusions: tuple[report.Exclusion, ...]
) -> report.Link:
    """Return the row of a circuit, without money and without latency, loss and jitter."""
    assessed, achieved, link = one.assessed, one.achieved, one.link
    contract = assessed.contract
    promised, settled = contract.availability, assessed.settled
    return report.Link(
        link=link.id,
        title=link.title,
        circuit=link.circuit,
        contract=contract.id,
        contract_title=contract.title,
        profile=link.profile.name,
        engine="episode",
        level=assessed.level or "",
        near=link.a.site,
        far=link.b.site,
        seconds={kind.value: achieved.by_class[kind] for kind in Class},
        evaluated=achieved.evaluated,
        status=assessed.status.value,
        a_opt=ratio(achieved.a_opt, promised),
        a_meas=ratio(achieved.a_meas, promised),
        a_pess=ratio(achieved.a_pess, promised),
        a_settle=ratio(achieved.a_settle, promised),
        settled=ratio(settled, promised),
        coverage=ratio(achieved.coverage, contract.coverage_floor),
        promised=exact(promised),
        met=None if settled is None else settled >= promised,
        within_resolution=assessed.within_resolution,
        counts={
            "started": achieved.started,
            "carried_in": achieved.carried_in,
            "closed": achieved.closed,
            "open_at_end": achieved.open_at_end,
            "flashes": achieved.flashes,
        },
        longest=achieved.longest,
        mttr=number(achieved.mttr),
        mtbf=number(achieved.mtbf),
        fee_fen=None,
        credit_percent=None,
        credit_fen=None,
        bandwidth_bps=link.bandwidth_bps,
        latency=None,
        loss=None,
        jitter=None,
        strip=strip(one),
        outages=outages,
        exclusions=exclusions,
    )


def unscored(one: Circuit) -> bool:
    """Say whether the figure cannot be settled: listed by name, never averaged in."""
    return one.achieved.status not in (Status.OK, Status.AMBIGUOUS)
