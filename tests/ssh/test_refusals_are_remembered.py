"""A restart does not cost an account failures: who was refused is left alone after it, too."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import paramiko
import pytest

from collectors._ssh import Access
from inventory.model import Endpoint, Inventory, Login, Secret
from runtime.sections.ssh import SshConfig
from runtime.ssh.refusals import LONGEST, REFUSALS, RefusalBook
from runtime.ssh.turns import BACK_OFF, Ask, Pace, Turns
from runtime.ssh.wire import HOST_KEYS, SshDoor
from tests.configurations.network import ROUTER, inventory
from tests.servers import wait_for
from tests.ssh.asking import access, pin
from tests.ssh.fakes import fake_host

DEVICES = ("a", "b", "c", "d", "e")


class Monitor:
    """One life of a monitor: its turns and its book, with clocks of the test's own."""

    def __init__(
        self, path: Path, login: Login, *, wall: float = 0.0, devices: tuple[str, ...] = DEVICES
    ) -> None:
        self.login, self.now = login, 100.0  # the monotonic clock begins anew
        self.book = RefusalBook(path, wall=lambda: wall, monotonic=lambda: self.now, cost=2)
        self.turns = Turns(Pace(logins=100, logins_per_second=1000), lambda: 0.5)
        self.turns.load([login], devices)
        self.book.begin(self.turns, {login.id: login}, devices)
        self._number = 0

    def ask(self, device: str) -> str:
        """Ask a device that refuses the login; return why it was not asked, or ""."""
        self._number += 1
        way = Access(device, Endpoint("127.0.0.1", 22), self.login, legacy=False, jump=None)
        refused = self.turns.put(Ask(self._number, way, session=False), self.now)
        if not refused:
            assert len(self.turns.begin(self.now)) == 1
            self.turns.over(self._number, device, "ssh_auth", self.now)
        return refused

    def end(self) -> None:
        asyncio.run(self.book.end(self.turns))


def _login(secret: str = "wrong") -> Login:  # noqa: S107 - of nobody
    return Login("gear", "netmon", password=Secret(secret), group="tacacs")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "refusals"


def _refuse(path: Path, *devices: str) -> None:
    monitor = Monitor(path, _login())
    assert [monitor.ask(device) for device in devices] == [""] * len(devices)
    monitor.end()


def test_a_device_that_refused_is_left_alone_after_a_restart(path: Path) -> None:
    _refuse(path, "a")
    assert Monitor(path, _login(), wall=50.0).ask("a") == BACK_OFF


def test_it_is_left_alone_no_longer_than_before(path: Path) -> None:
    _refuse(path, "a")
    assert Monitor(path, _login(), wall=61.0).ask("a") == ""


def test_a_login_that_three_devices_refused_is_tried_nowhere_after_a_restart(path: Path) -> None:
    _refuse(path, "a", "b", "c")
    assert Monitor(path, _login(), wall=200.0).ask("d") == BACK_OFF


def test_refusals_of_two_lives_add_up(path: Path) -> None:
    _refuse(path, "a", "b")
    monitor = Monitor(path, _login(), wall=10.0)
    assert [monitor.ask("c"), monitor.ask("d")] == ["", BACK_OFF]


def test_a_further_refusal_doubles_the_wait_of_the_life_before(path: Path) -> None:
    _refuse(path, "a")
    monitor = Monitor(path, _login(), wall=61.0)
    monitor.ask("a")
    monitor.now += 119.0
    assert monitor.ask("a") == BACK_OFF


def test_another_secret_is_tried_at_once(path: Path) -> None:
    _refuse(path, "a", "b", "c")
    assert Monitor(path, _login("right"), wall=1.0).ask("a") == ""


def test_a_clock_that_was_set_back_leaves_nobody_alone_for_ever(path: Path) -> None:
    _refuse(path, "a")
    monitor = Monitor(path, _login(), wall=-1_000_000.0)
    monitor.now += LONGEST
    assert monitor.ask("a") == ""


def test_a_device_that_is_gone_is_forgotten(path: Path) -> None:
    _refuse(path, "a", "b")
    assert Monitor(path, _login(), devices=("b",)).turns.paused == 1


def test_a_login_that_works_again_is_forgotten(path: Path) -> None:
    _refuse(path, "a")
    monitor = Monitor(path, _login(), wall=61.0)
    way = Access("a", Endpoint("127.0.0.1", 22), monitor.login, legacy=False, jump=None)
    monitor.turns.put(Ask(1, way, session=False), monitor.now)
    monitor.turns.begin(monitor.now)
    monitor.turns.logged_in(1)
    monitor.end()
    assert Monitor(path, _login()).turns.paused == 0


def test_the_file_tells_no_secret_and_is_for_nobody_else(path: Path) -> None:
    _refuse(path, "a")
    assert b"wrong" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"salt": 1}', b'{"salt": "a"'])
def test_a_file_that_is_none_remembers_nothing(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    assert Monitor(path, _login()).ask("a") == ""


def test_what_changed_is_written_while_it_runs(path: Path) -> None:
    monitor = Monitor(path, _login())
    monitor.ask("a")

    async def tick() -> None:
        monitor.book.tick(monitor.turns)
        await asyncio.to_thread(wait_for, path.exists)

    asyncio.run(tick())
    assert Monitor(path, _login()).ask("a") == BACK_OFF


async def _asked(store: Path, port: int, inventory: Inventory) -> str:
    async with AsyncExitStack() as stack:
        book = RefusalBook(store / REFUSALS, cost=2)
        door = SshDoor(SshConfig(), store, book=book)
        door.load(inventory)
        await door.start(stack)
        way = access(port, inventory.logins["noc"], ROUTER)
        return (await door.run(way, "", timeout=20.0)).reason


def test_the_wire_of_the_next_monitor_knows_whom_the_last_one_was_refused_by(
    tmp_path: Path, host_key: paramiko.PKey
) -> None:
    pin(tmp_path / HOST_KEYS, (ROUTER, f"{host_key.get_name()} {host_key.get_base64()}"))
    with fake_host(host_key) as (port, attempts):
        told = [asyncio.run(_asked(tmp_path, port, inventory())) for _ in range(2)]
    assert told == ["ssh_auth", BACK_OFF]
    assert len(attempts.tried) == 1
