"""Made-up reports of a carrier: small ones with everything in them, and as many circuits as asked.

Seconds, figures and money follow from the spans of each circuit, as a real report's do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Final

import msgspec

from sla.records import Document, Fact
from sla.renderers._tables import CLASSES
from sla.report import (
    CreditLine,
    Credits,
    Deduction,
    Event,
    Exclusion,
    Item,
    Level,
    Link,
    Number,
    Outage,
    Quality,
    Ratio,
    Repair,
    Report,
    Span,
    digest,
    encode,
)
from sla.rounding import percent_beside

START: Final = int(datetime.fromisoformat("2026-07-01T00:00:00+08:00").timestamp())
END: Final = int(datetime.fromisoformat("2026-10-01T00:00:00+08:00").timestamp())
WINDOW: Final = END - START
HOSTILE: Final = (
    '=HYPERLINK("http://evil.example/","点我")<script>alert(1)</script>#let x = 1\x07\u202e'
)
_FEE: Final = 260_000
PROMISED: Final = Fraction(999, 1000)


def ratio(value: Fraction, beside: Fraction = PROMISED) -> Ratio:
    """Return a value for a report."""
    return Ratio(value.numerator, value.denominator, percent_beside(value, beside))


def _strip(pieces: Sequence[tuple[str, int, int]]) -> tuple[Span, ...]:
    found, here = [], START
    for kind, start, end in pieces:
        if here < START + start:
            found.append(Span("UP", here, START + start))
        found.append(Span(kind, START + start, START + end))
        here = START + end
    if here < END:
        found.append(Span("UP", here, END))
    return tuple(found)


def outage(
    link: str, start: int, end: int, *, open_: bool = False, cause: str = "unknown"
) -> Outage:
    """Return an outage of a circuit; `start`, `end`: seconds from the start of the period."""
    first, last = START + start, START + end
    limit, seconds = 4 * 3600, end - start
    repair = Repair(
        f"T-{first % 10_000}", first + 300, first + 600, None if open_ else last, 120,
        None if open_ else seconds - 420, limit, None if open_ else seconds - 420 <= limit,
    )  # fmt: skip
    return Outage(
        id=f"link:{link}@{first}",
        start=first,
        end=None if open_ else last,
        attributable=seconds,
        in_window=seconds,
        span=seconds,
        runs=1,
        started=True,
        closed=not open_,
        start_censored=False,
        end_censored=open_,
        live=(f"link:{link}@{first}",),
        cause=cause,
        settled="approved" if cause == "carrier" else "measured",
        said_by="王工" if cause == "carrier" else "",
        approved_by="李处" if cause == "carrier" else "",
        why="光缆被施工挖断" if cause == "carrier" else "",
        facts=(Fact("far_ran_on", last, "device:xg-r1"),),
        documents=(Document("ab" * 32, "抢修记录.pdf", 12_345, "application/pdf"),)
        if cause == "carrier"
        else (),
        event="fibre-cut-1" if cause == "carrier" else "",
        repair=repair,
        leaves=(120, 121),
    )


def exclusion(
    overlay: str, kind: str, start: int, end: int, seconds: int, reason: str
) -> Exclusion:
    """Return an overlay, honoured where it excluded something."""
    return Exclusion(
        overlay, kind, "城区光缆割接", START + start, START + end, seconds, bool(seconds), reason,
        START + start - 86_400 * 4, "张工", "李处" if seconds else "", "年度计划",
        (Document("cd" * 32, "割接申请.docx", 900, "application/msword"),), 17, 1203,
    )  # fmt: skip


def link(
    name: str,
    pieces: Sequence[tuple[str, int, int]] = (),
    *,
    title: str = "",
    level: str = "county",
    status: str = "",
    outages: tuple[Outage, ...] = (),
    exclusions: tuple[Exclusion, ...] = (),
    fee: int | None = 3 * _FEE,
) -> Link:
    """Return a circuit. `pieces`: class, start and end in seconds from the period's start."""
    strip = _strip(pieces)
    seconds = {
        kind: sum(one.end - one.start for one in strip if one.kind == kind) for kind in CLASSES
    }
    up, down, unknown = seconds["UP"] + seconds["DEGRADED"], seconds["DOWN"], seconds["UNKNOWN"]
    whole = up + down + unknown
    coverage = Fraction(up + down, whole) if whole else None
    if not status:
        if coverage is None:
            status = "NOT_APPLICABLE"
        elif not up + down:
            status = "NO_DATA"
        else:
            status = "INSUFFICIENT" if coverage < Fraction(95, 100) else "OK"
    best = ratio(Fraction(whole - down, whole)) if whole else None
    settled = best if status in {"OK", "AMBIGUOUS"} else None
    percent = None if settled is None else 0 if settled.value >= PROMISED else 10
    valid = up // 60
    return Link(
        link=name,
        title=title or f"市—县 {name} 汇聚专线",
        circuit=f"XJ-{name.upper()}",
        contract="standard",
        contract_title="2026 年度市县专线租用合同",
        profile="standard",
        engine="episode",
        level=level,
        near="xg",
        far="xc",
        seconds=seconds,
        evaluated=whole,
        status=status,
        a_opt=best,
        a_meas=ratio(Fraction(up, up + down)) if up + down else None,
        a_pess=ratio(Fraction(up, whole)) if whole else None,
        a_settle=settled,
        settled=settled,
        coverage=None if coverage is None else ratio(coverage, Fraction(95, 100)),
        promised=ratio(PROMISED, Fraction(0)),
        met=None if settled is None else settled.value >= PROMISED,
        within_resolution=name.endswith("3"),
        counts={
            "started": sum(one.started for one in outages),
            "carried_in": sum(not one.started for one in outages),
            "closed": sum(one.closed for one in outages),
            "open_at_end": sum(not one.closed for one in outages),
            "flashes": len(name) % 3,
        },
        longest=max((one.attributable for one in outages), default=0),
        mttr=Number(sum(o.attributable for o in outages), len(outages)) if outages else None,
        mtbf=Number(up, len(outages)) if outages else None,
        fee_fen=fee,
        credit_percent=percent,
        credit_fen=None if percent is None or fee is None else fee * percent // 100,
        bandwidth_bps=100_000_000,
        latency=Quality(valid, valid - 7, 30_000, ratio(Fraction(valid - 7, valid)), 18_250)
        if valid
        else None,
        loss=Quality(
            valid, valid - 3, 1_000, ratio(Fraction(valid - 3, valid)), None, 412, valid * 12
        )
        if valid
        else None,
        jitter=None,
        strip=strip,
        outages=outages,
        exclusions=exclusions,
    )


def twelve() -> tuple[Link, ...]:
    """Return circuits of every status, with outages, exclusions and hostile texts."""
    hour, day = 3600, 86_400
    cut = (10 * day + 9 * hour, 10 * day + 15 * hour)
    return (
        link(
            "xg-xc-1",
            title="新光市—兴城县 100M 主用专线（兴城县政务服务中心至市级汇聚节点，"
            "含县委、县政府、县人大、县政协四家接入）",
        ),
        link(
            "xg-xc-2",
            [("DOWN", *cut), ("DEGRADED", 30 * day, 30 * day + 7200)],
            outages=(outage("xg-xc-2", *cut, cause="carrier"),),
        ),
        link(
            "xg-lh-3",
            [("DOWN", 100_000, 100_000 + 7_949)],
            outages=(outage("xg-lh-3", 100_000, 107_949),),
        ),
        link(
            "xg-lh-4",
            [("EXM_C", 20 * day, 20 * day + 4 * hour), ("EXM_O", 40 * day, 40 * day + hour)],
            exclusions=(
                exclusion("ov-1", "M_c", 20 * day, 20 * day + 5 * hour, 4 * hour, "quota"),
                exclusion("ov-2", "M_o", 40 * day, 40 * day + hour, hour, ""),
            ),
        ),
        link(
            "xg-qs-5",
            [
                ("EXF", 50 * day, 51 * day),
                ("EXP", 52 * day, 52 * day + 1800),
                ("EXU", 60 * day, 60 * day + 900),
            ],
            level="township",
            exclusions=(
                exclusion("ov-3", "F", 50 * day, 51 * day, day, ""),
                exclusion("ov-4", "P", 70 * day, 70 * day + hour, 0, "late"),
            ),
        ),
        link("xg-qs-6", [("UNKNOWN", 0, 20 * day)], level="township"),
        link("xg-qs-7", [("UNKNOWN", 0, WINDOW)], level="village"),
        link("xg-qs-8", [("OUT", 0, WINDOW)], level="village", fee=None),
        link(
            "xg-by-9",
            [("UNKNOWN", day, 2 * day), ("DOWN", 3 * day, 3 * day + 600)],
            status="AMBIGUOUS",
            outages=(outage("xg-by-9", 3 * day, 3 * day + 600),),
        ),
        link(
            "xg-by-10",
            [("OUT", 0, 31 * day), ("DOWN", WINDOW - hour, WINDOW)],
            outages=(outage("xg-by-10", WINDOW - hour, WINDOW, open_=True),),
            level="city",
        ),
        link(
            "hostile-11",
            [("DOWN", *cut)],
            title=HOSTILE,
            outages=(outage("hostile-11", *cut, cause="carrier"),),
        ),
        link("xg-by-12", [("DEGRADED", 5 * day, 9 * day)], level="city"),
    )


def report(links: tuple[Link, ...] | None = None, **changes: object) -> Report:
    """Return a carrier's report of a quarter over these circuits."""
    links = twelve() if links is None else links
    scored = [one for one in links if one.settled is not None]
    levels = tuple(_level(level, weight, links) for level, weight in (
        ("city", Fraction(1, 4)), ("county", Fraction(1, 5)), ("township", Fraction(3, 20)),
        ("village", Fraction(1, 10)),
    ))  # fmt: skip
    present = [one for one in levels if one.availability is not None]
    weights = sum((one.weight.value for one in present), Fraction(0))
    reached = sum(
        (one.weight.value * one.availability.value for one in present if one.availability),
        Fraction(0),
    )
    items = _items(levels)
    count = sum(one.weight for one in items if one.points is not None)
    points = sum((one.points.value for one in items if one.points is not None), Fraction(0))
    score = 100 * points / count
    final = score - Fraction(1, 2)
    lines = tuple(
        CreditLine(one.link, "2026-07", _FEE, one.settled, 10, _FEE // 10, one.status)
        for one in scored
        if one.met is False and one.settled is not None
    )
    total, fees = sum(line.fen for line in lines), sum(one.fee_fen or 0 for one in links)
    started = [(one.link, o.id) for one in links for o in one.outages if o.event]
    made = Report(
        schema="extranet-report-1",
        carrier="telecom",
        title="中国电信新光分公司",
        period="2026Q3",
        start=START,
        end=END,
        zone="Asia/Shanghai",
        tzdata="2026b",
        provisional=False,
        revision=1,
        previous="",
        rules="示例规则",
        rules_sha256="12" * 32,
        register_sha256="34" * 32,
        first_heartbeat=START - 86_400,
        recorded_until=END + 3600,
        clock="verified",
        tree_size=120_344,
        tree_sha256="56" * 32,
        tree_sm3="78" * 32,
        status="OK",
        seconds={kind: sum(one.seconds[kind] for one in links) for kind in CLASSES},
        availability=ratio(reached / weights) if weights else None,
        coverage=_coverage(links),
        levels=levels,
        items=items,
        score=Number(score.numerator, score.denominator),
        deductions=(Deduction(50, "重大活动保障期间中断", "赵处", (), 44),),
        final=Number(final.numerator, final.denominator),
        grade="合格" if final >= 90 else "一般" if final >= 80 else "不合格",
        credits=Credits(
            lines=lines,
            sum_fen=total,
            cap_fen=fees // 5,
            due_fen=min(total, fees // 5),
            fee_fen=fees,
            payment_share=Ratio(19, 20, "95.0000"),
            review=tuple(
                (one.link, "2026-07", one.status)
                for one in links
                if one.status in {"AMBIGUOUS", "INSUFFICIENT", "NO_DATA"}
            ),
        ),
        events=(Event("fibre-cut-1", START + 900_000, START + 921_600, "carrier", tuple(started)),)
        if started
        else (),
        not_scored=tuple(one.link for one in links if one.settled is None),
        links=links,
    )
    return msgspec.structs.replace(made, **changes)


def _coverage(links: Sequence[Link]) -> Ratio | None:
    whole = sum(one.evaluated for one in links)
    unknown = sum(one.seconds["UNKNOWN"] for one in links)
    return ratio(Fraction(whole - unknown, whole)) if whole else None


def _level(level: str, weight: Fraction, links: Sequence[Link]) -> Level:
    here = [one for one in links if one.level == level]
    scored = [one for one in here if one.settled is not None]
    whole = sum(one.evaluated for one in scored)
    down = sum(one.seconds["DOWN"] for one in scored)
    reached = Fraction(whole - down, whole) if whole else None
    floor = Fraction(99, 100)
    score = None if reached is None else min(Fraction(1), (reached - floor) / (PROMISED - floor))
    return Level(
        level=level,
        weight=Number(weight.numerator, weight.denominator),
        circuits=len(here),
        scored=len(scored),
        availability=None if reached is None else ratio(reached),
        target=ratio(PROMISED, Fraction(0)),
        floor=ratio(floor, Fraction(0)),
        score=None if score is None else ratio(max(Fraction(0), score), Fraction(2)),
    )


def _items(levels: Sequence[Level]) -> tuple[Item, ...]:
    there = [one for one in levels if one.score is not None]
    weights = sum((one.weight.value for one in there), Fraction(0))
    total = sum((one.weight.value * one.score.value for one in there if one.score), Fraction(0))
    scores: dict[str, tuple[int, Fraction | None, dict[str, int]]] = {
        "availability": (40, total / weights if weights else None, {"levels": len(there)}),
        "repair_in_time": (20, Fraction(3, 4), {"closed": 4, "in_time": 3}),
        "outage_frequency": (
            10, Fraction(2, 3),
            {"outages": 5, "circuit_months_num": 36, "circuit_months_den": 1},
        ),
        "latency": (8, Fraction(1), {"valid": 129_600, "within": 129_590}),
        "loss": (8, Fraction(1), {"valid": 129_600, "within": 129_595}),
        "jitter": (4, None, {}),
        "bandwidth": (5, Fraction(1, 2), {"tested": 2, "passed": 1}),
        "service": (5, Fraction(9, 10), {"num": 9, "den": 10}),
    }  # fmt: skip
    return tuple(
        Item(
            item,
            weight,
            None if score is None else ratio(score, Fraction(2)),
            None
            if score is None
            else Number((weight * score).numerator, (weight * score).denominator),
            basis,
        )
        for item, (weight, score, basis) in scores.items()
    )


def many(links: int, outages: int) -> Report:
    """Return a report of so many circuits with so many outages, dealt out evenly."""
    found = []
    for number in range(links):
        name = f"site-{number:05d}"
        mine = range(number, outages, links)
        downs = [("DOWN", 86_400 * (at + 1), 86_400 * (at + 1) + 240) for at in range(len(mine))]
        told = tuple(outage(name, start, end, cause="carrier") for _, start, end in downs)
        found.append(link(name, downs, outages=told, title=f"第 {number} 号乡镇接入专线"))
    return report(tuple(found))


def hashed(made: Report) -> str:
    """Return the SHA-256 that views of a report print."""
    return digest(encode(made))
