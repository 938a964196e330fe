"""A real snmpd, asked by v2c and by v3, shows up in real stores as it says itself.

The story: net-snmp's agent at two addresses, an echo service, and the monitor between them and
VictoriaMetrics (influxdb-client), InfluxDB 1.x (write), Prometheus (remote write, and scrape).
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from metrics import catalogue as c
from tests.e2e.program import add_person, running
from tests.servers import free_port, program, run_program, wait_for
from tests.sinks.stores import fetch, influx, influxd, instant, prometheus, victoria

pytestmark = pytest.mark.server("snmpd", "snmpget", "victoria-metrics", "influxd", "prometheus")

INVENTORY = """\
schema: 1
defaults:
  probes:
    interfaces: {{every: 5s}}
    interface_settings: {{every: 30s}}
    echo: {{every: 5s, wire: udp}}
carriers: {{telecom: {{title: 中国电信}}}}
contracts:
  lease: {{carrier: telecom, title: Lease, availability: 99.9, bandwidth: 100M}}
credentials:
  plain: {{version: 2c, community: {{file: community}}}}
  secured:
    version: 3
    user: extranet
    auth: SHA256
    auth_key: {{file: auth}}
    priv: AES128
    priv_key: {{file: priv}}
sites:
  hb: {{title: 湖北, level: province}}
  xg: {{title: 孝感, level: city, parent: hb}}
devices:
  near: {{site: hb, platform: net_snmp, address: "127.0.0.1:{snmp}", credential: plain}}
  far: {{site: xg, platform: net_snmp, address: "127.0.0.2:{snmp}", credential: secured}}
links:
  leased:
    a: {{device: near, interface: lo}}
    b: {{device: far, interface: lo, address: "127.0.0.2:{echo}"}}
    contract: lease
"""
MONITOR = """\
language: en
store: {{path: data, disk_floor: 1M}}
api: {{listen: "127.0.0.1:{port}"}}
canaries: {{self: {{address: "127.0.0.2:{echo}", wire: udp}}}}
sinks:
  victoria: {{kind: influxdb, url: "{victoria}/influx"}}
  influx: {{kind: influxdb1, url: "{influx}", database: extranet}}
  remote: {{kind: prometheus_remote_write, url: "{prometheus}/api/v1/write"}}
"""
SCRAPE = """
global: {{scrape_interval: 2s, scrape_timeout: 2s}}
scrape_configs:
  - job_name: devices
    honor_labels: true
    metrics_path: /metrics/devices
    authorization: {{credentials_file: {folder}/token}}
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
  - job_name: monitor
    authorization: {{credentials_file: {folder}/token}}
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
SECRETS = {"community": "hush", "auth": "authentication-secret", "priv": "privacy-secret"}
ACCESS = {
    "near": ("127.0.0.1", "-v2c", "-c", "hush"),
    "far": (
        "127.0.0.2", "-v3", "-u", "extranet", "-l", "authPriv",
        "-a", "SHA-256", "-A", SECRETS["auth"], "-x", "AES", "-X", SECRETS["priv"],
    ),
}  # fmt: skip
OBJECTS = {
    c.IN_OCTETS.name: "1.3.6.1.2.1.31.1.1.1.6.1",
    c.OUT_OCTETS.name: "1.3.6.1.2.1.31.1.1.1.10.1",
    c.OPER_STATUS.name: "1.3.6.1.2.1.2.2.1.8.1",
    c.ADMIN_STATUS.name: "1.3.6.1.2.1.2.2.1.7.1",
    c.IN_ERRORS.name: "1.3.6.1.2.1.2.2.1.14.1",
    c.SPEED.name: "1.3.6.1.2.1.31.1.1.1.15.1",
}
"""What is compared with snmpget; `lo` has ifIndex 1."""
STORES = ("victoria", "influx", "remote")

Samples = Mapping[tuple[str, str], Mapping[int, float]]
"""(metric, device or link) -> value by UTC milliseconds."""


@dataclass
class Told:
    """What was seen."""

    before: dict[tuple[str, str], int] = field(default_factory=dict)
    """What snmpget said at the begin, by metric and device."""
    after: dict[tuple[str, str], int] = field(default_factory=dict)
    stored: dict[str, Samples] = field(default_factory=dict)
    scraped: list[dict[str, Any]] = field(default_factory=list)
    remote: list[dict[str, Any]] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    """Names of the monitor's own metrics in Prometheus."""
    anonymous: int = 0
    log: str = ""


def story(folder: Path) -> Told:
    told = Told()
    snmp, port = free_port(), free_port()
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret)
    scrape = SCRAPE.format(folder=folder, port=port)
    with (
        _snmpd(folder, snmp),
        _echo_service("127.0.0.2") as echo,
        victoria(folder) as victoria_url,
        influxd(folder) as influx_url,
    ):
        (folder / "inventory.yaml").write_text(INVENTORY.format(snmp=snmp, echo=echo), "utf-8")
        config = MONITOR.format(
            port=port,
            echo=echo,
            victoria=victoria_url,
            influx=influx_url,
            prometheus="{prometheus}",
        )
        (folder / "monitor.yaml").write_text(config.replace("{prometheus}", "http://127.0.0.1:9"))
        (folder / "token").write_text(add_person(folder, "prometheus", "viewer"))
        with prometheus(folder, scrape) as url:
            (folder / "monitor.yaml").write_text(config.replace("{prometheus}", url))
            told.before = _snmpget(snmp)
            with running(folder) as monitor:
                for name in STORES:
                    wait_for(
                        partial(_is_complete, name, victoria_url, influx_url, url),
                        60, what=f"samples of every metric in {name}",
                    )  # fmt: skip

                def same_series() -> bool:
                    told.scraped = instant(url, '{__name__=~"extranet_.*",job="devices"}')
                    told.remote = instant(url, '{__name__=~"extranet_.*",job=""}')
                    return _series(told.scraped) == _series(told.remote)

                with contextlib.suppress(AssertionError):  # the test shows what differs
                    wait_for(same_series, 60, what="the scrape")
                told.own = [row["metric"]["__name__"] for row in instant(url, '{job="monitor"}')]
                told.after = _snmpget(snmp)
                told.anonymous = monitor.ask("/metrics/devices", token="")[0]
                monitor.end()
                told.log = monitor.log.read_text("utf-8")

            def alike() -> bool:  # VictoriaMetrics shows a sample up to a second after it took it
                told.stored = {name: _read(name, victoria_url, influx_url, url) for name in STORES}
                sizes = [
                    {key: len(samples) for key, samples in stored.items()}
                    for stored in told.stored.values()
                ]
                return all(size == sizes[0] for size in sizes)

            with contextlib.suppress(AssertionError):  # the test shows what differs
                wait_for(alike, 60, what="the last samples")
    return told


@contextlib.contextmanager
def _snmpd(folder: Path, port: int) -> Iterator[None]:
    config = folder / "snmpd.conf"
    config.write_text(
        f"agentaddress udp:127.0.0.1:{port},udp:127.0.0.2:{port}\n"
        f"rocommunity {SECRETS['community']}\n"
        f'createUser extranet SHA-256 "{SECRETS["auth"]}" AES "{SECRETS["priv"]}"\n'
        "rouser extranet priv\n"
    )
    environment = {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(folder / "state")}
    command = ["snmpd", "-f", "-Lo", "-C", "-c", str(config)]
    with run_program(command, folder / "snmpd.log", env=environment):
        wait_for(lambda: _snmpget(port), what="snmpd answers")
        yield


@contextlib.contextmanager
def _echo_service(host: str) -> Iterator[int]:
    """RFC 862 over UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host, 0))
        server.settimeout(0.2)
        over = threading.Event()

        def answer() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    data, peer = server.recvfrom(4096)
                    server.sendto(data, peer)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join()


def _snmpget(port: int) -> dict[tuple[str, str], int]:
    found = {}
    for device, (host, *access) in ACCESS.items():
        done = subprocess.run(
            [program("snmpget"), *access, "-Oqvet", f"{host}:{port}", *OBJECTS.values()],
            capture_output=True, text=True, check=False, timeout=20, env={**os.environ, "MIBS": ""},
        )  # fmt: skip
        if done.returncode != 0:
            raise OSError(done.stderr)
        for metric, value in zip(OBJECTS, done.stdout.split(), strict=True):
            scale = 1_000_000 if metric == c.SPEED.name else 1
            found[metric, device] = int(value) * scale
    return found


def _read(store: str, victoria_url: str, influx_url: str, prometheus_url: str) -> Samples:
    if store == "influx":
        return _of_influx(influx_url)
    if store == "victoria":
        with contextlib.suppress(OSError):
            fetch(f"{victoria_url}/internal/force_flush")
    url = victoria_url if store == "victoria" else prometheus_url
    return {
        (row["metric"]["__name__"], row["metric"].get("device", row["metric"].get("link", ""))): {
            round(float(at) * 1000): float(value) for at, value in row["values"]
        }
        for row in instant(url, '{__name__=~"extranet_(device|interface|link).*",job=""}[10m]')
    }


def _of_influx(url: str) -> Samples:
    found: dict[tuple[str, str], dict[int, float]] = {}
    for measurement in (c.DEVICE, c.INTERFACE, c.LINK):
        answer = influx(url, f"SELECT * FROM {measurement.name} GROUP BY *")  # noqa: S608 - ours
        for series in answer["results"][0].get("series", ()):
            about = series["tags"].get("device") or series["tags"].get("link")
            for at, *values in series["values"]:
                for name, value in zip(series["columns"][1:], values, strict=True):
                    if value is not None:
                        found.setdefault((f"{measurement.name}_{name}", about), {})[at] = value
    return found


def _series(rows: list[dict[str, Any]]) -> set[tuple[tuple[str, str], ...]]:
    """Return names and labels without those that a scrape adds."""
    foreign = {"job", "instance"}
    return {
        tuple(sorted((k, v) for k, v in row["metric"].items() if k not in foreign))
        for row in rows
        if "last_answer" not in row["metric"]["__name__"]
    }


def _is_complete(store: str, *urls: str) -> bool:
    time.sleep(0.3)  # each look is a heavy question
    samples = _read(store, *urls)
    wanted = [(metric, device) for metric in OBJECTS for device in ACCESS]
    wanted += [(c.IN_RATE.name, device) for device in ACCESS]
    wanted += [(c.IN_UTILIZATION.name, "leased"), (c.ECHO_RTT.name, "leased")]
    return all(samples.get(key) for key in wanted) and all(
        len(samples[c.IN_OCTETS.name, device]) >= 3 for device in ACCESS
    )


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("device", ACCESS)
def test_what_is_stored_is_what_snmpget_says(told: Told, store: str, device: str) -> None:
    for metric in OBJECTS:
        values = told.stored[store][metric, device].values()
        least, most = told.before[metric, device], told.after[metric, device]
        # Octets went on while we looked; everything else stood still.
        assert all(least <= value <= most for value in values), metric


@pytest.mark.parametrize("store", STORES)
def test_the_counters_moved_while_we_looked(told: Told, store: str) -> None:
    values = told.stored[store][c.IN_OCTETS.name, "near"]
    assert len(set(values.values())) > 1


def test_all_stores_hold_the_same_samples_under_the_same_names(told: Told) -> None:
    assert told.stored["influx"] == told.stored["remote"]
    # VictoriaMetrics keeps twelve digits of a fraction.
    assert told.stored["victoria"].keys() == told.stored["remote"].keys()
    for key, samples in told.stored["remote"].items():
        assert told.stored["victoria"][key] == pytest.approx(samples, rel=1e-10), key


def test_samples_carry_the_scheduled_instant(told: Told) -> None:
    """Every interval of 5 s, to the millisecond."""
    at = sorted(told.stored["remote"][c.IN_OCTETS.name, "near"])
    assert {later - earlier for earlier, later in pairwise(at)} == {5000}


def test_a_scrape_gives_the_same_series_under_the_same_labels(told: Told) -> None:
    assert _series(told.scraped) == _series(told.remote)


def test_a_scraped_value_is_one_that_was_measured(told: Told) -> None:
    for row in told.scraped:
        metric = row["metric"]
        key = (metric["__name__"], metric.get("device", metric.get("link", "")))
        if key in told.stored["remote"]:
            assert float(row["value"][1]) in told.stored["remote"][key].values(), key


def test_the_monitor_itself_is_scraped_with_the_same_token(told: Told) -> None:
    assert "extranet_monitor_runs_total" in told.own


def test_nobody_scrapes_without_a_token(told: Told) -> None:
    assert told.anonymous == 401


def test_no_secret_is_in_the_log(told: Told) -> None:
    assert [secret for secret in SECRETS.values() if secret in told.log] == []
