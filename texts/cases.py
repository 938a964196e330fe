"""`extranet sla compute`, and what is wrong with a file of worked cases."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "cli.sla_compute": (
        "compute worked cases (JSON) and print the results",
        "计算算例（JSON）并输出结果",
    ),
    "cli.sla_compute_file": (
        "file of cases of kind timeline, slots or repair; - = standard input",
        "算例文件，类型为 timeline、slots 或 repair；- 表示标准输入",
    ),
    "cases.problem": ("{where}: {what}", "{where}：{what}"),
    "cases.case": ("case {case} {path}", "算例 {case} {path}"),
    "cases.file": ("file {path}", "文件 {path}"),
    "cases.refused": (
        "case {case} is not computed: cases of kind {kind} have no form that can be read",
        "算例 {case} 未计算：类型 {kind} 没有可读取的格式",
    ),
    "cases.unwritten": (
        "the results could not be written ({detail}): what was written is not whole, delete it",
        "结果无法写出（{detail}）：已写出的内容不完整，请删除",
    ),
    "cases.none": ("no case was computed", "没有计算任何算例"),
    "cases.stopped": (
        "{count} problems. Nothing was computed.",
        "{count} 个问题。没有计算任何内容。",
    ),
    "problem.case_kind": (
        "this kind of case is not known; there are: {known}",
        "未知的算例类型；现有：{known}",
    ),
    "problem.case_twice": ("a case above has the same id", "前面已有相同 id 的算例"),
    "problem.case_time": (
        "must be a time in whole seconds such as 2026-03-10T10:00:00+08:00",
        "应为整秒时刻，如 2026-03-10T10:00:00+08:00",
    ),
    "problem.case_offset": (
        "has no offset from UTC; write 2026-03-10T10:00:00+08:00",
        "缺少时区偏移；请写成 2026-03-10T10:00:00+08:00",
    ),
    "problem.case_whole": (
        "must be a whole number from {least} to {most}",
        "应为 {least} 至 {most} 的整数",
    ),
    "problem.case_number": (
        "must be a decimal number from 0 up, such as 0.95, of 12 digits and 18 decimals at most",
        "应为不小于 0 的小数，如 0.95；整数部分至多 12 位，小数部分至多 18 位",
    ),
    "problem.case_range": ("is above the most allowed, 1", "超过允许的最大值 1"),
    "problem.case_parts": (
        "must be a list of {lengths} values",
        "应为 {lengths} 个值的列表",
    ),
    "problem.case_overlap": ("overlaps another run", "与另一时段重叠"),
    "problem.case_json": ("is no JSON: {detail}", "不是正确的 JSON：{detail}"),
    "problem.case_key_twice": ('"{key}" is written twice', "“{key}”重复书写"),
}
