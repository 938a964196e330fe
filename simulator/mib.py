"""What an agent has to say: system, ifTable and ifXTable, snmpEngine, as functions of time.

A row is a port: row 0 is port 1. Rows behind the last port in use are spare ports that are down.
OIDs: RFC 3418 (system), RFC 2863 (interfaces), RFC 3411 (snmpEngine).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator import ber
from simulator.boards import BOARDS
from simulator.nqa import NQA
from simulator.platforms import Platform
from simulator.world import Agent, Port

_SYSTEM: Final = (1, 3, 6, 1, 2, 1, 1)
_IF_NUMBER: Final = (1, 3, 6, 1, 2, 1, 2, 1)
_IF: Final = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_IF_X: Final = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_IF_TABLE_LAST_CHANGE: Final = (1, 3, 6, 1, 2, 1, 31, 1, 5)
_ENGINE: Final = (1, 3, 6, 1, 6, 3, 10, 2, 1)
IF_INDEX: Final = (*_IF, 1)
_RUN_MODIFIED: Final = {
    "huawei_vrp": (1, 3, 6, 1, 4, 1, 2011, 6, 10, 1, 1, 1),
    "h3c_comware": (1, 3, 6, 1, 4, 1, 25506, 2, 4, 1, 1, 1),
}
"""hwCfgRunModifiedLast, hh3cCfgRunModifiedLast: sysUpTime when the configuration was changed."""

_32_BITS: Final = 0xFFFFFFFF
_64_BITS: Final = 0xFFFFFFFFFFFFFFFF
_PACKET: Final = 700
"""Octets of an average packet."""

Number = Callable[[Agent, int, int], int]
Text = Callable[[Agent, int, int], bytes]
"""The value of an object: agent, row (0 for a scalar), ticks. Texts are encoded contents."""


@dataclass(frozen=True, slots=True)
class Object:
    """An object type: OID without the instance, BER tag, and how its value comes about.

    `value` makes a number; a text object has `text` instead. `column`: it has a row per port;
    `leaf`: the OID is that of its one instance.
    """

    oid: ber.Oid
    tag: int
    value: Number | None = None
    text: Text | None = None
    column: bool = True
    leaf: bool = False


def _uptime(agent: Agent, _row: int, ticks: int) -> int:
    return (ticks - agent.boot) & _32_BITS


def _engine_time(agent: Agent, _row: int, ticks: int) -> int:
    return (ticks - agent.boot) // 100


def _port(agent: Agent, row: int) -> Port | None:
    return agent.ports[row] if row < len(agent.ports) else None


def _since_boot(agent: Agent, at: int) -> int:
    return (at - agent.boot) & _32_BITS if at > agent.boot else 0


def _octets_in(agent: Agent, row: int, ticks: int) -> int:
    ports = agent.ports
    return ports[row].octets_in(ticks) & _64_BITS if row < len(ports) else 0


def _octets_out(agent: Agent, row: int, ticks: int) -> int:
    ports = agent.ports
    return ports[row].octets_out(ticks) & _64_BITS if row < len(ports) else 0


def _low(value: Number) -> Number:
    """Make the 32-bit twin of a 64-bit counter."""
    return lambda agent, row, ticks: value(agent, row, ticks) & _32_BITS


def _packets(value: Number, mask: int) -> Number:
    return lambda agent, row, ticks: value(agent, row, ticks) // _PACKET & mask


def _errors_in(agent: Agent, row: int, ticks: int) -> int:
    ports = agent.ports
    return ports[row].errors_in(ticks) & _32_BITS if row < len(ports) else 0


def _discards_out(agent: Agent, row: int, ticks: int) -> int:
    ports = agent.ports
    return ports[row].discards_out(ticks) & _32_BITS if row < len(ports) else 0


def _admin(agent: Agent, row: int, _ticks: int) -> int:
    return 1 if row < len(agent.ports) else 2


def _oper(agent: Agent, row: int, _ticks: int) -> int:
    ports = agent.ports
    return 1 if row < len(ports) and ports[row].up() else 2


def _last_change(agent: Agent, row: int, _ticks: int) -> int:
    port = _port(agent, row)
    return _since_boot(agent, port.circuit.changed) if port and port.circuit else 0


def _discontinuity(agent: Agent, row: int, _ticks: int) -> int:
    port = _port(agent, row)
    return _since_boot(agent, port.discontinuity) if port else 0


def _megabits(agent: Agent, row: int, _ticks: int) -> int:
    port = _port(agent, row)
    if port is None or port.circuit is None:
        return 1000
    return 10_000 if port.circuit.plan.bandwidth > 10**9 else 1000


def _bits(agent: Agent, row: int, ticks: int) -> int:
    """Saturate, as ifSpeed does where it cannot say more (RFC 2863)."""
    return min(_megabits(agent, row, ticks) * 10**6, _32_BITS)


def _alias(agent: Agent, row: int, _ticks: int) -> bytes:
    """Return the circuit's number and title in the maker's code, cut to 64 octets."""
    port = _port(agent, row)
    if port is None or port.circuit is None:
        return b""
    title = f"{port.circuit.plan.circuit} {port.circuit.plan.title}"
    return title.encode(agent.platform.alias_codec)[:64]


def _mac(agent: Agent, row: int, _ticks: int) -> bytes:
    return b"\x00\x18\x82" + agent.key[-2:] + bytes((row & 0xFF,))


def _object_id(agent: Agent, _row: int, _ticks: int) -> bytes:
    return ber.encode_oid(tuple(int(arc) for arc in agent.platform.object_id.split(".")))


def _engine_id(agent: Agent, _row: int, _ticks: int) -> bytes:
    """RFC 3411, SnmpEngineID: the maker's number, then octets of his own choice."""
    enterprise = int(agent.platform.object_id.split(".")[6])
    return (1 << 31 | enterprise).to_bytes(4, "big") + b"\x05" + agent.key.rjust(8, b"\0")


def constant(value: int) -> Number:
    """Make a value that never changes."""
    return lambda _agent, _row, _ticks: value


def _of_agent(text: Callable[[Agent], str]) -> Text:
    return lambda agent, _row, _ticks: text(agent).encode()


def _of_port(form: Callable[[Platform], str]) -> Text:
    return lambda agent, row, _ticks: form(agent.platform).format(row + 1).encode()


_SCALARS: Final = (
    Object((*_SYSTEM, 1), ber.OCTET_STRING, text=_of_agent(lambda a: a.platform.description)),
    Object((*_SYSTEM, 2), ber.OBJECT_ID, text=_object_id),
    Object((*_SYSTEM, 3), ber.TIME_TICKS, _uptime),
    Object((*_SYSTEM, 4), ber.OCTET_STRING, text=_of_agent(lambda _: "noc@example.invalid")),
    Object((*_SYSTEM, 5), ber.OCTET_STRING, text=_of_agent(lambda a: a.plan.id)),
    Object((*_SYSTEM, 6), ber.OCTET_STRING, text=_of_agent(lambda a: a.plan.title)),
    Object((*_SYSTEM, 7), ber.INTEGER, constant(6)),
    Object(_IF_NUMBER, ber.INTEGER, lambda a, _r, _t: len(a.ports) + a.platform.spare_ports),
    Object(_IF_TABLE_LAST_CHANGE, ber.TIME_TICKS, constant(0)),
)
_ENGINE_SCALARS: Final = (
    Object((*_ENGINE, 1), ber.OCTET_STRING, text=_engine_id),
    Object((*_ENGINE, 2), ber.INTEGER, lambda a, _r, _t: a.boots),
    Object((*_ENGINE, 3), ber.INTEGER, _engine_time),
    Object((*_ENGINE, 4), ber.INTEGER, lambda a, _r, _t: a.max_size),
)
_COLUMNS: Final = (
    Object(IF_INDEX, ber.INTEGER, constant(0)),  # the layout puts the row's own number here
    Object((*_IF, 2), ber.OCTET_STRING, text=_of_port(lambda p: p.descr)),
    Object((*_IF, 3), ber.INTEGER, constant(6)),  # ethernetCsmacd
    Object((*_IF, 4), ber.INTEGER, constant(1500)),
    Object((*_IF, 5), ber.GAUGE32, _bits),
    Object((*_IF, 6), ber.OCTET_STRING, text=_mac),
    Object((*_IF, 7), ber.INTEGER, _admin),
    Object((*_IF, 8), ber.INTEGER, _oper),
    Object((*_IF, 9), ber.TIME_TICKS, _last_change),
    Object((*_IF, 10), ber.COUNTER32, _low(_octets_in)),
    Object((*_IF, 11), ber.COUNTER32, _packets(_octets_in, _32_BITS)),
    Object((*_IF, 13), ber.COUNTER32, constant(0)),
    Object((*_IF, 14), ber.COUNTER32, _errors_in),
    Object((*_IF, 16), ber.COUNTER32, _low(_octets_out)),
    Object((*_IF, 17), ber.COUNTER32, _packets(_octets_out, _32_BITS)),
    Object((*_IF, 19), ber.COUNTER32, _discards_out),
    Object((*_IF, 20), ber.COUNTER32, constant(0)),
    Object((*_IF_X, 1), ber.OCTET_STRING, text=_of_port(lambda p: p.port)),
    Object((*_IF_X, 6), ber.COUNTER64, _octets_in),
    Object((*_IF_X, 7), ber.COUNTER64, _packets(_octets_in, _64_BITS)),
    Object((*_IF_X, 10), ber.COUNTER64, _octets_out),
    Object((*_IF_X, 11), ber.COUNTER64, _packets(_octets_out, _64_BITS)),
    Object((*_IF_X, 15), ber.GAUGE32, _megabits),
    Object((*_IF_X, 17), ber.INTEGER, constant(1)),
    Object((*_IF_X, 18), ber.OCTET_STRING, text=_alias),
    Object((*_IF_X, 19), ber.TIME_TICKS, _discontinuity),
)


def objects(platform: Platform) -> tuple[Object, ...]:
    """Every object type that agents of this platform know, in the order of a walk."""
    scalars = tuple(
        Object(scalar.oid, scalar.tag, scalar.value, scalar.text, column=False)
        for scalar in _SCALARS + (_ENGINE_SCALARS if platform.engine else ())
    )
    modified = tuple(
        Object(oid, ber.TIME_TICKS, lambda a, _r, _t: _since_boot(a, a.configured), column=False)
        for oid in (_RUN_MODIFIED.get(platform.name),)
        if oid is not None
    )
    boards = tuple(
        Object(told.oid, told.tag, told.value, told.text, told.column, not told.column)
        for told in (*BOARDS.get(platform.name, ()), *NQA.get(platform.name, ()))
    )
    return tuple(sorted(scalars + _COLUMNS + modified + boards, key=lambda known: known.oid))
