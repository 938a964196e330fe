"""Where jobs report: `/beat/<token>`, by GET or POST, without logging in.

    curl -fsS -m 10 --retry 5 -X POST "https://monitor/beat/$TOKEN?status=ok&size=$BYTES&took=$SECONDS"

The token is all there is, and it opens nothing else. A body is not read. 200 = the report is on
the disk; anything else = it is not, and the job may try again.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answer import small
from api.desk import AtDesk
from api.door import source_of
from api.refusal import Refusal

ROUTES: Final = APIRouter(tags=["beats"])
PATH: Final = "/beat/{token}"
_REFUSED: Final = {
    "unknown": (404, "unknown_beat"),
    "too_many": (429, "too_many_beats"),
    "full": (503, "beats_busy"),
    "failed": (503, "beats_not_kept"),
}
_RETRY_SECONDS: Final = 60


@ROUTES.get(PATH)
@ROUTES.post(PATH)
async def beat(
    desk: AtDesk,
    request: Request,
    token: Annotated[str, Path(max_length=300)],
    status: Annotated[Literal["ok", "fail"], Query(description="how the job went")] = "ok",
    took: Annotated[
        float | None, Query(ge=0, le=1e8, allow_inf_nan=False, description="seconds it ran")
    ] = None,
    size: Annotated[int | None, Query(ge=0, lt=2**63, description="bytes it wrote")] = None,
    lag: Annotated[
        float | None,
        Query(ge=0, le=1e10, allow_inf_nan=False, description="seconds a replica lags behind"),
    ] = None,
) -> Response:
    """Report that a job is done."""
    beats = desk.ports.beats
    if beats is None:
        raise Refusal(503, "beats_busy", retry_after=_RETRY_SECONDS)
    verdict = await beats.beat(
        token, source_of(request), good=status == "ok", took=took, size=size, lag=lag
    )
    if verdict == "kept":
        return small({"ok": True})
    code, name = _REFUSED[verdict]
    more = {"retry_after": _RETRY_SECONDS} if code in {429, 503} else {}
    raise Refusal(code, name, **more)
