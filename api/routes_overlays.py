"""Overlays: who says that somebody else is responsible, and who agreed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from api.answer import small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.filed import (
    CARRIER,
    Decision,
    Documents,
    Words,
    asked,
    attached,
    audit,
    audited,
    must_decide,
    only,
    page,
    port_of,
    visible,
    window_of,
)
from api.listing import find
from api.ports_overlays import Filing, Overlays
from api.queries import Cursor, Id, Limit, Name, Period
from api.refusal import Refusal
from api.roles import decides
from inventory.edge import instant
from inventory.model import link_target
from inventory.strict import Strict
from sla.filings import Standing, may_decide, may_withdraw
from sla.records import Document, Kind
from sla.two_persons import STATES, State
from texts.say import say

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["overlays"])
_ZONED: Final = 19
"""Characters of a time of day before its offset: 2026-11-24T08:00:00."""


def _time(value: object) -> int:
    text = value if isinstance(value, str) else ""
    if not (text[_ZONED:] and (text[_ZONED:] == "Z" or text[_ZONED] in "+-")):
        raise PydanticCustomError("bad_time_offset", "no time with offset")
    try:
        return instant(text)
    except PydanticCustomError:
        raise PydanticCustomError("bad_time_offset", "no time with offset") from None


_Time = Annotated[int, PlainValidator(_time)]


class Filed(Strict):
    """An overlay as it is handed in; times are ISO 8601 with offset, whole seconds."""

    kind: Kind
    links: Annotated[tuple[str, ...], Field(min_length=1, max_length=500)]
    start: _Time
    end: _Time
    title: Annotated[str, Field(min_length=1, max_length=200)]
    why: Words = ""
    documents: Documents = ()
    replaces: Annotated[str, Field(max_length=200)] = ""
    outage: Annotated[str, Field(max_length=300)] = ""


class OverlayRow(msgspec.Struct, frozen=True):
    """An overlay as it stands, [start, end), UTC seconds; `links` are those the caller may see.

    `notes`: what of it will not count even when approved, and the quota that is left. `may`: what
    the caller may say to it. `side`: the carrier that filed it, "" = the owner's side.
    """

    id: str
    kind: str
    links: Sequence[Mapping[str, str]]
    start: int
    end: int
    title: str
    state: str
    filed_at: int | None
    filed_by: str
    side: str
    why: str
    documents: Sequence[Document]
    outage: str
    replaces: str
    replaced_by: str
    decided_at: int | None
    decided_by: str
    decided_why: str
    notes: Sequence[Mapping[str, Any]]
    may: Sequence[str]


@ROUTES.get("/overlays")
async def overlays(
    desk: AtDesk,
    caller: ByCaller,
    carrier: Name = None,
    link: Name = None,
    period: Period = None,
    state: Annotated[State | None, Query(description=", ".join(STATES))] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List overlays that touch links the caller may see, the latest filed first: `{items, next}`.

    `period`: those that lie in it, wholly or in part; absent = all.
    """
    port = desk.assessment.overlays
    window = None if period is None else window_of(period, desk.ports.live.now())
    found = [] if port is None else list(port.overlays().values())[::-1]
    links = desk.inventory.links

    def wanted(one: Standing) -> bool:
        return (
            (state is None or one.state == state)
            and (link is None or link in one.links)
            and (window is None or (one.start < window[1] and one.end > window[0]))
            and (
                carrier is None
                or any(name in links and links[name].carrier == carrier for name in one.links)
            )
            and visible(desk, caller, one)
        )

    names = [one.overlay for one in found]
    places, more = await find(names, cursor, limit, only(found, wanted))
    rows = []
    for at in places:
        if port is not None:
            rows.append(_row(desk, caller, port, found[at]))
            await asyncio.sleep(0)  # a row of 500 circuits takes milliseconds
    return await page(rows, rows[-1].id if more else None)


@ROUTES.post("/overlays")
async def file(desk: AtDesk, caller: ByCaller, filed: Filed) -> Response:
    """File an overlay (201): `{overlay}`, whose `notes` say what of it will not count.

    A carrier announces work and claims for its own circuits. It counts when another person, of the
    owner's side, has approved it.
    """
    port = port_of(desk)
    subject = f"{filed.kind} {' '.join(filed.links)}"[:500]
    with audited(desk, caller, "overlay.file", subject):
        filing = _filing(desk, caller, filed)
        _may_name(desk, caller, port, filing)
        one = await asked(port.file(filing, caller.person.name))
    audit(desk, caller, "overlay.file", f"{one.overlay} {subject}")
    answer = small({"overlay": _row(desk, caller, port, one)})
    answer.status_code = 201
    return answer


@ROUTES.get("/overlays/{overlay}")
async def overlay(overlay: Id, desk: AtDesk, caller: ByCaller) -> Response:
    """Return one overlay: `{overlay}`."""
    port = port_of(desk)
    return small({"overlay": _row(desk, caller, port, _known(desk, caller, port, overlay))})


@ROUTES.post("/overlays/{overlay}/decision")
async def decide(
    overlay: Id, request: Request, desk: AtDesk, caller: ByCaller, decision: Decision
) -> Response:
    """Approve or reject what another person filed, or withdraw one's own: `{overlay}`."""
    port, action = port_of(desk), f"overlay.{decision.verdict}"
    with audited(desk, caller, action, overlay):
        _may_say(desk, caller, request, _known(desk, caller, port, overlay), decision)
        one = await asked(port.decide(overlay, decision.verdict, decision.why, caller.person.name))
    audit(desk, caller, action, overlay)
    return small({"overlay": _row(desk, caller, port, one)})


def _may_say(
    desk: Desk, caller: Caller, request: Request, one: Standing, decision: Decision
) -> None:
    """Refuse who does not decide at all, or not about all of its links."""
    if decision.verdict != "withdraw":
        must_decide(desk, caller, request)
    if not all(desk.sees(caller, link_target(name)) for name in one.links):
        raise Refusal(403, "overlay_wider", overlay=one.overlay)


def _known(desk: Desk, caller: Caller, port: Overlays, overlay: str) -> Standing:
    one = port.overlays().get(overlay)
    if one is None or not visible(desk, caller, one):
        raise Refusal(404, "unknown_overlay", overlay=overlay)
    return one


def _filing(desk: Desk, caller: Caller, filed: Filed) -> Filing:
    """Return what is filed, for whom; raises Refusal for what is none of the caller's business."""
    links = desk.inventory.links
    for name in filed.links:
        if name not in links or not desk.sees(caller, link_target(name)):
            raise Refusal(404, "unknown_link", link=name)
    side = links[filed.links[0]].carrier if CARRIER in caller.person.roles else ""
    return Filing(
        kind=filed.kind,
        links=filed.links,
        start=filed.start,
        end=filed.end,
        title=filed.title,
        why=filed.why,
        documents=attached(desk, caller, filed.documents),
        carrier=side,
        replaces=filed.replaces,
        outage=filed.outage,
    )


def _may_name(desk: Desk, caller: Caller, port: Overlays, filing: Filing) -> None:
    """Refuse a correction or an outage that the caller could only have guessed."""
    if not caller.scoped:
        return
    if filing.replaces:
        _known(desk, caller, port, filing.replaces)
    target = filing.outage.rpartition("@")[0]
    if filing.outage and not desk.sees(caller, target):
        raise Refusal(404, "unknown_outage", outage=filing.outage)


def _row(desk: Desk, caller: Caller, port: Overlays, one: Standing) -> OverlayRow:
    links, name = desk.inventory.links, caller.person.name
    seen = [links[link] for link in one.links if link in links]
    may = []
    if decides(caller.person) and may_decide(one, name):
        may += ["approve", "reject"]
    if caller.may("file") and may_withdraw(one, name, desk.ports.live.now()):
        may.append("withdraw")
    living = one.state in ("filed", "approved")
    return OverlayRow(
        id=one.overlay,
        kind=one.kind,
        links=[
            {"id": link.id, "title": link.title, "carrier": link.carrier}
            for link in seen
            if desk.sees(caller, link_target(link.id))
        ],
        start=one.start,
        end=one.end,
        title=one.title,
        state=one.state,
        filed_at=one.filed_at,
        filed_by=one.filed_by,
        side=one.carrier,
        why=one.why,
        documents=one.documents,
        outage=one.outage,
        replaces=one.replaces,
        replaced_by=one.replaced_by,
        decided_at=one.decided_at,
        decided_by=one.decided_by,
        decided_why=one.decided_why,
        notes=[
            {
                "code": note.code,
                "text": say(f"overlay.note.{note.code}", caller.language, **note.parameters),
            }
            for note in (port.notes(one) if living else ())
        ],
        may=may,
    )
