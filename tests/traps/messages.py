"""Messages written by hand: v2c, and v3 with any boots and time (RFC 3412 6, RFC 3414 6.3.1)."""

from __future__ import annotations

import hashlib
import hmac

from collectors.traps.form import Login

ENGINE = bytes.fromhex("80001f8804") + b"thebox"


def element(tag: int, contents: bytes) -> bytes:
    assert len(contents) < 128
    return bytes((tag, len(contents))) + contents


def trap(community: bytes = b"hush") -> bytes:
    """A v2c coldStart as an agent encodes it (RFC 3416 4.2.6)."""
    uptime = element(0x30, bytes.fromhex("06082b06010201010300") + bytes.fromhex("43012a"))
    name = bytes.fromhex("060a2b060106030101040100")
    which = element(0x30, name + bytes.fromhex("06092b0601060301010501"))
    bindings = element(0x30, uptime + which)
    pdu = element(0xA7, bytes.fromhex("020104020100020100") + bindings)
    return element(0x30, bytes.fromhex("020101") + element(0x04, community) + pdu)


def number(value: int) -> bytes:
    return element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def long(tag: int, contents: bytes) -> bytes:
    return bytes((tag, 0x82)) + len(contents).to_bytes(2, "big") + contents


def key(secret: bytes, engine_id: bytes) -> bytes:
    """RFC 3414 A.2, with SHA-256 (RFC 7860)."""
    stretched = (secret * (1_048_576 // len(secret) + 1))[:1_048_576]
    master = hashlib.sha256(stretched).digest()
    return hashlib.sha256(master + engine_id + master).digest()


def sealed(
    login: Login,
    engine_id: bytes,
    *,
    boots: int,
    time: int,
    informs: bool = False,
    reports: bool | None = None,
) -> bytes:
    """A coldStart, signed and not encrypted; `reports`: its sender wants a report."""
    uptime = element(0x30, bytes.fromhex("06082b06010201010300") + bytes.fromhex("43012a"))
    name = bytes.fromhex("060a2b060106030101040100")
    which = element(0x30, name + bytes.fromhex("06092b0601060301010501"))
    body = bytes.fromhex("020104020100020100") + element(0x30, uptime + which)
    pdu = element(0xA6 if informs else 0xA7, body)
    scoped = element(0x30, element(0x04, engine_id) + element(0x04, b"") + pdu)
    flags = bytes([0x05 if (informs if reports is None else reports) else 0x01])
    header = element(0x30, number(77) + number(8_192) + element(0x04, flags) + number(3))

    def whole(digest: bytes) -> bytes:
        security = element(
            0x30,
            element(0x04, engine_id) + number(boots) + number(time)
            + element(0x04, login.user) + element(0x04, digest) + element(0x04, b""),
        )  # fmt: skip
        return long(0x30, number(3) + header + element(0x04, security) + scoped)

    secret = key(login.auth_key, engine_id)
    digest = hmac.new(secret, whole(bytes(24)), hashlib.sha256).digest()[:24]
    return whole(digest)


def told(
    bindings: bytes, *, version: int = 1, community: bytes = b"hush", tag: int = 0xA7
) -> bytes:
    """A v2c coldStart with more bindings, or a v1 trap (`version` 0) with these."""
    if version == 0:
        front = bytes.fromhex("06042b060104") + element(0x40, bytes(4))
        front += bytes.fromhex("020102020100430101")
        pdu = sized(0xA4, front + sized(0x30, bindings))
    else:
        uptime = element(0x30, bytes.fromhex("06082b06010201010300") + bytes.fromhex("43012a"))
        name = bytes.fromhex("060a2b060106030101040100")
        which = element(0x30, name + bytes.fromhex("06092b0601060301010501"))
        body = bytes.fromhex("020104020100020100") + sized(0x30, uptime + which + bindings)
        pdu = sized(tag, body)
    return sized(0x30, number(version) + element(0x04, community) + pdu)


def binding(value: bytes, name: bytes = bytes.fromhex("2b060102010202010107")) -> bytes:
    return sized(0x30, sized(0x06, name) + value)


def sized(tag: int, contents: bytes) -> bytes:
    """An element of any length (X.690 8.1.3)."""
    return element(tag, contents) if len(contents) < 128 else long(tag, contents)
