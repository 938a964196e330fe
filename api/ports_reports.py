"""What the api may call for reports of jobs and for before-meeting checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec


class Beats(Protocol):
    """Reports of jobs (heartbeats)."""

    async def beat(
        self,
        token: str,
        source: str,
        *,
        good: bool,
        took: float | None = None,
        size: int | None = None,
        lag: float | None = None,
    ) -> Literal["kept", "unknown", "too_many", "full", "failed"]:
        """Keep a report of the job that has the token; "kept" = it is on the disk.

        `source`: the address it came from. `took`, `lag`: seconds; `size`: bytes.
        """


class NodeHeard(msgspec.Struct, frozen=True):
    """A node of a before-meeting check. Times in seconds, ratios 0-1; None = not heard.

    `go`: it can take part; None while nobody knows. `reasons`: codes of `wire.reason`, the worst
    first. `done`: part of its time that is over, 0-1.
    """

    service: str
    title: str
    done: float = 0.0
    sent: int = 0
    lost: int = 0
    loss_ratio: float | None = None
    rtt_seconds: float | None = None
    delay_seconds: float | None = None
    jitter_seconds: float | None = None
    rtp_jitter_seconds: float | None = None
    mos: float | None = None
    rating: str = ""
    go: bool | None = None
    reasons: Sequence[str] = ()


class Rehearsal(msgspec.Struct, frozen=True):
    """A before-meeting check. `started`, `ended`: UTC seconds; `ended` None = it runs.

    `seconds`: how long each node is listened to. `lasts`: how long all of it takes, about.
    """

    id: str
    person: str
    started: int
    seconds: int
    lasts: int
    ended: int | None
    nodes: Sequence[NodeHeard]


class Rehearsals(Protocol):
    """Before-meeting checks: one at a time, the last ones remembered."""

    def nodes(self, services: Sequence[str], group: str) -> Mapping[str, str]:
        """Return which services of these, and of the group, have a path to be checked.

        Service -> its title. A name that is none, or has no such probe, is left out; not so the
        video nodes of a group of which others have one: nobody knows of them, which is told.
        """

    def begin(self, services: Sequence[str], seconds: int, person: str) -> Rehearsal | None:
        """Begin to check these nodes; None = a check is running."""

    def latest(self) -> Sequence[Rehearsal]:
        """Return what is remembered, newest first."""
