"""A reload is a difference: what stays the same is not touched, a broken file changes nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from alerts.dispatch import Dispatch
from api.ports import Event
from inventory.model import Endpoint, Inventory
from metrics.observation import Probe
from runtime import garbage
from runtime.check import Checked, in_a_line
from runtime.config import Config
from runtime.events import Hub
from runtime.live import LiveView
from runtime.past import PastDoor
from runtime.pipeline import Pipeline
from runtime.planning import keep, plan
from runtime.record import Record
from runtime.runner import Runner
from runtime.schedule import Schedule
from runtime.sending import Sending
from runtime.telling import Telling
from sinks._exposition import Exposition

if TYPE_CHECKING:
    from runtime.beat import Beat

_log = logging.getLogger("extranet.reload")
_TAKEN = frozenset({"inventory", "rules", "shipped_rules"})
"""Sections of monitor.yaml whose files are read anew; the others hold until a restart."""
_TOLD = 50
"""Problems that are logged one by one."""


class Reload:
    """Reads inventory and rules anew while the monitor runs; the rest of `monitor.yaml` stays."""

    beat: Beat

    def __init__(
        self,
        read: Callable[[], Checked],
        config: Config,
        probes: Sequence[Probe],
        pipeline: Pipeline,
        telling: Telling,
        live: LiveView,
        sending: Sending,
        exposition: Exposition,
        runner: Runner,
        record: Record,
        past: PastDoor,
        dispatch: Dispatch,
        hub: Hub,
        open_wires: Callable[[Iterable[Probe]], Awaitable[None]],
        retain: Callable[[Collection[tuple[str, int | None]]], None],
        load_traps: Callable[[Inventory, Sequence[Probe]], None],
        load_survey: Callable[[Inventory], None],
        load_centre: Callable[[Inventory, Sequence[Probe]], None],
    ) -> None:
        self._read = read
        self._config = config
        self._probes = tuple(probes)
        self._pipeline = pipeline
        self._telling = telling
        self._live = live
        self._sending = sending
        self._exposition = exposition
        self._runner = runner
        self._record = record
        self._past = past
        self._dispatch = dispatch
        self._hub = hub
        self._open_wires = open_wires
        self._retain = retain
        self._load_traps = load_traps
        self._load_survey = load_survey
        self._load_centre = load_centre
        self._lock = asyncio.Lock()
        self._wanted = False
        self._task: asyncio.Task[None] | None = None
        self.count = 0

    def signalled(self) -> None:
        """Begin a reload because of SIGHUP; one that comes meanwhile is done after it."""
        self._wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._while_wanted())

    async def _while_wanted(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                problems = await self.ask("SIGHUP")
                result = "refused" if problems else "ok"
                at = self._record.now()
                self._record.people.audit("SIGHUP", "reload", "inventory", at, result)
            except Exception:  # noqa: BLE001 - nobody waits for this task: the log and an alert tell
                _log.exception("the reload failed")
                self._telling.own("reload", "reload", bad=True)

    async def ask(self, person: str) -> Sequence[str]:
        """Read everything again; return the problems that kept the old configuration in force."""
        async with self._lock:
            checked = await asyncio.to_thread(self._read)
            if checked.good:
                problems = await self._prepare_and_take(checked)
            else:
                problems = [in_a_line(found, "en") for found in checked.problems]
            self._telling.own("reload", "reload", bad=bool(problems))
        if not problems:
            _log.info("taken", extra={"by": person, "probes": len(self._probes)})
            if later := self._needs_a_restart(checked):
                _log.warning("not before a restart", extra={"sections": later})
            return ()
        _log.error("not taken", extra={"by": person, "problems": len(problems)})
        for problem in problems[:_TOLD]:
            _log.error("problem", extra={"where": problem})
        return problems

    def _needs_a_restart(self, checked: Checked) -> str:
        """Name the sections of monitor.yaml that were changed and that a reload does not take."""
        now = checked.config
        assert now is not None
        sections = (one.name for one in fields(now) if one.compare and one.name not in _TAKEN)
        changed = [name for name in sections if getattr(now, name) != getattr(self._config, name)]
        return ", ".join(changed)

    async def _prepare_and_take(self, checked: Checked) -> Sequence[str]:
        """Prepare what takes long beside the event loop, then swap; return what prevents it."""
        inventory = checked.inventory
        assert inventory is not None
        before, canaries = self._probes, self._config.canaries
        probes = await asyncio.to_thread(lambda: keep(before, plan(inventory, canaries)))
        try:
            await self._open_wires(probes)
        except OSError as error:
            return [f"echo: {error.strerror or error}"]
        worker = await self._past.prepare(inventory)
        self._take(checked, inventory, probes)
        self._past.take(worker)
        return ()

    def _take(self, checked: Checked, inventory: Inventory, probes: tuple[Probe, ...]) -> None:
        before, self._probes = self._probes, probes
        remaining = set(probes)
        gone = [probe for probe in before if probe not in remaining]
        self.beat.schedule = Schedule(probes, self.beat.turned_ms)
        for device in {probe.device for probe in gone if probe.device}:
            self._runner.forget(device)  # also what it was asked of ports it no longer declares
        self._retain({address for probe in probes if (address := _address(probe)) is not None})
        changes = self._pipeline.judge.reload(inventory, probes)
        self._telling.carry(
            self._telling.engine.reload(checked.rules, inventory, probes, self._live.now())
        )
        self._live.load(inventory, probes)
        self._load_traps(inventory, probes)
        self._load_survey(inventory)
        self._load_centre(inventory, probes)
        for change in changes:
            self._pipeline.announce(change)
        self._pipeline.forget(gone)
        self._exposition.retire(gone)
        self._sending.retire(gone)
        self._dispatch.reload(inventory, checked.rules)
        self._record.reload(inventory, gone)
        self.count += 1
        self._hub.publish(Event("reload", {}))
        garbage.settle()


def _address(probe: Probe) -> tuple[str, int | None] | None:
    """Return where a device is asked."""
    endpoint = getattr(probe.question, "endpoint", None)
    return (endpoint.host, endpoint.port) if isinstance(endpoint, Endpoint) else None
