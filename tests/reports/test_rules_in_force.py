"""Rules that came later hold for no period that had begun, once anything was settled."""

from __future__ import annotations

from pathlib import Path

from runtime.assessments.rules_in_force import activation, in_force
from runtime.assessments.rulesets import SHIPPED, parse_text
from runtime.record_book import RecordBook
from runtime.reports.shelf import Shelf
from sla.deadlines import freezes
from sla.records import Body, PeriodClosed, Record, RulesActivated
from store.entries import Entry
from store.writer import Writer
from tests.sla.built import at

OLD = parse_text(SHIPPED.read_text("utf-8"))
NEW = parse_text(OLD.text + "# another edition\n")
CLOSED = PeriodClosed("telecom", "2026-09", 1, "", "", OLD.sha256, 0, "")
NOW = at("2026-11-20 10:00")


def records(*bodies: Body) -> list[Record]:
    return [Record(number, NOW, "", body) for number, body in enumerate(bodies, 1)]


def noted(*before: Body) -> RulesActivated:
    body = activation(records(*before), NEW, NOW)
    assert body is not None
    return body


FIRST = RulesActivated(0, OLD.sha256, OLD.text)


def test_the_first_rules_hold_for_everything() -> None:
    assert noted().since == 0


def test_what_stands_on_record_is_not_noted_again() -> None:
    assert activation(records(noted()), NEW, NOW) is None


def test_while_nothing_is_settled_new_rules_hold_for_everything() -> None:
    assert noted(FIRST).since == 0


def test_afterwards_they_hold_from_the_next_month_on() -> None:
    assert noted(FIRST, CLOSED).since == at("2026-12-01 00:00")


def test_a_period_that_had_begun_keeps_its_rules() -> None:
    known = records(FIRST, CLOSED, noted(FIRST, CLOSED))
    assert in_force(known, at("2026-11-01 00:00"), NEW).sha256 == OLD.sha256
    assert in_force(known, at("2026-12-01 00:00"), NEW).sha256 == NEW.sha256


def test_without_any_record_the_current_ones_hold() -> None:
    assert in_force([], 0, NEW) == NEW


def test_later_rules_do_not_move_the_freeze_of_a_period_that_had_begun() -> None:
    hasty = parse_text(OLD.text.replace("freeze_days: 3", "freeze_days: 0"))
    before = (FIRST, CLOSED)
    later = activation(records(*before), hasty, NOW)
    assert later is not None
    writer: Writer[Entry] = Writer(lambda _: None, lambda: NOW, name="nobody")
    shelf = Shelf(hasty, RecordBook(records(*before, later), writer, Path(), lambda: NOW))
    shown = [freezes(period, shelf.rules_of(period)) for period in ("2026-11", "2026-12")]
    assert shown == [freezes("2026-11", OLD), freezes("2026-12", hasty)]
