"""Reports of jobs (heartbeats): who may report, what was reported, kept on the disk.

Tokens are looked up by a keyed digest whose key is made anew at each start: how long a look-up
takes says nothing about a token. They are in no log, no repr and no file of ours. Writing is a
thread's work, and so many reports may wait for it; who gets "kept" has it on the disk.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final, Literal, TypeVar

from collectors._beats import Beat
from inventory.model import Secret
from metrics.observation import Probe
from store.beats import BeatFile, BeatRow
from store.errors import StoreError

_log = logging.getLogger("extranet.beats")
_WAITING: Final = 256
"""Reports that wait for the disk, at most."""
_SOURCES: Final = 10_000
_ALIVE_EVERY: Final = 60
_AWAY_FROM: Final = 2 * _ALIVE_EVERY
"""Seconds without a note of life from which the monitor was away, and not merely restarted."""
_ABSENCES: Final = 20
"""Absences of the monitor that are remembered, the last ones."""
_FORGET_AFTER: Final = 30 * 86_400
_OF_LATE: Final = 300
_AHEAD: Final = 300
"""Seconds by which a report may lie ahead of the clock before its age is not believed any more."""
_AGAIN: Final = 900
"""Seconds within which a report of the same size is the same one, said again (curl --retry)."""

T = TypeVar("T")

Verdict = Literal["kept", "unknown", "too_many", "full", "failed"]


class Buckets:
    """Token buckets by name, in bounded memory: what was used longest ago goes first."""

    def __init__(self, rate: float, burst: float, most: int) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float) -> bool:
        """Take one; False = there is none left. `now`: seconds of a clock that goes forward."""
        level, at = self._levels.pop(name, (self._burst, now))
        level = min(self._burst, level + max(0.0, now - at) * self._rate)
        good = level >= 1
        self._levels[name] = (level - 1 if good else level, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return good

    def __len__(self) -> int:
        return len(self._levels)


class BeatBook:
    """`collectors._beats.Beats` and `api.ports.Beats`. `now`: UTC seconds."""

    def __init__(self, folder: Path, now: Callable[[], int]) -> None:
        self._folder = folder
        self._now = now
        self._key = secrets.token_bytes(32)
        self._services: Mapping[bytes, Sequence[str]] = {}
        self._rows: dict[str, BeatRow] = {}
        self._away: tuple[tuple[int, int], ...] = ()
        self._file: BeatFile | None = None
        self._writer: ThreadPoolExecutor | None = None
        self._waiting = 0
        self._alive_at = 0
        self._noticed: dict[str, int] = {}
        """Service -> since when what is kept of it is known to lie ahead of the clock."""
        self._wanted: frozenset[str] = frozenset()
        self._by_source = Buckets(2.0, 120.0, _SOURCES)
        self._by_service = Buckets(0.5, 10.0, _SOURCES)
        self._lost_at = -_OF_LATE
        self.failure = ""
        """Why nothing can be kept, a StoreError's code; "" = it can."""
        self.counts: Counter[str] = Counter()
        """Reports by verdict."""

    # Opening, living, closing.

    async def start(self, stack: AsyncExitStack) -> None:
        """Open the file. Where that fails nothing is kept, and `health` says why."""
        self._writer = ThreadPoolExecutor(1, "beats")
        stack.push_async_callback(self._stop)
        try:
            self._file = await asyncio.wrap_future(
                self._writer.submit(BeatFile, self._folder, self._now())
            )
            self._rows = dict(await self._on_disk(_rows))
            life = await self._on_disk(_life)
        except StoreError as error:
            self._failed(error)
            return
        if self._file.aside is not None:
            _log.error("beats were damaged", extra={"aside": self._file.aside.as_posix()})
        self._continue(life, self._now())
        self._expect()

    def _continue(self, life: tuple[int, Sequence[tuple[int, int]]] | None, now: int) -> None:
        """Find out from when to when there was no monitor."""
        if life is None:
            return
        alive_at, away = life
        last = ((alive_at, now),) if now - alive_at > _AWAY_FROM else ()
        self._away = (*away, *last)[-_ABSENCES:]

    def tick(self) -> None:
        """Note once a minute that the monitor runs; called each second."""
        now = self._now()
        if self._file is not None and abs(now - self._alive_at) >= _ALIVE_EVERY:
            self._alive_at = now
            self._in_background(partial(_live, now, self._away))

    async def _stop(self) -> None:
        if self._file is not None:
            self._in_background(partial(_live, self._now(), self._away))
            self._in_background(BeatFile.close)
        if self._writer is not None:
            await asyncio.to_thread(self._writer.shutdown)
        self._file = None

    def _on_disk(self, work: Callable[[BeatFile], T]) -> asyncio.Future[T]:
        """Let the one thread that has the file do something with it."""
        assert self._writer is not None
        assert self._file is not None
        return asyncio.wrap_future(self._writer.submit(work, self._file))

    def _in_background(self, work: Callable[[BeatFile], None]) -> None:
        self._on_disk(work).add_done_callback(self._done)

    def _done(self, done: asyncio.Future[None]) -> None:
        error = None if done.cancelled() else done.exception()
        if isinstance(error, StoreError):
            self._failed(error)
        elif error is not None:
            _log.error("beats failed", exc_info=error)
        else:
            self.failure = ""

    def _failed(self, error: StoreError) -> None:
        if not self.failure:
            _log.error("beats are not kept", extra={"why": error.code, "detail": error.detail})
        self.failure = error.code

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell whether reports can be kept."""
        return {"beats": {"ok": not self.failure, "reason": self.failure}}

    def losses(self) -> Mapping[str, tuple[bool, float]]:
        """Tell whether reports were refused for our own sake of late, and how many so far."""
        lost = self.counts["full"] + self.counts["failed"]
        return {"beats": (self._now() < self._lost_at + _OF_LATE, float(lost))}

    def stats(self) -> Mapping[str, float]:
        """Count reports by what became of them."""
        return {f"{verdict}_total": count for verdict, count in self.counts.items()}

    # Who may report.

    def load(self, probes: Iterable[Probe]) -> None:
        """Take over who may report: probes whose question has a token."""
        found: dict[bytes, list[str]] = {}
        names = set()
        for probe in probes:
            token = getattr(probe.question, "token", None)
            service = getattr(probe.question, "service", "")
            if isinstance(token, Secret) and token and service:
                names.add(service)
                served = found.setdefault(self._digest(token.reveal()), [])
                if service not in served:
                    served.append(service)
        self._services = found
        self._wanted = frozenset(names)
        if self._file is not None:
            self._expect()

    def _digest(self, token: str) -> bytes:
        raw = token.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(raw, key=self._key, digest_size=32).digest()

    def _expect(self) -> None:
        """Begin to wait for services that are new, and forget those long gone."""
        now = self._now()
        new = [BeatRow(name, now) for name in self._wanted if name not in self._rows]
        gone = [
            name
            for name, row in self._rows.items()
            if name not in self._wanted and (row.at or row.known_since) < now - _FORGET_AFTER
        ]
        self._rows |= {row.service: row for row in new}
        for name in gone:
            del self._rows[name]
        if new or gone:
            self._in_background(partial(_change, new, gone))

    # What was reported.

    def heard(self, service: str) -> Beat | None:
        """Return the last report for a service; None = reports are not taken for it."""
        row = self._rows.get(service)
        if row is None or service not in self._wanted:
            return None
        now = self._now()
        last = row.known_since if row.at is None else row.at
        is_ahead = last > now + _AHEAD
        since = min(self._noticed.get(service, now), now) if is_ahead else row.known_since
        if is_ahead:
            self._noticed[service] = since
        else:
            self._noticed.pop(service, None)
        return Beat(
            known=float(max(0, now - since)),
            age=None if row.at is None or is_ahead else float(max(0, now - row.at)),
            is_ahead=is_ahead and row.at is not None,
            good=row.good,
            took=row.took,
            size=row.size,
            lag=row.lag,
            before=row.before,
            away=tuple(self._ago(left, back, now) for left, back in self._away),
        )

    @staticmethod
    def _ago(left: int, back: int, now: int) -> tuple[float, float]:
        return float(max(0, now - left)), float(max(0, now - back))

    async def beat(
        self,
        token: str,
        source: str,
        *,
        good: bool,
        took: float | None = None,
        size: int | None = None,
        lag: float | None = None,
    ) -> Verdict:
        """Keep a report; it is on the disk when "kept" is returned."""
        verdict = await self._keep(token, source, good=good, took=took, size=size, lag=lag)
        self.counts[verdict] += 1
        if verdict in {"full", "failed"}:
            self._lost_at = self._now()
        return verdict

    async def _keep(
        self,
        token: str,
        source: str,
        *,
        good: bool,
        took: float | None,
        size: int | None,
        lag: float | None,
    ) -> Verdict:
        now = self._now()
        services = self._services.get(self._digest(token))
        if services is None:
            # Only who guesses is counted by address: behind a proxy all jobs have one.
            return "unknown" if self._by_source.take(source, now) else "too_many"
        if not all(self._by_service.take(name, now) for name in services):
            return "too_many"
        if self._file is None or self._waiting >= _WAITING:
            return "full"
        rows = [
            BeatRow(name, self._known_since(name, now), now, good, took, size, lag, before)
            for name in services
            for before in (self._before(name, size, now),)
        ]
        self._waiting += 1
        writing = self._on_disk(partial(_change, rows, ()))
        writing.add_done_callback(partial(self._written, rows))
        try:
            await asyncio.shield(writing)  # who hangs up has reported all the same
        except StoreError:
            return "failed"
        return "kept"

    def _written(self, rows: Sequence[BeatRow], writing: asyncio.Future[None]) -> None:
        self._waiting -= 1
        self._done(writing)
        if writing.cancelled() or writing.exception() is not None:
            return
        # In the order in which they were written, whatever the clock said meanwhile.
        self._rows |= {row.service: row for row in rows}

    def _known_since(self, service: str, now: int) -> int:
        row = self._rows.get(service)
        return now if row is None else min(row.known_since, now)

    def _before(self, service: str, size: int | None, now: int) -> int | None:
        """Return the size that a report is held against: of the last good one that is another."""
        last = self._rows.get(service)
        if last is None:
            return None
        again = size == last.size and last.at is not None and abs(now - last.at) <= _AGAIN
        return last.before if again or not last.good or last.size is None else last.size


def _rows(file: BeatFile) -> Mapping[str, BeatRow]:
    return file.rows()


def _life(file: BeatFile) -> tuple[int, Sequence[tuple[int, int]]] | None:
    return file.life()


def _change(new: Sequence[BeatRow], gone: Sequence[str], file: BeatFile) -> None:
    file.keep(new)
    file.forget(gone)


def _live(now: int, away: Sequence[tuple[int, int]], file: BeatFile) -> None:
    file.live(now, away)
