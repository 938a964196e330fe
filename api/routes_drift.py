"""What is declared against what was observed: warnings, and what people took for normal."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answer import Json, encode, encode_rows, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.listing import WALK, find
from api.ports import Finding, FindingKind, Surveyed
from api.queries import Cursor, Limit, Name
from api.refusal import Refusal
from api.rows import title_of
from inventory.model import Inventory, device_target, link_target, site_target
from texts.say import Language, catalogue, say

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["drift"])
_BPS: Final = "_bps"
_LONGEST_WHAT: Final = 600
"""Characters in the audit trail of what was accepted."""
_UNITS: Final = (("Gbit/s", 10**9), ("Mbit/s", 10**6), ("kbit/s", 10**3))

FindingId = Annotated[str, Query(min_length=1, max_length=200, description="id of a finding")]


class FindingRow(msgspec.Struct, frozen=True):
    """A difference; `text` says it in words, `seen_at` when its device was read last."""

    id: str
    kind: str
    device: str
    device_title: str
    site: str
    site_title: str
    target: str
    links: Sequence[str]
    since: int
    seen_at: int | None
    text: str
    parameters: Mapping[str, object]


class Coverage(msgspec.Struct, frozen=True):
    """How much this is known of: devices that can be read, were read, never were, failed last.

    `oldest` and `newest`: when the first and the last of them was read; `every`: the period of the
    survey in seconds, null = it is off. `waiting`: devices still to be compared, of all there are.
    """

    devices: int
    read: int
    never: int
    failed: int
    oldest: int | None
    newest: int | None
    every: int | None
    waiting: int
    failure: str


@ROUTES.get("/drift")
async def drift(
    desk: AtDesk,
    caller: ByCaller,
    site: Annotated[str | None, Query(max_length=200, description="a site and all below")] = None,
    device: Name = None,
    kind: FindingKind | None = None,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> Response:
    """List what differs from what is declared, by device in the order of the files.

    `{items, next, coverage}`. None of it is a state or an alert. What was accepted is not listed.
    """
    if site is not None and not desk.sees(caller, site_target(site)):
        raise Refusal(404, "unknown_site", site=site)
    found = desk.ports.drift.findings()
    devices = None if site is None else _devices_below(desk.inventory, site)
    visible = _Visible(desk, caller)

    def sieve(positions: range) -> Sequence[int]:
        return [
            at
            for at in positions
            if (kind is None or found[at].kind == kind)
            and (device is None or found[at].device == device)
            and (devices is None or found[at].device in devices)
            and visible(found[at])
        ]

    places, more = await find([one.id for one in found], cursor, limit, sieve)
    surveyed = desk.ports.drift.surveyed()
    rows = [_row(desk, found[at], surveyed, caller.language) for at in places]
    coverage = await _coverage(desk, caller, surveyed, devices)
    following = encode(rows[-1].id if more else None)
    return Json(
        b'{"items":' + await encode_rows(rows) + b',"next":' + following
        + b',"coverage":' + encode(coverage) + b"}"
    )  # fmt: skip


@ROUTES.post("/drift/accept")
async def accept(desk: AtDesk, caller: ByCaller, finding: FindingId) -> Response:
    """Make what was observed the new normal: a changed alias, a neighbour, a port that is gone."""
    ports, person = desk.ports, caller.person
    visible = _Visible(desk, caller)
    known = next(
        (one for one in ports.drift.findings() if one.id == finding and visible(one)), None
    )
    taken = known is not None and await ports.drift.accept(finding, person.name)
    result = "ok" if taken else "unknown"
    subject = finding if known is None else f"{finding} {_what(known)}".rstrip()
    ports.people.audit(person.name, "accept", subject, ports.live.now(), result)
    if not taken:
        raise Refusal(404, "unknown_finding", finding=finding)
    return small({"finding": finding, "accepted_by": person.name})


def _what(one: Finding) -> str:
    """Say what is accepted, as the device has it: the id of a finding holds only its hash."""
    told = {name: value for name, value in one.parameters.items() if value != ""}
    return encode(told).decode()[:_LONGEST_WHAT] if told else ""


class _Visible:
    """Says whether a finding is the caller's business: its device's site, or a link at its port."""

    def __init__(self, desk: Desk, caller: Caller) -> None:
        self._desk = desk
        self._caller = caller

    def __call__(self, one: Finding) -> bool:
        """Whoever may see a link may see what differs at its ports."""
        if not self._caller.scoped:
            return True
        sees = self._desk.sees
        return sees(self._caller, device_target(one.device)) or any(
            sees(self._caller, link_target(link)) for link in one.links
        )


def _devices_below(inventory: Inventory, site: str) -> frozenset[str]:
    topology, queue = inventory.topology, [site]
    for here in queue:
        queue += topology.children.get(here, ())
    return frozenset(device for here in queue for device in topology.devices.get(here, ()))


def _row(desk: Desk, one: Finding, surveyed: Surveyed, language: Language) -> FindingRow:
    inventory = desk.inventory
    known = inventory.devices.get(one.device)
    site = "" if known is None else known.site
    return FindingRow(
        id=one.id,
        kind=one.kind,
        device=one.device,
        device_title=title_of(inventory, device_target(one.device)),
        site=site,
        site_title=title_of(inventory, site_target(site)),
        target=one.target,
        links=one.links,
        since=one.since,
        seen_at=surveyed.seen.get(one.device),
        text=say(f"drift.{one.kind}", language, **_words(one.parameters, language)),
        parameters=one.parameters,
    )


def _words(parameters: Mapping[str, str | int], language: Language) -> dict[str, object]:
    """Put parameters that are codes or numbers into words."""
    words: dict[str, object] = {}
    for name, value in parameters.items():
        code = f"wire.reason.{value}" if name == "reason" else f"drift.{name}.{value}"
        if name.endswith(_BPS):
            words[name.removesuffix(_BPS)] = _rate(int(value))
        elif name in {"reason", "section", "by"} and code in catalogue():
            words[name] = say(code, language)
        else:
            words[name] = "–" if value == "" else value
    return words


def _rate(bps: int) -> str:
    unit, size = next((one for one in _UNITS if bps >= one[1]), ("bit/s", 1))
    return f"{bps / size:g} {unit}"


async def _coverage(
    desk: Desk, caller: Caller, surveyed: Surveyed, devices: Collection[str] | None
) -> Coverage:
    """Count what the caller may know of, giving way between slices."""
    wanted: Iterable[str] = surveyed.asked
    if caller.scoped:
        listing = await desk.listing(caller.person)
        topology = desk.inventory.topology
        own = {one for site in listing.sites for one in topology.devices.get(site.id, ())}
        own |= {end.device for link in listing.links for end in (link.a, link.b)}
        wanted = {one for one in own if one in surveyed.asked}
    if devices is not None:
        wanted = [one for one in wanted if one in devices]
    count = failed = 0
    times: list[int] = []
    for count, one in enumerate(list(wanted), 1):
        if count % WALK == 0:
            await asyncio.sleep(0)
        failed += one in surveyed.failed
        if (at := surveyed.seen.get(one)) is not None:
            times.append(at)
    return Coverage(
        devices=count,
        read=len(times),
        never=count - len(times),
        failed=failed,
        oldest=min(times, default=None),
        newest=max(times, default=None),
        every=surveyed.every,
        waiting=surveyed.waiting,
        failure=surveyed.failure,
    )
