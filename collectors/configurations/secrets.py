"""What is secret in a configuration, and the tags that stand in its place.

A tag tells *that* a secret changed and not what it is: `<secret 5f2a91c3>` is cut from an HMAC
(RFC 2104) under a key of the store, for a plain hash of a short community could be guessed. It
belongs to its device: two boxes with one password show different tags.

All patterns hold for all platforms: one too many costs a readable word, one too few a password.
They come from the vendors' command references and from oxidized's models; `TOKENS` catches what
looks like a cipher text wherever it stands. Texts come from `normalise`: no control and no private
characters are in them, of which the marks are made.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

_OPEN, _CLOSE = "\ue000", "\ue001"
_TAG_DIGITS: Final = 8
_MARK: Final = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_TAG: Final = re.compile(r"<secret [0-9a-f]{8}>")

_WAYS: Final = (
    r"(?:irreversible-cipher|cipher|simple|plain(?:-?text)?|clear(?:text)?|hash(?:ed)?|encrypted"
    r"|encryption|encrypt|ascii|hex|text|unencrypted|md5|sha[\d-]*|hmac-[\w-]+|sm[34]"
    r"|level\s+\d+|role\s+\S+)"
)
_PARTS: Final = {
    # What stands between a keyword and its secret: how it is written down, a level, a key's number.
    "HOW": r"(?:WAYS\s+)*(?:\d{1,2}\s+)?(?:WAYS\s+)*",
    # The secret: in quotes, or to the end of the line; what usually follows one ends it earlier.
    "SECRET": (
        r"(?P<s>\"[^\"]*\"|'[^']*'|(?!\ue000)\S.*?)"
        r"(?=\s+(?:privilege|role|level|service-type|access|acl|mib-view|view|group|state|enable"
        r"|v1|v2c|v3|ro|rw|ipv6|priv|privacy(?:-mode)?|private-netmanager|notify-filter-profile"
        r"|ext-vb|address|server|key-type|udp-port|aes|timeout|aging|lifetime|tunnel|user|hostname"
        r"|authenticator|auth-port|acct-port|port|idle-cut|block|vrf|vpn-instance)(?=\s|$)|\s*$)"
    ),
    "TOKEN": r"(?P<s>\"[^\"]*\"|'[^']*'|(?!\ue000|(?:WAYS|\d{1,2})\s+\ue000)\S+)",
    "WAYS": _WAYS,
}


def _pattern(text: str) -> re.Pattern[str]:
    for name, part in _PARTS.items():
        text = text.replace(name, part)
    return re.compile(text, re.IGNORECASE)


_NO_VALUE: Final = (
    r"(?!(?:policy|expire[sd]?|history|complexity(?:-check)?|(?:min|max)-length|recovery|strength"
    r"|alert)(?=\s|$))"
)
"""`password policy ...` sets rules for passwords; each word here is one that is believed, where it
is the whole word: `alert-2026!` is a password."""
_IS: Final = r"(?:\s*[:=\uff1a]\s*|\s+)"

LINES: Final = tuple(
    map(
        _pattern,
        (
            # user:password@ in addresses of servers (RFC 3986 3.2.1)
            # up to the last @, for people leave an @ or / of a password as it is
            r"\w://[^:/@\s]{1,255}:(?P<s>(?!\ue000)\S+)@",
            r"[?&](?:pass\w*|pwd?|psk|secret|(?:\w*[_-])?(?:token|key))=(?P<s>(?!\ue000)[^&\s]+)",
            # communities: snmp-agent community read cipher X; snmp-server community X ro
            (
                r"^\s*(?:undo\s+|no\s+)?snmp\S*\s(?:.*?\s)?(?:trap-?)?community(?:-map|-name)?\s+"
                r"(?!complexity-check)"
                r"(?:(?:read|write|name|ro|rw)\s+)?HOWSECRET"
            ),
            r"^\s*(?:undo\s+)?snmp\S*\s.*?\b(?:securityname|security-name)\s+HOWTOKEN",
            (
                r"\bsnmp-server\s+host\s+(?:(?:inside|outside|mng|oob|ipv6|(?:use-)?vrf\s+\S+)\s+)*"
                r"\S+(?:\s+(?:(?:vrf|use-vrf"
                r"|vpn-instance|port|udp-port)\s+\S+|traps?|informs?|version\s+(?:1|2c|3(?:\s+(?:auth"
                r"|noauth|priv))?)))*\s+HOWTOKEN"
            ),
            # a user of v1 or v2c is a community (Comware)
            r"^\s*(?:undo\s+)?snmp\S*\s+usm-user\s+v(?:1|2c)\s+HOWTOKEN",
            # rmon event 1 log trap X owner noc: the community of the trap
            r"^\s*(?:undo\s+|no\s+)?rmon\s+event\s.*?\b(?:log-?trap|trap)\s+HOW(?P<s>(?!\ue000)\S.*)",
            # SNMPv3: auth md5 X priv aes 128 X; authentication-mode sha cipher X
            r"^\s*(?:undo\s+)?snmp\S*\s.*?\bauth(?:entication)?\s+(?:encrypted\s+)?(?:md5|sha)\S*\s+(?:\d{3}\s+)?HOWTOKEN",
            r"^\s*(?:undo\s+)?snmp\S*\s.*?\bpriv(?:acy)?\s+(?:encrypted\s+)?(?:3?des|aes|sm4)\S*\s+(?:\d{3}\s+)?HOWTOKEN",
            (
                r"(?:authentication|privacy|encryption)-mode\s+(?!key-?chain\s)[\w-]+\s+(?!\ue000)"
                r"(?!(?:local|none|radius|hwtacacs|tacacs|ldap|scheme|enable|certificate)(?=\s|$))"
                r"(?:(?:usm\s+)?\d+\s+)?HOWSECRET"
            ),
            # passwords and what is called otherwise; of `enable` to the end of the line
            r"^\s*enable\s+(?:password|secret)\s+HOW(?P<s>(?!\ue000)\S.*)",
            (
                r"(?<!no)(?:password|passwd|pwd|secret|passphrase|pass-phrase|pass-?code)(?:-hash)?"
                + _IS
                + _NO_VALUE
                + "HOWSECRET"
            ),
            (
                r"\b(?:auth(?:entication)?-password|priv(?:acy)?-password|pre-?shared-?keys?|psk"
                r"|shared-key|auth(?:entication)?-?key|wpa-psk|wep-key|key-string|ppp-password"
                r"|api-?key|token|login-key|session-key)" + _IS + r"(?:(?:local|remote)\s+)?"
                r"(?:(?:address|hostname)\s+\S+(?:\s+\d[\d.]*)?\s+key\s+)?"
                + _NO_VALUE
                + "HOWSECRET"
            ),
            # in what people write: key: X; 密码 X; 账号 noc/X
            r"\b(?:key|pass)\s*[:=\uff1a]\s*SECRET",
            r"\buser\s+\S+\s+pass\s+HOWSECRET",
            (
                r"(?:密码|口令|密钥|秘钥|团体[字名])(?:\s*[:=\uff1a]\s*|[为是]\s*|\s+|(?=[!-~]))"
                r"HOWSECRET"
            ),
            r"(?:账号|帐号|用户名)[\s:=\uff1a]*[^\s/]{1,64}/(?P<s>(?!\ue000)\S+)",
            r"^\s*event\s+manager\s+environment\s+\S*(?:pass|pwd|secret|key|token)\S*\s+(?P<s>\S.*)",
            # logging ftp LEVEL SERVER USER X FILE (ZXROS)
            r"^\s*logging\s+ftp\s+\S+\s+(?:(?:mng|vrf\s+\S+)\s+)?\S+\s+\S+\s+(?P<s>(?!\ue000)\S.*)",
            r"(?:message-digest-key|authentication-keyid)\s+\d+\s+(?!authentication-mode)HOWSECRET",
            # server-key 7 X; access-key X; cak X; pin verify X
            (
                r"^\s*(?:\S+\s+)*?(?:server|access|secret|manual|master|encrypt(?:ion)?|cipher"
                r"|accounting|isakmp|ike)-?key\s+HOWSECRET"
            ),
            r"^\s*(?:\S+\s+)*?(?:cak|auth(?:entication)?-?code|pin(?:\s+verify)?)\s+HOWSECRET",
            # routing: vlink-peer 1.1.1.1 md5 1 plain X; rsvp-te authentication X
            (
                r"^\s*(?:vlink-peer|sham-link)\s.*?\s(?:hmac-)?(?:md5|sha[\d-]*|simple)\s+"
                r"(?:\d+\s+)?HOWSECRET"
            ),
            (
                r"^\s*(?:mpls\s+)?(?:rsvp-te|ip\s+nhrp|ip\s+rip)\s+authentication\s+"
                r"(?!(?:mode|key-?chain|challenge|handshake|lifetime|window)(?=\s|$)|key\s)"
                r"(?:string\s+|md5\s+\d+\s+key\s+)?HOWSECRET"
            ),
            r"^\s*authentication\s+(?:text|string)\s+HOWSECRET",
            r"\bauthentication\s+key\s+(?!(?:chain|id)\s)HOWSECRET",
            r"\bauthentication\s+mode\s+hmac-\S+\s+HOWSECRET",  # EIGRP
            # IS-IS of ZXROS: isis authentication X level-1
            r"^\s*isis\s+authentication\s+(?!(?:mode|key-?chain|send-only)(?=\s|$))HOWSECRET",
            (
                r"^\s*authentication\s+(?!(?:mode|key-?chain|send-only)\s)HOWTOKEN"
                r"(?=\s+level-(?:1|2|1-2)\b)"
            ),
            # md5-authentication 2.2.2.2 plain X (LDP)
            r"\bmd5-(?:authentication|key)\s+(?:\d[\d.]*\s+)?HOWSECRET",
            r"\bmanager\s+cn=\S+\s+HOW(?P<s>(?!\ue000)\S.*)",
            # ospfv3 encryption ipsec spi 300 esp aes-cbc 128 X sha1 X
            (
                r"\bipsec\s+spi\s+\d+\s+(?:esp\s+)?(?:[a-z][\w-]*\s+)?(?:(?:128|192|256)\s+)?"
                r"(?:\d\s+)?(?P<s>(?!\ue000)\S.*)"
            ),
            # radius-server key 7 X; key authentication cipher X; isakmp key 0 X address ...
            r"^.{0,40}?\b(?:radius|tacacs|hwtacacs|isakmp|ldap|aaa|ike)\b.*?\skey\s+HOWSECRET",
            # server 1 10.1.1.1 master key X; server-private 10.1.1.1 key 7 X
            r"^\s*(?:\S*server\S*|client|tunnel|web-auth|portal|keepalive)\s(?:.*?\s)?key\s+HOWSECRET",
            # address ipv4 10.1.1.1 auth-port 1812 key X; neighbor 10.1.1.1 authentication md5 X
            r"\b(?:auth|acct)-port\s+\d+\s(?:.*?\s)?key\s+HOWSECRET",
            r"\bauthentication\s+(?:md5|simple)\s+(?!key)HOWTOKEN(?=\s*$)",
            # pac key 7 X; map-server 10.1.1.1 key X; authentication local pre-share key X
            r"\b(?:pac|map-server\s+\S+|pre-?share)\s+key\s+HOWSECRET",
            # encryption key 1 size 128bit 7 X transmit-key; sap pmk X
            r"\bencryption\s(?:.*?\s)?key\s+\d\s+(?:size\s+\d+\s*bits?\s+)?HOWTOKEN",
            r"\bpmk\s+HOWTOKEN",
            # whatever says how its key is written down; of NTP it is a key's number
            (
                r"^(?!\s*ntp\b).*?\skey\s+"
                r"(?:[05-8]|cipher|simple|plain(?:-?text)?|encrypted|hex|ascii|hash)\s+HOWSECRET"
            ),
            (
                r"^\s*(?:(?:primary|secondary)\s+(?:authentication|accounting|authorization)\s.*?\s)?"
                r"key\s+(?!(?:chain|generate|config-key|import|export|id)(?=\s|$))"
                r"(?:(?:authentication|accounting|authorization)\s+)?HOWSECRET"
            ),
            # sa string-key inbound esp cipher X; cipher HEX authenticator HEX
            (
                r"\b(?:string-key|hex-key|authentication-hex|encryption-hex)\s+"
                r"(?:(?:authentication|encryption)\s+)?(?:inbound|outbound)\s+(?:ah|esp)\s+HOWSECRET"
            ),
            r"\bauthenticator\s+HOWTOKEN",
            # vrrp 1 authentication text X; standby 1 authentication X
            r"^\s*(?:vrrp|standby|glbp)\b.*?\sauthentication\s+(?!mode\s)HOWSECRET",
            # whatever is said to be a cipher text
            (
                r"(?:^|(?<=\s))(?:irreversible-cipher|cipher|simple|encrypted|plain(?:-?text)?)\s+"
                r"(?!\ue000|(?:authentication|privacy)-mode\b|auth\s)HOWTOKEN"
            ),
        ),
    )
)
"""Where a secret stands in a line: the group `s`."""

_ALGORITHMS: Final = re.compile(
    r"^\s*(?:undo\s+)?(?:ssh2?|stelnet|sftp|ssl|tls|netconf)\b.*\b(?:cipher|hmac|algorithm)",
    re.IGNORECASE,
)
"""`ssh server cipher aes256_ctr` names algorithms, where the line has no password too."""
_NOT_ONLY: Final = re.compile(r"pass|secret|psk|pwd|community", re.IGNORECASE)

TOKENS: Final = re.compile(
    r"%\^%#.+?%\^%#|%@%@.+?%@%@|%\$%\$.+?%\$%\$|%#%#.+?%#%#|@%@%.+?@%@%"  # VRP
    r"|\$(?:c|h|1|1a|1c|1d|2[aby]|5|6|8|9|14)\$\S+"  # Comware, crypt(5), IOS types 5, 8, 9, VRP
)
_SUSPECT: Final = re.compile(
    r"://|snmp|rmon|pass|pwd|secret|psk|pmk|key|token|auth|-mode|cipher|simple|plain|encrypted|-hex"
    r"|vlink|sham-link|cn=|\bspi\b|\bcak\b|\bpin\b|logging\s+ftp|[密口][码令钥]|秘钥|团体|[账帐]号|用户名",
    re.IGNORECASE,
)
"""What a line has that one of `LINES` may match: most have none of it."""
_COVERED: Final = re.compile(rf"(?:{_WAYS}\s+|\d{{1,2}}\s+)*{_OPEN}\d+{_CLOSE}", re.IGNORECASE)
_LONGEST_LINE: Final = 1_000
"""Characters: of a longer line nothing is shown, and no pattern is tried for long."""
_KEY_CHAIN: Final = re.compile(r"(?:key\s?-?chain|keychain)\b", re.IGNORECASE)
_KEY_NUMBER: Final = re.compile(r"\s+key(?:-id)?\s+\d+", re.IGNORECASE)

_BLOCK: Final = re.compile(
    r"-----BEGIN [^\n-]*-----(?P<pem>.*?)(?:-----END [^\n-]*-----|\Z)"
    r"|^[ \t]*certificate\s[^\n]*\n(?P<hex>(?:[ \t]+[0-9A-Fa-f][0-9A-Fa-f ]*\n)+)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
"""A PEM block (RFC 7468), also in one line, also one that does not end; certificates of IOS."""


def mask(text: str, device: str, key: bytes) -> str:
    """Return `text` with a tag in the place of each secret; the number of lines may shrink.

    `key`: 32 random bytes of the store. The text may hold what looks like a tag: it is none, and
    is changed, so that nobody can write one to keep a secret from being masked.
    """
    found: list[str] = []

    def put(secret: str) -> str:
        whole = _MARK.sub(lambda one: found[int(one[1])], secret)
        found.append(tag(whole, device, key))
        return f"{_OPEN}{len(found) - 1}{_CLOSE}"

    text = text.replace(_OPEN, "").replace(_CLOSE, "").replace("<secret ", "<secret_")
    lines = text.split("\n")
    text = "\n".join(put(line) if len(line) > _LONGEST_LINE else line for line in lines)
    text = _BLOCK.sub(partial(_block, put), text)
    masked = "\n".join(_lines(text, put))
    return _MARK.sub(lambda one: found[int(one[1])], masked)


def tag(secret: str, device: str, key: bytes) -> str:
    """Return what stands for a secret of a device."""
    cut = hmac.digest(key, f"{device}\0{secret}".encode(), "sha256").hex()[:_TAG_DIGITS]
    return f"<secret {cut}>"


def key_name(key: bytes) -> str:
    """Name a key and these patterns without telling it: texts of different names differ anyway."""
    patterns = "\n".join(one.pattern for one in (*LINES, TOKENS, _BLOCK))
    told = f"name of the key\n{patterns}".encode()
    return hmac.digest(key, told, "sha256").hex()[:_TAG_DIGITS]


def without_secrets(text: str) -> str:
    """Return a masked text with all tags alike, and what earlier patterns left as tags too."""
    alike = _TAG.sub("<secret>", text)
    return _TAG.sub("<secret>", mask(alike, "", b""))


def _block(put: Callable[[str], str], found: re.Match[str]) -> str:
    name = "pem" if found["pem"] is not None else "hex"
    begin, end = found.start(name) - found.start(), found.end(name) - found.start()
    secret = "\n".join(line.strip() for line in found[name].splitlines())
    between = "\n" if "\n" in found[name] else ""
    return f"{found[0][:begin]}{between}{put(secret)}{between}{found[0][end:]}"


def _lines(text: str, put: Callable[[str], str]) -> Iterator[str]:
    section = ""
    for line in text.split("\n"):
        if line and not line[0].isspace():
            section = line
        is_number = _KEY_NUMBER.fullmatch(line) and _KEY_CHAIN.match(section)
        yield line if is_number or not line else _line(line, put)


def _line(line: str, put: Callable[[str], str]) -> str:
    line = TOKENS.sub(lambda one: put(one[0]), line)
    if not _SUSPECT.search(line):
        return line
    if _ALGORITHMS.match(line) and not _NOT_ONLY.search(line):
        return line
    for pattern in LINES:
        place = 0
        while found := pattern.search(line, place):
            begin, end = found.span("s")
            if _COVERED.fullmatch(line, begin, end):  # masked already, by its looks
                place = end
                continue
            mark = put(line[begin:end])
            line = line[:begin] + mark + line[end:]
            place = begin + len(mark)
    return line
