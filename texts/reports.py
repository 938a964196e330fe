"""Reports of carriers: why one is not made, not settled or not shown; the command line."""

from __future__ import annotations

from typing import Final

_REFUSED: Final[dict[str, tuple[str, str]]] = {
    "unknown_report": (
        (
            "There is no report of {carrier} for {period} yet. Have one made: POST"
            " /api/v1/reports, or `extranet sla report`."
        ),
        (
            "尚无 {carrier} 在 {period} 的报告。请先生成：POST /api/v1/reports 或"
            " `extranet sla report`。"
        ),
    ),
    "no_report_of_anybody": (
        "There is no report of any carrier for {period} yet. Have them made first.",
        "{period} 尚无任何运营商的报告，请先生成。",
    ),
    "unknown_job": (
        "No report “{job}” is in the making, nor was of late.",
        "没有编号为“{job}”的报告生成任务。",
    ),
    "unknown_format": (
        "A report cannot be had as “{format}”. Accepted: {accepted}.",
        "不支持报告格式“{format}”。可选：{accepted}。",
    ),
    "unknown_leaf": (
        "The evidence log has no leaf {index} that you may see.",
        "在您可见的范围内，证据日志没有第 {index} 条。",
    ),
    "no_evidence_log": (
        "There is no evidence log yet: it begins with the first hour that is sealed.",
        "尚无证据日志：封存第一个小时后开始记录。",
    ),
    "bad_size": (
        "The evidence log has {size} leaves; a tree of another size cannot be shown.",
        "证据日志共有 {size} 条，无法给出所要求大小的树。",
    ),
    "too_early_to_close": (
        (
            "The evidence of {period} freezes at {when} local time; the period can be closed from"
            " then on."
        ),
        "{period} 的证据于 {when}（当地时间）冻结，此后方可办结。",
    ),
    "period_is_closed": (
        (
            "{period} is closed as revision {revision} and does not change any more. A correction"
            " is the next revision: ask for it with `correct`."
        ),
        "{period} 已按第 {revision} 版办结，不再更改。如需更正，请以 correct 生成下一版。",
    ),
    "period_is_open": (
        "{period} is not closed, so there is nothing to correct. Close it first.",
        "{period} 尚未办结，无需更正。请先办结。",
    ),
    "circuits_left_out": (
        (
            "Circuits have evidence in the period and are not in the inventory, so no figure counts"
            " them: {circuits}. Put them back with the end of their in_service, or close with"
            " --anyway; the record then says so."
        ),
        (
            "以下专线本期有监测证据但不在台账中，未计入任何指标：{circuits}。"
            "请补回台账并填写 in_service 结束时间；如仍要办结，请加 --anyway，并将记入办结记录。"
        ),
    ),
    "too_many_reports": (
        "{limit} reports wait to be made. Try again when some of them are done.",
        "已有 {limit} 份报告等待生成，请稍后再试。",
    ),
    "too_many_views": (
        "Several files are being made for you. Try again in {retry_after} seconds.",
        "正在为您生成多个文件，请在 {retry_after} 秒后重试。",
    ),
    "report_not_read": (
        "The process that reads reports died; another one is begun. Try again.",
        "读取报告的进程已退出，正在重新启动，请重试。",
    ),
    "report_not_rendered": (
        "The report cannot be had in this format: {reason}",
        "报告无法输出为该格式：{reason}",
    ),
    "report_damaged": (
        (
            "The file of {carrier} {period} revision {revision} is not what was settled: its"
            " SHA-256 differs from the record, or it is missing. Nothing of it is shown. Bring it"
            " back from a backup, and find out who changed it."
        ),
        (
            "{carrier} {period} 第 {revision} 版的文件与办结记录不符：SHA-256 不一致或文件缺失，"
            "因此不予显示。请从备份恢复，并查明何人改动。"
        ),
    ),
}

_FAILURES: Final[dict[str, tuple[str, str]]] = {
    "failed": (
        "It could not be made; the log of the monitor says why.",
        "未能生成，原因见系统日志。",
    ),
    "corrupt": (
        "What it is made from is damaged: a file is not what was kept. The log says which.",
        "所依据的数据已损坏：某个文件与保存时不一致，详见系统日志。",
    ),
    "worker_died": (
        "The process that made it was ended. Ask for it again.",
        "生成报告的进程被终止，请重新提交。",
    ),
    "disk_full": ("The disk is full.", "磁盘已满。"),
    "disk_failed": ("The disk could not be read or written.", "磁盘读写失败。"),
    "stopped": ("The monitor was stopped meanwhile.", "其间系统已停止运行。"),
    "too_early_to_close": ("Its evidence is not frozen yet.", "其证据尚未冻结。"),
    "circuits_left_out": (
        (
            "Circuits have evidence in the period and are not in the inventory; the draft names"
            " them. Put them back with the end of their in_service, or close it with `anyway`."
        ),
        (
            "有专线本期有监测证据但不在台账中，草稿中已列出。"
            "请补回台账并填写 in_service 结束时间，或以 anyway 办结。"
        ),
    ),
    "period_is_closed": (
        "Somebody else has closed the period meanwhile.", "其间该周期已由他人办结。",
    ),
    "unknown_carrier": (
        "The carrier is not in the inventory any more.", "该运营商已不在清单中。",
    ),
}  # fmt: skip

_COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "sla": (
        "assessment of carriers: reports, settling a period, bundles, the evidence log",
        "运营商考核：报告、办结、证据包与证据日志",
    ),
    "sla_report": ("write a carrier's report of a period", "输出某运营商某周期的考核报告"),
    "sla_leader": (
        "write one page over all carriers of a period",
        "输出某周期全部运营商的领导一页纸",
    ),
    "sla_close": ("settle a carrier's period: it never changes afterwards", "办结某运营商某周期"),
    "report_carrier": ("whose: an id of the inventory", "运营商（清单中的标识）"),
    "report_period": (
        "2026-11, 2026Q4, 2026 or 2026-10-01..2026-11-15",
        "2026-11、2026Q4、2026 或 2026-10-01..2026-11-15",
    ),
    "report_format": ("json, xlsx, html, pdf, csv or link", "json、xlsx、html、pdf、csv 或 link"),
    "report_link": ("of one circuit: with --format link", "单条电路（与 --format link 同用）"),
    "report_revision": (
        "a settled revision (default: the last one)",
        "已办结的版次（默认最新一版）",
    ),
    "report_out": ("the file to write (default: standard output)", "输出文件（默认标准输出）"),
    "close_by": ("who settles it: a person who may decide", "办结人（须有审批权限）"),
    "close_anyway": (
        "although circuits that have evidence in it are not in the inventory",
        "本期有证据的专线不在台账中时也办结",
    ),
    "close_correct": (
        "the period is closed already: make the next revision of it",
        "该周期已办结：生成下一版（更正）",
    ),
}

_PAGE: Final[dict[str, tuple[str, str]]] = {
    "column.carrier": ("Carrier", "运营商"),
    "column.period": ("Period", "周期"),
    "column.revision": ("Revision", "版次"),
    "column.state": ("State", "状态"),
    "column.freezes": ("Evidence freezes", "证据冻结"),
    "column.appeal": ("Objections until", "异议截止"),
    "column.changed": ("Changed", "变更"),
    "column.files": ("Files", "文件"),
    "column.act": ("To do", "操作"),
    "nav": ("Assessment", "考核"),
    "nav.overlays": ("responsibility", "责任申报"),
    "nav.causes": ("causes", "中断归因"),
    "nav.tickets": ("tickets", "故障工单"),
    "nav.points": ("points by people", "人工评定"),
    "nav.reports": ("reports", "运营商报告"),
    "circuit": ("Assessment of {period}: page of this circuit", "{period} 考核：本线路明细"),
    "leader": ("{period}: page for a leader", "{period} 领导一页纸"),
    "state.provisional": ("provisional", "暂定"),
    "state.draft": ("draft", "草稿"),
    "state.closed": ("closed", "已办结"),
    "seconds": ("{count} s", "{count} 秒"),
    "none": ("No report was made yet.", "尚未生成报告。"),
    "make": ("Make a report", "生成报告"),
    "close": ("Close", "办结"),
    "job.waiting": ("{carrier} {period}: waits", "{carrier} {period}：排队中"),
    "job.running": (
        "{carrier} {period}: {done} of {of} steps",
        "{carrier} {period}：{of} 步中已完成 {done} 步",
    ),
    "job.failed": ("{carrier} {period} failed: {why}", "{carrier} {period} 未生成：{why}"),
}

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "page.reports": ("Assessment: reports of carriers", "考核：运营商报告"),
    **{f"page.reports.{code}": pair for code, pair in _PAGE.items()},
    **{f"cli.{code}": pair for code, pair in _COMMANDS.items()},
    "report.written": (
        "Written: {file} ({state}), SHA-256 {sha256}",
        "已写入 {file}（{state}），SHA-256 {sha256}",
    ),
    "report.state.closed": ("settled", "已办结"),
    "report.state.draft": ("draft, not settled", "草稿，未办结"),
    "report.state.provisional": ("provisional, the period is not over", "暂定，周期未结束"),
    "report.no_format": (
        "There is no format “{format}”. See --help.",
        "没有“{format}”这种格式，见 --help。",
    ),
    "report.not_rendered": ("The report could not be written: {reason}", "报告无法输出：{reason}"),
    "report.closed": (
        (
            "{carrier} {period} is settled as revision {revision}; {changed} seconds changed."
            " SHA-256 {sha256}"
        ),
        "{carrier} {period} 已按第 {revision} 版办结，变更 {changed} 秒。SHA-256 {sha256}",
    ),
    "report.may_not_close": (
        "“{name}” is nobody who may decide (roles assessor, admin).",
        "“{name}”没有审批权限（须为 assessor 或 admin 角色）。",
    ),
    "report.damaged": (
        "A report's file is not what was settled; it is not shown. Bring it back from a backup.",
        "有报告文件与办结记录不符，已停止显示，请从备份恢复。",
    ),
    **{f"api.{code}": pair for code, pair in _REFUSED.items()},
    **{f"report.failure.{code}": pair for code, pair in _FAILURES.items()},
}
