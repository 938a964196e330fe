"""Excel: a sheet per table; where a reader checks a sum, the formula stands there.

Beside the figures of the report stand what Excel makes of the seconds itself: the sum of the
classes, the availability, the levels, the points, the credits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook

from sla.renderers._sheet import HEAD, Book, Cell, Formula, Sheet, cell, span
from sla.renderers._tables import (
    CLASSES,
    FIGURES,
    LINKS,
    Column,
    Row,
    Table,
    checks,
    fixed,
    summary,
    tables,
)  # fmt: skip
from sla.renderers._words import Words
from sla.report import Report
from texts.say import Language

FORMAT: Final = "xlsx"
MEDIA: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OWN: Final = {
    "sum": Column("differs", "seconds", 9),
    "settled": Column("recomputed", "percent", 14),
}
"""Columns of ours, behind those of the report."""
_WIDE: Final[tuple[Column, ...]] = tuple(
    column for one in LINKS for column in (one, _OWN.get(one.code)) if column is not None
)
_AT: Final[Mapping[str, int]] = {column.code: at for at, column in enumerate(_WIDE)}
_ADDED: Final = frozenset({*CLASSES, "sum", "differs", "evaluated", "fee", "credit"})


def render(report: Report, sha256: str, language: Language, now: int | None = None) -> bytes:
    """Return the workbook. Raises RenderError where a sheet cannot hold all rows."""
    words = Words(language, report.zone)
    whole = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(whole, options) as raw:
        raw.set_properties({"title": words.title(report), "comments": f"SHA-256 {sha256}"})
        warn = words.say("provisional") if report.provisional else ""
        book = Book(raw, words, words.title(report), sha256, warn)
        of = {table.code: table for table in tables(report, words)}
        _summary(book, report, now)
        _score(book, report, of)
        _links(book, report, of["links"])
        for code in ("outages", "exclusions"):
            _plain(book, of[code])
        _credits(book, report, of)
        for code in ("events", "not_scored", "left_out"):
            _plain(book, of[code])
        sheet = book.sheet("checks")
        sheet.widths((Column("number", "whole", 5), Column("text", "text", 120)))
        sheet.prose(checks(report, sha256, words), 120)
    return whole.getvalue()


def _plain(book: Book, table: Table) -> None:
    sheet = book.sheet(table.code)
    sheet.widths(table.columns)
    sheet.table(table.columns, table.rows, main=True)


def _summary(book: Book, report: Report, now: int | None) -> None:
    words, sheet = book.words, book.sheet("summary")
    sheet.widths([Column("", "text", width) for width in (38, 26, 26, 26)])
    lines = summary(report, words)
    for at, (code, kind, value) in enumerate(lines):
        if at == FIGURES:
            _seconds(sheet, report, words)
            sheet.row += 1
        sheet.pair(words.say(f"summary.{code}"), kind, value, 3)
    if now is not None:
        sheet.pair(words.say("printed", when=""), "time", now, 3)
    sheet.signatures()


def _seconds(sheet: Sheet, report: Report, words: Words) -> None:
    """Write the seconds of all circuits by class beside what the sheet of circuits adds up to."""
    name = words.say("table.links")
    rows = (HEAD + 1, HEAD + 1 + len(report.links))
    columns = (
        Column("class"), Column("stored", "seconds"), Column("recomputed", "seconds"),
        Column("differs", "seconds"),
    )  # fmt: skip
    there = bool(report.links)

    def lines() -> Iterator[Sequence[Cell]]:
        for kind in CLASSES:
            value = report.seconds.get(kind, 0)
            added = sum(one.seconds[kind] for one in report.links)
            total = f"=SUM('{name}'!{span(sheet, _AT[kind], rows)})" if there else "=0"
            here = sheet.row
            yield (
                words.say(f"column.{kind}"), value, Formula(total, added),
                Formula(f"={cell(1, here)}-{cell(2, here)}", value - added),
            )  # fmt: skip

    sheet.row += 1
    sheet.table(columns, lines(), main=False)


def _links(book: Book, report: Report, table: Table) -> None:
    sheet, window = book.sheet("links"), report.end - report.start
    sheet.widths(_WIDE)
    rows = (
        _checked(row, at, window, fixed_month=fixed(one))
        for at, (one, row) in enumerate(zip(report.links, table.rows, strict=True), HEAD + 1)
    )
    first, behind = sheet.table(_WIDE, rows, main=True)
    if first == behind:
        return
    total: list[Cell] = [book.words.say("total"), *[None] * (len(_WIDE) - 1)]
    for code in _ADDED:
        at = _AT[code]
        value = _added(report, code)
        total[at] = Formula(f"=SUM({span(sheet, at, (first, behind))})", value)
    sheet.cells([column.kind for column in _WIDE], total)


def _added(report: Report, code: str) -> float:
    links = report.links
    if code == "differs":
        return 0
    if code == "fee":
        return sum(one.fee_fen or 0 for one in links) / 100
    if code == "credit":
        return sum(one.credit_fen or 0 for one in links) / 100
    if code == "sum":
        return sum(sum(one.seconds.values()) for one in links)
    if code == "evaluated":
        return sum(one.evaluated for one in links)
    return sum(one.seconds[code] for one in links)


def _checked(row: Row, at: int, window: int, *, fixed_month: bool) -> list[Cell]:
    """Return a circuit's row with its formulas. `at`: its row; `window`: seconds."""
    line: list[Cell] = []
    for column, value in zip(LINKS, row, strict=True):
        line.append(value)
        if column.code in _OWN:
            line.append(None)
    classes = f"{cell(_AT[CLASSES[0]], at)}:{cell(_AT[CLASSES[-1]], at)}"
    total = cell(_AT["sum"], at)
    excluded = f"SUM({cell(_AT['EXM_O'], at)}:{cell(_AT['EXU'], at)})"
    seconds, evaluated, down = (line[_AT[code]] for code in ("sum", "evaluated", "DOWN"))
    assert isinstance(seconds, int)
    assert isinstance(evaluated, int)
    assert isinstance(down, int)
    line[_AT["sum"]] = Formula(f"=SUM({classes})", seconds)
    line[_AT["differs"]] = Formula(f"={total}-{window}", seconds - window)
    line[_AT["evaluated"]] = Formula(f"={total}-{cell(_AT['OUT'], at)}-{excluded}", evaluated)
    settled = not isinstance(line[_AT["settled"]], str)
    if settled and evaluated and not fixed_month:
        whole = cell(_AT["evaluated"], at)
        line[_AT["recomputed"]] = Formula(
            f"=({whole}-{cell(_AT['DOWN'], at)})/{whole}", (evaluated - down) / evaluated
        )
    return line


def _score(book: Book, report: Report, of: Mapping[str, Table]) -> None:
    """Write levels, items and deductions with the sums that lead from one to the other."""
    words, sheet = book.words, book.sheet("score")
    levels, items, taken = of["levels"], of["items"], of["deductions"]
    sheet.widths([Column("", "text", width) for width in (28, 20, 14, 18, 34, 14, 14, 14, 14)])
    wide = (*levels.columns, Column("recomputed", "share", 14))
    rows = (
        (*row, _level(at, row))
        for at, row in enumerate(levels.rows, HEAD + 1)
    )  # fmt: skip
    first, behind = sheet.table(wide, rows, main=False)
    _weighted(sheet, report, words, (first, behind))
    sheet.heading("items")
    first, behind = sheet.table(items.columns, items.rows, main=False)
    kinds = [column.kind for column in items.columns]
    if report.score is not None and first != behind:
        counted, points = (span(sheet, at, (first, behind)) for at in (1, 3))
        text = f'=100*SUM({points})/SUMIF({points},">=0",{counted})'
        sheet.cells(
            kinds,
            [words.say("summary.score"), None, None,
             Formula(text, float(report.score.value)), words.say("column.recomputed")],
        )  # fmt: skip
    for code in ("score", "final"):
        value = getattr(report, code)
        stored = words.say("no_figure") if value is None else value
        line = [words.say(f"summary.{code}"), None, None, stored, words.say("column.stored")]
        sheet.cells(kinds, line)
    sheet.cells(kinds, [words.say("summary.grade"), None, None, report.grade, None])
    sheet.heading("deductions")
    sheet.table(taken.columns, taken.rows, main=False)


def _level(at: int, row: Row) -> Cell:
    """Return the formula of a level's score: 0 at the floor, 1 at the target, linear between."""
    reached, target, floor = (cell(column, at) for column in (4, 5, 6))
    if isinstance(row[4], str) or isinstance(row[7], str):
        return None
    value = row[7]
    assert value is not None
    assert not isinstance(value, str | int)
    return Formula(
        f"=MAX(0,MIN(1,({reached}-{floor})/({target}-{floor})))", float(value.value)
    )  # fmt: skip


def _weighted(sheet: Sheet, report: Report, words: Words, rows: tuple[int, int]) -> None:
    """Write the figure of all levels by their weights."""
    present = [one for one in report.levels if one.availability is not None]
    if not present or report.availability is None:
        return
    weights = sum((one.weight.value for one in present), Fraction(0))
    value = sum(
        (one.weight.value * one.availability.value for one in present if one.availability),
        Fraction(0),
    )
    weight, reached = (span(sheet, at, rows) for at in (1, 4))
    text = f'=SUMPRODUCT({weight},{reached})/SUMIF({reached},">=0",{weight})'
    kinds: tuple[Column, ...] = tuple(Column("", "percent") for _ in range(9))
    line: list[Cell] = [words.say("summary.availability"), *[None] * 8]
    line[3], line[4] = words.say("column.recomputed"), Formula(text, float(value / weights))
    sheet.cells([one.kind for one in kinds], line)
    line = [words.say("summary.availability"), *[None] * 8]
    line[3], line[4] = words.say("column.stored"), report.availability
    sheet.cells([one.kind for one in kinds], line)


def _credits(book: Book, report: Report, of: Mapping[str, Table]) -> None:
    words, sheet, due = book.words, book.sheet("credits"), report.credits
    table, review = of["credits"], of["review"]
    sheet.widths(table.columns)
    first, behind = sheet.table(table.columns, table.rows, main=True)
    kinds = [column.kind for column in table.columns]

    def line(code: str, value: Cell) -> None:
        sheet.cells(kinds, [words.say(f"summary.{code}"), *[None] * 5, value, None])

    total = f"=ROUND(SUM({span(sheet, 6, (first, behind))}),2)" if first != behind else "=0"
    at = sheet.row
    line("credit_sum", Formula(total, due.sum_fen / 100))
    if due.cap_fen is None:
        line("credit_cap", words.say("no_cap"))
    else:
        line("credit_cap", due.cap_fen)
    if due.cap_fen is not None and due.due_fen == min(due.sum_fen, due.cap_fen):
        line("credit_due", Formula(f"=MIN({cell(6, at)},{cell(6, at + 1)})", due.due_fen / 100))
    else:
        line("credit_due", due.due_fen)
    sheet.heading("review")
    sheet.table(review.columns, review.rows, main=False)
