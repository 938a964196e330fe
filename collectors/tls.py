"""Is a server's certificate good, and for how long.

    - kind: tls
      host: portal.example.gov.cn
      days: 7

Whether the chain is trusted and how long it lasts are two facts. Reasons, where it is not good:

    tls_untrusted      no known authority vouches for it, or the chain is not whole
    tls_self_signed    it vouches for itself
    tls_expired        one of the chain is over
    tls_not_yet_valid  one of the chain has not begun
    tls_name_mismatch  it is for other names
    tls_no_names       it has no alternative names at all, and the common name counts for nobody
    tls_weak           SHA-1 or MD5, or a key that is too short
    tls_revoked        it was taken back
    tls_old            the server speaks nothing newer than TLS 1.1, or weak ciphers only
    tls_expires_soon   fewer than `days` days are left

A server that speaks TLCP only (国密, GB/T 38636-2020) is named `gm_only`: its certificates' dates
and names count; that their chain is good nobody has verified. Failing makes a service DEGRADED: for
users the page may still be there, and where it is not the `http` check says so.
"""

from __future__ import annotations

import time
from typing import Final, Literal

import msgspec
from pydantic import Field

from collectors._checks import Ca, Host, Networks, Version, answer
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._service import service_of, service_probe
from collectors._web import Place, TlsQuestion, TlsReply
from inventory.edge import Address
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.families.checks import (
    CERT_EXPIRY,
    CERT_LEFT,
    CERT_VERIFIED,
    CHAIN_EXPIRY,
    IP_PROTOCOL,
    TLCP_ONLY,
    TLS_HANDSHAKE,
    TLS_VERSION,
)
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 60.0
VITAL: Final = False

_METRICS: Final = (
    CERT_EXPIRY, CHAIN_EXPIRY, CERT_LEFT, CERT_VERIFIED, TLS_VERSION, TLS_HANDSHAKE, TLCP_ONLY,
    IP_PROTOCOL,
)  # fmt: skip
_DAY: Final = 86_400
_PORTS: Final = {"": 443, "smtp": 25, "imap": 143, "pop3": 110}


class Options(Strict):
    """Which server. `timeout` in seconds."""

    host: Host
    port: int | None = Field(default=None, ge=1, le=65_535)
    name: Host | None = None
    """The name asked for and looked for in the certificate, where it is not the host."""
    days: int = Field(default=7, ge=0, le=3650)
    starttls: Literal["", "smtp", "imap", "pop3"] = ""
    ca: Ca = ""
    address: Address | None = None
    allow: Networks = ()
    ip: Version | None = None
    timeout: float = Field(default=10.0, gt=0, le=60)


class _Question(msgspec.Struct, frozen=True):
    tls: TlsQuestion
    least: int
    """Seconds that should be left."""


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to look at a certificate."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    port = options.port or _PORTS[options.starttls]
    place = Place(options.host, port, options.address, options.allow, options.ip)
    asked = TlsQuestion(
        place, options.name or options.host, options.ca, options.starttls, options.timeout
    )
    question = _Question(asked, options.days * _DAY)
    return service_probe(spec, service, inventory, _METRICS, question, deadline=options.timeout + 2)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    began = time.monotonic()
    reply = await wires.web.tls(question.tls)
    took = time.monotonic() - began
    note = "gm_only" if reply.tlcp else ""
    return answer(reply.outcome, _trouble(reply, question), took, *_values(reply), note=note)


def _trouble(reply: TlsReply, question: _Question) -> str:
    if reply.outcome is not Outcome.ANSWERED or reply.reason:
        return reply.reason
    if reply.trouble not in {"", "gm_only"}:
        return reply.trouble
    if reply.left is None:
        return "gm_only" if reply.tlcp else "tls_untrusted"
    if reply.left <= 0:
        return "tls_expired"
    return "tls_expires_soon" if reply.left < question.least else ""


def _values(reply: TlsReply) -> tuple[Value, ...]:
    if reply.outcome is not Outcome.ANSWERED or reply.reason:
        return (None,) * (len(_METRICS) - 1) + (reply.version,)
    return (
        reply.expires,
        reply.chain_expires,
        reply.left,
        None if reply.tlcp else int(not reply.trouble),
        reply.protocol,
        reply.handshake,
        int(reply.tlcp),
        reply.version,
    )
