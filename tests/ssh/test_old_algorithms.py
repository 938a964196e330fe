"""What is old is spoken only with a device that has the switch."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from collectors._ssh import Said
from collectors.wires._ssh_algorithms import offer, signatures
from metrics.observation import Outcome
from tests.ssh.asking import access, asking, login, pin
from tests.ssh.sshd import Sshd, sshd

pytestmark = pytest.mark.server("sshd", "ssh-keygen")
_OLD = (
    "HostKeyAlgorithms ssh-rsa",
    "PubkeyAcceptedAlgorithms ssh-rsa,ssh-ed25519",
    "Ciphers aes128-cbc,3des-cbc",
    "MACs hmac-sha1",
    "RequiredRSASize 1024",
)


@pytest.fixture(
    scope="module",
    params=[
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
    ],
)
def old(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keys: Path
) -> Iterator[Sshd]:
    """A server that can nothing else."""
    folder = tmp_path_factory.mktemp("old")
    options = [*_OLD, f"KexAlgorithms {request.param}"]
    known = [keys / "ed25519", keys / "rsa"]
    with sshd(folder / "a", known, host_keys=["rsa"], options=options) as one:
        yield one


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_an_old_device_is_asked_where_it_has_the_switch(
    old: Sshd, kind: str, keys: Path, tmp_path: Path
) -> None:
    pinned = pin(tmp_path / "known", ("srv1", old.host_keys["rsa"]))
    who = login(key=(keys / kind).read_text("ascii"))
    with asking(pinned) as one:
        assert one.ask(access(old.port, who, legacy=True)).texts == ("hello\n",)


def test_an_old_device_without_the_switch_is_refused_by_name(
    old: Sshd, keys: Path, tmp_path: Path
) -> None:
    pinned = pin(tmp_path / "known", ("srv1", old.host_keys["rsa"]))
    who = login(key=(keys / "ed25519").read_text("ascii"))
    with asking(pinned) as one:
        said = one.ask(access(old.port, who))
        assert said == Said(Outcome.REFUSED, "ssh_no_common_algorithm")


def test_the_switch_talks_nobody_down_who_can_do_better(keys: Path, tmp_path: Path) -> None:
    with sshd(tmp_path / "a", [keys / "rsa"], host_keys=["rsa"]) as server:
        pinned = pin(tmp_path / "known", ("srv1", server.host_keys["rsa"]))
        who = login(key=(keys / "rsa").read_text("ascii"))
        with asking(pinned) as one:
            assert one.ask(access(server.port, who, legacy=True)).texts == ("hello\n",)
            assert one.algorithms("srv1") == ("rsa-sha2-512", "aes128-gcm@openssh.com")


def test_a_pinned_rsa_key_is_shown_by_todays_signatures() -> None:
    first, second, *_ = signatures(["ssh-rsa"], legacy=False)
    assert {first, second} == {"rsa-sha2-512", "rsa-sha2-256"}


@pytest.mark.parametrize(("legacy", "offered"), [(False, False), (True, True)])
def test_what_is_old_is_offered_with_the_switch_only(legacy: bool, offered: bool) -> None:  # noqa: FBT001
    ours, theirs = socket.socketpair()
    with ours, theirs:
        transport = paramiko.Transport(ours)
        offer(transport, ["ssh-rsa"], legacy=legacy)
        options = transport.get_security_options()
    for names, old in (
        (options.kex, "sha1"),
        (options.key_types, "ssh-rsa"),
        (options.ciphers, "cbc"),
        (options.digests, "sha1"),
    ):
        assert any(old in name for name in names) is offered
    assert not any("md5" in name for name in options.digests)
