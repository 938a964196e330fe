"""Echo over UDP (RFC 862): the token, padded to what ping sends by default."""

from __future__ import annotations

import socket
from typing import Final

from collectors.wires._door import TOKEN, USUAL, Door, prepare

PORT: Final = 7
_PADDING: Final = bytes(USUAL - TOKEN)


def open_door(family: int) -> Door:
    """Open a socket for `family` (4 or 6)."""
    sock = socket.socket(
        socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC
    )
    try:
        prepare(sock)
        sock.bind(("::" if family == 6 else "0.0.0.0", 0))  # noqa: S104 - replies only, by token
    except OSError:
        sock.close()
        raise
    return Door(sock, _encode, _decode, 0, PORT)


def _encode(token: bytes) -> bytes:
    return token + _PADDING


def _decode(data: bytes) -> bytes | None:
    return data[:TOKEN] if len(data) >= USUAL else None
