"""The process that speaks SSH: jobs in, answers out. Threads are here and nowhere else.

It is started by `runtime/ssh/wire.py` with one socket, and ends when that does. Who is asked when,
and how many may log in at once, is decided there; here every job that comes has a thread at once.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from collectors._ssh import Kept, Said
from collectors.wires._ssh_connections import Connections
from collectors.wires._ssh_failure import SshFailure
from collectors.wires._ssh_form import (
    HEAD,
    KEPT,
    Answered,
    Begin,
    Closed,
    Counts,
    Finish,
    FrameError,
    FromProcess,
    Job,
    LoggedIn,
    Start,
    ToProcess,
    frame,
    length_of,
    read_to_process,
)
from collectors.wires._ssh_host_keys import HostKeys
from metrics.observation import Outcome
from runtime import logs
from runtime.ssh.jobs import jobs

_log = logging.getLogger("extranet.ssh")
_NICE: Final = 5
_STACK: Final = 1 << 19
"""Octets of a thread's stack: there is a thread for each connection that is kept."""
_TOLD_EVERY: Final = 1.0
_PAGE: Final = os.sysconf("SC_PAGESIZE")
_SILENT: Final = logging.CRITICAL + 1


def main() -> None:
    """Work until the channel ends; the one argument is its descriptor."""
    logs.start()
    logging.getLogger("paramiko").setLevel(_SILENT)  # what a peer does is an answer of ours
    os.nice(_NICE)  # a poll by SNMP has its instant; this has seconds
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the monitor ends it, not a key
    threading.stack_size(_STACK)
    code = 0
    try:
        Process(socket.socket(fileno=int(sys.argv[1]))).run()
    except Exception:  # noqa: BLE001 - whatever it is, it is said before all threads are ended
        _log.exception("the SSH process failed")
        code = 1
    logging.shutdown()
    os._exit(code)  # a thread that hangs in a peer's hands is not waited for


class Process:
    """One channel, its jobs and their connections."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._writing = threading.Lock()
        self._running = 0
        self._idle = threading.Condition()
        self._ended = threading.Event()
        self._bugs: set[str] = set()
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        """Do what comes until it says that nothing more does, or nobody says anything more."""
        start = self._hear()
        if not isinstance(start, Start):
            return
        self._connections = Connections(start.limits, HostKeys(Path(start.host_keys)), self._closed)
        self._jobs = jobs(start.parts)
        telling = threading.Thread(target=self._tell, name="tell", daemon=True)
        telling.start()
        pool = ThreadPoolExecutor(start.workers, "job")
        while isinstance(message := self._hear(), Begin):
            with self._idle:
                self._running += 1
            pool.submit(self._work, message.job)
        if isinstance(message, Finish):
            with self._idle:
                self._idle.wait_for(lambda: not self._running)
            self._ended.set()
            telling.join()
            self._connections.end()

    def _work(self, job: Job) -> None:
        answer = self._answer(job)
        self.counts["jobs"] += 1
        self._say(answer)
        with self._idle:
            self._running -= 1
            self._idle.notify()

    def _answer(self, job: Job) -> Answered:
        device = job.access.device
        kept = (device, *_jumps(job)) if job.kind in KEPT else _jumps(job)
        try:
            answer = self._jobs[job.kind](
                job, self._connections, lambda: self._say(LoggedIn(job.id, kept))
            )
        except SshFailure as failure:
            said = Said(failure.outcome, failure.reason)
            at = failure.device or device
            if at != device and failure.outcome is not Outcome.SKIPPED:
                # Of what is behind a jump host that refuses nothing is known.
                said = Said(Outcome.SKIPPED, "ssh_jump")
            return Answered(job.id, said, at=at, why=failure.reason)
        except Exception as bug:  # noqa: BLE001 - one job's bug must not end the others
            name = f"{job.kind}: {type(bug).__name__}"
            if name not in self._bugs:
                self._bugs.add(name)
                _log.error("a job failed", exc_info=bug, extra={"job": job.kind, "device": device})
            return Answered(job.id, Said(Outcome.SKIPPED, "internal"))
        if isinstance(answer, Kept):
            return Answered(job.id, kept=answer)
        return Answered(job.id, answer)

    # To and from the monitor.

    def _closed(self, devices: tuple[str, ...]) -> None:
        self._say(Closed(devices))

    def _tell(self) -> None:
        while not self._ended.wait(_TOLD_EVERY):
            self._connections.sweep()
            self._say(Counts(self._levels()))

    def _levels(self) -> dict[str, int]:
        resident = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE
        return {
            **self._connections.counts,
            **self.counts,
            "running": self._running,
            "kept": self._connections.open_now,
            "threads": threading.active_count(),
            "descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names will do
            "rss_bytes": resident,
        }

    def _say(self, message: FromProcess) -> None:
        try:
            data = frame(message)
        except FrameError:
            if not isinstance(message, Answered):
                raise
            data = frame(Answered(message.job, Said(Outcome.GARBLED, "too_large")))
        with self._writing:
            try:
                self._channel.sendall(data)
            except OSError:
                os._exit(0)  # nobody hears any more

    def _hear(self) -> ToProcess | None:
        head = self._exactly(HEAD)
        body = None if head is None else self._exactly(length_of(head))
        return None if body is None else read_to_process(body)

    def _exactly(self, octets: int) -> bytes | None:
        data = bytearray()
        while len(data) < octets:
            try:
                part = self._channel.recv(octets - len(data))
            except OSError:
                return None
            if not part:
                return None
            data += part
        return bytes(data)


def _jumps(job: Job) -> tuple[str, ...]:
    """Name the jump hosts on the way."""
    names = []
    way = job.access.jump
    while way is not None:
        names.append(way.device)
        way = way.jump
    return tuple(names)


if __name__ == "__main__":
    main()
