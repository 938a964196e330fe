"""How points by people are shown, and what a caller may say to them."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from api.desk import Caller, Desk
from api.filed import CARRIER, carrier_of
from api.roles import decides
from sla.points import PointsStanding, Withdrawal, may_be_withdrawn
from sla.records import BandwidthTested
from sla.two_persons import is_second


def points_row(desk: Desk, caller: Caller, one: PointsStanding) -> dict[str, Any]:
    """Return a test, score or deduction as it stands; `waits`: number of what may be decided."""
    said = cast("dict[str, Any]", msgspec.to_builtins(one.body))
    said.pop("type", None)
    if isinstance(one.body, BandwidthTested):
        link = desk.inventory.links.get(one.body.link)
        said["title"] = one.body.link if link is None else link.title
        said["carrier"] = carrier_of(desk, one.body.link)
    waiting, back = one.waiting, one.withdrawal
    return {
        "number": one.record,
        "sort": one.sort,
        **said,
        **_filed(one),
        "holds": one.counts,
        "replaced_by": one.replaced_by,
        "withdrawal": None if back is None else {**_filed(back), "why": back.why},
        "waits": None if waiting is None else waiting.record,
        "may": _may(caller, one),
    }


def _filed(one: PointsStanding | Withdrawal) -> dict[str, Any]:
    """Return who filed it and who decided about it."""
    return {
        "filed_at": one.at,
        "filed_by": one.by,
        "state": one.state,
        "decided_at": one.decided_at,
        "decided_by": one.decided_by,
        "decided_why": one.decided_why,
    }


def _may(caller: Caller, one: PointsStanding) -> list[str]:
    """Return what the caller may say: to what waits, or that it be taken back (`take_back`)."""
    waiting, name, may = one.waiting, caller.person.name, list[str]()
    if waiting is not None and decides(caller.person) and is_second(waiting.by, name):
        may += ["approve", "reject"]
    if caller.may("file") and CARRIER not in caller.person.roles:
        if waiting is not None and waiting.by == name:
            may.append("withdraw")
        if may_be_withdrawn(one):
            may.append("take_back")
    return may
