"""One page for a leader, over all carriers of a period: who is ahead, what got worse, money.

What to do is said only where the reports carry it: money that is due, months for joint review,
circuits that fell short, causes that took many circuits at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Final

from sla.renderers import _page as at
from sla.renderers._tables import Column, Row
from sla.renderers._words import RenderError, Value, Words, clean, decimal, yuan
from sla.report import Link, Report
from texts.say import Language

FORMAT: Final = "leader"
MEDIA: Final = at.MEDIA
Hashed = tuple[Report, str]
"""A report and its SHA-256."""

_MOST: Final = 3
"""Circuits that are named in each list: it is one page."""
_MANY: Final = 3
"""From so many circuits on one cause is worth a line."""
_RANKING: Final = (
    Column("rank", "whole"), Column("carrier"), Column("final"), Column("before"),
    Column("change"), Column("grade"), Column("availability", "percent"),
    Column("missed", "whole"), Column("outages", "whole"), Column("hours_down"),
)  # fmt: skip
_MONEY: Final = (
    Column("carrier"), Column("fee", "yuan"), Column("credit_sum", "yuan"),
    Column("credit_due", "yuan"), Column("payment_share", "percent"), Column("review", "whole"),
)  # fmt: skip


def render(
    reports: Sequence[Hashed],
    before: Sequence[Report],
    language: Language,
    now: int | None = None,
) -> bytes:
    """Return the page. `before`: the reports of the period before, of whom there is one.

    All reports are of one period. Raises RenderError where there is none.
    """
    if not reports:
        raise RenderError("no_reports")
    words = Words(language, reports[0][0].zone)
    title = words.say("leader_title", period=words.period(reports[0][0].period))
    ranked = sorted(reports, key=lambda one: _key(one[0]))
    earlier = {one.carrier: one for one in before}
    parts = _parts(ranked, earlier, title, words, now)
    return at.page(words, title, [sha256 for _, sha256 in ranked], parts)


def _key(report: Report) -> tuple[bool, Fraction, str]:
    """Order by final score, the best first; without a score last."""
    final = report.final
    return final is None, -final.value if final is not None else Fraction(0), report.carrier


def _parts(
    reports: Sequence[Hashed],
    before: Mapping[str, Report],
    title: str,
    words: Words,
    now: int | None,
) -> Iterator[str]:
    provisional = any(report.provisional for report, _ in reports)
    lines = [] if now is None else [words.say("printed", when=words.time(now))]
    yield at.top(words, title, words.say("subtitle"), lines, provisional=provisional)
    yield at.heading(words.say("leader.ranking"))
    yield from at.table(_RANKING, _ranking(reports, before, words), words)
    yield at.heading(words.say("leader.worse"))
    if before:
        worse = [
            line
            for report, _ in reports
            if (old := before.get(report.carrier)) is not None
            for line in _worse(report, old, words)
        ]
        yield _list(worse or [words.say("leader.nothing_worse")])
    else:
        yield _list([words.say("leader.no_before")])
    yield at.heading(words.say("leader.money"))
    yield from at.table(_MONEY, _money(reports, words), words)
    yield at.heading(words.say("leader.todo"))
    todo = [line for report, _ in reports for line in _todo(report, words)]
    yield _list(todo or [words.say("leader.do_nothing")])
    yield at.heading(words.say("leader.reports"))
    yield at.pairs((report.title, f"SHA-256 {sha256}") for report, sha256 in reports)


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{at.text(line)}</li>' for line in lines)}</ul>\n"


def _ranking(
    reports: Sequence[Hashed], before: Mapping[str, Report], words: Words
) -> Iterator[Row]:
    nothing = words.say("no_figure")
    rank, last = 0, None
    for place, (report, _) in enumerate(reports, 1):
        final, old = report.final, before.get(report.carrier)
        if final is not None and final.value != last:
            rank, last = place, final.value
        then = None if old is None else old.final
        change = "" if final is None or then is None else _signed(final.value - then.value)
        down = sum(one.seconds["DOWN"] for one in report.links)
        yield (
            rank if final is not None else "", report.title,
            nothing if final is None else decimal(final.value, 2),
            "" if then is None else decimal(then.value, 2),
            change, report.grade, report.availability or nothing, _missed(report),
            _outages(report), decimal(Fraction(down, 3600), 1),
        )  # fmt: skip


def _signed(value: Fraction) -> str:
    said = decimal(value, 2)
    return f"+{said}" if value > 0 else said


def _missed(report: Report) -> int:
    return sum(one.met is False for one in report.links)


def _outages(report: Report) -> int:
    return sum(one.counts["started"] for one in report.links)


def _worse(now: Report, before: Report, words: Words) -> Iterator[str]:
    """Say what is worse than in the period before: score, availability, outages, circuits."""
    who = clean(now.title)
    if now.final is not None and before.final is not None and now.final.value < before.final.value:
        scores = {"now": decimal(now.final.value, 2), "before": decimal(before.final.value, 2)}
        yield words.say("leader.worse_score", carrier=who, **scores)
    here, there = now.availability, before.availability
    if here is not None and there is not None and here.value < there.value:
        figures = {"now": here.percent, "before": there.percent}
        yield words.say("leader.worse_availability", carrier=who, **figures)
    if _outages(now) > _outages(before):
        counts = {"now": _outages(now), "before": _outages(before)}
        yield words.say("leader.worse_outages", carrier=who, **counts)
    met = {one.link for one in before.links if one.met}
    fell = (one for one in _shortest(now) if one.link in met)
    for one in islice(fell, _MOST):
        yield words.say(
            "leader.worse_link",
            carrier=who,
            link=clean(one.title or one.link),
            now=words.figure(one.settled, one.status),
            promised=one.promised.percent,
        )


def _shortest(report: Report) -> list[Link]:
    """Return the circuits that fell short, the longest down first."""
    missed = [one for one in report.links if one.met is False]
    return sorted(missed, key=lambda one: (-one.seconds["DOWN"], one.link))


def _money(reports: Sequence[Hashed], words: Words) -> Iterator[Row]:
    total = [0, 0, 0, 0]
    for report, _ in reports:
        due = report.credits
        line = [due.fee_fen, due.sum_fen, due.due_fen, len(due.review)]
        total = [a + b for a, b in zip(total, line, strict=True)]
        share: Value = due.payment_share or words.say("no_figure")
        yield report.title, *line[:3], share, line[3]
    yield words.say("total"), *total[:3], "", total[3]


def _todo(report: Report, words: Words) -> Iterator[str]:
    who, due = clean(report.title), report.credits
    if due.due_fen:
        yield words.say("leader.do_money", carrier=who, due=yuan(due.due_fen))
    if due.review:
        yield words.say("leader.do_review", carrier=who, count=len(due.review))
    blind = sum(one.status in {"INSUFFICIENT", "NO_DATA"} for one in report.links)
    if blind:
        yield words.say("leader.do_coverage", carrier=who, count=blind)
    for event in report.events:
        if len(event.links) >= _MANY:
            when, count = words.time(event.start), len(event.links)
            yield words.say("leader.do_event", carrier=who, count=count, when=when)
    for one in _shortest(report)[:_MOST]:
        yield words.say(
            "leader.do_link",
            link=clean(one.title or one.link),
            carrier=who,
            outages=one.counts["started"],
            hours=decimal(Fraction(one.seconds["DOWN"], 3600), 1),
        )
