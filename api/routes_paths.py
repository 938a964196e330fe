"""The before-meeting check: begun by an operator, looked at by everybody who sees its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.answer import Json, encode, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.ports_reports import Rehearsal
from api.refusal import Refusal
from inventory.model import service_target
from inventory.strict import Strict
from texts.say import Language, say

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["paths"])
_MOST_NODES: Final = 200


class Wanted(Strict):
    """Which nodes: services with a probe of kind `path`, or all of a group; and for how long."""

    services: Annotated[tuple[str, ...], Field(max_length=_MOST_NODES)] = ()
    group: Annotated[str, Field(max_length=100)] = ""
    minutes: Annotated[float, Field(gt=0, le=5)] = 1.0


@ROUTES.post("/paths/rehearsals")
async def begin(desk: AtDesk, caller: ByCaller, wanted: Wanted) -> Response:
    """Begin to listen to nodes; `{rehearsal}`, whose `lasts` says when to look again (202)."""
    door = desk.ports.rehearsals
    found = {} if door is None else door.nodes(wanted.services, wanted.group)
    nodes = [name for name in found if desk.sees(caller, service_target(name))]
    for name in wanted.services:
        if name not in nodes:
            raise Refusal(404, "unknown_node", service=name)
    if door is None or not nodes:
        raise Refusal(404, "no_nodes", group=wanted.group)
    if len(nodes) > _MOST_NODES:
        raise Refusal(422, "too_many_nodes", count=len(nodes), most=_MOST_NODES)
    seconds = max(1, round(wanted.minutes * 60))
    begun = door.begin(nodes, seconds, caller.person.name)
    if begun is None:
        raise Refusal(409, "rehearsal_running")
    desk.ports.people.audit(
        caller.person.name, "rehearse", f"{len(nodes)} nodes", desk.ports.live.now()
    )
    answer = small({"rehearsal": _seen(desk, caller, begun)})
    answer.status_code = 202
    return answer


@ROUTES.get("/paths/rehearsals")
async def latest(
    desk: AtDesk,
    caller: ByCaller,
    rehearsal: Annotated[str | None, Query(max_length=40, description="id of one of them")] = None,
) -> Response:
    """List the last checks, newest first: `{items}`, each with what was heard of its nodes.

    Nodes beyond the caller's scope are left out, and so are checks that had no others.
    """
    door = desk.ports.rehearsals
    rows = [
        row
        for one in (() if door is None else door.latest())
        if rehearsal in {None, one.id} and (row := _seen(desk, caller, one))["nodes"]
    ]
    return Json(encode({"items": rows}))


def _seen(desk: Desk, caller: Caller, one: Rehearsal) -> dict[str, Any]:
    nodes = [node for node in one.nodes if desk.sees(caller, service_target(node.service))]
    return {
        **msgspec.to_builtins(one),
        "nodes": [
            {**msgspec.to_builtins(node), "texts": _texts(node.reasons, caller.language)}
            for node in nodes
        ],
    }


def _texts(reasons: Sequence[str], language: Language) -> list[str]:
    return [say(f"wire.reason.{reason}", language) for reason in reasons]
