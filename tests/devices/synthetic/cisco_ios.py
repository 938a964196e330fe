"""Cisco: IOS and IOS-XE."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, Value, agent, octets, ports, scalars, system, table

_CHASSIS, _POWER_SUPPLY, _FAN, _SENSOR, _MODULE = 3, 6, 7, 8, 9
_ETHERNET: Final = 6
_UP, _DOWN = 1, 2
_VOLTS, _AMPERES, _CELSIUS, _DBM = 4, 5, 8, 14
_MILLI, _UNITS = 8, 9
_SENSORS: Final = "entSensorType entSensorScale entSensorPrecision entSensorValue entSensorStatus"


def _c2960x() -> Device:
    """IOS: the environment's own tables, sensors of a module named by its port, long or short."""
    rows = agent(
        system(
            "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(2)E6, "
            "RELEASE SOFTWARE (fc1)\r\nTechnical Support: http://www.cisco.com/techsupport",
            "1.3.6.1.4.1.9.1.1208",
            uptime=86400,
        ),
        ports(
            {
                10101: ("Gi1/0/1", "GigabitEthernet1/0/1", "", _ETHERNET, 1000, _UP, _UP),
                10201: ("Te1/0/1", "TenGigabitEthernet1/0/1", "上联", _ETHERNET, 10000, _UP, _UP),
                10202: ("Te1/0/2", "TenGigabitEthernet1/0/2", "", _ETHERNET, 10000, _UP, _DOWN),
            }
        ),
        table(
            "entPhysicalClass entPhysicalDescr entPhysicalName entPhysicalModelName"
            " entPhysicalSerialNum",
            {
                1001: (_CHASSIS, "WS-C2960X-24TD-L", "1", "WS-C2960X-24TD-L", "FOC1932X0K1"),
                1040: (_SENSOR, "", "Te1/0/1 Bias Current Sensor", "", ""),
                1041: (_SENSOR, "", "Te1/0/1 Transmit Power Sensor", "", ""),
                1042: (_SENSOR, "", "Te1/0/1 Receive Power Sensor", "", ""),
                1043: (_SENSOR, "", "Te1/0/1 Module Temperature Sensor", "", ""),
                1051: (_SENSOR, "TenGigabitEthernet1/0/2 Transmit Power Sensor", "", "", ""),
                1052: (_SENSOR, "TenGigabitEthernet1/0/2 Receive Power Sensor", "", "", ""),
            },
        ),
        table(
            _SENSORS,
            {
                1040: (_AMPERES, _MILLI, 1, 312, 1),
                1041: (_DBM, _UNITS, 1, -24, 1),
                1042: (_DBM, _UNITS, 1, -71, 1),
                1043: (_CELSIUS, _UNITS, 1, 312, 1),
                1051: (_DBM, _UNITS, 2, -231, 1),
                1052: (_DBM, _UNITS, 2, -4000, 2),  # unavailable
            },
        ),
        table("cpmCPUTotalPhysicalIndex cpmCPUTotal1minRev", {1: (1001, 17)}),
        table(
            "ciscoMemoryPoolName ciscoMemoryPoolValid ciscoMemoryPoolUsed ciscoMemoryPoolFree",
            {
                1: ("Processor", 1, 100000000, 300000000),
                2: ("I/O", 1, 15000000, 45000000),
                16: ("Driver text", 2, 40, 1048536),
            },
        ),
        table(
            "ciscoEnvMonTemperatureStatusDescr ciscoEnvMonTemperatureStatusValue"
            " ciscoEnvMonTemperatureState",
            {1006: ("SW#1, Sensor#1, GREEN", 41, 1), 1007: ("SW#1, Sensor#2", 0, 5)},
        ),
        table(
            "ciscoEnvMonFanStatusDescr ciscoEnvMonFanState",
            {1: ("Switch#1, Fan#1", 1), 2: ("Switch#1, Fan#2", 3), 3: ("Switch#1, Fan#3", 5)},
        ),
        table(
            "ciscoEnvMonSupplyStatusDescr ciscoEnvMonSupplyState",
            {1: ("Sw1, PS1 Normal, RPS NotExist", 1), 2: ("Sw1, RPS", 5)},
        ),
        scalars(ccmHistoryRunningLastChanged=8000000),
    )
    return Device(
        rows,
        {
            "platform": "cisco_ios",
            "model": "WS-C2960X-24TD-L",
            "version": "15.2(2)E6",
            "serial": "FOC1932X0K1",
            "uptime_seconds": 86400,
            "interfaces": [
                {"index": 10101, "name": "Gi1/0/1"},
                {"index": 10201, "name": "Te1/0/1", "alias": "上联"},
                {"index": 10202, "name": "Te1/0/2", "oper": "down"},
            ],
            "cpu": [{"name": "CPU 1 (1)", "ratio": 0.17}],
            "memory": [
                {"name": "Processor", "used_ratio": 0.25, "total_bytes": 400000000},
                {"name": "I/O", "used_ratio": 0.25, "total_bytes": 60000000},
            ],
            "temperature": [{"name": "SW#1, Sensor#1, GREEN", "celsius": 41}],
            "fans": [
                {"name": "Switch#1, Fan#1", "ok": True},
                {"name": "Switch#1, Fan#2", "ok": False},
            ],
            "power": [{"name": "Sw1, PS1 Normal, RPS NotExist", "ok": True}],
            "optics": [
                {"interface": "Te1/0/1", "lane": None, "rx_dbm": -7.1, "tx_dbm": -2.4,
                 "bias_amperes": 0.0312},
                {"interface": "Te1/0/2", "rx_dbm": None, "tx_dbm": -2.31},
            ],
        },
    )  # fmt: skip


def _isr4331() -> Device:
    """IOS-XE: modules by subslot, a pool that is always full, parts of CISCO-ENTITY-FRU-CONTROL.

    BGP with IPv6 and 4-byte AS (cbgpPeer2: type.length.address).
    """
    rows = agent(
        system(
            "Cisco IOS Software [Gibraltar], ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), "
            "Version 16.12.4, RELEASE SOFTWARE (fc5)",
            "1.3.6.1.4.1.9.1.2068",
            uptime=1000,
        ),
        ports(
            {
                1: ("Gi0/0/0", "GigabitEthernet0/0/0", "", _ETHERNET, 1000, _UP, _UP),
                2: ("Gi0/0/1", "GigabitEthernet0/0/1", "", _ETHERNET, 1000, _UP, _UP),
            }
        ),
        table(
            "entPhysicalClass entPhysicalName entPhysicalModelName entPhysicalSerialNum",
            {
                1: (_CHASSIS, "Chassis", "ISR4331/K9", "FDO2017A0BC"),
                2: (_POWER_SUPPLY, "Power Supply Module 0", "PWR-4330-AC", "LIT1"),
                3: (_POWER_SUPPLY, "Power Supply Module 1", "", ""),
                4: (_FAN, "Fan Tray 0", "", ""),
                7000: (_MODULE, "module R0", "", ""),
                7010: (_SENSOR, "Temp: Inlet 1 R0/1", "", ""),
                7021: (_SENSOR, "subslot 0/0 transceiver 1 Tx Power Sensor", "", ""),
                7022: (_SENSOR, "subslot 0/0 transceiver 1 Rx Power Sensor", "", ""),
                7023: (_SENSOR, "subslot 0/0 transceiver 1 Temperature Sensor", "", ""),
            },
        ),
        table(
            _SENSORS,
            {
                7010: (_CELSIUS, _UNITS, 0, 28, 1),
                7021: (_DBM, _UNITS, 1, -58, 1),
                7022: (_DBM, _UNITS, 1, -69, 1),
                7023: (_CELSIUS, _UNITS, 3, 33250, 1),
            },
        ),
        table("cpmCPUTotalPhysicalIndex cpmCPUTotal1minRev", {1: (7000, 4)}),
        table(
            "cempMemPoolName cempMemPoolUsed cempMemPoolFree cempMemPoolHCUsed cempMemPoolHCFree",
            {
                "7000.1": ("Processor", 4294967295, 4294967295, 5000000000, 15000000000),
                "7000.2": ("lsmpi_io", 3148576, 824, 3148576, 824),
            },
        ),
        table("cefcFRUPowerOperStatus", {2: 2, 3: 8, 7000: 2}),
        table("cefcFanTrayOperStatus", {4: 2}),
        table(
            "cbgpPeer2State cbgpPeer2RemoteAs",
            {
                f"1.4.{octets('192.0.2.1')}": (6, 4200000005),
                f"2.16.{octets('2001:db8::5')}": (1, 65005),
            },
        ),
        table("bgpPeerState bgpPeerRemoteAs", {"192.0.2.1": (6, 23456)}),
    )
    return Device(
        rows,
        {
            "platform": "cisco_ios",
            "model": "ISR4331/K9",
            "version": "16.12.4",
            "serial": "FDO2017A0BC",
            "cpu": [{"name": "CPU 1 (module R0)", "ratio": 0.04}],
            "memory": [{"name": "Processor", "used_ratio": 0.25, "total_bytes": 20000000000}],
            "temperature": [{"name": "Temp: Inlet 1 R0/1", "celsius": 28}],
            "fans": [{"name": "Fan Tray 0", "ok": True}],
            "power": [
                {"name": "Power Supply Module 0", "ok": True},
                {"name": "Power Supply Module 1", "ok": False},
            ],
            "optics": [{"interface": "Gi0/0/1", "rx_dbm": -6.9, "tx_dbm": -5.8}],
            "bgp_peers": [
                {"address": "192.0.2.1", "remote_as": 4200000005, "state": "established"},
                {"address": "2001:db8::5", "remote_as": 65005, "state": "idle"},
            ],
        },
    )


def _asr1001() -> Device:
    """A provider edge: BGP by VRF (cbgpPeer3: VRF.type.length.address); four lanes of one port."""
    lanes: dict[int, tuple[Value, ...]] = {
        index: (_SENSOR, f"Hu0/1/0 Lane {lane} Transceiver {what} Power Sensor")
        for lane in range(1, 5)
        for index, what in ((100 + lane, "Receive"), (110 + lane, "Transmit"))
    }
    powers: dict[int, tuple[Value, ...]] = {
        100 + lane: (_DBM, _UNITS, 2, -100 - lane, 1) for lane in range(1, 5)
    }
    powers |= {110 + lane: (_DBM, _UNITS, 2, 10 + lane, 1) for lane in range(1, 5)}
    rows = agent(
        system(
            "Cisco IOS Software [Fuji], ASR1000 Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), "
            "Version 16.9.4, RELEASE SOFTWARE (fc2)",
            "1.3.6.1.4.1.9.1.1861",
            uptime=60,
        ),
        ports({1: ("Hu0/1/0", "HundredGigE0/1/0", "", _ETHERNET, 100000, _UP, _UP)}),
        table(
            "entPhysicalClass entPhysicalName entPhysicalModelName entPhysicalSerialNum",
            {1: (_CHASSIS, "Chassis", "ASR1001-HX", "JAE1")},
        ),
        table("entPhysicalClass entPhysicalName", lanes),
        table(_SENSORS, powers),
        table(
            "cbgpPeer3VrfName cbgpPeer3State cbgpPeer3RemoteAs",
            {
                f"0.1.4.{octets('10.70.0.1')}": ("default", 6, 65070),
                f"3.1.4.{octets('10.70.3.1')}": ("egov", 6, 4200000070),
                f"3.2.16.{octets('2001:db8:70::1')}": ("egov", 2, 65071),
            },
        ),
        table("ospfNbrRtrId ospfNbrState", {"10.70.0.5.0": ("10.255.70.5", 8)}),
    )
    return Device(
        rows,
        {
            "platform": "cisco_ios",
            "model": "ASR1001-HX",
            "version": "16.9.4",
            "optics": [
                {"interface": "Hu0/1/0", "lane": 1, "rx_dbm": -1.01, "tx_dbm": 0.11},
                {"interface": "Hu0/1/0", "lane": 2, "rx_dbm": -1.02, "tx_dbm": 0.12},
                {"interface": "Hu0/1/0", "lane": 3, "rx_dbm": -1.03, "tx_dbm": 0.13},
                {"interface": "Hu0/1/0", "lane": 4, "rx_dbm": -1.04, "tx_dbm": 0.14},
            ],
            "bgp_peers": [
                {"address": "10.70.0.1", "remote_as": 65070, "state": "established", "vrf": ""},
                {"address": "10.70.3.1", "remote_as": 4200000070, "state": "established",
                 "vrf": "egov"},
                {"address": "2001:db8:70::1", "remote_as": 65071, "state": "connect",
                 "vrf": "egov"},
            ],
            "ospf_neighbours": [
                {"router_id": "10.255.70.5", "address": "10.70.0.5", "state": "full"}
            ],
        },
    )  # fmt: skip


DEVICES: Final = {"c2960x": _c2960x, "isr4331": _isr4331, "asr1001-hx": _asr1001}
