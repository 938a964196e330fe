"""What a vendor's file says: how its boxes are recognised, and where each reading lies.

A vendor is data: columns of MIB tables, and small pure functions that make readings of them.
Nothing here opens a socket; `collectors/_inspection.py` walks what a vendor names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Generic, Literal, TypeVar

from collectors._contract import Heard
from collectors._text import decode

Sure = Literal["recorded", "synthetic", "documentation"]
"""How a reading was checked: against a recording of a real device, against a recording written
from the MIB's definitions, or against nothing but the MIB's text."""


@dataclass(frozen=True, slots=True)
class Column:
    """An object of a MIB: a table's column, or a scalar (its one index is `0`).

    `unit`: of one step of the value as the agent gives it, e.g. `%`, `byte`, `0.01 dBm`.
    """

    name: str
    oid: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a box is; "" = it does not say."""

    model: str = ""
    version: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Cpu:
    """The load of one processor or board, 0-1."""

    name: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of one board or pool: used part 0-1, and all of it in bytes where it says so."""

    name: str
    used_ratio: float
    total_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Temperature:
    """A temperature in degrees Celsius."""

    name: str
    celsius: float


@dataclass(frozen=True, slots=True)
class Part:
    """A fan or a power supply that is fitted; one that is not fitted is left out."""

    name: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Optics:
    """One lane of an optical module: dBm, amperes, degrees Celsius, volts; None = not told.

    `lane` counts from 1; None for a module with one lane.
    """

    interface: str
    lane: int | None = None
    rx_dbm: float | None = None
    tx_dbm: float | None = None
    bias_amperes: float | None = None
    celsius: float | None = None
    volts: float | None = None


@dataclass(frozen=True, slots=True)
class BgpPeer:
    """A BGP session; `state` in the words of RFC 4271 (idle, ..., established); `vrf` "" = none.

    `stopped`: True where somebody shut it down on purpose (bgpPeerAdminStatus stop), else None.
    """

    address: str
    remote_as: int | None
    state: str
    vrf: str = ""
    stopped: bool | None = None


@dataclass(frozen=True, slots=True)
class OspfNeighbour:
    """An OSPF adjacency; `state` in the words of RFC 4750 (down, ..., twoWay, ..., full)."""

    router_id: str
    address: str
    state: str


class Sight:
    """What has been read of a device so far: columns by OID, values by index (`"7"`, `"1.1.2"`).

    What is asked twice is made once: a column of names is looked at for every row of a table.
    `names`: where columns are found that are not among `columns`.
    """

    __slots__ = ("_columns", "_names", "_numbers", "_texts")

    def __init__(
        self, columns: Mapping[str, Mapping[str, Heard]], names: Sight | None = None
    ) -> None:
        self._columns = columns
        self._names = names
        self._numbers: dict[str, tuple[Mapping[str, Heard], dict[str, int]]] = {}
        self._texts: dict[str, tuple[Mapping[str, Heard], dict[str, str]]] = {}

    def column(self, column: Column) -> Mapping[str, Heard]:
        """Return the values of a column by index, in the order of the walk; empty = none."""
        found = self._columns.get(column.oid)
        if found is None:
            return _NOTHING if self._names is None else self._names.column(column)
        return found

    def numbers(self, column: Column) -> dict[str, int]:
        """Return the values that are whole numbers. Not to be changed: it is made once."""
        if self._names is not None and column.oid not in self._columns:
            return self._names.numbers(column)
        raw = self.column(column)
        made = self._numbers.get(column.oid)
        if made is None or made[0] is not raw:
            numbers = {index: value for index, value in raw.items() if isinstance(value, int)}
            made = self._numbers[column.oid] = (raw, numbers)
        return made[1]

    def texts(self, column: Column) -> dict[str, str]:
        """Return the values as one line of text without surrounding blanks; empty ones left out.

        Not to be changed: it is made once.
        """
        if self._names is not None and column.oid not in self._columns:
            return self._names.texts(column)
        raw = self.column(column)
        made = self._texts.get(column.oid)
        if made is None or made[0] is not raw:
            texts = {index: " ".join(_lines(value)) for index, value in raw.items()}
            texts = {index: text for index, text in texts.items() if text}
            made = self._texts[column.oid] = (raw, texts)
        return made[1]

    def number(self, scalar: Column) -> int | None:
        """Return the value of a scalar."""
        return self.numbers(scalar).get("0")

    def text(self, scalar: Column) -> str:
        """Return the text of a scalar; "" = none."""
        return " ".join(self.lines(scalar))

    def lines(self, scalar: Column) -> list[str]:
        """Return the lines of a scalar's text without surrounding blanks; empty ones left out."""
        value = self.column(scalar).get("0")
        return [] if value is None else _lines(value)


_NOTHING: Final[Mapping[str, Heard]] = MappingProxyType({})


def _lines(value: Heard) -> list[str]:
    parts = value.splitlines() if isinstance(value, bytes) else [value]
    return [line for part in parts if (line := decode(part).strip())]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """One place where a reading may lie: the columns to walk and what to make of them."""

    columns: tuple[Column, ...]
    read: Callable[[Sight], Iterable[T]]
    sure: Sure = "documentation"
    names: tuple[Column, ...] = ()
    """Those of the columns that name things by another index than the readings': what is asked
    often takes them from the last walk."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """How the platform's agents want to be asked; seconds, rows per GETBULK."""

    bulk_size: int = 20
    timeout: float = 3.0
    """Per request: sensors may take more than 300 ms each, a table several seconds."""
    name_is_first_word: bool = False
    """No ifName, and ifDescr carries the description behind the name that an inventory uses."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One platform. Of each tuple of sources the first that gives readings counts.

    `object_ids`: prefixes of sysObjectID, the longest match of all vendors wins; `described`:
    regular expressions for sysDescr where no prefix matches. `traps`: notification OID -> event
    code (`power.failed`, `optics.low`, ...), beside the standard ones.
    """

    platform: str
    title: str
    object_ids: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    identity: tuple[Source[Identity], ...] = ()
    cpu: tuple[Source[Cpu], ...] = ()
    memory: tuple[Source[Memory], ...] = ()
    temperature: tuple[Source[Temperature], ...] = ()
    fans: tuple[Source[Part], ...] = ()
    power: tuple[Source[Part], ...] = ()
    optics: tuple[Source[Optics], ...] = ()
    bgp_peers: tuple[Source[BgpPeer], ...] = ()
    ospf_neighbours: tuple[Source[OspfNeighbour], ...] = ()
    uptime: Literal["agent", "host"] = "agent"
    """sysUpTime is the agent's; a host's own is hrSystemUptime (HOST-RESOURCES-MIB)."""
    config_changed: Column | None = None
    """sysUpTime when the running configuration was last modified, 1/100 s."""
    quirks: Quirks = field(default_factory=Quirks)
    traps: Mapping[str, str] = field(default_factory=dict)


SECTIONS: Final = (
    "cpu", "memory", "temperature", "fans", "power", "optics", "bgp_peers", "ospf_neighbours",
)  # fmt: skip
"""The readings of a vendor that are lists, in the order in which they are shown."""
