"""Configurations of devices: why one was not kept, what changed, and the command line."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # why a run went as it did
    "wire.reason.config_not_due": (
        "there is nothing to be fetched yet",
        "尚无需重新获取配置",
    ),
    "wire.reason.config_no_platform": (
        "nobody knows how a whole configuration of this platform ends, so none is kept",
        "不了解该平台完整配置的结束标志，因此不保存其配置",
    ),
    "wire.reason.config_empty": ("the device gave no configuration", "设备未给出任何配置"),
    "wire.reason.config_incomplete": (
        (
            "what the device gave does not end as a configuration does; the one before is kept."
            " The account may not see all of it, or a line of it looks like the prompt"
        ),
        "设备给出的内容没有配置的结束标志，仍保留上一份；可能是帐号无权查看全部配置，或配置中有一行与提示符相似",
    ),
    "wire.reason.config_too_large": (
        "the configuration is longer than any that is known",
        "配置长度超出上限",
    ),
    "wire.reason.config_not_kept": (
        "the store did not take the configuration; the log says why",
        "配置未能存入，原因见日志",
    ),
    # alerts
    "alert.rule.configuration-changed": (
        "Configuration changed outside announced work",
        "计划外配置变更",
    ),
    "alert.rule.configuration-old": (
        "No copy of the configuration for days",
        "配置多日未备份",
    ),
    "alert.reason.config_changed": (
        "extranet configuration diff shows what; acknowledging it takes note of it",
        "可用 extranet configuration diff 查看差异；确认告警即表示已知悉",
    ),
    "alert.reason.config_noted": ("somebody took note of it", "已有人知悉"),
    "alert.reason.config_reverted": (
        "the configuration is as it was before",
        "配置已恢复原状",
    ),
    # what was observed, beside the traps
    "trap.config.differs": (
        "The configuration differs from the one read before",
        "读取到的配置与上一份不同",
    ),
    # how the part does
    "configuration.failing": (
        "configurations can be neither kept nor read; the detail says what refuses",
        "配置无法保存或读取，原因见 detail",
    ),
    # why it was read
    "configuration.why.first": ("first reading", "首次读取"),
    "configuration.why.changed": ("the device's counter said so", "设备变更时间有更新"),
    "configuration.why.trap": ("the device sent a trap", "设备发出告警报文"),
    "configuration.why.whole": ("the daily reading", "每日读取"),
    "configuration.why.again": ("read anew", "重新读取"),
    "configuration.why.other": ("read", "已读取"),
    # the api
    "api.unknown_revision": (
        "Device “{device}” has no configuration of revision “{revision}”.",
        "设备“{device}”没有版本为“{revision}”的配置。",
    ),
    "api.configurations_unread": (
        "The configurations cannot be read now; the log says why.",
        "目前无法读取配置，原因见日志。",
    ),
    # the page
    "page.device": ("Device", "设备"),
    "page.configurations": ("Configurations", "配置"),
    "page.configurations.show": ("What differs", "查看差异"),
    "page.configurations.none": (
        "No configuration of this device is kept.",
        "未保存该设备的配置。",
    ),
    "page.configurations.first": ("the first that was read", "首次读取"),
    "page.configurations.same": ("nothing differs", "没有差异"),
    "page.configurations.planned": ("announced work {work}", "计划工作 {work}"),
    "page.configurations.unplanned": ("not announced", "计划外"),
    "page.configurations.more": ("... and {count} more lines", "……另有 {count} 行"),
    # what is wrong with the section
    "problem.bad_seal_key": (
        "must be 32 bytes, as 64 hexadecimal digits or in base64: openssl rand -hex 32",
        "应为 32 字节，以 64 位十六进制或 base64 书写：openssl rand -hex 32",
    ),
    # the command line
    "cli.configuration": (
        "kept configurations: list, show, diff, restore",
        "已保存的设备配置：list 列出、show 查看、diff 比较、restore 取回全文",
    ),
    "cli.configuration_action": (
        "list (of all devices, or of one), show, diff, restore",
        "list（全部设备或某一设备）、show、diff、restore",
    ),
    "cli.configuration_device": ("id of a device", "设备标识"),
    "cli.configuration_revision": (
        "a revision, or its first characters; the newest where it is left out",
        "版本号或其开头若干位；省略则为最新版本",
    ),
    "cli.configuration_from": (
        "diff: the earlier revision; the one before where it is left out",
        "diff：较早的版本；省略则为前一版本",
    ),
    "cli.configuration_output": (
        "restore: the file to write; only its owner may read it",
        "restore：写入的文件，仅属主可读",
    ),
    "configuration.none": (
        "no configuration of {device} was ever kept",
        "从未保存过 {device} 的配置",
    ),
    "configuration.needs_device": ("name a device", "请指定设备"),
    "configuration.no_revision": (
        "{device} has no revision {revision}, or several that begin so",
        "{device} 没有版本 {revision}，或有多个版本以此开头",
    ),
    "configuration.no_key": (
        (
            "full texts are sealed with the key in the section `configurations` of the monitor's"
            " file; there is none"
        ),
        "全文由 monitor.yaml 中 configurations 一节的密钥加密，而该密钥未配置",
    ),
    "configuration.no_full_text": (
        (
            "the full text of this revision is not kept: no key was set then, or it is older than"
            " the newest {most}"
        ),
        "该版本的全文未保存：当时未配置密钥，或已不在最近 {most} 份之内",
    ),
    "configuration.needs_output": (
        "name the file to write with --output; a configuration with its secrets is not shown",
        "请用 --output 指定写入的文件；含密钥的配置不在屏幕上显示",
    ),
    "configuration.output_exists": ("{path} is there already", "{path} 已存在"),
    "configuration.restored": (
        (
            "{path}: the full configuration of {device}, revision {revision}, with all its"
            " secrets; delete it after use"
        ),
        "{path}：{device} 版本 {revision} 的完整配置，含全部密钥；用后请删除",
    ),
    "configuration.more": ("... and {count} more lines", "……另有 {count} 行"),
}
