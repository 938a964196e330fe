"""A full disk refuses plainly, breaks nothing, and what waited is written when there is room."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from store.ledger import open_ledger
from tests.store.crashing import T0, transition


def fill_then_make_room(folder: Path, limit: int, ballast: Path | None) -> tuple[str, str]:
    """Return what the writer said when the disk was full, and when it had room again."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.filling", str(folder), str(limit)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        full = process.stdout.readline()
        if ballast is not None:
            ballast.unlink()
        process.stdin.write("\n")
        process.stdin.close()
        return full, process.stdout.readline()


def check(folder: Path, full: str, room: str, codes: set[str]) -> None:
    """Everything that was acknowledged is there, in order, and nothing else."""
    before, code, temporary = full.split()
    after, left, failed = room.split()
    assert code in codes
    assert (temporary, left, failed) == ("True", "0", "True")
    assert int(after) == int(before) + 100
    ledger = open_ledger(folder, T0)
    found = ledger.reads.transitions(None, 0, T0 + 10**6)
    ledger.close()
    entries = sorted((t for history in found.values() for t in history), key=lambda t: t.since)
    assert entries == [transition(number) for number in range(int(after))]


def test_files_that_may_not_grow_refuse_and_are_written_later(tmp_path: Path) -> None:
    full, room = fill_then_make_room(tmp_path / "store", 400_000, None)

    check(tmp_path / "store", full, room, {"disk_full", "disk_failed"})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
def test_a_full_file_system_refuses_and_is_written_later(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(400_000))
    full, room = fill_then_make_room(small_disk / "store", 0, ballast)

    check(small_disk / "store", full, room, {"disk_full"})
