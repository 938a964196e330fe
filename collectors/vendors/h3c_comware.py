"""H3C Comware 5, 7 and 9, also as sold by HP: S, SR, MSR series. HH3C-ENTITY-EXT-MIB and others.

A percentage of 0 stands on every row that has no such sensor, and one board's temperature on each
of its ports: only boards (module) and sensors count. 65535 degrees = no sensor.
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
    BGP_ADMIN,
    BGP_REMOTE_AS,
    BGP_STATE,
    BGP_STATES,
    CHASSIS,
    ENTITY_CLASS,
    ENTITY_DESCR,
    ENTITY_MODEL,
    ENTITY_NAME,
    ENTITY_SERIAL,
    ENTITY_SOFTWARE,
    FAN,
    MODULE,
    OSPF,
    POWER_SUPPLY,
    SENSOR,
    SYS_DESCR,
    entity_name,
    of_chassis,
    state_name,
)
from collectors.vendors._tables import IF_DESCR, IF_NAME, interface_names
from collectors.vendors._units import (
    address_in,
    amperes,
    celsius,
    dbm_from_hundredths,
    percent,
    volts,
)

_ENTITY: Final = "1.3.6.1.4.1.25506.2.6.1.1.1.1"
CPU_USAGE: Final = Column("hh3cEntityExtCpuUsage", f"{_ENTITY}.6", "%")
MEM_USAGE: Final = Column("hh3cEntityExtMemUsage", f"{_ENTITY}.8", "%")
MEM_SIZE: Final = Column("hh3cEntityExtMemSize", f"{_ENTITY}.10", "byte")
TEMPERATURE: Final = Column("hh3cEntityExtTemperature", f"{_ENTITY}.12", "degree Celsius")
ERROR_STATUS: Final = Column("hh3cEntityExtErrorStatus", f"{_ENTITY}.19")
MEM_SIZE_REV: Final = Column("hh3cEntityExtMemSizeRev", f"{_ENTITY}.32", "byte")
SERIAL: Final = Column("hh3cEntityExtManuSerialNum", "1.3.6.1.4.1.25506.2.6.1.2.1.1.2")

_DEVICE: Final = "1.3.6.1.4.1.25506.8.35.9.1"
FAN_STATUS: Final = Column("hh3cDevMFanStatus", f"{_DEVICE}.1.1.2")
POWER_STATUS: Final = Column("hh3cDevMPowerStatus", f"{_DEVICE}.2.1.2")

_OPTICAL: Final = "1.3.6.1.4.1.25506.2.70.1"
DIAGNOSTIC: Final = Column("hh3cTransceiverDiagnostic", f"{_OPTICAL}.1.1.8")
TX_POWER: Final = Column("hh3cTransceiverCurTXPower", f"{_OPTICAL}.1.1.9", "0.01 dBm")
RX_POWER: Final = Column("hh3cTransceiverCurRXPower", f"{_OPTICAL}.1.1.12", "0.01 dBm")
OPTICAL_TEMPERATURE: Final = Column(
    "hh3cTransceiverTemperature", f"{_OPTICAL}.1.1.15", "degree Celsius"
)
OPTICAL_VOLTAGE: Final = Column("hh3cTransceiverVoltage", f"{_OPTICAL}.1.1.16", "0.01 V")
OPTICAL_BIAS: Final = Column("hh3cTransceiverBiasCurrent", f"{_OPTICAL}.1.1.17", "0.01 mA")
LANE_TX: Final = Column("hh3cTransceiverChannelCurTXPower", f"{_OPTICAL}.2.1.2", "0.01 dBm")
LANE_RX: Final = Column("hh3cTransceiverChannelCurRXPower", f"{_OPTICAL}.2.1.3", "0.01 dBm")

PEER6_STATE: Final = Column("hh3cBgp4v2PeerState", "1.3.6.1.4.1.25506.2.183.1.1.1.3")

_SATURATED: Final = 2**32 - 1
_NO_VALUE: Final = 2**31 - 1
_ACTIVE, _DEACTIVE, _NOT_DIAGNOSED = 1, 2, 2
_ABSENT: Final = 4
_NORMAL: Final = 2
_VERSION: Final = re.compile(r"Software,?\s+Version\s+([\w.]+)")
_MODEL: Final = re.compile(
    r"^\s*(?:H3C|HPE?|Hewlett Packard Enterprise)\s+(?:Switch\s+|Series Router\s+)?"
    r"(?!Comware)([^\r\n]+?)(?:\s+Software,?\s+Version\b.*)?$",
    re.MULTILINE,
)


def _identity(sight: Sight) -> Iterator[Identity]:
    """Read sysDescr: its second line names the model, the first one the version."""
    described = "\n".join(sight.lines(SYS_DESCR))
    model, version = _MODEL.search(described), _VERSION.search(described)
    yield Identity(
        model=(model[1].strip() if model else "") or of_chassis(sight, ENTITY_MODEL),
        version=version[1] if version else of_chassis(sight, ENTITY_SOFTWARE),
        serial=of_chassis(sight, ENTITY_SERIAL) or of_chassis(sight, SERIAL),
    )


def _boards(sight: Sight) -> set[str]:
    """Return rows of boards and boxes; all rows of an agent without ENTITY-MIB."""
    classes = sight.numbers(ENTITY_CLASS)
    if not classes:
        return {*sight.numbers(CPU_USAGE), *sight.numbers(MEM_USAGE)}
    return {index for index, kind in classes.items() if kind in {CHASSIS, MODULE}}


def _size(sight: Sight, index: str) -> int | None:
    size = sight.numbers(MEM_SIZE_REV).get(index, 0)
    if size <= 0:
        size = sight.numbers(MEM_SIZE).get(index, 0)
        if size == _SATURATED:
            return None
    return size if size > 0 else None


def _cpu(sight: Sight) -> Iterator[Cpu]:
    boards, memories = _boards(sight), sight.numbers(MEM_USAGE)
    for index, usage in sight.numbers(CPU_USAGE).items():
        ratio = percent(usage)
        fitted = usage or memories.get(index, 0) or _size(sight, index)
        if ratio is not None and fitted and index in boards:
            yield Cpu(entity_name(sight, index), ratio)


def _memory(sight: Sight) -> Iterator[Memory]:
    boards = _boards(sight)
    for index, usage in sight.numbers(MEM_USAGE).items():
        ratio, size = percent(usage), _size(sight, index)
        if ratio is not None and (usage or size) and index in boards:
            yield Memory(entity_name(sight, index), ratio, size)


def _temperature(sight: Sight) -> Iterator[Temperature]:
    classes = sight.numbers(ENTITY_CLASS)
    for index, value in sight.numbers(TEMPERATURE).items():
        degrees = celsius(value)
        if value and degrees is not None and classes.get(index, MODULE) in {MODULE, SENSOR}:
            yield Temperature(entity_name(sight, index), degrees)
    names = interface_names(sight)
    for index, value in sight.numbers(OPTICAL_TEMPERATURE).items():
        degrees = celsius(value)
        if degrees is not None and index in names:
            yield Temperature(names[index], degrees)


def _parts(sight: Sight, column: Column, name: str) -> Iterator[Part]:
    """Leave out what is not fitted (3) or not watched (4)."""
    for index, status in sight.numbers(column).items():
        if status in {_ACTIVE, _DEACTIVE}:
            yield Part(f"{name} {index}", status == _ACTIVE)


def _fans(sight: Sight) -> Iterator[Part]:
    yield from _parts(sight, FAN_STATUS, "Fan")


def _power(sight: Sight) -> Iterator[Part]:
    yield from _parts(sight, POWER_STATUS, "Power Supply")


def _entity_parts(sight: Sight, kind: int) -> Iterator[Part]:
    """Parts of chassis boxes: hh3cEntityExtErrorStatus of rows of a class; absent ones left out."""
    classes = sight.numbers(ENTITY_CLASS)
    for index, status in sight.numbers(ERROR_STATUS).items():
        if classes.get(index) == kind and status not in {1, _ABSENT}:
            yield Part(entity_name(sight, index), status == _NORMAL)


def _entity_fans(sight: Sight) -> Iterator[Part]:
    yield from _entity_parts(sight, FAN)


def _entity_power(sight: Sight) -> Iterator[Part]:
    yield from _entity_parts(sight, POWER_SUPPLY)


def _optics(sight: Sight) -> Iterator[Optics]:
    names = interface_names(sight)
    received, sent = sight.numbers(RX_POWER), sight.numbers(TX_POWER)
    lanes = _lanes(sight)
    for index, diagnosed in sight.numbers(DIAGNOSTIC).items():
        name = names.get(index, index)
        if diagnosed == _NOT_DIAGNOSED:
            continue
        several = lanes.get(index, [])
        if len(several) > 1:
            for lane, rx, tx in several:
                yield Optics(name, lane, rx, tx)
            continue
        rx, tx = _power_of(received.get(index)), _power_of(sent.get(index))
        if rx is not None or tx is not None:
            yield Optics(
                name,
                rx_dbm=rx,
                tx_dbm=tx,
                bias_amperes=amperes(sight.numbers(OPTICAL_BIAS).get(index, 0) / 100_000),
                celsius=celsius(sight.numbers(OPTICAL_TEMPERATURE).get(index, _NO_VALUE)),
                volts=volts(sight.numbers(OPTICAL_VOLTAGE).get(index, 0) / 100),
            )


def _lanes(sight: Sight) -> dict[str, list[tuple[int, float | None, float | None]]]:
    """Return the lanes of each interface; the index is ifIndex.lane."""
    received, sent = sight.numbers(LANE_RX), sight.numbers(LANE_TX)
    found: dict[str, list[tuple[int, float | None, float | None]]] = {}
    for index in {**received, **sent}:
        interface, _, lane = index.partition(".")
        rx, tx = _power_of(received.get(index)), _power_of(sent.get(index))
        if lane.isdecimal() and int(lane) > 0 and (rx is not None or tx is not None):
            found.setdefault(interface, []).append((int(lane), rx, tx))
    return found


def _power_of(value: int | None) -> float | None:
    return None if value is None else dbm_from_hundredths(value)


def _bgp(sight: Sight) -> Iterator[BgpPeer]:
    """IPv4 peers as everywhere; the IPv6 ones are in the maker's own table, without their AS."""
    yield from BGP.read(sight)
    for index, state in sight.numbers(PEER6_STATE).items():
        arcs = index.split(".")
        address = address_in(arcs[-16:])
        if address is not None:
            yield BgpPeer(address, None, state_name(BGP_STATES, state))


_NAMES: Final = (ENTITY_CLASS, ENTITY_NAME, ENTITY_DESCR)

VENDOR: Final = Vendor(
    platform="h3c_comware",
    title="H3C Comware",
    object_ids=("1.3.6.1.4.1.25506", "1.3.6.1.4.1.2011.10"),
    described=("Comware", r"\bH3C\b"),
    identity=(
        Source(
            (ENTITY_CLASS, ENTITY_MODEL, ENTITY_SOFTWARE, ENTITY_SERIAL, SERIAL),
            _identity,
            "recorded",
        ),
    ),
    cpu=(Source((CPU_USAGE, MEM_USAGE, MEM_SIZE, MEM_SIZE_REV, *_NAMES), _cpu, "recorded"),),
    memory=(Source((MEM_USAGE, MEM_SIZE, MEM_SIZE_REV, *_NAMES), _memory, "recorded"),),
    temperature=(
        Source(
            (TEMPERATURE, OPTICAL_TEMPERATURE, IF_NAME, IF_DESCR, *_NAMES),
            _temperature,
            "recorded",
        ),
    ),
    fans=(
        Source((FAN_STATUS,), _fans, "recorded"),
        Source((ERROR_STATUS, *_NAMES), _entity_fans, "synthetic"),
    ),
    power=(
        Source((POWER_STATUS,), _power, "recorded"),
        Source((ERROR_STATUS, *_NAMES), _entity_power, "synthetic"),
    ),
    optics=(
        Source(
            (
                DIAGNOSTIC,
                TX_POWER,
                RX_POWER,
                OPTICAL_TEMPERATURE,
                OPTICAL_VOLTAGE,
                OPTICAL_BIAS,
                LANE_TX,
                LANE_RX,
                IF_NAME,
                IF_DESCR,
            ),
            _optics,
            "recorded",
        ),
    ),
    bgp_peers=(Source((BGP_STATE, BGP_ADMIN, BGP_REMOTE_AS, PEER6_STATE), _bgp, "synthetic"),),
    ospf_neighbours=(OSPF,),
    config_changed=Column("hh3cCfgRunModifiedLast", "1.3.6.1.4.1.25506.2.4.1.1.1", "0.01 s"),
    quirks=Quirks(timeout=6.0),
    traps={"1.3.6.1.4.1.25506.2.4.2.1": "config.changed"},
)
