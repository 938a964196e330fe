"""One TCP connection, with TLS on it where it is wanted, read piece by piece.

No stream of asyncio's: nothing is read that nobody asked for, TLS can begin in the middle
(STARTTLS), and its records pass through memory, so that what a peer sends is counted before it is
looked at. Time limits are the caller's (`asyncio.timeout`).
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from typing import Final, Literal

from inventory.model import Endpoint
from metrics.observation import Outcome

_PIECE: Final = 65_536
_LARGEST_HANDSHAKE: Final = 262_144
"""Bytes; OpenSSL itself refuses a chain of certificates above 100 kB."""
_HERE: Final = frozenset(
    {errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM, errno.EAFNOSUPPORT}
)
_FULL: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_AWAY: Final = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENONET})
_ENDED: Final = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED})


class Trouble(Exception):  # noqa: N818 - it is no error of ours
    """Why a question came to nothing: outcome and reason code."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


def trouble(error: OSError) -> Trouble:
    """Return what an error of a socket says about the other side, or about this machine."""
    if error.errno in _FULL:
        return Trouble(Outcome.SKIPPED, "no_descriptor")
    if error.errno == errno.ECONNREFUSED:
        return Trouble(Outcome.REFUSED, "refused")
    if error.errno in _ENDED:
        return Trouble(Outcome.REFUSED, "reset")
    if error.errno in _AWAY:
        return Trouble(Outcome.SILENT, "host_unreachable")
    return Trouble(Outcome.SILENT, "timeout_connect")


class Line:
    """A connection; `close` whatever happens."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    @property
    def version(self) -> Literal[4, 6]:
        """The IP version."""
        return 6 if self._sock.family == socket.AF_INET6 else 4

    @property
    def tls(self) -> ssl.SSLObject | None:
        """What TLS knows of the peer, once it is on."""
        return self._tls

    def close(self) -> None:
        """Let go at once: nothing is waited for."""
        self._sock.close()

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        if self._tls is None:
            await self._sendall(data)
            return
        try:
            self._tls.write(data)
        except ssl.SSLError:
            raise Trouble(Outcome.GARBLED, "tls_garbled") from None
        await self._flush()

    async def receive(self) -> bytes:
        """Return what came, at most 64 kB; nothing where the peer has ended.

        A peer that ends without TLS's own end has ended too: many web servers do.
        """
        if self._tls is None:
            return await self._recv()
        while True:
            try:
                return self._tls.read(_PIECE)
            except ssl.SSLWantReadError:
                await self._flush()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLError:
                raise Trouble(Outcome.GARBLED, "tls_garbled") from None
            self._incoming_is(await self._recv())

    async def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Put TLS on it; raises `ssl.SSLError` as OpenSSL does."""
        try:
            tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        except ValueError:  # no name that TLS could ask for
            raise Trouble(Outcome.SKIPPED, "bad_name") from None
        read = 0
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                await self._flush()  # the alert that says why
                raise
            await self._flush()
            piece = await self._recv()
            read += len(piece)
            if read > _LARGEST_HANDSHAKE:
                raise Trouble(Outcome.GARBLED, "tls_garbled")
            self._incoming_is(piece)
        await self._flush()
        self._tls = tls

    def _incoming_is(self, piece: bytes) -> None:
        if piece:
            self._incoming.write(piece)
        else:
            self._incoming.write_eof()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._sendall(self._outgoing.read())

    async def _recv(self) -> bytes:
        # What is there already is given without a pause: a peer that floods us would let nobody
        # else have a turn, nor our own time limit come due.
        await asyncio.sleep(0)
        try:
            return await self._loop.sock_recv(self._sock, _PIECE)
        except OSError as error:
            raise trouble(error) from None

    async def _sendall(self, data: bytes) -> None:
        try:
            await self._loop.sock_sendall(self._sock, data)
        except OSError as error:
            raise trouble(error) from None


async def connect(address: Endpoint) -> Line:
    """Connect to an address with a port; `Trouble` where that fails."""
    family = socket.AF_INET6 if address.family == 6 else socket.AF_INET
    try:
        sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    except OSError as error:
        raise trouble(error) from None
    try:
        await _connected(sock, (address.host, address.port or 0))
    except BaseException:
        sock.close()
        raise
    return Line(sock)


async def _connected(sock: socket.socket, address: tuple[str, int]) -> None:
    """Connect; what the kernel refuses at once says that there is no way from here.

    The same error a moment later is a router's word about the other end.
    """
    try:
        code = sock.connect_ex(address)
    except OSError as error:  # an address that is none
        raise trouble(error) from None
    if code == 0:
        return
    if code in _HERE:
        raise Trouble(Outcome.SKIPPED, "no_route")
    if code != errno.EINPROGRESS:
        raise trouble(OSError(code, os.strerror(code)))
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.add_writer(sock, _set, done)
    try:
        await done
    finally:
        loop.remove_writer(sock)
    if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise trouble(OSError(code, os.strerror(code)))


def _set(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
