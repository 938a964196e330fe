"""Gives each day's checkpoint of the evidence log to its witnesses, until they have it.

A signature shows who said something; only somebody else who kept it shows that nothing else was
said to others. Attempts are appended to `witnesses.jsonl` beside the log, and who was given what is
read from there at the start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, cast

import aiohttp

from alerts.notifiers._contract import Message, Notifier, NotifyError
from inventory.edge import ZONE
from runtime.config import Witness
from runtime.plugins import plugins
from sla.proof import note
from sla.proof.note import Note
from store.errors import StoreError
from store.evidence_notes import Attempt, Notes, add_attempt, attempts
from texts.say import Language, say

_log = logging.getLogger("extranet.witnesses")
_EVERY: Final = 60
_LONGEST_PAUSE: Final = 3_600
_TIMEOUT: Final = 30.0
_OLDEST: Final = timedelta(days=31)
"""A witness who comes back after a year is given this much of it; the newest proves all."""
_BEHIND: Final = 2 * 86_400
"""Seconds after a day began when it is time to say that its checkpoint was not taken."""


@dataclass(slots=True)
class _Turn:
    """How far a witness is. `done`: the last day given; `since`: the first day to give, if none."""

    done: date | None = None
    since: date | None = None
    failed: int = 0
    not_before: int = 0

    def next_day(self, today: date) -> date:
        """Return the day that is due next, perhaps one to come."""
        return self.since or today if self.done is None else self.done + timedelta(days=1)


class WitnessKeeping:
    """Used by the event loop. One task; a witness that hangs holds up the others for a moment."""

    def __init__(
        self,
        folder: Path,
        witnesses: Mapping[str, Witness],
        language: Language,
        now: Callable[[], int],
    ) -> None:
        self._folder = folder
        self._witnesses = witnesses
        self._language = language
        self._now = now
        self._notes = Notes(folder)
        self._turns: dict[str, _Turn] | None = None
        self._wake = asyncio.Event()
        self._looked = 0
        self._behind: list[str] = []
        self.counts = dict.fromkeys(("delivered", "failures"), 0)

    async def start(self, stack: AsyncExitStack) -> None:
        """Begin, where there is any witness."""
        if not self._witnesses:
            return
        http = await stack.enter_async_context(aiohttp.ClientSession())
        keeping = asyncio.create_task(self._keep(http), name="witnesses")
        stack.push_async_callback(_end, keeping)

    def tick(self) -> None:
        """Once a second."""
        if self._now() >= self._looked + _EVERY:
            self._wake.set()

    async def _keep(self, http: aiohttp.ClientSession) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._looked = self._now()
            try:
                await self.catch_up(http)
            except StoreError as error:
                _log.error("witnesses cannot be told", extra={"why": str(error)})
            except Exception:  # noqa: BLE001 - whatever it was, it is said and tried again
                _log.exception("witnesses cannot be told")

    async def catch_up(self, http: aiohttp.ClientSession) -> None:
        """Give every witness what is due. Raises StoreError when the log cannot be read."""
        await asyncio.to_thread(self._notes.refresh)
        if self._turns is None:
            self._turns = _turns(await asyncio.to_thread(attempts, self._folder), self._witnesses)
        turns = self._turns
        await asyncio.gather(*(self._serve(name, turns[name], http) for name in self._witnesses))
        limit = self._now() - _BEHIND
        self._behind = [
            name
            for name, turn in turns.items()
            if any(_midnight(day) < limit for day, _ in self._due(turn))
        ]

    async def _serve(self, name: str, turn: _Turn, http: aiohttp.ClientSession) -> None:
        """Give a witness one day after the other, until there is no more or one fails."""
        if self._now() < turn.not_before:
            return
        for day, made in [*self._due(turn)]:
            turn.since = turn.since or day
            attempt, pause = await self._attempt(name, day, made, http)
            await asyncio.to_thread(add_attempt, self._folder, attempt)
            if not attempt.ok:
                turn.failed += 1
                pause = max(pause, min(_LONGEST_PAUSE, 60 * 2 ** min(turn.failed - 1, 10)))
                turn.not_before = self._now() + pause
                self.counts["failures"] += 1
                _log.warning(
                    "a witness was not told", extra={"witness": name, "why": attempt.reason}
                )
                return
            turn.done, turn.failed, turn.not_before = day, 0, 0
            self.counts["delivered"] += 1

    def _due(self, turn: _Turn) -> Iterator[tuple[date, Note]]:
        """Yield the days that are due with the first checkpoint of each; one without is none's."""
        today = _day(self._now())
        day = max(turn.next_day(today), today - _OLDEST)
        while day <= today:
            made = self._notes.first_since(_midnight(day))
            if made is None:
                return
            # Days in which the monitor did not run have none: on to that of the next one.
            day = _day(note.parse_checkpoint(made.text).at or 0)
            yield day, made
            day += timedelta(days=1)

    async def _attempt(
        self, name: str, day: date, made: Note, http: aiohttp.ClientSession
    ) -> tuple[Attempt, int]:
        """Try once; return what is noted, and for how many seconds not to try again."""
        channel = self._witnesses[name].channel
        notifier = cast("Notifier", plugins("alerts.notifiers")[channel.kind])
        size = note.parse_checkpoint(made.text).size
        message = self._message(name, day, made)
        try:
            async with asyncio.timeout(_TIMEOUT):
                unreached = await notifier.notify(channel.options, message, http)
        except NotifyError as error:
            failed = Attempt(name, day.isoformat(), size, self._now(), ok=False, reason=error.code)
            return failed, int(error.retry_after or 0)
        except TimeoutError:
            failed = Attempt(name, day.isoformat(), size, self._now(), ok=False, reason="timeout")
            return failed, 0
        return Attempt(name, day.isoformat(), size, self._now(), ok=True, reason=unreached), 0

    def _message(self, name: str, day: date, made: Note) -> Message:
        said = note.parse_checkpoint(made.text)
        words = {"origin": said.origin, "day": day.isoformat(), "size": said.size}
        text = say("witness.text", self._language, **words)
        return Message(
            id=f"checkpoint-{name}-{day.isoformat()}-{said.size}",
            at=self._now(),
            language=self._language,
            subject=say("witness.subject", self._language, **words),
            text=f"{text}\n\n{note.wrapped(made)}",
            alerts=(),
            lines=(),
            url="",
        )

    # How it does.

    def health(self) -> dict[str, dict[str, object]]:
        """Tell whether a witness has waited for long, where there is any."""
        if not self._witnesses:
            return {}
        part: dict[str, object] = {"ok": not self._behind, "reason": ""}
        if self._behind:
            part = {
                "ok": False,
                "reason": "witness_behind",
                "text": "evidence_log.witness_behind",
                "detail": ", ".join(self._behind),
            }
        return {"witnesses": part}

    def stats(self) -> Mapping[str, float]:
        """Count what was given and what failed."""
        return dict(self.counts)


def _turns(known: list[Attempt], witnesses: Mapping[str, Witness]) -> dict[str, _Turn]:
    turns = {name: _Turn() for name in witnesses}
    for one in known:
        turn = turns.get(one.witness)
        if turn is None:
            continue
        day = date.fromisoformat(one.day)
        turn.since = min(turn.since or day, day)
        if one.ok:
            turn.done = max(turn.done or day, day)
    return turns


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, ZONE).date()


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp())


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
