"""How well devices answer: behind each verdict, and which are the slowest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from heapq import nlargest
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answer import Json, encode, small
from api.board import STATES
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.ports import PollQuality
from api.queries import Id
from api.refusal import Refusal
from api.rows import title_of
from inventory.model import device_target

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["polls"])
_AT_ONCE: Final = 200
"""Devices looked at before others have their turn."""


class QualityRow(msgspec.Struct, frozen=True):
    """A device and how well it answers; `answered_ratio` null = never asked."""

    device: str
    title: str
    site: str
    state: str | None
    answered_ratio: float | None
    p95_seconds: float | None
    polls: int
    answered: int
    late: int
    retries: int
    resyncs: int
    silent_runs: int
    max_varbinds: int
    bulk_sizes: dict[str, int]


@ROUTES.get("/polls/slowest")
async def slowest(
    desk: AtDesk,
    caller: ByCaller,
    limit: Annotated[int, Query(ge=1, le=200, description="how many, the slowest first")] = 20,
) -> Response:
    """List the devices whose answers take longest (95th percentile of their last runs)."""

    async def make() -> bytes:
        rows = [_row(desk, one) for one in await _slowest(desk, caller, limit)]
        return encode({"items": rows})

    person = caller.person
    key = ("slowest", person.sites, person.carriers, limit)
    return Json(await desk.figures.get(key, desk.ports.live.now(), make))


@ROUTES.get("/devices/{device}/polls")
async def of_device(desk: AtDesk, caller: ByCaller, device: Id) -> Response:
    """Say how well one device answers: the reliability of every verdict about it."""
    found = desk.inventory.devices.get(device)
    if found is None or not desk.sees(caller, device_target(device)):
        raise Refusal(404, "unknown_device", device=device)
    quality = desk.ports.polls.quality(device)
    if quality is None:
        quality = PollQuality(device, 0, 0, 0, 0, 0, 0, 0, {}, None)
    return small(_row(desk, quality))


@ROUTES.get("/polls/shared-engines")
async def shared_engines(desk: AtDesk, caller: ByCaller) -> Response:
    """List SNMPv3 engine ids that several devices claim: cloned configurations, to be mended."""
    items = []
    for engine, devices in desk.ports.polls.shared_engines().items():
        seen = [one for one in devices if desk.sees(caller, device_target(one))]
        if seen:
            items.append({"engine_id": engine, "devices": seen})
    return small({"items": items})


async def _slowest(desk: Desk, caller: Caller, limit: int) -> Iterable[PollQuality]:
    """Look at all devices in the caller's scope, a few at a time."""
    best: list[tuple[float, str, PollQuality]] = []
    for number, device in enumerate(tuple(desk.inventory.devices)):
        if number % _AT_ONCE == _AT_ONCE - 1:
            best = nlargest(limit, best)
            await asyncio.sleep(0)
        quality = desk.ports.polls.quality(device)
        if quality is None or quality.p95_seconds is None:
            continue
        if desk.sees(caller, device_target(device)):
            best.append((quality.p95_seconds, device, quality))
    return (quality for _, _, quality in nlargest(limit, best))


def _row(desk: Desk, quality: PollQuality) -> QualityRow:
    inventory = desk.inventory
    target = device_target(quality.device)
    now = desk.ports.live.states().get(target)
    device = inventory.devices.get(quality.device)
    return QualityRow(
        device=quality.device,
        title=title_of(inventory, target),
        site="" if device is None else device.site,
        state=None if now is None else STATES[now.state],
        answered_ratio=quality.answered / quality.polls if quality.polls else None,
        p95_seconds=quality.p95_seconds,
        polls=quality.polls,
        answered=quality.answered,
        late=quality.late,
        retries=quality.retries,
        resyncs=quality.resyncs,
        silent_runs=quality.silent_runs,
        max_varbinds=quality.max_varbinds,
        bulk_sizes=dict(quality.bulk_sizes),
    )
