"""What a collector may ask of audits of websites: to do one, and to say what came of it."""

from __future__ import annotations

from typing import Protocol

import msgspec

from collectors.audit.form import Summary, Task


class Window(msgspec.Struct, frozen=True):
    """Part of the day in which a site may be read: seconds since midnight in Asia/Shanghai.

    It may pass midnight: `begin` is then greater than `end`.
    """

    begin: int
    end: int


class Audits(Protocol):
    """Audits, each in a process of its own, one at a time for a site."""

    async def audit(self, task: Task, window: Window | None, *, seconds: float) -> Summary:
        """Read a site, when its window opens, and be done within `seconds`.

        Never raises for what a site does. A summary with a `failure` and outcome SKIPPED says that
        nobody was asked.
        """


class NoAudits:
    """The wire of a monitor that reads no websites."""

    async def audit(self, task: Task, *_asked: object, **_how: object) -> Summary:
        """Answer that nothing was asked."""
        url = task.seeds[0] if task.seeds else ""
        return Summary(task.service, url, 0, 0.0, failure="audits_off", outcome="SKIPPED")
