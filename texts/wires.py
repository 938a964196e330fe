"""Why a run of a probe went as it did: one sentence per reason, with what to do about it."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # the wire
    "wire.reason.timeout": (
        "no answer in time; a wrong community looks the same",
        "未在时限内应答；团体名错误时表现相同",
    ),
    "wire.reason.deadline": ("not over by its deadline", "未在截止时间前完成"),
    "wire.reason.port_closed": (
        "the device says that nothing listens on this port",
        "设备回复该端口无服务监听",
    ),
    "wire.reason.unreachable": (
        "the address lives but has no echo service",
        "地址在线，但未提供回显服务",
    ),
    "wire.reason.auth": (
        "the device refuses the SNMPv3 user, key or security level",
        "设备拒绝该 SNMPv3 用户、密钥或安全级别",
    ),
    "wire.reason.v3_silent": (
        "the device tells its SNMPv3 engine and then nothing: a wrong privacy key, or packets lost",
        "设备回复了 SNMPv3 引擎标识，此后无应答：加密密钥错误，或报文丢失",
    ),
    "wire.reason.decode": ("the answer is not SNMP, or was cut", "应答不是 SNMP 报文或不完整"),
    "wire.reason.not_increasing": (
        "the device's table does not move forward",
        "设备的表在遍历时不递增",
    ),
    "wire.reason.agent_error": (
        "the device refuses its table, or breaks it off, with an error",
        "设备拒绝读表，或读表中途返回错误",
    ),
    "wire.reason.too_many_rows": ("the device's table has no end", "设备的表行数超出上限"),
    "wire.reason.too_many_bytes": (
        "the device's table is larger than the cap of bytes",
        "设备的表超出字节数上限",
    ),
    "wire.reason.too_slow": (
        "the device's table was not over in the time a table may take",
        "设备的表未在允许时间内读完",
    ),
    "wire.reason.no_route": (
        "this machine has no route to the address",
        "本机没有到该地址的路由",
    ),
    "wire.reason.no_descriptor": (
        "this process may open no more files; raise ulimit -n",
        "本进程可打开的文件数已用尽；请调大 ulimit -n",
    ),
    "wire.reason.not_open": (
        "echo of this kind is not open: not permitted, or no such address family here",
        "该类回显未启用：无权限或本机无此地址族",
    ),
    "wire.reason.send_buffer": ("the kernel had no room to send", "内核发送缓冲区已满"),
    "wire.reason.overrun": (
        "our own receive buffer overflowed; not counted as loss",
        "本机接收缓冲区溢出；不计为丢包",
    ),
    "wire.reason.not_sent": ("nothing was sent", "未发出"),
    # interfaces
    "wire.reason.renumbered": (
        "the device restarted or its interface numbers moved; learnt anew",
        "设备重启或接口编号变化；已重新学习",
    ),
    "wire.reason.no_interface": (
        "the device has no interface of a declared name",
        "设备上没有资源清单所列的某个接口",
    ),
    "wire.reason.bad_value": ("a value of a wrong type or sign", "某个值的类型或符号不正确"),
    "wire.reason.no_value": ("the device left out a value", "设备缺少某个值"),
    "wire.reason.skewed": (
        "part of the answer came much later than the time before; its octets are left out",
        "部分应答的延迟与上次明显不同；其流量计数不予采用",
    ),
    # health, optics
    "wire.reason.incomplete": (
        "some of the tables could not be read; what was read is kept",
        "部分表未能读取；已读取的部分予以保留",
    ),
    "wire.reason.walks_full": (
        "too many devices are being read whole: its turn had not come when its next run was due",
        "同时整表读取的设备过多：到下一次运行时仍未轮到它",
    ),
    "wire.reason.not_asked": (
        "the device had fallen silent and was asked no more",
        "设备已无应答，不再询问",
    ),
    # the runner
    "wire.reason.late": ("began too late", "启动过晚"),
    "wire.reason.previous_run": ("the previous run was not over", "上一次尚未结束"),
    "wire.reason.stopped": ("the monitor was stopped meanwhile", "监测程序在此期间停止"),
    "wire.reason.device_busy": ("the device had too many questions waiting", "该设备排队过多"),
    "wire.reason.area_full": ("too many runs in flight in this area", "该区域在途任务过多"),
    "wire.reason.internal": ("a bug in the monitor; see its log", "监控程序出错；见日志"),
}
