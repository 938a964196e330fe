"""Maipu MyPower: MPIOS-MIB.

The MIB has no fans, power supplies or optics, and no notifications of its own. Sizes are INTEGER
and wrap above 2 GiB.
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
from collectors.vendors._units import celsius, percent, unwrapped, used_part

_MPIOS: Final = "1.3.6.1.4.1.5651.3.20.1.1"
MEMORY_FREE: Final = Column("numBytesFree", f"{_MPIOS}.1.1", "byte")
MEMORY_USED: Final = Column("numBytesAlloc", f"{_MPIOS}.1.5", "byte")
MEMORY_TOTAL: Final = Column("memoryTotalBytes", f"{_MPIOS}.1.8", "byte")
MEMORY_PERCENT: Final = Column("allocBytesPercent", f"{_MPIOS}.1.9", "%")
CPU_NOW: Final = Column("cpuUtilCurrentUtil", f"{_MPIOS}.3.5.1.10", "%")
CPU_TEMPERATURE: Final = Column("sysCpuTemper", f"{_MPIOS}.4.1", "degree Celsius")
BOARD_TEMPERATURE: Final = Column("sysMainBoardTemper", f"{_MPIOS}.4.3", "degree Celsius")

_SOFTWARE: Final = re.compile(
    r"Operating System Software\s+(?P<model>(?!version\b)\S+)", re.IGNORECASE
)
_VERSION: Final = re.compile(
    r"\bversion\s+(?P<version>[\w.-]+(?:\([^)\s]+\)[\w.-]+)?)", re.IGNORECASE
)


def _identity(sight: Sight) -> Iterator[Identity]:
    """`MyPower (R) Operating System Software MP3840 version 6.3.6(integrity), compiled on ...`."""
    described = sight.text(SYS_DESCR)
    named, numbered = _SOFTWARE.search(described), _VERSION.search(described)
    found = Identity(
        of_chassis(sight, ENTITY_MODEL) or (named["model"].rstrip(",;") if named else ""),
        numbered["version"] if numbered else of_chassis(sight, ENTITY_SOFTWARE),
        of_chassis(sight, ENTITY_SERIAL),
    )
    if found != Identity():
        yield found


def _cpu(sight: Sight) -> Iterator[Cpu]:
    for index, load in sight.numbers(CPU_NOW).items():
        ratio = percent(load)
        if ratio is not None:
            yield Cpu(f"CPU {index}", ratio)


def _memory(sight: Sight) -> Iterator[Memory]:
    """Read the box's own percentage, else what is allocated of the total."""
    used, free = sight.number(MEMORY_USED), sight.number(MEMORY_FREE)
    total = unwrapped(sight.number(MEMORY_TOTAL) or 0)
    if total == 0 and used is not None and free is not None:
        total = unwrapped(used) + unwrapped(free)
    told = sight.number(MEMORY_PERCENT)
    ratio = percent(told) if told is not None else None
    if ratio is None and used is not None:
        ratio = used_part(unwrapped(used), total)
    if ratio is not None:
        yield Memory("memory", ratio, total or None)


def _temperature(sight: Sight) -> Iterator[Temperature]:
    """0 stands for "no sensor": the objects are scalars, and always there."""
    for name, scalar in (("CPU", CPU_TEMPERATURE), ("main board", BOARD_TEMPERATURE)):
        degrees = celsius(sight.number(scalar) or 0)
        if degrees:
            yield Temperature(name, degrees)


VENDOR: Final = Vendor(
    platform="maipu_mypower",
    title="Maipu MyPower",
    object_ids=("1.3.6.1.4.1.5651.1",),
    described=(r"MyPower \(R\)", r"\bMaipu\b"),
    identity=(
        Source(
            (ENTITY_CLASS, ENTITY_MODEL, ENTITY_SOFTWARE, ENTITY_SERIAL), _identity, "synthetic"
        ),
    ),
    cpu=(Source((CPU_NOW,), _cpu, "synthetic"),),
    memory=(
        Source((MEMORY_PERCENT, MEMORY_TOTAL, MEMORY_USED, MEMORY_FREE), _memory, "synthetic"),
    ),
    temperature=(Source((CPU_TEMPERATURE, BOARD_TEMPERATURE), _temperature, "synthetic"),),
    bgp_peers=(BGP,),
    ospf_neighbours=(OSPF,),
)
