"""SSH: why a conversation did not come about, what it means for the host key, the command line."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # the way there
    "wire.reason.ssh_connect_timeout": (
        "nobody answers on the address and port of SSH",
        "SSH 地址和端口无应答",
    ),
    "wire.reason.ssh_unreachable": (
        "the network says that it cannot reach the host",
        "网络返回主机不可达",
    ),
    "wire.reason.ssh_jump": (
        (
            "the jump host on the way gives no channel or does not let us in; of the host behind it"
            " nothing is known. Ask the jump host itself to see why"
        ),
        "途经的跳板机未给出通道或拒绝登录，其后主机状态未知；请直接探测跳板机查看原因",
    ),
    "wire.reason.ssh_jump_prohibited": (
        "the jump host forbids forwarding (AllowTcpForwarding, PermitOpen)",
        "跳板机禁止转发（AllowTcpForwarding、PermitOpen）",
    ),
    "wire.reason.ssh_jump_unreachable": (
        "the jump host cannot reach the host behind it",
        "跳板机无法连接其后的主机",
    ),
    # greeting and key exchange
    "wire.reason.ssh_no_banner": (
        "the port is open and nobody says anything: too many sessions, or the host is stuck",
        "端口可连接但无任何应答：会话数已满或主机卡死",
    ),
    "wire.reason.ssh_banner": (
        "what answers on the port does not greet as SSH does",
        "该端口的应答不是 SSH 问候",
    ),
    "wire.reason.ssh_version": (
        "the host speaks SSH 1 only, which is not supported; configure SSH 2 on it",
        "主机只支持不受支持的 SSH 1，请在其上启用 SSH 2",
    ),
    "wire.reason.ssh_closed": (
        "the host hung up: too many sessions, an access list, or it restarts",
        "主机断开了连接：会话数已满、访问控制或正在重启",
    ),
    "wire.reason.ssh_protocol": (
        "what the host says breaks the rules of SSH",
        "主机的报文不符合 SSH 协议",
    ),
    "wire.reason.ssh_kex_timeout": (
        "the host greeted and did not finish the key exchange in time",
        "主机已问候，但未在时限内完成密钥交换",
    ),
    "wire.reason.ssh_no_common_algorithm": (
        (
            "the host knows only old algorithms; where it cannot be updated, set"
            " legacy_ssh: true on the device"
        ),
        "主机只支持旧算法；如无法升级，请在该设备上设置 legacy_ssh: true",
    ),
    # host keys
    "wire.reason.host_key_unknown": (
        (
            "no host key is pinned for the device; compare its fingerprint and run"
            " extranet host-keys enrol. No secret was sent"
        ),
        "该设备尚未登记主机密钥；请核对指纹后执行 extranet host-keys enrol。未发送任何口令",
    ),
    "wire.reason.host_key_changed": (
        (
            "the host shows another key than the pinned one: it was replaced or reinstalled, or"
            " somebody stands in between. No secret was sent"
        ),
        "主机密钥与登记的不一致：设备被更换、重装，或存在中间人。未发送任何口令",
    ),
    # authentication
    "wire.reason.ssh_auth": (
        "the host refuses the user, the key or the password",
        "主机拒绝该用户、密钥或口令",
    ),
    "wire.reason.ssh_auth_method": (
        "the host takes none of the kinds of login that are given (key, agent, password)",
        "主机不接受所配置的登录方式（密钥、代理、口令）",
    ),
    "wire.reason.ssh_auth_question": (
        "the host asks for more than a password, such as a one-time code",
        "主机要求口令之外的验证，例如一次性验证码",
    ),
    "wire.reason.ssh_auth_timeout": (
        "the host did not decide about the login in time; its AAA server may be away",
        "主机未在时限内完成登录验证，其 AAA 服务器可能不可用",
    ),
    "wire.reason.ssh_auth_backoff": (
        "the login was refused before; it is left alone for minutes, so that no account is locked",
        "此前登录被拒绝，暂停若干分钟以免帐号被锁定",
    ),
    "wire.reason.ssh_bad_key": (
        "the private key of the login cannot be read: not a key, or a wrong passphrase",
        "登录所用私钥无法读取：不是私钥或口令短语错误",
    ),
    "wire.reason.ssh_agent": (
        "the login uses an agent, and no agent with keys is there (SSH_AUTH_SOCK)",
        "登录使用密钥代理，但代理不存在或没有密钥（SSH_AUTH_SOCK）",
    ),
    # what is asked
    "wire.reason.ssh_no_session": (
        "the host let us in and gives no session",
        "主机允许登录但不给出会话",
    ),
    "wire.reason.ssh_run_timeout": (
        "the host did not finish its answer in time; a file system may hang",
        "主机未在时限内答完，可能有文件系统挂起",
    ),
    # ourselves
    "wire.reason.ssh_busy": (
        "its turn did not come in time: logins of its group are limited, or too much waits",
        "未在时限内轮到：同组登录数受限或排队过多",
    ),
    "wire.reason.ssh_process": (
        "the monitor's SSH process is not there, or was exchanged meanwhile",
        "监测程序的 SSH 进程不存在或已被替换",
    ),
    "wire.reason.ssh_again": (
        "the connection was lost before anything was asked",
        "连接在提问之前已断开",
    ),
    # alerts
    "alert.rule.host-key-changed": ("SSH host key changed", "SSH 主机密钥变化"),
    "alert.reason.host_key_changed": (
        (
            "the host shows another SSH key than the pinned one; nothing is asked of it until"
            " the new one is enrolled"
        ),
        "主机的 SSH 密钥与登记的不一致，重新登记之前不再登录",
    ),
    "alert.reason.host_key_good": (
        "the host shows a pinned key again",
        "主机密钥已与登记的一致",
    ),
    # the command line
    "cli.host-keys": (
        "pinned SSH host keys: list, scan, enrol, forget",
        "SSH 主机密钥登记：list 列出、scan 查看、enrol 登记、forget 删除",
    ),
    "cli.host_keys_action": (
        "list, scan (show what devices present), enrol (pin after a look), forget",
        "list、scan（查看设备出示的密钥）、enrol（核对后登记）、forget",
    ),
    "cli.host_keys_device": ("ids of devices", "设备标识"),
    "cli.host_keys_fingerprint": (
        "the fingerprint you know (SHA256:...): enrols without a question, and only this key",
        "已知指纹（SHA256:...）：不再询问，且只登记该密钥",
    ),
    "cli.host_keys_by": ("who enrols; the user of this shell else", "登记人，默认为当前用户"),
    "host_keys.key": ("{device}  {kind}  {sha256}", "{device}  {kind}  {sha256}"),
    "host_keys.md5": ("    {md5}", "    {md5}"),
    "host_keys.comment": ("    {comment}", "    {comment}"),
    "host_keys.none": ("no host key is pinned", "尚未登记任何主机密钥"),
    "host_keys.unread": (
        "{count} lines of {file} cannot be read and pin nothing",
        "{file} 中有 {count} 行无法读取，不起作用",
    ),
    "host_keys.no_device": (
        "no device {device}; did you mean {near}?",
        "没有设备 {device}；是否为 {near}？",
    ),
    "host_keys.no_login": (
        "device {device} has no address or no login",
        "设备 {device} 没有地址或登录帐号",
    ),
    "host_keys.one_device": ("enrol takes exactly one device", "enrol 每次只登记一台设备"),
    "host_keys.name_device": ("name at least one device", "请给出至少一台设备"),
    "host_keys.failed": ("{device}: {sentence}", "{device}：{sentence}"),
    "host_keys.nothing": (
        "{device} shows no host key of a known kind",
        "{device} 未出示任何已知类型的主机密钥",
    ),
    "host_keys.differs": (
        "Attention: another key is pinned for {device}. Find out why before you go on.",
        "注意：{device} 已登记的密钥与此不同，请先查明原因。",
    ),
    "host_keys.other": (
        "{device} shows no key with the fingerprint {fingerprint}; nothing is enrolled",
        "{device} 未出示指纹为 {fingerprint} 的密钥，未登记",
    ),
    "host_keys.ask": (
        "Compare with the console of the device. Type yes to enrol: ",
        "请与设备控制台核对。输入 yes 登记：",
    ),
    "host_keys.not_enrolled": ("nothing is enrolled", "未登记"),
    "host_keys.enrolled": ("{device}: {count} keys are pinned", "{device}：已登记 {count} 个密钥"),
    "host_keys.forgotten": ("{device}: no key is pinned any more", "{device}：已删除登记"),
}
