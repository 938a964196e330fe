"""The province's meetings and jobs are what its inventory says, and its jobs report as jobs do."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from inventory.model import Inventory
from runtime.check import check
from runtime.planning import plan as probes_of
from runtime.services.beats import BeatBook
from simulator import files, meetings, web_files
from simulator.folder import COMMUNITY_VARIABLE, make_community
from simulator.province import Plan, Settings, build
from tests.api.running import running

ENVIRON = {COMMUNITY_VARIABLE: "s3cret"}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return build(Settings(60, 1, 1_800_000_000))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Path:
    folder = tmp_path_factory.mktemp("province")
    web_files.write(plan, folder, int(time.time()))
    community = make_community(folder, ENVIRON)
    files.write(plan, folder, community, api="127.0.0.1:8080", every="10s", services=True)
    return folder


@pytest.fixture(scope="module")
def inventory(folder: Path) -> Inventory:
    checked = check(folder / "inventory.yaml", folder / "monitor.yaml", ENVIRON)
    assert checked.inventory is not None
    assert [one for one in checked.problems if one.code != "icmp_not_permitted"] == []
    return checked.inventory


def test_every_city_has_a_node_that_is_asked_over_its_circuit(
    inventory: Inventory, plan: Plan
) -> None:
    nodes = [one for one in inventory.services.values() if one.kind == "video"]
    assert {one.site for one in nodes} <= {site.id for site in plan.sites if site.level == "city"}
    assert len(nodes) >= 1
    probes = {(probe.target, probe.kind) for probe in probes_of(inventory, {})}
    assert {(f"service:{one.id}", kind) for one in nodes for kind in ("path", "nqa")} <= probes


def test_tokens_are_their_owners_only(folder: Path) -> None:
    for job in meetings.JOBS:
        file = folder / f"{job.id}.token"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(file.read_text("ascii").strip()) >= 32


def test_jobs_report_and_are_heard(folder: Path, inventory: Inventory, tmp_path: Path) -> None:
    beats = BeatBook(tmp_path, lambda: int(time.time()))
    beats.load(probes_of(inventory, {}))
    with running(more={"beats": beats}) as api:
        stack = AsyncExitStack()
        asyncio.run_coroutine_threadsafe(beats.start(stack), api.loop).result(10)
        (folder / "jobs.json").write_text(json.dumps({"api": f"127.0.0.1:{api.port}"}))
        assert asyncio.run(meetings.report(folder, 300.0)) == len(meetings.JOBS)
        asyncio.run_coroutine_threadsafe(stack.aclose(), api.loop).result(10)
    heard = {job.id: beats.heard(job.id) for job in meetings.JOBS}
    assert all(beat is not None and beat.age is not None for beat in heard.values())
    assert [name for name, beat in heard.items() if beat and not beat.good] == ["backup-oa"]


def test_where_no_monitor_listens_nothing_is_taken_and_nothing_raised(folder: Path) -> None:
    (folder / "jobs.json").write_text(json.dumps({"api": "127.0.0.1:1"}))
    assert asyncio.run(meetings.report(folder, 0.0)) == 0
