"""Audits of websites: what each site scored, the whole of what was found, and that as Excel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answer import Json, encode, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.ports_audits import Audited, Audits
from api.queries import Id
from api.refusal import Refusal
from inventory.model import service_target
from texts.say import Language, say

ROUTES: Final = APIRouter(prefix="/api/v1/audits", tags=["audits"])
_EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class AuditRow(msgspec.Struct, frozen=True):
    """A website; `last` null = it was not audited so far, `since` = an audit is under way."""

    service: str
    title: str
    unit: str | None
    last: Audited | None
    texts: Sequence[str]
    running: bool
    since: int | None


@ROUTES.get("")
async def audits(desk: AtDesk, caller: ByCaller) -> Response:
    """List the websites that are audited, with the last result of each. `{items}`."""
    port = desk.ports.audits
    found = {} if port is None else port.latest()
    rows = [
        _row(desk, port, service, last, caller.language)
        for service, last in found.items()
        if port is not None and desk.sees(caller, service_target(service))
    ]
    return small({"items": rows})


@ROUTES.get("/{service}.xlsx")
async def excel(
    service: Id,
    desk: AtDesk,
    caller: ByCaller,
    lang: Annotated[Language | None, Query()] = None,
) -> Response:
    """Return the last audit of a website as Excel; `lang`: else the reader's language."""
    port = _port(desk, caller, service)
    made = await port.excel(service, lang or caller.language)
    if made is None:
        raise Refusal(404, "unknown_audit", service=service)
    name = f'attachment; filename="audit-{service}.xlsx"'
    return Response(made, 200, {"Content-Disposition": name}, media_type=_EXCEL)


@ROUTES.get("/{service}")
async def document(service: Id, desk: AtDesk, caller: ByCaller) -> Response:
    """Return the last audit of a website: `{report, history}`; the history is newest first."""
    port = _port(desk, caller, service)
    found = await port.document(service)
    if found is None:
        raise Refusal(404, "unknown_audit", service=service)
    history = encode(port.history(service)).replace(b"<", b"\\u003c")
    report = found.replace(b"<", b"\\u003c")  # pages of strangers: whatever a reader does with it
    return Json(b'{"report":' + report + b',"history":' + history + b"}")


def _port(desk: Desk, caller: Caller, service: str) -> Audits:
    """Return the audits where the caller may see the service. Raises Refusal."""
    port = desk.ports.audits
    known = port is not None and service in port.latest()
    if port is None or not known or not desk.sees(caller, service_target(service)):
        raise Refusal(404, "unknown_audit", service=service)
    return port


def _row(
    desk: Desk, port: Audits, service: str, last: Audited | None, language: Language
) -> AuditRow:
    known = desk.inventory.services.get(service)
    since = port.running().get(service)
    return AuditRow(
        service=service,
        title=service if known is None else known.title,
        unit=None if known is None else known.unit,
        last=last,
        texts=() if last is None else tuple(_texts(last, language)),
        running=since is not None,
        since=since or None,
    )


def _texts(last: Audited, language: Language) -> Sequence[str]:
    """Put into words why an audit came to nothing, ended early, or fails the site."""
    if last.failure:
        return [say(f"audit.why.{last.failure}", language)]
    return [
        *(say(f"audit.veto.{one}", language) for one in last.veto),
        *([say(f"audit.why.{last.partial}", language)] if last.partial else []),
    ]
