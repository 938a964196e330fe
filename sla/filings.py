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
from typing import Final, Literal

from inventory.model import PlannedWork
from sla.records import (
    CauseProposed,
    Document,
    Kind,
    OverlayDecided,
    OverlayFiled,
    Record,
)

State = Literal["filed", "approved", "rejected", "withdrawn", "replaced"]
STATES: Final[tuple[State, ...]] = ("filed", "approved", "rejected", "withdrawn", "replaced")
LIVING: Final[frozenset[State]] = frozenset({"filed", "approved"})
INVENTORY: Final = "inventory"
"""Who filed and approved what stands in the inventory's files."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An overlay as it stands. Times are UTC seconds; [start, end).

    `filed_at` None = the inventory does not say when it was registered. `carrier`: whose side
    filed it, "" = the owner's. `record`: of its filing, None = from the inventory. `evidence`: it
    has a document, or its outage has physical facts on record.
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


def fold(records: Iterable[Record], works: Iterable[PlannedWork] = ()) -> Mapping[str, Standing]:
    """Return every overlay by its id, the inventory's first, then in the order of filing.

    What a record says that it may not (a second person who is the first, a decision about what
    stands no more) changes nothing: whoever recomputes a report need not trust who wrote it.
    """
    found = {work.id: _announced(work) for work in works}
    facts: set[str] = set()
    for record in records:
        match record.body:
            case OverlayFiled() as filed:
                _file(found, record, filed)
            case OverlayDecided() as decided:
                _decide(found, record, decided)
            case CauseProposed(outage=outage, facts=some) if some:
                facts.add(outage)
            case _:
                pass
    return {
        name: replace(one, evidence=bool(one.documents) or (one.outage in facts and is_own(one)))
        for name, one in found.items()
    }


def is_own(one: Standing) -> bool:
    """Say whether the outage it was made for is of one of its links.

    That of another link may be another carrier's, who alone has its facts.
    """
    return one.outage.removeprefix("link:").rpartition("@")[0] in one.links


def by_link(overlays: Iterable[Standing]) -> Mapping[str, Sequence[Standing]]:
    """Return the overlays of each link; a link without any is absent."""
    found: dict[str, list[Standing]] = {}
    for one in overlays:
        for link in one.links:
            found.setdefault(link, []).append(one)
    return found


def standing(
    records: Iterable[Record], works: Iterable[PlannedWork] = ()
) -> Mapping[str, Sequence[Standing]]:
    """Return how everything filed stands, by link."""
    return by_link(fold(records, works).values())


def overlapping(
    known: Iterable[Standing], kind: Kind, links: Iterable[str], start: int, end: int, carrier: str
) -> Iterator[Standing]:
    """Yield what one side has filed before of that kind about seconds of these links."""
    wanted = frozenset(links)
    for one in known:
        same = one.kind == kind and one.carrier == carrier and one.state in LIVING
        if same and one.start < end and one.end > start and not wanted.isdisjoint(one.links):
            yield one


def may_withdraw(one: Standing, person: str, at: int) -> bool:
    """Say whether `person` may take it back: his own, and what is approved only before its start.

    What two persons agreed on about time that has passed is no one person's to take back; a
    correction that is approved takes its place.
    """
    early = one.state == "filed" or (one.state == "approved" and at < one.start)
    return early and one.record is not None and one.filed_by == person


def may_decide(one: Standing, person: str) -> bool:
    """Say whether `person` may approve or reject it: it is open, and another's."""
    return one.state == "filed" and person not in ("", one.filed_by)


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


def _file(found: dict[str, Standing], record: Record, filed: OverlayFiled) -> None:
    if filed.overlay in found or filed.start >= filed.end or not record.person:
        return
    earlier = found.get(filed.replaces)
    good = earlier is not None and may_replace(earlier, filed.carrier)
    found[filed.overlay] = Standing(
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
        replaces=filed.replaces if good else "",
        record=record.number,
    )
    if good and earlier is not None and earlier.state == "filed":
        _replaced(found, earlier, filed.overlay)


def may_replace(earlier: Standing, carrier: str) -> bool:
    """Say whether that side may correct it: its own, and still standing.

    One that waits is replaced at once; one that is approved when the correction is.
    """
    return earlier.state in LIVING and earlier.carrier == carrier and earlier.record is not None


def _replaced(found: dict[str, Standing], earlier: Standing, by: str) -> None:
    found[earlier.overlay] = replace(earlier, state="replaced", replaced_by=by)


def _decide(found: dict[str, Standing], record: Record, decided: OverlayDecided) -> None:
    one = found.get(decided.overlay)
    if one is None:
        return
    if decided.verdict == "withdraw":
        allowed = may_withdraw(one, record.person, record.at)
    else:
        allowed = may_decide(one, record.person)
    if not allowed:
        return
    earlier = found.get(one.replaces)
    found[one.overlay] = replace(
        one,
        state=_STATE[decided.verdict],
        decided_at=record.at,
        decided_by=record.person,
        decided_why=decided.why,
    )
    if decided.verdict == "approve" and earlier is not None and earlier.state == "approved":
        _replaced(found, earlier, one.overlay)


_STATE: Final[Mapping[str, State]] = {
    "approve": "approved",
    "reject": "rejected",
    "withdraw": "withdrawn",
}
