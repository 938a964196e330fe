"""The thread that writes: whoever decides submits and goes on; what waits is written in batches.

One transaction per batch of what is waiting. When the disk refuses, the batch stays in memory in
its order and is tried again, ever more slowly; `failing_since` says so. The ledger's queue has no
limit and never drops; a queue with a `limit` drops its oldest and counts them.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

from store.errors import EntryError, StoreError

E = TypeVar("E")
_log = logging.getLogger("extranet.store")
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_BATCH: Final = 5_000


class Writer(Generic[E]):
    """Writes what is submitted, in order, in a thread of its own."""

    def __init__(
        self,
        write: Callable[[Sequence[E]], None],
        now: Callable[[], int],
        *,
        name: str,
        limit: int | None = None,
    ) -> None:
        self._write = write
        self._now = now
        self._name = name
        self._limit = limit
        self._queue: deque[tuple[E, ...]] = deque()
        self._queued = 0
        self._changed = threading.Condition()
        self._flushes: deque[tuple[int, Future[None]]] = deque()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._gave_up = threading.Event()
        self.submitted = 0
        self.done = 0
        """Entries that are written, refused or dropped: none of them waits."""
        self.written = 0
        self.batches = 0
        self.failures = 0
        self.dropped = 0
        """Entries that went because the queue was full (only with a `limit`)."""
        self.refused: list[tuple[E, str]] = []
        """Entries that can never be written, and why: bugs, kept for whoever looks."""
        self.failing_since: int | None = None
        """UTC seconds since nothing could be written; None = it can."""
        self.failure = ""
        """Code of the last failure, "" when it writes."""

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, name=f"write-{self._name}")
        self._thread.start()

    def submit(self, *entries: E) -> None:
        """Take entries; those of one call are written in one transaction. Never waits for a disk.

        Raises RuntimeError after `stop`.
        """
        with self._changed:
            if self._stopping:
                raise RuntimeError(f"the writer of {self._name} was stopped")
            if not entries:
                return
            self._queue.append(entries)
            self._queued += len(entries)
            self.submitted += len(entries)
            while self._limit is not None and self._queued > self._limit:
                oldest = len(self._queue.popleft())
                self._queued -= oldest
                self.dropped += oldest
                self.done += oldest
            self._changed.notify()

    def flush(self) -> Future[None]:
        """Return what is done when everything submitted so far is written (or refused)."""
        future: Future[None] = Future()
        with self._changed:
            self._flushes.append((self.submitted, future))
            self._settle()
            self._changed.notify()
        return future

    def waiting(self) -> int:
        """Return how many entries are not written yet."""
        return self.submitted - self.done

    def stop(self, seconds: float = 10.0) -> int:
        """Write what waits, then end; return how many could not be written within `seconds`."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(seconds)
            self._gave_up.set()
            self._thread.join()
        return self.waiting()

    def _run(self) -> None:
        while batch := self._next():
            if not self._persist(batch):
                break
        with self._changed:
            for _, future in self._flushes:
                future.set_exception(RuntimeError(f"{self._name} was stopped: {self.failure}"))
            self._flushes.clear()

    def _next(self) -> list[E]:
        """Wait for entries and take them; empty = stopped and nothing waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            batch: list[E] = []
            while self._queue and len(batch) < _BATCH:
                batch.extend(self._queue.popleft())
            self._queued -= len(batch)
            return batch

    def _persist(self, batch: list[E]) -> bool:
        """Write a batch, however often it takes; False = gave up, it still waits."""
        pause = _FIRST_PAUSE
        while batch:
            try:
                self._write(batch)
            except EntryError as error:
                batch = [entry for entry in batch if entry is not error.entry]
                self._refuse(error)
            except Exception as error:  # noqa: BLE001 - a bug must not cost what waits behind it
                self._failed(error)
                if self._gave_up.wait(pause):
                    return False
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self._succeeded(len(batch))
                return True
        return True

    def _refuse(self, error: EntryError) -> None:
        _log.error("an entry cannot be written", extra={"store": self._name}, exc_info=error)
        with self._changed:
            # The writer's own entries come back in the error; their type is E.
            self.refused.append((error.entry, error.detail))  # type: ignore[arg-type]
            self.done += 1
            self._settle()

    def _failed(self, error: Exception) -> None:
        code = error.code if isinstance(error, StoreError) else type(error).__name__
        if self.failing_since is None:
            self.failing_since = self._now()
            _log.error("cannot write", extra={"store": self._name, "code": code}, exc_info=error)
        self.failure = code
        self.failures += 1

    def _succeeded(self, count: int) -> None:
        if self.failing_since is not None:
            _log.info("writes again", extra={"store": self._name, "since": self.failing_since})
            self.failing_since = None
            self.failure = ""
        with self._changed:
            self.batches += 1
            self.written += count
            self.done += count
            self._settle()

    def _settle(self) -> None:
        """Tell those who wait for what is done by now. Entries are done in their order."""
        while self._flushes and self._flushes[0][0] <= self.done:
            self._flushes.popleft()[1].set_result(None)
