"""A storm is shed before it is decoded, and counted whole; a process that dies is replaced."""

from __future__ import annotations

import asyncio
import os
import select
import socket
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

from collectors.traps.form import LONGEST, OUTCOMES
from runtime.clock import monotonic
from tests.servers import wait_for
from tests.traps.boxes import PLAIN, Hearing, hearing, inventory
from tests.traps.messages import trap

STORM = 20_000
KNOWN, OTHERS = "127.0.0.1", ("127.0.0.2", "127.0.0.3", "127.0.0.4")


async def pour(ear: Hearing, count: int, source: str, datagram: bytes) -> None:
    """Send as fast as the process reads, so that the kernel drops nothing."""
    address = (KNOWN, ear.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gun:
        gun.bind((source, 0))
        for number in range(count):
            gun.sendto(datagram, address)
            if number % 200 == 199:
                await asyncio.sleep(0.01)


def accounted(ear: Hearing) -> bool:
    """Whether every datagram that was sent is in exactly one counter."""
    counts = ear.door.counts()
    dropped = int(ear.door.stats()["kernel_dropped"])
    ended = sum(counts[name] for name in OUTCOMES)
    return counts["received"] == ended and counts["received"] + dropped == STORM


def test_a_storm_of_one_source_passes_at_its_rate_and_the_rest_is_counted(tmp_path: Path) -> None:
    async def story() -> None:
        known = inventory(tmp_path, ("r1", KNOWN, PLAIN))
        async with hearing(known, per_source=0.001, per_source_burst=7) as ear:
            await pour(ear, STORM, KNOWN, trap())
            await ear.until(lambda: accounted(ear), "all counted")
            counts = ear.door.counts()
            assert counts["handed"] == len(ear.heard) == 7
            assert counts["source_rate"] == counts["received"] - 7

    asyncio.run(story())


def test_a_storm_of_one_source_costs_another_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        known = inventory(tmp_path, ("r1", KNOWN, PLAIN), ("r2", OTHERS[0], PLAIN))
        async with hearing(known, per_source=0.001, per_source_burst=5) as ear:
            await pour(ear, 2_000, KNOWN, trap())
            await pour(ear, 5, OTHERS[0], trap())
            await ear.until(lambda: sum(n.device == "r2" for n in ear.heard) == 5, "r2 is heard")

    asyncio.run(story())


def test_what_all_may_send_together_has_a_limit_too(tmp_path: Path) -> None:
    async def story() -> None:
        devices = [(f"r{n}", host, PLAIN) for n, host in enumerate(OTHERS)]
        async with hearing(
            inventory(tmp_path, *devices), total=0.001, total_burst=4, per_source_burst=100
        ) as ear:
            for host in OTHERS:
                await pour(ear, 10, host, trap())
            await ear.counted(received=30, handed=4, total_rate=26)

    asyncio.run(story())


def test_a_storm_of_strangers_is_thrown_away_and_leaves_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", "127.0.0.9", PLAIN))) as ear:
            await pour(ear, STORM, KNOWN, trap())
            await ear.until(lambda: accounted(ear), "all counted")
            assert ear.door.counts()["unknown_source"] == ear.door.counts()["received"]

    asyncio.run(story())


def test_what_is_too_long_or_no_snmp_is_counted_and_hurts_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            await pour(ear, 1, KNOWN, bytes(LONGEST + 1))
            await pour(ear, 1, KNOWN, b"")
            await pour(ear, 1, KNOWN, b"\x30\x80" + b"\x30\x80" * 4_000)
            await pour(ear, 1, KNOWN, trap())
            await ear.counted(received=4, too_long=1, malformed=2, handed=1)

    asyncio.run(story())


def test_while_the_monitor_does_not_read_the_oldest_goes_and_is_counted(tmp_path: Path) -> None:
    sent, burst = 4_000, 10_000

    async def story() -> None:
        known = inventory(tmp_path, ("r1", KNOWN, PLAIN))
        async with hearing(
            known, per_source_burst=burst, total_burst=burst, per_source=1_000, total=1_000
        ) as ear:
            loop = asyncio.get_running_loop()
            channel = ear.door._channel
            assert channel is not None
            loop.remove_reader(channel.fileno())
            await pour(ear, sent, KNOWN, trap())
            # The process has read them all once it tells so to whoever asks the kernel.
            await ear.until(lambda: _drained(ear.port), "the socket is empty")
            loop.add_reader(channel.fileno(), ear.door._read)
            await ear.until(lambda: _complete(ear), "all counted")
            counts = ear.door.counts()
            assert counts["handover_full"] + counts["queue_full"] > 0
            assert len(ear.heard) == counts["handed"] - counts["handover_full"]

    asyncio.run(story())


def _drained(port: int) -> bool:
    lines = Path("/proc/net/udp").read_text().splitlines()
    mine = [line.split() for line in lines if f"0100007F:{port:04X} " in line]
    return all(words[4].endswith(":00000000") for words in mine)


def _complete(ear: Hearing) -> bool:
    counts = ear.door.counts()
    dropped = int(ear.door.stats()["kernel_dropped"])
    kept = counts["handed"] - counts["handover_full"]
    return (
        counts["received"] + dropped == 4_000
        and counts["waiting"] == 0
        and kept == len(ear.heard)
        and counts["handed"] + counts["queue_full"] + counts["source_rate"] + counts["total_rate"]
        == counts["received"]
    )


def test_what_the_kernel_drops_is_counted(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            assert ear.door.pid is not None
            os.kill(ear.door.pid, SIGSTOP)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gun:
                for _ in range(STORM):
                    gun.sendto(trap(), (KNOWN, ear.port))
            assert ear.door.stats()["kernel_dropped"] > 0
            os.kill(ear.door.pid, SIGCONT)
            await ear.until(lambda: accounted(ear), "all counted")

    asyncio.run(story())


def test_a_process_that_dies_is_replaced_and_hears_what_came_meanwhile(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            await pour(ear, 1, KNOWN, trap())
            await ear.counted(handed=1)
            assert ear.door.pid is not None
            os.kill(ear.door.pid, SIGKILL)
            await ear.until(lambda: ear.door.failure == "process_died", "noticed")
            await pour(ear, 1, KNOWN, trap())
            await ear.counted(handed=2)
            assert ear.door.deaths == 1
            assert ear.door.failure == ""
            assert len(ear.heard) == 2

    asyncio.run(story())


def test_a_process_that_hangs_is_replaced_and_hears_what_came_meanwhile(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            await pour(ear, 1, KNOWN, trap())
            await ear.counted(handed=1)
            first = ear.door.pid
            assert first is not None
            os.kill(first, SIGSTOP)
            await pour(ear, 1, KNOWN, trap())
            ear.door.watch(monotonic() + 11)
            await ear.until(lambda: ear.door.failure == "process_died", "told")
            await ear.counted(handed=2)
            assert (ear.door.hangs, ear.door.deaths) == (1, 1)
            assert ear.door.pid != first

    asyncio.run(story())


def test_a_process_that_speaks_is_left_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            await ear.until(lambda: bool(ear.door._present), "its first words")
            ear.door.watch(ear.door._told_at + 9.9)
            assert ear.door.hangs == 0

    asyncio.run(story())


def test_a_process_may_take_a_minute_to_begin(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            ear.door._present = {}
            ear.door.watch(ear.door._told_at + 59)
            assert ear.door.hangs == 0

    asyncio.run(story())


def test_a_monitor_that_did_not_listen_ends_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            channel = ear.door._channel
            assert channel is not None
            await ear.until(lambda: bool(ear.door._present), "its first words")
            asyncio.get_running_loop().remove_reader(channel.fileno())
            long_ago = ear.door._told_at
            while not select.select([channel], [], [], 1)[0]:
                pass
            ear.door.watch(long_ago + 10.001)
            assert ear.door.hangs == 0
            assert ear.door._told_at > long_ago

    asyncio.run(story())


def test_a_process_ends_with_its_monitor(tmp_path: Path) -> None:
    async def story() -> int:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            assert ear.door.pid is not None
            return ear.door.pid

    pid = asyncio.run(story())
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), what="its end")


def test_a_notification_that_cannot_be_taken_costs_no_other(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", KNOWN, PLAIN))) as ear:
            ear.door._heard = lambda _: 1 / 0  # type: ignore[assignment]
            await pour(ear, 3, KNOWN, trap())
            await ear.until(lambda: ear.door.failures == 3, "three failures")

    asyncio.run(story())


def test_a_process_that_dies_while_it_is_told_who_may_speak_is_replaced(tmp_path: Path) -> None:
    many = [(f"r{n}", f"127.1.{n // 250}.{n % 250 + 1}", PLAIN) for n in range(10_000)]
    known = inventory(tmp_path, *many, ("last", KNOWN, PLAIN))

    async def story() -> None:
        async with hearing(known) as ear:
            pid = ear.door.pid
            assert pid is not None
            os.kill(pid, SIGSTOP)
            telling = asyncio.create_task(ear.door.load(known))
            await ear.until(lambda: ear.door._sending is not None, "more than the channel holds")
            os.kill(pid, SIGKILL)
            await ear.until(lambda: ear.door.deaths == 1, "noticed")
            await telling
            await pour(ear, 1, KNOWN, trap())
            await ear.until(lambda: [n.device for n in ear.heard] == ["last"], "heard")

    asyncio.run(story())
