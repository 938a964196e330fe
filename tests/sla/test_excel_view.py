"""The workbook of a report: texts are texts, and its formulas come to what the report says."""

from __future__ import annotations

import re
from fractions import Fraction
from io import BytesIO
from itertools import islice
from typing import Any

import msgspec
import openpyxl
import pytest

from sla.renderers import excel
from sla.renderers._sheet import HEAD, MOST_ROWS, Book
from sla.renderers._tables import CLASSES, Column
from sla.renderers._words import RenderError, Words
from sla.report import Report
from tests.sla import reports
from tests.sla.formulas import value
from texts.say import Language

_HEADS: dict[Language, dict[str, str]] = {
    "en": {"links": "Circuits", "credits": "Credits", "outages": "Outages"},
    "zh": {"links": "全部专线", "credits": "扣款明细", "outages": "中断明细"},
}


def _book(made: Report, language: Language = "en", *, stored: bool = False) -> Any:
    content = excel.render(made, reports.hashed(made), language)
    return openpyxl.load_workbook(BytesIO(content), data_only=stored)


def _rows(book: Any, name: str) -> list[dict[str, Any]]:
    """Return the lines of the first table of a sheet, by its headings."""
    head, *rows = list(book[name].iter_rows(min_row=HEAD + 1))
    names = [one.value for one in head]
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def made() -> Report:
    return reports.report()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_formula_comes_to_what_stands_in_its_cell(made: Report, language: Language) -> None:
    book, kept = _book(made, language), _book(made, language, stored=True)
    found = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    found += 1
                    there = kept[sheet.title][cell.coordinate].value
                    assert value(book, sheet, cell) == pytest.approx(there, abs=1e-9), cell
    assert found > 80


def test_the_classes_of_every_circuit_add_up_to_the_period(made: Report) -> None:
    book = _book(made)
    sheet = book[_HEADS["en"]["links"]]
    lines = _rows(book, sheet.title)[: len(made.links)]

    assert [value(book, sheet, line["Sum, s"]) for line in lines] == [reports.WINDOW] * 12
    assert [value(book, sheet, line["Difference"]) for line in lines] == [0] * 12


def test_the_availability_is_computed_beside_the_one_of_the_report(made: Report) -> None:
    book = _book(made)
    sheet = book[_HEADS["en"]["links"]]
    for one, line in zip(made.links, _rows(book, sheet.title), strict=False):
        computed = line["Recomputed here"]
        if one.settled is None:
            assert computed.value is None
        else:
            assert value(book, sheet, computed) == pytest.approx(float(one.settled.value))


def test_a_figure_with_the_contracts_own_month_is_not_computed_from_the_seconds() -> None:
    one = reports.link("a", [("DOWN", 0, 3600)])
    fixed = msgspec.structs.replace(one, settled=reports.ratio(Fraction(998, 1000)))
    book = _book(reports.report((fixed,)))
    (line, *_) = _rows(book, _HEADS["en"]["links"])

    assert line["Recomputed here"].value is None
    assert "43,200" in line["Remark"].value


def test_a_circuit_without_a_figure_says_so_in_words(made: Report) -> None:
    said = {
        line["Circuit"].value: line["Availability settled"].value
        for line in _rows(_book(made), _HEADS["en"]["links"])
    }

    assert said["xg-qs-6"] == "insufficient evidence"
    assert said["xg-qs-7"] == "no data"
    assert said["xg-qs-8"] == "not applicable"


def test_a_figure_that_misses_its_limit_by_little_does_not_look_as_if_it_met_it(
    made: Report,
) -> None:
    (cell,) = (
        line["Availability settled"]
        for line in _rows(_book(made), _HEADS["en"]["links"])
        if line["Circuit"].value == "xg-lh-3"
    )

    assert cell.number_format == "0.000000%"
    assert f"{100 * cell.value:.6f}" == "99.899997"


def test_a_text_that_looks_like_a_formula_is_a_text(made: Report) -> None:
    (cell,) = (
        line["Name"]
        for line in _rows(_book(made), _HEADS["en"]["links"])
        if line["Circuit"].value == "hostile-11"
    )

    assert cell.data_type == "s"
    assert cell.value.startswith('=HYPERLINK("http://evil.example/"')
    assert cell.hyperlink is None


def test_only_formulas_of_ours_are_formulas(made: Report) -> None:
    ours = re.compile(r"=[A-Z0-9(){}:+*/,.'\"!>= \u4e00-\u9fff-]*", re.IGNORECASE)
    for sheet in _book(made):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert ours.fullmatch(cell.value)
                    assert "HYPERLINK" not in cell.value


def test_every_sheet_prints_the_hash_of_the_report(made: Report) -> None:
    sha256 = reports.hashed(made)
    for sheet in _book(made):
        assert sha256 in sheet["A2"].value
        assert sha256 in sheet.oddFooter.left.text


def test_every_sheet_prints_landscape_on_a4(made: Report) -> None:
    for sheet in _book(made):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


@pytest.mark.parametrize("code", ["links", "outages"])
def test_the_long_sheets_have_a_frozen_head_and_a_filter(made: Report, code: str) -> None:
    sheet = _book(made)[_HEADS["en"][code]]

    assert sheet.freeze_panes == f"C{HEAD + 2}"
    assert sheet.auto_filter.ref is not None


def test_every_outage_stands_there_with_its_cause_and_its_evidence(made: Report) -> None:
    lines = {line["Outage"].value: line for line in _rows(_book(made), _HEADS["en"]["outages"])}
    outages = [outage for one in made.links for outage in one.outages]

    assert set(lines) == {one.id for one in outages}
    cut = next(line for name, line in lines.items() if name.startswith("link:xg-xc-2"))
    assert cut["Cause"].value == "carrier"
    assert cut["Evidence leaves"].value == "120, 121"
    assert "SHA-256 abab" in cut["Documents"].value


def test_the_credits_due_are_the_lesser_of_their_sum_and_the_cap(made: Report) -> None:
    book = _book(made)
    sheet = book[_HEADS["en"]["credits"]]
    due = next(row for row in sheet.iter_rows() if row[0].value == "Credits due, yuan")

    assert due[6].value.startswith("=MIN(")
    assert value(book, sheet, due[6]) == made.credits.due_fen / 100


def test_the_seconds_of_all_circuits_are_added_up_on_the_first_sheet(made: Report) -> None:
    book = _book(made)
    sheet = book.worksheets[0]
    lines = {row[0].value: row for row in sheet.iter_rows()}
    assert [lines[f"{name}, s"][1].value for name in ("Up", "Down")] == [
        made.seconds["UP"],
        made.seconds["DOWN"],
    ]
    assert value(book, sheet, lines["Down, s"][2]) == made.seconds["DOWN"]


def test_a_provisional_report_says_so_on_every_sheet() -> None:
    for sheet in _book(reports.report(provisional=True)):
        assert sheet["A3"].value.startswith("PROVISIONAL")


def test_a_report_without_circuits_has_its_sheets() -> None:
    made = reports.report((reports.link("only"),))
    empty = msgspec.structs.replace(made, links=(), seconds=dict.fromkeys(CLASSES, 0))

    assert len(_book(empty).sheetnames) == len(_book(made).sheetnames)


def test_more_rows_than_excel_holds_are_refused_not_lost(tmp_path: Any) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - the one test that writes by itself

    raw = Workbook(str(tmp_path / "full.xlsx"), {"constant_memory": True})
    sheet = Book(raw, Words("en", "Asia/Shanghai"), "t", "0" * 64, "").sheet("links")
    sheet.widths((Column("link"),))
    sheet.row = MOST_ROWS - 11
    with pytest.raises(RenderError) as refused:
        sheet.table((Column("link"),), islice(iter(lambda: ("a",), None), 3), main=False)
    raw.close()

    assert refused.value.code == "too_many_rows"
