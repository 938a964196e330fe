"""What routers' own tests of a path say: one of jitter, `monitor` / `video`, on the first circuit.

NQA-MIB (Huawei) in microseconds; DISMAN-PING-MIB (RFC 4560) with HH3C-NQA-MIB (H3C) in
milliseconds. Round trips and jitter follow the time of day; where the circuit is cut nothing comes
back. Boxes keep five results in turn; these have one, which is always the last.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from simulator import ber
from simulator.boards import Number, Told
from simulator.world import Agent

OWNER: Final = "monitor"
NAME: Final = "video"
_SENT: Final = 500
_CYCLE: Final = 60_000
"""Ticks in which jitter rises and falls."""


def _index() -> ber.Oid:
    texts = [text.encode() for text in (OWNER, NAME)]
    return tuple(arc for raw in texts for arc in (len(raw), *raw))


def _up(agent: Agent) -> bool:
    return bool(agent.ports) and agent.ports[0].up()


def _back(agent: Agent, _row: int, ticks: int) -> int:
    """Return how many came back: all but a few now and then, none over a cut circuit."""
    if not _up(agent):
        return 0
    return _SENT - (ticks // 6_000 + agent.key[-1]) % 4


def _lost(per: int) -> Number:
    return lambda agent, row, ticks: (_SENT - _back(agent, row, ticks)) * per // _SENT


def _round_trip(micro: int) -> Number:
    """Return the mean round trip, 8 to 12 ms, in units of `micro` microseconds."""

    def value(agent: Agent, _row: int, ticks: int) -> int:
        if not _up(agent):
            return 0
        return round((10_000 + 2_000 * math.sin(2 * math.pi * ticks / _CYCLE)) / micro)

    return value


def _jitter(micro: int) -> Number:
    """Return the mean jitter, 1 to 5 ms, in units of `micro` microseconds."""

    def value(agent: Agent, _row: int, ticks: int) -> int:
        if not _up(agent):
            return 0
        return round((3_000 + 2_000 * math.cos(2 * math.pi * ticks / _CYCLE)) / micro)

    return value


def _longest(micro: int) -> Number:
    mean, jitter = _round_trip(micro), _jitter(micro)
    return lambda agent, row, ticks: mean(agent, row, ticks) + 3 * jitter(agent, row, ticks)


def _completed(agent: Agent, _row: int, _ticks: int) -> int:
    return 1 if _up(agent) else 2  # success, failure


def _opinion(agent: Agent, _row: int, _ticks: int) -> int:
    return 438 if _up(agent) else 0


def _always(number: int) -> Number:
    return lambda _agent, _row, _ticks: number


def _told(column: str, value: Number, *more: int, tag: int = ber.GAUGE32) -> Told:
    return Told((*map(int, column.split(".")), *_index(), *more), tag, value)


_HUAWEI: Final = "1.3.6.1.4.1.2011.5.25.111"
_H3C: Final = "1.3.6.1.4.1.25506.8.3.1"
_PING: Final = "1.3.6.1.2.1.80.1.3.1"
_LAST: Final = 1

NQA: Final[Mapping[str, tuple[Told, ...]]] = {
    "huawei_vrp": (
        _told(f"{_HUAWEI}.2.1.1.4", _always(5), tag=ber.INTEGER),  # jitterAppl
        _told(f"{_HUAWEI}.2.3.1.8", _always(_LAST), tag=ber.INTEGER),
        _told(f"{_HUAWEI}.2.3.1.9", _always(4), tag=ber.INTEGER),  # active
        _told(f"{_HUAWEI}.4.3.1.2", _completed, _LAST, tag=ber.INTEGER),
        _told(f"{_HUAWEI}.4.3.1.9", _longest(1), _LAST),
        _told(f"{_HUAWEI}.4.3.1.40", _back, _LAST, tag=ber.COUNTER32),
        _told(f"{_HUAWEI}.4.3.1.41", _always(_SENT), _LAST, tag=ber.COUNTER32),
        _told(f"{_HUAWEI}.4.3.1.46", _round_trip(1), _LAST),
        _told(f"{_HUAWEI}.4.3.1.47", _lost(100), _LAST),
        _told(f"{_HUAWEI}.4.3.1.48", _jitter(1), _LAST),
        _told(f"{_HUAWEI}.4.3.1.60", _opinion, _LAST),
        _told(f"{_HUAWEI}.4.3.1.67", _always(1), _LAST, tag=ber.INTEGER),  # us
    ),
    "h3c_comware": (
        _told(f"{_PING}.1", _always(1), tag=ber.INTEGER),  # enabled
        _told(f"{_PING}.5", _longest(1_000)),
        _told(f"{_PING}.6", _round_trip(1_000)),
        _told(f"{_PING}.7", _back),
        _told(f"{_PING}.8", _always(_SENT)),
        _told(f"{_H3C}.3.1.10", _lost(100)),
        _told(f"{_H3C}.4.1.30", _opinion),
        _told(f"{_H3C}.4.1.31", _jitter(1_000)),
        _told(f"{_H3C}.4.1.32", _jitter(1_000)),
        _told(f"{_H3C}.4.1.33", _lost(1_000)),
    ),
}
"""By platform."""
