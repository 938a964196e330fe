"""Whether the monitor itself is well, and reading the inventory again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from fastapi import APIRouter
from starlette.responses import Response

from api.answer import Json, encode, small
from api.desk import AtDesk, ByCaller
from texts.say import Language, say

ROUTES: Final = APIRouter(tags=["monitor"])


@ROUTES.get("/healthz")
async def healthz(desk: AtDesk) -> Response:
    """Say ok (200) or not ok (503), and no more: anybody may ask."""
    ok = bool(desk.ports.live.health().get("ok"))
    return Json(encode({"ok": ok}), 200 if ok else 503)


@ROUTES.get("/api/v1/health")
async def health(desk: AtDesk, caller: ByCaller) -> Response:
    """Say how each part of the monitor is; what is wrong also in words."""
    told = desk.ports.live.health()
    parts = cast("Mapping[str, Mapping[str, object]]", told["parts"])
    said = {name: _said(part, caller.language) for name, part in parts.items()}
    return small({**told, "parts": said})


@ROUTES.post("/api/v1/reload")
async def reload(desk: AtDesk, caller: ByCaller) -> Response:
    """Read the inventory again; with problems (409) what runs is kept."""
    ports, person = desk.ports, caller.person
    problems = list(await ports.acts.reload(person.name))
    result = "refused" if problems else "ok"
    ports.people.audit(person.name, "reload", "inventory", ports.live.now(), result)
    return Json(encode({"ok": not problems, "problems": problems}), 409 if problems else 200)


def _said(part: Mapping[str, object], language: Language) -> Mapping[str, object]:
    """Put the sentence in the place of its code."""
    return {**part, "text": say(str(part["text"]), language)} if "text" in part else part
