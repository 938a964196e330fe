"""Receivers, their channels, and one attempt: what is the same for every notifier."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from msgspec.structs import replace
from pydantic import BaseModel

from alerts.model import Alert, Delivery, Phase
from alerts.notifiers._contract import Message, Notifier, NotifyError
from alerts.notifiers._words import Words, news
from texts.say import Language

_DOUBLINGS: Final = 30
_FAILURES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to a receiver: a module of this folder with options. `name` is what records say.

    `per_minute`: messages it may send in a minute, as many at once; robots of chat services block
    a sender that exceeds theirs. `timeout`: seconds for one attempt.
    """

    name: str
    notifier: Notifier
    options: BaseModel
    per_minute: int = 20
    timeout: float = 15.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """A person or group with channels.

    Messages take the first channel that works; systems that hold the state of alerts (`STATEFUL`)
    are all told.

    `gather`: seconds in which what happens becomes one message. `digest_over`: more alerts than
    that are summed up. `size`: alerts that may wait.
    """

    name: str
    channels: tuple[Channel, ...]
    language: Language = "zh"
    gather: float = 10.0
    digest_over: int = 5
    size: int = 1_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How failures are repeated; seconds. `tries` on one channel before the next is taken."""

    tries: int = 4
    first: float = 2.0
    longest: float = 60.0
    again: float = 30.0
    """After all channels failed; doubles up to `again_longest`."""
    again_longest: float = 300.0
    repeat: float = 60.0
    """A stateful channel is told everything again this often."""
    keep_resolved: int = 900
    """... and of what is over for so long."""
    stop: float = 5.0
    """At the end of the process what waits is sent for so long."""


def doubled(first: float, failures: int, longest: float) -> float:
    """Return the pause after so many failures: twice the one before, never above `longest`.

    Some exponent is the last that a float can hold; a receiver may be gone for weeks.
    """
    return min(first * 2.0 ** min(failures, _DOUBLINGS), longest)


@dataclass(slots=True)
class Desk:
    """What all receivers share; `words` is replaced when the inventory is."""

    now: Callable[[], int]
    record: Callable[[Delivery], None]
    words: Words
    pace: Pace
    counts: dict[str, int] = field(default_factory=dict)
    http: aiohttp.ClientSession = field(init=False)
    """Set when sending begins."""
    _failed: dict[tuple[str, Phase, str, str], Delivery] = field(default_factory=dict)
    """The last failure kept of each alert, phase, receiver and channel."""

    def keep(self, row: Delivery) -> None:
        """Record an attempt; not a failure like the one before it, which says nothing new.

        A receiver that is gone for a week would fill the record with a row for each alert and try.
        """
        key = (row.alert, row.phase, row.receiver, row.channel)
        before = self._failed.pop(key, None)
        if not row.ok:
            self._failed[key] = row
            if len(self._failed) > _FAILURES:
                del self._failed[next(iter(self._failed))]  # the worst of it: one row more
        if before is None or row.ok or replace(before, at=row.at) != row:
            self.record(row)

    def count(self, what: str, number: int = 1) -> None:
        """Add to a counter."""
        self.counts[what] = self.counts.get(what, 0) + number


class Bucket:
    """A token bucket on the loop's monotonic clock."""

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._size = float(per_minute)
        self._tokens = float(per_minute)
        self._filled_at: float | None = None

    def delay(self, at: float) -> float:
        """Return how many seconds are missing to one token; 0 takes it."""
        if self._filled_at is not None:
            self._tokens = min(self._size, self._tokens + (at - self._filled_at) * self._rate)
        self._filled_at = at
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return 0.0


def buckets(channels: tuple[Channel, ...]) -> Mapping[str, Bucket]:
    """Make a bucket for each channel."""
    return {channel.name: Bucket(channel.per_minute) for channel in channels}


async def attempt(
    channel: Channel,
    message: Message,
    desk: Desk,
    receiver: str,
    only: Collection[str] | None = None,
) -> NotifyError | str:
    """Send once within the channel's time; return what became of it.

    Each alert has a record of it; with `only`, just these: a mere repetition is not recorded, nor
    is a failure like the one before.
    """
    result: NotifyError | str
    try:
        async with asyncio.timeout(channel.timeout):
            result = await channel.notifier.notify(channel.options, message, desk.http)
    except NotifyError as error:
        result = error
    except TimeoutError:
        result = NotifyError("timeout")
    except Exception as bug:  # noqa: BLE001 - a bug of one channel must not silence the others
        result = NotifyError(f"bug_{type(bug).__name__}", permanent=True)
    desk.count("messages_failed" if isinstance(result, NotifyError) else "messages_sent")
    for alert in message.alerts:
        if only is None or alert.id in only:
            desk.keep(row(alert, receiver, channel.name, message.at, result))
    return result


def row(alert: Alert, receiver: str, channel: str, at: int, result: NotifyError | str) -> Delivery:
    """Write down what became of telling an alert."""
    error = result if isinstance(result, NotifyError) else None
    return Delivery(
        alert=alert.id,
        phase=alert.phase,
        receiver=receiver,
        channel=channel,
        at=at,
        ok=error is None,
        error=str(result),
        permanent=error is not None and error.permanent,
        severity=alert.severity,
        news=news(alert),
    )


def lost(alert: Alert, receiver: str, channel: str, at: int) -> Delivery:
    """Write down that there was no room for an alert."""
    return row(alert, receiver, channel, at, NotifyError("queue_full", permanent=True))
