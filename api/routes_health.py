"""Whether the monitor itself is well, and reading the inventory again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from fastapi import APIRouter
from starlette.responses import Response

from api.answer import Json, encode, small
from api.desk import AtDesk, ByCaller
from inventory.dropped import dropped
from texts.say import Language, say

ROUTES: Final = APIRouter(tags=["monitor"])
_NAMED: Final = 20
"""Circuits that a warning names."""


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
    """Read the inventory again; with problems (409) what runs is kept.

    `warnings`: what was taken and is seldom meant so, in words.
    """
    ports, person = desk.ports, caller.person
    before = ports.live.inventory()
    problems = list(await ports.acts.reload(person.name))
    result = "refused" if problems else "ok"
    ports.people.audit(person.name, "reload", "inventory", ports.live.now(), result)
    gone = dropped(before, ports.live.inventory(), ports.live.now())
    circuits = ", ".join(gone[:_NAMED]) + (" …" if len(gone) > _NAMED else "")
    said = [say("api.circuits_dropped", caller.language, count=len(gone), circuits=circuits)]
    answer = {"ok": not problems, "problems": problems, "warnings": said if gone else []}
    return Json(encode(answer), 409 if problems else 200)


def _said(part: Mapping[str, object], language: Language) -> Mapping[str, object]:
    """Put the sentence in the place of its code."""
    return {**part, "text": say(str(part["text"]), language)} if "text" in part else part
