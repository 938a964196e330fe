"""Checkpoints of the evidence log, countersignatures of witnesses, and what was sent to them.

    checkpoints.jsonl     a signed note a line, as a JSON string, in the order in which it was made
    cosignatures.jsonl    a line of a witness below a checkpoint, as it came
    witnesses.jsonl       each attempt to give a witness a day's checkpoint

All are appended to only. The last two may be written by another process than the monitor.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from sla.proof import note
from sla.proof.note import Checkpoint, Note, NoteError, Signature
from store import _sqlite
from store.errors import StoreError

CHECKPOINTS: Final = "checkpoints.jsonl"
COSIGNATURES: Final = "cosignatures.jsonl"
WITNESSES: Final = "witnesses.jsonl"

T = TypeVar("T")


class Cosignature(msgspec.Struct, frozen=True):
    """A witness's line below a checkpoint, and when it was handed in (UTC seconds).

    `text`: SHA-256 (hex) of the checkpoint's text.
    """

    text: str
    line: str
    at: int


def cosignature(of: Note, one: Signature, at: int) -> Cosignature:
    """Return what is kept of a countersignature."""
    return Cosignature(_digest(of), one.line, at)


class Attempt(msgspec.Struct, frozen=True):
    """One attempt to give a witness a checkpoint. `day`: local date; `at`: UTC seconds.

    `reason`: a code why not, or who of several was not reached.
    """

    witness: str
    day: str
    size: int
    at: int
    ok: bool
    reason: str = ""


class Notes:
    """The notes beside a log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / CHECKPOINTS
        self._starts = array("Q")
        self._end = 0
        self._sizes = array("Q")
        self._times = array("Q")

    def __len__(self) -> int:
        return len(self._sizes)

    def open_for_writing(self) -> int:
        """Cut off a last line that was not written to its end; return its bytes. StoreError."""
        cut = 0
        with _sqlite.translated(self._path):
            self._path.touch(_sqlite.PRIVATE)
            data = self._path.read_bytes()
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                os.truncate(self._path, whole)
                cut = len(data) - whole
        return cut

    def refresh(self) -> int:
        """Read what was added; return how many leaves checkpoints cover. Raises StoreError.

        A note that cannot be read is passed over here; `verify` names it.
        """
        if not self._path.exists():
            return 0
        with _sqlite.translated(self._path), self._path.open("rb") as file:
            file.seek(self._end)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                start, self._end = self._end, self._end + len(line)
                try:
                    said = checkpoint_in(line)
                except NoteError:
                    continue
                self._starts.append(start)
                self._sizes.append(said.size)
                self._times.append(said.at or 0)
        return max(self._sizes, default=0)

    def add(self, made: Note) -> None:
        """Append a checkpoint, on the disk. Raises StoreError; then none was added."""
        line = msgspec.json.encode(note.encode(made).decode()) + b"\n"
        _append(self._path, line)
        self.refresh()

    @property
    def last(self) -> Checkpoint | None:
        """What the last checkpoint says, None = there is none."""
        found = self.newest()
        return None if found is None else note.parse_checkpoint(found.text)

    def newest(self) -> Note | None:
        """Return the last checkpoint with its countersignatures. Raises StoreError."""
        return self._with_witnesses(len(self) - 1) if len(self) else None

    def covering(self, size: int) -> Note | None:
        """Return the first checkpoint over at least so many leaves, None = there is none yet."""
        place = bisect_left(self._sizes, size)
        return self._with_witnesses(place) if place < len(self) else None

    def first_since(self, at: int) -> Note | None:
        """Return the first checkpoint made at `at` (UTC seconds) or later."""
        place = bisect_left(self._times, at)
        return self._with_witnesses(place) if place < len(self) else None

    def same(self, other: Note) -> Note | None:
        """Return the checkpoint with this very text. Raises NoteError for what is none."""
        said = note.parse_checkpoint(other.text)
        place = bisect_left(self._times, said.at or 0)
        while place < len(self) and self._times[place] == (said.at or 0):
            if self._at(place).text == other.text:
                return self._with_witnesses(place)
            place += 1
        return None

    def _with_witnesses(self, place: int) -> Note:
        found = self._at(place)
        more = tuple(one for one in _cosigned(self._folder, found) if one not in found.signatures)
        return Note(found.text, (*found.signatures, *more))

    def _at(self, place: int) -> Note:
        with _sqlite.translated(self._path), self._path.open("rb") as file:
            file.seek(self._starts[place])
            line = file.readline()
        try:
            return note_in(line)
        except NoteError as error:
            raise StoreError("corrupt", self._path, f"checkpoint {place}") from error


def note_in(line: bytes) -> Note:
    """Read a line of the checkpoints. Raises NoteError."""
    try:
        text = msgspec.json.decode(line, type=str)
    except (msgspec.MsgspecError, ValueError) as error:
        raise NoteError("not_a_note") from error
    return note.parse(text.encode())


def checkpoint_in(line: bytes) -> Checkpoint:
    """Read what a line of the checkpoints says. Raises NoteError."""
    return note.parse_checkpoint(note_in(line).text)


def _cosigned(folder: Path, of: Note) -> Iterator[Signature]:
    text = _digest(of)
    for one in cosignatures(folder):
        if one.text == text:
            yield from note.parse(f"x\n\n{one.line}\n".encode()).signatures


def _digest(of: Note) -> str:
    return hashlib.sha256(of.text.encode()).hexdigest()


def cosignatures(folder: Path) -> list[Cosignature]:
    """Return what witnesses handed back, oldest first. Raises StoreError."""
    return _read(folder / COSIGNATURES, Cosignature)


def add_cosignature(folder: Path, one: Cosignature) -> None:
    """Keep what a witness handed back; whoever calls has checked it. Raises StoreError."""
    _append(folder / COSIGNATURES, msgspec.json.encode(one, order="sorted") + b"\n")


def attempts(folder: Path) -> list[Attempt]:
    """Return all attempts to reach witnesses, oldest first. Raises StoreError."""
    return _read(folder / WITNESSES, Attempt)


def add_attempt(folder: Path, one: Attempt) -> None:
    """Note an attempt. Raises StoreError."""
    _append(folder / WITNESSES, msgspec.json.encode(one, order="sorted") + b"\n")


def _read(path: Path, form: type[T]) -> list[T]:
    """Read whole lines; one that is none is passed over."""
    if not path.exists():
        return []
    with _sqlite.translated(path):
        data = path.read_bytes()
    found = []
    for line in data.split(b"\n")[:-1]:
        try:
            found.append(msgspec.json.decode(line, type=form))
        except (msgspec.MsgspecError, ValueError):
            continue
    return found


def _append(path: Path, data: bytes) -> None:
    """Append one line, on the disk, also where another process does. Raises StoreError."""
    with _sqlite.translated(path):
        file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, _sqlite.PRIVATE)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = os.fstat(file).st_size
            if before and os.pread(file, 1, before - 1) != b"\n":
                data = b"\n" + data  # half a line of a crash stays one that nobody reads
            try:
                written = os.write(file, data)
                if written != len(data):
                    os.ftruncate(file, before)
                    raise StoreError("disk_full", path, temporary=True)
                os.fsync(file)
            except OSError:
                os.ftruncate(file, before)
                raise
        finally:
            os.close(file)
