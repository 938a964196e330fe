"""Whatever a value is, it ends no process and costs no other notification."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.traps.form import (
    ENVELOPE,
    LARGEST,
    OUTCOMES,
    Limits,
    Login,
    Notification,
    Ourselves,
    Settings,
    Source,
)
from collectors.traps.gate import Gate, Raw, Read
from runtime.traps.process import Process
from tests.traps.boxes import PLAIN, hearing, inventory
from tests.traps.messages import binding, element, sized, told

OURSELVES = Ourselves(bytes.fromhex("80004fb805") + b"twelve-bytes", 5)
HOST = "192.0.2.1"


def gate(version: int = 1) -> Gate:
    found = Gate(Limits(), OURSELVES, (), 0.0)
    login = Login({0: "1", 1: "2c"}[version], b"hush")
    found.load([Source("r1", (HOST,), "plain")], {"plain": login}, 0.0)
    return found


def read(datagram: bytes, version: int = 1) -> Read:
    return gate(version).read(Raw(0, (HOST, 5), datagram, 0), 1.0)


def shown(found: Read) -> Notification:
    """What the monitor is told."""
    return msgspec.msgpack.decode(found.written, type=Notification)


@pytest.mark.parametrize("contents", [b"\x7f" * 9, b"\x80" + b"\0" * 8])
def test_a_number_of_nine_octets_is_text(contents: bytes) -> None:
    datagram = told(binding(element(0x02, contents)), version=0)
    value = shown(read(datagram, 0)).values[-1][1]
    assert value == str(int.from_bytes(contents, "big", signed=True))


@given(st.integers(-(2**63), 2**64 - 1))
def test_a_number_of_snmp_is_a_number(value: int) -> None:
    contents = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
    datagram = told(binding(element(0x02, contents)), version=0)
    assert shown(read(datagram, 0)).values[-1][1] == value


@given(st.sampled_from([2, 4, 5, 6, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x80]), st.binary())
def test_any_value_ends_in_one_counter(tag: int, contents: bytes) -> None:
    for version in (0, 1):
        found = gate(version)
        datagram = told(binding(element(tag, contents[:100])), version=version)
        assert not found.refuses(HOST, len(datagram), 0.0)
        told_of = found.read(Raw(0, (HOST, 5), datagram, 0), 1.0)
        assert bool(told_of.written) is (told_of.notification is not None)
        assert sum(found.counts[name] for name in OUTCOMES) == 1
        assert not found.counts["internal"]


def test_a_time_of_nine_octets_is_no_uptime() -> None:
    datagram = told(b"").replace(b"\x43\x01\x2a", b"\x43\x09" + b"\x7f" * 9)
    found = gate()
    found.read(Raw(0, (HOST, 5), datagram, 0), 1.0)
    assert not found.counts["internal"]


ENDLESS = b"\x2b" + b"\x7f" * 120
HUGE = told(binding(sized(0x06, ENDLESS), ENDLESS) * 31)
"""As much text as a datagram may become."""


def test_the_largest_datagram_fits_into_a_message() -> None:
    assert len(HUGE) > 7_000
    assert len(read(HUGE).written) < LARGEST - ENVELOPE


def test_many_large_ones_end_no_process_and_are_all_heard(tmp_path: Path) -> None:
    sent = 45

    async def story() -> None:
        known = inventory(tmp_path, ("r1", "127.0.0.1", PLAIN))
        async with hearing(known, per_source_burst=1_000, total_burst=1_000) as ear:
            channel = ear.door._channel
            assert channel is not None
            loop = asyncio.get_running_loop()
            loop.remove_reader(channel.fileno())  # the monitor is busy
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box:
                for _ in range(sent):
                    box.sendto(HUGE, ("127.0.0.1", ear.port))
                    await asyncio.sleep(0.02)
            loop.add_reader(channel.fileno(), ear.door._read)
            await ear.counted(handed=sent, unsendable=0)
            await ear.until(lambda: len(ear.heard) == sent, "all heard")
            assert ear.door.deaths == 0

    asyncio.run(story())


def test_what_no_socket_takes_is_counted_and_ends_nothing() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        process = Process((), theirs, Settings((), 0, Limits(), OURSELVES, ()))
        process._out.append(msgspec.msgpack.encode("x" * 50_000))
        process._hand_over()
        assert (process._counts()["unsendable"], process._ended, len(process._out)) == (1, False, 0)


def test_no_number_ends_the_process(tmp_path: Path) -> None:
    async def story() -> None:
        old = replace(PLAIN, version="1")
        async with hearing(inventory(tmp_path, ("r1", "127.0.0.1", old))) as ear:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box:
                for octets in (9, 1):
                    value = binding(element(0x02, b"\x7f" * octets))
                    box.sendto(told(value, version=0), ("127.0.0.1", ear.port))
            await ear.counted(handed=2)
            assert ear.door.deaths == 0

    asyncio.run(story())
