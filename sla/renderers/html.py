"""The page of a carrier's report: one file that stands alone, for the screen and for paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sla.renderers import _page as at
from sla.renderers._pages import sections
from sla.renderers._tables import FIGURES, checks, first, summary
from sla.renderers._words import Words
from sla.report import Report
from texts.say import Language

FORMAT: Final = "html"
MEDIA: Final = at.MEDIA
_MOST: Final = 5_000
"""Lines of one table: a browser shows no more with ease."""


def render(report: Report, sha256: str, language: Language, now: int | None = None) -> bytes:
    """Return the page."""
    words = Words(language, report.zone)
    return at.page(words, words.title(report), [sha256], _parts(report, sha256, words, now))


def _parts(report: Report, sha256: str, words: Words, now: int | None) -> Iterator[str]:
    lines = [words.say("hash_line", sha256=sha256)]
    if now is not None:
        lines.append(words.say("printed", when=words.time(now)))
    yield at.top(
        words, words.title(report), words.say("subtitle"), lines, provisional=report.provisional
    )
    yield at.cards(first(report, words))
    told = [
        (words.say(f"summary.{code}"), words.shown(kind, value))
        for code, kind, value in summary(report, words)
    ]
    yield at.heading(words.say("table.summary")) + at.pairs(told[:FIGURES])
    for section in sections(report, words, _MOST):
        yield at.heading(words.say(f"table.{section.code}"))
        if not section.all:
            yield f'<p class="note">{at.text(words.say("none"))}</p>\n'
            continue
        if section.shown < section.all:
            said = words.say("first_of", shown=section.shown, all=section.all)
            yield f'<p class="note">{at.text(said)}</p>\n'
        yield from at.table(section.columns, section.rows, words)
    yield at.heading(words.say("table.checks"))
    points = "".join(f"<li>{at.text(one)}</li>\n" for one in checks(report, sha256, words))
    yield f"<ol>{points}</ol>\n"
    yield at.heading(words.say("table.made_from")) + at.pairs(told[FIGURES:])
    yield at.signatures(words)
