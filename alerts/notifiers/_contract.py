"""What a notifier is: a module with these names, found by its file name.

    STATEFUL: bool          the other side holds the state of alerts and wants it again and again
    Options                 pydantic model of the channel's section in monitor.yaml
    async def notify(options: Options, message: Message, http: aiohttp.ClientSession) -> str

`notify` tries once and keeps nothing. It returns "" when everybody was told, or codes and names of
those who were not while others were. When nobody was told it raises:

    NotifyError         `code` says why, in our words only: never the other side's, never a secret
      permanent=True    the same message will be refused again: take the next channel
      permanent=False   try again, not before `retry_after` seconds where that is given
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from alerts.model import Alert
from texts.say import Language


class NotifyError(Exception):
    """Nobody was told."""

    def __init__(
        self, code: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Message:
    """What is told at once.

    `id`: the same for the same alerts in the same phases, so that a receiver can tell a repetition.
    `at`: UTC seconds. `lines`: a sentence for each of `alerts`. `text`: what a person reads; of
    very many alerts only a digest. `url`: the page, or "".
    """

    id: str
    at: int
    language: Language
    subject: str
    text: str
    alerts: tuple[Alert, ...]
    lines: tuple[str, ...]
    url: str


class Notifier(Protocol):
    """The module itself."""

    STATEFUL: bool

    @property
    def notify(self) -> Callable[[Any, Message, aiohttp.ClientSession], Awaitable[str]]:
        """Tell once: `await module.notify(options, message, http)`."""
