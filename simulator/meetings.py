"""Video conference nodes in the cities, and jobs that report: their YAML, and the reporting itself.

A node is asked by echoes at the far end of its city's circuit, so it fares as the circuit does. A
job's token is random and lies in a file of its own, readable by its owner only; reports go to the
monitor's address as curl would send them, and what becomes of them is the monitor's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from math import sin
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import aiohttp

from simulator.nqa import NAME, NQA, OWNER
from simulator.province import LinkPlan, Plan

INVENTORY: Final = "meetings.yaml"
_JOBS: Final = "jobs.json"
_EVERY: Final = 20.0
_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)
_CYCLE: Final = 600
_FAILS: Final = range(240, 420)
"""Seconds of each ten minutes in which one job reports that it failed."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job that reports."""

    id: str
    title: str
    probe: str
    """The check of it, without its token."""


JOBS: Final = (
    Job(
        "backup-portal",
        "门户网站数据库备份",
        "kind: heartbeat, every: 20s, expected: 1m, grace: 1m, smallest: 1M, shrink: 50",
    ),
    Job(
        "backup-oa",
        "办公系统异地备份",
        "kind: heartbeat, every: 20s, expected: 1m, grace: 1m",
    ),
    Job(
        "replica-exchange",
        "数据交换库容灾复制",
        "kind: replication, every: 20s, expected: 1m, grace: 1m, rpo: 1m",
    ),
)


def write(plan: Plan, folder: Path, api: str) -> None:
    """Make the tokens, and write the inventory's part and where to report."""
    for job in JOBS:
        file = _token_file(folder, job)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24) + "\n", encoding="ascii")
    (folder / _JOBS).write_text(json.dumps({"api": api}) + "\n", encoding="utf-8")
    lines = inventory(plan)
    (folder / INVENTORY).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _token_file(folder: Path, job: Job) -> Path:
    return folder / f"{job.id}.token"


def inventory(plan: Plan) -> Iterator[str]:
    """Yield the lines of the inventory's part."""
    yield "# Video conference nodes, backups and a replica of the simulated province."
    yield "service_groups:"
    yield "  meetings: {title: 视频会议系统}"
    yield "  recovery: {title: 容灾备份}"
    yield "services:"
    platforms = {device.id: device.platform for device in plan.devices}
    uplinks: dict[str, list[LinkPlan]] = {}
    for link in plan.links:
        uplinks.setdefault(link.b.site, []).append(link)
    for site in plan.sites:
        ways = uplinks.get(site.id, [])
        if site.level != "city" or not ways or ":" in (ways[0].b.host or ":"):
            continue
        needs = ", ".join(f"link:{link.id}" for link in ways)
        yield f"  meeting-{site.id}:"
        yield f"    {{title: {site.title}视频会议分会场, kind: video, site: {site.id},"
        yield f"     unit: {site.unit}, group: meetings, availability: 99.5, needs: [[{needs}]],"
        yield "     probes: [{kind: path, every: 30s, wire: udp, count: 50,"
        yield f"               link: {ways[0].id}}}"
        if platforms[ways[0].b.device] in NQA:
            yield f"              ,{{kind: nqa, every: 30s, owner: {OWNER}, name: {NAME},"
            yield f"               device: {ways[0].b.device}}}"
        yield "             ]}"
    cloud = next(site.id for site in plan.sites if site.level == "cloud")
    for job in JOBS:
        yield f"  {job.id}: {{title: {job.title}, kind: backup, site: {cloud}, group: recovery,"
        yield f"    probes: [{{{job.probe}, token: {{file: {job.id}.token}}}}]}}"


def reports(elapsed: float) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield what each job says so many seconds after the province began."""
    size = 52_000_000 + round(2_000_000 * sin(elapsed / 300))
    yield "backup-portal", {"status": "ok", "size": size, "took": 41}
    failed = int(elapsed % _CYCLE) in _FAILS
    yield "backup-oa", {"status": "fail" if failed else "ok", "size": 8_100_000, "took": 12}
    yield "replica-exchange", {"lag": round(6 + 5 * sin(elapsed / 60), 1)}


async def report(folder: Path, elapsed: float) -> int:
    """Let every job report once; return how many reports were taken."""
    address = json.loads((folder / _JOBS).read_text(encoding="utf-8"))["api"]
    jobs = {job.id: job for job in JOBS}
    taken = 0
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        for name, told in reports(elapsed):
            token = _token_file(folder, jobs[name]).read_text(encoding="ascii").strip()
            url = f"http://{address}/beat/{token}?{urlencode(told)}"
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.post(url) as answer:
                    taken += answer.status == 200
    return taken


async def run(folder: Path) -> None:
    """Let the jobs report until this is cancelled; nothing where the province has none."""
    if not (folder / _JOBS).exists():
        return
    elapsed = 0.0
    while True:
        await report(folder, elapsed)
        await asyncio.sleep(_EVERY)
        elapsed += _EVERY
