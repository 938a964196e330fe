"""Raw observations as heard, one after the other, so that a month can be added up again.

A file is a sequence of frames: length (4 bytes, big-endian), CRC-32 of the body (4 bytes), body
(msgpack). A body is an array:

    [0, number, id]                                              a probe gets a number
    [1, number, slot_ms, took, outcome, reason, values, rtts]    one observation

A file that the process could not finish ends in a torn frame; whoever reads is told.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from metrics.observation import Observation, Outcome, Probe
from store import _sqlite

FOLDER: Final = "recordings"
_HEAD: Final = struct.Struct(">II")
_PROBE, _OBSERVATION = 0, 1
_LIMIT: Final = 8 << 20
_LONGEST: Final = 1 << 20
_decode: Final = msgspec.msgpack.Decoder().decode


class Recorder:
    """Buffers what is observed; `flush` writes it, in the caller's thread.

    One file per run of the process. `limit`: bytes kept in memory; beyond it observations are
    dropped and counted.
    """

    def __init__(self, path: Path, limit: int = _LIMIT) -> None:
        self._path = path
        self._limit = limit
        self._buffer = bytearray()
        self._lock = threading.Lock()
        self._numbers: dict[Probe, int] = {}
        self._encode = msgspec.msgpack.Encoder().encode
        self._file: int | None = None
        self.recorded = 0
        self.dropped = 0

    def observe(self, observation: Observation) -> None:
        """Record one observation, in memory."""
        probe = observation.probe
        body = self._encode(
            (
                _OBSERVATION,
                self._numbers.get(probe, len(self._numbers)),
                observation.slot_ms,
                observation.took,
                int(observation.outcome),
                observation.reason,
                observation.values,
                observation.rtts,
            )
        )
        with self._lock:
            if len(self._buffer) + len(body) > self._limit:
                self.dropped += 1
                return
            if probe not in self._numbers:
                number = self._numbers[probe] = len(self._numbers)
                self._append(self._encode((_PROBE, number, probe.id)))
            self._append(body)
            self.recorded += 1

    def _append(self, body: bytes) -> None:
        self._buffer += _HEAD.pack(len(body), zlib.crc32(body))
        self._buffer += body

    def flush(self) -> int:
        """Write what is buffered; return its bytes. Raises StoreError: the rest is kept, try again.

        May run in another thread than `observe`, in one at a time.
        """
        with self._lock:
            waiting = bytes(self._buffer)
        written = 0
        try:
            with _sqlite.translated(self._path):
                if self._file is None:
                    self._file = _create(self._path)
                while written < len(waiting):
                    written += os.write(self._file, waiting[written:])
        finally:
            with self._lock:
                del self._buffer[:written]
        return written

    def close(self) -> None:
        """Write what is buffered, sync it, close the file. Raises StoreError."""
        self.flush()
        if self._file is not None:
            with _sqlite.translated(self._path):
                os.fsync(self._file)
                os.close(self._file)
            self._file = None


def _create(path: Path) -> int:
    _sqlite.private_folder(path.parent)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
    return os.open(path, flags, _sqlite.PRIVATE)


class Recording:
    """A file that is read. After the last observation `torn` and `unknown` are known."""

    def __init__(self, path: Path, probes: Mapping[str, Probe]) -> None:
        self._path = path
        self._probes = probes
        self.torn = 0
        """Bytes at the end that are no whole frame: the process was stopped while it wrote."""
        self.unknown = 0
        """Observations of probes that are not in `probes`."""

    def __iter__(self) -> Iterator[Observation]:
        """Yield the observations in the order in which they were heard."""
        self.torn = self.unknown = 0
        numbers: dict[int, str] = {}
        for body in self._frames():
            kind, number, *rest = body
            if kind == _PROBE:
                numbers[number] = rest[0]
                continue
            probe = self._probes.get(numbers.get(number, ""))
            if probe is None:
                self.unknown += 1
                continue
            slot_ms, took, outcome, reason, values, rtts = rest
            yield Observation(
                probe, slot_ms, took, Outcome(outcome), reason, tuple(values), tuple(rtts)
            )

    def _frames(self) -> Iterator[list[Any]]:
        with _sqlite.translated(self._path), self._path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            whole = 0
            while len(head := file.read(_HEAD.size)) == _HEAD.size:
                length, checksum = _HEAD.unpack(head)
                body = file.read(length) if length <= _LONGEST else b""
                if len(body) != length or zlib.crc32(body) != checksum:
                    break
                whole = file.tell()
                yield _decode(body)
            self.torn = size - whole


def read(path: Path, probes: Mapping[str, Probe]) -> Recording:
    """Return the observations of a file, for the probes at hand by id. Raises StoreError."""
    return Recording(path, probes)
