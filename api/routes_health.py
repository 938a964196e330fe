"""Whether the monitor itself is well, and reading the inventory again."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.answer import Json, encode, small
from api.desk import AtDesk, ByCaller

ROUTES: Final = APIRouter(tags=["monitor"])


@ROUTES.get("/healthz")
async def healthz(desk: AtDesk) -> Response:
    """Say ok (200) or not ok (503), and no more: anybody may ask."""
    ok = bool(desk.ports.live.health().get("ok"))
    return Json(encode({"ok": ok}), 200 if ok else 503)


@ROUTES.get("/api/v1/health")
async def health(desk: AtDesk) -> Response:
    """Say how each part of the monitor is."""
    return small(desk.ports.live.health())


@ROUTES.post("/api/v1/reload")
async def reload(desk: AtDesk, caller: ByCaller) -> Response:
    """Read the inventory again; with problems (409) what runs is kept."""
    ports, person = desk.ports, caller.person
    problems = list(await ports.acts.reload(person.name))
    result = "refused" if problems else "ok"
    ports.people.audit(person.name, "reload", "inventory", ports.live.now(), result)
    return Json(encode({"ok": not problems, "problems": problems}), 409 if problems else 200)
