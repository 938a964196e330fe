"""Reads what `script.sh` printed: pure, bounded, and believes nothing that is not whole.

Sections may be missing, cut off, in another order or full of nonsense; each is read by itself, and
one that cannot be read is named in `missing`. A section counts only where the script has it: what a
later one contains cannot stand for an earlier one. Formats: proc(5), df(1) with -P (POSIX),
chronyc(1) with -c, ntpq(1), systemctl(1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from collectors._text import decode
from collectors.hosts import _services
from collectors.hosts._numbers import decimal, whole
from collectors.hosts._reading import MODES, Disk, Filesystem, HostReading, Port

SCRIPT: Final = files("collectors.hosts").joinpath("script.sh").read_text("utf-8")
"""The question: constant, nothing is ever put into it."""

_MARK: Final = "#extranet "
SECTIONS: Final = (
    "clock", "kernel", "os", "stat", "uptime", "load", "memory", "mounts", "space", "inodes",
    "disks", "network", "time", "units", "failed", "backups", "users", "processes", "end",
)  # fmt: skip
"""In the order of the script."""
_MORE: Final = "more"
"""Stands for the filesystems that the script left out."""
_MOST_LINES: Final = 400
_LONGEST_LINE: Final = 400
_TICKS: Final = 100
"""USER_HZ, in which /proc/stat counts on every platform there is."""
_SECTOR: Final = 512
"""Bytes of a sector in /proc/diskstats, whatever the disk's own are."""
_KILO: Final = 1024
_ROW: Final = re.compile(r"\S.*?\s+(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(?:\d+%|-)\s(/.*)", re.ASCII)
"""Of df(1); the name of a device (a ZFS dataset) may have blanks in it."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
"""For which df(1) writes a question mark."""
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
_MEMORY: Final = frozenset(
    {"MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SReclaimable", "Shmem",
     "SwapTotal", "SwapFree"}
)  # fmt: skip

Lines = Sequence[str]


def read(text: str) -> HostReading | None:
    """Read a host's answer; None = it is not the script's."""
    sections = cut(text)
    if not sections:
        return None
    found: dict[str, Any] = {}
    missing = [name for name in SECTIONS if name not in sections]
    for name, reader in _READERS.items():
        lines = sections.get(name)
        if lines is None:
            continue
        try:
            heard = reader(lines)
        except (ValueError, IndexError, OverflowError):
            heard = None
        if heard is None:
            missing.append(name)
        else:
            found |= heard
    if "stat" in sections and not {"modes", "boot_at", "cpus"} <= found.keys():
        missing.append("stat")
    mounts = found.pop("mounts", None)
    if mounts is not None:
        space, inodes = found.pop("space", {}), found.pop("inodes", {})
        found["filesystems"] = tuple(_filesystem(one, space, inodes) for one in mounts)
        if mounts and not space:  # df was stopped: it says nothing before it knows of all
            missing.append("space")
        if _MORE in sections["mounts"]:
            missing.append("mounts")
    found.pop("space", None)
    found.pop("inodes", None)
    return HostReading(**found, missing=tuple(dict.fromkeys(missing)))


def cut(text: str) -> dict[str, list[str]]:
    """Split an answer into its sections; what stands before the first one is a banner."""
    sections: dict[str, list[str]] = {}
    lines: list[str] | None = None
    place = -1
    for line in text.split("\n"):  # no other character ends a line: a name may contain one
        if line.startswith(_MARK):
            name = line[len(_MARK) :]
            number = SECTIONS.index(name) if name in SECTIONS else -1
            if number > place:
                place = number
                lines = sections[name] = []
        elif lines is not None and line and len(lines) < _MOST_LINES:
            lines.append(line[:_LONGEST_LINE])
    return sections


def _clock(lines: Lines) -> dict[str, Any] | None:
    seconds, _, nano = lines[0].partition(" ")
    at = whole(seconds)
    if at is None:
        return None
    fraction = whole(nano) if len(nano) == 9 else None
    return {"now": at + (fraction or 0) / 1e9}


def _kernel(lines: Lines) -> dict[str, Any] | None:
    words = lines[0].split()
    if len(words) < 3:
        return None
    name = decode(lines[1]) if len(lines) > 1 else ""
    return {"kernel": decode(" ".join(words[:-1])), "machine": decode(words[-1]), "hostname": name}


def _os(lines: Lines) -> dict[str, Any] | None:
    """Read os-release(5); old systems have one line of /etc/redhat-release."""
    pairs = dict(line.split("=", 1) for line in lines if "=" in line)
    if not pairs:
        return {"os": decode(lines[0])}
    said = {key: decode(value.strip().strip("\"'")) for key, value in pairs.items()}
    name = said.get("PRETTY_NAME") or f"{said.get('NAME', '')} {said.get('VERSION', '')}".strip()
    return {
        "os": name,
        "os_id": said.get("ID", ""),
        "os_version": said.get("VERSION_ID") or said.get("VERSION", ""),
    }


def _stat(lines: Lines) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for line in lines:
        key, *words = line.split()
        if key == "cpu":
            ticks = [tick for word in words[: len(MODES)] if (tick := whole(word)) is not None]
            if len(ticks) == len(MODES):
                found["modes"] = {m: t / _TICKS for m, t in zip(MODES, ticks, strict=True)}
        elif key in _COUNTS and words:
            number = whole(words[0])
            if number is not None:
                found[_COUNTS[key]] = number
    if not found.get("cpus"):
        found.pop("cpus", None)
    return found or None


_COUNTS: Final = {
    "cpus": "cpus",
    "btime": "boot_at",
    "procs_running": "running",
    "procs_blocked": "blocked",
}


def _uptime(lines: Lines) -> dict[str, Any] | None:
    up = decimal(lines[0].split()[0])
    return None if up is None or up < 0 else {"uptime": up}


def _load(lines: Lines) -> dict[str, Any] | None:
    each = [decimal(word) for word in lines[0].split()[:3]]
    known = [one for one in each if one is not None and one >= 0]
    return {"load": tuple(known)} if len(known) == 3 else None


def _memory(lines: Lines) -> dict[str, Any] | None:
    found = {}
    for line in lines:
        name, _, rest = line.partition(":")
        words = rest.split()
        if name in _MEMORY and len(words) == 2 and words[1] == "kB":
            kilobytes = whole(words[0])
            if kilobytes is not None:
                found[name] = kilobytes * _KILO
    return {"memory": found} if "MemTotal" in found else None


def _mounts(lines: Lines) -> dict[str, Any] | None:
    rows = [line.split(" ") for line in lines]
    return {
        "mounts": [
            (_OCTAL.sub(_byte, row[0]), _OCTAL.sub(_byte, row[1]), row[2], row[3])
            for row in rows
            if len(row) == 4 and row[1].startswith("/")
        ]
    }


def _byte(match: re.Match[str]) -> str:
    """Undo the escapes of getmntent(3)."""
    return chr(int(match[1], 8) & 0xFF)


def _space(lines: Lines) -> dict[str, Any] | None:
    return {"space": _table(lines)}


def _inodes(lines: Lines) -> dict[str, Any] | None:
    return {"inodes": _table(lines)}


def _table(lines: Lines) -> dict[str, tuple[int | None, int | None, int | None]]:
    """Read a table of df(1): by mount point the whole, used and available.

    What is available is less than nothing where root has used of what is reserved for it.
    """
    found = {}
    for line in lines[1:]:
        row = _ROW.fullmatch(line)
        if row is not None:
            free = 0 if row[3].startswith("-") and len(row[3]) > 1 else whole(row[3])
            found[row[4]] = whole(row[1]), whole(row[2]), free
    return found


_Table = Mapping[str, tuple[int | None, int | None, int | None]]
_NO_ROW: Final = (None, None, None)


def _filesystem(mount: tuple[str, str, str, str], space: _Table, inodes: _Table) -> Filesystem:
    device, folder, kind, mode = mount
    named = _CONTROL.sub("?", folder)
    size, used, available = space.get(named, _NO_ROW)
    count, _, free = inodes.get(named, _NO_ROW)
    return Filesystem(
        mountpoint=decode(folder),
        device=decode(device),
        kind=decode(kind),
        read_only=mode == "ro" if mode in {"ro", "rw"} else None,
        size_bytes=None if size is None else size * _KILO,
        used_bytes=None if used is None else used * _KILO,
        available_bytes=None if available is None else available * _KILO,
        files=count or None,
        files_free=free if count else None,
    )


def _disks(lines: Lines) -> dict[str, Any] | None:
    """Read /proc/diskstats (Linux Documentation/admin-guide/iostats.rst)."""
    found = []
    for line in lines:
        words = line.split()
        if len(words) < 13:
            continue
        numbers = [number for word in words[3:13] if (number := whole(word)) is not None]
        if len(numbers) != 10:
            continue
        reads, _, read, _, writes, _, written, _, _, busy = numbers
        found.append(
            Disk(decode(words[2]), read * _SECTOR, written * _SECTOR, reads, writes, busy / 1000)
        )
    return {"disks": tuple(found)} if found else None


def _network(lines: Lines) -> dict[str, Any] | None:
    """Read /proc/net/dev: 8 columns of what came in, 8 of what went out."""
    found = []
    for line in lines:
        name, colon, rest = line.rpartition(":")
        each = [number for word in rest.split() if (number := whole(word)) is not None]
        if not colon or len(each) < 16:
            continue
        found.append(
            Port(decode(name.strip()), each[0], each[8], each[2], each[10], each[3], each[11])
        )
    return {"ports": tuple(found)} if found else None


_READERS: Final[Mapping[str, Callable[[Lines], dict[str, Any] | None]]] = {
    "clock": _clock,
    "kernel": _kernel,
    "os": _os,
    "stat": _stat,
    "uptime": _uptime,
    "load": _load,
    "memory": _memory,
    "mounts": _mounts,
    "space": _space,
    "inodes": _inodes,
    "disks": _disks,
    "network": _network,
    "time": _services.time,
    "units": _services.units,
    "failed": _services.failed,
    "backups": _services.backups,
    "users": _services.users,
    "processes": _services.processes,
}
