"""The script runs in the shells there are, changes nothing, and hangs on nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from collectors.hosts._reading import LOCAL, HostReading, is_running
from collectors.hosts._script import SCRIPT, SECTIONS, cut, read

BUSYBOX = pytest.param("busybox", marks=pytest.mark.server("busybox"))
SHELLS = ["bash", "dash", BUSYBOX]


def run(shell: str, folder: Path, script: str = SCRIPT, path: str = "/usr/bin:/bin") -> str:
    """Run it as sshd would; BusyBox with its own commands before all others."""
    command = [shell]
    if shell == "busybox":
        subprocess.run(["busybox", "--install", "-s", str(folder)], check=True)
        command, path = [str(folder / "sh")], f"{folder}:{path}"
    done = subprocess.run(
        command, input=script.encode(), env={"PATH": path, "LANG": "zh_CN.UTF-8"},
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stderr == b""
    return done.stdout.decode()


def reading(shell: str, folder: Path) -> HostReading:
    found = read(run(shell, folder))
    assert found is not None
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gives_every_section_in_order(shell: str, tmp_path: Path) -> None:
    marks = re.findall(r"^#extranet (\w+)$", run(shell, tmp_path), re.MULTILINE)
    assert marks == list(SECTIONS)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_the_kernel_says_is_what_is_read(shell: str, tmp_path: Path) -> None:
    found = reading(shell, tmp_path)
    words = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    assert found.memory["MemTotal"] == int(words["MemTotal"].split()[0]) * 1024
    boot = re.search(r"^btime (\d+)$", Path("/proc/stat").read_text(), re.MULTILINE)
    assert boot
    assert found.boot_at == int(boot[1])
    assert found.uptime == pytest.approx(float(Path("/proc/uptime").read_text().split()[0]), abs=30)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_size_of_the_root_is_what_the_kernel_says(shell: str, tmp_path: Path) -> None:
    root = [one for one in reading(shell, tmp_path).filesystems or () if one.mountpoint == "/"]
    if not root:
        pytest.skip("the root of this machine is no local filesystem")
    assert root[0].size_bytes == pytest.approx(shutil.disk_usage("/").total, rel=0.001)
    assert root[0].used_bytes is not None
    assert root[0].available_bytes is not None


@pytest.mark.parametrize("shell", SHELLS)
def test_processes_are_counted(shell: str, tmp_path: Path) -> None:
    found = reading(shell, tmp_path)
    assert found.processes is not None
    assert sum(found.processes.values()) >= 2


def test_a_host_without_an_init_that_tells_has_the_names_of_its_processes(tmp_path: Path) -> None:
    if Path("/run/systemd/system").exists():
        pytest.skip("systemd runs here")
    found = reading("dash", tmp_path)
    assert found.init == "processes"
    assert is_running(found, "dash") is True
    assert is_running(found, "no-such-service") is False


def test_it_is_short_enough_to_be_asked_every_minute(tmp_path: Path) -> None:
    assert len(run("dash", tmp_path)) < 65_536


def test_commands_that_are_absent_cost_their_section_only(tmp_path: Path) -> None:
    for name in ("sh", "cat", "sed", "grep", "uname", "head", "cut", "date"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    bare = SCRIPT.replace(
        "PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ""
    )
    assert bare != SCRIPT
    found = read(run("/bin/dash", tmp_path, bare, str(tmp_path)))
    assert found is not None
    assert found.memory["MemTotal"] > 0
    assert found.processes is None
    assert "processes" in found.missing


def test_it_writes_nothing() -> None:
    assert not re.search(r">\s*(?!/dev/null|&)\S", SCRIPT.replace("->", "").replace("<name>", ""))
    assert not re.search(r"\b(rm|mv|cp|touch|tee|mktemp|chmod|kill|sudo|su|dd)\b", _code())


def test_it_is_constant_text_in_ascii_that_asks_no_network_filesystem() -> None:
    assert SCRIPT.isascii()
    listed = re.search(r"case \$type in\n(.*?)\) ;;", SCRIPT, re.DOTALL)
    assert listed
    kinds = set(re.findall(r"[a-z0-9\[\]]+", listed[1])) - {"ext[234]"} | {"ext2", "ext3", "ext4"}
    assert kinds == LOCAL


def test_what_stands_before_the_first_section_is_a_banner() -> None:
    assert cut("Welcome\n#extranet\n# extranet load\n#extranet load\n0.1 0.2 0.3 1/2 3\n") == {
        "load": ["0.1 0.2 0.3 1/2 3"]
    }


def test_a_process_with_the_name_of_a_section_speaks_for_nobody() -> None:
    forged = "#extranet processes\nfull\n 1 state S\n#extranet memory\nMemTotal: 1 kB\n"
    assert read("#extranet memory\nMemTotal: 2048 kB\n" + forged) == read(
        "#extranet memory\nMemTotal: 2048 kB\n#extranet processes\nfull\n 1 state S\nMemTotal: 1 kB"
    )


def _code() -> str:
    return "\n".join(line for line in SCRIPT.split("\n") if not line.startswith("#"))
