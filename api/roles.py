"""Roles are data: what a role may do, and what each route needs. What is not listed is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from api.ports import Person, Role

Permission = Literal[
    "read",
    "metrics",
    "configurations",
    "acknowledge",
    "accept",
    "rehearse",
    "assess",
    "file",
    "decide",
    "reload",
]
"""`assess`: read assessments, reports, overlays, evidence. `file`: announce work, claim, note.
`decide`: approve or reject what another person filed, settle a period."""

ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    "viewer": frozenset({"read", "metrics"}),
    "operator": frozenset(
        {"read", "metrics", "configurations", "acknowledge", "accept", "rehearse", "assess", "file"}
    ),
    "auditor": frozenset({"read", "configurations", "assess"}),
    "assessor": frozenset({"read", "assess", "file", "decide"}),
    "carrier": frozenset({"read", "assess", "file"}),
    "admin": frozenset[Permission](get_args(Permission)),
}


@dataclass(frozen=True, slots=True)
class Need:
    """What a route asks of its caller; no permission = open to anonymous.

    `whole`: it concerns the whole province, so a person with a scope is refused.
    """

    permission: Permission | None
    whole: bool = False


_ANYONE: Final = Need(None)
_READ: Final = Need("read")

ROUTES: Final[Mapping[tuple[str, str], Need]] = {
    ("GET", "/healthz"): _ANYONE,
    ("GET", "/login"): _ANYONE,
    ("POST", "/login"): _ANYONE,
    ("GET", "/static/login.css"): _ANYONE,
    ("GET", "/static/icon.svg"): _ANYONE,
    ("GET", "/favicon.ico"): _ANYONE,
    ("GET", "/beat/{token}"): _ANYONE,
    ("POST", "/beat/{token}"): _ANYONE,
    ("POST", "/logout"): _READ,
    ("GET", "/"): _READ,
    ("GET", "/docs"): _READ,
    ("GET", "/openapi.json"): _READ,
    ("GET", "/static/{name}"): _READ,
    ("GET", "/metrics"): Need("metrics", whole=True),
    ("GET", "/metrics/devices"): Need("metrics", whole=True),
    ("GET", "/api/v1/me"): _READ,
    ("GET", "/api/v1/texts"): _READ,
    ("GET", "/api/v1/overview"): _READ,
    ("GET", "/api/v1/health"): Need("read", whole=True),
    ("GET", "/api/v1/sites"): _READ,
    ("GET", "/api/v1/sites/{site}"): _READ,
    ("GET", "/api/v1/sites/{site}/availability"): _READ,
    ("GET", "/api/v1/links"): _READ,
    ("GET", "/api/v1/links/{link}"): _READ,
    ("GET", "/api/v1/links/{link}/history"): _READ,
    ("GET", "/api/v1/links/{link}/availability"): _READ,
    ("GET", "/api/v1/links/{link}/p95"): _READ,
    ("GET", "/api/v1/services"): _READ,
    ("GET", "/api/v1/services/{service}"): _READ,
    ("GET", "/api/v1/services/{service}/availability"): _READ,
    ("GET", "/api/v1/service-groups"): _READ,
    ("GET", "/api/v1/service-groups/{group}"): _READ,
    ("GET", "/api/v1/hosts"): _READ,
    ("GET", "/api/v1/hosts/{device}"): _READ,
    ("GET", "/api/v1/outages"): _READ,
    ("GET", "/api/v1/traps"): _READ,
    ("GET", "/api/v1/polls/slowest"): _READ,
    ("GET", "/api/v1/paths/rehearsals"): _READ,
    ("POST", "/api/v1/paths/rehearsals"): Need("rehearse"),
    ("GET", "/api/v1/polls/shared-engines"): _READ,
    ("GET", "/api/v1/devices/{device}/polls"): _READ,
    ("GET", "/api/v1/devices/{device}/configurations"): Need("configurations"),
    ("GET", "/api/v1/devices/{device}/configurations/diff"): Need("configurations"),
    ("GET", "/api/v1/drift"): _READ,
    ("POST", "/api/v1/drift/accept"): Need("accept"),
    ("GET", "/api/v1/audits"): _READ,
    ("GET", "/api/v1/audits/{service}"): _READ,
    ("GET", "/api/v1/audits/{service}.xlsx"): _READ,
    ("GET", "/api/v1/hosts/{device}/document"): _READ,
    ("GET", "/api/v1/capacity"): _READ,
    ("GET", "/api/v1/alerts"): _READ,
    ("POST", "/api/v1/alerts/{alert:path}/acknowledge"): Need("acknowledge"),
    ("GET", "/api/v1/carriers"): _READ,
    ("GET", "/api/v1/carriers/{carrier}/availability"): _READ,
    ("GET", "/api/v1/overlays"): Need("assess"),
    ("POST", "/api/v1/overlays"): Need("file"),
    ("GET", "/api/v1/overlays/{overlay}"): Need("assess"),
    ("POST", "/api/v1/overlays/{overlay}/decision"): Need("file"),
    ("POST", "/api/v1/documents"): Need("file"),
    ("GET", "/api/v1/documents/{sha256}"): Need("assess"),
    ("GET", "/api/v1/calendar"): Need("assess"),
    ("GET", "/api/v1/events"): _READ,
    ("GET", "/api/v1/assessments"): Need("assess"),
    ("GET", "/api/v1/assessments/{carrier}"): Need("assess"),
    ("GET", "/api/v1/assessments/{carrier}/links/{link}"): Need("assess"),
    ("GET", "/api/v1/causes"): Need("assess"),
    ("POST", "/api/v1/causes/{outage:path}/say"): Need("file"),
    ("POST", "/api/v1/causes/{outage:path}/approve"): Need("decide"),
    ("POST", "/api/v1/causes/{outage:path}/reject"): Need("decide"),
    ("GET", "/api/v1/tickets"): Need("assess"),
    ("POST", "/api/v1/tickets"): Need("file"),
    ("GET", "/api/v1/bandwidth-tests"): Need("assess"),
    ("POST", "/api/v1/bandwidth-tests"): Need("file"),
    ("GET", "/api/v1/service-scores"): Need("assess"),
    ("POST", "/api/v1/service-scores"): Need("file"),
    ("GET", "/api/v1/deductions"): Need("assess"),
    ("POST", "/api/v1/deductions"): Need("file"),
    ("GET", "/api/v1/points"): Need("assess"),
    ("POST", "/api/v1/points/{number}/decision"): Need("file"),
    ("POST", "/api/v1/points/{number}/withdrawal"): Need("file"),
    ("GET", "/api/v1/reports"): Need("assess"),
    ("POST", "/api/v1/reports"): Need("file"),
    ("GET", "/api/v1/reports/leader"): Need("assess", whole=True),
    ("GET", "/api/v1/reports/{report}"): Need("assess"),
    ("POST", "/api/v1/reports/{carrier}/{period}/close"): Need("decide"),
    ("GET", "/api/v1/reports/{carrier}/{period}/{revision}/{form}"): Need("assess"),
    ("GET", "/api/v1/evidence"): Need("assess"),
    ("GET", "/api/v1/evidence/{index}"): Need("assess"),
    ("POST", "/api/v1/reload"): Need("reload", whole=True),
}

OPEN: Final = frozenset(route for route, need in ROUTES.items() if need.permission is None)
"""What anonymous may call: literal paths, and `/beat/`, whose token is all that opens it."""


def permissions(person: Person) -> frozenset[Permission]:
    """Return everything the person's roles allow; a role we do not know allows nothing.

    A carrier's person sees what is the carrier's; where none is named, nothing at all.
    """
    if "carrier" in person.roles and not person.carriers:
        return frozenset()
    return frozenset[Permission]().union(
        *(ROLES.get(role, frozenset[Permission]()) for role in person.roles)
    )


def decides(person: Person) -> bool:
    """Say whether a person decides for the owner; a carrier's never does, whatever else he is."""
    return "decide" in permissions(person) and "carrier" not in person.roles
