"""A carrier's list as Excel: read as it was meant, or said to be unclear."""

from __future__ import annotations

import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from runtime.reports.dispute_sheet import SheetError, circuits_by_name, link_of, read
from runtime.reports.dispute_times import lasted, moment
from tests.dispute.lists import HEAD, ZONE, a_list, local

START, END = "2026-10-03 14:05:09", "2026-10-03 16:10:09"
CIRCUIT = "鄂孝-0001"
BARE = datetime.fromisoformat(START)
"""As Excel keeps it: without a zone."""


def row(**cells: Any) -> tuple[Any, ...]:
    usual = {
        "序号": 1, "专线编号": CIRCUIT, "故障开始时间": START, "故障恢复时间": END,
        "历时(分钟)": None, "故障原因": "光缆中断", "工单号": "HB-1",
    }  # fmt: skip
    return tuple({**usual, **cells}[name] for name in HEAD)


def test_a_line_is_read_with_where_it_stands(tmp_path: Path) -> None:
    (line,), complaints = read(a_list(tmp_path, row()))

    assert complaints == []
    assert (line.sheet, line.row, line.circuit) == ("10月中断", 4, CIRCUIT)
    assert (line.start, line.end) == (local(START), local(END))
    assert (line.cause, line.ticket) == ("光缆中断", "HB-1")


@pytest.mark.parametrize(
    "written",
    ["2026-10-03 14:05:09", "2026/10/3 14:05:09", "2026年10月3日14时5分9秒",
     "2026年10月3日 14:05:09", "2026.10.03 14:05:09", "2026-10-03T14:05:09",
     "２０２６－１０－０３ １４：０５：０９", BARE,
     BARE.replace(microsecond=2_000)],
)  # fmt: skip
def test_a_time_is_read_in_every_form_that_says_it(written: object) -> None:
    assert moment(written, ZONE) == local(START)


@pytest.mark.parametrize(
    "written",
    ["10月3日14时5分", "2026-10-03", "14:05", "2026-13-03 14:05", "2026-10-03 25:05", "昨天下午",
     46_298.58, True, timedelta(hours=2), "2026-10-03 14:05 左右", "2026-10-314:05"],
)  # fmt: skip
def test_a_time_that_leaves_something_open_is_not_guessed(written: object) -> None:
    assert moment(written, ZONE) == "not_a_time"


@pytest.mark.parametrize(
    ("written", "unit", "seconds"),
    [("2小时5分", None, 7500), ("125分钟", None, 7500), ("02:05:00", None, 7500),
     (timedelta(minutes=125), None, 7500), (125, 60, 7500), ("125", 60, 7500),
     ("1天2小时", None, 93_600), ("2h 5min", None, 7500), ("1.5小时", None, 5400)],
)  # fmt: skip
def test_a_duration_is_read_in_every_form_that_says_it(
    written: object, unit: int | None, seconds: int
) -> None:
    assert lasted(written, unit) == seconds


@pytest.mark.parametrize(
    ("written", "code"),
    [(125, "no_unit"), ("125", "no_unit"), ("两小时", "not_a_duration"), (True, "not_a_duration"),
     ("2小时左右", "not_a_duration"),
     ("2:05", "not_a_duration"), ("5 fortnights", "not_a_duration")],
)  # fmt: skip
def test_a_duration_that_leaves_something_open_is_not_guessed(written: object, code: str) -> None:
    assert lasted(written, None) == code


def test_a_merged_circuit_is_that_of_every_row_it_spans(tmp_path: Path) -> None:
    second = row(专线编号=None, 故障开始时间="2026-10-05 01:00", 故障恢复时间="2026-10-05 02:00")
    lines, complaints = read(a_list(tmp_path, row(), second, merge=["B4:B5"]))

    assert complaints == []
    assert [line.circuit for line in lines] == [CIRCUIT, CIRCUIT]


def test_an_end_may_be_said_by_a_duration(tmp_path: Path) -> None:
    (line,), _ = read(a_list(tmp_path, row(故障恢复时间=None, **{"历时(分钟)": 125})))

    assert line.end == local(END)


def test_a_duration_that_contradicts_the_times_is_said(tmp_path: Path) -> None:
    (line,), (complaint,) = read(a_list(tmp_path, row(**{"历时(分钟)": 90})))

    assert (complaint.code, complaint.row, complaint.column) == ("duration_differs", 4, "E")
    assert line.end == local(END)


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [({"故障恢复时间": "2026-10-03 13:00"}, "reversed", "D"),
     ({"故障恢复时间": "10月3日"}, "not_a_time", "D"),
     ({"故障恢复时间": None}, "no_end", "D"),
     ({"故障恢复时间": "2028-10-03 13:00"}, "too_long", "D"),
     ({"故障开始时间": None}, "empty", "C"),
     ({"专线编号": None}, "empty", "B"),
     ({"专线编号": "=B3"}, "formula", "B"),
     ({"故障开始时间": "=NOW()"}, "formula", "C")],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_and_left_out(
    tmp_path: Path, cells: dict[str, Any], code: str, column: str
) -> None:
    lines, complaints = read(a_list(tmp_path, row(**cells), row()))

    assert [(one.code, one.row, one.column) for one in complaints] == [(code, 4, column)]
    assert [line.row for line in lines] == [5]


def test_a_cause_that_looks_like_a_formula_stays_what_it_is(tmp_path: Path) -> None:
    path = a_list(tmp_path, row())
    book = openpyxl.load_workbook(path)
    cell = book.worksheets[0]["F4"]
    cell.value = '=HYPERLINK("http://192.0.2.1","点击")'
    cell.data_type = "s"
    book.save(path)

    (line,), _ = read(path)
    assert line.cause == '=HYPERLINK("http://192.0.2.1","点击")'


def test_dates_of_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    path = a_list(tmp_path, row())
    book = openpyxl.load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0]["C4"] = BARE
    book.save(path)

    (line,), _ = read(path)
    assert line.start == local(START)


def test_a_sheet_without_a_heading_is_passed_by_and_that_is_said(tmp_path: Path) -> None:
    path = a_list(tmp_path, row())
    book = openpyxl.load_workbook(path)
    book.create_sheet("说明", 0).append(["本表由电信填报"])
    book.create_sheet("空")
    book.save(path)

    lines, complaints = read(path)

    assert len(lines) == 1
    assert [(one.code, one.sheet) for one in complaints] == [("sheet_passed_by", "说明")]


def test_a_day_that_excel_keeps_as_its_midnight_is_no_time(tmp_path: Path) -> None:
    path = a_list(tmp_path, row(故障开始时间=datetime(2026, 10, 3)))  # noqa: DTZ001 - as Excel has it
    book = openpyxl.load_workbook(path)
    book["10月中断"]["C4"].number_format = 'yyyy"年"m"月"d"日"'
    book.save(path)

    lines, complaints = read(path)

    assert lines == []
    assert [(one.code, one.column) for one in complaints] == [("not_a_time", "C")]


def test_a_midnight_that_is_shown_as_one_is_a_time(tmp_path: Path) -> None:
    (line,), complaints = read(
        a_list(tmp_path, row(故障开始时间=datetime(2026, 10, 3)))  # noqa: DTZ001 - as Excel has it
    )

    assert (line.start, complaints) == (local("2026-10-03 00:00:00"), [])


def test_what_is_hidden_is_taken_and_said(tmp_path: Path) -> None:
    path = a_list(tmp_path, row(), row(序号=2))
    book = openpyxl.load_workbook(path)
    book["10月中断"].row_dimensions[5].hidden = True
    book.copy_worksheet(book["10月中断"]).sheet_state = "hidden"
    book.save(path)

    lines, complaints = read(path)

    assert len(lines) == 4
    said = [(one.code, one.row) for one in complaints]
    assert said[:2] == [("hidden_row", 5), ("hidden_sheet", 0)]


def test_a_heading_that_says_again_what_another_said_is_named(tmp_path: Path) -> None:
    head = (*HEAD, "中断时间")

    (line,), complaints = read(a_list(tmp_path, (*row(), "2026-10-09 01:00"), head=head))

    assert line.start == local(START)
    assert [(one.code, one.row, one.column) for one in complaints] == [("named_twice", 3, "H")]


def refused(path: Path) -> str:
    with pytest.raises(SheetError) as caught:
        read(path)
    return caught.value.complaint.code


def test_a_workbook_without_any_heading_is_refused(tmp_path: Path) -> None:
    assert (
        refused(a_list(tmp_path, row(), head=("a", "b", "c", "d", "e", "f", "g"))) == "no_heading"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_or_locked"), (b"PK\x03\x04rubbish", "not_a_workbook"),
     (b"", "not_a_workbook"), (b"a,b,c\n", "not_a_workbook")],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_by_name(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)

    assert refused(path) == code


def test_a_workbook_that_would_not_stay_small_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(21):
            archive.writestr(f"xl/{number}.xml", b"\0" * 10 * 1024**2)

    assert refused(path) == "too_large"


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = a_list(tmp_path, row())
    evil = tmp_path / "evil.xlsx"
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(evil, "w") as bad:
        for part in good.infolist():
            content = good.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + content
            bad.writestr(part, content)

    assert refused(evil) == "not_a_workbook"


def test_a_circuit_is_known_by_its_id_its_number_or_its_title() -> None:
    known = circuits_by_name(
        [("xg-telecom-1", "鄂孝-0001", "孝感主用 · Xiaogan, first"),
         ("xn-telecom-1", "", "咸宁主用"), ("xn-telecom-2", "", "咸宁主用")]
    )  # fmt: skip

    assert link_of("XG-Telecom-1", known) == "xg-telecom-1"
    assert link_of(" 鄂孝０００１ ", known) == "xg-telecom-1"
    assert link_of("孝感主用 Xiaogan first", known) == "xg-telecom-1"
    assert link_of("咸宁主用", known) == ""
    assert link_of("武汉", known) is None


def test_digits_that_a_hyphen_parts_do_not_run_together() -> None:
    known = circuits_by_name([("t-1", "WH-11-1", ""), ("t-2", "1001", "")])

    assert link_of("wh 11－1", known) == "t-1"
    assert link_of("WH-1-11", known) is None
    assert link_of("100.1", known) is None
