"""The outboxes of a configuration: what never arrives is counted, whatever the reason."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from runtime.clock import Steady
from runtime.config import load_config
from runtime.sending import Sending
from tests.sinks.samples import echo_run, reading

NOW = 1_795_492_800_123


def sending(folder: Path) -> Sending:
    file = folder / "monitor.yaml"
    file.write_text(
        "sinks: {store: {kind: prometheus_remote_write, url: 'http://127.0.0.1:9/api/v1/write'}}\n"
    )
    config, _ = load_config(file, {})
    assert config is not None
    return Sending(config, [], Steady())


def test_a_value_that_a_format_cannot_carry_is_a_loss(tmp_path: Path) -> None:
    sinks, probe = sending(tmp_path), echo_run()
    for slot in (NOW + 10_000, NOW):  # the second one came too late for its series
        sinks.consumers()["sink store"](reading(probe, slot))
    assert sinks.losses() == {"store": len(probe.series)}


def test_a_batch_that_was_damaged_on_disk_is_a_loss(tmp_path: Path) -> None:
    async def scenario() -> dict[str, float]:
        sinks = sending(tmp_path)
        async with aiohttp.ClientSession() as http, AsyncExitStack() as stack:
            await sinks.start(http, stack)
            await asyncio.sleep(0)  # its task begins, and reads what lies there before it ends
        return sinks.losses()

    folder = tmp_path / "var" / "outbox" / "store"
    folder.mkdir(parents=True)
    (folder / "00000001.seg").write_bytes(b"no frame at all")
    assert asyncio.run(scenario()) == {"store": 1}
