"""SNMPv3 with USM (RFC 3412, RFC 3414), the receiving side: traps, informs and their answers.

The ciphers and hashes are pysnmp's. Its engine is not used: it takes over an agent's clock before
it compares with it, and accepts a message without authentication for a user who has a key.

A trap is of its sender's engine, an inform of ours. The sender must be the one the source is known
by: its engine id as learnt by polling, else the first one that proved to know the device's keys.
The security level must be the credential's own. Times are seconds since our own engine began.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v2c
from pysnmp.proto.error import ProtocolError
from pysnmp.proto.mpmod.rfc3412 import ScopedPDU, SNMPv3Message
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

from collectors.traps.form import LONGEST, Login, Ourselves
from collectors.traps.keys import AUTHENTICATED, ENCRYPTED, Keys, Users, level_of
from collectors.traps.pdu import Said, read_v2, response
from collectors.traps.shape import sound

_UNKNOWN_ENGINE: Final = (1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0)
_NOT_IN_TIME: Final = (1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0)
_USM: Final = 3
_WINDOW: Final = 150
_REPORTABLE: Final = 4
_MOST_BOOTS: Final = 2**31 - 1
"""An engine that has no boots left is heard no more (RFC 3414 2.2.2). Of time it is the most."""
_CHANGED_IN_FLIGHT = (PyAsn1Error, ProtocolError, ValueError, TypeError, IndexError)


class Verdict(msgspec.Struct, frozen=True):
    """What a message is: `said`, or `reason` why it counts for nothing; `reply` goes back.

    An inform's reply confirms it, and is sent only when the inform is handed on.
    """

    said: Said | None = None
    reason: str = ""
    reply: bytes = b""
    clock: Clock | None = None
    """What the sender's clock is now, where its notification was accepted."""


class Clock(msgspec.Struct, frozen=True):
    """A sender's engine: its id, and the latest boots and time (s) it has proved; it runs on.

    `at`: when it had that time. Boots -1 = it has proved none.
    """

    engine_id: bytes = b""
    boots: int = -1
    time: int = 0
    at: float = 0.0

    def now(self, running: float) -> int:
        """Return the engine's time by now (RFC 3414 2.3)."""
        return self.time + int(running - self.at)


class Message(msgspec.Struct, frozen=True):
    """The outside of a message."""

    number: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    salt: Any
    data: Any
    whole: bytes

    @property
    def reportable(self) -> bool:
        """Whether its sender waits for an answer."""
        return bool(self.flags & _REPORTABLE)


def outside(datagram: bytes) -> Message | None:
    """Read what a message says in clear; None where it is none (RFC 3412 6, RFC 3414 2.4)."""
    try:
        return _outside(datagram)
    except _CHANGED_IN_FLIGHT:
        return None


def read(
    message: Message,
    login: Login,
    sender: Clock,
    ourselves: Ourselves,
    running: float,
    users: Users,
) -> Verdict:
    """Read a message of a source; `running`: seconds our engine runs."""
    try:
        return _read(message, login, sender, ourselves, running, users)
    except _CHANGED_IN_FLIGHT:
        return Verdict(reason="malformed")


def _outside(datagram: bytes) -> Message | None:
    message, _ = decoder.decode(datagram, asn1Spec=SNMPv3Message())
    head, parameters = message[1], bytes(message[2])
    if int(head[3]) != _USM or not sound(parameters):
        return None
    security, _ = decoder.decode(parameters, asn1Spec=UsmSecurityParameters())
    number, boots, time = int(head[0]), int(security[1]), int(security[2])
    if not (0 <= number <= _MOST_BOOTS and 0 <= boots <= _MOST_BOOTS and 0 <= time <= _MOST_BOOTS):
        return None
    return Message(
        number, bytes(head[2])[0], bytes(security[0]), boots, time,
        bytes(security[3]), security[5], message[3], datagram,
    )  # fmt: skip


def _read(
    message: Message,
    login: Login,
    sender: Clock,
    ourselves: Ourselves,
    running: float,
    users: Users,
) -> Verdict:
    ours = message.engine_id == ourselves.engine_id
    if foreign := _foreign(message, login, sender, ours=ours):
        return Verdict(reason=foreign)
    keys = users.keys(login, message.engine_id)
    if keys.level and not keys.prove(message.whole):
        return Verdict(reason="wrong_digest")
    if ours and keys.level and not _timely(message, ourselves.boots, int(running)):
        report = _report(message, ourselves, int(running), _NOT_IN_TIME, keys, login)
        return Verdict(reason="not_in_time", reply=report)
    clock = _newer(message, sender, running) if keys.level and not ours else sender
    if clock is None:
        return Verdict(reason="not_in_time")
    scoped = _inside(message, keys)
    if scoped is None:
        return Verdict(reason="not_decrypted")
    pdu = scoped[2].getComponent()
    said = read_v2(pdu)
    if said is None or said.informed is not ours:
        return Verdict(reason="no_notification")
    if not said.informed:
        return Verdict(said, clock=clock)
    answer = _scoped(bytes(scoped[0]), bytes(scoped[1]), response(pdu))
    return Verdict(said, reply=_sealed(message, ourselves, int(running), answer, keys, login))


def _foreign(message: Message, login: Login, sender: Clock, *, ours: bool) -> str:
    """Tell what is wrong before any key is needed; "" = nothing."""
    if not ours and sender.engine_id and message.engine_id != sender.engine_id:
        return "other_engine"
    if message.user != login.user:
        return "wrong_user"
    level = level_of(login)
    if message.flags & (AUTHENTICATED | ENCRYPTED) != level:
        return "wrong_level"
    return "" if ours or sender.engine_id or level else "unknown_engine"


def _timely(message: Message, boots: int, running: int) -> bool:
    """RFC 3414 3.2 7a: of our own engine's boots, within the window of our own time."""
    return message.boots == boots and abs(message.time - running) <= _WINDOW


def _newer(message: Message, sender: Clock, running: float) -> Clock | None:
    """RFC 3414 3.2 7b: None where it is before what the sender's clock must show by now.

    Else its clock, with what is newer taken over. It is stricter than the RFC, by which a message
    that was held back is in time as long as none that is younger came.
    """
    if _MOST_BOOTS in (message.boots, sender.boots):
        return None
    shown = sender.boots, sender.now(running)
    if (message.boots, message.time + _WINDOW) < shown:
        return None
    if (message.boots, message.time) > shown:
        return Clock(message.engine_id, message.boots, message.time, running)
    return sender


def _inside(message: Message, keys: Keys) -> Any:
    """Return the scoped PDU; None where it cannot be read."""
    encrypted = message.data.getName() == "encryptedPDU"
    if encrypted != bool(keys.level & ENCRYPTED):
        return None
    if not encrypted:
        return message.data.getComponent()
    try:
        parameters = (message.boots, message.time, message.salt)
        plain = keys.priv.decrypt_data(keys.priv_key, parameters, message.data.getComponent())
    except ProtocolError:
        return None
    plain = bytes(plain)
    if not sound(plain):
        return None
    return decoder.decode(plain, asn1Spec=ScopedPDU())[0]


def introduce(message: Message, ourselves: Ourselves, running: float) -> Verdict:
    """Tell our engine id to whom asks, or takes another for it (RFC 3414 3.2 3, 4).

    A trap never asks: nobody answers it (RFC 3412 6.4).
    """
    report = _report(message, ourselves, int(running), _UNKNOWN_ENGINE, None, None)
    asks = not message.engine_id and report and not message.flags & (AUTHENTICATED | ENCRYPTED)
    return Verdict(reason="discovery" if asks else "unknown_engine", reply=report)


def _report(
    message: Message,
    ourselves: Ourselves,
    running: int,
    why: tuple[int, ...],
    keys: Keys | None,
    login: Login | None,
) -> bytes:
    """Write a Report; that of a wrong time is authenticated and not encrypted (RFC 3414 3.2 7a)."""
    if not message.reportable:
        return b""
    pdu = rfc1905.ReportPDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, 0)
    v2c.apiPDU.set_varbinds(pdu, [(rfc1902.ObjectName(why), rfc1902.Counter32(1))])
    if keys is not None:
        keys = msgspec.structs.replace(keys, level=keys.level & AUTHENTICATED)
    scoped = _scoped(ourselves.engine_id, b"", pdu)
    return _sealed(message, ourselves, running, scoped, keys, login)


def _scoped(engine_id: bytes, name: bytes, pdu: Any) -> bytes:
    return _sequence(_octets(engine_id), _octets(name), encoder.encode(pdu))


def _sealed(
    message: Message,
    ourselves: Ourselves,
    running: int,
    scoped: bytes,
    keys: Keys | None,
    login: Login | None,
) -> bytes:
    """Write a message of our engine at the level of `keys` (RFC 3412 6, RFC 3414 3.1)."""
    level = 0 if keys is None else keys.level
    data, salt, digest = scoped, b"", b""
    if keys is not None and level & ENCRYPTED:
        now = (ourselves.boots, running, None)
        sealed, given = keys.priv.encrypt_data(keys.priv_key, now, scoped)
        data, salt = _octets(bytes(sealed)), bytes(given)
    if keys is not None and level & AUTHENTICATED:
        digest = bytes(keys.auth.digest_length)
    security = _sequence(
        _octets(ourselves.engine_id), _integer(ourselves.boots), _integer(running),
        _octets(b"" if login is None else login.user), _octets(digest), _octets(salt),
    )  # fmt: skip
    head = _sequence(
        _integer(message.number), _integer(LONGEST), _octets(bytes([level])), _integer(_USM)
    )
    whole = _sequence(_integer(3), head, _octets(security), data)
    if keys is not None and digest:
        whole = bytes(keys.auth.authenticate_outgoing_message(keys.auth_key, whole))
    return whole


def _sequence(*parts: bytes) -> bytes:
    return _element(0x30, b"".join(parts))


def _octets(contents: bytes) -> bytes:
    return _element(0x04, contents)


def _integer(number: int) -> bytes:
    return _element(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _element(tag: int, contents: bytes) -> bytes:
    length = len(contents)
    if length < 0x80:
        return bytes((tag, length)) + contents
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + contents
