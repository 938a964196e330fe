"""Ruijie RGOS: RUIJIE-*-MIBs; the same objects are called myXxx in older MIBs.

Many boxes answer the standard MIBs only. Optical power is 0.01 dBm, -10000 = none; a module with
several lanes has each of them in columns of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from collectors.vendors._form import (
    Column,
    Cpu,
    Identity,
    Memory,
    Optics,
    Part,
    Sight,
    Source,
    Temperature,
    Vendor,
)
from collectors.vendors._standard import (
    BGP,
    ENTITY_CLASS,
    ENTITY_MODEL,
    ENTITY_SERIAL,
    ENTITY_SOFTWARE,
    OSPF,
    SYS_DESCR,
    of_chassis,
)
from collectors.vendors._standard import TEMPERATURE as STANDARD_TEMPERATURE
from collectors.vendors._tables import IF_DESCR, IF_NAME, interface_names
from collectors.vendors._units import celsius, dbm_from_hundredths, percent

_MGMT: Final = "1.3.6.1.4.1.4881.1.1.10.2"
_SYSTEM: Final = f"{_MGMT}.1.1"
SOFTWARE: Final = Column("ruijieSystemSwVersion", f"{_SYSTEM}.2")
SERIAL: Final = Column("ruijieSystemSerialno", f"{_SYSTEM}.24")
DEVICE_SOFTWARE: Final = Column("ruijieDeviceSWVersion", f"{_MGMT}.21.1.2.1.8")
DEVICE_SERIAL: Final = Column("ruijieDeviceSerialNumber", f"{_MGMT}.21.1.2.1.10")

NODE_CPU_NAME: Final = Column("ruijieNodeCPUTotalName", f"{_MGMT}.36.1.2.1.2")
NODE_CPU: Final = Column("ruijieNodeCPUTotal1min", f"{_MGMT}.36.1.2.1.4", "%")
BOX_CPU: Final = Column("ruijieCPUUtilization1Min", f"{_MGMT}.36.1.1.2", "%")

_NODE_POOL: Final = f"{_MGMT}.35.1.2.1"
NODE_POOL_NAME: Final = Column("ruijieNodeMemoryPoolName", f"{_NODE_POOL}.2")
NODE_POOL_USED: Final = Column("ruijieNodeMemoryPoolCurrentUtilization", f"{_NODE_POOL}.3", "%")
NODE_POOL_TOTAL: Final = Column("ruijieNodeMemoryPoolTotalSize", f"{_NODE_POOL}.11", "MiB")
_POOL: Final = f"{_MGMT}.35.1.1.1"
POOL_NAME: Final = Column("ruijieMemoryPoolName", f"{_POOL}.2")
POOL_USED: Final = Column("ruijieMemoryPoolCurrentUtilization", f"{_POOL}.3", "%")
POOL_SIZE: Final = Column("ruijieMemoryPoolSize", f"{_POOL}.6", "KiB")
POOL_TOTAL: Final = Column("ruijieMemoryPoolTotalSize", f"{_POOL}.12", "MiB")

BOX_TEMPERATURE: Final = Column("ruijieSystemTemperature", f"{_SYSTEM}.16", "degree Celsius")
SENSOR_NAME: Final = Column("ruijieSystemTemperatureName", f"{_SYSTEM}.23.1.2")
SENSOR: Final = Column("ruijieSystemTemperatureCurrent", f"{_SYSTEM}.23.1.3", "degree Celsius")
DEVICE_SENSOR_NAME: Final = Column("ruijieSystemMultipleTemperatureName", f"{_SYSTEM}.44.1.4")
DEVICE_SENSOR: Final = Column(
    "ruijieSystemMultipleTemperatureCurrent", f"{_SYSTEM}.44.1.5", "degree Celsius"
)

SUPPLY: Final = Column("ruijieSystemElectricalSourceIsNormal", f"{_SYSTEM}.18.1.2")
FAN: Final = Column("ruijieSystemFanIsNormal", f"{_SYSTEM}.21.1.2")
DEVICE_SUPPLY: Final = Column("ruijieSystemElectricalInformationStatus", f"{_SYSTEM}.41.1.3")
DEVICE_FAN: Final = Column("ruijieSystemFanStatus", f"{_SYSTEM}.43.1.4")

_FIBER: Final = f"{_MGMT}.105.1.1.1"
DIAGNOSTIC: Final = Column("ruijieFiberDDMSupportStatus", f"{_FIBER}.15")
FIBER_TEMPERATURE: Final = Column("ruijieFiberTemp", f"{_FIBER}.17", "degree Celsius")
RX_POWER: Final = Column("ruijieFiberRXpower", f"{_FIBER}.76", "0.01 dBm")
TX_POWER: Final = Column("ruijieFiberTXpower", f"{_FIBER}.81", "0.01 dBm")
LANE_RX: Final = tuple(
    Column(f"ruijieFiberChannel{lane}RXpower", f"{_FIBER}.{76 + lane}", "0.01 dBm")
    for lane in range(1, 5)
)
LANE_TX: Final = tuple(
    Column(f"ruijieFiberChannel{lane}TXpower", f"{_FIBER}.{81 + lane}", "0.01 dBm")
    for lane in range(1, 5)
)

_READY, _NORMAL = 3, 4
"""A supply in reserve is ready: nothing is wrong with it."""
_NOT_FITTED, _UNKNOWN = 1, 6
_NO_DIAGNOSTIC: Final = 2
_KIBIBYTE: Final = 1 << 10
_MEBIBYTE: Final = 1 << 20
_MODEL: Final = re.compile(r"\((?P<model>[\w./+ -]+(?:\(\w+\))?)\)\s+by\s+Ruijie", re.IGNORECASE)


def _identity(sight: Sight) -> Iterator[Identity]:
    """Read the model a person orders, `RG-S6220-48XS4QXS` (ENTITY-MIB), else the one in sysDescr.

    sysDescr: `Ruijie 10G Routing Switch(S6220-48XS4QXS) By Ruijie Networks`, with no version. What
    ENTITY-MIB gives as software is the number of the release.
    """
    described = _MODEL.search(sight.text(SYS_DESCR))
    identity = Identity(
        of_chassis(sight, ENTITY_MODEL) or (described["model"] if described else ""),
        sight.text(SOFTWARE)
        or _first(sight, DEVICE_SOFTWARE)
        or of_chassis(sight, ENTITY_SOFTWARE),
        sight.text(SERIAL) or _first(sight, DEVICE_SERIAL) or of_chassis(sight, ENTITY_SERIAL),
    )
    if identity != Identity():
        yield identity


def _first(sight: Sight, column: Column) -> str:
    return next(iter(sight.texts(column).values()), "")


def _node_cpu(sight: Sight) -> Iterator[Cpu]:
    names = sight.texts(NODE_CPU_NAME)
    for index, load in sight.numbers(NODE_CPU).items():
        ratio = percent(load)
        if ratio is not None:
            yield Cpu(names.get(index, f"CPU {index}"), ratio)


def _box_cpu(sight: Sight) -> Iterator[Cpu]:
    load = sight.number(BOX_CPU)
    ratio = None if load is None else percent(load)
    if ratio is not None:
        yield Cpu("CPU", ratio)


def _node_memory(sight: Sight) -> Iterator[Memory]:
    names, totals = sight.texts(NODE_POOL_NAME), sight.numbers(NODE_POOL_TOTAL)
    for index, used in sight.numbers(NODE_POOL_USED).items():
        ratio = percent(used)
        if ratio is not None:
            size = max(totals.get(index, 0), 0) * _MEBIBYTE
            yield Memory(names.get(index, f"memory {index}"), ratio, size or None)


def _memory(sight: Sight) -> Iterator[Memory]:
    names, totals = sight.texts(POOL_NAME), sight.numbers(POOL_TOTAL)
    sizes = sight.numbers(POOL_SIZE)
    for index, used in sight.numbers(POOL_USED).items():
        ratio = percent(used)
        size = max(totals.get(index, 0), 0) * _MEBIBYTE or max(sizes.get(index, 0), 0) * _KIBIBYTE
        if ratio is not None:
            yield Memory(names.get(index, f"memory {index}"), ratio, size or None)


def _device_temperature(sight: Sight) -> Iterator[Temperature]:
    """Read each point of each device of a stack; the index is device.slot.point, -255 = none."""
    names = sight.texts(DEVICE_SENSOR_NAME)
    for index, value in sight.numbers(DEVICE_SENSOR).items():
        degrees = celsius(value)
        if degrees is not None:
            place = f"sensor {index.replace('.', '/')}"
            yield Temperature(f"{place} ({names[index]})" if index in names else place, degrees)


def _temperature(sight: Sight) -> Iterator[Temperature]:
    names = sight.texts(SENSOR_NAME)
    for index, value in sight.numbers(SENSOR).items():
        degrees = celsius(value)
        if degrees:
            yield Temperature(names.get(index, f"sensor {index}"), degrees)


def _box_temperature(sight: Sight) -> Iterator[Temperature]:
    """0 = not supported."""
    degrees = celsius(sight.number(BOX_TEMPERATURE) or 0)
    if degrees:
        yield Temperature("box", degrees)


def _parts(sight: Sight, column: Column, name: str) -> Iterator[Part]:
    """Read what is fitted and says how it is; both kinds of parts have one enumeration."""
    for index, state in sight.numbers(column).items():
        if state not in {_NOT_FITTED, _UNKNOWN}:
            yield Part(f"{name} {index.replace('.', '/')}", state in {_READY, _NORMAL})


def _device_fans(sight: Sight) -> Iterator[Part]:
    return _parts(sight, DEVICE_FAN, "fan")


def _fans(sight: Sight) -> Iterator[Part]:
    return _parts(sight, FAN, "fan")


def _device_power(sight: Sight) -> Iterator[Part]:
    return _parts(sight, DEVICE_SUPPLY, "power")


def _power(sight: Sight) -> Iterator[Part]:
    return _parts(sight, SUPPLY, "power")


def _optics(sight: Sight) -> Iterator[Optics]:
    """Read modules with power; the index is ifIndex."""
    names, diagnostic = interface_names(sight), sight.numbers(DIAGNOSTIC)
    temperatures = sight.numbers(FIBER_TEMPERATURE)
    rx_powers, tx_powers = _powers(sight, RX_POWER), _powers(sight, TX_POWER)
    rx_lanes = [_powers(sight, column) for column in LANE_RX]
    tx_lanes = [_powers(sight, column) for column in LANE_TX]
    indexes = dict.fromkeys(i for powers in (rx_powers, tx_powers, *rx_lanes) for i in powers)
    for index in indexes:
        if diagnostic.get(index) == _NO_DIAGNOSTIC:
            continue
        name = names.get(index, index)
        lanes = [
            Optics(name, lane, rx.get(index), tx.get(index))
            for lane, (rx, tx) in enumerate(zip(rx_lanes, tx_lanes, strict=True), 1)
        ]
        if any(lane.rx_dbm is not None or lane.tx_dbm is not None for lane in lanes[1:]):
            yield from lanes
            continue
        degrees = celsius(temperatures[index]) if index in temperatures else None
        rx, tx = rx_powers.get(index, lanes[0].rx_dbm), tx_powers.get(index, lanes[0].tx_dbm)
        yield Optics(name, None, rx, tx, celsius=degrees)


def _powers(sight: Sight, column: Column) -> dict[str, float]:
    """Return the powers that are such, in dBm."""
    found = {i: dbm_from_hundredths(value) for i, value in sight.numbers(column).items()}
    return {index: power for index, power in found.items() if power is not None}


_TRAP: Final = f"{_MGMT}.1.2"

VENDOR: Final = Vendor(
    platform="ruijie_rgos",
    title="Ruijie RGOS",
    object_ids=("1.3.6.1.4.1.4881.1",),
    described=(r"\bRuijie\b",),
    identity=(
        Source(
            (
                SOFTWARE,
                SERIAL,
                DEVICE_SOFTWARE,
                DEVICE_SERIAL,
                ENTITY_CLASS,
                ENTITY_MODEL,
                ENTITY_SOFTWARE,
                ENTITY_SERIAL,
            ),
            _identity,
            "recorded",
        ),
    ),
    cpu=(
        Source((NODE_CPU, NODE_CPU_NAME), _node_cpu, "synthetic"),
        Source((BOX_CPU,), _box_cpu, "synthetic"),
    ),
    memory=(
        Source((NODE_POOL_USED, NODE_POOL_TOTAL, NODE_POOL_NAME), _node_memory, "synthetic"),
        Source((POOL_USED, POOL_TOTAL, POOL_SIZE, POOL_NAME), _memory, "synthetic"),
    ),
    temperature=(
        Source((DEVICE_SENSOR, DEVICE_SENSOR_NAME), _device_temperature, "synthetic"),
        Source((SENSOR, SENSOR_NAME), _temperature, "synthetic"),
        Source((BOX_TEMPERATURE,), _box_temperature, "synthetic"),
        STANDARD_TEMPERATURE,
    ),
    fans=(
        Source((DEVICE_FAN,), _device_fans, "synthetic"),
        Source((FAN,), _fans, "synthetic"),
    ),
    power=(
        Source((DEVICE_SUPPLY,), _device_power, "synthetic"),
        Source((SUPPLY,), _power, "synthetic"),
    ),
    optics=(
        Source(
            (
                RX_POWER,
                TX_POWER,
                *LANE_RX,
                *LANE_TX,
                DIAGNOSTIC,
                FIBER_TEMPERATURE,
                IF_NAME,
                IF_DESCR,
            ),
            _optics,
            "synthetic",
        ),
    ),
    bgp_peers=(BGP,),
    ospf_neighbours=(OSPF,),
    traps={
        # RUIJIE-SYSTEM-MIB, ruijieSystemMIBTraps; those of a stack (VSU) beside those of one box.
        f"{_TRAP}.2": "hardware.changed",
        f"{_TRAP}.5": "cpu.high",
        f"{_TRAP}.6": "cpu.restored",
        f"{_TRAP}.7": "temperature.high",
        f"{_TRAP}.8": "temperature.restored",
        f"{_TRAP}.9": "memory.high",
        f"{_TRAP}.10": "memory.restored",
        f"{_TRAP}.17": "power.restored",
        f"{_TRAP}.18": "power.failed",
        f"{_TRAP}.19": "power.restored",
        f"{_TRAP}.20": "power.failed",
        f"{_TRAP}.21": "temperature.high",
        f"{_TRAP}.22": "temperature.restored",
        f"{_TRAP}.23": "temperature.high",
        f"{_TRAP}.24": "temperature.restored",
        f"{_TRAP}.28": "fan.restored",
        f"{_TRAP}.29": "fan.failed",
        f"{_TRAP}.30": "fan.restored",
        f"{_TRAP}.31": "fan.failed",
        f"{_TRAP}.34": "board.failed",  # ruijieOfflineNotify: a slot is off line
        f"{_TRAP}.37": "memory.high",
        f"{_TRAP}.38": "memory.restored",
        f"{_TRAP}.39": "cpu.high",
        f"{_TRAP}.40": "cpu.restored",
        f"{_TRAP}.42": "temperature.high",
        f"{_TRAP}.43": "temperature.restored",
        f"{_TRAP}.44": "temperature.high",
        f"{_TRAP}.45": "temperature.restored",
        f"{_TRAP}.46": "temperature.high",
        f"{_TRAP}.47": "temperature.restored",
        f"{_TRAP}.52": "fan.failed",  # ruijieSystemFanRemovedTimeoutNotify
        f"{_TRAP}.53": "fan.restored",
    },
)
