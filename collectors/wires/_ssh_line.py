"""A line to a host: a socket as paramiko wants it, which ends when we say so.

paramiko waits where a peer makes it wait: for a greeting that never ends, for a key exchange that
nobody goes on with, for a window that never opens. So nothing relies on its timeouts: a line is
cut from outside, at an instant (`Watch`) or after too many octets, and whoever waits on it fails.

paramiko's reader asks its socket ten times a second whether anything is there, which for 500 idle
connections is a tenth of a processor. A line sets its own patience and ignores that wish.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from time import monotonic
from typing import Final

from paramiko.channel import Channel

_PATIENCE: Final = 60.0
"""Seconds a reader sleeps where nothing comes."""
_IDLE_OCTETS: Final = 65_536
"""That an idle connection may receive: keep-alives and new host keys, no flood."""
_UNCOUNTED: Final = 1 << 62


class Line:
    """The socket, or a channel through a jump host.

    `phase`: what is being done on it, for the reason of a failure; `heard`: octets received.
    """

    def __init__(self, inner: socket.socket | Channel) -> None:
        self._inner = inner
        self._left = _IDLE_OCTETS
        self._carries = False
        self.phase = "banner"
        self.heard = 0
        self.why = ""
        """Why it was cut: `deadline`, `too_large`, `closed`; "" = it was not."""
        inner.settimeout(_PATIENCE)

    def allow(self, octets: int | None) -> None:
        """Allow so many octets from now on; None = as many as an idle line may receive."""
        if not self._carries:
            self._left = _IDLE_OCTETS if octets is None else octets

    def carry(self) -> None:
        """Count no more: it carries other lines, each of which counts its own."""
        self._carries = True
        self._left = _UNCOUNTED

    def cut(self, why: str) -> None:
        """End it, from whichever thread; who reads or writes fails now. The first reason stays."""
        self.why = self.why or why
        if isinstance(self._inner, Channel):
            # Closing a channel writes to the line that carries it, which may be stuck.
            self._inner.in_buffer.close()
            return
        with contextlib.suppress(OSError):
            self._inner.shutdown(socket.SHUT_RDWR)

    # What paramiko asks of a socket.

    def settimeout(self, seconds: float | None) -> None:
        """Keep our own patience."""

    def recv(self, most: int) -> bytes:
        """Receive; b"" = it is over. Raises TimeoutError, OSError."""
        data: bytes = self._inner.recv(most)
        self.heard += len(data)
        self._left -= len(data)
        if self._left < 0:
            self.cut("too_large")
            return b""
        return data

    def send(self, data: bytes) -> int:
        """Send some. Raises TimeoutError, OSError."""
        return self._inner.send(data)

    def close(self) -> None:
        """Close it."""
        self.cut("closed")
        self._inner.close()

    def fileno(self) -> int:
        """Return the descriptor; -1 where it has none of its own."""
        return -1 if isinstance(self._inner, Channel) else self._inner.fileno()

    @property
    def _closed(self) -> bool:
        return bool(self.why)


class Watch:
    """One thread that cuts lines when their time is over."""

    def __init__(self) -> None:
        self._until: dict[int, tuple[float, Line]] = {}
        self._next = 0
        self._changed = Condition()
        self._ended = False
        self._thread = Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    @contextmanager
    def over(self, line: Line, until: float) -> Iterator[None]:
        """Cut `line` at the instant `until` (monotonic) unless the block is over before."""
        with self._changed:
            name, self._next = self._next, self._next + 1
            self._until[name] = until, line
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._until[name]

    def end(self) -> None:
        """End the thread."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        with self._changed:
            while not self._ended:
                now = monotonic()
                for until, line in self._until.values():
                    if until <= now and not line.why:
                        line.cut("deadline")
                waiting = [until for until, line in self._until.values() if not line.why]
                self._changed.wait(max(0.0, min(waiting) - now) if waiting else None)
