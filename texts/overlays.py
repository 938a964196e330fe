"""Who is responsible: overlays, their documents, and the calendar."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # Why a filing is refused.
    "api.overlay_reversed": (
        "The end is not after the start.",
        "结束时间应晚于开始时间。",
    ),
    "api.overlay_too_long": (
        "It is longer than {days} days. File it in parts.",
        "时段超过 {days} 天，请分段申报。",
    ),
    "api.overlay_too_far": (
        "It begins more than {days} days from now. Is the year right?",
        "开始时间在 {days} 天之后，请核对年份。",
    ),
    "api.overlay_not_over": (
        "A claim is about time that has passed; this one ends in the future.",
        "责任认定申请只针对已经过去的时段，本次结束时间尚未到。",
    ),
    "api.overlay_no_link": ("It names no link.", "未指明链路。"),
    "api.overlay_link_twice": (
        "It names the link “{link}” twice.",
        "链路“{link}”重复列出。",
    ),
    "api.overlay_many_links": (
        "It names more than {most} links. File it in parts.",
        "链路超过 {most} 条，请分批申报。",
    ),
    "api.overlay_one_carrier": (
        "An overlay is of one carrier's links. File one for each carrier.",
        "一次申报只涉及一家运营商的链路，请按运营商分别申报。",
    ),
    "api.overlay_other_carrier": (
        "A correction of “{overlay}” is of links of the same carrier.",
        "对“{overlay}”的更正须为同一运营商的链路。",
    ),
    "api.overlay_outage_elsewhere": (
        "The outage “{outage}” is of none of its links.",
        "中断“{outage}”不属于所申报的链路。",
    ),
    "api.overlay_kind_of_owner": (
        "A carrier does not file the kind {kind}; the owner's own work is the owner's to announce.",
        "运营商不能申报 {kind} 类型，建设单位自身的施工由建设单位登记。",
    ),
    "api.overlay_needs_document": (
        "Force majeure is claimed with a document. Hand one in first.",
        "不可抗力申请须附证明文件，请先上传。",
    ),
    "api.overlay_needs_evidence": (
        "It needs evidence: a document, or the id of an outage with facts on record.",
        "须有证据：附上文件，或指明已有物理证据的中断编号。",
    ),
    "api.overlay_claimed_late": (
        (
            "Force majeure is claimed within {days} working days after its end;"
            " the last day was {last}."
        ),
        "不可抗力须在结束后 {days} 个工作日内申报，最后期限为 {last}。",
    ),
    "api.overlay_not_replaceable": (
        "The overlay “{overlay}” cannot be corrected: it is not yours, or stands no more.",
        "记录“{overlay}”不能更正：不是本方申报的，或已失效。",
    ),
    "api.overlay_overlaps": (
        (
            "It overlaps “{overlay}”, which your side filed before for the same links."
            " Correct that one (`replaces`), or withdraw it."
        ),
        "与本方先前对相同链路的申报“{overlay}”时段重叠，请更正（`replaces`）或撤回原申报。",
    ),
    "api.overlay_own": (
        "You filed “{overlay}” yourself; another person decides about it.",
        "“{overlay}”由您本人申报，须由另一人审批。",
    ),
    "api.overlay_not_yours": (
        "“{overlay}” was filed by another person, who alone withdraws it.",
        "“{overlay}”由他人申报，只能由申报人撤回。",
    ),
    "api.overlay_begun": (
        (
            "“{overlay}” is approved and has begun, so one person cannot take it back."
            " File a correction (`replaces`)."
        ),
        "“{overlay}”已批准且已开始，不能由一人撤回，请提交更正申报（`replaces`）。",
    ),
    "api.overlay_decided": (
        "“{overlay}” is not open any more: it was decided, withdrawn or replaced before.",
        "“{overlay}”已不在待审批状态：此前已审批、撤回或更正。",
    ),
    "api.overlay_wider": (
        "“{overlay}” also concerns links that you may not see; somebody else decides about it.",
        "“{overlay}”还涉及您无权查看的链路，须由他人审批。",
    ),
    "api.unknown_overlay": (
        "There is no overlay “{overlay}” among those you may see.",
        "在您可见的范围内没有申报“{overlay}”。",
    ),
    "api.no_overlays": ("Overlays are not kept here.", "本系统未启用责任申报。"),
    "api.too_many_filings": (
        "That is a great deal for one person. Go on in {retry_after} seconds.",
        "个人操作过多，请在 {retry_after} 秒后继续。",
    ),
    "api.not_kept": (
        "It could not be written to the disk, and nothing of it was. Try again later.",
        "未能写入磁盘，没有保存任何内容，请稍后重试。",
    ),
    # Documents.
    "api.unknown_document": (
        "There is no document {sha256} that you may see. Hand it in first.",
        "在您可见的范围内没有文件 {sha256}，请先上传。",
    ),
    "api.document_too_slow": (
        "The file did not come in within {seconds} seconds.",
        "文件未能在 {seconds} 秒内传完。",
    ),
    "api.document_empty": ("The file is empty.", "文件为空。"),
    "api.document_too_large": ("The file is larger than 20 MB.", "文件超过 20 MB。"),
    "api.document_not_allowed": (
        (
            "A file of this kind is not taken: PDF, PNG, JPEG, OFD, Excel, Word, zip,"
            " mail or plain text."
        ),
        "不接受此类文件；可上传 PDF、PNG、JPEG、OFD、Excel、Word、zip、邮件或纯文本。",
    ),
    "api.document_full": (
        "The store of documents is full. Tell who runs the monitor.",
        "文件库已满，请联系系统管理员。",
    ),
    "api.document_damaged": (
        "The document is not what was handed in: its hash has changed. Tell who runs the monitor.",
        "文件与上传时不一致：哈希已变化，请联系系统管理员。",
    ),
    "api.documents_busy": (
        "Several files are on their way. Try again in {retry_after} seconds.",
        "正在接收多个文件，请在 {retry_after} 秒后重试。",
    ),
    "api.problem.bad_time_offset": (
        "it must be a time with its offset, in whole seconds: 2026-11-24T22:00:00+08:00",
        "应为带时区偏移的整秒时间：2026-11-24T22:00:00+08:00",
    ),
    "people.no_carrier": (
        "“{name}”: whoever has the role carrier needs --carrier, or would see nothing.",
        "“{name}”：角色 carrier 须同时指定 --carrier，否则看不到任何内容。",
    ),
    # What of it will not count.
    "overlay.note.notice": (
        "Announced less than {hours} h before its start: it will not count.",
        "登记时间距开始不足 {hours} 小时，将不予剔除。",
    ),
    "overlay.note.night": (
        "Only what lies in the agreed night window counts.",
        "只有落在约定夜间窗口内的时间才予以剔除。",
    ),
    "overlay.note.late": (
        "Registered after its start: only what comes later counts.",
        "开始之后才登记，只有登记之后的时间才予以剔除。",
    ),
    "overlay.note.no_evidence": (
        "There is no evidence: it will not count.",
        "没有证据，将不予剔除。",
    ),
    "overlay.note.quota": (
        "{month}: {minutes} min of the monthly quota are left after it.",
        "{month}：本次之后当月配额还剩 {minutes} 分钟。",
    ),
    "overlay.note.over_quota": (
        "{month}: {minutes} min more than the monthly quota; what comes last will not count.",
        "{month}：超出当月配额 {minutes} 分钟，超出部分（最晚的）不予剔除。",
    ),
    # The page.
    "page.overlays": ("Assessment: who is responsible", "考核：责任申报"),
    "page.overlays.inventory": ("in the inventory", "资源清单"),
    "page.overlays.none": ("Nothing was filed.", "没有申报。"),
    "page.overlays.file": ("File", "申报"),
    "page.overlays.sent": ("Filed as {id}.", "已申报，编号 {id}。"),
    "page.overlays.all": ("All states", "全部状态"),
    "page.overlays.column.kind": ("Kind", "类型"),
    "page.overlays.column.title": ("What", "事由"),
    "page.overlays.column.links": ("Links", "链路"),
    "page.overlays.column.start": ("From", "开始"),
    "page.overlays.column.end": ("To", "结束"),
    "page.overlays.column.state": ("State", "状态"),
    "page.overlays.column.filed": ("Filed by", "申报人"),
    "page.overlays.column.act": ("Act", "操作"),
    "page.overlays.kind.M_o": ("owner's work", "建设单位施工"),
    "page.overlays.kind.M_c": ("carrier's work", "运营商割接"),
    "page.overlays.kind.F": ("force majeure", "不可抗力"),
    "page.overlays.kind.P": ("power or site", "机房电力环境"),
    "page.overlays.kind.X": ("upstream", "上级或他方"),
    "page.overlays.state.filed": ("waits for approval", "待审批"),
    "page.overlays.state.approved": ("approved", "已批准"),
    "page.overlays.state.rejected": ("rejected", "已驳回"),
    "page.overlays.state.withdrawn": ("withdrawn", "已撤回"),
    "page.overlays.state.replaced": ("replaced", "已更正"),
    "page.overlays.act.approve": ("Approve", "批准"),
    "page.overlays.act.reject": ("Reject", "驳回"),
    "page.overlays.act.withdraw": ("Withdraw", "撤回"),
    "page.overlays.form.kind": ("Kind", "类型"),
    "page.overlays.form.links": ("Links (ids, with commas)", "链路（编号，逗号分隔）"),
    "page.overlays.form.start": ("From (Beijing time)", "开始（北京时间）"),
    "page.overlays.form.end": ("To (Beijing time)", "结束（北京时间）"),
    "page.overlays.form.title": ("What", "事由"),
    "page.overlays.form.why": ("Details", "说明"),
    "page.overlays.form.document": ("Document", "证明文件"),
}
