"""A box that no vendor's file knows: what the standard MIBs say."""

from __future__ import annotations

from typing import Final

from tests.devices.recording import Device, agent, ports, system, table

_CHASSIS, _SENSOR = 3, 8
_ETHERNET: Final = 6
_UP: Final = 1
_CELSIUS, _VOLTS = 8, 4
_MILLI, _UNITS = 8, 9


def _unknown() -> Device:
    """Sensors with scale and precision: 41500 millidegrees, 395 tenths, one out of order."""
    rows = agent(
        system("An Ethernet switch", "1.3.6.1.4.1.99999.1.7", uptime=777),
        ports({1: ("p1", "Port 1", "", _ETHERNET, 1000, _UP, _UP)}),
        table(
            "entPhysicalClass entPhysicalDescr entPhysicalName entPhysicalSoftwareRev"
            " entPhysicalSerialNum entPhysicalModelName",
            {
                1: (_CHASSIS, "switch", "box", "2.1", "SN-1", "ES-24"),
                10: (_SENSOR, "CPU sensor", "", None, None, None),
                11: (_SENSOR, "", "air", None, None, None),
                12: (_SENSOR, "", "broken", None, None, None),
                13: (_SENSOR, "", "12 V", None, None, None),
            },
        ),
        table(
            "entPhySensorType entPhySensorScale entPhySensorPrecision entPhySensorValue"
            " entPhySensorOperStatus",
            {
                10: (_CELSIUS, _MILLI, 0, 41500, 1),
                11: (_CELSIUS, _UNITS, 1, 395, 1),
                12: (_CELSIUS, _UNITS, 0, 30, 3),
                13: (_VOLTS, _UNITS, 2, 1201, 1),
            },
        ),
        table("hrProcessorLoad", {1: 20}),
    )
    return Device(
        rows,
        {
            "platform": "generic",
            "model": "ES-24",
            "version": "2.1",
            "serial": "SN-1",
            "uptime_seconds": 777,
            "interfaces": [{"index": 1, "name": "p1", "descr": "Port 1"}],
            "cpu": [{"name": "CPU 0", "ratio": 0.2}],
            "temperature": [{"name": "CPU sensor", "celsius": 41.5}, {"name": "air",
                                                                      "celsius": 39.5}],
        },
    )  # fmt: skip


DEVICES: Final = {"unknown-switch": _unknown}
