"""Paths for meetings: why a check went as it did, and what the before-meeting check says."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # streams of our own
    "wire.reason.path_silent": (
        "no echo of the stream came back",
        "整段探测流均无回应",
    ),
    "wire.reason.path_loss": (
        "more loss than the class of traffic bears",
        "丢包率超过该业务等级限值",
    ),
    "wire.reason.path_jitter": (
        "more jitter than the class of traffic bears",
        "抖动超过该业务等级限值",
    ),
    "wire.reason.path_delay": (
        "more delay than the class of traffic bears",
        "时延超过该业务等级限值",
    ),
    "wire.reason.no_path_check": (
        "it has no path check: nobody listened to it",
        "未配置路径探测，未检查",
    ),
    # routers' own tests
    "wire.reason.nqa_failed": (
        "the router's test of this path failed",
        "路由器对该路径的 NQA/SLA 测试失败",
    ),
    "wire.reason.nqa_missing": (
        "the router has no test of this owner and name; it must be made on the router",
        "路由器上没有该管理员名和例名的测试；需在设备上创建",
    ),
    "wire.reason.nqa_stopped": (
        "the router's test does not run; start it on the router",
        "路由器上的测试未运行；请在设备上启动",
    ),
    "wire.reason.nqa_no_result": (
        "the router's test has no result yet",
        "路由器上的测试尚无结果",
    ),
    "wire.reason.nqa_old": (
        "the last result of the router's test is too old",
        "路由器上的测试结果过旧",
    ),
    # rules
    "alert.rule.path-poor": (
        "Video path worse than its class",
        "视频会议路径质量超限",
    ),
    # the before-meeting check
    "rehearse.head.node": ("Node", "会场"),
    "rehearse.head.loss": ("Loss", "丢包"),
    "rehearse.head.jitter": ("Jitter", "抖动"),
    "rehearse.head.delay": ("Delay", "时延"),
    "rehearse.head.mos": ("MOS", "MOS 分"),
    "rehearse.head.rating": ("Rating", "评级"),
    "rehearse.head.verdict": ("Verdict", "结论"),
    "rehearse.head.what": ("What is wrong", "问题"),
    "rehearse.go": ("go", "可开会"),
    "rehearse.no_go": ("NO GO", "不可用"),
    "rehearse.unknown": ("unknown", "未知"),
    "rehearse.begins": (
        "{count} nodes, {seconds} s each, {waves} after each other: some {total} s.",
        "共 {count} 个会场，每个 {seconds} 秒，分 {waves} 批：约 {total} 秒。",
    ),
    "rehearse.sum": (
        "{go} of {count} nodes can take part.",
        "{count} 个会场中 {go} 个可以开会。",
    ),
    "rehearse.nobody": (
        "Nobody to ask: name services that have a probe of kind path, or a group of such.",
        "没有可检查的会场：请指定带有 path 探测的业务或业务组。",
    ),
    "rehearse.unknown_service": (
        'no service "{service}" with a probe of kind path; did you mean {near}?',
        "没有带 path 探测的业务“{service}”；是否指 {near}？",
    ),
    "rehearse.unknown_group": (
        'no service group "{group}"',
        "没有业务组“{group}”",
    ),
    "rehearse.too_many": (
        "{count} nodes are more than the {most} that may be asked in one check",
        "{count} 个会场超过一次检查的上限 {most} 个",
    ),
    "cli.rehearse": (
        "check before a meeting how its nodes can be reached",
        "会前检查：各会场的网络质量",
    ),
    "cli.rehearse_service": ("services with a probe of kind path", "带有 path 探测的业务"),
    "cli.rehearse_group": ("every node of this service group", "该业务组的全部会场"),
    "cli.rehearse_minutes": ("how long each node is listened to", "每个会场的检查时长（分钟）"),
    "api.rehearsal_running": (
        "a check is running; wait until it is over",
        "已有一项检查在进行；请等待其结束",
    ),
    "api.unknown_node": (
        'no service "{service}" with a probe of kind path',
        "没有带 path 探测的业务“{service}”",
    ),
    "api.no_nodes": (
        "nobody to ask: name services that have a probe of kind path, or a group of such",
        "没有可检查的会场：请指定带有 path 探测的业务或业务组",
    ),
    "api.too_many_nodes": (
        "{count} nodes are more than the {most} that may be asked in one check",
        "{count} 个会场超过一次检查的上限 {most} 个",
    ),
}
