"""The process behind the wire: it dies and is replaced, grows and is exchanged; nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import paramiko
import pytest

from collectors._ssh import Access, Said
from metrics.observation import Outcome
from runtime.sections.ssh import SshConfig
from runtime.ssh.wire import HOST_KEYS, SshDoor
from simulator.ssh_nodes import Node
from simulator.ssh_server import SshServer, serving
from tests.servers import free_port
from tests.ssh.asking import access, login, pin
from tests.ssh.fakes import fake_host
from tests.ssh.sshd import Sshd, sshd

pytestmark = pytest.mark.server("sshd", "ssh-keygen")
_WORKERS = 2
"""Threads for jobs that may have been added: one is not idle again at once."""
_HELLO = Said(Outcome.ANSWERED, "", ("hello\n",))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Sshd]:
    with sshd(tmp_path_factory.mktemp("server") / "a", [keys / "ed25519"]) as one:
        yield one


@pytest.fixture
def store(tmp_path: Path, server: Sshd) -> Path:
    names = [f"srv{n}" for n in range(20)]
    pin(tmp_path / HOST_KEYS, *((name, server.host_keys["ed25519"]) for name in names))
    return tmp_path


@pytest.fixture
def way(server: Sshd, keys: Path) -> Access:
    return access(server.port, login(key=(keys / "ed25519").read_text("ascii")))


@asynccontextmanager
async def _open(store: Path, **config: float) -> AsyncIterator[SshDoor]:
    async with AsyncExitStack() as stack:
        door = SshDoor(SshConfig().model_copy(update=config), store, chance=lambda: 0.0)
        door.wanted = True
        await door.start(stack)
        yield door


async def _ask(door: SshDoor, way: Access, script: str = "echo hello", timeout: float = 20) -> Said:
    return await door.run(way, script, timeout=timeout)


def _waiting_for(path: Path) -> str:
    """Write a script that answers when there is a file."""
    return f"while [ ! -e {path} ]; do sleep 0.05; done; echo late"


async def _until(condition: object, what: str, seconds: float = 20) -> None:
    assert callable(condition)
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(what)


def test_a_host_is_asked_over_one_connection(store: Path, way: Access, server: Sshd) -> None:
    async def story() -> None:
        async with _open(store) as door:
            before = server.log.count("Accepted publickey")
            for _ in range(3):
                assert await _ask(door, way) == _HELLO
            assert server.log.count("Accepted publickey") == before + 1

    asyncio.run(story())


def test_several_hosts_are_asked_at_once(store: Path, way: Access) -> None:
    async def story() -> None:
        async with _open(store) as door:
            ways = [access(way.endpoint.port or 0, way.login, f"srv{n}") for n in range(8)]
            said = await asyncio.gather(*(_ask(door, one) for one in ways))
            assert said == [_HELLO] * 8

    asyncio.run(story())


def test_a_process_that_dies_is_replaced_and_what_it_did_is_skipped(
    store: Path, way: Access
) -> None:
    async def story() -> None:
        async with _open(store) as door:
            assert await _ask(door, way) == _HELLO
            hanging = asyncio.create_task(_ask(door, way, "sleep 60", 50))
            await _until(lambda: door.stats()["running"], "it runs")
            first = door.pid
            assert first is not None
            os.kill(first, signal.SIGKILL)
            assert await hanging == Said(Outcome.SKIPPED, "ssh_process")
            assert door.failure == "process_died"
            assert await _ask(door, way) == _HELLO
            assert door.pid != first
            assert door.failure == ""

    asyncio.run(story())


def test_a_process_that_is_stopped_ends(store: Path, way: Access) -> None:
    async def story() -> int:
        async with _open(store) as door:
            assert await _ask(door, way) == _HELLO
            assert door.pid is not None
            return door.pid

    pid = asyncio.run(story())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_old_process_answers_what_runs_while_a_new_one_takes_what_comes(
    store: Path, way: Access
) -> None:
    async def story() -> None:
        async with _open(store) as door:
            assert await _ask(door, way) == _HELLO
            first = door.pid
            running = asyncio.create_task(_ask(door, way, _waiting_for(store / "go"), 30))
            await _until(lambda: door.stats()["running"], "it runs")
            door.exchange()
            door.tick()
            await _until(lambda: door.pid != first, "there is a new one")
            other = access(way.endpoint.port or 0, way.login, "srv2")
            assert await _ask(door, other) == _HELLO
            assert not running.done()
            (store / "go").touch()
            assert (await running).texts == ("late\n",)
            await _until(lambda: not _lives(first or 0), "the old one is gone")
            stats = door.stats()
            assert (stats["renewals"], stats["deaths"]) == (1, 0)

    asyncio.run(story())


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_has_grown_is_exchanged(store: Path, way: Access) -> None:
    async def story() -> None:
        async with _open(store, recycle_bytes=1) as door:
            first = door.pid
            await _until(lambda: door.stats()["rss_bytes"], "it tells its size")
            door.tick()
            await _until(lambda: door.pid not in {first, None}, "there is a new one")
            assert await _ask(door, way) == _HELLO

    asyncio.run(story())


def test_what_does_not_get_its_turn_in_time_is_busy(store: Path, way: Access) -> None:
    async def story() -> None:
        async with _open(store) as door:
            assert await _ask(door, way) == _HELLO
            long = asyncio.create_task(_ask(door, way, _waiting_for(store / "go")))
            await _until(lambda: door.stats()["running"], "it runs")
            assert await _ask(door, way, timeout=0.2) == Said(Outcome.SKIPPED, "ssh_busy")
            (store / "go").touch()
            assert (await long).texts == ("late\n",)

    asyncio.run(story())


def test_a_line_that_was_lost_meanwhile_is_opened_anew_within_the_run(
    store: Path, way: Access, server: Sshd
) -> None:
    async def story() -> None:
        async with _open(store) as door:
            assert await _ask(door, way) == _HELLO
            for child in _children(server.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            assert await _ask(door, way) == _HELLO

    asyncio.run(story())


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(number) for number in path.read_text("ascii").split()]


def test_a_refused_login_is_not_tried_again_at_once(
    tmp_path: Path, host_key: paramiko.PKey
) -> None:
    pin(tmp_path / HOST_KEYS, ("srv1", f"{host_key.get_name()} {host_key.get_base64()}"))

    async def story(port: int) -> list[Said]:
        async with _open(tmp_path) as door:
            way = access(port, login(password="wrong"))
            return [await _ask(door, way) for _ in range(3)]

    with fake_host(host_key) as (port, attempts):
        said = asyncio.run(story(port))
        assert [one.reason for one in said] == ["ssh_auth", "ssh_auth_backoff", "ssh_auth_backoff"]
        assert len(attempts.tried) == 1


def test_a_changed_host_key_is_told_and_its_return_too(
    store: Path, way: Access, server: Sshd, other_key: paramiko.PKey
) -> None:
    told: list[tuple[str, bool]] = []

    async def story() -> None:
        async with _open(store) as door:
            door.tell = lambda device, good: told.append((device, good))
            stranger = ("srv1", f"{other_key.get_name()} {other_key.get_base64()}")
            pin(store / HOST_KEYS, stranger)
            for _ in range(2):
                assert (await _ask(door, way)).reason == "host_key_changed"
            pin(store / HOST_KEYS, ("srv1", server.host_keys["ed25519"]))
            assert await _ask(door, way) == _HELLO

    asyncio.run(story())
    assert told == [("srv1", False), ("srv1", True)]


def test_three_hundred_polls_leave_descriptors_threads_and_memory_as_they_were(
    store: Path, way: Access
) -> None:
    async def polls(door: SshDoor, count: int) -> None:
        for number in range(count):
            script = "exit 1" if number % 10 == 9 else "head -c 20000 /dev/zero | tr '\\0' x"
            assert (await _ask(door, way, script)).outcome is Outcome.ANSWERED

    async def levels(door: SshDoor) -> tuple[float, float, float]:
        await _until(lambda: not door.stats()["running"], "all is over")
        stats = door.stats()
        return stats["descriptors"], stats["threads"], stats["rss_bytes"]

    async def story() -> None:
        async with _open(store) as door:
            await polls(door, 50)
            await _until(lambda: door.stats().get("jobs") == 50, "they are counted")
            descriptors, threads, octets = await levels(door)
            await polls(door, 250)
            await _until(lambda: door.stats().get("jobs") == 300, "they are counted")
            after = await levels(door)
            assert after[0] == descriptors
            assert after[1] <= threads + _WORKERS
            assert after[2] < octets + 8_000_000

    asyncio.run(story())


def test_many_lost_connections_leave_no_descriptors_and_threads(store: Path, way: Access) -> None:
    async def story() -> None:
        async with _open(store, logins_per_second=200) as door:
            assert await _ask(door, way) == _HELLO
            await _until(lambda: door.stats()["kept"] == 1, "it is told")
            before = door.stats()
            for _ in range(8):
                assert (await _ask(door, way, "kill -9 $PPID")).reason == "ssh_closed"
                assert (await _ask(door, way, "cat /dev/zero")).reason == "too_large"
            assert await _ask(door, way) == _HELLO
            await _until(lambda: door.stats()["jobs"] == 18, "they are counted")
            after = door.stats()
            assert after["descriptors"] == before["descriptors"]
            assert after["threads"] <= before["threads"] + _WORKERS

    asyncio.run(story())


class _Gauge:
    """Counts how many are in it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = self.most = 0

    def __call__(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.05)
        with self._lock:
            self._now -= 1


def test_a_group_has_no_more_logins_at_once_than_it_allows(
    tmp_path: Path, host_key: paramiko.PKey
) -> None:
    names = [f"srv{n}" for n in range(16)]
    shown = f"{host_key.get_name()} {host_key.get_base64()}"
    pin(tmp_path / HOST_KEYS, *((name, shown) for name in names))
    gauge = _Gauge()

    async def story(port: int) -> None:
        async with _open(tmp_path, logins_per_second=1000) as door:
            who = replace(login(password="right"), most=3)
            asked = (_ask(door, access(port, who, name)) for name in names)
            assert await asyncio.gather(*asked) == [_HELLO] * len(names)

    with fake_host(host_key, thinking=gauge) as (port, attempts):
        asyncio.run(story(port))
        assert len(attempts.tried) == len(names)
        assert gauge.most == 3


def _router(**more: Any) -> Node:
    return Node("rt1", "127.0.0.1", 0, "huawei_vrp", "netmon", "right", ports=("GE0/0/1",), **more)


def _converse(folder: Path, node: Node, *, seconds: float = 20, legacy: bool = False) -> Said:
    """Ask the simulated router for its version through the process."""

    async def story(server: SshServer) -> Said:
        async with _open(folder) as door:
            (folder / HOST_KEYS).write_text(server.known_hosts(), "ascii")
            who = login(user="netmon", password="right")
            way = access(server.ports["rt1"], who, "rt1", legacy=legacy)
            # The time of the conversation is not that in which the process begins.
            nobody = access(free_port(), who, "nobody")
            assert (await door.run(nobody, "", timeout=20)).reason == "port_closed"
            return await door.converse(way, "huawei_vrp", ("display version",), timeout=seconds)

    with serving([node], time.time) as server:
        return asyncio.run(story(server))


def test_network_gear_is_asked_in_the_process(tmp_path: Path) -> None:
    said = _converse(tmp_path, _router())
    assert said.outcome is Outcome.ANSWERED
    assert "VRP" in said.texts[0]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_old_network_gear_is_asked_where_it_has_the_switch(tmp_path: Path) -> None:
    said = _converse(tmp_path, _router(legacy=True), legacy=True)
    assert said.outcome is Outcome.ANSWERED


def test_old_network_gear_without_the_switch_is_refused(tmp_path: Path) -> None:
    said = _converse(tmp_path, _router(legacy=True))
    assert said == Said(Outcome.REFUSED, "ssh_no_common_algorithm")


def test_network_gear_that_never_answers_a_login_ends_in_time(tmp_path: Path) -> None:
    said = _converse(tmp_path, _router(quirks=("hanging_login",)), seconds=2)
    assert said == Said(Outcome.SILENT, "ssh_auth_timeout")
