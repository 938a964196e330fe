"""Watches how far our clock is off: it goes to the evidence, and beyond a second nothing counts.

Methodology 1.2 and 1.3: slots of a clock that is off by more than a second are undetermined. Where
nobody knows, the condition is not applied, and the evidence says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from sla.judge import Judge
from sla.states import CLOCK_OFF, NOT_WATCHED, Blind

_log = logging.getLogger("extranet.clock")
_EVERY: Final = 10
_NOTED: Final = 60
_MOST_US: Final = 1_000_000
_STILL: Final = 30
"""Seconds without a look: nobody was asked for as many runs as it takes to confirm a state."""


class ClockWatch:
    """Used by the event loop. `ask`: microseconds, None = nobody knows; it answers at once.

    `note`: keeps when it was looked at, and the worst of a minute (None as above).
    """

    def __init__(
        self,
        ask: Callable[[], int | None],
        judge: Judge,
        announce: Callable[[Blind], None],
        note: Callable[[int, int | None], None],
    ) -> None:
        self._ask = ask
        self._judge = judge
        self._announce = announce
        self._note = note
        self._looked = 0
        self._ticked: int | None = None
        self._good_at: int | None = None
        """The last look, if the clock was not off then."""
        self._minute: list[int | None] = []
        self.offset: int | None = None
        self._first = True

    def tick(self, now: int) -> None:
        """Once a second; looks every ten."""
        before, self._ticked = self._ticked, now
        if before is not None and now - before > _STILL:
            self._not_watched(before, now)
        if now < self._looked + _EVERY:
            return
        self._looked = now
        before, self.offset = self.offset, self._ask()
        if self.offset is None and (before is not None or self._first):
            _log.warning("nobody keeps the clock of this machine, or says how far it is off")
        self._first = False
        self._minute.append(self.offset)
        if now % _NOTED < _EVERY:
            self._note(now, _worst(self._minute))
            self._minute.clear()
        if self.offset is not None and abs(self.offset) > _MOST_US:
            if not self._judge.is_blind:
                _log.error("the clock is off", extra={"microseconds": self.offset})
                since = now if self._good_at is None else self._good_at
                self._announce(self._judge.blind(since, now, CLOCK_OFF))
            self._good_at = None
            return
        self._good_at = now
        if self._judge.blind_reason == CLOCK_OFF:
            _log.info("the clock is right again")
            if (ended := self._judge.sighted(now)) is not None:
                self._announce(ended)

    def _not_watched(self, since: int, now: int) -> None:
        """Say that nobody looked since then: seconds that were stepped over are nobody's state."""
        _log.warning("nobody was watched", extra={"seconds": now - since})
        if not self._judge.is_blind:
            self._announce(self._judge.blind(since, now, NOT_WATCHED))
            if (ended := self._judge.sighted(now)) is not None:
                self._announce(ended)


def _worst(offsets: list[int | None]) -> int | None:
    """Return the offset of the largest size; None = not every look found somebody who knew."""
    known = [offset for offset in offsets if offset is not None]
    return max(known, key=abs) if known and len(known) == len(offsets) else None
