"""30,000 simulated sites every 10 s: what is missed, how late is the rest, what does it take.

    python -m bench.at_scale [--sites 30000] [--warm-up 60] [--seconds 120]

The monitor has one core and the simulated province the other. Every site is up all the time, so
whatever is lost or missed is the monitor's own fault (or the machine's: see the load). Devices are
scraped once a minute and an HTTP server that answers 204 takes line protocol, both in this process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from bench import processes
from bench.processes import Cores

_EXTRANET: Final = str(Path(sys.executable).with_name("extranet"))
_SAMPLE = re.compile(r"^([a-z_]+)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_EVERY: Final = 10
_SCRAPE_SECONDS: Final = 60
_START_SECONDS: Final = 180
_Numbers = Mapping[tuple[str, tuple[str, ...]], float]


@dataclass
class Result:
    """What was measured. MB are 10^6 bytes; lateness is by the buckets of /metrics."""

    sites: int
    probes_per_second: float
    start_seconds: float
    """From the start of the process to the page."""
    round_seconds: float
    """From the start of the process to the first answer of the last target."""
    peak_mb: float
    """The most memory until the measurement began."""
    rss_mb: float
    cpu_share: float
    late_p50_ms: float
    late_p99_ms: float
    late_max_ms: float
    runs: dict[str, float] = field(default_factory=dict)
    """Runs by kind and outcome while it was measured."""
    missed: dict[str, float] = field(default_factory=dict)
    """Runs that were not made while it was measured, by reason."""
    missed_at_start: dict[str, float] = field(default_factory=dict)
    echoes_lost: float = 0.0
    states: dict[str, float] = field(default_factory=dict)
    scrape_seconds: float = 0.0
    scrape_mb: float = 0.0
    sink_points: float = 0.0
    load_before: float = 0.0


def measure(
    sites: int, warm_up: float, seconds: float, where: Cores, *, sink: bool = True
) -> Result:
    """Run the whole program and watch it."""
    load_before = processes.load()
    with tempfile.TemporaryDirectory(prefix="extranet-bench-") as name, _taking() as taker:
        folder = Path(name)
        port = processes.free_port()
        with processes.province(folder, sites, where.network, api=f"127.0.0.1:{port}"):
            config = folder / "monitor.yaml"
            if sink:
                _add_sink(config, taker.server_port)
            token = _person(config)
            began = time.monotonic()
            with processes.running(
                [_EXTRANET, "run", "--inventory", str(folder / "inventory.yaml"),
                 "--config", str(config)],
                folder / "monitor.log",
                core=where.work,
            ) as process:  # fmt: skip
                watcher = _Watcher(process.pid, f"http://127.0.0.1:{port}", token)
                try:
                    processes.wait_for(watcher.alive, _START_SECONDS)
                    started = time.monotonic() - began
                    complete = watcher.first_round(began)
                    time.sleep(warm_up)
                    result = watcher.watch(seconds)
                except TimeoutError as error:
                    log = (folder / "monitor.log").read_text("utf-8", "replace")
                    raise RuntimeError(f"the monitor does not get going: {log[-2000:]}") from error
    result.sites, result.load_before = sites, load_before
    result.start_seconds, result.round_seconds = started, complete
    result.sink_points = taker.points
    return result


class _Watcher:
    """Reads what the monitor tells about itself, and what the kernel tells about it."""

    def __init__(self, process: int, address: str, token: str) -> None:
        self._process = process
        self._address = address
        self._token = token
        self._scraped: list[tuple[float, int]] = []

    def alive(self) -> bool:
        """Whether the page is there."""
        return bool(processes.fetch(f"{self._address}/healthz", timeout=60))

    def states(self) -> dict[str, float]:
        """Count sites and links by state."""
        overview: Any = json.loads(self._get("/api/v1/overview"))
        counts: Counter[str] = Counter({f"links {s}": n for s, n in overview["links"].items()})
        for level in overview["sites"].values():
            counts.update({f"sites {state}": n for state, n in level.items()})
        return dict(counts)

    def all_known(self) -> bool:
        """Whether nothing is unknown any more."""
        states = self.states()
        return not any(n for state, n in states.items() if state.endswith("unknown"))

    def first_round(self, began: float) -> float:
        """Return the seconds until everything has a state; infinite where that takes too long."""
        try:
            processes.wait_for(self.all_known, _START_SECONDS, every=2.0)
        except TimeoutError:
            return math.inf
        return time.monotonic() - began

    def watch(self, seconds: float) -> Result:
        """Watch the steady state for `seconds`."""
        peak = processes.memory_mb(self._process, "VmHWM")
        before, cpu_before = self.numbers(), processes.cpu_seconds(self._process)
        began = time.monotonic()
        while (left := began + seconds - time.monotonic()) > 0:
            self._scrape()
            time.sleep(min(_SCRAPE_SECONDS, left))
        spent = time.monotonic() - began
        cpu = processes.cpu_seconds(self._process) - cpu_before
        after = self.numbers()
        moved = {key: value - before.get(key, 0.0) for key, value in after.items()}
        runs = {
            f"{kind} {outcome}": n
            for (kind, outcome), n in _by(moved, "extranet_monitor_runs_total").items()
            if n
        }
        late = [
            (float(limit), n)
            for (limit,), n in _by(moved, "extranet_monitor_run_lateness_seconds_bucket").items()
        ]
        return Result(
            sites=0,
            probes_per_second=sum(runs.values()) / spent,
            start_seconds=0,
            round_seconds=0,
            peak_mb=peak,
            rss_mb=processes.memory_mb(self._process),
            cpu_share=cpu / spent,
            late_p50_ms=_quantile(late, 0.5) * 1000,
            late_p99_ms=_quantile(late, 0.99) * 1000,
            late_max_ms=_quantile(late, 1.0) * 1000,
            runs=runs,
            missed=_reasons(moved),
            missed_at_start=_reasons(before),
            echoes_lost=_lost(self._page),
            states=self.states(),
            scrape_seconds=max((took for took, _ in self._scraped), default=0.0),
            scrape_mb=max((size for _, size in self._scraped), default=0) / 1e6,
        )

    def numbers(self) -> _Numbers:
        """Return every number of /metrics by name and label values."""
        text = self._get("/metrics").decode()
        return {
            (name, tuple(value for _, value in _LABEL.findall(labels))): float(number)
            for name, labels, number in _SAMPLE.findall(text)
        }

    def _scrape(self) -> None:
        began = time.monotonic()
        self._page = self._get("/metrics/devices")
        self._scraped.append((time.monotonic() - began, len(self._page)))

    def _get(self, path: str) -> bytes:
        return processes.fetch(self._address + path, self._token, timeout=120)


def _by(numbers: _Numbers, name: str) -> dict[tuple[str, ...], float]:
    return {labels: value for (of, labels), value in numbers.items() if of == name}


def _reasons(numbers: _Numbers) -> dict[str, float]:
    skipped = _by(numbers, "extranet_monitor_runs_skipped_total")
    return {reason: n for (reason,), n in skipped.items() if n}


def _quantile(buckets: list[tuple[float, float]], share: float) -> float:
    """Return the bound of the bucket in which a quantile lies: it is at most that."""
    total = max((n for _, n in buckets), default=0.0)
    return next((limit for limit, n in sorted(buckets) if total and n >= share * total), 0.0)


def _lost(page: bytes) -> float:
    """Sum up the echoes that the last run of each link lost."""
    return sum(
        float(line.rpartition(b" ")[2])
        for line in page.splitlines()
        if line.startswith(b"extranet_link_echo_lost{")
    )


class _Taker(ThreadingHTTPServer):
    """Takes line protocol and keeps nothing."""

    points = 0


class _Take(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Count the lines."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert isinstance(self.server, _Taker)
        self.server.points += body.count(b"\n")
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def _taking() -> Iterator[_Taker]:
    with _Taker(("127.0.0.1", 0), _Take) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


def _add_sink(config: Path, port: int) -> None:
    text = (
        f"sinks:\n  taker: {{kind: influxdb1, url: 'http://127.0.0.1:{port}', database: bench}}\n"
    )
    config.write_text(config.read_text("utf-8") + text, "utf-8")


def _person(config: Path) -> str:
    done = subprocess.run(
        [_EXTRANET, "people", "add", "bench", "--role", "viewer", "--config", str(config)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.search(r"extranet_[\w-]{20,}", done.stdout)
    assert found is not None, done.stdout
    return found[0]


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=30_000)
    parser.add_argument("--warm-up", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=120.0)
    options = parser.parse_args()
    where = processes.cores()
    os.sched_setaffinity(0, {where.network})
    print(
        json.dumps(vars(measure(options.sites, options.warm_up, options.seconds, where)), indent=2)
    )


if __name__ == "__main__":
    main()
