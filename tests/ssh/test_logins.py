"""Each secret is tried once, in order, and only where the host takes its kind."""

from __future__ import annotations

import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest

from collectors._ssh import Said
from metrics.observation import Outcome
from tests.servers import program, wait_for
from tests.ssh.asking import Asking, access, asking, login, pin
from tests.ssh.fakes import Attempts, fake_host
from tests.ssh.sshd import Sshd, make_key, sshd

pytestmark = pytest.mark.server("sshd", "ssh-keygen")
_HELLO = Said(Outcome.ANSWERED, "", ("hello\n",))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Sshd]:
    folder = tmp_path_factory.mktemp("server")
    known = [keys / name for name in ("ed25519", "ecdsa", "rsa", "locked")]
    with sshd(folder / "a", known, options=["MaxAuthTries 3"]) as one:
        yield one


@pytest.fixture
def one(tmp_path: Path, server: Sshd) -> Iterator[Asking]:
    with asking(pin(tmp_path / "known", ("srv1", server.host_keys["ed25519"]))) as made:
        yield made


@pytest.fixture
def pinned(tmp_path: Path, host_key: paramiko.PKey) -> Path:
    return pin(tmp_path / "fake", ("srv1", f"{host_key.get_name()} {host_key.get_base64()}"))


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_key_lets_in(kind: str, one: Asking, server: Sshd, keys: Path) -> None:
    assert one.ask(access(server.port, login(key=(keys / kind).read_text("ascii")))) == _HELLO


def test_a_key_with_a_passphrase_lets_in(one: Asking, server: Sshd, keys: Path) -> None:
    text = (keys / "locked").read_text("ascii")
    assert one.ask(access(server.port, login(key=text, passphrase="open sesame"))) == _HELLO


@pytest.mark.parametrize("passphrase", ["", "wrong"])
def test_a_key_that_cannot_be_read_is_our_own_fault(
    passphrase: str, one: Asking, server: Sshd, keys: Path
) -> None:
    who = login(key=(keys / "locked").read_text("ascii"), passphrase=passphrase)
    assert one.ask(access(server.port, who)) == Said(Outcome.SKIPPED, "ssh_bad_key")


def test_a_key_that_the_host_does_not_know_is_refused(
    one: Asking, server: Sshd, tmp_path: Path
) -> None:
    stranger = make_key(tmp_path / "stranger").read_text("ascii")
    assert one.ask(access(server.port, login(key=stranger))) == Said(Outcome.REFUSED, "ssh_auth")


def test_a_host_that_takes_keys_only_is_not_told_a_password(one: Asking, server: Sshd) -> None:
    said = one.ask(access(server.port, login(password="secret")))
    assert said == Said(Outcome.REFUSED, "ssh_auth_method")


def test_a_password_lets_in(pinned: Path, host_key: paramiko.PKey) -> None:
    with fake_host(host_key) as (port, attempts), asking(pinned) as one:
        assert one.ask(access(port, login(password="right"))) == _HELLO
        assert attempts.tried == [("password", "right")]


def test_a_wrong_password_is_tried_once(pinned: Path, host_key: paramiko.PKey) -> None:
    both = "password,keyboard-interactive"
    with fake_host(host_key, methods=both) as (port, attempts), asking(pinned) as one:
        said = one.ask(access(port, login(password="wrong")))
        assert said == Said(Outcome.REFUSED, "ssh_auth")
        assert attempts.tried == [("password", "wrong")]


def _reset(attempts: Attempts) -> None:
    connection = attempts.transports[-1].sock
    assert isinstance(connection, socket.socket)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("hang_up", [_reset, lambda attempts: attempts.transports[-1].close()])
def test_a_host_that_hangs_up_on_a_password_has_refused_it(
    hang_up: Callable[[Attempts], None], pinned: Path, host_key: paramiko.PKey
) -> None:
    host: list[Attempts] = []
    with (
        fake_host(host_key, thinking=lambda: hang_up(host[0])) as (port, attempts),
        asking(pinned) as one,
    ):
        host.append(attempts)
        said = one.ask(access(port, login(password="wrong")))
        assert said == Said(Outcome.REFUSED, "ssh_auth")


def test_a_refused_password_is_not_given_as_an_answer_too(
    pinned: Path, host_key: paramiko.PKey, keys: Path
) -> None:
    both = "password,keyboard-interactive"  # which it says when it is shown the key
    with fake_host(host_key, methods=both) as (port, attempts), asking(pinned) as one:
        who = login(key=(keys / "ed25519").read_text("ascii"), password="wrong")
        assert one.ask(access(port, who)) == Said(Outcome.REFUSED, "ssh_auth")
        assert attempts.tried[-1] == ("password", "wrong")


def test_a_host_that_asks_for_the_password_is_answered(
    pinned: Path, host_key: paramiko.PKey
) -> None:
    only = "keyboard-interactive"
    with fake_host(host_key, methods=only) as (port, attempts), asking(pinned) as one:
        assert one.ask(access(port, login(password="right"))) == _HELLO
        assert attempts.tried == [("keyboard-interactive", "right")]


def test_a_host_that_asks_for_something_else_is_told_nothing(
    pinned: Path, host_key: paramiko.PKey
) -> None:
    questions = (("Password: ", False), ("One-time code: ", False))
    only = "keyboard-interactive"
    with (
        fake_host(host_key, methods=only, questions=questions) as (port, attempts),
        asking(pinned) as one,
    ):
        said = one.ask(access(port, login(password="right")))
        assert said == Said(Outcome.REFUSED, "ssh_auth_question")
        assert attempts.tried == []


def test_the_key_goes_before_the_password(
    pinned: Path, host_key: paramiko.PKey, keys: Path
) -> None:
    both = "publickey,password"
    with fake_host(host_key, methods=both) as (port, attempts), asking(pinned) as one:
        who = login(key=(keys / "ed25519").read_text("ascii"), password="right")
        assert one.ask(access(port, who)) == _HELLO
        assert [method for method, _ in attempts.tried] == ["publickey", "password"]


@pytest.fixture
def agent(tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real agent; keys are added by `_add`."""
    path = tmp_path / "agent"
    with subprocess.Popen(
        [program("ssh-agent"), "-D", "-a", str(path)], stdout=subprocess.DEVNULL
    ) as process:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        try:
            yield path
        finally:
            process.terminate()


def _add(agent: Path, *private: Path) -> None:
    wait_for(agent.exists, what="the agent listens")
    for key in private:
        subprocess.run(
            [program("ssh-add"), "-q", str(key)],
            check=True, timeout=60, env={"SSH_AUTH_SOCK": str(agent)},
        )  # fmt: skip


@pytest.mark.server("ssh-agent", "ssh-add")
def test_an_agent_lets_in(one: Asking, server: Sshd, agent: Path, keys: Path) -> None:
    _add(agent, keys / "ed25519")
    assert one.ask(access(server.port, login(agent=True))) == _HELLO


@pytest.mark.server("ssh-agent", "ssh-add")
def test_only_the_first_keys_of_an_agent_are_offered(
    pinned: Path, host_key: paramiko.PKey, agent: Path, tmp_path: Path
) -> None:
    _add(agent, *(make_key(tmp_path / f"key{n}") for n in range(5)))
    only = "publickey"
    with fake_host(host_key, methods=only) as (port, attempts), asking(pinned) as one:
        said = one.ask(access(port, login(agent=True)))
        assert said == Said(Outcome.REFUSED, "ssh_auth")
        assert len({secret for _, secret in attempts.tried}) == 2


def test_an_agent_that_is_not_there_is_our_own_fault(
    one: Asking, server: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    said = one.ask(access(server.port, login(agent=True)))
    assert said == Said(Outcome.SKIPPED, "ssh_agent")
