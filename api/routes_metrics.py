"""The pages Prometheus reads; a token of a viewer in `Authorization: Bearer`."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from api.desk import AtDesk
from api.refusal import Refusal

ROUTES: Final = APIRouter(tags=["metrics"])
_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
_SHARD: Final = re.compile(r"\A(\d{1,3})/(\d{1,3})\Z", re.ASCII)


@ROUTES.get("/metrics")
async def monitor(desk: AtDesk) -> Response:
    """Return what the monitor counts about itself."""
    return Response(await desk.ports.exposition.monitor(), media_type=_TEXT)


@ROUTES.get("/metrics/devices")
async def devices(
    desk: AtDesk,
    shard: Annotated[
        str, Query(max_length=10, description="k/n with 0 <= k < n, as hashmod counts")
    ] = "0/1",
) -> Response:
    """Return what was heard from the devices of one shard."""
    found = _SHARD.match(shard)
    k, n = (int(found[1]), int(found[2])) if found else (1, 0)
    if not k < n:
        raise Refusal(422, "bad_shard", shard=shard)
    return StreamingResponse(desk.ports.exposition.devices(k, n), media_type=_TEXT)
