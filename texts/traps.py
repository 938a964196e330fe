"""What a device says unasked: its events, in words; why a run out of turn went as it did."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "trap.cold_start": ("The device started anew", "设备冷启动"),
    "trap.warm_start": ("The device's agent started anew", "设备热启动"),
    "trap.ups.on_battery": ("A power supply runs on its battery", "不间断电源转为电池供电"),
    "trap.link.down": ("A port went down", "端口断开"),
    "trap.link.up": ("A port came up", "端口恢复"),
    "trap.authentication_failure": ("Somebody asked with a wrong secret", "SNMP 认证失败"),
    "trap.egp.lost": ("An EGP neighbour was lost", "EGP 邻居丢失"),
    "trap.bgp.up": ("A BGP session was established", "BGP 会话建立"),
    "trap.bgp.down": ("A BGP session was lost", "BGP 会话中断"),
    "trap.board.failed": ("A board failed", "板卡故障"),
    "trap.board.restored": ("A board works again", "板卡恢复"),
    "trap.config.changed": ("The configuration was changed", "配置变更"),
    "trap.cpu.high": ("The processor is busy", "CPU 利用率过高"),
    "trap.cpu.restored": ("The processor is no longer busy", "CPU 利用率恢复"),
    "trap.memory.high": ("Memory is scarce", "内存利用率过高"),
    "trap.memory.restored": ("Memory is no longer scarce", "内存利用率恢复"),
    "trap.fan.failed": ("A fan failed", "风扇故障"),
    "trap.fan.restored": ("A fan works again", "风扇恢复"),
    "trap.optics.abnormal": ("An optical module is out of its limits", "光模块异常"),
    "trap.optics.restored": ("An optical module is within its limits again", "光模块恢复"),
    "trap.power.failed": ("A power supply failed", "电源故障"),
    "trap.power.restored": ("A power supply works again", "电源恢复"),
    "trap.temperature.high": ("It is too hot", "温度过高"),
    "trap.temperature.restored": ("The temperature is normal again", "温度恢复正常"),
    "trap.ospf.changed": ("An OSPF neighbour or interface changed", "OSPF 邻居或接口状态变化"),
    "trap.lldp.changed": ("A neighbour seen by LLDP changed", "LLDP 邻居变化"),
    "trap.hardware.changed": ("Hardware was changed", "硬件配置变化"),
    "trap.asked": ("Asked because of what it said", "因上述通知立即查询"),
    "wire.reason.gave_way": ("a scheduled run came due and took its place", "让位于到期的定时查询"),
    "page.traps": ("Said by its ends in the last day", "两端设备最近一天的通知"),
    "trap.other": ("A notification nobody has named", "未归类的通知"),
}
