"""Where outages came from: what the evidence suggests, what people said, who agreed; tickets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, cast

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.answer import small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.filed import (
    CARRIER,
    Attached,
    Documents,
    Words,
    asked,
    attached,
    audit,
    audited,
    carrier_of,
    must_decide,
    only,
    page,
    window_of,
)
from api.listing import WALK, find
from api.ports_causes import Causes, Noting, Saying
from api.queries import Cursor, Limit, Name, Period
from api.refusal import Refusal
from api.roles import decides
from api.scope import assesses
from inventory.strict import Strict
from sla.causes import STATES, CauseStanding, Said, Stage, may_decide, parts_of
from sla.records import Cause, Fact, StopClock
from sla.tickets import Ticket
from texts.say import say

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["causes"])
_LATEST: Final = 4_102_444_800
_Outage = Annotated[str, Path(min_length=1, max_length=300)]
_At = Annotated[int, Field(ge=0, le=_LATEST)]


class Telling(Strict):
    """What somebody says of an outage; `until` UTC seconds, absent = to its end."""

    cause: Cause
    until: _At | None = None
    why: Words = ""
    documents: Documents = ()


class Decided(Strict):
    """`said`: number of what is approved or rejected, so that it is what the caller has read."""

    said: Annotated[int, Field(ge=1)]
    why: Words = ""


class Stop(Strict):
    """Time in which the carrier could not work, with its evidence. UTC seconds."""

    start: _At
    end: _At
    why: Annotated[str, Field(min_length=1, max_length=500)]
    documents: Annotated[tuple[Attached, ...], Field(min_length=1, max_length=20)]


class Noted(Strict):
    """What is noted in an outage's ticket; what is absent stays. UTC seconds."""

    outage: Annotated[str, Field(min_length=1, max_length=300)]
    notified: _At | None = None
    acknowledged: _At | None = None
    restored: _At | None = None
    by_carrier: Annotated[str | None, Field(max_length=100)] = None
    stops: Annotated[tuple[Stop, ...] | None, Field(max_length=50)] = None


class FactRow(msgspec.Struct, frozen=True):
    """A piece of evidence; `text` says it in the reader's language."""

    code: str
    at: int
    source: str
    text: str


class CauseRow(msgspec.Struct, frozen=True):
    """An outage and where it came from. `may`: what the caller may do: say, approve, reject."""

    outage: str
    link: str
    title: str
    carrier: str
    start: int
    end: int | None
    state: str
    cause: str
    proposed: str
    until: int | None
    facts: Sequence[FactRow]
    event: str
    agreed: Mapping[str, Any] | None
    waiting: Mapping[str, Any] | None
    rejected: Mapping[str, Any] | None
    ticket: Mapping[str, Any] | None
    may: Sequence[str]


@ROUTES.get("/causes")
async def causes(
    desk: AtDesk,
    caller: ByCaller,
    carrier: Name = None,
    period: Period = None,
    state: Annotated[Stage | None, Query(description=", ".join(STATES))] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List outages with where they came from, the latest proposal first: `{items, next}`.

    `period`: those that lie in it, wholly or in part; absent = all. `state`: proposed by the
    evidence, said by a person, approved or rejected by another.
    """
    port = desk.assessment.causes
    window = None if period is None else window_of(period, desk.ports.live.now())
    known = {} if port is None else port.standings()
    tickets = {} if port is None else port.tickets()
    found = [*known.values()][::-1]

    def wanted(one: CauseStanding) -> bool:
        return (
            (state is None or one.state == state)
            and (window is None or (one.start < window[1] and (one.end or _LATEST) > window[0]))
            and (carrier is None or carrier_of(desk, one.link) == carrier)
            and _sees(desk, caller, one.link)
        )

    names = [one.outage for one in found]
    places, more = await find(names, cursor, limit, only(found, wanted))
    rows = []
    for count, at in enumerate(places, 1):
        rows.append(_row(desk, caller, found[at], tickets.get(found[at].outage)))
        if count % (WALK // 10) == 0:
            await asyncio.sleep(0)
    return await page(rows, rows[-1].outage if more else None)


@ROUTES.post("/causes/{outage:path}/say")
async def say_cause(outage: _Outage, desk: AtDesk, caller: ByCaller, said: Telling) -> Response:
    """Say where an outage came from: `{cause}`. It counts when another person has approved it.

    A carrier may say it of its own circuits: an objection.
    """
    port = _port(desk)
    with audited(desk, caller, "cause.say", outage):
        carrier = _carrier(desk, caller, outage)
        papers = attached(desk, caller, said.documents)
        side = carrier if CARRIER in caller.person.roles else ""
        saying = Saying(outage, said.cause, said.until, said.why, papers, side)
        one = await asked(port.say(saying, caller.person.name))
    audit(desk, caller, "cause.say", f"{outage} {said.cause}")
    return _answer(desk, caller, port, one)


@ROUTES.post("/causes/{outage:path}/approve")
async def approve(
    outage: _Outage, request: Request, desk: AtDesk, caller: ByCaller, decided: Decided
) -> Response:
    """Approve what another person said of an outage: `{cause}`. From then on it moves seconds."""
    return await _decide(desk, caller, request, outage, "approve", decided)


@ROUTES.post("/causes/{outage:path}/reject")
async def reject(
    outage: _Outage, request: Request, desk: AtDesk, caller: ByCaller, decided: Decided
) -> Response:
    """Reject what another person said of an outage: `{cause}`; what was agreed before stands."""
    return await _decide(desk, caller, request, outage, "reject", decided)


async def _decide(
    desk: Desk,
    caller: Caller,
    request: Request,
    outage: str,
    step: Literal["approve", "reject"],
    decided: Decided,
) -> Response:
    port = _port(desk)
    with audited(desk, caller, f"cause.{step}", outage):
        _carrier(desk, caller, outage)
        must_decide(desk, caller, request)
        one = await asked(port.decide(outage, step, decided.said, decided.why, caller.person.name))
    audit(desk, caller, f"cause.{step}", f"{outage} {decided.said}")
    return _answer(desk, caller, port, one)


@ROUTES.get("/tickets")
async def tickets(
    desk: AtDesk,
    caller: ByCaller,
    carrier: Name = None,
    period: Period = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List tickets of outages, the latest first: `{items, next}`. Times are UTC seconds."""
    port = desk.assessment.causes
    window = None if period is None else window_of(period, desk.ports.live.now())
    found = [] if port is None else [*port.tickets().values()][::-1]

    def wanted(one: Ticket) -> bool:
        return (
            (window is None or window[0] <= one.noted.notified < window[1])
            and (carrier is None or carrier_of(desk, one.noted.link) == carrier)
            and _sees(desk, caller, one.noted.link)
        )

    names = [one.noted.outage for one in found]
    places, more = await find(names, cursor, limit, only(found, wanted))
    rows = [_ticket(found[at]) for at in places]
    return await page(rows, found[places[-1]].noted.outage if more else None)


@ROUTES.post("/tickets")
async def note(desk: AtDesk, caller: ByCaller, noted: Noted) -> Response:
    """Note something in the ticket of an outage: `{ticket}`; make it where there is none.

    A carrier notes its own number and when it took note; when it was told, when it was restored
    and when the clock stood still is for the owner's side.
    """
    port = _port(desk)
    with audited(desk, caller, "ticket.note", noted.outage):
        _carrier(desk, caller, noted.outage)
        _must_own(caller, noted)
        stops = noted.stops
        noting = Noting(
            outage=noted.outage,
            notified=noted.notified,
            acknowledged=noted.acknowledged,
            restored=noted.restored,
            by_carrier=noted.by_carrier,
            stops=None if stops is None else tuple(StopClock(s.start, s.end, s.why) for s in stops),
            stop_documents=tuple(attached(desk, caller, s.documents) for s in stops or ()),
        )
        one = await asked(port.note(noting, caller.person.name))
    audit(desk, caller, "ticket.note", noted.outage)
    return small({"ticket": _ticket(one)})


def _port(desk: Desk) -> Causes:
    port = desk.assessment.causes
    if port is None:
        raise Refusal(404, "no_causes")
    return port


def _must_own(caller: Caller, noted: Noted) -> None:
    """Raise Refusal where a carrier notes what starts, stops or ends its own repair clock."""
    owners = (noted.notified, noted.restored, noted.stops)
    if CARRIER in caller.person.roles and any(one is not None for one in owners):
        raise Refusal(403, "ticket_owner_only")


def _sees(desk: Desk, caller: Caller, link: str) -> bool:
    """Say whether an outage is the caller's business; of links that are gone: who sees all."""
    return assesses(caller.person, carrier_of(desk, link))


def _carrier(desk: Desk, caller: Caller, outage: str) -> str:
    """Return the carrier of an outage's link where it is the caller's business. Raises Refusal."""
    named = parts_of(outage)
    carrier = "" if named is None else carrier_of(desk, named[0])
    if not carrier or not assesses(caller.person, carrier):
        raise Refusal(404, "unknown_outage", outage=outage)
    return carrier


def _answer(desk: Desk, caller: Caller, port: Causes, one: CauseStanding) -> Response:
    return small({"cause": _row(desk, caller, one, port.tickets().get(one.outage))})


def _row(desk: Desk, caller: Caller, one: CauseStanding, ticket: Ticket | None) -> CauseRow:
    link, proposed = desk.inventory.links.get(one.link), one.proposed
    may = ["say"] if caller.may("file") and link is not None else []
    if decides(caller.person) and may_decide(one, caller.person.name):
        may += ["approve", "reject"]
    return CauseRow(
        outage=one.outage,
        link=one.link,
        title=one.link if link is None else link.title,
        carrier=carrier_of(desk, one.link),
        start=one.start,
        end=one.end,
        state=one.state,
        cause=one.cause,
        proposed="" if proposed is None else proposed.cause,
        until=None if proposed is None else proposed.until,
        facts=[_fact(desk, caller, fact) for fact in one.facts],
        event=_event(desk, caller, one.event),
        agreed=_said(one.agreed),
        waiting=_said(one.waiting),
        rejected=_said(one.rejected),
        ticket=None if ticket is None else _ticket(ticket),
        may=may,
    )


def _event(desk: Desk, caller: Caller, event: str) -> str:
    """Return the name of an event, without its first link where that is another carrier's."""
    head, _, link = event.rpartition(":")
    return event if not event or _sees(desk, caller, link) else head


def _fact(desk: Desk, caller: Caller, fact: Fact) -> FactRow:
    said = say(f"sla.fact.{fact.code}", caller.language, **fact.parameters)
    kind, _, name = fact.source.partition(":")
    source = "" if kind == "link" and not _sees(desk, caller, name) else fact.source
    return FactRow(fact.code, fact.at, source, said)


def _said(one: Said | None) -> Mapping[str, Any] | None:
    return None if one is None else cast("dict[str, Any]", msgspec.to_builtins(one))


def _ticket(one: Ticket) -> Mapping[str, Any]:
    noted = cast("dict[str, Any]", msgspec.to_builtins(one.noted))
    noted.pop("type", None)
    return {**noted, "by": one.by, "noted_at": one.at}
