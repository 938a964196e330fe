"""SSH servers that do what a real one does not: they note who tried what, or misbehave."""
# ruff: noqa: ARG002 - the methods have the form that paramiko gives them

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.server import InteractiveQuery


@dataclass
class Attempts:
    """What clients tried, in order: method and, where there is one, the secret."""

    tried: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0
    transports: list[paramiko.Transport] = field(default_factory=list)


class _Rules(paramiko.ServerInterface):
    def __init__(
        self,
        attempts: Attempts,
        password: str,
        methods: str,
        questions: Sequence[tuple[str, bool]],
        thinking: Callable[[], object],
    ) -> None:
        self._thinking = thinking
        self._attempts = attempts
        self._password = password
        self._methods = methods
        self._questions = questions

    def get_allowed_auths(self, username: str) -> str:
        return self._methods

    def _judge(self, method: str, secret: str) -> int:
        self._thinking()
        self._attempts.tried.append((method, secret))
        good = method in self._methods and secret == self._password
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        if "password" not in self._methods:
            return AUTH_FAILED
        return self._judge("password", password)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._judge("publickey", key.fingerprint)

    def check_auth_interactive(self, username: str, submethods: str) -> int | InteractiveQuery:
        if "keyboard-interactive" not in self._methods:
            return AUTH_FAILED
        return InteractiveQuery("", "", *self._questions)

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        return self._judge("keyboard-interactive", responses[0])

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=_answer, args=(channel,), daemon=True).start()
        return True


def _answer(channel: paramiko.Channel) -> None:
    with contextlib.suppress(EOFError, OSError, paramiko.SSHException):
        while channel.recv(65_536):
            pass
        channel.sendall(b"hello\n")
        channel.send_exit_status(0)
        channel.shutdown_write()
        channel.close()


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Accept on loopback and let `serve` have each connection in a thread; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        ended = threading.Event()
        opened: list[socket.socket] = []

        def accept() -> None:
            while not ended.is_set():
                try:
                    connection, _ = door.accept()
                except OSError:
                    return
                opened.append(connection)
                threading.Thread(target=guarded, args=(connection,), daemon=True).start()

        def guarded(connection: socket.socket) -> None:
            with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
                serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            ended.set()
            door.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for connection in opened:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()


@contextlib.contextmanager
def fake_host(
    key: paramiko.PKey,
    *,
    password: str = "right",  # noqa: S107 - of a fake
    methods: str = "password",
    questions: Sequence[tuple[str, bool]] = (("Password: ", False),),
    thinking: Callable[[], object] = lambda: None,
) -> Iterator[tuple[int, Attempts]]:
    """Run a host that notes what is tried; give its port and the notes."""
    attempts = Attempts()

    def serve(connection: socket.socket) -> None:
        attempts.connections += 1
        transport = paramiko.Transport(connection)
        attempts.transports.append(transport)
        transport.add_server_key(key)
        transport.start_server(server=_Rules(attempts, password, methods, questions, thinking))

    with listening(serve) as port:
        try:
            yield port, attempts
        finally:
            for transport in attempts.transports:
                transport.close()
                transport.join(5)
