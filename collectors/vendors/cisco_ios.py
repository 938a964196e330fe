"""Cisco IOS and IOS-XE.

Optical modules are sensors of CISCO-ENTITY-SENSOR-MIB in dBm(14), named `Te1/1/1 Receive Power
Sensor` or `subslot 0/0 transceiver 0 Rx Power Sensor`: the port is in the name only. BGP has three
tables: by VRF (cbgpPeer3), with IPv6 and 4-byte AS (cbgpPeer2), and BGP4-MIB, which has neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import ascii_letters
from typing import Final

from collectors.vendors._form import (
    BgpPeer,
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
    BGP_STATES,
    ENTITY_CLASS,
    ENTITY_DESCR,
    ENTITY_MODEL,
    ENTITY_NAME,
    ENTITY_SERIAL,
    ENTITY_SOFTWARE,
    OSPF,
    POWER_SUPPLY,
    SYS_DESCR,
    entity_name,
    of_chassis,
    state_name,
)
from collectors.vendors._tables import IF_DESCR, IF_NAME
from collectors.vendors._units import address_in, amperes, celsius, dbm, percent, scaled, used_part

_MGMT: Final = "1.3.6.1.4.1.9.9"
_CPU: Final = f"{_MGMT}.109.1.1.1.1"
CPU_ENTITY: Final = Column("cpmCPUTotalPhysicalIndex", f"{_CPU}.2")
CPU_1M: Final = Column("cpmCPUTotal1minRev", f"{_CPU}.7", "%")
CPU_MEMORY_USED: Final = Column("cpmCPUMemoryUsed", f"{_CPU}.12", "KiB")
CPU_MEMORY_FREE: Final = Column("cpmCPUMemoryFree", f"{_CPU}.13", "KiB")

_ENHANCED: Final = f"{_MGMT}.221.1.1.1.1"
ENHANCED_NAME: Final = Column("cempMemPoolName", f"{_ENHANCED}.3")
ENHANCED_USED: Final = Column("cempMemPoolUsed", f"{_ENHANCED}.7", "byte")
ENHANCED_FREE: Final = Column("cempMemPoolFree", f"{_ENHANCED}.8", "byte")
ENHANCED_HC_USED: Final = Column("cempMemPoolHCUsed", f"{_ENHANCED}.18", "byte")
ENHANCED_HC_FREE: Final = Column("cempMemPoolHCFree", f"{_ENHANCED}.20", "byte")

_POOL: Final = f"{_MGMT}.48.1.1.1"
POOL_NAME: Final = Column("ciscoMemoryPoolName", f"{_POOL}.2")
POOL_VALID: Final = Column("ciscoMemoryPoolValid", f"{_POOL}.4")
POOL_USED: Final = Column("ciscoMemoryPoolUsed", f"{_POOL}.5", "byte")
POOL_FREE: Final = Column("ciscoMemoryPoolFree", f"{_POOL}.6", "byte")

_ENVIRONMENT: Final = f"{_MGMT}.13.1"
TEMPERATURE_NAME: Final = Column("ciscoEnvMonTemperatureStatusDescr", f"{_ENVIRONMENT}.3.1.2")
TEMPERATURE: Final = Column(
    "ciscoEnvMonTemperatureStatusValue", f"{_ENVIRONMENT}.3.1.3", "degree Celsius"
)
TEMPERATURE_STATE: Final = Column("ciscoEnvMonTemperatureState", f"{_ENVIRONMENT}.3.1.6")
FAN_NAME: Final = Column("ciscoEnvMonFanStatusDescr", f"{_ENVIRONMENT}.4.1.2")
FAN_STATE: Final = Column("ciscoEnvMonFanState", f"{_ENVIRONMENT}.4.1.3")
SUPPLY_NAME: Final = Column("ciscoEnvMonSupplyStatusDescr", f"{_ENVIRONMENT}.5.1.2")
SUPPLY_STATE: Final = Column("ciscoEnvMonSupplyState", f"{_ENVIRONMENT}.5.1.3")
FRU_SUPPLY: Final = Column("cefcFRUPowerOperStatus", f"{_MGMT}.117.1.1.2.1.2")
FAN_TRAY: Final = Column("cefcFanTrayOperStatus", f"{_MGMT}.117.1.4.1.1.1")

_SENSOR: Final = f"{_MGMT}.91.1.1.1.1"
SENSOR_TYPE: Final = Column("entSensorType", f"{_SENSOR}.1")
SENSOR_SCALE: Final = Column("entSensorScale", f"{_SENSOR}.2")
SENSOR_PRECISION: Final = Column("entSensorPrecision", f"{_SENSOR}.3")
SENSOR_VALUE: Final = Column("entSensorValue", f"{_SENSOR}.4", "by type, scale and precision")
SENSOR_STATUS: Final = Column("entSensorStatus", f"{_SENSOR}.5")

PEER2_STATE: Final = Column("cbgpPeer2State", f"{_MGMT}.187.1.2.5.1.3")
PEER2_AS: Final = Column("cbgpPeer2RemoteAs", f"{_MGMT}.187.1.2.5.1.11")
PEER3_VRF: Final = Column("cbgpPeer3VrfName", f"{_MGMT}.187.1.2.9.1.4")
PEER3_STATE: Final = Column("cbgpPeer3State", f"{_MGMT}.187.1.2.9.1.5")
PEER3_AS: Final = Column("cbgpPeer3RemoteAs", f"{_MGMT}.187.1.2.9.1.13")

_AMPERES, _CELSIUS, _DBM = 5, 8, 14
_UNITS: Final = 9
_OK: Final = 1
_NORMAL, _NOT_PRESENT, _NOT_FUNCTIONING = 1, 5, 6
_FRU_ON, _TRAY_UNKNOWN, _TRAY_UP = 2, 1, 2
_INVALID: Final = 2
_KIBIBYTE: Final = 1024
_ALWAYS_FULL: Final = frozenset({"lsmpi_io"})
"""A pool of fixed buffers between IOSd and Linux: full by design."""

_VERSION: Final = re.compile(r"\bVersion (?P<version>[^,\s]+)")
_IMAGE: Final = re.compile(r"Software(?: \[\w+\])?, (?P<model>\S+) Software \(")
_OPTICAL: Final = re.compile(
    r"\A(?P<port>\S.*?)(?: Lane (?P<lane>\d+))?(?: Transceiver)?(?: Module)?"
    r" (?P<what>Receive Power|Rx Power|Transmit Power|Tx Power|Bias Current)(?: Sensor)?\Z",
    re.IGNORECASE,
)
_SUBSLOT: Final = re.compile(r"\Asubslot (?P<slot>\d+/\d+) transceiver (?P<port>\d+)\Z")
_OF_MODULE: Final = re.compile(r"transceiver|Module Temperature Sensor", re.IGNORECASE)


def _identity(sight: Sight) -> Iterator[Identity]:
    """`Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 15.0(2)SE4, RELEASE ...`."""
    described = sight.text(SYS_DESCR)
    image, version = _IMAGE.search(described), _VERSION.search(described)
    identity = Identity(
        of_chassis(sight, ENTITY_MODEL) or (image["model"] if image else ""),
        version["version"] if version else of_chassis(sight, ENTITY_SOFTWARE),
        of_chassis(sight, ENTITY_SERIAL),
    )
    if identity != Identity():
        yield identity


def _cpu(sight: Sight) -> Iterator[Cpu]:
    entities = sight.numbers(CPU_ENTITY)
    for index, load in sight.numbers(CPU_1M).items():
        ratio = percent(load)
        entity = str(entities.get(index, 0))
        name = entity_name(sight, entity)
        if ratio is not None:
            yield Cpu(f"CPU {index}" if name == entity else f"CPU {index} ({name})", ratio)


def _pools(
    names: Mapping[str, str], used: Mapping[str, int], free: Mapping[str, int], unit: int
) -> Iterator[Memory]:
    for index, part in used.items():
        name = names.get(index, f"memory {index}")
        total = part + free.get(index, 0)
        ratio = used_part(part, total)
        if ratio is not None and name not in _ALWAYS_FULL:
            yield Memory(name, ratio, total * unit)


def _enhanced_memory(sight: Sight) -> Iterator[Memory]:
    """Pools by board; the 64-bit columns where there are such."""
    used = {**sight.numbers(ENHANCED_USED), **sight.numbers(ENHANCED_HC_USED)}
    free = {**sight.numbers(ENHANCED_FREE), **sight.numbers(ENHANCED_HC_FREE)}
    return _pools(sight.texts(ENHANCED_NAME), used, free, 1)


def _memory(sight: Sight) -> Iterator[Memory]:
    valid, used = sight.numbers(POOL_VALID), sight.numbers(POOL_USED)
    usable = {i: part for i, part in used.items() if valid.get(i) != _INVALID}
    return _pools(sight.texts(POOL_NAME), usable, sight.numbers(POOL_FREE), 1)


def _cpu_memory(sight: Sight) -> Iterator[Memory]:
    used, free = sight.numbers(CPU_MEMORY_USED), sight.numbers(CPU_MEMORY_FREE)
    return _pools({}, used, free, _KIBIBYTE)


def _temperature(sight: Sight) -> Iterator[Temperature]:
    names, states = sight.texts(TEMPERATURE_NAME), sight.numbers(TEMPERATURE_STATE)
    for index, value in sight.numbers(TEMPERATURE).items():
        degrees = celsius(value)
        if degrees is not None and states.get(index, _NORMAL) < _NOT_PRESENT:
            yield Temperature(names.get(index, f"sensor {index}"), degrees)


def _sensors(sight: Sight, kind: int) -> Iterator[tuple[str, float]]:
    """Yield name and value of the sensors of a type that work."""
    scales, precisions = sight.numbers(SENSOR_SCALE), sight.numbers(SENSOR_PRECISION)
    states, values = sight.numbers(SENSOR_STATUS), sight.numbers(SENSOR_VALUE)
    for index, found in sight.numbers(SENSOR_TYPE).items():
        if found == kind and index in values and states.get(index, _OK) == _OK:
            value = scaled(values[index], scales.get(index, _UNITS), precisions.get(index, 0))
            if value is not None:
                yield entity_name(sight, index), value


def _sensor_temperature(sight: Sight) -> Iterator[Temperature]:
    """Read what is no optical module's."""
    for name, value in _sensors(sight, _CELSIUS):
        degrees = celsius(value)
        if degrees is not None and not _OF_MODULE.search(name):
            yield Temperature(name, degrees)


def _fans(sight: Sight) -> Iterator[Part]:
    return _parts(sight.texts(FAN_NAME), sight.numbers(FAN_STATE), "fan")


def _power(sight: Sight) -> Iterator[Part]:
    return _parts(sight.texts(SUPPLY_NAME), sight.numbers(SUPPLY_STATE), "power")


def _parts(names: Mapping[str, str], states: Mapping[str, int], kind: str) -> Iterator[Part]:
    for index, state in states.items():
        if state != _NOT_PRESENT:
            yield Part(names.get(index, f"{kind} {index}"), state == _NORMAL)


def _fan_trays(sight: Sight) -> Iterator[Part]:
    for index, state in sight.numbers(FAN_TRAY).items():
        if state != _TRAY_UNKNOWN:
            yield Part(entity_name(sight, index), state == _TRAY_UP)


def _fru_power(sight: Sight) -> Iterator[Part]:
    classes = sight.numbers(ENTITY_CLASS)
    for index, state in sight.numbers(FRU_SUPPLY).items():
        if classes.get(index) == POWER_SUPPLY:
            yield Part(entity_name(sight, index), state == _FRU_ON)


def _optics(sight: Sight) -> Iterator[Optics]:
    found: dict[tuple[str, int | None], dict[str, float]] = {}
    names = _port_names(sight)
    for kind in (_DBM, _AMPERES):
        for name, value in _sensors(sight, kind):
            match = _OPTICAL.match(name)
            if match is None:
                continue
            port, lane = _port(match["port"], names), match["lane"]
            what = match["what"].lower().split()[0][0]
            if (kind == _DBM and dbm(value) is not None and what in "rt") or (
                kind == _AMPERES and what == "b" and amperes(value) is not None
            ):
                found.setdefault((port, int(lane) if lane else None), {})[what] = value
    several = {port for port, lane in found if lane is not None and lane > 1}
    for (port, lane), values in found.items():
        which = lane if port in several else None
        yield Optics(port, which, values.get("r"), values.get("t"), values.get("b"))


def _port_names(sight: Sight) -> dict[str, str]:
    """Return ifName by each name of a port: its ifName, its ifDescr, its place `0/0/1` alone.

    A place that two ports have (of different kinds) names neither.
    """
    short = sight.texts(IF_NAME)
    found: dict[str, str] = {}
    places: dict[str, set[str]] = {}
    for index, descr in sight.texts(IF_DESCR).items():
        name = short.get(index, descr)
        found[descr] = name
        places.setdefault(descr.lstrip(ascii_letters + "-"), set()).add(name)
    found |= {name: name for name in short.values()}
    return found | {place: names.pop() for place, names in places.items() if len(names) == 1}


def _port(name: str, names: Mapping[str, str]) -> str:
    subslot = _SUBSLOT.match(name)
    if subslot:
        return names.get(f"{subslot['slot']}/{subslot['port']}", name)
    return names.get(name, name)


def _bgp_by_vrf(sight: Sight) -> Iterator[BgpPeer]:
    """Read peers; the index is VRF number.type.length.address."""
    remote, vrfs = sight.numbers(PEER3_AS), sight.texts(PEER3_VRF)
    for index, state in sight.numbers(PEER3_STATE).items():
        number, _, rest = index.partition(".")
        address = _inet_address(rest)
        if address is not None:
            vrf = vrfs.get(index, "" if number == "0" else number)
            name = "" if vrf == "default" else vrf
            yield BgpPeer(address, remote.get(index), state_name(BGP_STATES, state), name)


def _bgp(sight: Sight) -> Iterator[BgpPeer]:
    """Read peers; the index is type.length.address."""
    remote = sight.numbers(PEER2_AS)
    for index, state in sight.numbers(PEER2_STATE).items():
        address = _inet_address(index)
        if address is not None:
            yield BgpPeer(address, remote.get(index), state_name(BGP_STATES, state))


def _inet_address(index: str) -> str | None:
    """Read InetAddressType and InetAddress (RFC 4001): type.length.octets."""
    arcs = index.split(".")
    fits = len(arcs) > 2 and arcs[1] == str(len(arcs) - 2)
    return address_in(arcs[2:]) if fits else None


_NAMES: Final = (ENTITY_NAME, ENTITY_DESCR)
_SENSORS: Final = (SENSOR_TYPE, SENSOR_SCALE, SENSOR_PRECISION, SENSOR_VALUE, SENSOR_STATUS)

VENDOR: Final = Vendor(
    platform="cisco_ios",
    title="Cisco IOS, IOS-XE",
    object_ids=("1.3.6.1.4.1.9.1",),
    described=(r"Cisco IOS Software", r"Cisco Internetwork Operating System"),
    identity=(
        Source(
            (ENTITY_CLASS, ENTITY_MODEL, ENTITY_SOFTWARE, ENTITY_SERIAL), _identity, "synthetic"
        ),
    ),
    cpu=(Source((CPU_1M, CPU_ENTITY, *_NAMES), _cpu, "synthetic", _NAMES),),
    memory=(
        Source(
            (ENHANCED_NAME, ENHANCED_USED, ENHANCED_FREE, ENHANCED_HC_USED, ENHANCED_HC_FREE),
            _enhanced_memory,
            "synthetic",
        ),
        Source((POOL_NAME, POOL_VALID, POOL_USED, POOL_FREE), _memory, "synthetic"),
        Source((CPU_MEMORY_USED, CPU_MEMORY_FREE), _cpu_memory),
    ),
    temperature=(
        Source((TEMPERATURE, TEMPERATURE_NAME, TEMPERATURE_STATE), _temperature, "synthetic"),
        Source((*_SENSORS, *_NAMES), _sensor_temperature, "synthetic"),
    ),
    fans=(
        Source((FAN_STATE, FAN_NAME), _fans, "synthetic"),
        Source((FAN_TRAY, *_NAMES), _fan_trays, "synthetic"),
    ),
    power=(
        Source((SUPPLY_STATE, SUPPLY_NAME), _power, "synthetic"),
        Source((FRU_SUPPLY, ENTITY_CLASS, *_NAMES), _fru_power, "synthetic"),
    ),
    optics=(
        Source((*_SENSORS, *_NAMES, IF_NAME, IF_DESCR), _optics, "synthetic", (IF_NAME, IF_DESCR)),
    ),
    bgp_peers=(
        Source((PEER3_STATE, PEER3_AS, PEER3_VRF), _bgp_by_vrf, "synthetic"),
        Source((PEER2_STATE, PEER2_AS), _bgp, "synthetic"),
        BGP,
    ),
    ospf_neighbours=(OSPF,),
    config_changed=Column("ccmHistoryRunningLastChanged", f"{_MGMT}.43.1.1.1", "0.01 s"),
    traps={
        f"{_MGMT}.13.3.0.3": "temperature.high",  # ciscoEnvMonTemperatureNotification
        f"{_MGMT}.13.3.0.4": "fan.failed",  # ciscoEnvMonFanNotification
        f"{_MGMT}.13.3.0.5": "power.failed",  # ciscoEnvMonRedundantSupplyNotification
        f"{_MGMT}.43.2.0.1": "config.changed",  # ciscoConfigManEvent
        f"{_MGMT}.43.2.0.2": "config.changed",  # ccmCLIRunningConfigChanged
        f"{_MGMT}.109.2.0.1": "cpu.high",  # cpmCPURisingThreshold
        f"{_MGMT}.109.2.0.2": "cpu.restored",  # cpmCPUFallingThreshold
        f"{_MGMT}.117.2.0.3": "hardware.changed",  # cefcFRUInserted
        f"{_MGMT}.117.2.0.4": "hardware.changed",  # cefcFRURemoved
        f"{_MGMT}.187.0.2": "bgp.down",  # cbgpBackwardTransition
        f"{_MGMT}.187.0.5": "bgp.up",  # cbgpPeer2EstablishedNotification
        f"{_MGMT}.187.0.6": "bgp.down",  # cbgpPeer2BackwardTransNotification
        f"{_MGMT}.187.0.8": "bgp.down",  # cbgpPeer2BackwardTransition
    },
)
