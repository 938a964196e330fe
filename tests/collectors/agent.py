"""A small SNMPv1 and SNMPv2c agent that answers as a real one would, faults included, on real UDP.

BER is written here once more on purpose: it shares no code with either engine.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

GET, GETNEXT, GETBULK, RESPONSE = 0xA0, 0xA1, 0xA5, 0xA2
INTEGER, OCTETS, NULL, COUNTER32, TICKS, COUNTER64 = 0x02, 0x04, 0x05, 0x41, 0x43, 0x46
NO_SUCH_INSTANCE, END_OF_VIEW = 0x81, 0x82
TOO_BIG, NO_SUCH_NAME, GENERAL_ERROR = 1, 2, 5
V1, V2C = 0, 1

Oid = tuple[int, ...]
Typed = tuple[int, int | bytes | None]


@dataclass
class Request:
    """A request as it was read."""

    kind: int
    id: int
    oids: list[Oid]
    repetitions: int
    community: bytes
    version: int


@dataclass
class Agent:
    """Values by OID, and what to do to the bytes of an answer."""

    values: dict[Oid, Typed] = field(default_factory=dict)
    community: bytes = b"public"
    largest: int = 1000
    """More variables than this: tooBig."""
    refuse: Callable[[Request], int | None] = lambda _: None
    """An error status instead of an answer; 0 = no error, and no variables either."""
    spoil: Callable[[bytes], bytes | None] = lambda answer: answer
    """What leaves instead of an answer; None = nothing."""
    wrong_id: bool = False
    other_port: bool = False
    other_host: bool = False
    following: Callable[[Oid], Oid | None] | None = None
    """Replaces the order of a walk."""
    seen: list[Request] = field(default_factory=list)
    port: int = 0

    def set(self, oid: str, kind: int, value: int | bytes) -> None:
        self.values[tuple(map(int, oid.split(".")))] = (kind, value)

    def answer(self, datagram: bytes) -> bytes | None:
        request = read(datagram)
        self.seen.append(request)
        if request.community != self.community:
            return None
        identity = request.id + 1 if self.wrong_id else request.id
        if request.kind in (GETBULK, GETNEXT):
            rows = self._following(request)
        else:
            rows = [(o, self.values.get(o, (NO_SUCH_INSTANCE, None))) for o in request.oids]
        index = 0
        status = self.refuse(request)
        if status is None:
            status = TOO_BIG if len(rows) > self.largest else 0
        if request.version == V1 and not status:  # RFC 1157 4.1.2: the first of them, by its place
            missing = [kind in (NO_SUCH_INSTANCE, END_OF_VIEW) for _, (kind, _) in rows]
            index = missing.index(True) + 1 if True in missing else 0
            status = NO_SUCH_NAME if index else 0
        if status:
            rows = [(oid, (NULL, None)) for oid in request.oids]
        if status == TOO_BIG or self.refuse(request) == 0:
            rows = []
        return self.spoil(write(self.community, identity, status, rows, index, request.version))

    def _following(self, request: Request) -> list[tuple[Oid, Typed]]:
        """RFC 3416 4.2.2 and 4.2.3: of each repetition one variable per column."""
        rows: list[tuple[Oid, Typed]] = []
        places = list(request.oids)
        for _ in range(request.repetitions if request.kind == GETBULK else 1):
            for column, after in enumerate(places):
                found = self.following(after) if self.following else self._next(after)
                if found is None:
                    rows.append((after, (END_OF_VIEW, None)))
                else:
                    places[column] = found
                    rows.append((found, self.values.get(found, (INTEGER, 1))))
        return rows

    def _next(self, after: Oid) -> Oid | None:
        return min((oid for oid in self.values if oid > after), default=None)


class _Served(asyncio.DatagramProtocol):
    def __init__(self, agent: Agent, elsewhere: socket.socket) -> None:
        self._agent = agent
        self._elsewhere = elsewhere
        self.closed = asyncio.get_running_loop().create_future()

    def connection_lost(self, _: Exception | None) -> None:
        self.closed.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            answer = self._agent.answer(data)
        except (IndexError, ValueError):
            return  # no SNMP it knows: a real agent drops it
        if answer is None:
            return
        if self._agent.other_host:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind(("127.0.0.2", self._agent.port))
                stranger.sendto(answer, addr)
        elif self._agent.other_port:
            self._elsewhere.sendto(answer, addr)
        else:
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def serving(agent: Agent, port: int = 0) -> AsyncIterator[Agent]:
    """Serve `agent` on 127.0.0.1, on a free port unless one is named."""
    elsewhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    elsewhere.bind(("127.0.0.1", 0))
    transport, served = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Served(agent, elsewhere), local_addr=("127.0.0.1", port)
    )
    agent.port = transport.get_extra_info("sockname")[1]
    try:
        yield agent
    finally:
        transport.close()
        await served.closed
        elsewhere.close()


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid_bytes(oid: Oid) -> bytes:
    out = bytearray([oid[0] * 40 + oid[1]])
    for arc in oid[2:]:
        chunk = [arc & 127]
        while arc := arc >> 7:
            chunk.append(arc & 127 | 128)
        out += bytes(reversed(chunk))
    return tlv(0x06, bytes(out))


def write(
    community: bytes,
    identity: int,
    status: int,
    rows: list[tuple[Oid, Typed]],
    index: int = 0,
    version: int = V2C,
) -> bytes:
    bindings = [tlv(0x30, oid_bytes(oid), _value(kind, value)) for oid, (kind, value) in rows]
    pdu = tlv(RESPONSE, integer(identity), integer(status), integer(index), tlv(0x30, *bindings))
    return tlv(0x30, integer(version), tlv(OCTETS, community), pdu)


def _value(kind: int, value: int | bytes | None) -> bytes:
    if value is None:
        return tlv(kind)
    return tlv(kind, value) if isinstance(value, bytes) else integer(value, kind)


def read(datagram: bytes) -> Request:
    message = _items(_items(datagram)[0][1])
    version = _number(message[0][1])
    if version not in (V1, V2C):
        raise ValueError("neither SNMPv1 nor SNMPv2c")
    kind, body = message[2]
    identity, _, repetitions, bindings = (content for _, content in _items(body))
    oids = [_oid(_items(binding)[0][1]) for _, binding in _items(bindings)]
    return Request(kind, _number(identity), oids, _number(repetitions), message[1][1], version)


def _items(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 128:
            width = size & 127
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        if at + size > len(data):
            raise ValueError("cut")
        found.append((tag, data[at : at + size]))
        at += size
    return found


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big", signed=True)


def _oid(content: bytes) -> Oid:
    arcs = [content[0] // 40, content[0] % 40]
    arc = 0
    for byte in content[1:]:
        arc = arc << 7 | byte & 127
        if not byte & 128:
            arcs.append(arc)
            arc = 0
    return tuple(arcs)
