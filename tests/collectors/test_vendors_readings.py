"""Readings that real boxes made ambiguous, each as it is to be understood."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from collectors._contract import Heard
from collectors.vendors import _huawei_optics as light
from collectors.vendors import _standard as standard
from collectors.vendors import _tables as tables
from collectors.vendors import h3c_comware, huawei_vrp, ruijie_rgos
from collectors.vendors._form import BgpPeer, Column, Optics, Sight, Vendor

PORT = "XGigabitEthernet0/0/1"


def sight(columns: Mapping[Column, Mapping[str, Heard]]) -> Sight:
    return Sight({column.oid: values for column, values in columns.items()})


def described(vendor: Vendor, text: str) -> tuple[str, str]:
    """Model and version that a vendor reads of a sysDescr alone."""
    (found,) = vendor.identity[0].read(sight({standard.SYS_DESCR: {"0": text.encode("gb18030")}}))
    return found.model, found.version


@pytest.mark.parametrize(
    ("vendor", "text", "model", "version"),
    [
        (
            huawei_vrp.VENDOR,
            (
                "Huawei Versatile Routing Platform Software \r\nVRP (R) software, Version 8.210 "
                "(NetEngine 8000 V800R021C10SPC600)\r\nCopyright (C) 2012-2022 Huawei Tech"
                "\r\nHUAWEI NetEngine 8000 F1A-8H20Q"
            ),
            "NetEngine 8000 F1A-8H20Q",
            "8.210 (V800R021C10SPC600)",
        ),
        (
            huawei_vrp.VENDOR,
            (
                "Huawei AR Series\r\nHuawei Versatile Routing Platform Software\r\n"
                "VRP (R) software, Version 5.170 (AR6140 V300R021C00SPC200)"
            ),
            "AR6140",
            "5.170 (V300R021C00SPC200)",
        ),
        (
            h3c_comware.VENDOR,
            "H3C Switch S5120-28P-SI Software Version 5.20, Release 1513P15\r\nCopyright",
            "S5120-28P-SI",
            "5.20",
        ),
        (
            h3c_comware.VENDOR,
            "H3C Series Router MSR26-00-10\r\nH3C Comware Software, Version 5.20, Release 2207",
            "MSR26-00-10",
            "5.20",
        ),
    ],
)
def test_a_box_is_named_by_what_it_calls_itself(
    vendor: Vendor, text: str, model: str, version: str
) -> None:
    assert described(vendor, text) == (model, version)


def test_a_ruijie_model_may_have_a_blank() -> None:
    text = "Ruijie Full Gigabit Security Switch(S2928G-E V3) By Ruijie Networks"
    assert described(ruijie_rgos.VENDOR, text)[0].endswith("S2928G-E V3")


def module(**columns: Mapping[str, Heard]) -> list[Optics]:
    """What a Huawei tells of the optics of some ports; columns by their names here."""
    names = {"1": PORT.encode(), "2": b"XGigabitEthernet0/0/2"}
    found = {getattr(light, name): values for name, values in columns.items()}
    seen = sight({standard.ENTITY_NAME: names, light.OPTICAL_MODE: {"1": 2, "2": 2}, **found})
    return list(huawei_vrp.VENDOR.optics[0].read(seen))


def powers(found: list[Optics]) -> list[tuple[float | None, float | None]]:
    return [
        (
            None if one.rx_dbm is None else round(one.rx_dbm, 2),
            None if one.tx_dbm is None else round(one.tx_dbm, 2),
        )
        for one in found
    ]


def test_lanes_in_hundredths_with_a_point_are_hundredths() -> None:
    found = module(
        OPTICAL_RX={"1": 133},
        OPTICAL_TX={"1": -132},
        LANE_RX={"1": b"133.83,98.54,179.26,80.16"},
        LANE_TX={"1": b"-132.65,-59.63,-24.66,-56.65"},
    )
    assert powers(found) == [(1.34, -1.33), (0.99, -0.6), (1.79, -0.25), (0.8, -0.57)]


def test_lanes_in_dbm_are_dbm() -> None:
    found = module(
        OPTICAL_RX={"1": -121}, OPTICAL_TX={"1": 0}, LANE_RX={"1": b"-1.21,-1.51,-1.3,-1.4"}
    )
    assert powers(found) == [(-1.21, None), (-1.51, None), (-1.3, None), (-1.4, None)]


@pytest.mark.parametrize("text", [b"--,--,--,--", b"0.00,0.00,0.00,0.00", b""])
def test_lanes_that_say_nothing_are_none(text: bytes) -> None:
    assert module(OPTICAL_RX={"1": -1}, OPTICAL_TX={"1": -1}, LANE_RX={"1": text}) == []


def test_a_lone_lane_counts_where_the_module_says_nothing_else() -> None:
    found = module(OPTICAL_RX={"1": 2**31 - 1}, OPTICAL_TX={"1": 0}, LANE_RX={"1": b"-5.31,"})
    assert powers(found) == [(-5.31, None)]
    assert found[0].lane is None


def test_a_dark_port_does_not_make_dbm_of_another_ports_microwatts() -> None:
    found = module(OPTICAL_RX={"1": 536, "2": -4000}, OPTICAL_TX={"1": 591, "2": -500})
    assert powers(found)[0] == (-2.71, -2.28)


def test_a_sender_above_0_dbm_is_known_by_the_modules_other_power() -> None:
    found = module(OPTICAL_RX={"1": -290}, OPTICAL_TX={"1": 145})
    assert powers(found) == [(-2.9, 1.45)]


def test_a_supply_asleep_is_no_failure_and_an_unknown_one_no_reading() -> None:
    present = {f"0.{n}": 1 for n in (1, 2, 3, 4)}
    states = {"0.1": 1, "0.2": 2, "0.3": 3, "0.4": 4}
    seen = sight({huawei_vrp.POWER_PRESENT: present, huawei_vrp.POWER_STATE: states})
    assert [part.ok for part in huawei_vrp.VENDOR.power[0].read(seen)] == [True, False, True]


def test_a_session_that_was_stopped_says_so_and_an_as_is_never_negative() -> None:
    seen = sight(
        {
            standard.BGP_STATE: {"10.0.0.1": 1, "10.0.0.2": 6},
            standard.BGP_ADMIN: {"10.0.0.1": 1, "10.0.0.2": 2},
            standard.BGP_REMOTE_AS: {"10.0.0.1": 65000, "10.0.0.2": -96},
        }
    )
    assert list(standard.BGP.read(seen)) == [
        BgpPeer("10.0.0.1", 65000, "idle", stopped=True),
        BgpPeer("10.0.0.2", 4294967200, "established"),
    ]


@pytest.mark.parametrize(
    ("low", "high", "speed"),
    [
        (2_048_000, 2, 2_048_000),
        (1_544_000, 2, 1_544_000),
        (1_000_000_000, 1000, 1_000_000_000),
        (2**32 - 1, 10_000, 10_000_000_000),
        (1_410_065_408, 10_000, 10_000_000_000),  # ifSpeed that wrapped
        (2**32 - 1, 0, None),
        (0, 0, None),
    ],
)
def test_the_speed_of_a_port_is_exact_where_it_can_be(
    low: int, high: int, speed: int | None
) -> None:
    seen = sight(
        {
            tables.IF_DESCR: {"1": b"Serial1/0/0:0"},
            tables.IF_SPEED: {"1": low},
            tables.IF_HIGH_SPEED: {"1": high},
        }
    )
    (port,) = tables.INTERFACES.read(seen)
    assert port.speed_bps == speed


@pytest.mark.parametrize(
    ("subtype", "identity"),
    [
        (3, b"\x00\xe0\xfc\x12\x00\x05"),
        (7, b"5"),
        (5, b"GigabitEthernet0/0/5"),
        (5, b"GE0/0/5"),
        (1, b"to-county"),
    ],
)
def test_an_lldp_port_is_named_as_the_interface_is(subtype: int, identity: bytes) -> None:
    seen = sight(
        {
            tables.IF_DESCR: {"17": b"GigabitEthernet0/0/5"},
            tables.IF_NAME: {"17": b"GE0/0/5"},
            tables.LOCAL_PORT_SUBTYPE: {"5": subtype},
            tables.LOCAL_PORT: {"5": identity},
            tables.LOCAL_PORT_DESCR: {"5": b"GigabitEthernet0/0/5"},
            tables.REMOTE_PORT_SUBTYPE: {"0.5.1": 7},
            tables.REMOTE_PORT: {"0.5.1": b"513"},
            tables.REMOTE_PORT_DESCR: {"0.5.1": b"xe-0/0/1"},
            tables.REMOTE_NAME: {"0.5.1": b"core"},
        }
    )
    (heard,) = tables.LLDP.read(seen)
    assert (heard.local, heard.remote_name, heard.remote_port) == ("GE0/0/5", "core", "xe-0/0/1")


def test_an_lldp_neighbour_without_a_name_has_a_chassis_and_no_name() -> None:
    seen = sight(
        {
            tables.REMOTE_CHASSIS_SUBTYPE: {"0.1.1": 4},
            tables.REMOTE_CHASSIS: {"0.1.1": bytes.fromhex("00e0fcaabbcc")},
        }
    )
    (heard,) = tables.LLDP.read(seen)
    assert (heard.remote_name, heard.remote_chassis) == (None, "00:e0:fc:aa:bb:cc")


# MAC addresses.

MAC = "00:e0:fc:12:34:56"
OCTETS = bytes.fromhex(MAC.replace(":", ""))


def bridge(octets: bytes, status: int | None, own: bytes = b"", *, vlan: bool = True) -> Sight:
    """A switch with one entry behind its port ge3."""
    arcs = ".".join(map(str, octets))
    ports, how = (
        (tables.VLAN_FDB_PORT, tables.VLAN_FDB_STATUS)
        if vlan
        else (tables.FDB_PORT, tables.FDB_STATUS)
    )
    index = f"1.{arcs}" if vlan else arcs
    return sight(
        {
            tables.IF_NAME: {"3": b"ge3"},
            tables.IF_ADDRESS: {"3": own},
            tables.BRIDGE_PORT: {"3": 3},
            ports: {index: 3},
            how: {} if status is None else {index: status},
        }
    )


@pytest.mark.parametrize("vlan", [True, False])
@pytest.mark.parametrize("status", [3, None])
def test_an_address_that_was_learnt_is_a_station(status: int | None, *, vlan: bool) -> None:
    read = list(tables.STATIONS.read(bridge(OCTETS, status, vlan=vlan)))
    assert read == [tables.Station("ge3", MAC)]


@pytest.mark.parametrize("vlan", [True, False])
@pytest.mark.parametrize("status", [1, 2, 4, 5])
def test_an_address_of_the_box_itself_or_written_by_hand_is_none(
    status: int, *, vlan: bool
) -> None:
    assert list(tables.STATIONS.read(bridge(OCTETS, status, vlan=vlan))) == []


@pytest.mark.parametrize("octets", ["000000000000", "ffffffffffff", "01005e000005"])
def test_the_address_of_a_group_or_of_nobody_is_no_station(octets: str) -> None:
    nobody = bytes.fromhex(octets)
    assert list(tables.STATIONS.read(bridge(nobody, 3))) == []
    arp = sight({tables.ARP: {"3.10.0.0.9": nobody}})
    assert list(tables.RESOLVED.read(arp)) == []


def test_an_address_of_a_port_of_the_box_is_no_station() -> None:
    assert list(tables.STATIONS.read(bridge(OCTETS, 3, own=OCTETS))) == []
    arp = sight({tables.ARP: {"3.10.0.0.9": OCTETS}, tables.IF_ADDRESS: {"3": OCTETS}})
    assert list(tables.RESOLVED.read(arp)) == []
