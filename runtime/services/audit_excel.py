"""A document of an audit as Excel: what leaders read first, then each list to work through.

Everything that came from a site is written as text: no formula, no link, whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import msgspec
from xlsxwriter import Workbook

from collectors.audit.form import Dead, Report
from inventory.edge import ZONE
from texts.say import Language, say

_COUNTS: Final = (
    "pages", "links", "dead_links", "dead_external", "unchecked", "pictures", "broken_pictures",
    "columns", "empty_columns", "stale_columns", "page_errors",
)  # fmt: skip
_WIDTH: Final = {"page": 50, "target": 60, "where": 50, "title": 30, "text": 30, "why": 28,
                 "line": 50, "problem": 22}  # fmt: skip
Cell = str | int | float


def workbook(report: Report, language: Language) -> bytes:
    """Return the file."""
    whole = BytesIO()
    book = Workbook(
        whole,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    writer = _Writer(book, language)
    writer.summary(report)
    writer.table(
        "pages",
        ("page", "title", "problem", "target", "text", "why"),
        (
            (one.page, one.title, writer.say(f"audit.code.{one.code}"), one.target, one.text,
             writer.why(one.code, one.why))
            for one in report.problems
        ),
    )  # fmt: skip
    writer.table("dead", _DEAD, (writer.dead(one) for one in report.dead_links))
    writer.table("pictures", _DEAD, (writer.dead(one) for one in report.pictures))
    writer.table(
        "columns",
        ("title", "page", "kind", "verdict", "entries", "newest", "days", "limit"),
        (
            (one.title, one.url, writer.say(f"audit.kind.{one.kind}"),
             writer.say(f"audit.verdict.{one.verdict}"), one.entries, one.newest,
             one.days if one.days >= 0 else "", one.limit)
            for one in report.columns
        ),
    )  # fmt: skip
    book.close()
    return whole.getvalue()


_DEAD: Final = ("target", "text", "why", "status", "external", "home", "pages", "where")


class _Writer:
    def __init__(self, book: Workbook, language: Language) -> None:
        self._book = book
        self._language = language
        self._bold: Any = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})

    def say(self, code: str, **parameters: object) -> str:
        return say(code, self._language, **parameters)

    def why(self, code: str, why: str) -> str:
        """Say why; a column's reason is its newest date, a page's its real character set."""
        return self.say(f"audit.why.{why}") if code in {"dead_link", "picture"} and why else why

    def dead(self, one: Dead) -> Sequence[Cell]:
        yes, no = self.say("audit.yes"), self.say("audit.no")
        return (
            one.url,
            one.text,
            self.say(f"audit.why.{one.why}"),
            one.status or "",
            yes if one.external else no,
            yes if one.home else no,
            one.pages,
            one.where[0] if one.where else "",
        )

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Write a sheet with a head that stays and can be filtered."""
        sheet: Any = self._book.add_worksheet(self.say(f"audit.sheet.{name}"))
        for place, column in enumerate(columns):
            sheet.write_string(0, place, self.say(f"audit.head.{column}"), self._bold)
            sheet.set_column(place, place, _WIDTH.get(column, 14))
        last = 0
        for last, row in enumerate(rows, 1):
            self._row(sheet, last, row)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, last), len(columns) - 1)

    @staticmethod
    def _row(sheet: Any, at: int, row: Sequence[Cell]) -> None:
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(at, place, cell)
            else:
                sheet.write_number(at, place, cell)

    def summary(self, report: Report) -> None:
        """Write what is known at a glance, and how the score comes about."""
        sheet: Any = self._book.add_worksheet(self.say("audit.sheet.summary"))
        sheet.set_column(0, 0, 50)
        sheet.set_column(1, 4, 22)
        at = 0
        for name, value in self._facts(report):
            sheet.write_string(at, 0, name, self._bold if at == 0 else None)
            self._row_from(sheet, at, value)
            at += 1
        at += 1
        for place, column in enumerate(("line", "count", "each", "points")):
            sheet.write_string(at, place, self.say(f"audit.head.{column}"), self._bold)
        for line in report.deductions:
            at += 1
            name = self.say(f"audit.line.{line.code}")
            self._row(sheet, at, (name, line.count, line.each, line.points))

    @staticmethod
    def _row_from(sheet: Any, at: int, value: Cell) -> None:
        if isinstance(value, str):
            sheet.write_string(at, 1, value)
        else:
            sheet.write_number(at, 1, value)

    def _facts(self, report: Report) -> Iterable[tuple[str, Cell]]:
        summary = report.summary
        begun = datetime.fromtimestamp(summary.started, ZONE).strftime("%Y-%m-%d %H:%M:%S")
        vetoes = "; ".join(self.say(f"audit.veto.{one}") for one in summary.veto)
        yield self.say("audit.sum.site"), summary.url
        yield self.say("audit.sum.service"), f"{summary.title} {summary.service}".strip()
        yield self.say("audit.sum.when"), begun
        yield self.say("audit.sum.took"), summary.seconds
        if summary.failure:
            yield self.say("audit.sum.failure"), self.say(f"audit.why.{summary.failure}")
            return
        yield self.say("audit.sum.score"), summary.score or 0.0
        yield self.say("audit.sum.veto"), vetoes or self.say("audit.none")
        partial = self.say(f"audit.why.{summary.partial}") if summary.partial else ""
        yield self.say("audit.sum.partial"), partial or self.say("audit.no")
        yield self.say("audit.sum.newest"), summary.newest
        counts = msgspec.to_builtins(summary.counts)
        for name in _COUNTS:
            yield self.say(f"audit.sum.{name}"), counts[name]
        for name, count in report.lost.items():
            yield self.say("audit.sum.lost", what=self.say(f"audit.lost.{name}")), count
