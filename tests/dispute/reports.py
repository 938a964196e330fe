"""A report with two circuits, made by hand: what a dispute is about."""

from __future__ import annotations

from fractions import Fraction

from sla.report import Credits, Link, Outage, Ratio, Report, Span
from sla.rounding import percent
from tests.dispute.lists import local

START, END = local("2026-10-01 00:00:00"), local("2026-11-01 00:00:00")


def ratio(value: Fraction) -> Ratio:
    return Ratio(value.numerator, value.denominator, percent(value))


def outage(link: str, start: str, end: str | None, **more: object) -> Outage:
    begin, upto = local(start), END if end is None else local(end)
    length = upto - begin
    usual: dict[str, object] = {
        "id": f"{link}@{begin}", "start": begin, "end": None if end is None else upto,
        "attributable": length, "in_window": length, "span": length, "runs": 1, "started": True,
        "closed": end is not None, "start_censored": False, "end_censored": False,
    }  # fmt: skip
    return Outage(**usual | more)  # type: ignore[arg-type]  # by name


def link(name: str, title: str, circuit: str, *outages: Outage) -> Link:
    down = sum(one.in_window for one in outages)
    strip, at = [], START
    for one in outages:
        end = END if one.end is None else one.end
        strip += [Span("UP", at, one.start), Span("DOWN", one.start, end)]
        at = end
    strip = [one for one in (*strip, Span("UP", at, END)) if one.start < one.end]
    whole = END - START
    figure = ratio(Fraction(whole - down, whole))
    return Link(
        link=name, title=title, circuit=circuit, contract="std", contract_title="合同",
        profile="standard", engine="episode", level="city", near="hb", far="xg",
        seconds={"UP": whole - down, "DOWN": down}, evaluated=whole, status="OK", a_opt=figure,
        a_meas=figure, a_pess=figure, a_settle=figure, settled=figure,
        coverage=ratio(Fraction(1)), promised=ratio(Fraction(999, 1000)), met=True,
        within_resolution=False, counts={}, longest=0, mttr=None, mtbf=None, fee_fen=None,
        credit_percent=None, credit_fen=None, bandwidth_bps=None, latency=None, loss=None,
        jitter=None, strip=tuple(strip), outages=outages, exclusions=(),
    )  # fmt: skip


def report(*links: Link) -> Report:
    return Report(
        schema="extranet-report-1", carrier="telecom", title="中国电信", period="2026-10",
        start=START, end=END, zone="Asia/Shanghai", tzdata="2026b", provisional=False, revision=1,
        previous="", rules="example", rules_sha256="0" * 64, register_sha256="0" * 64,
        first_heartbeat=START, recorded_until=END, clock="verified", tree_size=0, tree_sha256="",
        tree_sm3="", status="OK", seconds={}, availability=None, coverage=None, levels=(), items=(),
        score=None, deductions=(), final=None, grade="", credits=Credits((), 0, None, 0, 0),
        events=(), not_scored=(), links=links,
    )  # fmt: skip
