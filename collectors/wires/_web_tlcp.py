"""Recognise a server that speaks TLCP (GB/T 38636-2020) only: 国密, SM2 certificates.

OpenSSL does not speak it. We say hello in it and read the two messages that come in the clear,
ServerHello and Certificate; that is enough to know that the server lives, what it speaks, and when
its certificates end. The handshake goes no further.

TLCP looks like TLS 1.1 with version 0x0101; so does its predecessor GM/T 0024-2014. Certificate
holds two certificates of the server: the one for signing first, then the one for encryption.
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec

_VERSION: Final = b"\x01\x01"
_SUITES: Final = bytes.fromhex("e011 e013 e051 e053 e019 e01c e059 e05a")
"""GB/T 38636-2020 table 2: ECDHE and ECC with SM4 in CBC and GCM, then RSA with SM4."""
_HANDSHAKE: Final = 22
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE, _HELLO_DONE = 1, 2, 11, 14
_LONGEST_RECORD: Final = 16_384 + 2_048
LARGEST: Final = 65_536
_MOST_CERTIFICATES: Final = 10


class Spoken(msgspec.Struct, frozen=True):
    """What the server said so far. `over`: there is nothing more to wait for."""

    hello: bool
    certificates: tuple[bytes, ...]
    over: bool


def client_hello(name: str, random: bytes) -> bytes:
    """Write the record of a ClientHello; `random`: 32 bytes; `name`: for SNI, "" = without."""
    host = name.encode("ascii", "ignore")
    extensions = b""
    if host:  # RFC 6066 3
        listed = struct.pack("!BH", 0, len(host)) + host
        data = struct.pack("!H", len(listed)) + listed
        extension = struct.pack("!HH", 0, len(data)) + data
        extensions = struct.pack("!H", len(extension)) + extension
    body = b"".join(
        (
            _VERSION,
            random,
            b"\0",  # no session to go on with
            struct.pack("!H", len(_SUITES)),
            _SUITES,
            b"\x01\0",  # no compression
            extensions,
        )
    )
    message = struct.pack("!I", _CLIENT_HELLO << 24 | len(body)) + body
    return struct.pack("!B2sH", _HANDSHAKE, _VERSION, len(message)) + message


def read(heard: bytes) -> Spoken:
    """Read the server's answer as far as it came; anything that is no TLCP is over at once."""
    messages = bytearray()
    at, over = 0, len(heard) >= LARGEST
    while len(heard) - at >= 5:
        kind, version, length = struct.unpack_from("!B2sH", heard, at)
        if kind != _HANDSHAKE or version != _VERSION or length > _LONGEST_RECORD:
            over = True
            break
        if len(heard) - at - 5 < length:
            break
        messages += heard[at + 5 : at + 5 + length]
        at += 5 + length
    hello, certificates, done = _messages(bytes(messages))
    return Spoken(hello, certificates, over or done)


def _messages(data: bytes) -> tuple[bool, tuple[bytes, ...], bool]:
    hello, at = False, 0
    while len(data) - at >= 4:
        kind, length = data[at], int.from_bytes(data[at + 1 : at + 4], "big")
        body = data[at + 4 : at + 4 + length]
        if kind == _SERVER_HELLO and not hello:
            if body[:2] != _VERSION[: len(body)]:
                return False, (), True
            hello = len(body) >= 2
        elif not hello:
            return False, (), True
        if len(body) < length:
            break
        if kind == _CERTIFICATE:
            return hello, _certificates(body), True
        if kind == _HELLO_DONE:
            return hello, (), True
        at += 4 + length
    return hello, (), False


def _certificates(body: bytes) -> tuple[bytes, ...]:
    found: list[bytes] = []
    at = 3
    while len(body) - at > 3 and len(found) < _MOST_CERTIFICATES:
        length = int.from_bytes(body[at : at + 3], "big")
        found.append(body[at + 3 : at + 3 + length])
        at += 3 + length
    return tuple(found)
