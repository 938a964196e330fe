"""Lays beside the outages of a report who they came from, their tickets and common causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from inventory.model import link_target
from sla import report, tickets
from sla._build_links import Circuit
from sla.causes import CauseStanding, overlays_from, parts_of, reworked, standing
from sla.events import event_id
from sla.filings import Standing
from sla.inputs import Inputs
from sla.states import outage_id
from sla.tickets import Ticket
from sla.timeline import Step


@dataclass(frozen=True, slots=True)
class Causes:
    """What people and the evidence say about outages.

    `standings`, `tickets`: by outage; the others by link.
    """

    standings: Mapping[str, CauseStanding] = field(default_factory=dict)
    by_link: Mapping[str, Sequence[CauseStanding]] = field(default_factory=dict)
    overlays: Mapping[str, Sequence[Standing]] = field(default_factory=dict)
    tickets: Mapping[str, Ticket] = field(default_factory=dict)

    def live(self, link: str, inputs: Inputs) -> Sequence[Step]:
        """Return the timeline of a link with what was approved of it."""
        return reworked(inputs.live.get(link, ()), self.by_link.get(link, ()))

    def beside(self, outage: report.Outage, one: Circuit, inputs: Inputs) -> report.Outage:
        """Return the outage with its cause, facts and repair."""
        outage = self._carried_in(outage, one.link.id, inputs)
        known = [self.standings[name] for name in outage.live if name in self.standings]
        noted = [self.tickets[name].noted for name in outage.live if name in self.tickets]
        level = None if one.assessed.level is None else inputs.rules.levels.get(one.assessed.level)
        repair = None if level is None else tickets.repair_of(noted, outage.start, level.repair)
        if not known:
            return msgspec.structs.replace(outage, repair=repair)
        main = min(known, key=_rank)
        said = main.agreed or main.waiting or main.rejected
        return msgspec.structs.replace(
            outage,
            cause=main.cause,
            settled=main.settled,
            said_by="" if said is None else said.by,
            approved_by="" if main.agreed is None else main.agreed.decided_by,
            why="" if said is None else said.why or said.decided_why,
            facts=tuple(fact for one_of in known for fact in one_of.facts),
            documents=() if said is None else said.documents,
            event=next((one_of.event for one_of in known if one_of.event), ""),
            repair=repair,
        )

    def _carried_in(self, outage: report.Outage, link: str, inputs: Inputs) -> report.Outage:
        """Give an outage that was there before the evidence begins its own name, where it has one.

        What is known of it stands under its first second, which that evidence does not go back to.
        """
        steps = inputs.live.get(link, ())
        since = steps[0].start if steps else 0
        shown = outage_id(link_target(link), since)
        if shown not in outage.live or since <= (inputs.first_heartbeat or 0):
            return outage
        ends = {one.outage: one.end for one in self.by_link.get(link, ())}
        for name, ticket in self.tickets.items():
            if ticket.noted.link == link:
                ends.setdefault(name, ticket.noted.restored)
        named = [(parts_of(name), name) for name, end in ends.items() if end is None or end > since]
        earlier = [(parts[1], name) for parts, name in named if parts and parts[1] < since]
        if shown in ends or not earlier:
            return msgspec.structs.replace(outage, start_censored=True)
        live = tuple(max(earlier)[1] if name == shown else name for name in outage.live)
        return msgspec.structs.replace(outage, live=live, start_censored=True)

    def events(self, rows: Sequence[report.Link]) -> tuple[report.Event, ...]:
        """Return the common causes of the outages of these rows; one outage is no event."""
        groups: dict[str, list[tuple[str, report.Outage]]] = {}
        for row in rows:
            for outage in row.outages:
                if name := outage.event or _behind(outage):
                    groups.setdefault(name, []).append((row.link, outage))
        found = [_event(name, members) for name, members in groups.items() if len(members) > 1]
        return tuple(sorted(found, key=lambda one: (one.start, one.event)))


def causes_of(inputs: Inputs) -> Causes:
    """Fold the records."""
    standings = standing(inputs.records)
    by_link: dict[str, list[CauseStanding]] = {}
    for one in standings.values():
        by_link.setdefault(one.link, []).append(one)
    return Causes(
        standings, by_link, overlays_from(standings.values()), tickets.fold(inputs.records)
    )


_SETTLED = ("approved", "said", "rejected", "proposed")


def _rank(one: CauseStanding) -> tuple[int, int, int]:
    """Put what is settled first, then what is longest: an SLA outage may be several live ones."""
    length = 0 if one.end is None else one.end - one.start
    return _SETTLED.index(one.settled), -length, one.start


def _behind(outage: report.Outage) -> str:
    """Name the event of an outage that lay behind another one: that one's."""
    for above in outage.shadow_of:
        named = parts_of(above)
        if named is not None:
            return event_id(named[1], named[0])
    return ""


def _event(name: str, members: Sequence[tuple[str, report.Outage]]) -> report.Event:
    ends = [outage.end for _, outage in members]
    known = [end for end in ends if end is not None]
    causes = {outage.cause for _, outage in members}
    return report.Event(
        event=name,
        start=min(outage.start for _, outage in members),
        end=max(known) if len(known) == len(ends) else None,
        cause=causes.pop() if len(causes) == 1 else "unknown",
        links=tuple((link, outage.id) for link, outage in members),
    )
