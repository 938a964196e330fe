"""SNMP by pysnmp 7.1 (BSD-2-Clause, pure Python). Slow, everywhere.

For platforms without a gufo-snmp wheel (LoongArch and others), and the test oracle of the other
engine. `SnmpEngine` is dear to build and shared: one for all v1 and v2c, and one per v3 credential,
because an engine knows a user name once only. Names are never resolved through MIB files.

pysnmp listens on one socket for all agents, so two facts are found out here: an answer counts only
from the address that was asked, and after silence a connected socket shows whether the agent's
port is closed (ICMP port unreachable). Datagrams that are no SNMP are dropped by pysnmp: they look
like silence. It keeps an agent's engine id for 300 s: a box that was replaced is heard after that.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from pyasn1.type import univ
from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.carrier.error import CarrierError
from pysnmp.entity import config
from pysnmp.entity.rfc3413 import cmdgen
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.hlapi.v3arch.asyncio.lcd import CommandGeneratorLcdConfigurator
from pysnmp.proto import errind, rfc1902, rfc1905

from collectors._contract import Heard
from collectors._memory import DeviceMemory
from collectors.wires._snmp_engine import (
    CLOSED,
    DENIED,
    GARBLED,
    NO_ROUTE,
    SILENT,
    SNMP_PORT,
    Failure,
    Part,
    Place,
    Rows,
    Values,
)
from inventory.model import Credential, Endpoint

_AUTH: Final = {
    "SHA1": hlapi.USM_AUTH_HMAC96_SHA,
    "SHA224": hlapi.USM_AUTH_HMAC128_SHA224,
    "SHA256": hlapi.USM_AUTH_HMAC192_SHA256,
    "SHA384": hlapi.USM_AUTH_HMAC256_SHA384,
    "SHA512": hlapi.USM_AUTH_HMAC384_SHA512,
}
_PRIV: Final = {
    "AES128": hlapi.USM_PRIV_CFB128_AES,
    "AES192": hlapi.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES256": hlapi.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES192C": hlapi.USM_PRIV_CFB192_AES,
    "AES256C": hlapi.USM_PRIV_CFB256_AES,
}
_LINGER: Final = 10.0
"""Seconds after which pysnmp forgets a request; ours are out of time before."""
_KNOCK_WAIT: Final = 0.3
"""Seconds in which an ICMP port unreachable or a v3 report may come back."""
_MISSING: Final = (rfc1905.NoSuchObject, rfc1905.NoSuchInstance, rfc1905.EndOfMibView,
                   rfc1902.Null)  # fmt: skip
_GARBLED: Final = (errind.DeserializationError, errind.SerializationError)
_AUTHORIZATION_ERROR: Final = 16
"""RFC 3416: the error status of a request below the security level the agent wants."""
_DISCOVERY: Final = bytes.fromhex(
    "3038020103300e020101020300ffe30401040201030410300e040002010002010004000400040030"
    "1104000400a00b0201010201000201003000"
)
"""A message of nobody to an unknown engine: each v3 agent reports its engine id (RFC 3414 4)."""


def _only_from(asked: set[tuple[str, int]], transport: Any) -> Any:
    """Make `transport` deaf to all but those who were asked."""
    hear = transport.datagram_received

    def heard(datagram: bytes, address: Any) -> None:
        if tuple(address[:2]) in asked:
            hear(datagram, address)

    transport.datagram_received = heard
    return transport


class PysnmpEngine:
    """All conversations of one event loop; opens nothing before the first one."""

    def __init__(self) -> None:
        self.name = "pysnmp"
        self.late = 0
        self._engines: dict[Credential | None, Any] = {}
        self._asked: set[tuple[str, int]] = set()

    async def open(
        self,
        endpoint: Endpoint,
        credential: Credential,
        memory: DeviceMemory,  # noqa: ARG002 - pysnmp keeps engine ids itself
        timeout: float,  # noqa: ARG002 - and asks for them with the first request
    ) -> PysnmpConversation | Failure:
        """Prepare to talk."""
        owner = credential if credential.version == "3" else None
        engine = self._engines.get(owner)
        if engine is None:
            engine = self._engines[owner] = hlapi.SnmpEngine()
        kind = hlapi.Udp6TransportTarget if endpoint.family == 6 else hlapi.UdpTransportTarget
        target = await kind.create(
            (endpoint.host, endpoint.port or SNMP_PORT), timeout=_LINGER, retries=0
        )
        try:
            self._listen(engine, endpoint.family)
        except (OSError, CarrierError):
            return NO_ROUTE
        self._asked.add(tuple(target.transport_address[:2]))
        name, _ = CommandGeneratorLcdConfigurator().configure(engine, _login(credential), target)
        return PysnmpConversation(engine, name, endpoint, credential)

    def _listen(self, engine: Any, family: int) -> None:
        """Open the engine's socket of a family with the first agent of it."""
        kind = udp6.Udp6AsyncioTransport if family == 6 else udp.UdpAsyncioTransport
        domain = udp6.DOMAIN_NAME if family == 6 else udp.DOMAIN_NAME
        if config.get_transport(engine, domain) is None:
            transport = _only_from(self._asked, kind())
            config.add_transport(engine, domain, transport.open_client_mode())

    def close(self) -> None:
        """Close every transport."""
        for engine in self._engines.values():
            engine.close_dispatcher()
        self._engines.clear()


class PysnmpConversation:
    """What is fixed about one agent."""

    def __init__(
        self, engine: Any, target: str, endpoint: Endpoint, credential: Credential
    ) -> None:
        self.credential = credential
        self.discovered = False
        self.wide = 20
        self._engine = engine
        self._target = target
        self._endpoint = endpoint
        self._answered = False
        self._waiter: asyncio.Future[Any] | None = None
        self._names: dict[tuple[str, ...], list[tuple[Any, Any]]] = {}

    @property
    def busy(self) -> bool:
        """A request is under way."""
        return self._waiter is not None and not self._waiter.done()

    async def get(self, oids: tuple[str, ...], timeout: float) -> Values | Failure:
        """GET once."""
        names = self._names.get(oids)
        if names is None:
            names = self._names[oids] = _named(oids)
        send = cmdgen.GetCommandGenerator().send_varbinds
        got = await self.ask(partial(send, self._engine, self._target, None, b"", names), timeout)
        if isinstance(got, Failure):
            return got
        return {
            ".".join(map(str, name)): _plain(value)
            for name, value in got
            if not isinstance(value, _MISSING)
        }

    async def rows(
        self, places: Sequence[Place], size: int, timeout: float
    ) -> list[Part] | Failure:
        """Ask for the next rows of several columns side by side."""
        names = _named(tuple(place.after for place in places))
        about = (self._engine, self._target, None, b"")
        if size > 1:
            send = cmdgen.BulkCommandGeneratorSingleRun().send_varbinds
            got = await self.ask(partial(send, *about, 0, size, names), timeout)
        else:
            send = cmdgen.NextCommandGeneratorSingleRun().send_varbinds
            got = await self.ask(partial(send, *about, names), timeout)
        if isinstance(got, Failure):
            return got
        return [_part(place.column, got[at :: len(places)]) for at, place in enumerate(places)]

    async def ask(self, send: Callable[..., object], timeout: float) -> Sequence[Any] | Failure:
        """Send a request and wait for its variable bindings, empty on an error status."""
        self._waiter = waiter = asyncio.get_running_loop().create_future()
        try:
            send(_heard, waiter)
            async with asyncio.timeout(timeout):
                indication, status, bindings = await waiter
        except TimeoutError:
            return await self._post_mortem()
        except OSError:
            return NO_ROUTE
        if indication is None:
            self._answered = True
            if status == _AUTHORIZATION_ERROR:
                return DENIED
            return () if status else bindings
        if isinstance(indication, errind.RequestTimedOut):
            return SILENT
        if isinstance(indication, errind.EmptyResponse):
            return ()
        return GARBLED if isinstance(indication, _GARBLED) else DENIED

    async def _post_mortem(self) -> Failure:
        """After silence, knock on a connected socket, which hears ICMP.

        A v3 agent that lives and never answered us cannot decrypt what we say.
        """
        secured = self.credential.version == "3"
        family = socket.AF_INET6 if self._endpoint.family == 6 else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as knock:
            knock.setblocking(False)
            try:
                knock.connect((self._endpoint.host, self._endpoint.port or SNMP_PORT))
                knock.send(_DISCOVERY if secured else b"\0")
                async with asyncio.timeout(_KNOCK_WAIT):
                    await asyncio.get_running_loop().sock_recv(knock, 1)
            except ConnectionRefusedError:
                return CLOSED
            except TimeoutError:
                return SILENT
            except OSError:
                return NO_ROUTE
        return DENIED if secured and not self._answered else SILENT

    def close(self) -> None:
        """Give up what is under way."""
        if self._waiter is not None:
            self._waiter.cancel()


def _part(column: str, bindings: Sequence[Any]) -> Part:
    rows: Rows = []
    for name, value in bindings:
        oid = ".".join(map(str, name))
        inside = oid == column or oid.startswith(column + ".")
        if isinstance(value, _MISSING) or not inside:
            return Part(rows, ended=True)
        rows.append((oid, _plain(value)))
    return Part(rows, ended=False)


def _heard(
    _engine: Any,
    _handle: Any,
    indication: Any,
    status: Any,
    _index: Any,
    bindings: Any,
    waiter: Any,
) -> None:
    if not waiter.done():
        waiter.set_result((indication, int(status), bindings))


def _named(oids: tuple[str, ...]) -> list[tuple[Any, Any]]:
    return [(rfc1902.ObjectName(oid), rfc1902.Null("")) for oid in oids]


def _plain(value: Any) -> Heard:
    """Make a Python value of a pyasn1 one; types as the other engine has them."""
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, rfc1902.IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, rfc1902.OctetString):
        return bytes(value)
    return str(value)


def _login(credential: Credential) -> Any:
    if credential.version != "3":
        # S508, S509: v1, v2c and v3 without privacy are what devices have; the inventory decides.
        model = 0 if credential.version == "1" else 1
        return hlapi.CommunityData(credential.community.reveal(), mpModel=model)
    keys: dict[str, Any] = {}
    if credential.auth is not None:
        keys["authKey"] = credential.auth_key.reveal()
        keys["authProtocol"] = _AUTH[credential.auth]
    if credential.priv is not None:
        keys["privKey"] = credential.priv_key.reveal()
        keys["privProtocol"] = _PRIV[credential.priv]
    return hlapi.UsmUserData(credential.user, **keys)  # noqa: S509 - above
