"""A quarter with a script: what the simulator says it did is what the assessment says was.

To the second where a happening lies on the edge of a slot, within a slot for each edge elsewhere.
What the monitor could not see is unknown, whatever happened meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest

from inventory.model import PlannedWork
from runtime.assessments.rulesets import load
from runtime.reports.figures import carrier_figure
from runtime.reports.inputs import gather, with_sums
from sla import build
from sla._overlays import Class
from sla.assess import CarrierAssessment, LinkAssessment
from sla.calculator import Achieved
from sla.periods import Window
from sla.register import register_of
from sla.report import Link, Report
from tests.e2e.quarter import (
    END,
    EVERY,
    START,
    Chain,
    Happening,
    Spans,
    at,
    chain_of,
    inventory_of,
    live_through,
    province,
)

OFF: Spans = [(at(20, "22:00"), at(21, "06:00"))]
"""The missed night: nobody watched."""
BLIND = (at(30, "14:00"), at(30, "14:20"))
"""The monitor's own line was cut."""
WORK: Spans = [
    (at(12, "00:00"), at(12, "04:00")),
    (at(41, "00:00"), at(41, "02:00")),
    (at(70, "00:00"), at(70, "04:00")),
]
"""Announced: done in time, overrun by an hour, never done."""


@dataclass(frozen=True)
class Lived:
    """The quarter, lived through."""

    chain: Chain
    truth: dict[str, list[tuple[int, int, str]]]
    links: dict[str, LinkAssessment]
    page: dict[str, CarrierAssessment]
    """As the page shows it, by carrier."""
    reports: dict[str, Report]
    """As it is settled, by carrier."""

    def reported(self, link: str) -> Link:
        """A link as it stands in its carrier's report."""
        every = [one for report in self.reports.values() for one in report.links]
        return next(one for one in every if one.link == link)

    def leg(self) -> Achieved:
        """The leg on which the carrier works."""
        return self.links[self.chain.legs[0]].achieved

    def down(self, link: str) -> Spans:
        """Return when a link was down by the simulator's own log, in the quarter."""
        return [
            (start, end)
            for start, end, state in self.truth.get(link, [])
            if state == "down" and START <= start < END
        ]


def script(chain: Chain) -> list[Happening]:
    """Tell what befalls the lines."""
    trunk, leg, other = (f"link:{name}" for name in (chain.trunk, *chain.legs))
    return [
        Happening("cut", trunk, at(3, "10:00"), at(3, "10:44")),
        Happening("cut", trunk, at(5, "03:12:17"), at(5, "03:40:41")),
        Happening("cut", leg, at(9, "08:00"), at(9, "11:30")),
        Happening("cut", other, at(20, "23:00"), at(21, "01:00")),
        Happening("cut", trunk, at(21, "05:30"), at(21, "06:30")),
        Happening("blind", "canary:gateway", *BLIND),
        Happening("cut", trunk, at(30, "14:05"), at(30, "14:30")),
        Happening("cut", leg, at(12, "00:30"), at(12, "03:30")),
        Happening("cut", leg, at(41, "01:00"), at(41, "03:00")),
        Happening("cut", trunk, at(92, "23:00"), END + 3600),
    ]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("quarter")
    plan = province()
    chain = chain_of(plan)
    works = [
        PlannedWork(f"work-{number}", "", "carrier", (chain.legs[0],), start, end, start - 400_000)
        for number, (start, end) in enumerate(WORK)
    ]
    inventory, canaries = inventory_of(plan, folder, works)
    truth = live_through(plan, inventory, canaries, script(chain), OFF, folder)
    window = Window("2026Q3", START, END)
    store, rules = folder / "store", load()
    page = {
        carrier: carrier_figure(store, inventory, rules, carrier, window)
        for carrier in inventory.carriers
    }
    reports = {}
    for carrier in inventory.carriers:
        prepared = build.prepare(gather(store, register_of(inventory, carrier), window, rules))
        reports[carrier] = build.report(with_sums(store, prepared), prepared)
    links = {link.link.id: link for one in page.values() for link in one.links}
    return Lived(chain, truth, {name: links[name] for name in chain.all()}, page, reports)


def seconds(spans: Spans) -> int:
    return sum(end - start for start, end in spans)


def test_every_second_of_the_quarter_has_one_class(lived: Lived) -> None:
    sums = {name: sum(link.achieved.by_class.values()) for name, link in lived.links.items()}

    assert sums == dict.fromkeys(lived.chain.all(), 92 * 86_400)


def test_a_cut_on_the_edges_of_slots_is_known_to_the_second(lived: Lived) -> None:
    trunk = lived.links[lived.chain.trunk].achieved.outages

    cut = (at(3, "10:00"), at(3, "10:44"))
    assert cut in lived.down(lived.chain.trunk)
    assert (trunk[0].start, trunk[0].end) == cut


def test_a_cut_between_two_slots_is_known_within_a_slot_at_either_edge(lived: Lived) -> None:
    outage = lived.links[lived.chain.trunk].achieved.outages[1]

    start, end = lived.down(lived.chain.trunk)[1]
    assert (start, end) == (at(5, "03:12:17"), at(5, "03:40:41"))
    assert 0 <= outage.start - start < EVERY
    assert 0 <= outage.end - end < EVERY


def test_what_lies_behind_a_cut_is_nobodys_downtime(lived: Lived) -> None:
    behind = lived.links[lived.chain.behind].achieved
    hidden = [(a, b) for a, b, state in lived.truth[lived.chain.behind] if state == "shadow"]

    assert behind.by_class[Class.DOWN] == 0
    assert hidden[0] == (at(3, "10:00"), at(3, "10:44"))
    assert behind.by_class[Class.EXU] > 2640


def test_a_night_that_nobody_watched_is_unknown_whatever_was_cut_in_it(lived: Lived) -> None:
    other = lived.links[lived.chain.legs[1]].achieved

    assert lived.down(lived.chain.legs[1]) == [(at(20, "23:00"), at(21, "01:00"))]
    assert other.by_class[Class.UNKNOWN] == seconds(OFF) + seconds([BLIND])
    assert other.by_class[Class.DOWN] == 0


def test_an_outage_that_was_open_when_the_monitor_came_back_counts_from_then(lived: Lived) -> None:
    outage = lived.links[lived.chain.trunk].achieved.outages[2]

    assert (outage.start, outage.end) == (OFF[0][1], at(21, "06:30"))
    assert outage.start_censored


def test_while_the_monitor_was_blind_nothing_is_down(lived: Lived) -> None:
    outage = lived.links[lived.chain.trunk].achieved.outages[3]

    assert (outage.start, outage.end) == (BLIND[1], at(30, "14:30"))
    assert outage.start_censored


def test_announced_work_is_excluded_whole_and_its_overrun_is_down(lived: Lived) -> None:
    leg = lived.leg()

    assert leg.by_class[Class.EXM_C] == seconds(WORK)
    overrun = [(at(41, "02:00"), at(41, "03:00"))]
    assert leg.by_class[Class.DOWN] == seconds([(at(9, "08:00"), at(9, "11:30")), *overrun])
    assert [outage.attributable for outage in leg.outages] == [12_600, 3_600]


def test_the_other_leg_stayed_up_and_is_not_blamed(lived: Lived) -> None:
    other = lived.links[lived.chain.legs[1]].achieved

    assert other.started == 0
    assert other.a_settle == Fraction(1)


def test_an_outage_over_the_end_of_the_quarter_counts_once_and_is_open(lived: Lived) -> None:
    trunk = lived.links[lived.chain.trunk].achieved
    last = trunk.outages[-1]

    assert (last.start, last.in_window, last.attributable) == (at(92, "23:00"), 3600, 7200)
    assert (last.started, last.closed, trunk.open_at_end) == (True, False, 1)


def test_the_report_says_the_same_seconds_as_the_page(lived: Lived) -> None:
    page = {
        name: {kind.value: seconds for kind, seconds in link.achieved.by_class.items()}
        for name, link in lived.links.items()
    }

    assert {name: lived.reported(name).seconds for name in lived.links} == page


def test_the_report_says_the_same_availability_as_the_page(lived: Lived) -> None:
    reported = {
        name: None if one.availability is None else one.availability.value
        for name, one in lived.reports.items()
    }

    assert reported == {name: one.availability for name, one in lived.page.items()}
    assert any(reported.values())


def test_the_report_names_the_live_outages_an_outage_was_made_from(lived: Lived) -> None:
    trunk = lived.chain.trunk
    outage = lived.reported(trunk).outages[0]

    assert outage.live == (f"link:{trunk}@{at(3, '10:00')}",)


def test_announced_work_stands_in_the_report_with_the_seconds_it_took(lived: Lived) -> None:
    works = lived.reported(lived.chain.legs[0]).exclusions

    assert [(one.start, one.end) for one in works] == WORK
    assert [one.seconds for one in works] == [end - start for start, end in WORK]
