"""SNMP by pysnmp 7.1 (BSD-2-Clause, pure Python). Slow, everywhere.

For platforms without a gufo-snmp wheel (LoongArch and others), and the test oracle of the other
engine. `SnmpEngine` is dear to build and shared: one for all v1 and v2c, and one per v3 credential,
because an engine knows a user name once only. Names are never resolved through MIB files.

pysnmp listens on one socket for all agents, so two facts are found out here: an answer counts only
from the address that was asked, and after silence a connected socket shows whether the agent's
port is closed (ICMP port unreachable). Most datagrams that are no SNMP are dropped by pysnmp and
look like silence; those it breaks over end their question. Engine ids are asked for here, and
pysnmp is told, so that it asks nobody itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Any, Final

from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.carrier.error import CarrierError
from pysnmp.entity import config
from pysnmp.entity.rfc3413 import cmdgen
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.hlapi.v3arch.asyncio.lcd import CommandGeneratorLcdConfigurator
from pysnmp.proto import errind

from collectors._memory import DeviceMemory
from collectors.wires._knock import discover, knock
from collectors.wires._pysnmp_peers import drop, tell
from collectors.wires._pysnmp_values import MISSING, login, named, part, plain
from collectors.wires._snmp_engine import (
    DENIED,
    GARBLED,
    NO_ROUTE,
    SILENT,
    SNMP_PORT,
    Failure,
    Part,
    Place,
    Values,
)
from collectors.wires._status import NO_SUCH_NAME
from collectors.wires._usm import DISCOVERY, MOST, Usm, read_usm
from inventory.model import Credential, Endpoint

_LINGER: Final = 10.0
"""Seconds after which pysnmp forgets a request; ours are out of time before."""
_LARGEST: Final = 16_384
"""Bytes of an answer; pyasn1 would chew for a second on 65,000, and all others would wait."""
_BROKEN: Final = object()
_GARBLED: Final = (errind.DeserializationError, errind.SerializationError)
_AUTHORIZATION_ERROR: Final = 16
"""RFC 3416: the error status of a request below the security level the agent wants."""
_MOST_ENGINES: Final = 8
"""SNMP engines of one credential: agents that share an engine id need one each."""


class PysnmpEngine:
    """All conversations of one event loop; opens nothing before the first one."""

    def __init__(self) -> None:
        self.name = "pysnmp"
        self.late = 0
        self._engines: dict[tuple[Credential | None, int], Any] = {}
        self._asked: set[tuple[str, int]] = set()
        self._tenants: dict[tuple[Credential | None, int, bytes], tuple[str, int]] = {}
        """Whose the engine ids are in each engine: it has one notion of the time of each."""
        self._lodgings: dict[tuple[Credential, tuple[str, int]], tuple[int, bytes]] = {}
        """In which engine, and by which engine id, an address is known: by the last one only."""
        self.waiting: dict[tuple[str, int], asyncio.Future[Any]] = {}
        """Who waits for an answer of an address."""
        self.told: dict[tuple[str, int], Usm] = {}
        """What each v3 agent said of its engine in its last message."""

    async def open(
        self, endpoint: Endpoint, credential: Credential, memory: DeviceMemory, timeout: float
    ) -> PysnmpConversation | Failure:
        """Prepare to talk; for v3 without a known engine id, ask for it first."""
        address = endpoint.host, endpoint.port or SNMP_PORT
        known: Usm | None = None
        discovered = False
        number = 0
        if credential.version == "3":
            if memory.engine_id is not None:
                spent = int(monotonic() - memory.engine_heard_at)
                known = Usm(memory.engine_id, memory.engine_boots, memory.engine_time + spent)
            else:
                found = await discover(endpoint, timeout)
                if isinstance(found, Failure):
                    return found
                known, discovered = found, True
            number = self._lodge(credential, known.engine_id, address)
        owner = credential if credential.version == "3" else None, number
        engine = self._engines.get(owner)
        if engine is None:
            engine = self._engines[owner] = hlapi.SnmpEngine()
        kind = hlapi.Udp6TransportTarget if endpoint.family == 6 else hlapi.UdpTransportTarget
        target = await kind.create(address, timeout=_LINGER, retries=0)
        try:
            self._listen(engine, endpoint.family)
        except (OSError, CarrierError):
            return NO_ROUTE
        peer = tuple(target.transport_address[:2])
        self._asked.add(peer)
        name, _ = CommandGeneratorLcdConfigurator().configure(engine, login(credential), target)
        conversation = PysnmpConversation(self, engine, name, endpoint, credential, memory, peer)
        conversation.discovered = discovered
        if known is not None:
            memory.engine_id = known.engine_id
            conversation.meet(target, known, heard=discovered)
        return conversation

    def _lodge(self, credential: Credential, engine_id: bytes, address: tuple[str, int]) -> int:
        """Find an engine in which no other address has this engine id."""
        before = self._lodgings.get((credential, address))
        if before is not None and before[1] != engine_id:
            self._move_out(credential, address, *before)
        for number in range(_MOST_ENGINES):
            tenant = self._tenants.setdefault((credential, number, engine_id), address)
            if tenant == address:
                self._lodgings[credential, address] = number, engine_id
                return number
        return _MOST_ENGINES - 1

    def _move_out(
        self, credential: Credential, address: tuple[str, int], number: int, engine_id: bytes
    ) -> None:
        """Forget the engine id that an address had before."""
        del self._lodgings[credential, address]
        self._tenants.pop((credential, number, engine_id), None)
        engine = self._engines.get((credential, number))
        if engine is not None:
            drop(engine, engine_id, credential.user)

    def engines(self) -> tuple[Any, ...]:
        """Return the engines that were built: one for all v1 and v2c, the others of credentials."""
        return tuple(self._engines.values())

    def hears(self, datagram: bytes, address: tuple[str, int]) -> bool:
        """Tell whether `address` was asked; keep what it says of its engine."""
        if address not in self._asked:
            self.late += 1
            return False
        if len(datagram) > _LARGEST:
            self.broke(address)
            return False
        told = read_usm(datagram)
        if told is not None:
            self.told[address] = told
        return True

    def _listen(self, engine: Any, family: int) -> None:
        """Open the engine's socket of a family with the first agent of it."""
        kind = udp6.Udp6AsyncioTransport if family == 6 else udp.UdpAsyncioTransport
        domain = udp6.DOMAIN_NAME if family == 6 else udp.DOMAIN_NAME
        if config.get_transport(engine, domain) is None:
            transport = _tapped(kind(), self.hears)
            config.add_transport(engine, domain, transport.open_client_mode())
            transport._callback_function = _guarded(transport._callback_function, self.broke)  # noqa: SLF001 - pysnmp has no other door

    def broke(self, address: tuple[str, int]) -> None:
        """End the question to an address whose answer pysnmp broke over."""
        waiter = self.waiting.get(address)
        if waiter is None or waiter.done():
            self.late += 1
        else:
            waiter.set_result((_BROKEN, 0, ()))

    def close(self) -> None:
        """Close every transport."""
        for engine in self._engines.values():
            engine.close_dispatcher()
        self._engines.clear()


def _tapped(transport: Any, hears: Callable[[bytes, tuple[str, int]], bool]) -> Any:
    """Make `transport` deaf to all but those who were asked."""
    receive = transport.datagram_received

    def received(datagram: bytes, address: Any) -> None:
        if hears(datagram, tuple(address[:2])):
            receive(datagram, address)

    transport.datagram_received = received
    return transport


def _guarded(take: Callable[..., None], broke: Callable[[tuple[str, int]], None]) -> Any:
    """Let an answer that raises inside pysnmp end its own question, and nothing else."""

    def guarded(transport: Any, address: Any, datagram: bytes) -> None:
        try:
            take(transport, address, datagram)
        except Exception:  # noqa: BLE001 - pyasn1 and pysnmp raise whatever they like
            broke(tuple(address[:2]))

    return guarded


class PysnmpConversation:
    """What is fixed about one agent."""

    def __init__(
        self,
        owner: PysnmpEngine,
        engine: Any,
        target: str,
        endpoint: Endpoint,
        credential: Credential,
        memory: DeviceMemory,
        peer: tuple[str, int],
    ) -> None:
        self.credential = credential
        self.discovered = False
        self.memory = memory
        self.heard: Usm | None = None
        self.in_time = True
        self.wide = 20
        self._owner = owner
        self._told = owner.told
        self._peer = peer
        self._engine = engine
        self._target = target
        self._cached: tuple[Any, Any] | None = None
        self._known: tuple[Usm, float] | None = None
        self._endpoint = endpoint
        self._status = 0
        """Error status of the last answer."""
        self._waiter: asyncio.Future[Any] | None = None
        self._names: dict[tuple[str, ...], list[tuple[Any, Any]]] = {}

    @property
    def busy(self) -> bool:
        """A request is under way."""
        return self._waiter is not None and not self._waiter.done()

    def meet(self, target: Any, known: Usm, *, heard: bool) -> None:
        """Begin with what is known of the agent's engine."""
        self._cached = target.TRANSPORT_DOMAIN, target.transport_address
        self._known = known, monotonic()
        self.heard = known if heard else None
        self._told.pop(self._peer, None)

    def _prime(self) -> None:
        """Tell pysnmp the engine's id and time; it asks again every 300 s else, for no reason."""
        if self._cached is not None and self._known is not None:
            known, at = self._known
            now = min(MOST, known.time + int(monotonic() - at))
            tell(self._engine, self._cached, known._replace(time=now))

    def _adopt(self, *, answered: bool) -> None:
        """Believe what the last message said; pysnmp itself asks again after a report of time."""
        told = self._told.pop(self._peer, None)
        if told is None or self._known is None:
            return
        if told.boots != self._known[0].boots:
            self.memory.resyncs += answered
            self.memory.engine_boots = told.boots
        self._known = told, monotonic()
        self.heard = told

    async def get(self, oids: tuple[str, ...], timeout: float) -> Values | Failure:
        """GET once."""
        names = self._names.get(oids)
        if names is None:
            names = self._names[oids] = named(oids)
        send = cmdgen.GetCommandGenerator().send_varbinds
        got = await self.ask(partial(send, self._engine, self._target, None, b"", names), timeout)
        if isinstance(got, Failure):
            return got
        return {
            ".".join(map(str, name)): plain(value)
            for name, value in got
            if not isinstance(value, MISSING)
        }

    async def rows(
        self, places: Sequence[Place], size: int, timeout: float
    ) -> list[Part] | Failure:
        """Ask for the next rows of several columns side by side."""
        names = named(tuple(place.after for place in places))
        about = (self._engine, self._target, None, b"")
        if size > 1:
            send = cmdgen.BulkCommandGeneratorSingleRun().send_varbinds
            got = await self.ask(partial(send, *about, 0, size, names), timeout)
        else:
            send = cmdgen.NextCommandGeneratorSingleRun().send_varbinds
            got = await self.ask(partial(send, *about, names), timeout)
            if got == () and self._status == NO_SUCH_NAME and len(places) == 1:
                return [Part([], ended=True)]
        if isinstance(got, Failure):
            return got
        return [part(place.column, got[at :: len(places)]) for at, place in enumerate(places)]

    async def ask(self, send: Callable[..., object], timeout: float) -> Sequence[Any] | Failure:
        """Send a request and wait for its variable bindings, empty on an error status."""
        self._waiter = waiter = asyncio.get_running_loop().create_future()
        self._owner.waiting[self._peer] = waiter
        self._prime()
        try:
            send(self._heard, waiter)
            async with asyncio.timeout(timeout):
                indication, status, bindings = await waiter
        except TimeoutError:
            return await self._post_mortem()
        except OSError:
            return NO_ROUTE
        self._adopt(answered=indication is None)
        if indication is _BROKEN:
            return GARBLED
        if indication is None:
            self._status = status
            if status == _AUTHORIZATION_ERROR:
                return DENIED
            return () if status else bindings
        if isinstance(indication, errind.RequestTimedOut):
            return SILENT
        if isinstance(indication, errind.EmptyResponse):
            return ()
        return GARBLED if isinstance(indication, _GARBLED) else DENIED

    def _heard(
        self,
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
        elif indication is None:
            self._owner.late += 1
            self.memory.late += 1

    async def _post_mortem(self) -> Failure:
        """After silence, knock: a connected socket hears that the agent's port is closed."""
        found = await knock(self._endpoint, DISCOVERY if self.credential.version == "3" else b"\0")
        return found if isinstance(found, Failure) else SILENT

    def close(self) -> None:
        """Give up what is under way."""
        if self._owner.waiting.get(self._peer) is self._waiter:
            self._owner.waiting.pop(self._peer, None)
        if self._waiter is not None:
            self._waiter.cancel()
