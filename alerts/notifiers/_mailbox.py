"""What waits for one receiver, and how it gets there: gathered, in one message, or again.

An alert stays here until it was told; a newer version takes its place. So what could not be told
for an hour is told then as it stands then, and nothing is told twice.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from alerts.model import SEVERITIES, Alert, Delivery, Phase
from alerts.notifiers._channel import Channel, Desk, Receiver, attempt, buckets, doubled, lost
from alerts.notifiers._contract import NotifyError
from alerts.notifiers._words import news

_Told = tuple[str, str]
_HURRIED: Final = 0.5
"""The longest pause at the end of the process, in seconds."""


class Mailbox:
    """The messages of one receiver; its channels are taken in their order."""

    def __init__(self, receiver: Receiver, channels: tuple[Channel, ...], desk: Desk) -> None:
        self._receiver = receiver
        self._channels = channels
        self._desk = desk
        self._buckets = buckets(channels)
        self._waiting: dict[str, Alert] = {}
        self._told: dict[str, _Told] = {}
        self._resting: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels it tells by."""
        return tuple(channel.name for channel in self._channels)

    @property
    def waiting(self) -> int:
        """How many alerts wait to be told."""
        return len(self._waiting)

    def knows(self, alert: str) -> bool:
        """Whether the receiver was told of an alert, or is about to be."""
        return alert in self._told or alert in self._waiting

    def restore(self, alert: Alert, told: Delivery) -> None:
        """Take over that an alert was told before a restart, as it stood then."""
        self._told[alert.id] = _told(told.phase, told.severity, told.news)

    def put(self, alert: Alert) -> None:
        """Take an alert that fires, or the end of one that was told; repetitions change nothing."""
        is_over = alert.phase is Phase.RESOLVED
        if self._told.get(alert.id) == _version(alert) or (is_over and not self.knows(alert.id)):
            return
        self._waiting.pop(alert.id, None)
        self._waiting[alert.id] = alert
        if len(self._waiting) > self._receiver.size:
            self._lose()
        self._wake.set()

    def _lose(self) -> None:
        """Drop one: the least urgent, of those the oldest; the end of what was told comes last."""
        victim = min(
            self._waiting.values(),
            key=lambda alert: (alert.id in self._told, SEVERITIES.index(alert.severity)),
        )
        del self._waiting[victim.id]
        self._desk.count("alerts_lost")
        self._desk.record(lost(victim, self._receiver.name, "", self._desk.now()))

    def hurry(self) -> None:
        """Gather no more: send what waits now."""
        self._hurry.set()

    async def run(self) -> None:
        """Send for ever; begun again after a bug, with what waited then."""
        if self._waiting:
            self._wake.set()
        failures = 0
        pace = self._desk.pace
        while True:
            await self._wake.wait()
            if not self._hurry.is_set():
                await self._pause(self._receiver.gather)
            self._wake.clear()
            while self._waiting:
                if await self._send():
                    failures = 0
                    break
                failures += 1
                await self._pause(doubled(pace.again, failures - 1, pace.again_longest))
            if self._waiting:
                self._wake.set()

    async def _pause(self, seconds: float) -> None:
        if self._hurry.is_set():
            await asyncio.sleep(min(seconds, _HURRIED))
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()

    async def _send(self) -> bool:
        """Take the first channel that works; return whether one did."""
        loop = asyncio.get_running_loop()
        for channel in self._channels:
            is_resting = loop.time() < self._resting.get(channel.name, 0.0)
            if not is_resting and await self._try(channel):
                return True
        return False

    async def _try(self, channel: Channel) -> bool:
        """Try one channel until it takes the message or will not."""
        pace, loop = self._desk.pace, asyncio.get_running_loop()
        for tries in range(pace.tries):
            while delay := self._buckets[channel.name].delay(loop.time()):
                self._desk.count("messages_held_back")
                await asyncio.sleep(delay)
            batch = list(self._waiting.values())  # with what came meanwhile
            message = self._desk.words.message(
                batch, self._desk.now(), self._receiver.language, self._receiver.digest_over
            )
            result = await attempt(channel, message, self._desk, self._receiver.name)
            if not isinstance(result, NotifyError):
                self._note(batch)
                return True
            wait = result.retry_after or min(pace.first * 2**tries, pace.longest)
            if result.permanent or wait > pace.longest or tries + 1 == pace.tries:
                self._resting[channel.name] = loop.time() + (result.retry_after or 0.0)
                return False
            await self._pause(wait * random.uniform(1.0, 1.5))
        return False

    def _note(self, batch: Iterable[Alert]) -> None:
        for alert in batch:
            if self._waiting.get(alert.id) is alert:
                del self._waiting[alert.id]
            if alert.phase is Phase.RESOLVED:
                self._told.pop(alert.id, None)
            else:
                self._told[alert.id] = _version(alert)


def _version(alert: Alert) -> _Told:
    """Return what makes an alert worth telling again."""
    return _told(alert.phase, alert.severity, news(alert))


def _told(phase: Phase, severity: str, news: str) -> _Told:
    return f"{phase.value} {severity}", news
