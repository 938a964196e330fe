"""SNMP by gufo-snmp 0.13 (BSD-3-Clause, Rust). Fast, where its wheel exists.

Its sockets are driven directly: `SnmpSession` adds a timer, two changes of the event loop's
readers and a closure to each request, and each answer wakes the loop. What it does not do is done
here: one deadline per try, one request at a time, ICMP errors told from silence. What it does:
connected sockets (the kernel drops answers from elsewhere), request ids and communities checked,
engine boots and time taken from any report, so that "not in time window" heals by asking again.

Limits: an answer above 4,080 bytes is cut and so garbled; error statuses are not shown (the answer
is empty); no context names; GETBULK of one column. It cannot be told boots and time: a socket that
is opened with a known engine id costs one report before its first answer, as many packets as to ask
for the id. It does not count the agent's time on by itself: after 150 s without a question the
next one costs a report. A report of another engine's id is ignored and looks like silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from time import monotonic
from typing import Any, Final

from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    KeyExpansion,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    SnmpAuthError,
    SnmpError,
    User,
)

# The version is pinned, and tests/collectors holds every use of these to real and fake agents.
from gufo.snmp._fast import (
    GetIter,
    NoSuchInstance,
    SnmpV1ClientSocket,
    SnmpV2cClientSocket,
    SnmpV3ClientSocket,
)
from gufo.snmp.user import KeyType

from collectors._memory import DeviceMemory
from collectors.wires._readiness import TICK, Readiness
from collectors.wires._snmp_engine import (
    CLOSED,
    DENIED,
    GARBLED,
    NO_DESCRIPTOR,
    NO_ROUTE,
    PANICKED,
    SILENT,
    SNMP_PORT,
    Failure,
    Part,
    Place,
    Values,
)
from collectors.wires._status import NO_SUCH_NAME, read_status
from collectors.wires._usm import Usm, read_usm
from inventory.model import Credential, Endpoint

_AUTH: Final = {
    "SHA1": Sha1Key,
    "SHA224": Sha224Key,
    "SHA256": Sha256Key,
    "SHA384": Sha384Key,
    "SHA512": Sha512Key,
}
_PRIV: Final = {
    "AES128": Aes128Key,
    "AES192": Aes192Key,
    "AES256": Aes256Key,
    "AES192C": Aes192Key,
    "AES256C": Aes256Key,
}
_BY_NUMBER: Final = {
    errno.ECONNREFUSED: CLOSED,
    errno.EMFILE: NO_DESCRIPTOR,
    errno.ENFILE: NO_DESCRIPTOR,
}
_HEADER: Final = 4096
"""Bytes of a datagram that are looked at for the engine that sent it."""
_NOBODY: Final = User.default()

_Socket = SnmpV1ClientSocket | SnmpV2cClientSocket | SnmpV3ClientSocket
Receive = Callable[[], Any]
"""Returns values, or rows with None at the end of the column, or nothing; raises what it met."""


class GufoEngine:
    """All conversations of one event loop; opens nothing before the first one."""

    def __init__(self) -> None:
        self.name = "gufo"
        self.late = 0
        self._readiness = Readiness()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[float, deque[tuple[float, GufoConversation, asyncio.Future[Any]]]] = {}
        self._ticker: asyncio.TimerHandle | None = None
        self._users: dict[Credential, User] = {}

    async def open(
        self, endpoint: Endpoint, credential: Credential, memory: DeviceMemory, timeout: float
    ) -> GufoConversation | Failure:
        """Open a socket; for v3 without a known engine id, ask for it first."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._readiness.open()
            self._tick(self._loop)
        port = endpoint.port or SNMP_PORT
        address = f"[{endpoint.host}]:{port}" if ":" in endpoint.host else f"{endpoint.host}:{port}"
        try:
            if credential.version != "3":
                kind = SnmpV1ClientSocket if credential.version == "1" else SnmpV2cClientSocket
                plain = kind(address, credential.community.reveal(), 0, 0, 0, 0)
                return GufoConversation(self, self._loop, plain, credential, memory)
            user = self._user(credential)
            known = memory.engine_id
            secured = SnmpV3ClientSocket(
                address, known or b"", *_keys(user if known else _NOBODY), 0, 0, 0, 0
            )
        except OSError as error:
            return _unsent(error)
        conversation = GufoConversation(self, self._loop, secured, credential, memory)
        conversation.in_time = known is None
        conversation.listen()
        if known is None:
            try:
                failure = await conversation.ask(
                    secured.send_refresh, secured.recv_refresh, timeout
                )
            except asyncio.CancelledError:  # the run's deadline
                conversation.close()
                raise
            if isinstance(failure, Failure):
                conversation.close()
                return failure
            conversation.discovered = True
            memory.engine_id = secured.get_engine_id()
            secured.set_keys(*_keys(user))
        return conversation

    def _user(self, credential: Credential) -> User:
        """Hash a credential's passwords once (a megabyte each, RFC 3414 A.2), not per device."""
        user = self._users.get(credential)
        if user is None:
            user = self._users[credential] = _user(credential)
        return user

    def watch(self, fd: int, callback: Callable[[], None]) -> None:
        """Call back when `fd` has something to read."""
        self._readiness.add(fd, callback)

    def unwatch(self, fd: int) -> None:
        """Forget `fd`, which is about to be closed."""
        self._readiness.remove(fd)

    def expire(
        self, conversation: GufoConversation, waiter: asyncio.Future[Any], timeout: float
    ) -> None:
        """Make `waiter` silent after `timeout` seconds, give or take a tick."""
        waiting = self._waiting.get(timeout)
        if waiting is None:
            waiting = self._waiting[timeout] = deque()
        waiting.append((monotonic() + timeout, conversation, waiter))

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read all that came, then give up what is out of time; again soon, whatever happens."""
        self._ticker = loop.call_later(TICK, self._tick, loop)
        self._readiness.drain()
        now = monotonic()
        for waiting in self._waiting.values():
            while waiting and waiting[0][0] <= now:
                _, conversation, waiter = waiting.popleft()
                if not waiter.done():
                    conversation.give_up(waiter)

    def close(self) -> None:
        """Leave the event loop; conversations are closed by their owner."""
        if self._ticker is not None:
            self._ticker.cancel()
        self._readiness.close()
        self._waiting.clear()
        self._loop = None


class GufoConversation:
    """One gufo socket. Whoever asks while it is busy would break both requests."""

    __slots__ = ("_engine", "_fd", "_loop", "_receive", "_socket", "_waiter",
                 "credential", "discovered", "heard", "in_time", "memory", "wide")  # fmt: skip

    def __init__(
        self,
        engine: GufoEngine,
        loop: asyncio.AbstractEventLoop,
        wire: _Socket,
        credential: Credential,
        memory: DeviceMemory,
    ) -> None:
        self.credential = credential
        self.memory = memory
        self.discovered = False
        self.heard: Usm | None = None
        self.in_time = True
        self.wide = 1
        self._engine = engine
        self._loop = loop
        self._socket = wire
        self._waiter: asyncio.Future[Any] | None = None
        self._receive: Receive = wire.recv_get_many
        self._fd = wire.get_fd()
        engine.watch(self._fd, self._on_ready)

    @property
    def busy(self) -> bool:
        """A request is under way."""
        return self._waiter is not None and not self._waiter.done()

    def get(self, oids: tuple[str, ...], timeout: float) -> Awaitable[Values | Failure]:
        """GET once. The hot path: one future, one system call, no timer."""
        self._receive = self._socket.recv_get_many
        self._waiter = waiter = self._loop.create_future()
        try:
            self._socket.send_get_many(oids)  # type: ignore[arg-type]  # any sequence will do
        except OSError as error:  # the text is all there is
            waiter.set_result(_unsent(error))
            return waiter
        self._engine.expire(self, waiter, timeout)
        return waiter

    def ask(
        self, send: Callable[[], None], receive: Receive, timeout: float
    ) -> asyncio.Future[Any]:
        """Send whatever `send` sends and wait for what `receive` makes of the answer."""
        self._receive = receive
        self._waiter = waiter = self._loop.create_future()
        try:
            send()
        except OSError as error:
            waiter.set_result(_unsent(error))
            return waiter
        self._engine.expire(self, waiter, timeout)
        return waiter

    async def rows(
        self, places: Sequence[Place], size: int, timeout: float
    ) -> list[Part] | Failure:
        """Ask for rows of one column. One iterator names where to go on, another what to keep."""
        column, after = places[0]
        seek, keep = GetIter(after, size), GetIter(column, size)
        wire = self._socket
        send = wire.send_get_bulk if size > 1 else wire.send_get_next
        # Any answer is read as one to GETBULK: `recv_get_next` panics at the end of the view.
        got = await self.ask(partial(send, seek), partial(wire.recv_get_bulk, keep), timeout)
        if got == [] and size == 1:
            # The end of the view, or an error status: `recv_get` tells the former.
            end = partial(_nothing_follows, wire, self._fd)
            got = await self.ask(partial(send, seek), end, timeout)
        if isinstance(got, Failure):
            return got
        return [Part([row for row in got if row is not None], None in got)]

    def listen(self) -> None:
        """Keep what the next datagram says of the agent's engine; gufo does not tell."""
        if self.credential.version == "3":
            self._engine.unwatch(self._fd)
            self._engine.watch(self._fd, self._on_ready_listening)

    def _on_ready_listening(self) -> None:
        self._engine.unwatch(self._fd)
        self._engine.watch(self._fd, self._on_ready)
        self.heard = read_usm(_peek(self._fd)) or self.heard
        self._on_ready()

    def _on_ready(self) -> None:
        try:
            got = self._receive()
        except BlockingIOError:  # it was not ours: another request id or community
            self._count_late()
            return
        except TimeoutError:  # gufo's name for ECONNREFUSED
            got = CLOSED
        except SnmpAuthError:
            got = DENIED
            self.listen()
        except StopAsyncIteration:  # an empty answer to GETBULK
            got = []
        except SnmpError:
            got = GARBLED
        except OSError as error:
            got = _unsent(error)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001 - PanicException of pyo3: lengths beyond its means
            got = PANICKED
        waiter = self._waiter
        if waiter is None or waiter.done():
            self._count_late()
            return
        self._waiter = None
        waiter.set_result(got)

    def _count_late(self) -> None:
        self._engine.late += 1
        self.memory.late += 1

    def give_up(self, waiter: asyncio.Future[Any]) -> None:
        """End a try that heard nothing."""
        waiter.set_result(SILENT)
        if self._waiter is waiter:
            self._waiter = None

    def close(self) -> None:
        """Forget the socket; the descriptor closes with the last reference. Again is no error."""
        if self._receive is _nothing:  # a reload or the end came before the run it was used in
            return
        self._engine.unwatch(self._fd)
        waiter, self._waiter, self._receive = self._waiter, None, _nothing
        if waiter is not None:
            waiter.cancel()
        del self._socket  # the queue of deadlines may hold on to us a while longer


def _nothing_follows(wire: _Socket, fd: int) -> list[None]:
    """Read an answer to GETNEXT that had no row: [None] at the end of the view, [] after errors.

    What the error is can be read by SNMPv1 and SNMPv2c only: v3 has it behind its keys.
    """
    ended = read_status(_peek(fd)) == NO_SUCH_NAME
    try:
        wire.recv_get()
    except NoSuchInstance:
        return [None]
    return [None] if ended else []


def _peek(fd: int) -> bytes:
    """Look at the next datagram without taking it; nothing where none is there."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fd)) as twin:
        return twin.recv(_HEADER, socket.MSG_PEEK)
    return b""


def _nothing() -> Any:
    raise BlockingIOError


def _unsent(error: OSError) -> Failure:
    """Gufo gives the text of an error only; it ends in the number."""
    for number, failure in _BY_NUMBER.items():
        if f"os error {number})" in str(error):
            return failure
    return NO_ROUTE


def _keys(user: User) -> tuple[str, int, bytes, int, bytes]:
    return (
        user.name,
        user.get_auth_alg(),
        user.get_auth_key(),
        user.get_priv_alg(),
        user.get_priv_key(),
    )


def _user(credential: Credential) -> User:
    if credential.auth is None:
        return User(credential.user)
    auth = _AUTH[credential.auth]
    key = auth(auth.get_master_key(credential.auth_key.reveal().encode()), KeyType.Master)
    if credential.priv is None:
        return User(credential.user, auth_key=key)
    master = auth.get_master_key(credential.priv_key.reveal().encode())
    return User(
        credential.user,
        auth_key=key,
        priv_key=_PRIV[credential.priv](master, KeyType.Master),
        key_expansion=(
            KeyExpansion.Cisco if credential.priv.endswith("C") else KeyExpansion.Blumenthal
        ),
    )
