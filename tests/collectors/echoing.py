"""An echo server (RFC 862) in a thread: answers from the address that was asked."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_IP_PKTINFO = 8
_PKTINFO = struct.Struct("=I4s4s")

Reply = Callable[[socket.socket, bytes, tuple[str, int], list[tuple[int, int, bytes]]], None]


def honest(
    sock: socket.socket,
    data: bytes,
    sender: tuple[str, int],
    ancillary: list[tuple[int, int, bytes]],
) -> None:
    sock.sendmsg([data], ancillary, 0, sender)


@contextmanager
def echo_server(host: str = "0.0.0.0", reply: Reply = honest) -> Iterator[int]:
    """Serve on a free port of `host` (0.0.0.0 = all of 127/8, each answering for itself)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        if family == socket.AF_INET:
            sock.setsockopt(socket.SOL_IP, _IP_PKTINFO, 1)
        sock.bind((host, 0))
        sock.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    data, ancillary, _, sender = sock.recvmsg(2048, 128)
                except TimeoutError:
                    continue
                reply(sock, data, sender, [_from_asked(item) for item in ancillary])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            stop.set()
            thread.join()


def _from_asked(item: tuple[int, int, bytes]) -> tuple[int, int, bytes]:
    """Turn where a datagram was sent to into where the answer leaves from."""
    level, kind, data = item
    if (level, kind) != (socket.SOL_IP, _IP_PKTINFO):
        return item
    _, _, asked = _PKTINFO.unpack(data)
    return level, kind, _PKTINFO.pack(0, asked, bytes(4))
