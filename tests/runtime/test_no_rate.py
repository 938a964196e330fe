"""Where a link's port has no rate, the live view says why."""

from __future__ import annotations

from metrics.catalogue import UPTIME_TICKS
from metrics.observation import Observation, Outcome
from runtime.events import Hub
from runtime.live import LiveView
from runtime.pipeline import Pipeline
from sla.judge import Judge
from tests.store.network import interfaces_probe, inventory

T0 = 1_795_000_020


def shown(*polls: tuple[int, int]) -> tuple[str, float | None]:
    """Poll a port: uptime in ticks and octets each time; return the reason and the rate in."""
    network = inventory()
    probe = interfaces_probe(network)
    pipeline = Pipeline(Judge(network, [probe]), {}, {})
    view = LiveView(lambda: T0, pipeline, Hub(), lambda: (), dict)
    view.load(network, [probe])
    for place, (ticks, octets) in enumerate(polls):
        values = tuple(
            ticks if series.metric is UPTIME_TICKS else octets
            for series in probe.series[: probe.raw]
        )
        slot_ms = (T0 + 10 * place) * 1000
        pipeline.deliver(Observation(probe, slot_ms, 0.0, Outcome.ANSWERED, "", values))
    found = view.link("l0")
    assert found is not None
    return found.no_rate, found.in_bps


def test_before_the_first_poll_there_is_nothing_to_say() -> None:
    assert shown() == ("", None)


def test_after_one_poll_there_is_nothing_to_compare_with() -> None:
    assert shown((1000, 50)) == ("first", None)


def test_a_restart_is_named() -> None:
    assert shown((9000, 50), (100, 60)) == ("reset", None)


def test_the_reason_is_that_of_the_port_and_not_of_another_one() -> None:
    """The first port says that its counters were interrupted; the second gives none."""
    network = inventory(links=2)
    probe = interfaces_probe(network)
    pipeline = Pipeline(Judge(network, [probe]), {}, {})
    view = LiveView(lambda: T0, pipeline, Hub(), lambda: (), dict)
    view.load(network, [probe])
    for place, octets in enumerate((0, 50)):
        values = tuple(
            None
            if series.target.endswith("GE1")
            else 1000 * (place + 1)
            if series.metric is UPTIME_TICKS
            else octets
            for series in probe.series[: probe.raw]
        )
        slot_ms = (T0 + 10 * place) * 1000
        pipeline.deliver(Observation(probe, slot_ms, 0.0, Outcome.ANSWERED, "", values))
    reasons = [found.no_rate for link in ("l0", "l1") if (found := view.link(link)) is not None]
    assert reasons == ["discontinuity", "no_value"]


def test_where_there_is_a_rate_there_is_no_reason() -> None:
    network = inventory()
    probe = interfaces_probe(network)
    discontinuity = next(rate.discontinuity for rate in probe.rates)
    assert discontinuity is not None
    pipeline = Pipeline(Judge(network, [probe]), {}, {})
    view = LiveView(lambda: T0, pipeline, Hub(), lambda: (), dict)
    view.load(network, [probe])
    for place in (0, 1):
        values = [1000 * (place + 1)] * probe.raw
        values[discontinuity] = 5
        slot_ms = (T0 + 10 * place) * 1000
        pipeline.deliver(Observation(probe, slot_ms, 0.0, Outcome.ANSWERED, "", tuple(values)))
    found = view.link("l0")
    assert found is not None
    assert (found.no_rate, found.in_bps) == ("", 800.0)
