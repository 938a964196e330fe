"""Whose clock is believed: that of polling first, and it runs on through every restart."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from signal import SIGKILL

import pytest

from collectors._engines import Engine as KnownEngine
from collectors._memory import DeviceMemory
from collectors.traps.form import Engine, Limits, Login, Ourselves, Source
from collectors.traps.gate import Gate, Raw
from inventory.model import Credential, Secret
from runtime.clock import monotonic
from runtime.traps.hearing import TrapDoor
from runtime.traps.trapping import _before, _engine
from tests.traps.boxes import SIGNED, hearing, inventory
from tests.traps.messages import ENGINE, sealed

LOGIN = Login("3", user=b"u", auth="SHA256", auth_key=b"authentication-secret")
OURSELVES = Ourselves(bytes.fromhex("80004fb805") + b"twelve-bytes", 5)
HOST = "192.0.2.1"
DAY = 86_400
BEGAN = 50_000.0


def gate(known: Engine | None, at: float = BEGAN) -> Gate:
    """A process that began at `at` and was told of one device."""
    found = Gate(Limits(), OURSELVES, (), at)
    found.load([Source("r1", (HOST,), "l", known)], {"l": LOGIN}, at)
    return found


def heard(ear: Gate, boots: int, time: int, now: float) -> bool:
    datagram = sealed(LOGIN, ENGINE, boots=boots, time=time)
    return ear.read(Raw(0, (HOST, 5), datagram, 0), now).notification is not None


@pytest.mark.parametrize(("boots", "time"), [(1, 5), (39, 2**31 - 2), (40, 8_849)])
def test_a_new_process_does_not_accept_old_messages(boots: int, time: int) -> None:
    assert not heard(gate(Engine(ENGINE, 40, 9_000)), boots, time, BEGAN)


@pytest.mark.parametrize(("boots", "time"), [(40, 8_850), (40, 9_001), (41, 0)])
def test_a_new_process_accepts_new_messages(boots: int, time: int) -> None:
    assert heard(gate(Engine(ENGINE, 40, 9_000)), boots, time, BEGAN)


def test_the_clock_of_polling_runs_on() -> None:
    ear = gate(Engine(ENGINE, 40, 9_000))
    assert not heard(ear, 40, 9_000, BEGAN + 200)
    assert heard(ear, 40, 9_200, BEGAN + 200)
    assert not heard(ear, 40, 9_200, BEGAN + 30 * DAY)


def test_another_roll_sets_no_clock_back() -> None:
    ear = gate(Engine(ENGINE, 40, 9_000))
    assert heard(ear, 41, 10, BEGAN)
    ear.load([Source("r1", (HOST,), "l", Engine(ENGINE, 40, 9_001))], {"l": LOGIN}, BEGAN + 1)
    assert not heard(ear, 40, 9_001, BEGAN + 1)


@pytest.mark.parametrize("later", [0, DAY, 30 * DAY])
def test_a_box_that_lost_its_boots_is_deaf_until_polling_says_so(later: float) -> None:
    ear, now = gate(Engine(ENGINE, 40, 9_000)), BEGAN + later
    assert not heard(ear, 1, 60, now)
    ear.learn({"r1": Engine(ENGINE, 1, 70)}, now)
    assert heard(ear, 1, 75, now + 5)


def test_a_slow_clock_is_set_by_polling() -> None:
    ear = gate(Engine(ENGINE, 40, 9_000))
    ear.learn({"r1": Engine(ENGINE, 40, 9_000 + DAY - 160)}, BEGAN + DAY)
    assert heard(ear, 40, 9_000 + DAY - 160, BEGAN + DAY)


def test_an_engine_id_without_boots_forgets_no_boots() -> None:
    ear = gate(Engine(ENGINE, 40, 9_000))
    ear.learn({"r1": Engine(ENGINE)}, BEGAN)
    assert not heard(ear, 39, 9_000, BEGAN)


def test_a_device_that_is_refused_is_named_once_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    ear = gate(Engine(ENGINE, 40, 9_000))
    for later in (0, 1, 3_599, 3_600):
        heard(ear, 1, 60, BEGAN + later)
    named = [record.__dict__["device"] for record in caplog.records]
    assert named == ["r1", "r1"]


def test_what_polling_knows_is_told_as_it_is_now() -> None:
    memory = DeviceMemory(engine_id=ENGINE, engine_boots=7, engine_time=100, engine_heard_at=20.0)
    assert _engine(memory, 51.5) == Engine(ENGINE, 7, 131)
    assert _engine(DeviceMemory(engine_id=ENGINE), 51.5) == Engine(ENGINE)
    assert _engine(DeviceMemory(), 51.5) is None


KEYED = Credential("l", "3", user="u", auth="SHA256", auth_key=Secret("authentication-secret"))


def test_what_was_known_before_the_start_runs_on(tmp_path: Path) -> None:
    known = inventory(tmp_path, ("r1", HOST, KEYED), ("r2", "192.0.2.2", KEYED))
    saved = {f"{HOST}:161": KnownEngine(ENGINE, 7, 100, learnt_at=1_000)}
    assert _before(known, ["r1", "r2"], saved, 1_060) == {"r1": Engine(ENGINE, 7, 160)}


@pytest.mark.parametrize("deaths", [0, 1])
def test_a_process_is_told_the_engines_before_it_listens(tmp_path: Path, deaths: int) -> None:
    async def story() -> None:
        known = inventory(tmp_path, ("r1", "127.0.0.1", KEYED))
        async with hearing(known, engines={"r1": Engine(ENGINE, 40, 9_000)}) as ear:
            for death in range(deaths):
                assert ear.door.pid is not None
                os.kill(ear.door.pid, SIGKILL)
                await ear.until(lambda: ear.door.deaths == death + 1, "noticed")  # noqa: B023
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box:
                for boots, time in ((39, 9_000), (40, 8_000), (41, 1)):
                    message = sealed(LOGIN, ENGINE, boots=boots, time=time)
                    box.sendto(message, ("127.0.0.1", ear.port))
            await ear.counted(received=3, not_in_time=2, handed=1)

    asyncio.run(story())


def test_what_runs_on_is_not_told_again_and_what_changed_is(tmp_path: Path) -> None:
    async def story(door: TrapDoor) -> None:
        now = monotonic()
        await door.learn({"r1": Engine(ENGINE, 7, 100)})
        for same in (Engine(ENGINE, 7, 100), Engine(ENGINE, 7, 119), Engine(ENGINE, 7, 81)):
            assert not door._is_news("r1", same, now)
        for other in (Engine(ENGINE, 6, 100), Engine(ENGINE + b"x", 7, 100), Engine(ENGINE, 7, 9)):
            assert door._is_news("r1", other, now)

    async def whole() -> None:
        async with hearing(inventory(tmp_path, ("r1", "127.0.0.1", SIGNED))) as ear:
            await story(ear.door)

    asyncio.run(whole())
