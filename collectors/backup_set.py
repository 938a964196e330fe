"""Are backups fresh and large enough: looked at where they lie (SFTP), or as a system tells (HTTP).

    - kind: backup_set
      device: bak-1
      path: /backup/oracle/full-*.dmp
      rpo: 26h
      smallest: 10G
      shrink: 50

    - kind: backup_set
      url: https://backup.example.gov.cn/api/jobs
      list: /jobs
      time: /finished
      size: /bytes
      result: /state

`list`, `time`, `size` and `result` are JSON pointers (RFC 6901); with `list` the others begin at
each of its elements. Sets whose result is none of `good` do not count. `rpo`: how old the newest
may be. `shrink`: percent of the set before, below which one is suspicious. `settle`: a set that was
written to within this time may not be finished, and the one before counts.

Reasons beside ANSWERED: `backup_missing`, `backup_too_old`, `backup_too_small`, `backup_shrunk`,
`clock_ahead` the newest lies in the future, `job_failed` there are sets, and none is good.
Others: GARBLED `backup_unread` the document lacks what is asked for; SKIPPED `clock_unknown`;
`folder_missing`, `folder_refused`, `no_sftp`, `http_status`, and those of both wires.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from collectors._checks import Ca, Networks, Url, answer
from collectors._contract import Answer, Wires
from collectors._freshness import Backup, Demand, Judged, judge
from collectors._memory import DeviceMemory
from collectors._report import Pointer, at, instant, is_missing, whole
from collectors._service import service_of, service_probe
from collectors._source import FilePattern, Trouble, files, http_question, report, way_to
from collectors._ssh import Access
from collectors._web import HttpQuestion
from collectors.heartbeat import Period
from inventory.edge import Address, AnySize, Duration, Id, Percent
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.families.backups import BACKUP_AGE, BACKUP_COUNT, BACKUP_RPO, BACKUP_SIZE
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 60.0
VITAL: Final = True
_METRICS: Final = (BACKUP_AGE, BACKUP_SIZE, BACKUP_COUNT, BACKUP_RPO)
_NOTHING: Final[tuple[Value, ...]] = (None,) * len(_METRICS)
_SPARE: Final = 5.0


class Options(Strict):
    """Where to look: `path` on `device`, or `url` with pointers; and what is demanded."""

    device: Id | None = None
    path: FilePattern | None = None
    url: Url | None = None
    list: Pointer | None = None
    time: Pointer | None = None
    size: Pointer | None = None
    result: Pointer | None = None
    good: tuple[str, ...] = ("ok", "success", "succeeded", "completed", "done", "成功", "完成")
    login: Id | None = None
    auth: Literal["basic", "bearer"] = "basic"
    ca: Ca = ""
    address: Address | None = None
    allow: Networks = ()
    rpo: Period = 26 * 3600.0
    smallest: AnySize = 1
    shrink: Percent | None = None
    settle: Duration = 600.0
    timeout: float = Field(default=20.0, gt=0, le=120)

    @model_validator(mode="after")
    def _one_source(self) -> Options:
        by_ssh, by_http = self.device is not None, self.url is not None
        wanted = "path" if by_ssh else "time"
        if not by_ssh and not by_http:
            raise PydanticCustomError("missing_key", "missing", {"key": "device"})
        if by_ssh and by_http:
            raise PydanticCustomError("two_sources", "two sources")
        if getattr(self, wanted) is None:
            raise PydanticCustomError("missing_key", "missing", {"key": wanted})
        return self


@dataclass(frozen=True, slots=True)
class _Pointers:
    list: str | None
    time: str
    size: str | None
    result: str | None
    good: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Question:
    source: Access | HttpQuestion
    path: str
    pointers: _Pointers
    demand: Demand
    timeout: float


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to look at the backups of a service."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    source = way_to(options.device, inventory) or http_question(options, inventory)
    if source is None:
        return None
    question = _Question(
        source,
        options.path or "",
        _Pointers(
            options.list,
            options.time or "",
            options.size,
            options.result,
            frozenset(word.casefold() for word in options.good),
        ),
        Demand(options.rpo, options.smallest, float(options.shrink or 0), options.settle),
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
    """Look once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    began = monotonic()
    try:
        judged = await _look(question, wires)
    except Trouble as trouble:
        return answer(trouble.outcome, trouble.reason, monotonic() - began, *_NOTHING)
    took, rpo = monotonic() - began, question.demand.rpo
    own = (judged.age, judged.size, judged.count, rpo)
    return answer(Outcome.ANSWERED, judged.reason, took, *own)


async def _look(question: _Question, wires: Wires) -> Judged:
    """Find the sets and hold them to what is demanded. Raises Trouble."""
    if isinstance(question.source, Access):
        found = await files(question.source, question.path, wires, timeout=question.timeout)
        failed = 0
    else:
        found, failed = sets_of(await report(question.source, wires), question.pointers)
    now = wires.wall()
    if now is None:
        raise Trouble(Outcome.SKIPPED, "clock_unknown")
    if failed and not found:
        return Judged("job_failed")
    return judge(found, now, question.demand)


def sets_of(told: Any, pointers: _Pointers) -> tuple[list[Backup], int]:
    """Read the sets that a document tells, and count those that failed. Raises Trouble."""
    each = told if pointers.list is None else at(told, pointers.list)
    if pointers.list is None:
        each = [told]
    elif not isinstance(each, list):
        raise Trouble(Outcome.GARBLED, "backup_unread")
    good = [one for one in each if _is_good(one, pointers)]
    found = [backup for one in good if (backup := _set(one, pointers)) is not None]
    if good and not found:
        raise Trouble(Outcome.GARBLED, "backup_unread")
    return found, len(each) - len(good)


def _is_good(one: Any, pointers: _Pointers) -> bool:
    if pointers.result is None:
        return True
    told = at(one, pointers.result)
    if isinstance(told, bool):
        return told
    return not is_missing(told) and str(told).casefold() in pointers.good


def _set(one: Any, pointers: _Pointers) -> Backup | None:
    when = instant(at(one, pointers.time))
    if when is None:
        return None
    size = None if pointers.size is None else whole(at(one, pointers.size))
    return Backup(when, size)
