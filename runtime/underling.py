"""How a process behaves that works for the monitor and lives no longer than it."""

from __future__ import annotations

import atexit
import os
import signal
from multiprocessing import parent_process
from threading import Thread
from typing import Final

_NICE: Final = 10


def settle_in() -> None:
    """Prepare a new process of a pool; called once, before anything else."""
    atexit.register(os._exit, 0)  # DuckDB's binding prints what it leaks when Python winds down
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the monitor ends this process, not a key
    Thread(target=_end_with_parent, daemon=True).start()
    os.nice(_NICE)  # nobody waits for a report as urgently as a poll for its instant


def _end_with_parent() -> None:
    """Leave nothing behind when the monitor is killed: nobody is left to end this process then."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(0)
