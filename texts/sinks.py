"""Why a sink does not send, and what is wrong with its section of monitor.yaml.

The code of a trouble is what stands before the colon in `Outbox.trouble`.
"""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "sinks.unreachable": ("the store cannot be reached", "无法连接存储"),
    "sinks.timeout": ("the store does not answer in time", "存储未在时限内应答"),
    "sinks.tls": (
        "the store's certificate is not trusted; name its authority as ca_file",
        "存储的证书不受信任；请用 ca_file 指明签发机构",
    ),
    "sinks.unauthorised": (
        "the store does not accept our token or password",
        "存储不接受配置的令牌或口令",
    ),
    "sinks.forbidden": (
        "the store does not allow us to write there",
        "存储不允许写入该数据库",
    ),
    "sinks.not_found": (
        "the store has no such database, bucket or path",
        "存储中没有该数据库、存储桶或路径",
    ),
    "sinks.redirected": (
        "the store sends us elsewhere; write its final address as url",
        "存储返回重定向；请在 url 中写最终地址",
    ),
    "sinks.rate_limited": ("the store asks for fewer requests", "存储要求降低写入频率"),
    "sinks.server_error": ("the store reports an error of its own", "存储报告自身故障"),
    "sinks.too_large": ("the store takes no batch that large", "存储不接受这样大的批次"),
    "sinks.bad_request": (
        "the store refused a batch for good; it lies in the folder refused",
        "存储永久拒绝了一个批次；该批次保存在 refused 目录",
    ),
    "sinks.partial_write": (
        "the store left out a part of a batch; it lies in the folder refused",
        "存储丢弃了批次的一部分；该批次保存在 refused 目录",
    ),
    "sinks.out_of_order": (
        "Prometheus refused samples older than those it has; set out_of_order_time_window there",
        "Prometheus 拒绝了早于已有数据的样本；请在其配置中设置 out_of_order_time_window",
    ),
    "sinks.disk": (
        "the outbox cannot write to its disk; readings wait in memory",
        "发件箱无法写入磁盘；数据暂存于内存",
    ),
    "sinks.internal": ("an error of the monitor itself", "监测系统自身错误"),
    "problem.sink_address": (
        "is no web address: http://host:port/path or https://host/path",
        "不是网址：应为 http://主机:端口/路径 或 https://主机/路径",
    ),
    "problem.sink_address_extra": (
        "must have no user, password, query or fragment in it; they have keys of their own",
        "网址中不得含用户名、口令、查询或片段；请使用各自的配置项",
    ),
    "problem.sink_authority": (
        "{name} is missing or holds no certificate (PEM)",
        "{name} 不存在或不含证书（PEM）",
    ),
}
