"""The door: every request passes here first, and every answer passes here last.

In: no secret in the address, nothing oversized, a known caller (or an open route), a session's
changing request only with its token. Out: the headers that keep a browser honest.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.desk import Caller, Desk
from api.pages import login_page
from api.refusal import Refusal, language_of, problem
from api.roles import OPEN
from texts.say import Language

_LOG: Final = logging.getLogger("api")
BODY_BYTES: Final = 16 * 1024
LARGER: Final[Mapping[tuple[str, str], int]] = {
    ("POST", "/api/v1/documents"): 20 * 1024 * 1024,
}
"""Octets of a body where more is wanted; read only once its sender was found to be allowed."""
QUERY_BYTES: Final = 2 * 1024
BEAT: Final = "/beat/"
"""What stands behind it is a token, and goes into no log."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SECRETS: Final = frozenset(
    {"token", "access_token", "auth_token", "api_key", "apikey", "key", "bearer", "password"}
    | {"authorization", "secret", "session", "csrf"}
)
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def cookie_name(*, tls: bool) -> str:
    """Name the session cookie; the prefix makes a browser insist on Secure and Path=/."""
    return "__Host-extranet" if tls else "extranet"


def source_of(request: Request) -> str:
    """Name where a request comes from: the peer of the socket, whatever X-Forwarded-For says."""
    return request.client.host if request.client is not None else "local"


class Door:
    """ASGI middleware around everything, the refusals of the router included."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        language = language_of(
            request.headers.get("accept-language", ""), self._desk.settings.language
        )
        started = False

        async def framed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._frame(message, scope["path"])
            await send(message)

        try:
            self._examine(request)
            caller = self._caller(request, language)
            scope.setdefault("state", {}).update(caller=caller, language=language)
            await self._app(scope, _limited(receive, _limit(request)), framed)
        except Refusal as refusal:
            await self._refuse(request, refusal, language, framed)
        except Exception:  # noqa: BLE001 - a bug must neither show its insides nor go unheard
            path = BEAT if scope["path"].startswith(BEAT) else scope["path"]
            _LOG.exception("request failed: %s %s", scope["method"], path)
            self._desk.counters.errors += 1
            if not started:
                await problem(Refusal(500, "internal"), language)(scope, receive, framed)

    def _examine(self, request: Request) -> None:
        names = {name.lower() for name in request.query_params}
        if found := names & _SECRETS:
            # What is not in the scope any more is in no access log either.
            request.scope["query_string"] = b""
            self._desk.counters.secrets_in_urls += 1
            raise Refusal(400, "secret_in_url", parameter=min(found))
        if len(request.scope["query_string"]) > QUERY_BYTES:
            raise Refusal(414, "address_too_long", limit=QUERY_BYTES)
        length = request.headers.get("content-length", "0")
        limit = _limit(request)
        if not (length.isascii() and length.isdigit()) or int(length) > limit:
            raise Refusal(413, "body_too_large", limit=limit)

    def _caller(self, request: Request, language: Language) -> Caller | None:
        method, path = request.method, request.url.path
        foreign = request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}
        if method not in SAFE and foreign:
            raise Refusal(403, "foreign_origin")
        if (method, path) in OPEN or path.startswith(BEAT):
            return None
        caller = identify(self._desk, request, language)
        if caller.session is not None and method not in SAFE:
            sent = request.headers.get("x-csrf-token", "")
            if not hmac.compare_digest(sent.encode(), caller.session.csrf.encode()):
                raise Refusal(403, "bad_csrf")
        return caller

    async def _refuse(
        self, request: Request, refusal: Refusal, language: Language, send: Send
    ) -> None:
        wants_page = "text/html" in request.headers.get("accept", "")
        if refusal.status == 401 and wants_page and request.method == "GET":
            answer = login_page(language, self._desk.settings, status=401)
        else:
            answer = problem(refusal, language)
        # What was not read of a refused body is not wanted: the connection ends with the answer.
        if request.method not in SAFE:
            answer.headers["Connection"] = "close"
        await answer(request.scope, request.receive, send)

    def _frame(self, message: Message, path: str) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in _HEADERS.items():
            headers[name] = value
        headers["Cache-Control"] = "no-cache" if path.startswith("/static/") else "no-store"
        if self._desk.settings.tls:
            headers["Strict-Transport-Security"] = "max-age=31536000"


def identify(desk: Desk, request: Request, language: Language) -> Caller:
    """Return who asks, by token or session; raises Refusal (401, 429).

    A good token passes from a locked source too: it cannot be guessed, and somebody else's typing
    error on the same machine must not stop Prometheus.
    """
    live, people = desk.ports.live, desk.ports.people
    now = live.now()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        person = people.by_token(token.strip()) if scheme.lower() == "bearer" else None
        if person is not None:
            return Caller(person, None, language)
        failed_login(desk, source_of(request), now)
        desk.counters.unauthenticated += 1
        raise Refusal(401, "bad_token")
    cookie = request.cookies.get(cookie_name(tls=desk.settings.tls), "")
    session = people.session(cookie, now) if cookie else None
    if session is None:
        desk.counters.unauthenticated += 1
        raise Refusal(401, "unauthenticated")
    return Caller(session.person, session, language)


def failed_login(desk: Desk, source: str, now: int) -> None:
    """Count and record a token that nobody has; raises Refusal (429) while the source is locked."""
    if wait := desk.throttle.wait(source, now):
        desk.throttle.refused += 1
        raise Refusal(429, "locked_out", retry_after=wait)
    desk.throttle.failed(source, now)
    desk.ports.people.audit("", "login", source, now, "refused")


def _limit(request: Request) -> int:
    return LARGER.get((request.method, request.url.path), BODY_BYTES)


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what comes in, for senders that do not say how long it is."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise Refusal(413, "body_too_large", limit=limit)
        return message

    return counted
