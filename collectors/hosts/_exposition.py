"""Reads the page of a node_exporter (github.com/prometheus/node_exporter) into the same value.

Only what is wanted is looked at, line by line, in the text format of Prometheus (exposition format
0.0.4); everything else is passed over unread. What the exporter does not tell by default (systemd,
processes) is None, and so is what it cannot tell (users).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from collectors._text import decode
from collectors.hosts._reading import LOCAL, MODES, Disk, Filesystem, HostReading, Port, Unit

_LABEL: Final = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?')
_LINE: Final = re.compile(r"([a-z_A-Z0-9]+)(?:\{(.*)\})? (\S+)(?: -?\d+)?\r?")
_MOST_SAMPLES: Final = 20_000
_MOST_PARTS: Final = 1_000
_LARGEST: Final = 2**64 - 1
_MEMORY: Final = {
    f"node_memory_{name}_bytes": name
    for name in (
        "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SReclaimable", "Shmem",
        "SwapTotal", "SwapFree",
    )
}  # fmt: skip
_UNIT: Final = "node_systemd_unit_state"
_WANTED: Final = frozenset(
    {
        *_MEMORY, "node_load1", "node_load5", "node_load15", "node_boot_time_seconds",
        "node_time_seconds", "node_timex_offset_seconds", "node_timex_sync_status",
        "node_procs_running", "node_procs_blocked", "node_processes_state",
        "node_cpu_seconds_total", "node_uname_info", "node_os_info",
        "node_filesystem_size_bytes", "node_filesystem_avail_bytes", "node_filesystem_free_bytes",
        "node_filesystem_files", "node_filesystem_files_free", "node_filesystem_readonly",
        "node_disk_read_bytes_total", "node_disk_written_bytes_total",
        "node_disk_reads_completed_total", "node_disk_writes_completed_total",
        "node_disk_io_time_seconds_total",
        "node_network_receive_bytes_total", "node_network_transmit_bytes_total",
        "node_network_receive_errs_total", "node_network_transmit_errs_total",
        "node_network_receive_drop_total", "node_network_transmit_drop_total",
        _UNIT,
    }
)  # fmt: skip
Labels = Mapping[str, str]
Samples = Mapping[str, list[tuple[Labels, float]]]


def read(page: str) -> HostReading | None:
    """Read a page; None = it is not a node_exporter's."""
    samples, is_whole = _samples(page)
    if not samples:
        return None
    found: dict[str, Any] = {}
    missing = []
    for name, reader in _READERS.items():
        heard = reader(samples)
        if heard is None:
            missing.append(name)
        else:
            found |= heard
    now, boot = found.get("now"), found.get("boot_at")
    if now is not None and boot is not None and now >= boot:
        found["uptime"] = now - boot
    if not is_whole:
        missing.append("end")
        found["units_whole"] = False
    return HostReading(**found, missing=tuple(missing))


def _samples(page: str) -> tuple[Samples, bool]:
    """Return what is wanted of a page, and whether that is all there was."""
    found: dict[str, list[tuple[Labels, float]]] = {}
    count = 0
    for line in page.split("\n"):
        if not line.startswith("node_"):
            continue
        match = (
            _LINE.fullmatch(line) if line.partition("{")[0].partition(" ")[0] in _WANTED else None
        )
        if match is None:
            continue
        try:
            value = float(match[3])
        except ValueError:
            continue
        if match[1] == _UNIT and value != 1:  # four of the five states of a unit
            continue
        count += 1
        if math.isfinite(value) and count <= _MOST_SAMPLES:
            labels = {one[1]: _unescape(one[2]) for one in _LABEL.finditer(match[2] or "")}
            found.setdefault(match[1], []).append((labels, value))
    return found, count <= _MOST_SAMPLES


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def _plain(samples: Samples, name: str) -> float | None:
    rows = samples.get(name)
    return rows[0][1] if rows else None


def _whole(value: float | None) -> int | None:
    return None if value is None or not 0 <= value <= _LARGEST else int(value)


def _by(samples: Samples, name: str, label: str) -> dict[str, float]:
    rows = samples.get(name, ())
    return {labels[label]: value for labels, value in rows if label in labels}


def _clock(samples: Samples) -> dict[str, Any] | None:
    now = _plain(samples, "node_time_seconds")
    return None if now is None else {"now": now}


def _kernel(samples: Samples) -> dict[str, Any] | None:
    for labels, _ in samples.get("node_uname_info", ()):
        return {
            "kernel": decode(f"{labels.get('sysname', '')} {labels.get('release', '')}".strip()),
            "machine": decode(labels.get("machine", "")),
            "hostname": decode(labels.get("nodename", "")),
        }
    return None


def _os(samples: Samples) -> dict[str, Any] | None:
    for labels, _ in samples.get("node_os_info", ()):
        name = labels.get("pretty_name") or labels.get("name", "")
        version = labels.get("version_id") or labels.get("version", "")
        return {
            "os": decode(name), "os_id": decode(labels.get("id", "")),
            "os_version": decode(version),
        }  # fmt: skip
    return None


def _stat(samples: Samples) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    modes = dict.fromkeys(MODES, 0.0)
    processors = set()
    for labels, value in samples.get("node_cpu_seconds_total", ()):
        if labels.get("mode") in modes and value >= 0:
            modes[labels["mode"]] += value
            processors.add(labels.get("cpu", ""))
    if processors:
        found |= {"modes": modes, "cpus": len(processors)}
    for name, field in (
        ("node_boot_time_seconds", "boot_at"),
        ("node_procs_running", "running"),
        ("node_procs_blocked", "blocked"),
    ):
        number = _whole(_plain(samples, name))
        if number is not None:
            found[field] = number
    return found if processors else None


def _load(samples: Samples) -> dict[str, Any] | None:
    each = [_plain(samples, f"node_load{minutes}") for minutes in (1, 5, 15)]
    return None if None in each else {"load": tuple(each)}


def _memory(samples: Samples) -> dict[str, Any] | None:
    told = {name: _whole(_plain(samples, metric)) for metric, name in _MEMORY.items()}
    found = {name: value for name, value in told.items() if value is not None}
    return {"memory": found} if "MemTotal" in found else None


def _filesystems(samples: Samples) -> dict[str, Any] | None:
    found: dict[str, Filesystem] = {}
    parts = {
        name: _by(samples, f"node_filesystem_{name}", "mountpoint")
        for name in ("avail_bytes", "free_bytes", "files", "files_free", "readonly")
    }
    for labels, size in samples.get("node_filesystem_size_bytes", ()):
        mountpoint, kind = labels.get("mountpoint", ""), labels.get("fstype", "")
        if kind not in LOCAL and not (kind == "overlay" and mountpoint == "/"):
            continue
        if len(found) >= _MOST_PARTS or mountpoint in found:
            continue
        free, whole = parts["free_bytes"].get(mountpoint), _whole(size)
        files = _whole(parts["files"].get(mountpoint))
        mode = parts["readonly"].get(mountpoint)
        found[mountpoint] = Filesystem(
            mountpoint=decode(mountpoint),
            device=decode(labels.get("device", "")),
            kind=decode(kind),
            read_only=None if mode is None else mode == 1,
            size_bytes=whole,
            used_bytes=None if free is None or whole is None else _whole(whole - free),
            available_bytes=_whole(parts["avail_bytes"].get(mountpoint)),
            files=files or None,
            files_free=_whole(parts["files_free"].get(mountpoint)) if files else None,
        )
    return {"filesystems": tuple(found.values())} if found else None


def _rows(samples: Samples, names: Iterable[str]) -> Iterator[tuple[str, list[float]]]:
    """Yield of each device its values of several metrics, where it has them all."""
    columns = [_by(samples, name, "device") for name in names]
    for device in list(columns[0])[:_MOST_PARTS]:
        values = [column[device] for column in columns if device in column]
        if len(values) == len(columns) and all(0 <= value <= _LARGEST for value in values):
            yield decode(device), values


def _disks(samples: Samples) -> dict[str, Any] | None:
    names = (
        "read_bytes", "written_bytes", "reads_completed", "writes_completed", "io_time_seconds",
    )  # fmt: skip
    rows = _rows(samples, (f"node_disk_{name}_total" for name in names))
    found = [
        Disk(name, int(read), int(written), int(reads), int(writes), busy)
        for name, (read, written, reads, writes, busy) in rows
    ]
    return {"disks": tuple(found)} if found else None


def _network(samples: Samples) -> dict[str, Any] | None:
    names = (
        "receive_bytes", "transmit_bytes", "receive_errs", "transmit_errs", "receive_drop",
        "transmit_drop",
    )  # fmt: skip
    rows = _rows(samples, (f"node_network_{name}_total" for name in names))
    found = [Port(name, *map(int, row)) for name, row in rows]
    return {"ports": tuple(found)} if found else None


def _time(samples: Samples) -> dict[str, Any] | None:
    status = _plain(samples, "node_timex_sync_status")
    if status is None:
        return None
    offset = _plain(samples, "node_timex_offset_seconds")
    return {
        "time_source": "timex",
        "synchronised": status == 1,
        "clock_offset": offset if status == 1 else None,
    }


def _units(samples: Samples) -> dict[str, Any] | None:
    """Read the collector for systemd, which is off by default."""
    rows = samples.get(_UNIT, ())
    states = {labels.get("name", ""): labels.get("state", "") for labels, on in rows if on == 1}
    if not states:
        return None
    return {
        "init": "systemd",
        "units": tuple(
            Unit(decode(name), state in {"active", "reloading"}, decode(state))
            for name, state in states.items()
            if name.endswith(".service")
        ),
        "units_whole": True,
        "failed": tuple(decode(name) for name, state in states.items() if state == "failed"),
    }


def _processes(samples: Samples) -> dict[str, Any] | None:
    """Read the collector for processes, which is off by default."""
    states = _by(samples, "node_processes_state", "state")
    found = {decode(name): int(count) for name, count in states.items() if 0 <= count < 2**31}
    return {"processes": found} if found else None


_READERS: Final[Mapping[str, Callable[[Samples], dict[str, Any] | None]]] = {
    "clock": _clock,
    "kernel": _kernel,
    "os": _os,
    "stat": _stat,
    "load": _load,
    "memory": _memory,
    "mounts": _filesystems,
    "disks": _disks,
    "network": _network,
    "time": _time,
    "units": _units,
    "processes": _processes,
}
"""By the names of the script's sections, so that what is missing is called alike."""
