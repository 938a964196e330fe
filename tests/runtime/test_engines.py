"""SNMPv3 engines outlive a restart of the monitor; their file stops nobody."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from collectors._engines import Engine, load
from collectors.wires.snmp import Snmp, open_snmp
from inventory.model import Endpoint
from metrics.observation import Probe
from runtime.engines import KnownEngines

FILE = "snmp-engines.json"
HERE, GONE = "192.0.2.1:161", "192.0.2.2:1161"
ENGINE = Engine(b"\x80\x00\x1f\x88\x04box", 3, 100, learnt_at=5_000)


@dataclass
class Clock:
    second: int = 5_000

    def now(self) -> int:
        return self.second


def probe(host: str, port: int | None = None) -> Probe:
    return cast("Probe", SimpleNamespace(question=SimpleNamespace(endpoint=Endpoint(host, port))))


async def stopped(wire: Snmp, folder: Path) -> None:
    kept = KnownEngines(wire, folder, Clock().now)
    kept.start([])
    wire.remember({HERE: ENGINE, GONE: ENGINE}, now=5_000)
    await kept.stop()
    await wire.close()


def test_what_was_known_at_the_stop_is_known_at_the_start(tmp_path: Path) -> None:
    async def work() -> None:
        await stopped(open_snmp("pysnmp"), tmp_path)
        wire = open_snmp("pysnmp")
        KnownEngines(wire, tmp_path, Clock(5_060).now).start([probe("192.0.2.1")])
        assert wire.engines(now=5_060) == {HERE: ENGINE}
        await wire.close()

    asyncio.run(work())


def test_it_is_written_while_running_and_only_when_something_was_learnt(tmp_path: Path) -> None:
    async def work() -> None:
        clock, wire = Clock(), open_snmp("pysnmp")
        kept = KnownEngines(wire, tmp_path, clock.now)
        kept.start([])
        clock.second += 301
        kept.tick()
        await kept.stop()
        assert not (tmp_path / FILE).exists()
        wire.remember({HERE: ENGINE}, now=5_000)
        clock.second += 301
        kept.tick()
        while not (tmp_path / FILE).exists():
            await asyncio.sleep(0.01)
        await kept.stop()
        known, problem = load(tmp_path / FILE)
        assert (list(known), problem) == ([HERE], "")
        await wire.close()

    asyncio.run(asyncio.wait_for(work(), 60))


def test_a_damaged_file_is_named_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(b"{")
    wire = open_snmp("pysnmp")
    with caplog.at_level(logging.WARNING):
        KnownEngines(wire, tmp_path, Clock().now).start([])
    (record,) = caplog.records
    assert FILE in cast("Any", record).why


def test_a_folder_that_cannot_be_written_is_named_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asyncio.run(stopped(open_snmp("pysnmp"), tmp_path / "none"))
    (record,) = caplog.records
    assert "none" in cast("Any", record).why
