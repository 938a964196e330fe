"""The servers of the cloud centre: zones at a glance, who is worst, and one host in detail.

Names are node_exporter's, so a panel of another dashboard works here once its `instance` is
`device`. Samples come every minute.
"""

from __future__ import annotations

from typing import Final

from dashboards._grafana import Column, Dashboard, Panel, Query, Row, Step, Variable
from dashboards._promql import by, select
from dashboards._words import RATIO_STEPS, both
from metrics.catalogue import CPU, MEMORY, Metric
from metrics.families.hosts import (
    CPU_SECONDS,
    DISK_READ,
    DISK_WRITTEN,
    FILESYSTEM_AVAIL,
    FILESYSTEM_SIZE,
    HOST_BACKUP,
    HOST_CLOCK,
    HOST_CPUS,
    HOST_FAILED,
    HOST_FULLEST,
    HOST_INODES,
    HOST_LOAD,
    HOST_STOPPED,
    HOST_STORAGE,
    HOST_STORAGE_FREE,
    HOST_SWAP,
    HOST_UPTIME,
    LOAD1,
    LOAD5,
    LOAD15,
    MEM_AVAILABLE,
    MEM_TOTAL,
    NET_IN,
    NET_OUT,
)

_WORST: Final = 10
_SHOWN: Final = 500
_RECENT: Final = "3m"
"""A host that was silent for as long shows nothing."""


def dashboard() -> Dashboard:
    """Return the dashboard."""
    hosts = f"group {by(HOST_CPUS, 'zone')} ({select(HOST_CPUS)})"
    names = f"group {by(HOST_CPUS, 'device')} ({select(HOST_CPUS, zone='$zone')})"
    return Dashboard(
        uid="extranet-hosts",
        title=both("hosts"),
        variables=(
            Variable("zone", both("zone"), f"query_result({hosts})", '/zone="([^"]*)"/'),
            Variable(
                "host",
                both("host"),
                f"query_result(topk({_SHOWN}, {names}))",
                '/device="([^"]*)"/',
            ),
        ),
        rows=(
            Row(both("zones"), _zones()),
            Row(both("worst"), _worst()),
            Row(both("one_host"), _host()),
        ),
    )


def _recent(metric: Metric, **labels: str) -> str:
    return f"last_over_time({select(metric, **labels)}[{_RECENT}])"


def _of_zone(whole: Metric, free: Metric) -> str:
    """Write the used part of what the hosts of each zone have."""
    group = by(whole, "zone")
    return f"1 - sum {group} ({_recent(free)}) / sum {group} ({_recent(whole)})"


def _zones() -> tuple[Panel, ...]:
    group = by(HOST_CPUS, "zone")
    idle = f"rate({select(CPU_SECONDS, mode='idle')}[5m])"
    busy = f"1 - sum {group} ({idle}) / sum {group} ({_recent(HOST_CPUS)})"
    return (
        Panel(
            both("hosts_by_zone"),
            "bargauge",
            (Query(f"count {group} ({_recent(HOST_CPUS)})", "{{zone}}", instant=True),),
            width=6,
        ),
        _part("zone_cpu", busy),
        _part("zone_memory", _of_zone(MEM_TOTAL, MEM_AVAILABLE)),
        _part("zone_storage", _of_zone(HOST_STORAGE, HOST_STORAGE_FREE)),
    )


def _part(title: str, expr: str) -> Panel:
    return Panel(
        both(title),
        "timeseries",
        (Query(expr, "{{zone}}"),),
        unit="percentunit",
        width=6,
        maximum=1,
        steps=RATIO_STEPS,
    )


def _worst() -> tuple[Panel, ...]:
    wrong = f"({_recent(HOST_STOPPED)} > 0) or ({_recent(HOST_FAILED)} > 0)"
    return (
        _top("host_fullest", HOST_FULLEST, "percentunit", RATIO_STEPS),
        _top("host_inodes", HOST_INODES, "percentunit", RATIO_STEPS),
        _top(
            "host_load",
            HOST_LOAD,
            "short",
            (Step(None, "green"), Step(1, "yellow"), Step(2, "red")),
        ),
        _top("host_swap", HOST_SWAP, "percentunit", RATIO_STEPS),
        _top(
            "host_backup",
            HOST_BACKUP,
            "s",
            (Step(None, "green"), Step(86_400, "yellow"), Step(93_600, "red")),
        ),
        Panel(
            both("host_services"),
            "table",
            (Query(wrong, instant=True),),
            columns=(
                Column("device", both("host"), _PAGE),
                Column("zone", both("zone")),
                Column("site", both("site")),
            ),
            help=both("host_services_help"),
        ),
    )


_PAGE: Final = (
    "/d/extranet-hosts?${datasource:queryparam}&var-zone=${__data.fields.zone}"
    "&var-host=${__data.fields.device}&${__url_time_range}"
)


def _top(title: str, metric: Metric, unit: str, steps: tuple[Step, ...]) -> Panel:
    return Panel(
        both(title),
        "bargauge",
        (Query(f"topk({_WORST}, {_recent(metric)})", "{{device}}", instant=True),),
        unit=unit,
        steps=steps,
    )


def _host() -> tuple[Panel, ...]:
    return (
        Panel(
            both("host_time"),
            "stat",
            (
                Query(_recent(HOST_UPTIME, device="$host"), both("host_up"), instant=True),
                Query(_recent(HOST_CLOCK, device="$host"), both("host_clock"), instant=True),
            ),
            unit="s",
            width=24,
            height=4,
        ),
        Panel(
            both("host_cpu"),
            "timeseries",
            (Query(f"rate({select(CPU_SECONDS, device='$host')}[5m])", "{{mode}}"),),
            stacked=True,
            help=both("host_cpu_help"),
        ),
        Panel(
            both("host_busy"),
            "timeseries",
            (
                Query(select(CPU, device="$host"), both("cpu")),
                Query(select(MEMORY, device="$host"), both("memory")),
                Query(select(HOST_SWAP, device="$host"), both("swap")),
            ),
            unit="percentunit",
            maximum=1,
            steps=RATIO_STEPS,
        ),
        Panel(
            both("load_of_host"),
            "timeseries",
            tuple(
                Query(select(metric, device="$host"), f"{minutes} min")
                for metric, minutes in ((LOAD1, 1), (LOAD5, 5), (LOAD15, 15))
            ),
        ),
        Panel(
            both("host_filesystems"),
            "timeseries",
            (
                Query(_used(), "{{mountpoint}}"),
                Query(select(HOST_FULLEST, device="$host"), both("fullest")),
            ),
            unit="percentunit",
            maximum=1,
            steps=RATIO_STEPS,
        ),
        _flow("host_disks", DISK_READ, DISK_WRITTEN, "{{disk}}", "Bps", ("read", "written")),
        _flow("host_network", NET_IN, NET_OUT, "{{interface}}", "Bps", ("in", "out")),
    )


def _used() -> str:
    avail = select(FILESYSTEM_AVAIL, device="$host")
    return f"1 - {avail} / {select(FILESYSTEM_SIZE, device='$host')}"


def _flow(
    title: str, one: Metric, other: Metric, legend: str, unit: str, names: tuple[str, str]
) -> Panel:
    return Panel(
        both(title),
        "timeseries",
        tuple(
            Query(f"{sign}rate({select(metric, device='$host')}[5m])", f"{legend} {both(name)}")
            for metric, name, sign in ((one, names[0], ""), (other, names[1], "-"))
        ),
        unit=unit,
    )
