"""Links: now, in the last hours, and over a period."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from msgspec.structs import asdict
from starlette.responses import Response

from api.answer import Json, encode, encode_rows, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.figures import figure
from api.listing import find, in_state
from api.queries import (
    Cursor,
    Id,
    Instant,
    Limit,
    Name,
    Period,
    States,
    period_of,
    wanted_states,
    window,
)
from api.refusal import Refusal
from api.routes_services import lost_with
from api.rows import LinkRow, link_row, outage_row
from inventory.model import Level, Link, LinkEnd, device_target, link_target

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["links"])
_ROWS: Final = 100
"""Links described before the loop gets its turn: each asks the live view for twelve numbers."""
HISTORY_SLOTS: Final = 10_000
_HOUR: Final = 3600


@ROUTES.get("/links")
async def links(
    desk: AtDesk,
    caller: ByCaller,
    area: Name = None,
    level: Annotated[Level | None, Query(description="of the far end")] = None,
    carrier: Name = None,
    state: States = None,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> Response:
    """List links in the order of the inventory: `{items, next}`; `next` null = that was all."""
    wanted = wanted_states(state)
    listing = await desk.listing(caller.person)
    live, sites = desk.ports.live, listing.inventory.sites
    by_state = in_state(listing.link_targets, live.states(), wanted)

    def sieve(positions: range) -> Sequence[int]:
        found, all_links = by_state(positions), listing.links
        if carrier is not None:
            found = [at for at in found if all_links[at].carrier == carrier]
        if area is not None:
            found = [at for at in found if listing.link_groups[at][0] == area]
        if level is not None:
            found = [at for at in found if sites[all_links[at].b.site].level == level]
        return found

    after = None if cursor is None else link_target(cursor)
    found, more = await find(listing.link_targets, after, limit, sieve)
    rows: list[LinkRow] = []
    for position in found:
        if len(rows) % _ROWS == _ROWS - 1:
            await asyncio.sleep(0)
        link = listing.links[position]
        rows.append(link_row(caller.person, listing.inventory, link, live.link(link.id)))
    following = encode(rows[-1].id if more else None)
    return Json(b'{"items":' + await encode_rows(rows) + b',"next":' + following + b"}")


@ROUTES.get("/links/{link}")
async def link_detail(desk: AtDesk, caller: ByCaller, link: Id) -> Response:
    """One link: now, its ends, its contract, its group, and the outage that is running."""
    found = _seen(desk, caller, link)
    inventory, live = desk.inventory, desk.ports.live
    now = live.now()
    running = await desk.ports.past.outages(
        target=link_target(link), since=now, until=now + 1, limit=1
    )
    board = await desk.board(caller.person)
    now_known = live.link(link)
    row = link_row(caller.person, inventory, found, now_known)
    contract = inventory.contracts[found.contract]
    return small(
        {
            **asdict(row),
            "no_rate": "" if now_known is None else now_known.no_rate,
            "circuit": found.circuit,
            "ends": {"a": _end(found.a), "b": _end(found.b)},
            "polls": {
                side: None
                if end.device is None or not desk.sees(caller, device_target(end.device))
                else desk.ports.polls.quality(end.device)
                for side, end in (("a", found.a), ("b", found.b))
            },
            "profile": {"name": found.profile.name, "slot": found.profile.slot},
            "promised": {
                "title": contract.title,
                "availability": float(contract.availability),
                "bandwidth_bps": contract.bandwidth_bps,
                "loss_ratio": contract.loss_ratio,
                "rtt_seconds": contract.rtt_seconds,
                "jitter_seconds": contract.jitter_seconds,
            },
            "services": await lost_with(desk, caller, link_target(link)),
            "backed_up_by": [
                other
                for group in inventory.link_groups.values()
                if link in group.links
                for other in group.links
                if other != link and desk.sees(caller, link_target(other))
            ],
            "outage": next(
                (
                    outage_row(
                        inventory,
                        outage,
                        board.affected.get(outage.id, {}),
                        board.affected_services.get(outage.id, {}),
                    )
                    for outage in running
                    if outage.end is None
                ),
                None,
            ),
        }
    )


@ROUTES.get("/links/{link}/history")
async def history(
    desk: AtDesk, caller: ByCaller, link: Id, since: Instant = None, until: Instant = None
) -> Response:
    """One row per accounting slot of [since, until), by default of the last hour."""
    found = _seen(desk, caller, link)
    start, end = window(since, until, desk.ports.live.now(), _HOUR)
    longest = HISTORY_SLOTS * found.profile.slot
    if end - start > longest:
        raise Refusal(422, "window_too_long", seconds=end - start, limit=longest)
    rows = await desk.ports.past.link_history(link, start, end)
    head = encode({"link": link, "since": start, "until": end, "slot": found.profile.slot})
    return Json(head[:-1] + b',"items":' + await encode_rows(rows) + b"}")


@ROUTES.get("/links/{link}/availability")
async def availability(desk: AtDesk, caller: ByCaller, link: Id, period: Period = None) -> Response:
    """Seconds per class, availability and coverage of one link over a period."""
    _seen(desk, caller, link)
    now = desk.ports.live.now()
    name = period_of(period, now)

    async def make() -> bytes:
        return await desk.ports.past.link_availability(link, name)

    return Json(await figure(desk.figures, ("link", link, name), name, now, make))


def _seen(desk: Desk, caller: Caller, link: str) -> Link:
    found = desk.inventory.links.get(link)
    if found is None or not desk.sees(caller, link_target(link)):
        raise Refusal(404, "unknown_link", link=link)
    return found


def _end(end: LinkEnd) -> dict[str, object]:
    return {
        "site": end.site,
        "device": end.device,
        "interface": end.interface,
        "address": None if end.address is None else str(end.address),
    }
