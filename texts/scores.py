"""Scores by people: tests of bandwidth, scores for service, deductions."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "api.no_scores": (
        "Tests of bandwidth, scores for service and deductions are not kept here.",
        "本系统未启用带宽测试、服务评分和扣分登记。",
    ),
    "api.score_needs_document": (
        "A test, a score and a deduction need a document as evidence. Hand one in first.",
        "带宽测试、服务评分和扣分须附证明文件，请先上传。",
    ),
    "api.score_owner_only": (
        "Tests, scores and deductions are put on record by the owner's side, not by a carrier.",
        "带宽测试、服务评分和扣分由建设单位登记，运营商不能登记。",
    ),
    "api.score_out_of_range": (
        "A score is num/den between 0 and 1.",
        "评分为 num/den，取值在 0 到 1 之间。",
    ),
    "api.score_after_closing": (
        (
            "{period} is closed as revision {revision}: it takes no more scores or deductions."
            " What was forgotten is a matter of the next period."
        ),
        "{period} 已按第 {revision} 版办结，不再接受评分或扣分；遗漏事项请在下一周期处理。",
    ),
    "api.unknown_points": (
        "There is no test, score or deduction under the number {number}.",
        "没有编号为 {number} 的测试、评分或扣分。",
    ),
    "api.points_own": (
        "You filed number {number} yourself; another person decides about it.",
        "编号 {number} 由您本人登记，须由另一人审批。",
    ),
    "api.points_not_yours": (
        "Number {number} was filed by another person, who alone withdraws it while it waits.",
        "编号 {number} 由他人登记，审批前只能由登记人本人撤回。",
    ),
    "api.points_decided": (
        "Number {number} does not wait for a decision any more. Load the list again.",
        "编号 {number} 已不在待审批状态，请刷新列表。",
    ),
    "api.points_not_counting": (
        "Number {number} does not count, so there is nothing to take back.",
        "编号 {number} 未生效，无须撤销。",
    ),
    "api.points_withdrawn_twice": (
        "Somebody has asked already for number {number} to be taken back; that waits for approval.",
        "编号 {number} 的撤销申请已提交，正在等待审批。",
    ),
    "api.deduction_over_cap": (
        "A deduction is more than 0 and at most {cap} points, by the rules of its period.",
        "单次扣分应大于 0，且不超过该周期规则规定的 {cap} 分。",
    ),
    "api.deduction_twice": (
        "The same deduction stands on record as number {number}; it is taken off once.",
        "相同的扣分已登记（编号 {number}），不重复扣分。",
    ),
    "api.bandwidth_test_ahead": (
        "The test lies in the future.",
        "测试时间晚于当前时间。",
    ),
    "api.bandwidth_test_empty": (
        "What was measured and what is contracted are more than 0 bit/s.",
        "实测带宽和合同带宽均应大于 0 bit/s。",
    ),
    "api.problem.bad_instant": (
        "it must be UTC seconds, or a time with its offset: 2026-11-24T22:00:00+08:00",
        "应为 UTC 秒数，或带时区偏移的整秒时间：2026-11-24T22:00:00+08:00",
    ),
    # The page.
    "page.points": ("Assessment: points by people", "考核：人工评定"),
    "page.points.none": ("Nobody has given or taken any points.", "尚无测试、评分或扣分。"),
    "page.points.sent": (
        "Filed. It counts when another person has approved it.",
        "已登记，经另一人审批后生效。",
    ),
    "page.points.taken": ("{points} points off", "扣 {points} 分"),
    "page.points.back": ("to be taken back", "申请撤销"),
    "page.points.take_back": ("Take back", "申请撤销"),
    "page.points.sort.deduction": ("deduction", "扣分"),
    "page.points.sort.score": ("score for service", "服务评分"),
    "page.points.sort.test": ("test of bandwidth", "带宽测试"),
    "page.points.column.sort": ("Kind", "类型"),
    "page.points.column.about": ("Of", "对象"),
    "page.points.column.said": ("Figure", "数值"),
    "page.points.column.why": ("Reason", "理由"),
    "page.points.column.state": ("State", "状态"),
    "page.points.column.filed": ("Filed by / decided by", "登记人 / 审批人"),
    "page.points.column.act": ("Act", "操作"),
    "page.points.form.sort": ("Kind", "类型"),
    "page.points.form.carrier": ("Carrier", "运营商"),
    "page.points.form.period": ("Period", "周期"),
    "page.points.form.points": ("Points taken", "扣分"),
    "page.points.form.num": ("Score", "得分"),
    "page.points.form.den": ("of at most", "满分"),
    "page.points.form.why": ("Reason", "理由"),
    "page.points.form.document": ("Document", "证明文件"),
    "page.points.form.link": ("Link (id)", "链路（编号）"),
    "page.points.form.at": ("Made at (Beijing time)", "测试时间（北京时间）"),
    "page.points.form.layer": ("Layer", "层"),
    "page.points.form.up": ("Measured up, Mbit/s", "实测上传（Mbit/s）"),
    "page.points.form.down": ("Measured down, Mbit/s", "实测下载（Mbit/s）"),
    "page.points.form.contracted": ("Contracted, Mbit/s", "合同带宽（Mbit/s）"),
}
