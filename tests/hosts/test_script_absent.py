"""What a command could not say is not heard: no zero, nothing dropped, and no hang."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from collectors.hosts._reading import (
    Backup,
    Filesystem,
    HostReading,
    fullest,
    oldest_backup,
    storage,
)
from collectors.hosts._script import SCRIPT, read
from tests.hosts.fleet import capture

OLD = 1_700_000_000


class Machine:
    """Runs the script with commands of the test's own before those of this machine."""

    def __init__(self, folder: Path) -> None:
        self._bin = folder / "bin"
        self.systemd, self.states = folder / "systemd", folder / "states"
        for made in (self._bin, self.systemd, self.states):
            made.mkdir()

    def command(self, name: str, body: str) -> None:
        made = self._bin / name
        made.write_text(f"#!/bin/sh\n{body}\n")
        made.chmod(0o755)

    def reading(self, more: Mapping[str, Path] | None = None) -> HostReading:
        script = SCRIPT.replace("/run/systemd/system", str(self.systemd))
        script = script.replace("/var/lib/extranet/backups.d", str(self.states))
        for place, other in (more or {}).items():
            script = script.replace(place, str(other))
        done = subprocess.run(
            ["dash"], input=script, env={"PATH": f"{self._bin}:/usr/bin:/bin"}, text=True,
            capture_output=True, timeout=120, check=True,
        )  # fmt: skip
        found = read(done.stdout)
        assert found is not None
        return found

    def backups(self) -> dict[str, Backup]:
        return {one.name: one for one in self.reading().backups or ()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_systemd_that_does_not_answer_has_not_said_that_nothing_failed(machine: Machine) -> None:
    machine.command("systemctl", "echo 'Failed to connect to bus' >&2; exit 1")
    found = machine.reading()
    assert (found.failed, found.units) == (None, None)
    assert {"failed", "units"} <= set(found.missing)


def test_a_systemd_that_answers_says_what_failed_and_that_nothing_did(machine: Machine) -> None:
    machine.command("systemctl", "exit 0")
    assert machine.reading().failed == ()
    machine.command("systemctl", "echo 'backup.service loaded failed failed Backup'")
    assert machine.reading().failed == ("backup.service",)


@pytest.mark.parametrize("refusal", ["echo '506 Cannot talk to daemon'; exit 1", "exit 1"])
def test_where_chronyd_is_stopped_the_kernel_is_asked_whether_the_clock_is_right(
    machine: Machine, refusal: str
) -> None:
    machine.command("chronyc", refusal)
    machine.command("ntpq", "echo 'ntpq: read: Connection refused'; exit 1")
    machine.command("timedatectl", "echo NTPSynchronized=no")
    found = machine.reading()
    assert (found.time_source, found.synchronised) == ("timedatectl", False)


def test_a_chronyd_that_answers_is_believed(machine: Machine) -> None:
    row = "0A2A0001,10.42.0.1,4,1795671873.1,-0.25,0,0,-12.3,-0.001,0.03,0.001,0.002,1032.1,Normal"
    machine.command("chronyc", f"echo '{row}'")
    found = machine.reading()
    assert (found.time_source, found.clock_offset) == ("chrony", -0.25)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("chronyc", "7F7F0101,,10,1795671873.1,0.0,0,0,0,0,0,0,0,64.0,Normal"),
        ("ntpq", "associd=0 status=0515 leap_none, sync_local, 1 event\nstratum=6, offset=0.000"),
    ],
)
def test_a_clock_that_follows_itself_is_not_synchronised(
    name: str, says: str, machine: Machine
) -> None:
    machine.command("chronyc", "exit 1")
    machine.command(name, f"cat <<'EOF'\n{says}\nEOF")
    found = machine.reading()
    assert (found.synchronised, found.clock_offset) == (False, None)


def _room(row: str, mount: str = "/dev/sdb /data ext4 rw") -> Filesystem:
    found = read(
        f"#extranet mounts\n{mount}\n#extranet space\nFilesystem 1024-blocks\n{row}\n"
        f"#extranet inodes\nFilesystem Inodes\n"
    )
    assert found is not None
    assert found.filesystems is not None
    return found.filesystems[0]


def test_a_disk_of_which_root_uses_what_is_reserved_is_full() -> None:
    assert _room("/dev/sdb 1000 990 -40 105% /data").used_ratio == 1


def test_what_df_does_not_know_is_not_known() -> None:
    assert _room("/dev/sdb - - - - /data").used_ratio is None


@pytest.mark.parametrize(
    ("device", "folder", "shown"),
    [
        (r"tank/my\040data", "/data", "/data"),
        ("/dev/sdb", r"/a\040\040b", "/a  b"),
        ("/dev/sdb", r"/a\012b", "/a?b"),
        ("/dev/sdb", r"/trail\040", "/trail "),
        ("/dev/sdb", "/数据", "/数据"),
    ],
)
def test_a_filesystem_has_its_room_whatever_it_is_called(
    device: str, folder: str, shown: str
) -> None:
    name = device.replace(r"\040", " ")
    room = _room(f"{name} 1000 250 750 25% {shown}", f"{device} {folder} ext4 rw")
    assert room.used_ratio == 0.25


def test_a_backup_whose_set_is_gone_is_still_told_and_grows_old(machine: Machine) -> None:
    link = machine.states / "orders"
    link.symlink_to(machine.states / "no-such-set")
    os.utime(link, (OLD, OLD), follow_symlinks=False)
    found = machine.reading()
    assert found.backups == (Backup("orders", OLD, None, there=False),)
    assert (oldest_backup(found) or 0) > 86_400


def test_links_into_storage_that_hangs_cost_one_wait_and_are_told(machine: Machine) -> None:
    machine.command("stat", '[ "$1" = -L ] && exit 124\nexec /usr/bin/stat "$@"')
    for name in ("a", "b"):
        (machine.states / name).symlink_to("/etc/hostname")
    assert [one.there for one in machine.backups().values()] == [False, False]


def test_a_link_tells_time_and_size_of_its_set_and_a_file_what_it_says(machine: Machine) -> None:
    made = machine.states.parent / "set"
    made.write_bytes(b"x" * 1234)
    os.utime(made, (OLD, OLD))
    (machine.states / "orders").symlink_to(made)
    (machine.states / "etc").write_text("size=77 status=ok\nmore\n")
    os.utime(machine.states / "etc", (OLD, OLD))
    assert machine.backups() == {
        "orders": Backup("orders", OLD, 1234),
        "etc": Backup("etc", OLD, 77, {"size": "77", "status": "ok"}),
    }


def test_a_pipe_among_the_backups_holds_nobody(machine: Machine) -> None:
    os.mkfifo(machine.states / "pipe")
    assert "pipe" in machine.backups()


def test_of_a_set_that_lies_there_itself_only_its_beginning_is_read(machine: Machine) -> None:
    machine.command("head", f'echo "$*" >>{machine.states.parent}/asked\nexec /usr/bin/head "$@"')
    (machine.states / "dump").write_bytes(bytes(1_000_000))
    assert "dump" in machine.backups()
    asked = (machine.states.parent / "asked").read_text().splitlines()
    assert [line for line in asked if line.endswith("/dump")] == [f"-c 400 {machine.states}/dump"]


def test_a_df_that_was_stopped_has_told_no_room_and_the_reading_is_not_whole() -> None:
    text = capture("kylin-v10")
    begin, end = text.index("#extranet space\n"), text.index("#extranet inodes\n")
    found = read(text[:begin] + "#extranet space\n\n" + text[end:])
    assert found is not None
    assert fullest(found) is None
    assert "space" in found.missing


def test_more_filesystems_than_are_looked_at_are_not_passed_over_in_silence(
    machine: Machine,
) -> None:
    mounts = machine.states.parent / "mounts"
    mounts.write_text("".join(f"/dev/sd{n} / ext4 rw 0 0\n" for n in range(65)))
    found = machine.reading({"/proc/mounts": mounts})
    assert len(found.filesystems or ()) == 64
    assert "mounts" in found.missing
    mounts.write_text("".join(f"/dev/sd{n} / ext4 rw 0 0\n" for n in range(64)))
    assert "mounts" not in machine.reading({"/proc/mounts": mounts}).missing


@pytest.mark.parametrize(
    ("said", "wrong", "section", "field"),
    [
        ("71902.98 ", "-5.00 ", "uptime", "uptime"),
        ("0.00 0.01 0.05", "0.00 -0.01 0.05", "load", "load"),
        ("0.00 0.01 0.05", "0,00 0,01 0,05", "load", "load"),
        ("cpu  ", "cpu  -", "stat", "modes"),
        ("btime ", "btime 0x", "stat", "boot_at"),
    ],
)
def test_what_makes_no_sense_is_missing(said: str, wrong: str, section: str, field: str) -> None:
    text = capture("debian-12")
    assert said in text
    found = read(text.replace(said, wrong, 1))
    assert found is not None
    assert getattr(found, field) is None
    assert section in found.missing


def test_a_disk_that_is_mounted_read_only_elsewhere_first_still_counts_as_storage() -> None:
    views = [
        Filesystem(folder, "/dev/sdb", "xfs", read_only, 100, 40, 60)
        for folder, read_only in (("/a", True), ("/b", False))
    ]
    for both in (views, views[::-1]):
        assert storage(HostReading(filesystems=tuple(both))) == (100, 60)


def test_what_a_pool_has_left_is_counted_once_and_not_for_each_of_its_datasets() -> None:
    datasets = tuple(
        Filesystem(f"/{name}", f"tank/{name}", "zfs", False, used + 900, used, 900)
        for name, used in (("a", 40), ("b", 60))
    )
    other = Filesystem("/", "/dev/sda", "ext4", False, 100, 70, 20)
    assert storage(HostReading(filesystems=(*datasets, other))) == (1_100, 920)
