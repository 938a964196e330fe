"""What a burstable line is billed by: the 95th percentile of a month, with its slots."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answer import Json
from api.desk import AtDesk, ByCaller
from api.figures import figure
from api.queries import Id, Period, period_of
from api.refusal import Refusal
from inventory.model import link_target
from sla.percentile import Missing, Mode

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["links"])

_Mode = Annotated[
    Mode, Query(description="the larger of both percentiles, or the percentile of the larger")
]
_Missing = Annotated[Missing, Query(description="what a slot without a sample counts as")]
_Cap = Annotated[
    int | None, Query(ge=1, le=10**15, description="bit/s that a sample counts as at most")
]


@ROUTES.get("/links/{link}/p95")
async def p95(
    desk: AtDesk,
    caller: ByCaller,
    link: Id,
    period: Period = None,
    mode: _Mode = "max_of_p95",
    missing: _Missing = "drop",
    cap_bps: _Cap = None,
) -> Response:
    """Work out the 95th percentile of a month's 5-minute samples, per direction and as billed."""
    if link not in desk.inventory.links or not desk.sees(caller, link_target(link)):
        raise Refusal(404, "unknown_link", link=link)
    now = desk.ports.live.now()
    month = period_of(period, now)
    if "-" not in month:  # the 95th percentile of a quarter is another product
        raise Refusal(422, "unknown_period", period=month)

    async def make() -> bytes:
        return await desk.ports.past.link_p95(link, month, mode=mode, missing=missing, cap=cap_bps)

    key = ("p95", link, month, mode, missing, cap_bps)
    return Json(await figure(desk.figures, key, month, now, make))
