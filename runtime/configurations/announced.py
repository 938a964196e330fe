"""Whether a change of a configuration was announced. Pure."""

from __future__ import annotations

from typing import Final

from inventory.model import Inventory, PlannedWork
from store.revisions import Note

_CLOCKS: Final = 60
"""Seconds by which a device's notion of when may lie before that of the last reading."""


class Announced:
    """The announced work of an inventory, found by device: work on a link is work at its ends."""

    def __init__(self, inventory: Inventory) -> None:
        self._work: dict[str, list[PlannedWork]] = {}
        for work in inventory.planned_work.values():
            ends = {
                end.device
                for name in work.links
                if (link := inventory.links.get(name)) is not None
                for end in (link.a, link.b)
            }
            for device in ends:
                self._work.setdefault(device, []).append(work)

    def covers(self, device: str, note: Note) -> str:
        """Return the id of work, the owner's or a carrier's, that a change falls into, or "".

        It was changed when the device says so; where it does not say, at some time since it was
        read before, and work within that time is believed to be the reason.
        """
        start, end = _when(note)
        for work in self._work.get(device, ()):
            if work.start <= end and start < work.end:
                return work.id
        return ""


def _when(note: Note) -> tuple[int, int]:
    """Return the first and the last second in which it may have been changed."""
    if note.modified and note.not_before - _CLOCKS <= note.modified <= note.at + _CLOCKS:
        return note.modified, note.modified
    return note.not_before, note.at
