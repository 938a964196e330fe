"""The simulated SSH servers, asked by paramiko's own client."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import paramiko
import pytest
from paramiko.common import cMSG_CHANNEL_SUCCESS

from simulator.ssh_cloud import ROLES, answer, servers
from simulator.ssh_nodes import Node
from simulator.ssh_server import SshServer, new_key, serving
from tests.servers import wait_for

NOW = 1_790_000_000.0
KEY = new_key()
PASSWORD = "secret"
NODES = [
    Node("web01", "127.0.0.1", 0, "linux", "monitor",
         authorized=f"{KEY.get_name()} {KEY.get_base64()}"),
    Node("sw", "127.0.0.1", 0, "huawei_vrp", "monitor", "secret", ports=("GE0/0/1",)),
    Node("old", "127.0.0.1", 0, "h3c_comware", "monitor", "secret", legacy=True),
    Node("quiet", "127.0.0.1", 0, "linux", "monitor", "secret", quirks=("mute",)),
    Node("endless", "127.0.0.1", 0, "linux", "monitor", "secret", quirks=("endless_greeting",)),
]  # fmt: skip


@pytest.fixture
def server() -> Iterator[SshServer]:
    with serving(NODES, lambda: NOW) as running:
        yield running


@contextlib.contextmanager
def client(
    server: SshServer, node: str, password: str | None = PASSWORD, key: paramiko.PKey | None = None
) -> Iterator[paramiko.SSHClient]:
    with paramiko.SSHClient() as one:
        for line in server.known_hosts().splitlines():
            name, kind, blob = line.split()[:3]
            entry = paramiko.hostkeys.HostKeyEntry.from_line(f"{name} {kind} {blob}")
            assert entry is not None
            if name == node:
                place = f"[127.0.0.1]:{server.ports[node]}"
                one.get_host_keys().add(place, kind, entry.key)
        one.connect(
            "127.0.0.1", server.ports[node], "monitor", password, pkey=key, look_for_keys=False,
            allow_agent=False, timeout=10, disabled_algorithms=None,
        )  # fmt: skip
        yield one


def run(one: paramiko.SSHClient, command: str, script: str = "") -> tuple[str, int]:
    typed, said, _ = one.exec_command(command, timeout=10)
    typed.write(script)
    typed.channel.shutdown_write()
    return said.read().decode(), said.channel.recv_exit_status()


@pytest.mark.parametrize("command", ["sh", "sh -s", "exec sh", "/bin/sh -s"])
def test_a_host_reads_the_script_of_a_shell_and_answers_it(server: SshServer, command: str) -> None:
    with client(server, "web01", None, KEY) as one:
        said, status = run(one, command, "section() { echo '#extranet x'; }")

    assert (said, status) == (answer("web01", NOW, NOW), 0)


def test_a_command_that_a_host_does_not_have_is_not_found(server: SshServer) -> None:
    with client(server, "web01", None, KEY) as one:
        assert run(one, "dance") == ("", 127)
        assert run(one, "echo hello") == ("hello\n", 0)


def test_a_command_is_granted_before_it_is_over(
    server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine the thread that grants stands still, and others do not."""
    send = paramiko.Transport._send_user_message  # type: ignore[attr-defined]

    def slowly(transport: paramiko.Transport, message: paramiko.Message) -> None:
        if message.asbytes()[:1] == cMSG_CHANNEL_SUCCESS:
            time.sleep(0.2)
        send(transport, message)

    monkeypatch.setattr(paramiko.Transport, "_send_user_message", slowly)
    with client(server, "web01", None, KEY) as one:
        assert run(one, "echo hello") == ("hello\n", 0)


def test_who_has_no_key_or_the_wrong_password_stays_out(server: SshServer) -> None:
    with pytest.raises(paramiko.AuthenticationException), client(server, "web01", None, new_key()):
        pass
    with pytest.raises(paramiko.AuthenticationException), client(server, "sw", "wrong"):
        pass
    assert server.counts["logins"] == 0


def test_old_gear_speaks_old_algorithms_only(server: SshServer) -> None:
    with client(server, "old") as one:
        transport = one.get_transport()
        assert transport is not None
        assert transport.host_key_type == "ssh-rsa"
        assert transport.remote_cipher.endswith("-cbc")  # type: ignore[attr-defined]


def test_who_is_away_hears_nobody_and_says_nothing(server: SshServer) -> None:
    with client(server, "sw") as one:
        server.away(["sw"])
        transport = one.get_transport()
        assert transport is not None
        wait_for(lambda: not transport.is_active(), what="the session to end")
    with socket.create_connection(("127.0.0.1", server.ports["sw"]), 5) as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    server.away([])
    with client(server, "sw"):
        pass


def test_another_box_in_its_place_has_another_key(server: SshServer) -> None:
    before = server.known_hosts()
    server.rekey("sw")

    changed = set(server.known_hosts().splitlines()) - set(before.splitlines())
    assert [line.split()[0] for line in changed] == ["sw"]


@pytest.mark.parametrize(("node", "says"), [("quiet", False), ("endless", True)])
def test_bad_manners_before_the_version_string(server: SshServer, node: str, says: bool) -> None:  # noqa: FBT001
    with socket.create_connection(("127.0.0.1", server.ports[node]), 5) as connection:
        connection.settimeout(0.5)
        try:
            heard = connection.recv(65_536)
        except TimeoutError:
            heard = b""
    assert bool(heard) is says
    assert b"SSH-2.0" not in heard


def test_many_sessions_leave_neither_threads_nor_sessions(server: SshServer) -> None:
    before = threading.active_count()
    for _ in range(5):
        with client(server, "web01", None, KEY) as one:
            for _ in range(4):
                run(one, "sh", "#extranet")
        with client(server, "sw") as one:
            one.invoke_shell().close()

    assert server.counts["commands"] == 20
    # The executor's threads stay; those of transports and shells go.
    wait_for(lambda: threading.active_count() <= before + 8, what="threads to end")


def test_an_address_that_is_taken_is_named() -> None:
    with serving(NODES[:1], lambda: NOW) as first:
        taken = Node("x", "127.0.0.1", first.ports["web01"], "linux", "monitor", "x")
        with pytest.raises(OSError, match=f"TCP port {taken.port} of 127.0.0.1"):
            SshServer([taken], lambda: NOW).open()


def test_the_cloud_has_its_servers_in_zones() -> None:
    usual = list(servers("cloud", 24))

    assert len({server.id for server in usual}) == 24
    assert {server.zone for server in usual} == {role.zone for role in ROLES}
    assert len({server.id for server in servers("cloud", 500)}) == 500
