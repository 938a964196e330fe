"""Titles and helps of the Grafana dashboards."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "dashboards.province": ("Province overview", "全省总览"),
    "dashboards.one_link": ("One link", "单条线路"),
    # Rows.
    "dashboards.now": ("Now", "当前状态"),
    "dashboards.carriers": ("Carriers", "运营商"),
    "dashboards.worst": ("Worst", "最差排行"),
    "dashboards.monitor": ("The monitor itself", "监测系统自身"),
    "dashboards.far_site": ("Ports and devices of the site", "站点端口与设备"),
    "dashboards.boxes": ("Boxes and light", "设备健康与光功率"),
    # Words.
    "dashboards.up": ("Up", "正常"),
    "dashboards.degraded": ("Degraded", "劣化"),
    "dashboards.down": ("Down", "中断"),
    "dashboards.unknown": ("Unknown", "未知"),
    "dashboards.shadow": ("Behind an outage", "受上级影响"),
    "dashboards.link": ("Link", "线路"),
    "dashboards.carrier": ("Carrier", "运营商"),
    "dashboards.site": ("Site", "站点"),
    "dashboards.level": ("Level", "层级"),
    "dashboards.area": ("City", "市州"),
    "dashboards.find": ("Find site", "查找站点"),
    "dashboards.in": ("in", "入"),
    "dashboards.out": ("out", "出"),
    "dashboards.median": ("median", "中位数"),
    "dashboards.maximum": ("maximum", "最大"),
    "dashboards.jitter": ("jitter", "抖动"),
    "dashboards.cpu": ("processor", "处理器"),
    "dashboards.memory": ("memory", "内存"),
    "dashboards.fans": ("fans", "风扇"),
    "dashboards.power": ("power supplies", "电源"),
    "dashboards.bgp": ("BGP sessions", "BGP 会话"),
    "dashboards.ospf": ("OSPF neighbours", "OSPF 邻居"),
    "dashboards.received": ("received", "接收"),
    "dashboards.sent": ("sent", "发送"),
    "dashboards.skipped": ("skipped", "跳过"),
    # Panels of boxes.
    "dashboards.load": ("Load", "负载"),
    "dashboards.load_help": (
        "The busiest processor and the fullest memory of each device. Nothing: it does not tell.",
        "每台设备最忙的处理器与占用最高的内存。无数据表示设备不提供。",
    ),
    "dashboards.temperature": ("Highest temperature", "最高温度"),
    "dashboards.failed": ("Failed", "故障数"),
    "dashboards.failed_help": (
        "Fitted parts that do not work, and routing sessions that are not established.",
        "已安装但不工作的部件，以及未建立的路由会话。",
    ),
    "dashboards.light": ("Light", "光功率"),
    "dashboards.light_help": (
        "Of a module with several lanes the weakest. For darkness receivers give some -40 dBm.",
        "多通道模块取最弱的一路。无光时通常显示约 -40 dBm。",
    ),
    # Panels of the province.
    "dashboards.links_by_state": ("Links by state", "线路状态统计"),
    "dashboards.links_by_level": ("Links by level", "各层级线路状态"),
    "dashboards.devices_by_level": ("Devices by level", "各层级设备状态"),
    "dashboards.state_numbers": (
        "Number of targets. 0 up, 1 degraded, 2 down, 3 unknown, 4 behind an outage.",
        "目标数量。0 正常，1 劣化，2 中断，3 未知，4 受上级影响。",
    ),
    "dashboards.down_now": ("Links down now", "当前中断线路"),
    "dashboards.carrier_up": ("Links in operation by carrier", "各运营商线路在线率"),
    "dashboards.carrier_up_help": (
        "Up or degraded, of those whose state is known. No availability: that needs a period.",
        "正常或劣化线路占已知状态线路的比例。这不是可用率：可用率按合同周期考核。",
    ),
    "dashboards.carrier_down": ("Links down by carrier", "各运营商中断线路数"),
    "dashboards.worst_loss": ("Loss, 5 minutes", "丢包率（5 分钟）"),
    "dashboards.worst_rtt": ("Round-trip time, 5 minutes", "往返时延（5 分钟）"),
    "dashboards.worst_errors": ("Errors of ports", "端口错包"),
    "dashboards.full_in": ("Utilisation in", "入向带宽利用率"),
    "dashboards.full_out": ("Utilisation out", "出向带宽利用率"),
    "dashboards.traffic": ("Traffic", "流量"),
    "dashboards.canaries": ("Canaries", "自检探针"),
    "dashboards.canaries_help": (
        "Targets that always answer. When all are silent the monitor is blind, all is unknown.",
        "始终应答的目标。全部无应答时监测系统失去视野，所有状态为未知。",
    ),
    "dashboards.canary_rtt": ("Round-trip time of canaries", "自检探针往返时延"),
    "dashboards.runs": ("Runs per second", "每秒探测次数"),
    "dashboards.lateness": ("Lateness of runs", "探测延迟"),
    "dashboards.outbox_age": ("Oldest reading that waits", "待发送数据最长等待"),
    "dashboards.outbox_age_help": (
        "Rises while a store is away; nothing is lost until the outbox is full.",
        "存储不可用时上升；发件箱写满之前不丢数据。",
    ),
    "dashboards.outbox_lost": ("Points not delivered", "未送达数据点"),
    "dashboards.outbox_lost_help": (
        "Since the start: dropped for space, refused by the store, left out by it.",
        "启动以来：因空间不足丢弃、被存储拒绝、被存储部分丢弃。",
    ),
    # Panels of a link.
    "dashboards.state": ("State", "状态"),
    "dashboards.states": ("States", "状态变化"),
    "dashboards.rtt": ("Round-trip time", "往返时延"),
    "dashboards.loss": ("Loss", "丢包率"),
    "dashboards.utilisation": ("Utilisation", "带宽利用率"),
    "dashboards.utilisation_help": (
        "Rate of the near port over the bandwidth of the contract.",
        "近端端口速率与合同带宽之比。",
    ),
    "dashboards.devices": ("Devices", "设备"),
    "dashboards.ports": ("Ports", "端口"),
    "dashboards.ports_help": ("1: ifOperStatus is up.", "1：ifOperStatus 为 up。"),
    "dashboards.errors": ("Errors", "错包"),
    "dashboards.discards": ("Discards", "丢弃"),
}
