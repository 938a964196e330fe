"""Nobody is told a secret who does not show the key that a person has looked at."""

from __future__ import annotations

from pathlib import Path

import paramiko
import pytest

from collectors._ssh import Said
from metrics.observation import Outcome
from tests.ssh.asking import access, asking, login, pin
from tests.ssh.fakes import fake_host
from tests.ssh.sshd import sshd

pytestmark = pytest.mark.server("sshd", "ssh-keygen")


def _shown(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.get_base64()}"


def test_a_host_with_the_pinned_key_is_asked(tmp_path: Path, keys: Path) -> None:
    with sshd(tmp_path / "a", [keys / "ed25519"]) as server:
        pinned = pin(tmp_path / "known", ("srv1", server.host_keys["ed25519"]))
        who = login(key=(keys / "ed25519").read_text("ascii"))
        with asking(pinned) as one:
            assert one.ask(access(server.port, who)) == Said(Outcome.ANSWERED, "", ("hello\n",))


def test_an_unknown_key_is_refused_before_any_password(
    tmp_path: Path, host_key: paramiko.PKey
) -> None:
    with fake_host(host_key) as (port, attempts), asking(tmp_path / "none") as one:
        said = one.ask(access(port, login(password="right")))
        assert said == Said(Outcome.REFUSED, "host_key_unknown")
        assert attempts.connections == 1
        assert attempts.tried == []


def test_a_changed_key_is_refused_before_any_password(
    tmp_path: Path, host_key: paramiko.PKey, other_key: paramiko.PKey
) -> None:
    pinned = pin(tmp_path / "known", ("srv1", _shown(other_key)))
    with fake_host(host_key) as (port, attempts), asking(pinned) as one:
        said = one.ask(access(port, login(password="right")))
        assert said == Said(Outcome.REFUSED, "host_key_changed")
        assert attempts.connections == 1
        assert attempts.tried == []


def test_a_key_of_another_kind_than_the_pinned_one_is_a_changed_key(
    tmp_path: Path, keys: Path, host_key: paramiko.PKey
) -> None:
    pinned = pin(tmp_path / "known", ("srv1", (keys / "ed25519.pub").read_text("ascii").strip()))
    with fake_host(host_key) as (port, attempts), asking(pinned) as one:
        said = one.ask(access(port, login(password="right")))
        assert said == Said(Outcome.REFUSED, "host_key_changed")
        assert attempts.tried == []


def test_a_key_pinned_for_one_device_is_none_of_another(
    tmp_path: Path, host_key: paramiko.PKey
) -> None:
    pinned = pin(tmp_path / "known", ("srv2", _shown(host_key)))
    with fake_host(host_key) as (port, attempts), asking(pinned) as one:
        said = one.ask(access(port, login(password="right")))
        assert said == Said(Outcome.REFUSED, "host_key_unknown")
        assert attempts.tried == []


def test_a_second_key_that_nobody_enrolled_is_no_alarm(tmp_path: Path, keys: Path) -> None:
    both = ("ed25519", "ecdsa", "rsa")
    with sshd(tmp_path / "a", [keys / "ed25519"], host_keys=both) as server:
        who = login(key=(keys / "ed25519").read_text("ascii"))
        for kind in both:
            pinned = pin(tmp_path / kind, ("srv1", server.host_keys[kind]))
            with asking(pinned) as one:
                assert one.ask(access(server.port, who)).texts == ("hello\n",)


def test_a_file_that_is_changed_is_read_anew(tmp_path: Path, host_key: paramiko.PKey) -> None:
    path = tmp_path / "known"
    way_in = login(password="right")
    with fake_host(host_key) as (port, _), asking(path) as one:
        assert one.ask(access(port, way_in)).reason == "host_key_unknown"
        pin(path, ("srv1", _shown(host_key)))
        assert one.ask(access(port, way_in)).texts == ("hello\n",)


def test_a_key_that_is_forgotten_ends_the_connection_that_showed_it(
    tmp_path: Path, host_key: paramiko.PKey
) -> None:
    path = pin(tmp_path / "known", ("srv1", _shown(host_key)))
    with fake_host(host_key) as (port, _), asking(path) as one:
        way = access(port, login(password="right"))
        assert one.ask(way).texts == ("hello\n",)
        path.unlink()
        one.connections.sweep()
        assert one.connections.open_now == 0
        assert one.ask(way).reason == "host_key_unknown"
