"""Results of routers' own tests of a path, of the texts that stand in their blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors._nqa import Reading, lost_part, one_way_delay
from collectors.commands._form import Test, number


def milliseconds(text: str, unit: float = 1e-3) -> float | None:
    """Return seconds; 0 stands for none was measured."""
    value = number(text)
    return value * unit if value is not None and value > 0 else None


def count(text: str) -> int | None:
    """Return how many."""
    return int(text) if text.isdigit() and len(text) < 10 else None


def mean(row: Mapping[str, Any], *names: tuple[str, str]) -> float | None:
    """Return sum by number over some pairs of fields; None where nothing was counted."""
    pairs = [(number(row[total]), count(row[how_many])) for total, how_many in names]
    told = [(total, many) for total, many in pairs if total is not None and many]
    return sum(total for total, _ in told) / sum(many for _, many in told) if told else None


def opinion(text: str) -> float | None:
    """Return a MOS, written as 4.38 or as 438."""
    value = number(text)
    if value is None or not (1 <= value <= 5 or 100 <= value <= 500):
        return None
    return value if value <= 5 else value / 100


def result(
    row: Mapping[str, Any],
    *,
    completed: bool,
    there: float | None,
    back: float | None,
    jitter: float | None,
    unit: float,
) -> Reading:
    """Make a result of fields SENT, BACK, LOSS (percent), RTT_MEAN, RTT_MAX, MOS; seconds."""
    sent, answered = count(row["SENT"]), count(row["BACK"])
    lost = None if sent is None or answered is None else max(0, sent - answered)
    percent = number(row["LOSS"])
    rtt = milliseconds(row["RTT_MEAN"], unit)
    return Reading(
        completed=completed,
        sent=sent,
        lost=lost,
        loss=lost_part(sent, lost, None if percent is None else percent / 100),
        rtt_mean=rtt,
        rtt_max=milliseconds(row["RTT_MAX"], unit),
        delay=one_way_delay(rtt, there, back),
        jitter=None if rtt is None else jitter,
        mos=opinion(row["MOS"]),
    )


def latest(found: Iterator[Test]) -> tuple[Test, ...]:
    """Keep of each test what comes last, and that it exists where it has told nothing yet."""
    kept: dict[tuple[str, str], Test] = {}
    for test in found:
        before = kept.get((test.owner, test.name))
        if before is None or test.result is not None:
            kept[test.owner, test.name] = test
    return tuple(kept.values())
