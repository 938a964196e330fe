"""A small province for history: links from one router, with the probes the collectors plan."""

from __future__ import annotations

from fractions import Fraction

from collectors import echo, interfaces
from inventory.model import (
    PROFILES,
    Carrier,
    Contract,
    Credential,
    Device,
    Endpoint,
    Interval,
    Inventory,
    Link,
    LinkEnd,
    ProbeSpec,
    Secret,
    Site,
    Topology,
    device_target,
    link_target,
)
from metrics.catalogue import OPER_STATUS
from metrics.observation import Observation, Outcome, Probe, Reading, Value


def inventory(links: int = 1, profile: str = "standard", *, echo: bool = True) -> Inventory:
    """Links `l0`, `l1`, ... from the ports `GE0`, `GE1`, ... of one router to another."""
    asked = (ProbeSpec("interfaces", 10),)
    chosen = PROFILES[profile]
    contract = Contract("c", "telecom", "", Fraction(999, 1000), chosen)
    names = tuple(f"GE{number}" for number in range(links))
    return Inventory(
        revision="1",
        digest="",
        units={},
        carriers={"telecom": Carrier("telecom", "电信")},
        contracts={"c": contract},
        credentials={"ro": Credential("ro", "2c", Secret("public"))},
        sites={
            "top": Site("top", "", "province", None),
            "far": Site("far", "", "city", "top"),
        },
        devices={
            "r": Device(
                "r", "", "top", "simulated", Endpoint("127.0.0.1", 161), "ro", names, asked
            ),
            "f": Device("f", "", "far", "simulated", Endpoint("127.0.0.2", 161), "ro", (), asked),
        },
        links={
            f"l{number}": Link(
                f"l{number}",
                "",
                LinkEnd("top", "r", name),
                LinkEnd("far", "f", None, Endpoint("127.0.0.2", 7)),
                "c",
                "telecom",
                chosen,
                in_service=(Interval(0),),
                probes=(ProbeSpec("echo", 10),) if echo else (),
            )
            for number, name in enumerate(names)
        },
        link_groups={},
        planned_work={},
        topology=Topology(
            children={"top": ("far",)},
            uplinks={"far": tuple(f"l{number}" for number in range(links))},
            downlinks={"top": tuple(f"l{number}" for number in range(links))},
            devices={"top": ("r",), "far": ("f",)},
            areas={"top": "top", "far": "far"},
        ),
    )


def echo_probe(where: Inventory, link: str = "l0", every: float = 10.0) -> Probe:
    """The standing echo question about a link."""
    probe = echo.plan(ProbeSpec("echo", every), link_target(link), where)
    assert probe is not None
    return probe


def interfaces_probe(where: Inventory, every: float = 10.0, device: str = "r") -> Probe:
    """The standing question about a router's ports, by default those that the links leave by."""
    probe = interfaces.plan(ProbeSpec("interfaces", every), device_target(device), where)
    assert probe is not None
    return probe


def polled(probe: Probe, slot_ms: int, outcome: Outcome, port: int | None = 1) -> Reading:
    """A poll of a router; in an answer all its ports have that status and no octets."""
    values = tuple(
        port if series.metric is OPER_STATUS and outcome is Outcome.ANSWERED else None
        for series in probe.series[: probe.raw]
    )
    rates = (None,) * (len(probe.series) - probe.raw)
    return Reading(Observation(probe, slot_ms, 0.0, outcome, "", values), (*values, *rates))


def echoed(probe: Probe, slot_ms: int, rtts: tuple[float | None, ...]) -> Reading:
    """A run of echoes that came back after `rtts` seconds; None = lost."""
    heard = [rtt for rtt in rtts if rtt is not None]
    values: tuple[Value, ...] = (len(rtts), len(rtts) - len(heard), None, None, None)
    outcome = Outcome.ANSWERED if heard else Outcome.SILENT
    return Reading(Observation(probe, slot_ms, 0.0, outcome, "", values, rtts), (*values, 0))
