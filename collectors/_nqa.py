"""What routers' own tests of a path tell by SNMP: Huawei and H3C NQA, Cisco IP SLA, DISMAN-PING.

Data and pure functions; nothing is ever set. Sources: NQA-MIB (Huawei), HH3C-NQA-MIB,
CISCO-RTTMON-MIB, DISMAN-PING-MIB (RFC 4560). A test is named by owner and name, which index its
rows as two texts with their lengths, or on Cisco by a number.

- Huawei keeps the last 5 results; the schedule says which is the last that was finished. A test
  that was stopped keeps them too, so its state is looked at.
- H3C keeps its results in DISMAN-PING and what is more in tables of its own with the same index.
- Cisco says at which sysUpTime the last operation was; a test of jitter has a table of its own.
- DISMAN-PING has no jitter.

MOS comes as 438 or as 4.38, depending on the box; there is none between 5 and 100. One-way delays
are believed where both together are about the round trip: without common clocks they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

Values = Mapping[str, int]
"""What an agent told, by the names of columns; what it did not tell is absent."""

Columns = Mapping[str, str]
"""Name -> OID of a column."""

UPTIME: Final = "1.3.6.1.2.1.1.3"


@dataclass(frozen=True, slots=True)
class Reading:
    """The last result of a test: seconds, counts; None = not told.

    `completed`: it succeeded; None = it has no result yet.
    """

    completed: bool | None
    sent: int | None = None
    lost: int | None = None
    loss: float | None = None
    rtt_mean: float | None = None
    rtt_max: float | None = None
    delay: float | None = None
    jitter: float | None = None
    mos: float | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything is known of the path: a success without a figure proves none."""
        if self.completed is None:
            return False
        figures = (self.loss, self.jitter, self.delay)
        return not self.completed or any(one is not None for one in figures)


class Results(NamedTuple):
    """Where the results of a test are: columns, and what stands behind the test's index."""

    columns: Columns
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a kind of box is asked.

    `control` is asked first; `results` says from it what is asked then, or the reason (text) why
    there is nothing: `nqa_missing`, `nqa_stopped`, `nqa_no_result`. `read` gets both together.
    """

    control: Columns
    results: Callable[[Values], Results | str]
    read: Callable[[Values], Reading]
    numbered: bool = False
    """Tests have a number, no owner and name."""


def text_index(*texts: str) -> str:
    """Write texts as an index: each its length and its octets (RFC 2578, 7.7)."""
    arcs: list[int] = []
    for text in texts:
        raw = text.encode()
        arcs += (len(raw), *raw)
    return ".".join(map(str, arcs))


def lost_part(sent: int | None, lost: int | None, told: float | None) -> float | None:
    """Work out the lost part; where counts are missing it is what the router told, if it is one."""
    if sent and lost is not None:
        return min(1.0, lost / sent)
    return told if told is not None and 0 <= told <= 1 else None


def _count(values: Values, name: str) -> int | None:
    told = values.get(name)
    return told if told is not None and told >= 0 else None


def _jitter(told: float | None, rtt: float | None) -> float | None:
    """Believe a jitter of 0 only where a round trip was measured."""
    return None if told is None or rtt is None or told < 0 else told


def _times(values: Values, name: str, unit: float) -> float | None:
    """Return a time in seconds; 0 stands for none was measured."""
    told = values.get(name, 0)
    return told * unit if told > 0 else None


def _mos(told: int | None) -> float | None:
    if told is None or told < 1:
        return None
    if told <= 5:
        return float(told)
    return told / 100 if 100 <= told <= 500 else None


def one_way_delay(rtt: float | None, there: float | None, back: float | None) -> float | None:
    """Return the slower way where both are believable, else half the round trip."""
    if rtt is None:
        return None
    if there and back and abs(there + back - rtt) <= rtt / 4 + 0.002:
        return max(there, back)
    return rtt / 2


def _missing(values: Values, *names: str) -> int | None:
    """Return sent minus what came back, where both are told."""
    sent, back = (_count(values, name) for name in names)
    return None if sent is None or back is None else max(0, sent - back)


# Huawei

_HUAWEI: Final = "1.3.6.1.4.1.2011.5.25.111"
_HUAWEI_CONTROL: Final = {
    "type": f"{_HUAWEI}.2.1.1.4",
    "unit": f"{_HUAWEI}.2.2.1.83",
    "finished": f"{_HUAWEI}.2.3.1.8",
    "status": f"{_HUAWEI}.2.3.1.9",
}
_HUAWEI_RESULTS: Final = {
    "completions": f"{_HUAWEI}.4.1.1.3",
    "rtt_max": f"{_HUAWEI}.4.1.1.12",
    "back": f"{_HUAWEI}.4.1.1.21",
    "sent": f"{_HUAWEI}.4.1.1.22",
    "rtt_mean": f"{_HUAWEI}.4.1.1.26",
    "lost_percent": f"{_HUAWEI}.4.1.1.27",
}
_HUAWEI_JITTER: Final = {
    "completions": f"{_HUAWEI}.4.3.1.2",
    "rtt_max": f"{_HUAWEI}.4.3.1.9",
    "back": f"{_HUAWEI}.4.3.1.40",
    "sent": f"{_HUAWEI}.4.3.1.41",
    "rtt_mean": f"{_HUAWEI}.4.3.1.46",
    "lost_percent": f"{_HUAWEI}.4.3.1.47",
    "jitter": f"{_HUAWEI}.4.3.1.48",
    "mos": f"{_HUAWEI}.4.3.1.60",
    "unit": f"{_HUAWEI}.4.3.1.67",
    "there_delay": f"{_HUAWEI}.4.3.1.68",
    "back_delay": f"{_HUAWEI}.4.3.1.69",
}
_HUAWEI_JITTER_TYPE: Final = 5
_HUAWEI_ACTIVE: Final = 4
_MICROSECONDS: Final = 1
_SUCCESS: Final = 1


def _huawei_results(values: Values) -> Results | str:
    if "type" not in values:
        return "nqa_missing"
    if values.get("status", _HUAWEI_ACTIVE) != _HUAWEI_ACTIVE:
        return "nqa_stopped"
    finished = values.get("finished", 0)
    if finished < 1:
        return "nqa_no_result"
    if values["type"] == _HUAWEI_JITTER_TYPE:
        return Results(_HUAWEI_JITTER, f".{finished}")
    return Results(_HUAWEI_RESULTS, f".{finished}.1")


def _huawei_completed(values: Values) -> bool | None:
    """Say whether a test succeeded; one that still runs tells noResult(0), which is no failure."""
    told = values.get("completions")
    return None if not told else told == _SUCCESS


def _huawei(values: Values) -> Reading:
    unit = 1e-6 if values.get("unit") == _MICROSECONDS else 1e-3
    sent, lost = _count(values, "sent"), _missing(values, "sent", "back")
    percent = values.get("lost_percent")
    rtt = _times(values, "rtt_mean", unit)
    jitter = values.get("jitter")
    there, home = (_times(values, name, unit) for name in ("there_delay", "back_delay"))
    return Reading(
        completed=_huawei_completed(values),
        sent=sent,
        lost=lost,
        loss=lost_part(sent, lost, None if percent is None else percent / 100),
        rtt_mean=rtt,
        rtt_max=_times(values, "rtt_max", unit),
        delay=one_way_delay(rtt, there, home),
        jitter=_jitter(None if jitter is None else jitter * unit, rtt),
        mos=_mos(values.get("mos")),
    )


# DISMAN-PING, and H3C on top of it; milliseconds

_PING: Final = "1.3.6.1.2.1.80.1.3.1"
_DISMAN: Final = {
    "status": f"{_PING}.1",
    "rtt_max": f"{_PING}.5",
    "rtt_mean": f"{_PING}.6",
    "back": f"{_PING}.7",
    "sent": f"{_PING}.8",
}
_H3C: Final = "1.3.6.1.4.1.25506.8.3.1"
_H3C_CONTROL: Final = {
    **_DISMAN,
    "lost_percent": f"{_H3C}.3.1.10",
    "mos": f"{_H3C}.4.1.30",
    "there_jitter": f"{_H3C}.4.1.31",
    "back_jitter": f"{_H3C}.4.1.32",
    "lost_permille": f"{_H3C}.4.1.33",
}
_NOTHING_MORE: Final = Results({})


def _disman_results(values: Values) -> Results | str:
    if "status" not in values:
        return "nqa_missing"
    return _NOTHING_MORE if values.get("sent") else "nqa_no_result"


def _disman(values: Values) -> Reading:
    sent, lost = _count(values, "sent"), _missing(values, "sent", "back")
    rtt = _times(values, "rtt_mean", 1e-3)
    ways = [values[name] for name in ("there_jitter", "back_jitter") if name in values]
    told = None
    for name, whole in (("lost_permille", 1000), ("lost_percent", 100)):
        if told is None and name in values:
            told = values[name] / whole
    return Reading(
        completed=values.get("back", 0) > 0,
        sent=sent,
        lost=lost,
        loss=lost_part(sent, lost, told),
        rtt_mean=rtt,
        rtt_max=_times(values, "rtt_max", 1e-3),
        delay=one_way_delay(rtt, None, None),
        jitter=_jitter(sum(ways) / len(ways) / 1000 if ways else None, rtt),
        mos=_mos(values.get("mos")),
    )


# Cisco

_RTTMON: Final = "1.3.6.1.4.1.9.9.42.1"
_LATEST: Final = f"{_RTTMON}.2.10.1"
_CISCO_JITTER: Final = f"{_RTTMON}.5.2.1"
_CISCO_CONTROL: Final = {
    "type": f"{_RTTMON}.2.1.1.4",
    "precision": f"{_RTTMON}.2.2.1.37",
    "completion": f"{_LATEST}.1",
    "sense": f"{_LATEST}.2",
    "at": f"{_LATEST}.5",
    "back": f"{_CISCO_JITTER}.1",
    "rtt_sum": f"{_CISCO_JITTER}.2",
    "rtt_max": f"{_CISCO_JITTER}.5",
    "lost_there": f"{_CISCO_JITTER}.26",
    "lost_back": f"{_CISCO_JITTER}.27",
    "lost_somewhere": f"{_CISCO_JITTER}.29",
    "mos": f"{_CISCO_JITTER}.42",
    "jitter": f"{_CISCO_JITTER}.46",
    "there_delay": f"{_CISCO_JITTER}.49",
    "back_delay": f"{_CISCO_JITTER}.50",
}
_CISCO_LOST: Final = ("lost_there", "lost_back", "lost_somewhere")
_CISCO_JITTER_TYPE: Final = 9
_CISCO_FINE: Final = 2
"""rttMonEchoAdminPrecision microseconds(2)."""
_CISCO_GOOD: Final = frozenset({1, 3})
"""ok, and overThreshold: it was completed."""


def _cisco_results(values: Values) -> Results | str:
    if "type" not in values:
        return "nqa_missing"
    return _NOTHING_MORE if values.get("sense", 0) > 0 else "nqa_no_result"


def _cisco(values: Values) -> Reading:
    unit = 1e-6 if values.get("precision") == _CISCO_FINE else 1e-3
    good = values["sense"] in _CISCO_GOOD
    if values["type"] != _CISCO_JITTER_TYPE:
        rtt = _times(values, "completion", unit) if good else None
        return Reading(
            good, 1, int(not good), float(not good), rtt, rtt, one_way_delay(rtt, None, None)
        )
    back = _count(values, "back") or 0
    lost = sum(_count(values, name) or 0 for name in _CISCO_LOST)
    sent = back + lost
    rtt = values["rtt_sum"] * unit / back if back and values.get("rtt_sum", 0) > 0 else None
    there, home = (_times(values, name, unit) for name in ("there_delay", "back_delay"))
    jitter = values.get("jitter")
    return Reading(
        completed=good and back > 0,
        sent=sent or None,
        lost=lost if sent else None,
        loss=lost_part(sent, lost, None),
        rtt_mean=rtt,
        rtt_max=_times(values, "rtt_max", unit),
        delay=one_way_delay(rtt, there, home),
        jitter=_jitter(None if jitter is None else jitter * unit, rtt),
        mos=_mos(values.get("mos")),
    )


DISMAN: Final = Dialect(_DISMAN, _disman_results, _disman)
DIALECTS: Final[Mapping[str, Dialect]] = {
    "huawei_vrp": Dialect(_HUAWEI_CONTROL, _huawei_results, _huawei),
    "h3c_comware": Dialect(_H3C_CONTROL, _disman_results, _disman),
    "cisco_ios": Dialect(_CISCO_CONTROL, _cisco_results, _cisco, numbered=True),
}
"""By platform; all others are asked by DISMAN-PING."""
