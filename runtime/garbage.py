"""The collector of garbage, kept away from what stays.

30,000 sites are millions of objects that live as long as the process. Looking through them takes
seconds, finds nothing, and no poll is made meanwhile. So nobody looks while they are made; then
they are frozen, and only what came later is ever looked at. The hot path makes no cycles; what
does (a request, a connection that broke, an exception that was kept) is found when enough has piled
up. Enough is more than the bursts of 30,000 sites: a minute's rows of history are 60,000 objects
that go by themselves, and a look at as many takes a tenth of a second.
"""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (400_000, 20, 100)
"""Objects that outnumber those freed since the last look; looks until a farther one."""


def hold() -> None:
    """Look for no garbage while much is made that stays."""
    gc.disable()


def settle() -> None:
    """Take what is there now as what stays, and look for garbage among what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
