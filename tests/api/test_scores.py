"""Scores by people: who may give them, what is refused, and that a report counts them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from api.ports import Role
from runtime.reports.inputs import concerning
from sla import build
from sla.records import PeriodClosed, PointsDeducted
from sla.register import register_of
from sla.report import Report
from tests.api.filing import DAY, FOREIGN, HOUR, LINK, PDF, QUOTA, Desk, desk, iso
from tests.api.province import NOW
from tests.api.running import Answer
from tests.sla import built

CARRIER = ("unicom",)
PERIOD = "2026-11"
TESTS, SCORES, DEDUCTIONS = (
    "/api/v1/bandwidth-tests", "/api/v1/service-scores", "/api/v1/deductions",
)  # fmt: skip
POINT = 100


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("store")) as one:
        yield one


@pytest.fixture(scope="module")
def paper(at: Desk) -> str:
    """A document that the owner's side has handed in."""
    sha256: str = at.hand_in(at.api.token("operator")).json["document"]["sha256"]
    return sha256


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def form(path: str, paper: str, **changed: Any) -> dict[str, Any]:
    """What is taken at a path, with one document."""
    forms: dict[str, dict[str, Any]] = {
        TESTS: {
            "link": LINK, "at": NOW - DAY, "layer": "L2", "measured_up": 96_000_000,
            "measured_down": 97_000_000, "contracted": 100_000_000,
        },
        SCORES: {"carrier": "unicom", "period": PERIOD, "num": 4, "den": 5, "why": "通报及时"},
        DEDUCTIONS: {
            "carrier": "unicom", "period": PERIOD, "hundredths": 5 * POINT, "why": "重大事件",
        },
    }  # fmt: skip
    return {**forms[path], "documents": [{"sha256": paper, "name": "凭证.pdf"}], **changed}


def put(at: Desk, path: str, paper: str, /, *roles: Any, **changed: Any) -> Answer:
    """Hand something in as a person with these roles; else as one who may."""
    who = roles or ("operator",)
    carriers = CARRIER if "carrier" in who else ()
    return at.post(path, at.api.token(*who, carriers=carriers), form(path, paper, **changed))


def put_by(at: Desk, path: str, paper: str, token: str, /, **changed: Any) -> int:
    """Hand something in by this person; return its number."""
    answer = at.post(path, token, form(path, paper, **changed))
    assert answer.status == 201, answer.body
    (row,) = answer.json.values()
    number: int = row["number"]
    return number


def say(at: Desk, token: str, number: int, verdict: str = "approve") -> Answer:
    return at.post(f"/api/v1/points/{number}/decision", token, {"verdict": verdict})


def take_back(at: Desk, token: str, number: int) -> Answer:
    return at.post(f"/api/v1/points/{number}/withdrawal", token, {"why": "认定有误"})


def another(at: Desk, role: Role) -> str:
    """The token of another person with the same role."""
    return at.api.token(role, "viewer")


def agreed(at: Desk, path: str, paper: str, /, **changed: Any) -> int:
    """Hand something in and let another person approve it; return its number."""
    number = put_by(at, path, paper, at.api.token("operator"), **changed)
    assert say(at, at.api.token("assessor"), number).status == 200
    return number


def items(at: Desk, path: str, token: str) -> list[dict[str, Any]]:
    answer = at.api.ask(path, token)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def settle(at: Desk, carrier: str, period: str) -> None:
    body = PeriodClosed(carrier, period, 1, "0" * 64, "", "0" * 64, 0, "0" * 64)
    asyncio.run_coroutine_threadsafe(at.book.add("li", body), at.api.loop).result(10)


# Roles.


@pytest.mark.parametrize(
    ("path", "roles", "code"),
    [
        (TESTS, ("auditor",), "not_permitted"),
        (TESTS, ("viewer",), "not_permitted"),
        (TESTS, ("carrier",), "score_owner_only"),
        (TESTS, ("carrier", "operator"), "score_owner_only"),
        *(
            (path, roles, "not_permitted")
            for path in (SCORES, DEDUCTIONS)
            for roles in (("auditor",), ("viewer",))
        ),
        *(
            (path, roles, "score_owner_only")
            for path in (SCORES, DEDUCTIONS)
            for roles in (("carrier",), ("carrier", "assessor"))
        ),
    ],
)
def test_who_may_not_changes_nothing(
    at: Desk, paper: str, path: str, roles: tuple[str, ...], code: str
) -> None:
    before = len(at.book.records)
    assert refused(put(at, path, paper, *roles)) == (403, code)
    assert len(at.book.records) == before


@pytest.mark.parametrize("path", [SCORES, DEDUCTIONS])
def test_a_carrier_reads_its_own_and_an_auditor_reads_all(at: Desk, paper: str, path: str) -> None:
    own = put(at, path, paper, why=f"own {path}")
    other = put(at, path, paper, carrier="mobile")
    assert (own.status, other.status) == (201, 201)
    carrier = at.api.token("carrier", carriers=CARRIER)
    assert {row["carrier"] for row in items(at, path, carrier)} == {"unicom"}
    auditor = items(at, path, at.api.token("auditor"))
    assert {row["carrier"] for row in auditor} == {"unicom", "mobile"}


def test_a_carrier_reads_the_tests_of_its_own_circuits(at: Desk, paper: str) -> None:
    assert put(at, TESTS, paper).status == put(at, TESTS, paper, link=FOREIGN).status == 201
    carrier = items(at, TESTS, at.api.token("carrier", carriers=CARRIER))
    assert {row["link"] for row in carrier} == {LINK}
    auditor = items(at, TESTS, at.api.token("auditor"))
    assert {row["link"] for row in auditor} == {LINK, FOREIGN}


def test_who_sees_a_part_tests_that_part_and_scores_no_carrier(at: Desk, paper: str) -> None:
    city = at.api.token("operator", sites=("c0",))
    answer = at.post(TESTS, city, form(TESTS, paper, link=FOREIGN))
    assert refused(answer) == (404, "unknown_link")
    one = at.api.token("assessor", carriers=("mobile",))
    assert refused(at.post(SCORES, one, form(SCORES, paper))) == (404, "unknown_carrier")


# What is refused; nothing of it is kept.


@pytest.mark.parametrize(
    ("path", "changed", "code"),
    [
        (TESTS, {"link": "nothing"}, "unknown_link"),
        (TESTS, {"at": NOW + 900 * DAY}, "bandwidth_test_ahead"),
        (TESTS, {"at": iso(NOW + 900 * DAY)}, "bandwidth_test_ahead"),
        (SCORES, {"num": 6}, "score_out_of_range"),
        (DEDUCTIONS, {"hundredths": 15 * POINT + 1}, "deduction_over_cap"),
        *(
            (path, {"documents": []}, "score_needs_document")
            for path in (TESTS, SCORES, DEDUCTIONS)
        ),
        *(
            (path, {"documents": [{"sha256": "0" * 64}]}, "unknown_document")
            for path in (TESTS, SCORES, DEDUCTIONS)
        ),
        *((path, {"carrier": "nobody"}, "unknown_carrier") for path in (SCORES, DEDUCTIONS)),
        *((path, {"period": "2026-13"}, "unknown_period") for path in (SCORES, DEDUCTIONS)),
        *((path, {"period": "2027Q3"}, "unknown_period") for path in (SCORES, DEDUCTIONS)),
    ],
)
def test_what_cannot_be_is_refused(
    at: Desk, paper: str, path: str, changed: dict[str, Any], code: str
) -> None:
    before = len(at.book.records)
    assert refused(put(at, path, paper, **changed))[1] == code
    assert len(at.book.records) == before


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        (TESTS, "at", "2026-11-01T00:00:00"),
        (TESTS, "at", True),
        (TESTS, "at", -1),
        (TESTS, "layer", "L7"),
        (TESTS, "measured_up", 0),
        (TESTS, "measured_down", 1.5),
        (TESTS, "contracted", 10**14),
        (SCORES, "den", 0),
        (SCORES, "num", -1),
        (SCORES, "why", " "),
        (DEDUCTIONS, "hundredths", 0),
        (DEDUCTIONS, "why", ""),
        (DEDUCTIONS, "points", 5),
    ],
)
def test_a_form_that_is_not_understood_is_refused(
    at: Desk, paper: str, path: str, name: str, value: object
) -> None:
    assert refused(put(at, path, paper, **{name: value})) == (422, "bad_parameter")


@pytest.mark.parametrize("path", [SCORES, DEDUCTIONS])
def test_a_settled_period_takes_no_more(at: Desk, paper: str, path: str) -> None:
    settle(at, "unicom", "2026-10")
    answer = put(at, path, paper, period="2026-10")
    assert refused(answer) == (409, "score_after_closing")
    assert put(at, path, paper, period="2026-10", carrier="mobile").status == 201


def test_the_same_deduction_is_not_taken_twice(at: Desk, paper: str) -> None:
    first = put(at, DEDUCTIONS, paper, why="一次")
    again = put(at, DEDUCTIONS, paper, why="一次")
    assert refused(again) == (409, "deduction_twice")
    assert again.json["number"] == first.json["deduction"]["number"]


# What is kept.


def test_a_time_is_taken_as_seconds_or_with_its_offset(at: Desk, paper: str) -> None:
    said = put(at, TESTS, paper, at=iso(NOW - HOUR)).json["test"]
    assert (said["at"], said["carrier"]) == (NOW - HOUR, "unicom")
    assert put(at, TESTS, paper, at=NOW - HOUR).json["test"]["at"] == NOW - HOUR


def test_a_later_score_takes_the_place_of_the_earlier(at: Desk, paper: str) -> None:
    first = agreed(at, SCORES, paper, period="2026Q4", num=1)
    second = agreed(at, SCORES, paper, period="2026Q4", num=2)
    rows = items(at, f"{SCORES}?period=2026Q4", at.api.token("auditor"))
    assert [(row["number"], row["state"], row["holds"]) for row in rows] == [
        (second, "approved", True), (first, "replaced", False),
    ]  # fmt: skip
    page = at.api.ask(f"{SCORES}?period=2026Q4&limit=1", at.api.token("auditor")).json
    assert page["next"] == str(second)
    rest = items(at, f"{SCORES}?period=2026Q4&cursor={second}", at.api.token("auditor"))
    assert [row["number"] for row in rest] == [first]


def test_a_carrier_has_the_document_of_its_own_score_only(at: Desk) -> None:
    owner, carrier = at.api.token("assessor"), at.api.token("carrier", carriers=CARRIER)
    ids = {}
    for name in ("unicom", "mobile"):
        content = PDF + name.encode()
        ids[name] = at.hand_in(owner, content).json["document"]["sha256"]
        assert put(at, SCORES, ids[name], carrier=name).status == 201
    assert at.api.ask(f"/api/v1/documents/{ids['unicom']}", carrier).body == PDF + b"unicom"
    answer = at.api.ask(f"/api/v1/documents/{ids['mobile']}", carrier)
    assert refused(answer) == (404, "unknown_document")


def test_everything_is_in_the_audit_trail(at: Desk, paper: str) -> None:
    made = put(at, SCORES, paper, num=3).json["score"]["number"]
    put(at, SCORES, paper, num=9)
    assert [(action, about, result) for _, action, about, result in at.api.crowd.trail[-2:]] == [
        ("service.score", f"unicom {PERIOD} 3/5 {made}", "ok"),
        ("service.score", f"unicom {PERIOD} 9/5", "score_out_of_range"),
    ]


# What a report makes of it.


def report_of(at: Desk) -> Report:
    """The carrier's report of one circuit, from what is on record now."""
    register = register_of(at.api.province.register, "unicom")
    one = replace(register, links=tuple(link for link in register.links if link.id == LINK))
    records = concerning(one, at.book.records)
    given = built.inputs(
        one, {LINK: built.timeline()}, PERIOD, now=at.now, rules=QUOTA, records=records
    )
    return build.report(given)


def test_a_report_made_afterwards_has_their_points(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        before = {item.item: item.score for item in report_of(one).items}
        assert (before["bandwidth"], before["service"]) == (None, None)
        paper = one.hand_in(one.api.token("operator")).json["document"]["sha256"]
        agreed(one, TESTS, paper, at=NOW - HOUR)
        agreed(one, TESTS, paper, at=NOW - 2 * HOUR, measured_up=1)  # filed late, made earlier
        agreed(one, SCORES, paper, num=1)
        agreed(one, SCORES, paper, num=4)
        number = agreed(one, DEDUCTIONS, paper, hundredths=250)
        made = report_of(one)
        scores = {item.item: item.score and item.score.value for item in made.items}
        assert (scores["bandwidth"], scores["service"]) == (Fraction(1), Fraction(4, 5))
        (line,) = made.deductions
        assert (line.hundredths, line.record) == (250, number)
        assert [document.name for document in line.documents] == ["凭证.pdf"]
        row = items(one, DEDUCTIONS, one.api.token("auditor"))[0]
        assert (line.by, line.approved_by) == (row["filed_by"], row["decided_by"])
        assert line.by != line.approved_by


def test_a_report_counts_nothing_that_one_person_says(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        paper = one.hand_in(one.api.token("operator")).json["document"]["sha256"]
        for path in (TESTS, SCORES, DEDUCTIONS):
            put_by(one, path, paper, one.api.token("admin"))
        made = report_of(one)
        scores = {item.item: item.score for item in made.items}
        assert (scores["bandwidth"], scores["service"], made.deductions) == (None, None, ())


def test_a_deduction_that_two_took_back_is_in_no_report(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        paper = one.hand_in(one.api.token("operator")).json["document"]["sha256"]
        number = agreed(one, DEDUCTIONS, paper)
        asked = take_back(one, one.api.token("operator"), number).json["points"]
        assert [line.record for line in report_of(one).deductions] == [number]
        say(one, one.api.token("assessor"), asked["waits"])
        assert report_of(one).deductions == ()


# Two persons.


@pytest.mark.parametrize("path", [TESTS, SCORES, DEDUCTIONS])
def test_who_filed_it_does_not_approve_it(at: Desk, paper: str, path: str) -> None:
    assessor = at.api.token("assessor")
    number = put_by(at, path, paper, assessor, documents=[{"sha256": paper, "name": "own"}])
    row = items(at, f"{path}?state=filed", assessor)[0]
    assert (row["number"], row["waits"], row["holds"], row["may"]) == (
        number, number, False, ["withdraw"],
    )  # fmt: skip
    assert refused(say(at, assessor, number)) == (403, "points_own")
    other = items(at, f"{path}?state=filed", another(at, "assessor"))[0]
    assert other["may"] == ["approve", "reject"]


@pytest.mark.parametrize("roles", [("operator",), ("carrier",), ("carrier", "assessor")])
@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_who_may_not_decide_decides_nothing(
    at: Desk, paper: str, roles: tuple[Any, ...], verdict: str
) -> None:
    number = put_by(at, SCORES, paper, at.api.token("operator"))
    carriers = CARRIER if "carrier" in roles else ()
    answer = say(at, at.api.token(*roles, carriers=carriers), number, verdict)
    assert refused(answer) == (403, "not_permitted")


def test_what_waits_is_withdrawn_by_who_filed_it_alone(at: Desk, paper: str) -> None:
    first = at.api.token("operator")
    number = put_by(at, SCORES, paper, first)
    other = say(at, another(at, "operator"), number, "withdraw")
    assert refused(other) == (403, "points_not_yours")
    assert say(at, first, number, "withdraw").json["points"]["state"] == "withdrawn"
    late = say(at, at.api.token("assessor"), number)
    assert refused(late) == (409, "points_decided")


def test_a_decision_is_about_what_its_caller_may_see(at: Desk, paper: str) -> None:
    number = put_by(at, SCORES, paper, at.api.token("operator"), carrier="mobile")
    elsewhere = at.api.token("assessor", carriers=CARRIER)
    assert refused(say(at, elsewhere, number)) == (404, "unknown_points")
    assert refused(say(at, at.api.token("assessor"), 2**40)) == (404, "unknown_points")


def test_a_deduction_is_taken_back_by_two(at: Desk, paper: str) -> None:
    number = agreed(at, DEDUCTIONS, paper, why="撤销")
    assessor = at.api.token("assessor")
    asked = take_back(at, assessor, number)
    row = asked.json["points"]
    assert (asked.status, row["state"], row["withdrawal"]["why"]) == (201, "approved", "认定有误")
    assert refused(say(at, assessor, row["waits"])) == (403, "points_own")
    assert refused(take_back(at, assessor, number)) == (409, "points_withdrawn_twice")
    done = say(at, another(at, "assessor"), row["waits"]).json["points"]
    assert (done["state"], done["holds"]) == ("withdrawn", False)
    again = put(at, DEDUCTIONS, paper, why="撤销")
    assert again.status == 201, "what was taken back may be said anew"


def test_what_does_not_count_is_not_taken_back(at: Desk, paper: str) -> None:
    number = put_by(at, DEDUCTIONS, paper, at.api.token("operator"), why="待审批")
    answer = take_back(at, at.api.token("assessor"), number)
    assert refused(answer) == (409, "points_not_counting")
    assert answer.json["state"] == "filed"


def test_a_carrier_takes_nothing_back(at: Desk, paper: str) -> None:
    number = agreed(at, DEDUCTIONS, paper, why="运营商异议")
    carrier = at.api.token("carrier", carriers=CARRIER)
    assert refused(take_back(at, carrier, number)) == (403, "score_owner_only")
    row = next(one for one in items(at, DEDUCTIONS, carrier) if one["number"] == number)
    assert row["may"] == []


def test_what_waited_while_its_period_was_settled_is_rejected_only(at: Desk, paper: str) -> None:
    number = put_by(at, SCORES, paper, at.api.token("operator"), period="2026-09")
    settle(at, "unicom", "2026-09")
    assessor = at.api.token("assessor")
    assert refused(say(at, assessor, number)) == (409, "score_after_closing")
    assert say(at, assessor, number, "reject").json["points"]["state"] == "rejected"


def test_points_of_the_earlier_form_count_and_are_taken_back_by_two(at: Desk) -> None:
    old = PointsDeducted("unicom", PERIOD, 50, "旧格式")
    added = asyncio.run_coroutine_threadsafe(at.book.add("li", old), at.api.loop).result(10)
    row = items(at, DEDUCTIONS, at.api.token("auditor"))[0]
    assert (row["number"], row["filed_by"], row["decided_by"]) == (added.number, "li", "")
    assert row["holds"]
    asked = take_back(at, at.api.token("operator"), added.number).json["points"]["waits"]
    done = say(at, at.api.token("assessor"), asked).json["points"]
    assert done["state"] == "withdrawn"


def test_all_points_stand_in_one_list(at: Desk, paper: str) -> None:
    for path in (TESTS, SCORES, DEDUCTIONS):
        put_by(
            at, path, paper, at.api.token("operator"), documents=[{"sha256": paper, "name": "x"}]
        )
    rows = items(at, "/api/v1/points?state=filed", at.api.token("auditor"))
    assert [row["sort"] for row in rows[:3]] == ["deduction", "score", "test"]
