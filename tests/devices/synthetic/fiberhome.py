"""FiberHome: the WRI-*-MIBs of an S switch."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, agent, ports, scalars, system, table

_ETHERNET: Final = 6
_UP, _DOWN = 1, 2


def _s5800() -> Device:
    """Load in hundredths of a percent; a fan that turns too slowly, a supply without voltage."""
    rows = agent(
        system(
            "FHN USP (R) Software for Fengine S5800-28T-X\r\nVersion V210R240\r\n"
            "Copyright (c) 2000-2015 by FiberHome Networks Co., Ltd.",
            "1.3.6.1.4.1.3807.1.582815",
            uptime=123456,
        ),
        ports({1: ("xgigaethernet 1/1/1", "xgigaethernet 1/1/1", "to 市局", _ETHERNET, 10000, _UP,
                   _UP)}),
        scalars(msppDevSwVersion="V210R240B022", msppDevSerialNum="F0123456789"),
        table("cpuUsage cpuIndexDescr", {1: (2350, "slot 1 cpu"), 2: (10000, "slot 2 cpu")}),
        table(
            "memoryPoolTotalBytes memoryPoolAllocBytesNum memoryPoolFreeBytesNum"
            " memoryPoolIndexDescr",
            {1: (1073741824, 402653184, 671088640, "slot 1 memory")},
        ),
        table("temperatureValue temperatureIndexDescr", {1: (43, "slot-1-temp1"), 2: (38, None)}),
        table("fanCtrlState fanCtrlIndexDescr", {1: (0, "fan tray 1"), 2: (2, "fan tray 2")}),
        table("powerState powerIndexDescr", {1: (0, "power 1"), 2: (1, "power 2")}),
    )  # fmt: skip
    return Device(
        rows,
        {
            "platform": "fiberhome",
            "model": "S5800-28T-X",
            "version": "V210R240B022",
            "serial": "F0123456789",
            "uptime_seconds": 123456,
            "interfaces": [{"name": "xgigaethernet 1/1/1", "alias": "to 市局"}],
            "cpu": [{"name": "slot 1 cpu", "ratio": 0.235}, {"name": "slot 2 cpu", "ratio": 1.0}],
            "memory": [{"name": "slot 1 memory", "used_ratio": 0.375, "total_bytes": 1073741824}],
            "temperature": [
                {"name": "slot-1-temp1", "celsius": 43},
                {"name": "sensor 2", "celsius": 38},
            ],
            "fans": [{"name": "fan tray 1", "ok": True}, {"name": "fan tray 2", "ok": False}],
            "power": [{"name": "power 1", "ok": True}, {"name": "power 2", "ok": False}],
        },
    )


DEVICES: Final = {"s5800-28t": _s5800}
