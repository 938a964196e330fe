"""What people are told of alerts: names of rules, reasons, and the sentences of a message."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # a line: what, where, since when, how bad, why, who
    "alert.firing": ("[{severity}] {rule}: {target}", "【{severity}】{rule}：{target}"),
    "alert.resolved": ("[OVER] {rule}: {target}", "【恢复】{rule}：{target}"),
    "alert.since": (" since {since}", " 自 {since} 起"),
    "alert.lasted": (
        " from {since} to {until}, {duration}",
        " {since} 至 {until}，历时 {duration}",
    ),
    "alert.value": ("; {value}, limit {limit}", "；当前 {value}，限值 {limit}"),
    "alert.value_was": ("; was {value}, limit {limit}", "；曾达 {value}，限值 {limit}"),
    "alert.affected": ("; affects {counts}", "；影响：{counts}"),
    "alert.affected_nobody": ("; nobody is cut off", "；未造成断网"),
    "alert.reason": ("; {reason}", "；{reason}"),
    "alert.part_of": (": {part}", "：{part}"),
    "alert.planned": ("; announced work {work}", "；计划工作 {work}"),
    "alert.unit": ("; responsible: {unit}", "；责任单位：{unit}"),
    # several at once
    "alert.several": ("{count} alerts: {parts}", "{count} 条告警：{parts}"),
    "alert.part": ("{rule} {count}", "{rule} {count}"),
    "alert.part_over": ("over {count}", "恢复 {count}"),
    "alert.more": ("... and {count} more on the page", "……另有 {count} 条，见页面"),
    # words
    "alert.severity.info": ("INFO", "提示"),
    "alert.severity.warning": ("WARNING", "警告"),
    "alert.severity.major": ("MAJOR", "重要"),
    "alert.severity.critical": ("CRITICAL", "严重"),
    "alert.level.province": ("{count} province", "{count} 省"),
    "alert.level.city": ("{count} city", "{count} 市"),
    "alert.level.county": ("{count} county", "{count} 县"),
    "alert.level.township": ("{count} township", "{count} 乡镇"),
    "alert.level.village": ("{count} village", "{count} 村"),
    "alert.level.cloud": ("{count} cloud centre", "{count} 云中心"),
    "alert.levels.province": ("{count} provinces", "{count} 省"),
    "alert.levels.city": ("{count} cities", "{count} 市"),
    "alert.levels.county": ("{count} counties", "{count} 县"),
    "alert.levels.township": ("{count} townships", "{count} 乡镇"),
    "alert.levels.village": ("{count} villages", "{count} 村"),
    "alert.levels.cloud": ("{count} cloud centres", "{count} 云中心"),
    "alert.comma": (", ", " "),
    "alert.days": ("{days} d {hours} h", "{days} 天 {hours} 小时"),
    "alert.hours": ("{hours} h {minutes} min", "{hours} 小时 {minutes} 分"),
    "alert.minutes": ("{minutes} min {seconds} s", "{minutes} 分 {seconds} 秒"),
    "alert.seconds": ("{seconds} s", "{seconds} 秒"),
    # rules
    "alert.rule.link-down": ("Link down", "链路中断"),
    "alert.rule.site-down": ("Site cut off", "站点断网"),
    "alert.rule.device-silent": ("Device silent", "设备无应答"),
    "alert.rule.bandwidth-in": ("Inbound bandwidth over contract", "入向带宽超合同"),
    "alert.rule.bandwidth-out": ("Outbound bandwidth over contract", "出向带宽超合同"),
    "alert.rule.link-loss": ("Packet loss", "丢包超限"),
    "alert.rule.device-cpu": ("Processor overloaded", "处理器过载"),
    "alert.rule.device-memory": ("Memory nearly full", "内存即将用尽"),
    "alert.rule.device-hot": ("Too hot", "温度过高"),
    "alert.rule.fan-failed": ("Fan failed", "风扇故障"),
    "alert.rule.power-failed": ("Power supply failed", "电源故障"),
    "alert.rule.bgp-peer-down": ("BGP session not established", "BGP 会话未建立"),
    "alert.rule.ospf-neighbour-lost": ("OSPF neighbour lost", "OSPF 邻居丢失"),
    "alert.rule.light-weak": ("Received light weak", "接收光功率过低"),
    "alert.rule.link-slow": ("Slower than promised", "时延超过承诺"),
    "alert.rule.sla-at-risk": ("Availability of this month at risk", "本月可用率告急"),
    "alert.rule.monitor-blind": ("The monitor cannot see", "监测失去视野"),
    "alert.rule.outbox-backlog": ("Samples wait for their store", "数据写出积压"),
    "alert.rule.ledger-failing": ("Ledger or history cannot be written", "台账或历史无法写入"),
    "alert.rule.disk-low": ("Disk nearly full", "磁盘空间不足"),
    "alert.rule.samples-lost": ("Samples were lost", "采样丢失"),
    "alert.rule.process-died": ("A part of the monitor died", "监测程序的一个进程已退出"),
    "alert.rule.report-ready": (
        "Assessment report made, open for objections",
        "考核报告已生成，可提出异议",
    ),
    "alert.rule.report-failed": ("Assessment report could not be made", "考核报告生成失败"),
    "alert.rule.reload-refused": ("Reload refused", "重新加载被拒绝"),
    # reasons worth a word
    "alert.reason.far_lost": ("far end lost", "对端失联"),
    "alert.reason.loss": ("too many packets lost", "丢包严重"),
    "alert.reason.port_down": ("port down", "端口关闭"),
    "alert.reason.near_lost": ("near end lost", "近端失联"),
    "alert.reason.silent": ("does not answer", "无应答"),
    "alert.reason.snmp_silent": ("SNMP does not answer", "SNMP 无应答"),
    "alert.reason.snmp_refused": ("SNMP is refused", "SNMP 被拒绝"),
    "alert.reason.snmp_garbled": ("SNMP answers cannot be read", "SNMP 应答异常"),
    "alert.reason.flapping": (
        "goes up and down; told again when it has been stable",
        "反复通断，稳定后再通知",
    ),
    "alert.reason.lasting": ("went up and down, is now down for good", "曾反复通断，现持续中断"),
    "alert.reason.calm": ("has been stable since", "已稳定"),
    "alert.reason.rule_removed": ("the rule was removed", "规则已删除"),
    "alert.reason.rule_changed": ("the rule was changed", "规则已更改"),
    "alert.reason.target_removed": ("no longer in the inventory", "已从资源清单中移除"),
    "alert.reason.probe_removed": ("no longer measured", "已不再监测"),
    "alert.reason.subject_gone": ("no longer applies", "已不再适用"),
    # what is wrong with a file of rules
    "problem.rule_one_limit": (
        "needs either `above` or `below`, not both and not neither",
        "必须且只能写 above 或 below 之一",
    ),
    "problem.rule_limit": (
        "must be a number, or `contract` for what the contract promises",
        "必须是数字，或写 contract 表示合同承诺值",
    ),
    "problem.rule_not_promised": (
        "contracts promise nothing about this metric; known are {known}",
        "合同中没有该指标的承诺；可用的有 {known}",
    ),
    "problem.rule_clear_beyond": (
        "`clear` lies beyond the limit: the alert would end before it begins",
        "clear 超出了限值：告警会在开始前结束",
    ),
    "problem.rule_state": ("must be of {known}", "只能是 {known}"),
    "problem.rule_twice": ("is also defined in {file}", "在 {file} 中已定义"),
    # what is wrong with a channel
    "problem.not_a_web_address": (
        "must be an address that begins with http:// or https://",
        "必须是以 http:// 或 https:// 开头的地址",
    ),
    "problem.not_a_mailbox": (
        "must be a plain mail address: name@domain",
        "必须是邮件地址：name@domain",
    ),
    "problem.password_in_the_open": (
        "a password would go over the line in the open; use `security: starttls` or `tls`",
        "密码会以明文传输；请使用 security: starttls 或 tls",
    ),
    "problem.user_and_password": (
        "`user` and `password` go together",
        "user 与 password 必须同时填写",
    ),
    "problem.two_ways_in": (
        "has a name and password in the address and `authorization` beside it; write one of them",
        "地址中的用户名密码与 authorization 只能写其中之一",
    ),
    "problem.ca_file_unread": (
        "no certificates could be read from {name}",
        "无法从 {name} 读取证书",
    ),
}
