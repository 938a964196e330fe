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
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_THRESHOLDS: Final = (400_000, 20, 100)
"""Objects that outnumber those freed since the last look; looks until a farther one."""
_LITTLE: Final = (20_000, 1_000_000, 1_000_000)


def hold() -> None:
    """Look for no garbage while much is made that stays."""
    gc.disable()


@contextmanager
def made_to_stay() -> Iterator[None]:
    """Look at little and often while much is made beside the event loop; then it is there to stay.

    A look holds up every thread, so it must be short: it goes through what was made last, and what
    outlives it is not looked at again. `settle` would look through the whole of a province at once.
    A cycle that outlived its look is never found, so what is replaced breaks its own.
    """
    gc.set_threshold(*_LITTLE)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*_THRESHOLDS)


def settle() -> None:
    """Take what is there now as what stays, and look for garbage among what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
