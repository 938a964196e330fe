"""The same agents asked the same 15 values by snmp_exporter, scraped by Prometheus: CPU a scrape.

    python -m bench.exporter [--devices 500] [--seconds 20]

Debian's packages, as they come. A module of snmp_exporter asks one GET of exactly our OIDs, so that
neither side walks; both programs share the core our monitor has in `bench.poll`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
import urllib.parse
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bench import path, processes
from bench.fleet import FIFTEEN, Fleet, muster
from inventory.model import Endpoint
from runtime.program import loop_factory
from simulator import folder as simulated

_EVERY: Final = 5
_PROGRAMS: Final = ("prometheus-snmp-exporter", "prometheus")
_COLUMNS: Final = {
    "ifHCInOctets": "1.3.6.1.2.1.31.1.1.1.6",
    "ifHCOutOctets": "1.3.6.1.2.1.31.1.1.1.10",
    "ifInErrors": "1.3.6.1.2.1.2.2.1.14",
    "ifOutErrors": "1.3.6.1.2.1.2.2.1.20",
    "ifInDiscards": "1.3.6.1.2.1.2.2.1.13",
    "ifOutDiscards": "1.3.6.1.2.1.2.2.1.19",
    "ifOperStatus": "1.3.6.1.2.1.2.2.1.8",
}
_UPTIME: Final = "1.3.6.1.2.1.1.3"
_GAUGES: Final = {"ifOperStatus", "sysUpTime"}
_START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Result:
    """CPU microseconds of each program per scrape of one device; samples that a scrape gave."""

    devices: int
    exporter: float
    prometheus: float
    samples: float

    @property
    def each(self) -> float:
        """Both together."""
        return self.exporter + self.prometheus


def measure(devices: int, seconds: float, where: processes.Cores) -> Result | None:
    """Serve a province on one core, scrape it from the other; None = not installed here."""
    found = [processes.find(name) for name in _PROGRAMS]
    if None in found:
        return None
    with tempfile.TemporaryDirectory(prefix="extranet-bench-") as name:
        folder = Path(name)
        with processes.province(folder, max(60, devices * 3), where.network):
            fleet = muster(folder, devices * 2)
            with asyncio.Runner(loop_factory=loop_factory()) as loop:
                indexes, asked = loop.run(_alike(fleet))
            return _scraped(folder, indexes, asked[:devices], seconds, where)


async def _alike(fleet: Fleet) -> tuple[tuple[int, ...], list[Endpoint]]:
    """Find the ifIndexes most devices have in common, and those devices: a module names them."""
    probes = fleet.polls(_EVERY, FIFTEEN)
    async with path.wires(probes, "auto", fleet.sessions) as wires:
        whole = path.HotPath(fleet, probes, wires, consumers={})
        await whole.warm_up(1)
        learnt = {
            probe.device or "": tuple(whole.runner.memory(probe.device or "").if_index.values())
            for probe in probes
        }
    indexes = Counter(learnt.values()).most_common(1)[0][0]
    chosen = (fleet.inventory.devices[name].address for name in learnt if learnt[name] == indexes)
    return indexes, [address for address in chosen if address is not None]


def _scraped(
    folder: Path, indexes: tuple[int, ...], asked: list[Endpoint], seconds: float, where: Any
) -> Result:
    exporter, prometheus = processes.free_port(), processes.free_port()
    (folder / "snmp.yml").write_text(yaml.safe_dump(_module(folder, indexes)), "utf-8")
    targets = [f"{one.host}:{one.port}" for one in asked]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(_jobs(targets, exporter)), "utf-8")
    commands = (
        [
            str(processes.find(_PROGRAMS[0])),
            f"--config.file={folder / 'snmp.yml'}",
            f"--web.listen-address=127.0.0.1:{exporter}",
        ],
        [
            str(processes.find(_PROGRAMS[1])),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{prometheus}",
        ],
    )
    with (
        processes.running(commands[0], folder / "exporter.log", core=where.work) as one,
        processes.running(commands[1], folder / "prometheus.log", core=where.work) as other,
    ):
        url = f"http://127.0.0.1:{prometheus}"
        processes.wait_for(
            lambda: _asked(url, 'sum(up{job="snmp"})') == len(asked), _START_SECONDS, every=1.0
        )
        time.sleep(2 * _EVERY)
        before = processes.cpu_seconds(one.pid), processes.cpu_seconds(other.pid)
        began = time.monotonic()
        time.sleep(seconds)
        scrapes = len(asked) * (time.monotonic() - began) / _EVERY
        after = processes.cpu_seconds(one.pid), processes.cpu_seconds(other.pid)
        if _asked(url, 'sum(up{job="snmp"})') != len(asked):
            raise RuntimeError("a device could not be scraped: then it is no bench")
        samples = _asked(url, 'avg(scrape_samples_scraped{job="snmp"})')
    spent = [(late - early) / scrapes * 1e6 for early, late in zip(before, after, strict=True)]
    return Result(len(asked), spent[0], spent[1], samples)


def _module(folder: Path, indexes: tuple[int, ...]) -> dict[str, Any]:
    """Write the module: snmp_exporter 0.21 has community and version in it."""
    ports = [{"labelname": "ifIndex", "type": "gauge"}]
    metrics = [
        {"name": name, "oid": oid, "type": _kind(name), "help": name, "indexes": ports}
        for name, oid in _COLUMNS.items()
    ]
    metrics.append({"name": "sysUpTime", "oid": _UPTIME, "type": "gauge", "help": "sysUpTime"})
    oids = [f"{oid}.{index}" for oid in _COLUMNS.values() for index in indexes]
    return {
        "bench": {
            "get": [f"{_UPTIME}.0", *oids],
            "metrics": metrics,
            "version": 2,
            "auth": {"community": simulated.community(folder, {}).decode()},
        }
    }


def _kind(name: str) -> str:
    return "gauge" if name in _GAUGES else "counter"


def _jobs(targets: list[str], exporter: int) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": f"{_EVERY}s", "scrape_timeout": f"{_EVERY - 1}s"},
        "scrape_configs": [
            {
                "job_name": "snmp",
                "metrics_path": "/snmp",
                "params": {"module": ["bench"]},
                "static_configs": [{"targets": targets}],
                "relabel_configs": [
                    {"source_labels": ["__address__"], "target_label": "__param_target"},
                    {"source_labels": ["__param_target"], "target_label": "instance"},
                    {"target_label": "__address__", "replacement": f"127.0.0.1:{exporter}"},
                ],
            }
        ],
    }


def _asked(url: str, query: str) -> float:
    """Ask Prometheus for one number; 0 where it has none yet."""
    answer = processes.fetch(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': query})}")
    found = json.loads(answer)["data"]["result"]
    return float(found[0]["value"][1]) if found else 0.0


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    where = processes.cores()
    os.sched_setaffinity(0, {where.work})
    found = measure(options.devices, options.seconds, where)
    print("null" if found is None else json.dumps(asdict(found), indent=2))


if __name__ == "__main__":
    main()
