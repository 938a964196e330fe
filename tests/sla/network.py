"""A small province for tests: one router per site, and a world in which things break.

`World` answers probes as the network would: an echo crosses its own circuit, SNMP takes any way.
Runs are handed over in the order in which they end, as the runtime does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hypothesis import strategies as st

from inventory.model import (
    PROFILES,
    Carrier,
    Contract,
    Device,
    Endpoint,
    Interval,
    Inventory,
    Level,
    Link,
    LinkEnd,
    PlannedWork,
    Service,
    Site,
    TargetId,
    Topology,
    device_target,
    interface_target,
    link_target,
    service_target,
)
from metrics.catalogue import (
    CANARY_LOST,
    CANARY_RTT,
    CANARY_SENT,
    ECHO_LOST,
    ECHO_RTT,
    ECHO_SENT,
    OPER_STATUS,
    UPTIME_TICKS,
    Metric,
)
from metrics.families.services import PROBE_DURATION, PROBE_SUCCESS
from metrics.observation import Observation, Outcome, Probe, Series, Value
from sla.judge import Change, Judge
from sla.states import State, Transition

START = 1_772_323_200
"""2026-03-01 00:00:00 UTC, a multiple of every interval used here."""
_LEVELS: tuple[Level, ...] = ("province", "city", "county", "township", "village")


def router(site: str) -> str:
    """Name the router of a site."""
    return f"{site}-r"


def make_inventory(
    legs: Mapping[str, Sequence[str]],
    *,
    root: str = "p",
    loss_ratio: float | None = None,
    rtt_seconds: float | None = None,
    in_service: tuple[Interval, ...] = (Interval(0),),
    planned_work: Sequence[PlannedWork] = (),
    carriers: Mapping[str, str] | None = None,
    unconnected: Sequence[str] = (),
    services: Sequence[Service] = (),
) -> Inventory:
    """Make an inventory: site -> the sites its legs come from, parents first.

    The leg of `x` from `y` is the link `y-x`; `carriers` says whose it is (else `telecom`).
    """
    contracts = {
        carrier: Contract(
            id=carrier,
            carrier=carrier,
            title=carrier,
            availability=Fraction(999, 1000),
            profile=PROFILES["backbone"],
            loss_ratio=loss_ratio,
            rtt_seconds=rtt_seconds,
        )
        for carrier in ("telecom", "mobile")
    }
    leased = carriers or {}
    depth = {root: 0}
    for site, parents in legs.items():
        depth[site] = depth[parents[0]] + 1
    sites = {
        name: Site(
            name,
            name,
            _LEVELS[depth[name]],
            None if name == root else legs[name][0],
            in_service=(Interval(0),),
        )
        for name in depth
    } | {name: Site(name, name, "village", root) for name in unconnected}
    links = {
        f"{parent}-{site}": Link(
            id=f"{parent}-{site}",
            title=f"{parent}-{site}",
            a=LinkEnd(parent, router(parent), f"to-{site}", Endpoint("192.0.2.1")),
            b=LinkEnd(site, router(site), f"from-{parent}", Endpoint("192.0.2.2")),
            contract=leased.get(f"{parent}-{site}", "telecom"),
            carrier=leased.get(f"{parent}-{site}", "telecom"),
            profile=PROFILES["backbone"],
            in_service=in_service,
        )
        for site, parents in legs.items()
        for parent in parents
    }
    devices = {
        router(name): Device(router(name), name, name, "generic", Endpoint("192.0.2.3"))
        for name in depth
    }
    return Inventory(
        revision="1",
        digest="0" * 64,
        units={},
        carriers={name: Carrier(name, name) for name in contracts},
        contracts=contracts,
        credentials={},
        sites=sites,
        devices=devices,
        links=links,
        link_groups={},
        planned_work={work.id: work for work in planned_work},
        topology=Topology(
            children={},
            uplinks={s: tuple(n for n, x in links.items() if x.b.site == s) for s in depth},
            downlinks={s: tuple(n for n, x in links.items() if x.a.site == s) for s in depth},
            devices={s: (router(s),) for s in depth},
            areas={},
        ),
        services={service.id: service for service in services},
    )


def make_service(name: str, *needs: str | tuple[str, ...], site: str | None = None) -> Service:
    """Make a service; a tuple among its needs holds alternatives."""
    groups = tuple((need,) if isinstance(need, str) else need for need in needs)
    return Service(
        name,
        name,
        "application",
        site,
        needs=tuple(tuple(map(TargetId, group)) for group in groups),
        in_service=(Interval(0),),
    )


def _series(metric: Metric, target: TargetId) -> Series:
    return Series(metric, target, tuple((label, "x") for label in metric.measurement.labels))


def _probe(kind: str, target: TargetId, series: tuple[Series, ...], every: int) -> Probe:
    return Probe(
        id=f"{kind}@{target}",
        kind=kind,
        target=target,
        device=None,
        area="",
        every_ms=every,
        deadline=9.0,
        series=series,
        raw=len(series),
        rates=(),
        question=None,
    )


def echo_probe(link: str, every: int = 10_000) -> Probe:
    """Ask the far end of a link."""
    target = link_target(link)
    series = tuple(_series(metric, target) for metric in (ECHO_SENT, ECHO_LOST, ECHO_RTT))
    return _probe("echo", target, series, every)


def snmp_probe(inventory: Inventory, device: str, every: int = 10_000) -> Probe:
    """Ask a device for its uptime and the state of the ports towards its downlinks."""
    ports = [link.a.interface for link in inventory.links.values() if link.a.device == device]
    series = [_series(UPTIME_TICKS, device_target(device))]
    series += [_series(OPER_STATUS, interface_target(device, port)) for port in ports if port]
    return _probe("interfaces", device_target(device), tuple(series), every)


def canary_probe(name: str, every: int = 10_000) -> Probe:
    """Ask an address next to the monitor."""
    target = TargetId(f"canary:{name}")
    series = tuple(_series(metric, target) for metric in (CANARY_SENT, CANARY_LOST, CANARY_RTT))
    return _probe("echo", target, series, every)


def check_probe(
    service: str, kind: str = "http", every: int = 30_000, *, vital: bool = True
) -> Probe:
    """Check a service."""
    target = service_target(service)
    series = tuple(_series(metric, target) for metric in (PROBE_SUCCESS, PROBE_DURATION))
    return replace(_probe(kind, target, series, every), vital=vital)


def all_probes(inventory: Inventory, *, snmp_every: int = 10_000) -> list[Probe]:
    """Echo on every link, SNMP on every device."""
    return [echo_probe(link) for link in inventory.links] + [
        snmp_probe(inventory, device, snmp_every) for device in inventory.devices
    ]


def run(
    probe: Probe, second: float, outcome: Outcome, *values: Value, took: float = 0.1
) -> Observation:
    """Make one observation `second` seconds after START."""
    if not values:
        values = (None,) * probe.raw
    return Observation(probe, START * 1000 + round(second * 1000), took, outcome, "", values)


def heard(probe: Probe, second: float, *, lost: int = 0, rtt: float = 0.01) -> Observation:
    """Make an answered echo run of two echoes, or an answered poll with all ports up."""
    if probe.kind == "echo":
        return run(probe, second, Outcome.ANSWERED, 2, lost, rtt, took=5.1)
    return run(probe, second, Outcome.ANSWERED, 1000, *(1,) * (probe.raw - 1))


def silent(probe: Probe, second: float) -> Observation:
    """Make a run that nobody answered."""
    if probe.kind == "echo":
        return run(probe, second, Outcome.SILENT, 2, 2, None, took=7.0)
    return run(probe, second, Outcome.SILENT, took=6.0)


def checked(probe: Probe, second: float, *, met: bool, reason: str = "http_status") -> Observation:
    """Make a run of a check that found what it expects, or did not."""
    at = START * 1000 + round(second * 1000)
    values = (1, 0.1) if met else (0, 0.1)
    return Observation(probe, at, 0.1, Outcome.ANSWERED, "" if met else reason, values)


@dataclass
class World:
    """What is true: which links are cut and which boxes dead, in seconds after START."""

    inventory: Inventory
    broken: list[tuple[str, float, float]] = field(default_factory=list)
    """(link or device id, from, to)."""
    port_follows: bool = False
    """Whether a cut shows at the near port."""
    lossy: list[tuple[str, float, float]] = field(default_factory=list)
    """(link, from, to): 7 of 10 echoes over it get lost; polls are tried again and get through."""
    root: str = "p"

    def works(self, name: str, at: float) -> bool:
        """Whether a link or a device works by itself."""
        return not any(n == name and start <= at < end for n, start, end in self.broken)

    def reached(self, device: str, at: float) -> bool:
        """Whether the monitor, beside the root, can reach a device by any way."""
        if not self.works("monitor", at) or not self.works(device, at):
            return False
        site = self.inventory.devices[device].site
        if site == self.root:
            return True
        return any(self.crosses(link, at) for link in self.inventory.topology.uplinks.get(site, ()))

    def crosses(self, link: str, at: float) -> bool:
        """Whether an echo gets over a circuit to its far end and back."""
        circuit = self.inventory.links[link]
        return (
            self.works(link, at)
            and self.works(circuit.b.device, at)
            and self.reached(circuit.a.device, at)
        )

    def is_lossy(self, link: str, at: float) -> bool:
        """Whether a lossy circuit lies on the way to the far end of a link."""
        above = self.inventory.topology.uplinks.get(self.inventory.links[link].a.site, ())
        here = any(n == link and start <= at < end for n, start, end in self.lossy)
        return here or any(self.is_lossy(upper, at) for upper in above)

    def answer(self, probe: Probe, at: float) -> Observation:
        """Run a probe."""
        kind, _, name = probe.target.partition(":")
        if kind == "service":
            site = self.inventory.services[name].site or self.root
            met = self.reached(router(site), at) and self.works(probe.target, at)
            return checked(probe, at, met=met)
        if probe.kind == "echo":
            moments = (at, at + 5)
            if kind == "canary":
                lost = sum(not self.works("monitor", moment) for moment in moments)
            else:
                lost = sum(not self.crosses(name, moment) for moment in moments)
            if lost == 2:
                return silent(probe, at)
            if kind == "link" and self.is_lossy(name, at):
                return run(probe, at, Outcome.ANSWERED, 10, 7, 0.01, took=10.1)
            return heard(probe, at, lost=lost)
        if not self.reached(name, at) or not self.works(f"snmp:{name}", at):
            return silent(probe, at)
        ports = [self._port(name, probe.series[n], at) for n in range(1, probe.raw)]
        return run(probe, at, Outcome.ANSWERED, 1000, *ports)

    def _port(self, device: str, series: Series, at: float) -> int:
        for link in self.inventory.links.values():
            if link.a.device == device and link.a.interface is not None:
                cut = self.port_follows and not self.works(link.id, at)
                if series.target == interface_target(device, link.a.interface) and cut:
                    return 2
        return 1

    def runs(
        self,
        probes: Sequence[Probe],
        until: float,
        phase: Callable[[int], float],
        since: float = 0,
    ) -> Iterator[Observation]:
        """Yield every run scheduled in [since, until), in the order in which they end.

        While the thing named `runner` is broken, runs are skipped.
        """
        found = []
        for number, probe in enumerate(probes):
            every = probe.every_ms / 1000
            at = phase(number) % every
            while at < until:
                if at >= since:
                    if self.works("runner", at):
                        observation = self.answer(probe, at)
                    else:
                        observation = run(probe, at, Outcome.SKIPPED)
                    found.append((at + observation.took, number, observation))
                at += every
        found.sort(key=lambda item: item[:2])
        return (observation for _, _, observation in found)


Phases = Callable[[int], float]


@st.composite
def phases(draw: st.DrawFn) -> Phases:
    """Draw the phase of each probe within its interval, in seconds."""
    chosen = draw(st.lists(st.integers(0, 9_999), min_size=40, max_size=40))
    return lambda number: chosen[number] / 1000


def spread(number: int) -> float:
    """Spread probes as a hash of their names would."""
    return (number * 3.7) % 10


def play(judge: Judge, observations: Iterator[Observation]) -> list[Change]:
    """Feed a judge and return all changes in order."""
    return [change for seen in observations for change in judge.observe(seen)[1]]


def of(changes: Sequence[Change], target: str) -> list[tuple[State, int, str]]:
    """Return what happened to one target: state, seconds after START, reason.

    A transition with the same `since` as the one before replaces it.
    """
    found: list[tuple[State, int, str]] = []
    for change in changes:
        if isinstance(change, Transition) and change.target == target:
            if found and found[-1][1] == change.since - START:
                found.pop()
            found.append((change.state, change.since - START, change.reason))
    return found


def state_of(judge: Judge, target: str) -> State | None:
    """Return the state a target stands in now."""
    found = judge.states().get(TargetId(target))
    return None if found is None else found.state


def down_seconds(changes: list[Change]) -> dict[str, list[tuple[int, int]]]:
    """Return seconds during which each target was DOWN, as the ledger would keep it."""
    found: dict[str, list[tuple[int, int]]] = {}
    for target in {c.target for c in changes if isinstance(c, Transition)}:
        steps = of(changes, target)
        ends = [since for _, since, _ in steps[1:]] + [10_000]
        for (state, since, _), end in zip(steps, ends, strict=True):
            if state is State.DOWN:
                found.setdefault(target, []).append((since, end))
    return found


def causes(changes: list[Change], target: str) -> set[str]:
    """Return the outages in whose shadow a target lay."""
    return {
        c.cause
        for c in changes
        if isinstance(c, Transition) and c.target == target and c.state is State.SHADOW
    }
