"""Writes a province as the files a monitor reads: an inventory in parts, and monitor.yaml.

The text is put together by hand, one line per object: 30,000 sites in a second, and a person can
still read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from simulator import meetings, ssh_plan
from simulator.names import CARRIERS, CITIES
from simulator.platforms import PLATFORMS
from simulator.province import CANARY, DevicePlan, EndPlan, LinkPlan, Plan, SitePlan
from simulator.script import announcements
from simulator.web_files import INVENTORY as SERVICES

_PROFILES: Final = (("backbone", "骨干", 99.95), ("standard", "接入", 99.9))
_ANNOUNCED: Final = 5 * 86_400
_SMALL: Final = 1000
"""Sites of a province that is surveyed while somebody watches."""
"""Seconds before its start at which planned work was registered: more than the usual 72 hours."""


def write(
    plan: Plan, folder: Path, community: str, *, api: str, every: str, services: bool = False
) -> None:
    """Write `inventory.yaml`, a file per city in `cities/`, and `monitor.yaml` into `folder`.

    `community` is the YAML that refers to the secret; `api` where the monitor listens; `services`
    whether there are some, in a file of their own.
    """
    cities = folder / "cities"
    cities.mkdir(parents=True, exist_ok=True)
    for stale in cities.glob("*.yaml"):
        stale.unlink()
    parts = _by_city(plan)
    _save(
        folder / "inventory.yaml",
        _head(plan, community, every, services=services),
        parts.pop(plan.root),
    )
    for city, part in parts.items():
        _save(cities / f"{city}.yaml", (), part)
    if plan.settings.hosts:
        ssh_plan.write_inventory(plan, folder)
    if services:
        meetings.write(plan, folder, api)
    (folder / "monitor.yaml").write_text(_monitor(plan, api), encoding="utf-8")


class _Part:
    """The lines of one file, by section."""

    __slots__ = ("devices", "groups", "links", "sites")

    def __init__(self) -> None:
        self.sites: list[str] = []
        self.devices: list[str] = []
        self.links: list[str] = []
        self.groups: list[str] = []

    def lines(self) -> Iterator[str]:
        for section, lines in (
            ("sites", self.sites),
            ("devices", self.devices),
            ("links", self.links),
            ("link_groups", self.groups),
        ):
            if lines:
                yield f"{section}:"
                yield from lines


def _by_city(plan: Plan) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    start = _text(_iso(plan.settings.start))
    city_of: dict[str, str] = {}
    for site in plan.sites:
        city_of[site.id] = site.city
        parts.setdefault(site.city, _Part()).sites.append(_site(site, start))
    platform = {}
    port = plan.settings.ssh_port
    gear = {device.id for device in ssh_plan.gear(plan)} if plan.settings.hosts else set()
    for device in plan.devices:
        platform[device.id] = device.platform
        more = ssh_plan.gear_stanza(device, port) if device.id in gear else ""
        parts[city_of[device.site]].devices.append(_device(device, more))
    legs: dict[str, list[str]] = {}
    for link in plan.links:
        part = parts[city_of[link.b.site]]
        part.links.append(_link(link, platform, start))
        legs.setdefault(link.b.site, []).append(link.id)
    for site_id, links in legs.items():
        if len(links) > 1:
            group = f"  {site_id}: {{site: {site_id}, links: [{', '.join(links)}]}}"
            parts[city_of[site_id]].groups.append(group)
    return parts


def _site(site: SitePlan, start: str) -> str:
    parent = f", parent: {site.parent}" if site.parent else ""
    return (
        f"  {site.id}: {{title: {_text(site.title)}, level: {site.level}{parent}, "
        f"unit: {site.unit}, in_service: {start}}}"
    )


def _device(device: DevicePlan, more: str) -> str:
    ports = ", ".join(_text(_port_name(device.platform, number)) for number in device.lans)
    interfaces = f", interfaces: [{ports}]" if ports else ""
    return (
        f"  {device.id}: {{title: {_text(device.title)}, site: {device.site}, "
        f"platform: {device.platform}, address: {_address(device.host, device.port)}, "
        f"credential: province{interfaces}{more}}}"
    )


def _link(link: LinkPlan, platform: dict[str, str], start: str) -> str:
    return (
        f"  {link.id}: {{title: {_text(link.title)}, circuit: {link.circuit}, "
        f"contract: {link.carrier}-{link.profile}, bandwidth: {_bandwidth(link.bandwidth)}, "
        f"monthly_fee: {link.fee // 100}, in_service: {start},\n"
        f"    a: {_end(link.a, platform)},\n"
        f"    b: {_end(link.b, platform)}}}"
    )


def _end(end: EndPlan, platform: dict[str, str]) -> str:
    port = _text(_port_name(platform[end.device], end.port_number))
    address = f", address: {_address(end.host, end.port)}" if end.host else ""
    return f"{{device: {end.device}, interface: {port}{address}}}"


def _head(plan: Plan, community: str, every: str, *, services: bool) -> Iterator[str]:
    settings = plan.settings
    yield f"# A simulated province of {settings.sites} sites, made from seed {settings.seed}."
    yield "schema: 1"
    yield f"revision: {_text(f'simulated {settings.sites} {settings.seed}')}"
    more = [SERVICES, meetings.INVENTORY] * services + [ssh_plan.INVENTORY] * bool(settings.hosts)
    yield f"include: [{', '.join(['cities/*.yaml', *more])}]"
    yield "defaults:"
    yield "  probes:"
    yield f"    interfaces: {{every: {every}}}"
    yield f"    echo: {{every: {every}, wire: udp}}"
    yield "units:"
    yield "  hubei: {title: 省电子政务中心}"
    yield "  hubei-cloud: {title: 省政务云运营中心}"
    for city, title, _ in CITIES:
        yield f"  {city}: {{title: {title}电子政务中心}}"
    yield "carriers:"
    for carrier, title in CARRIERS:
        yield f"  {carrier}: {{title: {title}}}"
    yield "contracts:  # with a coverage floor that shows a figure from the first minute on"
    for carrier, title in CARRIERS:
        for profile, kind, promised in _PROFILES:
            yield (
                f"  {carrier}-{profile}: {{carrier: {carrier}, title: {title}{kind}专线合同, "
                f"availability: {promised}, profile: {profile}, coverage_floor: 50}}"
            )
    yield "credentials:"
    yield f'  province: {{version: "2c", community: {community}}}'
    yield "planned_work:"
    for number, work in enumerate(announcements(plan), 1):
        yield (
            f"  work-{number:03d}: {{title: {_text(f'{work.link.title}割接')}, party: carrier, "
            f"links: [{work.link.id}], start: {_text(_iso(work.start))}, "
            f"end: {_text(_iso(work.end))}, registered: {_text(_iso(work.start - _ANNOUNCED))}}}"
        )


def _monitor(plan: Plan, api: str) -> str:
    canary = _address(CANARY, plan.settings.echo_port)
    often = "10m" if len(plan.sites) <= _SMALL else "24h"
    has_gear = plan.settings.hosts > 0
    sealing = f"configurations: {{key: {{file: {ssh_plan.SEALING_KEY}}}}}\n" if has_gear else ""
    return f"""\
# The monitor of the simulated province. What is left out has its default.
inventory: inventory.yaml
store: {{path: data, disk_floor: 200M}}
survey: {{every: {often}}}
{sealing}api: {{listen: {_text(api)}, title: 模拟省电子政务外网}}
canaries:
  simulator: {{address: {canary}, wire: udp}}
"""


def _save(path: Path, head: Iterable[str], part: _Part) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in head)
        file.writelines(f"{line}\n" for line in part.lines())


def _port_name(platform: str, number: int) -> str:
    return PLATFORMS[platform].port.format(number)


def _address(host: str, port: int) -> str:
    return _text(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def _bandwidth(bits: int) -> str:
    return f"{bits // 10**9}G" if bits >= 10**9 else f"{bits // 10**6}M"


def _iso(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    """Quote: a JSON string is a YAML string."""
    return json.dumps(text, ensure_ascii=False)
