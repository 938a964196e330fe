"""SNMPv3 engines over a restart: read at the start, written when something was learnt, and at stop.

A file that is damaged or cannot be written costs one request per agent at the next start, and is
said in the log; it stops nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from collectors._engines import load, save
from collectors.wires.snmp import Snmp
from inventory.model import Endpoint
from metrics.observation import Probe

_log = logging.getLogger("extranet.engines")
_FILE: Final = "snmp-engines.json"
_EVERY: Final = 300
"""Seconds between two looks whether something was learnt."""
_SNMP_PORT: Final = 161


class KnownEngines:
    """The file beside the store."""

    def __init__(self, snmp: Snmp, folder: Path, now: Callable[[], int]) -> None:
        self._snmp = snmp
        self._path = folder / _FILE
        self._now = now
        self._looked_at = now()
        self._saved = 0
        self._saving: asyncio.Task[None] | None = None

    def start(self, probes: Iterable[Probe]) -> None:
        """Take over what was known of the agents that are still asked."""
        known, problem = load(self._path)
        if problem:
            _log.warning("the file of SNMPv3 engines is not used", extra={"why": problem})
        asked = {_address(probe) for probe in probes}
        self._snmp.remember({a: e for a, e in known.items() if a in asked}, self._now())
        self._saved = self._snmp.engine_changes()

    def tick(self) -> None:
        """Write in a thread what was learnt since the last time; called once a second."""
        now = self._now()
        if now - self._looked_at < _EVERY or (self._saving and not self._saving.done()):
            return
        self._looked_at = now
        if self._snmp.engine_changes() != self._saved:
            self._saving = asyncio.get_running_loop().create_task(self._save())

    async def stop(self) -> None:
        """Write what is known."""
        if self._saving is not None:
            await self._saving
        if self._snmp.engine_changes() != self._saved:
            await self._save()

    async def _save(self) -> None:
        changes = self._snmp.engine_changes()
        try:
            await asyncio.to_thread(lambda: save(self._path, self._snmp.engines(self._now())))
            self._saved = changes
        except OSError as error:
            _log.error("the SNMPv3 engines could not be written", extra={"why": str(error)})


def _address(probe: Probe) -> str | None:
    """Return where a device is asked, as the wire names it."""
    endpoint = getattr(probe.question, "endpoint", None)
    if not isinstance(endpoint, Endpoint):
        return None
    return f"{endpoint.host}:{endpoint.port or _SNMP_PORT}"
