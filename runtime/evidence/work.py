"""Keeping evidence, done in the worker process: an hour or a piece of a day at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from inventory.model import Inventory
from sla.inputs import Limits
from sla.ruleset import RuleSet
from sla.slot_sums import limits_of
from store import days, evidence
from store.errors import StoreError
from store.hours import FOLDER as HISTORY
from store.hours import settle_seconds
from store.reader import Reader


class Kept(msgspec.Struct, frozen=True):
    """What was kept in one go. `more`: there is more to do. `failures`: codes and words."""

    hours: int = 0
    days: int = 0
    swept: int = 0
    more: bool = False
    failures: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Sealing:
    """The day that is being sealed, if any: whoever asks the worker has its turn in between."""

    day: date | None = None
    rules: RuleSet | None = None
    pieces: Iterator[None] = field(default_factory=lambda: iter(()))

    def go_on(self) -> bool:
        """Do a piece; return whether that was the last one. Raises StoreError."""
        try:
            next(self.pieces)
        except StopIteration:
            self.day = None
        except BaseException:
            self.day = None
            raise
        return self.day is None


def keep(
    store: Path,
    inventory: Inventory,
    reader: Reader,
    rules: RuleSet | None,
    until: int,
    sealing: Sealing,
) -> Kept:
    """Keep the next hour of evidence, or seal the next day, or a piece of it.

    `rules` None: days are not sealed. `sealing`: what the last call left undone, done first; with
    other rules it is begun anew. `until`: up to when the ledger has said all; what was decided
    before a heartbeat was entered before it.
    """
    folder = store / evidence.FOLDER
    try:
        if sealing.day is not None and sealing.rules == rules:
            return Kept(days=int(sealing.go_on()), more=True)
    except StoreError as error:
        return Kept(failures=((error.code, str(error)),))
    told = min(until, (reader.last_heartbeat() or 0) - settle_seconds(inventory))
    pending = evidence.pending(folder, store / HISTORY, reader.first_heartbeat(), told)
    hour = next(pending, None)
    try:
        if hour is not None:
            failures = tuple(_keep_hour(store, hour, inventory, reader))
            return Kept(hours=1, more=True, failures=failures)
        if rules is not None and (day := next(days.pending(folder, rules.zone), None)) is not None:
            pieces = days.sealing(folder, day, limits(inventory, rules), rules.zone)
            sealing.day, sealing.rules, sealing.pieces = day, rules, pieces
            return Kept(days=int(sealing.go_on()), more=True)
    except StoreError as error:
        return Kept(failures=((error.code, str(error)),))
    return Kept()


def _keep_hour(
    store: Path, hour: int, inventory: Inventory, reader: Reader
) -> Iterator[tuple[str, str]]:
    """Keep an hour; yield what is wrong with it. Raises StoreError where it was not kept."""
    folder, history, clock = store / evidence.FOLDER, store / HISTORY, reader.clock(hour)
    try:
        evidence.keep_hour(folder, history, hour, inventory, reader, clock)
    except StoreError as error:
        if error.code != "corrupt":
            raise
        # What was heard is lost; what was decided is not, and the hours after it must not wait.
        yield error.code, str(error)
        evidence.keep_hour(folder, history, hour, inventory, reader, clock, heard=False)


def limits(inventory: Inventory, rules: RuleSet) -> dict[str, Limits]:
    """Return what the slots of each link are held to; one of a level without rule is left out."""
    found = {}
    for link in inventory.links.values():
        rule = rules.levels.get(inventory.sites[link.b.site].level)
        if rule is not None:
            found[link.id] = limits_of(link, inventory.contracts[link.contract], rule, rules)
    return found


def sweep(store: Path, now: int, years: int) -> Kept:
    """Let go of evidence that is older than it must be kept. It goes by age only."""
    try:
        return Kept(swept=len(evidence.sweep(store / evidence.FOLDER, now, years)))
    except StoreError as error:
        return Kept(failures=((error.code, str(error)),))
