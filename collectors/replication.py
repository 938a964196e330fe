"""How far a replica lags behind, against what may be lost (RPO). No database is logged in to.

    - kind: replication                   # a system that tells the lag as JSON
      url: https://db.example.gov.cn/replica
      lag: /seconds_behind
      rpo: 5m

    - kind: replication                   # the replica reports it: /beat/<token>?lag=12.5
      token: ${REPLICA_TOKEN}
      expected: 1m

    - kind: replication                   # a file that is written at the source each minute
      device: standby-1
      path: /data/replicated/.alive

`lag` is a JSON pointer to seconds. Null means that replication does not run, as MySQL's
Seconds_Behind_Source does. A file's lag is its age at the replica.

Reasons beside ANSWERED: `replica_behind`, `replica_stopped`; `clock_ahead` the file lies in the
future; `job_failed`, `beat_late`, `beat_missing` as of `heartbeat`. Others: GARBLED
`replica_unread`; SKIPPED `beat_awaited`, `beat_ahead`, `beat_unheard`, `clock_unknown`; those of
`backup_set`.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from collectors._checks import Ca, Networks, Url, answer
from collectors._contract import Answer, Wires
from collectors._freshness import AHEAD
from collectors._memory import DeviceMemory
from collectors._report import Pointer, at, number
from collectors._service import service_of, service_probe
from collectors._source import FilePattern, Trouble, files, http_question, report, way_to
from collectors._ssh import Access
from collectors._web import HttpQuestion
from collectors.heartbeat import Period, Token, Window, overdue, window_of
from inventory.edge import Address, Duration, Id
from inventory.model import Inventory, ProbeSpec, Secret, TargetId
from inventory.strict import Strict
from metrics.families.backups import REPLICATION_LAG, REPLICATION_RPO
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 10.0
VITAL: Final = True
_METRICS: Final = (REPLICATION_LAG, REPLICATION_RPO)
_NOTHING: Final[tuple[Value, ...]] = (None,) * len(_METRICS)
_SPARE: Final = 5.0


class Options(Strict):
    """Who tells the lag: `url` with `lag`, a report with `token`, or `path` on `device`."""

    url: Url | None = None
    lag: Pointer | None = None
    login: Id | None = None
    auth: Literal["basic", "bearer"] = "basic"
    ca: Ca = ""
    address: Address | None = None
    allow: Networks = ()
    token: Token | None = None
    expected: Period = 60.0
    grace: Duration | None = None
    device: Id | None = None
    path: FilePattern | None = None
    rpo: Period = 300.0
    timeout: float = Field(default=10.0, gt=0, le=120)

    @model_validator(mode="after")
    def _one_source(self) -> Options:
        sources = [name for name in ("url", "token", "device") if getattr(self, name) is not None]
        if not sources:
            raise PydanticCustomError("missing_key", "missing", {"key": "url"})
        if len(sources) > 1:
            raise PydanticCustomError("two_sources", "two sources")
        wanted = {"url": "lag", "device": "path"}.get(sources[0])
        if wanted is not None and getattr(self, wanted) is None:
            raise PydanticCustomError("missing_key", "missing", {"key": wanted})
        return self


@dataclass(frozen=True, slots=True)
class _Question:
    service: str
    source: Access | HttpQuestion | Window
    token: Secret
    lag: str
    path: str
    rpo: float
    timeout: float


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask for the lag of a service's replica."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    source: Access | HttpQuestion | Window | None
    if options.token is not None:
        source = window_of(options.expected, options.grace)
    else:
        source = way_to(options.device, inventory) or http_question(options, inventory)
    if source is None:
        return None
    question = _Question(
        service.id,
        source,
        options.token or Secret(""),
        options.lag or "",
        options.path or "",
        options.rpo,
        options.timeout,
    )
    return service_probe(
        spec,
        service,
        inventory,
        _METRICS,
        question,
        deadline=options.timeout + _SPARE,
        device=options.device,
    )


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    began = monotonic()
    try:
        lag, reason = await _lag(question, wires)
    except Trouble as trouble:
        return answer(trouble.outcome, trouble.reason, monotonic() - began, *_NOTHING)
    if not reason and lag is not None and lag > question.rpo:
        reason = "replica_behind"
    return answer(Outcome.ANSWERED, reason, monotonic() - began, lag, question.rpo)


async def _lag(question: _Question, wires: Wires) -> tuple[float | None, str]:
    """Return the lag, and why it is none or not to be believed. Raises Trouble."""
    source = question.source
    if isinstance(source, Window):
        return _reported(question.service, source, wires)
    if isinstance(source, Access):
        return await _by_file(question, source, wires)
    return lag_of(await report(source, wires), question.lag)


def _reported(service: str, window: Window, wires: Wires) -> tuple[float | None, str]:
    beat = wires.beats.heard(service)
    if beat is None:
        raise Trouble(Outcome.SKIPPED, "beats_closed")
    outcome, reason = overdue(beat, window)
    if outcome is Outcome.SKIPPED:
        raise Trouble(outcome, reason)
    if reason or not beat.good:
        return None, reason or "job_failed"
    return beat.lag, "" if beat.lag is not None else "replica_stopped"


async def _by_file(question: _Question, access: Access, wires: Wires) -> tuple[float | None, str]:
    found = await files(access, question.path, wires, timeout=question.timeout)
    now = wires.wall()
    if now is None:
        raise Trouble(Outcome.SKIPPED, "clock_unknown")
    if not found:
        return None, "replica_stopped"
    lag = now - max(one.at for one in found)
    return (None, "clock_ahead") if lag < -AHEAD else (max(0.0, lag), "")


def lag_of(told: Any, pointer: str) -> tuple[float | None, str]:
    """Read the lag that a document tells. Raises Trouble."""
    found = at(told, pointer)
    if found is None and told is not None:
        return None, "replica_stopped"
    lag = number(found)
    if lag is None or lag < 0:
        raise Trouble(Outcome.GARBLED, "replica_unread")
    return lag, ""
