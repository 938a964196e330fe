"""What devices said unasked: evidence, and no judgement."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answer import Json, encode, encode_rows
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.ports import Trap
from api.queries import Instant, Limit, window
from api.refusal import Refusal
from api.rows import title_of
from api.scope import outage_target
from inventory.model import TargetId, device_target, interface_target, link_target
from texts.say import Language, catalogue, say

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["traps"])
_DAY: Final = 86_400
_LONGEST: Final = 400 * _DAY
_ASKED_AT_MOST: Final = 20_000
_AROUND: Final = 120
_SECOND: Final = re.compile(r"\A[0-9]{1,12}\Z", re.ASCII)


class TrapRow(msgspec.Struct, frozen=True):
    """A trap or inform, or what came of asking its device; `text`: its event in words."""

    at: float
    device: str
    device_title: str
    subject: str
    code: str
    text: str
    oid: str
    version: str
    informed: bool
    source: str
    told: object


@ROUTES.get("/traps")
async def traps(
    desk: AtDesk,
    caller: ByCaller,
    device: Annotated[str | None, Query(max_length=200, description="id of a device")] = None,
    link: Annotated[
        str | None, Query(max_length=200, description="id of a link: what its ends said")
    ] = None,
    outage: Annotated[
        str | None, Query(max_length=300, description="id of an outage: what was said around it")
    ] = None,
    since: Instant = None,
    until: Instant = None,
    limit: Limit = 200,
) -> Response:
    """List what devices said unasked in [since, until), newest first; by default of the last day.

    `{items, more}`. `code` is the event (`link.down`, `cold_start`, ..., `other`); rows of code
    `asked` say what the device answered a moment later. None of it sets a state. With `outage` it
    is what the device, or the ends of the link, said from two minutes before it to two minutes
    after.
    """
    if outage is not None:
        device, link, since, until = await _around(desk, caller, outage)
    start, end = window(since, until, desk.ports.live.now() + 1, _DAY)
    if end - start > _LONGEST:
        raise Refusal(422, "window_too_long", seconds=end - start, limit=_LONGEST)
    if device is not None and not desk.sees(caller, device_target(device)):
        raise Refusal(404, "unknown_target", target=device_target(device))
    if link is not None and not desk.sees(caller, link_target(link)):
        raise Refusal(404, "unknown_link", link=link)
    devices, wanted = _chosen(desk, caller, device, link)
    found, more = await _visible(desk, devices, wanted, start, end, limit)
    rows = [_row(desk, one, caller.language) for one in found]
    return Json(b'{"items":' + await encode_rows(rows) + b',"more":' + encode(more) + b"}")


async def _around(
    desk: Desk, caller: Caller, outage: str
) -> tuple[str | None, str | None, int, int]:
    """Return the device or the link of an outage, and the time around it. Raises Refusal."""
    target = outage_target(outage)
    kind, _, name = target.partition(":")
    start = outage.rpartition("@")[2]
    if kind not in {"device", "link"} or not _SECOND.match(start) or not desk.sees(caller, target):
        raise Refusal(404, "unknown_target", target=outage)
    begun = int(start)
    came = await desk.ports.past.outages(
        target=TargetId(target), since=begun, until=begun + 1, limit=10
    )
    found = next((one for one in came if one.id == outage), None)
    if found is None:
        raise Refusal(404, "unknown_target", target=outage)
    end = desk.ports.live.now() if found.end is None else found.end
    of_device, of_link = (name, None) if kind == "device" else (None, name)
    return of_device, of_link, begun - _AROUND, end + _AROUND


def _chosen(
    desk: Desk, caller: Caller, device: str | None, link: str | None
) -> tuple[Sequence[TargetId] | None, Callable[[Trap], bool]]:
    """Return whose traps are read, and which of them are the caller's business."""
    ports: set[TargetId] = set()
    devices = None if device is None else {device_target(device)}
    found = None if link is None else desk.inventory.links.get(link)
    if link is not None:
        ends = () if found is None else (found.a, found.b)
        ports = {
            interface_target(end.device, end.interface) for end in ends if end.interface is not None
        }
        own = {device_target(end.device) for end in ends}
        devices = own if devices is None else devices & own

    def wanted(one: Trap) -> bool:
        if link is None:
            return desk.sees(caller, one.device)
        if one.subject in ports:  # whoever may see a link may see what its ports said
            return True
        return one.subject == one.device and desk.sees(caller, one.device)

    return None if devices is None else sorted(devices), wanted


async def _visible(
    desk: Desk,
    devices: Sequence[TargetId] | None,
    wanted: Callable[[Trap], bool],
    since: int,
    until: int,
    limit: int,
) -> tuple[Sequence[Trap], bool]:
    """Ask for more until enough of what came is the caller's business; tell whether more is."""
    asked = limit + 1
    while True:
        came = await desk.ports.past.traps(devices=devices, since=since, until=until, limit=asked)
        found = [one for one in came if wanted(one)]
        if len(found) > limit or len(came) < asked:
            return found[:limit], len(found) > limit
        if asked >= _ASKED_AT_MOST:
            return found, True
        asked = min(asked * 4, _ASKED_AT_MOST)


def _row(desk: Desk, one: Trap, language: Language) -> TrapRow:
    code = f"trap.{one.code}"
    return TrapRow(
        at=one.at_ms / 1000,
        device=one.device.partition(":")[2],
        device_title=title_of(desk.inventory, one.device),
        subject=one.subject,
        code=one.code,
        text=say(code if code in catalogue() else "trap.other", language),
        oid=one.oid,
        version=one.version,
        informed=one.informed,
        source=one.source,
        told=one.told,
    )
