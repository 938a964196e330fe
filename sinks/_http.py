"""What the sinks share about HTTP: options, one POST, and what an answer means.

    2xx                                taken
    400, 422 `partial write`           partial: `dropped=N` is what the store did not keep
    400 out of order (Prometheus)      split: it takes nothing of such a request; then refused
    other 400, 405, 415, 422 ...       refused
    401, 403, 404, 3xx                 an operator's mistake: keep the data, retry slowly, show it
    413                                split
    408, 429, 5xx, no answer           retry, after `Retry-After` where it is given

InfluxDB 1.x and 2 say `partial write: <why> dropped=N`; InfluxDB 3 lists the lines it refused
under `data`. Reasons carry the store's own words, cut, without control characters and without our
credentials, should the store repeat them.
"""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterable, Mapping
from typing import Annotated, Final
from urllib.parse import urlsplit

import aiohttp
import msgspec
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from inventory.edge import Duration
from inventory.model import Secret
from inventory.strict import Strict
from sinks._contract import Fate, Result

OPERATOR_PAUSE: Final = 30.0
"""Seconds between tries while somebody has to mend a setting."""

_NONE: Final = Secret("")
_OPERATOR: Final = {401: "unauthorised", 403: "forbidden", 404: "not_found"}
_TEMPORARY: Final = {408, 425, 429}
_WORDS: Final = 300
_DROPPED = re.compile(r"dropped=(\d+)")
_OUT_OF_ORDER = re.compile(r"out.of.(order|bounds)|duplicate sample|too.old", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PydanticCustomError("sink_address", "not a web address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise PydanticCustomError("sink_address_extra", "credentials or query in it")
    return value.rstrip("/")


def _authority(value: str) -> str:
    try:
        tls_context(value)
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        raise PydanticCustomError("sink_authority", "no certificate", {"name": value}) from None
    return value


class HttpOptions(Strict):
    """What every HTTP sink is told. `timeout`: for one request, all of it.

    `ca_file`: PEM of the authority that signed the store's certificate, where it is not a public
    one. Certificates are always verified.
    """

    url: Annotated[str, AfterValidator(_web_address)]
    timeout: Duration = 30.0
    ca_file: Annotated[str, AfterValidator(_authority)] | None = None


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Make a context that verifies names and chains."""
    return ssl.create_default_context(cafile=ca_file)


def credentials(*, user: str = "", password: Secret, token: Secret = _NONE) -> dict[str, str]:
    """Return the header that lets us in: Bearer, or Basic (RFC 7617, UTF-8), or none."""
    if token:
        return {"Authorization": f"Bearer {token.reveal()}"}
    if user:
        pair = base64.b64encode(f"{user}:{password.reveal()}".encode())
        return {"Authorization": f"Basic {pair.decode()}"}
    return {}


async def post(
    http: aiohttp.ClientSession,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float,
    tls: ssl.SSLContext,
) -> Result:
    """POST once and say what became of it. Never raises for what the destination does."""
    try:
        async with http.post(
            url,
            data=body,
            headers=headers,
            ssl=tls,
            timeout=aiohttp.ClientTimeout(total=timeout),
            allow_redirects=False,
        ) as answer:
            text = await answer.content.read(16_384)
            known = headers.get("Authorization", "").split(" ")[1:]
            return judge(answer.status, answer.headers, text, known)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return no_answer(error)


def no_answer(error: Exception) -> Result:
    """Name why nothing came back; the library's own sentence may quote the request: leave it."""
    if isinstance(error, TimeoutError):
        return Result(Fate.RETRY, "timeout: no answer in time")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLError):
        return Result(Fate.RETRY, "tls: the certificate is not trusted", OPERATOR_PAUSE)
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    detail = (cause.strerror if isinstance(cause, OSError) else None) or type(error).__name__
    return Result(Fate.RETRY, f"unreachable: {detail}")


def judge(
    status: int, headers: Mapping[str, str], body: bytes, secrets: Iterable[str] = ()
) -> Result:
    """Turn an answer into a fate; a store that repeats one of `secrets` is not quoted in that."""
    if 200 <= status < 300:
        return Result(Fate.TAKEN)
    for secret in filter(None, secrets):
        body = body.replace(secret.encode(), b"<secret>")
    words = _words(body)
    if status in _OPERATOR:
        return Result(Fate.RETRY, f"{_OPERATOR[status]}: {words}", OPERATOR_PAUSE)
    if status in _TEMPORARY or status >= 500:
        code = "rate_limited" if status == 429 else "server_error"
        return Result(Fate.RETRY, f"{code}: {status} {words}", _retry_after(headers))
    if status == 413:
        return Result(Fate.SPLIT, f"too_large: {words}")
    if status < 400:
        return Result(Fate.RETRY, f"redirected: {status}", OPERATOR_PAUSE)
    if "partial write" in words:
        return Result(Fate.PARTIAL, f"partial_write: {words}", dropped=_dropped(body))
    if _OUT_OF_ORDER.search(words):
        return Result(Fate.SPLIT, f"out_of_order: {words}")
    return Result(Fate.REFUSED, f"bad_request: {status} {words}")


def _words(body: bytes) -> str:
    """Return the store's message, short and on one line."""
    text = body.decode("utf-8", "replace")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        document = None
    if isinstance(document, dict):
        message = document.get("error") or document.get("message")
        text = message if isinstance(message, str) else text
    return _CONTROL.sub(" ", text).strip()[:_WORDS]


def _dropped(body: bytes) -> int:
    """Return how many points a partial write left out; at least 1."""
    text = body.decode("utf-8", "replace")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        document = None
    lines = document.get("data") if isinstance(document, dict) else None
    if isinstance(lines, list):
        return max(1, len(lines))
    found = _DROPPED.findall(text)
    return max(1, sum(map(int, found)))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds; the form with a date is not worth a clock here."""
    value = headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else None
