"""Lines in one gzip file that can be read whole by anybody, and in parts by us.

RFC 1952 lets a file be several members one after another; `zcat` gives all of it. Each member
holds the lines of a few circuits. The first one holds none: in extra fields of its header (section
2.3.1.1) stands how many bytes each of the others takes (`XI`) and the circuit it begins with
(`XN`), so that a circuit is found without unpacking its neighbours. No time and no name is in a
header: equal lines give equal bytes.
"""

from __future__ import annotations

import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

_HEAD: Final = struct.Struct("<4sIBBH")
_FIELD: Final = struct.Struct("<2sH")
_TAIL: Final = struct.Struct("<II")
_MAGIC: Final = b"\x1f\x8b\x08"
_PLAIN: Final = _MAGIC + b"\x00"
_EXTRA: Final = _MAGIC + b"\x04"
_NOTHING: Final = b"\x03\x00"
"""Deflated (RFC 1951): one empty block."""
_PLAIN_HEAD: Final = 10
_LARGEST_INDEX: Final = 0xFFFF
_LARGEST: Final = 1 << 27


class NotMembersError(ValueError):
    """Bytes that `pack` did not write."""


def pack(lines: Sequence[bytes], size: int) -> bytes:
    """Return the file of lines in the order of their bytes; each gets a line end.

    `size`: about so many lines in a member. They are more where the index would be too long.
    """
    while True:
        groups = list(grouped(lines, size))
        names = b"\n".join(circuit_of(group[0]) for group in groups)
        if len(names) + 4 * len(groups) + 2 * _FIELD.size <= _LARGEST_INDEX:
            break
        size *= 2
    members = [_member(b"".join(line + b"\n" for line in group)) for group in groups]
    sizes = struct.pack(f"<{len(members)}I", *map(len, members))
    extra = _FIELD.pack(b"XI", len(sizes)) + sizes + _FIELD.pack(b"XN", len(names)) + names
    head = _HEAD.pack(_EXTRA, 0, 2, 255, len(extra)) + extra
    return b"".join([head, _NOTHING, _TAIL.pack(0, 0), *members])


def _member(plain: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(plain) + packer.flush()
    head = _HEAD.pack(_PLAIN, 0, 2, 255, 0)[:_PLAIN_HEAD]
    return head + body + _TAIL.pack(zlib.crc32(plain), len(plain) & 0xFFFFFFFF)


def unpack(data: bytes) -> list[bytes]:
    """Return all lines. Raises NotMembersError."""
    at, sizes, _ = _index(data)
    lines: list[bytes] = []
    for size in sizes:
        lines += _lines(data[at : at + size])
        at += size
    if at != len(data):
        raise NotMembersError("another length")
    return lines


def outline(file: int) -> bytes:
    """Return which circuits the members of an open file begin with, and all of the last one.

    Files of the same circuits have the same one. The rest is not read. Raises NotMembersError,
    OSError.
    """
    first, sizes, names = _index(os.pread(file, _HEAD.size + _LARGEST_INDEX, 0))
    last = _lines(os.pread(file, sizes[-1], first + sum(sizes[:-1]))) if sizes else []
    return b"\n".join([*names, *dict.fromkeys(map(circuit_of, last))])


class Members:
    """A file to find lines in. Used by one thread; `close` it."""

    def __init__(self, file: int) -> None:
        """`file`: descriptor, open for reading; it becomes ours. Raises NotMembersError, OSError.

        Only the index is read.
        """
        self._file = file
        first, self._sizes, names = _index(os.pread(file, _HEAD.size + _LARGEST_INDEX, 0))
        self._starts = [*accumulate(self._sizes, initial=first)]
        # With what follows a name in a line: so they are ordered as the lines are.
        self._names = [name + b'"' for name in names]
        self._last: tuple[int, list[bytes]] = (-1, [])

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def of(self, circuit: str) -> list[bytes]:
        """Return the lines of a circuit. Raises NotMembersError, OSError."""
        name = circuit.encode() + b'"'
        place = bisect_right(self._names, name) - 1
        if place < 0:
            return []
        prefix = _BEFORE + name
        return [line for line in self._member(place) if line.startswith(prefix)]

    def _member(self, place: int) -> list[bytes]:
        if self._last[0] != place:
            packed = os.pread(self._file, self._sizes[place], self._starts[place])
            self._last = place, _lines(packed)
        return self._last[1]


def _index(data: bytes) -> tuple[int, Sequence[int], list[bytes]]:
    """Read the first member: its length, the sizes of the others, the circuits they begin with."""
    try:
        magic, _, _, _, extra = _HEAD.unpack_from(data)
        kind, length = _FIELD.unpack_from(data, _HEAD.size)
        sizes = struct.unpack_from(f"<{length // 4}I", data, _HEAD.size + _FIELD.size)
        at = _HEAD.size + _FIELD.size + length
        other, size = _FIELD.unpack_from(data, at)
    except struct.error as error:
        raise NotMembersError("cut short") from error
    names = data[at + _FIELD.size : at + _FIELD.size + size]
    rest = length + size + 2 * _FIELD.size
    found = names.split(b"\n") if names else []
    if (magic, kind, other, rest) != (_EXTRA, b"XI", b"XN", extra) or len(found) != len(sizes):
        raise NotMembersError("another header")
    return _HEAD.size + extra + len(_NOTHING) + _TAIL.size, sizes, found


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
        while end < len(lines) and circuit_of(lines[end]) == circuit_of(lines[end - 1]):
            end += 1
        yield lines[start:end]
        start = end


_BEFORE: Final = b'{"circuit":"'


def circuit_of(line: bytes) -> bytes:
    """Return the circuit of a line; an id has no character that JSON would write otherwise."""
    return line[len(_BEFORE) :].partition(b'"')[0]
