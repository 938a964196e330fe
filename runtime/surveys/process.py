"""The survey's process: reads devices whole, a few at a time, where no poll can be delayed.

To read one takes tens of milliseconds of CPU, with a long table of stations hundreds; so it has a
process of its own, with sockets of its own, at a lower priority.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from threading import Thread
from typing import Final

import msgspec

from collectors._contract import SnmpReply, SnmpWire
from collectors._inspection import inspect
from collectors._memory import DeviceMemory
from collectors.wires.snmp import open_snmp
from inventory.model import Credential, Endpoint

LONGEST: Final = 300.0
"""Seconds after which a device is given up."""
_LONGEST: Final = 200
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Job:
    """A device to be read; `stations`: with its tables of MAC addresses and ARP."""

    device: str
    endpoint: Endpoint
    credential: Credential
    stations: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What came of it: an Inspection as JSON, or the reason (of the wire) why there is none."""

    device: str
    name: str = ""
    document: bytes = b""
    reason: str = ""
    detail: str = ""
    """Of a bug of ours: what it was."""


def begin() -> None:
    """Prepare a new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the monitor ends this process, not a key
    Thread(target=_end_with_parent, daemon=True).start()
    os.nice(10)  # a survey has the whole day


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(0)


def read(engine: str, jobs: Sequence[Job], longest: float = LONGEST) -> list[Read]:
    """Read devices side by side; each ends in one `Read`, whatever happens."""
    return asyncio.run(_read_all(engine, jobs, longest))


async def _read_all(engine: str, jobs: Sequence[Job], longest: float) -> list[Read]:
    wire = open_snmp(engine, sessions=len(jobs), passing=len(jobs))
    try:
        return list(await asyncio.gather(*(_read(wire, job, longest) for job in jobs)))
    finally:
        await wire.close()


async def _read(wire: SnmpWire, job: Job, longest: float) -> Read:
    try:
        async with asyncio.timeout(longest):
            seen = await inspect(
                wire, job.endpoint, job.credential, DeviceMemory(), stations=job.stations
            )
        if isinstance(seen, SnmpReply):
            return Read(job.device, reason=seen.reason)
        return Read(job.device, seen.sys_name, _encode(seen))
    except TimeoutError:
        return Read(job.device, reason="too_slow")
    except Exception as bug:  # noqa: BLE001 - one device must not cost the others their turn
        return Read(job.device, reason="internal", detail=f"{type(bug).__name__}: {bug}"[:_LONGEST])
