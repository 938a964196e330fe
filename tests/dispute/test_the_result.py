"""What goes back to the carrier: every line of either side, with what stands behind it."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from runtime.reports.dispute_excel import workbook
from runtime.reports.dispute_result import Dispute, compare, document
from runtime.reports.dispute_sheet import read
from sla.calculator import Band
from sla.records import Fact
from tests.dispute.lists import a_list, local
from tests.dispute.reports import link, outage, report

XG, XN = "xg-telecom-1", "xn-telecom-1"
BANDS = (Band(Fraction(999, 1000), 0), Band(Fraction(0), 10))
EVIL = '=HYPERLINK("http://192.0.2.1","点击")'


def a_dispute(folder: Path, *lines: tuple[str | None, ...]) -> Dispute:
    """Two outages of ours on one circuit and none on the other, against these lines."""
    ours = report(
        link(
            XG, "孝感主用", "鄂孝-0001",
            outage(XG, "2026-10-03 14:05:00", "2026-10-03 16:10:00", cause="carrier",
                   facts=(Fact("far_restarted", local("2026-10-03 14:05:02")),), leaves=(7, 8)),
            outage(XG, "2026-10-20 01:00:00", "2026-10-20 02:00:00"),
        ),
        link(XN, "咸宁主用", "鄂咸-0001"),
    )  # fmt: skip
    rows = [(number, *line) for number, line in enumerate(lines, 1)]
    written, complaints = read(a_list(folder, *rows))
    return compare(ours, "a" * 64, written, complaints, "b" * 64, lambda *_: (12, 12), bands=BANDS)


LINES = (
    ("鄂孝-0001", "2026-10-03 14:05:30", "2026-10-03 16:09:30", None, "光缆中断", "HB-1"),
    ("鄂咸-0001", "2026-10-08 09:00:00", "2026-10-08 09:30:00", None, EVIL, "HB-2"),
    ("鄂孝-9999", "2026-10-09 09:00:00", "2026-10-09 09:30:00", None, "", ""),
    ("鄂孝-0001", "2026-09-09 09:00:00", "2026-09-09 09:30:00", None, "", ""),
    ("鄂孝-0001", "昨天", "2026-10-09 09:30:00", None, "", ""),
)


@pytest.fixture
def dispute(tmp_path: Path) -> Dispute:
    return a_dispute(tmp_path, *LINES)


def test_what_is_disputed_stands_first(dispute: Dispute) -> None:
    assert [row.verdict for row, _ in dispute.rows] == ["ours_only", "theirs_only", "agreed"]


def test_each_line_of_theirs_is_in_a_row_or_said_to_be_unclear(dispute: Dispute) -> None:
    compared = [one.row for row, _ in dispute.rows for one in row.theirs]
    unclear = [(one.row, one.code) for one in dispute.unclear]

    assert sorted(compared) == [4, 5]
    assert unclear == [(8, "not_a_time"), (6, "unknown_circuit"), (7, "outside")]


def test_a_row_of_ours_carries_its_evidence(dispute: Dispute) -> None:
    _, evidence = dispute.rows[-1]

    assert evidence.leaves == (7, 8)
    assert [fact.code for fact in evidence.facts] == ["far_restarted"]
    assert evidence.echoes == (12, 12)


def test_what_it_is_worth_is_the_figure_with_their_seconds(dispute: Dispute) -> None:
    by_link = {one.link: one for one in dispute.worths}
    month = 31 * 86_400

    assert by_link[XG].ours == Fraction(month - 7500 - 3600, month)
    assert by_link[XG].theirs == Fraction(month - 7440, month)
    assert (by_link[XG].credit, by_link[XG].credit_by_theirs) == (10, 10)
    assert (by_link[XN].credit, by_link[XN].down_by_theirs) == (0, 1800)


def sheets(content: bytes) -> list[Worksheet]:
    found: list[Worksheet] = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_they_wrote_is_text_whatever_it_begins_with(dispute: Dispute, language: str) -> None:
    rows = sheets(workbook(dispute, language))[1]  # type: ignore[arg-type]  # en or zh
    cells = [cell for row in rows.iter_rows() for cell in row if cell.value == EVIL]

    assert [cell.data_type for cell in cells] == ["s"]


def test_the_sums_of_the_first_sheet_are_formulas_over_the_rows(dispute: Dispute) -> None:
    content = workbook(dispute, "zh")
    summary = sheets(content)[0]
    computed = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    formulas = [
        (cell.coordinate, computed[cell.coordinate].value)
        for row in summary.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]

    values = [value for _, value in formulas]
    assert len(formulas) == 26
    assert values[-2:] == [7500 + 3600, 7440 + 1800]


def test_the_json_has_the_same(dispute: Dispute) -> None:
    told = json.loads(document(dispute))

    assert told["counts"]["agreed"] == 1
    assert len(told["rows"]) == len(dispute.rows)
    assert told["rows"][2]["end_differs_seconds"] == -30


def test_a_list_in_another_time_zone_is_noticed_and_not_moved(tmp_path: Path) -> None:
    shifted = a_dispute(
        tmp_path,
        *(
            ("鄂孝-0001", f"2026-10-03 06:0{minute}:00", "2026-10-03 08:10:00", None, "", "")
            for minute in (4, 5, 6)
        ),
    )

    assert shifted.shifted == -8
    assert {row.verdict for row, _ in shifted.rows} == {"ours_only", "theirs_only"}
