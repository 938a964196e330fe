"""What Linux hosts tell. Names are those of node_exporter where it has one, labels are ours.

Two labels differ from node_exporter's: `device` is the host, as everywhere here, so a block device
is `disk` and a port `interface`. What node_exporter leaves to a query (the fullest disk, the age of
a backup) is `extranet_host_*`: a rule watches one value of one target.
"""

from __future__ import annotations

from typing import Final

from metrics._form import Kind, Measurement, Metric, metric

_LABELS: Final = ("area", "device", "level", "site", "zone")
NODE: Final = Measurement("node", _LABELS)
NODE_CPU: Final = Measurement("node_cpu", (*_LABELS, "mode"))
NODE_FILESYSTEM: Final = Measurement("node_filesystem", (*_LABELS, "mountpoint"))
NODE_DISK: Final = Measurement("node_disk", (*_LABELS, "disk"))
NODE_NETWORK: Final = Measurement("node_network", (*_LABELS, "interface"))
NODE_UNIT: Final = Measurement("node_systemd_unit", (*_LABELS, "name", "state"))
HOST: Final = Measurement("extranet_host", _LABELS)

_C, _G = Kind.COUNTER, Kind.GAUGE


def _seconds(measurement: Measurement, field: str, text: str) -> Metric:
    """Make a counter of seconds, the only ones that are not whole."""
    return Metric(measurement, field, _C, "seconds", integer=False, help=text)


LOAD1: Final = metric(NODE, "load1", _G, "load", "Processes that run or wait, mean of 1 minute")
LOAD5: Final = metric(NODE, "load5", _G, "load", "Processes that run or wait, mean of 5 minutes")
LOAD15: Final = metric(NODE, "load15", _G, "load", "Processes that run or wait, mean of 15 minutes")
MEM_TOTAL: Final = metric(NODE, "memory_MemTotal_bytes", _G, "bytes", "Memory the kernel manages")
MEM_AVAILABLE: Final = metric(
    NODE, "memory_MemAvailable_bytes", _G, "bytes", "Memory a new program could have (proc(5))"
)
SWAP_TOTAL: Final = metric(NODE, "memory_SwapTotal_bytes", _G, "bytes", "Swap there is")
SWAP_FREE: Final = metric(NODE, "memory_SwapFree_bytes", _G, "bytes", "Swap that is not used")
BOOT_TIME: Final = metric(
    NODE, "boot_time_seconds", _G, "timestamp", "When the host was started, UTC"
)
NODE_TIME: Final = metric(NODE, "time_seconds", _G, "timestamp", "The host's own clock, UTC")
TIMEX_OFFSET: Final = metric(
    NODE,
    "timex_offset_seconds",
    _G,
    "seconds",
    "By how much the host's time service finds its clock slow",
)
TIMEX_SYNC: Final = metric(
    NODE, "timex_sync_status", _G, "", "1 = its time service says that the clock is synchronised"
)
PROCS_RUNNING: Final = metric(NODE, "procs_running", _G, "", "Processes that run or could")
PROCS_BLOCKED: Final = metric(NODE, "procs_blocked", _G, "", "Processes that wait for a disk")
PROCESSES: Final = metric(NODE, "processes_pids", _G, "", "Processes there are")

CPU_SECONDS: Final = _seconds(
    NODE_CPU, "seconds_total", "What all processors of the host did with their time"
)
FILESYSTEM_SIZE: Final = metric(NODE_FILESYSTEM, "size_bytes", _G, "bytes", "Size of a filesystem")
FILESYSTEM_AVAIL: Final = metric(
    NODE_FILESYSTEM, "avail_bytes", _G, "bytes", "What users may still write"
)
FILESYSTEM_FILES: Final = metric(NODE_FILESYSTEM, "files", _G, "", "Inodes of a filesystem")
FILESYSTEM_FILES_FREE: Final = metric(
    NODE_FILESYSTEM, "files_free", _G, "", "Inodes that are not used"
)
DISK_READ: Final = metric(NODE_DISK, "read_bytes_total", _C, "bytes", "Bytes read")
DISK_WRITTEN: Final = metric(NODE_DISK, "written_bytes_total", _C, "bytes", "Bytes written")
DISK_READS: Final = metric(NODE_DISK, "reads_completed_total", _C, "", "Requests that read")
DISK_WRITES: Final = metric(NODE_DISK, "writes_completed_total", _C, "", "Requests that wrote")
DISK_BUSY: Final = _seconds(
    NODE_DISK, "io_time_seconds_total", "Time with a request under way, of several disks added up"
)
NET_IN: Final = metric(NODE_NETWORK, "receive_bytes_total", _C, "bytes", "Octets received")
NET_OUT: Final = metric(NODE_NETWORK, "transmit_bytes_total", _C, "bytes", "Octets sent")
NET_IN_ERRORS: Final = metric(
    NODE_NETWORK, "receive_errs_total", _C, "packets", "Inbound packets with errors"
)
NET_OUT_ERRORS: Final = metric(
    NODE_NETWORK, "transmit_errs_total", _C, "packets", "Outbound packets with errors"
)
NET_IN_DROPS: Final = metric(
    NODE_NETWORK, "receive_drop_total", _C, "packets", "Inbound packets dropped"
)
NET_OUT_DROPS: Final = metric(
    NODE_NETWORK, "transmit_drop_total", _C, "packets", "Outbound packets dropped"
)
UNIT_STATE: Final = Metric(
    NODE_UNIT, "state", _G, "", integer=True, help="1 = a service that should run is active"
)

HOST_CPUS: Final = metric(HOST, "cpus", _G, "", "Processors that the kernel uses")
HOST_LOAD: Final = metric(
    HOST, "load_per_cpu", _G, "load", "Load of the last 5 minutes for each processor"
)
HOST_SWAP: Final = metric(HOST, "swap_used_ratio", _G, "ratio", "Used part of the swap")
HOST_FULLEST: Final = metric(
    HOST, "filesystem_used_ratio", _G, "ratio", "Used part of the fullest local filesystem"
)
HOST_INODES: Final = metric(
    HOST, "inodes_used_ratio", _G, "ratio", "Used part of the inodes where the fewest are left"
)
HOST_STORAGE: Final = metric(
    HOST, "storage_bytes", _G, "bytes", "Size of all local filesystems that are written to"
)
HOST_STORAGE_FREE: Final = metric(
    HOST, "storage_available_bytes", _G, "bytes", "What users may still write on all of them"
)
HOST_READ_ONLY: Final = metric(
    HOST, "filesystems_read_only", _G, "", "Declared filesystems that are mounted read-only"
)
HOST_STOPPED: Final = metric(
    HOST, "services_stopped", _G, "", "Services that should run and do not"
)
HOST_FAILED: Final = metric(HOST, "units_failed", _G, "", "Units that systemd calls failed")
HOST_USERS: Final = metric(HOST, "users", _G, "", "Users logged in at a terminal")
HOST_UPTIME: Final = metric(HOST, "uptime_seconds", _G, "seconds", "Time since the host started")
HOST_CLOCK: Final = metric(
    HOST,
    "clock_difference_seconds",
    _G,
    "seconds",
    "By how much at least the host's clock and the monitor's differ",
)
HOST_BACKUP: Final = metric(
    HOST, "backup_age_seconds", _G, "seconds", "Age of the oldest of its jobs' last backups"
)
