"""Ruijie: RUIJIE-*-MIBs of one box and of a stack."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, agent, ports, scalars, system, table

_CHASSIS: Final = 3
_ETHERNET: Final = 6
_UP, _DOWN = 1, 2
_NONE: Final = -10000
_NO_SENSOR: Final = -255


def _s5750() -> Device:
    """One box: scalars and pools; -10000 = no power; a module without diagnosis."""
    rows = agent(
        system(
            "Ruijie 10G Routing Switch(S5750-48GT/4SFP-S) By Ruijie Networks",
            "1.3.6.1.4.1.4881.1.1.10.1.76",
            uptime=200000,
        ),
        ports(
            {
                1: ("Gi0/1", "GigabitEthernet 0/1", "乡镇接入", _ETHERNET, 1000, _UP, _UP),
                49: ("Te0/49", "TenGigabitEthernet 0/49", "", _ETHERNET, 10000, _UP, _UP),
                50: ("Te0/50", "TenGigabitEthernet 0/50", "", _ETHERNET, 10000, _UP, _DOWN),
                51: ("Te0/51", "TenGigabitEthernet 0/51", "", _ETHERNET, 10000, _UP, _DOWN),
            }
        ),
        scalars(
            ruijieSystemSwVersion="RGOS 10.4(3b19)p3, Release(173619)",
            ruijieSystemSerialno="1234942570012",
            ruijieCPUUtilization1Min=11,
            ruijieSystemTemperature=0,
        ),
        table(
            "ruijieMemoryPoolName ruijieMemoryPoolCurrentUtilization ruijieMemoryPoolSize",
            {1: ("system", 55, 524288)},
        ),
        table(
            "ruijieSystemTemperatureName ruijieSystemTemperatureCurrent",
            {1: ("MAC", 48), 2: ("air", 0)},
        ),
        table("ruijieSystemFanIsNormal", {1: 4, 2: 5, 3: 1}),
        table("ruijieSystemElectricalSourceIsNormal", {1: 4, 2: 3, 3: 2}),
        table(
            "ruijieFiberDDMSupportStatus ruijieFiberTemp ruijieFiberRXpower ruijieFiberTXpower",
            {
                49: (1, 41, -523, -227),
                50: (1, 40, _NONE, -231),
                51: (2, 0, -1, -1),
            },
        ),
        table("ospfNbrRtrId ospfNbrState", {"10.50.0.1.0": ("10.255.50.1", 3)}),
    )
    return Device(
        rows,
        {
            "platform": "ruijie_rgos",
            "model": "S5750-48GT/4SFP-S",
            "version": "RGOS 10.4(3b19)p3, Release(173619)",
            "serial": "1234942570012",
            "uptime_seconds": 200000,
            "interfaces": [
                {"index": 1, "name": "Gi0/1", "descr": "GigabitEthernet 0/1", "alias": "乡镇接入"},
                {"name": "Te0/49", "oper": "up"},
                {"name": "Te0/50", "oper": "down"},
                {"name": "Te0/51"},
            ],
            "cpu": [{"name": "CPU", "ratio": 0.11}],
            "memory": [{"name": "system", "used_ratio": 0.55, "total_bytes": 536870912}],
            "temperature": [{"name": "MAC", "celsius": 48}],
            "fans": [{"name": "fan 1", "ok": True}, {"name": "fan 2", "ok": False}],
            "power": [
                {"name": "power 1", "ok": True},
                {"name": "power 2", "ok": True},
                {"name": "power 3", "ok": False},
            ],
            "optics": [
                {"interface": "Te0/49", "lane": None, "rx_dbm": -5.23, "tx_dbm": -2.27,
                 "celsius": 41},
                {"interface": "Te0/50", "rx_dbm": None, "tx_dbm": -2.31},
            ],
            "ospf_neighbours": [
                {"router_id": "10.255.50.1", "address": "10.50.0.1", "state": "init"}
            ],
        },
    )  # fmt: skip


def _s6220_vsu() -> Device:
    """A stack: boards, points and supplies by device; four lanes; the model as it is ordered."""
    lanes_rx = " ".join(f"ruijieFiberChannel{lane}RXpower" for lane in range(1, 5))
    lanes_tx = " ".join(f"ruijieFiberChannel{lane}TXpower" for lane in range(1, 5))
    rows = agent(
        system(
            "Ruijie 10G Ethernet Switch(S6220-48XS6QXS) By Ruijie Networks",
            "1.3.6.1.4.1.4881.1.1.10.1.201",
            uptime=900,
        ),
        ports(
            {
                1: ("Te1/0/1", "TenGigabitEthernet 1/0/1", "", _ETHERNET, 10000, _UP, _UP),
                65: ("Fo1/0/49", "FortyGigabitEthernet 1/0/49", "", _ETHERNET, 40000, _UP, _UP),
            }
        ),
        table(
            "entPhysicalClass entPhysicalName entPhysicalModelName entPhysicalSoftwareRev",
            {1: (_CHASSIS, "switch1", "RG-S6220-48XS6QXS", "")},
        ),
        table(
            "ruijieDeviceSWVersion ruijieDeviceSerialNumber",
            {1: ("S6220_RGOS 11.0(5)B9P33", "G1K90AB000123"), 2: ("S6220_RGOS 11.0(5)B9P33",
                                                                  "G1K90AB000456")},
        ),
        table(
            "ruijieNodeCPUTotalName ruijieNodeCPUTotal1min",
            {1: ("Slot 1/0: S6220", 14), 2: ("Slot 2/0: S6220", 9)},
        ),
        table(
            "ruijieNodeMemoryPoolName ruijieNodeMemoryPoolCurrentUtilization"
            " ruijieNodeMemoryPoolTotalSize",
            {1: ("Slot 1/0: S6220", 44, 2048), 2: ("Slot 2/0: S6220", 41, 2048)},
        ),
        table(
            "ruijieSystemMultipleTemperatureName ruijieSystemMultipleTemperatureCurrent",
            {"1.0.1": ("Air_inlet", 29), "1.0.2": ("MAC_die", 61), "2.0.1": ("Air_inlet",
                                                                            _NO_SENSOR)},
        ),
        table("ruijieSystemFanStatus", {"1.1.1": 4, "1.2.1": 2, "2.1.1": 1}),
        table("ruijieSystemElectricalInformationStatus", {"1.1": 4, "1.2": 7, "2.1": 6}),
        table(
            f"ruijieFiberDDMSupportStatus ruijieFiberRXpower {lanes_rx}"
            f" ruijieFiberTXpower {lanes_tx}",
            {
                1: (1, -310, -310, _NONE, _NONE, _NONE, -250, -250, _NONE, _NONE, _NONE),
                65: (1, _NONE, -88, -95, -4000, -91, _NONE, 21, 13, -40, 8),
            },
        ),
    )  # fmt: skip
    return Device(
        rows,
        {
            "platform": "ruijie_rgos",
            "model": "RG-S6220-48XS6QXS",
            "version": "S6220_RGOS 11.0(5)B9P33",
            "serial": "G1K90AB000123",
            "cpu": [
                {"name": "Slot 1/0: S6220", "ratio": 0.14},
                {"name": "Slot 2/0: S6220", "ratio": 0.09},
            ],
            "memory": [
                {"name": "Slot 1/0: S6220", "used_ratio": 0.44, "total_bytes": 2147483648},
                {"name": "Slot 2/0: S6220", "used_ratio": 0.41, "total_bytes": 2147483648},
            ],
            "temperature": [
                {"name": "sensor 1/0/1 (Air_inlet)", "celsius": 29},
                {"name": "sensor 1/0/2 (MAC_die)", "celsius": 61},
            ],
            "fans": [{"name": "fan 1/1/1", "ok": True}, {"name": "fan 1/2/1", "ok": False}],
            "power": [{"name": "power 1/1", "ok": True}, {"name": "power 1/2", "ok": False}],
            "optics": [
                {"interface": "Te1/0/1", "lane": None, "rx_dbm": -3.1, "tx_dbm": -2.5},
                {"interface": "Fo1/0/49", "lane": 1, "rx_dbm": -0.88, "tx_dbm": 0.21},
                {"interface": "Fo1/0/49", "lane": 2, "rx_dbm": -0.95, "tx_dbm": 0.13},
                {"interface": "Fo1/0/49", "lane": 3, "rx_dbm": -40.0, "tx_dbm": -0.4},
                {"interface": "Fo1/0/49", "lane": 4, "rx_dbm": -0.91, "tx_dbm": 0.08},
            ],
        },
    )


def _rsr20() -> Device:
    """A small router: one temperature for the whole box, ENTITY-MIB's release number."""
    rows = agent(
        system(
            "Ruijie Router (RSR20-14E) by Ruijie Networks",
            "1.3.6.1.4.1.4881.1.2.1.1.60",
            uptime=5,
        ),
        ports({1: ("Gi0/0", "GigabitEthernet 0/0", "", _ETHERNET, 1000, _UP, _UP)}),
        table("entPhysicalClass entPhysicalSoftwareRev", {1: (_CHASSIS, "175421")}),
        scalars(ruijieCPUUtilization1Min=3, ruijieSystemTemperature=44),
        table(
            "ruijieMemoryPoolName ruijieMemoryPoolCurrentUtilization ruijieMemoryPoolTotalSize",
            {1: ("total", 61, 512)},
        ),
    )
    return Device(
        rows,
        {
            "platform": "ruijie_rgos",
            "model": "RSR20-14E",
            "version": "175421",
            "cpu": [{"name": "CPU", "ratio": 0.03}],
            "memory": [{"name": "total", "used_ratio": 0.61, "total_bytes": 536870912}],
            "temperature": [{"name": "box", "celsius": 44}],
        },
    )


DEVICES: Final = {"s5750-48gt": _s5750, "s6220-vsu": _s6220_vsu, "rsr20-14e": _rsr20}
