"""What can be entered into the ledger, beside what `sla` and `alerts` decide.

Times are integer UTC seconds.
"""

from __future__ import annotations

import msgspec

from alerts.model import Alert, Delivery
from inventory.model import TargetId
from sla.records import Body
from sla.states import Blind, Transition


class Heartbeat(msgspec.Struct, frozen=True, gc=False):
    """The monitor was alive at `at`. `slot`: seconds between two of them.

    Heartbeats at most two slots apart are one run; the time between two runs is time it was off.
    """

    at: int
    slot: int = 10


class PersonRow(msgspec.Struct, frozen=True):
    """A named person with roles and a scope: site subtrees and carriers; empty = everything."""

    name: str
    roles: tuple[str, ...]
    sites: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()


class Account(msgspec.Struct, frozen=True):
    """A person as kept, with the SHA-256 of the token. Replaces the one of that name."""

    person: PersonRow
    token_hash: bytes
    created_at: int
    created_by: str
    revoked_at: int | None = None
    last_used: int | None = None


class SessionRecord(msgspec.Struct, frozen=True):
    """A session as kept: the SHA-256 of its id, whose it is, when it began and was last used."""

    id_hash: bytes
    person: str
    opened: int
    used: int


class SessionEnd(msgspec.Struct, frozen=True):
    """A session is over."""

    id_hash: bytes


class AuditEntry(msgspec.Struct, frozen=True):
    """Who did what to what, when, and what came of it."""

    at: int
    person: str
    action: str
    subject: str
    result: str = "ok"


class TrapEntry(msgspec.Struct, frozen=True, gc=False):
    """What a device said unasked, or what came of asking it because of that: evidence.

    `at_ms`: UTC milliseconds. `subject`: the port it speaks of, else the device. `told`: JSON, an
    object of what was in it. Of a device the newest 1,000 are kept, of all the newest 500,000.
    """

    at_ms: int
    device: TargetId
    subject: TargetId
    code: str
    oid: str
    version: str
    informed: bool
    source: str
    told: str


class ClockChecked(msgspec.Struct, frozen=True, gc=False):
    """How far our clock was from its sources at `at`; `offset_us` None = no source says."""

    at: int
    offset_us: int | None


class RecordEntry(msgspec.Struct, frozen=True):
    """A record about assessments: when it was filed, by whom ("" = the monitor), and what."""

    at: int
    person: str
    body: Body


Entry = (
    Transition
    | Blind
    | Heartbeat
    | Alert
    | Delivery
    | Account
    | SessionRecord
    | SessionEnd
    | AuditEntry
    | TrapEntry
    | RecordEntry
    | ClockChecked
)
