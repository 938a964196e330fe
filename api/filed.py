"""What routes about things that people file share: documents, verdicts, lists, the trail."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Final, TypeVar
from urllib.parse import quote, unquote

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.answer import Json, encode, encode_rows
from api.desk import Caller, Desk
from api.door import source_of
from api.listing import Sieve
from api.ports_carrier_reports import RefusedError
from api.ports_overlays import Overlays
from api.queries import period_of
from api.refusal import Refusal
from api.roles import decides
from api.scope import assesses
from inventory.model import link_target
from inventory.strict import Strict
from sla.filings import Standing
from sla.periods import PeriodError, whole
from sla.records import Verdict

T = TypeVar("T")
_NAME: Final = 120
"""Characters of a name that are kept."""
CARRIER: Final = "carrier"
"""The role of a carrier's persons."""
Words = Annotated[str, Field(max_length=2000)]


class Attached(Strict):
    """A document that was handed in before (POST /api/v1/documents)."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    name: Annotated[str, Field(max_length=500)] = ""


Documents = Annotated[tuple[Attached, ...], Field(max_length=20)]


class Decision(Strict):
    """What somebody says to what was filed."""

    verdict: Verdict
    why: Words = ""


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


@contextmanager
def audited(desk: Desk, caller: Caller, action: str, subject: str) -> Iterator[None]:
    """Note in the audit trail what is refused; what was taken is for `audit`."""
    try:
        yield
    except Refusal as refusal:
        audit(desk, caller, action, subject, refusal.code)
        raise


def carrier_of(desk: Desk, link: str) -> str:
    """Return the carrier of a link, "" where the link is gone."""
    found = desk.inventory.links.get(link)
    return "" if found is None else found.carrier


def window_of(period: str, now: int) -> tuple[int, int]:
    """Return the first second of a period and the one after its last. Raises Refusal."""
    name = period_of(period, now)
    try:
        found = whole(name)
    except PeriodError:
        raise Refusal(422, "unknown_period", period=name) from None
    return found.start, found.end


def attached(
    desk: Desk, caller: Caller, documents: Sequence[Attached]
) -> tuple[tuple[str, str], ...]:
    """Return SHA-256 and name of each. Raises Refusal for what was only guessed."""
    kept = desk.assessment.overlays
    for one in documents:
        known = kept is not None and name_of(desk, caller, kept, one.sha256) is not None
        if caller.scoped and not known:
            raise Refusal(422, "unknown_document", sha256=one.sha256)
    return tuple((one.sha256, file_name(quote(one.name))) for one in documents)


def only(found: Sequence[T], wanted: Callable[[T], bool]) -> Sieve:
    """Let through what is wanted of what was found."""
    return lambda positions: [at for at in positions if wanted(found[at])]


async def page(rows: Sequence[object], following: str | None) -> Response:
    """Answer with a part of a list, and where the next one begins."""
    return Json(b'{"items":' + await encode_rows(rows) + b',"next":' + encode(following) + b"}")


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
