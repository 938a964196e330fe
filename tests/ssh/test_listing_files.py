"""What a folder holds is listed by SFTP of a real server: no shell, no links, nothing endless."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors._ssh import Said
from collectors.wires._ssh_failure import SshFailure
from collectors.wires._ssh_files import list_files
from collectors.wires._ssh_form import Job
from metrics.observation import Outcome
from tests.ssh.asking import Asking, access, asking, login, pin
from tests.ssh.sshd import Sshd, sshd

pytestmark = pytest.mark.server("sshd", "ssh-keygen")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Sshd]:
    folder = tmp_path_factory.mktemp("sftp")
    with sshd(folder, [keys / "ed25519"], options=["Subsystem sftp internal-sftp"]) as one:
        yield one


@pytest.fixture(scope="module")
def without_sftp(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Sshd]:
    with sshd(tmp_path_factory.mktemp("plain"), [keys / "ed25519"]) as one:
        yield one


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    folder = tmp_path / "sets; rm -rf $(x) '备份'"
    folder.mkdir()
    for age, name in enumerate(("new.dmp", "old.dmp", "other.log", "备份.dmp", "a b;c.dmp")):
        (folder / name).write_bytes(b"x" * (age + 1))
        os.utime(folder / name, (1_700_000_000 - age, 1_700_000_000 - age))
    (folder / "daily.dmp").mkdir()
    os.utime(folder / "daily.dmp", (1_600_000_000, 1_600_000_000))
    (folder / "latest.dmp").symlink_to("new.dmp")
    return folder


def listed(
    server: Sshd, keys: Path, pinned: Path, folder: str, pattern: str = "*", most: int = 4_000_000
) -> Said:
    with asking(pin(pinned, ("srv1", server.host_keys["ed25519"]))) as one:
        return ask(one, server, keys, folder, pattern, most)


def ask(
    one: Asking, server: Sshd, keys: Path, folder: str, pattern: str = "*", most: int = 4_000_000
) -> Said:
    way = access(server.port, login(key=(keys / "ed25519").read_text("ascii")))
    job = Job(
        id=1, kind="list_files", access=way, until=time.monotonic() + 10, most_bytes=most,
        folder=folder, pattern=pattern, may=("srv1",),
    )  # fmt: skip
    try:
        return list_files(job, one.connections, lambda: None)
    except SshFailure as failure:
        return Said(failure.outcome, failure.reason)


def test_names_like_the_pattern_are_listed_newest_first(
    server: Sshd, keys: Path, tmp_path: Path, sets: Path
) -> None:
    said = listed(server, keys, tmp_path / "known", str(sets), "*.dmp")
    assert said.outcome is Outcome.ANSWERED
    assert said.texts[0].split("\n") == [
        "1700000000 1 new.dmp",
        "1699999999 2 old.dmp",
        "1699999997 4 备份.dmp",
        "1699999996 5 a b;c.dmp",
        "1600000000 - daily.dmp",
    ]


def test_a_kept_line_is_asked_again(server: Sshd, keys: Path, tmp_path: Path, sets: Path) -> None:
    before = server.log.count("Accepted publickey")
    with asking(pin(tmp_path / "known", ("srv1", server.host_keys["ed25519"]))) as one:
        for _ in range(5):
            assert ask(one, server, keys, str(sets)).outcome is Outcome.ANSWERED
        assert one.connections.open_now == 1
    assert server.log.count("Accepted publickey") == before + 1


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("/nowhere/at/all", "folder_missing"), ("/etc/hostname", "folder_refused")],
)
def test_a_folder_that_cannot_be_read_is_named(
    server: Sshd, keys: Path, tmp_path: Path, folder: str, reason: str
) -> None:
    said = listed(server, keys, tmp_path / "known", folder)
    assert said in {Said(Outcome.REFUSED, reason), Said(Outcome.REFUSED, "folder_missing")}


def test_a_host_without_sftp_says_so(without_sftp: Sshd, keys: Path, tmp_path: Path) -> None:
    said = listed(without_sftp, keys, tmp_path / "known", "/tmp")
    assert said == Said(Outcome.REFUSED, "no_sftp")


def test_a_folder_without_end_is_cut(server: Sshd, keys: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(1_500):
        (many / f"{number:0200}").touch()
    said = listed(server, keys, tmp_path / "known", str(many), most=100_000)
    assert said == Said(Outcome.GARBLED, "too_large")
