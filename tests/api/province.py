"""A small province and the people who look at it: what the runtime gives the api, for tests.

It keeps the promises of `api.ports` with dictionaries; events go through the real hub.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import msgspec

from alerts.model import Alert, Phase
from api.ports import (
    Event,
    Finding,
    LinkNow,
    Outage,
    Person,
    PollQuality,
    Ports,
    Session,
    StateNow,
    Surveyed,
    Trap,
    UnknownPeriodError,
)
from api.ports_audits import Audited
from api.ports_hosts import Fullest, HostNow
from api.ports_services import CheckNow, ServiceNow
from inventory.model import (
    PROFILES,
    Carrier,
    Contract,
    Device,
    Endpoint,
    Interval,
    Inventory,
    Link,
    LinkEnd,
    Service,
    ServiceGroup,
    Site,
    TargetId,
    Topology,
    Unit,
    device_target,
    link_target,
    service_target,
    site_target,
)
from runtime.events import Hub
from sla.assess import CarrierAssessment, assess_site
from sla.assess_service import assess_service
from sla.documents import carrier_document, link_document, service_document, site_document
from sla.percentile import SLOT, Missing, Mode, Traffic, bill, document
from sla.periods import PeriodError, Window, parse
from sla.states import State, Transition, outage_id
from store.entries import AuditEntry, PersonRow
from store.people import People, SessionRow
from tests.sla.assessing import assess, link_of

NOW = 1_795_500_000
"""2026-11-24 14:00:00 in Asia/Shanghai."""

CARRIERS = {"telecom": "中国电信", "mobile": "中国移动", "unicom": "中国联通"}
CITIES = ("孝感市", "黄冈市", "咸宁市", "恩施州", "宜昌市", "襄阳市", "荆州市", "十堰市")
UNITS = ("发改委", "教育局", "公安局", "民政局", "财政局", "人社局", "税务局", "卫健委")
COUNTIES = ("安陆", "应城", "汉川", "云梦", "大悟", "孝昌", "麻城", "红安")


def make_inventory(
    cities: int = 2, counties: int = 2, townships: int = 2, villages: int = 2
) -> Inventory:
    """Grow a tree; counties have two links by different carriers, everything else has one."""
    sites: dict[str, Site] = {}
    sites["p"] = Site("p", "省信息中心", "province", None, unit="centre")
    sites["cloud"] = Site("cloud", "省政务云中心", "cloud", "p")
    for c in range(cities):
        city = f"c{c}"
        sites[city] = Site(city, CITIES[c % 8], "city", "p", unit="centre")
        for k in range(counties):
            county = f"{city}.k{k}"
            sites[county] = Site(county, f"{COUNTIES[k % 8]}县", "county", city)
            for t in range(townships):
                town = f"{county}.t{t}"
                sites[town] = Site(town, f"{COUNTIES[k % 8]}县第{t + 1}镇", "township", county)
                for v in range(villages):
                    village = f"{town}.v{v}"
                    sites[village] = Site(village, f"第{v + 1}村", "village", town)
    always = (Interval(0),)
    return _wire({name: replace(site, in_service=always) for name, site in sites.items()})


def _wire(sites: dict[str, Site]) -> Inventory:
    contracts = {
        f"{carrier}-1": Contract(
            f"{carrier}-1", carrier, "政务外网专线", Fraction(999, 1000), PROFILES["standard"],
            bandwidth_bps=100_000_000,
        )
        for carrier in CARRIERS
    }  # fmt: skip
    devices = {
        f"{site}-r1": Device(
            f"{site}-r1", f"{one.title}路由器", site, "huawei_vrp", Endpoint("127.0.0.1", 16100)
        )
        for site, one in sites.items()
    }
    links: dict[str, Link] = {}
    names = list(CARRIERS)
    for number, site in enumerate(sites.values()):
        if site.parent is None:
            continue
        for leg in range(2 if site.level == "county" else 1):
            carrier = names[(number + leg) % len(names)]
            link = f"{site.id}-{carrier}"
            links[link] = Link(
                id=link, title=f"{site.title}{CARRIERS[carrier]}专线",
                a=LinkEnd(site.parent, f"{site.parent}-r1", f"GE0/0/{number}"),
                b=LinkEnd(site.id, f"{site.id}-r1", "GE0/0/1", Endpoint("127.0.0.2", 7)),
                contract=f"{carrier}-1", carrier=carrier, profile=PROFILES["standard"],
                bandwidth_bps=100_000_000, circuit=f"FZX-{number}",
                in_service=(Interval(NOW - 7200),),
            )  # fmt: skip
    return Inventory(
        revision="test", digest="00", units={"centre": Unit("centre", "省信息中心")},
        carriers={key: Carrier(key, title) for key, title in CARRIERS.items()},
        contracts=contracts, credentials={}, sites=sites, devices=devices, links=links,
        link_groups={}, planned_work={}, topology=_topology(sites, links),
    )  # fmt: skip


def _topology(sites: Mapping[str, Site], links: Mapping[str, Link]) -> Topology:
    children: dict[str, list[str]] = {}
    uplinks: dict[str, list[str]] = {}
    downlinks: dict[str, list[str]] = {}
    for site in sites.values():
        if site.parent is not None:
            children.setdefault(site.parent, []).append(site.id)
    for link in links.values():
        uplinks.setdefault(link.b.site, []).append(link.id)
        downlinks.setdefault(link.a.site, []).append(link.id)
    return Topology(
        children={key: tuple(value) for key, value in children.items()},
        uplinks={key: tuple(value) for key, value in uplinks.items()},
        downlinks={key: tuple(value) for key, value in downlinks.items()},
        devices={site: (f"{site}-r1",) for site in sites},
        areas={site: site.split(".")[0] for site in sites},
    )


def with_services(inventory: Inventory, units: int = 6) -> Inventory:
    """Add a website at a county, names that it needs, a data exchange, mail without checks."""
    always = (Interval(0),)
    found = [
        Service("dns", "域名解析", "dns", "cloud", in_service=always),
        Service(
            "portal", "孝感市门户网站", "website", "c0.k0", unit="centre",
            promise=Fraction(999, 1000),
            needs=((service_target("dns"),), (site_target("c0.k0"),)), in_service=always,
        ),
        Service(
            "mail", "邮件系统", "application",
            needs=((link_target("c0.k0-mobile"), link_target("c0.k0-telecom")),),
            in_service=always,
        ),
        *(
            Service(
                f"x{n}", f"{name}前置机", "exchange", "c1", unit="centre", group="exchange",
                needs=((link_target("c1-unicom"),),), in_service=always,
            )
            for n, name in zip(range(units), UNITS, strict=False)
        ),
    ]  # fmt: skip
    servers = {
        f"app-{n}": Device(
            f"app-{n}", f"应用服务器 {n}", "cloud", "linux", Endpoint(f"192.0.2.{n}"),
            login="linux", zone="互联网区" if n % 2 else "政务区",
        )
        for n in range(1, 4)
    }  # fmt: skip
    return replace(
        inventory,
        services={service.id: service for service in found},
        service_groups={"exchange": ServiceGroup("exchange", "数据交换")},
        devices={**inventory.devices, **servers},
    )


def retitled(inventory: Inventory, titles: Mapping[str, str]) -> Inventory:
    """The same province with other titles of sites."""
    sites = {
        key: replace(site, title=titles.get(key, site.title))
        for key, site in inventory.sites.items()
    }
    return replace(inventory, sites=sites)


class Province:
    """Live, past, acts and exposition over dictionaries."""

    def __init__(self, inventory: Inventory) -> None:
        self.clock = NOW
        self.hub = Hub()
        self.states_now: dict[TargetId, StateNow] = {}
        self.alerts_now: dict[str, Alert] = {}
        self.outages_all: list[Outage] = []
        self.traps_all: list[Trap] = []
        self.findings_all: list[Finding] = []
        self.seen: dict[str, int] = {}
        self.failed: dict[str, str] = {}
        self.waiting = 0
        self.accepted_by = ""
        self.qualities: dict[str, PollQuality] = {}
        self.shared: dict[str, tuple[str, ...]] = {}
        self.blind: int | None = None
        self.ok = True
        self.parts: dict[str, Mapping[str, object]] = {}
        self.reload_problems: list[str] = []
        self.register_after: Inventory | None = None
        """What the next reload takes; None = the same again."""
        self.assessed = 0
        self.reloaded_by = ""
        self.take(inventory)

    def quality(self, device: str) -> PollQuality | None:
        return self.qualities.get(device)

    def shared_engines(self) -> dict[str, tuple[str, ...]]:
        return self.shared

    def take(self, inventory: Inventory) -> None:
        """Take over an inventory; everything is UP."""
        self.register = inventory
        targets = [
            *map(site_target, inventory.sites),
            *map(device_target, inventory.devices),
            *map(link_target, inventory.links),
            *map(service_target, inventory.services),
        ]
        self.states_now = {
            target: StateNow(target, State.UP, NOW - 7200, "answered") for target in targets
        }
        self.record = {
            target: [Transition(target, State.UP, NOW - 7200, NOW - 7200, "answered")]
            for target in targets
        }

    def set(self, target: str, state: State, reason: str = "far_lost", cause: str = "") -> None:
        """Change a state as the judge does, and tell."""
        name = TargetId(target)
        self.states_now[name] = StateNow(name, state, self.clock, reason, cause)
        self.record[name].append(Transition(name, state, self.clock, self.clock, reason, cause))
        if state is State.DOWN:
            outage = Outage(
                outage_id(name, self.clock), name, self.clock, None, self.clock + 20, reason, 0
            )
            self.outages_all.insert(0, outage)
        body = {"target": target, "state": state.name.lower(), "since": self.clock}
        self.hub.publish(Event("state", body))

    def alert(
        self,
        target: str,
        rule: str = "link-down",
        affected: Mapping[str, int] | None = None,
        services: Mapping[str, int] | None = None,
    ) -> Alert:
        """Fire an alert, and tell."""
        name = f"{rule}/{target}@{self.clock}"
        alert = Alert(
            id=name, rule=rule, target=TargetId(target), severity="critical",
            phase=Phase.FIRING, since=self.clock, fired_at=self.clock, affected=affected or {},
            services=services or {},
        )  # fmt: skip
        self.alerts_now[name] = alert
        self.hub.publish(Event("alert", {"id": name, "phase": "firing"}))
        return alert

    # Live

    def now(self) -> int:
        return self.clock

    def inventory(self) -> Inventory:
        return self.register

    def states(self) -> Mapping[TargetId, StateNow]:
        return self.states_now

    def link(self, link: str) -> LinkNow | None:
        state = self.states_now.get(link_target(link))
        if state is None:
            return None
        heard = state.state in {State.UP, State.DEGRADED}
        spread = (len(link) * 7 + ord(link[-1]) + ord(link[1])) % 40
        return LinkNow(
            link, state.state, state.since, state.reason, state.cause,
            last_answer=self.clock - 4 if heard else state.since,
            rtt_seconds=0.002 + spread / 4000 if heard else None,
            loss_ratio=0.0 if heard else 1.0,
            in_bps=spread * 2.1e6 if heard else None, out_bps=spread * 0.9e6 if heard else None,
            in_utilization=spread * 0.021 if heard else None,
            out_utilization=spread * 0.009 if heard else None,
        )  # fmt: skip

    def alerts(self) -> Sequence[Alert]:
        return list(self.alerts_now.values())

    def blind_since(self) -> int | None:
        return self.blind

    def events(self) -> AsyncIterator[Event]:
        return self.hub.subscribe()

    def health(self) -> Mapping[str, object]:
        return {"ok": self.ok, "parts": {"ledger": {"ok": self.ok, "reason": ""}, **self.parts}}

    # Services

    def service(self, service: str) -> ServiceNow | None:
        if service not in self.register.services:
            return None
        if service == "mail":
            return ServiceNow(service, (), None, None, None)
        met = self.states_now[service_target(service)].state in {State.UP, State.DEGRADED}
        check = CheckNow(
            f"http@service:{service}", "http", vital=True, every=60.0, at=self.clock - 9,
            outcome="answered", reason="" if met else "http_status", success=met, duration=0.084,
            last_success=self.clock - (9 if met else 900), left=40 * 86_400.0,
            values={"probe_http_status_code": 200.0 if met else 502.0},
        )  # fmt: skip
        return ServiceNow(service, (check,), check.last_success, check.duration, check.left)

    def hosts(self) -> tuple[str, ...]:
        return tuple(name for name, one in self.register.devices.items() if one.login)

    def host(self, device: str) -> HostNow | None:
        if device not in self.hosts():
            return None
        full = Fullest("/var", 0.4 + 0.2 * int(device[-1]))
        return HostNow(
            device=device, source="ssh", heard_at=self.clock - 20, os="openEuler 22.03", cpus=8,
            cpu_ratio=0.13, memory_ratio=0.61, load_per_cpu=0.4, filesystem=full, uptime=86_400.0,
            services_failed=(),
        )  # fmt: skip

    def document(self, device: str) -> Mapping[str, object] | None:
        return {"os": "openEuler 22.03"} if device in self.hosts() else None

    async def service_availability(self, service: str, period: str) -> bytes:
        found = assess_service(
            self.register.services[service], self._window(period),
            self.record[service_target(service)], (), (), NOW - 7200, self.clock,
        )  # fmt: skip
        return msgspec.json.encode(service_document(found, self.register.links))

    # Past

    async def traps(
        self, *, devices: Sequence[TargetId] | None, since: int, until: int, limit: int
    ) -> Sequence[Trap]:
        return [
            trap
            for trap in self.traps_all
            if (devices is None or trap.device in devices)
            and since * 1000 <= trap.at_ms < until * 1000
        ][:limit]

    async def outages(
        self, *, target: TargetId | None, since: int, until: int, limit: int
    ) -> Sequence[Outage]:
        return [
            outage
            for outage in self.outages_all
            if target in {None, outage.target}
            and outage.start < until
            and (outage.end is None or outage.end > since)
        ][:limit]

    async def availability(self, carrier: str, period: str, *, links: bool) -> bytes:
        self.assessed += 1
        document = carrier_document(self._assessed(carrier, period))
        if not links:
            del document["links"]
        return msgspec.json.encode(document)

    async def link_availability(self, link: str, period: str) -> bytes:
        found = self._assessed(self.register.links[link].carrier, period)
        return msgspec.json.encode(link_document(link_of(found, link)))

    async def link_p95(
        self, link: str, period: str, *, mode: Mode, missing: Missing, cap: int | None
    ) -> bytes:
        """Traffic of one month: 100 slots of 8 Mbit/s in and 4 out, then nothing is known."""
        self.assessed += 1
        start = self._window(period).start
        slots = range(start, start + 200 * SLOT, SLOT)
        rows = [Traffic(s, 3 * 10**8, 300_000, 15 * 10**7, 300_000) for s in slots[:100]]
        figure = bill(rows, slots, mode=mode, missing=missing, cap=cap)
        return msgspec.json.encode({"link": link, "period": period} | document(figure))

    async def site_availability(self, site: str, period: str) -> bytes:
        return msgspec.json.encode(
            site_document(
                assess_site(
                    site, self.register, self._window(period), self.record, (), NOW - 7200,
                    self.clock,
                )
            )
        )  # fmt: skip

    def _assessed(self, carrier: str, period: str) -> CarrierAssessment:
        window = self._window(period)
        return assess(carrier, self.register, window, self.record, (), NOW - 7200, self.clock)

    def _window(self, period: str) -> Window:
        try:
            return parse(period, self.clock)
        except PeriodError as error:
            raise UnknownPeriodError(error.code) from error

    async def link_history(
        self, link: str, since: int, until: int
    ) -> Sequence[Mapping[str, object]]:
        rows: list[Mapping[str, object]] = []
        assert link in self.register.links
        for slot in range(since - since % 60, until, 60):
            down = (slot // 60) % 47 in {3, 4, 5}
            rows.append(
                {
                    "slot": slot, "state": "down" if down else "up", "sent": 12,
                    "lost": 12 if down else int((slot // 60) % 23 == 0),
                    "rtt_seconds": None if down else 0.004 + (slot // 60 * 37 % 11) / 5000,
                    "rtt_p95_seconds": None if down else 0.008,
                    "in_bytes": None if down else 10**8 + slot // 60 * 7919 % 10**8,
                    "out_bytes": None if down else 5 * 10**7,
                }
            )  # fmt: skip
        return rows

    # Acts

    async def acknowledge(self, alert: str, person: str) -> bool:
        found = self.alerts_now.get(alert)
        if found is None:
            return False
        fields = {name: getattr(found, name) for name in found.__struct_fields__}
        fields |= {"acknowledged_by": person, "acknowledged_at": self.clock}
        self.alerts_now[alert] = Alert(**fields)
        self.hub.publish(Event("alert", {"id": alert, "phase": "firing"}))
        return True

    async def reload(self, person: str) -> Sequence[str]:
        self.reloaded_by = person
        self.register = self.register_after or self.register
        return self.reload_problems

    # Drift

    def findings(self) -> Sequence[Finding]:
        return self.findings_all

    def surveyed(self) -> Surveyed:
        return Surveyed(
            86_400, self.register.devices.keys(), self.seen, self.failed, self.waiting, ""
        )

    async def accept(self, finding: str, person: str) -> bool:
        before = len(self.findings_all)
        self.findings_all = [one for one in self.findings_all if one.id != finding]
        self.accepted_by = person
        return len(self.findings_all) < before

    # Exposition

    async def monitor(self) -> bytes:
        return b"extranet_monitor_runs_total 1\n"

    def devices(self, shard: int, shards: int) -> Iterator[bytes]:
        yield f"shard {shard} of {shards}\n".encode()


class Crowd:
    """The real keeper of people, with an audit trail that can be read back."""

    def __init__(self) -> None:
        self.trail: list[tuple[str, str, str, str]] = []
        self._people = People([], [], self._submit)

    def _submit(self, *entries: object) -> None:
        for entry in entries:
            if isinstance(entry, AuditEntry):
                self.trail.append((entry.person, entry.action, entry.subject, entry.result))

    def add(self, name: str, person: Person) -> str:
        """Take in a person; return the token."""
        return self._people.add_person(
            name, person.roles, person.sites, person.carriers, "test", NOW
        )

    def revoke(self, name: str) -> None:
        """Take a person's token and sessions away."""
        self._people.revoke(name, "test", NOW)

    def by_token(self, token: str) -> Person | None:
        row = self._people.by_token(token)
        return None if row is None else _person(row)

    def open_session(self, person: Person, now: int) -> Session:
        return _session(self._people.open_session(person, now))

    def session(self, session_id: str, now: int) -> Session | None:
        row = self._people.session(session_id, now)
        return None if row is None else _session(row)

    def close_session(self, session_id: str) -> None:
        self._people.close_session(session_id)

    def audit(self, person: str, action: str, subject: str, now: int, result: str = "ok") -> None:
        self._people.audit(person, action, subject, now, result)


def _person(row: PersonRow) -> Person:
    return Person(row.name, row.roles, row.sites, row.carriers)  # type: ignore[arg-type]  # roles


def _session(row: SessionRow) -> Session:
    return Session(row.id, _person(row.person), row.csrf, row.expires)


class Reports:
    """Audits of one website, whose document says nothing but its name."""

    def latest(self) -> Mapping[str, Audited | None]:
        counts = {"dead_links": 7, "broken_pictures": 0, "empty_columns": 1, "stale_columns": 0}
        return {
            "portal": Audited(
                service="portal", url="http://a.example/", started=NOW, seconds=1.0, failure="",
                partial="out_of_time", score=86.3, veto=(), counts=counts, newest="",
            )
        }  # fmt: skip

    def running(self) -> Mapping[str, int]:
        return {}

    def history(self, service: str) -> Sequence[Audited]:  # noqa: ARG002 - as the port has it
        return ()

    async def document(self, service: str) -> bytes | None:
        return msgspec.json.encode({"service": service}) if service == "portal" else None

    async def excel(self, service: str, language: str) -> bytes | None:
        return f"{service} {language}".encode() if service == "portal" else None


def ports(province: Province, crowd: Crowd) -> Ports:
    """Wire them as the runtime does."""
    return Ports(
        live=province, past=province, people=crowd, acts=province, exposition=province,
        drift=province, polls=province, services=province, hosts=province,
        audits=Reports(),
    )  # fmt: skip
