"""Causes as people say and approve them, what that does to a report, events and tickets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import build, report
from sla.causes import CauseStanding, overlays_from, parts_of, standing
from sla.events import Lost, events
from sla.records import (
    Body,
    Cause,
    CauseDecided,
    CauseProposed,
    Document,
    Fact,
    Record,
    StopClock,
    TicketNoted,
)
from sla.states import CANARIES_SILENT, State
from sla.tickets import fold
from sla.timeline import Step
from tests.sla.built import at, inputs, link, register, timeline

START = at("2026-10-12 08:00")
END = START + 2 * 3600
OUTAGE = f"link:l1@{START}"
PAPER = Document("aa" * 32, "grid.pdf", 10, "application/pdf")
PROPOSED = CauseProposed(
    OUTAGE, "l1", START, END, "power", START + 1800, (Fact("far_restarted", START + 1620),), "ev"
)


def records(*said: tuple[str, Body], first: int = END + 60) -> list[Record]:
    numbers = count(1)
    return [Record(n, first + n, who, body) for n, (who, body) in zip(numbers, said, strict=False)]


def said(cause: Cause = "power", until: int | None = None, **more: object) -> CauseDecided:
    return CauseDecided(OUTAGE, "say", cause, until, "grid report", **more)  # type: ignore[arg-type]


APPROVE = CauseDecided(OUTAGE, "approve")
REJECT = CauseDecided(OUTAGE, "reject")


def one(*spoken: tuple[str, Body]) -> CauseStanding:
    return standing(records(("", PROPOSED), *spoken))[OUTAGE]


def made(spoken: Sequence[Record], live: Sequence[Step] = ()) -> report.Link:
    steps = live or timeline((START, END))
    return build.report(
        inputs(register(link("l1")), {"l1": steps}, "2026-10", records=spoken)
    ).links[0]


def down(spoken: Sequence[Record]) -> int:
    return made(spoken).seconds["DOWN"]


# How it stands.


def test_a_proposal_is_what_the_cause_is_until_somebody_says_something() -> None:
    assert (one().state, one().cause) == ("proposed", "power")


def test_what_a_person_says_waits_for_another_one() -> None:
    assert (one(("li", said("carrier"))).state, one(("li", said("carrier"))).cause) == (
        "said", "carrier",
    )  # fmt: skip


def test_who_said_it_does_not_approve_it() -> None:
    assert one(("li", said()), ("li", APPROVE)).state == "said"


def test_the_monitor_approves_nothing() -> None:
    assert one(("li", said()), ("", APPROVE)).state == "said"


def test_another_person_approves_it() -> None:
    agreed = one(("li", said()), ("wang", APPROVE)).agreed

    assert agreed is not None
    assert (agreed.by, agreed.decided_by) == ("li", "wang")


def test_what_was_rejected_leaves_the_proposal() -> None:
    rejected = one(("li", said("upstream")), ("wang", REJECT))

    assert (rejected.state, rejected.cause) == ("rejected", "power")


def test_what_two_agreed_on_stands_while_something_else_waits() -> None:
    waiting = one(("li", said()), ("wang", APPROVE), ("zhao", said("carrier")))

    assert (waiting.state, waiting.settled, waiting.cause) == ("said", "approved", "power")


def test_two_other_persons_may_agree_on_something_else() -> None:
    again = one(("li", said()), ("wang", APPROVE), ("zhao", said("carrier")), ("li", APPROVE))

    assert (again.settled, again.cause) == ("approved", "carrier")


def test_a_person_does_not_propose() -> None:
    """Whoever can write a record could else put evidence in the monitor's mouth."""
    assert standing(records(("li", PROPOSED))) == {}


@pytest.mark.parametrize(
    "name", ["", "link:l1", "link:@5", "device:d@5", "link:l1@-5", "link:l1@5.0", "link:l1@٥"]
)
def test_what_is_no_outage_of_a_link_is_none(name: str) -> None:
    assert parts_of(name) is None


# What it does to the seconds.


def test_a_proposal_excuses_nobody() -> None:
    assert down(records(("", PROPOSED))) == END - START


def test_what_one_person_says_excuses_nobody() -> None:
    assert down(records(("", PROPOSED), ("li", said()))) == END - START


def test_an_approved_cause_excuses_its_outage() -> None:
    spoken = records(("", PROPOSED), ("li", said(documents=(PAPER,))), ("wang", APPROVE))

    assert (made(spoken).seconds["DOWN"], made(spoken).seconds["EXP"]) == (0, END - START)


def test_an_approved_cause_excuses_up_to_its_end_and_the_rest_is_the_carriers() -> None:
    spoken = records(("", PROPOSED), ("li", said(until=START + 1800)), ("wang", APPROVE))

    assert down(spoken) == END - START - 1800


@pytest.mark.parametrize(
    ("cause", "kind"), [("power", "EXP"), ("upstream", "EXU"), ("owner", "EXU"),
                        ("force_majeure", "EXF")],
)  # fmt: skip
def test_each_cause_has_its_class(cause: Cause, kind: str) -> None:
    told = said(cause, documents=(PAPER,))
    spoken = records(("", PROPOSED), ("li", told), ("wang", APPROVE))

    assert made(spoken).seconds[kind] == END - START


@pytest.mark.parametrize("cause", ["carrier", "unknown"])
def test_what_is_the_carriers_or_nobodys_stays_down(cause: Cause) -> None:
    assert down(records(("", PROPOSED), ("li", said(cause)), ("wang", APPROVE))) == END - START


def test_force_majeure_that_is_said_after_the_deadline_excuses_nothing() -> None:
    late = records(
        ("", PROPOSED), ("li", said("force_majeure", documents=(PAPER,))), ("wang", APPROVE),
        first=END + 20 * 86_400,
    )  # fmt: skip

    assert down(late) == END - START


def test_a_cause_without_a_document_that_the_evidence_does_not_suggest_excuses_nothing() -> None:
    bare = CauseProposed(OUTAGE, "l1", START, END, "unknown", facts=(Fact("far_not_read", END),))

    assert down(records(("", bare), ("li", said()), ("wang", APPROVE))) == END - START


def test_without_a_document_a_cause_excuses_as_long_as_its_evidence_reaches() -> None:
    """Methodology 1.7: power up to the boot and the allowance, the rest is the carrier's."""
    spoken = records(("", PROPOSED), ("li", said()), ("wang", APPROVE))

    assert made(spoken).seconds["EXP"] == 1800


def test_an_excused_outage_is_in_the_exclusions_with_both_persons() -> None:
    spoken = records(("", PROPOSED), ("li", said(documents=(PAPER,))), ("wang", APPROVE))
    (row,) = made(spoken).exclusions

    assert (row.kind, row.filed_by, row.approved_by, row.seconds) == (
        "P", "li", "wang", END - START,
    )  # fmt: skip


def test_what_only_the_monitor_lost_is_unknown_and_not_down() -> None:
    spoken = records(("", PROPOSED), ("li", said("monitor")), ("wang", APPROVE))

    assert (made(spoken).seconds["DOWN"], made(spoken).seconds["UNKNOWN"]) == (0, END - START)


def unknown(reason: str) -> list[Step]:
    """A circuit that nobody could look at for two hours."""
    before, after = START - 86_400 * 20, END
    return [
        Step(State.UP, before, START, before, "", ""),
        Step(State.UNKNOWN, START, END, START, reason, ""),
        Step(State.UP, after, None, after, "", ""),
    ]


BLOCKED = ("li", said("carrier", END, documents=(PAPER,)))


def test_a_carrier_that_kept_the_monitor_out_is_down_once_two_agree() -> None:
    spoken = records(BLOCKED, ("wang", APPROVE))

    assert made(spoken, unknown("not_sent")).seconds["DOWN"] == END - START


def test_a_carrier_that_kept_the_monitor_out_is_unknown_without_a_document() -> None:
    spoken = records(("li", said("carrier", END)), ("wang", APPROVE))

    assert made(spoken, unknown("not_sent")).seconds["DOWN"] == 0


def test_a_blind_monitor_never_becomes_downtime() -> None:
    spoken = records(BLOCKED, ("wang", APPROVE))

    assert made(spoken, unknown(CANARIES_SILENT)).seconds["DOWN"] == 0


PEOPLE = st.sampled_from(["", "li", "wang", "carrier"])
STEPS = st.builds(
    CauseDecided, st.just(OUTAGE), st.sampled_from(["say", "approve", "reject"]),
    st.sampled_from(["power", "upstream", "force_majeure", "owner", "monitor", "carrier"]),
    st.one_of(st.none(), st.integers(START - 10, END + 10)),
)  # fmt: skip


@given(st.lists(st.tuples(PEOPLE, STEPS), max_size=8))
def test_nothing_is_excused_that_not_two_different_persons_agreed_on(
    spoken: list[tuple[str, CauseDecided]],
) -> None:
    known = standing(records(("", PROPOSED), *spoken))

    for overlay in overlays_from(known.values()).get("l1", ()):
        assert "" not in (overlay.filed_by, overlay.decided_by)
        assert overlay.filed_by != overlay.decided_by
        assert START <= overlay.start < overlay.end <= END


# What the report says.


def test_an_outage_shows_its_cause_its_evidence_and_who_said_it() -> None:
    (outage,) = made(records(("", PROPOSED), ("li", said("carrier")))).outages

    assert (outage.cause, outage.settled, outage.said_by, outage.approved_by) == (
        "carrier", "said", "li", "",
    )  # fmt: skip
    assert [fact.code for fact in outage.facts] == ["far_restarted"]


def test_one_cut_over_two_circuits_is_one_event_with_two_downtimes() -> None:
    other = CauseProposed(f"link:l2@{START}", "l2", START, END, "carrier", event="ev")
    mine = CauseProposed(OUTAGE, "l1", START, END, "carrier", event="ev")
    live = {"l1": timeline((START, END)), "l2": timeline((START, END))}
    found = build.report(
        inputs(
            register(link("l1"), link("l2")), live, "2026-10",
            records=records(("", mine), ("", other)),
        )
    )  # fmt: skip

    (event,) = found.events
    assert ([name for name, _ in event.links], event.cause) == (["l1", "l2"], "carrier")
    assert found.seconds["DOWN"] == 2 * (END - START)


# Tickets.


def ticket(notified: int, restored: int | None, *stops: tuple[int, int], name: str = "t") -> Body:
    return TicketNoted(
        name, OUTAGE, "l1", notified, notified + 60, restored,
        tuple(StopClock(a, b, "no access", (PAPER,)) for a, b in stops),
    )  # fmt: skip


def repair(*noted: tuple[str, Body]) -> report.Repair | None:
    return made(records(*noted)).outages[0].repair


def test_an_outage_without_a_ticket_has_no_repair_clock() -> None:
    assert repair() is None


def test_the_repair_clock_runs_from_notice_to_restoration_without_its_stops() -> None:
    clock = repair(("li", ticket(START + 300, END, (START, START + 900), (START + 600, END - 60))))

    assert clock is not None
    assert (clock.stopped, clock.seconds, clock.in_time) == (END - 60 - START - 300, 60, True)


def test_what_a_person_notes_is_not_taken_back_by_the_monitor() -> None:
    clock = repair(("li", ticket(START + 300, END)), ("", ticket(START + 30, END)))

    assert clock is not None
    assert clock.notified == START + 300


def test_the_latest_note_of_a_person_counts() -> None:
    noted = fold(records(("", ticket(START + 30, END)), ("li", ticket(START + 90, None))))

    assert (noted[OUTAGE].by, noted[OUTAGE].noted.restored) == ("li", None)


# Events.


def lost(name: str, start: int, length: int = 600, **more: str) -> Lost:
    fields = {"carrier": "telecom", "head": f"{name}-head", "area": "xg", **more}
    return Lost(
        f"link:{name}@{start}", name, fields["carrier"], fields["head"], fields["area"], start,
        start + length, fields.get("above", ""),
    )  # fmt: skip


def grouped(*known: Lost) -> list[list[str]]:
    return [[one.link for one in event.members] for event in events(known, 60)]


def test_two_circuits_of_one_head_end_that_go_within_a_slot_are_an_event() -> None:
    assert grouped(lost("a", 0, head="h"), lost("b", 60, head="h")) == [["a", "b"]]


def test_what_goes_later_than_a_slot_is_another_matter() -> None:
    assert grouped(lost("a", 0, head="h"), lost("b", 61, head="h")) == []


def test_two_circuits_of_a_carrier_may_be_chance_but_three_are_an_event() -> None:
    assert grouped(lost("a", 0), lost("b", 5)) == []
    assert grouped(lost("a", 0), lost("b", 5), lost("c", 9)) == [["a", "b", "c"]]


def test_circuits_of_two_carriers_or_cities_are_no_event_of_a_carrier() -> None:
    assert grouped(lost("a", 0), lost("b", 5), lost("c", 9, carrier="unicom")) == []
    assert grouped(lost("a", 0), lost("b", 5), lost("c", 9, area="hg")) == []


def test_what_ends_at_quite_another_time_is_another_matter() -> None:
    assert grouped(lost("a", 0, 600, head="h"), lost("b", 5, 6000, head="h")) == []


def test_what_lies_behind_an_outage_is_in_its_event() -> None:
    found = events([lost("a", 100), lost("b", 130, above="link:a@100")], 60)

    assert [(one.event, len(one.members)) for one in found] == [("event:100:a", 2)]


LOST = st.builds(
    lost, st.sampled_from("abcdefgh"), st.integers(0, 400), st.integers(1, 900),
    head=st.sampled_from(["h", "i"]), carrier=st.sampled_from(["telecom", "unicom"]),
)  # fmt: skip


@given(st.lists(LOST, max_size=12, unique_by=lambda one: one.outage))
def test_an_outage_is_in_one_event_at_most_whatever_the_order(known: list[Lost]) -> None:
    found = events(known, 60)
    members = [one.outage for event in found for one in event.members]

    assert len(members) == len(set(members))
    assert found == events(known[::-1], 60)
    assert all(one.start - event.start <= 60 for event in found for one in event.members)
