"""What is kept: the ledger and the history, each behind the one thread that writes it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from alerts.dispatch import Dispatch
from alerts.model import Alert, Delivery, Phase
from inventory.model import Inventory
from metrics.observation import Probe, Reading
from runtime.config import Config
from runtime.pipeline import Change, Pipeline
from runtime.record_book import RecordBook
from runtime.telling import Telling
from sla.judge import Judge
from store.entries import ClockChecked, Entry, Heartbeat, TrapEntry
from store.errors import StoreError
from store.history import ClosedSlot, History
from store.hours import HourFiles, settle_seconds
from store.ledger import Ledger, open_ledger
from store.link_sources import LinkSources
from store.people import People, load_people
from store.recording import Recorder
from store.writer import Writer

_log = logging.getLogger("extranet.record")
_LAST_SLOT: Final = 10
_RETOLD_SECONDS: Final = 900
_REMEMBERED_SECONDS: Final = 7 * 86_400
_TRAPS_WAITING: Final = 2_000
"""Traps that may wait for a disk: 10 MB. Of more the newest go; the ledger's own never do."""
_HISTORY_WAITING: Final = 60
"""Slots that may wait for a disk; one of 30,000 links holds some 15 MB."""


class Record:
    """The ledger and the history of one monitor."""

    def __init__(
        self,
        ledger: Ledger,
        history_folder: Path,
        inventory: Inventory,
        now: Callable[[], int],
        recorder: Recorder | None,
    ) -> None:
        self._ledger = ledger
        self._history_folder = history_folder
        self.now = now
        self._writer: Writer[Entry] = Writer(ledger.append, now, name="ledger")
        self._hours = HourFiles(history_folder)
        self._slots: Writer[ClosedSlot] = Writer(
            self._hours.write, now, name="history", limit=_HISTORY_WAITING
        )
        self._history = History(inventory)
        self._settle = settle_seconds(inventory)
        self._recorder = recorder
        self._flushing = threading.Lock()
        self._recording_failure = ""
        self.people: People = load_people(ledger.reads, self._writer.submit)
        self.book = RecordBook(ledger.reads.records(), self._writer, ledger.path, now)
        self.swept = 0
        self._traps_waiting: deque[int] = deque()
        """Which of the entries that wait are traps, by their number in the writer's order."""
        self.traps_dropped = 0

    @property
    def path(self) -> Path:
        """Where the ledger lies."""
        return self._ledger.path

    def start(self) -> None:
        """Begin to write."""
        self._writer.start()
        self._slots.start()

    def close(self) -> None:
        """Write what waits, and close every file."""
        for slot in self._history.close_all():
            self._slots.submit(slot)
        self.heartbeat(self.now(), _LAST_SLOT)
        lost = self._slots.stop()
        undone = self._writer.stop()
        if lost or undone:
            _log.error("not written", extra={"history": lost, "ledger": undone})
        self._hours.close()
        self._ledger.close()
        if self._recorder is not None:
            with self._flushing:
                try:
                    self._recorder.close()
                except StoreError as error:
                    self._note_recording(error.code)

    def continue_from(
        self, judge: Judge, pipeline: Pipeline, telling: Telling, dispatch: Dispatch
    ) -> None:
        """Begin where the ledger ends: the time since its last heartbeat is UNKNOWN for all."""
        reads, now = self._ledger.reads, self.now()
        gap = judge.restore(
            reads.last_transitions(), reads.last_heartbeat(), now, reads.open_outages()
        )
        firing = reads.open_alerts()
        ended = reads.resolved_alerts(now - _REMEMBERED_SECONDS)
        told = reads.deliveries_of(alert.id for alert in (*firing, *ended))
        untold = _without_an_end(told)
        fresh = now - _RETOLD_SECONDS
        ended = [one for one in ended if (one.resolved_at or 0) >= fresh or one.id in untold]
        dispatch.restore([*firing, *ended], told)
        telling.carry(telling.engine.restore(firing, now))
        if gap is not None:
            pipeline.announce(gap)

    # What the pipeline hands over.

    def change(self, change: Change) -> None:
        """Keep a change of state."""
        self._writer.submit(change)

    def alert(self, alert: Alert) -> None:
        """Keep how an alert stands."""
        self._writer.submit(alert)

    def delivery(self, delivery: Delivery) -> None:
        """Keep an attempt to tell somebody."""
        self._writer.submit(delivery)

    def trap(self, entry: TrapEntry) -> None:
        """Keep what a device said unasked; where many wait for the disk it is counted and goes."""
        waiting, done = self._traps_waiting, self._writer.done
        while waiting and waiting[0] <= done:
            waiting.popleft()
        if len(waiting) >= _TRAPS_WAITING:
            self.traps_dropped += 1
            return
        self._writer.submit(entry)
        waiting.append(self._writer.submitted)

    def reading(self, reading: Reading) -> None:
        """Add a reading up."""
        self._history.observe(reading)
        if self._recorder is not None:
            self._recorder.observe(reading.observation)

    # What the beat asks for.

    def heartbeat(self, at: int, seconds: int) -> None:
        """Note that the monitor lives."""
        self._writer.submit(Heartbeat(at, seconds))

    def clock(self, at: int, offset_us: int | None) -> None:
        """Note how far our clock was off; None = nobody knew."""
        self._writer.submit(ClockChecked(at, offset_us))

    def close_slots(self, now: int) -> None:
        """Hand over the slots that are complete."""
        for slot in self._history.close_slots(now):
            self._slots.submit(slot)

    def reload(self, settle: int, links: LinkSources, gone: Iterable[Probe]) -> None:
        """Take over another inventory, of which that was drawn."""
        self._settle = settle
        self._history.take(links)
        self._history.forget(list(gone))

    def flush_recording(self) -> None:
        """Write what was recorded so far. Waits for a disk; what it refuses is kept and retried."""
        if self._recorder is None or not self._flushing.acquire(blocking=False):
            return  # an earlier flush still waits for its disk
        try:
            self._recorder.flush()
        except StoreError as error:
            self._note_recording(error.code)
        else:
            self._note_recording("")
        finally:
            self._flushing.release()

    def _note_recording(self, code: str) -> None:
        """Speak when the recording begins to fail and when it goes on."""
        if code != self._recording_failure:
            self._recording_failure = code
            if code:
                _log.error("the recording cannot be written", extra={"code": code})
            else:
                _log.info("the recording goes on")

    @property
    def records(self) -> bool:
        """Whether observations are recorded."""
        return self._recorder is not None

    def closed_hours(self, now: int) -> list[int]:
        """Return the hours of history that wait to be sealed. May wait for a disk."""
        return self._hours.close_hours(now, self._settle)

    @property
    def failure(self) -> str:
        """Why the ledger cannot be written at the moment (a code), or ""."""
        return self._writer.failure

    @property
    def history_failure(self) -> str:
        """Why the history cannot be written, as above."""
        return self._slots.failure

    def losses(self) -> dict[str, float]:
        """Count what will never be kept."""
        return {
            "history": self._slots.dropped + self._hours.late + self._hours.refused,
            "ledger": len(self._writer.refused),
            "traps": self.traps_dropped,
        }

    def stats(self) -> Mapping[str, float]:
        """Count what was written and what waits."""
        recorder = self._recorder
        recording = (
            {}
            if recorder is None
            else {
                "recording_recorded": recorder.recorded,
                "recording_dropped": recorder.dropped,
            }
        )
        return {
            **recording,
            "ledger_written": self._writer.written,
            "ledger_waiting": self._writer.waiting(),
            "ledger_refused": len(self._writer.refused),
            "ledger_failures": self._writer.failures,
            "traps_dropped": self.traps_dropped,
            "history_rows": self._hours.rows,
            "history_waiting": self._slots.waiting(),
            "history_dropped": self._slots.dropped,
            "history_failures": self._slots.failures,
            "history_refused_rows": self._hours.refused,
            "history_late_slots": self._hours.late,
        }


def open_record(
    config: Config, inventory: Inventory, now: Callable[[], int], recording: Path | None
) -> Record:
    """Open the record of a monitor. Raises StoreError."""
    ledger = open_ledger(config.store.path, now())
    try:
        recorder = None if recording is None else _recorder(recording, now())
        return Record(ledger, config.store.path / "history", inventory, now, recorder)
    except BaseException:
        ledger.close()
        raise


def _without_an_end(told: Iterable[Delivery]) -> set[str]:
    """Return the alerts of which somebody was told, but not of their end."""
    begun: set[tuple[str, str, str]] = set()
    ended: set[tuple[str, str, str]] = set()
    for one in told:
        heard = (one.alert, one.receiver, one.channel)
        (ended if one.phase is Phase.RESOLVED else begun).add(heard)
    return {alert for alert, _, _ in begun - ended}


def _recorder(folder: Path, now: int) -> Recorder:
    """Record into a file of its own for each run, named by its first second.

    It is made here, so that a folder that may not be written is named before anything starts.
    """
    recorder = Recorder(folder / f"{now}.msgpack")
    recorder.flush()
    return recorder
