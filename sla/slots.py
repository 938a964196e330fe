"""Engine `mef`: slots to states by a window of n slots (methodology 1.4).

Choose one engine per contract; never chain them. What comes out enters the counting of episodes
(`terms_for`) without the flash filter: short bursts are HLI here, not downtime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Literal

from sla.calculator import Terms
from sla.timeline import Raw, Run
from sla.verdicts import Verdict

Available = Literal["A", "D"]
Indicator = Literal["A", "D", "K"]
"""Of a slot: available, unavailable, undetermined."""


@dataclass(frozen=True, slots=True)
class Window:
    """States of the slots of one window. `last`: what is carried into the next one.

    `hli`: slots of available time that were BAD; `chli`: runs of at least p of them, each once.
    """

    indicators: tuple[Indicator, ...]
    bad: tuple[bool, ...]
    """Whether a slot was BAD, whatever its state."""
    hli: int
    chli: int
    last: Available

    @property
    def available(self) -> int:
        """Slots of available time."""
        return self.indicators.count("A")

    @property
    def unavailable(self) -> int:
        """Slots of unavailable time."""
        return self.indicators.count("D")

    @property
    def undetermined(self) -> int:
        """Slots of which nothing is known."""
        return self.indicators.count("K")


def states(
    verdicts: Sequence[Verdict],
    n: int,
    p: int,
    *,
    initial: Available = "A",
    lookahead: Sequence[Verdict] = (),
) -> Window:
    """Give each slot its state.

    `initial`: as the window before left it; it is never reset. `lookahead`: the slots after the
    window, of which n - 1 are needed to settle its last ones; fewer than n left change no state.
    An UNDET slot breaks a run and does not change the state. Raises ValueError for n or p below 1.
    """
    if n < 1 or p < 1:
        raise ValueError(f"a window of {n} slots, runs of {p}")
    ahead = _equal_ahead([*verdicts, *lookahead[: n - 1]])
    state: Available = initial
    indicators: list[Indicator] = []
    for verdict, run in zip(verdicts, ahead, strict=False):
        if run >= n and verdict == _ENDS[state]:
            state = "D" if state == "A" else "A"
        indicators.append("K" if verdict == "UNDET" else state)
    bad = tuple(verdict == "BAD" for verdict in verdicts)
    high = [is_bad and state == "A" for is_bad, state in zip(bad, indicators, strict=True)]
    bursts = sum(1 for is_high, run in groupby(high) if is_high and len(list(run)) >= p)
    return Window(tuple(indicators), bad, sum(high), bursts, state)


_ENDS: Final[dict[Available, Verdict]] = {"A": "BAD", "D": "GOOD"}
"""What n slots in a row end a state."""


def _equal_ahead(verdicts: Sequence[Verdict]) -> list[int]:
    """Return for each slot how many equal ones follow one another from it on, itself counted."""
    found = [0] * len(verdicts)
    run, before = 0, None
    for place in range(len(verdicts) - 1, -1, -1):
        run = run + 1 if verdicts[place] == before else 1
        before = verdicts[place]
        found[place] = run
    return found


def runs(window: Window, start: int, slot: int) -> list[Run]:
    """Return the raw timeline of a window whose first slot begins at `start` (UTC seconds).

    `slot` in seconds. HLI are degraded: available, and in breach of the loss that is agreed.
    """
    pairs = zip(window.indicators, window.bad, strict=True)
    found: list[Run] = []
    for (state, is_bad), run in groupby(pairs):
        end = start + slot * len(list(run))
        raw: Raw = ("G" if is_bad else "U") if state == "A" else state
        if found and found[-1].state == raw:
            found[-1] = Run(raw, found[-1].start, end)
        else:
            found.append(Run(raw, start, end))
        start = end
    return found


def terms_for(terms: Terms) -> Terms:
    """Return a contract's terms as this engine counts by: bridged, merged for the count only.

    No flash filter, and the gaps between merged runs are no downtime.
    """
    return replace(terms, d_min=0, downtime_mode="actual")
