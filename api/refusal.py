"""What the api says no with: one exception, one shape, in the reader's language.

    Refusal
      400  secret_in_url, bad_request       the caller changes the request
      401  unauthenticated                  the caller logs in
      403  not_permitted, bad_csrf, ...     the caller asks for a right
      404  unknown_*                        the caller names something that exists
      413, 414, 422                         the caller sends less, or in an accepted form
      429  locked_out, too_many_streams     the caller waits `retry_after` seconds
      500  internal                         the operator reads the log

Only 429 and 503 are worth repeating unchanged; they carry `Retry-After`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from texts.say import Language, say

_SHOWN: Final = 100


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A request that is answered with `status` and `api.<code>` of the texts."""

    def __init__(self, status: int, code: str, **parameters: str | int) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.parameters: Mapping[str, str | int] = {
            key: shown(value) if isinstance(value, str) else value
            for key, value in parameters.items()
        }


def shown(text: str) -> str:
    """Return what a caller sent in a form that may be said back: short and printable."""
    printable = "".join(c if c.isprintable() else "�" for c in text[: _SHOWN + 1])
    return printable if len(printable) <= _SHOWN else printable[:_SHOWN] + "…"


def language_of(accepted: str, default: Language) -> Language:
    """Choose from an Accept-Language header (RFC 9110, 12.5.4): the weightiest we speak."""
    best: tuple[float, Language] = (0.0, default)
    for part in accepted[:500].split(","):
        tag, _, weight = part.partition(";")
        primary = tag.strip().lower().split("-")[0]
        quality = _quality(weight)
        if primary == "zh" and quality > best[0]:
            best = (quality, "zh")
        elif primary == "en" and quality > best[0]:
            best = (quality, "en")
    return best[1]


def _quality(weight: str) -> float:
    name, _, number = weight.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(max(float(number), 0.0), 1.0)
    except ValueError:
        return 0.0


def problem(refusal: Refusal, language: Language) -> Response:
    """Answer with `{code, message, ...parameters}`; `<` is escaped, whatever a reader does."""
    message = say(f"api.{refusal.code}", language, **refusal.parameters)
    body = msgspec.json.encode({"code": refusal.code, "message": message, **refusal.parameters})
    headers = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="extranet"'
    if "retry_after" in refusal.parameters:
        headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return Response(
        body.replace(b"<", b"\\u003c"), refusal.status, headers, media_type="application/json"
    )
