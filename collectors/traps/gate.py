"""Which datagram is looked at, and what it is. No I/O; time is an argument.

First what costs next to nothing: a datagram that is too long, of a source nobody knows, or one too
many goes before anything is decoded. What remains waits in a bounded queue; of a full one the
oldest goes. Only then is it read. Each datagram ends in exactly one counter:

    handed             a notification that goes to the monitor
    discovery          a known source that asks for our engine id before an inform (RFC 3414 4)
    repeated           an inform that was heard already: confirmed again, not handed on again
    too_long           more than 8,192 octets
    unknown_source     no device of the inventory has this address
    source_rate        more than one address may send
    total_rate         more than all may send together
    queue_full         not decoded in time
    malformed          no SNMP message, or one that only a decoder's bomb is made like
    wrong_version      v3 where the credential is v2c, or the other way round
    wrong_community    not the community of any device with this address
    ambiguous          several devices have this address and community, or keys
    wrong_user         not the user of the device's credential
    wrong_level        less (or more) secured than the credential says
    wrong_digest       signed with another key
    other_engine       not the engine the device is known by
    unknown_engine     of an engine that is neither ours nor known, and nobody proves to be it;
                       who wants a report is told ours
    not_in_time        before what its sender's clock must show by now: a repetition
    not_decrypted      encrypted with another key
    no_notification    a request, an answer, or a trap that does not say which one it is
    too_large          more than 60 kB when it is written for the monitor
    internal           a bug of ours; logged once
"""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto.api import v1, v2c
from pysnmp.proto.error import ProtocolError

from collectors.traps import usm
from collectors.traps.form import (
    ENVELOPE,
    LARGEST,
    LONGEST,
    Engine,
    Limits,
    Login,
    Notification,
    Ourselves,
    Source,
)
from collectors.traps.keys import Users
from collectors.traps.limits import Bucket
from collectors.traps.pdu import Said, read_v1, read_v2, response
from collectors.traps.shape import head, sound

_log = logging.getLogger("extranet.traps")
_WAITING: Final = 1_000
_REMEMBERED: Final = 2_048
_USUAL: Final = 500
"""Octets of a datagram that counts as one; one of 8,192 counts as seventeen."""
_REPEAT_SECONDS: Final = 60.0
_NAMED_SECONDS: Final = 3_600.0
"""A device whose clock does not fit is named no more often."""
_VERSIONS: Final = {0: "1", 1: "2c", 3: "3"}


class Raw(msgspec.Struct, frozen=True):
    """A datagram that was let through: where it came in, from where, and when (UTC ms)."""

    door: int
    address: Any
    data: bytes
    at_ms: int


class Read(msgspec.Struct, frozen=True):
    """What a datagram turned out to be, and what goes back to its sender, if anything."""

    notification: Notification | None = None
    reply: bytes = b""
    written: bytes = b""
    """The notification as the monitor is told it (MessagePack)."""


_NOTHING: Final = Read()
_write: Final = msgspec.msgpack.Encoder().encode


class Gate:
    """Knows who may speak, and counts everything."""

    def __init__(
        self, limits: Limits, ourselves: Ourselves, relays: Iterable[str], began: float
    ) -> None:
        self._limits = limits
        self._ourselves = ourselves
        self._relays = frozenset(relays)
        self._began = began
        self._users = Users()
        self._logins: Mapping[str, Login] = {}
        self._sources: dict[str, tuple[Source, ...]] = {}
        self._clocks: dict[str, usm.Clock] = {}
        self._named: dict[str, float] = {}
        self._buckets: dict[str, Bucket] = {}
        self._all = Bucket(limits.all, limits.all_burst)
        self._waiting: deque[Raw] = deque()
        self._informs: OrderedDict[tuple[str, int, str, int | None], float] = OrderedDict()
        self.received = 0
        self.counts: Counter[str] = Counter()

    def load(self, sources: Iterable[Source], logins: Mapping[str, Login], now: float) -> None:
        """Take another roll; what was proved by devices that stay is kept."""
        by_host: dict[str, list[Source]] = {}
        clocks: dict[str, usm.Clock] = {}
        for source in sources:
            for host in source.hosts:
                by_host.setdefault(host, []).append(source)
            clock, told = self._clocks.get(source.device, usm.Clock()), source.engine
            if told is not None and told.engine_id != clock.engine_id:
                clock = self._clock(told, now)
            clocks[source.device] = clock
        self._sources = {host: tuple(found) for host, found in by_host.items()}
        self._clocks = clocks
        self._named = {name: at for name, at in self._named.items() if name in clocks}
        self._logins = dict(logins)
        self._users.forget()
        hosts = self._relays | by_host.keys()
        self._buckets = {host: self._buckets.get(host) or self._bucket() for host in hosts}

    def _bucket(self) -> Bucket:
        return Bucket(self._limits.each, self._limits.each_burst)

    def learn(self, engines: Mapping[str, Engine], now: float) -> None:
        """Take over what polling has learnt anew: it asks, so its clock is not a repetition.

        Also where boots went backwards: a box that lost its memory would not be heard any more.
        """
        for device, told in engines.items():
            clock = self._clocks.get(device)
            if clock is None or (told.boots < 0 and told.engine_id == clock.engine_id):
                continue
            if told.engine_id == clock.engine_id and told.boots < clock.boots:
                about = {"device": device, "boots": told.boots, "before": clock.boots}
                _log.warning("the boots of an engine went backwards", extra=about)
            self._clocks[device] = self._clock(told, now)

    def _clock(self, told: Engine, now: float) -> usm.Clock:
        return usm.Clock(told.engine_id, told.boots, told.time, now - self._began)

    def _name_late(self, device: str, now: float) -> None:
        """Name a device whose clock does not fit; it may have lost its boots."""
        if now - self._named.get(device, -_NAMED_SECONDS) < _NAMED_SECONDS:
            return
        self._named[device] = now
        clock = self._clocks[device]
        about = {"device": device, "boots": clock.boots, "time": clock.now(now - self._began)}
        _log.warning("a device's notifications are older than its clock", extra=about)

    # Raw datagrams.

    def refuses(self, host: str, length: int, now: float) -> bool:
        """Count a datagram, and tell whether it goes at once; `now` on the monotonic clock."""
        self.received += 1
        if length > LONGEST:
            self.counts["too_long"] += 1
            return True
        bucket = self._buckets.get(host)
        if bucket is None:
            self.counts["unknown_source"] += 1
            return True
        cost = 1 + length // _USUAL  # a long one takes as long to decode as several
        if not bucket.take(now, cost):
            self.counts["source_rate"] += 1
            return True
        if not self._all.take(now, cost):
            self.counts["total_rate"] += 1
            return True
        return False

    def put(self, raw: Raw) -> None:
        """Keep a datagram to be read."""
        if len(self._waiting) >= _WAITING:
            self._waiting.popleft()
            self.counts["queue_full"] += 1
        self._waiting.append(raw)

    @property
    def waiting(self) -> int:
        """Datagrams that are not read yet."""
        return len(self._waiting)

    def take(self) -> Raw:
        """Return the oldest datagram that waits."""
        return self._waiting.popleft()

    # Messages.

    def read(self, raw: Raw, now: float) -> Read:
        """Read a datagram. Never raises for what is in it."""
        found: Read | str
        try:
            found = self._read(raw, now)
        except Exception:  # noqa: BLE001 - what a stranger sends must not end the process
            if not self.counts["internal"]:
                _log.exception("a datagram could not be read")
            found = "internal"
        if isinstance(found, str):
            self.counts[found] += 1
            return _NOTHING
        return found

    def _read(self, raw: Raw, now: float) -> Read | str:
        shape = head(raw.data) if sound(raw.data) else None
        version = None if shape is None else _VERSIONS.get(shape[0])
        if shape is None or version is None:
            return "malformed"
        host = _host(raw.address)
        if version == "3":
            return self._read_v3(raw, host, now)
        relayed = host in self._relays
        found = "" if relayed else self._known_by(host, shape[1])
        if found and isinstance(found, str):
            return found
        said, message = _plain(raw.data, version)
        if said is None:
            return "malformed" if message is None else "no_notification"
        if relayed:
            found = self._known_by(said.agent or host, shape[1])
        if isinstance(found, str):
            return found
        return self._hand(raw, found, version, said, _confirmation(message, said), now)

    def _known_by(self, host: str, community: bytes) -> Source | str:
        """Find the device behind an address and a community; a code where there is not one."""
        here = self._sources.get(host, ())
        plain = [source for source in here if self._logins[source.login].version != "3"]
        found = [s for s in plain if self._logins[s.login].community == community]
        if len(found) == 1:
            return found[0]
        if found:
            return "ambiguous"
        if plain:
            return "wrong_community"
        return "wrong_version" if here else "unknown_source"

    def _read_v3(self, raw: Raw, host: str, now: float) -> Read | str:
        """Find the one device of an address that can have sent it; mostly there is one."""
        here = [
            source
            for source in self._sources.get(host, ())
            if self._logins[source.login].version == "3"
        ]
        if not here:
            return "wrong_version" if host in self._sources else "unknown_source"
        message, running = usm.outside(raw.data), now - self._began
        if message is None:
            return "malformed"
        if message.engine_id == self._ourselves.engine_id:
            return self._judge(raw, message, here, now)
        found = [one for one in here if self._clocks[one.device].engine_id == message.engine_id]
        if not message.engine_id or (message.reportable and not found):
            return self._count(usm.introduce(message, self._ourselves, running))
        if not found:
            found = [one for one in here if not self._clocks[one.device].engine_id]
        return self._judge(raw, message, found, now) if found else "other_engine"

    def _judge(
        self, raw: Raw, message: usm.Message, found: Iterable[Source], now: float
    ) -> Read | str:
        """Read a message with each login it may be of; it must be of one device alone."""
        by_login: dict[Login, list[Source]] = {}
        for source in found:
            by_login.setdefault(self._logins[source.login], []).append(source)
        accepted: list[tuple[list[Source], usm.Verdict]] = []
        refused: list[usm.Verdict] = []
        for login, those in by_login.items():
            clock, running = self._clocks[those[0].device], now - self._began
            verdict = usm.read(message, login, clock, self._ourselves, running, self._users)
            if verdict.said is not None:
                accepted.append((those, verdict))
                continue
            refused.append(verdict)
            if verdict.reason == "not_in_time" and not verdict.reply:
                self._name_late(those[0].device, now)
        if not accepted:
            return self._count(max(refused, key=lambda one: one.reason != "wrong_user"))
        those, verdict = accepted[0]
        if len(accepted) > 1 or len(those) > 1 or verdict.said is None:
            return "ambiguous"
        self._clocks[those[0].device] = verdict.clock or self._clocks[those[0].device]
        return self._hand(raw, those[0], "3", verdict.said, verdict.reply, now)

    def _count(self, verdict: usm.Verdict) -> Read:
        self.counts[verdict.reason] += 1
        return Read(reply=verdict.reply)

    def _hand(
        self, raw: Raw, source: Source, version: str, said: Said, reply: bytes, now: float
    ) -> Read | str:
        if said.informed and self._is_repeated(source, said, now):
            self.counts["repeated"] += 1
            return Read(reply=reply)
        notification = Notification(
            source.device, _host(raw.address), raw.at_ms, version, said.oid, said.uptime,
            said.values, said.informed, said.cut,
        )  # fmt: skip
        written = _write(notification)  # here, where whatever it meets is caught and counted
        if len(written) > LARGEST - ENVELOPE:
            return "too_large"
        self.counts["handed"] += 1
        return Read(notification, reply, written)

    def _is_repeated(self, source: Source, said: Said, now: float) -> bool:
        """Remember an inform; its sender asks again where our confirmation was lost."""
        key = (source.device, said.request, said.oid, said.uptime)
        before = self._informs.get(key)
        self._informs[key] = now
        self._informs.move_to_end(key)
        if len(self._informs) > _REMEMBERED:
            self._informs.popitem(last=False)
        return before is not None and now - before < _REPEAT_SECONDS


def _host(address: Any) -> str:
    return str(address[0]).partition("%")[0]


def _plain(data: bytes, version: str) -> tuple[Said | None, Any]:
    """Decode a v1 or v2c message; (None, None) where it is none."""
    api = v1 if version == "1" else v2c
    try:
        message, _ = decoder.decode(data, asn1Spec=api.Message())
        pdu = api.apiMessage.get_pdu(message)
        return (read_v1(pdu) if version == "1" else read_v2(pdu)), message
    except (PyAsn1Error, ProtocolError, ValueError, TypeError, IndexError):
        return None, None


def _confirmation(message: Any, said: Said) -> bytes:
    """Return the answer to a v2c inform: never longer than the inform itself."""
    if not said.informed:
        return b""
    answer = v2c.apiMessage.get_response(message)
    v2c.apiMessage.set_pdu(answer, response(v2c.apiMessage.get_pdu(message)))
    return bytes(encoder.encode(answer))
