"""Echo over ICMP (RFC 792) and ICMPv6 (RFC 4443): the token in the data of an echo request.

Two kinds of sockets: ping sockets where net.ipv4.ping_group_range contains our group (no
privilege; the kernel sets identifier and checksum and hands over our replies only), and raw ones
with CAP_NET_RAW (a filter in the kernel keeps out all but echo replies).
"""

from __future__ import annotations

import os
import socket
import struct
from functools import partial
from typing import Final

from collectors.wires._door import TOKEN, USUAL, Door, prepare

_HEADER: Final = struct.Struct("!BBHHH")
_PADDING: Final = bytes(USUAL - TOKEN)
_REQUEST: Final = {4: 8, 6: 128}
_REPLY: Final = {4: 0, 6: 129}
_ICMP_FILTER: Final = 1
_SOL_RAW: Final = 255


def open_door(family: int) -> Door:
    """Open a socket for `family` (4 or 6).

    Raises PermissionError naming the sysctl and the capability, either of which permits it.
    """
    try:
        sock, raw = _socket(family, socket.SOCK_DGRAM), False
    except PermissionError:
        try:
            sock, raw = _socket(family, socket.SOCK_RAW), True
        except PermissionError:
            raise PermissionError(
                "ICMP echo is not permitted: set net.ipv4.ping_group_range to contain this "
                "process's group, or give it CAP_NET_RAW"
            ) from None
    try:
        prepare(sock)
        if raw:
            _keep_replies_only(sock, family)
    except OSError:
        sock.close()
        raise
    header = raw and family == 4
    return Door(sock, partial(_encode, family), partial(_decode, family, header), 8, 0)


def _socket(family: int, kind: int) -> socket.socket:
    if family == 6:
        return socket.socket(socket.AF_INET6, kind | socket.SOCK_CLOEXEC, socket.IPPROTO_ICMPV6)
    return socket.socket(socket.AF_INET, kind | socket.SOCK_CLOEXEC, socket.IPPROTO_ICMP)


def _keep_replies_only(sock: socket.socket, family: int) -> None:
    """Let the kernel drop what other programs ping and what this host answers itself."""
    if family == 4:  # a set bit blocks its type
        blocked = struct.pack("=I", 0xFFFFFFFF & ~(1 << _REPLY[4]))
        sock.setsockopt(_SOL_RAW, _ICMP_FILTER, blocked)
    else:
        words = [0xFFFFFFFF] * 8
        words[_REPLY[6] >> 5] &= ~(1 << (_REPLY[6] & 31))
        sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMP_FILTER, struct.pack("=8I", *words))


def _encode(family: int, token: bytes) -> bytes:
    """Build an echo request; identifier ours, sequence from the token, checksum of RFC 1071.

    A one's complement sum of 16-bit words is the whole number modulo 65,535. ICMPv6's sum covers
    addresses too and is the kernel's work. Zeros put behind it later change no sum.
    """
    sequence = int.from_bytes(token[:2], "big")
    head = _HEADER.pack(_REQUEST[family], 0, 0, _IDENTIFIER, sequence)
    if family == 6:
        return head + token + _PADDING
    total = int.from_bytes(head + token, "big") % 0xFFFF
    return _HEADER.pack(8, 0, 0xFFFF - total, _IDENTIFIER, sequence) + token + _PADDING


def _decode(family: int, header: bool, data: bytes) -> bytes | None:  # noqa: FBT001 - fixed once
    start = (data[0] & 15) * 4 if header and data else 0
    if len(data) < start + 8 + TOKEN or data[start] != _REPLY[family]:
        return None
    return data[start + 8 : start + 8 + TOKEN]


_IDENTIFIER: Final = os.getpid() & 0xFFFF
