"""What routes about overlays and their documents share: the port, whose they are, the trail."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable
from typing import Final, TypeVar
from urllib.parse import unquote

from starlette.requests import Request

from api.desk import Caller, Desk
from api.door import source_of
from api.ports_carrier_reports import RefusedError
from api.ports_overlays import Overlays
from api.refusal import Refusal
from api.roles import decides
from api.scope import assesses
from inventory.model import link_target
from sla.filings import Standing

T = TypeVar("T")
_NAME: Final = 120
"""Characters of a name that are kept."""


def file_name(sent: str) -> str:
    """Return a name that may be shown and saved: one part, printable, not hidden, short."""
    last = unquote(sent, errors="replace").replace("\\", "/").rpartition("/")[2]
    shown = "".join(
        c for c in last if unicodedata.category(c)[0] != "C" and c not in "\u2028\u2029"
    )
    return " ".join(shown.split()).lstrip(". ")[:_NAME] or "document"


def port_of(desk: Desk) -> Overlays:
    """Return the port. Raises Refusal."""
    port = desk.assessment.overlays
    if port is None:
        raise Refusal(404, "no_overlays")
    return port


async def asked(action: Awaitable[T]) -> T:
    """Wait for the port, and say no as it does."""
    try:
        return await action
    except RefusedError as error:
        raise Refusal(error.status, error.code, **error.parameters) from None


def must_decide(desk: Desk, caller: Caller, request: Request) -> None:
    """Raise Refusal for who does not decide, also for a carrier's person with a second role."""
    if not decides(caller.person):
        desk.counters.not_permitted += 1
        raise Refusal(403, "not_permitted", permission="decide", source=source_of(request))


def audit(desk: Desk, caller: Caller, action: str, subject: str, result: str = "ok") -> None:
    """Append to the audit trail."""
    now = desk.ports.live.now()
    desk.ports.people.audit(caller.person.name, action, subject, now, result)


def visible(desk: Desk, caller: Caller, one: Standing) -> bool:
    """Say whether an overlay concerns a link that the caller may see."""
    if not caller.scoped:
        return True
    return any(desk.sees(caller, link_target(name)) for name in one.links)


def name_of(desk: Desk, caller: Caller, port: Overlays, sha256: str) -> str | None:
    """Return what a document is called in what the caller may see; None = he may not have it."""
    for paper in port.papers(sha256):
        seen = any(desk.sees(caller, link_target(name)) for name in paper.links)
        if not caller.scoped or seen or (paper.carrier and assesses(caller.person, paper.carrier)):
            return paper.document.name
    allowed = not caller.scoped or port.handed_in(sha256, caller.person.name)
    return sha256 if allowed else None
