"""The result of a dispute as Excel: it goes back to the carrier, with a column for the decision.

What the carrier wrote is text whatever it begins with; sums are formulas, so that a reader can
check them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from runtime.reports.dispute_result import Dispute, Evidence
from runtime.reports.dispute_sheet import Complaint
from sla.dispute import Row, Worth
from sla.renderers._words import Words
from sla.rounding import percent
from texts.say import Language, say

Cell = str | int | None
_ROWS: Final = (
    "verdict", "link", "title", "our_start", "our_end", "their_start", "their_end", "both",
    "ours_only", "theirs_only", "their_cause", "decision",
)  # fmt: skip
_EVIDENCE: Final = (
    "verdict", "link", "circuit", "our_start", "start_differs", "end_differs", "cause", "facts",
    "echoes", "outages", "leaves", "ticket", "line",
)  # fmt: skip
_WORTH: Final = (
    "link", "title", "evaluated", "down", "down_theirs", "availability", "availability_theirs",
    "credit", "credit_theirs",
)  # fmt: skip
_PROBLEMS: Final = ("sheet", "row", "column", "what", "said")
_A4: Final = 9
_SECONDS: Final = ("both", "ours_only", "theirs_only")
_WIDTH: Final = {
    "verdict": 10, "title": 22, "our_start": 19, "our_end": 19, "their_start": 19, "their_end": 19,
    "cause": 26, "their_cause": 24, "outages": 30, "facts": 44, "decision": 30, "what": 60,
    "said": 40, "link": 22, "circuit": 16,
}  # fmt: skip
_COLOURS: Final = {
    "agreed": "#E2EFDA", "different": "#FFF2CC", "split": "#FFF2CC", "ours_only": "#F8CBAD",
    "theirs_only": "#DDEBF7",
}  # fmt: skip


def workbook(dispute: Dispute, language: Language) -> bytes:
    """Return the file."""
    whole = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(whole, options)
    writer = _Writer(book, dispute, language)
    writer.summary()
    writer.table("rows", _ROWS, (writer.row(row) for row, _ in dispute.rows))
    writer.table("evidence", _EVIDENCE, (writer.evidence(*pair) for pair in dispute.rows))
    writer.table("worth", _WORTH, map(writer.worth, dispute.worths))
    if dispute.unclear:
        writer.table("problems", _PROBLEMS, map(writer.problem, dispute.unclear))
    book.close()
    return whole.getvalue()


class _Writer:
    def __init__(self, book: Workbook, dispute: Dispute, language: Language) -> None:
        self._book = book
        self._dispute = dispute
        self._language = language
        self._zone = ZoneInfo(dispute.report.zone)
        self._words = Words(language, dispute.report.zone)
        self._links = {link.link: link for link in dispute.report.links}
        head = {
            "bold": True,
            "bottom": 1,
            "text_wrap": True,
            "valign": "top",
            "bg_color": "#D9E1F2",
        }
        self._head: Any = book.add_format(head)
        self._plain: Any = book.add_format({"text_wrap": True, "valign": "top"})
        self._coloured: dict[str, Any] = {
            verdict: book.add_format({"text_wrap": True, "valign": "top", "bg_color": colour})
            for verdict, colour in _COLOURS.items()
        }

    def say(self, code: str, **parameters: object) -> str:
        return say(f"dispute.{code}", self._language, **parameters)

    # What stands in the cells.

    def row(self, row: Row) -> tuple[str, Sequence[Cell]]:
        """Return a verdict, which colours the row, and what both say."""
        lasts = any(one.end is None for one in row.ours)
        mine = [one.end for one in row.ours if one.end is not None]
        return row.verdict, (
            self.say(f"verdict.{row.verdict}"),
            row.link,
            self._links[row.link].title,
            self._when(min((one.start for one in row.ours), default=None)),
            self.say("lasting") if lasts else self._when(max(mine, default=None)),
            self._when(min((one.start for one in row.theirs), default=None)),
            self._when(max((one.end for one in row.theirs), default=None)),
            row.both,
            row.ours_only,
            row.theirs_only,
            self._lines(one.cause for one in row.theirs),
            "",
        )

    def evidence(self, row: Row, evidence: Evidence) -> tuple[str, Sequence[Cell]]:
        """Return what stands behind a row, in the order of the rows."""
        echoes = "" if evidence.echoes is None else "{} / {}".format(*evidence.echoes)
        return row.verdict, (
            self.say(f"verdict.{row.verdict}"),
            row.link,
            self._links[row.link].circuit,
            self._when(min((one.start for one in row.ours), default=None)),
            row.start_differs,
            row.end_differs,
            self._lines(self._cause(*pair) for pair in evidence.causes),
            self._lines(map(self._words.fact, evidence.facts)),
            echoes,
            self._lines(evidence.outages),
            ", ".join(map(str, evidence.leaves)),
            self._lines(one.ticket for one in row.theirs),
            self._lines(str(one.row) for one in row.theirs),
        )

    def worth(self, one: Worth) -> tuple[str, Sequence[Cell]]:
        """Return what a circuit's figure is by either side."""
        return "", (
            one.link, self._links[one.link].title, one.evaluated, one.down, one.down_by_theirs,
            _percent(one.ours), _percent(one.theirs), one.credit, one.credit_by_theirs,
        )  # fmt: skip

    def problem(self, one: Complaint) -> tuple[str, Sequence[Cell]]:
        """Return what is unclear, and where it stands."""
        what = self.say(f"problem.{one.code}", **one.parameters)
        return "", (one.sheet, one.row, one.column, what, one.parameters.get("said", ""))

    def _cause(self, cause: str, settled: str) -> str:
        return f"{self._words.name('cause', cause)} · {self._words.name('standing', settled)}"

    def _when(self, second: int | None) -> str:
        if second is None:
            return ""
        return datetime.fromtimestamp(second, self._zone).strftime("%Y-%m-%d %H:%M:%S")

    @staticmethod
    def _lines(texts: Iterable[str]) -> str:
        return "\n".join(dict.fromkeys(text for text in texts if text))

    # Sheets.

    def table(
        self, name: str, columns: Sequence[str], rows: Iterable[tuple[str, Sequence[Cell]]]
    ) -> None:
        """Write a sheet with a head that stays and can be filtered."""
        sheet: Any = self._book.add_worksheet(self.say(f"sheet.{name}"))
        for place, column in enumerate(columns):
            sheet.write_string(0, place, self.say(f"head.{column}"), self._head)
            sheet.set_column(place, place, _WIDTH.get(column, 12))
        last = 0
        for last, (verdict, cells) in enumerate(rows, 1):
            style = self._coloured.get(verdict, self._plain)
            for place, cell in enumerate(cells):
                _write(sheet, last, place, cell, style)
        sheet.set_row(0, 32)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(1, last), len(columns) - 1)
        sheet.repeat_rows(0)
        self._on_paper(sheet)

    def _on_paper(self, sheet: Any) -> None:
        """Print across A4, as wide as a page, with the report's hash below."""
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self._dispute.report_sha256}&R&P / &N")

    def summary(self) -> None:
        """Write what is known at a glance; the sums are formulas over the rows."""
        dispute, report = self._dispute, self._dispute.report
        sheet: Any = self._book.add_worksheet(self.say("sheet.summary"))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 6, 18)
        facts = [
            ("carrier", report.title),
            ("period", report.period),
            ("revision", str(report.revision)),
            ("report", dispute.report_sha256),
            ("file", dispute.list_sha256),
            ("tolerance", str(dispute.tolerance)),
        ]
        for at, (name, value) in enumerate(facts):
            sheet.write_string(at, 0, self.say(f"sum.{name}"), self._head)
            sheet.write_string(at, 1, value)
        at = len(facts)
        if dispute.shifted:
            sheet.write_string(at, 0, self.say("sum.shifted"), self._head)
            sheet.write_string(at, 1, self.say("shifted", hours=dispute.shifted))
        self._sums(sheet, at + 2)
        self._on_paper(sheet)

    def _sums(self, sheet: Any, at: int) -> None:
        """Write rows and seconds by verdict, and how the seconds of either side add up."""
        dispute = self._dispute
        counts, pairs = dispute.counts(), [row for row, _ in dispute.rows]
        sheet.write_string(at, 0, self.say("head.verdict"), self._head)
        sheet.write_string(at, 1, self.say("sum.rows"), self._head)
        verdicts = self._area("verdict")
        for place, column in enumerate(_SECONDS, 2):
            sheet.write_string(at, place, self.say(f"head.{column}"), self._head)
        for line, (verdict, count) in enumerate(counts.items(), at + 1):
            sheet.write_string(line, 0, self.say(f"verdict.{verdict}"), self._coloured[verdict])
            sheet.write_formula(line, 1, f"=COUNTIF({verdicts},A{line + 1})", None, count)
            for place, column in enumerate(_SECONDS, 2):
                value = sum(_seconds(row, column) for row in pairs if row.verdict == verdict)
                formula = f"=SUMIF({verdicts},A{line + 1},{self._area(column)})"
                sheet.write_formula(line, place, formula, None, value)
        last = at + 1 + len(counts)
        sums = [sum(_seconds(row, column) for row in pairs) for column in _SECONDS]
        sheet.write_string(last, 0, self.say("sum.total"), self._head)
        for place, total in enumerate((len(pairs), *sums), 1):
            letter = xl_col_to_name(place)
            formula = f"=SUM({letter}{at + 2}:{letter}{last})"
            sheet.write_formula(last, place, formula, self._head, total)
        for line, side, letter, whole in (
            (last + 2, "ours", "D", sums[0] + sums[1]),
            (last + 3, "theirs", "E", sums[0] + sums[2]),
        ):
            sheet.write_string(line, 0, self.say(f"sum.{side}"), self._head)
            sheet.write_formula(line, 1, f"=C{last + 1}+{letter}{last + 1}", None, whole)

    def _area(self, column: str) -> str:
        """Name the cells of a column of the sheet with the rows."""
        letter = xl_col_to_name(_ROWS.index(column))
        last = max(len(self._dispute.rows), 1) + 1
        return f"'{self.say('sheet.rows')}'!${letter}$2:${letter}${last}"


def _seconds(row: Row, column: str) -> int:
    return {"both": row.both, "ours_only": row.ours_only, "theirs_only": row.theirs_only}[column]


def _percent(value: Fraction | None) -> str:
    return "" if value is None else f"{percent(value)} %"


def _write(sheet: Any, at: int, place: int, cell: Cell, style: Any) -> None:
    if cell is None:
        sheet.write_blank(at, place, None, style)
    elif isinstance(cell, str):
        sheet.write_string(at, place, cell, style)
    else:
        sheet.write_number(at, place, cell, style)
