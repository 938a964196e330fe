"""What each SNMPv3 message says in clear of the engine that sent it (RFC 3414 2.4)."""

from __future__ import annotations

from typing import Final, NamedTuple

DISCOVERY: Final = bytes.fromhex(
    "3038020103300e020101020300ffe30401040201030410300e040002010002010004000400040030"
    "1104000400a00b0201010201000201003000"
)
"""A message of nobody to an unknown engine: each v3 agent reports its engine id (RFC 3414 4)."""

MOST: Final = 2**31 - 1
"""Of boots and of time."""
SEQUENCE: Final = 0x30
INTEGER: Final = 0x02
OCTETS: Final = 0x04


class Usm(NamedTuple):
    """msgAuthoritativeEngineID, msgAuthoritativeEngineBoots, msgAuthoritativeEngineTime (s)."""

    engine_id: bytes
    boots: int
    time: int


def read_usm(datagram: bytes) -> Usm | None:
    """Read the security parameters of an SNMPv3 message; None where it is none, or is cut."""
    try:
        message, _ = item(datagram, SEQUENCE)
        version, rest = item(message, INTEGER)
        if version != b"\3":
            return None
        _, rest = item(rest, SEQUENCE)
        parameters, _ = item(rest, OCTETS)
        fields, _ = item(parameters, SEQUENCE)
        engine_id, rest = item(fields, OCTETS)
        boots, rest = item(rest, INTEGER)
        time, _ = item(rest, INTEGER)
    except (IndexError, ValueError):
        return None
    usm = Usm(engine_id, *(int.from_bytes(n, "big", signed=True) for n in (boots, time)))
    if not 5 <= len(engine_id) <= 32:  # RFC 3411 5, SnmpEngineID
        return None
    return usm if 0 <= usm.boots <= MOST and 0 <= usm.time <= MOST else None


def item(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """Split BER data into the content of its first item, and the rest.

    Raises ValueError where the tag is another or the item is cut, IndexError where it has no head.
    """
    size, at = data[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(data[2:at], "big")
    if data[0] != tag or at + size > len(data):
        raise ValueError(tag)
    return data[at : at + size], data[at + size :]
