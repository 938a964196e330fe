"""Look at every byte of an evidence log: leaves, hashes, checkpoints.

Reads the files by themselves, so that it finds what an opened log would not be asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from sla.canonical import RecordLeaf, encode, leaf_of
from sla.proof.merkle import SIZE, Algorithm, Tree, leaf_hash
from sla.proof.note import Checkpoint, NoteError, Verifier, is_signed, parse_checkpoint
from store import _sqlite
from store.evidence_log import HASHES, LEAVES
from store.evidence_notes import CHECKPOINTS, note_in

_BOTH: Final = 2 * SIZE

Code = Literal[
    "leaf_differs", "leaf_unknown", "leaf_torn", "leaves_missing", "hashes_missing",
    "note_unreadable", "note_torn", "note_unsigned", "note_origin", "note_beyond", "note_backwards",
    "note_root", "record_differs", "record_missing", "record_unknown",
]  # fmt: skip


class Finding(NamedTuple):
    """What is wrong, and where: the index of a leaf, a checkpoint, or the number of a record."""

    code: Code
    where: int


class Checked(NamedTuple):
    """What was looked at. `covered`: leaves below the last good checkpoint."""

    leaves: int
    checkpoints: int
    covered: int
    findings: tuple[Finding, ...]


def verify(folder: Path, known: Verifier, records: Mapping[int, bytes] | None = None) -> Checked:
    """Check a whole log against the log's public key.

    `records`: canonical leaves of the ledger's records by number, None = they are not compared.
    Raises StoreError when a file cannot be read.
    """
    trees: dict[Algorithm, Tree] = {"sha256": Tree("sha256"), "sm3": Tree("sm3")}
    findings = list(_leaves(folder, trees, records))
    covered = count = 0
    for place, (said, more) in enumerate(_checkpoints(folder, known)):
        count += 1
        findings += [Finding(code, place) for code in more]
        if said is None:
            continue
        if said.size < covered:
            findings.append(Finding("note_backwards", place))
        if said.size > len(trees["sha256"]):
            findings.append(Finding("note_beyond", place))
        elif said.sha256 != trees["sha256"].root(said.size) or (
            said.sm3 is not None and said.sm3 != trees["sm3"].root(said.size)
        ):
            findings.append(Finding("note_root", place))
        elif not more:
            covered = max(covered, said.size)
    return Checked(len(trees["sha256"]), count, covered, tuple(findings))


def _leaves(
    folder: Path, trees: Mapping[Algorithm, Tree], records: Mapping[int, bytes] | None
) -> Iterator[Finding]:
    """Add every leaf to the trees by its bytes; tell of those that are not what was written."""
    seen = set()
    for index, (line, pair) in enumerate(zip_longest(_lines(folder / LEAVES), _pairs(folder))):
        if line is None or not line.endswith(b"\n"):
            yield Finding("leaves_missing" if line is None else "leaf_torn", index)
            break
        leaf = line[:-1]
        found = leaf_hash(leaf, "sha256"), leaf_hash(leaf, "sm3")
        for tree, one in zip(trees.values(), found, strict=True):
            tree.add(one)
        if pair is None or len(pair) < _BOTH:
            yield Finding("hashes_missing", index)
        elif pair != b"".join(found):
            yield Finding("leaf_differs", index)
        record = _record(leaf)
        if record == 0:
            yield Finding("leaf_unknown", index)
        elif record is not None:
            seen.add(record)
            if records is not None and records.get(record) != leaf:
                yield Finding("record_differs" if record in records else "record_unknown", record)
    for number in sorted((records or {}).keys() - seen):
        yield Finding("record_missing", number)


def _record(leaf: bytes) -> int | None:
    """Return the number of a record, None for another leaf, 0 for what is no canonical leaf."""
    try:
        read = leaf_of(leaf)
    except (msgspec.MsgspecError, ValueError):
        return 0
    if encode(read) != leaf:
        return 0
    return read.number if isinstance(read, RecordLeaf) else None


def _pairs(folder: Path) -> Iterator[bytes]:
    with _sqlite.translated(folder / HASHES), (folder / HASHES).open("rb") as file:
        while pair := file.read(_BOTH):
            yield pair


def _checkpoints(
    folder: Path, known: Verifier
) -> Iterator[tuple[Checkpoint | None, tuple[Code, ...]]]:
    for line in _lines(folder / CHECKPOINTS):
        if not line.endswith(b"\n"):
            yield None, ("note_torn",)
            continue
        try:
            note = note_in(line)
            said = parse_checkpoint(note.text)
        except NoteError:
            yield None, ("note_unreadable",)
            continue
        wrong: list[Code] = []
        if not is_signed(note, known):
            wrong.append("note_unsigned")
        if said.origin != known.name:
            wrong.append("note_origin")
        yield said, tuple(wrong)


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with _sqlite.translated(path), path.open("rb") as file:
            yield from file
