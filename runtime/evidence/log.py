"""Keeps the evidence log: what is filed or sealed becomes leaves, once an hour it is signed.

Nothing waits in a queue here. What is missing from the log is what the ledger and the evidence have
and the log has not, so after a failure or an end of the monitor it catches up by itself, in order.
"""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from itertools import islice, takewhile
from pathlib import Path
from typing import Final, Protocol, TypeVar

from runtime.evidence.log_key import LogKeyError, log_key
from runtime.record_book import RecordBook
from sla.canonical import HOUR, record_leaf
from sla.proof import note
from sla.proof.merkle import AlgorithmMissingError
from sla.proof.note import Checkpoint
from store.errors import StoreError
from store.evidence_log import EVIDENCE, FOLDER, EvidenceLog, open_log
from store.hours import hours_with, running_file

T = TypeVar("T")
_log = logging.getLogger("extranet.evidence_log")
_AGAIN: Final = 10
_AFTER_FAILURE: Final = 60
_LATEST: Final = 2_700
"""Seconds after which an hour is signed although no evidence of the last one was kept."""
_LATELY: Final = 3_600
_RECORDS: Final = 1_000
_OWN: Final = frozenset({
    "corrupt", "held", "evidence_unread", "no_algorithm", "failed", "key_missing", "key_changed",
    "key_unreadable", "key_unwritable", "key_open_to_others", "key_no_key", "key_passphrase",
    "key_exists", "origin_changed", "ledger_behind",
})  # fmt: skip
"""Reasons with a sentence of their own; the others are all the disk's."""
_HOURS: Final = 24
"""At a time: so many the worker is asked for at once."""


class Hour(Protocol):
    """Leaves of an hour of evidence, or why there are none: what the worker returns."""

    @property
    def leaves(self) -> list[bytes]:
        """The leaves, in the log's order."""

    @property
    def failure(self) -> str:
        """Words of the store, "" = there is none."""


Ask = Callable[[Sequence[int]], Awaitable[Sequence[Hour]]]


class LogKeeping:
    """Used by the event loop; what waits for the disk is done in a thread, one thing at a time."""

    def __init__(self, store: Path, origin: str, book: RecordBook, now: Callable[[], int]) -> None:
        self.folder: Final = store / FOLDER
        self._evidence = store / EVIDENCE
        self._origin = origin
        self._book = book
        self._ask: Ask = _nobody
        self._now = now
        self._log: EvidenceLog | None = None
        self._wake = asyncio.Event()
        self._one = asyncio.Lock()
        self._looked = 0
        """When evidence was last looked at; 0 = at once."""
        self._all = False
        """Whether every folder of evidence was looked into."""
        self._cut_at: int | None = None
        self.failure = ""
        self.detail = ""
        self.counts = dict.fromkeys(("leaves", "checkpoints", "failures", "cut_bytes"), 0)

    def connect(self, ask: Ask) -> None:
        """Say who makes leaves of hours, before `start`."""
        self._ask = ask

    async def start(self, stack: AsyncExitStack) -> None:
        """Begin, in a task of its own; the log is opened by it, and tried again where it fails."""
        self._book.watch.append(lambda _: self._wake.set())
        keeping = asyncio.create_task(self._keep(), name="evidence log")
        stack.push_async_callback(self._stop, keeping)

    async def _stop(self, keeping: asyncio.Task[None]) -> None:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        if self._log is not None:
            self._log.close()
            self._log = None

    def tick(self) -> None:
        """Once a second; the first comes when everything else was started."""
        if self._now() >= self._looked + (_AFTER_FAILURE if self.failure else _AGAIN):
            self._wake.set()

    async def _keep(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._looked = self._now()
            await self.catch_up()

    async def catch_up(self) -> None:
        """Do all there is to do now; what keeps it from being done is in `failure` then."""
        async with self._one:
            failure, detail = await self._pass()
        if failure:
            self.counts["failures"] += 1
        if failure != self.failure:
            if failure:
                _log.error("the evidence log is behind", extra={"code": failure, "why": detail})
            else:
                _log.info("the evidence log is whole again")
        self.failure, self.detail = failure, detail

    async def _pass(self) -> tuple[str, str]:
        """Do what there is to do; return what keeps it from being done, as code and words."""
        try:
            # A thread cannot be stopped: an end of the task waits until the disk has answered.
            log = self._log
            if log is None:
                log = await _whole(self._open)
            known = self._book.records[-1].number if self._book.records else 0
            if log.last_record > known:  # its numbers would be given to others
                return "ledger_behind", f"{known} < {log.last_record}"
            await _whole(self._append_records, log)
            unread = await self._append_hours(log)
            await _whole(self._sign, log)
        except StoreError as error:
            return error.code, str(error)
        except LogKeyError as error:
            return error.code, str(error)
        except AlgorithmMissingError as error:
            return "no_algorithm", error.algorithm
        except OSError as error:
            return "disk_failed", str(error)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is said and tried again
            _log.exception("the evidence log could not be kept")
            return "failed", type(error).__name__
        return ("evidence_unread", unread) if unread else ("", "")

    def _open(self) -> EvidenceLog:
        log = self._log = open_log(self.folder)
        if log.cut:
            self.counts["cut_bytes"] += log.cut
            self._cut_at = self._now()
            _log.warning("half a leaf was cut off the evidence log", extra={"bytes": log.cut})
        self.counts["leaves"] = len(log)
        return log

    def _append_records(self, log: EvidenceLog) -> None:
        records = self._book.records
        start = bisect_right(records, log.last_record, key=lambda record: record.number)
        while leaves := [record_leaf(one) for one in islice(records, start, start + _RECORDS)]:
            log.append(leaves)
            start += len(leaves)
        self.counts["leaves"] = len(log)

    async def _append_hours(self, log: EvidenceLog) -> str:
        """Append the hours that the log lacks, in order; return why some could not be read."""
        missing = await _whole(self._missing, log)
        unread = ""
        for first in range(0, len(missing), _HOURS):
            for one in await self._ask(missing[first : first + _HOURS]):
                if one.failure:
                    unread = unread or one.failure
                else:
                    await _whole(log.append, one.leaves)
        self.counts["leaves"] = len(log)
        self._all = not unread
        return unread

    def _missing(self, log: EvidenceLog) -> list[int]:
        """Return the hours that are kept and not in the log.

        Hours are kept in their order, so that all folders are looked through only at the start and
        where one could not be read.
        """
        has = log.monitor_hours()
        if not self._all or not has:
            return [hour for hour in hours_with(self._evidence, "") if hour not in has]
        later = range(max(has) + HOUR, self._now(), HOUR)
        return list(takewhile(self._is_kept, later))

    def _is_kept(self, hour: int) -> bool:
        return running_file(self._evidence, hour).with_suffix("").exists()

    def _sign(self, log: EvidenceLog) -> None:
        """Sign once an hour: when the hour before is in the log, else when the time comes."""
        now, last = self._now(), log.notes.last
        hour = now - now % HOUR
        if not len(log) or (last is not None and (last.at or 0) >= hour):
            return
        if last is not None and now < hour + _LATEST and hour - HOUR not in log.monitor_hours():
            return
        signer = log_key(self.folder, self._origin)
        roots = log.roots()
        said = Checkpoint(self._origin, len(log), roots.sha256, roots.sm3, now)
        log.notes.add(note.sign(said.text, self._origin, signer.key))
        self.counts["checkpoints"] += 1

    @property
    def log(self) -> EvidenceLog | None:
        """The log, to be asked only; None = it is not open yet."""
        return self._log

    # How it does.

    def health(self) -> dict[str, dict[str, object]]:
        """Tell whether everything that is kept is in the log, and signed."""
        part: dict[str, object] = {"ok": not self.failure, "reason": self.failure}
        if self.failure:
            code = self.failure if self.failure in _OWN else "disk"
            part |= {"text": f"evidence_log.{code}", "detail": self.detail}
        return {"evidence_log": part}

    def losses(self) -> dict[str, tuple[bool, float]]:
        """Tell whether half-written leaves were cut off of late, and how many bytes."""
        lately = self._cut_at is not None and self._now() < self._cut_at + _LATELY
        return {"evidence_log": (lately, float(self.counts["cut_bytes"]))}

    def stats(self) -> Mapping[str, float]:
        """Count what is in it and what failed."""
        return dict(self.counts)


async def _nobody(hours: Sequence[int]) -> Sequence[Hour]:
    """Know of no hour: there is nobody to ask."""
    del hours
    return ()


async def _whole(work: Callable[..., T], *arguments: object) -> T:
    """Do it in a thread to its end, also when the task is to end meanwhile."""
    doing = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise
