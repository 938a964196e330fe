"""Sheets of a workbook: typed cells, headings, frozen panes, how they print.

Whatever came from people or devices is written as text: no formula, no link, whatever it begins
with. Formulas are ours alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from sla.renderers._tables import Column
from sla.renderers._words import Kind, RenderError, Value, Words, clean
from sla.report import Number, Ratio

MOST_ROWS: Final = 1_048_576
HEAD: Final = 3
"""Lines above the first table of a sheet: its title, the hash, and a warning."""
_PAGE_WIDTH: Final = 130
"""Characters across a landscape page, behind the columns that each page repeats."""
_REPEATED: Final = 52
_TALLEST: Final = 12
"""Lines of text that a row shows at most."""
_A4: Final = 9
_GREY, _RED, _LINE = "#E7ECF3", "#B00020", "#B8C0CC"


class Formula(NamedTuple):
    """A formula of ours, and what it comes to."""

    text: str
    value: float | str


Cell = Value | Formula


class Book:
    """A workbook; `head`: what stands on top of each sheet."""

    def __init__(self, book: Workbook, words: Words, title: str, sha256: str, warn: str) -> None:
        self.book, self.words = book, words
        self.title, self.sha256, self.warn = title, sha256, warn
        self._formats: dict[str, Any] = {}
        self._kinds: dict[tuple[Kind, int, bool], Any] = {}

    def form(self, name: str, **properties: object) -> Any:
        """Return the format of that name, made once."""
        if name not in self._formats:
            font = "宋体" if self.words.language == "zh" else "Arial"
            every = {"font_name": font, "font_size": 10, "valign": "vcenter"}
            self._formats[name] = self.book.add_format({**every, **properties})
        return self._formats[name]

    def of(self, kind: Kind, digits: int = 4, *, left: bool = False) -> Any:
        """Return the format of a kind of cell; `left`: as text stands."""
        found = self._kinds.get((kind, digits, left))
        if found is None:
            found = self._kinds[kind, digits, left] = self._made(kind, digits, left=left)
        return found

    def _made(self, kind: Kind, digits: int, *, left: bool) -> Any:
        line: dict[str, object] = {"border": 1, "border_color": _LINE}
        if left and kind not in {"text", "time"}:
            number = f"0.{'0' * digits}%" if kind == "percent" else _NUMBERS[kind]
            return self.form(f"left-{number}", num_format=number, align="left", **line)
        match kind:
            case "text":
                return self.form("text", text_wrap=True, **line)
            case "percent":
                return self.form(f"percent{digits}", num_format=f"0.{'0' * digits}%", **line)
            case "time":
                return self.form("time", num_format="yyyy-mm-dd hh:mm:ss", align="left", **line)
            case _:
                return self.form(f"as-{kind}", num_format=_NUMBERS[kind], **line)

    def bold(self) -> Any:
        """Return the format of a heading of a table."""
        return self.form(
            "head", bold=True, text_wrap=True, bg_color=_GREY, border=1, border_color=_LINE,
            align="center", valign="vcenter",
        )  # fmt: skip

    def sheet(self, code: str) -> Sheet:
        """Begin a sheet."""
        return Sheet(self, code)


_NUMBERS: Final[dict[Kind, str]] = {
    "whole": "0", "seconds": "#,##0", "mean": "#,##0.0", "yuan": "#,##0.00", "share": "0.0000",
    "points": "0.00", "weight": "0.00", "ms": "0.000", "mbit": "0.###",
}  # fmt: skip
_SCALE: Final[dict[Kind, int]] = {"yuan": 100, "ms": 1000, "mbit": 1_000_000}


class Sheet:
    """A sheet, written from top to bottom (rows are not kept in memory)."""

    def __init__(self, book: Book, code: str) -> None:
        self._book, self.code = book, code
        self.name = book.words.say(f"table.{code}")
        self._sheet: Any = book.book.add_worksheet(self.name)
        self.row = 0
        self._widths: list[int] = []
        self._left = False
        self._sheet.set_row(0, 24)
        self._line(book.title, "title", bold=True, font_size=14)
        self._line(book.words.say("hash_line", sha256=book.sha256), "hash", font_color="#555555")
        self._line(book.warn, "warn", bold=True, font_color=_RED)
        self._print()

    def _line(self, text: str, form: str, **properties: object) -> None:
        if text:
            self._sheet.write_string(self.row, 0, clean(text), self._book.form(form, **properties))
        self.row += 1

    def _print(self) -> None:
        sheet, words = self._sheet, self._book.words
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
        title = clean(self._book.title).replace("&", "&&")[:80]
        sheet.set_header(f"&L&9{title}&R&9{self.name}")
        page = words.say("page_of", page="&P", pages="&N")
        sheet.set_footer(f"&L&8SHA-256 {self._book.sha256}&R&8{page}")

    def widths(self, columns: Sequence[Column]) -> None:
        """Set the widths and how many pages wide the sheet prints. Before the first table."""
        for at, column in enumerate(columns):
            self._sheet.set_column(at, at, column.width)
        total = sum(column.width for column in columns) - _REPEATED
        self._sheet.fit_to_pages(max(1, -(-total // _PAGE_WIDTH)), 0)
        self._widths = [column.width for column in columns]

    def heading(self, code: str) -> None:
        """Write the name of a table that shares its sheet."""
        self.row += 1
        self._line(self._book.words.say(f"table.{code}"), "heading", bold=True, font_size=12)

    def table(
        self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, main: bool
    ) -> tuple[int, int]:
        """Write a table; return its first row and the one behind its last, counted from 0.

        `main`: it has the frozen head, the filter, and its head on each printed page.
        """
        words, head = self._book.words, self.row
        self._sheet.set_row(head, 44)
        for at, column in enumerate(columns):
            self._sheet.write_string(
                head, at, words.say(f"column.{column.code}"), self._book.bold()
            )
        self.row += 1
        kinds = [column.kind for column in columns]
        for row in rows:
            self.cells(kinds, row)
        if main:
            self._sheet.freeze_panes(head + 1, 2)
            self._sheet.repeat_rows(head)
            self._sheet.repeat_columns(0, 1)
            if self.row > head + 1:
                self._sheet.autofilter(head, 0, self.row - 1, len(columns) - 1)
        if self.row == head + 1:
            self._line(words.say("none"), "none", italic=True)
            return head + 1, head + 1
        return head + 1, self.row

    def cells(self, kinds: Sequence[Kind], row: Sequence[Cell]) -> None:
        """Write one row. Raises RenderError where no more rows fit."""
        if self.row >= MOST_ROWS - 10:
            raise RenderError("too_many_rows", sheet=self.name, limit=MOST_ROWS)
        lines = max(
            (self._lines(at, value) for at, value in enumerate(row) if isinstance(value, str)),
            default=1,
        )
        if lines > 1:
            self._sheet.set_row(self.row, 14 * min(lines, _TALLEST))
        for at, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            self.cell(at, kind, value)
        self.row += 1

    def _lines(self, at: int, text: str) -> int:
        width = self._widths[at] - 1
        if 2 * len(text) <= width and "\n" not in text:
            return 1
        return sum(1 + max(0, _wide(line) - 1) // width for line in text.splitlines())

    def pair(self, name: str, kind: Kind, value: Cell, columns: int) -> None:
        """Write a line of two: a name, and a value over so many columns."""
        self.cell(0, "text", name)
        self._left = True
        self._sheet.merge_range(self.row, 1, self.row, columns, "", self._book.of("text"))
        self.cell(1, kind, value)
        self._left = False
        self.row += 1

    def cell(self, at: int, kind: Kind, value: Cell) -> None:
        """Write a cell of the present row."""
        sheet, here, book = self._sheet, self.row, self._book
        match value:
            case None | "":
                sheet.write_blank(here, at, None, book.of("text"))
            case str():
                sheet.write_string(here, at, clean(value), book.of("text"))
            case Formula(text, result):
                sheet.write_formula(here, at, text, book.of(kind, left=self._left), result)
            case Ratio() if kind == "percent":
                self._percent(at, value)
            case Ratio() | Number():
                number = value.num / (value.den * _SCALE.get(kind, 1))
                sheet.write_number(here, at, number, book.of(kind, left=self._left))
            case int() if kind == "time":
                sheet.write_datetime(
                    here, at, book.words.local(value), book.of(kind, left=self._left)
                )
            case int():
                sheet.write_number(
                    here, at, value / _SCALE.get(kind, 1), book.of(kind, left=self._left)
                )

    def _percent(self, at: int, ratio: Ratio) -> None:
        """Write a percentage as a number where Excel prints it as the report does, else as text."""
        digits = len(ratio.percent.partition(".")[2])
        number = ratio.num / ratio.den
        tie = (2 * ratio.num * 100 * 10**digits) % ratio.den == 0
        odd = tie and (2 * ratio.num * 100 * 10**digits) // ratio.den % 2
        if odd or f"{100 * number:.{digits}f}" != ratio.percent:
            self._sheet.write_string(self.row, at, f"{ratio.percent} %", self._book.of("text"))
        else:
            self._sheet.write_number(
                self.row, at, number, self._book.of("percent", digits, left=self._left)
            )

    def prose(self, texts: Iterable[str], width: int) -> None:
        """Write numbered paragraphs."""
        form = self._book.form("prose", text_wrap=True, font_size=11, valign="top")
        for number, text in enumerate(texts, 1):
            self._sheet.set_row(self.row, 16 * (1 + _wide(text) // (width - 4)))
            self._sheet.write_number(self.row, 0, number, form)
            self._sheet.write_string(self.row, 1, clean(text), form)
            self.row += 1

    def signatures(self) -> None:
        """Write where the parties sign."""
        words, box = self._book.words, self._book.form("box", border=1, text_wrap=True)
        self.row += 1
        self._line(words.say("table.sign"), "heading", bold=True, font_size=12)
        for party in ("sign_owner", "sign_carrier", "sign_audit"):
            self._sheet.set_row(self.row, 46)
            self._sheet.write_string(self.row, 0, words.say(party), box)
            blank = f"{words.say('sign_name')}: {' ' * 30}{words.say('sign_date')}: "
            self._sheet.write_string(self.row, 1, blank, box)
            self.row += 1


def _wide(text: str) -> int:
    """Return how many half-width characters a text takes."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def span(sheet: Sheet, column: int, rows: tuple[int, int], *, other: bool = False) -> str:
    """Return the range of a column; `other`: as another sheet names it."""
    name = xl_col_to_name(column)
    where = f"'{sheet.name}'!" if other else ""
    return f"{where}{name}{rows[0] + 1}:{name}{max(rows[1], rows[0] + 1)}"


def cell(column: int, row: int) -> str:
    """Return the name of a cell, both counted from 0."""
    return f"{xl_col_to_name(column)}{row + 1}"
