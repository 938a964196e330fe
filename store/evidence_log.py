"""The evidence log on the disk: leaves are appended and never changed (methodology, section 2.1).

    evidence-log/leaves.jsonl        one leaf of `sla.canonical` a line
    evidence-log/hashes              64 bytes for each: its SHA-256 and its SM3 leaf hash
    evidence-log/checkpoints.jsonl   signed notes, each as one JSON string, see `evidence_notes`

A leaf counts when its hashes are on the disk; they are written when the leaves are. What a crash
left behind that, or half written, is cut off when the log is opened to be written, and said
(`cut`). Only what no checkpoint covers is ever cut: if covered leaves are missing the log is
`corrupt`, and nobody writes it. A `prev` hash in each leaf would say nothing that the hashes and
the roots do not, so there is none.

One process writes; others read while it does. Trees and places are held in memory: about 200 bytes
for each leaf.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from sla.canonical import HourLeaf, Leaf, MonitorLeaf, RecordLeaf, leaf_of
from sla.inputs import Log
from sla.proof.merkle import SIZE, Algorithm, Tree, leaf_hash
from store import _sqlite
from store.errors import StoreError
from store.evidence_notes import Notes

FOLDER: Final = "evidence-log"
EVIDENCE: Final = "evidence"
"""`evidence.FOLDER`, for those who must not load what it needs."""
LEAVES: Final = "leaves.jsonl"
HASHES: Final = "hashes"
LOCK: Final = "lock"
_BOTH: Final = 2 * SIZE
_BLOCK: Final = 1 << 20


class Roots(NamedTuple):
    """Both roots of one tree."""

    sha256: bytes
    sm3: bytes


@dataclass(slots=True)
class Places:
    """Where leaves of one kind stand: what names them (an hour, a number), and their indices."""

    names: array[int] = field(default_factory=lambda: array("q"))
    indices: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, name: int, index: int) -> None:
        """Note one more."""
        self.names.append(name)
        self.indices.append(index)

    def within(self, size: int) -> dict[int, int]:
        """Return index by name in a log of that size; of several with one name the last."""
        pairs = zip(self.names, self.indices, strict=True)
        return {name: index for name, index in pairs if index < size}


class EvidenceLog:
    """One log. `open_log` and `read_log` make it."""

    def __init__(self, folder: Path, hold: _sqlite.Hold | None) -> None:
        self.folder: Final = folder
        self.notes: Final = Notes(folder)
        self.cut = 0
        """Bytes that were cut off when it was opened: what a crash had left half written."""
        self._hold = hold
        self._trees: dict[Algorithm, Tree] = {"sha256": Tree("sha256"), "sm3": Tree("sm3")}
        self._ends = array("Q", [0])
        """Where each leaf's line ends; the first is where the first begins."""
        self._carriers: dict[str, Places] = {}
        self._monitor = Places()
        self._records = Places()
        self._torn = False

    def __len__(self) -> int:
        return len(self._ends) - 1

    # Asking.

    def roots(self, size: int | None = None) -> Roots:
        """Return the roots of the first `size` leaves, None = all. Raises IndexError."""
        return Roots(self._trees["sha256"].root(size), self._trees["sm3"].root(size))

    def inclusion(
        self, index: int, size: int | None = None, algorithm: Algorithm = "sha256"
    ) -> list[bytes]:
        """Return the path of a leaf to the root of the first `size`. Raises IndexError."""
        return self._trees[algorithm].inclusion(index, size)

    def consistency(
        self, old: int, new: int | None = None, algorithm: Algorithm = "sha256"
    ) -> list[bytes]:
        """Return what shows that the log of `old` leaves is the beginning of that of `new`."""
        return self._trees[algorithm].consistency(old, new)

    def leaf(self, index: int) -> bytes:
        """Return the bytes of a leaf. Raises IndexError; StoreError when they are other ones."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        path = self.folder / LEAVES
        start, end = self._ends[index], self._ends[index + 1]
        with _sqlite.translated(path), path.open("rb") as file:
            data = os.pread(file.fileno(), end - start - 1, start)
        if leaf_hash(data) != self._trees["sha256"].leaf(index):
            raise StoreError("corrupt", path, f"leaf {index}")
        return data

    def hours(self, carrier: str, size: int | None = None) -> dict[int, int]:
        """Return the index of each hour of a carrier in the log of the first `size` leaves."""
        places = self._carriers.get(carrier)
        return {} if places is None else places.within(len(self) if size is None else size)

    def monitor_hours(self, size: int | None = None) -> dict[int, int]:
        """Return the index of what is said of the monitor itself, by hour."""
        return self._monitor.within(len(self) if size is None else size)

    def records(self, size: int | None = None) -> dict[int, int]:
        """Return the index of each record by its number."""
        return self._records.within(len(self) if size is None else size)

    @property
    def last_record(self) -> int:
        """The number of the last record, 0 = there is none."""
        return self._records.names[-1] if self._records.names else 0

    def as_of(self, carrier: str, size: int | None = None) -> Log:
        """Return the log as it stood at a size, for a carrier's report."""
        size = len(self) if size is None else size
        roots = self.roots(size)
        return Log(
            size, roots.sha256.hex(), roots.sm3.hex(), self.hours(carrier, size), self.records(size)
        )

    # Writing.

    def append(self, leaves: Sequence[bytes]) -> int:
        """Append leaves and return the index of the first when they are on the disk.

        Raises StoreError: none of them counts. Raises ValueError for what is no leaf.
        """
        made = [(leaf_of(leaf), leaf) for leaf in leaves]
        if any(b"\n" in leaf for leaf in leaves):
            raise ValueError("a leaf is one line")
        pairs = [(leaf_hash(leaf, "sha256"), leaf_hash(leaf, "sm3")) for leaf in leaves]
        if self._torn:
            self._truncate()
        self._torn = True  # until all of it is there
        _add(self.folder / LEAVES, b"".join(leaf + b"\n" for leaf in leaves))
        _add(self.folder / HASHES, b"".join(one for pair in pairs for one in pair))
        self._torn = False
        first = len(self)
        for (read, leaf), hashes in zip(made, pairs, strict=True):
            self._take(read, self._ends[-1] + len(leaf) + 1, hashes)
        return first

    def _take(self, leaf: Leaf, end: int, hashes: tuple[bytes, bytes]) -> None:
        index = len(self)
        match leaf:
            case HourLeaf():
                self._carriers.setdefault(leaf.carrier, Places()).add(leaf.hour, index)
            case MonitorLeaf():
                self._monitor.add(leaf.hour, index)
            case RecordLeaf():
                self._records.add(leaf.number, index)
        for tree, one in zip(self._trees.values(), hashes, strict=True):
            tree.add(one)
        self._ends.append(end)  # last: whoever asks from another thread finds all of a leaf

    def refresh(self) -> None:
        """Read what was appended since. Raises StoreError."""
        covered = self.notes.refresh()  # first: the log may grow, and be covered, meanwhile
        hashes = self.folder / HASHES
        with _sqlite.translated(hashes), hashes.open("rb") as file:
            file.seek(len(self) * _BOTH)
            known = file.read()
        pairs = (
            (known[place : place + SIZE], known[place + SIZE : place + _BOTH])
            for place in range(0, len(known) - _BOTH + 1, _BOTH)
        )
        for line, hashed in zip(_lines(self.folder / LEAVES, self._ends[-1]), pairs, strict=False):
            # What a checkpoint covers is `verify`'s to look at; what none does may be torn.
            if len(self) >= covered and hashed != (leaf_hash(line), leaf_hash(line, "sm3")):
                break
            try:
                leaf = leaf_of(line)
            except (msgspec.MsgspecError, ValueError) as error:
                raise StoreError("corrupt", self.folder / LEAVES, f"leaf {len(self)}") from error
            self._take(leaf, self._ends[-1] + len(line) + 1, hashed)
        if len(self) < covered:
            detail = f"{len(self)} < {covered}"
            raise StoreError("corrupt", self.folder / LEAVES, detail)

    def _truncate(self) -> int:
        """Cut off what does not count; return how many bytes."""
        cut = 0
        for name, size in ((LEAVES, self._ends[-1]), (HASHES, len(self) * _BOTH)):
            path = self.folder / name
            with _sqlite.translated(path):
                more = path.stat().st_size - size
                if more > 0:
                    os.truncate(path, size)
                    cut += more
        self._torn = False
        return cut

    def open_for_writing(self) -> None:
        """Make what is missing, read all, cut off what does not count. Raises StoreError."""
        for name in (LEAVES, HASHES):
            with _sqlite.translated(self.folder / name):
                (self.folder / name).touch(_sqlite.PRIVATE)
        self.cut += self.notes.open_for_writing()
        self.refresh()
        self.cut += self._truncate()

    def close(self) -> None:
        """Give back the right to write."""
        if self._hold is not None:
            self._hold.release()


def open_log(folder: Path) -> EvidenceLog:
    """Open a log to be written; it is made where there is none.

    Raises StoreError: `held` (another process writes it), `corrupt` (leaves are missing that a
    checkpoint covers; nothing is changed), or what the disk says.
    """
    with _sqlite.translated(folder):
        _sqlite.private_folder(folder)
        hold = _sqlite.Hold(folder / LOCK)
        hold.take()
    log = EvidenceLog(folder, hold)
    try:
        log.open_for_writing()
    except BaseException:
        hold.release()
        raise
    return log


def read_log(folder: Path) -> EvidenceLog:
    """Read a log that may grow meanwhile; one that is not there is empty. Raises StoreError."""
    log = EvidenceLog(folder, None)
    if (folder / HASHES).exists():
        log.refresh()
    return log


def _lines(path: Path, start: int) -> Iterator[bytes]:
    """Yield whole lines without their ends."""
    with _sqlite.translated(path), path.open("rb", buffering=_BLOCK) as file:
        file.seek(start)
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def _add(path: Path, data: bytes) -> None:
    """Append and sync. Raises StoreError."""
    with _sqlite.translated(path), path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
