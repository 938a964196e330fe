"""Huawei VRP: S, CE, AR, NE series. HUAWEI-ENTITY-EXTENT-MIB and its neighbours.

Optical power comes in 0.01 dBm, as the MIB says, or (older VRP) in microwatts: a module's own
thresholds decide, then a negative power beside it, for microwatts never are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from collectors.vendors._form import (
    BgpPeer,
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
from collectors.vendors._huawei_optics import ENTITY, OPTICAL_TEMPERATURE, OPTICS, SENTINELS
from collectors.vendors._standard import (
    BGP,
    BGP_STATES,
    BGP_STOP,
    ENTITY_CLASS,
    ENTITY_DESCR,
    ENTITY_MODEL,
    ENTITY_NAME,
    ENTITY_SERIAL,
    OSPF,
    SYS_DESCR,
    chassis,
    entity_name,
    of_chassis,
    state_name,
)
from collectors.vendors._units import address_in, celsius, percent

_STATE: Final = f"{ENTITY}.1.1"
CPU_USAGE: Final = Column("hwEntityCpuUsage", f"{_STATE}.5", "%")
MEM_USAGE: Final = Column("hwEntityMemUsage", f"{_STATE}.7", "%")
MEM_SIZE: Final = Column("hwEntityMemSize", f"{_STATE}.9", "byte")
TEMPERATURE: Final = Column("hwEntityTemperature", f"{_STATE}.11", "degree Celsius")
MEM_SIZE_MEGA: Final = Column("hwEntityMemSizeMega", f"{_STATE}.19", "MiB")

FAN_REGISTERED: Final = Column("hwEntityFanReg", f"{ENTITY}.10.1.3")
FAN_PRESENT: Final = Column("hwEntityFanPresent", f"{ENTITY}.10.1.6")
FAN_STATE: Final = Column("hwEntityFanState", f"{ENTITY}.10.1.7")
POWER_PRESENT: Final = Column("hwEntityPwrPresent", f"{ENTITY}.18.1.5")
POWER_STATE: Final = Column("hwEntityPwrState", f"{ENTITY}.18.1.6")
POWER_DESCR: Final = Column("hwEntityPwrDesc", f"{ENTITY}.18.1.9")

SYSTEM_MODEL: Final = Column("hwEntitySystemModel", "1.3.6.1.4.1.2011.5.25.31.6.5")
SERIAL: Final = Column("hwDeviceEsn", "1.3.6.1.4.1.2011.5.25.188.1.1")
PATCH: Final = Column("hwPatchVersion", "1.3.6.1.4.1.2011.5.25.19.1.8.5.1.1.4")

OLD_CPU: Final = Column("hwAvgDuty1min", "1.3.6.1.4.1.2011.6.3.4.1.3", "%")
OLD_MEMORY_SIZE: Final = Column("hwMemoryDevSize", "1.3.6.1.4.1.2011.6.3.5.1.1.2", "byte")
OLD_MEMORY_FREE: Final = Column("hwMemoryDevFree", "1.3.6.1.4.1.2011.6.3.5.1.1.3", "byte")

_PEER: Final = "1.3.6.1.4.1.2011.5.25.177.1.1"
PEER_VRF: Final = Column("hwBgpPeerVrfName", f"{_PEER}.1.1.6")
PEER_AS: Final = Column("hwBgpPeerRemoteAs", f"{_PEER}.2.1.2")
PEER_STATE: Final = Column("hwBgpPeerState", f"{_PEER}.2.1.5")
PEER_ADMIN: Final = Column("hwBgpPeerAdminStatus", f"{_PEER}.2.1.11")

_PRESENT, _YES, _NORMAL = 1, 1, 1
_SUPPLYING: Final = frozenset({1, 3})
"""Supplying, or asleep because the others suffice."""
_UNKNOWN: Final = 4
_VERSION: Final = re.compile(r"Version\s+([\d.]+)\s*\(\s*(\S+(?: \S+)*?)?\s*(V\d{3}R\d{3}\w*)\s*\)")
_BARE_VERSION: Final = re.compile(r"V\d{3}R\d{3}\w*")
_MODEL: Final = re.compile(r"\A\s*(?:Huawei\s+|Quidway\s+)?(\S+)", re.IGNORECASE)
_NAMED: Final = re.compile(r"\A\s*HUAWEI\s+((?!Tech|Versatile)\S.*)", re.IGNORECASE)
_NO_MODEL: Final = frozenset({"huawei", "versatile", "vrp", "netengine", "copyright"})
_MEBIBYTE: Final = 1 << 20


def _identity(sight: Sight) -> Iterator[Identity]:
    described = sight.text(SYS_DESCR)
    model = sight.text(SYSTEM_MODEL)
    if not model:
        boxes = chassis(sight)
        named = sight.texts(ENTITY_NAME)
        model = of_chassis(sight, ENTITY_MODEL) or next(
            (named[index] for index in boxes if index in named), ""
        )
    found = _VERSION.search(described)
    model = model or _model_in(sight.lines(SYS_DESCR)) or (found[2] if found and found[2] else "")
    bare = _BARE_VERSION.search(described)
    version = f"{found[1]} ({found[3]})" if found else bare[0] if bare else ""
    patch = next(iter(sight.texts(PATCH).values()), "")
    if version and patch:
        version = f"{version} [{patch}]"
    serial = sight.text(SERIAL) or of_chassis(sight, ENTITY_SERIAL)
    yield Identity(model, version, serial)


def _model_in(lines: list[str]) -> str:
    """Read a model from sysDescr: the first word, but for `Huawei Versatile Routing ...`.

    Some boxes name themselves in the last line, `HUAWEI NetEngine 8000 ...`; and `Huawei AR Series`
    says less than the version's parentheses.
    """
    first = _MODEL.match(lines[0]) if lines else None
    if first and first[1].lower() not in _NO_MODEL and " Series" not in lines[0]:
        return first[1]
    named = [found for line in lines[1:] if (found := _NAMED.match(line))]
    return named[-1][1].strip() if named else ""


def _cpu(sight: Sight) -> Iterator[Cpu]:
    """Boards with memory have a processor; 0 elsewhere stands for none."""
    sizes, usages = sight.numbers(MEM_SIZE), sight.numbers(MEM_USAGE)
    for index, usage in sight.numbers(CPU_USAGE).items():
        ratio = percent(usage)
        fitted = usage or sizes.get(index, 0) or usages.get(index, 0)
        if ratio is not None and fitted:
            yield Cpu(entity_name(sight, index), ratio)


def _memory(sight: Sight) -> Iterator[Memory]:
    """`hwEntityMemSize` is an Integer32: where there is a size in MiB, that one counts."""
    sizes, mega = sight.numbers(MEM_SIZE), sight.numbers(MEM_SIZE_MEGA)
    for index, usage in sight.numbers(MEM_USAGE).items():
        ratio = percent(usage)
        size = mega.get(index, 0) * _MEBIBYTE
        if size <= 0:
            size = sizes.get(index, 0)
        if ratio is not None and (usage or size > 0):
            yield Memory(entity_name(sight, index), ratio, size if size > 0 else None)


def _old_cpu(sight: Sight) -> Iterator[Cpu]:
    for index, usage in sight.numbers(OLD_CPU).items():
        ratio = percent(usage)
        if ratio is not None:
            yield Cpu(f"CPU {index}", ratio)


def _old_memory(sight: Sight) -> Iterator[Memory]:
    free = sight.numbers(OLD_MEMORY_FREE)
    for index, size in sight.numbers(OLD_MEMORY_SIZE).items():
        if size > 0 and 0 <= free.get(index, -1) <= size:
            yield Memory(f"memory {index}", 1 - free[index] / size, size)


def _temperature(sight: Sight) -> Iterator[Temperature]:
    """0 stands for "no sensor" here, and so do the sentinels."""
    for column in (TEMPERATURE, OPTICAL_TEMPERATURE):
        for index, value in sight.numbers(column).items():
            degrees = celsius(value)
            if value not in SENTINELS and degrees is not None:
                yield Temperature(entity_name(sight, index), degrees)


def _fans(sight: Sight) -> Iterator[Part]:
    registered, states = sight.numbers(FAN_REGISTERED), sight.numbers(FAN_STATE)
    for index, present in sight.numbers(FAN_PRESENT).items():
        if present == _PRESENT:
            ok = registered.get(index, _YES) == _YES and states.get(index, _NORMAL) == _NORMAL
            yield Part(f"fan {index.replace('.', '/')}", ok)


def _power(sight: Sight) -> Iterator[Part]:
    names, states = sight.texts(POWER_DESCR), sight.numbers(POWER_STATE)
    for index, present in sight.numbers(POWER_PRESENT).items():
        if present == _PRESENT and states.get(index, _UNKNOWN) != _UNKNOWN:
            place = f"power {index.replace('.', '/')}"
            name = f"{place} ({names[index]})" if index in names else place
            yield Part(name, states[index] in _SUPPLYING)


def _bgp(sight: Sight) -> Iterator[BgpPeer]:
    """Read peers; the index is instance.AFI.SAFI.type.length.address, instance 0 = public."""
    remote, vrfs = sight.numbers(PEER_AS), sight.texts(PEER_VRF)
    admin = sight.numbers(PEER_ADMIN)
    seen = set()
    for index, state in sight.numbers(PEER_STATE).items():
        arcs = index.split(".")
        address = address_in(arcs[5:]) if len(arcs) > 5 and arcs[4] == str(len(arcs) - 5) else None
        if address is None:
            continue
        vrf = "" if arcs[0] == "0" else vrfs.get(index, arcs[0])
        if (vrf, address) in seen:  # the same session carries several address families
            continue
        seen.add((vrf, address))
        name = state_name(BGP_STATES, state)
        yield BgpPeer(address, remote.get(index), name, vrf, admin.get(index) == BGP_STOP or None)


_NAMES: Final = (ENTITY_NAME, ENTITY_DESCR)

VENDOR: Final = Vendor(
    platform="huawei_vrp",
    title="Huawei VRP",
    object_ids=("1.3.6.1.4.1.2011.2", "1.3.6.1.4.1.2011.5"),
    described=(r"VRP \(R\) software", r"Versatile Routing Platform"),
    identity=(
        Source(
            (SYSTEM_MODEL, SERIAL, PATCH, ENTITY_CLASS, ENTITY_NAME, ENTITY_MODEL, ENTITY_SERIAL),
            _identity,
            "recorded",
        ),
    ),
    cpu=(
        Source((CPU_USAGE, MEM_USAGE, MEM_SIZE, *_NAMES), _cpu, "recorded"),
        Source((OLD_CPU,), _old_cpu, "synthetic"),
    ),
    memory=(
        Source((MEM_USAGE, MEM_SIZE, MEM_SIZE_MEGA, *_NAMES), _memory, "recorded"),
        Source((OLD_MEMORY_SIZE, OLD_MEMORY_FREE), _old_memory, "synthetic"),
    ),
    temperature=(Source((TEMPERATURE, OPTICAL_TEMPERATURE, *_NAMES), _temperature, "recorded"),),
    fans=(Source((FAN_REGISTERED, FAN_PRESENT, FAN_STATE), _fans, "synthetic"),),
    power=(Source((POWER_PRESENT, POWER_STATE, POWER_DESCR), _power, "synthetic"),),
    optics=(OPTICS,),
    bgp_peers=(Source((PEER_STATE, PEER_AS, PEER_ADMIN, PEER_VRF), _bgp, "synthetic"), BGP),
    ospf_neighbours=(OSPF,),
    config_changed=Column("hwCfgRunModifiedLast", "1.3.6.1.4.1.2011.6.10.1.1.1", "0.01 s"),
    quirks=Quirks(timeout=6.0),
    traps={
        "1.3.6.1.4.1.2011.5.25.129.2.4.1": "cpu.high",
        "1.3.6.1.4.1.2011.5.25.129.2.4.2": "cpu.restored",
        "1.3.6.1.4.1.2011.5.25.129.2.2.1": "temperature.high",
        "1.3.6.1.4.1.2011.5.25.129.2.2.2": "temperature.restored",
        "1.3.6.1.4.1.2011.5.25.129.2.3.1": "power.failed",
        "1.3.6.1.4.1.2011.5.25.129.2.3.2": "power.restored",
        "1.3.6.1.4.1.2011.5.25.129.2.5.1": "link.down",
        "1.3.6.1.4.1.2011.5.25.129.2.5.2": "link.up",
        "1.3.6.1.4.1.2011.5.25.129.2.17.1": "optics.abnormal",
        "1.3.6.1.4.1.2011.5.25.129.2.17.2": "optics.restored",
        "1.3.6.1.4.1.2011.5.25.219.2.2.3": "board.failed",
        "1.3.6.1.4.1.2011.5.25.219.2.2.4": "board.restored",
        "1.3.6.1.4.1.2011.5.25.219.2.4.3": "optics.abnormal",
        "1.3.6.1.4.1.2011.5.25.219.2.4.4": "optics.restored",
        "1.3.6.1.4.1.2011.5.25.219.2.4.7": "optics.abnormal",
        "1.3.6.1.4.1.2011.5.25.219.2.4.8": "optics.restored",
        "1.3.6.1.4.1.2011.5.25.219.2.5.3": "power.failed",
        "1.3.6.1.4.1.2011.5.25.219.2.5.4": "power.restored",
        "1.3.6.1.4.1.2011.5.25.219.2.6.3": "fan.failed",
        "1.3.6.1.4.1.2011.5.25.219.2.6.4": "fan.restored",
        "1.3.6.1.4.1.2011.5.25.219.2.10.13": "temperature.high",
        "1.3.6.1.4.1.2011.5.25.177.1.3.9": "bgp.up",
        "1.3.6.1.4.1.2011.5.25.177.1.3.10": "bgp.down",
    },
)
