"""Just enough BER (X.690) for SNMPv1 and v2c (RFC 1157, RFC 3416): requests in, responses out.

Only definite lengths are read, as SNMP demands. Everything malformed raises `GarbageError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

V1: Final = 0
V2C: Final = 1

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_ID: Final = 0x06
SEQUENCE: Final = 0x30
COUNTER32: Final = 0x41
GAUGE32: Final = 0x42
TIME_TICKS: Final = 0x43
COUNTER64: Final = 0x46
NO_SUCH_OBJECT: Final = 0x80
NO_SUCH_INSTANCE: Final = 0x81
END_OF_MIB_VIEW: Final = 0x82

GET: Final = 0xA0
GETNEXT: Final = 0xA1
RESPONSE: Final = 0xA2
GETBULK: Final = 0xA5

NO_ERROR: Final = 0
TOO_BIG: Final = 1
NO_SUCH_NAME: Final = 2
GEN_ERR: Final = 5

Oid = tuple[int, ...]


class GarbageError(ValueError):
    """The datagram is no SNMP request that an agent could read: it drops and counts it."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request, as far as every agent reads it alike.

    `head` is version and community, `request_id` the whole element: both go back as they came.
    `rest` is what follows in the PDU: two integers and the variable bindings.
    """

    version: int
    community: bytes
    head: bytes
    tag: int
    request_id: bytes
    rest: bytes


def read(data: bytes, at: int) -> tuple[int, int, int]:
    """Read the element at `at`; return its tag, where its contents begin and where they end."""
    try:
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4:
                raise GarbageError("length")
            size = int.from_bytes(data[at : at + count], "big")
            at += count
    except IndexError as error:
        raise GarbageError("cut off") from error
    if at + size > len(data):
        raise GarbageError("cut off")
    return tag, at, at + size


def expect(data: bytes, at: int, wanted: int) -> tuple[int, int]:
    """Read an element that must have the tag `wanted`; return begin and end of its contents."""
    tag, begin, end = read(data, at)
    if tag != wanted:
        raise GarbageError(f"tag {tag:#x}, not {wanted:#x}")
    return begin, end


def parse_request(data: bytes) -> Request:
    """Read version, community, kind and request-id of a datagram."""
    first, whole = expect(data, 0, SEQUENCE)
    begin, end = expect(data, first, INTEGER)
    version = int.from_bytes(data[begin:end], "big", signed=True)
    if version not in {V1, V2C}:
        raise GarbageError(f"version {version}")
    begin, end = expect(data, end, OCTET_STRING)
    tag, body, pdu_end = read(data, end)
    if tag not in {GET, GETNEXT, GETBULK} or pdu_end > whole:
        raise GarbageError(f"PDU {tag:#x}")
    _, rest = expect(data, body, INTEGER)
    return Request(
        version, data[begin:end], data[first:end], tag, data[body:rest], data[rest:pdu_end]
    )


def parse_rest(rest: bytes) -> tuple[int, int, list[bytes]]:
    """Read the two integers (error fields or GETBULK's counts) and the encoded OIDs asked for."""
    begin, end = expect(rest, 0, INTEGER)
    first = int.from_bytes(rest[begin:end], "big", signed=True)
    begin, end = expect(rest, end, INTEGER)
    second = int.from_bytes(rest[begin:end], "big", signed=True)
    at, stop = expect(rest, end, SEQUENCE)
    oids: list[bytes] = []
    while at < stop:
        begin, after = expect(rest, at, SEQUENCE)
        name, name_end = expect(rest, begin, OBJECT_ID)
        if name == name_end or name_end > after:
            raise GarbageError("object identifier")
        oids.append(rest[name:name_end])
        at = after
    return first, second, oids


def length(size: int) -> bytes:
    """Encode a length."""
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def element(tag: int, contents: bytes) -> bytes:
    """Encode one element."""
    return bytes((tag,)) + length(len(contents)) + contents


def integer(value: int) -> bytes:
    """Encode the contents of an INTEGER, Counter, Gauge or TimeTicks in the fewest octets."""
    bits = value.bit_length() if value >= 0 else (value + 1).bit_length()
    return value.to_bytes((bits >> 3) + 1, "big", signed=True)


def encode_oid(oid: Oid) -> bytes:
    """Encode the contents of an OBJECT IDENTIFIER."""
    out = bytearray()
    for arc in (oid[0] * 40 + oid[1], *oid[2:]):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | arc & 0x7F)
        out += bytes(reversed(octets))
    return bytes(out)


def decode_oid(contents: bytes) -> Oid:
    """Read the contents of an OBJECT IDENTIFIER; arcs above 2^32-1 are garbage (RFC 2578, 3.5)."""
    if not contents or contents[-1] & 0x80:
        raise GarbageError("object identifier")
    arcs: list[int] = []
    arc = 0
    for octet in contents:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            if arc > 0xFFFFFFFF:
                raise GarbageError("object identifier")
            arcs.append(arc)
            arc = 0
    top = min(arcs[0] // 40, 2)
    return (top, arcs[0] - 40 * top, *arcs[1:])


def heads(oid: bytes, tag: int) -> tuple[bytes, ...]:
    """Prepare a variable binding: all before the value, by the value's size of 0 to 9 octets."""
    name = element(OBJECT_ID, oid)
    return tuple(
        bytes((SEQUENCE,)) + length(len(name) + 2 + size) + name + bytes((tag, size))
        for size in range(10)
    )


def binding(oid: bytes, tag: int, contents: bytes) -> bytes:
    """Encode a variable binding of any size."""
    return element(SEQUENCE, element(OBJECT_ID, oid) + element(tag, contents))


def response(request: Request, bindings: bytes, status: int = NO_ERROR, index: int = 0) -> bytes:
    """Encode the response to a request: its own head and request-id, then these bindings."""
    body = b"".join(
        (
            request.request_id,
            element(INTEGER, integer(status)),
            element(INTEGER, integer(index)),
            element(SEQUENCE, bindings),
        )
    )
    return element(SEQUENCE, request.head + element(RESPONSE, body))
