"""The shape of a datagram, looked at before any decoder sees it. Pure; never raises.

What is let through is BER of definite length (X.690), flat enough and of numbers and names that
SNMP knows (RFC 2578: at most 128 sub-identifiers of 32 bits), so that no decoder behind it meets a
bomb: deep nesting, endless numbers, thousands of empty elements.
"""

from __future__ import annotations

from typing import Final

_DEEPEST: Final = 8
_MOST_ELEMENTS: Final = 320
"""A message has ten and each binding three: a hundred bindings. Each takes some 0.1 ms."""
_CONSTRUCTED: Final = 0x20
_OID: Final = 0x06
_NUMBERS: Final = frozenset({0x02, 0x41, 0x42, 0x43, 0x46, 0x47})
_LONGEST_NUMBER: Final = 9
_MOST_ARCS: Final = 128
_LONGEST_ARC: Final = 5
_LENGTH_OCTETS: Final = 4


def sound(data: bytes) -> bool:
    """Tell whether `data` is exactly one SEQUENCE that may be decoded."""
    if not data or data[0] != _CONSTRUCTED | 0x10:
        return False
    ends: list[int] = [len(data)]
    at = elements = 0
    while at < ends[-1]:
        elements += 1
        found = _head(data, at, ends[-1])
        if found is None or elements > _MOST_ELEMENTS:
            return False
        tag, start, end = found
        if elements == 1 and end != len(data):
            return False
        if tag & _CONSTRUCTED:
            if len(ends) > _DEEPEST:
                return False
            ends.append(end)
            at = start
        else:
            if not _fits(tag, data[start:end]):
                return False
            at = end
        while at == ends[-1] and len(ends) > 1:
            ends.pop()
    return True


def _head(data: bytes, at: int, limit: int) -> tuple[int, int, int] | None:
    """Return tag, start and end of the contents at `at`; None where they do not lie inside."""
    if at + 2 > limit:
        return None
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        return None
    if length & 0x80:
        octets = length & 0x7F
        if not 0 < octets <= _LENGTH_OCTETS or start + octets > limit:
            return None
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    end = start + length
    return (tag, start, end) if end <= limit else None


def _fits(tag: int, contents: bytes) -> bool:
    if tag in _NUMBERS:
        return 0 < len(contents) <= _LONGEST_NUMBER
    if tag == _OID:
        return _is_name(contents)
    return True


def _is_name(contents: bytes) -> bool:
    if not contents or contents[-1] & 0x80:
        return False
    arcs = length = 0
    for octet in contents:
        length += 1
        if length > _LONGEST_ARC:
            return False
        if not octet & 0x80:
            arcs, length = arcs + 1, 0
    return arcs <= _MOST_ARCS


def head(data: bytes) -> tuple[int, bytes] | None:
    """Return version and community of a sound message; of v3 the second is its first part."""
    outer = _head(data, 0, len(data))
    version = None if outer is None else _head(data, outer[1], outer[2])
    if outer is None or version is None or version[0] != 0x02:
        return None
    number = int.from_bytes(data[version[1] : version[2]], "big", signed=True)
    second = _head(data, version[2], outer[2])
    if second is None or (number in (0, 1) and second[0] != 0x04):
        return None
    return number, data[second[1] : second[2]]


def digest(data: bytes) -> tuple[int, int] | None:
    """Return where msgAuthenticationParameters of a v3 message begin and end (RFC 3414 2.4)."""
    outer = _head(data, 0, len(data))
    parameters = outer and _following(data, outer, 2)
    fields = parameters and _head(data, parameters[1], parameters[2])
    found = fields and _following(data, fields, 4)
    return (found[1], found[2]) if found else None


def _following(
    data: bytes, around: tuple[int, int, int], skipped: int
) -> tuple[int, int, int] | None:
    """Return the element inside another that follows so many."""
    at = around[1]
    for _ in range(skipped):
        found = _head(data, at, around[2])
        if found is None:
            return None
        at = found[2]
    return _head(data, at, around[2])
