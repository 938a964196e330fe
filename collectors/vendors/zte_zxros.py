"""ZTE ZXROS: two families, two MIBs; one box has one of them.

ZXR10-MIB: the 59xx, 52xx and 89xx switches. `zxr10SystemMemUsed` is octets by its MIB and a percent
by what boxes send: 0..100 is a percent. ZXR10-SYSTEM-HARDWARE-MIB: M6000, T8000, ZXCTN 9000, with
fans and power supplies. Neither has optics: `show opticalinfo` is the only way.

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
from collectors.vendors._units import celsius, percent, unwrapped, used_part

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

_UP: Final = 1
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
    bgp_peers=(BGP,),
    ospf_neighbours=(OSPF,),
    quirks=Quirks(name_is_first_word=True),
)
