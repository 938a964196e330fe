"""Programs under measurement: started on a core of their own, watched through /proc, stopped."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PLACES: Final = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin"


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core does the work that is measured, and which one plays the network."""

    work: int
    network: int

    @property
    def shared(self) -> bool:
        """There is one core only: what is measured waits for the network it asks."""
        return self.work == self.network


def cores() -> Cores:
    """Choose two of the cores this process may use."""
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[min(1, len(allowed) - 1)])


def find(program: str) -> str | None:
    """Return where a program is, also where an ordinary PATH does not look."""
    return shutil.which(program, path=_PLACES)


@contextlib.contextmanager
def running(
    command: Sequence[str],
    log: Path,
    *,
    core: int | None = None,
    environ: Mapping[str, str] | None = None,
    patience: float = 30.0,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its output in `log`; end it with SIGTERM, after `patience` by force."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environ is None else dict(environ),
        ) as process,
    ):
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def province(
    folder: Path, sites: int, core: int, *, api: str = "127.0.0.1:0", every: str = "10s"
) -> Iterator[int]:
    """Make a simulated province in `folder` and serve it; yield the process id of the simulator.

    A port that was free when the province was made may be taken when it is served: then another
    province is made.
    """
    simulator = [sys.executable, "-m", "simulator"]
    log = folder / "simulator.log"
    for remaining in (2, 1, 0):
        subprocess.run(
            [*simulator, "generate", str(folder), "--sites", str(sites), "--api", api,
             "--every", every],
            check=True,
        )  # fmt: skip
        with running([*simulator, "serve", str(folder)], log, core=core) as process:
            wait_for(lambda: log.stat().st_size > 0 or process.poll() is not None, 120)
            if process.poll() is None and json.loads(log.read_text("utf-8")).get("ready"):
                yield process.pid
                return
        if not remaining:
            raise RuntimeError(f"the simulator does not start: {log.read_text('utf-8')}")


def wait_for(condition: Callable[[], T], seconds: float, *, every: float = 0.05) -> T:
    """Ask until `condition` gives something true; a refused connection counts as not yet."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, ValueError):
            if found := condition():
                return found
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(every)


def cpu_seconds(process: int) -> float:
    """Return user and system time of a process with all its threads, to 1/100 s."""
    stat = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / _TICKS


def memory_mb(process: int, what: str = "VmRSS") -> float:
    """Return VmRSS (now) or VmHWM (the most it ever was) in MB of 10^6 bytes."""
    for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"no {what} of process {process}")


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    found = [int(number) for number in listed.split()]
    for task in Path(f"/proc/{process}/task").iterdir():
        if task.name != str(process):
            found += map(int, (task / "children").read_text("ascii").split())
    return found


def free_port() -> int:
    """Return a TCP port nobody listens on right now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def fetch(url: str, token: str = "", *, timeout: float = 30.0) -> bytes:
    """GET a page of a program on loopback. Raises OSError, also for a status that is not 200."""
    request = urllib.request.Request(url)  # noqa: S310 - our own address
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - as above
        body: bytes = answer.read()
        return body


def load() -> float:
    """Return the load average of the last minute: above 2 on two cores others are at work."""
    return os.getloadavg()[0]
