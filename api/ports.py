"""What the api may call: filled in by the runtime, faked by nobody (tests wire the real parts).

Times are integer UTC seconds, ratios 0-1, rates bits per second; the api turns them into what a
reader wants. Values are plain msgspec structs, so that JSON is one step away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from alerts.model import Alert
from api.ports_assessment import AssessmentPorts
from api.ports_audits import Audits
from api.ports_configurations import Configurations
from api.ports_hosts import Capacity, Hosts
from api.ports_reports import Beats, Rehearsals
from api.ports_services import Services
from inventory.model import Inventory, TargetId
from sla.percentile import Missing, Mode
from sla.states import State

Role = Literal["viewer", "operator", "auditor", "assessor", "carrier", "admin"]


class StateNow(msgspec.Struct, frozen=True):
    """The live state of a target."""

    target: TargetId
    state: State
    since: int
    reason: str
    cause: str = ""


class LinkNow(msgspec.Struct, frozen=True):
    """What is known of a link at this moment; None = not heard."""

    link: str
    state: State
    since: int
    reason: str
    cause: str
    last_answer: int | None
    rtt_seconds: float | None
    loss_ratio: float | None
    in_bps: float | None
    out_bps: float | None
    in_utilization: float | None
    out_utilization: float | None
    no_rate: str = ""
    """Why a rate is absent, a reason of `metrics.rates`; "" = none is."""


class Outage(msgspec.Struct, frozen=True):
    """An interval in which a target was DOWN as seen live. `end` None = lasts.

    `id` is `sla.states.outage_id`; `down_seconds` counts DOWN only, without UNKNOWN inside.
    """

    id: str
    target: TargetId
    start: int
    end: int | None
    seen_at: int
    reason: str
    down_seconds: int


class Trap(msgspec.Struct, frozen=True):
    """What a device said unasked, or (code `asked`) what came of asking it because of that.

    `at_ms`: UTC milliseconds. `subject`: the port it speaks of, else the device. `told`: what was
    in it: text of the device's own, to be escaped like any other.
    """

    at_ms: int
    device: TargetId
    subject: TargetId
    code: str
    oid: str
    version: str
    informed: bool
    source: str
    told: Mapping[str, object]


class Person(msgspec.Struct, frozen=True):
    """A named person with roles and a scope: site subtrees and carriers; empty = everything."""

    name: str
    roles: tuple[Role, ...]
    sites: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()


class Session(msgspec.Struct, frozen=True):
    """A server-side session of the page."""

    id: str
    person: Person
    csrf: str
    expires: int


class Event(msgspec.Struct, frozen=True):
    """One thing for the page.

    `kind` is `state`, `alert`, `drift`, `configuration`, `blind`, `reload` or `resync`. The body of
    `state`, `drift` and `configuration` has `target`, that of `alert` `id` and `phase`, that of
    `blind` `since`.
    """

    kind: str
    body: Mapping[str, object]


FindingKind = Literal[
    "interface_missing",
    "interface_renamed",
    "interface_down_by_admin",
    "speed_below_contract",
    "alias_changed",
    "neighbour_unexpected",
    "serial_changed",
    "platform_differs",
    "station_unregistered",
    "stations_unregistered",
    "station_moved",
    "not_readable",
    "more_findings",
]


class Finding(msgspec.Struct, frozen=True):
    """Where what is declared and what was observed differ: a warning, never a state.

    `id` names what differs and how: it changes when the difference does. `target`: the port or the
    device; `links`: whose ends are at that port. `since`: when it was seen first. `parameters` hold
    text of the device's own, to be escaped like any other.
    """

    id: str
    kind: FindingKind
    device: str
    target: TargetId
    links: tuple[str, ...]
    since: int
    parameters: Mapping[str, str | int]


class Surveyed(msgspec.Struct, frozen=True):
    """How far the survey has come: living mappings, not copies. Times are UTC seconds.

    `every`: its period in seconds, None = it is off. `asked`: devices that can be read at all;
    `seen`: when each was read last; `failed`: the reason of the last try that failed. `waiting`:
    devices that were read and are still to be compared. `failure`: why nothing can be kept, or "".
    """

    every: int | None
    asked: Collection[str]
    seen: Mapping[str, int]
    failed: Mapping[str, str]
    waiting: int
    failure: str


class PollQuality(msgspec.Struct, frozen=True):
    """How well a device answers, since it was first asked (or asked other things: a reload).

    `late`: answers that came when nobody waited for them any more. `resyncs`: times an SNMPv3 agent
    had another notion of time. `silent_runs`: questions in a row without an answer. `max_varbinds`:
    what one GET may ask for; `bulk_sizes`: rows that one answer bears, of tables (OID of the entry)
    where it is fewer than usual. `p95_seconds`: of the last answered runs; None = none yet.
    """

    device: str
    polls: int
    answered: int
    late: int
    retries: int
    resyncs: int
    silent_runs: int
    max_varbinds: int
    bulk_sizes: Mapping[str, int]
    p95_seconds: float | None


class UnknownPeriodError(ValueError):
    """The period is not `YYYY`, `YYYY-MM` or `YYYYQn`, or lies wholly in the future."""


class Live(Protocol):
    """The province at this moment."""

    def now(self) -> int:
        """Return the clock of the monitor, UTC seconds."""

    def inventory(self) -> Inventory:
        """Return the inventory in force."""

    def states(self) -> Mapping[TargetId, StateNow]:
        """Return the state of every site, device and link: the living mapping, not a copy.

        A place that has no device and no link yet is not in it.
        """

    def link(self, link: str) -> LinkNow | None:
        """Return what is known of a link; None = no such link."""

    def alerts(self) -> Sequence[Alert]:
        """Return pending and firing alerts and those resolved in the last hour."""

    def blind_since(self) -> int | None:
        """Return since when the monitor cannot see; None = it can."""

    def events(self) -> AsyncIterator[Event]:
        """Subscribe; a reader that falls behind gets one `resync` and continues from there."""

    def health(self) -> Mapping[str, object]:
        """Return `ok`, and `parts`, each with `ok` and a reason code.

        A part in trouble may have `text`, the code of a sentence, and `detail`, a store's words.
        """


class Past(Protocol):
    """The record. Each call may take long, so it is awaited and done elsewhere."""

    async def outages(
        self, *, target: TargetId | None, since: int, until: int, limit: int
    ) -> Sequence[Outage]:
        """Return outages that touch [since, until), newest first."""

    async def traps(
        self, *, devices: Sequence[TargetId] | None, since: int, until: int, limit: int
    ) -> Sequence[Trap]:
        """Return what these devices (None = all) said in [since, until), newest first."""

    async def availability(self, carrier: str, period: str, *, links: bool) -> bytes:
        """Assess a carrier: `sla.documents.carrier_document` as JSON, without `links` if so asked.

        JSON, because a large carrier's document has 10,000 rows. Raises UnknownPeriodError.
        """

    async def link_availability(self, link: str, period: str) -> bytes:
        """Assess one link: `sla.documents.link_document` as JSON. Raises UnknownPeriodError."""

    async def link_p95(
        self, link: str, period: str, *, mode: Mode, missing: Missing, cap: int | None
    ) -> bytes:
        """Work out a link's 95th percentile: `sla.percentile.document` with a head, as JSON.

        Raises UnknownPeriodError.
        """

    async def site_availability(self, site: str, period: str) -> bytes:
        """Assess one site over all its legs: `sla.documents.site_document` as JSON.

        Raises UnknownPeriodError.
        """

    async def service_availability(self, service: str, period: str) -> bytes:
        """Assess one service: `sla.documents.service_document` as JSON.

        Raises UnknownPeriodError.
        """

    async def link_history(
        self, link: str, since: int, until: int
    ) -> Sequence[Mapping[str, object]]:
        """Return one row per accounting slot, oldest first.

        Keys: slot, seconds, state (lower case), sent, lost, rtt_seconds, rtt_p95_seconds,
        jitter_seconds, in_bytes, out_bytes; None = not heard.
        """


class People(Protocol):
    """Who may do what. Each method records what changes in the audit trail."""

    def by_token(self, token: str) -> Person | None:
        """Find the person a token belongs to (hashed at rest, compared in constant time)."""

    def open_session(self, person: Person, now: int) -> Session:
        """Open a session: 256 random bits, idle and absolute limits."""

    def session(self, session_id: str, now: int) -> Session | None:
        """Return a session that is still good, and count it as used."""

    def close_session(self, session_id: str) -> None:
        """End it."""

    def audit(self, person: str, action: str, subject: str, now: int, result: str = "ok") -> None:
        """Append to the audit trail."""


class Acts(Protocol):
    """What people may change."""

    async def acknowledge(self, alert: str, person: str) -> bool:
        """Note that a person takes care of an alert; False = no such alert."""

    async def reload(self, person: str) -> Sequence[str]:
        """Read the inventory again; return problems (empty = taken)."""


class Drift(Protocol):
    """What is declared against what was observed."""

    def findings(self) -> Sequence[Finding]:
        """Return every difference that nobody accepted, by device in the order of the files."""

    def surveyed(self) -> Surveyed:
        """Return how much of the network this is known of."""

    async def accept(self, finding: str, person: str) -> bool:
        """Make what was observed the new normal; False = no such finding (any more)."""


class Polls(Protocol):
    """How the network answers."""

    def quality(self, device: str) -> PollQuality | None:
        """Return how well a device answers; None = it was never asked."""

    def shared_engines(self) -> Mapping[str, Sequence[str]]:
        """Return SNMPv3 engine ids (hexadecimal) that several devices claim, with the devices."""


class Exposition(Protocol):
    """The pages Prometheus reads."""

    async def monitor(self) -> bytes:
        """Return /metrics: the monitor itself (prometheus-client)."""

    def devices(self, shard: int, shards: int) -> Iterator[bytes]:
        """Yield /metrics/devices?shard=k/n, metric by metric; may run in any thread."""


class Ports(msgspec.Struct, frozen=True):
    """All of it."""

    live: Live
    past: Past
    people: People
    acts: Acts
    exposition: Exposition
    drift: Drift
    polls: Polls
    beats: Beats | None = None
    rehearsals: Rehearsals | None = None
    configurations: Configurations | None = None
    audits: Audits | None = None
    services: Services | None = None
    hosts: Hosts | None = None
    hosts_capacity: Capacity | None = None
    assessment: AssessmentPorts | None = None
