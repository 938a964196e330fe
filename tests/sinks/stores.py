"""Real stores on loopback, and what lies in them."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.servers import free_port, run_program, wait_for

INFLUX_CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
auth-enabled = {auth}
[monitor]
store-enabled = false
"""


def fetch(url: str, body: bytes | None = None) -> bytes:
    """GET, or POST a body; an answer that is an error raises OSError with the server's words."""
    try:
        with urllib.request.urlopen(url, body, timeout=10) as answer:  # noqa: S310  # loopback
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        with error:
            raise OSError(f"{error.code} {error.read()!r}") from None


def fetch_json(url: str, **query: str) -> Any:
    return json.loads(fetch(f"{url}?{urllib.parse.urlencode(query)}" if query else url))


@contextlib.contextmanager
def influxd(folder: Path, *, auth: bool = False) -> Iterator[str]:
    """Run InfluxDB 1.x with an empty database `extranet`."""
    port = free_port()
    config = folder / "influxdb.conf"
    config.write_text(
        INFLUX_CONFIG.format(
            rpc=free_port(), folder=folder / "influx", port=port, auth=str(auth).lower()
        )
    )
    url = f"http://127.0.0.1:{port}"
    with run_program(["influxd", "-config", str(config)], folder / "influxd.log"):
        wait_for(lambda: fetch(f"{url}/ping") == b"", what="influxd")
        if auth:
            influx(url, "CREATE USER root WITH PASSWORD 'pässword' WITH ALL PRIVILEGES")
        influx(url, "CREATE DATABASE extranet")
        yield url


def influx(url: str, query: str) -> Any:
    """Run an InfluxQL statement with timestamps in ms."""
    who = {"u": "root", "p": "pässword", "db": "extranet", "epoch": "ms"}
    form = urllib.parse.urlencode({"q": query}).encode()
    return json.loads(fetch(f"{url}/query?{urllib.parse.urlencode(who)}", form))


@contextlib.contextmanager
def victoria(folder: Path) -> Iterator[str]:
    """Run a single-node VictoriaMetrics."""
    port = free_port()
    arguments = [
        "victoria-metrics",
        f"-storageDataPath={folder / 'victoria'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=10y",
        "-memory.allowedBytes=100MB",
    ]
    with run_program(arguments, folder / "victoria.log"):
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: fetch(f"{url}/health"), what="victoria-metrics")
        yield url


@contextlib.contextmanager
def prometheus(folder: Path, config: str = "", *options: str) -> Iterator[str]:
    """Run Prometheus with the remote write receiver."""
    port = free_port()
    file = folder / "prometheus.yml"
    file.write_text(config or "global: {}\n")
    arguments = [
        "prometheus",
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--log.level=warn",
        *options,
    ]
    with run_program(arguments, folder / "prometheus.log"):
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: fetch(f"{url}/-/ready"), what="prometheus")
        yield url


def instant(url: str, query: str, at: float | None = None) -> list[dict[str, Any]]:
    """Run a PromQL query and return its vector."""
    when = {} if at is None else {"time": f"{at:.3f}"}
    answer = fetch_json(f"{url}/api/v1/query", query=query, **when)
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def range_vector(url: str, selector: str, at: float, seconds: int) -> dict[str, list[list[Any]]]:
    """Return the samples of each series, by its labels as sorted JSON."""
    return {
        json.dumps(series["metric"], sort_keys=True): series["values"]
        for series in instant(url, f"{selector}[{seconds}s]", at)
    }


def now_ms() -> int:
    """Return an instant that every store accepts, aligned to 10 s."""
    return int(time.time()) // 10 * 10_000


def eventually(read: Callable[[], object], expected: object) -> None:
    """Wait until what is read is what is expected; show both when it is not."""
    try:
        wait_for(lambda: read() == expected, 60, what="the rows that were sent")
    except AssertionError:
        assert read() == expected
