"""SNMP: one wire, two engines. Retries, splitting, learning and the breaker live here, once.

`get`, `walk` and `table` end in a `SnmpReply`, never in an exception:

    ANSWERED  ""              values by OID; what the agent does not have is absent
    SILENT    timeout         no answer to any try (a wrong community looks like this)
    REFUSED   port_closed     ICMP port unreachable from the agent
    REFUSED   auth            the agent reports a wrong SNMPv3 user, key or level (RFC 3414)
    REFUSED   v3_silent       it tells its engine id and then nothing: a wrong privacy key, or loss
    GARBLED   decode          an answer that is no SNMP, or one that was cut
    GARBLED   not_increasing  a walk that does not move forward
    REFUSED   agent_error     a table that is refused, or breaks off, with an error status
    GARBLED   too_many_rows   a walk or table beyond its cap of rows, of
    GARBLED   too_many_bytes  bytes, or of
    GARBLED   too_slow        seconds
    SKIPPED   no_route        the request did not leave this machine
    SKIPPED   no_descriptor   this process has no file descriptor left

SNMPv3: engine ids are remembered, also over a restart (`remember`, `engines`), and mistrusted after
the first silence: the agent is asked who it is, and the question once more, so that a box that was
replaced is heard in the same run. A report that our notion of its time is wrong costs one try.

An agent that was silent is asked for one small value first: so a dead device costs one small
request (the breaker: three silent runs leave a single try, the first answer gives the retries
back), and an agent that loses only large answers is found out, and asked in smaller parts.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from importlib.util import find_spec
from time import monotonic
from typing import Final

from collectors._contract import SnmpReply
from collectors._engines import Engine as KnownEngine
from collectors._memory import BREAKER_AFTER, DeviceMemory
from collectors.wires._engine_book import EngineBook
from collectors.wires._pysnmp import PysnmpEngine
from collectors.wires._snmp_engine import (
    DENIED,
    NO_DESCRIPTOR,
    PANICKED,
    SILENT,
    SNMP_PORT,
    V3_SILENT,
    Conversation,
    Engine,
    Failure,
    Values,
)
from collectors.wires._snmp_line import Line
from collectors.wires._snmp_sessions import Sessions
from collectors.wires._snmp_table import Caps, Table
from collectors.wires._snmp_v1 import PlainConversation
from inventory.model import Credential, Endpoint
from metrics.observation import Outcome

if find_spec("gufo") is not None:  # no wheel for LoongArch and other platforms
    from collectors.wires._gufo import GufoEngine

_ANSWERED: Final = Outcome.ANSWERED


def open_snmp(
    engine: str = "auto",
    *,
    trace: Callable[[str], None] | None = None,
    sessions: int = 4096,
    passing: int = 1024,
) -> Snmp:
    """Prepare the wire; nothing is opened before the first request.

    `engine`: `gufo`, `pysnmp`, or `auto` for gufo where it is installed. `sessions`: how many
    agents keep their socket (one descriptor each); the others get a new one per poll. A cycle over
    more agents than an LRU holds would miss each time, so the first ones keep theirs, v3 before
    v2c because a v3 session is dearer. `passing`: how many of those others may be open at once;
    one more is SKIPPED (no_descriptor), so that a silent city leaves files and pages their
    descriptors. `trace` is told each request and answer, without secrets.
    Raises ValueError for an engine that is unknown or not installed.
    """
    available = find_spec("gufo") is not None
    if engine == "auto":
        engine = "gufo" if available else "pysnmp"
    if engine == "gufo" and available:
        return Snmp(GufoEngine(), trace, sessions, passing)
    if engine == "pysnmp":
        return Snmp(PysnmpEngine(), trace, sessions, passing)
    raise ValueError(f"no SNMP engine {engine!r} here")


class Snmp:
    """See `collectors._contract.SnmpWire`."""

    def __init__(
        self,
        engine: Engine,
        trace: Callable[[str], None] | None,
        sessions: int,
        passing: int,
    ) -> None:
        self.engine = engine.name
        self._engine = engine
        self._trace = trace
        self._sessions = Sessions(sessions, passing)
        self._kept = self._sessions.kept
        self._book = EngineBook()
        self._counts: Counter[str] = Counter()
        self._answered = 0

    async def get(
        self,
        endpoint: Endpoint,
        credential: Credential,
        oids: tuple[str, ...],
        memory: DeviceMemory,
        *,
        timeout: float,
        retries: int,
    ) -> SnmpReply:
        """GET `oids` in one PDU; in smaller ones when the agent cannot give them in one."""
        memory.polls += 1
        spent: Failure | Values | None = None
        if not memory.silent_runs and self._trace is None:
            conversation = self._kept.get((endpoint.host, endpoint.port))
            if (
                conversation is not None
                and conversation.credential is credential
                and conversation.memory is memory
                and not conversation.busy
            ):
                try:
                    spent = await conversation.get(oids, timeout)
                except asyncio.CancelledError:  # the run's deadline
                    memory.silent_runs += 1
                    raise
                if spent and spent.__class__ is dict:
                    memory.answers += 1
                    self._answered += 1
                    return SnmpReply(_ANSWERED, "", spent)
        return await self._get(endpoint, credential, oids, memory, timeout, retries, spent)

    async def _get(
        self,
        endpoint: Endpoint,
        credential: Credential,
        oids: tuple[str, ...],
        memory: DeviceMemory,
        timeout: float,
        retries: int,
        spent: Failure | Values | None,
    ) -> SnmpReply:
        """All that is not the normal path. `spent`: what a first try came to."""
        tries = 1 if memory.silent_runs >= BREAKER_AFTER else 1 + retries
        opened = await self._converse(endpoint, credential, memory, timeout, tries)
        if isinstance(opened, Failure):
            return self._settle(endpoint, None, memory, opened)
        conversation: Conversation | None = opened
        line = Line(opened, endpoint, memory, timeout, self._counts, self._trace)
        lives, first = opened.discovered, not memory.silent_runs
        tries = 1 + retries if lives else tries
        got: Values | Failure = SILENT
        try:
            if memory.silent_runs and len(oids) > 1:
                got = await line.get_small_first(oids, tries, 1 + retries)
            elif spent is None or isinstance(spent, Failure):
                got = await line.get(oids, tries, spent)
            else:
                got = spent
            if not got and len(oids) > 1:
                got = await line.get_in_parts(oids)
            if got is SILENT and lives and first and len(oids) > 1:
                got = await line.get_small_first(oids, 2, 1)
            elif got is SILENT and first and not lives and _mistrusted(opened, memory):
                conversation, got = await self._ask_anew(endpoint, opened, oids, memory, timeout)
        finally:  # a run that is cancelled at its deadline was silent
            reply = self._settle(endpoint, conversation, memory, got)
        return reply

    async def _ask_anew(
        self,
        endpoint: Endpoint,
        conversation: Conversation,
        oids: tuple[str, ...],
        memory: DeviceMemory,
        timeout: float,
    ) -> tuple[Conversation | None, Values | Failure]:
        """Ask who lives at an address that falls silent, and then the question once more.

        A box that was replaced drops what is meant for the engine before it. One that is found to
        live may have lost the answer only for its size.
        """
        key = (endpoint.host, endpoint.port)
        self._sessions.release(key, conversation, spent=True)
        memory.engine_id = None
        self._book.doubt(_address(endpoint))
        credential = conversation.credential
        fresh = await self._converse(endpoint, credential, memory, timeout, 1)
        if isinstance(fresh, Failure):
            return None, fresh
        self._counts["rediscovered"] += 1
        try:
            line = Line(fresh, endpoint, memory, timeout, self._counts, self._trace)
            return fresh, await line.get_small_first(oids, 2, 1)
        except asyncio.CancelledError:
            self._sessions.release(key, fresh, spent=True)
            raise

    async def walk(
        self,
        endpoint: Endpoint,
        credential: Credential,
        base: str,
        memory: DeviceMemory,
        *,
        timeout: float,
        retries: int,
        max_rows: int = 10_000,
        max_bytes: int = 4_000_000,
        max_seconds: float = 60.0,
    ) -> SnmpReply:
        """Walk the column (or subtree) `base`."""
        caps = Caps(max_rows, max_bytes, max_seconds)
        return await self._read(endpoint, credential, (base,), memory, caps, timeout, retries)

    async def table(
        self,
        endpoint: Endpoint,
        credential: Credential,
        columns: tuple[str, ...],
        memory: DeviceMemory,
        *,
        timeout: float,
        retries: int,
        max_rows: int = 10_000,
        max_bytes: int = 4_000_000,
        max_seconds: float = 60.0,
    ) -> SnmpReply:
        """Read `columns` of one table: several in one request (pysnmp), or one after another."""
        caps = Caps(max_rows, max_bytes, max_seconds)
        return await self._read(endpoint, credential, columns, memory, caps, timeout, retries)

    async def _read(
        self,
        endpoint: Endpoint,
        credential: Credential,
        columns: tuple[str, ...],
        memory: DeviceMemory,
        caps: Caps,
        timeout: float,
        retries: int,
    ) -> SnmpReply:
        memory.polls += 1
        alone = memory.silent_runs >= BREAKER_AFTER
        tries = 1 if alone else 1 + retries
        conversation = await self._converse(endpoint, credential, memory, timeout, tries)
        if isinstance(conversation, Failure):
            return self._settle(endpoint, None, memory, conversation)
        line = Line(conversation, endpoint, memory, timeout, self._counts, self._trace)
        table = Table(line, columns, memory, version=credential.version, wide=conversation.wide)
        got: Values | Failure = SILENT
        try:
            got = await table.read(caps, tries, alone=alone)
        finally:  # a run that is cancelled at its deadline was silent
            reply = self._settle(endpoint, conversation, memory, got)
        if isinstance(got, Failure) and table.values:
            return SnmpReply(reply.outcome, reply.reason, table.values)
        return reply

    async def _converse(
        self,
        endpoint: Endpoint,
        credential: Credential,
        memory: DeviceMemory,
        timeout: float,
        tries: int,
    ) -> Conversation | Failure:
        key = (endpoint.host, endpoint.port)
        kept = self._kept.get(key)
        if kept is not None and not kept.busy:
            if kept.credential == credential:
                kept.credential = credential  # equal after a reload: found by identity again
                kept.memory = memory
                return kept
            self._sessions.drop(key)
        if self._sessions.full:
            return NO_DESCRIPTOR
        got: Conversation | Failure = SILENT
        if credential.version == "3" and memory.engine_id is None:
            self._book.recall(_address(endpoint), memory)
        self._sessions.opening += 1
        try:
            for _ in range(tries):
                got = await self._engine.open(endpoint, credential, memory, timeout)
                if got is not SILENT:
                    break
        finally:
            self._sessions.opening -= 1
        if not isinstance(got, Failure):
            if credential.version == "1":
                got = PlainConversation(got)
            self._counts["opened"] += 1
            self._sessions.put(key, got)
        return got

    def _settle(
        self,
        endpoint: Endpoint,
        conversation: Conversation | None,
        memory: DeviceMemory,
        got: Values | Failure,
    ) -> SnmpReply:
        """Learn from how it ended, and let go of the conversation."""
        if got is SILENT and conversation is not None and conversation.discovered:
            got = V3_SILENT
        key = (endpoint.host, endpoint.port)
        if conversation is not None and conversation.heard is not None:
            heard, conversation.heard = conversation.heard, None
            self._book.learn_of(_address(endpoint), memory, heard, monotonic())
        silent = got is SILENT or got is V3_SILENT
        lost = silent or got is DENIED
        if lost and memory.engine_id is not None and not memory.lent:
            memory.engine_id = None  # the box may have been replaced: find out anew
            self._book.doubt(_address(endpoint))
        if conversation is not None:
            conversation.discovered = False
            spent = got is PANICKED or (lost and _mistrusted(conversation, memory))
            self._sessions.release(key, conversation, spent=spent)
        if isinstance(got, Failure):
            self._counts["panicked"] += got is PANICKED
            memory.silent_runs = memory.silent_runs + 1 if silent else 0
            self._counts[f"{got.outcome.name.lower()}_{got.reason}"] += 1
            return SnmpReply(got.outcome, got.reason, {})
        memory.silent_runs = 0
        memory.regrow(monotonic())
        memory.answers += 1
        self._answered += 1
        return SnmpReply(_ANSWERED, "", got)

    def remember(self, engines: Mapping[str, KnownEngine], now: int) -> None:
        """Take over the SNMPv3 engines that were known at `now` (UTC seconds) or before."""
        self._book.put(engines, now, monotonic())

    def engine_changes(self) -> int:
        """Count what was learnt of SNMPv3 engines: unchanged = nothing new to save."""
        for (host, port), kept in self._kept.items():
            if kept.heard is not None:
                self._book.learn(f"{host}:{port or SNMP_PORT}", kept.heard, monotonic())
                kept.heard = None
        return self._book.changes

    def engines(self, now: int) -> dict[str, KnownEngine]:
        """Return the SNMPv3 engines known at `now` (UTC seconds), by `host:port`; thread-safe."""
        return self._book.take(now, monotonic())

    def duplicates(self) -> dict[str, tuple[str, ...]]:
        """Return engine ids (hexadecimal) that several addresses claim: cloned configurations."""
        return self._book.duplicates()

    def retain(self, addresses: Collection[tuple[str, int | None]]) -> None:
        """Keep the sessions of these agents only."""
        self._book.retain({f"{host}:{port or SNMP_PORT}" for host, port in addresses})
        self._sessions.retain(addresses)

    def stats(self) -> dict[str, int]:
        """Counters since the start, and the sessions kept now."""
        return {
            **self._counts,
            "answered": self._answered,
            "late": self._engine.late,
            "engines_shared": sum(map(len, self._book.duplicates().values())),
            "engines_backwards": self._book.backwards,
            "sessions": len(self._kept),
            "passing": len(self._sessions.passing),
        }

    async def close(self) -> None:
        """Close every conversation and the engine."""
        self._sessions.close()
        self._engine.close()


def _address(endpoint: Endpoint) -> str:
    return f"{endpoint.host}:{endpoint.port or SNMP_PORT}"


def _mistrusted(conversation: Conversation, memory: DeviceMemory) -> bool:
    """Tell whether silence puts session and engine in doubt; a run out of turn proves nothing."""
    return conversation.credential.version == "3" and not memory.lent
