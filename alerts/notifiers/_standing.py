"""What a system that holds the state of alerts is to know: told on change, and all of it again.

It forgets what is not repeated, so nothing needs to be queued: what could not be told is told at
the next repetition, as it stands then. A firing alert stays until it is over, one that is over for
another quarter of an hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from alerts.model import SEVERITIES, Alert, Delivery, Phase
from alerts.notifiers._channel import Channel, Desk, Receiver, attempt, doubled, lost
from alerts.notifiers._contract import NotifyError

_AT_ONCE: Final = 200
"""Alerts in one request."""
_MOST: Final = 20_000
_SOON: Final = 1.0
"""Seconds in which changes become one request."""


class Standing:
    """The alerts one stateful channel is to hold."""

    def __init__(self, receiver: Receiver, channel: Channel, desk: Desk) -> None:
        self._receiver = receiver
        self._channel = channel
        self._desk = desk
        self._book: dict[str, Alert] = {}
        self._news: set[str] = set()
        self._wake = asyncio.Event()
        self._hurry = False

    @property
    def channels(self) -> tuple[str, ...]:
        """Name of the one channel it tells by."""
        return (self._channel.name,)

    @property
    def waiting(self) -> int:
        """How many changes were not told yet."""
        return len(self._news)

    def knows(self, alert: str) -> bool:
        """Whether the alert is to be known."""
        return alert in self._book

    def restore(self, alert: Alert, told: Delivery) -> None:
        """Take over what the other side may hold from before a restart; it is told again."""
        del told
        self._book[alert.id] = alert

    def put(self, alert: Alert) -> None:
        """Take an alert as it stands now."""
        before = self._book.get(alert.id)
        if before is None and (alert.phase is Phase.RESOLVED or not self._has_room(alert)):
            return
        if before is not None and _identity(before) != _identity(alert):
            self._end(before, alert)
        self._book[alert.id] = alert
        self._news.add(alert.id)
        self._wake.set()

    def _end(self, before: Alert, after: Alert) -> None:
        """Another severity or label is another alert to the other side: the first one is over."""
        key = f"{before.id} {before.severity}"
        over = after.resolved_at or self._desk.now()
        self._book[key] = replace(before, phase=Phase.RESOLVED, resolved_at=over)
        self._news.add(key)

    def _has_room(self, alert: Alert) -> bool:
        """Make room for an alert; the least urgent goes, which may be itself."""
        if len(self._book) < _MOST:
            return True
        key, victim = min(
            [*self._book.items(), (alert.id, alert)],
            key=lambda item: (item[1].phase is Phase.FIRING, SEVERITIES.index(item[1].severity)),
        )
        self._book.pop(key, None)
        self._news.discard(key)
        self._desk.count("alerts_lost")
        name, channel = self._receiver.name, self._channel.name
        self._desk.record(lost(victim, name, channel, self._desk.now()))
        return victim is not alert

    def hurry(self) -> None:
        """Tell what is new at once."""
        self._hurry = True
        self._wake.set()

    async def run(self) -> None:
        """Tell for ever."""
        pace, loop = self._desk.pace, asyncio.get_running_loop()
        failures = 0
        repeat_at = loop.time()
        while True:
            pause = repeat_at - loop.time()
            if failures:
                pause = doubled(pace.first, failures, pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, pause)):
                    await self._wake.wait()
            if self._wake.is_set() and not self._hurry:
                await asyncio.sleep(min(_SOON, pace.repeat))
            self._wake.clear()
            is_repetition = loop.time() >= repeat_at
            if is_repetition:
                self._forget()
                repeat_at = loop.time() + pace.repeat
            keys = [key for key in self._book if is_repetition or key in self._news]
            failures = 0 if await self._tell(keys) else failures + 1

    async def _tell(self, keys: list[str]) -> bool:
        """Tell some alerts; return whether all of it was taken."""
        for start in range(0, len(keys), _AT_ONCE):
            batch = {key: self._book[key] for key in keys[start : start + _AT_ONCE]}
            message = self._desk.words.message(
                list(batch.values()), self._desk.now(), self._receiver.language, len(batch)
            )
            news = {alert.id for key, alert in batch.items() if key in self._news}
            result = await attempt(
                self._channel, message, self._desk, self._receiver.name, only=news
            )
            if isinstance(result, NotifyError):
                return False
            self._news -= {key for key, alert in batch.items() if self._book.get(key) is alert}
        return True

    def _forget(self) -> None:
        """Drop what has been over for long enough."""
        limit = self._desk.now() - self._desk.pace.keep_resolved
        for key, alert in list(self._book.items()):
            if alert.phase is Phase.RESOLVED and (alert.resolved_at or 0) < limit:
                del self._book[key]
                self._news.discard(key)


def _identity(alert: Alert) -> tuple[str, Mapping[str, str]]:
    return alert.severity, alert.labels
