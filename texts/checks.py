"""Checks of services by HTTP, TLS, TCP, DNS: why one went as it did, what is wrong in options."""

from __future__ import annotations

from typing import Final

_REASONS: Final[dict[str, tuple[str, str]]] = {
    # reaching it
    "checks_full": (
        "too many checks are under way; raise web.at_once",
        "同时进行的检查过多；可调大 web.at_once",
    ),
    "no_nameservers": (
        "this machine knows no name server; name some in `web.nameservers` or /etc/resolv.conf",
        "本机未配置域名服务器；请在 web.nameservers 或 /etc/resolv.conf 中配置",
    ),
    "dns_failed": ("the name servers do not answer", "域名服务器无应答"),
    "dns_no_such_name": ("there is no such name in the DNS", "域名不存在"),
    "dns_no_address": ("the name has no address", "域名没有对应的地址"),
    "address_not_allowed": (
        "the name points to an address that may not be asked (see `allow`)",
        "域名指向不允许访问的地址（见 allow）",
    ),
    "bad_name": ("this is no name that could be asked for", "该名称无法用于查询"),
    "bad_request": (
        "what the inventory asks to be sent is no HTTP",
        "清单中要发送的内容不符合 HTTP",
    ),
    "ca_unread": (
        "the file of authorities (`ca`) cannot be read",
        "无法读取证书颁发机构文件（ca）",
    ),
    "refused": ("the connection was refused", "连接被拒绝"),
    "reset": ("the connection was broken off by the other side", "连接被对方断开"),
    "host_unreachable": ("a router says that the host cannot be reached", "路由器回复主机不可达"),
    "timeout_resolve": ("the name was not resolved in time", "域名解析超时"),
    "timeout_connect": ("no connection in time", "建立连接超时"),
    "timeout_tls": ("no TLS handshake in time", "TLS 握手超时"),
    "timeout_processing": ("connected, but no answer in time", "已连接，但等待应答超时"),
    "timeout_transfer": ("the answer was not whole in time", "应答未能在时限内传完"),
    # HTTP
    "no_http": ("what came is no HTTP", "返回的内容不是 HTTP"),
    "no_answer": ("the server ended without a word", "服务器未作应答即断开"),
    "cut": ("the answer was cut off", "应答中途断开"),
    "too_large": ("the answer is longer than may be read", "应答超出允许读取的长度"),
    "bad_coding": ("the page is packed and cannot be unpacked", "页面压缩数据损坏，无法解压"),
    "unknown_coding": (
        "the page is packed in a way nobody asked for",
        "页面采用了未请求的压缩方式",
    ),
    "http_status": ("the status is not the expected one", "HTTP 状态码不符合预期"),
    "text_missing": ("an expected text is not on the page", "页面缺少应有的文字"),
    "text_forbidden": ("a text is on the page that should not be", "页面出现了不应有的文字"),
    "redirect_loop": ("redirected in a circle", "循环重定向"),
    "redirect_out": ("redirected to another host (see `hosts`)", "重定向到其他主机（见 hosts）"),
    "redirect_bad": ("redirected to no place", "重定向目标无效"),
    "too_many_redirects": ("redirected too often", "重定向次数过多"),
    # TLS
    "tls_untrusted": (
        "the certificate is of no known authority, or its chain is not whole",
        "证书颁发机构不受信任，或证书链不完整",
    ),
    "tls_self_signed": ("the certificate vouches for itself", "证书为自签名"),
    "tls_expired": ("the certificate has expired", "证书已过期"),
    "tls_expires_soon": ("the certificate expires soon", "证书即将到期"),
    "tls_not_yet_valid": ("the certificate is not valid yet", "证书尚未生效"),
    "tls_name_mismatch": ("the certificate is for other names", "证书与域名不符"),
    "tls_no_names": ("the certificate names no host", "证书中没有主机名"),
    "tls_revoked": ("the certificate was revoked", "证书已被吊销"),
    "tls_weak": (
        "the certificate has a short key, or a signature with SHA-1 or MD5",
        "证书密钥过短，或使用 SHA-1、MD5 签名",
    ),
    "tls_old": ("speaks old or weak TLS only", "仅支持过时或弱的 TLS"),
    "tls_failed": ("refuses the TLS handshake", "拒绝 TLS 握手"),
    "tls_garbled": ("what came is no TLS", "返回的内容不是 TLS"),
    "gm_only": (
        "speaks TLCP (SM2, GB/T 38636) only; its certificates cannot be verified from here",
        "仅支持国密 TLCP（SM2，GB/T 38636）；此处无法验证其证书",
    ),
    "no_starttls": ("offers no TLS (STARTTLS)", "不提供 STARTTLS"),
    # TCP, DNS
    "banner_missing": ("the server does not say what it should", "服务器未返回应有的欢迎信息"),
    "dns_rcode": ("the response code is not the expected one", "DNS 响应码不符合预期"),
    "dns_wrong_answer": ("the records are not the expected ones", "DNS 记录不符合预期"),
    "dns_not_authenticated": ("the answer was not verified by DNSSEC", "应答未经 DNSSEC 验证"),
    "dns_server_silent": ("one of the name servers does not answer", "有域名服务器无应答"),
    "dns_garbled": ("what came is no DNS answer to the question", "返回的内容不是对应的 DNS 应答"),
}

TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{
        f"{where}.reason.{code}": pair
        for where in ("wire", "alert", "page")
        for code, pair in _REASONS.items()
    },
    # rules
    "alert.rule.certificate-ends": ("Certificate ends within 30 days", "证书 30 天内到期"),
    "alert.rule.certificate-ends-soon": ("Certificate ends within 7 days", "证书 7 天内到期"),
    "alert.rule.http-slow": ("Slower than its limit", "响应时间超限"),
    "alert.rule.name-server-failed": ("A name server fails", "域名服务器异常"),
    # options
    "problem.bad_url": (
        "must be a whole URL, such as https://portal.example.gov.cn/",
        "应为完整的网址，例如 https://portal.example.gov.cn/",
    ),
    "problem.url_with_secret": (
        "a URL must hold no user or password; name a `login`",
        "网址中不能写用户名或密码；请改用 login",
    ),
    "problem.bad_host": (
        "must be the name of a host or its address",
        "应为主机名或地址",
    ),
    "problem.bad_network": (
        "must be an address or a network, such as 10.0.0.0/8",
        "应为地址或网段，例如 10.0.0.0/8",
    ),
    "problem.needs_absolute_path": (
        "must be the whole path of a file, beginning with /",
        "应为以 / 开头的文件完整路径",
    ),
    "problem.bad_status": (
        "must be a status such as 200, or a range such as 200-299",
        "应为状态码（如 200）或范围（如 200-299）",
    ),
    "problem.bad_header": (
        "“{name}” is no header that may be set here",
        "“{name}”不是此处可以设置的首部",
    ),
    "problem.header_secret": (
        "“{name}” would be a secret in the open; name a `login`",
        "“{name}”会使机密明文出现；请改用 login",
    ),
}
