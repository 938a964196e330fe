"""The evidence log: appended to, whole after a crash, and nothing in it can be changed unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sla.canonical import HourLeaf, MonitorLeaf, RecordLeaf, encode
from sla.proof import merkle, note
from sla.proof.note import Checkpoint
from store.errors import StoreError
from store.evidence_check import Finding, verify
from store.evidence_log import HASHES, LEAVES, EvidenceLog, open_log, read_log
from store.evidence_notes import CHECKPOINTS, add_cosignature, cosignature

_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
_ORIGIN = "example/extranet"
_KNOWN = note.verifier(_ORIGIN, _KEY.public_key())
_HOUR = 1772294400


def _leaves(count: int, first: int = 0) -> list[bytes]:
    """Of each hour two carriers, the monitor and a record."""
    found = []
    for n in range(-(-(first + count) // 4)):
        hour, root = _HOUR + 3600 * n, f"{n:064x}"
        found += [
            encode(HourLeaf("telecom", hour, 10, root, root)),
            encode(HourLeaf("unicom", hour, 10, root, root)),
            encode(MonitorLeaf(hour, ((0, 3600),), (), None)),
            encode(RecordLeaf(n + 1, hour, "auditor", "{}")),
        ]
    return found[first : first + count]


def _checkpoint(log: EvidenceLog, at: int = _HOUR) -> None:
    roots = log.roots()
    text = Checkpoint(_ORIGIN, len(log), roots.sha256, roots.sm3, at).text
    log.notes.add(note.sign(text, _ORIGIN, _KEY))


def _filled(folder: Path, leaves: int = 12) -> None:
    log = open_log(folder)
    log.append(_leaves(leaves))
    _checkpoint(log)
    log.close()


def test_what_was_appended_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    assert [log.append(_leaves(5)), log.append(_leaves(3, 5))] == [0, 5]
    roots = log.roots()
    log.close()
    again = open_log(tmp_path)
    assert (len(again), again.roots(), again.leaf(6)) == (8, roots, _leaves(8)[6])


def test_its_roots_are_those_of_its_leaves(tmp_path: Path) -> None:
    _filled(tmp_path, 9)
    roots = read_log(tmp_path).roots(7)
    assert roots == (merkle.root(_leaves(7), "sha256"), merkle.root(_leaves(7), "sm3"))


def test_a_leaf_is_shown_to_be_in_it(tmp_path: Path) -> None:
    _filled(tmp_path)
    log = read_log(tmp_path)
    path = log.inclusion(5, 11, "sm3")
    assert merkle.check_inclusion(log.leaf(5), 5, 11, path, log.roots(11).sm3, "sm3")


def test_an_older_log_is_shown_to_be_its_beginning(tmp_path: Path) -> None:
    _filled(tmp_path)
    log = read_log(tmp_path)
    roots = [log.roots(size).sha256 for size in (5, 12)]
    assert merkle.check_consistency(5, roots[0], 12, roots[1], log.consistency(5))


def test_leaves_are_found_by_what_they_are_about(tmp_path: Path) -> None:
    _filled(tmp_path)
    log = read_log(tmp_path)
    hours = [_HOUR, _HOUR + 3600, _HOUR + 7200]
    assert log.hours("telecom") == dict(zip(hours, (0, 4, 8), strict=True))
    assert log.monitor_hours(6) == {_HOUR: 2}
    assert log.records() == {1: 3, 2: 7, 3: 11}
    assert log.last_record == 3


def test_a_report_is_told_how_the_log_stood(tmp_path: Path) -> None:
    _filled(tmp_path)
    told = read_log(tmp_path).as_of("unicom", 6)
    assert (told.size, told.sha256) == (6, merkle.root(_leaves(6)).hex())
    assert told.hours == {_HOUR: 1, _HOUR + 3600: 5}
    assert told.records == {1: 3}


def test_who_reads_sees_it_grow(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.append(_leaves(3))
    reader = read_log(tmp_path)
    log.append(_leaves(4, 3))
    _checkpoint(log)
    reader.refresh()
    assert reader.roots() == log.roots()
    assert reader.notes.last == log.notes.last


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert len(read_log(tmp_path / "nothing")) == 0


def test_two_do_not_write_it(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    with pytest.raises(StoreError, match="held"):
        open_log(tmp_path)
    log.close()


def test_its_files_are_private(tmp_path: Path) -> None:
    _filled(tmp_path / "log")
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "log").iterdir()}
    assert modes == {0o600}


def test_what_is_no_leaf_is_not_appended(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    with pytest.raises(ValueError, match="JSON"):
        log.append([*_leaves(1), b"nothing"])
    with pytest.raises(ValueError, match="one line"):
        log.append([_leaves(1)[0].replace(b",", b",\n", 1)])
    assert len(log) == 0
    assert (tmp_path / LEAVES).read_bytes() == b""


# Crashes.


def _torn(path: Path, more: bytes) -> None:
    with path.open("ab") as file:
        file.write(more)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        (LEAVES, b'{"carrier":"tele'),
        (LEAVES, _leaves(1)[0] + b"\n"),
        (HASHES, b"x" * 40),
        (HASHES, b"x" * 64),
        (CHECKPOINTS, b'"example/extr'),
    ],
    ids=["half a leaf", "a leaf without hashes", "half a hash", "hashes alone", "half a note"],
)
def test_what_a_crash_left_is_cut_off_and_said(tmp_path: Path, name: str, more: bytes) -> None:
    _filled(tmp_path)
    _torn(tmp_path / name, more)
    log = open_log(tmp_path)
    assert (len(log), log.cut) == (12, len(more))
    log.close()
    assert verify(tmp_path, _KNOWN).findings == ()


def test_a_page_that_was_not_written_ends_the_log(tmp_path: Path) -> None:
    """A disk may write the second page of an append and not the first."""
    log = open_log(tmp_path)
    log.append(_leaves(4))
    _checkpoint(log)
    log.append(_leaves(4, 4))
    log.close()
    lines = (tmp_path / LEAVES).read_bytes().split(b"\n")
    lines[5] = b"\0" * len(lines[5])
    (tmp_path / LEAVES).write_bytes(b"\n".join(lines))
    log = open_log(tmp_path)
    assert len(log) == 5
    assert log.cut > 0
    assert log.append(_leaves(3, 5)) == 5
    log.close()
    assert verify(tmp_path, _KNOWN).leaves == 8


def test_what_a_checkpoint_covers_is_never_cut(tmp_path: Path) -> None:
    _filled(tmp_path)
    whole = (tmp_path / LEAVES).read_bytes()
    (tmp_path / LEAVES).write_bytes(whole[:-30])
    with pytest.raises(StoreError, match="corrupt"):
        open_log(tmp_path)
    assert (tmp_path / LEAVES).read_bytes() == whole[:-30]


def test_a_full_disk_leaves_the_log_as_it_was(small_disk: Path) -> None:
    log = open_log(small_disk / "log")
    log.append(_leaves(4))
    roots = log.roots()
    filler = small_disk / "filler"
    with pytest.raises(StoreError, match="disk_full"), filler.open("wb") as file:  # noqa: PT012
        free = os.statvfs(small_disk)
        file.write(b"x" * (free.f_bavail * free.f_frsize - 4096))
        file.flush()
        log.append(_leaves(400, 4))
    assert log.roots() == roots
    filler.unlink()
    assert log.append(_leaves(400, 4)) == 4
    _checkpoint(log)
    log.close()
    checked = verify(small_disk / "log", _KNOWN)
    assert (checked.leaves, checked.findings) == (404, ())


_KILLED = """
import sys
from pathlib import Path
from tests.store.test_evidence_log import _leaves
from store.evidence_log import open_log
log, number = open_log(Path(sys.argv[1])), 0
while True:
    log.append(_leaves(3, number))
    number += 3
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_what_was_acknowledged_outlives_a_killed_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(20)]
        writer.kill()
        said += [int(line) for line in writer.stdout.read().split("\n") if line]
    log = open_log(tmp_path)
    assert len(log) >= said[-1]
    assert log.roots(said[-1]).sha256 == merkle.root(_leaves(said[-1]))


# Tampering.


def test_a_log_that_nobody_touched_is_good(tmp_path: Path) -> None:
    _filled(tmp_path)
    assert verify(tmp_path, _KNOWN) == (12, 1, 12, ())


@pytest.mark.parametrize("name", [LEAVES, HASHES, CHECKPOINTS])
def test_any_changed_byte_is_found(tmp_path: Path, name: str) -> None:
    _filled(tmp_path, 6)
    whole = (tmp_path / name).read_bytes()
    unseen = []
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        (tmp_path / name).write_bytes(bytes(changed))
        if not verify(tmp_path, _KNOWN).findings:
            unseen.append(place)
    assert unseen == []


def test_a_leaf_that_was_changed_is_named(tmp_path: Path) -> None:
    _filled(tmp_path)
    whole = (tmp_path / LEAVES).read_bytes()
    (tmp_path / LEAVES).write_bytes(whole.replace(b'"person":"auditor"', b'"person":"carrier"', 1))
    assert Finding("leaf_differs", 3) in verify(tmp_path, _KNOWN).findings


def test_a_leaf_that_was_changed_is_not_handed_out(tmp_path: Path) -> None:
    _filled(tmp_path)
    whole = (tmp_path / LEAVES).read_bytes()
    (tmp_path / LEAVES).write_bytes(whole.replace(b'"lines":10', b'"lines":11', 1))
    with pytest.raises(StoreError, match="leaf 0"):
        read_log(tmp_path).leaf(0)


def test_history_that_was_written_anew_contradicts_its_checkpoints(tmp_path: Path) -> None:
    _filled(tmp_path / "true")
    log = open_log(tmp_path / "false")
    log.append([encode(HourLeaf("telecom", _HOUR, 11, "0" * 64, "0" * 64)), *_leaves(11, 1)])
    log.close()
    notes = (tmp_path / "true" / CHECKPOINTS).read_bytes()
    (tmp_path / "false" / CHECKPOINTS).write_bytes(notes)
    assert verify(tmp_path / "false", _KNOWN).findings == (Finding("note_root", 0),)


def test_leaves_that_were_taken_away_are_missed(tmp_path: Path) -> None:
    _filled(tmp_path)
    for name, size in ((HASHES, 10 * 64), (LEAVES, len(b"\n".join(_leaves(10))) + 1)):
        os.truncate(tmp_path / name, size)
    assert verify(tmp_path, _KNOWN).findings == (Finding("note_beyond", 0),)


def test_checkpoints_of_another_key_are_not_believed(tmp_path: Path) -> None:
    _filled(tmp_path)
    other = Ed25519PrivateKey.from_private_bytes(b"1" * 32).public_key()
    checked = verify(tmp_path, note.verifier(_ORIGIN, other))
    assert (checked.covered, checked.findings) == (0, (Finding("note_unsigned", 0),))


def test_records_are_compared_with_the_ledger(tmp_path: Path) -> None:
    _filled(tmp_path)
    ledger = {n: encode(RecordLeaf(n, _HOUR + 3600 * (n - 1), "auditor", "{}")) for n in (1, 2, 4)}
    ledger[2] = ledger[2].replace(b"auditor", b"carrier")
    assert set(verify(tmp_path, _KNOWN, ledger).findings) == {
        Finding("record_differs", 2),
        Finding("record_unknown", 3),
        Finding("record_missing", 4),
    }


# Checkpoints and who countersigned them.


def test_a_checkpoint_covers_what_was_there(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    for number in range(3):
        log.append(_leaves(4, 4 * number))
        _checkpoint(log, _HOUR + 3600 * number)
    covering = log.notes.covering(5)
    assert covering is not None
    assert note.parse_checkpoint(covering.text).size == 8
    since = log.notes.first_since(_HOUR + 3601)
    assert since is not None
    assert note.parse_checkpoint(since.text).size == 12
    assert log.notes.covering(13) is None


def test_a_countersignature_stands_below_its_checkpoint(tmp_path: Path) -> None:
    _filled(tmp_path)
    log = read_log(tmp_path)
    made = log.notes.newest()
    assert made is not None
    witness = Ed25519PrivateKey.from_private_bytes(b"3" * 32)
    line = note.cosign(made, "telecom", witness, _HOUR)
    add_cosignature(tmp_path, cosignature(made, line, _HOUR))
    found = log.notes.newest()
    assert found is not None
    known = note.verifier("telecom", witness.public_key(), note.COSIGNATURE)
    assert note.signed_at(found, known) == _HOUR
    assert note.is_signed(found, _KNOWN)
