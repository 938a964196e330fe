"""The monitor: every part, wired in reading order, started in that order and stopped in reverse.

    schedule -> runner -> collectors and wires -> pipeline -> judge, rates
        -> exposition, outboxes, alerts, history          (readings)
        -> ledger, page, alerts                           (changes of state)
    ledger, history <- worker -> availability             (the record)
    everything      <- api

Building opens the ledger, because what is remembered decides where the judge begins; nothing else
is opened before `start`.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import aiohttp

from alerts.dispatch import Dispatch
from alerts.engine import Engine
from api.app import build
from api.desk import stats
from api.ports import Ports
from api.settings import ApiSettings
from collectors._contract import Wires
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from metrics.observation import Probe
from runtime.beat import Beat
from runtime.centre import Centre
from runtime.check import Checked
from runtime.clock import Steady, cpu
from runtime.configurations.copies import Ways
from runtime.doors import ActsDoor, ExpositionDoor, PeopleDoor, PollsDoor
from runtime.engines import KnownEngines
from runtime.events import Hub
from runtime.live import LiveView
from runtime.past import PastDoor
from runtime.pipeline import Pipeline
from runtime.planning import plan
from runtime.plugins import plugins
from runtime.receivers import receivers, routes
from runtime.record import Record, open_record
from runtime.reload import Reload
from runtime.runner import Runner
from runtime.schedule import Schedule
from runtime.selfmetrics import SelfMetrics, Stats
from runtime.sending import Sending
from runtime.serving import listen, page_of, server_of
from runtime.surveys.survey import Survey
from runtime.telling import Telling
from runtime.traps.trapping import Trapping
from sinks._exposition import Exposition
from sla.judge import Judge
from store.entries import TrapEntry

_log = logging.getLogger("extranet.monitor")


_STALLED_SECONDS: Final = 10
"""A schedule this far behind its clock asks nobody."""


class Monitor:
    """One running monitor."""

    def __init__(
        self,
        checked: Checked,
        read: Callable[[], Checked],
        clock: Steady,
        record: Record,
        *,
        sessions: int,
    ) -> None:
        inventory, config = checked.inventory, checked.config
        assert inventory is not None
        assert config is not None
        self._config = config
        self._record = record
        self._probes = plan(inventory, config.canaries)
        self._stack = AsyncExitStack()
        self._stop = asyncio.Event()
        self.failure: BaseException | None = None
        """Why it ends by itself."""

        # The cloud centre and the services.
        self._centre = Centre(config, clock, record)
        self._centre.load(inventory, self._probes)

        # Asking.
        self._icmp, self._udp = open_echo("icmp"), open_echo("udp")
        self._snmp = open_snmp(
            config.snmp.engine, sessions=sessions * 3 // 4, passing=sessions // 4
        )
        judge = Judge(inventory, self._probes)
        self._runner = Runner(
            plugins("collectors"),
            Wires(self._snmp, self._icmp, self._udp, **self._centre.wires()),
            lambda observation: self._pipeline.deliver(observation),  # noqa: PLW0108 - made below
            in_flight_per_area=config.snmp.max_in_flight_per_area,
        )

        # Telling.
        hub = Hub()
        engine = Engine(checked.rules, inventory, self._probes)
        self._dispatch = Dispatch(
            receivers(config),
            routes(config),
            inventory,
            record=record.delivery,
            now=clock.now,
            rules=checked.rules,
            page=page_of(config), parts=self._centre.hosts.part,
        )  # fmt: skip
        telling = Telling(
            engine,
            (
                record.alert,
                self._dispatch.put,
                lambda alert: live.alert_changed(alert),  # noqa: PLW0108 - made below
                self._centre.told,
            ),
            clock.now,
        )

        self._telling = telling
        self._centre.hosts.connect(self._runner.known)
        ways = Ways(telling.report, record.trap, hub.publish)
        self._centre.connect(ways, self._icmp, self._udp)

        # Keeping.
        self._exposition = Exposition(self._probes, raw_mib_names=config.api.raw_mib_names)
        self._sending = Sending(config, self._probes, clock)
        self._pipeline = Pipeline(
            judge,
            {
                "exposition": self._exposition.put,
                **self._sending.consumers(),
                "alerts": telling.reading,
                "history": record.reading,
                "services": self._centre.services.reading,
            },
            {
                "ledger": record.change,
                "page": lambda change: live.changed(change),  # noqa: PLW0108 - made below
                "alerts": telling.changed,
            },
        )
        live = LiveView(clock.now, self._pipeline, hub, engine.alerts, self._health)
        live.load(inventory, self._probes)
        self._hub = hub

        # Being told.
        self._trapping = Trapping(
            config.traps, self._runner.memory, self._runner.ask_now, self._keep_trap, clock
        )
        self._trapping.load(inventory, self._probes)

        # Comparing.
        self._survey = Survey(
            config.survey, config.snmp.engine, config.store.path, live.states, hub.publish,
            clock.now,
        )  # fmt: skip
        self._survey.load(inventory)

        # Answering.
        rules = self._centre.assessment.rules
        self._past = PastDoor(config.store.path, live.inventory, clock.now, lambda: rules)
        self._centre.assessment.connect(self._past, self._pipeline)
        self._reload = Reload(
            read, config, self._probes, self._pipeline, telling, live, self._sending,
            self._exposition, self._runner, record, self._past, self._dispatch,
            hub, self._open_wires, self._snmp.retain, self._trapping.load,
            self._survey.load, self._centre.load,
        )  # fmt: skip
        metrics = SelfMetrics(self._runner, self._parts(), cpu, self._centre.services.metrics)
        self._app = build(
            Ports(
                live,
                self._past,
                PeopleDoor(record.people, clock.now),
                ActsDoor(telling, self._reload.ask),
                ExpositionDoor(metrics, self._exposition),
                self._survey,
                PollsDoor(self._runner.known, self._snmp.duplicates, live.inventory),
                configurations=self._centre.configurations,
                audits=self._centre.audits,
                beats=self._centre.beats,
                rehearsals=self._centre.rehearsals,
                services=self._centre.services,
                hosts=self._centre.hosts,
                hosts_capacity=self._centre.hosts,
                assessment=self._centre.assessment.ports,
            ),
            ApiSettings(
                tls=config.api.tls is not None,
                language=config.language,
                title=config.api.title,
            ),
        )
        self._beat = Beat(
            clock, Schedule(self._probes, clock.now_ms()), self._runner, telling, record,
            self._sending, self._past, config.store,
        )  # fmt: skip
        self._engines = KnownEngines(self._snmp, config.store.path, clock.now)
        self._beat.also += [
            self._survey.tick, self._trapping.tick, self._watch_traps,
            self._engines.tick, self._centre.tick, self._watch_centre,
        ]  # fmt: skip
        self._reload.beat = self._beat
        record.continue_from(judge, self._pipeline, telling, self._dispatch)
        telling.begin(
            {
                "outbox": [*self._sending.ages()],
                "loss": [
                    *record.losses(),
                    *self._sending.losses(),
                    *self._trapping.losses(),
                    *self._centre.losses(),
                ],
                "process": [*self._trapping.health(), *self._centre.health()],
            }
        )

    # Starting and stopping.

    async def start(self) -> str:
        """Open everything; return the address of the page. Raises OSError naming what failed."""
        stack, config = self._stack, self._config
        listener = listen(config.api.listen)
        stack.callback(listener.close)
        stack.callback(self._record.close)
        self._record.start()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        await self._sending.start(http, stack)
        await self._dispatch.start(http, stack)
        await self._open_wires(self._probes)
        self._engines.start(self._probes)
        await self._trapping.start(stack, self._snmp.engines(self._record.now()))
        await self._survey.start(stack)
        await self._centre.start(stack)
        for wire in (self._icmp, self._udp):
            stack.push_async_callback(wire.close)
        stack.push_async_callback(self._snmp.close)
        stack.push_async_callback(self._engines.stop)
        stack.push_async_callback(self._past.stop)
        await self._past.start()
        self._server = server_of(self._app, config)
        serving = asyncio.create_task(self._server.serve(sockets=[listener]), name="api")
        stack.push_async_callback(self._end_server, serving)
        while not self._server.started:
            if serving.done():
                serving.result()
                raise OSError("the api could not start")
            await asyncio.sleep(0.01)
        self._catch_signals(stack)
        stack.push_async_callback(self._runner.stop)
        beating = asyncio.create_task(self._beat.run(), name="beat")
        beating.add_done_callback(self._beat_ended)
        stack.push_async_callback(self._beat.end, beating)
        return page_of(config)

    async def _open_wires(self, probes: Iterable[Probe]) -> None:
        """Open the echo wires that `probes` need and that are not open. Raises OSError."""
        wanted = {getattr(probe.question, "wire", "") for probe in probes}
        for name, wire in (("icmp", self._icmp), ("udp", self._udp)):
            if name in wanted and not wire.is_open:
                await wire.start()

    def _catch_signals(self, stack: AsyncExitStack) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
            stack.callback(loop.remove_signal_handler, number)
        loop.add_signal_handler(signal.SIGHUP, self._reload.signalled)
        stack.callback(loop.remove_signal_handler, signal.SIGHUP)

    def _beat_ended(self, beating: asyncio.Task[None]) -> None:
        """Without a beat nothing is asked any more: better to end, and be started again."""
        if not beating.cancelled():
            self.failure = beating.exception()
            _log.critical("the beat ended", exc_info=self.failure)
            self._stop.set()

    async def _end_server(self, serving: asyncio.Task[None]) -> None:
        self._hub.close()
        self._server.should_exit = True
        await serving

    async def stopped(self) -> None:
        """Wait until somebody wants the end."""
        await self._stop.wait()

    async def stop(self) -> None:
        """Stop every part in reverse order; what was decided is written when this returns."""
        await self._stack.aclose()

    # People, before anybody can log in.

    def has_people(self) -> bool:
        """Tell whether anybody may log in."""
        return any(account.revoked_at is None for account in self._record.people.accounts())

    def add_admin(self, name: str) -> str:
        """Add the first person with every role that is not another's; return the token."""
        return self._record.people.add_person(
            name, ("viewer", "operator", "auditor", "admin"), (), (), "first start",
            self._record.now(),
        )  # fmt: skip

    # How the parts do.

    def _health(self) -> Mapping[str, object]:
        stalled = self._beat.stats()["behind_seconds"] >= _STALLED_SECONDS
        parts: dict[str, dict[str, object]] = {
            "ledger": {"ok": not self._record.failure, "reason": self._record.failure},
            "judge": {
                "ok": not self._pipeline.judge.is_blind,
                "reason": "blind" if self._pipeline.judge.is_blind else "",
            },
            "beat": {"ok": not stalled, "reason": "late" if stalled else ""},
            **self._trapping.health(),
            **self._centre.health(),
            **self._sending.health(),
        }
        return {"ok": all(part["ok"] for part in parts.values()), "parts": parts}

    def _watch_traps(self) -> None:
        """Turn a trap process that is dead, or what it lost, into an alert."""
        if self._trapping.door is not None:
            self._telling.own("process", "traps", bad=bool(self._trapping.failure))
        for name, (bad, lost) in self._trapping.losses().items():
            self._telling.own("loss", name, bad=bad, value=lost)

    def _keep_trap(self, entry: TrapEntry) -> None:
        """Keep what a device said, and let the cloud centre's parts hear it."""
        self._record.trap(entry)
        self._centre.heard(entry)

    def _watch_centre(self) -> None:
        """Turn what is wrong in the cloud centre's parts, and news of reports, into alerts."""
        for condition, subject, bad in self._centre.assessment.reports.notices():
            self._telling.own(condition, subject, bad=bad)
        for name, part in self._centre.health().items():
            self._telling.own("process", name, bad=not part["ok"])
        for name, (bad, lost) in self._centre.losses().items():
            self._telling.own("loss", name, bad=bad, value=lost)

    def _parts(self) -> dict[str, Stats]:
        return {
            "snmp": self._snmp.stats,
            "icmp": self._icmp.stats,
            "udp": self._udp.stats,
            "record": self._record.stats,
            "dispatch": self._dispatch.stats,
            "pipeline": lambda: {
                "observations": self._pipeline.observations,
                "retired": self._pipeline.retired,
                **{f"failed_{name}": n for name, n in self._pipeline.failures.items()},
                **{f"rates_absent_{why}": n for why, n in self._pipeline.rates.absent.items()},
            },
            "beat": lambda: self._beat.stats(),  # noqa: PLW0108 - made below
            "worker": lambda: {"deaths": self._past.deaths},
            "api": lambda: stats(self._app.state.desk),
            "page": lambda: {"readers": self._hub.readers, "resyncs": self._hub.resyncs},
            "out_of_turn": lambda: self._runner.out_of_turn,
            "survey": self._survey.stats,
            **self._trapping.stats(),
            **self._centre.stats(),
            **self._sending.stats(),
        }


def open_monitor(
    checked: Checked,
    read: Callable[[], Checked],
    clock: Steady,
    *,
    sessions: int,
    record: Path | None,
) -> Monitor:
    """Open the record and wire everything; `read` checks the files anew at a reload.

    Raises StoreError, OSError.
    """
    assert checked.config is not None
    assert checked.inventory is not None
    kept = open_record(checked.config, checked.inventory, clock.now, record)
    try:
        return Monitor(checked, read, clock, kept, sessions=sessions)
    except BaseException:
        kept.close()
        raise
