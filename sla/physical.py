"""What the physical evidence of an outage is evidence of: one rule for claims and for causes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from inventory.model import link_target
from sla.records import Cause, CauseProposed, Kind, Record
from sla.states import outage_id

OVERLAY: Final[Mapping[Cause, Kind]] = {
    "power": "P",
    "upstream": "X",
    "owner": "X",
    "force_majeure": "F",
}
"""Which overlay (1.6) a cause is. What the owner did is `X` ("our change"), since `M_o` is for work
that was registered before it began: a cause is always found afterwards."""


def is_monitors(record: Record, body: CauseProposed) -> bool:
    """Say whether a proposal is the monitor's own, of the outage that its id names."""
    own = body.outage == outage_id(link_target(body.link), body.start)
    return not record.person and own


def suggests(proposed: CauseProposed | None, kind: Kind) -> bool:
    """Say whether the evidence suggests an exclusion of this kind.

    There are always some facts ("the far end could not be read"); only those that led to a cause
    are evidence, and only of that cause.
    """
    return proposed is not None and bool(proposed.facts) and OVERLAY.get(proposed.cause) == kind


def reaches(proposed: CauseProposed, start: int, end: int) -> bool:
    """Say whether the evidence speaks of all of [start, end): of its own outage, and no longer.

    Up to `until` where the evidence ends before the outage does (methodology 1.7: up to the boot
    and the allowance, the rest is the carrier's).
    """
    known = [one for one in (proposed.until, proposed.end) if one is not None]
    return proposed.start <= start and (not known or end <= min(known))
