"""The servers of the cloud centre: how each is now."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from msgspec.structs import asdict
from starlette.responses import Response

from api.answer import Json, encode_rows, small
from api.desk import AtDesk, ByCaller
from api.queries import Id, Name, States, wanted_states
from api.refusal import Refusal
from api.routes_services import lost_with
from api.service_rows import host_row
from inventory.model import device_target

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["hosts"])


@ROUTES.get("/hosts")
async def hosts(
    desk: AtDesk,
    caller: ByCaller,
    zone: Annotated[str | None, Query(max_length=200)] = None,
    site: Name = None,
    state: States = None,
) -> Response:
    """List the servers that are asked as such, in the order of the inventory. `{items}`."""
    wanted, port = wanted_states(state), desk.ports.services
    names = {None if one is None else one.name.lower() for one in wanted or ()}
    rows = [
        row
        for name in (() if port is None else port.hosts())
        if desk.sees(caller, device_target(name))
        and (row := host_row(desk, caller, desk.inventory.devices[name]))
        and zone in {None, row.zone}
        and site in {None, row.site}
        and (wanted is None or row.state in names)
    ]
    return Json(b'{"items":' + await encode_rows(rows) + b"}")


@ROUTES.get("/hosts/{device}")
async def host(desk: AtDesk, caller: ByCaller, device: Id) -> Response:
    """One server, and the services that would be lost with it."""
    port, target = desk.ports.services, device_target(device)
    if port is None or device not in port.hosts() or not desk.sees(caller, target):
        raise Refusal(404, "unknown_device", device=device)
    row = host_row(desk, caller, desk.inventory.devices[device])
    return small({**asdict(row), "affected": await lost_with(desk, caller, target)})
