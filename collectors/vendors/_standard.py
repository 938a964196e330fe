"""Everything else: what the standard MIBs say, also behind each vendor's own.

Recognised by nothing: it is what remains. ENTITY-MIB (RFC 6933), ENTITY-SENSOR-MIB (RFC 3433),
HOST-RESOURCES-MIB (RFC 2790), BGP4-MIB (RFC 4273), OSPF-MIB (RFC 4750).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from collectors.vendors._form import (
    BgpPeer,
    Column,
    Cpu,
    Identity,
    Memory,
    OspfNeighbour,
    Sight,
    Source,
    Temperature,
    Vendor,
)
from collectors.vendors._units import address_in, celsius, percent, scaled, unwrapped, used_part

SYS_DESCR: Final = Column("sysDescr", "1.3.6.1.2.1.1.1")

_ENTITY: Final = "1.3.6.1.2.1.47.1.1.1.1"
ENTITY_DESCR: Final = Column("entPhysicalDescr", f"{_ENTITY}.2")
ENTITY_CLASS: Final = Column("entPhysicalClass", f"{_ENTITY}.5")
ENTITY_NAME: Final = Column("entPhysicalName", f"{_ENTITY}.7")
ENTITY_SOFTWARE: Final = Column("entPhysicalSoftwareRev", f"{_ENTITY}.10")
ENTITY_SERIAL: Final = Column("entPhysicalSerialNum", f"{_ENTITY}.11")
ENTITY_MODEL: Final = Column("entPhysicalModelName", f"{_ENTITY}.13")
CHASSIS, CONTAINER, POWER_SUPPLY, FAN, SENSOR, MODULE, PORT, STACK = 3, 5, 6, 7, 8, 9, 10, 11
"""entPhysicalClass."""

_SENSOR: Final = "1.3.6.1.2.1.99.1.1.1"
SENSOR_TYPE: Final = Column("entPhySensorType", f"{_SENSOR}.1")
SENSOR_SCALE: Final = Column("entPhySensorScale", f"{_SENSOR}.2")
SENSOR_PRECISION: Final = Column("entPhySensorPrecision", f"{_SENSOR}.3")
SENSOR_VALUE: Final = Column("entPhySensorValue", f"{_SENSOR}.4", "by scale and precision")
SENSOR_STATUS: Final = Column("entPhySensorOperStatus", f"{_SENSOR}.5")
_CELSIUS: Final = 8
_SENSOR_OK: Final = 1

PROCESSOR_LOAD: Final = Column("hrProcessorLoad", "1.3.6.1.2.1.25.3.3.1.2", "%")
_STORAGE: Final = "1.3.6.1.2.1.25.2.3.1"
STORAGE_TYPE: Final = Column("hrStorageType", f"{_STORAGE}.2")
STORAGE_DESCR: Final = Column("hrStorageDescr", f"{_STORAGE}.3")
STORAGE_UNITS: Final = Column("hrStorageAllocationUnits", f"{_STORAGE}.4", "byte")
STORAGE_SIZE: Final = Column("hrStorageSize", f"{_STORAGE}.5", "allocation unit")
STORAGE_USED: Final = Column("hrStorageUsed", f"{_STORAGE}.6", "allocation unit")
_RAM: Final = "1.3.6.1.2.1.25.2.1.2"

_BGP: Final = "1.3.6.1.2.1.15.3.1"
BGP_STATE: Final = Column("bgpPeerState", f"{_BGP}.2")
BGP_ADMIN: Final = Column("bgpPeerAdminStatus", f"{_BGP}.3")
BGP_REMOTE_AS: Final = Column("bgpPeerRemoteAs", f"{_BGP}.9")
BGP_STOP: Final = 1
"""bgpPeerAdminStatus of a session that somebody shut down."""
BGP_STATES: Final = ("idle", "connect", "active", "opensent", "openconfirm", "established")

_OSPF: Final = "1.3.6.1.2.1.14.10.1"
OSPF_ROUTER: Final = Column("ospfNbrRtrId", f"{_OSPF}.3")
OSPF_STATE: Final = Column("ospfNbrState", f"{_OSPF}.6")
OSPF_STATES: Final = (
    "down", "attempt", "init", "twoWay", "exchangeStart", "exchange", "loading", "full",
)  # fmt: skip


def entity_name(sight: Sight, index: str) -> str:
    """Return what the box calls a part: entPhysicalName, else its description, else its number."""
    return sight.texts(ENTITY_NAME).get(index) or sight.texts(ENTITY_DESCR).get(index) or index


def chassis(sight: Sight) -> list[str]:
    """Return the indexes of the boxes themselves: chassis, or what stands for one (a stack)."""
    classes = sight.numbers(ENTITY_CLASS)
    return [
        *(index for index, kind in classes.items() if kind == CHASSIS),
        *(index for index, kind in classes.items() if kind == STACK),
    ]


def of_chassis(sight: Sight, column: Column) -> str:
    """Return what the first box says in a column; "" = none does."""
    texts = sight.texts(column)
    return next((texts[index] for index in chassis(sight) if index in texts), "")


def state_name(states: tuple[str, ...], number: int) -> str:
    """Return the name of a state that is numbered from 1, or the number where it has none."""
    return states[number - 1] if 1 <= number <= len(states) else str(number)


def as_number(value: int | None) -> int | None:
    """Return an AS number: some agents give one above 2^31 as a negative Integer32."""
    return None if value is None else value % 2**32


def _identity(sight: Sight) -> Iterator[Identity]:
    yield Identity(
        model=of_chassis(sight, ENTITY_MODEL) or of_chassis(sight, ENTITY_DESCR),
        version=of_chassis(sight, ENTITY_SOFTWARE),
        serial=of_chassis(sight, ENTITY_SERIAL),
    )


def _cpu(sight: Sight) -> Iterator[Cpu]:
    for number, (_, load) in enumerate(sight.numbers(PROCESSOR_LOAD).items()):
        ratio = percent(load)
        if ratio is not None:
            yield Cpu(f"CPU {number}", ratio)


def _memory(sight: Sight) -> Iterator[Memory]:
    units, sizes = sight.numbers(STORAGE_UNITS), sight.numbers(STORAGE_SIZE)
    used, names = sight.numbers(STORAGE_USED), sight.texts(STORAGE_DESCR)
    for index, kind in sight.texts(STORAGE_TYPE).items():
        if kind.strip(".") != _RAM:
            continue
        size, unit = unwrapped(sizes.get(index, 0)), units.get(index, 0)
        ratio = used_part(unwrapped(used.get(index, -1)), size)
        if ratio is not None and index in used:
            yield Memory(names.get(index, index), ratio, size * unit if unit > 0 else None)


def sensor_values(sight: Sight, kind: int) -> Iterator[tuple[str, float]]:
    """Yield index and value of the sensors of a type that work."""
    scales, precisions = sight.numbers(SENSOR_SCALE), sight.numbers(SENSOR_PRECISION)
    states, values = sight.numbers(SENSOR_STATUS), sight.numbers(SENSOR_VALUE)
    for index, found in sight.numbers(SENSOR_TYPE).items():
        if found == kind and index in values and states.get(index, _SENSOR_OK) == _SENSOR_OK:
            value = scaled(values[index], scales.get(index, 9), precisions.get(index, 0))
            if value is not None:
                yield index, value


def _temperature(sight: Sight) -> Iterator[Temperature]:
    for index, value in sensor_values(sight, _CELSIUS):
        degrees = celsius(value)
        if degrees is not None:
            yield Temperature(entity_name(sight, index), degrees)


def _bgp(sight: Sight) -> Iterator[BgpPeer]:
    remote, admin = sight.numbers(BGP_REMOTE_AS), sight.numbers(BGP_ADMIN)
    for index, state in sight.numbers(BGP_STATE).items():
        address = address_in(index.split("."))
        if address is not None:
            yield BgpPeer(
                address,
                as_number(remote.get(index)),
                state_name(BGP_STATES, state),
                stopped=admin.get(index) == BGP_STOP or None,
            )


def _ospf(sight: Sight) -> Iterator[OspfNeighbour]:
    routers = sight.texts(OSPF_ROUTER)
    for index, state in sight.numbers(OSPF_STATE).items():
        address = address_in(index.split(".")[:4])
        if address is not None:
            yield OspfNeighbour(routers.get(index, ""), address, state_name(OSPF_STATES, state))


IDENTITY: Final = Source(
    (ENTITY_CLASS, ENTITY_DESCR, ENTITY_SOFTWARE, ENTITY_SERIAL, ENTITY_MODEL), _identity,
    "recorded",
)  # fmt: skip
CPU: Final = Source((PROCESSOR_LOAD,), _cpu, "recorded")
MEMORY: Final = Source(
    (STORAGE_TYPE, STORAGE_DESCR, STORAGE_UNITS, STORAGE_SIZE, STORAGE_USED), _memory, "recorded"
)
TEMPERATURE: Final = Source(
    (SENSOR_TYPE, SENSOR_SCALE, SENSOR_PRECISION, SENSOR_VALUE, SENSOR_STATUS, ENTITY_NAME,
     ENTITY_DESCR), _temperature, "synthetic",
)  # fmt: skip
BGP: Final = Source((BGP_STATE, BGP_ADMIN, BGP_REMOTE_AS), _bgp, "recorded")
OSPF: Final = Source((OSPF_STATE, OSPF_ROUTER), _ospf, "synthetic")

VENDOR: Final = Vendor(
    platform="generic",
    title="standard MIBs",
    identity=(IDENTITY,),
    cpu=(CPU,),
    memory=(MEMORY,),
    temperature=(TEMPERATURE,),
    bgp_peers=(BGP,),
    ospf_neighbours=(OSPF,),
)
