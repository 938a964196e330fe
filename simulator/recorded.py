"""A recorded device: answers from a `.snmprec` file, as the agent that was recorded once did.

A line is `OID|type|value` (the format of snmpsim): the type is the BER tag in decimal, and `x`
behind it says that the value is in hexadecimal. Order does not matter; of an OID that stands twice
the first line counts: an agent that repeats itself was recorded so.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from simulator import ber
from simulator.sockets import Door

_IP_ADDRESS: Final = 0x40
_OPAQUE: Final = 0x44
_NUMBERS: Final = frozenset(
    {ber.INTEGER, ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS, ber.COUNTER64}
)
_EXCEPTIONS: Final = frozenset({ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW})
_TEXTS: Final = frozenset({ber.OCTET_STRING, _OPAQUE})
_MOST_BINDINGS: Final = 2048
_WRAPPING: Final = 24


class Recording:
    """The objects of one device in the order of a walk."""

    def __init__(self, lines: dict[ber.Oid, tuple[int, bytes]]) -> None:
        """`lines`: OID -> (tag, BER contents)."""
        self._oids = sorted(lines)
        self._names = [ber.encode_oid(oid) for oid in self._oids]
        self._tags = [lines[oid][0] for oid in self._oids]
        self._bindings = [
            ber.binding(name, *lines[oid])
            for name, oid in zip(self._names, self._oids, strict=True)
        ]

    def __len__(self) -> int:
        return len(self._oids)

    def answer(self, data: bytes, community: bytes, room: int = 4000) -> bytes | None:
        """Answer a request of at most `room` octets; None where an agent would keep silent."""
        try:
            request = ber.parse_request(data)
            if request.community != community:
                return None
            first, second, names = ber.parse_rest(request.rest)
            if len(names) > _MOST_BINDINGS:
                return None
            asked = [(ber.decode_oid(name), name) for name in names]
            if request.tag == ber.GETBULK:
                return self._bulk(request, asked, first, second, room)
            if request.version == ber.V1:
                return self._v1(request, asked, names)
            found = [self._get(request, *one)[0] for one in asked]
        except ber.GarbageError:
            return None
        bindings = b"".join(found)
        if len(bindings) + len(request.head) + _WRAPPING > room:
            return ber.response(request, b"", ber.TOO_BIG)
        return ber.response(request, bindings)

    def _get(self, request: ber.Request, oid: ber.Oid, name: bytes) -> tuple[bytes, int]:
        """Return the binding and its tag: of `oid` itself, or of what follows it."""
        if request.tag == ber.GET:
            place = bisect_left(self._oids, oid)
            if place < len(self._oids) and self._oids[place] == oid:
                return self._bindings[place], self._tags[place]
            return ber.binding(name, ber.NO_SUCH_INSTANCE, b""), ber.NO_SUCH_INSTANCE
        place = bisect_right(self._oids, oid)
        while request.version == ber.V1 and self._tags[place : place + 1] == [ber.COUNTER64]:
            place += 1
        if place < len(self._oids):
            return self._bindings[place], self._tags[place]
        return ber.binding(name, ber.END_OF_MIB_VIEW, b""), ber.END_OF_MIB_VIEW

    def _v1(
        self, request: ber.Request, asked: list[tuple[ber.Oid, bytes]], names: list[bytes]
    ) -> bytes:
        """Answer SNMPv1 (RFC 1157): one missing name refuses the whole request."""
        found = [self._get(request, *one) for one in asked]
        for position, (_, tag) in enumerate(found, 1):
            if tag >= ber.NO_SUCH_OBJECT or tag == ber.COUNTER64:
                refused = b"".join(ber.binding(name, ber.NULL, b"") for name in names)
                return ber.response(request, refused, ber.NO_SUCH_NAME, position)
        return ber.response(request, b"".join(binding for binding, _ in found))

    def _bulk(
        self,
        request: ber.Request,
        asked: list[tuple[ber.Oid, bytes]],
        singles: int,
        repetitions: int,
        room: int,
    ) -> bytes:
        """Answer GETBULK (RFC 3416, 4.2.3) with as many bindings as fit."""
        singles = max(singles, 0)
        bindings = bytearray()
        left = room - len(request.head) - _WRAPPING
        at = [(bisect_right(self._oids, oid), name) for oid, name in asked]
        for turn in range(max(repetitions, 1 if singles else 0)):
            row = at if turn == 0 else at[singles:]
            over = True
            for place, name in row:
                if place + turn < len(self._oids):
                    binding, over = self._bindings[place + turn], False
                else:
                    last = self._names[-1] if self._names and place < len(self._oids) else name
                    binding = ber.binding(last, ber.END_OF_MIB_VIEW, b"")
                if len(bindings) + len(binding) > left:
                    status = ber.NO_ERROR if bindings else ber.TOO_BIG
                    return ber.response(request, bytes(bindings), status)
                bindings += binding
            if over or not row:
                break
        return ber.response(request, bytes(bindings))


def read(path: Path) -> Recording:
    """Read a recording; raise ValueError that names the line which is none, OSError without it.

    Lines without a value that an agent could give are left out: an empty number, and the exceptions
    (noSuchObject and its like) that some recorders write down.
    """
    lines: dict[ber.Oid, tuple[int, bytes]] = {}
    for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        text = line.removesuffix(b"\r")
        if not text.strip() or text.startswith(b"#"):
            continue
        try:
            oid, kind, value = text.split(b"|", 2)
            name = tuple(map(int, oid.decode().strip().strip(".").split(".")))
            contents = _contents(kind.decode(), value)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{path}:{number}: {_named(error)}") from error
        if contents is not None:
            lines.setdefault(name, contents)
    return Recording(lines)


def _named(error: Exception) -> str:
    return "OID|type|value expected" if "unpack" in str(error) else str(error)


def _contents(kind: str, value: bytes) -> tuple[int, bytes] | None:
    """Return tag and BER contents of a value; None = an agent has none such."""
    in_hex = kind.endswith("x")
    tag = int(kind.removesuffix("x"))
    raw = bytes.fromhex(value.decode()) if in_hex else value
    if tag in _TEXTS:
        return tag, raw
    if tag == ber.NULL:
        return tag, b""
    if tag in _EXCEPTIONS or not value.strip():
        return None
    if tag in _NUMBERS:
        return tag, ber.integer(int.from_bytes(raw, "big", signed=True) if in_hex else int(value))
    if tag == _IP_ADDRESS:
        return tag, raw if in_hex else IPv4Address(value.decode()).packed
    if tag == ber.OBJECT_ID:
        arcs = tuple(map(int, value.decode().strip(".").split(".")))
        return tag, ber.encode_oid(arcs if len(arcs) > 1 else (0, 0))
    raise ValueError(f"type {kind!r}")


def serve(recording: Recording, door: Door, community: bytes) -> Callable[[], None]:
    """Begin to answer at a door in the running event loop; return what ends it."""
    loop = asyncio.get_running_loop()

    def ready() -> None:
        while (received := door.receive()) is not None:
            key, data, peer = received
            response = recording.answer(data, community)
            if response is not None:
                door.send(key, response, peer)

    def close() -> None:
        loop.remove_reader(door.socket)
        door.close()

    loop.add_reader(door.socket, ready)
    return close
