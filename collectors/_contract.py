"""What a collector is: a module with these names, found by its file name.

    FLOOR_SECONDS: float              the shortest interval that makes sense
    Options                           pydantic model of a probe's options
    def plan(spec, target, inventory) -> Probe | None
    async def ask(probe, wires, memory) -> Answer
    def begin(probe, wires, done)     only where a run may begin before the last one ended (echo)
    VITAL: bool                       of a check of a service: whether failing makes it DOWN
    ASIDE = True                      only where a run may take seconds (tables): such runs of a
                                      device take turns with each other, not with its polls
    def whole(probe, memory) -> bool  only where a run may read tables whole: whether the next one
                                      does, so that it takes turns with those of all devices

`begin` starts what `ask` waits for, and answers by calling `done` once. Echoes of 30,000 links are
on their way for ten seconds: as tasks that wait they would be half a million objects.

`ask` never raises for what a device does: silence, refusal and garbage are outcomes. The runner
owns deadline, counting, timing and the Observation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
from pydantic import BaseModel

from collectors._audits import Audits, NoAudits
from collectors._beats import Beats, NoBeats
from collectors._configurations import ConfigurationBook, NoConfigurations
from collectors._memory import DeviceMemory
from collectors._ssh import NoSsh, SshWire
from collectors._walks import Walks
from collectors._web import NoWeb, WebWire
from inventory.model import Credential, Endpoint, Inventory, ProbeSpec, TargetId
from metrics.observation import Outcome, Probe, Value


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What came back: the outcome, a reason code ("" when all is normal), values in order."""

    outcome: Outcome
    reason: str
    values: tuple[Value, ...]
    rtts: tuple[float | None, ...] = ()


Heard = int | float | bytes | str
"""A value as an agent gave it."""


class SnmpReply(msgspec.Struct, frozen=True, gc=False):
    """The answer to one GET or walk: values by OID; an OID the agent does not have is absent."""

    outcome: Outcome
    reason: str
    values: Mapping[str, Heard]


class SnmpWire(Protocol):
    """Questions by SNMP. One request in flight per device; retries within the deadline."""

    async def get(
        self,
        endpoint: Endpoint,
        credential: Credential,
        oids: tuple[str, ...],
        memory: DeviceMemory,
        *,
        timeout: float,
        retries: int,
    ) -> SnmpReply:
        """GET `oids` (numeric, no leading dot) in one PDU, split when the agent says tooBig."""

    async def walk(
        self,
        endpoint: Endpoint,
        credential: Credential,
        base: str,
        memory: DeviceMemory,
        *,
        timeout: float,
        retries: int,
        max_rows: int = 10_000,
        max_bytes: int = 4_000_000,
        max_seconds: float = 60.0,
    ) -> SnmpReply:
        """Walk the column (or subtree) `base`; as `table` of one column."""

    async def table(
        self,
        endpoint: Endpoint,
        credential: Credential,
        columns: tuple[str, ...],
        memory: DeviceMemory,
        *,
        timeout: float,
        retries: int,
        max_rows: int = 10_000,
        max_bytes: int = 4_000_000,
        max_seconds: float = 60.0,
    ) -> SnmpReply:
        """Read `columns` of one table side by side (GETBULK, RFC 3416 4.2.3); values by full OID.

        A column the agent lacks is absent. OIDs must increase in each column; rows per column,
        bytes of all names and values, and seconds are capped. A table that fails on the way gives
        the rows heard until then with the outcome and reason of the failure.
        """


class EchoReply(msgspec.Struct, frozen=True, gc=False):
    """Round-trip times in seconds in order of sending; None = lost (no reply in time)."""

    rtts: tuple[float | None, ...]
    unsent: int = 0
    """Echoes the kernel refused to send, or whose replies it may have dropped for want of room:
    they count as not sent, never as lost."""
    refused: int = 0
    """Echoes the target's own address answered with ICMP unreachable: received, without a time."""
    reason: str = ""
    """Why echoes are unsent: `not_open`, `no_route`, `send_buffer`, `overrun`, `late`."""


class EchoWire(Protocol):
    """Echoes over one socket per address family for all targets."""

    def send(
        self,
        endpoint: Endpoint,
        *,
        count: int,
        gap: float,
        timeout: float,
        done: Callable[[EchoReply], None],
        dscp: int = 0,
        size: int = 0,
    ) -> None:
        """Send `count` echoes `gap` seconds apart; each waits `timeout` seconds for its reply.

        `done` is called once: when every echo was sent and settled, or when the wire is closed.
        `dscp`: the class they are marked with (RFC 2474), 0 to 63. `size`: octets behind the UDP
        or ICMP header where more than the usual 56 are wanted.
        """

    async def echo(
        self,
        endpoint: Endpoint,
        *,
        count: int,
        gap: float,
        timeout: float,
        dscp: int = 0,
        size: int = 0,
    ) -> EchoReply:
        """Send and wait for what comes of it."""


def untold() -> None:
    """Stand for a wall clock where none is given."""


class Wires(msgspec.Struct, frozen=True):
    """The wires that are open. `wall`: the monitor's clock, UTC seconds; a host's is held to it."""

    snmp: SnmpWire
    icmp: EchoWire
    udp: EchoWire
    walks: Walks = msgspec.field(default_factory=Walks)
    ssh: SshWire = msgspec.field(default_factory=NoSsh)
    web: WebWire = msgspec.field(default_factory=NoWeb)
    configurations: ConfigurationBook = msgspec.field(default_factory=NoConfigurations)
    beats: Beats = msgspec.field(default_factory=NoBeats)
    audits: Audits = msgspec.field(default_factory=NoAudits)
    wall: Callable[[], float | None] = untold


class Collector(Protocol):
    """The module itself."""

    FLOOR_SECONDS: float
    Options: type[BaseModel]

    @staticmethod
    def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
        """Prepare a standing question; None where the target cannot be asked (no address)."""

    @staticmethod
    async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
        """Ask once."""
