"""Make a carrier's list as carriers make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl

HEAD = ("序号", "专线编号", "故障开始时间", "故障恢复时间", "历时(分钟)", "故障原因", "工单号")
ZONE = ZoneInfo("Asia/Shanghai")


def local(text: str) -> int:
    """Return UTC seconds of a local time such as 2026-10-03 14:05:09."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())


def a_list(
    folder: Path, *rows: Sequence[Any], head: Sequence[str] = HEAD, merge: Sequence[str] = ()
) -> Path:
    """Write a workbook with a title, a heading in its third row, and these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "10月中断"
    sheet.append(["湖北电信 2026年10月专线中断清单"])
    sheet.append([])
    sheet.append(list(head))
    for row in rows:
        sheet.append(list(row))
    for area in merge:
        sheet.merge_cells(area)
    path = folder / "清单.xlsx"
    book.save(path)
    return path
