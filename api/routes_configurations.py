"""Configurations of devices: which there are, and what differs. Secrets are masked in all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answer import Json, encode, encode_rows, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.ports_configurations import (
    ConfigurationRevision,
    Configurations,
    ConfigurationsUnreadError,
    UnknownRevisionError,
)
from api.queries import Limit
from api.refusal import Refusal
from api.rows import title_of
from inventory.model import TargetId, device_target
from texts.say import Language, catalogue, say

ROUTES: Final = APIRouter(prefix="/api/v1/devices/{device}/configurations", tags=["configurations"])
_LINES: Final = 2_000
_LOOKED_AT: Final = 1_000
_BUSY_SECONDS: Final = 10

Revision = Annotated[
    str | None, Query(pattern=r"^[0-9a-f]{40}$", description="a revision, as the list names it")
]


@ROUTES.get("")
async def configurations(
    device: str, desk: AtDesk, caller: ByCaller, limit: Limit = 200
) -> Response:
    """List the configurations of a device that are kept, newest first.

    `{device, device_title, items}`: `added` and `removed` are lines against the one before; `text`
    says why it was read. Where nothing is kept there are no items.
    """
    kept = _kept(desk, caller, device)
    found = await _revisions(kept, device, limit)
    rows = [_row(one, caller.language) for one in found]
    title = title_of(desk.inventory, device_target(device))
    return Json(
        b'{"device":' + encode(device) + b',"device_title":' + encode(title)
        + b',"items":' + await encode_rows(rows) + b"}"
    )  # fmt: skip


@ROUTES.get("/diff")
async def diff(
    device: str,
    desk: AtDesk,
    caller: ByCaller,
    from_: Annotated[Revision, Query(alias="from")] = None,
    to: Revision = None,
    lines: Annotated[int, Query(ge=1, le=_LINES)] = _LINES,
) -> Response:
    """Compare two configurations of a device: by default the newest with the one before.

    `{from, to, lines, more}`: a unified diff without its head, cut after so many lines, and how
    many more there are. `<secret 5f2a91c3>` stands for a secret and changes with it.
    """
    kept = _kept(desk, caller, device)
    found = await _revisions(kept, device, _LOOKED_AT)
    names = [one.revision for one in found]
    to = to or (names[0] if names else "")
    if kept is None or to not in names:
        raise Refusal(404, "unknown_revision", device=device, revision=to)
    place = names.index(to)
    if from_ is None and place + 1 == len(names):
        return small({"from": None, "to": to, "lines": [], "more": 0})
    before = from_ or names[place + 1]
    try:
        made = await kept.diff(device, before, to, lines)
    except UnknownRevisionError:
        raise Refusal(404, "unknown_revision", device=device, revision=before) from None
    except ConfigurationsUnreadError:
        raise Refusal(503, "configurations_unread", retry_after=_BUSY_SECONDS) from None
    return small({"from": before, "to": to, "lines": made.lines, "more": made.more})


def _kept(desk: Desk, caller: Caller, device: str) -> Configurations | None:
    """Return what is kept, if the device is the caller's business. Raises Refusal."""
    target: TargetId = device_target(device)
    if device not in desk.inventory.devices or not desk.sees(caller, target):
        raise Refusal(404, "unknown_target", target=target)
    return desk.ports.configurations


async def _revisions(
    kept: Configurations | None, device: str, limit: int
) -> Sequence[ConfigurationRevision]:
    if kept is None:
        return ()
    try:
        return await kept.revisions(device, limit)
    except ConfigurationsUnreadError:
        raise Refusal(503, "configurations_unread", retry_after=_BUSY_SECONDS) from None


def _row(one: ConfigurationRevision, language: Language) -> dict[str, object]:
    code = f"configuration.why.{one.why}"
    return {
        "revision": one.revision,
        "at": one.at,
        "not_before": one.not_before or None,
        "modified": one.modified or None,
        "why": one.why,
        "text": say(code if code in catalogue() else "configuration.why.other", language),
        "added": one.added,
        "removed": one.removed,
        "first": one.first,
        "changed": one.changed,
        "planned_work": one.planned_work or None,
        "full": one.full,
    }
