"""What goes between the monitor and the process that hears traps."""

from __future__ import annotations

from typing import Final

import msgspec

LONGEST: Final = 8_192
"""Octets of a datagram; RFC 3417 asks for 1,472 at most, and a trap is rarely longer."""
LARGEST: Final = 60_000
"""Octets of a message between the two: a socket takes it whole, whatever its buffers are."""
ENVELOPE: Final = 100
"""Octets of these that are for what is around its items."""
MOST_BINDINGS: Final = 32
"""Variable bindings that are kept of one notification; the rest is counted in `cut`."""
OUTCOMES: Final = (
    "handed", "discovery", "repeated", "too_long", "unknown_source", "source_rate", "total_rate",
    "queue_full", "malformed", "wrong_version", "wrong_community", "ambiguous", "wrong_user",
    "wrong_level", "wrong_digest", "other_engine", "unknown_engine", "not_in_time",
    "not_decrypted", "no_notification", "too_large", "internal",
)  # fmt: skip
"""How a datagram may end, each in one counter (`gate.py` explains them)."""


class Login(msgspec.Struct, frozen=True):
    """A credential of the inventory, in the open: it never leaves the memory of two processes."""

    version: str
    community: bytes = b""
    user: bytes = b""
    auth: str = ""
    auth_key: bytes = b""
    priv: str = ""
    priv_key: bytes = b""

    def __repr__(self) -> str:
        """Show no secret."""
        return f"<login {self.version}>"


class Engine(msgspec.Struct, frozen=True, array_like=True):
    """An SNMPv3 engine as polling knows it; boots and time (s) are those of the moment it is told.

    `boots` -1 = they were not learnt.
    """

    engine_id: bytes
    boots: int = -1
    time: int = 0


class Source(msgspec.Struct, frozen=True):
    """A device that may speak: its addresses, its login (by name), its engine where learnt."""

    device: str
    hosts: tuple[str, ...]
    login: str
    engine: Engine | None = None


class Limits(msgspec.Struct, frozen=True):
    """How much is heard: datagrams per second, and how many at once, of an address and of all."""

    each: float = 5.0
    each_burst: int = 50
    all: float = 200.0
    all_burst: int = 1_000


class Ourselves(msgspec.Struct, frozen=True):
    """Our own SNMP engine (RFC 3411), which answers informs; `boots` must grow at each start."""

    engine_id: bytes
    boots: int


class Settings(msgspec.Struct, frozen=True):
    """What the process is started with: descriptors of its sockets, and how much is heard."""

    doors: tuple[int, ...]
    channel: int
    limits: Limits
    ourselves: Ourselves
    relays: tuple[str, ...]


class Notification(msgspec.Struct, frozen=True):
    """One trap or inform, as v2 says it. `at_ms`: when it was read, UTC milliseconds.

    `oid`: snmpTrapOID. `uptime`: the agent's sysUpTime, 1/100 s; None = it did not say. `values`:
    the bindings behind these two, text without control characters.
    """

    device: str
    source: str
    at_ms: int
    version: str
    oid: str
    uptime: int | None
    values: tuple[tuple[str, int | str], ...]
    informed: bool = False
    cut: int = 0


class Roll(msgspec.Struct, frozen=True, tag="roll"):
    """A part of who may speak. The first part begins a new roll; with the last it is in force."""

    sources: tuple[Source, ...]
    logins: dict[str, Login]
    first: bool
    last: bool


class Engines(msgspec.Struct, frozen=True, tag="engines"):
    """Engines that polling has learnt or found changed, by device."""

    learnt: dict[str, Engine]


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """Notifications, in the order in which they came."""

    notifications: tuple[Notification, ...]


class Written(msgspec.Struct, frozen=True, tag="heard"):
    """`Heard` as it is sent: each notification was written by itself before."""

    notifications: tuple[msgspec.Raw, ...]


class Counts(msgspec.Struct, frozen=True, tag="counts"):
    """Counters of the process since its start."""

    counts: dict[str, int]


ToProcess = Roll | Engines
FromProcess = Heard | Counts
