"""PDF, set by typst (optional extra `pdf`) with a Chinese font of the machine.

The form is `_report.typ`; a report goes in as JSON and is shown as texts, so that no title of a
circuit is ever read as markup. The form reads no file and no package. Without typst or without a
font the refusal says what to install.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from sla.renderers._pages import Section, sections
from sla.renderers._tables import FIGURES, Column, checks, first, summary
from sla.renderers._words import RenderError, Value, Words, clean
from sla.report import Report
from texts.say import Language

FORMAT: Final = "pdf"
MEDIA: Final = "application/pdf"
FONTS: Final = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "Noto Sans CJK SC",
    "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "FandolSong", "SimSun", "NSimSun",
    "FangSong", "AR PL UMing CN", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Microsoft YaHei",
    "SimHei", "Droid Sans Fallback",
)  # fmt: skip
"""Families with Chinese characters, the most fit for a signed document first."""
_LATIN: Final = "Libertinus Serif"
_MOST: Final = 1_000
"""Lines of one table: nobody signs more pages; Excel has them all."""
_FORM: Final = Path(__file__).with_name("_report.typ")
_TIGHT: Final = 15
"""From so many columns on a table is set smaller."""
_LONG: Final = re.compile("[^\\s\u2e80-\uffff]{20,}")
_NARROW: Final = {"text": 1.0, "time": 0.75, "seconds": 0.85}


@cache
def _fonts() -> tuple[Any, tuple[str, ...]]:
    """Return typst's view of the machine's fonts, and those of ours that are there, once."""
    try:
        typst = import_module("typst")
    except ImportError:
        raise RenderError("no_typst") from None
    fonts = typst.Fonts()
    there = frozenset(fonts.families())
    return fonts, tuple(name for name in FONTS if name in there)


def render(report: Report, sha256: str, language: Language, now: int | None = None) -> bytes:
    """Return the PDF, the same for the same report. Raises RenderError."""
    fonts, there = _fonts()
    words = Words(language, report.zone)
    data = document(report, sha256, words, now, chosen(there, language))
    typst = import_module("typst")
    try:
        compiler = typst.Compiler(
            _FORM.read_bytes(),
            font_paths=fonts,
            sys_inputs={"data": msgspec.json.encode(data).decode()},
        )
        made: bytes = compiler.compile(format="pdf", timestamp=report.end)
    except typst.TypstError as error:
        raise RenderError("pdf_failed", why=clean(error.message)) from None
    return made


def chosen(there: Sequence[str], language: Language = "zh") -> list[str]:
    """Return the fonts to set with, in order. Raises RenderError where none has Chinese characters.

    English is set in typst's own font first: a Chinese one has its quotation marks full width.
    """
    if not there:
        raise RenderError("no_chinese_font", fonts=", ".join(FONTS))
    return [there[0]] if language == "zh" else [_LATIN, there[0]]


def document(
    report: Report, sha256: str, words: Words, now: int | None, fonts: Sequence[str]
) -> dict[str, object]:
    """Return what the form shows: texts and widths only."""
    lines = [words.say("hash_line", sha256=sha256)]
    if now is not None:
        lines.append(words.say("printed", when=words.time(now)))
    told = [
        (words.say(f"summary.{code}"), words.shown(kind, value))
        for code, kind, value in summary(report, words)
    ]
    return {
        "title": words.title(report),
        "subtitle": words.say("subtitle"),
        "sha256": clean(sha256),
        "fonts": list(fonts),
        "lang": words.language,
        "region": "cn" if words.language == "zh" else "gb",
        "lines": lines,
        "warn": words.say("provisional") if report.provisional else "",
        "cards": list(first(report, words)),
        "summary": {"title": words.say("table.summary"), "rows": told[:FIGURES]},
        "sections": [_section(one, words) for one in sections(report, words, _MOST)],
        "checks": {
            "title": words.say("table.checks"),
            "points": list(checks(report, sha256, words)),
        },
        "made": {"title": words.say("table.made_from"), "rows": told[FIGURES:]},
        "sign": {
            "title": words.say("table.sign"),
            "parties": [words.say(f"sign_{one}") for one in ("owner", "carrier", "audit")],
            "name": words.say("sign_name"),
            "date": words.say("sign_date"),
        },
    }


def _section(one: Section, words: Words) -> dict[str, object]:
    rows = list(_rows(one, words))
    note = "" if rows else words.say("none")
    if one.shown < one.all:
        note = words.say("first_of", shown=one.shown, all=one.all)
    return {
        "title": words.say(f"table.{one.code}"),
        "note": note,
        "size": 5.2 if len(one.columns) > _TIGHT else 6.6,
        "columns": [
            {
                "head": words.say(f"column.{column.code}"),
                "width": column.width * _NARROW.get(column.kind, 1.0),
                "number": column.kind not in {"text", "time"},
            }
            for column in one.columns
        ],
        "rows": rows,
    }


def _rows(one: Section, words: Words) -> Iterator[list[str]]:
    for row in one.rows:
        yield [_cell(column, value, words) for column, value in zip(one.columns, row, strict=True)]


def _cell(column: Column, value: Value, words: Words) -> str:
    """Return a cell's text; a long word may break, so that it stays in its cell."""
    return _LONG.sub(_broken, words.read(column.kind, value))


def _broken(found: re.Match[str]) -> str:
    word = found[0]
    return "\u200b".join(word[at : at + 8] for at in range(0, len(word), 8))
