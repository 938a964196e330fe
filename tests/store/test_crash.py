"""A writer killed at any moment: what it acknowledged is there, nothing is there by halves."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from inventory.model import link_target
from sla.outages import live_outages
from sla.states import State, Transition
from store.hours import HOUR, HourFiles
from store.ledger import open_ledger
from store.past import read
from store.seal import seal
from tests.store.crashing import T0, TARGETS, transition
from tests.store.test_hours import H0, slot


def acknowledged_until_killed(folder: Path, seconds: float) -> int:
    """Run the writer, kill it `seconds` after its first word; return the last batch it told."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.crashing", str(folder)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
    return int(said.rpartition(b"\n")[0].split()[-1])


def test_every_acknowledged_entry_survives_a_kill_and_the_next_start_goes_on(
    tmp_path: Path,
) -> None:
    dice = random.Random(20261124)
    for _ in range(5):
        told = acknowledged_until_killed(tmp_path, dice.uniform(0.0, 0.15))

        ledger = open_ledger(tmp_path, T0)
        (beats,) = ledger.reads.heartbeats()
        assert beats.end is not None
        written = (beats.end - T0) // 10
        assert told <= written <= told + 1

        expected = [transition(number) for number in range(2 * (written + 1))]
        found = ledger.reads.transitions(None, 0, T0 + 10**6)
        by_target = sorted(
            (entry for entries in found.values() for entry in entries), key=lambda t: t.since
        )
        assert by_target == expected
        assert ledger.reads.last_transitions() == {t.target: t for t in expected[-TARGETS:]}
        assert ledger.reads.audit_head()[0] == written + 1
        assert ledger.reads.verify_audit() is None
        for target, entries in found.items():
            rows = ledger.reads.outages(target)
            assert [(row.start, row.end) for row in reversed(rows)] == [
                (outage.start, outage.end) for outage in live_outages(target, entries, [], T0)
            ]
        ledger.close()


def test_sealing_killed_at_any_moment_loses_no_slot_and_is_finished_later(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, H0)
    ledger.append([Transition(link_target("l0"), State.UP, H0, H0, "")])
    folder = tmp_path / "history"
    files = HourFiles(folder)
    files.write([slot(H0 + 60 * number, links=500) for number in range(60)])
    (hour,) = files.close_hours(H0 + 2 * HOUR)
    before = read(folder, ledger.reads, "l0", H0, H0 + HOUR)
    dice = random.Random(20261124)

    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.store.sealing", str(tmp_path), str(hour)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(dice.uniform(0.0, 0.25))
            process.send_signal(signal.SIGKILL)
        assert read(folder, ledger.reads, "l0", H0, H0 + HOUR) == before
    for waiting in files.close_hours(H0 + 2 * HOUR):
        seal(folder, waiting, ledger.reads)

    assert len(before) == 60
    assert read(folder, ledger.reads, "l0", H0, H0 + HOUR) == before
    assert files.close_hours(H0 + 2 * HOUR) == []
    ledger.close()
