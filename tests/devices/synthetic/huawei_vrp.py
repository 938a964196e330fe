"""Huawei: boxes as HUAWEI-ENTITY-EXTENT-MIB and its neighbours describe them."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, agent, octets, ports, scalars, system, table

_CHASSIS, _POWER_SUPPLY, _FAN, _MODULE, _PORT = 3, 6, 7, 9, 10
_ETHERNET, _LOOPBACK = 6, 24
_UP, _DOWN = 1, 2
_INVALID: Final = 2147483647
_GB18030: Final = "市财政局专线".encode("gb18030")


def _s5735() -> Device:
    """Power in 0.01 dBm, a sender above 0 dBm among it; memory above 2 GiB; Chinese in GB18030."""
    rows = agent(
        system(
            "S5735-L24T4X-A1\r\nHuawei Versatile Routing Platform Software\r\n"
            "VRP (R) software,Version 5.170 (S5735 V200R021C00SPC100)\r\n"
            "Copyright (C) 2007 Huawei Technologies Co., Ltd.",
            "1.3.6.1.4.1.2011.2.23.686",
            uptime=600 * 86400,  # 103 days more than sysUpTime can count
            engine=600 * 86400 + 5,
        ),
        ports(
            {
                1: ("InLoopBack0", "InLoopBack0", "", _LOOPBACK, 0, _UP, _UP),
                6: ("GigabitEthernet0/0/1", "GigabitEthernet0/0/1", _GB18030,
                    _ETHERNET, 1000, _UP, _UP),
                7: ("GigabitEthernet0/0/2", "GigabitEthernet0/0/2", "to 市 centre",
                    _ETHERNET, 1000, _DOWN, _DOWN),
                30: ("XGigabitEthernet0/0/1", "XGigabitEthernet0/0/1", "", _ETHERNET, 10000,
                     _UP, _UP),
                31: ("XGigabitEthernet0/0/2", "XGigabitEthernet0/0/2", "", _ETHERNET, 10000,
                     _UP, _UP),
                32: ("XGigabitEthernet0/0/3", "XGigabitEthernet0/0/3", "", _ETHERNET, 10000,
                     _UP, _DOWN),
                33: ("XGigabitEthernet0/0/4", "XGigabitEthernet0/0/4", "", _ETHERNET, 10000,
                     _DOWN, _DOWN),
            }
        ),
        table(
            "entPhysicalClass entPhysicalName",
            {
                16777216: (_CHASSIS, "S5735 frame"),
                67108873: (_MODULE, "MPU Board 0"),
                67371017: (_MODULE, "POWER Card 0/PWR1"),
                67387410: (_PORT, "XGigabitEthernet0/0/1"),
                67387474: (_PORT, "XGigabitEthernet0/0/2"),
                67387538: (_PORT, "XGigabitEthernet0/0/3"),
                67387602: (_PORT, "XGigabitEthernet0/0/4"),
            },
        ),
        table(
            "hwEntityAdminStatus hwEntityCpuUsage hwEntityMemUsage hwEntityMemSize"
            " hwEntityTemperature hwEntityMemSizeMega",
            {
                # The size in bytes is an Integer32 that has wrapped; the size in MiB is right.
                67108873: (2, 17, 43, -2147483648, 52, 4096),
                67371017: (2, 0, 0, 0, _INVALID, 0),
                67387410: (11, 0, 0, 0, 0, 0),
                67387474: (11, 0, 0, 0, 0, 0),
                67387538: (11, 0, 0, 0, 0, 0),
                67387602: (12, 0, 0, 0, 0, 0),
            },
        ),
        table(
            "hwEntityOpticalMode hwEntityOpticalTemperature hwEntityOpticalVoltage"
            " hwEntityOpticalBiasCurrent hwEntityOpticalRxPower hwEntityOpticalTxPower"
            " hwEntityOpticalRxLowThreshold hwEntityOpticalRxHighThreshold"
            " hwEntityOpticalTxLowThreshold hwEntityOpticalTxHighThreshold",
            {
                67387410: (2, 38, 3287, 36500, -1245, -230, -1800, 0, -820, 50),
                # 200 would be -6.99 dBm as microwatts; another module's negative power decides.
                67387474: (2, 41, 3301, 61000, -870, 200, -2400, -700, 0, 400),
                # No light: the receiver says so, the sender works.
                67387538: (2, 40, 3299, 35900, -4000, -215, -1800, 0, -820, 50),
                # Shut down by the operator: what it says counts for nothing.
                67387602: (2, 35, 3290, 0, -4000, -4000, -1800, 0, -820, 50),
            },
        ),
        table(
            "hwEntityFanReg hwEntityFanPresent hwEntityFanState",
            {"0.1": (1, 1, 1), "0.2": (1, 1, 2), "0.3": (2, 2, 2)},  # fine, broken, not fitted
        ),
        table(
            "hwEntityPwrPresent hwEntityPwrState hwEntityPwrDesc",
            {"0.1": (1, 1, "PAC150S12-R"), "0.2": (2, 2, "")},
        ),
        scalars(
            hwEntitySystemModel="S5735-L24T4X-A1",
            hwDeviceEsn="2102352YUS10K4000123",
            hwCfgRunModifiedLast=(600 * 86400 - 3600) * 100 % 2**32,
        ),
        table("hwPatchVersion", {"0.1": "V200R021SPH110"}),
        table(
            "lldpLocPortIdSubtype lldpLocPortId lldpLocPortDesc",
            {
                30: (5, "XGigabitEthernet0/0/1", "XGigabitEthernet0/0/1 Interface"),
                31: (5, "XGigabitEthernet0/0/2", "XGigabitEthernet0/0/2 Interface"),
            },
        ),
        table(
            "lldpRemChassisIdSubtype lldpRemChassisId lldpRemPortIdSubtype lldpRemPortId"
            " lldpRemPortDesc lldpRemSysName",
            {
                # The first arc is the time of the change: two neighbours, two times.
                "4711.30.1": (4, bytes.fromhex("00e0fc123456"), 5, "GigabitEthernet1/0/0", "",
                              "xs-core-1"),
                "812399.31.2": (4, bytes.fromhex("00e0fc654321"), 3, bytes.fromhex("00e0fc654322"),
                                "Ethernet 1/0/48", "沙河县汇聚"),
            },
        ),
    )  # fmt: skip
    return Device(
        rows,
        {
            "platform": "huawei_vrp",
            "model": "S5735-L24T4X-A1",
            "version": "5.170 (V200R021C00SPC100) [V200R021SPH110]",
            "serial": "2102352YUS10K4000123",
            "sys_object_id": "1.3.6.1.4.1.2011.2.23.686",
            "uptime_seconds": 51840000,
            "interfaces": [
                {"index": 1, "name": "InLoopBack0", "type": "softwareLoopback"},
                {"index": 6, "name": "GigabitEthernet0/0/1", "alias": "市财政局专线",
                 "descr": "GigabitEthernet0/0/1", "type": "ethernetCsmacd", "admin": "up",
                 "oper": "up", "speed_bps": 1000000000},
                {"index": 7, "name": "GigabitEthernet0/0/2", "alias": "to 市 centre",
                 "admin": "down", "oper": "down"},
                {"index": 30, "name": "XGigabitEthernet0/0/1", "speed_bps": 10000000000},
                {"index": 31, "name": "XGigabitEthernet0/0/2"},
                {"index": 32, "name": "XGigabitEthernet0/0/3", "admin": "up", "oper": "down"},
                {"index": 33, "name": "XGigabitEthernet0/0/4"},
            ],
            "cpu": [{"name": "MPU Board 0", "ratio": 0.17}],
            "memory": [{"name": "MPU Board 0", "used_ratio": 0.43, "total_bytes": 4294967296}],
            "temperature": [
                {"name": "MPU Board 0", "celsius": 52},
                {"name": "XGigabitEthernet0/0/1", "celsius": 38},
                {"name": "XGigabitEthernet0/0/2", "celsius": 41},
                {"name": "XGigabitEthernet0/0/3", "celsius": 40},
                {"name": "XGigabitEthernet0/0/4", "celsius": 35},
            ],
            "fans": [{"name": "fan 0/1", "ok": True}, {"name": "fan 0/2", "ok": False}],
            "power": [{"name": "power 0/1 (PAC150S12-R)", "ok": True}],
            "optics": [
                {"interface": "XGigabitEthernet0/0/1", "rx_dbm": -12.45, "tx_dbm": -2.3,
                 "bias_amperes": 0.0365, "celsius": 38, "volts": 3.287},
                {"interface": "XGigabitEthernet0/0/2", "rx_dbm": -8.7, "tx_dbm": 2.0},
                {"interface": "XGigabitEthernet0/0/3", "rx_dbm": -40.0, "tx_dbm": -2.15},
            ],
            "lldp": [
                {"local": "XGigabitEthernet0/0/1", "remote_name": "xs-core-1",
                 "remote_port": "GigabitEthernet1/0/0"},
                {"local": "XGigabitEthernet0/0/2", "remote_name": "沙河县汇聚",
                 "remote_port": "Ethernet 1/0/48"},
            ],
        },
    )  # fmt: skip


def _s5720() -> Device:
    """Old VRP: power in microwatts, thresholds in 0.01 dBm; two supplies, one without current."""
    rows = agent(
        system(
            "S5720-36C-EI-AC\r\nHuawei Versatile Routing Platform Software \r\n"
            " VRP (R) software,Version 5.160 (S5720 V200R008C00SPC500) \r\n"
            " Copyright (C) 2007 Huawei Technologies Co., Ltd.",
            "1.3.6.1.4.1.2011.2.23.293",
            uptime=1234567,
        ),
        ports(
            {
                5: ("GigabitEthernet0/0/1", "GigabitEthernet0/0/1", "", _ETHERNET, 1000, _UP, _UP),
                6: ("GigabitEthernet0/0/2", "GigabitEthernet0/0/2", "", _ETHERNET, 1000, _UP, _UP),
            }
        ),
        table(
            "entPhysicalClass entPhysicalName",
            {
                67108873: (_MODULE, "MPU Board 0"),
                67190094: (_PORT, "GigabitEthernet0/0/1"),
                67190158: (_PORT, "GigabitEthernet0/0/2"),
                67190222: (_PORT, "GigabitEthernet0/0/3"),
            },
        ),
        table(
            "hwEntityCpuUsage hwEntityMemUsage hwEntityMemSize hwEntityTemperature",
            {67108873: (9, 31, 1073741824, 44)},
        ),
        table(
            "hwEntityOpticalMode hwEntityOpticalTemperature hwEntityOpticalVoltage"
            " hwEntityOpticalBiasCurrent hwEntityOpticalRxPower hwEntityOpticalTxPower"
            " hwEntityOpticalRxLowThreshold hwEntityOpticalRxHighThreshold"
            " hwEntityOpticalTxLowThreshold hwEntityOpticalTxHighThreshold",
            {
                # 100 uW = -10 dBm, 250 uW = -6.02 dBm; the bias in mA.
                67190094: (2, 33, 3310, 12, 100, 250, -2300, -300, -950, -300),
                # No thresholds: positive is microwatts. 1000 uW = 0 dBm.
                67190158: (2, 34, 3312, 13, 1000, 500, 0, 0, 0, 0),
                # No module.
                67190222: (1, _INVALID, _INVALID, _INVALID, -1, -1, 0, 0, 0, 0),
            },
        ),
        table("hwEntityFanReg hwEntityFanPresent hwEntityFanState", {"0.1": (1, 1, 1)}),
        table(
            "hwEntityPwrPresent hwEntityPwrState hwEntityPwrDesc",
            {"0.1": (1, 1, "AC"), "0.2": (1, 2, "AC")},
        ),
        scalars(hwEntitySystemModel="S5720-36C-EI-AC", hwDeviceEsn="2102359574DMG9000001"),
    )
    return Device(
        rows,
        {
            "platform": "huawei_vrp",
            "model": "S5720-36C-EI-AC",
            "version": "5.160 (V200R008C00SPC500)",
            "serial": "2102359574DMG9000001",
            "uptime_seconds": 1234567,
            "cpu": [{"name": "MPU Board 0", "ratio": 0.09}],
            "memory": [{"name": "MPU Board 0", "used_ratio": 0.31, "total_bytes": 1073741824}],
            "temperature": [
                {"name": "MPU Board 0", "celsius": 44},
                {"name": "GigabitEthernet0/0/1", "celsius": 33},
                {"name": "GigabitEthernet0/0/2", "celsius": 34},
            ],
            "fans": [{"name": "fan 0/1", "ok": True}],
            "power": [
                {"name": "power 0/1 (AC)", "ok": True},
                {"name": "power 0/2 (AC)", "ok": False},
            ],
            "optics": [
                {"interface": "GigabitEthernet0/0/1", "rx_dbm": -10.0, "tx_dbm": -6.0206,
                 "bias_amperes": 0.012},
                {"interface": "GigabitEthernet0/0/2", "rx_dbm": 0.0, "tx_dbm": -3.0103},
            ],
        },
    )  # fmt: skip


def _ce6881() -> Device:
    """A data-centre switch: QSFP modules with four lanes in one string, one lane dark."""
    rows = agent(
        system(
            "Huawei Versatile Routing Platform Software\r\n"
            "VRP (R) software, Version 8.191 (CE6881 V200R019C10SPC800)\r\n"
            "Copyright (C) 2012-2020 Huawei Technologies Co., Ltd.\r\nHUAWEI CE6881-48S6CQ",
            "1.3.6.1.4.1.2011.2.239.46",
            uptime=86400,
        ),
        ports(
            {
                11: ("10GE1/0/1", "10GE1/0/1", "", _ETHERNET, 10000, _UP, _UP),
                60: ("100GE1/0/1", "100GE1/0/1", "spine", _ETHERNET, 100000, _UP, _UP),
            }
        ),
        table(
            "entPhysicalClass entPhysicalName entPhysicalModelName",
            {
                16777217: (_CHASSIS, "CE6881-48S6CQ 1", "CE6881-48S6CQ"),
                17367040: (_MODULE, "CE6881-48S6CQ 1", None),
                17367100: (_PORT, "10GE1/0/1", None),
                17367200: (_PORT, "100GE1/0/1", None),
            },
        ),
        table(
            "hwEntityCpuUsage hwEntityMemUsage hwEntityMemSize hwEntityTemperature"
            " hwEntityMemSizeMega",
            {17367040: (5, 38, 2147483647, 47, 8192)},
        ),
        table(
            "hwEntityOpticalMode hwEntityOpticalRxPower hwEntityOpticalTxPower"
            " hwEntityOpticalLaneBiasCurrent hwEntityOpticalLaneRxPower"
            " hwEntityOpticalLaneTxPower",
            {
                17367100: (2, -410, -243, "6.02", "-410", "-243"),
                17367200: (2, -105, -35, "37.88,39.15,39.84,37.82", "-1.05,-1.20,-40.00,-0.98",
                           "-0.35,0.12,-0.41,0.33"),
            },
        ),
        scalars(hwDeviceEsn="102198765432"),
    )  # fmt: skip
    return Device(
        rows,
        {
            "platform": "huawei_vrp",
            "model": "CE6881-48S6CQ",
            "version": "8.191 (V200R019C10SPC800)",
            "serial": "102198765432",
            "cpu": [{"name": "CE6881-48S6CQ 1", "ratio": 0.05}],
            "memory": [{"used_ratio": 0.38, "total_bytes": 8589934592}],
            "temperature": [{"name": "CE6881-48S6CQ 1", "celsius": 47}],
            "optics": [
                {"interface": "10GE1/0/1", "lane": None, "rx_dbm": -4.1, "tx_dbm": -2.43},
                {"interface": "100GE1/0/1", "lane": 1, "rx_dbm": -1.05, "tx_dbm": -0.35,
                 "bias_amperes": 0.03788},
                {"interface": "100GE1/0/1", "lane": 2, "rx_dbm": -1.2, "tx_dbm": 0.12},
                {"interface": "100GE1/0/1", "lane": 3, "rx_dbm": -40.0, "tx_dbm": -0.41},
                {"interface": "100GE1/0/1", "lane": 4, "rx_dbm": -0.98, "tx_dbm": 0.33},
            ],
        },
    )  # fmt: skip


def _ne40e() -> Device:
    """A core router: BGP peers of the public instance and of VPNs, IPv4 and IPv6, 4-byte AS; OSPF.

    The index of a peer is instance.AFI.SAFI.type.length.address.
    """
    v4, v6 = octets("10.1.0.2"), octets("2001:db8:17::2")
    rows = agent(
        system(
            "Huawei Versatile Routing Platform Software\r\n"
            "VRP (R) software, Version 8.180 (NE40E V800R010C10SPC500)\r\n"
            "Copyright (C) 2012-2018 Huawei Technologies Co., Ltd.\r\nHUAWEI NE40E-X8A",
            "1.3.6.1.4.1.2011.2.62.30",
            uptime=40000000,
        ),
        ports(
            {
                3: ("GigabitEthernet1/0/0", "GigabitEthernet1/0/0", "省厅", _ETHERNET, 1000,
                    _UP, _UP),
                9: ("LoopBack0", "LoopBack0", "", _LOOPBACK, 0, _UP, _UP),
            }
        ),
        table(
            "entPhysicalClass entPhysicalName",
            {
                1: (_CHASSIS, "NE40E-X8A"),
                17367040: (_MODULE, "MPUB 9"),
                17891328: (_MODULE, "LPUF-480 1"),
            },
        ),
        table(
            "hwEntityCpuUsage hwEntityMemUsage hwEntityMemSize hwEntityTemperature"
            " hwEntityMemSizeMega",
            {17367040: (12, 35, 0, 39, 16384), 17891328: (21, 48, 0, 55, 4096)},
        ),
        table(
            "hwBgpPeerVrfName hwBgpPeerRemoteAs hwBgpPeerState",
            {
                f"0.1.1.1.4.{v4}": ("_public_", 65001, 6),
                f"0.1.128.1.4.{v4}": ("_public_", 65001, 6),  # the same session, VPNv4 routes
                f"0.2.1.2.16.{v6}": ("_public_", 4200000017, 3),
                f"5.1.1.1.4.{octets('172.16.5.1')}": ("egov", 65105, 6),
                f"6.1.1.1.4.{octets('172.16.5.1')}": ("video", 4200000001, 1),
            },
        ),
        table(
            "ospfNbrRtrId ospfNbrState",
            {"10.1.0.2.0": ("10.255.0.2", 8), "10.1.0.6.0": ("10.255.0.6", 4)},
        ),
        scalars(hwEntitySystemModel="NE40E-X8A", hwDeviceEsn="210235G6TK10B8000007"),
    )  # fmt: skip
    return Device(
        rows,
        {
            "platform": "huawei_vrp",
            "model": "NE40E-X8A",
            "version": "8.180 (V800R010C10SPC500)",
            "serial": "210235G6TK10B8000007",
            "uptime_seconds": 40000000,
            "interfaces": [
                {"name": "GigabitEthernet1/0/0", "alias": "省厅"},
                {"name": "LoopBack0", "speed_bps": None},
            ],
            "cpu": [{"name": "MPUB 9", "ratio": 0.12}, {"name": "LPUF-480 1", "ratio": 0.21}],
            "bgp_peers": [
                {"address": "10.1.0.2", "remote_as": 65001, "state": "established", "vrf": ""},
                {"address": "2001:db8:17::2", "remote_as": 4200000017, "state": "active",
                 "vrf": ""},
                {"address": "172.16.5.1", "remote_as": 65105, "state": "established",
                 "vrf": "egov"},
                {"address": "172.16.5.1", "remote_as": 4200000001, "state": "idle",
                 "vrf": "video"},
            ],
            "ospf_neighbours": [
                {"router_id": "10.255.0.2", "address": "10.1.0.2", "state": "full"},
                {"router_id": "10.255.0.6", "address": "10.1.0.6", "state": "twoWay"},
            ],
        },
    )  # fmt: skip


def _ar1220() -> Device:
    """An old router: nothing in the newer MIB but zeros, load and memory in the older ones."""
    rows = agent(
        system(
            "Huawei AR1220 Huawei Versatile Routing Platform Software  VRP (R) software,"
            "Version 5.110 (AR1200 V200R002C01SPC200) Copyright (C) 2011-2012 Huawei Technologies",
            "1.3.6.1.4.1.2011.2.224.1",
            uptime=3600,
        ),
        ports({3: ("Ethernet0/0/0", "Ethernet0/0/0", "", _ETHERNET, 100, _UP, _UP)}),
        table("hwAvgDuty1min", {"0.0.0": 23}),
        table("hwMemoryDevSize hwMemoryDevFree", {"0.0.0": (536870912, 134217728)}),
    )
    return Device(
        rows,
        {
            "platform": "huawei_vrp",
            "model": "AR1220",
            "version": "5.110 (V200R002C01SPC200)",
            "cpu": [{"ratio": 0.23}],
            "memory": [{"used_ratio": 0.75, "total_bytes": 536870912}],
        },
    )


DEVICES: Final = {
    "s5735-l24t4x": _s5735,
    "s5720-microwatts": _s5720,
    "ce6881-lanes": _ce6881,
    "ne40e-bgp": _ne40e,
    "ar1220-old": _ar1220,
}
