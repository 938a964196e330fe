"""A person looks at a fingerprint and says yes; only then a host key is believed."""

from __future__ import annotations

import getpass
import io
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.cli import main
from tests.ssh.sshd import Sshd, sshd

pytestmark = pytest.mark.server("sshd", "ssh-keygen")
_INVENTORY = """
schema: 1
sites:
  hb: {{title: Hubei, level: province}}
logins:
  reader: {{user: {user}, key: {{file: key}}}}
devices:
  srv1: {{title: Server, site: hb, platform: linux, address: 127.0.0.1, login: reader,
         ssh_port: {port}}}
  srv2: {{title: Behind, site: hb, platform: linux, address: 127.0.0.2, login: reader,
         ssh_port: {behind}, jump: srv1}}
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[tuple[Sshd, Sshd]]:
    folder = tmp_path_factory.mktemp("servers")
    kinds = ("ed25519", "rsa")
    with (
        sshd(folder / "a", [keys / "ed25519"], host_keys=kinds) as one,
        sshd(folder / "b", [keys / "ed25519"], address="127.0.0.2") as other,
    ):
        yield one, other


@pytest.fixture
def folder(
    tmp_path: Path, servers: tuple[Sshd, Sshd], keys: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    ports = {"port": servers[0].port, "behind": servers[1].port}
    text = _INVENTORY.format(user=getpass.getuser(), **ports)
    (tmp_path / "inventory.yaml").write_text(text, "utf-8")
    (tmp_path / "monitor.yaml").write_text("store: {path: data}\n", "utf-8")
    (tmp_path / "key").write_text((keys / "ed25519").read_text("ascii"), "ascii")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _main(*words: str, typed: str = "") -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main(["--language", "en", *words])
    return int(ended.value.code or 0)


def _run(*words: str, typed: str = "") -> int:
    return _main("host-keys", *words, typed=typed)


def _pinned(folder: Path) -> str:
    path = folder / "data" / "host_keys"
    return path.read_text("ascii") if path.exists() else ""


def test_scan_shows_fingerprints_and_pins_nothing(
    folder: Path, servers: tuple[Sshd, Sshd], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("scan", "srv1") == 0
    said = capsys.readouterr().out
    assert said.count("SHA256:") == said.count("MD5:") == 2
    assert _pinned(folder) == ""


def test_who_types_yes_pins_what_was_shown(folder: Path, servers: tuple[Sshd, Sshd]) -> None:
    assert _run("enrol", "srv1", "--by", "zhang", typed="yes\n") == 0
    lines = _pinned(folder).splitlines()
    shown = servers[0].host_keys
    assert [line.rpartition(" enrolled by zhang at ")[0] for line in lines] == [
        f"srv1 {shown['ed25519']}",
        f"srv1 {shown['rsa']}",
    ]
    assert stat.S_IMODE((folder / "data" / "host_keys").stat().st_mode) == 0o600


@pytest.mark.parametrize("typed", ["y\n", "no\n", ""])
def test_whoever_types_anything_else_pins_nothing(typed: str, folder: Path) -> None:
    assert _run("enrol", "srv1", typed=typed) == 1
    assert _pinned(folder) == ""


def test_a_known_fingerprint_enrols_that_key_only(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run("scan", "srv1")
    fingerprint = next(w for w in capsys.readouterr().out.split() if w.startswith("SHA256:"))
    assert _run("enrol", "srv1", "--fingerprint", fingerprint) == 0
    assert _pinned(folder).startswith("srv1 ssh-ed25519 ")
    assert _pinned(folder).count("\n") == 1


def test_another_fingerprint_than_the_shown_ones_enrols_nothing(folder: Path) -> None:
    assert _run("enrol", "srv1", "--fingerprint", "SHA256:nobodys") == 1
    assert _pinned(folder) == ""


def test_a_host_behind_a_jump_host_is_enrolled_after_it(
    folder: Path, servers: tuple[Sshd, Sshd], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("scan", "srv2") == 1
    assert "host-keys enrol" in capsys.readouterr().err
    assert _run("enrol", "srv1", typed="yes\n") == 0
    assert _run("enrol", "srv2", typed="yes\n") == 0
    assert f"srv2 {servers[1].host_keys['ed25519']} enrolled" in _pinned(folder)


def test_who_is_asked_again_is_told_that_the_key_differs(
    folder: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "data").mkdir()
    stranger = (keys / "ed25519.pub").read_text("ascii").rsplit(" ", 1)[0]
    (folder / "data" / "host_keys").write_text(f"srv1 {stranger} before\n", "ascii")
    assert _run("enrol", "srv1", typed="no\n") == 1
    assert "Attention" in capsys.readouterr().out
    assert "before" in _pinned(folder)


def test_what_is_forgotten_is_listed_no_more(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run("enrol", "srv1", typed="yes\n")
    capsys.readouterr()
    assert _run("list") == 0
    assert "srv1  ssh-ed25519  SHA256:" in capsys.readouterr().out
    assert _run("forget", "srv1") == 0
    assert _pinned(folder) == ""


def test_a_device_that_is_not_there_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("scan", "srv3") == 1
    assert "srv1" in capsys.readouterr().err


def test_an_enrolled_host_answers_who_asks_by_hand(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main("ask", "device:srv1", "host") == 2
    assert "no host key is pinned" in capsys.readouterr().out
    assert _run("enrol", "srv1", typed="yes\n") == 0
    assert _main("ask", "device:srv1", "host") == 0
    assert "ANSWERED" in capsys.readouterr().out
