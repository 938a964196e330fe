"""What the api may ask about audits of websites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec


class Audited(msgspec.Struct, frozen=True):
    """One audit at a glance. `started` in UTC seconds; `score` 0-100, None = nothing was judged.

    `failure`: why there was nothing to judge, `partial`: why it ended early, "" = neither; `veto`:
    what alone fails the site; `counts`: how much was read and found; `newest`: the newest date of
    the home page.
    """

    service: str
    url: str
    started: int
    seconds: float
    failure: str
    partial: str
    score: float | None
    veto: tuple[str, ...]
    counts: Mapping[str, int]
    newest: str


class Audits(Protocol):
    """Audits of websites."""

    def latest(self) -> Mapping[str, Audited | None]:
        """Return the last audit of every website by service; None = there was none so far."""

    def running(self) -> Mapping[str, int]:
        """Return which are under way, since when (UTC seconds); 0 = one waits for its turn."""

    def history(self, service: str) -> Sequence[Audited]:
        """Return the last 60 audits of a service, newest first."""

    async def document(self, service: str) -> bytes | None:
        """Return the last document of a service as JSON; None = there is none."""

    async def excel(self, service: str, language: str) -> bytes | None:
        """Return it as Excel; it is made elsewhere, which takes a second. None = there is none."""
