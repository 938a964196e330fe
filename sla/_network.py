"""The judge's picture of the network: what stands in a state, and what proves that it is reached.

Instants here are integer milliseconds, as the schedule has them; the ledger keeps seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inventory.model import TargetId
from sla.states import State, outage_id

NEVER = -1


@dataclass(slots=True, eq=False)
class Mark:
    """The latest scheduled instant whose run proved that a place is reached."""

    ms: int = NEVER
    root: bool = False
    """A site above which there is nothing: it counts as reached unless the monitor is blind.

    Never a device that anything proves: behind one that is dead no carrier's link is to blame.
    """


@dataclass(slots=True, eq=False)
class Node:
    """A link or a device: its state, the runs that argue for another one, and what is above it."""

    target: TargetId
    state: State | None = None
    """None = not judged yet."""
    since: int = NEVER
    seen_at: int = 0
    reason: str = ""
    cause: str = ""
    outage: int | None = None
    """Start of the outage that is open, also while it is hidden or unknown."""

    every: int = 10_000
    near: Mark = field(default_factory=Mark)
    """The place that must be reached before silence can be blamed on this target."""
    patience: int = 10_000
    """How long after the confirming run a proof from `near` is waited for."""
    own: Mark = field(default_factory=Mark)
    """Anything heard from or through a device; for a link `by_far_snmp` its far device's."""
    above: tuple[Upper, ...] = ()
    site: SiteNode | None = None
    """Links: the far site; devices: their own."""
    far_device: Node | None = None
    loss_threshold: float = 1.0
    """C of the contract's profile: a run that loses more than this share is lost."""
    loss_limit: float | None = None
    rtt_limit: float | None = None
    asked: bool = False
    """Whether any probe's runs judge it."""
    echo: bool = False
    by_far_snmp: bool = False
    """A link without echo whose far device's SNMP stands in for the echo."""
    port_only: bool = False
    """A link of which nothing is known but its near port."""

    last: int = NEVER
    calm: bool = False
    """UP with nothing against it: an answered run needs no thought."""
    lost_runs: int = 0
    lost_first: int = NEVER
    lossy: bool = False
    """Some echoes of the lost runs after the first came back."""
    ok_runs: int = 0
    ok_first: int = NEVER
    good_runs: int = 0
    good_first: int = NEVER
    bad_runs: int = 0
    bad_first: int = NEVER
    quality: str = ""
    """The confirmed complaint about answered runs: `loss`, `rtt`, `snmp_refused`, ..."""
    port_runs: int = 0
    port_first: int = NEVER
    hidden: bool = False
    """Judged SHADOW or UNKNOWN because `near` was not reached."""
    hidden_mark: int = NEVER
    """`near.ms` when that was judged: a later proof starts the count anew."""

    def forget(self) -> None:
        """Start the confirming runs anew."""
        self.calm = self.hidden = False
        self.lost_runs = self.ok_runs = self.good_runs = self.bad_runs = self.port_runs = 0
        self.quality = ""


@dataclass(slots=True, eq=False)
class SiteNode:
    """A site: the OR of its uplinks, or of its devices where nothing leads to it."""

    target: TargetId
    state: State | None = None
    since: int = NEVER
    seen_at: int = 0
    reason: str = ""
    cause: str = ""
    outage: int | None = None
    blame: str = ""
    """The outage that whatever lies behind this site is in the shadow of."""
    mark: Mark = field(default_factory=Mark)
    uplinks: tuple[Node, ...] = ()
    devices: tuple[Node, ...] = ()
    downlinks: tuple[Node, ...] = ()


@dataclass(slots=True, eq=False)
class Check:
    """One probe of a service, and what its runs have confirmed."""

    id: str
    every: int
    confirm: int
    """Equal runs that are believed."""
    vital: bool
    """Whether the service is DOWN when it fails; else it is DEGRADED."""

    last: int = NEVER
    verdict: bool | None = None
    """Whether what it expects is met, as confirmed; None = not known."""
    missed: bool = False
    """Not known any more, because it was not asked."""
    good_runs: int = 0
    good_first: int = NEVER
    bad_runs: int = 0
    bad_first: int = NEVER
    reason: str = ""
    """Of the first of the failed runs in a row."""

    def forget(self) -> None:
        """Start the confirming runs anew."""
        self.verdict = None
        self.good_runs = self.bad_runs = 0


@dataclass(slots=True, eq=False)
class ServiceNode:
    """A service: judged by its checks; without any, by what it needs."""

    target: TargetId
    state: State | None = None
    since: int = NEVER
    seen_at: int = 0
    reason: str = ""
    cause: str = ""
    outage: int | None = None
    checks: tuple[Check, ...] = ()
    needs: tuple[tuple[Upper, ...], ...] = ()
    """All of the outer, of an inner one any."""

    def forget(self) -> None:
        """Start the confirming runs anew; nothing is missed that nobody could have asked."""
        for check in self.checks:
            check.forget()
            check.missed = False


Upper = Node | SiteNode | ServiceNode


def outage_of(node: Node | ServiceNode) -> str:
    """Name the outage that a target which is DOWN has."""
    start = node.since if node.outage is None else node.outage
    return outage_id(node.target, start // 1000)


def blame(upper: Upper) -> str:
    """Name the outage in whose shadow lies what hangs on `upper`, which is DOWN or SHADOW."""
    if isinstance(upper, SiteNode):
        return upper.blame
    return upper.cause or outage_of(upper)


@dataclass(slots=True, eq=False)
class Canary:
    """An address next to the monitor: the scheduled instants of its silent runs in a row."""

    silent: int = 0
    last: int = NEVER
    before_last: int = NEVER


@dataclass(slots=True, eq=False)
class Route:
    """What one probe's runs say something about; positions in `Observation.values`."""

    node: Node | None = None
    canary: Canary | None = None
    primary: bool = True
    """False: a slower probe of the same device proves life but does not judge."""
    marks: tuple[Mark, ...] = ()
    """The places that an answered run proves."""
    sent: int = NEVER
    lost: int = NEVER
    rtt: int = NEVER
    ports: tuple[tuple[int, Node], ...] = ()
    far_of: tuple[Node, ...] = ()
    """Links without echo whose far end this device is."""
    service: ServiceNode | None = None
    check: Check | None = None


@dataclass(slots=True, eq=False)
class Network:
    """All of it, and the way from a probe's name into it."""

    links: dict[str, Node]
    devices: dict[str, Node]
    sites: dict[str, SiteNode]
    routes: dict[str, Route]
    canaries: dict[TargetId, Canary]
    starting: dict[TargetId, tuple[Node, ...]]
    """device -> links whose near end it is."""
    ending: dict[TargetId, tuple[Node, ...]]
    """device -> links whose far end it is."""
    services: dict[str, ServiceNode] = field(default_factory=dict)
    """What a service needs comes before it."""
    needed_by: dict[TargetId, tuple[ServiceNode, ...]] = field(default_factory=dict)

    def upper(self) -> Iterator[Upper]:
        """Yield everything that stands in a state."""
        yield from self.links.values()
        yield from self.devices.values()
        yield from self.sites.values()
        yield from self.services.values()

    def part(self) -> None:
        """Break the circles of what was replaced, so that it goes without the collector of garbage.

        Sites and links know each other; frozen away from the collector they would stay for ever.
        """
        for site in self.sites.values():
            site.uplinks = site.devices = site.downlinks = ()
