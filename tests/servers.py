"""Real programs started by tests on loopback and stopped by them."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from simulator.ports import is_free

T = TypeVar("T")


_PORTS: Final = range(20_000, 32_000)
"""Beside those of the simulator, and below those that Linux hands out to whoever asks for any."""
_NEXT: Final = Path(tempfile.gettempdir()) / f"extranet-tests-{os.getuid()}-next-port"


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody has bound, by TCP or UDP, and that no other test is given soon.

    What starts a moment later finds it free: tests run side by side, and the kernel gives a port of
    its own range to anybody's outgoing socket.
    """
    with _NEXT.open("a+") as shared, contextlib.ExitStack() as held:
        fcntl.flock(shared, fcntl.LOCK_EX)
        shared.seek(0)
        start = int(shared.read() or 0)
        for turn in range(start, start + len(_PORTS)):
            port = _PORTS[turn % len(_PORTS)]
            if is_free(port, host, held):
                shared.truncate(0)
                shared.write(str(turn + 1))
                return port
    raise OSError(f"no free port between {_PORTS[0]} and {_PORTS[-1]} of {host}")


@functools.cache
def has_ipv6() -> bool:
    """Whether `::1` is an address of this machine."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], T], seconds: float = 20.0, *, what: str = "condition") -> T:
    """Poll `condition` until it returns something true; fail with `what` after `seconds`.

    A connection that is refused while a server starts counts as not yet. The last look is after
    the end: who slept through it on a busy machine may find it true.
    """
    deadline = time.monotonic() + seconds
    error: Exception | None = None
    while True:
        late = time.monotonic() >= deadline
        try:
            if result := condition():
                return result
        except (OSError, ValueError) as exception:
            error = exception
        if late:
            break
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what} ({error})")


def program(name: str) -> str:
    """Return the path of a program; Debian keeps some where an ordinary PATH does not look."""
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
    assert path is not None, f"{name} is not installed"
    return path


@contextlib.contextmanager
def run_program(
    arguments: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program with its output in `log`, and end it whatever happens."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [program(arguments[0]), *arguments[1:]],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
