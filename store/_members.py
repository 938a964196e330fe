"""Lines in one gzip file that can be read whole by anybody, and in parts by us.

RFC 1952 lets a file be several members one after another; `zcat` gives all of it. Each member
holds the lines of a few circuits, and its header says in an extra field (section 2.3.1.1, `XE`) how
many bytes it takes, so that a circuit is found by halving without unpacking its neighbours. No time
and no name is in a header: equal lines give equal bytes.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

_HEAD: Final = struct.Struct("<4sIBBH2sHI")
_MAGIC: Final = b"\x1f\x8b\x08\x04"
_TAIL: Final = struct.Struct("<II")
_NAME: Final = b"XE"
_FIRST: Final = 512
"""Packed bytes that are more than the first line's name takes."""
_LARGEST: Final = 1 << 27


class NotMembersError(ValueError):
    """Bytes that `pack` did not write."""


def pack(groups: Sequence[Sequence[bytes]]) -> bytes:
    """Return the file: a member for each group of lines; each line gets a line end."""
    return b"".join(_member(b"".join(line + b"\n" for line in group)) for group in groups)


def _member(plain: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(plain) + packer.flush()
    size = _HEAD.size + len(body) + _TAIL.size
    head = _HEAD.pack(_MAGIC, 0, 2, 255, 8, _NAME, 4, size)
    return head + body + _TAIL.pack(zlib.crc32(plain), len(plain) & 0xFFFFFFFF)


def unpack(data: bytes) -> list[bytes]:
    """Return all lines. Raises NotMembersError."""
    lines: list[bytes] = []
    at = 0
    while at < len(data):
        size = _size(data[at : at + _HEAD.size])
        lines += _lines(data[at : at + size])
        at += size
    return lines


class Members:
    """A file to find lines in. Used by one thread; `close` it."""

    def __init__(self, file: int) -> None:
        """`file`: descriptor, open for reading; it becomes ours. Raises NotMembersError, OSError.

        Only the headers are read.
        """
        self._file = file
        self._starts: list[tuple[int, int]] = []
        self._firsts: dict[int, bytes] = {}
        self._last: tuple[int, list[bytes]] = (-1, [])
        at, end = 0, os.fstat(file).st_size
        while at < end:
            size = _size(os.pread(file, _HEAD.size, at))
            self._starts.append((at, size))
            at += size

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def starting(self, prefix: bytes) -> list[bytes]:
        """Return the lines that start with a prefix. Raises NotMembersError, OSError.

        They must be in one member: `pack` was given all of them in one group.
        """
        low, high = 0, len(self._starts)
        while low < high:
            middle = (low + high) // 2
            # A member may begin with a line of the prefix, which is then above it.
            if self._first(middle)[: len(prefix)] <= prefix:
                low = middle + 1
            else:
                high = middle
        return [] if low == 0 else [x for x in self._member(low - 1) if x.startswith(prefix)]

    def _first(self, place: int) -> bytes:
        first = self._firsts.get(place)
        if first is None:
            at, size = self._starts[place]
            length = min(_FIRST, size - _HEAD.size)
            packed = os.pread(self._file, length, at + _HEAD.size)
            try:
                first = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, 256)
            except zlib.error as error:
                raise NotMembersError(str(error)) from error
            self._firsts[place] = first
        return first

    def _member(self, place: int) -> list[bytes]:
        if self._last[0] != place:
            at, size = self._starts[place]
            self._last = place, _lines(os.pread(self._file, size, at))
        return self._last[1]


def _size(head: bytes) -> int:
    if len(head) < _HEAD.size:
        raise NotMembersError("cut short")
    magic, _, _, _, extra, name, length, size = _HEAD.unpack(head)
    if (magic, extra, name, length) != (_MAGIC, 8, _NAME, 4):
        raise NotMembersError("another header")
    if not _HEAD.size + _TAIL.size < size <= _LARGEST:
        raise NotMembersError("a size that cannot be")
    return int(size)


def _lines(member: bytes) -> list[bytes]:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(member, _LARGEST)
    except zlib.error as error:
        raise NotMembersError(str(error)) from error
    if not unpacker.eof or unpacker.unused_data or not plain.endswith(b"\n"):
        raise NotMembersError("not whole")
    return plain[:-1].split(b"\n")


def grouped(lines: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    """Cut lines in order into groups of about `size` that keep the lines of a circuit together."""
    start = 0
    while start < len(lines):
        end = min(start + size, len(lines))
        while end < len(lines) and _circuit(lines[end]) == _circuit(lines[end - 1]):
            end += 1
        yield lines[start:end]
        start = end


def _circuit(line: bytes) -> bytes:
    return line.split(b'"hour"', 1)[0]
