"""Did a job report in time: it calls `/beat/<token>` when it is done, and nobody has to log in.

    - kind: heartbeat
      token: ${BACKUP_TOKEN}
      expected: 1d
      grace: 2h

Asks nobody: what was reported is kept by the monitor (`collectors/_beats.py`). A report that may
have come while the monitor did not run is not held against the job; the next one is.

Reasons beside ANSWERED: `job_failed` the job says so itself; `beat_late` the last report is older
than `expected` and `grace` together; `beat_missing` there was never one, although the monitor has
waited as long; `backup_too_small`, `backup_shrunk` the size that was reported.
Reasons of SKIPPED: `beat_awaited` there was never one, and it is not due yet; `beat_unheard` it was
due while the monitor did not run; `beat_ahead` the last one lies in the future, for the monitor's
clock has gone back; `beats_closed` no reports are taken here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from collectors._beats import Beat
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._service import service_of, service_probe
from inventory.edge import AnySize, Duration, Percent
from inventory.model import Inventory, ProbeSpec, Secret, TargetId
from inventory.strict import Strict
from metrics.families.backups import BACKUP_AGE, BACKUP_RPO, BACKUP_SIZE, BACKUP_TOOK
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 10.0
VITAL: Final = True
_METRICS: Final = (BACKUP_AGE, BACKUP_SIZE, BACKUP_TOOK, BACKUP_RPO)
_NOTHING: Final[tuple[Value, ...]] = (None,) * (2 + len(_METRICS))
_DEADLINE: Final = 5.0
_SHORTEST_TOKEN: Final = 16
_SHORTEST_GRACE: Final = 300.0
_SHARE: Final = 0.1


def _long_enough(token: Secret) -> Secret:
    if len(token) < _SHORTEST_TOKEN:
        raise PydanticCustomError("secret_too_short", "too short", {"least": _SHORTEST_TOKEN})
    return token


Token = Annotated[Secret, AfterValidator(_long_enough)]
"""What a job names itself by; whoever has it can report for the job, and nothing else."""


def _some_time(seconds: float) -> float:
    if seconds <= 0:
        raise PydanticCustomError("bad_duration", "bad duration")
    return seconds


Period = Annotated[Duration, AfterValidator(_some_time)]


class Options(Strict):
    """Who reports, how often, and how much it should have written (bytes; ratio of the last).

    `grace`: a tenth of `expected`, 5 minutes at least, if not said. `smallest`: an empty backup is
    none, if not said.
    """

    token: Token
    expected: Period
    grace: Duration | None = None
    smallest: AnySize = 1
    shrink: Percent | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """When a report is due: seconds after the one before, and how much later it may be."""

    expected: float
    grace: float

    @property
    def most(self) -> float:
        """How old a report may be."""
        return self.expected + self.grace


def window_of(expected: float, grace: float | None) -> Window:
    """Return when a report is due, with the usual grace where none is said."""
    usual = max(_SHORTEST_GRACE, _SHARE * expected)
    return Window(expected, usual if grace is None else grace)


@dataclass(frozen=True, slots=True)
class _Question:
    service: str
    token: Secret
    window: Window
    smallest: int
    shrink: float


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to look whether the job of a service reported."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    question = _Question(
        service.id,
        options.token,
        window_of(options.expected, options.grace),
        options.smallest,
        float(options.shrink or 0),
    )
    return service_probe(spec, service, inventory, _METRICS, question, deadline=_DEADLINE)


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Look at the last report."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    beat = wires.beats.heard(question.service)
    if beat is None:
        return Answer(Outcome.SKIPPED, "beats_closed", _NOTHING)
    outcome, reason = overdue(beat, question.window)
    if not reason:
        reason = _trouble(beat, question.smallest, question.shrink)
    if outcome is Outcome.SKIPPED:
        return Answer(outcome, reason, _NOTHING)
    values = (int(not reason), None, beat.age, beat.size, beat.took, question.window.most)
    return Answer(outcome, reason, values)


def overdue(beat: Beat, window: Window) -> tuple[Outcome, str]:
    """Say whether a report is late, and where nobody can know: ANSWERED or SKIPPED, a reason."""
    if beat.age is None:
        if beat.known <= window.most:
            return Outcome.SKIPPED, "beat_ahead" if beat.is_ahead else "beat_awaited"
        return Outcome.ANSWERED, "beat_late" if beat.is_ahead else "beat_missing"
    if beat.age <= window.most:
        return Outcome.ANSWERED, ""
    if beat.age <= window.most + window.expected and _was_away(beat, beat.age, window):
        return Outcome.SKIPPED, "beat_unheard"
    return Outcome.ANSWERED, "beat_late"


def _was_away(beat: Beat, age: float, window: Window) -> bool:
    """Say whether the monitor did not run at some time when the report was due."""
    due = age - window.expected
    return any(
        left >= due - window.grace and back <= due + window.grace for left, back in beat.away
    )


def _trouble(beat: Beat, smallest: int, shrink: float) -> str:
    if not beat.good:
        return "job_failed"
    if beat.size is None:
        return ""
    if beat.size < smallest:
        return "backup_too_small"
    if beat.before is not None and beat.size < shrink * beat.before:
        return "backup_shrunk"
    return ""
