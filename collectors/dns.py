"""Do the name servers answer, and rightly.

    - kind: dns
      server: [10.0.0.53, 10.0.0.54]
      name: www.example.gov.cn
      type: A
      expect: 10.1.2.3

All servers are asked at once. One that answers wrongly makes the service DOWN, whatever the others
say, for some users hear it; one that is silent does not while another answers (reason
`dns_server_silent`, and `probe_dns_servers_failed` counts it). Reasons:

    dns_rcode              the response code is not the expected one
    dns_wrong_answer       expected records are missing; with `match: equal` also others are there
    dns_not_authenticated  `authenticated` was asked for and the AD bit is not set
    dns_server_silent      some of the servers, but not all, do not answer
    dns_garbled            what came is no answer to the question
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Annotated, Final, Literal

import msgspec
from pydantic import BeforeValidator, Field

from collectors._checks import Texts, answer
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._service import service_of, service_probe
from collectors._web import DnsQuestion, DnsReply
from inventory.edge import Address, Text
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.families.checks import (
    DNS_AUTHENTICATED,
    DNS_AUTHORITATIVE,
    DNS_FAILED,
    DNS_LOOKUP,
    DNS_RECORDS,
    DNS_SERVERS,
)
from metrics.observation import Outcome, Probe

FLOOR_SECONDS: Final = 10.0
VITAL: Final = True

_METRICS: Final = (
    DNS_LOOKUP, DNS_RECORDS, DNS_SERVERS, DNS_FAILED, DNS_AUTHORITATIVE, DNS_AUTHENTICATED,
)  # fmt: skip
_FACTS: Final = (Outcome.REFUSED, Outcome.GARBLED, Outcome.SILENT, Outcome.SKIPPED)
"""Of several servers that all failed, the outcome that says most."""

_BETWEEN: Final = re.compile(r'(?<!\\)" "')

RecordType = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA"]


class Options(Strict):
    """What is asked of whom. `timeout` in seconds, for each server."""

    server: Annotated[
        tuple[Address, ...],
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
        Field(min_length=1, max_length=8),
    ]
    name: Text
    type: RecordType = "A"
    expect: Annotated[Texts, Field(max_length=50)] = ()
    match: Literal["subset", "equal"] = "subset"
    rcode: Literal["NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL"] = "NOERROR"
    recursive: bool = True
    tcp: bool = False
    authenticated: bool = False
    timeout: float = Field(default=3.0, gt=0, le=30)


class _Question(msgspec.Struct, frozen=True):
    servers: tuple[DnsQuestion, ...]
    expect: frozenset[str]
    equal: bool
    rcode: str
    authenticated: bool


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask name servers."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    question = _Question(
        tuple(
            DnsQuestion(
                server, options.name, options.type, options.recursive, options.tcp, options.timeout
            )
            for server in options.server
        ),
        frozenset(plain(text, options.type) for text in options.expect),
        options.match == "equal",
        options.rcode,
        options.authenticated,
    )
    return service_probe(spec, service, inventory, _METRICS, question, deadline=options.timeout + 2)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Ask all servers at once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    began = time.monotonic()
    replies = await asyncio.gather(*(wires.web.dns(one) for one in question.servers))
    took = time.monotonic() - began
    heard = [reply for reply in replies if reply.outcome is Outcome.ANSWERED]
    if not heard:
        worst = min(replies, key=lambda reply: _FACTS.index(reply.outcome))
        failed = None if worst.outcome is Outcome.SKIPPED else len(replies)
        own = (None, None, len(replies), failed, None, None)
        return answer(worst.outcome, worst.reason, took, *own)
    troubles = [trouble for reply in heard if (trouble := _trouble(reply, question))]
    lost = len(replies) - len(heard)
    return answer(
        Outcome.ANSWERED,
        troubles[0] if troubles else "",
        took,
        max((reply.took for reply in heard if reply.took is not None), default=None),
        min(len(reply.records) for reply in heard),
        len(replies),
        lost + len(troubles),
        int(all(reply.authoritative for reply in heard)),
        int(all(reply.authenticated for reply in heard)),
        note="dns_server_silent" if lost else "",
    )


def _trouble(reply: DnsReply, question: _Question) -> str:
    if reply.rcode != question.rcode:
        return "dns_rcode"
    found = _plain(reply.records, question.servers[0].type)
    wrong = found != question.expect if question.equal else not question.expect <= found
    if wrong:
        return "dns_wrong_answer"
    unproven = question.authenticated and not reply.authenticated
    return "dns_not_authenticated" if unproven else ""


def _plain(texts: Iterable[str], kind: str) -> frozenset[str]:
    return frozenset(plain(text, kind) for text in texts)


def plain(text: str, kind: str) -> str:
    """Write record data so that equal data is equal text: addresses, dots, case, quotes."""
    if kind in {"A", "AAAA"}:
        try:
            return str(ip_address(text.strip()))
        except ValueError:
            return text
    if kind == "TXT":
        # More than 255 octets come in pieces that mean one text (RFC 7208 3.3).
        return _BETWEEN.sub("", text.strip().removeprefix('"').removesuffix('"'))
    return " ".join(word.rstrip(".") or "." for word in text.lower().split())
