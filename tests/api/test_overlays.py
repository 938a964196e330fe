"""Overlays: filed by owner and carriers, decided by a second person, seen by whom they concern."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from runtime.assessments import rulesets
from sla.records import OverlayFiled, RulesActivated
from tests.api.filing import DAY, FOREIGN, HOUR, LINK, OCTETS, OTHER, PDF, QUOTA, WORK, Desk, desk
from tests.api.province import NOW
from tests.servers import wait_for

CARRIER = ("unicom",)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("store")) as one:
        yield one


@pytest.fixture
def fresh(at: Desk) -> Desk:
    """The same desk an hour later, and on other seconds than the test before."""
    at.api.province.clock += 40 * HOUR
    return at


def owner(at: Desk) -> str:
    return at.api.token("operator")


def second(at: Desk) -> str:
    return at.api.token("assessor")


def carrier(at: Desk) -> str:
    return at.api.token("carrier", carriers=CARRIER)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json["code"]


# Filing and deciding.


def test_what_one_person_files_another_approves(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh))
    assert (row["state"], row["side"], row["may"]) == ("filed", "", ["withdraw"])
    seen = fresh.api.ask(f"/api/v1/overlays/{row['id']}", second(fresh)).json["overlay"]
    assert seen["may"] == ["approve", "reject"]
    answer = fresh.say(second(fresh), row["id"], "approve")
    assert answer.json["overlay"]["state"] == "approved"


def test_nobody_approves_what_he_filed(fresh: Desk) -> None:
    row = fresh.filed(second(fresh))
    assert row["may"] == ["withdraw"]
    assert refused(fresh.say(second(fresh), row["id"], "approve")) == (403, "overlay_own")


@pytest.mark.parametrize("again", ["approve", "reject"])
def test_what_is_decided_is_not_decided_again(fresh: Desk, again: str) -> None:
    row = fresh.filed(owner(fresh))
    fresh.say(second(fresh), row["id"], "reject")
    assert refused(fresh.say(second(fresh), row["id"], again)) == (409, "overlay_decided")


def test_what_is_withdrawn_never_comes_back(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh))
    assert fresh.say(owner(fresh), row["id"], "withdraw").json["overlay"]["state"] == "withdrawn"
    assert refused(fresh.say(second(fresh), row["id"], "approve")) == (409, "overlay_decided")


def test_another_persons_filing_is_not_withdrawn(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh))
    assert refused(fresh.say(second(fresh), row["id"], "withdraw")) == (403, "overlay_not_yours")


def test_what_two_agreed_on_is_not_taken_back_by_one_once_it_has_begun(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh), at=fresh.now + HOUR)
    fresh.say(second(fresh), row["id"], "approve")
    fresh.api.province.clock += 2 * HOUR
    assert refused(fresh.say(owner(fresh), row["id"], "withdraw")) == (409, "overlay_begun")


def test_an_unknown_one_is_not_decided(at: Desk) -> None:
    assert refused(at.say(second(at), "ov-none", "approve")) == (404, "unknown_overlay")


def test_everything_is_in_the_audit_trail(fresh: Desk) -> None:
    token = owner(fresh)
    name = fresh.api.ask("/api/v1/me", token).json["name"]
    row = fresh.filed(token)
    fresh.say(token, row["id"], "approve")
    fresh.say(token, row["id"], "withdraw")
    assert fresh.api.crowd.trail[-3:] == [
        (name, "overlay.file", f"{row['id']} M_o {LINK}", "ok"),
        (name, "overlay.approve", row["id"], "not_permitted"),
        (name, "overlay.withdraw", row["id"], "ok"),
    ]


# What is refused at filing; nothing of it is kept.


@pytest.mark.parametrize(
    ("kind", "changed", "code"),
    [
        ("M_o", {"at": NOW + 900 * DAY}, "overlay_too_far"),
        ("M_o", {"at": NOW + DAY, "until": NOW + 40 * DAY}, "overlay_too_long"),
        ("M_o", {"at": NOW + DAY, "until": NOW + DAY}, "overlay_reversed"),
        ("M_o", {"at": NOW + DAY, "until": NOW}, "overlay_reversed"),
        ("M_o", {"links": [LINK, LINK]}, "overlay_link_twice"),
        ("M_o", {"links": ["nothing"]}, "unknown_link"),
        ("M_o", {"links": [LINK, FOREIGN]}, "overlay_one_carrier"),
        ("X", {"at": NOW - DAY, "outage": f"link:{OTHER}@1"}, "overlay_outage_elsewhere"),
        ("M_o", {"replaces": "ov-none"}, "overlay_not_replaceable"),
        ("P", {"at": NOW - DAY}, "overlay_needs_evidence"),
        ("P", {"at": NOW + 300 * DAY}, "overlay_not_over"),
        ("F", {"at": NOW - DAY}, "overlay_needs_document"),
        ("P", {"at": NOW - DAY, "documents": [{"sha256": "0" * 64}]}, "unknown_document"),
    ],
)
def test_what_cannot_be_is_refused(at: Desk, kind: str, changed: dict[str, Any], code: str) -> None:
    before = len(at.book.records)
    assert refused(at.file(owner(at), kind, **changed))[1] == code
    assert len(at.book.records) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start", "2026-12-01T00:00:00"),
        ("start", "2026-12-01"),
        ("start", "2026-12-01T00:00:00.5+08:00"),
        ("end", 1_800_000_000),
        ("kind", "M_x"),
        ("links", []),
        ("title", ""),
        ("unknown", 1),
    ],
)
def test_a_form_that_is_not_understood_is_refused(at: Desk, name: str, value: object) -> None:
    answer = at.post("/api/v1/overlays", owner(at), at.form() | {name: value})
    assert refused(answer) == (422, "bad_parameter")


def test_force_majeure_is_claimed_within_five_working_days(fresh: Desk) -> None:
    sha256 = fresh.hand_in(owner(fresh)).json["document"]["sha256"]
    answer = fresh.file(
        owner(fresh), "F", at=fresh.now - 11 * DAY, documents=[{"sha256": sha256, "name": "a"}]
    )
    assert refused(answer) == (422, "overlay_claimed_late")


def test_the_same_side_files_a_second_only_once(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh))
    answer = fresh.file(owner(fresh), at=fresh.now + 4 * DAY + HOUR // 2)
    assert refused(answer) == (409, "overlay_overlaps")
    assert answer.json["overlay"] == row["id"]


def test_a_correction_takes_the_place_of_what_waits(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh))
    after = fresh.filed(owner(fresh), replaces=row["id"], title="改期")
    before = fresh.api.ask(f"/api/v1/overlays/{row['id']}", owner(fresh)).json["overlay"]
    assert (before["state"], before["replaced_by"]) == ("replaced", after["id"])


def test_a_correction_stays_with_its_carrier(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh))
    answer = fresh.file(owner(fresh), links=[FOREIGN], replaces=row["id"])
    assert refused(answer) == (409, "overlay_other_carrier")


# What its filer is told at once.


def codes(row: dict[str, Any]) -> list[str]:
    return [note["code"] for note in row["notes"]]


def local(day: int, hour: int) -> int:
    """An hour of a day of March 2027, in Beijing."""
    return 1_803_830_400 + (day - 1) * DAY + hour * HOUR


def test_carriers_work_without_notice_is_taken_and_told(fresh: Desk) -> None:
    row = fresh.filed(carrier(fresh), "M_c", at=fresh.now + 2 * HOUR)
    assert codes(row)[0] == "notice"
    assert "72" in row["notes"][0]["text"]


def test_work_outside_the_night_and_the_quota_that_is_left_are_told(at: Desk) -> None:
    token = carrier(at)
    first = at.filed(token, "M_c", at=local(2, 1), until=local(2, 4))
    assert (codes(first), first["notes"][0]["text"]) == (
        ["quota"], "2027-03：本次之后当月配额还剩 60 分钟。",
    )  # fmt: skip
    second_ = at.filed(token, "M_c", at=local(3, 1), until=local(3, 4))
    assert codes(second_) == ["over_quota"]
    third = at.filed(token, "M_c", at=local(4, 5), until=local(4, 7))
    assert "night" in codes(third)


# Whose business it is.


def test_a_carrier_files_for_its_own_circuits_only(fresh: Desk) -> None:
    row = fresh.filed(carrier(fresh), "M_c")
    assert row["side"] == "unicom"
    answer = fresh.file(carrier(fresh), "M_c", links=[FOREIGN])
    assert refused(answer) == (404, "unknown_link")


def test_a_carrier_does_not_announce_the_owners_work(fresh: Desk) -> None:
    assert refused(fresh.file(carrier(fresh), "M_o")) == (403, "overlay_kind_of_owner")


def test_a_carrier_decides_nothing_whatever_its_other_roles(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh))
    both = fresh.api.token("carrier", "assessor", carriers=CARRIER)
    assert refused(fresh.say(both, row["id"], "approve")) == (403, "not_permitted")


def test_a_carrier_sees_what_concerns_its_circuits_and_nothing_else(fresh: Desk) -> None:
    own = fresh.filed(owner(fresh))
    other = fresh.filed(owner(fresh), links=[FOREIGN], at=fresh.now + 5 * DAY)
    seen = fresh.listed(carrier(fresh), "?limit=1000")
    assert own["id"] in seen
    assert other["id"] not in seen
    answer = fresh.api.ask(f"/api/v1/overlays/{other['id']}", carrier(fresh))
    assert refused(answer) == (404, "unknown_overlay")


def test_a_carriers_person_without_a_carrier_may_nothing(at: Desk) -> None:
    answer = at.api.ask("/api/v1/overlays", at.api.token("carrier"))
    assert refused(answer) == (403, "not_permitted")


@pytest.mark.parametrize("role", ["auditor", "viewer"])
def test_who_only_reads_files_nothing(at: Desk, role: Any) -> None:
    assert refused(at.file(at.api.token(role))) == (403, "not_permitted")


def test_an_auditor_reads_everything(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh), links=[FOREIGN])
    assert {row["id"], WORK.id} <= set(fresh.listed(fresh.api.token("auditor"), "?limit=1000"))


def test_whoever_sees_a_part_does_not_decide_about_the_whole(fresh: Desk) -> None:
    row = fresh.filed(owner(fresh), links=[OTHER, LINK])
    city = fresh.api.token("assessor", sites=("c0",))
    seen = fresh.api.ask(f"/api/v1/overlays/{row['id']}", city).json["overlay"]
    assert [link["id"] for link in seen["links"]] == [LINK]
    assert refused(fresh.say(city, row["id"], "approve")) == (403, "overlay_wider")


# Lists.


def test_announced_work_of_the_inventory_stands_approved(at: Desk) -> None:
    row = at.api.ask(f"/api/v1/overlays/{WORK.id}", owner(at)).json["overlay"]
    assert (row["state"], row["filed_by"], row["may"]) == ("approved", "inventory", [])


def test_a_list_is_narrowed_and_paged(fresh: Desk) -> None:
    one = fresh.filed(owner(fresh), links=[FOREIGN])
    two = fresh.filed(owner(fresh))
    token = owner(fresh)
    assert fresh.listed(token, "?limit=1") == [two["id"]]
    assert fresh.listed(token, f"?limit=1&cursor={two['id']}") == [one["id"]]
    assert fresh.listed(token, "?carrier=mobile&limit=1") == [one["id"]]
    assert fresh.listed(token, f"?link={LINK}&limit=1") == [two["id"]]
    assert two["id"] not in fresh.listed(token, "?state=approved&limit=1000")
    assert fresh.listed(token, "?period=2020") == []


@pytest.mark.parametrize("period", ["2026-13", "soon", "2026-02-30..2026-03-01"])
def test_an_unknown_period_is_named(at: Desk, period: str) -> None:
    answer = at.api.ask(f"/api/v1/overlays?period={period}", owner(at))
    assert refused(answer) == (422, "unknown_period")


# Documents.


def test_a_document_comes_back_as_a_file(at: Desk) -> None:
    name = "停电通知.pdf"
    answer = at.hand_in(owner(at), name=quote(name))
    assert answer.status == 201
    found = answer.json["document"]
    assert (found["name"], found["size"], found["media"]) == (name, len(PDF), "application/pdf")
    back = at.api.ask(f"/api/v1/documents/{found['sha256']}", owner(at))
    assert back.body == PDF
    assert back.headers["content-disposition"].startswith("attachment;")
    assert back.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        (quote("a\r\nSet-Cookie: x.pdf"), "aSet-Cookie: x.pdf"),
        (quote("gpj\u202efdp.exe"), "gpjfdp.exe"),
        (".htaccess", "htaccess"),
        ("", "document"),
        ("%ff%fe", "��"),
        (quote("字" * 300), "字" * 120),
    ],
)
def test_a_hostile_name_is_only_a_name(fresh: Desk, sent: str, kept: str) -> None:
    if len(sent) <= 1000:
        found = fresh.hand_in(owner(fresh), name=sent).json["document"]
        assert found["name"] == kept
    else:
        assert refused(fresh.hand_in(owner(fresh), name=sent)) == (422, "bad_parameter")


def test_thirty_megabytes_are_refused(at: Desk) -> None:
    size = {"Content-Length": str(30 << 20)}
    answer = at.api.ask("/api/v1/documents", owner(at), method="POST", headers=size)
    assert refused(answer) == (413, "body_too_large")


def test_only_documents_may_be_large(at: Desk) -> None:
    answer = at.post("/api/v1/overlays", owner(at), at.form(why="x" * 20_000))
    assert refused(answer) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "document_empty"), (b"MZ\x90\x00\x03", "document_not_allowed")],
)
def test_what_is_no_evidence_is_not_kept(fresh: Desk, content: bytes, code: str) -> None:
    assert refused(fresh.hand_in(owner(fresh), content)) == (422, code)


def test_a_carrier_has_the_documents_of_its_circuits_only(fresh: Desk) -> None:
    secret, shared = b"%PDF-1 secret", b"%PDF-1 shared"
    ids = {
        content: fresh.hand_in(owner(fresh), content).json["document"]["sha256"]
        for content in (secret, shared)
    }
    past = {"at": fresh.now - DAY}
    fresh.filed(owner(fresh), "P", links=[FOREIGN], documents=[{"sha256": ids[secret]}], **past)
    fresh.filed(owner(fresh), "P", documents=[{"sha256": ids[shared]}], **past)
    token = carrier(fresh)
    assert fresh.api.ask(f"/api/v1/documents/{ids[shared]}", token).body == shared
    answer = fresh.api.ask(f"/api/v1/documents/{ids[secret]}", token)
    assert refused(answer) == (404, "unknown_document")
    claim = fresh.file(token, "P", documents=[{"sha256": ids[secret]}], **past)
    assert refused(claim) == (422, "unknown_document")


def test_a_claim_names_its_documents_as_they_are_kept(fresh: Desk) -> None:
    sha256 = fresh.hand_in(carrier(fresh)).json["document"]["sha256"]
    fresh.filed(
        carrier(fresh), "P", at=fresh.now - 2 * HOUR,
        documents=[{"sha256": sha256, "name": "../停电.pdf"}],
    )  # fmt: skip
    body = fresh.book.records[-1].body
    assert isinstance(body, OverlayFiled)
    (kept,) = body.documents
    assert (kept.name, kept.size, kept.media) == ("停电.pdf", len(PDF), "application/pdf")


def test_one_person_does_not_file_without_end(fresh: Desk) -> None:
    token = fresh.api.token("operator", "viewer")
    past: dict[str, Any] = {"at": fresh.now - 9 * DAY, "until": fresh.now - 10 * DAY}
    codes_ = [fresh.file(token, **past).json["code"] for _ in range(61)]
    assert codes_ == ["overlay_reversed"] * 60 + ["too_many_filings"]


def test_one_person_does_not_fill_the_disk(fresh: Desk) -> None:
    token = fresh.api.token("operator", "viewer", "auditor")
    content = PDF + bytes(OCTETS // 2 - len(PDF))
    assert [fresh.hand_in(token, content).status for _ in range(3)] == [201, 201, 429]


def test_of_one_person_one_file_is_read_at_a_time(fresh: Desk) -> None:
    token = fresh.api.token("operator", "auditor")
    slow = http.client.HTTPConnection("127.0.0.1", fresh.api.port, timeout=20)
    slow.putrequest("POST", "/api/v1/documents")
    slow.putheader("Authorization", f"Bearer {token}")
    slow.putheader("Content-Length", f"{2 * len(PDF)}")
    slow.endheaders(PDF)
    uploads = fresh.api.app.state.desk.uploads
    wait_for(lambda: uploads, what="the first file is read")
    assert fresh.hand_in(token).json["code"] == "documents_busy"
    slow.send(PDF)
    assert slow.getresponse().status == 201
    slow.close()
    assert not uploads


# The calendar.


def test_the_calendar_of_a_year_is_that_of_the_rules(at: Desk) -> None:
    answer = at.api.ask("/api/v1/calendar?year=2026", at.api.token("auditor"))
    assert answer.json == {
        "year": 2026, "zone": "Asia/Shanghai", "holidays": {}, "workdays": {},
    }  # fmt: skip
    assert at.api.ask("/api/v1/calendar?year=1", at.api.token("auditor")).status == 422


def test_the_rules_that_hold_for_the_month_are_asked(tmp_path: Path) -> None:
    """Not those the monitor was started with, where others stand on record for that month."""
    text = rulesets.load().text.replace("\nmonth_quota: null", "\nmonth_quota: 5h")
    assert (rulesets.parse_text(text).month_quota, QUOTA.month_quota) == (5 * HOUR, 4 * HOUR)
    with desk(tmp_path) as one:
        noted = one.book.add("", RulesActivated(0, "f" * 64, text))
        asyncio.run_coroutine_threadsafe(noted, one.api.loop).result(10)
        row = one.filed(carrier(one), "M_c", at=local(2, 1), until=local(2, 2))
        assert "还剩 240 分钟" in row["notes"][-1]["text"]
