"""What is wrong with a file that people write: inventory, monitor.yaml, rules."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "problem.did_you_mean": ('; did you mean "{suggestion}"?', "；是否想写“{suggestion}”？"),
    "problem.warning": ("warning: {text}", "提醒：{text}"),
    "problem.error": ("{text}", "{text}"),
    # the file
    "problem.file_missing": ("there is no such file", "没有这个文件"),
    "problem.file_not_regular": ("is not a regular file", "不是普通文件"),
    "problem.file_unreadable": ("cannot be read: {reason}", "无法读取：{reason}"),
    "problem.file_too_large": ("is larger than {megabytes} MB", "超过 {megabytes} MB"),
    "problem.not_utf8": (
        "is not UTF-8 text; save the file as UTF-8",
        "不是 UTF-8 文本；请将文件另存为 UTF-8",
    ),
    "problem.yaml_syntax": ("is not YAML: {detail}", "不是正确的 YAML：{detail}"),
    "problem.yaml_tab": (
        "is not YAML: {detail}; indent with spaces, not with tabs",
        "不是正确的 YAML：{detail}；请用空格缩进，不要用制表符",
    ),
    "problem.yaml_full_width": (
        "is not YAML: {detail}; was a full-width colon, comma or quote (：，“) typed here?",
        "不是正确的 YAML：{detail}；此处是否误用了全角的“：”“，”或引号？",
    ),
    "problem.yaml_character": (
        "has a character that YAML does not allow: {number}",
        "含有 YAML 不允许的字符：{number}",
    ),
    "problem.yaml_tag": (
        "tags (!…) are not used here; write the value alone",
        "此处不使用标签（!…）；请只写值",
    ),
    "problem.second_document": (
        "a second document starts here; one file holds one",
        "此处开始了第二个文档；一个文件只能有一个",
    ),
    "problem.key_not_text": ("a key must be plain text", "键必须是普通文本"),
    "problem.duplicate_key": ("is written twice; one would be lost", "重复书写；其中一个会丢失"),
    "problem.too_deep": ("is nested more than {deepest} levels deep", "嵌套超过 {deepest} 层"),
    "problem.alias_unknown": ("an alias names no anchor above it", "别名前面没有对应的锚点"),
    "problem.alias_nested": (
        "an anchored value must hold no alias",
        "带锚点的值里不能再用别名",
    ),
    "problem.anchor_nested": (
        "an anchored value must hold no other anchor",
        "带锚点的值里不能再有锚点",
    ),
    "problem.anchor_too_large": (
        "more than {most} values below one anchor",
        "一个锚点下超过 {most} 个值",
    ),
    "problem.too_many_aliases": (
        "more than {most} aliases in one file",
        "一个文件中别名超过 {most} 个",
    ),
    # including
    "problem.bad_include": (
        "must be the name or pattern of files below this one's folder",
        "应为相对于本文件所在目录的文件名或通配模式",
    ),
    "problem.include_nothing": ('no file matches "{pattern}"', "没有文件符合“{pattern}”"),
    "problem.include_circle": ("{name} includes itself in a circle", "{name} 循环包含了自己"),
    "problem.too_many_files": (
        "more than {most} files, or more than {deepest} levels of including",
        "超过 {most} 个文件，或包含超过 {deepest} 层",
    ),
    "problem.bad_schema": (
        "this version reads schema {known} only",
        "本版本只读取 schema {known}",
    ),
    "problem.defined_twice": ("is defined in {other} already", "已在 {other} 中定义"),
    # form
    "problem.unknown_platform": (
        "no platform {name}: read by the standard MIBs alone; there are: {known}",
        "没有平台 {name}：仅按标准 MIB 读取；现有：{known}",
    ),
    "problem.unknown_key": ("unknown key", "未知的键"),
    "problem.missing_key": ('"{key}" is missing', "缺少“{key}”"),
    "problem.one_of": ("must be one of: {expected}", "应为下列之一：{expected}"),
    "problem.needs_text": (
        "must be text; put it in quotes if it looks like a number",
        "应为文本；若看起来像数字，请加引号",
    ),
    "problem.needs_whole_number": ("must be a whole number", "应为整数"),
    "problem.needs_number": ("must be a number", "应为数字"),
    "problem.needs_true_or_false": ("must be true or false", "应为 true 或 false"),
    "problem.needs_mapping": (
        "must be a mapping (name: value, one per line)",
        "应为映射（每行一个 名称: 值）",
    ),
    "problem.needs_list": ("must be a list ([one, two])", "应为列表（[一, 二]）"),
    "problem.needs_path": ("must be the path of a file", "应为文件路径"),
    "problem.no_such_file": ("there is no file {name}", "没有文件 {name}"),
    "problem.too_few": ("needs at least {least}", "至少需要 {least} 个"),
    "problem.too_small": ("is below the least allowed, {limit}", "小于允许的最小值 {limit}"),
    "problem.too_large": ("is above the most allowed, {limit}", "大于允许的最大值 {limit}"),
    "problem.bad_form": ("has not the right form", "格式不正确"),
    "problem.invalid": ("is not accepted: {detail}", "不被接受：{detail}"),
    "problem.text_too_long": ("is longer than {most} characters", "超过 {most} 个字符"),
    "problem.text_not_printable": (
        "holds a line break or another control character",
        "含有换行或其他控制字符",
    ),
    "problem.bad_id": (
        (
            'must consist of a-z, 0-9, "." and "-", begin with a letter or digit,'
            " and have at most 64 characters"
        ),
        "只能由 a-z、0-9、“.”和“-”组成，以字母或数字开头，最长 64 个字符",
    ),
    "problem.bad_duration": (
        "must be a time with its unit: 500ms, 10s, 5m, 2h, 3d",
        "应为带单位的时长：500ms、10s、5m、2h、3d",
    ),
    "problem.every_too_short": ("must be at least 1s", "不能短于 1s"),
    "problem.bad_percent": (
        "must be a percentage from 0 to 100: 99.9",
        "应为 0 到 100 的百分数：99.9",
    ),
    "problem.bad_bandwidth": (
        "must be a number with k, M, G or T: 100M, 2.5G",
        "应为带 k、M、G 或 T 的数：100M、2.5G",
    ),
    "problem.bad_money": (
        "must be yuan with at most two decimals: 2600 or 2600.50",
        "应为人民币元，最多两位小数：2600 或 2600.50",
    ),
    "problem.bad_time": (
        (
            "must be a time such as 2026-11-28 or 2026-11-28T01:00+08:00 (without a zone:"
            " Asia/Shanghai)"
        ),
        "应为时间，如 2026-11-28 或 2026-11-28T01:00+08:00（不写时区即北京时间）",
    ),
    "problem.bad_in_service": (
        "must be a day, or a list of {from: day, to: day}; [] is not yet",
        "应为日期，或由 {from: 日期, to: 日期} 组成的列表；[] 表示尚未开通",
    ),
    "problem.in_service_overlap": (
        "the intervals overlap or are not in order",
        "时间段重叠或未按先后排列",
    ),
    "problem.reversed": ("ends before it starts", "结束早于开始"),
    "problem.bad_address": (
        (
            "must be an IPv4 or IPv6 address, with a port or without: 10.0.0.1, 10.0.0.1:161,"
            " 2001:db8::1, [2001:db8::1]:161; names are not looked up"
        ),
        (
            "应为 IPv4 或 IPv6 地址，可带端口：10.0.0.1、10.0.0.1:161、2001:db8::1、"
            "[2001:db8::1]:161；不解析主机名"
        ),
    ),
    "problem.address_of_no_host": (
        "is not the address of one host",
        "不是一台主机的地址",
    ),
    # secrets
    "problem.secret_in_the_open": (
        "a secret is written ${NAME} (environment) or {file: path}, never in the open",
        "口令应写作 ${NAME}（环境变量 NAME）或 {file: 路径}，不得明文书写",
    ),
    "problem.secret_not_set": (
        "the environment has no variable {name}",
        "环境中没有变量 {name}",
    ),
    "problem.secret_file_unread": (
        "the file {name} is missing, empty or not text",
        "文件 {name} 不存在、为空或不是文本",
    ),
    "problem.secret_too_short": (
        "the secret must have at least {least} characters",
        "口令至少需要 {least} 个字符",
    ),
    "problem.not_of_version": (
        '"{key}" does not belong to SNMP version {version}',
        "“{key}”不属于 SNMP 版本 {version}",
    ),
    # references
    "problem.unknown_reference": ('no {kind} "{name}"', "没有名为“{name}”的{kind}"),
    "problem.circular_parents": ("the parents form a circle: {circle}", "上级形成循环：{circle}"),
    "problem.circular_needs": (
        "the services need each other in a circle: {circle}",
        "业务之间形成循环依赖：{circle}",
    ),
    "problem.needs_too_deep": (
        "more than {most} services stand one upon the other here",
        "此处业务逐级依赖超过 {most} 层",
    ),
    "problem.service_unseen": (
        "no probe asks it and it needs nothing: its state will stay unknown",
        "既没有探测也没有依赖对象：其状态将一直未知",
    ),
    "problem.circular_jumps": (
        "the jump hosts lead back to where they began: {circle}",
        "跳板机形成循环：{circle}",
    ),
    "problem.jump_not_entered": (
        'the jump host "{device}" needs an address and a login',
        "跳板机“{device}”需要地址和登录方式",
    ),
    "problem.province_has_parent": ("a province has no parent", "省级没有上级"),
    "problem.parent_not_above": (
        "the parent of a {level} must stand above it, not be a {parent}",
        "{level} 的上级必须高于它，不能是 {parent}",
    ),
    "problem.level_skipped": (
        "a {level} hangs directly on a {parent}; is a level missing?",
        "{level} 直接挂在 {parent} 下；是否缺少一级？",
    ),
    "problem.not_at_site": (
        'device "{device}" is at "{site}", not at "{named}"',
        "设备“{device}”位于“{site}”，而不是“{named}”",
    ),
    "problem.link_to_itself": (
        'both ends are on device "{device}"',
        "两端都在设备“{device}”上",
    ),
    "problem.ends_swapped": (
        '"a" must be the end towards the province, but "{b}" stands above "{a}"',
        "“a”应为靠近省中心的一端，但“{b}”在“{a}”之上",
    ),
    "problem.address_twice": ("has the same address as {other}", "与 {other} 的地址相同"),
    "problem.interface_twice": ("is the same port as that of {other}", "与 {other} 使用同一端口"),
    "problem.not_of_site": (
        'link "{link}" does not end at "{site}"',
        "链路“{link}”的两端都不在“{site}”",
    ),
    "problem.named_twice": ('"{name}" is named twice', "“{name}”重复出现"),
    "problem.registered_late": (
        "was registered after its start: it counts from the registration on",
        "登记晚于开始：自登记时起计算",
    ),
    "problem.promise_too_fine": (
        (
            'allows {allowed} s of downtime a month; profile "{profile}" with slots of {slot} s can'
            " show {least} s at best: promise less or take a finer profile"
        ),
        (
            "每月只允许中断 {allowed} 秒；档位“{profile}”的时隙为 {slot} 秒，"
            "最细只能核到 {least} 秒：请降低承诺或选用更细的档位"
        ),
    ),
    # what plug-ins know
    "problem.unknown_kind": (
        'no kind "{name}"; there are: {expected}',
        "没有“{name}”这种类型；现有：{expected}",
    ),
    "problem.below_floor": (
        'every: {every}s is below the floor of {floor}s for "{kind}"',
        "every: {every}s 低于“{kind}”的下限 {floor}s",
    ),
    "problem.too_few_echoes": (
        (
            'sends {sent} echoes in a slot of {slot} s; profile "{profile}" needs {least}: raise'
            ' "count" or lower "every"'
        ),
        (
            "每个 {slot} 秒时隙只发 {sent} 次探测；档位“{profile}”需要 {least} 次："
            "请增大 count 或减小 every"
        ),
    ),
    "problem.no_percentile": (
        (
            "every: {every}s does not fill slots of 5 minutes, so that a 95th percentile has few"
            " samples or none: use 10s, 30s or 60s"
        ),
        (
            "every: {every}s 无法填满 5 分钟时隙，95 百分位几乎没有或完全没有样本："
            "请改用 10s、30s 或 60s"
        ),
    ),
    "problem.icmp_not_permitted": (
        (
            "ICMP is not permitted to this user: let net.ipv4.ping_group_range contain its group,"
            " or give the process CAP_NET_RAW"
        ),
        "此用户无权使用 ICMP：请让 net.ipv4.ping_group_range 包含其用户组，或授予进程 CAP_NET_RAW",
    ),
    "problem.unknown_metric": ('no metric "{name}"', "没有指标“{name}”"),
    "problem.never_asked": (
        "is never asked: there is no address to ask",
        "不会执行：没有可供探测的地址",
    ),
    "problem.no_credential": (
        "there is an address but neither credential nor login, so the device is not asked",
        "有地址但既没有凭据也没有登录方式，因此不会采集该设备",
    ),
    # monitor.yaml
    "problem.listen_without_tls": (
        (
            'is not a loopback address: give "tls" with certificate and key,'
            " or listen on 127.0.0.1 behind a proxy"
        ),
        "不是本机回环地址：请在 tls 中给出证书和私钥，或在反向代理之后监听 127.0.0.1",
    ),
    "problem.no_route": (
        "no route leads here, so nobody is told",
        "没有路由指向它，因此不会通知任何人",
    ),
    "problem.listen_without_port": ("needs a port: 127.0.0.1:8080", "需要端口：127.0.0.1:8080"),
    "problem.no_canaries": (
        (
            "there are none, so the monitor cannot tell when it is blind itself: name one or two"
            " addresses near it that always answer"
        ),
        "没有设置，监测系统无法判断自己是否失明：请写一两个在它近旁、总会应答的地址",
    ),
    # kinds of things, as they are named above
    "kind.unit": ("unit", "责任单位"),
    "kind.carrier": ("carrier", "运营商"),
    "kind.contract": ("contract", "合同"),
    "kind.credential": ("credential", "凭据"),
    "kind.site": ("site", "站点"),
    "kind.device": ("device", "设备"),
    "kind.link": ("link", "链路"),
    "kind.login": ("login", "登录方式"),
    "kind.service": ("service", "业务"),
    "kind.service_group": ("service group", "业务组"),
    "kind.receiver": ("receiver", "接收方"),
    # the end
    "check.nothing_started": ("Nothing was started.", "没有启动任何东西。"),
    "check.error": ("1 problem", "1 个问题"),
    "check.errors": ("{count} problems", "{count} 个问题"),
    "check.warning": ("1 warning", "1 个提醒"),
    "check.warnings": ("{count} warnings", "{count} 个提醒"),
    "check.good": (
        "{sites} sites, {devices} devices, {links} links: this can start.",
        "{sites} 个站点，{devices} 台设备，{links} 条链路：可以启动。",
    ),
}
