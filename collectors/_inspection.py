"""A device read whole: what it is, what it has, whom it hears. `extranet discover` and the drift.

A section whose tables could not be read is named in `missing`, never taken for empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from collectors._contract import Heard, SnmpReply, SnmpWire
from collectors._memory import DeviceMemory
from collectors._recognition import recognise
from collectors._walks import Walks
from collectors.vendors._form import (
    SECTIONS,
    BgpPeer,
    Column,
    Cpu,
    Identity,
    Memory,
    Optics,
    OspfNeighbour,
    Part,
    Sight,
    Source,
    Temperature,
    Vendor,
)
from collectors.vendors._standard import ENTITY_SERIAL, SYS_DESCR, chassis
from collectors.vendors._tables import (
    INTERFACES,
    LLDP,
    LOCAL_PORT,
    LOCAL_PORT_DESCR,
    RESOLVED,
    STATIONS,
    Interface,
    LldpNeighbour,
    Station,
)
from inventory.model import Credential, Endpoint
from metrics.observation import Outcome

T = TypeVar("T")

_OBJECT_ID: Final = Column("sysObjectID", "1.3.6.1.2.1.1.2")
UPTIME: Final = Column("sysUpTime", "1.3.6.1.2.1.1.3", "0.01 s")
_NAME: Final = Column("sysName", "1.3.6.1.2.1.1.5")
_ENGINE_TIME: Final = Column("snmpEngineTime", "1.3.6.1.6.3.10.2.1.3", "s")
_HOST_UPTIME: Final = Column("hrSystemUptime", "1.3.6.1.2.1.25.1.1", "0.01 s")
_SYSTEM: Final = (SYS_DESCR, _OBJECT_ID, UPTIME, _NAME, _ENGINE_TIME, _HOST_UPTIME)
_TICKS: Final = 2**32
_HUNDREDTHS: Final = 100
_SLACK: Final = 3600
"""Seconds by which an engine's clock may differ from sysUpTime."""
_PATIENCE: Final = 2
"""Tables in a row that were met with silence, after which the device is asked no more."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A column that could not be read, with the reason of the wire.

    `no_value`: a table that each agent has is empty, so it is outside of the view (RFC 3415); the
    neighbours of LLDP without its own ports are neighbours of nobody knows which.
    """

    section: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a device shows of itself. Empty lists: it has none, unless `missing` names the section.

    `uptime_seconds`: since the agent started, or since the host did where the platform tells;
    `serials`: those of every box of a stack, `serial` among them, sorted.
    `config_changed_seconds`: age of the last change of the running configuration.
    `stations_resolved`: no table of MAC addresses told the stations, but ARP: behind which port of
    a switch each is, nobody knows.
    """

    platform: str
    sys_object_id: str
    sys_descr: str
    sys_name: str
    model: str = ""
    version: str = ""
    serial: str = ""
    serials: tuple[str, ...] = ()
    uptime_seconds: int | None = None
    config_changed_seconds: int | None = None
    interfaces: tuple[Interface, ...] = ()
    cpu: tuple[Cpu, ...] = ()
    memory: tuple[Memory, ...] = ()
    temperature: tuple[Temperature, ...] = ()
    fans: tuple[Part, ...] = ()
    power: tuple[Part, ...] = ()
    optics: tuple[Optics, ...] = ()
    bgp_peers: tuple[BgpPeer, ...] = ()
    ospf_neighbours: tuple[OspfNeighbour, ...] = ()
    lldp: tuple[LldpNeighbour, ...] = ()
    stations: tuple[Station, ...] = ()
    stations_resolved: bool = False
    missing: tuple[Missing, ...] = ()


class Reader:
    """Reads columns of one device, each once, and remembers why one could not be read."""

    def __init__(
        self,
        wire: SnmpWire,
        endpoint: Endpoint,
        credential: Credential,
        memory: DeviceMemory,
        *,
        timeout: float,
        retries: int,
        walks: Walks | None = None,
    ) -> None:
        """Read nothing yet. `walks` paces the reading; None = nobody waits for this process."""
        self.missing: list[Missing] = []
        self.broken: set[str] = set()
        """Sections of which a part could not be read: there may be more than was read."""
        self._failed: set[str] = set()
        self._columns: dict[str, dict[str, Heard]] = {}
        self.sight = Sight(self._columns)
        self._wire, self._endpoint, self._credential = wire, endpoint, credential
        self._memory = memory
        self.timeout = timeout
        self._retries = retries
        self._silences = 0
        self._walks = walks

    async def scalars(self, columns: Iterable[Column]) -> SnmpReply:
        """Read scalars in one request."""
        wanted = tuple(columns)
        reply = await self._wire.get(
            self._endpoint,
            self._credential,
            tuple(f"{column.oid}.0" for column in wanted),
            self._memory,
            timeout=self.timeout,
            retries=self._retries,
        )
        for column in wanted:
            value = reply.values.get(f"{column.oid}.0")
            self._columns[column.oid] = {} if value is None else {"0": value}
        return reply

    async def read(self, section: str, sources: Iterable[Source[T]]) -> tuple[T, ...]:
        """Return what the first source gives that gives anything."""
        return (await self.first(section, sources))[1]

    async def first(
        self, section: str, sources: Iterable[Source[T]]
    ) -> tuple[Source[T] | None, tuple[T, ...]]:
        """Return the first source that gives anything, with what it gives.

        A source that could not be read is not empty: what lies behind it is worse, and not tried.
        """
        for source in sources:
            await self.columns(section, source.columns)
            broken = any(column.oid in self._failed for column in source.columns)
            if broken:
                self.broken.add(section)
            found = tuple(source.read(self.sight))
            if found or broken:
                return source, found
        return None, ()

    async def columns(self, section: str, columns: Iterable[Column]) -> None:
        """Read those columns that were not yet, table by table."""
        tables: dict[str, list[Column]] = {}
        for column in columns:
            if column.oid not in self._columns:
                tables.setdefault(column.oid.rpartition(".")[0], []).append(column)
        for table in tables.values():
            await self._table(section, table)

    async def _table(self, section: str, columns: list[Column]) -> None:
        for column in columns:
            self._columns[column.oid] = {}
        if self._silences >= _PATIENCE:
            self._failed |= {column.oid for column in columns}
            self.missing += [Missing(section, column.name, "not_asked") for column in columns]
            return
        reply = await self._wire.table(
            self._endpoint,
            self._credential,
            tuple(column.oid for column in columns),
            self._memory,
            timeout=self.timeout,
            retries=self._retries,
        )
        if self._walks is not None:
            await self._walks.spend(len(reply.values) + len(columns))
        self._silences = self._silences + 1 if reply.outcome is Outcome.SILENT else 0
        for column in columns:
            start = len(column.oid) + 1
            self._columns[column.oid] = {
                oid[start:]: value
                for oid, value in reply.values.items()
                if oid.startswith(f"{column.oid}.")
            }
        if reply.outcome is not Outcome.ANSWERED:
            self._failed |= {column.oid for column in columns}
            self.missing += [Missing(section, column.name, reply.reason) for column in columns]


async def inspect(
    wire: SnmpWire,
    endpoint: Endpoint,
    credential: Credential,
    memory: DeviceMemory,
    *,
    timeout: float = 3.0,
    retries: int = 1,
    stations: bool = False,
) -> Inspection | SnmpReply:
    """Read a device whole; the reply that says why not, where it does not even say who it is.

    `timeout`: seconds a try, at least the platform's own. `stations`: also the MAC and ARP tables,
    which may be long.
    """
    reader = Reader(wire, endpoint, credential, memory, timeout=timeout, retries=retries)
    hello = await reader.scalars(_SYSTEM)
    if hello.outcome is not Outcome.ANSWERED:
        return hello
    sight = reader.sight
    vendor = recognise(sight.text(_OBJECT_ID), sight.text(SYS_DESCR))
    reader.timeout = max(timeout, vendor.quirks.timeout)
    memory.first_bulk = vendor.quirks.bulk_size
    identity = next(iter(await reader.read("identity", vendor.identity)), Identity())
    found: dict[str, Any] = {"interfaces": await reader.read("interfaces", (INTERFACES,))}
    if not found["interfaces"] and "interfaces" not in reader.broken:
        reader.missing.append(Missing("interfaces", "ifTable", "no_value"))
    for section in SECTIONS:
        found[section] = await reader.read(section, getattr(vendor, section))
    found["lldp"] = await reader.read("lldp", (LLDP,))
    if found["lldp"] and not (sight.column(LOCAL_PORT) or sight.column(LOCAL_PORT_DESCR)):
        reader.missing.append(Missing("lldp", "lldpLocPortTable", "no_value"))
    if stations:
        learnt = await reader.read("stations", (STATIONS,))
        found["stations"] = learnt or await reader.read("stations", (RESOLVED,))
        found["stations_resolved"] = not learnt
    up, changed = uptime(vendor, sight), None
    if vendor.config_changed is not None:  # with the uptime of now: both are of one moment
        await reader.scalars((UPTIME, vendor.config_changed))
        changed = sight.number(vendor.config_changed)
    return Inspection(
        platform=vendor.platform,
        sys_object_id=sight.text(_OBJECT_ID).strip("."),
        sys_descr=sight.text(SYS_DESCR),
        sys_name=sight.text(_NAME),
        model=identity.model,
        version=identity.version,
        serial=identity.serial,
        serials=_serials(sight, identity.serial),
        uptime_seconds=up,
        config_changed_seconds=_age(changed, sight.number(UPTIME)),
        missing=tuple(reader.missing),
        **found,
    )


def _serials(sight: Sight, own: str) -> tuple[str, ...]:
    """Return the serial numbers of all boxes: the first one of a stack may be another tomorrow."""
    texts = sight.texts(ENTITY_SERIAL)
    found = {own, *(texts.get(index, "") for index in chassis(sight))}
    return tuple(sorted(found - {""}))


def uptime(vendor: Vendor, sight: Sight) -> int | None:
    """Return how long a device is up, in seconds.

    sysUpTime wraps after 497 days; snmpEngineTime (RFC 3411) does not, but some agents count it
    from another event. So it is believed only where it says what sysUpTime says, whole wraps later.
    """
    if vendor.uptime == "host" and (host := sight.number(_HOST_UPTIME)) is not None:
        return host // _HUNDREDTHS
    ticks, engine = sight.number(UPTIME), sight.number(_ENGINE_TIME)
    if ticks is None:
        return engine
    if engine is not None:
        wraps = round((engine * _HUNDREDTHS - ticks) / _TICKS)
        wrapped = ticks + wraps * _TICKS
        if wraps > 0 and abs(engine * _HUNDREDTHS - wrapped) <= _SLACK * _HUNDREDTHS:
            return wrapped // _HUNDREDTHS
    return ticks // _HUNDREDTHS


def _age(changed: int | None, now: int | None) -> int | None:
    """Return seconds since a change that happened at an uptime; both wrap together."""
    if changed is None or now is None:
        return None
    return (now - changed) % _TICKS // _HUNDREDTHS
