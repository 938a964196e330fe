"""Does a port take connections, and does the server behind it say what it should.

    - kind: tcp
      host: mail.example.gov.cn
      port: 25
      banner: "220 "

Reasons beside those of the wire: `banner_missing`, the server did not say the text in time, or not
within its first 4 kB. A service whose port takes no connections is DOWN.
"""

from __future__ import annotations

import time
from typing import Annotated, Final

from pydantic import Field

from collectors._checks import Host, Networks, Version, answer
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._service import service_of, service_probe
from collectors._web import Place, TcpQuestion
from inventory.edge import Address
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.families.checks import IP_PROTOCOL, TCP_CONNECT
from metrics.observation import Outcome, Probe

FLOOR_SECONDS: Final = 10.0
VITAL: Final = True

_METRICS: Final = (TCP_CONNECT, IP_PROTOCOL)
_LARGEST_BANNER: Final = 4_096


class Options(Strict):
    """Which port. `timeout` in seconds, of connecting and the banner together."""

    host: Host
    port: int = Field(ge=1, le=65_535)
    banner: Annotated[str, Field(max_length=200)] = ""
    address: Address | None = None
    allow: Networks = ()
    ip: Version | None = None
    timeout: float = Field(default=5.0, gt=0, le=60)


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to connect."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    place = Place(options.host, options.port, options.address, options.allow, options.ip)
    banner = options.banner.encode()
    asked = TcpQuestion(place, _LARGEST_BANNER if banner else 0, banner, options.timeout)
    return service_probe(spec, service, inventory, _METRICS, asked, deadline=options.timeout + 2)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Ask once."""
    question: TcpQuestion = probe.question  # type: ignore[assignment]  # plan() put it there
    began = time.monotonic()
    reply = await wires.web.tcp(question)
    took = time.monotonic() - began
    trouble = reply.reason
    if reply.outcome is Outcome.ANSWERED and not trouble and question.until not in reply.heard:
        trouble = "banner_missing"
    return answer(reply.outcome, trouble, took, reply.connect, reply.version)
