"""A small province for the tests of alerts, and ways to tell the engine what happens in it.

prov --L-city--> city --L-county--> county --L-town--> town --L-village--> village
prov --L-city2-> city                county is single-homed unless asked otherwise
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from alerts.engine import Engine
from alerts.model import Alert, Rule
from alerts.rules import load_rules
from inventory.model import (
    PROFILES,
    Carrier,
    Contract,
    Device,
    Inventory,
    Level,
    Link,
    LinkEnd,
    PlannedWork,
    Site,
    TargetId,
    Topology,
    Unit,
    device_target,
    link_target,
)
from metrics import catalogue
from metrics.observation import Observation, Outcome, Probe, Reading, Series, Value

START = 1_773_108_000
"""2026-03-10 10:00:00 in Shanghai."""

LEVELS: Mapping[str, Level] = {
    "prov": "province", "city": "city", "county": "county", "town": "township",
    "town2": "township", "village": "village",
}  # fmt: skip
PARENTS = {
    "city": "prov", "county": "city", "town": "county", "town2": "county", "village": "town",
}  # fmt: skip
LINKS = {
    "l-city": ("prov", "city"),
    "l-city2": ("prov", "city"),
    "l-county": ("city", "county"),
    "l-town": ("county", "town"),
    "l-town2": ("county", "town2"),
    "l-village": ("town", "village"),
}


def make_inventory(
    links: Mapping[str, tuple[str, str]] = LINKS, work: Iterable[PlannedWork] = ()
) -> Inventory:
    """The province above, or one with other links."""
    contract = Contract(
        "c1", "telecom", "合同", Fraction(999, 1000), PROFILES["standard"], rtt_seconds=0.05
    )
    sites = {
        name: Site(name, f"{name}点", level, PARENTS.get(name), "unit")
        for name, level in LEVELS.items()
    }
    devices = {f"{name}-r1": Device(f"{name}-r1", name, name, "huawei") for name in LEVELS}
    made = {
        name: Link(
            name,
            f"{a}-{b} 电信专线",
            LinkEnd(a, f"{a}-r1"),
            LinkEnd(b, f"{b}-r1"),
            "c1",
            "telecom",
            PROFILES["standard"],
        )
        for name, (a, b) in links.items()
    }
    return Inventory(
        revision="test",
        digest="",
        units={"unit": Unit("unit", "县信息中心", "0712-123456")},
        carriers={"telecom": Carrier("telecom", "中国电信")},
        contracts={"c1": contract},
        credentials={},
        sites=sites,
        devices=devices,
        links=made,
        link_groups={},
        planned_work={item.id: item for item in work},
        topology=_topology(links),
    )


def _topology(links: Mapping[str, tuple[str, str]]) -> Topology:
    def of(place: int) -> dict[str, tuple[str, ...]]:
        return {
            site: tuple(name for name, ends in links.items() if ends[place] == site)
            for site in LEVELS
        }

    children = {s: tuple(c for c, parent in PARENTS.items() if parent == s) for s in LEVELS}
    devices = {site: (f"{site}-r1",) for site in LEVELS}
    areas = {site: "city" if site != "prov" else "prov" for site in LEVELS}
    return Topology(children, of(1), of(0), devices, areas)


def echo_probe(link: str, *, every_ms: int = 10_000) -> Probe:
    """An echo probe with the series of the real one: sent, lost, rtt, state."""
    metrics = (
        catalogue.ECHO_SENT, catalogue.ECHO_LOST, catalogue.ECHO_RTT, catalogue.LINK_STATE,
    )  # fmt: skip
    target = link_target(link)
    series = tuple(Series(metric, target, (("link", link),)) for metric in metrics)
    return Probe(f"echo@{target}", "echo", target, None, "city", every_ms, 5.0, series, 3, (), None)


def port_probe(link: str, *, every_ms: int = 10_000) -> Probe:
    """An SNMP probe of the near port, with the utilisation of the link among its rates."""
    near = LINKS.get(link, ("city", ""))[0]
    target = device_target(f"{near}-r1")
    metrics = (catalogue.IN_UTILIZATION, catalogue.OUT_UTILIZATION)
    series = tuple(Series(metric, link_target(link), (("link", link),)) for metric in metrics)
    state = Series(catalogue.DEVICE_STATE, target, (("device", f"{near}-r1"),))
    return Probe(
        f"snmp@{target}.{link}", "snmp", target, near, "city", every_ms, 5.0, (*series, state), 0,
        (), None,
    )  # fmt: skip


def reading(probe: Probe, at: int, *values: Value) -> Reading:
    """What a run at `at` heard."""
    padded = (*values, *(None,) * (len(probe.series) - len(values)))
    observation = Observation(probe, at * 1000, 0.01, Outcome.ANSWERED, "", padded[: probe.raw])
    return Reading(observation, padded)


def shipped() -> tuple[Rule, ...]:
    """The shipped rules."""
    rules, problems = load_rules(())
    assert not problems
    return rules


def make_engine(inventory: Inventory | None = None, rules: Iterable[Rule] | None = None) -> Engine:
    """An engine with echo and port probes on every link."""
    inventory = inventory or make_inventory()
    probes = [make(link) for link in inventory.links for make in (echo_probe, port_probe)]
    return Engine(shipped() if rules is None else rules, inventory, probes)


class Story:
    """Tells an engine what happens, second by second, and collects what it says."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = START
        self.told: list[Alert] = []

    def state(self, target: str, state: int, reason: str = "", cause: str = "") -> Story:
        """A change that became true 20 s ago and was decided now."""
        since = max(START - 20, self.now - 20)
        self.told += self.engine.state(TargetId(target), state, since, self.now, reason, cause)
        return self

    def wait(self, seconds: int) -> Story:
        """Let the time pass in steps of a second."""
        for _ in range(seconds):
            self.now += 1
            self.told += self.engine.tick(self.now)
        return self

    @property
    def lines(self) -> list[str]:
        """What was told, in short."""
        return [f"{alert.phase.value} {alert.rule} {alert.target}" for alert in self.told]
