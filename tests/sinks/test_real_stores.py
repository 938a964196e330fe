"""Readings through encoder, outbox and sender into real stores: the rows are those that were sent.

The clock of the test is the real one, because stores refuse what is too far from their own.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest

from inventory.model import Secret, TargetId
from metrics import catalogue as c
from metrics.observation import Probe, Reading, Series, Value
from sinks import influxdb, influxdb1, prometheus_remote_write
from sinks._buffer import Limits
from sinks._outbox import Outbox
from sinks._template import unescape_tag
from tests.sinks.samples import device_poll, echo_run, probe_of, reading, values_of
from tests.sinks.stores import (
    eventually,
    fetch,
    influx,
    influxd,
    instant,
    now_ms,
    prometheus,
    range_vector,
    victoria,
)

PROBES = (device_poll("yc-r1"), device_poll("yc-r2"), echo_run("yc-telecom-1"))
LIMITS = Limits(batch_bytes=8_000, batch_age=0.05, retry_first=0.01, retry_max=0.05)


def runs(start_ms: int, count: int = 12, probes: Sequence[Probe] = PROBES) -> list[Reading]:
    return [
        reading(probe, start_ms + 10_000 * run, values_of(probe, run + 1))
        for run in range(count)
        for probe in probes
    ]


def send_all(
    module: ModuleType,
    options: object,
    readings: Iterable[Reading],
    folder: Path,
    *,
    retire: Sequence[Probe] = (),
    trouble: str = "",
) -> dict[str, float]:
    """Carry readings to a store and return what the outbox says about it."""

    async def scenario() -> dict[str, float]:
        async with aiohttp.ClientSession() as http:
            encoder = module.encoder(PROBES, options)
            sender = module.sender(options, http)
            outbox = Outbox("store", encoder, sender, folder / "outbox", LIMITS, time.time)
            task = asyncio.create_task(outbox.run())
            await asyncio.sleep(0)
            for one in readings:
                outbox.put(one)
            outbox.retire(retire)
            await outbox.stop(20.0)
            await task
            assert outbox.trouble.partition(":")[0] == trouble
            return outbox.stats()

    return asyncio.run(scenario())


def by_series(readings: Iterable[Reading]) -> dict[str, list[list[Any]]]:
    """Write readings as PromQL's range vectors would: [seconds, value as text]."""
    found: dict[str, list[list[Any]]] = {}
    for one in readings:
        probe = one.observation.probe
        for series, value in zip(probe.series, one.values, strict=True):
            assert value is not None
            key = json.dumps(
                {"__name__": series.metric.name, **dict(series.labels)}, sort_keys=True
            )
            found.setdefault(key, []).append([one.observation.slot_ms / 1000, float(value)])
    return found


def numbers(vectors: dict[str, list[list[Any]]]) -> dict[str, list[list[Any]]]:
    return {key: [[at, float(text)] for at, text in rows] for key, rows in vectors.items()}


@pytest.mark.server("influxd")
def test_influxdb_1_holds_exactly_what_was_sent(tmp_path: Path) -> None:
    readings = runs(now_ms() - 120_000)
    with influxd(tmp_path) as url:
        options = influxdb1.Options(url=url, database="extranet")
        stats = send_all(influxdb1, options, readings, tmp_path)
        sent: dict[tuple[object, ...], dict[str, Value]] = {
            (series.metric.measurement.name, *series.labels, one.observation.slot_ms): {}
            for one in readings
            for series in one.observation.probe.series
        }
        for one in readings:
            for series, value in zip(one.observation.probe.series, one.values, strict=True):
                key = (series.metric.measurement.name, *series.labels, one.observation.slot_ms)
                sent[key][series.metric.field] = value
        stored = {}
        for measurement in (c.DEVICE, c.INTERFACE, c.LINK):
            answer = influx(url, f"SELECT * FROM {measurement.name}")  # noqa: S608  # ours
            table = answer["results"][0]["series"][0]
            for row in table["values"]:
                cells = dict(zip(table["columns"], row, strict=True))
                tags = tuple((name, cells.pop(name)) for name in measurement.labels)
                at = cells.pop("time")
                stored[measurement.name, *tags, at] = {
                    name: value for name, value in cells.items() if value is not None
                }
    assert stored == sent
    assert stats["sent_points"] == stats["points"] == 12 * (3 + 3 + 1)


@pytest.mark.server("influxd")
def test_influxdb_1_keeps_any_label_and_the_largest_counter(tmp_path: Path) -> None:
    nasty = 'Eth 1,2=3\\ "x"\\\n%0A 中文 é'
    labels = (("area", "a"), ("device", "d"), ("interface", nasty), ("level", "l"), ("site", "s\\"))
    target = TargetId("interface:d/x")
    probe = probe_of("interfaces", target, "d", (Series(c.IN_OCTETS, target, labels),))
    with influxd(tmp_path) as url:
        options = influxdb1.Options(url=url, database="extranet")
        send_all(influxdb1, options, [reading(probe, now_ms(), (2**63 - 1,))], tmp_path)
        answer = influx(url, "SELECT * FROM extranet_interface")
        table = answer["results"][0]["series"][0]
        cells = dict(zip(table["columns"], table["values"][0], strict=True))
    assert unescape_tag(cells["interface"]) == nasty
    assert unescape_tag(cells["site"]) == "s\\"
    assert cells["in_bytes_total"] == 2**63 - 1


@pytest.mark.server("influxd")
def test_influxdb_1_takes_the_good_lines_of_a_batch_and_names_the_dropped(tmp_path: Path) -> None:
    probe = echo_run()
    with influxd(tmp_path) as url:
        fetch(f"{url}/write?db=extranet", b"extranet_link,link=old echo_sent=1.5 1")
        start = now_ms() // 86_400_000 * 86_400_000
        fetch(
            f"{url}/write?db=extranet",
            f"extranet_link,link=old echo_sent=1.5 {start}000000".encode(),
        )
        options = influxdb1.Options(url=url, database="extranet")
        good = reading(device_poll(), now_ms())
        bad = reading(probe, now_ms())
        stats = send_all(influxdb1, options, [good, bad], tmp_path, trouble="partial_write")
        stored = influx(url, "SELECT count(uptime_ticks) FROM extranet_device")
    assert stats["partial_points"] == 1
    assert stats["sent_points"] == 3
    assert stored["results"][0]["series"][0]["values"][0][1] == 1
    index = (tmp_path / "outbox" / "refused" / "index.jsonl").read_text("utf-8")
    assert "field type conflict" in index


@pytest.mark.server("influxd")
def test_influxdb_1_without_the_database_keeps_the_data_until_it_is_made(tmp_path: Path) -> None:
    async def scenario(url: str) -> tuple[str, dict[str, float]]:
        options = influxdb1.Options(url=url, database="later")
        async with aiohttp.ClientSession() as http:
            outbox = Outbox(
                "store",
                influxdb1.encoder(PROBES, options),
                influxdb1.sender(options, http),
                tmp_path / "outbox",
                replace(LIMITS, retry_after_max=0.05),
                time.time,
            )
            task = asyncio.create_task(outbox.run())
            await asyncio.sleep(0)
            outbox.put(reading(echo_run(), now_ms()))
            async with asyncio.timeout(60):
                while not outbox.trouble:
                    await asyncio.sleep(0.01)
                trouble = outbox.trouble
                await asyncio.to_thread(influx, url, "CREATE DATABASE later")
                while outbox.trouble:
                    await asyncio.sleep(0.01)
            await outbox.stop(5.0)
            await task
            return trouble, outbox.stats()

    with influxd(tmp_path) as url:
        trouble, stats = asyncio.run(scenario(url))
    assert trouble == 'not_found: database not found: "later"'
    assert stats["sent_points"] == 1


@pytest.mark.server("influxd")
def test_influxdb_1_with_a_wrong_password_keeps_the_data_and_shows_no_secret(
    tmp_path: Path,
) -> None:
    async def scenario(url: str, password: str) -> tuple[dict[str, float], str]:
        options = influxdb1.Options(
            url=url, database="extranet", user="root", password=Secret(password)
        )
        async with aiohttp.ClientSession() as http:
            outbox = Outbox(
                "store",
                influxdb1.encoder(PROBES, options),
                influxdb1.sender(options, http),
                tmp_path / "outbox",
                replace(LIMITS, retry_after_max=0.05),
                time.time,
            )
            task = asyncio.create_task(outbox.run())
            await asyncio.sleep(0)
            outbox.put(reading(echo_run(), now_ms()))
            async with asyncio.timeout(60):
                while not (outbox.trouble or outbox.stats()["sent_points"]):
                    await asyncio.sleep(0.01)
            trouble = outbox.trouble
            await outbox.stop(5.0)
            await task
            return outbox.stats(), trouble

    with influxd(tmp_path, auth=True) as url:
        stats, trouble = asyncio.run(scenario(url, "wrong-canary"))
        assert trouble.startswith("unauthorised: ")
        assert "wrong-canary" not in trouble
        assert stats["waiting_points"] == 1
        stats, trouble = asyncio.run(scenario(url, "pässword"))
        assert (stats["sent_points"], trouble) == (2, "")


@pytest.mark.server("victoria-metrics")
def test_victoriametrics_holds_exactly_what_was_sent_through_influxdb_client(
    tmp_path: Path,
) -> None:
    start = now_ms() - 120_000
    readings = runs(start)
    with victoria(tmp_path) as url:
        options = influxdb.Options(url=f"{url}/influx", bucket="extranet", token=Secret("t"))
        stats = send_all(influxdb, options, readings, tmp_path)
        assert stats["sent_points"] == stats["points"]

        def stored() -> object:
            fetch(f"{url}/internal/force_flush")
            lines = fetch(f"{url}/api/v1/export?match[]=%7B__name__%3D~%22extranet_.*%22%7D")
            found = {}
            for line in lines.splitlines():
                row = json.loads(line)
                row["metric"].pop("db", None)
                key = json.dumps(row["metric"], sort_keys=True)
                pairs = zip(row["timestamps"], row["values"], strict=True)
                found[key] = [[at / 1000, float(value)] for at, value in pairs]
            return found

        eventually(stored, by_series(readings))


@pytest.mark.server("prometheus")
def test_prometheus_holds_exactly_what_was_sent_by_remote_write(tmp_path: Path) -> None:
    start = now_ms() - 120_000
    readings = runs(start)
    with prometheus(tmp_path) as url:
        options = prometheus_remote_write.Options(url=f"{url}/api/v1/write")
        stats = send_all(prometheus_remote_write, options, readings, tmp_path)
        assert stats["sent_points"] == stats["points"] == 12 * (20 + 20 + 6)
        at = start / 1000 + 119
        stored = range_vector(url, '{__name__=~"extranet_.*"}', at, 300)
    assert numbers(stored) == by_series(readings)


@pytest.mark.server("prometheus")
def test_prometheus_ends_a_series_at_its_stale_marker(tmp_path: Path) -> None:
    probe = echo_run()
    start = now_ms() - 60_000
    with prometheus(tmp_path) as url:
        options = prometheus_remote_write.Options(url=f"{url}/api/v1/write")
        silent = (2, 2, None, None, None, 2)
        readings = [reading(probe, start), reading(probe, start + 10_000, silent)]
        send_all(prometheus_remote_write, options, readings, tmp_path, retire=[probe])
        before = instant(url, c.ECHO_RTT.name, start / 1000 + 9)
        after = instant(url, c.ECHO_RTT.name, start / 1000 + 11)
        still = instant(url, c.ECHO_SENT.name, start / 1000 + 11)
        ended = instant(url, c.ECHO_SENT.name, time.time())
    assert [len(rows) for rows in (before, after, still, ended)] == [1, 0, 1, 0]


@pytest.mark.server("prometheus")
def test_prometheus_keeps_the_good_part_of_a_batch_with_old_samples(tmp_path: Path) -> None:
    start = now_ms() - 120_000
    old, young = echo_run("old"), echo_run("young")
    with prometheus(tmp_path) as url:
        options = prometheus_remote_write.Options(url=f"{url}/api/v1/write")
        send_all(prometheus_remote_write, options, [reading(old, start + 50_000)], tmp_path)
        late = [reading(old, start), *runs(start, 6, [young])]
        stats = send_all(prometheus_remote_write, options, late, tmp_path, trouble="out_of_order")
        stored = range_vector(url, '{link="young"}', start / 1000 + 100, 300)
    assert stats["refused_points"] == 6
    assert stats["sent_points"] == 36
    assert numbers(stored) == by_series(runs(start, 6, [young]))


@pytest.mark.server("victoria-metrics")
def test_victoriametrics_takes_remote_write_too(tmp_path: Path) -> None:
    readings = runs(now_ms() - 120_000)
    with victoria(tmp_path) as url:
        options = prometheus_remote_write.Options(url=f"{url}/api/v1/write")
        stats = send_all(prometheus_remote_write, options, readings, tmp_path)
        assert stats["sent_points"] == stats["points"]

        def series() -> object:
            fetch(f"{url}/internal/force_flush")
            return len(instant(url, 'last_over_time({__name__=~"extranet_.*"}[10m])'))

        eventually(series, 20 + 20 + 6)


@pytest.mark.server("influxd")
def test_six_hours_of_outage_arrive_complete_once_the_store_is_there(tmp_path: Path) -> None:
    start = now_ms() - 6 * 3_600_000
    readings = runs(start, 2160, [PROBES[2]])

    async def outage(url: str) -> None:
        options = influxdb1.Options(url=url, database="extranet")
        async with aiohttp.ClientSession() as http:
            outbox = Outbox(
                "store",
                influxdb1.encoder(PROBES, options),
                influxdb1.sender(options, http),
                tmp_path / "outbox",
                LIMITS,
                time.time,
            )
            task = asyncio.create_task(outbox.run())
            for at, one in enumerate(readings):
                outbox.put(one)
                if at % 100 == 0:
                    await asyncio.sleep(0.001)
            async with asyncio.timeout(60):
                while not outbox.trouble.startswith("unreachable"):
                    await asyncio.sleep(0.01)
            await outbox.stop(1.0)
            await task
            assert outbox.stats()["waiting_points"] == 2160

    asyncio.run(outage("http://127.0.0.1:9"))
    with influxd(tmp_path) as url:
        options = influxdb1.Options(url=url, database="extranet")
        began = time.monotonic()
        stats = send_all(influxdb1, options, [], tmp_path)
        took = time.monotonic() - began
        rows = influx(url, "SELECT echo_rtt_seconds FROM extranet_link")
        stored = rows["results"][0]["series"][0]["values"]
    assert stats["sent_points"] == 2160
    assert [at for at, _ in stored] == [one.observation.slot_ms for one in readings]
    assert took < 6 * 3600 / 5
