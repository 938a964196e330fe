"""The outbox: what stands between the pipeline and one destination.

`put` encodes a reading into the open buffer and returns. One task sends: the buffer becomes a
batch when it is large or old enough; batches wait in memory and go to disk, in order, as soon as
the destination is slow or in trouble. What lies on disk is older than what lies in memory and is
sent first, without a pause between batches.

    put -> open buffer -> memory -> [disk] -> head -> sender
                            |          |        |
                         dropped    dropped   refused, partial: set aside

Losses: the oldest goes first, in memory when the disk does not take it, on disk beyond its limit;
each is counted. `kill -9` loses what is only in memory: about `batch_age` seconds of readings, or
`patience` seconds while a send hangs. After a restart the batch that was under way is sent again,
all of it; the stores take the same point twice as one.

A batch that is SPLIT is cut in two, again and again, until its bad part stands alone or the
number of cuts is used up.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from metrics.observation import Probe, Reading
from sinks._buffer import Buffer, Limits
from sinks._contract import Encoder, Fate, Result, Sender
from sinks._counters import Counters
from sinks._segments import Batch, Frame, Gone, Refused, Segments, Waiting
from sinks._trouble import Trouble

T = TypeVar("T")

_SMALLEST_BATCH: Final = 16_384
_CUTS: Final = 64


@dataclass(slots=True)
class _Head:
    """The oldest batch, in as many pieces as it had to be cut into. `frame`: it lies on disk."""

    pieces: deque[Batch]
    frame: Frame | None
    cuts: int = _CUTS
    is_whole: bool = True
    """Whether all of it that was sent was taken."""


class Outbox:
    """One destination's outbox. `now` gives UTC seconds; `directory` belongs to it alone."""

    def __init__(
        self,
        name: str,
        encoder: Encoder,
        sender: Sender,
        directory: Path,
        limits: Limits,
        now: Callable[[], float],
    ) -> None:
        self.name = name
        self._encode = encoder
        self._sender = sender
        self._limits = limits
        self._now = now
        self._wake = asyncio.Event()
        self._buffer = Buffer(limits, now, self._wake.set)
        self._segments = Segments(directory, limits.disk_bytes, limits.segment_bytes)
        self._refused = Refused(directory, limits.refused_bytes)
        self._disk_lock = threading.Lock()
        self._on_disk = self._found = Waiting()
        self._saving: list[Batch] = []
        self._head: _Head | None = None
        self._failures = 0
        self._trouble = Trouble(name)
        self._counters = Counters()
        self._stop_at: float | None = None
        self._running = False
        self._finished = asyncio.Event()

    # What the pipeline calls: never waits, never raises.

    def put(self, reading: Reading) -> None:
        """Take a reading."""
        buffer = self._buffer
        size = len(buffer.open)
        try:
            points = self._encode(reading, buffer.open)
        except Exception:  # noqa: BLE001  # one reading that fits no template must not stop polling
            del buffer.open[size:]
            self._counters.unencodable_readings += 1
            return
        if points:
            buffer.add(points)

    def retire(self, probes: Iterable[Probe]) -> None:
        """Tell the destination that probes ended, and forget them."""
        at_ms = int(self._now() * 1000)
        for probe in probes:
            if points := self._encode.retire(probe, at_ms, self._buffer.open):
                self._buffer.add(points)

    # What the runtime asks.

    def oldest_age(self, now: float) -> float:
        """Return the age in seconds of the oldest reading that waits; 0 = nothing waits."""
        head = self._head.pieces[0].since if self._head and self._head.pieces else None
        saving = self._saving[0].since if self._saving else None
        known = [
            since
            for since in (self._on_disk.oldest, head, saving, self._buffer.oldest)
            if since is not None
        ]
        return max(0.0, now - min(known)) if known else 0.0

    @property
    def trouble(self) -> str:
        """What keeps it from sending or saving, or what was refused last (`code: why`), or ""."""
        return self._trouble.now

    def stats(self) -> dict[str, float]:
        """Return all counters (points unless the name says otherwise), what waits, since when."""
        head = self._head
        in_hand = sum(piece.points for piece in head.pieces) if head else 0
        if head and head.frame:
            in_hand -= head.frame.points  # it is among those on disk
        saving = sum(batch.points for batch in self._saving)
        counters = {name: getattr(self._counters, name) for name in Counters.__slots__}
        return {
            **counters,
            "dropped_points": self._counters.dropped_points + self._buffer.dropped,
            "points": self._buffer.points,
            "omitted_values": self._encode.omitted,
            "waiting_points": self._buffer.waiting + in_hand + saving + self._on_disk.points,
            "memory_bytes": len(self._buffer.open) + self._buffer.bytes,
            "disk_bytes": self._on_disk.bytes,
            "disk_batches": self._on_disk.batches,
            "oldest_age_seconds": self.oldest_age(self._now()),
            "in_trouble": bool(self.trouble),
        }

    # The sending task.

    async def run(self) -> None:
        """Send until `stop`; then save on disk what is left. Cancelling saves it too."""
        if self._finished.is_set():
            return
        self._running = True
        try:
            await self._open()
            while not self._is_over():
                await self._step()
        finally:
            self._save_now()
            await self._sender.close()
            self._finished.set()

    async def stop(self, timeout: float) -> None:
        """Send what can be sent within `timeout` seconds, save the rest, end `run`.

        Where `run` did not begin, all is saved.
        """
        self._stop_at = asyncio.get_running_loop().time() + timeout
        self._buffer.seal()
        self._wake.set()
        if self._running:
            await self._finished.wait()
        elif not self._finished.is_set():
            self._finished.set()
            await self._open()
            self._save_now()
            await self._sender.close()

    async def _open(self) -> None:
        try:
            damaged = await self._disk(self._segments.open)
        except OSError as error:
            self._note_disk(error)
        else:
            self._counters.damaged_batches += damaged.batches
            self._counters.dropped_points += damaged.points

    def _is_over(self) -> bool:
        """Tell whether to end: told to stop, and nothing left or no time or no hope."""
        if self._stop_at is None:
            return False
        empty = not (self._head or self._buffer.waiting or self._on_disk.batches)
        return empty or bool(self._trouble.sending) or self._time_is_up()

    def _time_is_up(self) -> bool:
        return self._stop_at is not None and asyncio.get_running_loop().time() >= self._stop_at

    async def _step(self) -> None:
        self._buffer.seal_old()
        # While older batches lie on disk, new ones have long to wait: not in memory.
        if self._on_disk.batches > 1 or self._buffer.bytes * 2 > self._limits.memory_bytes:
            await self._persist()
        if self._head is None:
            await self._take()
        if self._head is None:
            await self._wait(self._limits.batch_age)
        else:
            await self._deliver(self._head)

    async def _take(self) -> None:
        """Choose the next batch: from disk, then from memory."""
        if not self._on_disk.batches:
            batch = self._buffer.take()
            self._head = None if batch is None else _Head(deque([batch]), None)
            return
        try:
            found = await self._disk(self._segments.head)
        except OSError as error:
            self._note_disk(error)
            gone = await self._disk(self._segments.give_up)
            self._counters.dropped_points += gone.points
            return
        if found is not None:
            self._head = _Head(deque([found[1]]), found[0])

    async def _deliver(self, head: _Head) -> None:
        piece = head.pieces[0]
        result = await self._send(piece.data)
        if self._head is not head:
            return  # meanwhile it was given up for space, and counted
        if result.fate is Fate.SPLIT:
            result = self._cut(head, piece, result)
        if result.fate is Fate.RETRY:
            await self._retry(result)
            return
        self._failures = 0
        self._trouble.sending = ""
        if result.fate is Fate.SPLIT:
            return
        if result.fate is not Fate.TAKEN:
            head.is_whole = False
            self._trouble.refusal = result.reason or "unknown"
            await self._set_aside(piece, result)
        counters = self._counters
        if result.fate is Fate.REFUSED:
            counters.refused_points += piece.points
        else:
            dropped = min(piece.points, result.dropped)
            counters.partial_points += dropped
            counters.sent_points += piece.points - dropped
            counters.sent_batches += 1
            counters.sent_bytes += len(piece.data)
        # A slow send may have put the other pieces on disk, each as a frame of its own.
        head.pieces.popleft()
        if not head.pieces:
            if head.is_whole:
                self._trouble.refusal = ""
            if (frame := head.frame) is not None:
                await self._disk(lambda: self._segments.advance(frame))
            self._head = None
        self._trouble.tell()

    async def _send(self, data: bytes) -> Result:
        """Send; when it takes long, meanwhile save what waits."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        sending = asyncio.ensure_future(self._sender.send(data))
        try:
            while not sending.done():
                await asyncio.wait({sending}, timeout=self._limits.batch_age)
                if sending.done():
                    break
                if self._time_is_up():
                    return Result(Fate.RETRY, "timeout: stopped while sending")
                if loop.time() - began >= self._limits.patience:
                    await self._persist()
            return sending.result()
        except Exception as error:  # noqa: BLE001  # a sender's own mistake: keep the data, show it
            return Result(Fate.RETRY, f"internal: {type(error).__name__}")
        finally:
            sending.cancel()

    def _cut(self, head: _Head, piece: Batch, result: Result) -> Result:
        """Put the halves of a piece in its place; what cannot be cut is refused."""
        halves = self._sender.split(piece.data) if head.cuts else None
        if halves is None:
            return Result(Fate.REFUSED, result.reason, dropped=piece.points)
        head.cuts -= 1
        head.pieces.popleft()
        for half in reversed(halves):
            head.pieces.appendleft(Batch(half, self._sender.count(half), piece.since))
        if result.reason.startswith("too_large"):
            size = min(self._buffer.batch_bytes, len(halves[0]))
            self._buffer.batch_bytes = max(_SMALLEST_BATCH, size)
        return result

    async def _retry(self, result: Result) -> None:
        """Save what waits and pause: as asked, or twice as long as before; never all at once."""
        self._counters.retried_batches += 1
        self._trouble.sending = result.reason or "unknown"
        self._trouble.tell()
        longest = min(self._limits.retry_max, self._limits.retry_first * 2**self._failures)
        pause = longest * random.uniform(0.5, 1.0)
        if result.retry_after is not None:
            pause = max(pause, min(result.retry_after, self._limits.retry_after_max))
        self._failures = min(self._failures + 1, 30)
        loop = asyncio.get_running_loop()
        until = loop.time() + pause
        await self._persist()
        while self._stop_at is None and (left := until - loop.time()) > 0:
            await self._wait(min(left, self._limits.batch_age))
            await self._persist()

    async def _set_aside(self, piece: Batch, result: Result) -> None:
        why = {"fate": result.fate.value, "reason": result.reason, "dropped": result.dropped}
        at = self._now()
        try:
            await self._disk(lambda: self._refused.add(piece, {"at": at, **why}))
        except OSError as error:
            self._note_disk(error)

    # Memory to disk: the head is the oldest, then what was sealed. While the disk refuses, memory
    # keeps it.

    async def _persist(self) -> None:
        self._buffer.seal_old()
        if batches := self._to_save():
            try:
                self._saved(*await self._disk(lambda: self._segments.append(batches)))
            except OSError as error:
                self._note_disk(error)
                self._buffer.put_back(self._saving)
                self._saving = []

    def _save_now(self) -> None:
        """Save at the end; what the disk refuses now is lost, and counted."""
        self._buffer.seal()
        if batches := self._to_save():
            try:
                self._saved(*self._locked(lambda: self._segments.append(batches)))
                self._on_disk = self._found
            except OSError as error:
                self._note_disk(error)
                self._counters.dropped_points += sum(batch.points for batch in batches)
                self._saving, self._head = [], None

    def _to_save(self) -> list[Batch]:
        self._saving += self._buffer.take_all()
        head = self._head
        return [*(head.pieces if head and head.frame is None else ()), *self._saving]

    def _saved(self, first: Frame, gone: Gone) -> None:
        self._saving = []
        self._trouble.disk = ""
        self._counters.dropped_points += gone.points
        head = self._head
        if head and head.frame is None:
            head.frame = first
            head.pieces = deque([head.pieces[0]])
        elif head and head.pieces and head.frame and not self._segments.holds(head.frame):
            # Given up for space; what was sent of it in pieces is not lost.
            delivered = head.frame.points - sum(piece.points for piece in head.pieces)
            self._counters.dropped_points -= delivered
            self._head = None

    def _note_disk(self, error: OSError) -> None:
        self._counters.disk_errors += 1
        self._trouble.disk = f"disk: {error.strerror or type(error).__name__}"
        self._trouble.tell()

    async def _wait(self, seconds: float) -> None:
        """Wait for a batch or for the end, at most `seconds`."""
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _disk(self, call: Callable[[], T]) -> T:
        """Do a disk operation in a thread; only then, lest anything count twice, note what is."""
        try:
            return await asyncio.to_thread(self._locked, call)
        finally:
            self._on_disk = self._found

    def _locked(self, call: Callable[[], T]) -> T:
        with self._disk_lock:
            try:
                return call()
            finally:
                self._found = self._segments.waiting()
