"""Where outages came from: causes, the facts behind them, how they stand, tickets."""

from __future__ import annotations

from typing import Final

_FACTS: Final[dict[str, tuple[str, str]]] = {
    "contradicting": (
        "The evidence contradicts itself: {causes}. A person has to decide.",
        "证据相互矛盾：{causes}，须由人工认定。",
    ),
    "far_restarted": (
        "The device at the far end restarted during the outage.",
        "远端设备在中断期间重新启动。",
    ),
    "far_ran_on": (
        "The device at the far end has been running since then, through the outage.",
        "远端设备自该时刻起持续运行，中断期间未重启。",
    ),
    "far_restarted_later": (
        (
            "The device at the far end restarted after the outage; whether it did during the"
            " outage too is not known."
        ),
        "远端设备在中断之后重启过，中断期间是否重启无从得知。",
    ),
    "far_not_read": (
        "The device at the far end could not be read after the outage.",
        "中断后未能读取远端设备。",
    ),
    "boot_not_told": (
        "The device at the far end does not say when it started.",
        "远端设备未提供启动时间。",
    ),
    "far_port_dropped": (
        "The port of the far end changed its state during the outage (ifLastChange).",
        "远端端口在中断期间发生过状态变化（ifLastChange）。",
    ),
    "far_port_stayed": (
        "The port of the far end has not changed since then: it was up all the time.",
        "远端端口自该时刻起状态未变，中断期间一直为 up。",
    ),
    "far_port_unchanged": (
        "The port of the far end has not changed since its device started, or does not say.",
        "远端端口自设备启动以来状态未变，或未提供该信息。",
    ),
    "far_port_changed_later": (
        "The port of the far end changed after the outage; what it did before is not known.",
        "远端端口在中断之后又有变化，此前情况无从得知。",
    ),
    "near_port_dropped": (
        "Our port at the head end changed its state during the outage (ifLastChange).",
        "我方汇聚端口在中断期间发生过状态变化（ifLastChange）。",
    ),
    "near_port_stayed": (
        "Our port at the head end has not changed since then: it was up all the time.",
        "我方汇聚端口自该时刻起状态未变，中断期间一直为 up。",
    ),
    "near_port_unchanged": (
        "Our port at the head end has not changed since its device started, or does not say.",
        "我方汇聚端口自设备启动以来状态未变，或未提供该信息。",
    ),
    "near_port_changed_later": (
        "Our port at the head end changed after the outage; what it did before is not known.",
        "我方汇聚端口在中断之后又有变化，此前情况无从得知。",
    ),
    "head_end_restarted": (
        "Our device at the head end restarted during the outage.",
        "我方汇聚设备在中断期间重新启动。",
    ),
    "lost_together": (
        "{count} more circuits were lost at the same time: {links}.",
        "同一时间另有 {count} 条线路中断：{links}。",
    ),
    "other_carriers_lost": (
        "{count} of them are another carrier's.",
        "其中 {count} 条属于其他运营商。",
    ),
    "power_trap": (
        "A device at the far site told that its power failed ({trap}).",
        "远端站点设备上报电源故障（{trap}）。",
    ),
    "trap": ("The device told by itself: {trap}, {subject}.", "设备主动上报：{trap}，{subject}。"),
    "above_lost": (
        "What the circuit hangs on was lost from the same moment.",
        "该线路所依托的上级同时失去联系。",
    ),
    "pollers_differ": (
        "Only {lost} lost it; {heard} heard it all the time.",
        "仅 {lost} 检测到中断，{heard} 始终正常。",
    ),
}

_REFUSED: Final[dict[str, tuple[str, str]]] = {
    "no_causes": (
        "This monitor keeps no causes of outages.",
        "本系统未启用中断归因。",
    ),
    "unknown_outage": (
        (
            "No outage “{outage}” whose cause may be said is known. A proposal is made within"
            " minutes after an outage has ended."
        ),
        "没有可认定原因的中断“{outage}”。中断结束后数分钟内会生成归因建议。",
    ),
    "cause_until": (
        "The end of the cause must lie within the outage.",
        "原因的截止时间须在中断时段之内。",
    ),
    "cause_not_waiting": (
        (
            "What you decide about does not wait any more: it was decided, or something else was"
            " said meanwhile. Read it again."
        ),
        "该认定已不在待审状态：已有人审定，或其间又有新的认定。请重新查看。",
    ),
    "cause_own": (
        "Whoever said a cause does not decide about it; another person does.",
        "认定人不得审核自己的认定，须由另一人审核。",
    ),
    "stop_needs_document": (
        "Time that is taken off the repair clock needs a document as evidence.",
        "停表时段须附证明文件。",
    ),
    "ticket_needs_notice": (
        "There is no ticket of this outage yet: say when the carrier was notified.",
        "该中断尚无工单，请填写通知运营商的时间。",
    ),
    "ticket_times": (
        (
            "The times do not fit: notice is after the outage began, everything else"
            " after the notice, a stop within the outage, and nothing in the future."
        ),
        "时间不合理：通知应晚于中断开始，其他时间应晚于通知，停表应在中断之内，且均不得晚于当前时间。",
    ),
    "ticket_owner_only": (
        (
            "A carrier notes its number and when it took note. When it was told, when it was"
            " restored and when the clock stood still is noted by the owner's side."
        ),
        "运营商可填写本方单号和接单时间；通知、恢复和停表时间由业主方填写。",
    ),
}

_PAGE: Final[dict[str, tuple[str, str]]] = {
    "page.causes.title": ("Assessment: where outages came from", "考核：中断归因"),
    "page.causes.none": (
        "No outage of a link has ended yet.", "尚无已结束的线路中断。",
    ),
    "page.causes.all": ("All states", "全部状态"),
    "page.causes.say": ("Say", "认定"),
    "page.causes.approve": ("Approve", "批准"),
    "page.causes.reject": ("Reject", "驳回"),
    "page.causes.why": ("Reason", "理由"),
    "page.causes.event": ("one cause with other circuits", "与其他线路同一原因"),
    "page.causes.column.link": ("Link", "链路"),
    "page.causes.column.start": ("From", "开始"),
    "page.causes.column.length": ("Length", "时长"),
    "page.causes.column.state": ("State", "状态"),
    "page.causes.column.cause": ("Cause", "原因"),
    "page.causes.column.facts": ("Evidence", "证据"),
    "page.causes.column.act": ("Act", "操作"),
    "page.causes.state.proposed": ("proposed", "系统建议"),
    "page.causes.state.said": ("waits for approval", "待审批"),
    "page.causes.state.approved": ("approved", "已批准"),
    "page.causes.state.rejected": ("rejected", "已驳回"),
    "page.causes.cause.carrier": ("carrier", "运营商"),
    "page.causes.cause.power": ("power or site", "机房电力环境"),
    "page.causes.cause.upstream": ("upstream", "上级或他方"),
    "page.causes.cause.owner": ("owner", "建设单位"),
    "page.causes.cause.force_majeure": ("force majeure", "不可抗力"),
    "page.causes.cause.monitor": ("the monitor", "监测系统"),
    "page.causes.cause.unknown": ("not known", "原因不明"),
    "page.unseen.say": ("Say it was down", "认定为中断"),
    "page.unseen.hint": (
        (
            "Time that is unknown because the carrier kept the monitor out counts as down once"
            " another person has approved it: only where the link is unknown at the first second,"
            " with a document, and never where the monitor itself could not see."
        ),
        (
            "因运营商原因无法监测的未知时段，经另一人审批后按中断计算：起始时刻链路须为未知状态，"
            "须附证明文件；监测系统自身失去视野的时段不在此列。"
        ),
    ),
    "page.unseen.link": ("Link (id)", "链路（编号）"),
    "page.unseen.start": ("Unknown from (Beijing time)", "未知开始（北京时间）"),
    "page.unseen.until": ("Down until (Beijing time)", "中断至（北京时间）"),
    "page.tickets": ("Assessment: tickets", "考核：故障工单"),
    "page.tickets.none": ("No outage has a ticket yet.", "尚无故障工单。"),
    "page.tickets.noted": ("Noted.", "已记录。"),
    "page.tickets.note": ("Note", "记录"),
    "page.tickets.monitor": ("the monitor", "监测系统"),
    "page.tickets.outage": ("Outage", "中断"),
    "page.tickets.by_carrier": ("The carrier's number", "运营商单号"),
    "page.tickets.stop_start": ("Clock stood still from", "停表开始"),
    "page.tickets.stop_end": ("Clock went on at", "停表结束"),
    "page.tickets.stop_why": ("Why it stood still", "停表理由"),
    "page.tickets.column.link": ("Link", "链路"),
    "page.tickets.column.ticket": ("Ticket", "工单"),
    "page.tickets.column.notified": ("Carrier told", "通知运营商"),
    "page.tickets.column.acknowledged": ("Took note", "接单"),
    "page.tickets.column.restored": ("Restored", "恢复"),
    "page.tickets.column.stops": ("Clock stood still", "停表"),
    "page.tickets.column.by": ("Noted by", "记录人"),
}  # fmt: skip

TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{f"sla.fact.{code}": pair for code, pair in _FACTS.items()},
    **_PAGE,
    **{f"api.{code}": pair for code, pair in _REFUSED.items()},
}
