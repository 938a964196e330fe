"""H3C: boxes as HH3C-ENTITY-EXT-MIB and its neighbours describe them."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, agent, octets, ports, scalars, system, table

_CHASSIS, _POWER_SUPPLY, _FAN, _SENSOR, _MODULE, _PORT = 3, 6, 7, 8, 9, 10
_ETHERNET: Final = 6
_UP, _DOWN = 1, 2
_NO_VALUE: Final = 2147483647
_NO_SENSOR: Final = 65535
_SATURATED: Final = 4294967295


def _s6520x() -> Device:
    """Memory above 4 GiB; 65535 degrees; four lanes; a fan that is not fitted; IPv6 BGP."""
    rows = agent(
        system(
            "H3C Comware Platform Software, Software Version 7.1.070, Release 6628P17\r\n"
            "H3C S6520X-54QC-EI\r\n"
            "Copyright (c) 2004-2020 New H3C Technologies Co., Ltd. All rights reserved.",
            "1.3.6.1.4.1.25506.1.2128",
            uptime=3000000,
        ),
        ports(
            {
                1: ("Ten-GigabitEthernet1/0/1", "Ten-GigabitEthernet1/0/1",
                    "政务外网 uplink", _ETHERNET, 10000, _UP, _UP),
                2: ("Ten-GigabitEthernet1/0/2", "Ten-GigabitEthernet1/0/2", "", _ETHERNET, 10000,
                    _UP, _DOWN),
                49: ("FortyGigE1/0/49", "FortyGigE1/0/49", "", _ETHERNET, 40000, _UP, _UP),
            }
        ),
        table(
            "entPhysicalClass entPhysicalName entPhysicalSoftwareRev entPhysicalSerialNum"
            " entPhysicalModelName",
            {
                2: (_CHASSIS, "S6520X-54QC-EI", None, "210235A2VYH208000012", "S6520X-54QC-EI"),
                212: (_MODULE, "Board", "7.1.070 Release 6628P17", "", ""),
                220: (_SENSOR, "Hotspot 1", None, None, None),
                221: (_SENSOR, "Hotspot 2", None, None, None),
                300: (_PORT, "Ten-GigabitEthernet1/0/1", None, None, None),
            },
        ),
        table(
            "hh3cEntityExtCpuUsage hh3cEntityExtMemUsage hh3cEntityExtMemSize"
            " hh3cEntityExtTemperature hh3cEntityExtMemSizeRev",
            {
                2: (0, 0, 0, _NO_SENSOR, 0),
                212: (7, 29, _SATURATED, 41, 8589934592),
                220: (0, 0, 0, 46, 0),
                221: (0, 0, 0, _NO_SENSOR, 0),
                300: (0, 0, 0, _NO_SENSOR, 0),
            },
        ),
        table("hh3cDevMFanStatus", {1: 1, 2: 2, 3: 3, 4: 4}),
        table("hh3cDevMPowerStatus", {1: 1, 2: 3}),
        table(
            "hh3cTransceiverDiagnostic hh3cTransceiverCurTXPower hh3cTransceiverCurRXPower"
            " hh3cTransceiverTemperature hh3cTransceiverVoltage hh3cTransceiverBiasCurrent",
            {
                1: (1, -231, -1180, 36, 331, 613),
                2: (2, _NO_VALUE, _NO_VALUE, _NO_VALUE, _NO_VALUE, _NO_VALUE),
                49: (1, _NO_VALUE, _NO_VALUE, 40, 328, _NO_VALUE),
            },
        ),
        table(
            "hh3cTransceiverChannelCurTXPower hh3cTransceiverChannelCurRXPower",
            {
                "49.1": (-51, -120),
                "49.2": (-48, -133),
                "49.3": (-60, _NO_VALUE),
                "49.4": (12, -118),
            },
        ),
        table("bgpPeerState bgpPeerRemoteAs", {"10.9.0.1": (6, 65009)}),
        table("hh3cBgp4v2PeerState", {octets("2001:db8:9::1"): 6}),
        scalars(hh3cCfgRunModifiedLast=299000000),
    )  # fmt: skip
    return Device(
        rows,
        {
            "platform": "h3c_comware",
            "model": "S6520X-54QC-EI",
            "version": "7.1.070",
            "serial": "210235A2VYH208000012",
            "uptime_seconds": 3000000,
            "interfaces": [
                {"index": 1, "name": "Ten-GigabitEthernet1/0/1", "alias": "政务外网 uplink"},
                {"index": 2, "oper": "down"},
                {"index": 49, "speed_bps": 40000000000},
            ],
            "cpu": [{"name": "Board", "ratio": 0.07}],
            "memory": [{"name": "Board", "used_ratio": 0.29, "total_bytes": 8589934592}],
            "temperature": [
                {"name": "Board", "celsius": 41},
                {"name": "Hotspot 1", "celsius": 46},
                {"name": "Ten-GigabitEthernet1/0/1", "celsius": 36},
                {"name": "FortyGigE1/0/49", "celsius": 40},
            ],
            "fans": [{"name": "Fan 1", "ok": True}, {"name": "Fan 2", "ok": False}],
            "power": [{"name": "Power Supply 1", "ok": True}],
            "optics": [
                {"interface": "Ten-GigabitEthernet1/0/1", "lane": None, "rx_dbm": -11.8,
                 "tx_dbm": -2.31, "bias_amperes": 0.00613, "celsius": 36, "volts": 3.31},
                {"interface": "FortyGigE1/0/49", "lane": 1, "rx_dbm": -1.2, "tx_dbm": -0.51},
                {"interface": "FortyGigE1/0/49", "lane": 2, "rx_dbm": -1.33, "tx_dbm": -0.48},
                {"interface": "FortyGigE1/0/49", "lane": 3, "rx_dbm": None, "tx_dbm": -0.6},
                {"interface": "FortyGigE1/0/49", "lane": 4, "rx_dbm": -1.18, "tx_dbm": 0.12},
            ],
            "bgp_peers": [
                {"address": "10.9.0.1", "remote_as": 65009, "state": "established"},
                {"address": "2001:db8:9::1", "remote_as": None, "state": "established"},
            ],
        },
    )  # fmt: skip


def _sr6604() -> Device:
    """A chassis: fans and supplies are rows of ENTITY-MIB, absent ones among them; two boards."""
    rows = agent(
        system(
            "H3C Comware Platform Software, Software Version 7.1.064, Release 7607P12\r\n"
            "H3C SR6604\r\nCopyright (c) 2004-2017 New H3C Technologies Co., Ltd.",
            "1.3.6.1.4.1.25506.1.1060",
            uptime=777,
        ),
        ports({17: ("GigabitEthernet2/0/1", "GigabitEthernet2/0/1", "", _ETHERNET, 1000, _UP,
                    _UP)}),
        table(
            "entPhysicalClass entPhysicalName entPhysicalSerialNum",
            {
                1: (_CHASSIS, "SR6604", "210235A0E7C123456789"),
                2: (_MODULE, "Board 0", "210231A0AAH111111111"),
                3: (_MODULE, "Board 2", "210231A0AAH222222222"),
                4: (_FAN, "Fan 1", None),
                5: (_FAN, "Fan 2", None),
                6: (_POWER_SUPPLY, "Power 1", None),
                7: (_POWER_SUPPLY, "Power 2", None),
                8: (_POWER_SUPPLY, "Power 3", None),
            },
        ),
        table(
            "hh3cEntityExtCpuUsage hh3cEntityExtMemUsage hh3cEntityExtMemSize"
            " hh3cEntityExtTemperature hh3cEntityExtErrorStatus",
            {
                1: (0, 0, 0, _NO_SENSOR, 2),
                2: (14, 44, 2147483648, 38, 2),
                3: (33, 61, 1073741824, 43, 2),
                4: (0, 0, 0, _NO_SENSOR, 2),
                5: (0, 0, 0, _NO_SENSOR, 41),  # a fan's own error
                6: (0, 0, 0, _NO_SENSOR, 2),
                7: (0, 0, 0, _NO_SENSOR, 4),  # absent
                8: (0, 0, 0, _NO_SENSOR, 51),  # a supply's own error
            },
        ),
        table("ospfNbrRtrId ospfNbrState", {"10.4.0.1.0": ("10.255.4.1", 8)}),
    )  # fmt: skip
    return Device(
        rows,
        {
            "platform": "h3c_comware",
            "model": "SR6604",
            "version": "7.1.064",
            "serial": "210235A0E7C123456789",
            "cpu": [{"name": "Board 0", "ratio": 0.14}, {"name": "Board 2", "ratio": 0.33}],
            "memory": [
                {"name": "Board 0", "used_ratio": 0.44, "total_bytes": 2147483648},
                {"name": "Board 2", "used_ratio": 0.61, "total_bytes": 1073741824},
            ],
            "temperature": [
                {"name": "Board 0", "celsius": 38},
                {"name": "Board 2", "celsius": 43},
            ],
            "fans": [{"name": "Fan 1", "ok": True}, {"name": "Fan 2", "ok": False}],
            "power": [{"name": "Power 1", "ok": True}, {"name": "Power 3", "ok": False}],
            "ospf_neighbours": [
                {"router_id": "10.255.4.1", "address": "10.4.0.1", "state": "full"}
            ],
        },
    )


DEVICES: Final = {"s6520x-54qc": _s6520x, "sr6604-chassis": _sr6604}
