"""One socket for all of loopback, or one per address: both answer from the address asked."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Callable

import pytest

from simulator.sockets import Door, open_door, open_doors
from simulator.world import key_of
from tests.servers import free_port, wait_for

HOSTS = ("127.16.3.1", "127.16.3.2")


def _each(port: int) -> list[Door]:
    return [open_door(host, port) for host in HOSTS]


def _together(port: int) -> list[Door]:
    return open_doors(port, HOSTS)


@pytest.mark.parametrize("open_all", [_each, _together])
def test_a_reply_leaves_from_the_address_that_was_asked(
    open_all: Callable[[int], list[Door]],
) -> None:
    port = free_port()
    with contextlib.ExitStack() as stack:
        doors = open_all(port)
        for door in doors:
            stack.callback(door.close)
        client = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        client.settimeout(5)
        for host in HOSTS:
            client.sendto(b"?", (host, port))
            received = wait_for(lambda: next(filter(None, (d.receive() for d in doors)), None))
            assert received is not None
            key, data, peer = received
            assert (key, data) == (key_of(host, port), b"?")
            assert any(door.send(key, b"!", peer) for door in doors if door.key in {None, key})
            assert client.recvfrom(9) == (b"!", (host, port))


def test_a_port_that_is_taken_is_named() -> None:
    port = free_port()
    with contextlib.closing(open_door("127.0.0.1", port)):
        with pytest.raises(OSError, match=f"UDP port {port} of 127.0.0.1") as refused:
            open_door("127.0.0.1", port)
        assert refused.value.errno == errno.EADDRINUSE
