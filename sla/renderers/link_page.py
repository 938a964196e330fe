"""The page of one circuit: its period as a strip, its outages, what was excluded and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from sla.link_days import LinkDay
from sla.renderers import _page as at
from sla.renderers._days import curves
from sla.renderers._pages import outages_of
from sla.renderers._strip import strip
from sla.renderers._tables import CLASSES, LINKS, Column, Row, checks, link, remark
from sla.renderers._words import RenderError, Words, clean, decimal, yuan
from sla.report import Link, Quality, Report
from sla.rounding import percent
from texts.say import Language

FORMAT: Final = "link"
MEDIA: Final = at.MEDIA
_BESIDE: Final = frozenset({*CLASSES, "sum", "latency", "loss", "jitter", "latency_limit"})
"""Columns of a circuit's row that have a table of their own here."""
_QUALITY: Final = (
    Column("quality"), Column("limit"), Column("valid", "whole"), Column("within", "whole"),
    Column("compliance", "percent"), Column("p95"), Column("period_loss"),
)  # fmt: skip


def render(
    report: Report,
    sha256: str,
    language: Language,
    now: int | None = None,
    *,
    link: str,
    days: Sequence[LinkDay] = (),
) -> bytes:
    """Return the page of the circuit `link`. Raises RenderError where the report has none.

    `days`: what history says of latency and load, beside the report.
    """
    words = Words(language, report.zone)
    one = next((each for each in report.links if each.link == link), None)
    if one is None:
        raise RenderError("unknown_link", link=link)
    title = words.say(
        "link_title",
        link=clean(one.title or one.link),
        carrier=clean(report.title),
        period=words.period(report.period),
    )
    return at.page(words, title, [sha256], _parts(report, one, title, sha256, words, now, days))


def _parts(
    report: Report,
    one: Link,
    title: str,
    sha256: str,
    words: Words,
    now: int | None,
    days: Sequence[LinkDay],
) -> Iterator[str]:
    lines = [words.say("hash_line", sha256=sha256)]
    if now is not None:
        lines.append(words.say("printed", when=words.time(now)))
    sub = f"{words.say('subtitle')} · {one.link}"
    yield at.top(words, title, sub, lines, provisional=report.provisional)
    yield at.cards(_first(one, words))
    if note := remark(one, words):
        yield f'<p class="warn">{at.text(note)}</p>\n'
    yield at.heading(words.say("table.strip"))
    yield strip(one.strip, report.start, report.end, words) + at.key(words)
    yield from at.table(
        (Column("class"), Column("seconds_of", "seconds"), Column("share", "percent")),
        _seconds(one, words),
        words,
    )
    for section in outages_of(report, words, one.link):
        yield at.heading(words.say(f"table.{section.code}"))
        if section.all:
            yield from at.table(section.columns, section.rows, words)
        else:
            yield f'<p class="note">{at.text(words.say("none"))}</p>\n'
    yield at.heading(words.say("table.quality"))
    yield from at.table(_QUALITY, _quality(one, words), words)
    limit = None if one.latency is None else one.latency.limit
    yield at.heading(words.say("table.days"))
    yield f'<p class="note">{at.text(words.say("days_note"))}</p>\n'
    yield from curves(days, report.start, report.end, limit, one.bandwidth_bps, words)
    yield at.heading(words.say("table.figures"))
    row = zip(LINKS, link(one, words), strict=True)
    yield at.pairs(
        (words.say(f"column.{column.code}"), words.read(column.kind, value))
        for column, value in row
        if column.code not in _BESIDE
    )
    yield at.heading(words.say("table.checks"))
    points = "".join(f"<li>{at.text(each)}</li>\n" for each in checks(report, sha256, words))
    yield f"<ol>{points}</ol>\n"


def _first(one: Link, words: Words) -> Iterator[tuple[str, str]]:
    yield words.say("column.settled"), words.figure(one.settled, one.status)
    yield words.say("column.promised"), f"{one.promised.percent} %"
    if one.met is not None:
        yield words.say("column.met"), words.truth(one.met)
    yield words.say("column.started"), f"{one.counts['started']}"
    yield words.say("column.DOWN"), f"{one.seconds['DOWN']:,}"
    if one.credit_fen is not None:
        yield words.say("column.credit"), yuan(one.credit_fen)


def _seconds(one: Link, words: Words) -> Iterator[Row]:
    window = sum(one.seconds.values())
    for kind in CLASSES:
        share = f"{percent(Fraction(one.seconds[kind], window))} %"
        yield words.say(f"class.{kind}"), one.seconds[kind], share
    yield words.say("total"), window, "100.0000 %"


def _quality(one: Link, words: Words) -> Iterator[Row]:
    for name in ("latency", "loss", "jitter"):
        found: Quality | None = getattr(one, name)
        if found is None:
            nothing = words.name("short", "NO_DATA")
            yield words.say(f"quality.{name}"), *[nothing] * 2, None, None, None, None
            continue
        if name == "loss":
            limit = decimal(Fraction(found.limit, 10_000), 4)
            whole = percent(Fraction(found.lost or 0, found.sent)) if found.sent else ""
            period = f"{whole} ({found.lost}/{found.sent})" if whole else ""
        else:
            limit, period = decimal(Fraction(found.limit, 1000), 3), ""
        p95 = "" if found.p95 is None else decimal(Fraction(found.p95, 1000), 3)
        yield (
            words.say(f"quality.{name}"), limit, found.valid, found.within,
            found.compliance or words.name("short", "NO_DATA"), p95, period,
        )  # fmt: skip
