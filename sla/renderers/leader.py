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

_MOST: Final = 5
"""Circuits that are named in each list, of all carriers: it is one page."""
_MANY: Final = 3
"""From so many circuits on one cause is worth a line."""
_RANKING: Final = (
    Column("rank", "whole"), Column("carrier"), Column("final", "points"),
    Column("before", "points"), Column("change", "points"), Column("grade"),
    Column("availability", "percent"), Column("missed", "whole"), Column("outages", "whole"),
    Column("hours_down", "mean"),
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
    return at.page(words, title, [sha256 for _, sha256 in ranked], parts, upright=True)


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
        known = [(report, before[report.carrier]) for report, _ in reports
                 if report.carrier in before]  # fmt: skip
        worse = [line for now_, then in known for line in _worse(now_, then, words)]
        worse += islice(_fallen(known, words), _MOST)
        yield _list(worse or [words.say("leader.nothing_worse")])
    else:
        yield _list([words.say("leader.no_before")])
    yield at.heading(words.say("leader.money"))
    yield from at.table(_MONEY, _money(reports, words), words)
    yield at.heading(words.say("leader.todo"))
    todo = [line for report, _ in reports for line in _todo(report, words)]
    todo += islice(_longest(reports, words), _MOST)
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
            _outages(report), decimal(Fraction(down, 3600), 2),
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
    if there is not None and _outages(now) > _outages(before):
        counts = {"now": _outages(now), "before": _outages(before)}
        yield words.say("leader.worse_outages", carrier=who, **counts)


def _fallen(known: Sequence[tuple[Report, Report]], words: Words) -> Iterator[str]:
    """Name the circuits that met their promise before and do not now, the longest down first."""
    found = [
        (one, now)
        for now, before in known
        for met in [{one.link for one in before.links if one.met}]
        for one in now.links
        if one.met is False and one.link in met
    ]
    for one, now in sorted(found, key=_by_length):
        yield words.say(
            "leader.worse_link",
            carrier=clean(now.title),
            link=clean(one.title or one.link),
            now=words.figure(one.settled, one.status),
            promised=one.promised.percent,
        )


def _by_length(found: tuple[Link, Report]) -> tuple[int, str]:
    return -found[0].seconds["DOWN"], found[0].link


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
    if due.due_fen and not report.provisional:
        yield words.say("leader.do_money", carrier=who, due=yuan(due.due_fen))
    if due.review:
        yield words.say("leader.do_review", carrier=who, count=len(due.review))
    if report.left_out:
        yield words.say("leader.do_left_out", carrier=who, count=len(report.left_out))
    blind = sum(one.status in {"INSUFFICIENT", "NO_DATA"} for one in report.links)
    if blind:
        yield words.say("leader.do_coverage", carrier=who, count=blind)
    many = [one for one in report.events if len(one.links) >= _MANY]
    if many:
        event = max(many, key=lambda one: len(one.links))
        when, count = words.time(event.start), len(event.links)
        yield words.say("leader.do_event", carrier=who, count=count, when=when)


def _longest(reports: Sequence[Hashed], words: Words) -> Iterator[str]:
    """Name the circuits that fell short, the longest down first."""
    found = [(one, now) for now, _ in reports for one in now.links if one.met is False]
    for one, now in sorted(found, key=_by_length):
        yield words.say(
            "leader.do_link",
            link=clean(one.title or one.link),
            carrier=clean(now.title),
            outages=one.counts["started"],
            hours=decimal(Fraction(one.seconds["DOWN"], 3600), 2),
        )
