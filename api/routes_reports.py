"""Reports of carriers: have one made, see how far it is, take it away in a format, settle it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final, cast

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.answer import small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.filed import audit, must_decide
from api.ports import UnknownPeriodError
from api.ports_carrier_reports import RefusedError, ReportJob, Reports
from api.queries import Id, Period, period_of
from api.refusal import Refusal
from api.scope import assesses
from inventory.strict import Strict
from texts.say import Language, catalogue, say

ROUTES: Final = APIRouter(prefix="/api/v1/reports", tags=["reports"])
_OfPath = Annotated[str, Path(min_length=4, max_length=24)]
_Form = Annotated[str, Path(min_length=1, max_length=20, pattern="^[a-z0-9]+$")]


class Wanted(Strict):
    """Whose report of which period."""

    carrier: Annotated[str, Field(min_length=1, max_length=200)]
    period: Annotated[str, Field(min_length=4, max_length=24)]


class Closing(Strict):
    """`correct`: the period is closed, and is to be closed once more, as the next revision.

    `anyway`: although circuits that have evidence in it are not in the inventory.
    """

    correct: bool = False
    anyway: bool = False


@ROUTES.get("")
async def reports(desk: AtDesk, caller: ByCaller) -> Response:
    """List what is kept, by carrier, period and revision, and what is in the making.

    `{items, jobs}`. `state`: provisional, draft or closed; `freezes`: from when on a period may be
    closed; `appeal_until`: until when its carrier may object. Times are UTC seconds.
    """
    port = desk.assessment.reports
    if port is None:
        return small({"items": [], "jobs": []})
    jobs = [job for job in port.jobs() if assesses(caller.person, job.carrier)]
    return small(
        {
            "items": [row for row in port.rows() if assesses(caller.person, row.carrier)],
            "jobs": [_seen(job, caller) for job in jobs],
        }
    )


@ROUTES.post("")
async def make(desk: AtDesk, caller: ByCaller, wanted: Wanted) -> Response:
    """Have a report made (202): `{job}`, whose `id` says where to look how far it is."""
    port = _port(desk, caller, wanted.carrier)
    period = period_of(wanted.period, desk.ports.live.now())
    try:
        job = port.make(wanted.carrier, period, caller.person.name)
    except (RefusedError, UnknownPeriodError) as error:
        raise _not_begun(desk, caller, "report.make", f"{wanted.carrier} {period}", error) from None
    return _begun(desk, caller, "report.make", job)


@ROUTES.get("/leader")
async def leader(
    desk: AtDesk,
    caller: ByCaller,
    period: Period = None,
    language: Annotated[Language | None, Query()] = None,
) -> Response:
    """Return one page for a leader: all carriers of a period, what got worse, money, as a file."""
    port = desk.assessment.reports
    name = period_of(period, desk.ports.live.now())
    if port is None:
        raise Refusal(404, "no_report_of_anybody", period=name)
    try:
        with _in_turn(desk, caller):
            made = await port.leader(name, language or caller.language)
    except RefusedError as error:
        raise refusal(error, name, caller.language) from None
    headers = {"Content-Disposition": f'attachment; filename="leader-{name}.html"'}
    return Response(made.content, 200, headers, media_type=made.media)


@ROUTES.get("/{report}")
async def progress(report: Id, desk: AtDesk, caller: ByCaller) -> Response:
    """Return how far a report is: `{job}`; `done` of `of` steps."""
    port = desk.assessment.reports
    job = None if port is None else port.job(report)
    if job is None or not assesses(caller.person, job.carrier):
        raise Refusal(404, "unknown_job", job=report)
    return small({"job": _seen(job, caller)})


@ROUTES.post("/{carrier}/{period}/close")
async def close(
    carrier: Id,
    period: _OfPath,
    request: Request,
    desk: AtDesk,
    caller: ByCaller,
    closing: Closing,
) -> Response:
    """Have a period made anew and settled (202): `{job}`. It never changes afterwards.

    Only after its evidence is frozen. A correction is the next revision, with `correct`.
    """
    port = _port(desk, caller, carrier)
    name = period_of(period, desk.ports.live.now())
    about = f"{carrier} {name}"
    try:
        must_decide(desk, caller, request)
        job = port.close(
            carrier, name, caller.person.name, correct=closing.correct, anyway=closing.anyway
        )
    except Refusal as no:
        audit(desk, caller, "report.close", about, no.code)
        raise
    except (RefusedError, UnknownPeriodError) as error:
        raise _not_begun(desk, caller, "report.close", about, error) from None
    return _begun(desk, caller, "report.close", job)


@ROUTES.get("/{carrier}/{period}/{revision}/{form}")
async def view(
    carrier: Id,
    period: _OfPath,
    revision: Annotated[int, Path(ge=1, le=999_999)],
    form: _Form,
    desk: AtDesk,
    caller: ByCaller,
    language: Annotated[Language | None, Query()] = None,
    link: Annotated[str, Query(max_length=200, description="of one circuit: form `link`")] = "",
) -> Response:
    """Return a revision in a format, to be kept as a file; `language`: else the reader's.

    The header `X-Report-SHA256` is that of the report's JSON, which is the form `json`.
    """
    port = _port(desk, caller, carrier)
    name = period_of(period, desk.ports.live.now())
    try:
        with _in_turn(desk, caller):
            made = await port.view(carrier, name, revision, form, language or caller.language, link)
    except RefusedError as error:
        raise refusal(error, name, caller.language) from None
    of = f"-{link}" if form == "link" and _PLAIN.fullmatch(link) else ""
    file = f"{carrier}-{name}-r{revision}{of}.{_ENDINGS.get(form, form)}"
    headers = {
        "Content-Disposition": f'attachment; filename="{file}"',
        "X-Report-SHA256": made.sha256,
    }
    return Response(made.content, 200, headers, media_type=made.media)


_AT_ONCE: Final = 5
"""Views that are made for one person at a time."""
_ENDINGS: Final = {"link": "html", "csv": "zip"}
_PLAIN: Final = re.compile("[A-Za-z0-9._-]{1,100}")
"""What may stand in a file's name."""


@contextmanager
def _in_turn(desk: Desk, caller: Caller) -> Iterator[None]:
    """Let nobody keep the process that makes views from all others. Raises Refusal."""
    name = caller.person.name
    if desk.views[name] >= _AT_ONCE:
        raise Refusal(429, "too_many_views", retry_after=5)
    desk.views[name] += 1
    try:
        yield
    finally:
        desk.views[name] -= 1
        if not desk.views[name]:
            del desk.views[name]


def _port(desk: Desk, caller: Caller, carrier: str) -> Reports:
    """Return the reports where the caller may see a carrier. Raises Refusal."""
    port = desk.assessment.reports
    if port is None or not assesses(caller.person, carrier):
        raise Refusal(404, "unknown_carrier", carrier=carrier)
    return port


def refusal(
    error: RefusedError | UnknownPeriodError, period: str, language: Language = "en"
) -> Refusal:
    """Return what a caller is told; `language`: of what a renderer says."""
    if isinstance(error, UnknownPeriodError):
        return Refusal(422, "unknown_period", period=period)
    if error.code == "report_not_rendered":
        return Refusal(error.status, error.code, reason=_why(error, language))
    return Refusal(error.status, error.code, **error.parameters)


def _why(error: RefusedError, language: Language) -> str:
    """Put into words why a view was not made; what nobody foresaw stands in the log."""
    code = f"report.error.{error.parameters.get('reason', '')}"
    if code not in catalogue():
        return say("report.failure.failed", language)
    parameters = msgspec.json.decode(str(error.parameters.get("detail") or "{}"))
    return say(code, language, **parameters)


def _begun(desk: Desk, caller: Caller, action: str, job: ReportJob) -> Response:
    audit(desk, caller, action, f"{job.carrier} {job.period}")
    answer = small({"job": _seen(job, caller)})
    answer.status_code = 202
    return answer


def _not_begun(
    desk: Desk, caller: Caller, action: str, about: str, error: RefusedError | UnknownPeriodError
) -> Refusal:
    """Return what a caller is told, and note that it was tried."""
    no = refusal(error, about.rpartition(" ")[2])
    audit(desk, caller, action, about, no.code)
    return no


def _seen(job: ReportJob, caller: Caller) -> dict[str, Any]:
    code = f"report.failure.{job.failure}"
    text = say(code, caller.language) if code in catalogue() else ""
    found = cast("dict[str, Any]", msgspec.to_builtins(job))
    return {
        **found,
        "text": text or (job.failure and say("report.failure.failed", caller.language)),
    }
