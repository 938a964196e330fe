"""Reports and evidence over the api: who sees what, who may settle, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from api.ports import Role
from api.ports_assessment import AssessmentPorts
from tests.api.reporting import Desk, Log
from tests.api.running import Answer, Running, running


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def api(desk: Desk) -> Iterator[Running]:
    with running(more={"assessment": AssessmentPorts(reports=desk, evidence=Log())}) as one:
        yield one


def post(api: Running, path: str, token: str, body: object) -> Answer:
    return api.ask(
        f"/api/v1/{path}", token, method="POST", headers={"Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )  # fmt: skip


def unicom(api: Running) -> str:
    """The token of somebody at a carrier."""
    return api.token("carrier", carriers=("unicom",))


def test_an_auditor_sees_all_carriers(api: Running) -> None:
    items = api.ask("/api/v1/reports", api.token("auditor")).json["items"]
    assert {item["carrier"] for item in items} == {"telecom", "unicom"}


def test_a_carrier_sees_its_own_reports_and_jobs(api: Running) -> None:
    seen = api.ask("/api/v1/reports", unicom(api)).json
    assert {one["carrier"] for one in (*seen["items"], *seen["jobs"])} == {"unicom"}


def test_a_carriers_role_without_a_carrier_sees_nothing(api: Running) -> None:
    assert api.ask("/api/v1/reports", api.token("carrier")).status == 403


@pytest.mark.parametrize(
    "path",
    ["assessments/telecom", "assessments/telecom/links/x", "reports/telecom/2026-09/1/json",
     "reports/j-telecom"],
)  # fmt: skip
def test_another_carriers_is_not_there(api: Running, path: str) -> None:
    assert api.ask(f"/api/v1/{path}", unicom(api)).status == 404


def test_a_person_with_sites_has_no_part_in_it(api: Running) -> None:
    token = api.token("operator", sites=("c0",))
    assert api.ask("/api/v1/reports", token).json["items"] == []


@pytest.mark.parametrize(
    ("role", "may"),
    [("viewer", False), ("operator", True), ("auditor", True), ("assessor", True), ("admin", True)],
)
def test_who_reads_assessments(api: Running, role: Role, *, may: bool) -> None:
    assert (api.ask("/api/v1/assessments", api.token(role)).status == 200) is may


@pytest.mark.parametrize(
    ("role", "may"),
    [("operator", False), ("auditor", False), ("carrier", False), ("assessor", True),
     ("admin", True)],
)  # fmt: skip
def test_who_settles_a_period(api: Running, role: Role, *, may: bool) -> None:
    token = api.token(role, carriers=("unicom",))
    answer = post(api, "reports/unicom/2026-09/close", token, {})
    assert (answer.status == 202, answer.status == 403) == (may, not may)


@pytest.mark.parametrize(("role", "may"), [("auditor", False), ("assessor", True)])
def test_an_auditor_has_nothing_made(api: Running, role: Role, *, may: bool) -> None:
    answer = post(api, "reports", api.token(role), {"carrier": "unicom", "period": "2026-09"})
    assert (answer.status == 202, answer.status == 403) == (may, not may)


def test_a_carrier_has_only_its_own_made(api: Running) -> None:
    wishes = [{"carrier": name, "period": "2026-09"} for name in ("unicom", "telecom")]
    answers = [post(api, "reports", unicom(api), wish).status for wish in wishes]
    assert answers == [202, 404]


def test_a_closing_is_a_correction_only_where_it_says_so(api: Running, desk: Desk) -> None:
    token = api.token("assessor")
    post(api, "reports/unicom/2026-08/close", token, {})
    post(api, "reports/unicom/2026-08/close", token, {"correct": True})
    assert desk.asked[-2:] == [
        ("close", "unicom", "2026-08", "False"), ("close", "unicom", "2026-08", "True"),
    ]  # fmt: skip


def test_settling_is_in_the_audit_trail(api: Running) -> None:
    api.crowd.trail.clear()
    post(api, "reports/unicom/2026-09/close", api.token("assessor"), {})
    ((_, action, subject, result),) = api.crowd.trail
    assert (action, subject, result) == ("report.close", "unicom 2026-09", "ok")


def test_a_carriers_person_settles_nothing_whatever_else_he_is(api: Running) -> None:
    token = api.token("assessor", "carrier", carriers=("unicom",))
    answer = post(api, "reports/unicom/2026-09/close", token, {})
    assert (answer.status, answer.json["code"]) == (403, "not_permitted")


def test_a_settling_that_was_refused_is_in_the_audit_trail(api: Running) -> None:
    api.crowd.trail.clear()
    post(api, "reports/unicom/2026-11/close", api.token("assessor"), {})
    ((_, action, subject, result),) = api.crowd.trail
    assert (action, subject, result) == ("report.close", "unicom 2026-11", "too_early_to_close")


def test_too_early_says_from_when_on(api: Running) -> None:
    answer = post(api, "reports/unicom/2026-11/close", api.token("assessor"), {})
    assert (answer.status, answer.json["code"]) == (409, "too_early_to_close")
    assert "2026-12-04" in answer.json["message"]


@pytest.mark.parametrize("period", ["2026-12", "last", "2026-13", "2026Q5", "2026-10-01.."])
def test_what_is_no_period_or_not_yet_is_named(api: Running, period: str) -> None:
    answer = post(api, "reports", api.token("assessor"), {"carrier": "unicom", "period": period})
    assert (answer.status, answer.json["code"]) == (422, "unknown_period")


@pytest.mark.parametrize(
    "body",
    [{}, {"carrier": "unicom"}, {"carrier": "unicom", "period": "2026-09", "more": 1}, [], "x"],
)
def test_what_is_no_wish_is_refused(api: Running, body: object) -> None:
    assert post(api, "reports", api.token("assessor"), body).status == 422


def test_a_failure_is_said_in_words(api: Running) -> None:
    english = {"Accept-Language": "en"}
    answer = api.ask("/api/v1/reports/j-unicom", api.token("auditor"), headers=english)
    job = answer.json["job"]
    assert (job["done"], job["of"], job["failure"]) == (3, 9, "corrupt")
    assert "damaged" in job["text"]


def test_a_view_is_a_file_with_the_hash_of_the_report(api: Running) -> None:
    answer = api.ask(
        "/api/v1/reports/unicom/2026-09/2/link?language=zh&link=a", api.token("auditor")
    )
    assert answer.body == b"link zh a"
    assert answer.headers["x-report-sha256"] == "f" * 64
    assert answer.headers["content-disposition"] == (
        'attachment; filename="unicom-2026-09-r2-a.html"'
    )


def test_a_leader_sees_one_page_over_all(api: Running) -> None:
    answer = api.ask("/api/v1/reports/leader?period=2026-09&language=en", api.token("auditor"))
    assert answer.body == b"2026-09 en"


def test_a_carrier_does_not_see_the_page_over_all(api: Running) -> None:
    answer = api.ask("/api/v1/reports/leader?period=2026-09", unicom(api))
    assert (answer.status, answer.json["code"]) == (403, "needs_whole")


def test_a_carriers_role_without_a_carrier_does_not_see_it_either(api: Running) -> None:
    assert api.ask("/api/v1/reports/leader?period=2026-09", api.token("carrier")).status == 403


def test_nobody_has_many_views_made_at_once(api: Running) -> None:
    token, views = api.token("auditor", "viewer"), api.app.state.desk.views
    name = api.ask("/api/v1/me", token).json["name"]
    path = "/api/v1/reports/unicom/2026-09/2/html"
    views[name] = 5
    answers = [api.ask(path, token).status, api.ask(path, api.token("auditor")).status]
    del views[name]
    assert [*answers, api.ask(path, token).status, dict(views)] == [429, 200, 200, {}]


def test_why_a_view_is_not_made_is_said_in_words(api: Running) -> None:
    answer = api.ask("/api/v1/reports/leader?period=2026-08", api.token("auditor"))
    assert (answer.status, answer.json["code"]) == (422, "report_not_rendered")
    assert "no_reports" not in answer.json["message"]


def test_a_file_that_was_changed_is_said(api: Running) -> None:
    answer = api.ask("/api/v1/reports/unicom/2026-09/9/json", api.token("auditor"))
    assert (answer.status, answer.json["code"]) == (500, "report_damaged")


def test_the_closed_revision_holds_and_not_the_draft_after_it(api: Running) -> None:
    items = api.ask("/api/v1/assessments", unicom(api)).json["items"]
    assert [(item["period"], item["revision"]) for item in items] == [("2026-09", 2), ("2026Q3", 1)]


def test_text_in_figures_opens_no_tag(api: Running) -> None:
    assert b"<" not in api.ask("/api/v1/assessments/unicom", unicom(api)).body


def test_the_head_of_the_log_is_everybodys_who_assesses(api: Running) -> None:
    head = api.ask("/api/v1/evidence", unicom(api)).json
    assert (head["size"], head["checkpoint"], head["key"]) == (2, "a note", "key")


@pytest.mark.parametrize(("index", "status"), [(0, 404), (1, 200), (2, 404)])
def test_a_carrier_is_shown_no_leaf_of_another(api: Running, index: int, status: int) -> None:
    assert api.ask(f"/api/v1/evidence/{index}", unicom(api)).status == status


def test_an_auditor_is_shown_every_leaf(api: Running) -> None:
    assert api.ask("/api/v1/evidence/0", api.token("auditor")).status == 200
