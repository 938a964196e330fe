"""FiberHome S series (FHN USP, INP): the WRI-*-MIBs of its chassis.

CPU load counts hundredths of a percent. An optical module's power (WRI-DDM-MIB) is not read: its
MIB names no unit, and no recording shows one; its alarms are.
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
    Sight,
    Source,
    Temperature,
    Vendor,
)
from collectors.vendors._standard import BGP, OSPF, SYS_DESCR
from collectors.vendors._units import celsius, percent, used_part

_CHASSIS: Final = "1.3.6.1.4.1.3807.1.8012.1"
_POWER: Final = f"{_CHASSIS}.2"
_CPU: Final = f"{_CHASSIS}.4"
_MEMORY: Final = f"{_CHASSIS}.5.4.1"
_TEMPERATURE: Final = f"{_CHASSIS}.6"
_FAN: Final = f"{_CHASSIS}.11"
_DEVICE: Final = "1.3.6.1.4.1.3807.1.8012.2.1"
POWER_STATE: Final = Column("powerState", f"{_POWER}.1.1.3")
POWER_NAME: Final = Column("powerIndexDescr", f"{_POWER}.1.1.13")
CPU_USAGE: Final = Column("cpuUsage", f"{_CPU}.1.1.2", "0.01 %")
CPU_NAME: Final = Column("cpuIndexDescr", f"{_CPU}.1.1.12")
MEMORY_FREE: Final = Column("memoryPoolFreeBytesNum", f"{_MEMORY}.3", "byte")
MEMORY_USED: Final = Column("memoryPoolAllocBytesNum", f"{_MEMORY}.7", "byte")
MEMORY_TOTAL: Final = Column("memoryPoolTotalBytes", f"{_MEMORY}.11", "byte")
MEMORY_NAME: Final = Column("memoryPoolIndexDescr", f"{_MEMORY}.19")
TEMPERATURE: Final = Column("temperatureValue", f"{_TEMPERATURE}.2.1.5", "degree Celsius")
TEMPERATURE_NAME: Final = Column("temperatureIndexDescr", f"{_TEMPERATURE}.2.1.9")
FAN_STATE: Final = Column("fanCtrlState", f"{_FAN}.4.1.5")
FAN_NAME: Final = Column("fanCtrlIndexDescr", f"{_FAN}.4.1.12")
SOFTWARE: Final = Column("msppDevSwVersion", f"{_DEVICE}.4")
SERIAL: Final = Column("msppDevSerialNum", f"{_DEVICE}.39")

_NORMAL: Final = 0
"""Of powerState and fanCtrlState: everything else is one trouble or another."""
_HUNDREDTHS: Final = 100
_MODEL: Final = re.compile(r"\b(?:Fengine\s+)?(?P<model>(?:S|CN-?R)\d{3,4}[\w-]*)")
_VERSION: Final = re.compile(r"\bVersion[:\s]+(?P<version>[\w.()-]+)", re.IGNORECASE)


def _identity(sight: Sight) -> Iterator[Identity]:
    """`... FHN USP (R) Software for Fengine S5800 ... Version V210R240 ...`."""
    described = sight.text(SYS_DESCR)
    named, numbered = _MODEL.search(described), _VERSION.search(described)
    found = Identity(
        named["model"] if named else "",
        sight.text(SOFTWARE) or (numbered["version"] if numbered else ""),
        sight.text(SERIAL),
    )
    if found != Identity():
        yield found


def _cpu(sight: Sight) -> Iterator[Cpu]:
    names = sight.texts(CPU_NAME)
    for index, usage in sight.numbers(CPU_USAGE).items():
        ratio = percent(usage / _HUNDREDTHS)
        if ratio is not None:
            yield Cpu(names.get(index, f"CPU {index}"), ratio)


def _memory(sight: Sight) -> Iterator[Memory]:
    """Sizes are Counter32: of a pool above 4 GiB only used and free may still fit together."""
    names, total = sight.texts(MEMORY_NAME), sight.numbers(MEMORY_TOTAL)
    free = sight.numbers(MEMORY_FREE)
    for index, used in sight.numbers(MEMORY_USED).items():
        size = total.get(index, 0) or used + free.get(index, 0)
        ratio = used_part(used, size)
        if ratio is not None:
            yield Memory(names.get(index, f"memory {index}"), ratio, size)


def _temperature(sight: Sight) -> Iterator[Temperature]:
    names = sight.texts(TEMPERATURE_NAME)
    for index, value in sight.numbers(TEMPERATURE).items():
        degrees = celsius(value)
        if degrees is not None:
            yield Temperature(names.get(index, f"sensor {index}"), degrees)


def _fans(sight: Sight) -> Iterator[Part]:
    names = sight.texts(FAN_NAME)
    for index, state in sight.numbers(FAN_STATE).items():
        yield Part(names.get(index, f"fan {index}"), state == _NORMAL)


def _power(sight: Sight) -> Iterator[Part]:
    names = sight.texts(POWER_NAME)
    for index, state in sight.numbers(POWER_STATE).items():
        yield Part(names.get(index, f"power {index}"), state == _NORMAL)


_DDM: Final = "1.3.6.1.4.1.3807.3.305.3"
_DDM_RESTORED: Final = (3, 6, 9, 12, 15, 17, 21)
_DDM_ABNORMAL: Final = (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 20)
"""WRI-DDM-MIB, ddmTraps: temperature, power, voltage, bias over and under; light lost; fault."""

VENDOR: Final = Vendor(
    platform="fiberhome",
    title="FiberHome S series",
    object_ids=("1.3.6.1.4.1.3807.1", "1.3.6.1.4.1.11408.1"),
    described=(r"FHN USP \(R\)", r"FiberHome INP \(R\)", r"\bFengine\b"),
    identity=(Source((SOFTWARE, SERIAL), _identity, "synthetic"),),
    cpu=(Source((CPU_USAGE, CPU_NAME), _cpu, "synthetic"),),
    memory=(Source((MEMORY_TOTAL, MEMORY_USED, MEMORY_FREE, MEMORY_NAME), _memory, "synthetic"),),
    temperature=(Source((TEMPERATURE, TEMPERATURE_NAME), _temperature, "synthetic"),),
    fans=(Source((FAN_STATE, FAN_NAME), _fans, "synthetic"),),
    power=(Source((POWER_STATE, POWER_NAME), _power, "synthetic"),),
    bgp_peers=(BGP,),
    ospf_neighbours=(OSPF,),
    traps={
        f"{_POWER}.2.1": "power.restored",  # powerUp
        f"{_POWER}.2.2": "power.failed",  # powerDown
        f"{_POWER}.2.3": "power.failed",  # powerFault
        f"{_POWER}.2.4": "power.restored",  # powerOk
        f"{_CPU}.2.1": "cpu.high",  # cpuOverThreshold
        f"{_CPU}.2.3": "cpu.restored",  # cpuRecoverThreshold
        f"{_CHASSIS}.5.3.1": "memory.high",  # memoryOverThreshold
        f"{_CHASSIS}.5.3.3": "memory.restored",  # memoryRecoverThreshold
        f"{_TEMPERATURE}.3.1": "temperature.restored",  # temperatureOk
        f"{_TEMPERATURE}.3.2": "temperature.high",  # temperatureFault
        f"{_FAN}.2.1": "fan.restored",  # fanUp
        f"{_FAN}.2.2": "fan.failed",  # fanDown
        f"{_FAN}.2.3": "fan.restored",  # fanOk
        f"{_FAN}.2.4": "fan.failed",  # fanFault
        **{f"{_DDM}.{number}": "optics.abnormal" for number in _DDM_ABNORMAL},
        **{f"{_DDM}.{number}": "optics.restored" for number in _DDM_RESTORED},
    },
)
