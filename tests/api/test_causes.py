"""Causes and tickets over the api, with the real records behind it: who says what, who agrees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest

from api.ports_assessment import AssessmentPorts
from inventory.model import Link
from runtime.assessments.cause_acts import CauseActs
from runtime.assessments.filings import Filings
from runtime.assessments.rulesets import load
from runtime.record_book import RecordBook
from sla.records import CauseProposed, Fact
from store.entries import Entry
from store.ledger import open_ledger
from store.writer import Writer
from tests.api.province import NOW, Province, make_inventory
from tests.api.running import Answer, Running, running

START, END = NOW - 3600, NOW - 1800
_numbers = count()


@dataclass(slots=True)
class Desk:
    """The api with its records."""

    api: Running
    book: RecordBook
    links: list[Link]

    def outage(self, carrier: str = "telecom") -> str:
        """A fresh outage of a link of a carrier, with a proposal that the power failed."""
        link = next(one for one in self.links if one.carrier == carrier)
        start = START + next(_numbers)
        name = f"link:{link.id}@{start}"
        facts = (Fact("far_restarted", start + 60, "device:x"),)
        proposed = CauseProposed(name, link.id, start, END, "power", start + 240, facts)
        added = asyncio.run_coroutine_threadsafe(self.book.add("", proposed), self.api.loop)
        added.result(10)
        return name

    def post(self, path: str, token: str, body: object) -> Answer:
        return self.api.ask(
            f"/api/v1/{path}", token, method="POST",
            headers={"Content-Type": "application/json"}, body=json.dumps(body).encode(),
        )  # fmt: skip

    def act(self, outage: str, step: str, token: str, **body: object) -> Answer:
        return self.post(f"causes/{quote(outage)}/{step}", token, body)

    def say(self, outage: str, token: str, cause: str = "power", **more: object) -> int:
        """Say a cause; return the number under which it waits."""
        said = self.act(outage, "say", token, cause=cause, **more)
        assert said.status == 200, said.body
        number: int = said.json["cause"]["waiting"]["record"]
        return number

    def row(self, outage: str, token: str) -> Any:
        items = self.api.ask("/api/v1/causes?limit=1000", token).json["items"]
        return next((one for one in items if one["outage"] == outage), None)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    store = tmp_path_factory.mktemp("store")
    inventory = make_inventory(1, 1, 1, 1)
    ledger = open_ledger(store, NOW)
    writer: Writer[Entry] = Writer(ledger.append, lambda: NOW, name="ledger")
    writer.start()
    book = RecordBook([], writer, ledger.path, lambda: NOW)
    acts, filings = CauseActs(book, store, lambda: NOW), Filings(book, store, load, lambda: NOW)
    acts.load(inventory)
    filings.load(inventory)
    ports = AssessmentPorts(causes=acts, overlays=filings)
    try:
        with running(Province(inventory), more={"assessment": ports}) as api:
            yield Desk(api, book, [*inventory.links.values()])
    finally:
        writer.stop()
        ledger.close()


def people(desk: Desk) -> tuple[str, str, str]:
    """An operator, an assessor, and somebody at a carrier."""
    return (
        desk.api.token("operator"), desk.api.token("assessor"),
        desk.api.token("carrier", carriers=("telecom",)),
    )  # fmt: skip


def test_a_proposal_shows_its_evidence_in_the_readers_language(desk: Desk) -> None:
    outage = desk.outage()
    answer = desk.api.ask(
        "/api/v1/causes", desk.api.token("auditor"), headers={"Accept-Language": "zh"}
    )
    row = next(one for one in answer.json["items"] if one["outage"] == outage)

    assert (row["state"], row["proposed"], row["may"]) == ("proposed", "power", [])
    assert row["facts"][0]["text"] == "远端设备在中断期间重新启动。"


def test_a_carrier_is_told_of_a_common_cause_without_another_carriers_circuit(desk: Desk) -> None:
    own = next(one.id for one in desk.links if one.carrier == "telecom")
    other = next(one.id for one in desk.links if one.carrier == "mobile")
    outage, start = f"link:{own}@{START - 9}", START - 9
    facts = (Fact("above_lost", start, f"link:{other}"),)
    behind = CauseProposed(outage, own, start, END, "upstream", None, facts, f"event:7:{other}")
    asyncio.run_coroutine_threadsafe(desk.book.add("", behind), desk.api.loop).result(10)
    _, _, carrier = people(desk)

    told = [desk.row(outage, token) for token in (carrier, desk.api.token("auditor"))]
    assert [(one["event"], one["facts"][0]["source"]) for one in told] == [
        ("event:7", ""), (f"event:7:{other}", f"link:{other}"),
    ]  # fmt: skip


def test_two_persons_settle_a_cause(desk: Desk) -> None:
    operator, assessor, _ = people(desk)
    outage = desk.outage()
    number = desk.say(outage, operator, "upstream", why="our switch")
    answer = desk.act(outage, "approve", assessor, said=number)

    assert (answer.status, answer.json["cause"]["state"]) == (200, "approved")
    assert answer.json["cause"]["cause"] == "upstream"


def test_who_said_it_is_refused_to_approve_it(desk: Desk) -> None:
    _, assessor, _ = people(desk)
    outage = desk.outage()
    answer = desk.act(outage, "approve", assessor, said=desk.say(outage, assessor))

    assert (answer.status, answer.json["code"]) == (403, "cause_own")


def test_an_operator_does_not_approve(desk: Desk) -> None:
    operator, assessor, _ = people(desk)
    outage = desk.outage()
    answer = desk.act(outage, "approve", operator, said=desk.say(outage, assessor))

    assert (answer.status, answer.json["code"]) == (403, "not_permitted")


def test_what_is_approved_is_what_was_read(desk: Desk) -> None:
    """Somebody said something else between reading and approving."""
    operator, assessor, carrier = people(desk)
    outage = desk.outage()
    read = desk.say(outage, operator, "carrier")
    desk.say(outage, carrier, "power")
    answer = desk.act(outage, "approve", assessor, said=read)

    assert (answer.status, answer.json["code"]) == (409, "cause_not_waiting")


def test_what_was_rejected_does_not_count(desk: Desk) -> None:
    operator, assessor, _ = people(desk)
    outage = desk.outage()
    number = desk.say(outage, operator, "owner")
    answer = desk.act(outage, "reject", assessor, said=number, why="no ticket of ours")

    assert (answer.json["cause"]["state"], answer.json["cause"]["cause"]) == ("rejected", "power")


def test_a_carrier_objects_to_its_own(desk: Desk) -> None:
    _, _, carrier = people(desk)
    outage = desk.outage()
    desk.say(outage, carrier, "power", why="the site had no power")

    assert desk.row(outage, carrier)["waiting"]["carrier"] == "telecom"


@pytest.mark.parametrize("roles", [("carrier",), ("carrier", "assessor"), ("carrier", "admin")])
def test_nobody_of_a_carrier_approves(desk: Desk, roles: tuple[Any, ...]) -> None:
    operator, _, _ = people(desk)
    outage = desk.outage()
    number = desk.say(outage, operator)
    answer = desk.act(outage, "approve", desk.api.token(*roles, carriers=("telecom",)), said=number)

    assert (answer.status, answer.json["code"]) == (403, "not_permitted")


def test_a_carrier_neither_sees_nor_speaks_of_another_ones(desk: Desk) -> None:
    _, _, carrier = people(desk)
    outage = desk.outage("unicom")
    refused = desk.act(outage, "say", carrier, cause="power")

    assert desk.row(outage, carrier) is None
    assert (refused.status, refused.json["code"]) == (404, "unknown_outage")


def test_an_auditor_changes_nothing(desk: Desk) -> None:
    auditor = desk.api.token("auditor")

    assert desk.act(desk.outage(), "say", auditor, cause="carrier").status == 403


@pytest.mark.parametrize("outage", ["link:gone@5", "link:@5", "nothing", "link:x@99999999999"])
def test_of_what_is_no_outage_nothing_is_said(desk: Desk, outage: str) -> None:
    operator, _, _ = people(desk)
    answer = desk.act(outage, "say", operator, cause="carrier")

    assert (answer.status, answer.json["code"]) == (404, "unknown_outage")


@pytest.mark.parametrize("until", [START - 5, END + 1])
def test_a_cause_ends_within_its_outage(desk: Desk, until: int) -> None:
    operator, _, _ = people(desk)
    answer = desk.act(desk.outage(), "say", operator, cause="power", until=until)

    assert (answer.status, answer.json["code"]) == (422, "cause_until")


def test_a_document_that_nobody_handed_in_is_refused(desk: Desk) -> None:
    operator, _, _ = people(desk)
    papers = [{"sha256": "ab" * 32, "name": "x.pdf"}]
    answer = desk.act(desk.outage(), "say", operator, cause="power", documents=papers)

    assert (answer.status, answer.json["code"]) == (422, "unknown_document")


def test_refusals_are_in_the_audit_trail(desk: Desk) -> None:
    _, assessor, _ = people(desk)
    outage = desk.outage()
    desk.act(outage, "approve", assessor, said=desk.say(outage, assessor))
    trail = desk.api.crowd.trail

    assert ("cause.approve", outage, "cause_own") in [one[1:] for one in trail]


@pytest.mark.parametrize(
    ("query", "found"),
    [("carrier=telecom", True), ("carrier=mobile", False), ("state=proposed", True),
     ("state=approved", False), ("period=2026-11", True), ("period=2026-10", False)],
)  # fmt: skip
def test_causes_are_found_by_carrier_state_and_period(desk: Desk, query: str, found: bool) -> None:  # noqa: FBT001 - a case
    outage = desk.outage()
    items = desk.api.ask(f"/api/v1/causes?limit=1000&{query}", desk.api.token("auditor")).json

    assert (outage in [one["outage"] for one in items["items"]]) == found


# Tickets.


def test_a_ticket_is_noted_bit_by_bit(desk: Desk) -> None:
    operator, _, carrier = people(desk)
    outage = desk.outage()
    desk.post("tickets", operator, {"outage": outage, "notified": START + 900})
    noted = desk.post(
        "tickets", carrier, {"outage": outage, "acknowledged": START + 960, "by_carrier": "G-7"}
    ).json["ticket"]

    assert (noted["notified"], noted["acknowledged"], noted["by_carrier"]) == (
        START + 900, START + 960, "G-7",
    )  # fmt: skip
    assert desk.row(outage, carrier)["ticket"]["by_carrier"] == "G-7"


@pytest.mark.parametrize("field", ["notified", "restored"])
def test_a_carrier_does_not_set_its_own_clock(desk: Desk, field: str) -> None:
    _, _, carrier = people(desk)
    answer = desk.post("tickets", carrier, {"outage": desk.outage(), field: END})

    assert (answer.status, answer.json["code"]) == (403, "ticket_owner_only")


def test_a_ticket_begins_with_a_notice(desk: Desk) -> None:
    operator, _, _ = people(desk)
    answer = desk.post("tickets", operator, {"outage": desk.outage(), "acknowledged": END})

    assert (answer.status, answer.json["code"]) == (422, "ticket_needs_notice")


@pytest.mark.parametrize(
    "times", [{"notified": START - 1}, {"notified": NOW + 1},
              {"notified": END, "restored": END - 1}],
)  # fmt: skip
def test_times_that_do_not_fit_are_refused(desk: Desk, times: dict[str, int]) -> None:
    operator, _, _ = people(desk)
    answer = desk.post("tickets", operator, {"outage": desk.outage(), **times})

    assert (answer.status, answer.json["code"]) == (422, "ticket_times")


def test_a_clock_stands_still_with_a_document_only(desk: Desk) -> None:
    operator, _, _ = people(desk)
    stop = {"start": END - 600, "end": END, "why": "no access", "documents": []}
    answer = desk.post(
        "tickets", operator, {"outage": desk.outage(), "notified": END - 900, "stops": [stop]}
    )

    assert (answer.status, answer.json["code"]) == (422, "bad_parameter")


def test_tickets_are_listed_to_whom_they_concern(desk: Desk) -> None:
    operator, _, carrier = people(desk)
    mine, other = desk.outage(), desk.outage("unicom")
    for outage in (mine, other):
        desk.post("tickets", operator, {"outage": outage, "notified": END})
    shown = [
        one["outage"] for one in desk.api.ask("/api/v1/tickets?limit=1000", carrier).json["items"]
    ]

    assert (mine in shown, other in shown) == (True, False)
