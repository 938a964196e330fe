"""Through another host: its key is pinned too; what it refuses says nothing of who is behind."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors._ssh import Access, Said
from metrics.observation import Outcome
from tests.servers import free_port
from tests.ssh.asking import access, asking, login, pin
from tests.ssh.fakes import listening
from tests.ssh.sshd import Sshd, sshd

pytestmark = pytest.mark.server("sshd", "ssh-keygen")


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, keys: Path
) -> Iterator[tuple[Sshd, Sshd, Sshd]]:
    """A jump host, one that forbids forwarding, and the host behind."""
    folder, known = tmp_path_factory.mktemp("servers"), [keys / "ed25519"]
    with (
        sshd(folder / "jump", known) as jump,
        sshd(folder / "strict", known, options=["AllowTcpForwarding no"]) as strict,
        sshd(folder / "behind", known) as behind,
    ):
        yield jump, strict, behind


@pytest.fixture
def pinned(tmp_path: Path, servers: tuple[Sshd, Sshd, Sshd]) -> Path:
    names = ("jump1", "strict1", "srv1")
    shown = [(name, one.host_keys["ed25519"]) for name, one in zip(names, servers, strict=True)]
    return pin(tmp_path / "known", *shown)


def _ways(servers: tuple[Sshd, Sshd, Sshd], keys: Path, port: int = 0) -> tuple[Access, Access]:
    """Return the ways to the host behind: through the jump host, and through the strict one."""
    jump, strict, behind = servers
    who = login(key=(keys / "ed25519").read_text("ascii"))
    port = port or behind.port
    return (
        access(port, who, jump=access(jump.port, who, "jump1")),
        access(port, who, jump=access(strict.port, who, "strict1")),
    )


def test_a_host_behind_a_jump_host_is_asked(
    servers: tuple[Sshd, Sshd, Sshd], pinned: Path, keys: Path
) -> None:
    way, _ = _ways(servers, keys)
    with asking(pinned) as one:
        assert one.ask(way).texts == ("hello\n",)
        assert one.connections.open_now == 2


def test_the_jump_hosts_key_must_be_pinned(
    servers: tuple[Sshd, Sshd, Sshd], tmp_path: Path, keys: Path
) -> None:
    way, _ = _ways(servers, keys)
    only = pin(tmp_path / "only", ("srv1", servers[2].host_keys["ed25519"]))
    with asking(only) as one:
        assert one.ask(way).reason == "host_key_unknown"
        assert one.failed_at == "jump1"


def test_the_key_of_the_host_behind_must_be_pinned(
    servers: tuple[Sshd, Sshd, Sshd], tmp_path: Path, keys: Path
) -> None:
    way, _ = _ways(servers, keys)
    only = pin(tmp_path / "only", ("jump1", servers[0].host_keys["ed25519"]))
    with asking(only) as one:
        assert one.ask(way) == Said(Outcome.REFUSED, "host_key_unknown")
        assert one.failed_at == "srv1"


def test_a_jump_host_that_forbids_forwarding_proves_nothing(
    servers: tuple[Sshd, Sshd, Sshd], pinned: Path, keys: Path
) -> None:
    _, way = _ways(servers, keys)
    with asking(pinned) as one:
        assert one.ask(way) == Said(Outcome.SKIPPED, "ssh_jump_prohibited")


def test_a_host_that_the_jump_host_cannot_reach_is_silent(
    servers: tuple[Sshd, Sshd, Sshd], pinned: Path, keys: Path
) -> None:
    way, _ = _ways(servers, keys, free_port())
    with asking(pinned) as one:
        assert one.ask(way) == Said(Outcome.SILENT, "ssh_jump_unreachable")


def _listening_only(connection: socket.socket) -> None:
    connection.recv(1_000_000)


def test_silence_behind_a_jump_host_does_not_end_its_connection(
    servers: tuple[Sshd, Sshd, Sshd], pinned: Path, keys: Path
) -> None:
    good, _ = _ways(servers, keys)
    with listening(_listening_only) as port, asking(pinned) as one:
        quiet = _ways(servers, keys, port)[0]
        assert one.ask(good).texts == ("hello\n",)
        quiet = access(port, quiet.login, "srv2", jump=quiet.jump)
        assert one.ask(quiet, seconds=0.5).reason == "ssh_no_banner"
        assert one.ask(good).texts == ("hello\n",)
        assert one.closed == []


def test_a_script_that_hangs_behind_a_jump_host_ends_in_time(
    servers: tuple[Sshd, Sshd, Sshd], pinned: Path, keys: Path
) -> None:
    way, _ = _ways(servers, keys)
    with asking(pinned) as one:
        one.ask(way)
        assert one.ask(way, "sleep 30", seconds=0.5) == Said(Outcome.SILENT, "ssh_run_timeout")
        assert one.took < 20  # and not 30
        assert one.closed == ["srv1"]


def test_a_jump_host_in_use_is_not_idle(
    servers: tuple[Sshd, Sshd, Sshd], pinned: Path, keys: Path
) -> None:
    way, _ = _ways(servers, keys)
    with asking(pinned, idle_seconds=0.0) as one:
        one.ask(way)
        one.connections.sweep()
        assert one.closed == ["srv1"]
        one.connections.sweep()
        assert one.closed == ["srv1", "jump1"]
