"""What is declared against what is observed."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # What is wrong with the register and with the section `survey`.
    "problem.bad_mac": (
        (
            "must be a MAC address: 00:e0:fc:12:34:56, 00-e0-fc-12-34-56, 00e0-fc12-3456,"
            " 00e0.fc12.3456 or 00e0fc123456; put it in quotes if it looks like a number"
        ),
        (
            "应为 MAC 地址：00:e0:fc:12:34:56、00-e0-fc-12-34-56、00e0-fc12-3456、"
            "00e0.fc12.3456 或 00e0fc123456；若看起来像数字，请加引号"
        ),
    ),
    "problem.mac_of_no_device": (
        "is the address of a group or of nobody, not of one device",
        "是组播地址或空地址，不是某一台设备的地址",
    ),
    "problem.mac_twice": ("has the same MAC address as {other}", "与 {other} 的 MAC 地址相同"),
    "problem.registered_nowhere": (
        (
            "no entry names a unit or a device, so there is no site at which what is seen would"
            " be compared with the register"
        ),
        "备案条目均未注明责任单位或设备，因此没有任何站点会按备案比对所见到的接入设备",
    ),
    "problem.bad_survey": (
        "must be never, or a duration of at least {least}: 24h, 12h",
        "应为 never，或不短于 {least} 的时长：24h、12h",
    ),
    "api.unknown_finding": (
        "There is no finding “{finding}” among those you may see; what differs may have changed.",
        "在您可见的范围内没有差异“{finding}”，所见情况可能已经变化。",
    ),
    # What differs.
    "drift.interface_missing": (
        "Port {interface} is declared, but the device does not have it.",
        "端口 {interface} 已登记，但设备上不存在。",
    ),
    "drift.interface_renamed": (
        "Port {interface} is gone; {now} has its {by} and seems to be in its place.",
        "端口 {interface} 已不存在；{now} 与其{by}相同，疑为同一端口改名。",
    ),
    "drift.interface_down_by_admin": (
        "Port {interface} is declared, but was switched off by hand.",
        "端口 {interface} 已登记，但被人为关闭。",
    ),
    "drift.speed_below_contract": (
        "Port {interface} runs at {speed}; {link} is contracted for {contract}.",
        "端口 {interface} 速率为 {speed}，低于链路 {link} 的合同带宽 {contract}。",
    ),
    "drift.alias_changed": (
        "The description of port {interface} was “{was}” and is “{now}”.",
        "端口 {interface} 的描述由“{was}”变为“{now}”。",
    ),
    "drift.neighbour_unexpected": (
        "Port {interface} hears {heard}, where {expected} should be.",
        "端口 {interface} 的邻居是 {heard}，应为 {expected}。",
    ),
    "drift.serial_changed": (
        "The serial number was {was} and is {now}: the box was exchanged.",
        "序列号由 {was} 变为 {now}：设备已被更换。",
    ),
    "drift.platform_differs": (
        "Declared as {declared}, but it is {seen}.",
        "登记的平台为 {declared}，实际为 {seen}。",
    ),
    "drift.station_unregistered": (
        "{mac} (IP {ip}) is connected at port {interface} and not registered.",
        "端口 {interface} 上接入了未备案的设备 {mac}（IP {ip}）。",
    ),
    "drift.stations_unregistered": (
        (
            "{count} devices that are not registered are behind port {interface};"
            " is it the way to another switch?"
        ),
        "端口 {interface} 后有 {count} 台未备案的设备；该端口是否连接了另一台交换机？",
    ),
    "drift.station_moved": (
        "{title} ({mac}, IP {ip}) is at port {interface}, but registered for {registered}.",
        "{title}（{mac}，IP {ip}）接入在端口 {interface}，备案位置为 {registered}。",
    ),
    "drift.not_readable": (
        "Could not read {section} ({columns}): {reason}. Nothing is concluded from it.",
        "未能读取{section}（{columns}）：{reason}。不据此作任何判断。",
    ),
    "drift.more_findings": (
        "{count} more differences of this device are not listed.",
        "该设备另有 {count} 项差异未列出。",
    ),
    "drift.by.alias": ("description", "描述"),
    "drift.by.descr": ("ifDescr", "ifDescr 值"),
    "drift.by.index": ("ifIndex", "ifIndex 值"),
    "drift.section.identity": ("model and serial number", "型号与序列号"),
    "drift.section.interfaces": ("interfaces", "接口"),
    "drift.section.cpu": ("CPU", "处理器"),
    "drift.section.memory": ("memory", "内存"),
    "drift.section.temperature": ("temperatures", "温度"),
    "drift.section.fans": ("fans", "风扇"),
    "drift.section.power": ("power supplies", "电源"),
    "drift.section.optics": ("optics", "光模块"),
    "drift.section.bgp_peers": ("BGP peers", "BGP 邻居"),
    "drift.section.ospf_neighbours": ("OSPF neighbours", "OSPF 邻居"),
    "drift.section.lldp": ("LLDP neighbours", "LLDP 邻居"),
    "drift.section.stations": ("MAC addresses and ARP", "MAC 与 ARP 表"),
    # The page.
    "page.drift": ("Differs from what is declared", "与登记不符"),
    "page.drift.none": ("Nothing differs.", "没有差异。"),
    "page.drift.none_of_kind": ("Nothing of this kind.", "没有此类差异。"),
    "page.drift.off": ("The survey is off.", "巡检未启用。"),
    "page.drift.coverage": (
        "{read} of {devices} devices read, {never} never; the oldest reading is of {time}",
        "已巡检 {read} / {devices} 台设备，{never} 台尚未巡检；最早一次为 {time}",
    ),
    "page.drift.unread": (
        "none of {devices} devices was read yet",
        "{devices} 台设备均尚未巡检",
    ),
    "page.drift.failed": ("{count} could not be read last time", "{count} 台最近一次巡检失败"),
    "page.drift.waiting": ("{count} still to be compared", "{count} 台待比对"),
    "page.drift.failure": ("what was seen cannot be kept", "巡检结果无法保存"),
    "page.drift.accept": ("Accept", "认可"),
    "page.drift.all": ("All kinds", "全部类别"),
    "page.drift.column.kind": ("Kind", "类别"),
    "page.drift.column.device": ("Device", "设备"),
    "page.drift.column.site": ("Site", "站点"),
    "page.drift.column.text": ("What differs", "差异"),
    "page.drift.column.since": ("For", "持续"),
    "page.drift.column.seen": ("Seen", "巡检时间"),
    "page.drift.column.act": ("Act", "操作"),
    "page.drift.kind.interface_missing": ("port missing", "端口缺失"),
    "page.drift.kind.interface_renamed": ("port renamed", "端口改名"),
    "page.drift.kind.interface_down_by_admin": ("port switched off", "端口被关闭"),
    "page.drift.kind.speed_below_contract": ("too slow", "速率不足"),
    "page.drift.kind.alias_changed": ("description", "描述变更"),
    "page.drift.kind.neighbour_unexpected": ("neighbour", "邻居不符"),
    "page.drift.kind.serial_changed": ("exchanged", "设备更换"),
    "page.drift.kind.platform_differs": ("platform", "平台不符"),
    "page.drift.kind.station_unregistered": ("not registered", "未备案"),
    "page.drift.kind.stations_unregistered": ("many not registered", "大量未备案"),
    "page.drift.kind.station_moved": ("moved", "位置变动"),
    "page.drift.kind.not_readable": ("not readable", "无法读取"),
    "page.drift.kind.more_findings": ("more", "更多"),
}
