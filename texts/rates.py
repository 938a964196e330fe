"""Why a port has no rate at the moment: one sentence per reason of `metrics.rates`."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "page.no_rate.first": (
        "no rate yet: it takes two readings",
        "暂无速率：需要两次读数",
    ),
    "page.no_rate.renumbered": (
        "no rate: the ports were numbered anew",
        "无速率：端口已重新编号",
    ),
    "page.no_rate.gap": (
        "no rate: the reading before is too old",
        "无速率：上一次读数过旧",
    ),
    "page.no_rate.reset": (
        "no rate: the device restarted or reset its counters",
        "无速率：设备重启或计数器被清零",
    ),
    "page.no_rate.clock": (
        "no rate: the monitor's clock was set back and the device tells no uptime",
        "无速率：监测系统时钟被回拨，且设备未给出运行时间",
    ),
    "page.no_rate.still": (
        "no rate: the device answered from a cache",
        "无速率：设备返回的是缓存数据",
    ),
    "page.no_rate.no_value": (
        "no rate: the device does not give this counter",
        "无速率：设备未提供该计数器",
    ),
    "page.no_rate.skewed": (
        "no rate: this part of the answer took longer or shorter than the time before",
        "无速率：这部分应答的延迟与上一次不同",
    ),
    "page.no_rate.invalid": (
        "no rate: the counter shows an impossible number",
        "无速率：计数器数值无效",
    ),
    "page.no_rate.discontinuity": (
        "no rate: the device says that its counters were interrupted",
        "无速率：设备声明计数器不连续",
    ),
    "page.no_rate.wrap": (
        "no rate: the counter went round, perhaps more than once; ask 64-bit ones if it has any",
        "无速率：计数器翻转或可能多次翻转；如设备支持，请改用 64 位计数器",
    ),
    "page.no_rate.too_fast": (
        "no rate: it would be faster than the port",
        "无速率：计算结果超过端口速率",
    ),
    "page.no_rate.not_refreshed": (
        "no rate: the device has not refreshed its counters, or nothing flows; known within 45 s",
        "无速率：设备尚未刷新计数器或无流量；45 秒内可判定",
    ),
}
