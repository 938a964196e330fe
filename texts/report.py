"""Views of a carrier's report: headings, columns, words of a status, and how to check a figure."""

from __future__ import annotations

from typing import Final

_HEAD: Final[dict[str, tuple[str, str]]] = {
    "title": ("Assessment of {carrier}, {period}", "{carrier} 服务质量考核报告（{period}）"),
    "subtitle": (
        "Leased circuits of the e-government extranet",
        "电子政务外网 租用专线",
    ),
    "link_title": ("{link}: {carrier}, {period}", "{link}（{carrier}，{period}）"),
    "leader_title": ("Carriers compared, {period}", "运营商考核对比（{period}）"),
    "provisional": (
        "PROVISIONAL: the period is not over or its evidence may change. Settle nothing by it.",
        "暂定：考核期尚未结束或证据仍可能变化，不得作为结算依据。",
    ),
    "hash_line": (
        "SHA-256 of the report (JSON): {sha256}",
        "报告 JSON 的 SHA-256：{sha256}",
    ),
    "hash_short": ("Report SHA-256 {sha256}", "报告 SHA-256 {sha256}"),
    "page_of": ("Page {page} of {pages}", "第 {page} 页 共 {pages} 页"),
    "printed": ("Printed {when}", "输出时间 {when}"),
    "sign_owner": ("For the extranet’s owner", "建设单位（盖章）"),
    "sign_carrier": ("For the carrier", "运营商（盖章）"),
    "sign_audit": ("For the audit", "审计单位（盖章）"),
    "sign_name": ("Name", "签字"),
    "sign_date": ("Date", "日期"),
    "none": ("None.", "无。"),
    "days_note": (
        "From history, beside the report: not in its hash and in no bundle.",
        "取自历史数据，附于报告之外：不计入报告散列值，也不在证据包中。",
    ),
    "latency_days": (
        "Latency, ms: 95th percentile of the day (wide), median (narrow), limit (dashed)",
        "时延（毫秒）：当日95百分位（宽）、中位数（窄）、限值（虚线）",
    ),
    "load_days": (
        (
            "Load, Mbit/s: 95th percentile of the day inward (wide), outward (narrow), contracted"
            " (dashed)"
        ),
        "流量（Mbit/s）：当日95百分位，流入（宽）、流出（窄）、合同带宽（虚线）",
    ),
    "not_known": ("not known", "未知"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "lasts": ("not restored", "未恢复"),
    "total": ("Total", "合计"),
    "above": ("more than {seconds} s", "大于 {seconds} 秒"),
    "no_figure": ("no figure", "无数值"),
    "first_of": (
        "{shown} of {all} lines, those with most to look at first. All are in the Excel file.",
        "共 {all} 行，按需关注程度列出前 {shown} 行，全部内容见 Excel 文件。",
    ),
    "resolution": (
        "within the resolution of measuring: timing alone could decide",
        "处于测量分辨率之内：仅计时误差即可改变结论",
    ),
    "carried_in": ("was already down at the start", "期初已中断"),
    "start_censored": ("its start was not observed", "起始时刻未观测到"),
    "end_censored": ("its end was not observed", "结束时刻未观测到"),
    "document": ("{name} (file’s SHA-256 {sha256})", "{name}（文件 SHA-256 {sha256}）"),
    "not_logged": ("not in the evidence log", "未入证据日志"),
    "fixed": (
        "the contract counts a month as 43,200 minutes",
        "合同约定每月按 43200 分钟计算",
    ),
    "no_cap": ("no cap in this period", "本期无封顶"),
    "has_no_row": (
        "there is evidence of it in the period, but it is not in the inventory: counted nowhere",
        "本期有监测证据，但不在台账中，未计入任何指标",
    ),
}

_SHEETS: Final[dict[str, tuple[str, str]]] = {
    "summary": ("Summary", "摘要"),
    "levels": ("Levels", "分级可用率"),
    "items": ("Score", "综合得分"),
    "deductions": ("Deductions", "重大事件扣分"),
    "links": ("Circuits", "全部专线"),
    "outages": ("Outages", "中断明细"),
    "exclusions": ("Exclusions", "剔除明细"),
    "credits": ("Credits", "扣款明细"),
    "review": ("Joint review", "待会审"),
    "events": ("Events", "共因事件"),
    "not_scored": ("Not scored", "未计分专线"),
    "left_out": ("Not in the inventory", "未列入台账专线"),
    "checks": ("How to check", "核对方法"),
    "score": ("Levels and score", "分级与得分"),
    "figures": ("All figures", "全部指标"),
    "made_from": ("What it was made from", "计算依据与版本"),
    "sign": ("Signatures", "签署"),
    "strip": ("The period by class", "考核期时间分布"),
    "days": ("Latency and load by day", "逐日时延与流量"),
    "quality": ("Latency, loss, jitter", "时延、丢包、抖动"),
}

_SUMMARY: Final[dict[str, tuple[str, str]]] = {
    "carrier": ("Carrier", "运营商"),
    "period": ("Period", "考核期"),
    "span": ("From, up to", "起止（左闭右开）"),
    "zone": ("Time zone", "时区"),
    "revision": ("Revision", "版次"),
    "status": ("Status", "状态"),
    "availability": ("Availability, weighted by level", "加权可用率（按级别权重）"),
    "coverage": ("Coverage of the evidence", "证据覆盖率"),
    "score": ("Score of 100, before deductions", "综合得分（扣分前，满分 100）"),
    "final": ("Final score", "最终得分"),
    "grade": ("Grade", "等级"),
    "payment_share": ("Share of the payment due", "应付费用比例"),
    "circuits": ("Circuits", "专线数"),
    "missed": ("Circuits below what was promised", "未达标专线数"),
    "not_scored": ("Circuits without a figure", "未计分专线数"),
    "left_out": ("Circuits with evidence that are not counted", "有证据但未计入的专线数"),
    "outages": ("Outages begun in the period", "本期中断次数"),
    "fee": ("Fee of the period, yuan", "本期费用（元）"),
    "credit_sum": ("Credits, yuan", "扣款合计（元）"),
    "credit_cap": ("Cap of the credits, yuan", "扣款封顶（元）"),
    "credit_due": ("Credits due, yuan", "应扣款（元）"),
    "rules": ("Rules", "考核规则"),
    "rules_sha256": ("SHA-256 of the rules", "规则 SHA-256"),
    "register_sha256": ("SHA-256 of the register of circuits", "专线台账 SHA-256"),
    "recorded_until": ("Evidence recorded up to", "证据记录至"),
    "first_heartbeat": ("First sign of life of the monitor", "监测系统首次心跳"),
    "clock": ("Clock of the monitor", "监测系统时钟"),
    "tree_size": ("Leaves of the evidence log", "证据日志条数"),
    "tree_sha256": ("Root of the evidence log, SHA-256", "证据日志根 SHA-256"),
    "tree_sm3": ("Root of the evidence log, SM3", "证据日志根 SM3"),
    "previous": ("SHA-256 of the revision before", "上一版报告 SHA-256"),
    "tzdata": ("Time zone data", "时区数据版本"),
}

_COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "link": ("Circuit", "专线编号"),
    "title": ("Name", "名称"),
    "circuit": ("Carrier’s number", "运营商电路号"),
    "contract_title": ("Contract", "合同"),
    "level": ("Level", "级别"),
    "near": ("Near site", "本端"),
    "far": ("Far site", "对端"),
    "profile": ("Profile", "计量方案"),
    "engine": ("Engine", "计量引擎"),
    "sum": ("Sum, s", "合计（秒）"),
    "evaluated": ("Evaluated, s", "考核时长（秒）"),
    "settled": ("Availability settled", "可用率（结算）"),
    "promised": ("Promised", "承诺值"),
    "status": ("Status", "状态"),
    "met": ("Met", "达标"),
    "a_opt": ("Optimistic", "乐观值"),
    "a_meas": ("Measured", "实测值"),
    "a_pess": ("Pessimistic", "悲观值"),
    "coverage": ("Coverage", "覆盖率"),
    "started": ("Outages begun", "本期中断次数"),
    "carried": ("Carried in", "跨期中断"),
    "closed": ("Restored", "已恢复"),
    "open": ("Open at the end", "期末未恢复"),
    "flashes": ("Flashes", "闪断次数"),
    "longest": ("Longest, s", "最长中断（秒）"),
    "mttr": ("Mean time to repair, s", "平均修复时长（秒）"),
    "mtbf": ("Mean time between, s", "平均无故障时长（秒）"),
    "latency": ("Latency met", "时延达标率"),
    "latency_limit": ("Latency limit, ms", "时延限值（毫秒）"),
    "latency_p95": ("Latency P95, ms", "时延 P95（毫秒）"),
    "loss": ("Loss met", "丢包达标率"),
    "lost": ("Echoes lost", "丢失探测包"),
    "sent": ("Echoes sent", "发送探测包"),
    "jitter": ("Jitter met", "抖动达标率"),
    "bandwidth": ("Bandwidth, Mbit/s", "带宽（Mbit/s）"),
    "fee": ("Fee, yuan", "费用（元）"),
    "credit_percent": ("Credit, %", "扣款比例（%）"),
    "credit": ("Credit, yuan", "扣款（元）"),
    "remark": ("Remark", "备注"),
    "outage": ("Outage", "中断编号"),
    "start": ("Start", "开始"),
    "end": ("End", "结束"),
    "in_window": ("Down in the period, s", "本期中断时长（秒）"),
    "attributable": ("Down in all, s", "全程中断时长（秒）"),
    "span": ("First to last, s", "首尾跨度（秒）"),
    "runs": ("Parts", "段数"),
    "cause": ("Cause", "原因"),
    "settled_by": ("Standing of the cause", "原因认定状态"),
    "said_by": ("Said by", "认定人"),
    "approved_by": ("Approved by", "审批人"),
    "why": ("Why", "说明"),
    "facts": ("Physical evidence", "物证"),
    "documents": ("Documents", "附件"),
    "event": ("Event", "共因事件"),
    "ticket": ("Ticket", "工单号"),
    "notified": ("Notified", "通知时间"),
    "acknowledged": ("Acknowledged", "受理时间"),
    "restored": ("Restored by ticket", "恢复时间（工单）"),
    "stopped": ("Clock stopped, s", "停表时长（秒）"),
    "repair": ("Repair, s", "修复时长（秒）"),
    "repair_limit": ("Limit, s", "修复时限（秒）"),
    "in_time": ("In time", "按时修复"),
    "live": ("Seen live as", "实时中断编号"),
    "shadow_of": ("Behind", "受上级影响"),
    "leaves": ("Evidence leaves", "证据日志序号"),
    "overlay": ("Filing", "申报编号"),
    "kind": ("Kind", "类别"),
    "filing_title": ("Subject", "事由"),
    "seconds": ("Excluded, s", "剔除时长（秒）"),
    "honoured": ("Honoured", "是否采信"),
    "reason": ("Why not, or not all", "未（全部）采信原因"),
    "filed_at": ("Filed", "申报时间"),
    "filed_by": ("Filed by", "申报人"),
    "record": ("Record", "记录号"),
    "leaf": ("Evidence leaf", "证据日志序号"),
    "weight": ("Weight", "权重"),
    "circuits": ("Circuits", "专线数"),
    "scored": ("Scored", "计分专线数"),
    "availability": ("Availability", "可用率"),
    "target": ("Target", "目标"),
    "floor": ("Floor", "下限"),
    "score": ("Score, 0 to 1", "得分率（0–1）"),
    "item": ("Item", "考核项"),
    "points": ("Points", "得分"),
    "basis": ("From", "计算依据"),
    "deducted": ("Points taken", "扣分"),
    "by": ("By", "认定人"),
    "month": ("Month", "月份"),
    "links": ("Circuits", "涉及专线"),
    "count": ("Number", "条数"),
    "quality": ("Figure", "指标"),
    "limit": ("Limit of a slot", "时段限值"),
    "valid": ("Valid slots", "有效时段"),
    "within": ("Within the limit", "达标时段"),
    "compliance": ("Compliance", "达标率"),
    "p95": ("P95 of the slots", "时段值 P95"),
    "period_loss": ("Of the period", "全期值"),
    "class": ("Class", "类别"),
    "share": ("Share", "占比"),
    "seconds_of": ("Seconds", "秒数"),
    "rank": ("Rank", "名次"),
    "carrier": ("Carrier", "运营商"),
    "final": ("Final score", "最终得分"),
    "before": ("Period before", "上期得分"),
    "change": ("Change", "变化"),
    "grade": ("Grade", "等级"),
    "missed": ("Below the promise", "未达标专线"),
    "outages": ("Outages", "中断次数"),
    "hours_down": ("Hours down", "中断小时数"),
    "credit_sum": ("Credits, yuan", "扣款合计（元）"),
    "credit_due": ("Credits due, yuan", "应扣款（元）"),
    "payment_share": ("Share of the payment due", "应付费用比例"),
    "review": ("For joint review", "待会审电路月"),
    "recomputed": ("Recomputed here", "本表复算"),
    "stored": ("In the report", "报告所载"),
    "differs": ("Difference", "差"),
}

_CLASSES: Final[dict[str, tuple[str, str]]] = {
    "UP": ("Up, s", "运行（秒）"),
    "DEGRADED": ("Degraded, s", "劣化（秒）"),
    "DOWN": ("Down, s", "中断（秒）"),
    "EXM_O": ("Excluded: owner’s work, s", "剔除·建设方割接（秒）"),
    "EXM_C": ("Excluded: carrier’s work, s", "剔除·运营商割接（秒）"),
    "EXF": ("Excluded: force majeure, s", "剔除·不可抗力（秒）"),
    "EXP": ("Excluded: power, s", "剔除·用户电力/设备（秒）"),
    "EXU": ("Excluded: upstream, s", "剔除·上级或他方（秒）"),
    "UNKNOWN": ("Not observed, s", "未观测（秒）"),
    "OUT": ("Not in service, s", "未投入使用（秒）"),
}

_LEGEND: Final[dict[str, tuple[str, str]]] = {
    "UP": ("Up", "运行"),
    "DEGRADED": ("Degraded", "劣化"),
    "DOWN": ("Down", "中断"),
    "EXM_O": ("Owner’s work", "建设方割接"),
    "EXM_C": ("Carrier’s work", "运营商割接"),
    "EXF": ("Force majeure", "不可抗力"),
    "EXP": ("Power", "用户电力/设备"),
    "EXU": ("Upstream", "上级或他方"),
    "UNKNOWN": ("Not observed", "未观测"),
    "OUT": ("Not in service", "未投入使用"),
}

_STATUS: Final[dict[str, tuple[str, str]]] = {
    "OK": ("valid", "有效"),
    "AMBIGUOUS": (
        "ambiguous: what was not observed would decide, joint review",
        "存疑：未观测时段足以改变结论，需会审",
    ),
    "INSUFFICIENT": (
        "insufficient evidence: not settled, joint review",
        "证据不足：不予结算，需会审",
    ),
    "NO_DATA": ("no data: not settled", "无数据：不予结算"),
    "NOT_APPLICABLE": ("not applicable: nothing to evaluate", "不适用：无考核时长"),
}

_SHORT: Final[dict[str, tuple[str, str]]] = {
    "OK": ("valid", "有效"),
    "AMBIGUOUS": ("ambiguous", "存疑"),
    "INSUFFICIENT": ("insufficient evidence", "证据不足"),
    "NO_DATA": ("no data", "无数据"),
    "NOT_APPLICABLE": ("not applicable", "不适用"),
}

_CAUSES: Final[dict[str, tuple[str, str]]] = {
    "carrier": ("carrier", "运营商线路"),
    "power": ("power or customer equipment", "用户电力或设备"),
    "upstream": ("upstream or another party", "上级或他方"),
    "owner": ("owner of the extranet", "建设方"),
    "force_majeure": ("force majeure", "不可抗力"),
    "monitor": ("the monitor itself", "监测系统自身"),
    "unknown": ("not known", "未查明"),
}

_STANDING: Final[dict[str, tuple[str, str]]] = {
    "measured": ("as measured, nobody said otherwise", "按实测，无人提出异议"),
    "proposed": ("proposed by the evidence", "系统按证据建议"),
    "said": ("said by one person, not approved", "一人已认定，待审批"),
    "approved": ("approved by a second person", "经第二人审批"),
    "rejected": ("rejected", "已驳回"),
}

_KINDS: Final[dict[str, tuple[str, str]]] = {
    "M_o": ("owner’s planned work", "建设方计划割接"),
    "M_c": ("carrier’s planned work", "运营商计划割接"),
    "F": ("force majeure", "不可抗力"),
    "P": ("power or customer equipment", "用户电力或设备"),
    "X": ("upstream or another party", "上级或他方"),
}

_REASONS: Final[dict[str, tuple[str, str]]] = {
    "not_approved": ("not approved", "未经审批"),
    "rejected": ("rejected", "已驳回"),
    "withdrawn": ("withdrawn", "已撤回"),
    "replaced": ("replaced by a later filing", "已被后续申报取代"),
    "notice": ("announced too late", "未按规定提前报备"),
    "night": ("outside the agreed night window", "不在约定的夜间窗口内"),
    "late": ("filed too late", "逾期申报"),
    "no_evidence": ("no document was handed in", "未附证明材料"),
    "quota": ("the month’s quota was used up", "当月割接额度已用完"),
}

_LEVELS: Final[dict[str, tuple[str, str]]] = {
    "province": ("province", "省级"),
    "city": ("city", "市级"),
    "county": ("county", "县级"),
    "township": ("township", "乡镇"),
    "village": ("village", "村级"),
    "cloud": ("cloud centre", "云中心"),
}

_ITEMS: Final[dict[str, tuple[str, str]]] = {
    "availability": ("Availability", "可用率"),
    "repair_in_time": ("Repaired in time", "修复及时率"),
    "outage_frequency": ("Frequency of outages", "中断频次"),
    "latency": ("Latency", "时延"),
    "loss": ("Loss", "丢包"),
    "jitter": ("Jitter", "抖动"),
    "bandwidth": ("Bandwidth", "带宽"),
    "service": ("Service", "服务"),
}

_BASIS: Final[dict[str, tuple[str, str]]] = {
    "levels": ("levels with a figure {value}", "有数值的级别 {value} 个"),
    "closed": ("closed tickets {value}", "已结工单 {value} 件"),
    "in_time": ("in time {value}", "按时 {value} 件"),
    "outages": ("outages {value}", "中断 {value} 次"),
    "circuit_months": ("circuit-months {value}", "电路月 {value}"),
    "valid": ("valid slots {value}", "有效时段 {value}"),
    "within": ("within the limit {value}", "达标时段 {value}"),
    "tested": ("tested {value}", "已测 {value} 条"),
    "passed": ("passed {value}", "通过 {value} 条"),
    "num": ("given {value}", "评分 {value}"),
    "den": ("of {value}", "满分 {value}"),
}

_CHECKS: Final[dict[str, tuple[str, str]]] = {
    "1": (
        (
            "This document is a view. What holds is the report in JSON; its SHA-256 is printed on"
            " every page and sheet: {sha256}. Compare: sha256sum REPORT.json"
        ),
        (
            "本文件仅为展示。以 JSON 报告为准，其 SHA-256 印于每页、每表：{sha256}。"
            "核对命令：sha256sum REPORT.json"
        ),
    ),
    "2": (
        (
            "Every second of the period falls in exactly one of ten classes. On every line the"
            " classes add up to {seconds} s, the length of the period; the column of sums and its"
            " difference show it."
        ),
        (
            "考核期内每一秒恰属十类之一。每行各类之和等于考核期总秒数 {seconds} 秒，"
            "由“合计”列及差值列可直接验证。"
        ),
    ),
    "3": (
        (
            "Evaluated = period - not in service - excluded. Availability settled ="
            " (evaluated - down) / evaluated. What was not observed is never called down; the"
            " optimistic, measured and pessimistic figures stand beside it."
        ),
        (
            "考核时长 = 考核期 - 未投入使用 - 剔除。结算可用率 = （考核时长 - 中断）/ 考核时长。"
            "未观测时段不计为中断；乐观、实测、悲观三值并列。"
        ),
    ),
    "4": (
        (
            "Where a contract has a fixed month of 43,200 minutes, the figure settled differs from"
            " the formula above; the remark says so."
        ),
        "合同约定每月按 43200 分钟计算的，结算值与上式不同，备注中注明。",
    ),
    "5": (
        (
            "Figures are compared unrounded and printed with four decimals, half to even, rounded"
            " once (GB/T 8170). Where the rounded figure would look like a limit that it misses,"
            " more decimals are printed. Excel rounds its own formulas in its own way: the figure"
            " of the report holds."
        ),
        (
            "比较时使用未修约值；显示时保留四位小数，四舍六入五成双，只修约一次（GB/T 8170）。"
            "修约后看似达到限值而实际未达到的，增加小数位。"
            "Excel 公式按其自身方式舍入，以报告所载数值为准。"
        ),
    ),
    "6": (
        (
            "Availability of a level = sum of (evaluated - down) / sum of evaluated over its scored"
            " circuits. Percentages are never averaged. A circuit without a valid figure is listed"
            " by name and not scored."
        ),
        (
            "级别可用率 = 该级计分专线的 Σ（考核时长 - 中断）/ Σ 考核时长，不对百分比求平均。"
            "无有效数值的专线单独列名，不计分。"
        ),
    ),
    "7": (
        (
            "An outage counts where it begins; its seconds count where they lie. Availability runs"
            " from the first bad slot to restoration, the repair limit from notification to"
            " restoration without the time the clock was stopped."
        ),
        (
            "中断次数计入其开始所在考核期，时长计入其所在考核期。可用率自首个异常时段起算至恢复；"
            "修复时限自通知起算至恢复，扣除停表时长。"
        ),
    ),
    "8": (
        (
            "A credit is a share of one circuit’s fee of one month, in whole fen, half up per line,"
            " then added. The cap is of the quarter."
        ),
        "扣款按单条专线单月费用的比例计算，逐行四舍五入到分后相加。封顶按季度。",
    ),
    "9": (
        (
            "Levels, weights, limits, bands and grades are those of the rules “{rules}” (SHA-256"
            " {rules_sha256}). They hold by agreement of the parties and quote no standard."
        ),
        (
            "级别、权重、限值、扣款档位与等级均出自规则“{rules}”（SHA-256 {rules_sha256}），"
            "其效力来自双方约定，并非引用任何标准。"
        ),
    ),
    "10": (
        (
            "Check evidence, signatures and proofs offline: extranet sla verify BUNDLE. Make the"
            " report again from its evidence, byte for byte: extranet sla recompute BUNDLE."
        ),
        (
            "离线核验证据、签名与证明：extranet sla verify BUNDLE；"
            "由证据逐字节重算报告：extranet sla recompute BUNDLE。"
        ),
    ),
    "11": (
        "The clock of the monitor was {clock}. Leap seconds are not represented (POSIX time).",
        "监测系统时钟：{clock}。不表示闰秒（POSIX 时间）。",
    ),
    "12": (
        (
            "Monitoring cannot prove that it measured truly before it logged; compare with the"
            " carrier’s own records."
        ),
        "监测系统无法自证记录之前的测量真实性，请与运营商自有记录对照。",
    ),
}

_CLOCK: Final[dict[str, tuple[str, str]]] = {
    "verified": ("verified", "已校验"),
    "not verified": ("not verified", "未校验"),
}

_QUALITY: Final[dict[str, tuple[str, str]]] = {
    "latency": ("Latency, ms", "时延（毫秒）"),
    "loss": ("Loss, %", "丢包（%）"),
    "jitter": ("Jitter, ms", "抖动（毫秒）"),
}

_LEADER: Final[dict[str, tuple[str, str]]] = {
    "ranking": ("Ranking", "排名"),
    "worse": ("What got worse", "变差的情况"),
    "money": ("Money", "费用与扣款"),
    "todo": ("What to do", "建议"),
    "no_before": (
        "There is no report of the period before, so nothing is compared.",
        "无上期报告，不作对比。",
    ),
    "nothing_worse": ("Nothing got worse.", "没有变差的情况。"),
    "worse_score": (
        "{carrier}: final score {now}, before {before}",
        "{carrier}：最终得分 {now}，上期 {before}",
    ),
    "worse_availability": (
        "{carrier}: availability {now} %, before {before} %",
        "{carrier}：可用率 {now}%，上期 {before}%",
    ),
    "worse_outages": (
        "{carrier}: {now} outages, before {before}",
        "{carrier}：中断 {now} 次，上期 {before} 次",
    ),
    "worse_link": (
        "{carrier}: {link} does not meet its promise any more ({now} of {promised} %)",
        "{carrier}：{link} 由达标变为未达标（{now}，承诺 {promised}%）",
    ),
    "do_money": (
        "Deduct {due} yuan from {carrier}.",
        "向 {carrier} 扣款 {due} 元。",
    ),
    "do_review": (
        "{carrier}: {count} circuit-months go to joint review.",
        "{carrier}：{count} 个电路月需会审。",
    ),
    "do_left_out": (
        (
            "{carrier}: {count} circuits have evidence in the period and are not in the inventory,"
            " so nothing here counts them; put them back with the end of their in_service."
        ),
        (
            "{carrier}：{count} 条专线本期有监测证据但不在台账中，未计入任何指标，"
            "请补回台账并填写 in_service 结束时间。"
        ),
    ),
    "do_coverage": (
        (
            "{carrier}: {count} circuits have too little evidence; mend their monitoring before"
            " anything is settled."
        ),
        "{carrier}：{count} 条专线证据不足，请先修复监测再行结算。",
    ),
    "do_link": (
        (
            "{link} ({carrier}): {outages} outages, {hours} h down. Ask for a plan of repair, or"
            " buy a second way for the site."
        ),
        (
            "{link}（{carrier}）：中断 {outages} 次、{hours} 小时。"
            "建议责成整改，或为该点位增配备用线路。"
        ),
    ),
    "do_event": (
        "One cause took {count} circuits of {carrier} at {when}: ask for separate ways.",
        "{carrier} 于 {when} 一处故障影响 {count} 条专线：建议要求物理路由分离。",
    ),
    "do_nothing": ("Nothing stands out.", "无突出问题。"),
    "reports": ("Reports this page is made from", "本页所依据的报告"),
}

_ERRORS: Final[dict[str, tuple[str, str]]] = {
    "no_typst": (
        (
            "PDF needs the optional package typst. Install it beside the monitor:"
            " pip install 'extranet-monitor[pdf]'. HTML and Excel need nothing."
        ),
        (
            "输出 PDF 需要可选组件 typst，请安装：pip install 'extranet-monitor[pdf]'。"
            "HTML 与 Excel 不需要。"
        ),
    ),
    "no_chinese_font": (
        (
            "PDF needs a font with Chinese characters, and none was found. Install one, such as"
            " fonts-noto-cjk or fonts-wqy-zenhei (Debian), google-noto-sans-cjk-ttc-fonts"
            " (openEuler). Looked for: {fonts}."
        ),
        (
            "输出 PDF 需要中文字体，但未找到。请安装，例如 fonts-noto-cjk 或"
            " fonts-wqy-zenhei（Debian）、google-noto-sans-cjk-ttc-fonts（openEuler）。"
            "已查找：{fonts}。"
        ),
    ),
    "pdf_failed": ("The PDF could not be set: {why}", "PDF 排版失败：{why}"),
    "too_many_rows": (
        "The sheet “{sheet}” would have more than {limit} rows, which Excel cannot hold. Take CSV.",
        "工作表“{sheet}”将超过 Excel 上限 {limit} 行，请改用 CSV。",
    ),
    "unknown_link": ("The report has no circuit “{link}”.", "报告中没有专线“{link}”。"),
    "no_reports": ("There is no report to compare.", "没有可供对比的报告。"),
}

TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{f"report.{code}": pair for code, pair in _HEAD.items()},
    **{f"report.table.{code}": pair for code, pair in _SHEETS.items()},
    **{f"report.summary.{code}": pair for code, pair in _SUMMARY.items()},
    **{f"report.column.{code}": pair for code, pair in _COLUMNS.items()},
    **{f"report.column.{code}": pair for code, pair in _CLASSES.items()},
    **{f"report.class.{code}": pair for code, pair in _LEGEND.items()},
    **{f"report.status.{code}": pair for code, pair in _STATUS.items()},
    **{f"report.short.{code}": pair for code, pair in _SHORT.items()},
    **{f"report.cause.{code}": pair for code, pair in _CAUSES.items()},
    **{f"report.standing.{code}": pair for code, pair in _STANDING.items()},
    **{f"report.kind.{code}": pair for code, pair in _KINDS.items()},
    **{f"report.reason.{code}": pair for code, pair in _REASONS.items()},
    **{f"report.level.{code}": pair for code, pair in _LEVELS.items()},
    **{f"report.item.{code}": pair for code, pair in _ITEMS.items()},
    **{f"report.basis.{code}": pair for code, pair in _BASIS.items()},
    **{f"report.check.{code}": pair for code, pair in _CHECKS.items()},
    **{f"report.clock.{code}": pair for code, pair in _CLOCK.items()},
    **{f"report.quality.{code}": pair for code, pair in _QUALITY.items()},
    **{f"report.leader.{code}": pair for code, pair in _LEADER.items()},
    **{f"report.error.{code}": pair for code, pair in _ERRORS.items()},
}
