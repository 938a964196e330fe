"""How is this Linux host, told by the node_exporter that runs there already (HTTP or HTTPS).

The same values as `host`, from https://github.com/prometheus/node_exporter, and it takes the place
of `host` on a device that has both. What the exporter does not tell stays unheard: backups, users,
and, unless its collectors for them are on, services (systemd) and processes.

Reasons: `bad_status` the answer is not 200; `exporter_unread` it is no page of a node_exporter;
`too_large` more than 4 MB; `incomplete` it lacks what every host has; those of HTTP and TLS.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from collectors._checks import Ca, Host
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._web import HttpQuestion
from collectors.hosts import _asked
from collectors.hosts._exposition import read
from collectors.hosts._values import Name, Wanted
from inventory.edge import Id
from inventory.model import Endpoint, Inventory, Login, ProbeSpec, Secret, TargetId
from inventory.strict import Strict
from metrics.observation import Outcome, Probe

FLOOR_SECONDS: Final = _asked.FLOOR_SECONDS
ASIDE: Final = True
_SOURCE: Final = "node_exporter"
_MOST_BYTES: Final = 4_000_000
_MARGIN: Final = 0.5


class Options(Strict):
    """Where its page is, and what is looked at by name, as for `host`.

    `name`: the host name in its certificate, where that does not name the address; `login`: whose
    user and password are sent (its basic authentication).
    """

    port: int = Field(default=9100, ge=1, le=65_535)
    path: str = Field(default="/metrics", pattern=r"^/[A-Za-z0-9._~/%?=&\[\]-]*$", max_length=400)
    tls: bool = False
    name: Host | None = None
    ca: Ca = ""
    login: Id | None = None
    filesystems: tuple[Name, ...] = Field(default=("/",), max_length=32)
    disks: tuple[Name, ...] = Field(default=(), max_length=32)
    interfaces: tuple[Name, ...] = Field(default=(), max_length=32)
    services: tuple[Name, ...] = Field(default=(), max_length=64)


@dataclass(frozen=True, slots=True)
class _Question:
    http: HttpQuestion
    wanted: Wanted


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device that has an address."""
    device = _asked.device_of(target, inventory)
    if device is None or device.address is None:
        return None
    options = Options.model_validate(dict(spec.options))
    wanted = _asked.wanted_of(
        device,
        filesystems=options.filesystems,
        disks=options.disks,
        interfaces=options.interfaces,
        services=options.services,
    )
    address = Endpoint(device.address.host, options.port)
    scheme = "https" if options.tls else "http"
    place = str(address) if options.name is None else f"{options.name}:{options.port}"
    login = None if options.login is None else inventory.logins.get(options.login)
    http = HttpQuestion(
        url=f"{scheme}://{place}{options.path}",
        authorization=_basic(login),
        redirects=0,
        most_bytes=_MOST_BYTES,
        ca=options.ca,
        address=address,
        timeout=_asked.deadline_of(spec) - _MARGIN,
    )
    return _asked.probe_of(spec, device, inventory, wanted, _Question(http, wanted))


def _basic(login: Login | None) -> Secret:
    """Write the header of a user and password (RFC 7617)."""
    if login is None:
        return Secret("")
    pair = f"{login.user}:{login.password.reveal()}".encode()
    return Secret("Basic " + base64.b64encode(pair).decode("ascii"))


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    nothing = _asked.nothing(question.wanted)
    before = wires.wall()
    reply = await wires.web.http(question.http)
    after = wires.wall()
    if reply.outcome is not Outcome.ANSWERED:
        return Answer(reply.outcome, reply.reason, nothing)
    if reply.status in {401, 403}:
        return Answer(Outcome.REFUSED, "bad_status", nothing)
    if reply.reason or reply.status != 200:  # only a whole page is read
        return Answer(Outcome.GARBLED, reply.reason or "bad_status", nothing)
    reading = read(reply.body.decode("utf-8", "replace"))
    if reading is None:
        return Answer(Outcome.GARBLED, "exporter_unread", nothing)
    return _asked.answer(reading, question.wanted, memory, source=_SOURCE, window=(before, after))
