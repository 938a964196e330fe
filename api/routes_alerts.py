"""Alerts: what is worth telling, and who takes care of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from alerts.model import Phase
from api.answer import Json, encode, encode_rows, small
from api.desk import AtDesk, ByCaller
from api.listing import find
from api.queries import Cursor, Id, Limit
from api.refusal import Refusal
from api.rows import AlertRow, alert_row
from api.scope import alert_target
from texts.say import Language, say

Phases = Annotated[
    str | None, Query(max_length=40, description="one or more phases, with commas between")
]
_ROWS: Final = 100
"""Alerts described before the loop gets its turn."""

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["alerts"])


@ROUTES.get("/alerts")
async def alerts(
    desk: AtDesk,
    caller: ByCaller,
    phase: Phases = None,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> Response:
    """List alerts that are pending or firing, and those resolved in the last hour.

    `{items, next}`; `next` null = that was all.
    """
    wanted = _wanted(phase, caller.language)
    inventory, known = desk.inventory, desk.ports.live.alerts()

    # What an alert counted is of the whole province; a part of it is counted as outages are.
    board = await desk.board(caller.person) if caller.scoped else None

    def sieve(positions: range) -> Sequence[int]:
        return [
            at
            for at in positions
            if known[at].phase in wanted and desk.sees(caller, known[at].target)
        ]

    found, more = await find([alert.id for alert in known], cursor, limit, sieve)
    rows: list[AlertRow] = []
    for at in found:
        if len(rows) % _ROWS == _ROWS - 1:
            await asyncio.sleep(0)
        alert = known[at]
        places, services = alert.affected, alert.services
        if board is not None:
            places = board.affected.get(alert.outage, {})
            services = board.affected_services.get(alert.outage, {})
        rows.append(alert_row(inventory, alert, places, services))
    following = encode(rows[-1].id if more else None)
    return Json(b'{"items":' + await encode_rows(rows) + b',"next":' + following + b"}")


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


def _wanted(text: str | None, language: Language) -> frozenset[Phase]:
    """Read `firing,resolved`; None = all. Raises Refusal."""
    names = {phase.value: phase for phase in Phase}
    wanted = list(names) if text is None else text.lower().split(",")
    if not names.keys() >= set(wanted):
        expected = say("api.problem.literal_error", language, expected=", ".join(names))
        raise Refusal(422, "bad_parameter", parameter="phase", problem=expected)
    return frozenset(names[name] for name in wanted)
