"""How meetings fare on a path, as a router's own test of it tells by SNMP (NQA, IP SLA).

The test must exist on the router and run there; it is only read. Which MIBs are asked, and how
they are understood, stands in `collectors/_nqa.py`.

Success: the test was completed, and its rating is not worse than `least` (see `path.py`). A router
that does not answer says nothing about the path: SKIPPED, with the wire's reason.

Reasons beside ANSWERED: `nqa_failed` the test was not completed; `path_loss`, `path_jitter`,
`path_delay` the limit exceeded most.
Reasons of SKIPPED: `nqa_missing` no such test; `nqa_stopped` it runs no more; `nqa_no_result` it
has told nothing yet; `nqa_old` its last result is older than `stale`; those of the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Final

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from collectors._contract import Answer, SnmpReply, Wires
from collectors._memory import DeviceMemory
from collectors._nqa import DIALECTS, DISMAN, UPTIME, Columns, Dialect, Reading, text_index
from collectors._service import service_of, service_probe
from collectors._stream import GRADES, Limits, judge, mos
from collectors.path import Class, Least, limits_of
from inventory.edge import Duration, Id, Percent, Text
from inventory.model import Credential, Endpoint, Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.families.paths import (
    PATH_DELAY,
    PATH_JITTER,
    PATH_LOSS,
    PATH_LOST,
    PATH_MOS,
    PATH_RATING,
    PATH_RTT_MAX,
    PATH_RTT_MEAN,
    PATH_SENT,
)
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 10.0
VITAL: Final = True
METRICS: Final = (
    PATH_SENT, PATH_LOST, PATH_LOSS, PATH_RTT_MEAN, PATH_RTT_MAX, PATH_DELAY, PATH_JITTER, PATH_MOS,
    PATH_RATING,
)  # fmt: skip
"""Of every collector that reads a router's test, after success and duration."""
_NOTHING: Final[tuple[Value, ...]] = (None,) * (2 + len(METRICS))
_TICKS: Final = 100
_WRAP: Final = 2**32


class Options(Strict):
    """Whose test, and which: owner and name, or on Cisco the number of its entry.

    `stale`: how old the last result may be, where the router says how old it is.
    """

    device: Id
    owner: Text = ""
    name: Text = ""
    entry: int | None = Field(default=None, ge=1)
    stale: Duration = 900.0
    timeout: float = Field(default=3.0, gt=0, le=30)
    retries: int = Field(default=1, ge=0, le=5)
    class_: Class = "video"
    loss: Percent | None = None
    jitter: Duration | None = None
    delay: Duration | None = None
    least: Least = "C"

    @model_validator(mode="after")
    def _named(self) -> Options:
        if not self.name and self.entry is None:
            raise PydanticCustomError("missing_key", "missing", {"key": "name"})
        return self


@dataclass(frozen=True, slots=True)
class _Question:
    endpoint: Endpoint
    credential: Credential
    dialect: Dialect
    index: str
    limits: Limits
    least: int
    stale: float
    timeout: float
    retries: int


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to read the test of a router that has an address and a credential."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    device = inventory.devices.get(options.device)
    if device is None or device.address is None or device.credential is None:
        return None
    dialect = DIALECTS.get(device.platform, DISMAN)
    index = (
        str(options.entry or "") if dialect.numbered else text_index(options.owner, options.name)
    )
    if not index or not (options.name or dialect.numbered):
        return None
    question = _Question(
        device.address,
        inventory.credentials[device.credential],
        dialect,
        index,
        limits_of(options),
        GRADES[options.least],
        options.stale,
        options.timeout,
        options.retries,
    )
    deadline = 2 * options.timeout * (options.retries + 1) + 1
    return service_probe(
        spec, service, inventory, METRICS, question, deadline=deadline, device=device.id
    )


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Read the last result of the test."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    began = monotonic()
    dialect = question.dialect
    values = await _get(question, wires, memory, dialect.control, "", uptime=dialect.numbered)
    if isinstance(values, SnmpReply):
        return _unknown(values.reason)
    results = dialect.results(values)
    if isinstance(results, str):
        return _unknown(results)
    if results.columns:
        more = await _get(question, wires, memory, results.columns, results.suffix)
        if isinstance(more, SnmpReply):
            return _unknown(more.reason)
        if not more:
            return _unknown("nqa_no_result")
        values = {**values, **more}
    if _age(values) > question.stale:
        return _unknown("nqa_old")
    return answer_of(dialect.read(values), question.limits, question.least, monotonic() - began)


async def _get(
    question: _Question,
    wires: Wires,
    memory: DeviceMemory,
    columns: Columns,
    suffix: str,
    *,
    uptime: bool = False,
) -> dict[str, int] | SnmpReply:
    """Return what was told of `columns`, by name; a reply that is none where it was not heard."""
    oids = {name: f"{column}.{question.index}{suffix}" for name, column in columns.items()}
    if uptime:
        oids["uptime"] = f"{UPTIME}.0"
    reply = await wires.snmp.get(
        question.endpoint,
        question.credential,
        tuple(oids.values()),
        memory,
        timeout=question.timeout,
        retries=question.retries,
    )
    if reply.outcome is not Outcome.ANSWERED:
        return reply
    return {
        name: value for name, oid in oids.items() if isinstance(value := reply.values.get(oid), int)
    }


def _age(values: dict[str, int]) -> float:
    """Return how old a result is in seconds, 0 where the router does not say; sysUpTime wraps."""
    if "at" not in values or "uptime" not in values:
        return 0.0
    return (values["uptime"] - values["at"]) % _WRAP / _TICKS


def answer_of(reading: Reading, limits: Limits, least: int, took: float) -> Answer:
    """Rate what a router's test told, as a stream of our own is rated; SKIPPED where it is none."""
    if not reading.says_something:
        return _unknown("nqa_no_result")
    loss = 1.0 if reading.loss is None and not reading.completed else reading.loss or 0.0
    verdict = judge(loss, reading.jitter, reading.delay, limits)
    grade = GRADES[verdict.rating] if reading.completed else GRADES["D"]
    opinion = reading.mos
    if opinion is None and reading.delay is not None and reading.jitter is not None:
        opinion = mos(loss, reading.delay, reading.jitter)
    values = (
        int(bool(reading.completed) and grade >= least),
        took,
        reading.sent,
        reading.lost,
        reading.loss,
        reading.rtt_mean,
        reading.rtt_max,
        reading.delay,
        reading.jitter,
        opinion,
        grade,
    )
    return Answer(Outcome.ANSWERED, verdict.reason if reading.completed else "nqa_failed", values)


def _unknown(reason: str) -> Answer:
    return Answer(Outcome.SKIPPED, reason, _NOTHING)
