"""What carriers achieved against their contracts: the figures of their latest reports."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.answer import Json, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.figures import figure
from api.ports_carrier_reports import RefusedError, ReportRow
from api.queries import Id, Period, period_of
from api.refusal import Refusal
from api.routes_reports import refusal
from api.scope import assesses

ROUTES: Final = APIRouter(prefix="/api/v1/assessments", tags=["assessments"])


@ROUTES.get("")
async def assessments(desk: AtDesk, caller: ByCaller, period: Period = None) -> Response:
    """List what there is, by carrier and period: the revision that holds. `{items}`.

    A period that is not closed holds as its draft. `period`: only this one; absent = all.
    """
    port = desk.assessment.reports
    name = None if period is None else period_of(period, desk.ports.live.now())
    holding: dict[tuple[str, str], ReportRow] = {}
    for row in () if port is None else port.rows():
        before = holding.get((row.carrier, row.period))
        drafted = before is not None and before.state == "closed" and row.state != "closed"
        if assesses(caller.person, row.carrier) and name in {None, row.period} and not drafted:
            holding[row.carrier, row.period] = row
    return small({"items": list(holding.values())})


@ROUTES.get("/{carrier}")
async def assessment(
    carrier: Id, desk: AtDesk, caller: ByCaller, period: Period = None
) -> Response:
    """Return a carrier's figures of a period: `{row, sha256, report, links}`.

    `report` is the document without its circuits, `links` a line for each of them.
    """
    return await _part(desk, caller, carrier, period, None)


@ROUTES.get("/{carrier}/links/{link}")
async def circuit(
    carrier: Id, link: Id, desk: AtDesk, caller: ByCaller, period: Period = None
) -> Response:
    """Return one circuit of a carrier's report: `{row, sha256, report, link, credits}`."""
    return await _part(desk, caller, carrier, period, link)


async def _part(
    desk: Desk, caller: Caller, carrier: str, period: str | None, link: str | None
) -> Response:
    port = desk.assessment.reports
    if port is None or not assesses(caller.person, carrier):
        raise Refusal(404, "unknown_carrier", carrier=carrier)
    now = desk.ports.live.now()
    name = period_of(period, now)
    # A draft that was made meanwhile is another key.
    kept = [(row.revision, row.state, row.sha256) for row in port.rows() if row.period == name]

    async def make() -> bytes:
        return await port.part(carrier, name, link)

    try:
        found = await figure(desk.figures, ("part", carrier, name, link, *kept), name, now, make)
    except RefusedError as error:
        raise refusal(error, name) from None
    return Json(found.replace(b"<", b"\\u003c"))
