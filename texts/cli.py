"""What the command line says."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "cli.about": (
        "Monitor of an e-government extranet: links, devices, availability, alerts.",
        "电子政务外网监测：链路、设备、可用率与告警。",
    ),
    "cli.language": ("language of messages: en or zh", "提示语言：en 或 zh"),
    "cli.inventory": ("the inventory (default: inventory.yaml)", "资源清单（默认 inventory.yaml）"),
    "cli.config": ("the configuration (default: monitor.yaml)", "配置文件（默认 monitor.yaml）"),
    "cli.run": ("run the monitor", "运行监测程序"),
    "cli.record": (
        "also record every observation into this folder, for recomputation",
        "同时把每次观测记录到该目录，供重算使用",
    ),
    "cli.check": (
        "check both files completely and start nothing",
        "完整检查两个文件，不启动任何服务",
    ),
    "cli.dump": (
        "print the resolved inventory, without secrets",
        "输出解析后的资源清单（不含密钥）",
    ),
    "cli.ask": ("run one probe once and explain it", "执行一次探测并说明过程"),
    "cli.target": ("the target, e.g. link:xg-telecom-1", "对象，例如 link:xg-telecom-1"),
    "cli.probe": ("the kind of probe, e.g. echo", "探测类型，例如 echo"),
    "cli.discover": (
        "read a device by SNMP and print what it shows and a stanza for the inventory",
        "通过 SNMP 读取设备，输出读取结果和可供审阅的资源清单条目",
    ),
    "cli.discover_address": (
        "a literal address, IPv6 with a port as [2001:db8::1]:161",
        "IP 地址，IPv6 带端口写作 [2001:db8::1]:161",
    ),
    "cli.discover_community": (
        "the community; others on this machine may see it, `-` reads it from standard input",
        "团体名；本机其他用户可能看到命令行，写 - 则从标准输入读取",
    ),
    "cli.discover_credential": (
        "a credential of the inventory, by its id (SNMPv3 too)",
        "资源清单中的凭据标识（含 SNMPv3）",
    ),
    "cli.discover_snmp": (
        "version for --community (default: 2c, then 1)",
        "--community 所用的版本（默认先 2c 后 1）",
    ),
    "cli.discover_json": ("print one JSON document", "输出一个 JSON 文档"),
    "cli.discover_timeout": ("seconds per try", "每次尝试的秒数"),
    "cli.discover_engine": ("SNMP engine", "SNMP 引擎"),
    "cli.demo": (
        "a simulated province and the monitor against it",
        "启动一个模拟省份并对其进行监测",
    ),
    "cli.sites": ("how many sites the province has", "模拟省份的站点数"),
    "cli.seed": ("the seed of the province", "模拟省份的随机种子"),
    "cli.state": ("where its data lie; starts afresh each time", "数据目录，每次重新开始"),
    "cli.listen": ("address of the page", "页面监听地址"),
    "cli.backup": ("write ledger and history into one file", "把台账和历史备份到一个文件"),
    "cli.backup_file": ("the file to write", "要写入的备份文件"),
    "cli.restore": ("bring a backup into an empty store", "把备份恢复到空的存储目录"),
    "cli.restore_file": ("the backup to read", "要读取的备份文件"),
    "cli.replay": (
        "add a carrier's period up again from recorded observations, as the api would say it",
        "根据记录的观测重新计算运营商的可用率，输出与接口相同的文档",
    ),
    "cli.recording": ("the folder given to run --record", "run --record 所用的目录"),
    "cli.assessed": ("the carrier, by its id", "运营商标识"),
    "cli.period": ("2026, 2026Q4 or 2026-11", "2026、2026Q4 或 2026-11"),
    "cli.until": (
        "UTC second at which a period that is not over ends (default: the last heartbeat)",
        "未结束周期的截止时刻（UTC 秒，默认最后一次心跳）",
    ),
    "cli.people": ("who may use the api and the page", "管理可使用接口和页面的人员"),
    "cli.action": (
        "list; add; renew (a new token, the old one ends); remove",
        "list 列出；add 新增；renew 更换令牌；remove 移除",
    ),
    "cli.name": ("the person's name", "姓名"),
    "cli.role": (
        "viewer, operator, auditor, assessor, carrier or admin; may be given again",
        "角色：viewer、operator、auditor、assessor、carrier 或 admin，可多次给出",
    ),
    "cli.site": ("only this site and below; may be given again", "限定站点及其下级，可多次给出"),
    "cli.carrier": ("only this carrier's links; may be given again", "限定运营商，可多次给出"),
    "demo.not_ours": (
        "{directory} holds something else; name an empty directory",
        "{directory} 中有其他内容，请指定一个空目录",
    ),
    "demo.simulator_failed": (
        "the simulator did not start; see its message above",
        "模拟器未能启动，请看上面的提示",
    ),
    "demo.generating": (
        "simulating a province of {sites} sites ...",
        "正在模拟 {sites} 个站点的省份……",
    ),
    "run.listening": ("page: {address}", "页面：{address}"),
    "run.token": (
        "admin token (shown once): {token}",
        "管理员令牌（仅显示一次）：{token}",
    ),
    "run.few_descriptors": (
        "this process may open {limit} files; it needs at least {least}: ulimit -n",
        "本进程最多可打开 {limit} 个文件，至少需要 {least} 个：请用 ulimit -n 调整",
    ),
    "run.stopped": ("stopped; everything is written", "已停止，数据均已写入"),
    "run.nobody": (
        "nobody may log in yet; add a person: extranet people add NAME --role admin",
        "尚无人员可以登录，请执行：extranet people add 姓名 --role admin",
    ),
    "run.descriptors": (
        "the limit of open files is {limit}; {needed} are wanted. Raise it with ulimit -n",
        "打开文件数上限为 {limit}，需要 {needed}，请用 ulimit -n 提高",
    ),
    "ask.no_probe": (
        "{target} has no probe {probe}; it has: {known}",
        "{target} 没有探测 {probe}；现有：{known}",
    ),
    "ask.no_target": (
        "no target {target}; did you mean {near}?",
        "没有对象 {target}；是否指 {near}？",
    ),
    "ask.icmp_not_permitted": (
        (
            "ICMP is not permitted to this user, so nothing was asked; as root:"
            ' sysctl -w net.ipv4.ping_group_range="0 2147483647",'
            " or give the process CAP_NET_RAW"
        ),
        (
            "此用户无权使用 ICMP，未发出探测；请以 root 执行："
            'sysctl -w net.ipv4.ping_group_range="0 2147483647"，或授予进程 CAP_NET_RAW'
        ),
    ),
    "ask.no_socket": (
        "nothing was asked: this machine gives no socket ({reason})",
        "未发出探测：本机无法打开套接字（{reason}）",
    ),
    "ask.probe": ("probe     {probe}", "探测  {probe}"),
    "ask.every": (
        "every     {every} s, deadline {deadline} s",
        "周期  {every} 秒，时限 {deadline} 秒",
    ),
    "ask.question": ("question  {question}", "问题  {question}"),
    "ask.outcome": ("outcome   {outcome} {reason}", "结果  {outcome} {reason}"),
    "ask.means": ("          {sentence}", "      {sentence}"),
    "ask.took": ("took      {milliseconds} ms", "用时  {milliseconds} 毫秒"),
    "ask.echoes": ("  echoes: {times}", "  回显：{times}"),
    "ask.lost": ("lost", "丢失"),
    "replay.no_carrier": (
        "no carrier {carrier}; there are: {known}",
        "没有运营商 {carrier}；现有：{known}",
    ),
    "replay.no_period": (
        "no period {period} by then; write 2026, 2026Q4 or 2026-11",
        "截至该时刻没有周期 {period}；请写 2026、2026Q4 或 2026-11",
    ),
    "replay.nothing": ("{folder} holds no recording", "{folder} 中没有记录"),
    "replay.incomplete": (
        (
            "recording {begin}: {torn} bytes at its end are torn, {unknown} observations are of"
            " probes that this inventory does not have"
        ),
        "记录 {begin}：末尾 {torn} 字节不完整，{unknown} 次观测的探测不在该资源清单中",
    ),
    "people.added": (
        "token of {name} (shown once): {token}",
        "{name} 的令牌（仅显示一次）：{token}",
    ),
    "people.removed": ("{name} is removed", "{name} 已移除"),
    "people.unknown": ("no person {name}", "没有人员 {name}"),
    "people.exists": (
        "{name} exists; use renew for a new token",
        "{name} 已存在，可用 renew 更换令牌",
    ),
    "people.alike": (
        "{name} reads like the name of somebody who is or was there; give another name",
        "{name} 与现有或曾有人员的姓名写法近似，请换一个姓名",
    ),
    "people.no_name": ("give a name", "请给出姓名"),
    "people.no_role": (
        "give at least one --role: viewer, operator, auditor, assessor, carrier, admin",
        "请至少给出一个 --role：viewer、operator、auditor、assessor、carrier、admin",
    ),
    "backup.written": ("{file}: {count} files", "{file}：共 {count} 个文件"),
    "restore.done": ("{directory} restored from {file}", "已从 {file} 恢复到 {directory}"),
    # what a route may name, beside what the inventory does
    "kind.rule": ("rule", "规则"),
    "kind.area": ("area", "区域"),
    "kind.planned_work": ("planned work", "计划工作"),
}
