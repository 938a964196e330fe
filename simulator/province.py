"""A deterministic province in the proportions of Hubei: places, devices, leased circuits.

17 cities, 103 counties, 1,250 townships, 25,000 villages, scaled to the size asked for. The same
settings make the same province; nothing here reads a clock or draws from the system's randomness.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from simulator.names import CARRIERS, CITIES, TOWNSHIPS, VILLAGES

SMALLEST: Final = 30
IPV6_SITES: Final = 10
_FULL: Final = 1 + 1 + 17 + 103 + 1250 + 25_000
_BACKBONE_TRUNKS: Final = 24
"""Township trunks with the backbone profile: the ones the demonstration may cut."""

_DEVICES: Final = (127 << 24) + (16 << 16) + 1
_FAR_ENDS: Final = (127 << 24) + (64 << 16) + 1
_NEAR_ENDS: Final = (127 << 24) + (128 << 16) + 1
CANARY: Final = "127.255.0.1"

_BANDWIDTH: Final = {
    "cloud": 10_000_000_000,
    "city": 1_000_000_000,
    "county": 500_000_000,
    "township": 100_000_000,
    "village": 20_000_000,
}
_TITLES: Final = dict(CARRIERS)
_PLATFORMS: Final = {
    "city": ("huawei_vrp", "h3c_comware"),
    "county": ("huawei_vrp", "h3c_comware", "huawei_vrp"),
    "township": ("h3c_comware", "zte_zxros", "huawei_vrp"),
    "village": ("ruijie_rgos", "zte_zxros", "h3c_comware", "huawei_vrp"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a province is made from. `start`: UTC second at which it comes into being.

    `snmp6` and `echo6` are ports of `::1`, a pair for each site over IPv6 (at most ten). `hosts`:
    servers of the cloud centre that are reached by SSH, with some network gear, at `ssh_port`; 0 =
    no SSH at all. `real_port`: of a real sshd on this machine, 0 = there is none.
    """

    sites: int = 300
    seed: int = 1
    start: int = 0
    snmp_port: int = 16_100
    echo_port: int = 10_007
    snmp6: tuple[int, ...] = ()
    echo6: tuple[int, ...] = ()
    hosts: int = 0
    ssh_port: int = 0
    real_port: int = 0


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A place."""

    id: str
    title: str
    level: str
    parent: str | None
    city: str
    """The city-level site it lies in; the province itself where there is none."""
    unit: str


@dataclass(slots=True)
class DevicePlan:
    """A box: its SNMP address and the ports that circuits and users hang on."""

    id: str
    title: str
    site: str
    platform: str
    host: str
    port: int
    ports: int = 0
    """How many of its ports are in use, circuits and users together."""
    lans: list[int] = field(default_factory=list)
    """Numbers of the ports towards users, which the inventory declares."""


@dataclass(frozen=True, slots=True)
class EndPlan:
    """One end of a circuit; `host` None: this end has no address."""

    site: str
    device: str
    port_number: int
    host: str | None
    port: int


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """A leased circuit; `a` is towards the province. Bandwidth in bit/s, fee in fen a month.

    `holds_port`: the carrier's own box keeps the ports up when the circuit is cut.
    """

    id: str
    title: str
    a: EndPlan
    b: EndPlan
    carrier: str
    profile: str
    bandwidth: int
    fee: int
    circuit: str
    holds_port: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole province. Lists are in an order that is the same each time."""

    settings: Settings
    sites: list[SitePlan]
    devices: list[DevicePlan]
    links: list[LinkPlan]
    trunks: list[LinkPlan]
    """County to township, single-homed, with villages behind, backbone profile."""
    legs: list[LinkPlan]
    """City to county, two carriers each."""

    @property
    def root(self) -> str:
        """The province's own site, where the monitor stands."""
        return self.sites[0].id


def sizes(sites: int) -> dict[str, int]:
    """Return how many places of each level a province of `sites` places has."""
    if sites < SMALLEST:
        raise ValueError(f"a province needs at least {SMALLEST} sites, not {sites}")
    share = sites / _FULL
    cities = min(max(round(17 * share), 2 if sites < 100 else 3), 17)
    counties = min(max(round(103 * share), 2 * cities), 103)
    townships = max(round(1250 * share), 2 * counties)
    villages = sites - 2 - cities - counties - townships
    return {
        "province": 1,
        "cloud": 1,
        "city": cities,
        "county": counties,
        "township": townships,
        "village": villages,
    }


def build(settings: Settings) -> Plan:
    """Make the province."""
    return _Builder(settings).build()


def _dotted(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


class _Builder:
    """Adds place after place; kept out of `Plan` so that the plan is only what came out."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.random = random.Random(f"province {settings.seed}")
        self.sites: list[SitePlan] = []
        self.devices: list[DevicePlan] = []
        self.links: list[LinkPlan] = []
        self.router: dict[str, DevicePlan] = {}
        self.short: dict[str, str] = {}
        self.device_numbers = count(_DEVICES)
        self.link_numbers = count()
        self.ipv6 = list(zip(settings.snmp6, settings.echo6, strict=True))[:IPV6_SITES]

    def build(self) -> Plan:
        number = sizes(self.settings.sites)
        root = self.site("hubei", "湖北省", "province", None, unit="hubei")
        self.router_at(root, "huawei_vrp")
        cities = [self.city(root, index) for index in range(number["city"])]
        self.cloud(root)
        first_leg = len(self.links)
        counties = self.counties(cities, number["county"])
        first_trunk = len(self.links)
        townships = self.townships(counties, number["township"])
        trunks = self.links[first_trunk:]
        self.villages(townships, number["village"])
        return Plan(
            self.settings,
            self.sites,
            self.devices,
            self.links,
            trunks=[link for link in trunks if link.profile == "backbone"],
            legs=self.links[first_leg:first_trunk],
        )

    def city(self, root: SitePlan, index: int) -> SitePlan:
        name, title, _ = CITIES[index]
        site = self.site(name, title, "city", root, unit=name)
        self.router_at(site, self.pick("city"))
        for carrier in ("telecom", "mobile"):
            self.link(root, site, carrier, "backbone")
        return site

    def cloud(self, root: SitePlan) -> None:
        """Add the cloud centre: a switch on two circuits, and servers behind it."""
        site = self.site("hubei-cloud", "省政务云计算中心", "cloud", root, unit="hubei-cloud")
        self.router_at(site, "h3c_comware")
        for carrier in ("telecom", "mobile"):
            self.link(root, site, carrier, "backbone")
        for number in range(1, 5 + self.settings.sites // 3000):
            server = self.box(site, f"hubei-cloud-s{number:02d}", "net_snmp", f"云服务器{number}")
            server.ports, server.lans = 2, [1, 2]

    def counties(self, cities: Sequence[SitePlan], wanted: int) -> list[SitePlan]:
        left = {name: counties.split("|") for name, _, counties in CITIES}
        made: list[SitePlan] = []
        while len(made) < wanted:
            for city in cities:
                if not left[city.id] or len(made) == wanted:
                    continue
                name, title = left[city.id].pop(0).split()
                county = self.site(f"{city.id}-{name}", title, "county", city, unit=city.id)
                self.router_at(county, self.pick("county"))
                for leg in (len(made), len(made) + 1):
                    self.link(city, county, CARRIERS[leg % len(CARRIERS)][0], "backbone")
                made.append(county)
        return made

    def townships(self, counties: Sequence[SitePlan], wanted: int) -> list[SitePlan]:
        made: list[SitePlan] = []
        for index in range(wanted):
            county = counties[index % len(counties)]
            number = index // len(counties)
            ident, short = f"{county.id}-t{number + 1:02d}", _numbered(TOWNSHIPS, number)
            site = self.site(ident, county.title + short, "township", county, unit=county.city)
            self.short[ident] = short
            self.router_at(site, self.pick("township"))
            profile = "backbone" if index < _BACKBONE_TRUNKS else "standard"
            self.link(county, site, CARRIERS[index % len(CARRIERS)][0], profile)
            made.append(site)
        return made

    def villages(self, townships: Sequence[SitePlan], wanted: int) -> None:
        for index in range(wanted):
            township = townships[index % len(townships)]
            number = index // len(townships)
            site = self.site(
                f"{township.id}-v{number + 1:02d}",
                self.short[township.id] + _numbered(VILLAGES, number),
                "village",
                township,
                unit=township.city,
            )
            ports6 = self.ipv6[index] if index < len(self.ipv6) else None
            device = self.router_at(site, self.pick("village"), ports6)
            carrier = self.random.choices([name for name, _ in CARRIERS], (5, 3, 2))[0]
            self.link(township, site, carrier, "standard", ports6)
            device.ports += 1
            device.lans.append(device.ports)

    def pick(self, level: str) -> str:
        return self.random.choice(_PLATFORMS[level])

    def site(
        self, ident: str, title: str, level: str, parent: SitePlan | None, *, unit: str
    ) -> SitePlan:
        city = ident if level in {"province", "city"} or parent is None else parent.city
        site = SitePlan(ident, title, level, parent.id if parent else None, city, unit)
        self.sites.append(site)
        return site

    def router_at(
        self, site: SitePlan, platform: str, ports6: tuple[int, int] | None = None
    ) -> DevicePlan:
        device = self.box(site, f"{site.id}-r1", platform, f"{site.title}路由器", ports6)
        self.router[site.id] = device
        return device

    def box(
        self,
        site: SitePlan,
        ident: str,
        platform: str,
        title: str,
        ports6: tuple[int, int] | None = None,
    ) -> DevicePlan:
        number = next(self.device_numbers)
        host, port = _dotted(number), self.settings.snmp_port
        if ports6 is not None:
            host, port = "::1", ports6[0]
        device = DevicePlan(ident, title, site.id, platform, host, port)
        self.devices.append(device)
        return device

    def link(
        self,
        near: SitePlan,
        far: SitePlan,
        carrier: str,
        profile: str,
        ports6: tuple[int, int] | None = None,
    ) -> None:
        number = next(self.link_numbers)
        ends = [self.router[near.id], self.router[far.id]]
        for device in ends:
            device.ports += 1
        echo = self.settings.echo_port
        a = EndPlan(near.id, ends[0].id, ends[0].ports, _dotted(_NEAR_ENDS + number), echo)
        b = EndPlan(far.id, ends[1].id, ends[1].ports, _dotted(_FAR_ENDS + number), echo)
        if ports6 is not None:
            a = replace(a, host=None)
            b = replace(b, host="::1", port=ports6[1])
        bandwidth = _BANDWIDTH[far.level]
        self.links.append(
            LinkPlan(
                id=f"{far.id}-{carrier}",
                title=f"{near.title}至{far.title}{_TITLES[carrier]}专线",
                a=a,
                b=b,
                carrier=carrier,
                profile=profile,
                bandwidth=bandwidth,
                fee=50_000 + bandwidth // 1000,
                circuit=f"HB-{carrier[0].upper()}-{number + 1:06d}",
                holds_port=profile == "standard" and self.random.random() < 1 / 8,
            )
        )


def _numbered(names: Sequence[str], number: int) -> str:
    """Draw a name; when the list is used up begin again with a number behind it."""
    round_, index = divmod(number, len(names))
    return names[index] if round_ == 0 else f"{names[index]}{round_ + 1}"
