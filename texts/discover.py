"""What `extranet discover` says."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "discover.bad_address": (
        "{address} is no address; give a literal one, with a port or without: 192.0.2.1:161",
        "{address} 不是地址；请给出 IP 地址，可带端口：192.0.2.1:161",
    ),
    "discover.no_credential": (
        "say how to be let in: --community NAME, or --credential ID of the inventory",
        "请说明如何登录：--community 团体名，或 --credential 资源清单中的凭据标识",
    ),
    "discover.unknown_credential": (
        "no credential {name} in the inventory; it has: {known}",
        "资源清单中没有凭据 {name}；现有：{known}",
    ),
    "discover.no_answer": ("{address}: {outcome}:", "{address}：{outcome}："),
    "discover.stanza": (
        "# for the inventory; put in SITE and look at each line:",
        "# 供资源清单使用；请填写 SITE 并逐行核对：",
    ),
    "discover.missing": ("could not be read:", "未能读取："),
    "discover.platform": ("platform", "平台"),
    "discover.model": ("model", "型号"),
    "discover.version": ("version", "版本"),
    "discover.serial": ("serial", "序列号"),
    "discover.sys_object_id": ("sysObjectID", "设备标识 sysObjectID"),
    "discover.sys_name": ("sysName", "设备名称 sysName"),
    "discover.uptime_seconds": ("up, seconds", "运行秒数"),
    "discover.config_changed_seconds": ("config changed", "配置变更距今（秒）"),
    "discover.interfaces": ("interfaces", "接口"),
    "discover.cpu": ("cpu", "处理器"),
    "discover.memory": ("memory", "内存"),
    "discover.temperature": ("temperature", "温度"),
    "discover.fans": ("fans", "风扇"),
    "discover.power": ("power supplies", "电源"),
    "discover.optics": ("optical modules", "光模块"),
    "discover.bgp_peers": ("BGP peers", "BGP 邻居"),
    "discover.ospf_neighbours": ("OSPF neighbours", "OSPF 邻居"),
    "discover.lldp": ("LLDP neighbours", "LLDP 邻居"),
}
