"""Sockets on loopback. One socket serves all of 127.0.0.0/8 and answers from the address asked.

`IP_PKTINFO` (ip(7)) tells the address a datagram was sent to and lets the reply leave from it;
`SO_BINDTODEVICE` keeps the socket on `lo` (without privilege since Linux 5.7). Where the kernel
refuses that, each address gets a socket of its own.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable
from typing import Final

from simulator.world import Key, key_of

_IP_PKTINFO: Final = getattr(socket, "IP_PKTINFO", 8)
_LARGEST: Final = 4096
"""Octets of a datagram; longer ones are cut, no monitor sends them."""
_ROOM: Final = 64
_BUFFER: Final = 8 * 1024 * 1024
_ANY: Final = b"\0\0\0\0"

Peer = tuple[str, int] | tuple[str, int, int, int]


class Door:
    """A bound socket. `key` None: whoever was asked stands in each datagram."""

    __slots__ = ("key", "port", "socket")

    def __init__(self, bound: socket.socket, key: Key | None) -> None:
        self.socket = bound
        self.key = key
        self.port: int = bound.getsockname()[1]

    def receive(self) -> tuple[Key, bytes, Peer] | None:
        """Return who is asked, the datagram and by whom; None when nothing is waiting."""
        try:
            if self.key is not None:
                data, peer = self.socket.recvfrom(_LARGEST)
                return self.key, data, peer
            data, ancillary, _, peer = self.socket.recvmsg(_LARGEST, _ROOM)
        except OSError:  # nothing is waiting, or an error of an earlier reply comes back
            return None
        return (ancillary[0][2][8:12] if ancillary else _ANY), data, peer

    def send(self, key: Key, data: bytes, peer: Peer) -> bool:
        """Send from the address `key`; False when the kernel has no room or refuses."""
        try:
            if self.key is not None:
                self.socket.sendto(data, peer)
            else:
                source = _ANY + key + _ANY
                self.socket.sendmsg((data,), ((socket.IPPROTO_IP, _IP_PKTINFO, source),), 0, peer)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Give the port back."""
        self.socket.close()


def open_doors(port: int, hosts: Iterable[str]) -> list[Door]:
    """Open `port` on the IPv4 addresses `hosts`; raise OSError that names what is taken."""
    wide = _socket(socket.AF_INET)
    try:
        wide.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    except PermissionError:
        wide.close()
        return [open_door(host, port) for host in hosts]
    wide.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    # SO_BINDTODEVICE keeps this wildcard on loopback.
    return [Door(_bind(wide, "0.0.0.0", port), None)]  # noqa: S104


def open_door(host: str, port: int) -> Door:
    """Open `port` of one address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = _bind(_socket(family), host, port)
    return Door(door, key_of(host, door.getsockname()[1]))


def _socket(family: socket.AddressFamily) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.setblocking(False)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        with contextlib.suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
    return made


def _bind(made: socket.socket, host: str, port: int) -> socket.socket:
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise OSError(error.errno, f"UDP port {port} of {host}: {error.strerror}") from error
    return made
