"""Hosts and their capacity: rules, reasons, and what is said about when something is full."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # why a run went as it did
    "wire.reason.script_unread": (
        "what came back is not the script's answer: a forced command, or a shell that refuses",
        "返回内容不是脚本的输出：可能设置了强制命令，或登录 shell 拒绝执行",
    ),
    "wire.reason.exporter_unread": (
        "what came back is no page of a node_exporter",
        "返回内容不是 node_exporter 的指标页",
    ),
    # why a host is in its state
    "alert.reason.ssh_refused": ("SSH is refused", "SSH 登录被拒绝"),
    "alert.reason.ssh_garbled": ("SSH answers cannot be read", "SSH 应答异常"),
    "alert.reason.exporter_refused": ("node_exporter refuses", "node_exporter 拒绝访问"),
    "alert.reason.exporter_garbled": (
        "node_exporter answers cannot be read",
        "node_exporter 应答异常",
    ),
    "alert.reason.host_key_unknown": (
        "no host key was enrolled; no password was sent",
        "尚未登记主机密钥；未发送口令",
    ),
    "page.reason.ssh_refused": ("SSH refused", "SSH 被拒绝"),
    "page.reason.ssh_garbled": ("SSH garbled", "SSH 应答异常"),
    "page.reason.exporter_refused": ("exporter refuses", "采集端拒绝访问"),
    "page.reason.exporter_garbled": ("exporter garbled", "采集端应答异常"),
    "page.reason.host_key_changed": ("host key changed", "主机密钥已变"),
    "page.reason.host_key_unknown": ("host key not enrolled", "主机密钥未登记"),
    # rules
    "alert.rule.host-disk-filling": ("Filesystem nearly full", "文件系统即将写满"),
    "alert.rule.host-disk-full": ("Filesystem full", "文件系统已满"),
    "alert.rule.host-inodes": ("Inodes nearly used up", "inode 即将用尽"),
    "alert.rule.host-read-only": ("Filesystem is read-only", "文件系统变为只读"),
    "alert.rule.host-swap": ("Swap nearly used up", "交换空间即将用尽"),
    "alert.rule.host-load": ("Load too high", "系统负载过高"),
    "alert.rule.host-service-stopped": ("A service does not run", "服务未运行"),
    "alert.rule.host-unit-failed": ("A unit of systemd failed", "systemd 单元失败"),
    "alert.rule.host-clock": ("Clock is wrong", "主机时钟偏差"),
    "alert.rule.host-unsynchronised": ("Clock is not synchronised", "主机时钟未同步"),
    "alert.rule.host-restarted": ("Host restarted", "主机重新启动"),
    "alert.rule.host-backup-old": ("Last backup is too old", "最近一次备份过旧"),
    # capacity
    "capacity.all": ("All hosts", "全部主机"),
    "capacity.cpu": ("processors", "处理器"),
    "capacity.memory": ("memory", "内存"),
    "capacity.storage": ("storage", "存储"),
    "capacity.good": (
        "{percent} % of the {resource} is used; {limit} % on {on} ({earliest} to {latest})",
        "{resource}已用 {percent}%；预计 {on} 达到 {limit}%（{earliest} 至 {latest}）",
    ),
    "capacity.fair": (
        "{percent} % of the {resource} is used; {limit} % between {earliest} and {latest}",
        "{resource}已用 {percent}%；达到 {limit}% 的时间在 {earliest} 至 {latest}，把握不大",
    ),
    "capacity.too_short": (
        "{percent} % of the {resource} is used; {days} days are too few to say when it is full",
        "{resource}已用 {percent}%；仅有 {days} 天数据，不足以推算用满日期",
    ),
    "capacity.steady": (
        "{percent} % of the {resource} is used; in {days} days it has not risen beyond doubt",
        "{resource}已用 {percent}%；{days} 天内没有明确的上升趋势",
    ),
    "capacity.falling": (
        "{percent} % of the {resource} is used, and it gets less",
        "{resource}已用 {percent}%，呈下降趋势",
    ),
    "capacity.far": (
        "{percent} % of the {resource} is used; it rises, but {limit} % is too far ahead for dates",
        "{resource}已用 {percent}%；缓慢上升，距 {limit}% 尚远，不给出日期",
    ),
    "capacity.full": (
        "{percent} % of the {resource} is used: {limit} % is exceeded",
        "{resource}已用 {percent}%，已超过 {limit}%",
    ),
    "page.capacity": ("Capacity of the cloud centre", "云中心容量"),
    "page.capacity.heard": ("Hosts heard", "主机（有数据 / 全部）"),
    "page.capacity.cpu": ("Processors", "处理器"),
    "page.capacity.memory": ("Memory", "内存"),
    "page.capacity.storage": ("Storage", "存储"),
    "page.capacity.used": ("{used} / {total}", "{used} / {total}"),
    "page.capacity.at": ("Added up at {time}; once an hour", "汇总于 {time}；每小时一次"),
    "page.capacity.failed": ("cannot be kept: {why}", "无法保存：{why}"),
    # the dashboard
    "dashboards.hosts": ("Hosts of the cloud centre", "云中心主机"),
    "dashboards.zones": ("Security zones", "安全域"),
    "dashboards.zone": ("Zone", "安全域"),
    "dashboards.host": ("Host", "主机"),
    "dashboards.one_host": ("One host", "单台主机"),
    "dashboards.hosts_by_zone": ("Hosts heard", "在线主机数"),
    "dashboards.zone_cpu": ("Processors used", "处理器使用率"),
    "dashboards.zone_memory": ("Memory used", "内存使用率"),
    "dashboards.zone_storage": ("Storage used", "存储使用率"),
    "dashboards.host_fullest": ("Fullest filesystem", "最满的文件系统"),
    "dashboards.host_inodes": ("Inodes used", "inode 使用率"),
    "dashboards.host_load": ("Load per processor", "每处理器负载"),
    "dashboards.host_swap": ("Swap used", "交换空间使用率"),
    "dashboards.host_backup": ("Oldest last backup", "最旧的最近备份"),
    "dashboards.host_services": ("Services that do not run", "未运行的服务"),
    "dashboards.host_services_help": (
        "Services that should run and do not, or units that systemd calls failed.",
        "应运行而未运行的服务，或 systemd 标记为失败的单元。",
    ),
    "dashboards.host_time": ("Running, and clock", "运行时间与时钟"),
    "dashboards.host_up": ("up for", "已运行"),
    "dashboards.host_clock": ("clock wrong by", "时钟偏差"),
    "dashboards.host_cpu": ("Processors by mode", "处理器时间分布"),
    "dashboards.host_cpu_help": (
        "How many processors were busy with what, over five minutes.",
        "五分钟内各类工作占用的处理器个数。",
    ),
    "dashboards.host_busy": ("Busy", "使用率"),
    "dashboards.swap": ("swap", "交换空间"),
    "dashboards.load_of_host": ("Load", "系统负载"),
    "dashboards.host_filesystems": ("Filesystems", "文件系统"),
    "dashboards.fullest": ("fullest", "最满"),
    "dashboards.host_disks": ("Disks", "磁盘读写"),
    "dashboards.host_network": ("Network", "网络流量"),
    "dashboards.read": ("read", "读"),
    "dashboards.written": ("written", "写"),
}
