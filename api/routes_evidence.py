"""The evidence log: its size and roots, the latest checkpoint, and any leaf with its proof."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.answer import Json, encode, small
from api.desk import AtDesk, ByCaller
from api.ports_carrier_reports import RefusedError
from api.refusal import Refusal
from api.routes_reports import refusal
from api.scope import assesses

ROUTES: Final = APIRouter(prefix="/api/v1/evidence", tags=["evidence"])
_MOST: Final = 2**53


@ROUTES.get("")
async def head(desk: AtDesk, caller: ByCaller) -> Response:  # noqa: ARG001 - whoever may assess
    """Return `{size, sha256, sm3, checkpoint, key}`: the log as it stands.

    `checkpoint`: the latest signed note (C2SP tlog-checkpoint); `key`: by which it is checked.
    """
    port = desk.assessment.evidence
    if port is None:
        raise Refusal(404, "no_evidence_log")
    try:
        return small(await port.head())
    except RefusedError as error:
        raise refusal(error, "") from None


@ROUTES.get("/{index}")
async def leaf(
    index: Annotated[int, Path(ge=0, le=_MOST)],
    desk: AtDesk,
    caller: ByCaller,
    size: Annotated[int | None, Query(ge=1, le=_MOST, description="of the tree")] = None,
) -> Response:
    """Return a leaf and its proof (RFC 9162) in the tree of `size` leaves; absent = all.

    A carrier is given its own leaves, and those that are about nobody's circuits.
    """
    port = desk.assessment.evidence
    try:
        found = None if port is None else await port.leaf(index, size)
    except RefusedError as error:
        raise refusal(error, "") from None
    if found is None or not all(assesses(caller.person, one) for one in found.carriers):
        raise Refusal(404, "unknown_leaf", index=index)
    return Json(encode(found).replace(b"<", b"\\u003c"))
