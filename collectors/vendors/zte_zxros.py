"""ZTE ZXROS: two families, two MIBs; one box has one of them.

ZXR10-MIB: the 59xx, 52xx and 89xx switches. `zxr10SystemMemUsed` is octets by its MIB and a percent
by what boxes send: 0..100 is a percent. ZXR10-SYSTEM-HARDWARE-MIB: M6000, T8000, ZXCTN 9000, with
fans and power supplies. Optical modules are in ZXR10OPTICALMIB, by ifIndex or by the name of the
port: numbers in text, of which the MIB names no unit; they are dBm, mA, degrees and V as seen by
others. Some software walks that table's index only: nothing is read of its modules then.

ROS 4 has no ifXTable: an interface's description stands behind its name in ifDescr, octets are
counted in 32 bits only, and 10 Gbit/s wraps them in less than four seconds.
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
    Quirks,
    Sight,
    Source,
    Temperature,
    Vendor,
)
from collectors.vendors._standard import (
    BGP,
    ENTITY_CLASS,
    ENTITY_SERIAL,
    OSPF,
    SYS_DESCR,
    of_chassis,
)
from collectors.vendors._tables import IF_DESCR, IF_NAME, interface_names
from collectors.vendors._units import (
    amperes,
    celsius,
    dbm,
    numbers_in,
    percent,
    unwrapped,
    used_part,
    volts,
)

_UNIT: Final = "1.3.6.1.4.1.3902.3.3.1.1"
VERSION: Final = Column("zxr10SystemVersion", "1.3.6.1.4.1.3902.3.1.6")
UNIT_RUNS: Final = Column("zxr10SystemUnitRunStatus", f"{_UNIT}.2")
UNIT_MEMORY: Final = Column("zxr10SystemMemSize", f"{_UNIT}.3", "byte")
UNIT_MEMORY_USED: Final = Column("zxr10SystemMemUsed", f"{_UNIT}.4", "%, or byte")
UNIT_CPU_5S: Final = Column("zxr10SystemCpuUtility5s", f"{_UNIT}.6", "%")
UNIT_CPU_1M: Final = Column("zxr10SystemCpuUtility1m", f"{_UNIT}.11", "%")
SLOT_RUNS: Final = Column("zxr10SlotOperStatus", "1.3.6.1.4.1.3902.3.2.3.1.7")
SLOT_TEMPERATURE: Final = Column(
    "zxr10SlotTemperature", "1.3.6.1.4.1.3902.3.2.3.1.10", "degree Celsius"
)

_HARDWARE: Final = "1.3.6.1.4.1.3902.3.6002.2"
BOARD_CPU_RUNS: Final = Column("zxr10SystemUnitRunStatus", f"{_HARDWARE}.1.1.4")
BOARD_MEMORY: Final = Column("zxr10SystemMemSize", f"{_HARDWARE}.1.1.5", "MiB")
BOARD_MEMORY_USED: Final = Column("zxr10SystemMemUsed", f"{_HARDWARE}.1.1.6", "%")
BOARD_CPU_1M: Final = Column("zxr10SystemCpuUtility1m", f"{_HARDWARE}.1.1.8", "%")
FAN_STATE: Final = Column("zxr10FanStatus", f"{_HARDWARE}.3.1.7")
SHELF_TEMPERATURE: Final = Column("zxr10EnvironTemperature", f"{_HARDWARE}.4.1.3", "degree Celsius")
BOARD_TEMPERATURE_NAME: Final = Column("zxr10BoardTempDescription", f"{_HARDWARE}.5.1.7")
BOARD_TEMPERATURE_STATE: Final = Column("zxr10BoardTempStatus", f"{_HARDWARE}.5.1.8")
BOARD_TEMPERATURE: Final = Column("zxr10BoardTempCurTemp", f"{_HARDWARE}.5.1.9", "degree Celsius")
POWER_PRESENT: Final = Column("zxr10PowerModulePhyStatus", f"{_HARDWARE}.6.2.1.4")
POWER_STATE: Final = Column("zxr10PowerModulePowerStatus", f"{_HARDWARE}.6.2.1.5")

_OPTICAL: Final = "1.3.6.1.4.1.3902.3.103.11.1.1"
OPTICAL_NAME: Final = Column("zxr10OpticalIfName", f"{_OPTICAL}.2")
OPTICAL_ONLINE: Final = Column("zxr10OpticalOnline", f"{_OPTICAL}.3")
RX_POWER: Final = Column("zxr10OpticalSRxPower", f"{_OPTICAL}.18", "dBm")
RX_VALID: Final = Column("zxr10OpticalSRxPowerValid", f"{_OPTICAL}.19")
TX_POWER: Final = Column("zxr10OpticalSTxPower", f"{_OPTICAL}.20", "dBm")
TX_VALID: Final = Column("zxr10OpticalSTxPowerValid", f"{_OPTICAL}.21")
BIAS: Final = Column("zxr10OpticalSTxCurrent", f"{_OPTICAL}.22", "mA")
OPTICAL_TEMPERATURE: Final = Column("zxr10OpticalSTemperature", f"{_OPTICAL}.24", "degree Celsius")
VOLTAGE: Final = Column("zxr10Optical33SVoltage", f"{_OPTICAL}.26", "V")
LANE_RX: Final = tuple(
    Column(f"zxr10OpticalSRxPowerChannel{lane}", f"{_OPTICAL}.{32 + 2 * lane}", "dBm")
    for lane in range(1, 5)
)
LANE_TX: Final = tuple(
    Column(f"zxr10OpticalSTxPowerChannel{lane}", f"{_OPTICAL}.{40 + 2 * lane}", "dBm")
    for lane in range(1, 5)
)

_UP: Final = 1
_OFFLINE: Final = 0
_INVALID: Final = 0
_MILLI: Final = 1000
_NORMAL: Final = 1
_ONLINE: Final = 1
_UNKNOWN: Final = 0
_WHOLE: Final = 100
_MEBIBYTE: Final = 1 << 20

_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        # ZXR10 ROS Version V4.08.23 ZXR10_5928 Software, Version ZXR10 5900 V2.8.23.A.19.P02 ...
        r"ROS Version \S+ (?:ZX\w*?[ _])?(?P<model>\S+) Software, .*?(?P<version>V\d[\w.]*)",
        # ZTE ZXR10 8905E Software, 8900&8900E Version: V3.01.01.B15, RELEASE SOFTWARE
        r"\AZTE (?:ZXR10 )?(?P<model>\S+(?: STACK)?) Software, .*?Version: (?P<version>V\d[\w.]*)",
        # ZTE Ethernet Switch  ZXR10 2928E, Version: V2.05.10B18
        r"Ethernet Switch\s+(?:ZXR10 )?(?P<model>[^,\s/]+)\S*, Version: (?P<version>V\d[\w.]*)",
        # ZXR10 M6000-8S, ZTE ZXR10 Software Version: M6000v1.00.30(1.0.76)
        r"\AZX\w+ (?P<model>[^,\s]+), .*?Version:(?: \w+)? \w*?(?P<version>[vV]\d[\w.]*\S*)",
        # ... Router Operating System Software ZTE Corporation ZXROS V4.6.02 ZXR10_3228 V2.6.02 ...
        r"Operating System Software .*? V\d\S* (?:ZX\w*?_)?(?P<model>\S+) (?P<version>V\d[\w.]*)",
    )
)


def _identity(sight: Sight) -> Iterator[Identity]:
    described = sight.text(SYS_DESCR)
    found = next((match for form in _FORMS if (match := form.search(described))), None)
    identity = Identity(
        found["model"] if found else "",
        found["version"] if found else sight.text(VERSION),
        of_chassis(sight, ENTITY_SERIAL),
    )
    if identity != Identity():
        yield identity


def _place(index: str) -> str:
    return index.replace(".", "/")


def _unit_cpu(sight: Sight) -> Iterator[Cpu]:
    """Read the load of the last minute; old software counts the last five seconds only."""
    running = sight.numbers(UNIT_RUNS)
    for index, load in {**sight.numbers(UNIT_CPU_5S), **sight.numbers(UNIT_CPU_1M)}.items():
        ratio = percent(load)
        if ratio is not None and running.get(index, _UP) == _UP:
            yield Cpu(f"unit {_place(index)}", ratio)


def _unit_memory(sight: Sight) -> Iterator[Memory]:
    running, sizes = sight.numbers(UNIT_RUNS), sight.numbers(UNIT_MEMORY)
    for index, used in sight.numbers(UNIT_MEMORY_USED).items():
        size = unwrapped(sizes.get(index, 0))
        ratio = percent(used) if 0 <= used <= _WHOLE else used_part(unwrapped(used), size)
        if ratio is not None and running.get(index, _UP) == _UP:
            yield Memory(f"unit {_place(index)}", ratio, size or None)


def _slot_temperature(sight: Sight) -> Iterator[Temperature]:
    """Boards that work; 0 stands for "no sensor"."""
    running = sight.numbers(SLOT_RUNS)
    for index, value in sight.numbers(SLOT_TEMPERATURE).items():
        degrees = celsius(value)
        if degrees and running.get(index, _UP) == _UP:
            yield Temperature(f"slot {_place(index)}", degrees)


def _board_cpu(sight: Sight) -> Iterator[Cpu]:
    running = sight.numbers(BOARD_CPU_RUNS)
    for index, load in sight.numbers(BOARD_CPU_1M).items():
        ratio = percent(load)
        if ratio is not None and running.get(index, _UP) == _UP:
            yield Cpu(f"unit {_place(index)}", ratio)


def _board_memory(sight: Sight) -> Iterator[Memory]:
    running, sizes = sight.numbers(BOARD_CPU_RUNS), sight.numbers(BOARD_MEMORY)
    for index, used in sight.numbers(BOARD_MEMORY_USED).items():
        ratio = percent(used)
        size = max(sizes.get(index, 0), 0) * _MEBIBYTE
        if ratio is not None and running.get(index, _UP) == _UP:
            yield Memory(f"unit {_place(index)}", ratio, size or None)


def _board_temperature(sight: Sight) -> Iterator[Temperature]:
    """Read shelves and the points of boards; the index is rack.shelf[.slot.bus.point]."""
    for index, value in sight.numbers(SHELF_TEMPERATURE).items():
        degrees = celsius(value)
        if degrees is not None:
            yield Temperature(f"shelf {_place(index)}", degrees)
    states, names = sight.numbers(BOARD_TEMPERATURE_STATE), sight.texts(BOARD_TEMPERATURE_NAME)
    for index, value in sight.numbers(BOARD_TEMPERATURE).items():
        degrees = celsius(value)
        if degrees is not None and states.get(index, _UNKNOWN) != _UNKNOWN:
            place = f"board {_place(index)}"
            yield Temperature(f"{place} ({names[index]})" if index in names else place, degrees)


def _fans(sight: Sight) -> Iterator[Part]:
    """Abnormal or normal: a fan that is not fitted has no row."""
    for index, state in sight.numbers(FAN_STATE).items():
        yield Part(f"fan {_place(index)}", state == _NORMAL)


def _power(sight: Sight) -> Iterator[Part]:
    states = sight.numbers(POWER_STATE)
    for index, present in sight.numbers(POWER_PRESENT).items():
        state = states.get(index, _UNKNOWN)
        if present == _ONLINE and state != _UNKNOWN:
            yield Part(f"power {_place(index)}", state == _NORMAL)


def _optics(sight: Sight) -> Iterator[Optics]:
    online, names = sight.numbers(OPTICAL_ONLINE), interface_names(sight)
    told = sight.texts(OPTICAL_NAME)
    rx, tx = _powers(sight, RX_POWER, RX_VALID), _powers(sight, TX_POWER, TX_VALID)
    rx_lanes = [_powers(sight, column) for column in LANE_RX]
    tx_lanes = [_powers(sight, column) for column in LANE_TX]
    bias, voltage = _readings(sight, BIAS), _readings(sight, VOLTAGE)
    temperature = _readings(sight, OPTICAL_TEMPERATURE)
    for index in dict.fromkeys(i for powers in (rx, tx, *rx_lanes, *tx_lanes) for i in powers):
        if online.get(index) == _OFFLINE:
            continue
        name = told.get(index) or names.get(index) or _name_in(index)
        lanes = [
            Optics(name, lane, received.get(index), sent.get(index))
            for lane, (received, sent) in enumerate(zip(rx_lanes, tx_lanes, strict=True), 1)
        ]
        if any(lane.rx_dbm is not None or lane.tx_dbm is not None for lane in lanes[1:]):
            yield from lanes
            continue
        yield Optics(
            name,
            None,
            rx.get(index, lanes[0].rx_dbm),
            tx.get(index, lanes[0].tx_dbm),
            amperes(bias.get(index, 0) / _MILLI),
            celsius(temperature[index]) if index in temperature else None,
            volts(voltage.get(index, 0)),
        )


def _powers(sight: Sight, column: Column, valid: Column | None = None) -> dict[str, float]:
    """Return the powers in dBm that are such. 0.000 stands for none beside other sentinels."""
    marks = {} if valid is None else sight.numbers(valid)
    return {
        index: power
        for index, power in _readings(sight, column).items()
        if power and dbm(power) is not None and marks.get(index) != _INVALID
    }


def _readings(sight: Sight, column: Column) -> dict[str, float]:
    """Return the numbers that begin the texts: `-9.073`, `-9.073 dBm`."""
    found = {i: numbers_in(text.split()[0])[0] for i, text in sight.texts(column).items()}
    return {index: value for index, value in found.items() if value is not None}


def _name_in(index: str) -> str:
    """Return the name in an index of length and characters, else the index."""
    arcs = index.split(".")
    try:
        name = bytes(map(int, arcs[1:])).decode("ascii")
    except ValueError:
        return index
    return name if name.isprintable() and arcs[0] == str(len(name)) else index


VENDOR: Final = Vendor(
    platform="zte_zxros",
    title="ZTE ZXROS",
    object_ids=("1.3.6.1.4.1.3902.3", "1.3.6.1.4.1.3902.15"),
    described=(r"\bZXR10\b", r"ZTE Ethernet Switch"),
    identity=(Source((VERSION, ENTITY_CLASS, ENTITY_SERIAL), _identity, "recorded"),),
    cpu=(
        Source((UNIT_CPU_1M, UNIT_CPU_5S, UNIT_RUNS), _unit_cpu, "synthetic"),
        Source((BOARD_CPU_1M, BOARD_CPU_RUNS), _board_cpu, "synthetic"),
    ),
    memory=(
        Source((UNIT_MEMORY, UNIT_MEMORY_USED, UNIT_RUNS), _unit_memory, "synthetic"),
        Source((BOARD_MEMORY, BOARD_MEMORY_USED, BOARD_CPU_RUNS), _board_memory, "synthetic"),
    ),
    temperature=(
        Source((SLOT_TEMPERATURE, SLOT_RUNS), _slot_temperature, "synthetic"),
        Source(
            (
                SHELF_TEMPERATURE,
                BOARD_TEMPERATURE,
                BOARD_TEMPERATURE_STATE,
                BOARD_TEMPERATURE_NAME,
            ),
            _board_temperature,
            "synthetic",
        ),
    ),
    fans=(Source((FAN_STATE,), _fans, "synthetic"),),
    power=(Source((POWER_PRESENT, POWER_STATE), _power, "synthetic"),),
    optics=(
        Source(
            (
                OPTICAL_NAME,
                OPTICAL_ONLINE,
                RX_POWER,
                RX_VALID,
                TX_POWER,
                TX_VALID,
                BIAS,
                OPTICAL_TEMPERATURE,
                VOLTAGE,
                *LANE_RX,
                *LANE_TX,
                IF_NAME,
                IF_DESCR,
            ),
            _optics,
            "synthetic",
        ),
    ),
    bgp_peers=(BGP,),
    ospf_neighbours=(OSPF,),
    quirks=Quirks(name_is_first_word=True),
    traps={"1.3.6.1.4.1.3902.3.126.0.1": "optics.abnormal"},  # zxr10optAlarmTrap
)
