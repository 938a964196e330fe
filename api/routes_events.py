"""Server-sent events (WHATWG HTML, 9.2): what changes, as it changes.

`hello` comes first: fetch then, and nothing is missed in between. `site`, `link` and `service`
carry the row of what changed as the lists show it; `alert` an id and its phase; `drift` a device
that differs in other things than before from what is declared, `configuration` one whose
configuration changed; `blind` since when. After `resync` and after each reconnect everything is
fetched again. A comment comes after 15 s of silence.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.answer import encode
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.door import identify
from api.mailbox import Mailbox
from api.ports import Event
from api.refusal import Refusal
from api.rows import link_row, site_row
from api.scope import alert_target
from api.service_rows import service_row
from inventory.model import TargetId

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["events"])
HEARTBEAT: Final = 15
GATHER: Final = 0.1
"""Seconds between two writes to one reader: a storm becomes a few large pieces."""
_ROWS: Final = 100
"""Things described before the loop gets its turn."""


@ROUTES.get("/events")
async def events(request: Request, desk: AtDesk, caller: ByCaller) -> Response:
    """Listen; the stream ends when the session does."""
    name = caller.person.name
    settings = desk.settings
    if (
        desk.counters.streams >= settings.streams
        or desk.listeners.get(name, 0) >= settings.streams_each
    ):
        raise Refusal(429, "too_many_streams", retry_after=HEARTBEAT)
    return StreamingResponse(
        _stream(request, desk, caller),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _stream(request: Request, desk: Desk, caller: Caller) -> AsyncIterator[bytes]:
    name = caller.person.name
    box = Mailbox()
    desk.counters.streams += 1
    desk.listeners[name] = desk.listeners.get(name, 0) + 1
    pump = asyncio.create_task(_pump(desk, caller, box))
    try:
        await asyncio.sleep(0)  # the pump subscribes now, before the reader is told to fetch
        yield b"retry: 3000\n" + _message("hello", {"now": desk.ports.live.now()})
        good_until = desk.ports.live.now() + HEARTBEAT
        while True:
            heard = await box.wait(HEARTBEAT)
            if desk.ports.live.now() >= good_until:
                if not _still_welcome(desk, request, caller):
                    return
                good_until = desk.ports.live.now() + HEARTBEAT
            if heard:
                if piece := await _piece(desk, caller, box.take()):
                    yield piece
                await asyncio.sleep(GATHER)
            elif box.closed:
                return
            else:
                yield b": nothing new\n\n"
    finally:
        pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pump
        desk.counters.streams -= 1
        desk.listeners[name] -= 1
        if not desk.listeners[name]:
            del desk.listeners[name]


def _still_welcome(desk: Desk, request: Request, caller: Caller) -> bool:
    """Ask again who this is: a session that ended or a right that went ends the stream."""
    try:
        return identify(desk, request, caller.language).person == caller.person
    except Refusal:
        return False


async def _pump(desk: Desk, caller: Caller, box: Mailbox) -> None:
    try:
        async for event in desk.ports.live.events():
            if event.kind == "resync":
                box.start_over()
                continue
            key = f"{event.kind} {event.body.get('target', event.body.get('id', ''))}"
            # What is nobody's business here must not fill the box; what lies there, is.
            wanted = key in box or _concerns(desk, caller, event)
            if wanted and box.put(key, event):
                desk.counters.resyncs += 1
    finally:
        box.close()


def _concerns(desk: Desk, caller: Caller, event: Event) -> bool:
    """Say whether an event is of a kind that is told, and the caller's business."""
    if event.kind == "state":
        target = str(event.body["target"])
        return target.startswith(("site:", "link:", "service:")) and desk.sees(caller, target)
    if event.kind in {"drift", "configuration"}:
        return desk.sees(caller, str(event.body["target"]))
    return event.kind != "alert" or desk.sees(caller, alert_target(str(event.body["id"])))


async def _piece(desk: Desk, caller: Caller, events: Sequence[Event]) -> bytes:
    """Write what the caller is told of these events, giving way between slices."""
    parts: list[bytes] = []
    for number, event in enumerate(events, 1):
        if (message := _told(desk, caller, event)) is not None:
            parts.append(message)
        if number % _ROWS == 0:
            await asyncio.sleep(0)
    return b"".join(parts)


def _told(desk: Desk, caller: Caller, event: Event) -> bytes | None:
    """Return what is said of an event; None = it is about nothing that is there any more."""
    if event.kind == "state":
        return _state(desk, caller, str(event.body["target"]))
    if event.kind == "alert":
        body = {"id": str(event.body["id"]), "phase": event.body.get("phase")}
        return _message("alert", body)
    return _message(event.kind, dict(event.body))


def _state(desk: Desk, caller: Caller, target: str) -> bytes | None:
    inventory, live = desk.inventory, desk.ports.live
    if not desk.sees(caller, target):
        return None
    kind, _, name = target.partition(":")
    if kind == "site" and (site := inventory.sites.get(name)) is not None:
        now = live.states().get(TargetId(target))
        return _message("site", site_row(caller.person, inventory, site, now))
    if kind == "link" and (link := inventory.links.get(name)) is not None:
        return _message("link", link_row(caller.person, inventory, link, live.link(name)))
    if kind == "service" and (service := inventory.services.get(name)) is not None:
        return _message("service", service_row(desk, caller, service))
    return None


def _message(kind: str, body: object) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + encode(body) + b"\n\n"
