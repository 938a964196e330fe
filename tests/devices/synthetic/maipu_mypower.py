"""Maipu: MPIOS-MIB."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, agent, ports, scalars, system, table

_ETHERNET: Final = 6
_UP, _DOWN = 1, 2


def _mp3840() -> Device:
    """A router that tells a percentage, and more than 2 GiB in an INTEGER."""
    rows = agent(
        system(
            "MyPower (R) Operating System Software MP3840 version 6.3.6(integrity), compiled on "
            "Oct 16 2012, 04:52:26 Copyright (C) 1999 Maipu Communication Technology Co., Ltd. "
            "All Rights Reserved.",
            "1.3.6.1.4.1.5651.1.101.30",
            uptime=4000000,
        ),
        ports({1: ("gigaethernet0", "gigaethernet0", "县政务大厅", _ETHERNET, 1000, _UP, _UP)}),
        table("cpuUtilCurrentUtil", {0: 8, 1: 13}),
        scalars(
            memoryTotalBytes=-1073741824,  # 3 GiB in 32 bits with a sign
            allocBytesPercent=37,
            numBytesAlloc=1191853424,
            numBytesFree=2029372048,
            sysCpuTemper=51,
            sysMainBoardTemper=36,
        ),
        table("bgpPeerState bgpPeerRemoteAs", {"10.60.0.1": (3, 65060)}),
    )
    return Device(
        rows,
        {
            "platform": "maipu_mypower",
            "model": "MP3840",
            "version": "6.3.6",
            "uptime_seconds": 4000000,
            "interfaces": [{"name": "gigaethernet0", "alias": "县政务大厅"}],
            "cpu": [{"name": "CPU 0", "ratio": 0.08}, {"name": "CPU 1", "ratio": 0.13}],
            "memory": [{"name": "memory", "used_ratio": 0.37, "total_bytes": 3221225472}],
            "temperature": [
                {"name": "CPU", "celsius": 51},
                {"name": "main board", "celsius": 36},
            ],
            "bgp_peers": [{"address": "10.60.0.1", "remote_as": 65060, "state": "active"}],
        },
    )


def _s3220() -> Device:
    """A switch without a percentage, a total or a sensor: allocated and free are all there is."""
    rows = agent(
        system(
            "MyPower (R) Operating System Software\r\n S3220-28TF system image file "
            "(flash0: /flash/sp9-6.6.8.pck), version 6.6.8(integrity), Compiled on May 4 2015",
            "1.3.6.1.4.1.5651.1.102.21",
            uptime=50,
        ),
        ports({1: ("port0/1", "port0/1", "", _ETHERNET, 100, _UP, _DOWN)}),
        table("cpuUtilCurrentUtil", {0: 5}),
        scalars(numBytesAlloc=50331648, numBytesFree=83886080, sysCpuTemper=0),
    )
    return Device(
        rows,
        {
            "platform": "maipu_mypower",
            "model": "S3220-28TF",
            "version": "6.6.8",
            "cpu": [{"name": "CPU 0", "ratio": 0.05}],
            "memory": [{"name": "memory", "used_ratio": 0.375, "total_bytes": 134217728}],
        },
    )


DEVICES: Final = {"mp3840": _mp3840, "s3220-28tf": _s3220}
