"""A real Prometheus scrapes the page and holds what is on it."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from metrics import catalogue as c
from sinks._exposition import CONTENT_TYPE, Exposition
from tests.servers import program, wait_for
from tests.sinks.samples import device_poll, echo_run, reading, values_of
from tests.sinks.stores import instant, now_ms, prometheus

CONFIG = """
global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}
scrape_configs:
  - job_name: extranet
    honor_labels: true
    metrics_path: /metrics/devices
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@contextlib.contextmanager
def serving(page: Callable[[], bytes]) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page()
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # theirs
            del format, arguments

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.server("prometheus")
def test_prometheus_scrapes_every_sample_and_forgets_what_is_no_longer_heard(
    tmp_path: Path,
) -> None:
    probes = (device_poll("yc-r1"), device_poll("yc-r2"), echo_run())
    page = Exposition(probes, raw_mib_names=True)
    for probe in probes:
        page.put(reading(probe, now_ms()))
    expected = {
        (series.metric.name, *sorted((k, v) for k, v in series.labels)): float(value or 0)
        for probe in probes
        for series, value in zip(probe.series, values_of(probe), strict=True)
    }
    with (
        serving(lambda: b"".join(page.page())) as port,
        prometheus(tmp_path, CONFIG.format(port=port)) as url,
    ):
        wait_for(lambda: instant(url, c.ECHO_RTT.name), what="the first scrape")
        found = {
            (
                row["metric"].pop("__name__"),
                *sorted(
                    pair for pair in row["metric"].items() if pair[0] not in {"job", "instance"}
                ),
            ): float(row["value"][1])
            for row in instant(url, '{__name__=~"extranet_.*",__name__!~".*last_answer.*"}')
        }
        assert found == expected
        assert len(instant(url, 'ifHCInOctets{instance="yc-r1"}')) == 2
        answered = instant(url, "extranet_device_last_answer_timestamp_seconds")
        assert {row["metric"]["device"] for row in answered} == {"yc-r1", "yc-r2"}
        page.put(reading(probes[2], now_ms(), (2, 2, None, None, None, 2)))
        wait_for(lambda: not instant(url, c.ECHO_RTT.name), what="the end of a series")
        assert instant(url, c.ECHO_LOST.name)


@pytest.mark.server("promtool")
def test_promtool_finds_no_fault_but_that_we_count_bits() -> None:
    page = Exposition([])
    for probe in (device_poll("a"), device_poll("b"), echo_run()):
        page.put(reading(probe, now_ms()))
    checked = subprocess.run(
        [program("promtool"), "check", "metrics"],
        input=b"".join(page.page()),
        capture_output=True,
        check=False,
    )
    complaints = (checked.stdout + checked.stderr).decode().splitlines()
    assert {line.split(" ", 1)[1] for line in complaints} == {
        'use base unit "bytes" instead of "bits"'
    }
