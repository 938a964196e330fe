"""ZTE: one box of each MIB, and both readings of `zxr10SystemMemUsed`."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, agent, ports, system, table

_ETHERNET: Final = 6
_UP, _DOWN = 1, 2


def _5952e() -> Device:
    """A percent in an object whose MIB says octets; a shut-down unit; boards without a sensor."""
    rows = agent(
        system(
            "ZTE ZXR10 5952E Software, 5900 Version: V3.00.11.B18, RELEASE SOFTWARE",
            "1.3.6.1.4.1.3902.3.100.43",
            uptime=8640000,
        ),
        ports(
            {
                1: ("gei-0/1/1/1", "gei-0/1/1/1", "县医保局".encode("gb18030"), _ETHERNET, 1000,
                    _UP, _UP),
                2: ("xgei-0/1/2/1", "xgei-0/1/2/1", "", _ETHERNET, 10000, _UP, _DOWN),
            }
        ),
        table(
            "zxr10SystemUnitRunStatus zxr10SystemMemSize zxr10SystemMemUsed"
            " zxr10SystemCpuUtility5s zxr10SystemCpuUtility1m",
            {1: (1, 536870912, 47, 31, 12), 2: (0, 536870912, 0, 0, 0)},
        ),
        table(
            "zxr10SlotOperStatus zxr10SlotTemperature",
            {"0.1.1": (1, 39), "0.1.2": (1, 0), "0.1.3": (0, 41)},
        ),
        table(
            "zxr10OpticalIfName zxr10OpticalOnline zxr10OpticalSRxPower"
            " zxr10OpticalSRxPowerValid zxr10OpticalSTxPower zxr10OpticalSTxPowerValid"
            " zxr10OpticalSTxCurrent zxr10OpticalSTemperature zxr10Optical33SVoltage",
            {
                1: ("gei-0/1/1/1", 1, "-9.073", 1, "-5.986", 1, "15.728", "37.625", "3.259"),
                2: ("xgei-0/1/2/1", 1, "-40.000", 0, "-2.310", 1, "35.1", "40.0", "3.3"),
                3: ("xgei-0/1/2/2", 0, "0.000", 0, "0.000", 0, "0.0", "0.0", "0.0"),
            },
        ),
        table("bgpPeerState bgpPeerRemoteAs", {"10.30.0.1": (6, 65030)}),
        table("ospfNbrRtrId ospfNbrState", {"10.30.0.1.0": ("10.255.30.1", 8)}),
    )  # fmt: skip
    return Device(
        rows,
        {
            "platform": "zte_zxros",
            "model": "5952E",
            "version": "V3.00.11.B18",
            "sys_object_id": "1.3.6.1.4.1.3902.3.100.43",
            "uptime_seconds": 8640000,
            "interfaces": [
                {"index": 1, "name": "gei-0/1/1/1", "alias": "县医保局", "speed_bps": 1000000000},
                {"index": 2, "name": "xgei-0/1/2/1", "oper": "down"},
            ],
            "cpu": [{"name": "unit 1", "ratio": 0.12}],
            "memory": [{"name": "unit 1", "used_ratio": 0.47, "total_bytes": 536870912}],
            "temperature": [{"name": "slot 0/1/1", "celsius": 39}],
            "optics": [
                {
                    "interface": "gei-0/1/1/1",
                    "lane": None,
                    "rx_dbm": -9.073,
                    "tx_dbm": -5.986,
                    "bias_amperes": 0.0157,
                    "celsius": 37.625,
                    "volts": 3.259,
                },
                {"interface": "xgei-0/1/2/1", "rx_dbm": None, "tx_dbm": -2.31},
            ],
            "bgp_peers": [{"address": "10.30.0.1", "remote_as": 65030, "state": "established"}],
            "ospf_neighbours": [
                {"router_id": "10.255.30.1", "address": "10.30.0.1", "state": "full"}
            ],
        },
    )


def _t64g() -> Device:
    """Old software: octets as the MIB says, five-second load only, no ifXTable.

    ifDescr carries the description behind the name; 10 Gbit/s saturates ifSpeed.
    """
    rows = agent(
        system(
            "ZXR10 ROS Version V4.6.02D ZXR10 T64G Software, Version V2.6.02.d.16_p05 "
            "Copyright (c) 2001-2007 by ZTE Corporation Compiled Sep 6 2007, 14:24:04",
            "1.3.6.1.4.1.3902.3.100.12",
            uptime=100,
        ),
        table(
            "ifDescr ifType ifSpeed ifAdminStatus ifOperStatus",
            {
                1: ("gei_1/1 to county 3", _ETHERNET, 1000000000, _UP, _UP),
                2: ("xgei_2/1", _ETHERNET, 4294967295, _UP, _UP),
            },
        ),
        table(
            "zxr10SystemUnitRunStatus zxr10SystemMemSize zxr10SystemMemUsed"
            " zxr10SystemCpuUtility5s",
            {1: (1, 268435456, 67108864, 18)},
        ),
    )
    return Device(
        rows,
        {
            "platform": "zte_zxros",
            "model": "T64G",
            "version": "V2.6.02.d.16_p05",
            "cpu": [{"name": "unit 1", "ratio": 0.18}],
            "memory": [{"name": "unit 1", "used_ratio": 0.25, "total_bytes": 268435456}],
            "interfaces": [
                {"index": 1, "name": "gei_1/1 to county 3", "alias": None,
                 "descr": "gei_1/1 to county 3", "speed_bps": 1000000000},
                {"index": 2, "name": "xgei_2/1", "alias": None, "speed_bps": None},
            ],
        },
    )  # fmt: skip


def _by_name(port: str) -> str:
    return ".".join(map(str, (len(port), *port.encode())))


def _m6000() -> Device:
    """A router with the newer MIB: fans, supplies, boards by rack/shelf/slot."""
    rows = agent(
        system(
            "ZXR10 M6000-8S, ZTE ZXR10 Software Version: M6000v1.00.30(1.0.76)",
            "1.3.6.1.4.1.3902.3.100.6006.8",
            uptime=5000000,
        ),
        ports({1: ("gei-0/2/0/1", "gei-0/2/0/1", "", _ETHERNET, 1000, _UP, _UP)}),
        table(
            " ".join(
                f"zxr10OpticalS{way}PowerChannel{lane}"
                for way in ("Rx", "Tx")
                for lane in range(1, 5)
            ),
            # This software has the port's name in the index: its length, its characters.
            {
                _by_name("cgei-0/2/0/2"): (
                    "-1.10",
                    "-1.20 dBm",
                    "-40.00",
                    "-1.40",
                    "0.5",
                    "0.6",
                    "0.7",
                    "0.8",
                )
            },
        ),
        table(
            "hardware.zxr10SystemUnitRunStatus hardware.zxr10SystemMemSize"
            " hardware.zxr10SystemMemUsed hardware.zxr10SystemCpuUtility1m",
            {"0.0.9.1": (1, 8192, 36, 9), "0.0.2.1": (1, 4096, 51, 17), "0.0.3.1": (0, 0, 0, 0)},
        ),
        table("zxr10FanStatus", {"0.0.1.1": 1, "0.0.1.2": 0}),
        table("zxr10EnvironTemperature", {"0.0": 31}),
        table(
            "zxr10BoardTempDescription zxr10BoardTempStatus zxr10BoardTempCurTemp",
            {"0.0.9.0.1": ("CPU", 1, 52), "0.0.2.0.1": ("NP", 2, 88), "0.0.3.0.1": ("", 0, 0)},
        ),
        table(
            "zxr10PowerModulePhyStatus zxr10PowerModulePowerStatus",
            {"0.0.1.1": (1, 1), "0.0.1.2": (1, 2), "0.0.1.3": (2, 0)},
        ),
    )
    return Device(
        rows,
        {
            "platform": "zte_zxros",
            "model": "M6000-8S",
            "version": "v1.00.30(1.0.76)",
            "cpu": [{"name": "unit 0/0/9/1", "ratio": 0.09}, {"name": "unit 0/0/2/1",
                                                             "ratio": 0.17}],
            "memory": [
                {"name": "unit 0/0/9/1", "used_ratio": 0.36, "total_bytes": 8589934592},
                {"name": "unit 0/0/2/1", "used_ratio": 0.51, "total_bytes": 4294967296},
            ],
            "temperature": [
                {"name": "shelf 0/0", "celsius": 31},
                {"name": "board 0/0/9/0/1 (CPU)", "celsius": 52},
                {"name": "board 0/0/2/0/1 (NP)", "celsius": 88},
            ],
            "optics": [
                {"interface": "cgei-0/2/0/2", "lane": 1, "rx_dbm": -1.1, "tx_dbm": 0.5},
                {"interface": "cgei-0/2/0/2", "lane": 2, "rx_dbm": -1.2, "tx_dbm": 0.6},
                {"interface": "cgei-0/2/0/2", "lane": 3, "rx_dbm": -40.0, "tx_dbm": 0.7},
                {"interface": "cgei-0/2/0/2", "lane": 4, "rx_dbm": -1.4, "tx_dbm": 0.8},
            ],
            "fans": [{"name": "fan 0/0/1/1", "ok": True}, {"name": "fan 0/0/1/2", "ok": False}],
            "power": [
                {"name": "power 0/0/1/1", "ok": True},
                {"name": "power 0/0/1/2", "ok": False},
            ],
        },
    )  # fmt: skip


DEVICES: Final = {"5952e-percent": _5952e, "t64g-octets": _t64g, "m6000-8s": _m6000}
