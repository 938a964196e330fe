"""What notifiers share about HTTP: addresses that may hold a token, one POST, what answers mean.

2xx                      told
408, 425, 429, 5xx       temporary, after `Retry-After` where it is given
everything else          permanent: 3xx is not followed, 4xx will be the same again
no answer                temporary; a certificate that is not trusted: permanent
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import aiohttp
from pydantic import AfterValidator, BeforeValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from alerts.notifiers._contract import NotifyError
from inventory.model import Secret

_TEMPORARY: Final = frozenset({408, 425, 429})
_LONGEST_PAUSE: Final = 3_600.0


def _in_the_open(value: object) -> object:
    is_address = type(value) is str and value.startswith(("http://", "https://"))
    return Secret(value) if is_address else value


def _web_address(value: Secret) -> Secret:
    parts = urlsplit(value.reveal())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PydanticCustomError("not_a_web_address", "not http:// or https://")
    return value


WebAddress = Annotated[Secret, BeforeValidator(_in_the_open), AfterValidator(_web_address)]
"""An address that may hold a token, so it is never shown: in the open, `${NAME}` or a file."""


def _authority(value: Path | None, info: ValidationInfo) -> Path | None:
    if value is None:
        return None
    path = Path((info.context or {}).get("folder", ".")) / value
    try:
        ssl.create_default_context(cafile=path)
    except OSError:  # ssl.SSLError is one
        raise PydanticCustomError("ca_file_unread", "not read", {"name": str(value)}) from None
    return path


CaFile = Annotated[Path | None, AfterValidator(_authority)]
"""PEM of the authority that signed a server's certificate, where it is not a public one."""


def one_way_in(urls: Iterable[Secret], authorization: Secret) -> None:
    """Refuse a name and password in an address beside a header that says who we are."""
    if authorization and any(urlsplit(url.reveal()).username for url in urls):
        raise PydanticCustomError("two_ways_in", "either in the address or in `authorization`")


def place(url: Secret) -> str:
    """Return host and port of an address: what may be shown of it."""
    parts = urlsplit(url.reveal())
    return parts.netloc.rpartition("@")[2]


@cache
def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Make a context that verifies names and chains."""
    return ssl.create_default_context(cafile=ca_file)


async def post(
    http: aiohttp.ClientSession,
    url: Secret,
    body: bytes,
    headers: Mapping[str, str],
    ca_file: Path | None = None,
) -> None:
    """POST JSON once; raises NotifyError unless it was taken."""
    try:
        async with http.post(
            url.reveal(),
            data=body,
            headers={"Content-Type": "application/json", **headers},
            ssl=tls_context(ca_file),
            allow_redirects=False,
        ) as answer:
            status, pause = answer.status, _pause(answer.headers)
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError):
        raise NotifyError("tls_untrusted", permanent=True) from None
    except aiohttp.InvalidURL:
        raise NotifyError("bad_address", permanent=True) from None
    except TimeoutError:
        raise NotifyError("timeout") from None
    except aiohttp.ClientConnectorError:
        raise NotifyError("unreachable") from None
    except (aiohttp.ClientError, OSError):
        raise NotifyError("disconnected") from None
    if not 200 <= status < 300:
        is_permanent = status < 500 and status not in _TEMPORARY
        raise NotifyError(f"http_{status}", permanent=is_permanent, retry_after=pause)


def _pause(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds; the form with a date would need a clock."""
    value = headers.get("Retry-After", "")
    is_number = value.isascii() and value.isdigit()
    return min(float(value), _LONGEST_PAUSE) if is_number else None
