"""Whatever answers on the port: it is over at its instant and has a name; little is kept."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest

from collectors._ssh import Said
from metrics.observation import Outcome
from tests.servers import free_port, wait_for
from tests.ssh.asking import access, asking, login, pin
from tests.ssh.fakes import fake_host, listening
from tests.ssh.sshd import Sshd, sshd

_WHO = login(password="right")
_SECONDS = 0.6
"""What ends by our patience ends then."""
_PATIENT = 20
"""What ends by itself is waited for, also on a busy machine."""


def _silent(connection: socket.socket) -> None:
    connection.recv(1_000_000)
    time.sleep(60)


def _dripping(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def _endless(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"no SSH yet\r\n" * 100)


def _one_line(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x" * 4_096)


def _web(connection: socket.socket) -> None:
    connection.recv(1_000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nServer: web\r\n\r\n" + b"<p>no</p>\r\n" * 200)
    connection.close()


def _old(connection: socket.socket) -> None:
    connection.sendall(b"SSH-1.5-Old\r\n")
    connection.recv(1_000)


def _full(connection: socket.socket) -> None:
    connection.sendall(b"All terminals are in use.\r\n")
    connection.close()


def _greeting_only(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-Slow\r\n")
    time.sleep(60)


def _noise(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-Noise\r\n")
    while True:
        connection.sendall(os.urandom(4_096))


def _huge_packet(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-Huge\r\n" + b"\xff\xff\xff\xf4" + b"\x04")
    while True:
        connection.sendall(bytes(65_536))


def _hanging_up(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-Short\r\n")
    connection.recv(100)
    connection.close()


@pytest.mark.parametrize(
    ("peer", "outcome", "reason"),
    [
        (_silent, Outcome.SILENT, "ssh_no_banner"),
        (_dripping, Outcome.GARBLED, "ssh_banner"),
        (_endless, Outcome.GARBLED, "ssh_banner"),
        (_one_line, Outcome.GARBLED, "ssh_banner"),
        (_web, Outcome.GARBLED, "ssh_banner"),
        (_old, Outcome.REFUSED, "ssh_version"),
        (_full, Outcome.REFUSED, "ssh_closed"),
        (_greeting_only, Outcome.SILENT, "ssh_kex_timeout"),
        (_noise, Outcome.GARBLED, "ssh_protocol"),
        (_huge_packet, Outcome.GARBLED, "ssh_protocol"),
        (_hanging_up, Outcome.REFUSED, "ssh_closed"),
    ],
)
def test_what_is_no_host_has_a_name_and_an_end(
    peer: Callable[[socket.socket], None], outcome: Outcome, reason: str, tmp_path: Path
) -> None:
    with listening(peer) as port, asking(tmp_path / "none") as one:
        ours = peer in {_silent, _dripping, _greeting_only}
        said = one.ask(access(port, _WHO), seconds=_SECONDS if ours else _PATIENT)
        assert said == Said(outcome, reason)
        assert one.took < _PATIENT


def test_a_port_where_nobody_listens_is_closed(tmp_path: Path) -> None:
    with asking(tmp_path / "none") as one:
        said = one.ask(access(free_port(), _WHO))
        assert said == Said(Outcome.REFUSED, "port_closed")


def test_a_host_that_takes_no_connection_is_silent(tmp_path: Path) -> None:
    with socket.socket() as door, asking(tmp_path / "none", connect_seconds=0.3) as one:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        port = door.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):  # the queue is full now
            said = one.ask(access(port, _WHO))
        assert said == Said(Outcome.SILENT, "ssh_connect_timeout")


def test_a_host_that_never_decides_about_a_login_is_silent(
    tmp_path: Path, host_key: paramiko.PKey
) -> None:
    decided = threading.Event()
    pinned = pin(tmp_path / "known", ("srv1", f"{host_key.get_name()} {host_key.get_base64()}"))
    with (
        fake_host(host_key, thinking=decided.wait) as (port, _),
        asking(pinned, login_seconds=_SECONDS) as one,
    ):
        said = one.ask(access(port, _WHO))
        decided.set()
        assert said == Said(Outcome.SILENT, "ssh_auth_timeout")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Sshd]:
    with sshd(tmp_path_factory.mktemp("server") / "a", [keys / "ed25519"]) as one:
        yield one


@pytest.mark.server("sshd", "ssh-keygen")
@pytest.mark.parametrize(
    ("script", "outcome", "reason"),
    [
        ("sleep 30", Outcome.SILENT, "ssh_run_timeout"),
        ("while :; do echo x; sleep 0.1; done", Outcome.SILENT, "ssh_run_timeout"),
        ("cat /dev/zero", Outcome.GARBLED, "too_large"),
        ("kill -9 $PPID; sleep 30", Outcome.REFUSED, "ssh_closed"),
    ],
)
def test_an_answer_without_end_has_one(
    script: str, outcome: Outcome, reason: str, server: Sshd, keys: Path, tmp_path: Path
) -> None:
    pinned = pin(tmp_path / "known", ("srv1", server.host_keys["ed25519"]))
    way = access(server.port, login(key=(keys / "ed25519").read_text("ascii")))
    with asking(pinned) as one:
        one.ask(way)
        seconds = _SECONDS if outcome is Outcome.SILENT else _PATIENT
        assert one.ask(way, script, seconds=seconds) == Said(outcome, reason)
        assert one.took < _PATIENT
        assert one.ask(way).texts == ("hello\n",)


@pytest.mark.server("sshd", "ssh-keygen")
def test_two_gigabytes_are_not_read(server: Sshd, keys: Path, tmp_path: Path) -> None:
    pinned = pin(tmp_path / "known", ("srv1", server.host_keys["ed25519"]))
    way = access(server.port, login(key=(keys / "ed25519").read_text("ascii")))
    with asking(pinned) as one:
        one.ask(way)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        said = one.ask(way, "head -c 2147483648 /dev/zero", seconds=20)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert said == Said(Outcome.GARBLED, "too_large")
        assert grown < 20_000  # kB


@pytest.mark.server("sshd", "ssh-keygen")
def test_an_answer_as_large_as_allowed_is_read(server: Sshd, keys: Path, tmp_path: Path) -> None:
    pinned = pin(tmp_path / "known", ("srv1", server.host_keys["ed25519"]))
    way = access(server.port, login(key=(keys / "ed25519").read_text("ascii")))
    with asking(pinned) as one:
        script = "head -c 100000 /dev/zero | tr '\\0' x"
        assert one.ask(way, script, most=100_000).texts == ("x" * 100_000,)
        assert one.ask(way, script, most=99_999) == Said(Outcome.GARBLED, "too_large")


def test_a_host_that_floods_an_idle_connection_loses_it(
    tmp_path: Path, host_key: paramiko.PKey
) -> None:
    pinned = pin(tmp_path / "known", ("srv1", f"{host_key.get_name()} {host_key.get_base64()}"))
    with fake_host(host_key) as (port, attempts), asking(pinned) as one:
        assert one.ask(access(port, _WHO)).texts == ("hello\n",)
        transport = attempts.transports[0]
        with contextlib.suppress(EOFError):  # as it should
            for _ in range(100):
                transport.send_ignore(10_000)
        wait_for(lambda: not transport.is_active(), what="the connection is cut")
        one.connections.sweep()
        assert one.connections.open_now == 0


@pytest.mark.server("sshd", "ssh-keygen")
def test_no_more_connections_are_kept_than_there_may_be(
    server: Sshd, keys: Path, tmp_path: Path
) -> None:
    names = [f"srv{n}" for n in range(4)]
    pinned = pin(tmp_path / "known", *((name, server.host_keys["ed25519"]) for name in names))
    who = login(key=(keys / "ed25519").read_text("ascii"))
    with asking(pinned, most_kept=2) as one:
        for name in names:
            assert one.ask(access(server.port, who, name)).texts == ("hello\n",)
        assert one.closed == ["srv0", "srv1"]
        assert one.connections.open_now == 2
