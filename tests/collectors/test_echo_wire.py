"""Echo: what counts as a reply, what as a loss, and that no loss is of our own making."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, Literal

import pytest

from collectors._contract import EchoReply
from collectors.wires import _icmp, _udp
from collectors.wires._door import Door
from collectors.wires.echo import Echo, open_echo
from inventory.model import Endpoint
from tests.collectors.echoing import echo_server
from tests.servers import free_port


def may_icmp() -> bool:
    try:
        _icmp.open_door(4).socket.close()
    except PermissionError:
        return False
    return True


SIXES = ("::1", "0:0:0:0:0:0:0:1")
needs_icmp = pytest.mark.skipif(not may_icmp(), reason="ICMP is not permitted here")


@asynccontextmanager
async def opened(wire: Literal["icmp", "udp"] = "udp") -> AsyncIterator[Echo]:
    echo = open_echo(wire)
    await echo.start()
    try:
        yield echo
    finally:
        await echo.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


async def ask(
    echo: Echo, host: str, port: int | None, *, count: int = 3, timeout: float = 2.0
) -> EchoReply:
    return await echo.echo(Endpoint(host, port), count=count, gap=0.01, timeout=timeout)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10"])
def test_udp_replies_are_timed(host: str) -> None:
    async def work() -> None:
        with echo_server() as port:
            async with opened() as echo:
                reply = await ask(echo, host, port)
                assert len(reply.rtts) == 3
                assert all(rtt is not None and 0 < rtt < 2 for rtt in reply.rtts)

    run(work())


@pytest.mark.ipv6
def test_udp_over_ipv6_is_answered() -> None:
    async def work() -> None:
        with echo_server("::1") as port:
            async with opened() as echo:
                reply = await ask(echo, "::1", port)
                assert None not in reply.rtts

    run(work())


@needs_icmp
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.9.10", *(pytest.param(six, marks=pytest.mark.ipv6) for six in SIXES)],
)
def test_icmp_replies_are_timed(host: str) -> None:
    async def work() -> None:
        async with opened("icmp") as echo:
            reply = await ask(echo, host, None)
            assert len(reply.rtts) == 3
            assert all(rtt is not None and 0 < rtt < 2 for rtt in reply.rtts)

    run(work())


def test_no_reply_is_a_loss() -> None:
    async def work() -> None:
        with echo_server(reply=lambda *_: None) as port:
            async with opened() as echo:
                reply = await ask(echo, "127.0.0.1", port, timeout=0.2)
                assert reply == EchoReply((None, None, None))

    run(work())


def test_a_late_reply_is_a_loss() -> None:
    async def work() -> None:
        held: list[tuple[Any, ...]] = []

        def late(sock: socket.socket, data: bytes, sender: Any, ancillary: Any) -> None:
            held.append((sock, data, sender, ancillary))

        with echo_server(reply=late) as port:
            async with opened() as echo:
                reply = await ask(echo, "127.0.0.1", port, count=1, timeout=0.05)
                for sock, data, sender, ancillary in held:
                    sock.sendmsg([data], ancillary, 0, sender)
                await _until(lambda: echo.stats().get("late", 0) == 1)
                assert reply.rtts == (None,)

    run(work())


def test_a_reply_from_another_address_is_not_counted() -> None:
    async def work() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
            elsewhere.bind(("127.0.0.9", 0))

            def forged(_: Any, data: bytes, sender: tuple[str, int], __: Any) -> None:
                elsewhere.sendto(data, sender)

            with echo_server(reply=forged) as port:
                async with opened() as echo:
                    reply = await ask(echo, "127.0.0.1", port, timeout=0.2)
                    assert reply.rtts == (None, None, None)
                    assert echo.stats()["foreign"] == 3

    run(work())


def test_a_reply_with_another_token_is_not_counted() -> None:
    async def work() -> None:
        def forged(sock: socket.socket, data: bytes, sender: Any, ancillary: Any) -> None:
            sock.sendmsg([bytes(8) + data[8:]], ancillary, 0, sender)

        with echo_server(reply=forged) as port:
            async with opened() as echo:
                assert (await ask(echo, "127.0.0.1", port, timeout=0.2)).rtts == (None, None, None)

    run(work())


def test_a_reply_that_comes_twice_counts_once() -> None:
    async def work() -> None:
        def twice(sock: socket.socket, data: bytes, sender: Any, ancillary: Any) -> None:
            for _ in range(2):
                sock.sendmsg([data], ancillary, 0, sender)

        with echo_server(reply=twice) as port:
            async with opened() as echo:
                reply = await ask(echo, "127.0.0.1", port)
                assert len(reply.rtts) == 3
                assert echo.stats()["received"] == 3

    run(work())


@pytest.mark.parametrize("host", ["127.0.0.1", pytest.param("::1", marks=pytest.mark.ipv6)])
def test_port_unreachable_from_the_target_is_a_refusal_not_a_loss(host: str) -> None:
    async def work() -> None:
        port = free_port(host)
        async with opened() as echo:
            reply = await ask(echo, host, port)
            assert (reply.rtts, reply.refused, reply.unsent) == ((), 3, 0)

    run(work())


def test_a_refusal_disturbs_no_other_target() -> None:
    async def work() -> None:
        closed = free_port()
        with echo_server() as port:
            async with opened() as echo:
                replies = await asyncio.gather(
                    *(ask(echo, f"127.0.1.{n}", port if n % 2 else closed) for n in range(1, 101))
                )
                answered = [reply for reply in replies if len(reply.rtts) == 3]
                assert len(answered) == 50
                assert all(None not in reply.rtts for reply in answered)

    run(work())


def test_a_busy_monitor_sees_neither_loss_nor_delay() -> None:
    """The loop stands still for longer than the timeout; the kernel's time of arrival counts."""

    async def work() -> None:
        with echo_server() as port:
            async with opened() as echo:
                task = asyncio.create_task(ask(echo, "127.0.0.1", port, count=1, timeout=0.2))
                await _until(lambda: echo.stats()["sent"] == 1)
                time.sleep(0.5)  # noqa: ASYNC251 - standing still is the point
                reply = await task
                assert reply.rtts[0] is not None
                assert reply.rtts[0] < 0.4  # it stands still for 0.5 s

    run(work())


def test_an_overflow_of_our_own_buffer_is_not_the_networks_loss() -> None:
    async def work() -> None:
        def small(family: int) -> Door:
            door = _udp.open_door(family)
            door.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            return door

        def flood(sock: socket.socket, data: bytes, sender: Any, ancillary: Any) -> None:
            for _ in range(200):
                sock.sendmsg([bytes(56)], ancillary, 0, sender)
            sock.sendmsg([data], ancillary, 0, sender)

        with echo_server(reply=flood) as port:
            echo = Echo(small)
            await echo.start()
            task = asyncio.create_task(ask(echo, "127.0.0.1", port, count=2, timeout=0.3))
            await _until(lambda: echo.stats()["sent"] == 1)
            time.sleep(0.1)  # noqa: ASYNC251 - nobody reads meanwhile, so the buffer overflows
            reply = await task
            stats = echo.stats()
            await echo.close()
            assert stats["overruns"] > 0
            assert None not in reply.rtts
            assert reply.reason == "overrun"

    run(work())


@pytest.mark.parametrize("wire", ["udp", pytest.param("icmp", marks=needs_icmp)])
def test_two_thousand_targets_lose_nothing(wire: Literal["icmp", "udp"]) -> None:
    async def work() -> None:
        with echo_server() as port:
            async with opened(wire) as echo:
                where = port if wire == "udp" else None
                replies = await asyncio.gather(
                    *(
                        ask(echo, f"127.20.{n // 250}.{n % 250 + 1}", where, count=2, timeout=2)
                        for n in range(2000)
                    )
                )
                stats = echo.stats()
                assert sum(reply.rtts.count(None) for reply in replies) == 0
                assert stats["largest_burst"] <= 640
                assert stats.get("unsent", 0) == 0
                # Fewer only where the machine kept us from reading, and the kernel said so.
                heard = sum(len(reply.rtts) for reply in replies)
                assert heard == 4000 or stats["overruns"] > 0

    run(work())


def test_echoes_leave_evenly() -> None:
    async def work() -> None:
        times: list[float] = []

        def note(sock: socket.socket, data: bytes, sender: Any, ancillary: Any) -> None:
            times.append(time.monotonic())
            sock.sendmsg([data], ancillary, 0, sender)

        with echo_server(reply=note) as port:
            async with opened() as echo:
                await echo.echo(Endpoint("127.0.0.1", port), count=5, gap=0.1, timeout=1)
        # Our own thread notes the times, some of them late: all at once would be none apart.
        assert times[-1] - times[0] > 0.2
        assert sum(after - before > 0.02 for before, after in pairwise(times)) >= 2

    run(work())


def test_the_transcript_says_what_was_asked_and_what_came_back() -> None:
    async def work() -> None:
        lines: list[str] = []
        with echo_server() as port:
            echo = open_echo("udp", trace=lines.append)
            await echo.start()
            await ask(echo, "127.0.0.1", port, count=1)
            await echo.close()
        asked, heard = lines
        assert asked == f"> 1 echoes to 127.0.0.1:{port}, 0.01 s apart"
        assert heard.endswith(" ms, 0 refused")

    run(work())


def test_before_the_start_nothing_is_sent_and_nothing_lost() -> None:
    async def work() -> None:
        reply = await ask(open_echo("udp"), "127.0.0.1", 7)
        assert reply == EchoReply((), unsent=3, reason="not_open")

    run(work())


def test_of_runs_under_way_nobody_knows_when_the_wire_is_closed() -> None:
    async def work() -> None:
        with echo_server(reply=lambda *_: None) as port:
            echo = open_echo("udp")
            await echo.start()
            task = asyncio.create_task(ask(echo, "127.0.0.1", port, timeout=10))
            await _until(lambda: echo.stats()["sent"] > 0)
            await echo.close()
            reply = await task
            assert (reply.rtts, reply.unsent, reply.reason) == ((), 3, "not_open")

    run(work())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up its rights")
def test_without_permission_the_error_names_the_sysctl_and_the_capability() -> None:
    script = (
        "import os\n"
        "from collectors.wires._icmp import open_door\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: open_door(4)\n"
        "except PermissionError as error: print(error)\n"
        "else: print('permitted')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    if "permitted" in done.stdout.split():
        pytest.skip("ping sockets are open to everybody here")
    assert "net.ipv4.ping_group_range" in done.stdout, done.stderr
    assert "CAP_NET_RAW" in done.stdout


NAMESPACE = """
import asyncio, sys
from collectors.wires.echo import open_echo
from inventory.model import Endpoint

async def main():
    echo = open_echo("icmp")
    await echo.start()
    for host in sys.argv[1:]:
        reply = await echo.echo(Endpoint(host), count=2, gap=0.01, timeout=0.3)
        print(host, reply.rtts, reply.unsent, reply.reason)
    await echo.close()

asyncio.run(main())
"""


@pytest.fixture
def namespace() -> Iterator[list[str]]:
    """Make a network namespace; its value is the command line that runs a program inside."""
    ip = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin")
    name = f"echo-{os.getpid()}"
    if ip is None or subprocess.run([ip, "netns", "add", name], check=False).returncode:
        pytest.skip("no network namespace may be made here")
    inside = [ip, "netns", "exec", name]
    try:
        subprocess.run([*inside, ip, "link", "set", "lo", "up"], check=True)
        yield inside
    finally:
        subprocess.run([ip, "netns", "del", name], check=True)


def _echo_inside(inside: list[str], *hosts: str) -> list[str]:
    done = subprocess.run(
        [*inside, sys.executable, "-c", NAMESPACE, *hosts],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@needs_icmp
def test_a_blackholed_address_is_lost_and_one_without_route_is_not_sent(
    namespace: list[str],
) -> None:
    """In a network namespace: a line on which nobody answers, and a route that goes nowhere."""
    for line in (
        "link add swallow type veth peer name nobody",
        "link set nobody up",
        "addr add 10.77.0.1/24 dev swallow",
        "link set swallow up",
        "neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev swallow",
        "route add blackhole 10.78.0.0/24",
    ):
        subprocess.run([*namespace, namespace[0], *line.split()], check=True)
    lost, unsent, answered = _echo_inside(namespace, "10.77.0.2", "10.78.0.2", "127.0.0.1")
    assert lost == "10.77.0.2 (None, None) 0 "
    assert unsent == "10.78.0.2 () 2 no_route"
    assert "None" not in answered


@needs_icmp
def test_ping_sockets_serve_where_the_group_range_permits(namespace: list[str]) -> None:
    permit = ["sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"]
    subprocess.run([*namespace, *permit], check=True)
    unprivileged = [
        *namespace, "setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw",
    ]  # fmt: skip
    for line in _echo_inside(unprivileged, "127.0.0.1", "127.9.9.9", "::1"):
        assert "None" not in line
        assert line.endswith(") 0 ")
        assert line.count("e-0") + line.count("0.0") >= 2


async def _until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.001)
