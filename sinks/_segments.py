"""Batches on disk: append-only segment files, read back in order.

    <directory>/00000001.seg     frames, oldest segment first
    <directory>/cursor           segment number and offset of the first frame not yet delivered
    <directory>/refused/         batches set aside, each a file, and index.jsonl which says why

A frame is a header (magic, length, points, CRC-32, instant of its first reading) and the batch.
Each append ends with fsync, so what has been appended survives a loss of power; at the next start
a torn frame at the end of a segment is cut off, and one whose CRC is wrong is passed over.
The cursor is written without fsync: after a crash at most the batches sent since then are sent
again. Beyond `max_bytes` the oldest segment goes. All calls are synchronous; the outbox makes
them in a thread.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

_FRAME: Final = struct.Struct("<4sIIId")
_MAGIC: Final = b"EXB1"
_CURSOR: Final = struct.Struct("<QQ")


@dataclass(frozen=True, slots=True)
class Batch:
    """What is sent at once. `since`: when its first reading came (UTC seconds)."""

    data: bytes
    points: int
    since: float


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a batch lies on disk."""

    segment: int
    offset: int
    size: int
    points: int
    since: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """What lies on disk; `oldest`: when the first reading of the oldest batch came."""

    batches: int = 0
    points: int = 0
    bytes: int = 0
    oldest: float | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """What was given up for space, or was found damaged: batches and points (if known)."""

    batches: int = 0
    points: int = 0


class Segments:
    """The disk side of one outbox. Nothing is opened before `open`."""

    def __init__(self, directory: Path, max_bytes: int, segment_bytes: int) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._segment_bytes = max(1, min(segment_bytes, max_bytes // 4))
        self._frames: deque[Frame] = deque()
        self._sizes: dict[int, int] = {}
        self._next = 1
        self._bytes = 0

    def open(self) -> Gone:
        """Read what an earlier process left; return what was damaged."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        first, offset = self._read_cursor()
        self._next = max(self._next, first)
        damaged = Gone()
        for path in sorted(self._directory.glob("[0-9]" * 8 + ".seg")):
            number = int(path.stem)
            self._next = max(self._next, number + 1)
            if number < first:
                with contextlib.suppress(OSError):
                    path.unlink()
                continue
            frames, good, bad = _scan(path, number)
            damaged = Gone(damaged.batches + bad.batches, damaged.points + bad.points)
            if good < path.stat().st_size:
                os.truncate(path, good)
            self._frames += [frame for frame in frames if number > first or frame.offset >= offset]
            self._sizes[number] = good
            self._bytes += good
        self._drop_delivered()
        return damaged

    def waiting(self) -> Waiting:
        """Sum up what lies on disk."""
        points = sum(frame.points for frame in self._frames)
        oldest = self._frames[0].since if self._frames else None
        return Waiting(len(self._frames), points, self._bytes, oldest)

    def append(self, batches: Sequence[Batch]) -> tuple[Frame, Gone]:
        """Write batches behind all others; return where the first lies and what had to go.

        Raises OSError when the disk does not take them; then none of them is there.
        """
        number = self._next
        path = self._path(number)
        written: list[Frame] = []
        try:
            with path.open("ab") as out:
                start = out.tell()
                for batch in batches:
                    offset = out.tell()
                    out.write(_header(batch))
                    out.write(batch.data)
                    size = _FRAME.size + len(batch.data)
                    written.append(Frame(number, offset, size, batch.points, batch.since))
                out.flush()
                os.fsync(out.fileno())
                end = out.tell()
        except OSError:
            _shorten(path, self._sizes.get(number, 0))
            raise
        self._frames += written
        self._sizes[number] = end
        self._bytes += end - start
        if end >= self._segment_bytes:
            self._next += 1
        return written[0], self._make_room()

    def head(self) -> tuple[Frame, Batch] | None:
        """Read the oldest batch; None = nothing is left. Raises OSError."""
        if not self._frames:
            return None
        frame = self._frames[0]
        with self._path(frame.segment).open("rb") as file:
            file.seek(frame.offset)
            header, data = file.read(_FRAME.size), file.read(frame.size - _FRAME.size)
        if header != _header(Batch(data, frame.points, frame.since)):
            raise OSError(errno.EIO, "damaged frame")
        return frame, Batch(data, frame.points, frame.since)

    def holds(self, frame: Frame) -> bool:
        """Tell whether a frame is still there (it may have been given up for space)."""
        return bool(self._frames) and self._frames[0] == frame

    def advance(self, frame: Frame) -> None:
        """Note that a frame was delivered."""
        if self.holds(frame):
            self.give_up()

    def give_up(self) -> Gone:
        """Pass over the oldest frame, because it was delivered or cannot be read."""
        if not self._frames:
            return Gone()
        frame = self._frames.popleft()
        self._drop_delivered()
        self._write_cursor()
        return Gone(1, frame.points)

    def _make_room(self) -> Gone:
        batches = points = 0
        while self._bytes > self._max_bytes and len(self._sizes) > 1:
            oldest = min(self._sizes)
            while self._frames and self._frames[0].segment == oldest:
                points += self._frames.popleft().points
                batches += 1
            self._remove(oldest)
        if batches:
            self._write_cursor()
        return Gone(batches, points)

    def _drop_delivered(self) -> None:
        """Remove the segments before the first frame that waits."""
        first = self._frames[0].segment if self._frames else self._next + 1
        for number in [number for number in self._sizes if number < first]:
            self._remove(number)
        self._next = max(self._next, max(self._sizes, default=0))

    def _remove(self, number: int) -> None:
        # A file that cannot be removed now lies before the cursor and goes at the next start.
        with contextlib.suppress(OSError):
            self._path(number).unlink(missing_ok=True)
        self._bytes -= self._sizes.pop(number)
        self._next = max(self._next, number + 1)

    def _path(self, number: int) -> Path:
        return self._directory / f"{number:08}.seg"

    def _read_cursor(self) -> tuple[int, int]:
        try:
            first, offset = _CURSOR.unpack((self._directory / "cursor").read_bytes())
        except (OSError, struct.error):
            return 0, 0
        return first, offset

    def _write_cursor(self) -> None:
        waiting = self._frames[0] if self._frames else None
        place = (waiting.segment, waiting.offset) if waiting else (self._next, 0)
        temporary = self._directory / "cursor.new"
        # Without a new cursor some batches are sent twice after a restart: no reason to stop.
        with contextlib.suppress(OSError):
            temporary.write_bytes(_CURSOR.pack(*place))
            temporary.replace(self._directory / "cursor")


class Refused:
    """Batches the destination will never take, kept for a person to look at."""

    def __init__(self, directory: Path, max_bytes: int) -> None:
        self._directory = directory / "refused"
        self._max_bytes = max_bytes

    def add(self, batch: Batch, why: dict[str, object]) -> None:
        """Set a batch aside with a line in the index; the oldest go for space. Raises OSError."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = sorted(self._directory.glob("*.batch"))
        number = int(files[-1].stem) + 1 if files else 1
        path = self._directory / f"{number:08}.batch"
        path.write_bytes(batch.data)
        line = {"file": path.name, "points": batch.points, "since": batch.since, **why}
        index = self._directory / "index.jsonl"
        kept = index.read_text("utf-8").splitlines()[-999:] if index.exists() else []
        index.write_text("\n".join([*kept, json.dumps(line, ensure_ascii=False), ""]), "utf-8")
        self._make_room([*files, path])

    def _make_room(self, files: list[Path]) -> None:
        sizes = [path.stat().st_size for path in files]
        total = sum(sizes)
        for path, size in zip(files[:-1], sizes, strict=False):
            if total <= self._max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


def _header(batch: Batch) -> bytes:
    return _FRAME.pack(_MAGIC, len(batch.data), batch.points, crc32(batch.data), batch.since)


def _scan(path: Path, number: int) -> tuple[list[Frame], int, Gone]:
    """Return the whole frames of a segment, where the last one ends, and what is damaged."""
    frames: list[Frame] = []
    offset = batches = points = 0
    size = path.stat().st_size
    with path.open("rb") as file:
        while len(header := file.read(_FRAME.size)) == _FRAME.size:
            magic, length, count, checksum, since = _FRAME.unpack(header)
            end = offset + _FRAME.size + length
            if magic != _MAGIC or end > size:
                break
            if crc32(file.read(length)) == checksum:
                frames.append(Frame(number, offset, end - offset, count, since))
            else:
                batches += 1
                points += count
            offset = end
    return frames, offset, Gone(batches + (offset < size), points)


def _shorten(path: Path, size: int) -> None:
    """Cut off what a failed append left; what cannot be cut now is cut by its CRC later."""
    with contextlib.suppress(OSError):
        os.truncate(path, size)
