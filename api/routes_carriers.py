"""Carriers: who supplies links, and what they achieved."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answer import Json, small
from api.desk import AtDesk, ByCaller
from api.figures import figure
from api.queries import Id, Period, period_of
from api.refusal import Refusal

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["carriers"])


@ROUTES.get("/carriers")
async def carriers(desk: AtDesk, caller: ByCaller) -> Response:
    """List carriers in the caller's scope with their links by state."""
    board = await desk.board(caller.person)
    return small(
        {
            "items": [
                {
                    "id": carrier.id,
                    "title": carrier.title,
                    "links": board.carriers.get(carrier.id, {}),
                }
                for carrier in desk.inventory.carriers.values()
                if desk.sees(caller, f"carrier:{carrier.id}")
            ]
        }
    )


@ROUTES.get("/carriers/{carrier}/availability")
async def availability(
    desk: AtDesk,
    caller: ByCaller,
    carrier: Id,
    period: Period = None,
    links: Annotated[bool, Query(description="with each link of the carrier")] = True,  # noqa: FBT002 - FastAPI's form
) -> Response:
    """Return what a carrier achieved over a period: availability, coverage, and each link."""
    if carrier not in desk.inventory.carriers or not desk.sees(caller, f"carrier:{carrier}"):
        raise Refusal(404, "unknown_carrier", carrier=carrier)
    now = desk.ports.live.now()
    name = period_of(period, now)

    async def make() -> bytes:
        return await desk.ports.past.availability(carrier, name, links=links)

    kept = desk.reports if links else desk.figures
    return Json(await figure(kept, ("carrier", carrier, name), name, now, make))
