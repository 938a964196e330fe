"""Put the api together: `build(ports, settings)` opens nothing and starts nothing."""

from __future__ import annotations

from typing import Final, cast

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import (
    pages,
    routes_alerts,
    routes_assessments,
    routes_audits,
    routes_beats,
    routes_capacity,
    routes_carriers,
    routes_causes,
    routes_configurations,
    routes_documents,
    routes_drift,
    routes_events,
    routes_evidence,
    routes_health,
    routes_hosts,
    routes_links,
    routes_metrics,
    routes_outages,
    routes_overlays,
    routes_overview,
    routes_p95,
    routes_paths,
    routes_polls,
    routes_reports,
    routes_scores,
    routes_services,
    routes_session,
    routes_sites,
    routes_traps,
)
from api.answer import Json, encode
from api.desk import AtDesk, Caller, Desk
from api.door import SAFE, Door, source_of
from api.ports import Ports
from api.refusal import Refusal, problem
from api.roles import ROUTES, permissions
from api.settings import ApiSettings
from texts.say import Language, catalogue, say

SUBJECTS: Final = (
    routes_overview,
    routes_sites,
    routes_links,
    routes_p95,
    routes_paths,
    routes_services,
    routes_hosts,
    routes_outages,
    routes_traps,
    routes_drift,
    routes_configurations,
    routes_polls,
    routes_audits,
    routes_alerts,
    routes_carriers,
    routes_events,
    routes_session,
    routes_metrics,
    routes_health,
    routes_beats,
    routes_capacity,
    routes_assessments,
    routes_reports,
    routes_causes,
    routes_evidence,
    routes_overlays,
    routes_documents,
    routes_scores,
    pages,
)


def build(ports: Ports, settings: ApiSettings) -> FastAPI:
    """Return the ASGI application. `app.state.desk` holds its `Desk` (see `desk.stats`)."""
    app = FastAPI(
        title=settings.title or "extranet",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(authorise)],
    )
    desk = Desk(ports, settings)
    app.state.desk = desk
    for subject in SUBJECTS:
        app.include_router(subject.ROUTES)
    description = encode(app.openapi())

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Json:
        """Return the description of this api (OpenAPI 3.1)."""
        return Json(description)

    app.add_middleware(Door, desk=desk)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_route)
    return app


async def authorise(request: Request, desk: AtDesk) -> None:
    """Hold the caller to what the route needs; a route that is not in the table is refused."""
    route = cast("APIRoute", request.scope["route"])
    need = ROUTES.get((request.method, route.path))
    if need is None:
        raise Refusal(403, "undeclared_route", path=route.path)
    _known_parameters(request, route)
    if need.permission is None:
        return
    caller = cast("Caller", request.state.caller)
    if need.permission in permissions(caller.person) and not (need.whole and caller.scoped):
        return
    desk.counters.not_permitted += 1
    if request.method not in SAFE:
        desk.ports.people.audit(
            caller.person.name, need.permission, request.url.path, desk.ports.live.now(), "denied"
        )
    code = "needs_whole" if need.permission in permissions(caller.person) else "not_permitted"
    raise Refusal(403, code, permission=need.permission, source=source_of(request))


def _known_parameters(request: Request, route: APIRoute) -> None:
    asked, known = [route.dependant], set[str]()
    while asked:  # what a route depends on may ask for parameters too
        one = asked.pop()
        known |= {parameter.alias for parameter in one.query_params}
        asked += one.dependencies
    for name in request.query_params:
        if name not in known:
            accepted = ", ".join(sorted(known)) or "-"
            raise Refusal(422, "unknown_parameter", parameter=name, accepted=accepted)


async def _refused(request: Request, refusal: Exception) -> Response:
    return problem(cast("Refusal", refusal), request.state.language)


async def _invalid(request: Request, error: Exception) -> Response:
    language = cast("Language", request.state.language)
    first = cast("RequestValidationError", error).errors()[0]
    code = f"api.problem.{first['type']}"
    what = say(code, language, **first.get("ctx", {})) if code in catalogue() else first["msg"]
    where = ".".join(str(part) for part in first["loc"][1:])
    return problem(Refusal(422, "bad_parameter", parameter=where, problem=what), language)


async def _no_route(request: Request, error: Exception) -> Response:
    status = cast("HTTPException", error).status_code
    code = {404: "unknown_route", 405: "wrong_method"}.get(status, "bad_request")
    refusal = Refusal(status, code, method=request.method, path=request.url.path)
    return problem(refusal, request.state.language)
