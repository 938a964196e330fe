"""Every route has a declared permission; anonymous and unsuitable callers are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from api.app import SUBJECTS, build
from api.ports import Role
from api.roles import OPEN, ROLES, ROUTES, Permission
from api.settings import ApiSettings
from tests.api.province import Crowd, Province, make_inventory, ports, with_services
from tests.api.running import Running, running

ROLE_NAMES: tuple[Role, ...] = ("viewer", "operator", "auditor", "admin")
READING = sorted(
    path
    for (method, path), need in ROUTES.items()
    if method == "GET" and need.permission == "read" and path != "/api/v1/events"
)


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    """A province with services and servers: something of everything that a route names."""
    with running(Province(with_services(make_inventory()))) as one:
        yield one


def concrete(path: str) -> str:
    """An address that exists, for a route."""
    return (
        path.replace("{name}", "page.css")
        .replace("{site}", "c0")
        .replace("{link}", "c0-unicom")
        .replace("{device}", "app-1")
        .replace("{service}", "portal")
        .replace("{group}", "exchange")
        .replace("{carrier}", "unicom")
        .replace("{alert:path}", "none")
    )


def declared() -> set[tuple[str, str]]:
    """Every route of the application."""
    app = build(ports(Province(make_inventory(1, 1, 1, 1)), Crowd()), ApiSettings())
    assert len(app.routes) == len(SUBJECTS) + 1, "each subject once, and /openapi.json"
    routes = [*app.routes, *(route for subject in SUBJECTS for route in subject.ROUTES.routes)]
    return {
        (method, route.path)
        for route in routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def test_every_route_has_a_declared_permission_and_nothing_else_is_declared() -> None:
    assert declared() == set(ROUTES)


def test_only_the_form_its_files_the_health_and_reports_of_jobs_are_open() -> None:
    assert {path for _, path in OPEN} == {
        "/login", "/healthz", "/static/login.css", "/static/icon.svg", "/favicon.ico",
        "/beat/{token}",
    }  # fmt: skip


@pytest.mark.parametrize(("method", "path"), sorted(set(ROUTES) - OPEN))
def test_anonymous_is_refused(api: Running, method: str, path: str) -> None:
    answer = api.ask(concrete(path), method=method)
    assert answer.status == 401
    assert answer.json["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/static/../app.py", "/admin"])
def test_anonymous_does_not_learn_what_exists(api: Running, path: str) -> None:
    assert api.ask(path).status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_no_other_method_opens_an_open_path(api: Running, method: str) -> None:
    assert api.ask("/healthz", method=method).status == 401


@pytest.mark.parametrize("role", ROLE_NAMES)
@pytest.mark.parametrize("path", READING)
def test_every_role_reads(api: Running, role: Role, path: str) -> None:
    assert api.ask(concrete(path), api.token(role)).status == 200


@pytest.mark.parametrize("role", ROLE_NAMES)
@pytest.mark.parametrize(
    ("permission", "method", "path"),
    [
        ("metrics", "GET", "/metrics"),
        ("metrics", "GET", "/metrics/devices?shard=0/2"),
        ("reload", "POST", "/api/v1/reload"),
        ("acknowledge", "POST", "/api/v1/alerts/none/acknowledge"),
    ],
)
def test_what_is_more_than_reading_needs_its_permission(
    api: Running, role: Role, permission: Permission, method: str, path: str
) -> None:
    status = api.ask(path, api.token(role), method=method).status
    assert (status != 403) == (permission in ROLES[role])


def test_a_person_without_a_role_may_nothing(api: Running) -> None:
    answer = api.ask("/api/v1/sites", api.token())
    assert (answer.status, answer.json["code"]) == (403, "not_permitted")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/metrics"), ("GET", "/metrics/devices"), ("GET", "/api/v1/health"),
     ("POST", "/api/v1/reload")],
)  # fmt: skip
def test_what_concerns_everything_is_refused_to_a_person_with_a_scope(
    api: Running, method: str, path: str
) -> None:
    answer = api.ask(path, api.token("admin", sites=("c0",)), method=method)
    assert (answer.status, answer.json["code"]) == (403, "needs_whole")


def test_a_refused_change_is_in_the_audit_trail(api: Running) -> None:
    api.crowd.trail.clear()
    api.ask("/api/v1/reload", api.token("viewer"), method="POST")
    ((_, action, subject, result),) = api.crowd.trail
    assert (action, subject, result) == ("reload", "/api/v1/reload", "denied")


def test_reloading_is_audited_with_who_and_what_came_of_it(api: Running) -> None:
    token = api.token("admin")
    name = api.ask("/api/v1/me", token).json["name"]
    api.crowd.trail.clear()
    assert api.ask("/api/v1/reload", token, method="POST").json == {
        "ok": True, "problems": [], "warnings": [],
    }  # fmt: skip
    api.province.reload_problems = ["inventory.yaml:41 links.x.b no device"]
    answer = api.ask("/api/v1/reload", token, method="POST")
    api.province.reload_problems = []
    assert (answer.status, answer.json["problems"]) == (
        409,
        ["inventory.yaml:41 links.x.b no device"],
    )
    assert [(row[0], row[3]) for row in api.crowd.trail] == [(name, "ok"), (name, "refused")]


def test_a_reload_that_drops_a_circuit_says_which_and_what_to_do_instead(api: Running) -> None:
    whole = api.province.register
    kept = {name: link for name, link in whole.links.items() if name != "c0-unicom"}
    api.province.register_after = replace(whole, links=kept)

    answer = api.ask("/api/v1/reload", api.token("admin"), method="POST")
    api.province.register_after = whole
    again = api.ask("/api/v1/reload", api.token("admin"), method="POST")

    assert answer.status == 200
    (said,) = answer.json["warnings"]
    assert ("c0-unicom" in said, "in_service" in said) == (True, True)
    assert again.json["warnings"] == []


def test_acknowledging_names_the_person_and_is_audited(api: Running) -> None:
    alert = api.do(lambda: api.province.alert("link:c0-unicom"))
    token = api.token("operator")
    name = api.ask("/api/v1/me", token).json["name"]
    path = f"/api/v1/alerts/{quote(alert.id, safe='')}/acknowledge"
    assert api.ask(path, token, method="POST").json["acknowledged_by"] == name
    (row,) = api.ask("/api/v1/alerts", token).json["items"]
    assert row["acknowledged_by"] == name
    assert (name, "acknowledge", alert.id, "ok") in api.crowd.trail


def test_acknowledging_an_unknown_alert_names_it(api: Running) -> None:
    answer = api.ask("/api/v1/alerts/x%2Flink:y@1/acknowledge", api.token("admin"), method="POST")
    assert (answer.status, answer.json["alert"]) == (404, "x/link:y@1")
