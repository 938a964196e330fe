"""Linux with net-snmp, with and without UCD-SNMP-MIB."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, Rows, agent, ports, scalars, system, table

_ETHERNET, _LOOPBACK = 6, 24
_UP, _DOWN = 1, 2
_RAM: Final = "1.3.6.1.2.1.25.2.1.2"
_VIRTUAL: Final = "1.3.6.1.2.1.25.2.1.3"
_OTHER: Final = "1.3.6.1.2.1.25.2.1.1"
_DISK: Final = "1.3.6.1.2.1.25.2.1.4"


def _storage() -> Rows:
    return table(
        "hrStorageType hrStorageDescr hrStorageAllocationUnits hrStorageSize hrStorageUsed",
        {
            1: (_RAM, "Physical memory", 1024, 16384000, 15564800),
            3: (_VIRTUAL, "Virtual memory", 1024, 18481148, 15564800),
            6: (_OTHER, "Memory buffers", 1024, 16384000, 204800),
            7: (_OTHER, "Cached memory", 1024, 10240000, 10240000),
            31: (_DISK, "/", 4096, 10000000, 4000000),
        },
    )


def _kylin() -> Device:
    """The page cache holds nearly all memory, a third is used as `free` says; the host's uptime."""
    rows = agent(
        system(
            "Linux yun-web-1 4.19.90-52.22.v2207.ky10.aarch64 #1 SMP Tue Mar 14 12:19:10 CST 2023 "
            "aarch64",
            "1.3.6.1.4.1.8072.3.2.10",
            uptime=120,
            name="yun-web-1",
        ),
        scalars(
            hrSystemUptime=864000000,
            memTotalReal=16384000,
            memAvailReal=819200,
            memBuffer=204800,
            memCached=10240000,
        ),
        table("hrProcessorLoad", {196608: 12, 196609: 3, 196610: 100, 196611: 0}),
        _storage(),
        ports(
            {
                1: ("lo", "lo", "", _LOOPBACK, 10, _UP, _UP),
                2: ("enp1s0", "enp1s0", "enp1s0", _ETHERNET, 1000, _UP, _UP),
            }
        ),
    )
    return Device(
        rows,
        {
            "platform": "net_snmp",
            "model": "aarch64",
            "version": "4.19.90-52.22.v2207.ky10.aarch64",
            "uptime_seconds": 8640000,
            "interfaces": [
                {"index": 1, "name": "lo", "type": "softwareLoopback"},
                {"index": 2, "name": "enp1s0", "speed_bps": 1000000000},
            ],
            "cpu": [
                {"name": "CPU 0", "ratio": 0.12},
                {"name": "CPU 1", "ratio": 0.03},
                {"name": "CPU 2", "ratio": 1.0},
                {"name": "CPU 3", "ratio": 0.0},
            ],
            # 16384000 - 819200 - 204800 - 10240000 = 5120000 KiB
            "memory": [
                {"name": "Physical memory", "used_ratio": 0.3125, "total_bytes": 16777216000}
            ],
        },
    )


def _hosts_only() -> Device:
    """An agent that shows HOST-RESOURCES-MIB only: the cache counts as used there."""
    rows = agent(
        system(
            "Linux db 5.10.0-60.18.0.50.oe2203.x86_64 #1 SMP Wed Mar 30 03:12:24 UTC 2022 x86_64",
            "1.3.6.1.4.1.8072.3.2.10",
            uptime=1000,
        ),
        _storage(),
        table("hrProcessorLoad", {196608: 50}),
    )
    return Device(
        rows,
        {
            "platform": "net_snmp",
            "model": "x86_64",
            "version": "5.10.0-60.18.0.50.oe2203.x86_64",
            "uptime_seconds": 1000,
            "cpu": [{"name": "CPU 0", "ratio": 0.5}],
            "memory": [{"name": "Physical memory", "used_ratio": 0.95, "total_bytes": 16777216000}],
            "missing": [{"section": "interfaces", "column": "ifTable", "reason": "no_value"}],
        },
    )


DEVICES: Final = {"kylin-v10": _kylin, "hosts-mib-only": _hosts_only}
