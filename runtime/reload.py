"""A reload is a difference: what stays the same is not touched, a broken file changes nothing.

All that takes long is drawn in a thread, from the files and what is asked now; meanwhile polls are
asked and judged by what was there before. Then everything is swapped between two of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from alerts import drawing as alerts
from alerts.dispatch import Dispatch
from alerts.model import Rule
from api.ports import Event
from inventory.dropped import dropped
from inventory.model import Endpoint, Inventory
from metrics.observation import Probe
from runtime import garbage, live
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
from sla._network import Network
from store.hours import settle_seconds
from store.link_sources import LinkSources, link_sources

if TYPE_CHECKING:
    from runtime.beat import Beat

_log = logging.getLogger("extranet.reload")
_TAKEN = frozenset({"inventory", "rules", "shipped_rules"})
"""Sections of monitor.yaml whose files are read anew; the others hold until a restart."""
_TOLD = 50
"""Problems that are logged one by one, and circuits that are named in a line."""


class _Drawn(NamedTuple):
    """What is swapped in one step."""

    inventory: Inventory
    rules: Sequence[Rule]
    probes: tuple[Probe, ...]
    gone: list[Probe]
    addresses: Collection[tuple[str, int | None]]
    schedule: Schedule
    network: Network
    watching: alerts.Drawn
    seen: live.Drawn
    links: LinkSources
    settle: int


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
            before = self._live.inventory()
            with garbage.made_to_stay():
                checked = await asyncio.to_thread(self._read)
                if checked.good:
                    problems = await self._prepare_and_take(checked)
                else:
                    problems = [in_a_line(found, "en") for found in checked.problems]
            self._telling.own("reload", "reload", bad=bool(problems))
        if not problems:
            _log.info("taken", extra={"by": person, "probes": len(self._probes)})
            if gone := dropped(before, self._live.inventory(), self._record.now()):
                circuits = ", ".join(gone[:_TOLD])
                _log.warning(
                    "circuits left the inventory; end their in_service instead",
                    extra={"count": len(gone), "circuits": circuits},
                )
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
        drawn = await asyncio.to_thread(self._draw, checked, inventory)
        try:
            await self._open_wires(drawn.probes)
        except OSError as error:
            return [f"echo: {error.strerror or error}"]
        worker = await self._past.prepare(inventory)
        self._take(drawn)
        self._past.take(worker)
        for others in (self._load_centre, self._load_traps):
            await asyncio.sleep(0)
            others(inventory, drawn.probes)
        await asyncio.sleep(0)
        self._load_survey(inventory)
        return ()

    def _draw(self, checked: Checked, inventory: Inventory) -> _Drawn:
        """Draw all that depends on the inventory; changes nothing."""
        probes = keep(self._probes, plan(inventory, self._config.canaries))
        remaining = set(probes)
        return _Drawn(
            inventory,
            checked.rules,
            probes,
            [probe for probe in self._probes if probe not in remaining],
            {where for probe in probes if (where := _address(probe)) is not None},
            Schedule(probes, self.beat.turned_ms),
            self._pipeline.judge.drawn(inventory, probes),
            alerts.draw(checked.rules, inventory, probes),
            live.draw(inventory, probes),
            link_sources(inventory),
            settle_seconds(inventory),
        )

    def _take(self, drawn: _Drawn) -> None:
        inventory, gone = drawn.inventory, drawn.gone
        self._probes = drawn.probes
        drawn.schedule.go_on_from(self.beat.turned_ms)
        self.beat.schedule = drawn.schedule
        self._runner.forget(gone)  # also what a device was asked of ports it no longer declares
        self._retain(drawn.addresses)
        changes = self._pipeline.judge.take(drawn.network)
        self._telling.carry(self._telling.engine.take(drawn.watching, self._live.now()))
        self._live.take(drawn.seen)
        for change in changes:
            self._pipeline.announce(change)
        self._pipeline.forget(gone)
        self._exposition.retire(gone)
        self._sending.retire(gone)
        self._dispatch.reload(inventory, drawn.rules)
        self._record.reload(drawn.settle, drawn.links, gone)
        self.count += 1
        self._hub.publish(Event("reload", {}))


def _address(probe: Probe) -> tuple[str, int | None] | None:
    """Return where a device is asked."""
    endpoint = getattr(probe.question, "endpoint", None)
    return (endpoint.host, endpoint.port) if isinstance(endpoint, Endpoint) else None
