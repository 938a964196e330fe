"""Ports for programs that start a moment later."""

from __future__ import annotations

import errno
import itertools
import os
import socket
from contextlib import ExitStack
from typing import Final

_RANGE: Final = range(10_000, 20_000)
"""Below what systems hand out by themselves (Linux: 32768 and up, RFC 6335: 49152 and up): nobody's
outgoing socket takes such a port between its choice and its use."""
_EACH: Final = 32
_TURNS: Final = itertools.count(os.getpid() * _EACH)
"""Each process begins elsewhere and goes on: of provinces that are made at once, or in one process,
none is given a port that another was given and has not bound yet."""


def free_ports(number: int, host: str = "127.0.0.1") -> list[int]:
    """Return ports of `host` that nobody has bound right now, neither by TCP nor by UDP.

    Raises OSError where `host` is no address of this machine, or where nothing is free.
    """
    found: list[int] = []
    with ExitStack() as stack:
        for turn in itertools.islice(_TURNS, len(_RANGE)):
            if len(found) == number:
                return found
            port = _RANGE[turn % len(_RANGE)]
            if is_free(port, host, stack):
                found.append(port)
    raise OSError(f"no {number} free ports between {_RANGE[0]} and {_RANGE[-1]} of {host}")


def is_free(port: int, host: str, held: ExitStack) -> bool:
    """Bind `port` by TCP and UDP until `held` is closed; False where somebody has it.

    Raises OSError where `host` is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as mine:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            probe = mine.enter_context(socket.socket(family, kind))
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                    return False
                raise
        held.enter_context(mine.pop_all())
    return True
