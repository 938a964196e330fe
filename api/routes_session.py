"""Coming in and going out with a browser, and who one is."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.answer import small
from api.desk import AtDesk, ByCaller, Desk
from api.door import cookie_name, failed_login, source_of
from api.pages import login_page
from api.ports import Person
from api.refusal import Refusal, problem
from api.roles import permissions
from texts.say import Language, catalogue, say

ROUTES: Final = APIRouter()
_TOKEN_LENGTH: Final = 500
SHOWN: Final = ("page.", "wire.reason.", "alert.rule.")
"""What the page has words for: its own, what checks of services say of their runs, and rules."""


@ROUTES.get("/login", include_in_schema=False)
async def login_form(
    request: Request, desk: AtDesk, lang: Annotated[Language | None, Query()] = None
) -> Response:
    """Show the form."""
    return login_page(lang or request.state.language, desk.settings)


@ROUTES.post("/login", include_in_schema=False)
async def login(request: Request, desk: AtDesk) -> Response:
    """Exchange a token (form field `token`) for a session."""
    form = _form(await request.body())
    language: Language = request.state.language
    if "lang" in form:
        language = "en" if form["lang"] == "en" else "zh"
    try:
        person = _person(desk, form.get("token", "").strip(), source_of(request))
    except Refusal as refusal:
        if "text/html" not in request.headers.get("accept", ""):
            return problem(refusal, language)
        sentence = say(f"api.{refusal.code}", language, **refusal.parameters)
        return login_page(language, desk.settings, status=refusal.status, error=sentence)
    now, tls = desk.ports.live.now(), desk.settings.tls
    session = desk.ports.people.open_session(person, now)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        cookie_name(tls=tls),
        session.id,
        httponly=True,
        samesite="strict",
        secure=tls,
        path="/",
    )
    return answer


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=10)
    except ValueError:
        raise Refusal(400, "bad_request") from None
    return dict(pairs)


def _person(desk: Desk, token: str, source: str) -> Person:
    """Return whose token it is; a locked source is not even compared. Raises Refusal."""
    now = desk.ports.live.now()
    if wait := desk.throttle.wait(source, now):
        desk.throttle.refused += 1
        raise Refusal(429, "locked_out", retry_after=wait)
    person = desk.ports.people.by_token(token) if 0 < len(token) <= _TOKEN_LENGTH else None
    if person is None:
        failed_login(desk, source, now)
        raise Refusal(401, "bad_token")
    desk.throttle.passed(source)
    return person


@ROUTES.post("/logout", include_in_schema=False)
async def logout(desk: AtDesk, caller: ByCaller) -> Response:
    """End the session on the server and in the browser."""
    if caller.session is not None:
        desk.ports.people.close_session(caller.session.id)
    answer = small({"ok": True})
    tls = desk.settings.tls
    answer.delete_cookie(
        cookie_name(tls=tls), path="/", secure=tls, httponly=True, samesite="strict"
    )
    return answer


@ROUTES.get("/api/v1/me", tags=["session"])
async def me(desk: AtDesk, caller: ByCaller) -> Response:
    """Who the caller is, what he may do and see, and the token of his session's changes."""
    person = caller.person
    return small(
        {
            "name": person.name,
            "roles": person.roles,
            "permissions": sorted(permissions(person)),
            "sites": person.sites,
            "carriers": person.carriers,
            "csrf": None if caller.session is None else caller.session.csrf,
            "language": caller.language,
            "now": desk.ports.live.now(),
        }
    )


@ROUTES.get("/api/v1/texts", tags=["session"])
async def texts(caller: ByCaller, lang: Annotated[Language | None, Query()] = None) -> Response:
    """Every sentence of the page, and every reason of a run, by code."""
    language = lang or caller.language
    return small({code: say(code, language) for code in catalogue() if code.startswith(SHOWN)})
