"""Hosts of the simulated cloud centre answer as real ones do, and go on as time does."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.hosts._reading import (
    HostReading,
    busy_ratio,
    fullest,
    is_running,
    memory_ratio,
    oldest_backup,
)
from collectors.hosts._script import SECTIONS, cut, read
from simulator.host_output import Backup, Disk, Host, Os, busy, render

START = 1_790_000_000
HOST = Host("db1", booted_at=START, disks=(Disk("/", 100 << 30), Disk("/data", 1 << 40, 0.6, 0.01)))
MOMENTS = st.floats(START + 60, START + 100 * 86_400)


def said(host: Host, at: float) -> HostReading:
    reading = read(render(host, at))
    assert reading is not None
    return reading


@pytest.mark.parametrize("os", get_args(Os))
def test_every_system_answers_in_every_section(os: Os) -> None:
    host = replace(HOST, os=os, backups=(Backup("pg"),), users=("ops",))
    assert list(cut(render(host, START + 1000))) == list(SECTIONS)
    missing = set(said(host, START + 1000).missing)
    assert missing == ({"time", "failed", "users"} if os == "alpine" else set())


@given(MOMENTS, st.floats(1, 3600), st.floats(0.01, 0.5), st.integers(0, 99))
def test_counters_go_on_and_processors_are_as_busy_as_the_host(
    at: float, later: float, load: float, seed: int
) -> None:
    host = replace(HOST, load=load, seed=seed)
    first, second = said(host, at), said(host, at + later)
    for mode, value in (first.modes or {}).items():
        assert (second.modes or {})[mode] >= value
    assert (second.disks or ())[0].written_bytes >= (first.disks or ())[0].written_bytes
    assert (second.ports or ())[0].in_bytes >= (first.ports or ())[0].in_bytes
    assert busy_ratio(first, said(host, at + 60)) == pytest.approx(busy(host, at + 30), abs=0.02)


@given(MOMENTS)
def test_the_same_moment_gives_the_same_answer(at: float) -> None:
    assert render(HOST, at) == render(HOST, at)


def test_disks_fill() -> None:
    early, late = fullest(said(HOST, START + 60)), fullest(said(HOST, START + 20 * 86_400))
    assert early is not None
    assert late is not None
    assert [early.used_ratio, late.used_ratio] == pytest.approx([0.6, 0.8], abs=0.01)


def test_faults_are_other_values_of_the_host() -> None:
    faulty = replace(
        HOST, stopped=("nginx",), services=("sshd",), failed=("job",), clock_behind=30.0,
        synchronised=False, memory_ratio=0.94, backups=(Backup("pg", late=90_000),),
    )  # fmt: skip
    reading = said(faulty, START + 86_400 * 3 + 7)
    assert is_running(reading, "nginx") is False
    assert reading.failed == ("job.service",)
    assert reading.now == pytest.approx(START + 86_400 * 3 + 7 - 30)
    assert reading.synchronised is False
    assert memory_ratio(reading) == pytest.approx(0.94, abs=0.06)
    assert (oldest_backup(reading) or 0) >= 90_000
