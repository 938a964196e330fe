"""How meetings fare on the way to a node: a stream of our own echoes, marked with their class.

Asks by ICMP or by UDP (RFC 862) the address it is told, or that of a device, or of the far end of a
link. 100 echoes, 20 ms apart and marked EF (RFC 3246), pass through the queues that sound and
pictures pass through. What is made of them stands in `collectors/_stream.py`.

Success: the rating is not worse than `least`, C where nothing is said; a node that gets a C is
above a limit of its class, which the reason names, and is told by a rule on the rating.

Outcomes as of `echo`: ANSWERED when any echo came back, SILENT `path_silent` when none did, REFUSED
when the address itself said unreachable, SKIPPED when none could be sent.
Reasons beside ANSWERED: `path_loss`, `path_jitter`, `path_delay`: the limit exceeded most.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from time import monotonic
from typing import Annotated, Final, Literal, Protocol

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from collectors._contract import Answer, EchoReply, Wires
from collectors._contract import EchoWire as Sender
from collectors._memory import DeviceMemory
from collectors._service import service_of, service_probe
from collectors._stream import (
    CLASSES,
    GRADES,
    ClassName,
    Heard,
    Limits,
    Verdict,
    judge,
    listen,
    opinion_of,
)
from inventory.edge import Address, Duration, Id, Percent
from inventory.model import EchoWire, Endpoint, Inventory, ProbeSpec, Service, TargetId
from inventory.strict import Strict
from metrics.families.paths import (
    PATH_DELAY,
    PATH_JITTER,
    PATH_LOSS,
    PATH_LOST,
    PATH_MOS,
    PATH_RATING,
    PATH_RTP_JITTER,
    PATH_RTT,
    PATH_RTT_MAX,
    PATH_RTT_P95,
    PATH_SENT,
)
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 30.0
VITAL: Final = True
_METRICS: Final = (
    PATH_SENT, PATH_LOST, PATH_LOSS, PATH_RTT, PATH_RTT_P95, PATH_RTT_MAX, PATH_DELAY, PATH_JITTER,
    PATH_RTP_JITTER, PATH_MOS, PATH_RATING,
)  # fmt: skip
_NOTHING: Final[tuple[Value, ...]] = (None,) * (2 + len(_METRICS))
_SPARE: Final = 3.0
"""Seconds beyond the last echo's timeout in which the wire settles a run by itself."""


Class = Annotated[ClassName, Field(alias="class")]
Least = Literal["A", "B", "C"]


class Limited(Protocol):
    """Options with a class, and limits of its own where they are set."""

    class_: ClassName
    loss: Fraction | None
    jitter: float | None
    delay: float | None


def limits_of(options: Limited) -> Limits:
    """Return the limits in force."""
    usual = CLASSES[options.class_]
    return Limits(
        usual.loss if options.loss is None else float(options.loss),
        options.jitter or usual.jitter,
        options.delay or usual.delay,
    )


class Options(Strict):
    """Whom to ask and how. Of `address`, `device` and `link` the first that is given counts."""

    address: Address | None = None
    device: Id | None = None
    link: Id | None = None
    wire: EchoWire = "icmp"
    dscp: int = Field(default=46, ge=0, le=63)
    count: int = Field(default=100, ge=10, le=1000)
    size: int = Field(default=200, ge=56, le=1472)
    """Octets behind the UDP or ICMP header; sound in RTP has some 172, pictures up to 1,200."""
    gap: Annotated[Duration, Field(ge=0.005, le=1)] = 0.02
    timeout: float = Field(default=2.0, gt=0, le=10)
    class_: Class = "video"
    loss: Percent | None = None
    jitter: Duration | None = None
    delay: Duration | None = None
    least: Least = "C"

    @model_validator(mode="after")
    def _somebody(self) -> Options:
        if self.address is None and self.device is None and self.link is None:
            raise PydanticCustomError("missing_key", "missing", {"key": "address"})
        return self


@dataclass(frozen=True, slots=True)
class Question:
    """A stream to be sent, and what it is held against."""

    wire: EchoWire
    endpoint: Endpoint
    dscp: int
    count: int
    size: int
    gap: float
    timeout: float
    limits: Limits
    least: int

    @property
    def seconds(self) -> float:
        """How long a run takes at most."""
        return self.count * self.gap + self.timeout


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask the node of a service."""
    service = service_of(target, inventory)
    if service is None:
        return None
    question = question_of(spec, inventory)
    if question is None:
        return None
    return _probe(spec, service, inventory, question)


def question_of(spec: ProbeSpec, inventory: Inventory) -> Question | None:
    """Return what is to be asked; None where nobody is named who has an address."""
    options = Options.model_validate(dict(spec.options))
    endpoint = options.address or _named(options, inventory)
    if endpoint is None:
        return None
    return Question(
        options.wire,
        endpoint,
        options.dscp,
        options.count,
        options.size,
        options.gap,
        options.timeout,
        limits_of(options),
        GRADES[options.least],
    )


def _named(options: Options, inventory: Inventory) -> Endpoint | None:
    """Return the address of a device or of a link's far end, by the port of the wire."""
    if options.device is not None:
        device = inventory.devices.get(options.device)
        found = device.address if device is not None else None
        return None if found is None else Endpoint(found.host)  # its port is SNMP's
    link = inventory.links.get(options.link or "")
    return link.b.address if link is not None else None


def _probe(spec: ProbeSpec, service: Service, inventory: Inventory, question: Question) -> Probe:
    deadline = question.seconds + _SPARE
    return service_probe(spec, service, inventory, _METRICS, question, deadline=deadline)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Send one stream and sum it up."""
    question: Question = probe.question  # type: ignore[assignment]  # plan() put it there
    began = monotonic()
    reply = await send(question, wires.icmp if question.wire == "icmp" else wires.udp)
    return _answer(question, reply, monotonic() - began)


async def send(question: Question, wire: Sender, count: int | None = None) -> EchoReply:
    """Send the stream of a question, or `count` echoes of it."""
    return await wire.echo(
        question.endpoint,
        count=count or question.count,
        gap=question.gap,
        timeout=question.timeout,
        dscp=question.dscp,
        size=question.size,
    )


def verdict_of(heard: Heard, limits: Limits) -> Verdict:
    """Rate what was heard; where nothing came back all is lost."""
    loss = 1.0 if heard.loss is None else heard.loss
    return judge(loss, heard.jitter, heard.delay, limits)


def _answer(question: Question, reply: EchoReply, took: float) -> Answer:
    heard = listen(reply.rtts)
    if heard.rtt is None:
        return _unheard(reply, heard, took)
    verdict = verdict_of(heard, question.limits)
    grade = GRADES[verdict.rating]
    values = (
        int(grade >= question.least),
        took,
        heard.sent,
        heard.lost,
        heard.loss,
        heard.rtt,
        heard.rtt_p95,
        heard.rtt_max,
        heard.delay,
        heard.jitter,
        heard.rtp_jitter,
        opinion_of(heard),
        grade,
    )
    return Answer(Outcome.ANSWERED, verdict.reason or reply.reason, values)


def _unheard(reply: EchoReply, heard: Heard, took: float) -> Answer:
    if reply.refused:
        return Answer(Outcome.REFUSED, "unreachable", (0, took, *_NOTHING[2:]))
    if not heard.sent:
        return Answer(Outcome.SKIPPED, reply.reason or "not_sent", _NOTHING)
    values = (0, took, heard.sent, heard.lost, heard.loss, *(None,) * 7, GRADES["D"])
    return Answer(Outcome.SILENT, reply.reason or "path_silent", values)
