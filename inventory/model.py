"""The frozen network: what everybody else reads.

Units inside: seconds, ratios 0-1, bits per second, fen (1/100 yuan), integer UTC seconds.
Identity is ASCII and stable: a `TargetId` is `kind:id`; titles are free text in any language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NewType
from urllib.parse import quote

from inventory.secret import Secret as Secret  # noqa: PLC0414  mypy: passed on to all

TargetId = NewType("TargetId", str)
"""`site:xg`, `device:xg-r1`, `interface:xg-r1/GigabitEthernet0%2F0%2F1`, `link:xg-telecom-1`."""

Level = Literal["province", "city", "county", "township", "village", "cloud"]
LEVELS: tuple[Level, ...] = ("province", "city", "county", "township", "village", "cloud")

Party = Literal["owner", "carrier"]
SnmpVersion = Literal["1", "2c", "3"]
ServiceKind = Literal[
    "website", "application", "video", "exchange", "backup", "certificate", "dns", "other"
]
SSH_PORT = 22
EchoWire = Literal["icmp", "udp"]


def site_target(site: str) -> TargetId:
    """Name the target of a site."""
    return TargetId(f"site:{site}")


def device_target(device: str) -> TargetId:
    """Name the target of a device."""
    return TargetId(f"device:{device}")


def link_target(link: str) -> TargetId:
    """Name the target of a link."""
    return TargetId(f"link:{link}")


def interface_target(device: str, if_name: str) -> TargetId:
    """Name the target of an interface; ifName is percent-encoded, so that `/` stays a separator."""
    return TargetId(f"interface:{device}/{quote(if_name, safe='')}")


def service_target(service: str) -> TargetId:
    """Name the target of a service."""
    return TargetId(f"service:{service}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An IP address (v4 or v6, literal) and, where it is not the protocol's own, a port."""

    host: str
    port: int | None = None

    @property
    def family(self) -> Literal[4, 6]:
        """The IP version of the address."""
        return 6 if ":" in self.host else 4

    def __str__(self) -> str:
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if self.family == 6 else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open interval of integer UTC seconds; `end` None = open."""

    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A responsible unit (责任单位)."""

    id: str
    title: str
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who supplies links and is assessed."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Profile:
    """How a contract measures (methodology 1.1): slot, loss threshold, filters. Seconds, ratios."""

    name: str
    slot: int
    loss_threshold: Fraction
    d_min: int
    merge_gap: int
    min_sent: int = 10

    @property
    def bridge(self) -> int:
        """Longest unknown run that is bridged between equal states: 2 slots."""
        return 2 * self.slot


PROFILES: Mapping[str, Profile] = {
    "backbone": Profile("backbone", 10, Fraction(1, 2), 60, 60),
    "standard": Profile("standard", 60, Fraction(1, 2), 180, 300),
    "cloud5": Profile("cloud5", 60, Fraction(99, 100), 300, 0),
}


@dataclass(frozen=True, slots=True)
class Contract:
    """Promised numbers and how they are measured."""

    id: str
    carrier: str
    title: str
    availability: Fraction
    profile: Profile
    bandwidth_bps: int | None = None
    monthly_fee_fen: int | None = None
    loss_ratio: float | None = None
    rtt_seconds: float | None = None
    jitter_seconds: float | None = None
    downtime_mode: Literal["actual", "span"] = "actual"
    maintenance_mode: Literal["exclude_all", "exclude_down_only"] = "exclude_all"
    denominator: Literal["actual", "fixed_43200"] = "actual"
    coverage_floor: Fraction = Fraction(95, 100)
    notice_seconds: int = 72 * 3600


@dataclass(frozen=True, slots=True)
class Credential:
    """How to be let in. Secrets come from the environment or a file, never from the YAML itself.

    `auth`: SHA1, SHA224, SHA256, SHA384, SHA512. `priv`: AES128, AES192, AES256 (Blumenthal) or
    AES192C, AES256C (Reeder).
    """

    id: str
    version: SnmpVersion
    community: Secret = field(default=Secret(""), repr=False)
    user: str = ""
    auth: str | None = None
    auth_key: Secret = field(default=Secret(""), repr=False)
    priv: str | None = None
    priv_key: Secret = field(default=Secret(""), repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """How to be let in by SSH (RFC 4252): a user with a password, a private key or an agent.

    `key`: the private key's text (OpenSSH or PEM). An empty secret = not given. `group`: who
    checks the logins (an AAA server, a domain); at most `most` of its logins at once.
    """

    id: str
    user: str
    password: Secret = field(default=Secret(""), repr=False)
    key: Secret = field(default=Secret(""), repr=False)
    passphrase: Secret = field(default=Secret(""), repr=False)
    agent: bool = False
    group: str = ""
    most: int = 8


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """A standing question as written or defaulted: kind, interval, deadline (seconds), options."""

    kind: str
    every: float
    deadline: float | None = None
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the network; a place that is not connected yet is in the register too."""

    id: str
    title: str
    level: Level
    parent: str | None
    unit: str | None = None
    in_service: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A box at a site."""

    id: str
    title: str
    site: str
    platform: str
    address: Endpoint | None = None
    credential: str | None = None
    interfaces: tuple[str, ...] = ()
    """ifNames asked about: those declared here and those on which declared links end."""
    probes: tuple[ProbeSpec, ...] = ()
    login: str | None = None
    ssh_port: int = SSH_PORT
    legacy_ssh: bool = False
    """Whether key exchange, keys and ciphers with SHA-1 or CBC may be used with it."""
    jump: str | None = None
    """The device through which it is reached by SSH."""
    zone: str = ""
    """The security zone (安全域) it stands in."""


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One end of a link: the port it sits on and its own address on this circuit."""

    site: str
    device: str
    interface: str | None = None
    address: Endpoint | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A leased circuit. `a` is the near end (towards the province), `b` the far end."""

    id: str
    title: str
    a: LinkEnd
    b: LinkEnd
    contract: str
    carrier: str
    profile: Profile
    bandwidth_bps: int | None = None
    monthly_fee_fen: int | None = None
    unit: str | None = None
    circuit: str = ""
    """The carrier's own circuit number (电路代号)."""
    in_service: tuple[Interval, ...] = ()
    probes: tuple[ProbeSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Links of one site that back each other up."""

    id: str
    site: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    """Services that belong together, such as the endpoints of a data exchange."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Service:
    """What users of the extranet use: a website, an application, an exchange endpoint, a backup."""

    id: str
    title: str
    kind: ServiceKind
    site: str | None = None
    unit: str | None = None
    group: str | None = None
    needs: tuple[tuple[TargetId, ...], ...] = ()
    """What it stands on: all of the outer, of an inner one any."""
    promise: Fraction | None = None
    """Availability that was promised, of a month."""
    profile: Profile = PROFILES["standard"]
    in_service: tuple[Interval, ...] = ()
    probes: tuple[ProbeSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """An announced interval of work (methodology 1.6: `M_o` owner, `M_c` carrier)."""

    id: str
    title: str
    party: Party
    links: tuple[str, ...]
    start: int
    end: int
    registered: int | None = None
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessDevice:
    """What may be connected at an access port (接入设备备案); `mac` as `00:e0:fc:12:34:56`."""

    id: str
    mac: str
    title: str
    unit: str | None = None
    device: str | None = None
    interface: str | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """The whole register, resolved. Mappings are keyed by id in the order of the files."""

    revision: str
    digest: str
    """SHA-256 (hex) over the files as read, names and bytes: what a report names."""
    units: Mapping[str, Unit]
    carriers: Mapping[str, Carrier]
    contracts: Mapping[str, Contract]
    credentials: Mapping[str, Credential]
    sites: Mapping[str, Site]
    devices: Mapping[str, Device]
    links: Mapping[str, Link]
    link_groups: Mapping[str, LinkGroup]
    planned_work: Mapping[str, PlannedWork]
    topology: Topology
    access_devices: Mapping[str, AccessDevice] = field(default_factory=dict)
    logins: Mapping[str, Login] = field(default_factory=dict)
    service_groups: Mapping[str, ServiceGroup] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Topology:
    """What hangs on what, computed once at loading."""

    children: Mapping[str, tuple[str, ...]]
    """site -> child sites."""
    uplinks: Mapping[str, tuple[str, ...]]
    """site -> links whose far end (`b`) is there."""
    downlinks: Mapping[str, tuple[str, ...]]
    """site -> links whose near end (`a`) is there."""
    devices: Mapping[str, tuple[str, ...]]
    """site -> its devices."""
    areas: Mapping[str, str]
    """site -> the city-level site above it (or itself, where there is none)."""

    def behind(self, links: Mapping[str, Link], site: str) -> Iterator[str]:
        """Yield every site that is reached through `site`, without it, breadth first."""
        seen = {site}
        queue = [site]
        for here in queue:
            for link in self.downlinks.get(here, ()):
                far = links[link].b.site
                if far not in seen:
                    seen.add(far)
                    queue.append(far)
                    yield far
