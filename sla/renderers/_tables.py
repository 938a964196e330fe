"""A report as tables of typed cells, so that page, Excel, PDF and CSV show the same.

Rows come one at a time: a carrier may have 10,000 circuits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sla.records import KINDS
from sla.renderers._words import Kind, Value, Words, decimal, yuan
from sla.report import Deduction, Exclusion, Link, Number, Outage, Quality, Report

CLASSES: Final = (
    "UP", "DEGRADED", "DOWN", "EXM_O", "EXM_C", "EXF", "EXP", "EXU", "UNKNOWN", "OUT",
)  # fmt: skip
"""The ten classes of a second, in the order of a reader: good, bad, excluded, not known, out."""
Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Column:
    """`width`: characters of ours; a Chinese one takes two."""

    code: str
    kind: Kind = "text"
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` can be read once."""

    code: str
    columns: tuple[Column, ...]
    rows: Iterator[Row]


def _columns(*groups: tuple[Kind, int, str]) -> tuple[Column, ...]:
    return tuple(
        Column(code, kind, width) for kind, width, codes in groups for code in codes.split()
    )


LINKS: Final = _columns(
    ("text", 22, "link"), ("text", 30, "title"), ("text", 16, "circuit"),
    ("text", 20, "contract_title"), ("text", 10, "level"), ("text", 14, "near far"),
    ("seconds", 13, " ".join(CLASSES)), ("seconds", 13, "sum evaluated"),
    ("percent", 14, "settled promised"), ("text", 16, "status"), ("text", 8, "met"),
    ("percent", 13, "a_opt a_meas a_pess coverage"),
    ("whole", 9, "started carried closed open flashes"), ("seconds", 12, "longest"),
    ("mean", 14, "mttr mtbf"), ("percent", 12, "latency"), ("ms", 11, "latency_limit latency_p95"),
    ("percent", 12, "loss"), ("whole", 12, "lost sent"), ("percent", 12, "jitter"),
    ("mbit", 11, "bandwidth"), ("yuan", 14, "fee"), ("whole", 9, "credit_percent"),
    ("yuan", 13, "credit"), ("text", 11, "profile engine"), ("text", 30, "remark"),
)  # fmt: skip
OUTAGES: Final = _columns(
    ("text", 34, "outage"), ("text", 22, "link"), ("text", 28, "title"), ("time", 19, "start end"),
    ("seconds", 13, "in_window attributable span"), ("whole", 7, "runs"), ("text", 18, "cause"),
    ("text", 20, "settled_by"), ("text", 12, "said_by approved_by"), ("text", 30, "why"),
    ("text", 50, "facts documents"), ("text", 18, "event ticket"),
    ("time", 19, "notified acknowledged restored"), ("seconds", 12, "stopped repair repair_limit"),
    ("text", 9, "in_time"), ("text", 24, "remark live shadow_of leaves"),
)  # fmt: skip
EXCLUSIONS: Final = _columns(
    ("text", 20, "overlay"), ("text", 22, "link"), ("text", 28, "title"), ("text", 20, "kind"),
    ("text", 34, "filing_title"), ("time", 19, "start end"), ("seconds", 13, "seconds"),
    ("text", 11, "honoured"), ("text", 26, "reason"), ("time", 19, "filed_at"),
    ("text", 12, "filed_by approved_by"), ("text", 30, "why"), ("text", 50, "documents"),
    ("whole", 10, "record"), ("text", 14, "leaf"),
)  # fmt: skip
LEVELS: Final = _columns(
    ("text", 14, "level"), ("weight", 9, "weight"), ("whole", 10, "circuits scored"),
    ("percent", 14, "availability target floor"), ("share", 14, "score"),
)  # fmt: skip
ITEMS: Final = _columns(
    ("text", 22, "item"), ("whole", 9, "weight"), ("share", 14, "score"), ("points", 10, "points"),
    ("text", 50, "basis"),
)  # fmt: skip
DEDUCTIONS: Final = _columns(
    ("points", 12, "deducted"), ("text", 50, "why"), ("text", 14, "by approved_by"),
    ("text", 50, "documents"), ("whole", 10, "record"),
)  # fmt: skip
CREDITS: Final = _columns(
    ("text", 22, "link"), ("text", 30, "title"), ("text", 10, "month"), ("yuan", 14, "fee"),
    ("percent", 14, "settled"), ("whole", 10, "credit_percent"), ("yuan", 14, "credit"),
    ("text", 18, "status"),
)  # fmt: skip
REVIEW: Final = _columns(
    ("text", 22, "link"), ("text", 30, "title"), ("text", 10, "month"), ("text", 50, "status"),
)  # fmt: skip
EVENTS: Final = _columns(
    ("text", 22, "event"), ("time", 19, "start end"), ("text", 22, "cause"), ("whole", 8, "count"),
    ("text", 60, "links"),
)  # fmt: skip
NOT_SCORED: Final = _columns(("text", 22, "link"), ("text", 30, "title"), ("text", 50, "status"))
LEFT_OUT: Final = _columns(("text", 22, "link"), ("text", 60, "remark"))
_NAMED: Final = 200
"""Circuits of one event that are named in its cell; the outages name their event anyway."""


def tables(report: Report, words: Words) -> tuple[Table, ...]:
    """Return every table of a report but its summary, in the order of a reader."""
    titles = {one.link: one.title for one in report.links}
    of = {one.link: one for one in report.links}
    credits_, name = report.credits, words.name
    return (
        Table("levels", LEVELS, levels(report, words)),
        Table("items", ITEMS, items(report, words)),
        Table(
            "deductions",
            DEDUCTIONS,
            (deduction(one, words) for one in report.deductions),
        ),
        Table("links", LINKS, (link(one, words) for one in report.links)),
        Table("outages", OUTAGES, (outage(a, o, words) for a in report.links for o in a.outages)),
        Table(
            "exclusions",
            EXCLUSIONS,
            (exclusion(a, e, words) for a in report.links for e in a.exclusions),
        ),
        Table(
            "credits",
            CREDITS,
            (
                (c.link, titles.get(c.link, ""), c.month, c.fee_fen, c.settled, c.percent, c.fen,
                 name("short", c.status))
                for c in credits_.lines
            ),
        ),
        Table(
            "review",
            REVIEW,
            ((a, titles.get(a, ""), month, name("status", s)) for a, month, s in credits_.review),
        ),
        Table(
            "events",
            EVENTS,
            (
                (e.event, e.start, e.end if e.end is not None else words.say("lasts"),
                 name("cause", e.cause), len(e.links), _some([a for a, _ in e.links]))
                for e in report.events
            ),
        ),
        Table(
            "not_scored",
            NOT_SCORED,
            (
                (a, titles.get(a, ""), name("status", of[a].status) if a in of else "")
                for a in report.not_scored
            ),
        ),
        Table("left_out", LEFT_OUT, ((a, words.say("has_no_row")) for a in report.left_out)),
    )  # fmt: skip


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def deduction(one: Deduction, words: Words) -> Row:
    """Return who took points for what, and who approved it."""
    return (
        Number(one.hundredths, 100), one.why, one.by, one.approved_by,
        words.documents(one.documents), one.record,
    )  # fmt: skip


def levels(report: Report, words: Words) -> Iterator[Row]:
    """Return a row for each level; without scored circuits its figure is said in words."""
    nothing = words.say("no_figure")
    return (
        (words.name("level", one.level), one.weight, one.circuits, one.scored,
         one.availability or nothing, one.target, one.floor, one.score or nothing)
        for one in report.levels
    )  # fmt: skip


def items(report: Report, words: Words) -> Iterator[Row]:
    """Return a row for each item of the score."""
    nothing = words.name("short", "NOT_APPLICABLE")
    return (
        (words.name("item", one.item), one.weight, one.score or nothing, one.points or nothing,
         _basis(words, one.basis))
        for one in report.items
    )  # fmt: skip


def _basis(words: Words, basis: Mapping[str, int]) -> str:
    said = []
    for name, value in basis.items():
        if name == "circuit_months_num":
            part = decimal(Fraction(value, basis.get("circuit_months_den", 1)), 2)
            said.append(words.say("basis.circuit_months", value=part))
        elif name != "circuit_months_den":
            known = words.say(f"basis.{name}", value=value)
            said.append(f"{name} {value}" if known.startswith("report.") else known)
    return "; ".join(said)


def status(one: Link, words: Words) -> str:
    """Return the word for a circuit's status."""
    return words.name("short", one.status)


def remark(one: Link, words: Words) -> str:
    """Return what a reader of a circuit's row must not miss."""
    said = [words.name("status", one.status)] if one.status != "OK" else []
    if one.within_resolution:
        said.append(words.say("resolution"))
    if one.settled is not None and one.settled != one.a_settle and fixed(one):
        said.append(words.say("fixed"))
    return "; ".join(said)


def fixed(one: Link) -> bool:
    """Say whether the figure settled has the contract's denominator, not the seconds evaluated."""
    settled = one.settled
    if settled is None or not one.evaluated:
        return False
    return settled.num * one.evaluated != (one.evaluated - one.seconds["DOWN"]) * settled.den


def _met(quality: Quality | None) -> Value:
    return quality.compliance if quality else None


def between(one: Link, words: Words) -> Value:
    """Return the mean time between outages; without one it is more than the time up."""
    up = one.seconds["UP"] + one.seconds["DEGRADED"]
    if one.mtbf is None and up:
        return words.say("above", seconds=up)
    return one.mtbf


def link(one: Link, words: Words) -> Row:
    """Return the row of a circuit."""
    nothing, counts = words.name("short", one.status), one.counts
    latency, loss = one.latency, one.loss
    return (
        one.link, one.title, one.circuit, one.contract_title or one.contract,
        words.name("level", one.level), one.near, one.far,
        *(one.seconds[kind] for kind in CLASSES), sum(one.seconds.values()), one.evaluated,
        one.settled or nothing, one.promised, status(one, words), words.truth(one.met),
        one.a_opt or nothing, one.a_meas or nothing, one.a_pess or nothing,
        one.coverage or nothing,
        counts["started"], counts["carried_in"], counts["closed"], counts["open_at_end"],
        counts["flashes"], one.longest, one.mttr, between(one, words),
        _met(latency), latency.limit if latency else None, latency.p95 if latency else None,
        _met(loss), loss.lost if loss else None, loss.sent if loss else None, _met(one.jitter),
        one.bandwidth_bps, one.fee_fen, one.credit_percent, one.credit_fen, one.profile,
        one.engine, remark(one, words),
    )  # fmt: skip


def outage(of: Link, one: Outage, words: Words) -> Row:
    """Return the row of an outage with its cause, its evidence and its repair."""
    repair = one.repair
    notes = [
        words.say(code)
        for code, holds in (
            ("carried_in", not one.started),
            ("start_censored", one.start_censored),
            ("end_censored", one.end_censored),
        )
        if holds
    ]
    return (
        one.id, of.link, of.title, one.start,
        one.end if one.end is not None else words.say("lasts"),
        one.in_window, one.attributable, one.span, one.runs, words.name("cause", one.cause),
        words.name("standing", one.settled), one.said_by, one.approved_by, one.why,
        "\n".join(words.fact(fact) for fact in one.facts), words.documents(one.documents),
        one.event,
        *((repair.ticket, repair.notified, repair.acknowledged, repair.restored, repair.stopped,
           repair.seconds, repair.limit, words.truth(repair.in_time)) if repair else ("",) * 8),
        "; ".join(notes), ", ".join(one.live), ", ".join(one.shadow_of),
        ", ".join(str(leaf) for leaf in one.leaves),
    )  # fmt: skip


def exclusion(of: Link, one: Exclusion, words: Words) -> Row:
    """Return the row of an overlay, honoured or not, and why not."""
    kind = words.name("kind", one.kind) if one.kind in KINDS else one.kind
    return (
        one.overlay, of.link, of.title, kind, one.title, one.start, one.end, one.seconds,
        words.truth(one.honoured), words.name("reason", one.reason) if one.reason else "",
        one.filed_at, one.filed_by, one.approved_by, one.why, words.documents(one.documents),
        one.record, str(one.leaf) if one.leaf is not None else words.say("not_logged"),
    )  # fmt: skip


def summary(report: Report, words: Words) -> list[tuple[str, Kind, Value]]:
    """Return the lines of the summary: code, kind and value."""
    due, nothing = report.credits, words.say("no_figure")
    until = f"{words.time(report.start)} – {words.time(report.end)}"
    known: Callable[[int | None], Value] = lambda at: (  # noqa: E731 - one line, twice
        at if at is not None else words.say("not_known")
    )
    lines: list[tuple[str, Kind, Value]] = [
        ("carrier", "text", report.title),
        ("period", "text", words.period(report.period)),
        ("span", "text", until),
        ("status", "text", words.name("status", report.status)),
        ("availability", "percent", report.availability or nothing),
        ("coverage", "percent", report.coverage or nothing),
        ("score", "points", report.score or nothing),
        ("final", "points", report.final or nothing),
        ("grade", "text", report.grade or nothing),
        ("payment_share", "percent", due.payment_share),
        ("circuits", "whole", len(report.links)),
        ("missed", "whole", sum(one.met is False for one in report.links)),
        ("not_scored", "whole", len(report.not_scored)),
        ("left_out", "whole", len(report.left_out)),
        ("outages", "whole", sum(one.counts["started"] for one in report.links)),
        ("fee", "yuan", due.fee_fen),
        ("credit_sum", "yuan", due.sum_fen),
        ("credit_cap", "yuan", due.cap_fen if due.cap_fen is not None else words.say("no_cap")),
        ("credit_due", "yuan", due.due_fen),
    ]
    return [
        *lines,
        ("revision", "whole", report.revision),
        ("rules", "text", report.rules),
        ("rules_sha256", "text", report.rules_sha256),
        ("register_sha256", "text", report.register_sha256),
        ("recorded_until", "time", report.recorded_until),
        ("first_heartbeat", "time", known(report.first_heartbeat)),
        ("clock", "text", words.name("clock", report.clock)),
        ("zone", "text", report.zone),
        ("tzdata", "text", report.tzdata),
        ("tree_size", "whole", report.tree_size),
        ("tree_sha256", "text", report.tree_sha256),
        ("tree_sm3", "text", report.tree_sm3),
        ("previous", "text", report.previous),
    ]


def first(report: Report, words: Words) -> Iterator[tuple[str, str]]:
    """Return the few figures that are read first, with their names."""
    final, nothing = report.final, words.say("no_figure")
    yield words.say("summary.availability"), words.figure(report.availability, report.status)
    score = nothing if final is None else decimal(final.value, 2)
    yield words.say("summary.final"), f"{score} {report.grade}".strip()
    yield words.say("summary.missed"), f"{sum(one.met is False for one in report.links)}"
    yield words.say("summary.outages"), f"{sum(one.counts['started'] for one in report.links)}"
    yield words.say("summary.credit_due"), yuan(report.credits.due_fen)


FIGURES: Final = 19
"""The first lines of the summary are figures, the others say what they were made from."""


def checks(report: Report, sha256: str, words: Words) -> Iterator[str]:
    """Return how a reader checks the figures, point by point."""
    parameters: Mapping[str, object] = {
        "sha256": sha256,
        "seconds": report.end - report.start,
        "rules": report.rules,
        "rules_sha256": report.rules_sha256,
        "clock": words.name("clock", report.clock),
    }
    return (words.say(f"check.{number}", **parameters) for number in range(1, 13))


def columns_of(table: Table, words: Words) -> list[str]:
    """Return the headings of a table."""
    return [words.say(f"column.{column.code}") for column in table.columns]
