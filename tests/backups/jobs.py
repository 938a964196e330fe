"""A service of kind backup with checks, and a book of reports whose clock a test sets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from collectors import heartbeat
from inventory.model import Inventory, ProbeSpec, Secret, Service, service_target
from metrics.observation import Probe
from runtime.services.beats import BeatBook
from tests.collectors.network import network

TOKEN = "k3-sNightly-0123456789"
OTHER = "another-token-0123456789"
NOW = 1_800_000_000


@dataclass
class Clock:
    """UTC seconds, as a test says."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


def with_backup(*specs: ProbeSpec, name: str = "nightly") -> Inventory:
    service = Service(name, "Nightly", "backup", "xs", probes=specs)
    return replace(network(), services={name: service})


def beat_spec(token: str = TOKEN, **options: object) -> ProbeSpec:
    return ProbeSpec(
        "heartbeat", 60.0, options={"token": Secret(token), "expected": "1d", **options}
    )


def beat_probe(token: str = TOKEN, *, name: str = "nightly", **options: object) -> Probe:
    spec = beat_spec(token, **options)
    probe = heartbeat.plan(spec, service_target(name), with_backup(spec, name=name))
    assert probe is not None
    return probe


@asynccontextmanager
async def book(folder: Path, clock: Clock, *probes: Probe) -> AsyncIterator[BeatBook]:
    """Open the book as the monitor does, and close it."""
    opened = BeatBook(folder, clock)
    opened.load(probes)
    async with AsyncExitStack() as stack:
        await opened.start(stack)
        yield opened
