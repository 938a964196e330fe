"""Alerts: what is worth telling, and who takes care of it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.answer import Json, encode_rows, small
from api.desk import AtDesk, ByCaller
from api.queries import Id
from api.refusal import Refusal
from api.rows import alert_row
from api.scope import alert_target

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["alerts"])


@ROUTES.get("/alerts")
async def alerts(desk: AtDesk, caller: ByCaller) -> Response:
    """List alerts that are pending or firing, and those resolved in the last hour."""
    rows = [
        alert_row(desk.inventory, alert)
        for alert in desk.ports.live.alerts()
        if desk.sees(caller, alert.target)
    ]
    return Json(b'{"items":' + await encode_rows(rows) + b"}")


@ROUTES.post("/alerts/{alert:path}/acknowledge")
async def acknowledge(desk: AtDesk, caller: ByCaller, alert: Id) -> Response:
    """Note that the caller takes care of an alert."""
    ports, person = desk.ports, caller.person
    known = desk.sees(caller, alert_target(alert))
    taken = known and await ports.acts.acknowledge(alert, person.name)
    ports.people.audit(
        person.name, "acknowledge", alert, ports.live.now(), "ok" if taken else "unknown"
    )
    if not taken:
        raise Refusal(404, "unknown_alert", alert=alert)
    return small({"alert": alert, "acknowledged_by": person.name})
