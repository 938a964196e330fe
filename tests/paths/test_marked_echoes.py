"""Echoes of a class leave with its mark, and those of no class without one, by the same socket."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from collectors.wires.echo import open_echo
from inventory.model import Endpoint
from tests.collectors.test_echo_wire import needs_icmp

EF = 46
AF41 = 34
Seen = list[tuple[int, int]]


@contextmanager
def noting_server(host: str) -> Iterator[tuple[int, Seen]]:
    """Echo by UDP; note of each datagram its type of service (or traffic class) and its size."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    seen: Seen = []
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        sock.bind((host, 0))
        sock.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    data, ancillary, _, sender = sock.recvmsg(2048, 64)
                except TimeoutError:
                    continue
                for _, _, value in ancillary:
                    seen.append((value[0], len(data)))
                sock.sendto(data, sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield sock.getsockname()[1], seen
        finally:
            stop.set()
            thread.join()


async def ask(
    host: str, port: int | None, *, dscp: int = 0, size: int = 0, wire: str = "udp"
) -> int:
    """Send two echoes with the mark and one without; return how many came back."""
    echo = open_echo("icmp" if wire == "icmp" else "udp")
    await echo.start()
    try:
        marked = await echo.echo(
            Endpoint(host, port), count=2, gap=0.01, timeout=0.5, dscp=dscp, size=size
        )
        plain = await echo.echo(Endpoint(host, port), count=1, gap=0.01, timeout=0.5)
    finally:
        await echo.close()
    return sum(rtt is not None for rtt in (*marked.rtts, *plain.rtts))


@pytest.mark.parametrize("host", ["127.0.0.1", pytest.param("::1", marks=pytest.mark.ipv6)])
@pytest.mark.parametrize("dscp", [EF, AF41])
def test_an_echo_by_udp_carries_the_mark_and_the_next_one_none(host: str, dscp: int) -> None:
    with noting_server(host) as (port, seen):
        assert asyncio.run(ask(host, port, dscp=dscp)) == 3
    assert [mark for mark, _ in seen] == [dscp << 2, dscp << 2, 0]


def test_a_larger_echo_is_as_large_as_was_asked_and_is_received() -> None:
    with noting_server("127.0.0.1") as (port, seen):
        assert asyncio.run(ask("127.0.0.1", port, size=1200)) == 3
    assert [size for _, size in seen] == [1200, 1200, 56]


@needs_icmp
def test_an_echo_by_icmp_carries_the_mark() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as tap:
        tap.settimeout(0.5)
        assert asyncio.run(ask("127.7.7.7", None, dscp=EF, size=1001, wire="icmp")) == 3
        requests: list[tuple[int, int]] = []
        while len(requests) < 3:
            packet = tap.recv(2048)
            target = packet[16:20]
            if packet[20] == 8 and target == socket.inet_aton("127.7.7.7"):
                requests.append((packet[1], len(packet) - 28))
    assert requests == [(EF << 2, 1001), (EF << 2, 1001), (0, 56)]


@needs_icmp
@pytest.mark.ipv6
def test_an_echo_by_icmp_over_ipv6_carries_the_mark() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as tap:
        tap.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        tap.settimeout(0.5)
        assert asyncio.run(ask("::1", None, dscp=EF, wire="icmp")) == 3
        marks: list[int] = []
        while len(marks) < 3:
            data, ancillary, _, _ = tap.recvmsg(2048, 64)
            if data[0] == 128:
                marks.append(ancillary[0][2][0])
    assert marks == [EF << 2, EF << 2, 0]
