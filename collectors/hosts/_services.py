"""What runs on a host: time service, services, backups, users, processes, as commands print it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from collectors._text import decode
from collectors.hosts._numbers import decimal, whole
from collectors.hosts._reading import Backup, Process, Unit

_MOST_UNITS: Final = 300
"""As many lines the script lets through: a list of that length may have been cut off."""
_COUNT: Final = re.compile(r"\s*(\d+) (.*)", re.ASCII)
_OPENRC: Final = re.compile(r"\s+(\S+)\s+\[\s*(\w+)")
_WORD: Final = re.compile(r"([a-z][a-z0-9_]{0,30})=(\S{0,64})", re.ASCII)
_OWN_CLOCK: Final = "7F7F0101"
"""Reference of a chronyd that follows nobody (127.127.1.1)."""
_OFFSET: Final = re.compile(r"\boffset=([+-]?[\d.]+)", re.ASCII)

Lines = Sequence[str]


def time(lines: Lines) -> dict[str, Any] | None:
    """Read what keeps the clock: chrony, ntpd, timesyncd or BusyBox. None = nothing tells."""
    if not lines:
        return None
    source, rest = lines[0], lines[1:]
    found: dict[str, Any] | None = None
    if source == "chrony" and rest:
        found = _chrony(rest[0])
    elif source == "ntp":
        found = _ntp(" ".join(rest))
    elif source == "timedatectl":
        found = _timedatectl(rest)
    elif source == "adjtimex":
        found = _adjtimex(rest)
    return None if found is None else {"time_source": source, **found}


def _chrony(line: str) -> dict[str, Any] | None:
    """Read `chronyc -c tracking`: the fifth value is by how much the clock is slow, in seconds.

    A chronyd that has lost its sources and was told to be one itself (`local`) says "Normal" and an
    offset of zero; what it then follows is its own clock.
    """
    row = line.split(",")
    offset = decimal(row[4]) if len(row) >= 14 else None
    if offset is None:
        return None
    is_synchronised = row[13] != "Not synchronised" and row[0].upper() != _OWN_CLOCK
    return {"clock_offset": offset if is_synchronised else None, "synchronised": is_synchronised}


def _ntp(text: str) -> dict[str, Any] | None:
    """Read `ntpq -c rv` (RFC 9327): the offset is in milliseconds, positive = the clock is slow.

    `sync_local`: it follows the host's own clock (127.127.1.x), for lack of another.
    """
    match = _OFFSET.search(text)
    offset = decimal(match[1]) if match else None
    if offset is None:
        return None
    is_synchronised = not any(word in text for word in ("leap_alarm", "sync_unspec", "sync_local"))
    return {
        "clock_offset": offset / 1000 if is_synchronised else None,
        "synchronised": is_synchronised,
    }


def _timedatectl(lines: Lines) -> dict[str, Any] | None:
    for line in lines:
        name, _, value = line.replace("=", ":").partition(":")
        if name.strip() in {"NTPSynchronized", "NTP synchronized", "System clock synchronized"}:
            return {"synchronised": value.strip() == "yes"}
    return None


def _adjtimex(lines: Lines) -> dict[str, Any] | None:
    """Read the applet of BusyBox: the kernel's own offset, and whether it believes its clock."""
    offset: float | None = None
    is_synchronised: bool | None = None
    for line in lines:
        words = line.replace("-o", " ", 1).split()
        if len(words) == 3 and words[0] == "offset:" and words[2] in {"us", "ns"}:
            number = decimal(words[1])
            offset = None if number is None else number / (1e6 if words[2] == "us" else 1e9)
        if line.strip().startswith("return value:"):
            is_synchronised = words[2] != "5"
    if is_synchronised is None:
        return None
    return {"clock_offset": offset if is_synchronised else None, "synchronised": is_synchronised}


def units(lines: Lines) -> dict[str, Any] | None:
    """Read the services: of systemd, of OpenRC, or the processes where there is neither."""
    if not lines:
        return None
    init, rest = lines[0], lines[1:]
    if init == "systemd" and rest:
        return {
            "init": init,
            "units": tuple(unit for line in rest if (unit := _systemd(line)) is not None),
            "units_whole": len(rest) < _MOST_UNITS,
        }
    if init == "openrc" and rest:
        found = [match for line in rest if (match := _OPENRC.match(line)) is not None]
        return {
            "init": init,
            "units": tuple(
                Unit(decode(one[1]), one[2] == "started", decode(one[2])) for one in found
            ),
            "units_whole": len(rest) < _MOST_UNITS,
        }
    if init == "processes" and rest and len(rest) < _MOST_UNITS:
        counted = [match for line in rest if (match := _COUNT.fullmatch(line)) is not None]
        return {"init": init, "names": {decode(one[2]): int(one[1][:9]) for one in counted}}
    return None


def _systemd(line: str) -> Unit | None:
    """Read `UNIT LOAD ACTIVE SUB ...`; before version 230 a failed one has a dot before it."""
    words = line.split()
    if words and words[0] in {"●", "*", "○", "×"}:
        words = words[1:]
    if len(words) < 4 or "." not in words[0]:
        return None
    name, _, active, sub = words[:4]
    state = decode(sub if active == "active" else f"{active}/{sub}")
    return Unit(decode(name), active in {"active", "reloading"}, state)


def failed(lines: Lines) -> dict[str, Any] | None:
    """Read the units that failed; that there is none says systemd only by saying so."""
    if not lines or lines[0] != "systemd":
        return None
    found = (_systemd(line) for line in lines[1:])
    return {"failed": tuple(unit.name for unit in found if unit is not None)}


def backups(lines: Lines) -> dict[str, Any] | None:
    """Read the state files of backup jobs: kind, time, size, name, and what the file says."""
    if not lines or lines[0] != "folder":
        return None
    found = []
    for line in lines[1:]:
        head, _, said = line.partition("\t")
        words = head.split(" ", 3)
        if len(words) != 4:
            continue
        kind, at, length, name = words[0], whole(words[1]), whole(words[2]), decode(words[3])
        if at is None or not name:
            continue
        told = {match[1]: match[2] for match in _WORD.finditer(decode(said))}
        own = length if kind == "link" else None
        size = whole(told.get("size", "")) if own is None else own
        found.append(Backup(name, at, size, told, there=kind != "lost"))
    return {"backups": tuple(found)}


def users(lines: Lines) -> dict[str, Any] | None:
    """Read who is logged in at a terminal."""
    if not lines:
        return None
    rows = [line.split() for line in lines[1:]]
    if lines[0] == "who":
        return {"users": tuple(decode(row[0]) for row in rows if row)}
    if lines[0] == "loginctl":
        seated = [row for row in rows if any(one.startswith(("pts/", "tty")) for one in row[3:])]
        return {"users": tuple(decode(row[2]) for row in seated)}
    return None


def processes(lines: Lines) -> dict[str, Any] | None:
    """Read how many there are in which state, and those that use most."""
    if not lines or lines[0] not in {"full", "short"}:
        return None
    states: dict[str, int] = {}
    most: dict[str, list[Process]] = {"cpu": [], "memory": []}
    for line in lines[1:]:
        counted = _COUNT.fullmatch(line)
        if counted is not None and counted[2].startswith("state "):
            states[decode(counted[2][6:7])] = int(counted[1][:9])
            continue
        kind, _, rest = line.partition(" ")
        process = _process(rest) if kind in most else None
        if process is not None:
            most[kind].append(process)
    if not states:
        return None
    return {"processes": states, "busiest": tuple(most["cpu"]), "largest": tuple(most["memory"])}


def _process(line: str) -> Process | None:
    words = line.split(None, 5)
    if len(words) != 6:
        return None
    cpu, resident, pid = decimal(words[0]), whole(words[1]), whole(words[2])
    if cpu is None or resident is None or pid is None:
        return None
    return Process(decode(words[5])[:40], decode(words[3]), pid, cpu / 100, resident * 1024)
