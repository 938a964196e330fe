"""The province at this moment: states as they change, numbers as they were read last."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from alerts.model import Alert
from api.ports import Event, LinkNow, StateNow
from inventory.model import (
    Inventory,
    TargetId,
    device_target,
    interface_target,
    link_target,
    service_target,
    site_target,
)
from metrics.catalogue import (
    ECHO_LOST,
    ECHO_RTT,
    ECHO_SENT,
    IN_RATE,
    IN_UTILIZATION,
    OUT_RATE,
    OUT_UTILIZATION,
)
from metrics.observation import Probe, Value
from runtime.events import Hub
from runtime.pipeline import Change, Pipeline
from sla.states import Blind, State

_Flow = tuple[Probe, int, int]
"""The probe that reads a flow, and where in its values inward and outward stand."""


class Drawn(NamedTuple):
    """What there is to see of an inventory."""

    inventory: Inventory
    targets: Sequence[TargetId]
    echoes: Mapping[TargetId, Probe]
    flows: Mapping[TargetId, _Flow]
    """Rates of ports, utilisation of links."""


class LiveView:
    """Follows every change of state and knows where each number of a link is read."""

    def __init__(
        self,
        now: Callable[[], int],
        pipeline: Pipeline,
        hub: Hub,
        alerts: Callable[[], Sequence[Alert]],
        health: Callable[[], Mapping[str, object]],
    ) -> None:
        self._now = now
        self._pipeline = pipeline
        self._hub = hub
        self._alerts = alerts
        self._health = health
        self._states: dict[TargetId, StateNow] = {}
        self._echoes: Mapping[TargetId, Probe] = {}
        self._flows: Mapping[TargetId, _Flow] = {}
        self._blind_since: int | None = None

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory."""
        self.take(draw(inventory, probes))

    def take(self, drawn: Drawn) -> None:
        """Take over what was drawn: what is new is UNKNOWN, what is gone is gone."""
        self._inventory, asked, self._echoes, self._flows = drawn
        start = self._now()
        before = self._states
        self._states = {
            target: before.get(target) or StateNow(target, State.UNKNOWN, start, "not_observed")
            for target in asked
        }

    def changed(self, change: Change) -> None:
        """Take over one change of state and tell the page."""
        if isinstance(change, Blind):
            if change.until is None or change.reason == "monitor_off":
                self._went_blind(change)
            else:
                self._blind_since = None
                self._hub.publish(Event("blind", {"since": None}))
            return
        now = StateNow(change.target, change.state, change.since, change.reason, change.cause)
        if change.target in self._states:
            self._states[change.target] = now
            self._hub.publish(
                Event(
                    "state",
                    {
                        "target": now.target,
                        "state": now.state.name.lower(),
                        "since": now.since,
                        "reason": now.reason,
                        "cause": now.cause,
                    },
                )
            )

    def _went_blind(self, blind: Blind) -> None:
        if blind.reason != "monitor_off":
            self._blind_since = blind.since
        for target in self._states:
            self._states[target] = StateNow(target, State.UNKNOWN, blind.since, blind.reason)
        self._hub.publish(Event("blind", {"since": self._blind_since}))
        self._hub.publish(Event("resync", {}))

    def alert_changed(self, alert: Alert) -> None:
        """Tell the page of an alert that changed its phase."""
        self._hub.publish(Event("alert", {"id": alert.id, "phase": alert.phase.value}))

    # What the api asks.

    def now(self) -> int:
        """Return whole UTC seconds."""
        return self._now()

    def inventory(self) -> Inventory:
        """Return the inventory in force."""
        return self._inventory

    def states(self) -> Mapping[TargetId, StateNow]:
        """Return the state of every site, device and link."""
        return self._states

    def link(self, link: str) -> LinkNow | None:
        """Return what is known of a link."""
        found = self._inventory.links.get(link)
        if found is None:
            return None
        target = link_target(link)
        state = self._states[target]
        port = (
            interface_target(found.a.device, found.a.interface)
            if found.a.interface is not None
            else target
        )
        echo = self._echoes.get(target)
        answered = None if echo is None else self._pipeline.answered_ms.get(echo)
        sent, lost, rtt = self._echoed(echo)
        in_bps, out_bps = self._flowing(port)
        in_utilization, out_utilization = self._flowing(target)
        return LinkNow(
            link=link,
            state=state.state,
            since=state.since,
            reason=state.reason,
            cause=state.cause,
            last_answer=None if answered is None else answered // 1000,
            rtt_seconds=rtt,
            loss_ratio=None if not sent or lost is None else lost / sent,
            in_bps=in_bps,
            out_bps=out_bps,
            in_utilization=in_utilization,
            out_utilization=out_utilization,
            no_rate=self._no_rate(port),
        )

    def _echoed(self, probe: Probe | None) -> tuple[Value, ...]:
        """Return sent, lost and round trip of the last run."""
        reading = None if probe is None else self._pipeline.latest.get(probe)
        if reading is None:
            return None, None, None
        metrics = [series.metric for series in reading.observation.probe.series]
        return tuple(reading.values[metrics.index(of)] for of in (ECHO_SENT, ECHO_LOST, ECHO_RTT))

    def _flowing(self, target: TargetId) -> tuple[Value, Value]:
        """Return what flows in and out."""
        flow = self._flows.get(target)
        reading = None if flow is None else self._pipeline.latest.get(flow[0])
        if flow is None or reading is None:
            return None, None
        return reading.values[flow[1]], reading.values[flow[2]]

    def _no_rate(self, port: TargetId) -> str:
        """Return why a rate of a port is absent."""
        flow = self._flows.get(port)
        reading = None if flow is None else self._pipeline.latest.get(flow[0])
        if flow is None or reading is None:
            return ""
        raw = flow[0].raw
        return next(filter(None, reading.gaps[flow[1] - raw : flow[2] + 1 - raw]), "")

    def alerts(self) -> Sequence[Alert]:
        """Return alerts that are pending, firing or were resolved of late."""
        return self._alerts()

    def blind_since(self) -> int | None:
        """Return since when the monitor cannot see."""
        return self._blind_since

    def events(self) -> AsyncIterator[Event]:
        """Subscribe to what happens."""
        return self._hub.subscribe()

    def health(self) -> Mapping[str, object]:
        """Return the state of the monitor's own parts."""
        return self._health()


def targets(inventory: Inventory) -> list[TargetId]:
    """Name every judged target; a place that is not connected yet has no state."""
    topology = inventory.topology
    connected = [
        site_target(site)
        for site in inventory.sites
        if topology.uplinks.get(site) or topology.devices.get(site)
    ]
    return [
        *connected,
        *map(device_target, inventory.devices),
        *map(link_target, inventory.links),
        *map(service_target, inventory.services),
    ]


def draw(inventory: Inventory, probes: Sequence[Probe]) -> Drawn:
    """Find out what there is to see; changes nothing."""
    echoes = {probe.target: probe for probe in probes if probe.kind == "echo"}
    return Drawn(inventory, targets(inventory), echoes, dict(_flows(probes)))


def _flows(probes: Iterable[Probe]) -> Iterator[tuple[TargetId, _Flow]]:
    """Find where each flow is read: the inward value stands before the outward one."""
    for probe in probes:
        inward = 0
        for at in range(probe.raw, len(probe.series)):
            series = probe.series[at]
            if series.metric in (IN_RATE, IN_UTILIZATION):
                inward = at
            elif series.metric in (OUT_RATE, OUT_UTILIZATION):
                yield series.target, (probe, inward, at)
