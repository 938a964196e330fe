"""A socket that echoes leave by and come back to, one per address family and protocol."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TOKEN: Final = 8
"""Bytes of the token that tells one echo from all others, unguessable from off the path."""

SO_TIMESTAMPNS: Final = 35
SO_RXQ_OVFL: Final = 40
_SO_RCVBUFFORCE: Final = 33
_IP_RECVERR: Final = 11
_IPV6_RECVERR: Final = 25
_RECEIVE_BUFFER: Final = 16 << 20
USUAL: Final = 56
"""Octets of an echo behind the UDP or ICMP header: what ping sends by default."""
_ERROR: Final = struct.Struct("=IBBBBII")
_ERRORS: Final = {(socket.SOL_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR)}
_ORIGIN_ICMP: Final = frozenset({2, 3})


@dataclass(frozen=True, slots=True)
class Door:
    """An open socket and how its echoes look."""

    socket: socket.socket
    encode: Callable[[bytes], bytes]
    """Token to datagram."""
    decode: Callable[[bytes], bytes | None]
    """Datagram to token; None where it is no reply to an echo."""
    returned: int
    """Offset of the token in a datagram that an ICMP error gives back."""
    port: int
    """Where echoes go unless an endpoint says otherwise; 0 = the protocol has no ports."""


def prepare(sock: socket.socket) -> None:
    """Set what every door needs: a large buffer, kernel timestamps, drops and ICMP errors told."""
    sock.setblocking(False)
    for option in (_SO_RCVBUFFORCE, socket.SO_RCVBUF):  # the first needs CAP_NET_ADMIN
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, option, _RECEIVE_BUFFER)
            break
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.SOL_IP, _IP_RECVERR, 1)


def send_marked(sock: socket.socket, data: bytes, target: tuple[str, int], mark: int) -> None:
    """Send with `mark` as type of service (IPv4) or traffic class (IPv6). Raises OSError.

    The socket is everybody's, so it is unmarked at once. A control message would do the same
    without, but ICMPv6 sockets heed none before Linux 5.18: the echo would leave unmarked.
    """
    six = sock.family == socket.AF_INET6
    option = (
        (socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if six else (socket.IPPROTO_IP, socket.IP_TOS)
    )
    sock.setsockopt(*option, mark)
    try:
        sock.sendto(data, target)
    finally:
        sock.setsockopt(*option, 0)


def offender(ancillary: list[tuple[int, int, bytes]]) -> str | None:
    """Return the address that sent an ICMP error, from the error queue's control message."""
    for level, kind, data in ancillary:
        if (level, kind) not in _ERRORS:
            continue
        origin = _ERROR.unpack_from(data)[1]
        address = data[_ERROR.size :]
        if origin not in _ORIGIN_ICMP or len(address) < 8:
            continue
        family = int.from_bytes(address[:2], sys.byteorder)
        if family == socket.AF_INET:
            return socket.inet_ntop(socket.AF_INET, address[4:8])
        if family == socket.AF_INET6 and len(address) >= 24:
            return socket.inet_ntop(socket.AF_INET6, address[8:24])
    return None
