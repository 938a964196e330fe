"""Read a carrier's list of outages from Excel: hostile, merged, and with dates of every form.

Nothing is guessed. What cannot be read is named with sheet, row and column, and its row is not
taken; the others are. Reading only: formulas are not computed, what Excel computed last is taken.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from runtime.reports.dispute_times import UNITS, lasted, moment

_MOST_BYTES: Final = 10 * 1024**2
_MOST_UNPACKED: Final = 200 * 1024**2
_MOST_PARTS: Final = 500
_MOST_ROWS: Final = 20_000
_MOST_COLUMNS: Final = 60
_HEADER_WITHIN: Final = 30
_TEXT: Final = 500
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_LONGEST: Final = 366 * 86_400

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "circuit": (
        "链路", "链路编号", "链路名称", "电路", "电路编号", "电路名称", "电路代号", "专线",
        "专线号", "专线编号", "专线名称", "线路", "线路编号", "线路名称",
        "link", "circuit", "circuitid", "circuitno",
    ),
    "start": (
        "开始时间", "中断时间", "中断开始时间", "故障发生时间", "故障开始时间", "故障时间",
        "发生时间", "起始时间", "start", "starttime", "begin", "from",
    ),
    "end": (
        "恢复时间", "结束时间", "中断结束时间", "故障恢复时间", "故障结束时间", "终止时间",
        "修复时间", "end", "endtime", "restored", "to",
    ),
    "duration": (
        "历时", "时长", "中断时长", "故障历时", "故障时长", "中断历时", "持续时间", "duration",
    ),
    "cause": ("原因", "故障原因", "中断原因", "cause", "reason"),
    "ticket": ("工单号", "工单", "工单编号", "故障单号", "申告单号", "ticket", "ticketno"),
}  # fmt: skip
_COLUMN_OF: Final = {name: column for column, names in _NAMES.items() for name in names}
_QUOTED: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
"""What a number format shows as it is: texts, colours and locales."""
_UNIT_IN_HEAD: Final = re.compile(r"[(（](天|小时|时|分钟|分|秒|min|h|s)[)）]")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong, and where: `dispute.problem.<code>`. `row` 0 = the sheet, or the file."""

    code: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the list, as written: UTC seconds, half-open."""

    sheet: str
    row: int
    circuit: str
    start: int
    end: int
    cause: str
    ticket: str


class SheetError(Exception):
    """The file cannot be read at all; `complaint` says why."""

    def __init__(self, code: str, **parameters: str) -> None:
        super().__init__(code)
        self.complaint = Complaint(code, parameters=parameters)


class _Cell(NamedTuple):
    value: Any
    formula: str
    """As it is written, "" = there is none; `value` None then = Excel has not computed it."""
    format: str
    """Excel's number format."""


def read(path: Path, zone: str = "Asia/Shanghai") -> tuple[list[Written], list[Complaint]]:
    """Read every sheet that has a heading we know; times are local to `zone`.

    Raises SheetError where there is nothing to read: no such file, no workbook, no such heading.
    """
    _examine(path)
    try:
        formulas = openpyxl.load_workbook(path, data_only=False, keep_links=False)
        values = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    except Exception as error:
        raise SheetError("not_a_workbook", detail=type(error).__name__) from error
    written: list[Written] = []
    complaints: list[Complaint] = []
    found = False
    for sheet in formulas.worksheets:
        beside = values[sheet.title]
        if not isinstance(beside, Worksheet):
            continue
        heading = _heading(sheet, beside)
        if heading is None:
            if any(value is not None for row in beside.values for value in row):
                complaints.append(Complaint("sheet_passed_by", sheet.title))
            continue
        found = True
        if sheet.sheet_state != "visible":
            complaints.append(Complaint("hidden_sheet", sheet.title))
        complaints += [
            Complaint("named_twice", sheet.title, heading.row, get_column_letter(column))
            for column in heading.again
        ]
        for line in _lines(sheet, beside, heading, complaints):
            one = _written(line, heading, ZoneInfo(zone), complaints)
            if one is not None:
                written.append(one)
    if not found:
        raise SheetError("no_heading")
    return written, complaints


def _examine(path: Path) -> None:
    """Refuse what is no workbook, or would not stay small, before it is unpacked."""
    try:
        size = path.stat().st_size
        with path.open("rb") as content:
            magic = content.read(4)
    except OSError as error:
        raise SheetError("not_readable", detail=error.strerror or "") from error
    if size > _MOST_BYTES:
        raise SheetError("too_large", limit=f"{_MOST_BYTES // 1024**2} MB")
    if magic == _OLD_EXCEL:
        raise SheetError("old_or_locked")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise SheetError("too_large", limit=f"{_MOST_UNPACKED // 1024**2} MB")
            for part in parts:
                with archive.open(part) as content:
                    if b"<!DOCTYPE" in content.read(2048):
                        raise SheetError("not_a_workbook", detail="DOCTYPE")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise SheetError("not_a_workbook", detail=type(error).__name__) from error


class _Heading(NamedTuple):
    row: int
    columns: Mapping[str, int]
    unit: int | None
    """Seconds of the unit that the heading of the duration names."""
    again: Sequence[int]
    """Columns whose heading means what one before it means; those before are read."""


def _heading(sheet: Worksheet, values: Worksheet) -> _Heading | None:
    last = min(sheet.max_row or 0, _HEADER_WITHIN)
    for row in range(1, last + 1):
        columns: dict[str, int] = {}
        again: list[int] = []
        unit = None
        for column in range(1, min(sheet.max_column or 0, _MOST_COLUMNS) + 1):
            said = values.cell(row, column).value
            if not isinstance(said, str):
                continue
            named = _UNIT_IN_HEAD.search(said)
            name = _COLUMN_OF.get(_plain(_UNIT_IN_HEAD.sub("", said)))
            if name is not None and name in columns:
                again.append(column)
            elif name is not None:
                columns[name] = column
                if name == "duration" and named is not None:
                    unit = UNITS[named[1]]
        if {"circuit", "start"} <= columns.keys() and {"end", "duration"} & columns.keys():
            return _Heading(row, columns, unit, again)
    return None


class _Line(NamedTuple):
    sheet: str
    row: int
    cells: Mapping[str, _Cell]


def _lines(
    sheet: Worksheet, values: Worksheet, heading: _Heading, complaints: list[Complaint]
) -> Iterator[_Line]:
    """Yield lines that say anything; a merged cell says the same in all its rows."""
    corners = {
        (row, column): (merged.min_row, merged.min_col)
        for merged in sheet.merged_cells.ranges
        if merged.size["rows"] <= _MOST_ROWS
        for row in range(merged.min_row, merged.max_row + 1)
        for column in range(merged.min_col, min(merged.max_col, _MOST_COLUMNS) + 1)
    }
    last = sheet.max_row or 0
    if last - heading.row > _MOST_ROWS:
        complaints.append(
            Complaint("too_many_rows", sheet.title, last, "", {"limit": str(_MOST_ROWS)})
        )
        last = heading.row + _MOST_ROWS
    for row in range(heading.row + 1, last + 1):
        cells = {}
        own = False
        for name, column in heading.columns.items():
            at = corners.get((row, column), (row, column))
            cell = sheet.cell(*at)
            formula = str(cell.value) if cell.data_type == "f" else ""
            cells[name] = _Cell(values.cell(*at).value, formula, cell.number_format)
            own = own or (at[0] == row and (cells[name].value is not None or formula != ""))
        if own and sheet.row_dimensions[row].hidden:
            complaints.append(Complaint("hidden_row", sheet.title, row))
        if own:
            yield _Line(sheet.title, row, cells)


class _Reading:
    """Reads one line; what is wrong with it goes to `complaints`."""

    def __init__(self, line: _Line, heading: _Heading, complaints: list[Complaint]) -> None:
        self._line = line
        self._heading = heading
        self._complaints = complaints

    def wrong(self, name: str, code: str) -> None:
        """Say what is wrong with a cell."""
        column = self._heading.columns.get(name)
        letter = "" if column is None else get_column_letter(column)
        said = self.text(name)[:80]
        self._complaints.append(
            Complaint(code, self._line.sheet, self._line.row, letter, {"said": said})
        )

    def text(self, name: str) -> str:
        """Return what a cell says, a formula without a value itself; "" = nothing."""
        cell = self._line.cells.get(name)
        if cell is None:
            return ""
        return _text(cell.formula if cell.value is None else cell.value)

    def value(self, name: str) -> object:
        """Return the value of a cell, None = it has none; of a formula that is said."""
        cell = self._line.cells.get(name)
        if cell is None or (cell.value is None and not cell.formula):
            return None
        if cell.value is None:
            self.wrong(name, "formula")
            return None
        return None if isinstance(cell.value, str) and not cell.value.strip() else cell.value

    def moment(self, name: str, value: object, zone: ZoneInfo) -> int | None:
        """Return UTC seconds. Midnight in a cell that shows a day only is a day, and is said."""
        shown = _QUOTED.sub("", self._line.cells[name].format).lower()
        midnight = isinstance(value, datetime) and value.time() == time()
        day_only = midnight and "h" not in shown and "d" in shown
        return self.number(name, "not_a_time" if day_only else moment(value, zone))

    def number(self, name: str, found: int | str | None) -> int | None:
        """Return a number; a code is said."""
        if isinstance(found, str):
            self.wrong(name, found)
            return None
        return found


def _written(
    line: _Line, heading: _Heading, zone: ZoneInfo, complaints: list[Complaint]
) -> Written | None:
    reading, before = _Reading(line, heading, complaints), len(complaints)
    circuit, began, ended, took = map(reading.value, ("circuit", "start", "end", "duration"))
    start = None if began is None else reading.moment("start", began, zone)
    end = None if ended is None else reading.moment("end", ended, zone)
    length = None if took is None else reading.number("duration", lasted(took, heading.unit))
    if len(complaints) == before:
        for name, given in (("circuit", circuit), ("start", began)):
            if given is None:
                reading.wrong(name, "empty")
        if ended is None and took is None:
            reading.wrong("end", "no_end")
    if len(complaints) > before or start is None:
        return None
    if end is None:
        end = start + (length or 0)
    elif length is not None and abs(end - start - length) > 60:
        reading.wrong("duration", "duration_differs")  # said, and the times are taken
    if not 0 < end - start <= _LONGEST:
        reading.wrong("end", "reversed" if end <= start else "too_long")
        return None
    return Written(
        line.sheet, line.row, reading.text("circuit"), start, end, reading.text("cause"),
        reading.text("ticket"),
    )  # fmt: skip


def _plain(text: str) -> str:
    """Return what a name is recognised by: letters and digits, in one case and width."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def _circuit(text: str) -> str:
    """Return what a circuit is recognised by: as `_plain`, but digits do not run together.

    Else 1-11 is 11-1, and a carrier's line is laid beside another circuit than it names.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    parts = re.findall(r"[^\W_]+", folded)
    found = ""
    for part in parts:
        found += "-" * (found[-1:].isdigit() and part[0].isdigit()) + part
    return found


def _text(value: object) -> str:
    """Return what a cell says, printable and short."""
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return " ".join(text.split())[:_TEXT]


def circuits_by_name(
    circuits: Sequence[tuple[str, str, str]],
) -> Mapping[str, frozenset[str]]:
    """Return which links a name may mean; `circuits`: id, circuit number, title of each."""
    found: dict[str, set[str]] = {}
    for link, circuit, title in circuits:
        for name in (link, circuit, title):
            if _circuit(name):
                found.setdefault(_circuit(name), set()).add(link)
    return {name: frozenset(links) for name, links in found.items()}


def link_of(name: str, known: Mapping[str, frozenset[str]]) -> str | None:
    """Return the link that a name means; "" = several, None = none."""
    links = known.get(_circuit(name), frozenset())
    if len(links) > 1:
        return ""
    return next(iter(links), None)
