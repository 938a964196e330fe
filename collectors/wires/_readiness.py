"""Many sockets behind one file descriptor of the event loop.

A nested epoll costs one reader of the loop however many sockets there are, spares a handle per
event, and behaves alike under asyncio and uvloop: a socket with a pending ICMP error is just ready
(libuv would stop watching it).
"""

from __future__ import annotations

import asyncio
import contextlib
import select
from collections.abc import Callable


class Readiness:
    """Calls back when a socket has something to read, an error included."""

    def __init__(self) -> None:
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._epoll: select.epoll | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hang on `loop`."""
        self._loop = loop
        self._epoll = select.epoll()
        loop.add_reader(self._epoll.fileno(), self.drain)

    def add(self, fd: int, callback: Callable[[], None]) -> None:
        """Watch `fd`; `callback` reads what there is and never raises."""
        if self._epoll is not None:
            self._callbacks[fd] = callback
            self._epoll.register(fd, select.EPOLLIN)

    def remove(self, fd: int) -> None:
        """Watch `fd` no longer; to be called before it is closed."""
        if self._callbacks.pop(fd, None) is not None and self._epoll is not None:
            with contextlib.suppress(OSError):  # closed before: the kernel forgot it by itself
                self._epoll.unregister(fd)

    def drain(self) -> None:
        """Serve every socket that is ready now."""
        if self._epoll is None:
            return
        callbacks = self._callbacks
        for fd, _ in self._epoll.poll(0):
            callback = callbacks.get(fd)
            if callback is not None:
                callback()

    def close(self) -> None:
        """Leave the loop."""
        if self._epoll is not None and self._loop is not None:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._epoll = None
            self._callbacks.clear()
