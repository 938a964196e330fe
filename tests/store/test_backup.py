"""A backup of a store that runs can be put back, and a bad one is refused by name."""

from __future__ import annotations

import io
import os
import tarfile
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from inventory.model import link_target
from sla.canonical import MonitorLeaf, encode
from sla.states import State, Transition
from store import days, evidence, reports
from store.backup import MANIFEST, backup, restore
from store.errors import StoreError
from store.evidence_log import open_log, read_log
from store.hours import HOUR, HourFiles
from store.ledger import open_ledger
from store.past import read
from store.seal import seal
from tests.store.test_hours import H0, slot

A = link_target("l0")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """A store that runs: a sealed hour, a running one, a ledger with a write-ahead log."""
    folder = tmp_path / "store"
    ledger = open_ledger(folder, H0)
    ledger.append([Transition(A, State.UP, H0, H0, "")])
    files = HourFiles(folder / "history")
    files.write([slot(H0 + 60 * number) for number in range(90)])
    (hour,) = files.close_hours(H0 + HOUR + 400)
    seal(folder / "history", hour, ledger.reads)
    yield folder
    files.close()
    ledger.close()


def test_what_was_backed_up_comes_back(tmp_path: Path, store: Path) -> None:
    backup(store, tmp_path / "b.tar", H0)
    restore(tmp_path / "b.tar", tmp_path / "other")

    ledger = open_ledger(tmp_path / "other", H0)
    found = read(tmp_path / "other/history", ledger.reads, "l0", H0, H0 + 2 * HOUR)
    assert ledger.reads.last_transitions() == {A: Transition(A, State.UP, H0, H0, "")}
    assert [row.slot for row in found] == [H0 + 60 * number for number in range(90)]
    ledger.close()


def test_the_evidence_log_comes_back_without_its_key(tmp_path: Path, store: Path) -> None:
    log = open_log(store / "evidence-log")
    log.append([encode(MonitorLeaf(H0, (), (), None))])
    roots = log.roots()
    log.close()
    (store / "evidence-log/log.key").write_text("secret")

    backup(store, tmp_path / "b.tar", H0)
    restore(tmp_path / "b.tar", tmp_path / "other")

    assert read_log(tmp_path / "other/evidence-log").roots() == roots
    assert not (tmp_path / "other/evidence-log/log.key").exists()


def test_evidence_comes_back_as_it_was(tmp_path: Path, store: Path) -> None:
    kept = store / "evidence"
    evidence.write_hour(kept, {"telecom": [b"{}"]}, MonitorLeaf(H0, (), (), None))
    days.write_day(kept, date(2026, 11, 24), [])
    (kept / "2026/11/24/.14.tmp").mkdir()
    (kept / "2026/11/24/.14.tmp/telecom.jsonl.gz").write_bytes(b"half")
    backup(store, tmp_path / "b.tar", H0)
    restore(tmp_path / "b.tar", tmp_path / "other")

    there = {
        path.relative_to(kept): path.read_bytes()
        for path in kept.rglob("*")
        if path.is_file() and ".14.tmp" not in path.parts
    }
    back = tmp_path / "other/evidence"
    assert len(there) == 3
    assert there == {p.relative_to(back): p.read_bytes() for p in back.rglob("*") if p.is_file()}


def test_reports_come_back_with_what_they_were_made_from(tmp_path: Path, store: Path) -> None:
    place = reports.Place("telecom", "2026Q4", 2)
    reports.write(store, place, {reports.REPORT: b"{}", reports.REGISTER: b"[]"})

    backup(store, tmp_path / "b.tar", H0)
    restore(tmp_path / "b.tar", tmp_path / "other")

    assert list(reports.kept(tmp_path / "other")) == [place]
    assert reports.read(tmp_path / "other", place, reports.REGISTER) == b"[]"


def test_a_backup_is_for_its_owner_only_and_so_is_what_comes_back(
    tmp_path: Path, store: Path
) -> None:
    backup(store, tmp_path / "b.tar", H0)
    restore(tmp_path / "b.tar", tmp_path / "other")

    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "other").rglob("*")}
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    assert modes == {0}


def test_a_backup_taken_while_the_ledger_is_written_is_consistent(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "store", H0)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            pair = [
                Transition(link_target(end), State.UP, H0 + number, H0 + number, "")
                for end in ("a", "b")
            ]
            ledger.append(pair)
            number += 1

    ledger.append([Transition(link_target(end), State.UP, H0, H0, "") for end in ("a", "b")])
    writer = threading.Thread(target=write)
    writer.start()
    for number in range(5):
        backup(tmp_path / "store", tmp_path / f"{number}.tar", H0)
    stop.set()
    writer.join()
    ledger.close()

    for number in range(5):
        restore(tmp_path / f"{number}.tar", tmp_path / f"r{number}")
        copy = open_ledger(tmp_path / f"r{number}", H0)
        last = copy.reads.last_transitions()
        assert last[link_target("a")].since == last[link_target("b")].since
        copy.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")
def test_a_backup_comes_back_into_a_folder_that_is_a_file_system(
    tmp_path: Path, store: Path, small_disk: Path
) -> None:
    backup(store, tmp_path / "b.tar", H0)
    restore(tmp_path / "b.tar", small_disk)

    assert sorted(path.name for path in small_disk.iterdir()) == ["history", "ledger.sqlite"]


def test_a_store_that_holds_something_is_not_overwritten(tmp_path: Path, store: Path) -> None:
    backup(store, tmp_path / "b.tar", H0)

    with pytest.raises(StoreError) as refused:
        restore(tmp_path / "b.tar", store)
    assert refused.value.code == "not_empty"


def rewritten(source: Path, target: Path, change: dict[str, bytes | None]) -> None:
    """Copy a tar file with members replaced, taken out (None) or added."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            body = change.pop(member.name, content.read())
            if body is not None:
                member.size = len(body)
                new.addfile(member, io.BytesIO(body))
        for name, body in change.items():
            assert body is not None
            extra = tarfile.TarInfo(name)
            extra.size = len(body)
            new.addfile(extra, io.BytesIO(body))


SEALED = "history/2026/11/24/13.parquet"


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        ({SEALED: b"other"}, "damaged", SEALED),
        ({SEALED: None}, "damaged", SEALED),
        ({"history/2027/01/01/00.parquet": b"extra"}, "damaged", "history/2027/01/01/00.parquet"),
        ({"history/../../evil": b"x"}, "damaged", "history/../../evil"),
        ({"/etc/evil": b"x"}, "damaged", "/etc/evil"),
        ({MANIFEST: None}, "not_a_backup", MANIFEST),
        ({MANIFEST: b"{"}, "not_a_backup", ""),
    ],
)
def test_a_backup_that_was_changed_is_refused_and_nothing_is_left(
    tmp_path: Path, store: Path, change: dict[str, bytes | None], code: str, named: str
) -> None:
    backup(store, tmp_path / "b.tar", H0)
    rewritten(tmp_path / "b.tar", tmp_path / "bad.tar", dict(change))
    (tmp_path / "room").mkdir()

    with pytest.raises(StoreError) as refused:
        restore(tmp_path / "bad.tar", tmp_path / "room/other")

    assert refused.value.code == code
    assert named in refused.value.detail
    left = [path for path in (tmp_path / "room").rglob("*") if path.is_file()]
    assert left == []


def test_a_file_that_is_no_backup_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"not a tar file" * 100)

    with pytest.raises(StoreError, match=r"b\.tar: not_a_backup"):
        restore(tmp_path / "b.tar", tmp_path / "other")


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no ledger"):
        backup(tmp_path / "nothing", tmp_path / "b.tar", H0)

    assert list(tmp_path.iterdir()) == []
