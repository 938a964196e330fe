"""Does a website or an application answer as it should: status, text, how long each phase takes.

    - kind: http
      url: https://portal.example.gov.cn/
      status: [200, 300-399]
      text: 政务服务
      not_text: [系统维护, 数据库连接失败]

Facts come over the wire (`collectors/wires/web.py`, reasons there); what is expected is said here:

    http_status     the status is none of those expected
    text_missing    an expected text is not on the page
    text_forbidden  a text is on the page that should not be

A service whose page cannot be had is DOWN. How slow is too slow (`limit`) is a matter of rules.
"""

from __future__ import annotations

import base64
import re
import time
from typing import Annotated, Final, Literal

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from collectors._checks import Ca, Host, Networks, Texts, Url, Version, answer
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._page import read_text
from collectors._service import service_of, service_probe
from collectors._web import HttpQuestion, HttpReply
from inventory.edge import Address, Id
from inventory.model import Inventory, Login, ProbeSpec, Secret, TargetId
from inventory.strict import Strict
from metrics.families.checks import (
    CERT_EXPIRY,
    CERT_LEFT,
    HTTP_CONNECT,
    HTTP_LENGTH,
    HTTP_LIMIT,
    HTTP_PROCESSING,
    HTTP_REDIRECTS,
    HTTP_RESOLVE,
    HTTP_STATUS,
    HTTP_TLS,
    HTTP_TRANSFER,
    IP_PROTOCOL,
)
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 10.0
VITAL: Final = True

_METRICS: Final = (
    HTTP_STATUS, HTTP_RESOLVE, HTTP_CONNECT, HTTP_TLS, HTTP_PROCESSING, HTTP_TRANSFER, HTTP_LENGTH,
    HTTP_REDIRECTS, HTTP_LIMIT, CERT_EXPIRY, CERT_LEFT, IP_PROTOCOL,
)  # fmt: skip
_RANGE: Final = re.compile(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?")
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade"})
_SECRET: Final = frozenset({"authorization", "proxy-authorization", "cookie"})


def _statuses(value: object) -> object:
    """Read 200, "200-299", or a list of those as pairs."""
    pairs = []
    for one in value if isinstance(value, list | tuple) else [value]:
        match = _RANGE.fullmatch(str(one)) if isinstance(one, int | str) else None
        if match is None:
            raise PydanticCustomError("bad_status", "not a status")
        pairs.append((int(match[1]), int(match[2] or match[1])))
    return pairs


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS or not text.isascii():
            raise PydanticCustomError("bad_header", "no header", {"name": name[:100]})
        if name.lower() in _SECRET or not text.isprintable():
            raise PydanticCustomError("header_secret", "secret header", {"name": name})
    return value


class Options(Strict):
    """What is asked and what is expected. Times in seconds, sizes in bytes."""

    url: Url
    method: Literal["GET", "HEAD", "POST"] = "GET"
    body: str = Field(default="", max_length=65_536)
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default_factory=dict, max_length=20
    )
    login: Id | None = None
    """Whose user and password are sent (`basic`), or whose password as a token (`bearer`)."""
    auth: Literal["basic", "bearer"] = "basic"
    status: Annotated[tuple[tuple[int, int], ...], BeforeValidator(_statuses)] = ((200, 299),)
    text: Annotated[Texts, Field(max_length=10)] = ()
    not_text: Annotated[Texts, Field(max_length=10)] = ()
    redirects: int = Field(default=5, ge=0, le=20)
    hosts: tuple[Host, ...] = ()
    max_bytes: int = Field(default=1_000_000, ge=1_000, le=20_000_000)
    ca: Ca = ""
    verify: bool = True
    address: Address | None = None
    allow: Networks = ()
    ip: Version | None = None
    limit: float | None = Field(default=None, gt=0, le=60)
    timeout: float = Field(default=10.0, gt=0, le=60)


class _Question(msgspec.Struct, frozen=True):
    http: HttpQuestion
    status: tuple[tuple[int, int], ...]
    text: tuple[str, ...]
    not_text: tuple[str, ...]
    limit: float | None
    certificate: bool
    """Whether this check tells how long the certificate lasts; a `tls` check does it better."""


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask for a document."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    login = None if options.login is None else inventory.logins.get(options.login)
    question = _Question(
        HttpQuestion(
            options.url,
            options.method,
            tuple(options.headers.items()),
            _authorization(login, options.auth),
            options.body.encode(),
            options.redirects,
            options.hosts,
            options.max_bytes,
            options.ca,
            options.verify,
            options.address,
            options.allow,
            options.ip,
            options.timeout,
        ),
        options.status,
        options.text,
        options.not_text,
        options.limit,
        all(one.kind != "tls" for one in service.probes),
    )
    return service_probe(spec, service, inventory, _METRICS, question, deadline=options.timeout + 2)


def _authorization(login: Login | None, kind: Literal["basic", "bearer"]) -> Secret:
    """Write the header (RFC 7617, RFC 6750)."""
    if login is None:
        return Secret("")
    if kind == "bearer":
        return Secret("Bearer " + login.password.reveal())
    pair = f"{login.user}:{login.password.reveal()}".encode()
    return Secret("Basic " + base64.b64encode(pair).decode("ascii"))


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    began = time.monotonic()
    reply = await wires.web.http(question.http)
    took = time.monotonic() - began
    return answer(
        reply.outcome,
        _trouble(reply, question),
        took,
        *_values(reply, question, took),
    )


def _trouble(reply: HttpReply, question: _Question) -> str:
    """Return why what is expected is not met, "" where it is."""
    if reply.outcome is not Outcome.ANSWERED or reply.status is None:
        return reply.reason
    if reply.reason.startswith(("redirect_", "too_many_", "tls_", "dns_", "address_")):
        return reply.reason
    if not any(low <= reply.status <= high for low, high in question.status):
        return "http_status"
    if reply.reason:
        return reply.reason
    if question.text or question.not_text:
        page = read_text(reply.body, reply.content_type)
        if any(text in page for text in question.not_text):
            return "text_forbidden"
        if not all(text in page for text in question.text):
            return "text_missing"
    return ""


def _values(reply: HttpReply, question: _Question, took: float) -> tuple[Value, ...]:
    phases = reply.phases
    answered = reply.status is not None
    limited = question.limit is not None and answered
    return (
        reply.status,
        phases.resolve,
        phases.connect,
        phases.tls,
        phases.processing,
        phases.transfer,
        reply.length,
        reply.redirects if answered else None,
        took / question.limit if question.limit is not None and limited else None,
        reply.expires,
        reply.left if question.certificate else None,
        reply.version,
    )
