"""One life of the process that speaks SSH: started, told jobs, heard, ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Final

from collectors.wires._ssh_form import (
    HEAD,
    Begin,
    Counts,
    Finish,
    FrameError,
    FromProcess,
    Start,
    frame,
    length_of,
    read_from_process,
)
from runtime.clock import monotonic

_log = logging.getLogger("extranet.ssh")
_END_SECONDS: Final = 3.0


class Child:
    """The process and the channel to it."""

    def __init__(
        self,
        heard: Callable[[Child, FromProcess], None],
        died: Callable[[Child], None],
    ) -> None:
        self._heard = heard
        self._died = died
        self._ended = False
        self.heard_at = monotonic()
        self.counts: Mapping[str, int] = {}

    async def start(self, start: Start) -> None:
        """Start it. Raises OSError."""
        ours, theirs = socket.socketpair()
        try:
            self._process = await asyncio.to_thread(_spawn, theirs.fileno())
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._writer.write(frame(start))
        self._reading = asyncio.get_running_loop().create_task(self._read(reader))

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether its death was not noticed yet."""
        return not self._reading.done()

    def tell(self, message: Begin | Finish) -> None:
        """Tell it something. What is told is bounded by the jobs it may have at once.

        Raises FrameError for a job that is too large.
        """
        self._writer.write(frame(message))

    def kill(self) -> None:
        """End it at once; its death is noticed like any other."""
        self._process.kill()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                head = await reader.readexactly(HEAD)
                message = read_from_process(await reader.readexactly(length_of(head)))
                self.heard_at = monotonic()
                if isinstance(message, Counts):
                    self.counts = message.counts
                self._heard(self, message)
        except (asyncio.IncompleteReadError, OSError):
            pass
        except FrameError as error:
            _log.error("the SSH process said what nobody understands", extra={"why": str(error)})
            self._process.kill()
        self._writer.close()
        await asyncio.to_thread(_reap, self._process)
        if not self._ended:
            self._died(self)

    async def end(self) -> None:
        """End it, whatever runs, and wait until it is gone."""
        self._ended = True
        self._process.terminate()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading


def _spawn(channel: int) -> subprocess.Popen[bytes]:
    """Start the process with nothing of ours in it but its end of the channel."""
    return subprocess.Popen(  # noqa: S603 - our own program, no shell
        [sys.executable, "-m", "runtime.ssh.process", str(channel)],
        stdin=subprocess.DEVNULL,
        pass_fds=(channel,),
        start_new_session=True,  # the monitor ends it, not a key
    )


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
