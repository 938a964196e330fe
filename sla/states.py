"""States and transitions: the words of the judge, the ledger and the month."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

from inventory.model import TargetId

CONFIRM: Final = 3
"""Equal runs before a state changes, back-dated to the first of them."""
PORT_UP: Final = 1
PORT_DOWN: Final = frozenset({2, 6, 7})
"""ifOperStatus down, notPresent, lowerLayerDown (IF-MIB, RFC 2863); any other is no verdict."""
CANARIES_SILENT: Final = "canaries_silent"
CLOCK_OFF: Final = "clock_off"
NOT_WATCHED: Final = "not_watched"
"""Why the monitor cannot see: nothing it needs answers; its clock is off by more than a second."""
APPROVED: Final = "approved"
"""Why a stretch is what two persons agreed on (`sla.causes.reworked`); never in the ledger."""
REMOVED: Final = "removed"
"""Why a target is UNKNOWN that left the inventory; ends its outage, since nobody asks any more."""


class State(IntEnum):
    """What it means. UP = U, DEGRADED = G, DOWN = D, UNKNOWN = K of the methodology.

    SHADOW = D with an automatic overlay X that names the parent's outage.
    """

    UP = 0
    DEGRADED = 1
    DOWN = 2
    UNKNOWN = 3
    SHADOW = 4


class Transition(msgspec.Struct, frozen=True, gc=False):
    """A target is in `state` from `since` on (integer UTC seconds, back-dated to the first run).

    `seen_at`: when it was decided. `reason`: a code (`far_lost`, `port_down`, `near_lost`,
    `snmp_silent`, `loss`, `monitor_off`, `recovered`, `removed`, ...). `cause`: for SHADOW the id
    of the parent's outage, else "". For one target `since` never decreases; a later transition with
    an equal `since` replaces the earlier one.
    """

    target: TargetId
    state: State
    since: int
    seen_at: int
    reason: str
    cause: str = ""


class Blind(msgspec.Struct, frozen=True, gc=False):
    """From `since` on every target is UNKNOWN until its own next transition.

    `reason`: `monitor_off` (the time between the last heartbeat and a start), `canaries_silent`,
    `clock_off` (its clock is off by more than a second), or `not_watched` (it stood still, or its
    clock was set forward).
    `until`: end of the cause, None while it lasts; a target without a later transition stays
    UNKNOWN beyond it.
    """

    since: int
    seen_at: int
    reason: str
    until: int | None = None


def outage_id(target: TargetId, start: int) -> str:
    """Name an outage of the live view: target and its first second, e.g. `link:x@1773108000`."""
    return f"{target}@{start}"
