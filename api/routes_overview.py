"""The province at one glance: counts by level, state, area and carrier."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.answer import small
from api.board import STATES
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.rows import title_of
from inventory.model import TargetId, device_target, site_target

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
            "services": board.services,
            "service_groups": [
                {
                    "id": group or None,
                    "title": title_of(inventory, TargetId(f"group:{group}")) if group else "",
                    "services": counts,
                }
                for group, counts in board.groups.items()
            ],
            "hosts": _hosts(desk, caller),
            "areas": areas,
        }
    )


def _hosts(desk: Desk, caller: Caller) -> dict[str, int]:
    """Count the servers of the cloud centre by state."""
    port, states = desk.ports.services, desk.ports.live.states()
    counts: dict[str, int] = {}
    for name in () if port is None else port.hosts():
        target = device_target(name)
        if desk.sees(caller, target) and (now := states.get(target)) is not None:
            counts[STATES[now.state]] = counts.get(STATES[now.state], 0) + 1
    return counts
