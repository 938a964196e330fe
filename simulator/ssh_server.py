"""SSH servers on loopback: Linux hosts that run a script, network gear with its command line.

One process, many listeners. A connection is a thread (paramiko's transport), a shell is another;
both are bounded, and what is beyond the bound is closed and counted. Host keys are made when the
server opens.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import logging
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    MSG_CHANNEL_REQUEST,
    OPEN_FAILED_UNKNOWN_CHANNEL_TYPE,
    OPEN_SUCCEEDED,
)

from simulator import ssh_hosts
from simulator.ssh_nodes import Node
from simulator.ssh_shell import Shell

_MOST_CONNECTIONS: Final = 2000
_MOST_SHELLS: Final = 128
_EXECUTORS: Final = 8
_LOGIN_SECONDS: Final = 60.0
_STALLED: Final = 120.0
"""Seconds after which a session that does not read what it is sent is given up."""
_BACKLOG: Final = 512
_OLD: Final = {
    "kex": ("diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"),
    "key_types": ("ssh-rsa",),
    "ciphers": ("aes128-cbc", "3des-cbc"),
    "digests": ("hmac-sha1",),
}
"""What old gear offers and nothing else."""


class SshServer:
    """Serves nodes. `counts`: logins, refusals, sessions, what was closed and why."""

    def __init__(self, nodes: Iterable[Node], now: Callable[[], float]) -> None:
        """`now`: UTC seconds."""
        self.counts: Counter[str] = Counter()
        self.ports: dict[str, int] = {}
        """Where each node listens, once it is open."""
        self._nodes = list(nodes)
        self._now = now
        self._since = now()
        self._keys: dict[str, paramiko.PKey] = {}
        self._revisions: Counter[str] = Counter()
        self._away: frozenset[str] = frozenset()
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._connections: set[tuple[str, paramiko.Transport]] = set()
        self._mute: set[tuple[str, socket.socket]] = set()
        self._lock = threading.Lock()
        self._shells = threading.BoundedSemaphore(_MOST_SHELLS)
        self._executors = ThreadPoolExecutor(_EXECUTORS, "exec")
        self._ended = threading.Event()
        self._acceptor = threading.Thread(target=self._accept, name="accept", daemon=True)

    def open(self) -> None:
        """Make keys, listen and serve; raise OSError that names an address that is taken."""
        logging.getLogger("paramiko").setLevel(logging.CRITICAL)
        old = paramiko.RSAKey.generate(2048) if any(node.legacy for node in self._nodes) else None
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        try:
            for node in self._nodes:
                self._keys[node.id] = old if node.legacy and old is not None else new_key()
                listener = _listen(node)
                self.ports[node.id] = listener.getsockname()[1]
                self._selector.register(listener, selectors.EVENT_READ, node)
        except OSError:
            self._listen_no_more()
            raise
        self._acceptor.start()

    def close(self) -> None:
        """Listen no more and end every session."""
        self._ended.set()
        self._wake.send(b"x")
        self._acceptor.join(10)
        self._drop(lambda _: True)
        self._executors.shutdown(wait=False, cancel_futures=True)
        self._listen_no_more()

    def _listen_no_more(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]  # sockets only
        self._selector.close()
        self._wake.close()

    def known_hosts(self) -> str:
        """Return the host keys as lines of known_hosts, hosts by their id."""
        lines = (
            f"{node.id} {key.get_name()} {key.get_base64()} simulated\n"
            for node in self._nodes
            for key in (self._keys[node.id],)
        )
        return "".join(lines)

    def change(self, node: str) -> None:
        """Let somebody change the configuration of a node."""
        if node not in self._keys:
            raise KeyError(node)
        self._revisions[node] += 1

    def away(self, nodes: Iterable[str]) -> None:
        """Let exactly these nodes be unreachable: sessions end, new ones hear nothing."""
        self._away = frozenset(nodes)
        self._drop(lambda node: node in self._away)

    def rekey(self, node: str) -> None:
        """Give a node another host key, as a box that was exchanged has."""
        if node not in self._keys:
            raise KeyError(node)
        self._keys[node] = new_key()

    # Connections.

    def _accept(self) -> None:
        while not self._ended.is_set():
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                with contextlib.suppress(OSError):
                    connection, _ = key.fileobj.accept()  # type: ignore[union-attr]
                    self._serve(key.data, connection)

    def _serve(self, node: Node, connection: socket.socket) -> None:
        self._forget_the_gone()
        if len(self._connections) + len(self._mute) >= _MOST_CONNECTIONS:
            self.counts["closed_full"] += 1
            connection.close()
            return
        self.counts["connections"] += 1
        if node.id in self._away or "mute" in node.quirks:
            with self._lock:
                self._mute.add((node.id, connection))
            return
        if "endless_greeting" in node.quirks:
            threading.Thread(target=_greet_for_ever, args=(connection,), daemon=True).start()
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = _Transport(connection)
        transport.banner_timeout = transport.handshake_timeout = _LOGIN_SECONDS
        transport.auth_timeout = _LOGIN_SECONDS
        if node.legacy:
            options = transport.get_security_options()
            for name, value in _OLD.items():
                setattr(options, name, value)
        transport.add_server_key(self._keys[node.id])
        with self._lock:
            self._connections.add((node.id, transport))
        with contextlib.suppress(paramiko.SSHException):
            transport.start_server(event=threading.Event(), server=_Login(self, node, transport))
        if node.id in self._away or self._ended.is_set():  # since it was accepted
            transport.close()

    def _forget_the_gone(self) -> None:
        with self._lock:
            gone = {pair for pair in self._connections if not pair[1].is_alive()}
            self._connections -= gone

    def _drop(self, which: Callable[[str], bool]) -> None:
        with self._lock:
            transports = [pair for pair in self._connections if which(pair[0])]
            mute = [pair for pair in self._mute if which(pair[0]) or self._ended.is_set()]
            self._connections -= set(transports)
            self._mute -= set(mute)
        for _, transport in transports:
            transport.close()
        for _, connection in mute:
            connection.close()

    # Sessions.

    def shell(self, node: Node, channel: paramiko.Channel) -> None:
        """Run a command line in a thread of its own."""
        if not self._shells.acquire(blocking=False):
            self.counts["shells_full"] += 1
            channel.close()
            return
        self.counts["shells"] += 1
        threading.Thread(target=self._shell, args=(node, channel), daemon=True).start()

    def _shell(self, node: Node, channel: paramiko.Channel) -> None:
        channel.settimeout(_STALLED)
        revisions = self._revisions
        shell = Shell(
            node,
            lambda: channel.recv(4096),
            channel.sendall,
            now=self._now,
            revision=lambda: revisions[node.id],
        )
        try:
            shell.run()
        except (OSError, EOFError):  # the other side is gone
            self.counts["shells_lost"] += 1
        finally:
            self._shells.release()
            with contextlib.suppress(OSError, EOFError):
                channel.close()

    def execute(self, node: Node, channel: paramiko.Channel, command: bytes) -> None:
        """Run a command of a Linux host, when its turn comes."""
        self.counts["commands"] += 1
        with contextlib.suppress(RuntimeError):  # closing
            self._executors.submit(self._execute, node, channel, command)

    def _execute(self, node: Node, channel: paramiko.Channel, command: bytes) -> None:
        channel.settimeout(_STALLED)
        try:
            ssh_hosts.run(node, channel, command, self._now(), self._since)
        except (OSError, EOFError):
            self.counts["commands_lost"] += 1
        finally:
            with contextlib.suppress(OSError, EOFError):
                channel.close()


class _Transport(paramiko.Transport):
    """Begins what a client asked for once the client was told that it may.

    paramiko hands a request over before it says so, and a client takes a session that is over
    before that for a refused one.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection)
        self.granted: list[Callable[[], None]] = []

    @staticmethod
    def _request(channel: paramiko.Channel, message: paramiko.Message) -> None:
        channel._handle_request(message)  # type: ignore[attr-defined]  # noqa: SLF001
        transport = channel.get_transport()
        assert isinstance(transport, _Transport)
        while transport.granted:
            transport.granted.pop()()

    # paramiko has no other place that is passed after the answer to a request.
    _channel_handler_table = {  # noqa: RUF012 - paramiko's
        **paramiko.Transport._channel_handler_table,  # type: ignore[attr-defined]  # noqa: SLF001
        MSG_CHANNEL_REQUEST: _request,
    }


class _Login(paramiko.ServerInterface):
    """What paramiko asks: who may log in, and what to do with a session."""

    def __init__(self, server: SshServer, node: Node, transport: _Transport) -> None:
        self._server = server
        self._node = node
        self._transport = transport

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002 - paramiko's
        ways = {"password": self._node.password, "publickey": self._node.authorized}
        return ",".join(name for name, given in ways.items() if given)

    def check_auth_password(self, username: str, password: str) -> int:
        if "hanging_login" in self._node.quirks:
            time.sleep(_LOGIN_SECONDS)
        node = self._node
        good = bool(node.password) and username == node.user
        good = hmac.compare_digest(password.encode(), node.password.encode()) and good
        return self._count(good=good)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        words = self._node.authorized.split()
        good = username == self._node.user and words[1:2] == [key.get_base64()]
        return self._count(good=good)

    def _count(self, *, good: bool) -> int:
        self._server.counts["logins" if good else "logins_refused"] += 1
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002 - paramiko's
        good = kind == "session"
        return OPEN_SUCCEEDED if good else OPEN_FAILED_UNKNOWN_CHANNEL_TYPE

    def check_channel_pty_request(self, *_: Any) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        self._taken()
        if self._node.dialect == "linux":
            return False
        self._transport.granted.append(lambda: self._server.shell(self._node, channel))
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._taken()
        if self._node.dialect != "linux":
            return False
        self._transport.granted.append(lambda: self._server.execute(self._node, channel, command))
        return True

    def _taken(self) -> None:
        """Take the channel off paramiko's list, which would grow with each command."""
        while self._transport.accept(0) is not None:
            pass


def new_key() -> paramiko.PKey:
    """Make an Ed25519 key; paramiko itself only reads them."""
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    return paramiko.Ed25519Key.from_private_key(io.StringIO(text.decode()))


def _listen(node: Node) -> socket.socket:
    family = socket.AF_INET6 if ":" in node.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((node.host, node.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(
            error.errno, f"TCP port {node.port} of {node.host}: {error.strerror}"
        ) from error
    return listener


def _greet_for_ever(connection: socket.socket) -> None:
    with contextlib.suppress(OSError), connection:
        connection.settimeout(_STALLED)
        while True:
            connection.sendall(b"This system is for the use of authorised people only.\r\n" * 64)


@contextlib.contextmanager
def serving(nodes: Iterable[Node], now: Callable[[], float]) -> Iterator[SshServer]:
    """Serve nodes for a while."""
    server = SshServer(nodes, now)
    server.open()
    try:
        yield server
    finally:
        server.close()
