"""Who may speak gets through whole, however many they are and however long their addresses."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.traps.form import LARGEST, Engine, Login, Roll, Source
from runtime.traps.roll import engine_parts, parts
from tests.traps.boxes import PLAIN, hearing, inventory
from tests.traps.messages import trap

LOGINS = {"plain": Login("2c", b"hush"), "other": Login("2c", b"quiet")}
MANY = 20_000


def addresses(count: int) -> tuple[str, ...]:
    return tuple(f"2001:db8:{n // 5_000 + 1:x}:{n % 5_000 + 1:x}::c0a8:101" for n in range(count))


def whole(found: list[Roll]) -> dict[str, tuple[set[str], Login]]:
    """What the process makes of the parts."""
    assert [one.first for one in found] == [True, *[False] * (len(found) - 1)]
    assert [one.last for one in found] == [*[False] * (len(found) - 1), True]
    every: dict[str, tuple[set[str], Login]] = {}
    for part in found:
        for one in part.sources:
            hosts, _ = every.setdefault(one.device, (set(), part.logins[one.login]))
            hosts |= {*one.hosts}
    return every


def largest(found: list[Roll]) -> int:
    return max(len(msgspec.msgpack.encode(part)) for part in found)


@pytest.mark.parametrize(
    "sources",
    [
        (Source("core", addresses(MANY), "plain"),),
        tuple(
            Source(f"county-router-{n}", (one,), "plain") for n, one in enumerate(addresses(MANY))
        ),
        tuple(Source(f"county-router-{n}", addresses(22), "other") for n in range(400)),
    ],
    ids=["one device", "many devices", "devices with many links"],
)
def test_a_roll_of_ipv6_is_cut_and_whole(sources: tuple[Source, ...]) -> None:
    found = list(parts(sources, LOGINS, {}))
    assert largest(found) <= LARGEST
    assert whole(found) == {one.device: ({*one.hosts}, LOGINS[one.login]) for one in sources}


@given(st.lists(st.tuples(st.integers(1, 1_200), st.sampled_from(["plain", "other"])), max_size=20))
def test_any_roll_is_cut_and_whole(shape: list[tuple[int, str]]) -> None:
    sources = [Source(f"r{n}", addresses(many), login) for n, (many, login) in enumerate(shape)]
    engines = {one.device: Engine(bytes(32), 2**31 - 1, 2**31 - 1) for one in sources}
    found = list(parts(sources, LOGINS, engines))
    assert largest(found) <= LARGEST
    assert whole(found) == {one.device: ({*one.hosts}, LOGINS[one.login]) for one in sources}


def test_what_was_learnt_of_many_engines_is_cut_and_whole() -> None:
    news = {f"county-router-{n}": Engine(bytes(32), n, n) for n in range(MANY)}
    found = list(engine_parts(news))
    assert max(len(msgspec.msgpack.encode(part)) for part in found) <= LARGEST
    assert {name: one for part in found for name, one in part.learnt.items()} == news


def test_of_twenty_thousand_ipv6_addresses_the_last_device_is_heard(tmp_path: Path) -> None:
    devices = [(f"county-router-{n}", one, PLAIN) for n, one in enumerate(addresses(MANY))]

    async def story() -> None:
        async with hearing(inventory(tmp_path, *devices, ("last", "127.0.0.1", PLAIN))) as ear:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box:
                box.sendto(trap(), ("127.0.0.1", ear.port))
            await ear.counted(handed=1)
            assert [one.device for one in ear.heard] == ["last"]
            assert ear.door.failure == ""

    asyncio.run(story())


def test_a_roll_that_does_not_get_through_shows(tmp_path: Path) -> None:
    many = [(f"county-router-{n}", one, PLAIN) for n, one in enumerate(addresses(1_000))]
    one = inventory(tmp_path, ("r1", "127.0.0.1", PLAIN))

    async def story() -> None:
        async with hearing(one) as ear:
            channel = ear.door._channel
            assert channel is not None
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
            await ear.door.load(inventory(tmp_path, *many))
            assert ear.door.failure == "roll_too_large"
            await ear.door.load(one)
            assert ear.door.failure == ""

    asyncio.run(story())
