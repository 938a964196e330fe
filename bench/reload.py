"""For how long a reload of a whole province holds the event loop.

    python -m bench.reload [--sites 10000]

CPU of the loop's own thread in one go, which is time in which no poll is asked. What a thread
beside it takes is not in it. The same inventory is read again, so that everything is carried over.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import thread_time
from typing import Final

from bench import processes
from runtime import garbage
from runtime.check import Checked, check
from runtime.clock import Steady
from runtime.monitor import Monitor, open_monitor
from runtime.program import loop_factory

_TICK: Final = 0.005
_SESSIONS: Final = 1_000
_SHOWN: Final = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extranet-bench-") as name:
        folder = Path(name)
        api = f"127.0.0.1:{processes.free_port()}"
        subprocess.run(
            [sys.executable, "-m", "simulator", "generate", str(folder), "--sites",
             str(options.sites), "--api", api],
            check=True,
        )  # fmt: skip

        def read() -> Checked:
            return check(folder / "inventory.yaml", folder / "monitor.yaml", dict(os.environ))

        garbage.hold()
        monitor = open_monitor(read(), read, Steady(), sessions=_SESSIONS, record=None)
        with asyncio.Runner(loop_factory=loop_factory()) as loop:
            held = loop.run(_held(monitor))
    longest = ", ".join(f"{1000 * one:.0f}" for one in sorted(held, reverse=True)[:_SHOWN])
    print(f"{options.sites:,} sites: the loop was held for {longest} ms of CPU, then less")


async def _held(monitor: Monitor) -> list[float]:
    """Reload once; return the CPU seconds of each turn of the loop."""
    garbage.settle()
    turns: list[float] = []

    async def tick() -> None:
        before = thread_time()
        while True:
            await asyncio.sleep(_TICK)
            now = thread_time()
            turns.append(now - before)
            before = now

    ticking = asyncio.create_task(tick())
    reload = monitor._reload  # noqa: SLF001 - nobody else needs it, and it must not be polling
    if problems := await reload.ask("bench"):
        raise RuntimeError(problems[0])
    await asyncio.sleep(2 * _TICK)
    ticking.cancel()
    await monitor._past.stop()  # noqa: SLF001 - as above
    return turns


if __name__ == "__main__":
    main()
