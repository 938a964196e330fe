"""What checks of services have in common: fields of their options, and how an answer is made."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError
from yarl import URL

from collectors._contract import Answer
from metrics.observation import Outcome, Value

_LONGEST: Final = 2_000
_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?\.?|[0-9a-f:]{2,45}")


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        raise PydanticCustomError("bad_network", "not a network") from None


def _url(value: str) -> str:
    """Read a URL and write it as it is sent: punycode, percent-encoded, without a fragment."""
    try:
        url = URL(value)
        good = url.scheme in {"http", "https"} and bool(url.raw_host) and len(value) <= _LONGEST
    except ValueError:
        good = False
    if not good:
        raise PydanticCustomError("bad_url", "not a URL")
    if url.raw_user is not None or url.raw_password is not None:
        raise PydanticCustomError("url_with_secret", "credentials in a URL")
    return str(url.with_fragment(None))


def _host(value: str) -> str:
    """Read a host's name (in any script) or its address, and write it as it is asked for."""
    try:
        found = URL.build(scheme="https", host=value).raw_host or ""
    except ValueError:
        found = ""
    if not _HOST.fullmatch(found):
        raise PydanticCustomError("bad_host", "not a host")
    return found


def _absolute(value: str) -> str:
    if not value.startswith("/") or not value.isprintable():
        raise PydanticCustomError("needs_absolute_path", "not an absolute path")
    return value


Url = Annotated[str, AfterValidator(_url)]
Host = Annotated[str, AfterValidator(_host)]
Ca = Annotated[str, AfterValidator(_absolute)]
"""Path of a PEM file of authorities."""
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_several)
]
Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]
Version = Literal[4, 6]


def answer(outcome: Outcome, trouble: str, took: float, *own: Value, note: str = "") -> Answer:
    """Make the answer of a check.

    `trouble`: why what it expects is not met, "" where it is; `note`: the reason where all is well
    and yet not as usual. `own`: values after success and duration.
    """
    if outcome is Outcome.SKIPPED:
        return Answer(outcome, trouble, (None, None, *own))
    return Answer(outcome, trouble or note, (int(not trouble), took, *own))
