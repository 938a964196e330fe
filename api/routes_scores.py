"""Points by people: tests of bandwidth, scores for service, deductions for major events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from api.answer import small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.filed import (
    CARRIER,
    Attached,
    Decision,
    Documents,
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
from api.listing import find
from api.point_rows import points_row
from api.ports_scores import Scores
from api.queries import Cursor, Limit, Name, Period, period_of
from api.refusal import Refusal
from api.scope import assesses
from inventory.edge import instant
from inventory.model import link_target
from inventory.strict import Strict
from sla.points import PointsStanding
from sla.records import BandwidthTested, Points, PointsDeducted, ServiceScored
from sla.two_persons import STATES, State

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["scores"])
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
_Number = Annotated[int, Path(ge=1, le=2**53)]
_State = Annotated[State | None, Query(description=", ".join(STATES))]
_OfPeriod = Annotated[str, Field(min_length=4, max_length=24)]
_Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Tested(Strict):
    """A test of a link's bandwidth; rates in bit/s, `at` UTC seconds or ISO 8601 with offset."""

    link: _Id
    at: _Instant
    layer: Literal["L1", "L2", "IP"]
    measured_up: _Rate
    measured_down: _Rate
    contracted: _Rate
    documents: Documents = ()


class Scored(Strict):
    """A score for notices, reports and drills: num/den, from 0 to 1."""

    carrier: _Id
    period: _OfPeriod
    num: Annotated[int, Field(ge=0, le=1_000_000)]
    den: Annotated[int, Field(ge=1, le=1_000_000)]
    why: _Why
    documents: Documents = ()


class Deducted(Strict):
    """A deduction for a major event, in hundredths of a point."""

    carrier: _Id
    period: _OfPeriod
    hundredths: Annotated[int, Field(ge=1, le=10_000)]
    why: _Why
    documents: Documents = ()


class TakenBack(Strict):
    """Why points that count are to be taken back."""

    why: _Why


@dataclass(frozen=True, slots=True)
class _Sought:
    """Which scores or deductions somebody wants to see, and from where on."""

    carrier: str | None
    period: str | None
    state: State | None
    cursor: str | None
    limit: int


def _sought(
    carrier: Name = None,
    period: Period = None,
    state: _State = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> _Sought:
    return _Sought(carrier, period, state, cursor, limit)


_ByPeriod = Annotated[_Sought, Depends(_sought)]


@ROUTES.get("/bandwidth-tests")
async def bandwidth_tests(
    desk: AtDesk,
    caller: ByCaller,
    carrier: Name = None,
    link: Name = None,
    period: Period = None,
    state: _State = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List tests of links the caller may see, the latest filed first: `{items, next}`.

    `period`: those made in it; absent = all. Times are UTC seconds, rates bit/s. `holds`: approved
    and not taken back; `waits`: number of what waits for a second person.
    """
    window = None if period is None else window_of(period, desk.ports.live.now())

    def wanted(one: PointsStanding) -> bool:
        body = one.body
        return (
            isinstance(body, BandwidthTested)
            and (link is None or body.link == link)
            and (window is None or window[0] <= body.at < window[1])
            and (carrier is None or carrier_of(desk, body.link) == carrier)
            and state in {None, one.state}
        )

    return await _listed(desk, caller, wanted, cursor, limit)


@ROUTES.post("/bandwidth-tests")
async def put_test(desk: AtDesk, caller: ByCaller, given: Tested) -> Response:
    """Put a test of a link's bandwidth on record (201): `{test}`. Not for a carrier's person.

    Of the approved tests of a link in a period the last one made counts.
    """
    body = BandwidthTested(
        given.link,
        given.at,
        given.layer,
        given.measured_up,
        given.measured_down,
        given.contracted,
    )
    return await _propose(desk, caller, "bandwidth.test", given.link, body, given.documents)


@ROUTES.get("/service-scores")
async def service_scores(desk: AtDesk, caller: ByCaller, sought: _ByPeriod) -> Response:
    """List scores for service, the latest first: `{items, next}`; `holds`: the report counts it.

    `period`: those given for it, as it is written there; absent = all.
    """
    return await _of_period(desk, caller, ServiceScored, sought)


@ROUTES.post("/service-scores")
async def put_score(desk: AtDesk, caller: ByCaller, given: Scored) -> Response:
    """Score a carrier's service of a period (201): `{score}`; not for a carrier's person.

    Approved by another person it counts, and replaces the one before.
    """
    body = ServiceScored(given.carrier, given.period, given.num, given.den, given.why)
    about = f"{given.carrier} {given.period} {given.num}/{given.den}"
    return await _propose(desk, caller, "service.score", about, body, given.documents)


@ROUTES.get("/deductions")
async def deductions(desk: AtDesk, caller: ByCaller, sought: _ByPeriod) -> Response:
    """List deductions, the latest first: `{items, next}`; `hundredths` of a point.

    `period`: those made in it, as it is written there; absent = all.
    """
    return await _of_period(desk, caller, PointsDeducted, sought)


@ROUTES.post("/deductions")
async def deduct(desk: AtDesk, caller: ByCaller, given: Deducted) -> Response:
    """Deduct points of a carrier's period for a major event (201): `{deduction}`.

    They are taken off when another person has approved it. Not for a carrier's person.
    """
    body = PointsDeducted(given.carrier, given.period, given.hundredths, given.why)
    about = f"{given.carrier} {given.period} {given.hundredths}"
    return await _propose(desk, caller, "points.deduct", about, body, given.documents)


@ROUTES.get("/points")
async def points(
    desk: AtDesk,
    caller: ByCaller,
    state: _State = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List tests, scores and deductions together, the latest first: `{items, next}`."""
    return await _listed(desk, caller, lambda one: state in {None, one.state}, cursor, limit)


@ROUTES.post("/points/{number}/decision")
async def decide(
    number: _Number, request: Request, desk: AtDesk, caller: ByCaller, decision: Decision
) -> Response:
    """Approve or reject what another person filed, or withdraw one's own: `{points}`.

    `number`: of what `waits`, a test, score or deduction, or that one is taken back.
    """
    port, action = _port(desk), f"points.{decision.verdict}"
    with audited(desk, caller, action, str(number)):
        if decision.verdict != "withdraw":
            must_decide(desk, caller, request)
        _known(desk, caller, port, number)
        one = await asked(port.decide(number, decision.verdict, decision.why, caller.person.name))
    audit(desk, caller, action, str(number))
    return small({"points": points_row(desk, caller, one)})


@ROUTES.post("/points/{number}/withdrawal")
async def withdraw(number: _Number, desk: AtDesk, caller: ByCaller, given: TakenBack) -> Response:
    """Ask for points that count to be taken back (201): `{points}`.

    They count until another person has approved that. Not for a carrier's person.
    """
    port = _port(desk)
    with audited(desk, caller, "points.withdrawal", str(number)):
        _owners_side(caller)
        _known(desk, caller, port, number)
        one = await asked(port.withdraw(number, given.why, caller.person.name))
    audit(desk, caller, "points.withdrawal", str(number))
    return _made({"points": points_row(desk, caller, one)})


async def _propose(
    desk: Desk,
    caller: Caller,
    action: str,
    subject: str,
    body: Points,
    documents: Iterable[Attached],
) -> Response:
    """Put one on record, with its line in the audit trail. Raises Refusal."""
    port = _port(desk)
    with audited(desk, caller, action, subject):
        _owners_side(caller)
        _may_see(desk, caller, body)
        papers = attached(desk, caller, tuple(documents))
        one = await asked(port.propose(body, papers, caller.person.name))
    audit(desk, caller, action, f"{subject} {one.record}")
    return _made({one.sort: points_row(desk, caller, one)})


def _owners_side(caller: Caller) -> None:
    """Raise Refusal for a carrier's person, whatever else he is."""
    if CARRIER in caller.person.roles:
        raise Refusal(403, "score_owner_only")


def _may_see(desk: Desk, caller: Caller, body: Points) -> None:
    """Raise Refusal for what is none of the caller's business."""
    if isinstance(body, BandwidthTested):
        if body.link not in desk.inventory.links or not _sees(desk, caller, body):
            raise Refusal(404, "unknown_link", link=body.link)
        return
    if not _sees(desk, caller, body):
        raise Refusal(404, "unknown_carrier", carrier=body.carrier)
    period_of(body.period, desk.ports.live.now())


def _sees(desk: Desk, caller: Caller, body: Points) -> bool:
    if isinstance(body, BandwidthTested):
        return desk.sees(caller, link_target(body.link))
    return assesses(caller.person, body.carrier)


def _port(desk: Desk) -> Scores:
    port = desk.assessment.scores
    if port is None:
        raise Refusal(404, "no_scores")
    return port


def _known(desk: Desk, caller: Caller, port: Scores, number: int) -> None:
    one = port.subject(number)
    if one is None or not _sees(desk, caller, one.body):
        raise Refusal(404, "unknown_points", number=number)


async def _of_period(
    desk: Desk, caller: Caller, sort: type[ServiceScored | PointsDeducted], sought: _Sought
) -> Response:
    """List what of one sort is sought. Raises Refusal."""
    now, period = desk.ports.live.now(), sought.period
    name = None if period is None else period_of(period, now)

    def wanted(one: PointsStanding) -> bool:
        body = one.body
        return (
            isinstance(body, sort)
            and sought.carrier in {None, body.carrier}
            and name in {None, body.period}
            and sought.state in {None, one.state}
        )

    return await _listed(desk, caller, wanted, sought.cursor, sought.limit)


async def _listed(
    desk: Desk,
    caller: Caller,
    wanted: Callable[[PointsStanding], bool],
    cursor: str | None,
    limit: int,
) -> Response:
    port = desk.assessment.scores
    latest = [] if port is None else [*port.standings().values()][::-1]

    def shown(one: PointsStanding) -> bool:
        return wanted(one) and _sees(desk, caller, one.body)

    names = [str(one.record) for one in latest]
    places, more = await find(names, cursor, limit, only(latest, shown))
    rows = [points_row(desk, caller, latest[at]) for at in places]
    return await page(rows, names[places[-1]] if more else None)


def _made(content: Mapping[str, Any]) -> Response:
    answer = small(content)
    answer.status_code = 201
    return answer
