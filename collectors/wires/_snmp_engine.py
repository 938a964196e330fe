"""What an SNMP engine is: one try of one request. Retries, splitting and learning are `snmp.py`'s.

A try ends in what was heard (a dict of values by OID, a list of rows) or in a `Failure`, as a
value: silence is too ordinary for exceptions.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, Protocol

from collectors._contract import Heard
from collectors._memory import DeviceMemory
from inventory.model import Credential, Endpoint
from metrics.observation import Outcome

Values = dict[str, Heard]
"""By OID, without those the agent does not have; empty when it answered with an error status."""
Rows = list[tuple[str, Heard]]
"""In the order of the answer; empty at the end of the column or of the agent's view."""

SNMP_PORT: Final = 161


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a try heard nothing of use."""

    outcome: Outcome
    reason: str


SILENT: Final = Failure(Outcome.SILENT, "timeout")
CLOSED: Final = Failure(Outcome.REFUSED, "port_closed")
"""ICMP port unreachable."""
DENIED: Final = Failure(Outcome.REFUSED, "auth")
"""A USM report: wrong user, key or level, or a time window that needs one more try (RFC 3414)."""
GARBLED: Final = Failure(Outcome.GARBLED, "decode")
PANICKED: Final = Failure(Outcome.GARBLED, "decode")
"""The engine itself broke over the answer: this conversation is not to be used again."""
NO_ROUTE: Final = Failure(Outcome.SKIPPED, "no_route")
"""The request did not leave this machine."""
NO_DESCRIPTOR: Final = Failure(Outcome.SKIPPED, "no_descriptor")
"""This process has as many files open as it may (`ulimit -n`)."""


class Cursor(Protocol):
    """A walk of one column. After a failure the same rows may be asked for again."""

    ended: bool
    """The last answer went beyond the column."""

    def next(self, timeout: float) -> Awaitable[Rows | Failure]:
        """Ask for the next rows; those beyond the column are left out."""


class Conversation(Protocol):
    """A socket (or its like) to one agent. One request at a time."""

    credential: Credential
    discovered: bool
    """It has learnt the agent's engine id itself, so the agent was there a moment ago (v3)."""

    @property
    def busy(self) -> bool:
        """A request is under way."""

    def get(self, oids: tuple[str, ...], timeout: float) -> Awaitable[Values | Failure]:
        """GET once."""

    def walk(self, base: str, size: int) -> Cursor:
        """Prepare a walk of `base` with `size` rows an answer."""

    def close(self) -> None:
        """Release what was opened."""


class Engine(Protocol):
    """Opens conversations."""

    name: str
    late: int
    """Answers that came after nobody waited for them, or to an earlier request."""

    async def open(
        self, endpoint: Endpoint, credential: Credential, memory: DeviceMemory, timeout: float
    ) -> Conversation | Failure:
        """Prepare to talk; v3 learns the agent's engine id where `memory` has none."""

    def close(self) -> None:
        """Release what was opened."""
