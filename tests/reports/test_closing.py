"""A period is settled once its evidence is frozen, and never changes; a correction says what."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.ports import UnknownPeriodError
from api.ports_carrier_reports import RefusedError, ReportJob, ReportRow, View
from runtime.record_book import RecordBook
from runtime.reports.due import Plan
from runtime.reports.notices import FAILED, READY, Notice
from runtime.reports.reports import ReportKeeping
from runtime.reports.shelf import look
from sla.canonical import Heard, MonitorLeaf, StateRun, encode
from sla.records import Document, OverlayDecided, OverlayFiled, PeriodClosed
from sla.report import digest
from sla.states import State
from store import evidence, reports
from store.entries import Entry
from store.reports import Place
from store.writer import Writer
from tests.reports.story import Story, inventory_of, refused, rules_in, told
from tests.sla import built
from tests.sla.built import at


@dataclass(slots=True)
class Told:
    """What came of it."""

    draft: ReportRow
    early: RefusedError
    first: PeriodClosed
    first_row: ReportRow
    again: RefusedError
    not_yet: RefusedError
    title_afterwards: str
    second: PeriodClosed
    second_register: bytes
    first_register: bytes
    first_data: bytes
    served: View
    damaged: RefusedError
    health_before: Any
    health_after: Any
    after_a_restart: list[Place]
    third: ReportJob
    closed_in_the_end: int


async def _tell(store: Path) -> Told:
    async with told(store) as story:
        keeping = story.keeping
        early = refused(lambda: keeping.close("telecom", "2026-10", "wang", correct=False))
        await story.made()
        (draft,) = keeping.rows()
        story.at("2026-11-06 10:00")
        not_yet = refused(lambda: keeping.close("telecom", "2026-10", "wang", correct=True))
        await story.closed()
        (first_row,) = keeping.rows()
        (first,) = _settled(story)
        again = refused(lambda: keeping.close("telecom", "2026-10", "wang", correct=False))
        keeping.load(inventory_of(replace(built.link("a"), title="another name")))
        part = msgspec.json.decode(await keeping.part("telecom", "2026-10", "a"))
        served = await keeping.view("telecom", "2026-10", 1, "json", "en", "")
        await _excused(story)
        story.changed(State.DOWN, "2026-10-07 09:00")
        story.changed(State.UP, "2026-10-07 09:10")
        await story.closed(correct=True)
        second = _settled(story)[-1]
        places = [Place("telecom", "2026-10", revision) for revision in (1, 2)]
        registers = [reports.read(store, place, reports.REGISTER) for place in places]
        data = reports.read(store, places[0])
        health_before = keeping.health()
        path = reports.folder_of(store, places[0]) / reports.REPORT
        path.write_bytes(data.replace(b'"DOWN":14400', b'"DOWN":14401'))
        damaged = await _refused(story)
        path2 = reports.folder_of(store, places[1]) / reports.REGISTER
        path2.write_bytes(registers[1].replace(b"260000", b"260001"))
        third = await story.closed(correct=True)
        return Told(
            draft, early, first, first_row, again, not_yet, part["link"]["title"], second,
            registers[1], registers[0], data, served, damaged, health_before, keeping.health(),
            [*look(store)], third, len(_settled(story)),
        )  # fmt: skip


async def _excused(story: Story) -> None:
    """Let the carrier's objection to the first two hours be filed, and approved by another."""
    proof = Document("0" * 64, "power.pdf", 1, "application/pdf")
    begin, end = at("2026-10-05 08:00"), at("2026-10-05 10:00")
    claim = OverlayFiled("o1", "P", ("a",), begin, end, "停电", documents=(proof,))
    await story.book.add("chen", claim)
    await story.book.add("li", OverlayDecided("o1", "approve"))


async def _refused(story: Story) -> RefusedError:
    try:
        await story.keeping.view("telecom", "2026-10", 1, "json", "en", "")
    except RefusedError as error:
        return error
    raise AssertionError("a report that was changed was shown")


def _settled(story: Story) -> list[PeriodClosed]:
    bodies = [record.body for record in story.book.records]
    return [body for body in bodies if isinstance(body, PeriodClosed)]


@pytest.fixture(scope="module")
def tale(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Told once for the tests of this file."""
    return asyncio.run(_tell(tmp_path_factory.mktemp("store")))


def test_before_the_freeze_it_is_too_early(tale: Told) -> None:
    """Three working days after a Saturday, the 31st of October: Wednesday, to its end."""
    assert (tale.early.status, tale.early.code) == (409, "too_early_to_close")
    assert tale.early.parameters["when"] == "2026-11-05 00:00"


def test_until_it_is_closed_it_is_a_draft_with_its_dates(tale: Told) -> None:
    assert (tale.draft.state, tale.draft.revision) == ("draft", 1)
    assert tale.draft.freezes == at("2026-11-05 00:00")
    assert tale.draft.appeal_until == at("2026-11-12 00:00")


def test_a_closed_period_is_its_first_revision_by_name(tale: Told) -> None:
    row = tale.first_row
    assert (row.state, row.revision, row.closed_by) == ("closed", 1, "wang")


def test_the_record_holds_what_the_file_is(tale: Told) -> None:
    assert tale.first.report == digest(tale.first_data)


def test_the_very_file_is_served(tale: Told) -> None:
    assert (tale.served.content, tale.served.sha256) == (tale.first_data, tale.first.report)


def test_it_is_not_closed_twice(tale: Told) -> None:
    assert (tale.again.status, tale.again.code) == (409, "period_is_closed")


def test_what_is_open_cannot_be_corrected(tale: Told) -> None:
    assert (tale.not_yet.status, tale.not_yet.code) == (409, "period_is_open")


def test_a_closed_period_is_read_with_the_inventory_of_then(tale: Told) -> None:
    assert tale.title_afterwards == built.link("a").title


def test_a_correction_names_the_revision_before(tale: Told) -> None:
    assert (tale.second.revision, tale.second.previous) == (2, tale.first.report)


def test_a_correction_names_its_seconds(tale: Told) -> None:
    """Of what was decided since, and of what was known late."""
    assert tale.second.changed == (
        ("a", at("2026-10-05 08:00"), at("2026-10-05 10:00"), "DOWN", "EXP"),
        ("a", at("2026-10-07 09:00"), at("2026-10-07 09:10"), "UP", "DOWN"),
    )


def test_a_correction_is_about_the_circuits_of_then(tale: Told) -> None:
    assert tale.second_register == tale.first_register


def test_a_changed_file_is_said_and_not_served(tale: Told) -> None:
    assert (tale.damaged.status, tale.damaged.code) == (500, "report_damaged")


def test_a_changed_file_is_seen_in_the_health(tale: Told) -> None:
    before, after = tale.health_before["reports"], tale.health_after["reports"]
    assert (before["ok"], after["ok"], after["reason"]) == (True, False, "report_damaged")


def test_nothing_is_settled_upon_a_register_that_was_changed(tale: Told) -> None:
    assert (tale.third.state, tale.third.failure, tale.closed_in_the_end) == (
        "failed",
        "corrupt",
        2,
    )


def test_what_was_made_is_known_after_a_restart(tale: Told) -> None:
    assert tale.after_a_restart == [Place("telecom", "2026-10", revision) for revision in (1, 2)]


async def _unknown(store: Path) -> list[object]:
    async with told(store) as story:
        found: list[object] = [refused(lambda: story.keeping.make("nobody", "2026-10", "li")).code]
        for period in ("2027-01", "last", "2026-10-05..2026-10-01"):
            try:
                story.keeping.make("telecom", period, "li")
            except UnknownPeriodError as error:
                found.append(str(error))
        return found


def test_whom_or_when_there_is_none_of_is_refused(tmp_path: Path) -> None:
    assert asyncio.run(_unknown(tmp_path)) == [
        "unknown_carrier", "period_future", "period_form", "period_form",
    ]  # fmt: skip


async def _asked_twice(store: Path) -> tuple[str, str]:
    async with told(store) as story:
        jobs = [story.keeping.make("telecom", "2026-10", who) for who in ("li", "wang")]
        return jobs[0].id, jobs[1].id


def test_one_period_is_made_once_for_all_who_ask(tmp_path: Path) -> None:
    first, second = asyncio.run(_asked_twice(tmp_path))
    assert first == second


def test_one_person_does_not_fill_the_disk_with_ranges_of_days(tmp_path: Path) -> None:
    now = at("2026-11-01 10:00")
    writer: Writer[Entry] = Writer(lambda _: None, lambda: now, name="nobody")
    book = RecordBook([], writer, tmp_path, lambda: now)
    keeping = ReportKeeping(tmp_path, built.RULES, rules_in, Plan(()), book, lambda: now, an_hour=2)
    keeping.load(inventory_of(built.link("a")))
    for period in ("2026-10-01..2026-10-02", "2026-10-01..2026-10-03"):
        keeping.make("telecom", period, "li")
    third = "2026-10-01..2026-10-04"
    assert refused(lambda: keeping.make("telecom", third, "li")).code == "too_many_filings"
    assert keeping.make("telecom", third, "wang").state == "waiting"


async def _scheduled(store: Path) -> list[tuple[str, str]]:
    async with told(store, Plan(("month", "quarter"))) as story:
        story.keeping.tick()
        before = [(job.period, job.asked_by) for job in story.keeping.jobs()]
        story.at("2026-11-05 00:01")
        story.keeping.tick()
        jobs = list(story.keeping.jobs())
        for job in jobs:
            await story.done(job)
        story.at("2026-11-05 00:03")
        story.keeping.tick()
        assert story.keeping.jobs() == [story.keeping.job(job.id) for job in jobs], "made once"
        return [*before, ("", ""), *sorted((job.period, job.asked_by) for job in jobs)]


def test_by_itself_a_report_is_made_when_its_evidence_is_frozen(tmp_path: Path) -> None:
    """On the first of November those of September, whose quarter it ends; October's later."""
    found = asyncio.run(_scheduled(tmp_path))

    before, after = found[: found.index(("", ""))], found[found.index(("", "")) + 1 :]
    assert sorted(before) == [("2026-09", ""), ("2026Q3", "")]
    assert after == [("2026-09", ""), ("2026-10", ""), ("2026Q3", "")]


async def _noticed(store: Path) -> list[set[Notice]]:
    async with told(store, Plan(("month",))) as story:
        keeping, seen = story.keeping, list[set[Notice]]()

        def look(text: str) -> None:
            story.at(text)
            keeping.tick()
            seen.append({*keeping.notices()})

        look("2026-11-05 00:01")
        for job in keeping.jobs():
            await story.done(job)
        look("2026-11-05 00:03")
        await story.closed()
        look("2026-11-05 00:05")
        look("2026-11-12 00:05")
        return seen


def test_a_report_that_was_made_by_itself_is_told_until_its_period_is_closed(
    tmp_path: Path,
) -> None:
    """September's, which is made late, is told although nobody may object any more."""
    before, made, closed, later = asyncio.run(_noticed(tmp_path))

    assert before == set()
    assert made == {
        Notice(READY, "telecom/2026-10", bad=True), Notice(FAILED, "telecom/2026-10", bad=False),
        Notice(READY, "telecom/2026-09", bad=True), Notice(FAILED, "telecom/2026-09", bad=False),
    }  # fmt: skip
    assert Notice(READY, "telecom/2026-10", bad=False) in closed
    assert Notice(READY, "telecom/2026-09", bad=True) in closed
    assert Notice(READY, "telecom/2026-09", bad=False) in later


async def _failing(store: Path) -> list[set[Notice]]:
    async with told(store, Plan(("month",))) as story:
        keeping, seen = story.keeping, list[set[Notice]]()
        (store / "reports").write_text("in the way of the folder")
        for text in (
            "2026-11-05 00:01",
            "2026-11-05 00:03",
            "2026-11-05 02:00",
            "2026-11-05 02:02",
        ):
            if text == "2026-11-05 02:00":
                (store / "reports").unlink()
            story.at(text)
            keeping.tick()
            seen.append({*keeping.notices()})
            for job in keeping.jobs():
                await story.done(job)
        return seen


def test_a_report_that_came_to_nothing_is_told_until_it_is_made(tmp_path: Path) -> None:
    before, failed, still, made = asyncio.run(_failing(tmp_path))

    name = "telecom/2026-10"
    assert before == set()
    assert Notice(FAILED, name, bad=True) in failed
    assert Notice(FAILED, name, bad=True) in still
    assert {one for one in made if one.subject == name} == {
        Notice(FAILED, name, bad=False), Notice(READY, name, bad=True),
    }  # fmt: skip


async def _without_a_circuit(store: Path) -> tuple[ReportJob, int, ReportJob, list[PeriodClosed]]:
    """Close a period in which there is evidence of a circuit that nobody counts, twice."""
    hour = at("2026-10-03 08:00")
    line = encode(Heard("gone", hour, (), (StateRun(0, 3600, "DOWN", "lost", ""),)))
    evidence.write_hour(
        store / evidence.FOLDER, {"telecom": [line]}, MonitorLeaf(hour, (), (), None)
    )
    async with told(store) as story:
        story.at("2026-11-06 10:00")
        refused_, closed = await story.closed(), len(_settled(story))
        return refused_, closed, await story.closed(anyway=True), _settled(story)


def test_a_period_that_lacks_a_circuit_is_closed_only_by_who_says_so(tmp_path: Path) -> None:
    no, closed, yes, records = asyncio.run(_without_a_circuit(tmp_path))

    assert (no.state, no.failure, closed) == ("failed", "circuits_left_out", 0)
    assert (yes.state, [body.left_out for body in records]) == ("done", [("gone",)])
