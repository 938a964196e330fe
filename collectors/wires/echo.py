"""Echo: one non-blocking socket per address family for all targets, paced, with no loss of its own.

Echoes leave evenly: each run has its own instants, a ticker sends what is due and never a burst.
A reply counts when it carries the token of a waiting echo and comes from the address that was
asked; so late and forged ones do not. Times of arrival are the kernel's, and what lies in the
socket is read before anything is called lost: a busy monitor sees neither delay nor loss.

What is not the network's loss is not called lost: an echo the kernel did not send is `unsent`, and
so is one that got no reply while our own receive buffer overflowed (SO_RXQ_OVFL).
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from time import monotonic, monotonic_ns, time_ns
from typing import Final, Literal

from collectors._contract import EchoReply
from collectors.wires import _icmp, _udp
from collectors.wires._door import (
    SO_RXQ_OVFL,
    SO_TIMESTAMPNS,
    TOKEN,
    USUAL,
    Door,
    offender,
    send_marked,
)
from collectors.wires._echo_run import Run
from collectors.wires._readiness import TICK, Readiness
from inventory.model import Endpoint

_RATE: Final = 12_800
"""Echoes a second, at most."""
_LARGEST: Final = 640
"""Echoes at once, at most: what is due after the loop was busy for 50 ms."""
_TOO_LATE: Final = 1.0
"""Seconds after its instant at which an echo is no longer sent: nothing queues for ever."""
_READS: Final = 8192
"""Datagrams per look: all that waits, but a flood must not keep the loop."""
_REMEMBERED: Final = 4096
"""Lost echoes whose token is kept a while, to tell late replies from foreign ones."""
_TIMESPEC: Final = struct.Struct("=qq")
_OVERRUNS: Final = struct.Struct("=I")
_SOL_SOCKET: Final = socket.SOL_SOCKET
_MSG_ERRQUEUE: Final = 0x2000


def open_echo(wire: Literal["icmp", "udp"], *, trace: Callable[[str], None] | None = None) -> Echo:
    """Prepare the wire; `start()` opens it. `trace` is told what is asked and what came back."""
    return Echo(_icmp.open_door if wire == "icmp" else _udp.open_door, trace)


class Echo:
    """See `collectors._contract.EchoWire`."""

    def __init__(
        self, open_door: Callable[[int], Door], trace: Callable[[str], None] | None = None
    ) -> None:
        self._open_door = open_door
        self._trace = trace
        self._doors: dict[int, Door] = {}
        self._readiness = Readiness()
        self._ticker: asyncio.TimerHandle | None = None
        self._due: dict[float, deque[tuple[float, Run]]] = {0.0: deque()}
        self._waiting: dict[bytes, tuple[Run, int, float]] = {}
        self._deadlines: dict[float, deque[tuple[float, bytes]]] = {}
        self._targets: dict[Endpoint, tuple[Door, tuple[str, int]] | None] = {}
        self._gone: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._tokens = b""
        self._token_at = 0
        self._overruns: dict[Door, int] = {}
        self._counts: Counter[str] = Counter()
        self._sent = 0
        self._received = 0
        self._largest_burst = 0
        self._looked_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether echoes can be sent."""
        return self._ticker is not None

    async def start(self) -> None:
        """Open a socket per address family the host has.

        Raises PermissionError where the kernel does not permit ICMP, OSError where it gives no
        socket at all.
        """
        self._readiness.open()
        try:
            for family in (4, 6):
                try:
                    door = self._open_door(family)
                except OSError as error:
                    if error.errno not in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}:
                        raise
                    continue
                self._doors[family] = door
                self._overruns[door] = 0
                self._readiness.add(door.socket.fileno(), partial(self._read, door))
        except OSError:
            await self.close()
            raise
        self._tick(asyncio.get_running_loop())

    async def close(self) -> None:
        """Close the sockets; of runs under way nobody will know."""
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        self._readiness.close()
        for door in self._doors.values():
            door.socket.close()
        under_way = {run for run, _, _ in self._waiting.values()}
        for queue in self._due.values():
            under_way.update(run for _, run in queue)
            queue.clear()
        self._waiting.clear()
        self._doors.clear()
        self._targets.clear()
        for run in under_way:
            run.abandon()

    def send(
        self,
        endpoint: Endpoint,
        *,
        count: int,
        gap: float,
        timeout: float,
        done: Callable[[EchoReply], None],
        dscp: int = 0,
        size: int = 0,
    ) -> None:
        """See `EchoWire`."""
        found = self._targets.get(endpoint) or self._find(endpoint)
        if found is None:
            self._counts["unsent"] += count
            done(EchoReply((), count, reason="not_open"))
            return
        run = Run(*found, count, gap, timeout, done, dscp << 2, bytes(max(0, size - USUAL)))
        self._due[0.0].append((monotonic(), run))

    async def echo(
        self,
        endpoint: Endpoint,
        *,
        count: int,
        gap: float,
        timeout: float,
        dscp: int = 0,
        size: int = 0,
    ) -> EchoReply:
        """See `EchoWire`."""
        reply: asyncio.Future[EchoReply] = asyncio.get_running_loop().create_future()
        tell = self._trace or _tell_nobody
        marked = f", DSCP {dscp}" if dscp else ""
        tell(f"> {count} echoes to {endpoint}, {gap:g} s apart{marked}")
        done = partial(_settle, reply)
        self.send(endpoint, count=count, gap=gap, timeout=timeout, done=done, dscp=dscp, size=size)
        got = await reply
        times = ["lost" if rtt is None else f"{rtt * 1000:.3f} ms" for rtt in got.rtts]
        unsent = f", {got.unsent} unsent: {got.reason}" if got.unsent else ""
        tell(f"< {', '.join(times) or 'no times'}, {got.refused} refused{unsent}")
        return got

    def _find(self, endpoint: Endpoint) -> tuple[Door, tuple[str, int]] | None:
        door = self._doors.get(endpoint.family)
        if door is None:
            return None
        family = door.socket.family
        host = socket.inet_ntop(family, socket.inet_pton(family, endpoint.host))
        port = endpoint.port or door.port if door.port else 0
        found = self._targets[endpoint] = (door, (host, port))
        return found

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read, give up what is out of time, send what is due; again soon, whatever happens."""
        self._ticker = loop.call_later(TICK, self._tick, loop)
        self._readiness.drain()
        now = monotonic()
        for deadlines in self._deadlines.values():
            while deadlines and deadlines[0][0] <= now:
                self._expire(deadlines.popleft()[1])
        self._send_due(now)

    def _send_due(self, now: float) -> None:
        """Send what is due, at most as much as the time since the last look is good for."""
        burst = left = min(_LARGEST, int(_RATE * max(TICK, now - self._looked_at)))
        self._looked_at = now
        for queue in list(self._due.values()):
            while queue and left and queue[0][0] <= now:
                due, run = queue.popleft()
                if now - due > _TOO_LATE:
                    self._skip(run)
                else:
                    left -= 1
                    self._send(run)
                if run.index < run.count:
                    following = self._due.get(run.gap)
                    if following is None:
                        following = self._due[run.gap] = deque()
                    following.append((due + run.gap, run))
        self._largest_burst = max(self._largest_burst, burst - left)

    def _skip(self, run: Run) -> None:
        index = run.index
        run.index = index + 1
        self._void(run, index, "late")
        run.finish()

    def _send(self, run: Run) -> None:
        index = run.index
        run.index = index + 1
        door = run.door
        start = self._token_at
        if start >= len(self._tokens):
            self._tokens = os.urandom(TOKEN * 512)
            start = 0
        self._token_at = start + TOKEN
        token = self._tokens[start : start + TOKEN]
        if run.overruns < 0:
            run.overruns = self._overruns[door]
        sent = monotonic()
        self._waiting[token] = (run, index, sent)
        run.pending += 1
        try:
            if run.mark or run.more:
                send_marked(door.socket, door.encode(token) + run.more, run.target, run.mark)
            else:
                door.socket.sendto(door.encode(token), run.target)
        except OSError as error:
            reason = self._again(run, token, error)
            if reason:
                del self._waiting[token]
                run.pending -= 1
                self._void(run, index, reason)
                run.finish()
                return
        deadlines = self._deadlines.get(run.timeout)
        if deadlines is None:
            deadlines = self._deadlines[run.timeout] = deque()
        deadlines.append((sent + run.timeout, token))
        self._sent += 1

    def _again(self, run: Run, token: bytes, error: OSError) -> str:
        """Try once more: the error may tell of an earlier echo. Return why it is unsent, or ""."""
        door = run.door
        if not isinstance(error, BlockingIOError):
            try:
                send_marked(door.socket, door.encode(token) + run.more, run.target, run.mark)
            except OSError as second:
                error = second
            else:
                return ""
        full = error.errno in {errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM}
        return "send_buffer" if full else "no_route"

    def _void(self, run: Run, index: int, reason: str) -> None:
        run.void(index, reason)
        self._counts["unsent"] += 1
        self._counts[f"unsent_{reason}"] += 1

    def _expire(self, token: bytes) -> None:
        """Give up waiting for an echo, unless it was answered long since."""
        waiting = self._waiting.pop(token, None)
        if waiting is None:
            return
        run, index, _ = waiting
        run.pending -= 1
        self._gone.append(token)
        if self._overruns[run.door] != run.overruns:
            self._void(run, index, "overrun")
        else:
            self._counts["lost"] += 1
        run.finish()

    def _read(self, door: Door) -> None:
        """Take in what has arrived; with nothing there, the wake-up was for an ICMP error."""
        receive = door.socket.recvmsg
        offset = time_ns() - monotonic_ns()
        heard = 0
        while heard < _READS:
            try:
                data, ancillary, _, address = receive(512, 128)
            except BlockingIOError:
                break
            except OSError:  # an ICMP error: its details lie in the error queue
                self._read_errors(door)
                continue
            heard += 1
            self._take(door, data, ancillary, address, offset)
        if not heard:
            self._read_errors(door)

    def _take(
        self,
        door: Door,
        data: bytes,
        ancillary: list[tuple[int, int, bytes]],
        address: tuple[str, int],
        offset: int,
    ) -> None:
        """Match one datagram with the echo it answers. `offset`: wall minus monotonic, ns."""
        arrived = monotonic()
        stamped = arrived
        for level, kind, payload in ancillary:
            if level != _SOL_SOCKET:
                continue
            if kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = _TIMESPEC.unpack(payload)
                stamped = (seconds * 1_000_000_000 + nanoseconds - offset) / 1e9
            elif kind == SO_RXQ_OVFL:
                self._overruns[door] = _OVERRUNS.unpack(payload)[0]
        token = door.decode(data) or b""
        waiting = self._waiting.get(token)
        if waiting is None:
            self._counts["late" if token in self._gone else "foreign"] += 1
            return
        run, index, sent = waiting
        if address[: len(run.key)] != run.key:
            self._counts["foreign"] += 1
            return
        del self._waiting[token]
        run.pending -= 1
        self._received += 1
        # Outside these bounds the wall clock was set meanwhile.
        rtt = (stamped if sent <= stamped <= arrived else arrived) - sent
        if rtt <= run.timeout:
            run.rtts[index] = rtt
        else:
            self._counts["late"] += 1
        run.finish()

    def _read_errors(self, door: Door) -> None:
        """Read the error queue: unreachable from the target itself is an answer of a kind."""
        for _ in range(_READS):
            try:
                data, ancillary, _, _ = door.socket.recvmsg(512, 512, _MSG_ERRQUEUE)
            except OSError:
                return
            token = data[door.returned : door.returned + TOKEN]
            waiting = self._waiting.get(token)
            if waiting is None:
                continue
            run, index, _ = waiting
            if offender(ancillary) != run.target[0]:
                self._counts["unreachable"] += 1  # a router on the way says so: wait and lose it
                continue
            del self._waiting[token]
            self._counts["refused"] += 1
            run.refuse(index)
            run.pending -= 1
            run.finish()

    def stats(self) -> dict[str, int]:
        """Counters since the start, and how many echoes are on their way now.

        `overruns`: datagrams the kernel dropped because our receive buffer was full.
        """
        return {
            **self._counts,
            "sent": self._sent,
            "received": self._received,
            "overruns": sum(self._overruns.values()),
            "in_flight": len(self._waiting),
            "largest_burst": self._largest_burst,
        }


def _settle(reply: asyncio.Future[EchoReply], got: EchoReply) -> None:
    if not reply.done():  # else whoever asked waits no more
        reply.set_result(got)


def _tell_nobody(_: str) -> None:
    pass
