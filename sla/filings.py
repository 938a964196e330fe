"""What was filed about who is responsible, and how each filing stands (methodology 1.6, 1.14).

A pure fold over the records, oldest first. Nothing is edited: an approval, a rejection, a
withdrawal and a correction are later records. Two persons: who filed a thing neither approves nor
rejects it. What was withdrawn or replaced never comes back.

Work that the inventory announces stands as filed by it at `registered` and approved: the review of
the file is its second person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from inventory.model import PlannedWork
from sla.physical import is_monitors, reaches, suggests
from sla.records import (
    CauseProposed,
    Document,
    Kind,
    OverlayDecided,
    OverlayFiled,
    Record,
)
from sla.two_persons import AFTER, LIVING, State, may_say

INVENTORY: Final = "inventory"
"""Who filed and approved what stands in the inventory's files."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An overlay as it stands. Times are UTC seconds; [start, end).

    `filed_at` None = the inventory does not say when it was registered. `carrier`: whose side
    filed it, "" = the owner's. `record`: of its filing, None = from the inventory. `evidence`: it
    has a document, or the physical facts of its outage suggest it.
    """

    overlay: str
    kind: Kind
    links: tuple[str, ...]
    start: int
    end: int
    title: str
    filed_at: int | None
    filed_by: str
    state: State = "filed"
    why: str = ""
    documents: tuple[Document, ...] = ()
    carrier: str = ""
    outage: str = ""
    replaces: str = ""
    replaced_by: str = ""
    decided_at: int | None = None
    decided_by: str = ""
    decided_why: str = ""
    record: int | None = None
    evidence: bool = False

    @property
    def approved_by(self) -> str:
        """Who approved it, "" = nobody, or it does not stand approved."""
        return self.decided_by if self.state == "approved" else ""


class Folding:
    """The overlays as they stand after the records so far; more may be added, oldest first.

    What a record says that it may not (a second person who is the first, a decision about what
    stands no more) changes nothing: whoever recomputes a report need not trust who wrote it.
    """

    def __init__(self, works: Iterable[PlannedWork] = ()) -> None:
        self.overlays: dict[str, Standing] = {}
        """By id, the inventory's first, then in the order of filing."""
        self._links: dict[str, list[str]] = {}
        self._outages: dict[str, list[str]] = {}
        self._proposed: dict[str, CauseProposed] = {}
        for work in works:
            self._enter(_announced(work))

    def of_link(self, link: str) -> Sequence[Standing]:
        """Return the overlays of a link."""
        return [self.overlays[name] for name in self._links.get(link, ())]

    def links(self) -> Iterable[str]:
        """Return the links that have any."""
        return self._links

    def has_evidence(self, one: Standing) -> bool:
        """Say whether it has a document, or what is on record of its outage suggests it.

        That speaks of one circuit and outage, and of nothing beside them.
        """
        if one.documents:
            return True
        known = self._proposed.get(one.outage)
        return (
            known is not None
            and one.links == (known.link,)
            and suggests(known, one.kind)
            and reaches(known, one.start, one.end)
        )

    def add(self, record: Record) -> None:
        """Take in the next record."""
        match record.body:
            case OverlayFiled() as filed:
                self._file(record, filed)
            case OverlayDecided() as decided:
                self._decide(record, decided)
            case CauseProposed() as proposed if is_monitors(record, proposed):
                self._proposed[proposed.outage] = proposed
                for name in self._outages.get(proposed.outage, ()):
                    self._change(name, evidence=self.has_evidence(self.overlays[name]))
            case _:
                pass

    def _enter(self, one: Standing) -> None:
        self.overlays[one.overlay] = one
        for link in dict.fromkeys(one.links):
            self._links.setdefault(link, []).append(one.overlay)

    def _change(self, name: str, **changed: Any) -> None:
        self.overlays[name] = replace(self.overlays[name], **changed)

    def _file(self, record: Record, filed: OverlayFiled) -> None:
        if filed.overlay in self.overlays or filed.start >= filed.end or not record.person:
            return
        if filed.carrier and filed.kind == "M_o":  # of the owner's work only the owner says so
            return
        earlier = self.overlays.get(filed.replaces)
        if earlier is not None and not may_replace(earlier, filed.carrier):
            earlier = None
        one = Standing(
            overlay=filed.overlay,
            kind=filed.kind,
            links=filed.links,
            start=filed.start,
            end=filed.end,
            title=filed.title,
            filed_at=record.at,
            filed_by=record.person,
            why=filed.why,
            documents=filed.documents,
            carrier=filed.carrier,
            outage=filed.outage,
            replaces="" if earlier is None else filed.replaces,
            record=record.number,
        )
        self._enter(replace(one, evidence=self.has_evidence(one)))
        if is_own(one):
            self._outages.setdefault(one.outage, []).append(one.overlay)
        if earlier is not None and earlier.state == "filed":
            self._change(earlier.overlay, state="replaced", replaced_by=one.overlay)

    def _decide(self, record: Record, decided: OverlayDecided) -> None:
        one = self.overlays.get(decided.overlay)
        if one is None:
            return
        if decided.verdict == "withdraw":
            allowed = may_withdraw(one, record.person, record.at)
        else:
            allowed = may_decide(one, record.person)
        if not allowed:
            return
        self._change(
            one.overlay,
            state=AFTER[decided.verdict],
            decided_at=record.at,
            decided_by=record.person,
            decided_why=decided.why,
        )
        earlier = self.overlays.get(one.replaces)
        if decided.verdict == "approve" and earlier is not None and earlier.state == "approved":
            self._change(earlier.overlay, state="replaced", replaced_by=one.overlay)


def fold(records: Iterable[Record], works: Iterable[PlannedWork] = ()) -> Folding:
    """Return how everything stands after these records."""
    found = Folding(works)
    for record in records:
        found.add(record)
    return found


def standing(
    records: Iterable[Record], works: Iterable[PlannedWork] = ()
) -> Mapping[str, Sequence[Standing]]:
    """Return how everything filed stands, by link; a link without any is absent."""
    found = fold(records, works)
    return {link: found.of_link(link) for link in found.links()}


def overlapping(filed: Folding, one: Standing) -> Iterator[Standing]:
    """Yield what the same side has filed before of that kind about seconds of these links."""
    for link in one.links:
        for other in filed.of_link(link):
            same = other.kind == one.kind and other.carrier == one.carrier
            if same and other.state in LIVING and other.start < one.end and other.end > one.start:
                yield other


def is_own(one: Standing) -> bool:
    """Say whether the outage it was made for is of one of its links.

    That of another link may be another carrier's, who alone has its facts.
    """
    return one.outage.removeprefix("link:").rpartition("@")[0] in one.links


def may_withdraw(one: Standing, person: str, at: int) -> bool:
    """Say whether `person` may take it back: his own, and what is approved only before its start.

    What two persons agreed on about time that has passed is no one person's to take back; a
    correction that is approved takes its place.
    """
    early = one.state == "filed" or (one.state == "approved" and at < one.start)
    return early and one.record is not None and one.filed_by == person


def may_decide(one: Standing, person: str) -> bool:
    """Say whether `person` may approve or reject it: it is open, and another's."""
    return may_say("approve", one.state, one.filed_by, person)


def may_replace(earlier: Standing, carrier: str) -> bool:
    """Say whether that side may correct it: its own, and still standing.

    One that waits is replaced at once; one that is approved when the correction is.
    """
    return earlier.state in LIVING and earlier.carrier == carrier and earlier.record is not None


def _announced(work: PlannedWork) -> Standing:
    return Standing(
        overlay=work.id,
        kind="M_o" if work.party == "owner" else "M_c",
        links=work.links,
        start=work.start,
        end=work.end,
        title=work.title,
        filed_at=work.registered,
        filed_by=INVENTORY,
        state="approved",
        decided_at=work.registered,
        decided_by=INVENTORY,
    )
