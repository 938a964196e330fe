"""Who an outage came from, as it stands: proposed, said, approved, rejected (methodology 1.7).

A pure fold over the records, oldest first. Two persons: who said a cause neither approves nor
rejects it, and nothing that moves seconds counts before the second one approved. What two agreed
on stands until two agree on something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from sla.filings import Standing
from sla.physical import OVERLAY, is_monitors, suggests
from sla.records import Cause, CauseDecided, CauseProposed, Document, Fact, Record
from sla.states import APPROVED, CANARIES_SILENT, CLOCK_OFF, NOT_WATCHED, State
from sla.timeline import Step
from sla.two_persons import is_second

Stage = Literal["proposed", "said", "approved", "rejected"]
STATES: Final[tuple[Stage, ...]] = ("proposed", "said", "approved", "rejected")
PREFIX: Final = "cause/"
"""Of the ids of overlays that causes become; no filing has a stroke in its id."""
_LINK: Final = "link:"
_OURS: Final = frozenset(
    {"monitor_off", CANARIES_SILENT, CLOCK_OFF, NOT_WATCHED, "not_observed", "removed"}
)
"""Why a state is unknown that is no carrier's doing: a monitor that was off makes no downtime."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of an outage, and who approved or rejected it. UTC seconds.

    `until`: up to when the cause holds, None = to the end. `carrier`: whose side, "" = the owner's.
    `record`: number in the ledger. `decided_by` "" = nobody yet.
    """

    cause: Cause
    until: int | None
    by: str
    at: int
    record: int
    why: str = ""
    documents: tuple[Document, ...] = ()
    carrier: str = ""
    decided_by: str = ""
    decided_at: int | None = None
    decided_why: str = ""


@dataclass(frozen=True, slots=True)
class CauseStanding:
    """How the cause of an outage stands. UTC seconds.

    `start`, `end`: of the outage; `end` None = the proposal did not know it, or there is none.
    `proposed`: what the evidence suggests. `agreed`: what two persons agreed on, `waiting`: what
    was said since and waits for the second; `rejected`: what was turned down last.
    """

    outage: str
    link: str
    start: int
    end: int | None = None
    proposed: CauseProposed | None = None
    record: int | None = None
    agreed: Said | None = None
    waiting: Said | None = None
    rejected: Said | None = None

    @property
    def state(self) -> Stage:
        """Return where it stands; what waits goes before what was agreed."""
        if self.waiting is not None:
            return "said"
        if self.agreed is not None:
            return "approved"
        return "proposed" if self.rejected is None else "rejected"

    @property
    def settled(self) -> Stage:
        """Return what its cause rests on; what was agreed stands although something else waits."""
        return "approved" if self.agreed is not None else self.state

    @property
    def cause(self) -> Cause:
        """Return the cause that holds: as agreed, else as said, else as proposed."""
        said = self.agreed or self.waiting
        if said is not None:
            return said.cause
        return "unknown" if self.proposed is None else self.proposed.cause

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return the physical evidence."""
        return () if self.proposed is None else self.proposed.facts

    @property
    def event(self) -> str:
        """Return the id of the common cause, "" = none."""
        return "" if self.proposed is None else self.proposed.event


def parts_of(outage: str) -> tuple[str, int] | None:
    """Return link and first second of the id of a link's outage; None = it is none."""
    target, at, start = outage.rpartition("@")
    if not at or not target.startswith(_LINK) or len(start) > len(str(2**53)):
        return None
    if not (start.isascii() and start.isdecimal()) or target == _LINK:
        return None
    return target.removeprefix(_LINK), int(start)


def standing(records: Iterable[Record]) -> Mapping[str, CauseStanding]:
    """Return how the cause of each outage stands, by the id of the outage.

    What a record says that it may not changes nothing: whoever recomputes a report need not trust
    who wrote it. A later proposal takes the place of an earlier one.
    """
    found: dict[str, CauseStanding] = {}
    for record in records:
        take(found, record)
    return found


def take(found: dict[str, CauseStanding], record: Record) -> None:
    """Take one more record into what `standing` returned of those before it."""
    if isinstance(record.body, CauseProposed):
        _propose(found, record, record.body)
    elif isinstance(record.body, CauseDecided):
        _decide(found, record, record.body)


def may_decide(one: CauseStanding, person: str) -> bool:
    """Say whether `person` may approve or reject what was said: it waits, and it is another's."""
    return one.waiting is not None and is_second(one.waiting.by, person)


def overlays_from(standings: Iterable[CauseStanding]) -> Mapping[str, Sequence[Standing]]:
    """Return the overlays that approved causes become, by link; they are to be honoured as filed.

    Of force majeure the deadline for claims counts from when the cause was said.
    """
    found: dict[str, list[Standing]] = {}
    for one in standings:
        said = one.agreed
        end = None if said is None else _excused_until(one, said)
        if said is None or said.cause not in OVERLAY or end is None or end <= one.start:
            continue
        overlay = Standing(
            overlay=f"{PREFIX}{one.outage}",
            kind=OVERLAY[said.cause],
            links=(one.link,),
            start=one.start,
            end=end,
            title="",
            filed_at=said.at,
            filed_by=said.by,
            state="approved",
            why=said.why,
            documents=said.documents,
            carrier=said.carrier,
            outage=one.outage,
            decided_at=said.decided_at,
            decided_by=said.decided_by,
            decided_why=said.decided_why,
            record=said.record,
            evidence=bool(said.documents) or suggests(one.proposed, OVERLAY[said.cause]),
        )
        found.setdefault(one.link, []).append(overlay)
    return found


def _excused_until(one: CauseStanding, said: Said) -> int | None:
    """Return up to when a cause excuses; None = nobody knows.

    Without a document no longer than the physical evidence reaches: the rest is the carrier's.
    """
    until = said.until if one.end is None else _until(said, one.end)
    reach = None if one.proposed is None or said.documents else one.proposed.until
    return until if until is None or reach is None else min(until, reach)


def reworked(live: Sequence[Step], standings: Iterable[CauseStanding]) -> Sequence[Step]:
    """Return a link's timeline with what was approved of it.

    `monitor`: what only the monitor lost is unknown, not down (1.7). `carrier`, with a document and
    an end, of a stretch that is UNKNOWN at its first second: the carrier kept the monitor out, and
    it is down (1.8); time in which the monitor itself could not see never becomes that.
    """
    steps = live
    for one in standings:
        said = one.agreed
        if said is None:
            continue
        until = said.until if one.end is None else _until(said, one.end)
        if until is None:
            continue
        if said.cause == "monitor":
            steps = _turned(steps, one.start, until, State.DOWN, State.UNKNOWN)
        elif (
            said.cause == "carrier"
            and said.documents
            and said.until is not None
            and _unknown_at(live, one.start)
        ):
            steps = _turned(steps, one.start, until, State.UNKNOWN, State.DOWN)
    return steps


def _until(said: Said, end: int) -> int:
    return end if said.until is None else min(said.until, end)


def _unknown_at(live: Sequence[Step], at: int) -> bool:
    return any(
        step.state is State.UNKNOWN and step.start <= at and (step.end is None or at < step.end)
        for step in live
    )


def _turned(
    live: Sequence[Step], start: int, until: int, before: State, after: State
) -> Sequence[Step]:
    found: list[Step] = []
    for step in live:
        end = step.end
        ours = step.state is State.UNKNOWN and step.reason in _OURS
        first, last = max(step.start, start), until if end is None else min(end, until)
        if step.state is not before or ours or first >= last:
            found.append(step)
            continue
        if step.start < first:
            found.append(step._replace(end=first))
        found.append(Step(after, first, last, step.seen_at, APPROVED, ""))
        if end is None or last < end:
            found.append(step._replace(start=last))
    return found


def _propose(found: dict[str, CauseStanding], record: Record, body: CauseProposed) -> None:
    if parts_of(body.outage) is None or not is_monitors(record, body):
        return
    before = found.get(body.outage, CauseStanding(body.outage, body.link, body.start))
    found[body.outage] = replace(before, end=body.end, proposed=body, record=record.number)


def _decide(found: dict[str, CauseStanding], record: Record, body: CauseDecided) -> None:
    named = parts_of(body.outage)
    if named is None or not record.person:
        return
    one = found.get(body.outage, CauseStanding(body.outage, *named))
    if body.step == "say":
        said = Said(
            body.cause, body.until, record.person, record.at, record.number, body.why,
            body.documents, body.carrier,
        )  # fmt: skip
        found[body.outage] = replace(one, waiting=said)
        return
    if one.waiting is None or not may_decide(one, record.person):
        return
    done = replace(
        one.waiting, decided_by=record.person, decided_at=record.at, decided_why=body.why
    )
    if body.step == "approve":
        found[body.outage] = replace(one, agreed=done, waiting=None, rejected=None)
    else:
        found[body.outage] = replace(one, rejected=done, waiting=None)
