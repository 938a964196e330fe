"""The province at one glance: counts by level, state, area and carrier."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.answer import small
from api.board import STATES
from api.desk import AtDesk, ByCaller
from api.rows import title_of
from inventory.model import site_target

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["overview"])


@ROUTES.get("/overview")
async def overview(desk: AtDesk, caller: ByCaller) -> Response:
    """Count everything in the caller's scope, at most two seconds old."""
    board = await desk.board(caller.person)
    live, inventory = desk.ports.live, desk.inventory
    states = live.states()
    areas = []
    for area in dict.fromkeys([*board.area_sites, *board.area_links]):
        target = site_target(area)
        now = states.get(target) if desk.sees(caller, target) else None
        site = inventory.sites.get(area)
        areas.append(
            {
                "id": area,
                "title": title_of(inventory, target),
                "level": None if site is None else site.level,
                "state": None if now is None else STATES[now.state],
                "sites": board.area_sites.get(area, {}),
                "links": board.area_links.get(area, {}),
            }
        )
    return small(
        {
            "now": live.now(),
            "title": desk.settings.title,
            "blind_since": live.blind_since(),
            "revision": inventory.revision,
            "sites": board.sites,
            "links": board.links,
            "carriers": board.carriers,
            "areas": areas,
        }
    )
