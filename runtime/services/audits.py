"""Audits of websites: when, how many at once, each in a process of its own, and what is kept.

`<store>/audits/<service>/` holds the documents of the last 60 audits, named by their beginning
(UTC), and `index.json` with their summaries. A process that hangs or dies is an audit that came to
nothing. An audit that the monitor's end or a deadline interrupts leaves nothing behind; the next
one begins anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from api.ports_audits import Audited
from collectors._audits import Window
from collectors.audit.form import Summary, Task
from inventory.edge import is_id
from metrics.observation import Probe
from runtime.clock import monotonic
from runtime.exchange import exchange
from runtime.services.audit_process import Order

_log = logging.getLogger("extranet.audits")
KIND: Final = "website"
KEPT: Final = 60
_INDEX: Final = "index.json"
_PATIENCE: Final = 90.0
"""Seconds without a word after which a process hangs: it says something every five."""
_SPARE: Final = 3.0
"""Seconds in which a process judges and writes."""
_SHORTEST: Final = 5.0
_DAY: Final = 86_400
_SHANGHAI: Final = 8 * 3_600
"""Its offset, without summer time since 1991."""
_EXCEL_SECONDS: Final = 120.0
_LONGEST_LINE: Final = 1_000_000
_read_index: Final = msgspec.json.Decoder(tuple[Summary, ...]).decode

Tell = Callable[[int, int], None]


class Audits:
    """`collectors._audits.Audits` and `api.ports.Audits`."""

    def __init__(self, store: Path, at_once: int, now: Callable[[], int]) -> None:
        self._folder = store / "audits"
        self._turns = asyncio.Semaphore(at_once)
        self._excel = asyncio.Semaphore(1)
        self._now = now
        self._past: dict[str, tuple[Summary, ...]] = {}
        self._running: dict[str, int] = {}
        self._services: Collection[str] = ()
        self.counts: Counter[str] = Counter()

    # The life of it.

    def load(self, probes: Iterable[Probe]) -> None:
        """Take over which services have a website that is read."""
        self._services = frozenset(
            probe.target.partition(":")[2] for probe in probes if probe.kind == KIND
        )

    async def start(self) -> None:
        """Read what is known of audits before."""
        self._past = await asyncio.to_thread(self._indexes)

    def _indexes(self) -> dict[str, tuple[Summary, ...]]:
        found = {}
        for path in sorted(self._folder.glob(f"*/{_INDEX}")):
            try:
                found[path.parent.name] = _read_index(path.read_bytes())
            except (OSError, msgspec.MsgspecError):
                _log.warning("an index of audits cannot be read", extra={"path": path.as_posix()})
        return found

    # Auditing.

    async def audit(self, task: Task, window: Window | None, *, seconds: float) -> Summary:
        """Audit a site within `seconds`, when its window opens and its turn comes."""
        if task.service in self._running:
            return _not_asked(task, "previous_run")
        self._running[task.service] = 0
        try:
            return await self._when_it_may(task, window, seconds)
        finally:
            del self._running[task.service]

    async def _when_it_may(self, task: Task, window: Window | None, seconds: float) -> Summary:
        until = monotonic() + seconds
        wait = 0 if window is None else best_in(window, self._now(), task.seconds, seconds)
        if monotonic() + wait + _SHORTEST > until:
            return _not_asked(task, "outside_window")
        await asyncio.sleep(wait)
        try:
            async with asyncio.timeout(until - monotonic() - _SHORTEST):
                await self._turns.acquire()
        except TimeoutError:
            return _not_asked(task, "audits_busy")
        try:
            limits = [task.seconds, until - monotonic() - _SPARE]
            if window is not None:
                limits.append(float(closes_in(window, self._now())))
            if min(limits) < 1:
                return _not_asked(task, "outside_window")
            return await self._audited(msgspec.structs.replace(task, seconds=min(limits)))
        finally:
            self._turns.release()

    async def _audited(self, task: Task) -> Summary:
        started = self._now()
        self._running[task.service] = started
        folder = self._folder / task.service
        path = folder / f"{_name(started)}.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            summary = await run(task, started, path)
        except OSError as error:
            _log.warning("an audit could not be kept", extra={"why": f"{error}"})
            summary = _not_asked(task, "audit_not_kept")
        self.counts[summary.failure or "done"] += 1
        self.counts["pages"] += summary.counts.pages
        if summary.outcome != "SKIPPED":
            await asyncio.to_thread(self._keep, task.service, summary)
        else:
            await asyncio.to_thread(_forget, path)
        return summary

    def _keep(self, service: str, summary: Summary) -> None:
        kept = (summary, *self._past.get(service, ()))[:KEPT]
        self._past[service] = kept
        folder = self._folder / service
        names = {f"{_name(one.started)}.json" for one in kept} | {_INDEX}
        try:
            exchange(folder / _INDEX, msgspec.json.encode(kept))
            for path in folder.iterdir():  # also what a process left that died while it wrote
                if path.name not in names:
                    path.unlink()
        except OSError as error:
            self.counts["not_kept"] += 1
            _log.warning("an audit could not be kept", extra={"why": f"{error}"})

    # What the api asks.

    def latest(self) -> Mapping[str, Audited | None]:
        """Return the last audit of every website; None = there was none so far."""
        return {
            name: _told(past[0]) if (past := self._past.get(name)) else None
            for name in sorted(self._services)
        }

    def running(self) -> Mapping[str, int]:
        """Return which sites are read now, since when; 0 = it waits for its turn or window."""
        return self._running

    def history(self, service: str) -> Sequence[Audited]:
        """Return the last 60 audits, newest first."""
        return [_told(one) for one in self._past.get(service, ())]

    async def document(self, service: str) -> bytes | None:
        """Return the newest document as JSON, None where there is none."""
        path = self._newest(service)
        if path is None:
            return None
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError:
            return None

    async def excel(self, service: str, language: str) -> bytes | None:
        """Return the newest document as Excel, None where there is none."""
        path = self._newest(service)
        if path is None or not await asyncio.to_thread(path.is_file):
            return None
        async with self._excel:
            return await make_excel(path, language)

    def _newest(self, service: str) -> Path | None:
        past = self._past.get(service)
        if not past or not is_id(service):
            return None
        return self._folder / service / f"{_name(past[0].started)}.json"

    def stats(self) -> Mapping[str, float]:
        """Return the counters."""
        return {"running": len(self._running), **{f"{k}_total": n for k, n in self.counts.items()}}


async def run(
    task: Task,
    started: int,
    document: Path,
    tell: Tell | None = None,
    *,
    patience: float = _PATIENCE,
) -> Summary:
    """Do one audit in a process of its own; its document is at `document` when this returns."""
    process = await _begin("audit", document.as_posix())
    assert process.stdin is not None
    try:
        process.stdin.write(msgspec.json.encode(Order(task, started)) + b"\n")
        await process.stdin.drain()
        return await _hear(process, task, started, tell, patience)
    except (ConnectionError, BrokenPipeError):
        return _died(task, started)
    finally:
        process.stdin.close()
        await _end(process)


async def _hear(
    process: Process, task: Task, started: int, tell: Tell | None, patience: float
) -> Summary:
    assert process.stdout is not None
    while True:
        try:
            async with asyncio.timeout(patience):
                line = await process.stdout.readline()
        except (TimeoutError, ValueError):
            _log.error("an audit hangs", extra={"service": task.service})
            process.kill()
            return _died(task, started, "audit_stuck", "GARBLED")
        if not line:
            _log.error("the process of an audit died", extra={"service": task.service})
            return _died(task, started)
        if line.startswith(b"{"):
            return msgspec.json.decode(line, type=Summary)
        if tell is not None:
            pages, _, requests = line.partition(b" ")
            tell(int(pages), int(requests))


async def make_excel(document: Path, language: str) -> bytes | None:
    """Make an Excel file of a document, in a process of its own."""
    process = await _begin("excel", document.as_posix(), language)
    try:
        async with asyncio.timeout(_EXCEL_SECONDS):
            made, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        await _end(process)
    return made if made and process.returncode == 0 else None


async def _begin(*words: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "runtime.services.audit_process", *words,
        stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE,
    )  # fmt: skip


async def _end(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SPARE):
                await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()


def _died(task: Task, started: int, why: str = "audit_died", outcome: str = "SKIPPED") -> Summary:
    return Summary(
        task.service, task.seeds[0], started, 0.0, task.title, failure=why, outcome=outcome
    )


def _not_asked(task: Task, why: str) -> Summary:
    return Summary(task.service, task.seeds[0], 0, 0.0, task.title, failure=why, outcome="SKIPPED")


def _forget(document: Path) -> None:
    """Leave no document of what says nothing: nobody would ever look at it, or take it away."""
    with contextlib.suppress(OSError):
        document.unlink(missing_ok=True)


def _told(summary: Summary) -> Audited:
    return Audited(
        service=summary.service,
        url=summary.url,
        started=summary.started,
        seconds=summary.seconds,
        failure=summary.failure,
        partial=summary.partial,
        score=summary.score,
        veto=summary.veto,
        counts=msgspec.to_builtins(summary.counts),
        newest=summary.newest,
    )


def _name(started: int) -> str:
    return datetime.fromtimestamp(started, UTC).strftime("%Y%m%dT%H%M%SZ")


def opens_in(window: Window, now: int) -> int:
    """Return the seconds until a window opens; 0 = it is open."""
    return 0 if closes_in(window, now) else (window.begin - _second(now)) % _DAY


def best_in(window: Window, now: int, wanted: float, seconds: float) -> int:
    """Return after how many seconds to begin, of `seconds` that there are; 0 = now.

    A slot comes at the same time each day. One shortly before the window closes would cut each
    audit short for ever, so it waits for the next opening where that leaves more of `wanted`.
    """
    left = closes_in(window, now)
    if not left:
        return opens_in(window, now)
    length = (window.end - window.begin) % _DAY
    opens = left + _DAY - length
    here, there = min(wanted, left, seconds), min(wanted, length, seconds - opens)
    return opens if there > here else 0


def closes_in(window: Window, now: int) -> int:
    """Return the seconds until a window closes; 0 = it is closed."""
    second, length = _second(now), (window.end - window.begin) % _DAY
    passed = (second - window.begin) % _DAY
    return max(0, length - passed)


def _second(now: int) -> int:
    return (now + _SHANGHAI) % _DAY
