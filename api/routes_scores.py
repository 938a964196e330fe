"""Scores by people: tests of bandwidth, scores for service, deductions for major events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast
from urllib.parse import quote

import msgspec
from fastapi import APIRouter
from pydantic import Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from api.answer import Json, encode, encode_rows, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.filed import asked, audit, file_name, must_decide, name_of
from api.listing import find
from api.ports_scores import Given, Noted, Scores
from api.queries import Cursor, Limit, Name, Period, period_of
from api.refusal import Refusal
from api.scope import assesses
from inventory.edge import instant
from inventory.model import link_target
from inventory.strict import Strict
from sla.periods import PeriodError, whole
from sla.records import BandwidthTested, PointsDeducted, ServiceScored

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["scores"])
_CARRIER: Final = "carrier"
_LATEST: Final = 4_102_444_800
_FASTEST: Final = 10**13
"""bit/s: ten times the fastest port there is."""


def _instant(value: object) -> int:
    """Read UTC seconds, or ISO 8601 with offset in whole seconds."""
    if type(value) is int and 0 <= value <= _LATEST:
        return value
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None:
            return instant(value)
    except (ValueError, PydanticCustomError):
        pass
    raise PydanticCustomError("bad_instant", "no instant")


_Instant = Annotated[int, PlainValidator(_instant)]
_Rate = Annotated[int, Field(ge=1, le=_FASTEST)]
_Id = Annotated[str, Field(min_length=1, max_length=200)]
_OfPeriod = Annotated[str, Field(min_length=4, max_length=24)]
_Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Evidence(Strict):
    """A document that was handed in before (POST /api/v1/documents)."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    name: Annotated[str, Field(max_length=500)] = ""


_Documents = Annotated[tuple[Evidence, ...], Field(max_length=20)]


class Tested(Strict):
    """A test of a link's bandwidth; rates in bit/s, `at` UTC seconds or ISO 8601 with offset."""

    link: _Id
    at: _Instant
    layer: Literal["L1", "L2", "IP"]
    measured_up: _Rate
    measured_down: _Rate
    contracted: _Rate
    documents: _Documents = ()


class Scored(Strict):
    """A score for notices, reports and drills: num/den, from 0 to 1."""

    carrier: _Id
    period: _OfPeriod
    num: Annotated[int, Field(ge=0, le=1_000_000)]
    den: Annotated[int, Field(ge=1, le=1_000_000)]
    why: _Why
    documents: _Documents = ()


class Deducted(Strict):
    """A deduction for a major event, in hundredths of a point."""

    carrier: _Id
    period: _OfPeriod
    hundredths: Annotated[int, Field(ge=1, le=10_000)]
    why: _Why
    documents: _Documents = ()


@ROUTES.get("/bandwidth-tests")
async def bandwidth_tests(
    desk: AtDesk,
    caller: ByCaller,
    carrier: Name = None,
    link: Name = None,
    period: Period = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List tests of links the caller may see, the latest filed first: `{items, next}`.

    `period`: those made in it; absent = all. Times are UTC seconds, rates bit/s.
    """
    port = desk.assessment.scores
    window = None if period is None else _window(period, desk.ports.live.now())

    def wanted(body: BandwidthTested) -> bool:
        return (
            (link is None or body.link == link)
            and (window is None or window[0] <= body.at < window[1])
            and (carrier is None or _carrier_of(desk, body.link) == carrier)
            and desk.sees(caller, link_target(body.link))
        )

    found = () if port is None else port.tests()
    return await _listed(found, wanted, cursor, limit, lambda one: _test(desk, one))


@ROUTES.post("/bandwidth-tests")
async def put_test(desk: AtDesk, caller: ByCaller, given: Tested) -> Response:
    """Put a test of a link's bandwidth on record (201): `{test}`. Not for a carrier's person.

    Of the tests of a link in a period the last one made counts.
    """
    body = BandwidthTested(
        given.link,
        given.at,
        given.layer,
        given.measured_up,
        given.measured_down,
        given.contracted,
    )

    def may() -> None:
        if _CARRIER in caller.person.roles:
            raise Refusal(403, "score_owner_only")
        if given.link not in desk.inventory.links or not desk.sees(caller, link_target(given.link)):
            raise Refusal(404, "unknown_link", link=given.link)

    one = await _add(desk, caller, "bandwidth.test", given.link, body, given.documents, may)
    return _made({"test": _test(desk, one)})


@ROUTES.get("/service-scores")
async def service_scores(
    desk: AtDesk,
    caller: ByCaller,
    carrier: Name = None,
    period: Period = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List scores for service, the latest first: `{items, next}`; `holds`: no later one is there.

    `period`: those given for it, as it is written there; absent = all.
    """
    port = desk.assessment.scores
    found = () if port is None else port.services()
    wanted = _of(caller, carrier, period, desk.ports.live.now())
    last = _holding(found)
    return await _listed(found, wanted, cursor, limit, lambda one: _service(one, last))


@ROUTES.post("/service-scores")
async def put_score(request: Request, desk: AtDesk, caller: ByCaller, given: Scored) -> Response:
    """Score a carrier's service of a period (201): `{score}`. It replaces the one before."""
    body = ServiceScored(given.carrier, given.period, given.num, given.den, given.why)
    one = await _add(
        desk, caller, "service.score", f"{given.carrier} {given.period} {given.num}/{given.den}",
        body, given.documents, lambda: _may_decide(desk, caller, request, given),
    )  # fmt: skip
    return _made({"score": _service(one, _holding(_port(desk).services()))})


@ROUTES.get("/deductions")
async def deductions(
    desk: AtDesk,
    caller: ByCaller,
    carrier: Name = None,
    period: Period = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List deductions, the latest first: `{items, next}`; `hundredths` of a point.

    `period`: those made in it, as it is written there; absent = all.
    """
    port = desk.assessment.scores
    found = () if port is None else port.deductions()
    wanted = _of(caller, carrier, period, desk.ports.live.now())
    return await _listed(found, wanted, cursor, limit, _row)


@ROUTES.post("/deductions")
async def deduct(request: Request, desk: AtDesk, caller: ByCaller, given: Deducted) -> Response:
    """Deduct points of a carrier's period for a major event (201): `{deduction}`."""
    body = PointsDeducted(given.carrier, given.period, given.hundredths, given.why)
    one = await _add(
        desk, caller, "points.deduct", f"{given.carrier} {given.period} {given.hundredths}",
        body, given.documents, lambda: _may_decide(desk, caller, request, given),
    )  # fmt: skip
    return _made({"deduction": _row(one)})


async def _add(
    desk: Desk,
    caller: Caller,
    action: str,
    subject: str,
    body: Given,
    documents: Sequence[Evidence],
    may: Callable[[], None],
) -> Noted[Given]:
    """Put one on record, with its line in the audit trail. Raises Refusal."""
    port = _port(desk)
    try:
        may()
        papers = _papers(desk, caller, documents)
        one = await asked(port.add(body, papers, caller.person.name))
    except Refusal as refusal:
        audit(desk, caller, action, subject, refusal.code)
        raise
    audit(desk, caller, action, f"{subject} {one.number}")
    return one


def _may_decide(desk: Desk, caller: Caller, request: Request, given: Scored | Deducted) -> None:
    """Raise Refusal for who does not decide, or not about this carrier."""
    must_decide(desk, caller, request)
    if not assesses(caller.person, given.carrier):
        raise Refusal(404, "unknown_carrier", carrier=given.carrier)
    period_of(given.period, desk.ports.live.now())


def _port(desk: Desk) -> Scores:
    port = desk.assessment.scores
    if port is None:
        raise Refusal(404, "no_scores")
    return port


def _papers(
    desk: Desk, caller: Caller, documents: Sequence[Evidence]
) -> tuple[tuple[str, str], ...]:
    """Return what is attached; raises Refusal for what the caller could only have guessed."""
    kept = desk.assessment.overlays
    for one in documents:
        known = kept is not None and name_of(desk, caller, kept, one.sha256) is not None
        if caller.scoped and not known:
            raise Refusal(422, "unknown_document", sha256=one.sha256)
    return tuple((one.sha256, file_name(quote(one.name))) for one in documents)


def _of(
    caller: Caller, carrier: str | None, period: str | None, now: int
) -> Callable[[ServiceScored | PointsDeducted], bool]:
    """Return what says whether a score is wanted, and the caller's business."""
    name = None if period is None else period_of(period, now)

    def wanted(body: ServiceScored | PointsDeducted) -> bool:
        return (
            carrier in {None, body.carrier}
            and name in {None, body.period}
            and assesses(caller.person, body.carrier)
        )

    return wanted


async def _listed(
    found: Sequence[Noted[Given]],
    wanted: Callable[[Given], bool],
    cursor: str | None,
    limit: int,
    row: Callable[[Noted[Given]], Mapping[str, Any]],
) -> Response:
    latest = found[::-1]

    def sieve(positions: range) -> Sequence[int]:
        return [at for at in positions if wanted(latest[at].body)]

    places, more = await find([str(one.number) for one in latest], cursor, limit, sieve)
    rows = [row(latest[at]) for at in places]
    following = encode(str(latest[places[-1]].number) if more else None)
    return Json(b'{"items":' + await encode_rows(rows) + b',"next":' + following + b"}")


def _made(content: Mapping[str, Any]) -> Response:
    answer = small(content)
    answer.status_code = 201
    return answer


def _row(one: Noted[Given]) -> dict[str, Any]:
    said = cast("dict[str, Any]", msgspec.to_builtins(one.body))
    said.pop("type", None)
    return {"number": one.number, "filed_at": one.at, "filed_by": one.person, **said}


def _test(desk: Desk, one: Noted[BandwidthTested]) -> dict[str, Any]:
    link = desk.inventory.links.get(one.body.link)
    title = one.body.link if link is None else link.title
    return {**_row(one), "title": title, "carrier": _carrier_of(desk, one.body.link)}


def _service(one: Noted[ServiceScored], last: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    return {**_row(one), "holds": last.get((one.body.carrier, one.body.period)) == one.number}


def _holding(found: Sequence[Noted[ServiceScored]]) -> Mapping[tuple[str, str], int]:
    """Return the number of the score that holds, by carrier and period."""
    return {(one.body.carrier, one.body.period): one.number for one in found}


def _carrier_of(desk: Desk, link: str) -> str:
    found = desk.inventory.links.get(link)
    return "" if found is None else found.carrier


def _window(period: str, now: int) -> tuple[int, int]:
    try:
        found = whole(period_of(period, now))
    except PeriodError:
        raise Refusal(422, "unknown_period", period=period) from None
    return found.start, found.end
