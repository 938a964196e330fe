"""What five systems print is read as what it says; what they do not say is not known."""

from __future__ import annotations

import pytest

from collectors.hosts._reading import (
    Backup,
    HostReading,
    Unit,
    fullest,
    has_backups_ahead,
    is_running,
    memory_ratio,
    most_files,
    oldest_backup,
    storage,
    swap_ratio,
)
from collectors.hosts._script import read
from tests.hosts.fleet import NAMES, capture


def host(name: str) -> HostReading:
    reading = read(capture(name))
    assert reading is not None
    return reading


@pytest.mark.parametrize(
    ("name", "os", "machine", "cpus"),
    [
        ("kylin-v10", "Kylin Linux Advanced Server V10 (Lance)", "aarch64", 96),
        ("openeuler-22.03", "openEuler 22.03 (LTS-SP3)", "x86_64", 8),
        ("centos-7", "CentOS Linux 7 (Core)", "x86_64", 4),
        ("debian-12", "Debian GNU/Linux 12 (bookworm)", "x86_64", 2),
        ("alpine-3.20", "Alpine Linux v3.20", "x86_64", 1),
    ],
)
def test_each_says_what_it_is(name: str, os: str, machine: str, cpus: int) -> None:
    reading = host(name)
    assert (reading.os, reading.machine, reading.cpus) == (os, machine, cpus)


@pytest.mark.parametrize("name", NAMES)
def test_each_tells_what_every_host_has(name: str) -> None:
    reading = host(name)
    needed = {"clock", "kernel", "stat", "uptime", "load", "memory", "mounts", "disks", "network"}
    assert not needed & set(reading.missing)
    assert reading.modes is not None
    assert all(value >= 0 for value in reading.modes.values())


def test_memory_is_what_a_new_program_could_have() -> None:
    assert memory_ratio(host("kylin-v10")) == pytest.approx(1 - 201456789 / 267395072)


def test_a_kernel_without_memavailable_says_nothing_of_used_memory() -> None:
    assert memory_ratio(host("centos-7")) is None


def test_swap_is_told_where_there_is_some() -> None:
    assert swap_ratio(host("centos-7")) == 0.5
    assert swap_ratio(host("openeuler-22.03")) is None


def test_the_fullest_filesystem_is_one_that_is_written_to() -> None:
    found = fullest(host("kylin-v10"))
    assert found is not None
    assert found.mountpoint == "/data/pg main"
    assert found.used_ratio == pytest.approx(1975000000 / (1975000000 + 171435072))


def test_a_filesystem_without_room_is_full_although_some_is_reserved_for_root() -> None:
    found = fullest(host("openeuler-22.03"))
    assert found is not None
    assert found.used_ratio == 1.0
    inodes = most_files(host("openeuler-22.03"))
    assert inodes is not None
    assert inodes.files_ratio == 1.0


def test_filesystems_without_inodes_of_a_fixed_number_have_none() -> None:
    srv = next(one for one in host("debian-12").filesystems or () if one.mountpoint == "/srv")
    assert (srv.files, srv.files_free, srv.files_ratio) == (None, None, None)


def test_a_device_that_is_mounted_twice_has_its_room_once() -> None:
    found = storage(host("kylin-v10"))
    assert found is not None
    assert found[0] == (73364480 + 1038336 + 613160 + 2146435072) * 1024


@pytest.mark.parametrize(
    ("name", "source", "offset", "synchronised"),
    [
        ("kylin-v10", "chrony", -0.000123456, True),
        ("openeuler-22.03", "ntp", -0.001234567, True),
        ("centos-7", "timedatectl", None, True),
        ("debian-12", "timedatectl", None, False),
        ("alpine-3.20", "adjtimex", -0.001234, True),
    ],
)
def test_the_clock_is_as_its_time_service_says(
    name: str, source: str, offset: float | None, *, synchronised: bool
) -> None:
    reading = host(name)
    assert (reading.time_source, reading.synchronised) == (source, synchronised)
    assert reading.clock_offset == pytest.approx(offset)


def test_the_clock_of_busybox_has_whole_seconds() -> None:
    assert host("alpine-3.20").now == 1795671903.0
    assert host("kylin-v10").now == 1795671900.412345678


@pytest.mark.parametrize(
    ("name", "service", "runs"),
    [
        ("kylin-v10", "postgresql", True),
        ("kylin-v10", "postgresql.service", True),
        ("kylin-v10", "backup-pg", False),
        ("kylin-v10", "nginx", False),
        ("centos-7", "kdump", False),
        ("centos-7", "sshd", True),
        ("alpine-3.20", "chronyd", False),
        ("alpine-3.20", "crond", True),
        ("alpine-3.20", "nginx", False),
    ],
)
def test_a_service_runs_or_does_not_whatever_the_init(
    name: str, service: str, *, runs: bool
) -> None:
    assert is_running(host(name), service) is runs


def test_units_that_failed_are_named_and_none_is_not_unknown() -> None:
    assert host("kylin-v10").failed == ("backup-pg.service",)
    assert host("centos-7").failed == ("kdump.service",)
    assert host("debian-12").failed == ()
    assert host("alpine-3.20").failed is None


def test_how_a_unit_failed_is_in_its_own_words() -> None:
    assert Unit("kdump.service", active=False, state="failed/failed") in (
        host("centos-7").units or ()
    )


def test_backups_are_as_old_as_the_oldest_and_say_their_size() -> None:
    reading = host("kylin-v10")
    assert oldest_backup(reading) == pytest.approx(1795671900.412 - 1795585500, abs=0.01)
    pg, etc = reading.backups or ()
    assert (pg.name, pg.size_bytes) == ("pg-main", 812345678901)
    assert (etc.size_bytes, etc.words["lag"]) == (1048576, "3")


@pytest.mark.parametrize(("second", "age"), [(-3_600, 3_600.0), (7_200, None)])
def test_a_backup_of_the_future_is_not_fresh(second: int, age: float | None) -> None:
    now = 1_795_671_900
    told = tuple(Backup(f"b{at}", now + at, 1) for at in (86_400, second))
    reading = HostReading(now=float(now), backups=told)
    assert (oldest_backup(reading), has_backups_ahead(reading)) == (age, True)


def test_a_folder_without_state_files_is_no_backup_at_all() -> None:
    assert host("debian-12").backups == ()
    assert oldest_backup(host("debian-12")) is None
    assert host("openeuler-22.03").backups is None


def test_users_are_those_at_a_terminal() -> None:
    assert host("kylin-v10").users == ("root", "dba")
    assert host("openeuler-22.03").users == ()
    assert host("debian-12").users == ("ops",)
    assert host("alpine-3.20").users is None


def test_processes_are_counted_by_state_and_the_largest_named() -> None:
    reading = host("kylin-v10")
    assert reading.processes == {"S": 1821, "I": 640, "R": 7, "D": 1, "Z": 2}
    assert reading.busiest[0].name == "postgres"
    assert reading.busiest[0].cpu_ratio == pytest.approx(1.885)
    assert reading.largest[1].resident_bytes == 2097152 * 1024


def test_disks_and_ports_are_counted_from_the_kernel() -> None:
    reading = host("centos-7")
    disk = (reading.disks or ())[0]
    assert (disk.name, disk.read_bytes, disk.busy_seconds) == ("sda", 4000000 * 512, 45.0)
    port = (reading.ports or ())[0]
    assert (port.name, port.in_bytes, port.out_bytes) == ("eth0", 2147483648, 1073741824)
