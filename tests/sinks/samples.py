"""A small province of probes, and what was heard of it."""

from __future__ import annotations

from inventory.model import TargetId, device_target, interface_target, link_target
from metrics import catalogue as c
from metrics.catalogue import Metric
from metrics.observation import Observation, Outcome, Probe, RateSpec, Reading, Series, Value

RAW_PORT = (
    c.IN_OCTETS,
    c.OUT_OCTETS,
    c.IN_ERRORS,
    c.OUT_ERRORS,
    c.IN_DISCARDS,
    c.OUT_DISCARDS,
    c.OPER_STATUS,
)


def probe_of(kind: str, target: TargetId, device: str | None, *groups: tuple[Series, ...]) -> Probe:
    series = tuple(one for group in groups for one in group)
    return Probe(
        id=f"{kind}@{target}",
        kind=kind,
        target=target,
        device=device,
        area="xg",
        every_ms=10_000,
        deadline=4.0,
        series=series,
        raw=len(series),
        rates=(),
        question=None,
    )


def device_series(device: str, *metrics: Metric) -> tuple[Series, ...]:
    labels = (
        ("area", "xg"),
        ("device", device),
        ("level", "county"),
        ("platform", "huawei-vrp"),
        ("site", "xg-yc"),
    )
    return tuple(Series(metric, device_target(device), labels) for metric in metrics)


def port_series(device: str, port: str, *metrics: Metric) -> tuple[Series, ...]:
    labels = (
        ("area", "xg"),
        ("device", device),
        ("interface", port),
        ("level", "county"),
        ("site", "xg-yc"),
    )
    return tuple(Series(metric, interface_target(device, port), labels) for metric in metrics)


def link_series(link: str, *metrics: Metric) -> tuple[Series, ...]:
    labels = (
        ("area", "xg"),
        ("carrier", "telecom"),
        ("contract", "telecom-2026"),
        ("level", "county"),
        ("link", link),
        ("site", "xg-yc"),
    )
    return tuple(Series(metric, link_target(link), labels) for metric in metrics)


def device_poll(device: str = "yc-r1", ports: tuple[str, ...] = ("GE0/0/1", "GE0/0/2")) -> Probe:
    """15 raw values for two ports, then the rates of octets, then the state: 20 values."""
    rates = tuple(
        Series(metric, series.target, series.labels)
        for port in ports
        for metric in (c.IN_RATE, c.OUT_RATE)
        for series in port_series(device, port, metric)
    )
    raw = device_series(device, c.UPTIME_TICKS) + tuple(
        one for port in ports for one in port_series(device, port, *RAW_PORT)
    )
    probe = probe_of("interfaces", device_target(device), device, raw, rates)
    state = device_series(device, c.DEVICE_STATE)
    specs = tuple(
        RateSpec(1 + 7 * at + way, None, 0, 8.0, interface_target(device, port))
        for at, port in enumerate(ports)
        for way in (0, 1)
    )
    return Probe(
        id=probe.id,
        kind=probe.kind,
        target=probe.target,
        device=device,
        area=probe.area,
        every_ms=probe.every_ms,
        deadline=probe.deadline,
        series=probe.series + state,
        raw=len(raw),
        rates=specs,
        question=None,
    )


def echo_run(link: str = "yc-telecom-1") -> Probe:
    return probe_of(
        "echo",
        link_target(link),
        None,
        link_series(
            link,
            c.ECHO_SENT,
            c.ECHO_LOST,
            c.ECHO_RTT,
            c.ECHO_RTT_MAX,
            c.ECHO_JITTER,
            c.LINK_STATE,
        ),
    )


def values_of(probe: Probe, seed: int = 1) -> tuple[Value, ...]:
    """Every value differs from every other; integers stay below 2^53 so that floats hold them."""
    return tuple(
        seed * 1000 + at if series.metric.integer else (seed * 1000 + at) / 8
        for at, series in enumerate(probe.series)
    )


def reading(
    probe: Probe,
    slot_ms: int,
    values: tuple[Value, ...] | None = None,
    outcome: Outcome = Outcome.ANSWERED,
) -> Reading:
    heard = values_of(probe) if values is None else values
    observation = Observation(probe, slot_ms, 0.01, outcome, "", heard[: probe.raw])
    return Reading(observation, heard)
