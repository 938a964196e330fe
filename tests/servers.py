"""Real programs started by tests on loopback and stopped by them."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on right now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: Callable[[], T], seconds: float = 20.0, *, what: str = "condition") -> T:
    """Poll `condition` until it returns something true; fail with `what` after `seconds`.

    A connection that is refused while a server starts counts as not yet.
    """
    deadline = time.monotonic() + seconds
    error: Exception | None = None
    while time.monotonic() < deadline:
        try:
            if result := condition():
                return result
        except (OSError, ValueError) as exception:
            error = exception
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
