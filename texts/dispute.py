"""What `extranet dispute` says: a carrier's own list of outages beside ours."""

from __future__ import annotations

from typing import Final

TEXTS: Final = {
    "cli.dispute": (
        "lay a carrier's own list of outages (Excel) beside ours",
        "把运营商自报的中断清单（Excel）与本系统记录逐条对照",
    ),
    "cli.dispute_carrier": ("the carrier", "运营商"),
    "cli.dispute_file": ("its list, an .xlsx file", "其清单，.xlsx 文件"),
    "cli.dispute_period": (
        "the period: 2026Q4, 2026-11, 2026, or 2026-10-01..2026-11-15",
        "周期：2026Q4、2026-11、2026 或 2026-10-01..2026-11-15",
    ),
    "cli.dispute_out": (
        "where the result goes; left out, beside the list",
        "结果文件；不写则放在清单旁边",
    ),
    "cli.dispute_tolerance": (
        "seconds by which start and end may differ and still agree; left out, 60",
        "起止时间相差不超过多少秒算一致；不写为 60",
    ),
    "cli.dispute_json": ("print the result as JSON", "以 JSON 打印结果"),
    "dispute.done": (
        (
            "{rows} rows: {agreed} agreed, {different} of another length, {split} split, "
            "{ours_only} ours only, {theirs_only} theirs only; {unclear} lines of the list unclear"
        ),
        (
            "共 {rows} 条：一致 {agreed}，时长不同 {different}，拆分 {split}，仅我方 {ours_only}，"
            "仅对方 {theirs_only}；清单中 {unclear} 处不清楚"
        ),
    ),
    "dispute.written": ("written: {path}", "已写入：{path}"),
    "dispute.nothing_read": (
        "no line of the list could be read; nothing was written",
        "清单没有一行能读出；未写入任何文件",
    ),
    "dispute.shifted": (
        (
            "most of the carrier's times differ from ours by {hours} h: is the list in another "
            "time zone?"
        ),
        "对方多数时间与我方相差 {hours} 小时：清单是否用了别的时区？",
    ),
    "dispute.no_period": (
        "say which period: the list's lines lie in several months",
        "请指明周期：清单中的记录分属不同月份",
    ),
    "dispute.unknown_carrier": ("no carrier {carrier}", "没有运营商 {carrier}"),
    "dispute.more_problems": (
        "and {count} more; the result has all",
        "还有 {count} 处；结果文件中全部列出",
    ),
    "dispute.not_written": ("{path} cannot be written: {reason}", "无法写入 {path}：{reason}"),
    "dispute.problem_at": (
        "{sheet} row {row} column {column}: {what}",
        "{sheet} 第{row}行 {column}列：{what}",
    ),
    "dispute.verdict.agreed": ("agreed", "一致"),
    "dispute.verdict.different": ("another length", "时长不同"),
    "dispute.verdict.split": ("one against several", "一对多"),
    "dispute.verdict.ours_only": ("ours only", "仅我方"),
    "dispute.verdict.theirs_only": ("theirs only", "仅对方"),
    "dispute.sheet.summary": ("Summary", "汇总"),
    "dispute.sheet.rows": ("Row by row", "逐条对照"),
    "dispute.sheet.evidence": ("Evidence of each row", "逐条证据"),
    "dispute.sheet.worth": ("What it is worth", "影响"),
    "dispute.sheet.problems": ("Unclear lines", "不清楚的行"),
    "dispute.head.verdict": ("verdict", "结论"),
    "dispute.head.link": ("link", "链路"),
    "dispute.head.title": ("title", "名称"),
    "dispute.head.circuit": ("circuit", "电路编号"),
    "dispute.head.our_start": ("our start", "我方开始"),
    "dispute.head.our_end": ("our end", "我方恢复"),
    "dispute.head.their_start": ("their start", "对方开始"),
    "dispute.head.their_end": ("their end", "对方恢复"),
    "dispute.head.start_differs": ("start, theirs − ours (s)", "开始差（对方−我方，秒）"),
    "dispute.head.end_differs": ("end, theirs − ours (s)", "恢复差（对方−我方，秒）"),
    "dispute.head.both": ("both (s)", "双方一致（秒）"),
    "dispute.head.ours_only": ("ours only (s)", "仅我方（秒）"),
    "dispute.head.theirs_only": ("theirs only (s)", "仅对方（秒）"),
    "dispute.head.cause": ("our cause", "我方原因"),
    "dispute.head.their_cause": ("their cause, as written", "对方原因（原文）"),
    "dispute.head.ticket": ("their ticket", "对方工单"),
    "dispute.head.line": ("their line", "对方行号"),
    "dispute.head.outages": ("our outages", "我方中断编号"),
    "dispute.head.echoes": ("echoes sent / lost", "探测 发/丢"),
    "dispute.head.facts": ("physical evidence", "物理证据"),
    "dispute.head.leaves": ("leaves of the evidence log", "证据日志叶序号"),
    "dispute.head.decision": ("joint decision", "会审结论"),
    "dispute.head.evaluated": ("evaluated (s)", "应计（秒）"),
    "dispute.head.down": ("down by us (s)", "我方中断（秒）"),
    "dispute.head.down_theirs": ("down by them (s)", "对方中断（秒）"),
    "dispute.head.availability": ("availability by us", "我方可用率"),
    "dispute.head.availability_theirs": ("availability by them", "对方可用率"),
    "dispute.head.credit": ("credit by us (% of the fee)", "我方扣款（占月费 %）"),
    "dispute.head.credit_theirs": ("credit by them (% of the fee)", "对方扣款（占月费 %）"),
    "dispute.head.sheet": ("sheet", "工作表"),
    "dispute.head.row": ("row", "行"),
    "dispute.head.column": ("column", "列"),
    "dispute.head.what": ("what is unclear", "问题"),
    "dispute.head.said": ("as written", "原文"),
    "dispute.sum.carrier": ("Carrier", "运营商"),
    "dispute.sum.period": ("Period", "周期"),
    "dispute.sum.file": ("The carrier's list (SHA-256)", "对方清单（SHA-256）"),
    "dispute.sum.report": ("Our report (SHA-256)", "我方报告（SHA-256）"),
    "dispute.sum.revision": ("Revision of our report", "我方报告版次"),
    "dispute.sum.tolerance": ("Edges agree within (s)", "起止一致的容差（秒）"),
    "dispute.sum.seconds": ("Seconds", "秒数"),
    "dispute.sum.rows": ("Rows", "条数"),
    "dispute.sum.total": ("together", "合计"),
    "dispute.sum.ours": ("Ours = both + ours only", "我方 = 双方一致 + 仅我方"),
    "dispute.sum.theirs": ("Theirs = both + theirs only", "对方 = 双方一致 + 仅对方"),
    "dispute.sum.shifted": ("Times", "时间"),
    "dispute.lasting": ("(lasts)", "（持续中）"),
    "dispute.problem.not_readable": (
        "the file cannot be read: {detail}",
        "文件无法读取：{detail}",
    ),
    "dispute.problem.too_large": (
        "the file is larger than {limit}; send one period in one file",
        "文件超过 {limit}；请每个周期一个文件",
    ),
    "dispute.problem.old_or_locked": (
        "an old .xls or a workbook with a password; save it as .xlsx without one",
        "旧版 .xls 或加了密码的工作簿；请另存为不加密的 .xlsx",
    ),
    "dispute.problem.not_a_workbook": (
        "this is no Excel workbook that can be read ({detail})",
        "不是可读取的 Excel 工作簿（{detail}）",
    ),
    "dispute.problem.no_heading": (
        (
            "no sheet has a heading with the circuit, the start and the end or the duration, such "
            "as 专线编号, 故障开始时间, 故障恢复时间"
        ),
        "没有工作表的表头含有电路、开始时间和恢复时间（或历时），例如：专线编号、故障开始时间、故障恢复时间",
    ),
    "dispute.problem.too_many_rows": (
        "there are more than {limit} rows; those below were not read",
        "超过 {limit} 行；其后未读",
    ),
    "dispute.problem.sheet_passed_by": (
        "this sheet has no heading that can be read, so nothing of it was taken",
        "此工作表没有可识别的表头，未读取",
    ),
    "dispute.problem.hidden_sheet": (
        "this sheet is hidden; its lines were taken all the same",
        "此工作表被隐藏；其中各行仍已读取",
    ),
    "dispute.problem.hidden_row": (
        "this row is hidden; it was taken all the same",
        "此行被隐藏；仍已读取",
    ),
    "dispute.problem.named_twice": (
        "this heading means the same as one to its left, which was taken",
        "此表头与左侧一列含义相同；以左侧一列为准",
    ),
    "dispute.problem.formula": (
        "a formula whose value is not in the file; open it in Excel, save it, send it again",
        "公式没有保存计算结果；请在 Excel 中打开并保存后重发",
    ),
    "dispute.problem.empty": ("nothing is written here", "此处为空"),
    "dispute.problem.no_end": (
        "neither an end nor a duration; write one",
        "既无恢复时间也无历时；请填写其一",
    ),
    "dispute.problem.not_a_time": (
        "no full date and time; write 2026-10-03 14:05:09",
        "不是完整的日期时间；请写作 2026-10-03 14:05:09",
    ),
    "dispute.problem.not_a_duration": (
        "not clear how long; write 2小时5分 or 02:05:00",
        "时长不明确；请写作 2小时5分 或 02:05:00",
    ),
    "dispute.problem.no_unit": (
        "a number without a unit; write the unit into the heading, such as 历时(分钟)",
        "数字没有单位；请在表头注明，例如 历时(分钟)",
    ),
    "dispute.problem.duration_differs": (
        "the duration is not end minus start; the times were taken",
        "历时与起止时间不符；以起止时间为准",
    ),
    "dispute.problem.reversed": ("the end is not after the start", "恢复时间不晚于开始时间"),
    "dispute.problem.too_long": ("longer than a year", "超过一年"),
    "dispute.problem.unknown_circuit": (
        "no circuit of this carrier has this number, name or id",
        "该运营商没有此编号、名称或标识的电路",
    ),
    "dispute.problem.ambiguous_circuit": (
        "several circuits have this name; write the circuit's number",
        "有多条电路同名；请填写电路编号",
    ),
    "dispute.problem.outside": ("outside the period; not compared", "不在周期内；未对照"),
}
