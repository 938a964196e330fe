"""The sockets on which traps come in, one for each address that is listened on.

They are opened by the monitor and handed to the process that reads them, so that an address that
cannot be had is told at the start, and nothing the kernel holds is lost when that process dies.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

from collectors.traps.form import LONGEST
from inventory.model import Endpoint

PORT: Final = 162
_BUFFER: Final = 4 << 20
_SO_MEMINFO: Final = 55
_DROPS: Final = 8
"""Place among the numbers of SO_MEMINFO (linux/sock_diag.h: SK_MEMINFO_DROPS)."""


def open_door(endpoint: Endpoint) -> socket.socket:
    """Listen on an address. Raises OSError that names it."""
    family = socket.AF_INET6 if endpoint.family == 6 else socket.AF_INET
    door = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        if endpoint.family == 6:
            door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        door.bind((endpoint.host, PORT if endpoint.port is None else endpoint.port))
    except OSError as error:
        door.close()
        raise OSError(error.errno, f"{error.strerror}: traps.listen {endpoint}") from error
    return door


def dropped(doors: Sequence[socket.socket]) -> int:
    """Return how many datagrams the kernel dropped since the start because nobody read them."""
    total = 0
    for door in doors:
        told = door.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * (_DROPS + 1))
        if len(told) > 4 * _DROPS:
            total += struct.unpack_from("=I", told, 4 * _DROPS)[0]
    return total


class Reader:
    """Reads datagrams without making an object of those that go at once."""

    def __init__(self) -> None:
        self._buffer = bytearray(LONGEST + 1)
        self._view = memoryview(self._buffer)

    def read(
        self,
        door: socket.socket,
        most: int,
        refuses: Callable[[str, int], bool],
        take: Callable[[Any, bytes], None],
    ) -> int:
        """Read at most `most` datagrams; return how many there were. `refuses` sees each one."""
        for count in range(most):
            try:
                length, address = door.recvfrom_into(self._buffer)
            except BlockingIOError:
                return count
            except OSError:  # what an earlier answer of ours met (ICMP)
                continue
            if not refuses(address[0], length):
                take(address, bytes(self._view[:length]))
        return most


def answer(door: socket.socket, address: Any, reply: bytes) -> bool:
    """Send an answer; False where the kernel does not take it."""
    try:
        door.sendto(reply, address)
    except OSError:
        return False
    return True
