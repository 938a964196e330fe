"""Documents that are handed in as evidence, and the calendar that claims are counted by."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Header, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answer import small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.filed import asked, audit, file_name, name_of, port_of
from api.queries import period_of
from api.refusal import Refusal

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["overlays"])
_AT_ONCE: Final = 4
"""Files that are read at once, one of a person: each is in memory until it is kept."""
_SECONDS: Final = 120
"""In which a file must have come in."""


@ROUTES.post("/documents")
async def hand_in(
    request: Request,
    desk: AtDesk,
    caller: ByCaller,
    x_file_name: Annotated[str, Header(max_length=1000)] = "",
) -> Response:
    """Keep a file (201), up to 20 MB: the body is the file, `X-File-Name` its percent-encoded name.

    `{document}`: its `sha256` is what an overlay names. Taken are PDF, PNG, JPEG, OFD, Excel, Word,
    zip, mail and text; what a file is is told by its content.
    """
    port, name = port_of(desk), file_name(x_file_name)
    try:
        content = await _content(request, desk, caller)
        document = await asked(port.keep(name, content, caller.person.name))
    except Refusal as refusal:
        audit(desk, caller, "document.keep", name, refusal.code)
        raise
    audit(desk, caller, "document.keep", f"{document.sha256} {name}")
    answer = small({"document": document})
    answer.status_code = 201
    return answer


async def _content(request: Request, desk: Desk, caller: Caller) -> bytes:
    """Read the body. Raises Refusal where too many are read already, or it comes too slowly."""
    person = caller.person.name
    if person in desk.uploads or len(desk.uploads) >= _AT_ONCE:
        raise Refusal(429, "documents_busy", retry_after=5)
    desk.uploads.add(person)
    try:
        async with asyncio.timeout(_SECONDS):
            return await request.body()
    except TimeoutError:
        raise Refusal(408, "document_too_slow", seconds=_SECONDS) from None
    finally:
        desk.uploads.discard(person)


@ROUTES.get("/documents/{sha256}")
async def document(
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")], desk: AtDesk, caller: ByCaller
) -> Response:
    """Return a document to be kept as a file; who sees what names it has it."""
    port = port_of(desk)
    name = name_of(desk, caller, port, sha256)
    found = None if name is None else await asked(port.document(sha256))
    if found is None:
        raise Refusal(404, "unknown_document", sha256=sha256)
    content, media = found
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name or sha256, safe='')}",
    }
    return Response(content, 200, headers, media_type=media)


@ROUTES.get("/calendar")
async def calendar(
    desk: AtDesk, caller: ByCaller, year: Annotated[int | None, Query(ge=2000, le=2100)] = None
) -> Response:
    """Return which weekdays of a year are free and which weekends are worked, by the rules.

    By these days claims, freezes and objections are counted; the owner edits the file of the rules.
    """
    del caller
    wanted = year or int(period_of(None, desk.ports.live.now())[:4])
    return small(port_of(desk).calendar(wanted))
