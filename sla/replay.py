"""Judge recorded observations again: a month recomputed equals the ledger's to the second."""

from __future__ import annotations

from collections.abc import Iterable

from inventory.model import Inventory
from metrics.observation import Observation, Probe
from sla.judge import Change, Judge
from sla.states import CONFIRM


def replay(
    inventory: Inventory,
    probes: Iterable[Probe],
    observations: Iterable[Observation],
    confirm: int = CONFIRM,
) -> list[Change]:
    """Return what a judge that starts from nothing makes of observations in recorded order.

    The order is that in which they were judged, which is not that of their slots: a lost run ends
    later than an answered one. Of two Blinds with one `since` the later one, with `until`, holds.
    """
    judge = Judge(inventory, probes, confirm)
    return [change for seen in observations for change in judge.observe(seen)[1]]
