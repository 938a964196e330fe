"""What the makers' agents say beside the ports: processor, memory, temperature, fans, light.

A box has one board, one fan and one power supply. Loads follow the time of day, each box in its own
way; a port whose circuit is cut hears no light. OIDs: the makers' own MIBs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from simulator import ber
from simulator.world import Agent

_DAY: Final = 8_640_000
"""Ticks."""
_BOARD: Final = 67_108_873
"""entPhysicalIndex of the board, above those of the ports."""
_DARK: Final = -4000
"""0.01 dBm where no light comes in."""

Number = Callable[[Agent, int, int], int]
Text = Callable[[Agent, int, int], bytes]


@dataclass(frozen=True, slots=True)
class Told:
    """An object: a leaf with its whole instance, or (`column`) a column with a row per port."""

    oid: ber.Oid
    tag: int
    value: Number | None = None
    text: Text | None = None
    column: bool = False


def _seed(agent: Agent) -> int:
    return int.from_bytes(agent.key[-2:], "big")


def _load(agent: Agent, _row: int, ticks: int) -> int:
    """Return the processor's load in per cent: 5 to 60 over the day."""
    phase = 2 * math.pi * ((ticks + _seed(agent) * 977) % _DAY) / _DAY
    return round(25 + _seed(agent) % 15 + 20 * math.sin(phase))


def _memory(agent: Agent, _row: int, _ticks: int) -> int:
    return 35 + _seed(agent) % 40


def _degrees(agent: Agent, row: int, ticks: int) -> int:
    return 32 + _seed(agent) % 9 + _load(agent, row, ticks) // 8


def _lit(agent: Agent, row: int) -> bool:
    return row < len(agent.ports)


def _received(agent: Agent, row: int, _ticks: int) -> int:
    """Return 0.01 dBm: -6 to -16 by the circuit, darkness when it is cut or nobody is there."""
    if not _lit(agent, row) or not agent.ports[row].up():
        return _DARK
    return -600 - (_seed(agent) * 31 + row * 137) % 1000


def _sent(agent: Agent, row: int, _ticks: int) -> int:
    return -250 - (_seed(agent) * 17 + row * 53) % 300


def _module(agent: Agent, row: int, _ticks: int) -> int:
    return 2 if _lit(agent, row) else 1  # singleMode, notSupported


def _diagnosed(agent: Agent, row: int, _ticks: int) -> int:
    return 1 if _lit(agent, row) else 2


def _port_name(agent: Agent, row: int, _ticks: int) -> bytes:
    return agent.platform.port.format(row + 1).encode()


def _always(number: int) -> Number:
    return lambda _agent, _row, _ticks: number


def _words(text: str) -> Text:
    return lambda _agent, _row, _ticks: text.encode()


def _oid(text: str) -> ber.Oid:
    return tuple(map(int, text.split(".")))


def _leaf(oid: str, value: Number, tag: int = ber.INTEGER) -> Told:
    return Told(_oid(oid), tag, value)


def _name(oid: str, text: str) -> Told:
    return Told(_oid(oid), ber.OCTET_STRING, text=_words(text))


def _column(oid: str, value: Number) -> Told:
    return Told(_oid(oid), ber.INTEGER, value, column=True)


_ENTITY: Final = "1.3.6.1.2.1.47.1.1.1.1"
_HUAWEI: Final = "1.3.6.1.4.1.2011.5.25.31.1.1"
_H3C: Final = "1.3.6.1.4.1.25506"
_ZTE: Final = "1.3.6.1.4.1.3902.3"
_RUIJIE: Final = "1.3.6.1.4.1.4881.1.1.10.2"

BOARDS: Final[Mapping[str, tuple[Told, ...]]] = {
    "huawei_vrp": (
        _leaf(f"{_ENTITY}.5.{_BOARD}", _always(9)),
        Told(_oid(f"{_ENTITY}.7"), ber.OCTET_STRING, text=_port_name, column=True),
        _name(f"{_ENTITY}.7.{_BOARD}", "MPU Board 0"),
        _leaf(f"{_HUAWEI}.1.1.5.{_BOARD}", _load),
        _leaf(f"{_HUAWEI}.1.1.7.{_BOARD}", _memory),
        _leaf(f"{_HUAWEI}.1.1.9.{_BOARD}", _always(1 << 30)),
        _leaf(f"{_HUAWEI}.1.1.11.{_BOARD}", _degrees),
        _column(f"{_HUAWEI}.3.1.1", _module),
        _column(f"{_HUAWEI}.3.1.8", _received),
        _column(f"{_HUAWEI}.3.1.9", _sent),
        _leaf(f"{_HUAWEI}.10.1.3.0.1", _always(1)),
        _leaf(f"{_HUAWEI}.10.1.6.0.1", _always(1)),
        _leaf(f"{_HUAWEI}.10.1.7.0.1", _always(1)),
        _leaf(f"{_HUAWEI}.18.1.5.0.1", _always(1)),
        _leaf(f"{_HUAWEI}.18.1.6.0.1", _always(1)),
    ),
    "h3c_comware": (
        _leaf(f"{_ENTITY}.5.{_BOARD}", _always(9)),
        _name(f"{_ENTITY}.7.{_BOARD}", "Board 1"),
        _leaf(f"{_H3C}.2.6.1.1.1.1.6.{_BOARD}", _load),
        _leaf(f"{_H3C}.2.6.1.1.1.1.8.{_BOARD}", _memory),
        _leaf(f"{_H3C}.2.6.1.1.1.1.12.{_BOARD}", _degrees),
        _column(f"{_H3C}.2.70.1.1.1.8", _diagnosed),
        _column(f"{_H3C}.2.70.1.1.1.9", _sent),
        _column(f"{_H3C}.2.70.1.1.1.12", _received),
        _leaf(f"{_H3C}.8.35.9.1.1.1.2.1", _always(1)),
        _leaf(f"{_H3C}.8.35.9.1.2.1.2.1", _always(1)),
    ),
    "zte_zxros": (
        _leaf(f"{_ZTE}.3.1.1.2.1", _always(1)),
        _leaf(f"{_ZTE}.3.1.1.4.1", _memory),
        _leaf(f"{_ZTE}.3.1.1.6.1", _load),
        _leaf(f"{_ZTE}.3.1.1.11.1", _load),
    ),
    "ruijie_rgos": (
        _leaf(f"{_RUIJIE}.1.1.16.0", _degrees),
        _leaf(f"{_RUIJIE}.1.1.18.1.2.1", _always(4)),
        _leaf(f"{_RUIJIE}.1.1.21.1.2.1", _always(4)),
        _leaf(f"{_RUIJIE}.35.1.1.1.3.1", _memory),
        _leaf(f"{_RUIJIE}.36.1.1.2.0", _load),
        _column(f"{_RUIJIE}.105.1.1.1.15", _diagnosed),
        _column(f"{_RUIJIE}.105.1.1.1.76", _received),
        _column(f"{_RUIJIE}.105.1.1.1.81", _sent),
    ),
    "net_snmp": (
        _leaf("1.3.6.1.2.1.25.3.3.1.2.196608", _load),
        _leaf("1.3.6.1.4.1.2021.4.5.0", _always(16 << 20)),
        _leaf("1.3.6.1.4.1.2021.4.6.0", _always(6 << 20)),
        _leaf("1.3.6.1.4.1.2021.4.14.0", _always(1 << 20)),
        _leaf("1.3.6.1.4.1.2021.4.15.0", _always(3 << 20)),
    ),
}
"""By platform."""
