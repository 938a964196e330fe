"""What an audit found: places in which a figure, a credit or a share could have gone astray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import Contract
from sla import build, report
from sla.inputs import Inputs
from sla.records import (
    CauseDecided,
    CauseProposed,
    Document,
    Fact,
    Kind,
    OverlayDecided,
    OverlayFiled,
    Record,
    StopClock,
    TicketNoted,
)
from sla.report import Report
from sla.states import State
from sla.tickets import repair_of
from sla.timeline import Step, raw_runs
from tests.sla.built import CONTRACT, RULES, at, inputs, link, register, timeline

START = at("2026-10-12 08:00")
END = START + 7200
OUTAGE = f"link:a@{START}"
PAPER = (Document("aa" * 32, "a.pdf", 9, "application/pdf"),)
OCTOBER = at("2026-10-01 00:00"), at("2026-11-01 00:00")
FIXED = replace(CONTRACT, denominator="fixed_43200")


def told(live: Sequence[Step], contract: Contract = CONTRACT, **more: object) -> Inputs:
    reg = replace(register(link("a", contract=contract)), contracts={"standard": contract})
    return replace(inputs(reg, {"a": live}, "2026-10"), **more)  # type: ignore[arg-type]


def made(*pieces: tuple[State, int, int], records: Sequence[Record] = ()) -> Report:
    return build.report(told(laid(*pieces), records=records))


def laid(*pieces: tuple[State, int, int]) -> list[Step]:
    """A timeline that is UP but for these pieces, which follow one another."""
    here, found = at("2026-01-01 00:00"), list[Step]()
    for state, start, end in pieces:
        if here < start:
            found.append(Step(State.UP, here, start, here, "", ""))
        found.append(Step(state, start, end, start, "lost", ""))
        here = end
    return [*found, Step(State.UP, here, None, here, "", "")]


def ticket(restored: int) -> Record:
    return Record(9, restored, "", TicketNoted("t", OUTAGE, "a", START + 60, None, restored))


def test_a_month_that_was_down_throughout_is_in_the_last_band() -> None:
    """31 days down over a fixed 43 200 minutes are -3.3 %: below every floor, and not free."""
    got = build.report(told(timeline(OCTOBER), FIXED))

    assert (got.links[0].settled, got.links[0].credit_percent) == (
        report.Ratio(-1, 30, "-3.3333"), 50,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("contract", "met_and_close"), [(FIXED, (False, True)), (CONTRACT, (True, False))]
)
def test_how_close_a_verdict_is_goes_by_the_figure_that_settles(
    contract: Contract, met_and_close: tuple[bool, bool]
) -> None:
    """2610 s down are 18 s too many for 99.9 % of 43 200 minutes, and 68 s fewer than October may.

    The slot of the one outage is 60 s.
    """
    got = build.report(told(timeline((START, START + 2610)), contract)).links[0]

    assert (got.met, got.within_resolution) == met_and_close


@pytest.mark.parametrize(("unknown", "review"), [(1100, ()), (1200, (("a", "AMBIGUOUS"),))])
def test_a_credit_is_in_doubt_by_the_figure_that_settles(
    unknown: int, review: tuple[tuple[str, str], ...]
) -> None:
    """1400 s down and 1200 s unknown are 99.903 % of 31 days, but 99.8997 % of 43 200 minutes."""
    middle = START + 1400
    live = laid((State.DOWN, START, middle), (State.UNKNOWN, middle, middle + unknown))

    got = build.report(told(live, FIXED)).credits.review

    assert tuple((name, status) for name, _, status in got) == review


@pytest.mark.parametrize(("unknown", "status"), [(1100, "OK"), (1200, "AMBIGUOUS")])
def test_a_circuit_is_in_doubt_by_the_figure_that_settles(unknown: int, status: str) -> None:
    middle = START + 1400
    live = laid((State.DOWN, START, middle), (State.UNKNOWN, middle, middle + unknown))

    got = build.report(told(live, FIXED))

    assert (got.links[0].status, got.status) == (status, status)


def items(live: Mapping[str, Sequence[Step]]) -> dict[str, Fraction | None]:
    """Scores of the items that count outages and repairs, of circuits a and b in a quarter."""
    got = build.report(inputs(register(link("a"), link("b")), live))
    return {
        one.item: None if one.score is None else one.score.value
        for one in got.items
        if one.item in {"outage_frequency", "repair_in_time"}
    }


def test_a_circuit_nobody_saw_does_not_thin_the_outages_of_the_others() -> None:
    """One outage in the three months that were seen is a third of one a month, not a sixth."""
    assert items({"a": timeline((START, END))})["outage_frequency"] == Fraction(1, 3)


def test_where_nothing_was_seen_neither_outages_nor_repairs_are_scored() -> None:
    assert items({}) == {"outage_frequency": None, "repair_in_time": None}


def test_no_fault_to_repair_is_good_where_somebody_looked() -> None:
    assert items({"a": timeline()}) == {"outage_frequency": 1, "repair_in_time": 1}


def test_what_is_left_of_an_outage_keeps_its_ticket_and_its_event() -> None:
    """Its first ten minutes were the monitor's, by two persons; the rest has another beginning."""
    proposed = CauseProposed(OUTAGE, "a", START, END, "carrier", None, (Fact("x", START),), "ev")
    records = [
        Record(1, END, "", proposed),
        Record(2, END, "li", CauseDecided(OUTAGE, "say", "monitor", START + 600)),
        Record(3, END, "wang", CauseDecided(OUTAGE, "approve")),
        ticket(END),
    ]
    (one,) = made((State.DOWN, START, END), records=records).links[0].outages

    assert (one.start, one.live, one.event) == (START + 600, (OUTAGE,), "ev")
    assert one.repair is not None
    assert one.repair.seconds == END - START - 60


def test_a_ticket_of_two_outages_is_one_closed_ticket() -> None:
    """What was unknown for a quarter of an hour in between was one fault for those who repaired."""
    got = made(
        (State.DOWN, START, START + 600),
        (State.UNKNOWN, START + 600, START + 1500),
        (State.DOWN, START + 1500, START + 3000),
        records=[ticket(START + 3000)],
    )
    (item,) = [one for one in got.items if one.item == "repair_in_time"]

    assert len(got.links[0].outages) == 2
    assert item.basis == {"closed": 1, "in_time": 1}


def test_an_outage_from_before_the_evidence_keeps_its_ticket_and_its_cause() -> None:
    """The evidence of October begins a week before it; this outage began three weeks before."""
    first, since, end = at("2026-09-10 08:00"), at("2026-09-24 00:00"), at("2026-10-03 08:00")
    name, steps = f"link:a@{first}", timeline((since, end), since=since)[1:]
    noted = TicketNoted("t", name, "a", first + 60, None, end)
    records = [
        Record(1, end, "", CauseProposed(name, "a", first, end, "carrier", None, (), "ev")),
        Record(2, end, "", noted),
        Record(3, end, "", TicketNoted("u", "link:a@9", "a", 9, None, since - 9)),
    ]
    (one,) = build.report(told(steps, records=records)).links[0].outages

    assert (one.live, one.cause, one.start_censored) == ((name,), "carrier", True)
    assert one.repair is not None
    assert one.repair.seconds == end - first - 60


@pytest.mark.parametrize(("documents", "stopped"), [((), 0), (PAPER, 600)])
def test_a_clock_stops_with_evidence_only(documents: tuple[Document, ...], stopped: int) -> None:
    """The api asks for it; a record that came otherwise is not trusted for that."""
    stop = StopClock(START + 600, START + 1200, "no access", documents)
    noted = TicketNoted("t", OUTAGE, "a", START + 60, None, END, (stop,))

    clock = repair_of([noted], START, 4 * 3600)

    assert clock is not None
    assert clock.stopped == stopped


def test_where_no_step_is_nothing_is_known() -> None:
    steps = [Step(State.UP, 0, 10, 0, "", ""), Step(State.DOWN, 20, None, 20, "", "")]

    assert raw_runs(steps, 0, 30, 0, 30) == [("U", 0, 10), ("K", 10, 20), ("D", 20, 30)]


# Any filings, causes, quota and mode: the rows of exclusions are the excluded seconds.

DAY, MODES = 86_400, ("exclude_all", "exclude_down_only")
_CLASSES = {"M_o": "EXM_O", "M_c": "EXM_C", "F": "EXF", "P": "EXP", "X": "EXU"}
SPANS = st.tuples(st.integers(0, 40), st.integers(1, 30)).map(
    lambda drawn: (OCTOBER[0] - DAY + drawn[0] * 40_000, drawn[1] * 5_000)
)
FILED = st.lists(st.tuples(st.sampled_from(sorted(_CLASSES)), SPANS), max_size=8)
LOST = st.lists(SPANS, max_size=6).map(
    lambda drawn: [
        (start, min([start + length, *(other for other, _ in drawn if other > start)]))
        for start, length in sorted(dict(drawn).items())
    ]
)


def spoken(
    kinds: list[tuple[Kind, tuple[int, int]]], causes: list[tuple[int, int]]
) -> list[Record]:
    found: list[Record] = []

    def say(when: int, who: str, body: object) -> None:
        found.append(Record(len(found) + 1, when, who, body))  # type: ignore[arg-type]

    for number, (kind, (start, length)) in enumerate(kinds):
        name = f"o{number}"
        filing = OverlayFiled(name, kind, ("a",), start, start + length, "w", documents=PAPER)
        early = start - 4 * DAY if kind[0] == "M" else start + length
        say(early, "li", filing)
        say(early, "wang", OverlayDecided(name, "approve"))
    for start, end in causes[::2]:
        outage = f"link:a@{start}"
        say(end, "", CauseProposed(outage, "a", start, end, "power", None, (Fact("x", end),)))
        say(end, "li", CauseDecided(outage, "say", "power"))
        say(end, "wang", CauseDecided(outage, "approve"))
    return found


@settings(max_examples=60, deadline=None)
@given(FILED, LOST, st.sampled_from([None, 0, 20_000]), st.sampled_from(MODES))
def test_the_rows_of_exclusions_add_up_to_the_classes(
    kinds: list[tuple[Kind, tuple[int, int]]],
    lost: list[tuple[int, int]],
    quota: int | None,
    mode: Literal["exclude_all", "exclude_down_only"],
) -> None:
    contract = replace(CONTRACT, maintenance_mode=mode)
    rules = replace(RULES, month_quota=quota)
    got = build.report(
        told(timeline(*lost), contract, rules=rules, records=spoken(kinds, lost))
    ).links[0]

    for kind, name in _CLASSES.items():
        rows = [row for row in got.exclusions if row.kind == kind]
        assert sum(row.seconds for row in rows) == got.seconds[name], kind
        assert all(row.reason or row.seconds <= row.end - row.start for row in rows)
    assert sum(got.seconds.values()) == OCTOBER[1] - OCTOBER[0]


@settings(max_examples=15, deadline=None)
@given(LOST, st.sampled_from([None, 20_000]), st.sampled_from(["actual", "fixed_43200"]))
def test_a_year_is_its_quarters_in_seconds_and_in_money(
    lost: list[tuple[int, int]],
    quota: int | None,
    denominator: Literal["actual", "fixed_43200"],
) -> None:
    contract = replace(CONTRACT, denominator=denominator)
    reg = replace(register(link("a", contract=contract)), contracts={"standard": contract})
    rules, records = replace(RULES, month_quota=quota), spoken([("M_c", one) for one in lost], lost)

    def of(period: str) -> Report:
        return build.report(
            inputs(reg, {"a": timeline(*lost)}, period, rules=rules, records=records)
        )

    year, quarters = of("2026"), [of(f"2026Q{number}") for number in (1, 2, 3, 4)]

    for kind, seconds in year.seconds.items():
        assert seconds == sum(one.seconds[kind] for one in quarters), kind
    assert year.credits.lines == tuple(line for one in quarters for line in one.credits.lines)
    assert year.credits.due_fen == sum(one.credits.due_fen for one in quarters)
    assert year.credits.cap_fen == sum(one.credits.cap_fen or 0 for one in quarters)
    assert Fraction(year.credits.fee_fen) == sum(one.credits.fee_fen for one in quarters)
