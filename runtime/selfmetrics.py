"""/metrics: the monitor itself, through prometheus-client. Everything that moves has a counter.

Parts keep plain counters and hand them over as `stats()`; they are read here when somebody asks,
so that counting costs the hot path nothing but an addition.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from runtime.runner import Runner

Stats = Callable[[], Mapping[str, float]]

_LATENESS_BUCKETS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class SelfMetrics:
    """The registry of one monitor; nothing global."""

    def __init__(
        self,
        runner: Runner,
        parts: Mapping[str, Stats],
        cpu: Callable[[], float],
        more: Callable[[], Iterable[Metric]] = tuple,
    ) -> None:
        self._runner = runner
        self._parts = parts
        self._cpu = cpu
        self._more = more
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def describe(self) -> Iterable[Metric]:
        """Describe nothing, so that registering reads nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Read every part."""
        runs = CounterMetricFamily(
            "extranet_monitor_runs",
            "Runs of probes by kind and outcome",
            labels=["kind", "outcome"],
        )
        skipped = CounterMetricFamily(
            "extranet_monitor_runs_skipped", "Runs that did not start, by reason", labels=["reason"]
        )
        for (kind, outcome), count in sorted(self._runner.runs.items()):
            if kind == "skipped":
                skipped.add_metric([outcome], count)
            else:
                runs.add_metric([kind, outcome.lower()], count)
        yield runs
        yield skipped
        yield self._lateness()
        in_flight = GaugeMetricFamily("extranet_monitor_runs_in_flight", "Runs under way")
        in_flight.add_metric([], self._runner.in_flight)
        yield in_flight
        waiting = GaugeMetricFamily(
            "extranet_monitor_runs_waiting", "Runs that wait for their turn to read whole tables"
        )
        waiting.add_metric([], self._runner.waiting)
        yield waiting
        yield from self._process()
        part = GaugeMetricFamily(
            "extranet_monitor_part", "Counters and levels of the parts", labels=["part", "what"]
        )
        for name, stats in sorted(self._parts.items()):
            for what, value in sorted(stats().items()):
                part.add_metric([name, what], value)
        yield part
        yield from self._more()

    def _lateness(self) -> HistogramMetricFamily:
        counts = self._runner.lateness_ms
        buckets = [
            (str(limit / 1000), float(sum(n for ms, n in counts.items() if ms <= limit)))
            for limit in _LATENESS_BUCKETS
        ]
        total = float(sum(counts.values()))
        family = HistogramMetricFamily(
            "extranet_monitor_run_lateness_seconds", "Start of a run after its scheduled instant"
        )
        family.add_metric(
            [],
            [*buckets, ("+Inf", total)],
            sum_value=sum(ms * n for ms, n in counts.items()) / 1000,
        )
        return family

    def _process(self) -> Iterator[Metric]:
        cpu = CounterMetricFamily("process_cpu_seconds", "CPU seconds used by the monitor")
        cpu.add_metric([], self._cpu())
        yield cpu
        memory = GaugeMetricFamily("process_resident_memory_max_bytes", "Largest resident memory")
        memory.add_metric([], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        yield memory

    def page(self) -> bytes:
        """Return the exposition."""
        return bytes(generate_latest(self._registry))
