"""What the makers' agents look like: names of ports, numbers, descriptions, oddities. Only data.

Object identifiers and the shapes of sysDescr follow what real devices of these makers report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Platform:
    """One maker's dialect.

    `port` and `descr` make ifName and ifDescr from a port number that begins with 1. ifIndex is
    `first_index + stride * (port - 1)`; with `renumbers` the numbers move at each restart.
    `alias_codec` is how the maker's command line stores Chinese descriptions. `engine` False: no
    snmpEngine group. `max_size`: octets of the longest answer (snmpEngineMaxMessageSize).
    """

    name: str
    object_id: str
    description: str
    port: str
    descr: str
    first_index: int
    stride: int
    spare_ports: int
    alias_codec: str
    engine: bool
    renumbers: bool
    max_size: int


PLATFORMS: Final[Mapping[str, Platform]] = {
    platform.name: platform
    for platform in (
        Platform(
            name="huawei_vrp",
            object_id="1.3.6.1.4.1.2011.2.224.62",
            description="Huawei AR Series\r\nHuawei Versatile Routing Platform Software\r\n"
            "VRP (R) software, Version 5.170 (AR6140 V300R021C00SPC200)\r\n"
            "Copyright (C) 2011-2022 HUAWEI TECH CO., LTD",
            port="GigabitEthernet0/0/{}",
            descr="GigabitEthernet0/0/{}",
            first_index=5,
            stride=1,
            spare_ports=2,
            alias_codec="gbk",
            engine=True,
            renumbers=False,
            max_size=12_000,
        ),
        Platform(
            name="h3c_comware",
            object_id="1.3.6.1.4.1.25506.1.244",
            description="H3C Comware Platform Software, Software Version 7.1.070, Release 7585P05"
            "\r\nH3C S7506E-X\r\nCopyright (c) 2004-2021 New H3C Technologies Co., Ltd. "
            "All rights reserved.",
            port="GigabitEthernet1/0/{}",
            descr="GigabitEthernet1/0/{}",
            first_index=1,
            stride=1,
            spare_ports=3,
            alias_codec="gbk",
            engine=True,
            renumbers=True,
            max_size=2048,
        ),
        Platform(
            name="zte_zxros",
            object_id="1.3.6.1.4.1.3902.3.100.20",
            description="ZXR10 ROS Version V4.08.35 ZXR10 5928 Software, "
            "Version V2.8.23.C.35, Copyright (c) 2000-2016 by ZTE Corporation",
            port="gei_1/{}",
            descr="gei_1/{}",
            first_index=16_843_009,
            stride=256,
            spare_ports=2,
            alias_codec="gbk",
            engine=False,
            renumbers=False,
            max_size=2048,
        ),
        Platform(
            name="ruijie_rgos",
            object_id="1.3.6.1.4.1.4881.1.1.10.1.150",
            description="Ruijie Gigabit Router(RSR20-X-28) By Ruijie Networks",
            port="Gi0/{}",
            descr="GigabitEthernet 0/{}",
            first_index=1,
            stride=2,
            spare_ports=2,
            alias_codec="utf-8",
            engine=True,
            renumbers=True,
            max_size=1472,
        ),
        Platform(
            name="net_snmp",
            object_id="1.3.6.1.4.1.8072.3.2.10",
            description="Linux server 4.19.90-89.11.v2401.ky10.aarch64 #1 SMP "
            "Kylin Linux Advanced Server V10 (Halberd) aarch64",
            port="eth{}",
            descr="eth{}",
            first_index=2,
            stride=1,
            spare_ports=1,
            alias_codec="utf-8",
            engine=True,
            renumbers=False,
            max_size=65_507,
        ),
    )
}
