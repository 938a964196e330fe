"""Outages as seen live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answer import Json, encode, encode_rows
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.ports import Outage
from api.queries import Instant, Limit, window
from api.refusal import Refusal
from api.rows import outage_row
from inventory.model import TargetId

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["outages"])
_DAY: Final = 86_400
_LONGEST: Final = 400 * _DAY
_ASKED_AT_MOST: Final = 20_000


@ROUTES.get("/outages")
async def outages(
    desk: AtDesk,
    caller: ByCaller,
    since: Instant = None,
    until: Instant = None,
    target: Annotated[str | None, Query(max_length=300, description="`link:<id>`")] = None,
    running: Annotated[bool, Query(description="only those that last")] = False,  # noqa: FBT002 - FastAPI's form
    limit: Limit = 200,
) -> Response:
    """List outages that touch [since, until), newest first; by default of the last day.

    `{items, more}`: whether there are more than `limit` of them.
    """
    now = desk.ports.live.now()
    start, end = (now, now + 1) if running else window(since, until, now + 1, _DAY)
    if end - start > _LONGEST:
        raise Refusal(422, "window_too_long", seconds=end - start, limit=_LONGEST)
    if target is not None and not desk.sees(caller, target):
        raise Refusal(404, "unknown_target", target=target)
    name = None if target is None else TargetId(target)
    found, more = await _visible(desk, caller, name, start, end, limit, running=running)
    board = await desk.board(caller.person)
    rows = [
        outage_row(
            desk.inventory,
            one,
            board.affected.get(one.id, {}),
            board.affected_services.get(one.id, {}),
        )
        for one in found
    ]
    return Json(b'{"items":' + await encode_rows(rows) + b',"more":' + encode(more) + b"}")


async def _visible(
    desk: Desk,
    caller: Caller,
    target: TargetId | None,
    since: int,
    until: int,
    limit: int,
    *,
    running: bool,
) -> tuple[Sequence[Outage], bool]:
    """Ask for more until enough of what came is the caller's business; tell whether more is."""
    asked = limit + 1
    while True:
        came = await desk.ports.past.outages(target=target, since=since, until=until, limit=asked)
        found = [
            outage
            for outage in came
            if not (running and outage.end is not None) and desk.sees(caller, outage.target)
        ]
        if len(found) > limit or len(came) < asked:
            return found[:limit], len(found) > limit
        if asked >= _ASKED_AT_MOST:
            return found, True
        asked = min(asked * 4, _ASKED_AT_MOST)
