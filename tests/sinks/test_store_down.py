"""A store behind a bad line: whatever the line does, in the end the store has every row once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from metrics import catalogue as c
from sinks import influxdb1, prometheus_remote_write
from sinks._buffer import Limits
from sinks._outbox import Outbox
from tests.sinks.samples import echo_run, reading, values_of
from tests.sinks.stores import influx, influxd, now_ms, prometheus, range_vector

LIMITS = Limits(batch_bytes=2_000, batch_age=0.02, patience=0.05, retry_first=0.01, retry_max=0.05)
RUNS = 300


class Line:
    """A TCP proxy that can be told to misbehave."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: set[asyncio.StreamWriter] = set()
        self.mode = "good"
        self.misbehaved = 0

    def become(self, mode: str) -> None:
        """Behave so from now on; connections that are open end."""
        self.mode = mode
        for writer in self._open:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if self.mode == "good":
                self._open.add(writer)
                await self._pass_on(reader, writer)
            else:
                self.misbehaved += 1
                await self._misbehave(reader, writer)
        self._open.discard(writer)
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(reader, back))
                both.create_task(_copy(there, writer))
        finally:
            back.close()

    async def _misbehave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        if self.mode == "blackhole":
            await reader.read()  # until the client gives up
        elif self.mode == "drip":
            for byte in b"HTTP/1.1 204 No Content\r\n" * 4:
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(0.02)
        elif self.mode == "500":
            writer.write(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        elif self.mode == "reset":
            writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Line, str]]:
    line = Line(int(url.rsplit(":", 1)[1]))
    carrying: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        carrying.add(task)
        await line.carry(reader, writer)

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield line, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        if carrying:
            await asyncio.wait(carrying, timeout=5)


def slots() -> list[int]:
    start = now_ms() - RUNS * 10_000
    return [start + 10_000 * run for run in range(RUNS)]


async def through(outbox: Outbox, line: Line, mode: str, at: list[int]) -> dict[str, float]:
    """Send a third on a good line, a third on a bad one, the rest on a good one."""
    probe = echo_run()
    task = asyncio.create_task(outbox.run())
    for run, slot in enumerate(at):
        if run in {RUNS // 3, 2 * RUNS // 3}:
            line.become(mode if run == RUNS // 3 else "good")
            seen = line.misbehaved
            async with asyncio.timeout(60):
                while line.mode != "good" and line.misbehaved < seen + 2:
                    outbox.put(reading(probe, at[0], values_of(probe)))
                    await asyncio.sleep(0.02)
        outbox.put(reading(probe, slot, values_of(probe)))
        if run % 10 == 0:
            await asyncio.sleep(0.002)
    async with asyncio.timeout(60):
        while outbox.stats()["waiting_points"]:
            await asyncio.sleep(0.01)
    await outbox.stop(5.0)
    await task
    return outbox.stats()


@pytest.mark.server("influxd")
@pytest.mark.parametrize("mode", ["blackhole", "drip", "500", "reset"])
def test_influxdb_has_every_row_after_a_bad_line(tmp_path: Path, mode: str) -> None:
    at = slots()

    async def scenario(url: str) -> dict[str, float]:
        async with line_to(url) as (line, address):
            options = influxdb1.Options.model_validate(
                {"url": address, "database": "extranet", "timeout": "300ms"}
            )
            async with aiohttp.ClientSession() as http:
                sender = influxdb1.sender(options, http)
                encoder = influxdb1.encoder((), options)
                outbox = Outbox("s", encoder, sender, tmp_path / "outbox", LIMITS, time.time)
                return await through(outbox, line, mode, at)

    with influxd(tmp_path) as url:
        stats = asyncio.run(scenario(url))
        rows = influx(url, f"SELECT {c.ECHO_RTT.field} FROM {c.LINK.name}")  # noqa: S608  # ours
    assert [row[0] for row in rows["results"][0]["series"][0]["values"]] == at
    assert stats["retried_batches"] > 0
    assert stats["sent_points"] == stats["points"]
    assert stats["dropped_points"] == stats["refused_points"] == 0


@pytest.mark.server("prometheus")
def test_prometheus_takes_old_samples_where_its_window_allows_them(tmp_path: Path) -> None:
    start = now_ms() - 600_000
    probe = echo_run()
    order = [start + 300_000, start, start + 150_000]
    config = "storage: {tsdb: {out_of_order_time_window: 30m}}\n"

    async def scenario(url: str, slot: int) -> dict[str, float]:
        """One monitor's sample; within one monitor a series never goes backwards."""
        options = prometheus_remote_write.Options(url=f"{url}/api/v1/write")
        async with aiohttp.ClientSession() as http:
            sender = prometheus_remote_write.sender(options, http)
            encoder = prometheus_remote_write.encoder((), options)
            outbox = Outbox("s", encoder, sender, tmp_path / "outbox", LIMITS, time.time)
            task = asyncio.create_task(outbox.run())
            await asyncio.sleep(0)
            outbox.put(reading(probe, slot))
            await outbox.stop(10.0)
            await task
            return outbox.stats()

    with prometheus(tmp_path, config) as url:
        refused = [asyncio.run(scenario(url, slot))["refused_points"] for slot in order]
        stored = range_vector(url, c.ECHO_RTT.name, start / 1000 + 301, 400)
    assert refused == [0, 0, 0]
    assert [[at for at, _ in rows] for rows in stored.values()] == [
        [slot / 1000 for slot in sorted(order)]
    ]
