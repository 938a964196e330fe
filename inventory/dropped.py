"""Which circuits are no longer in an inventory although somebody may still be paid for them.

A circuit that ends is given the end of its `in_service`: so it keeps its row in the carrier's
reports. Taken out of the file it has none, and the carrier's figure is made without it.
"""

from __future__ import annotations

from typing import Final

from inventory.model import Inventory, Link

_LONGEST: Final = 366 * 86_400
"""Seconds: the longest period of a report, a year."""


def dropped(before: Inventory, after: Inventory, now: int) -> tuple[str, ...]:
    """Return circuits that a newer inventory has not, or has under another carrier, in order.

    Only those in service within the year up to `now` (UTC seconds): of others no report is due.
    """
    return tuple(
        sorted(
            name
            for name, link in before.links.items()
            if _served(link, now)
            and (name not in after.links or after.links[name].carrier != link.carrier)
        )
    )


def _served(link: Link, now: int) -> bool:
    return any(
        one.start <= now and (one.end is None or one.end > now - _LONGEST)
        for one in link.in_service
    )
