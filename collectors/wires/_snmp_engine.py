"""What an SNMP engine is: one try of one request. Retries, splitting and learning are `snmp.py`'s.

A try ends in what was heard (a dict of values by OID, a list of rows) or in a `Failure`, as a
value: silence is too ordinary for exceptions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from collectors._contract import Heard
from collectors._memory import DeviceMemory
from collectors.wires._usm import Usm
from inventory.model import Credential, Endpoint
from metrics.observation import Outcome

Values = dict[str, Heard]
"""By OID, without those the agent does not have; empty when it answered with an error status."""
Rows = list[tuple[str, Heard]]
"""Of one column, in the order of the answer."""

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
V3_SILENT: Final = Failure(Outcome.REFUSED, "v3_silent")
"""It told its engine id in this run and then nothing: a key it cannot decrypt, or loss."""
GARBLED: Final = Failure(Outcome.GARBLED, "decode")
PANICKED: Final = Failure(Outcome.GARBLED, "decode")
"""The engine itself broke over the answer: this conversation is not to be used again."""
NOT_INCREASING: Final = Failure(Outcome.GARBLED, "not_increasing")
"""An OID of a table that is not greater than the one before it in its column."""
AGENT_ERROR: Final = Failure(Outcome.REFUSED, "agent_error")
"""An error status, or an answer without variables, in the middle of a column or instead of all."""
TOO_MANY_ROWS: Final = Failure(Outcome.GARBLED, "too_many_rows")
TOO_MANY_BYTES: Final = Failure(Outcome.GARBLED, "too_many_bytes")
TOO_SLOW: Final = Failure(Outcome.GARBLED, "too_slow")
NO_ROUTE: Final = Failure(Outcome.SKIPPED, "no_route")
"""The request did not leave this machine."""
NO_DESCRIPTOR: Final = Failure(Outcome.SKIPPED, "no_descriptor")
"""This process has as many files open as it may (`ulimit -n`)."""


class Place(NamedTuple):
    """Where the reading of a column is."""

    column: str
    after: str
    """The OID that was heard last; at the start the column itself."""


class Part(NamedTuple):
    """What an answer says of one column."""

    rows: Rows
    ended: bool
    """The answer went beyond the column, or beyond the agent's view."""


class Conversation(Protocol):
    """A socket (or its like) to one agent. One request at a time."""

    credential: Credential
    memory: DeviceMemory
    """Of the run that asks; a conversation that is kept outlives the memory it was opened with."""
    discovered: bool
    """It has learnt the agent's engine id itself, so the agent was there a moment ago, and no
    answer of content has come since (v3)."""

    @property
    def busy(self) -> bool:
        """A request is under way."""

    def get(self, oids: tuple[str, ...], timeout: float) -> Awaitable[Values | Failure]:
        """GET once."""

    heard: Usm | None
    """What the agent's engine said of itself since somebody last took it from here (v3)."""
    in_time: bool
    """It has heard the agent's boots and time; before that a report is no resynchronisation."""
    wide: int
    """How many columns one request may ask for."""

    def rows(
        self, places: Sequence[Place], size: int, timeout: float
    ) -> Awaitable[list[Part] | Failure]:
        """Ask once for the next `size` rows of each place: GETBULK; GETNEXT where it is 1.

        The parts are in the order of the places. Nothing in any of them is an error status, or an
        answer without variables.
        """

    def close(self) -> None:
        """Release what was opened."""


class Engine(Protocol):
    """Opens conversations."""

    name: str
    late: int
    """Answers that came after nobody waited for them, to an earlier request, or from a stranger
    (of whom gufo's connected sockets never hear)."""

    async def open(
        self, endpoint: Endpoint, credential: Credential, memory: DeviceMemory, timeout: float
    ) -> Conversation | Failure:
        """Prepare to talk; v3 learns the agent's engine id where `memory` has none."""

    def close(self) -> None:
        """Release what was opened."""
