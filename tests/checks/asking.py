"""Asking as the schedule does: options planned into a probe, the probe asked over the real wire."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib import import_module

import msgspec

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from collectors.wires.web import Web
from inventory.model import Endpoint, Login, ProbeSpec, Secret, Service, service_target
from metrics.observation import Outcome, Probe, Value
from tests.collectors.network import network


class Checked(msgspec.Struct, frozen=True):
    """What a check said, its values by the name of their metric."""

    outcome: Outcome
    reason: str
    values: dict[str, Value]

    def __getitem__(self, name: str) -> Value:
        return self.values[f"probe_{name}"]


def web(**settings: object) -> Web:
    return Web(time.time, **settings)  # type: ignore[arg-type]


def probe_of(kind: str, *others: str, **options: object) -> Probe:
    """Plan a check of the service `portal`; `others`: kinds it is asked besides."""
    spec = ProbeSpec(kind, 60.0, options=options)
    service = Service(
        "portal", "Portal", "website", "xs", probes=(spec, *(ProbeSpec(o, 60.0) for o in others))
    )
    whole = replace(
        network(),
        services={"portal": service},
        logins={"app": Login("app", "monitor", password=Secret("s3cret"))},
    )
    probe = import_module(f"collectors.{kind}").plan(spec, service_target("portal"), whole)
    assert isinstance(probe, Probe)
    return probe


async def ask(probe: Probe, wire: Web | None = None) -> Checked:
    """Ask once."""
    udp = open_echo("udp")
    wires = Wires(open_snmp(), udp, udp, web=wire or web())
    answer: Answer = await import_module(f"collectors.{probe.kind}").ask(
        probe, wires, DeviceMemory()
    )
    assert len(answer.values) == probe.raw
    names = [series.metric.name for series in probe.series]
    return Checked(answer.outcome, answer.reason, dict(zip(names, answer.values, strict=False)))


async def check(kind: str, wire: Web | None = None, /, **options: object) -> Checked:
    """Plan and ask."""
    return await ask(probe_of(kind, **options), wire)


def here(port: int) -> str:
    """An address of loopback as the inventory writes it, for a name that resolves nowhere."""
    return str(Endpoint("127.0.0.1", port))
