"""Proposes where outages came from, once they have ended and the evidence is in.

A link that came back waits until both its ends were read again, or five minutes; a cut that ends
for two thousand at once is worked off in parts, in a thread. After a restart the ledger says what
is still without a proposal.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from inventory.model import Inventory
from metrics.observation import Probe
from runtime.assessments.cause_evidence import (
    Found,
    Places,
    Seen,
    find,
    places_of,
    read_at,
    seen,
    unproposed,
)
from runtime.pipeline import Change, Pipeline
from runtime.record_book import RecordBook
from sla.records import CauseProposed, Record
from sla.ruleset import RuleSet
from sla.states import State, Transition
from store.errors import StoreError

_log = logging.getLogger("extranet.causes")
SETTLE: Final = 30
"""Seconds after a link came back: others of the same cut follow, and so do traps."""
PATIENCE: Final = 300
"""Seconds after which a proposal is made without a reading of both ends."""
AT_ONCE: Final = 200
"""Links that are looked at in one go."""
_A_DAY_PER_LINK: Final = 24
"""Proposals: a link that flaps all day would fill the ledger with them."""
_DAY: Final = 86_400
_LOOK_BACK: Final = 31 * _DAY
_LOOK_BACK_ROWS: Final = 5_000
_AGAIN: Final = 60
"""Seconds until it is tried again after the disk refused."""
_GOOD: Final = (State.UP, State.DEGRADED)
_KIND: Final = "interfaces"
_PREFIX: Final = "link:"


class CauseKeeping:
    """Follows links that come back. Used by the event loop."""

    def __init__(
        self,
        book: RecordBook,
        ledger: Path,
        rules: Callable[[], RuleSet],
        now: Callable[[], int],
    ) -> None:
        self._book = book
        self._ledger = ledger
        self._rules = rules
        self._now = now
        self._pipeline: Pipeline | None = None
        self._inventory: Inventory | None = None
        self._probes: Mapping[str, Probe] = {}
        self._places: dict[Probe, Places] = {}
        """Of probes that were looked at: a large router has thousands of values."""
        self._down: set[str] = set()
        self._ended: dict[str, tuple[int, int]] = {}
        """Links that came back: since when, and when that was seen."""
        self._proposed: dict[str, set[str]] = {}
        """Outages of which something is on record, by link."""
        self._today: Counter[str] = Counter()
        self._day = 0
        self._working: asyncio.Task[None] | None = None
        self._not_before = 0
        self.filed = self.too_many = self.failures = 0
        for record in book.records:
            self._note(record)
        book.watch.append(self._note)

    def connect(self, pipeline: Pipeline) -> None:
        """Say who judges, before `start`."""
        self._pipeline = pipeline
        pipeline.listen("causes", self.changed)

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory and what its devices are asked."""
        self._inventory = inventory
        self._probes = {
            probe.device: probe
            for probe in probes
            if probe.kind == _KIND and probe.device is not None
        }
        self._places.clear()

    async def start(self, stack: AsyncExitStack) -> None:
        """Look for outages that ended without a proposal in an earlier life."""
        stack.push_async_callback(self._stop)
        now = self._now()
        try:
            links, lasting = await asyncio.to_thread(
                unproposed, self._ledger, now - _LOOK_BACK, now + 1, self._known(self._proposed),
                _LOOK_BACK_ROWS,
            )  # fmt: skip
        except StoreError:
            _log.exception("outages without a proposal could not be looked for")
            return
        # The readings of this life come within seconds; so long they are waited for.
        self._ended |= dict.fromkeys(sorted(links - lasting), (now, now))
        self._down |= lasting

    async def _stop(self) -> None:
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    @property
    def busy(self) -> bool:
        """Whether proposals are being made at this moment."""
        return self._working is not None

    def changed(self, change: Change) -> None:
        """Take note of links that are lost and come back."""
        if not isinstance(change, Transition) or not change.target.startswith(_PREFIX):
            return
        link = change.target.removeprefix(_PREFIX)
        if change.state is State.DOWN:
            self._down.add(link)
            self._ended.pop(link, None)  # it flaps: the proposal for both comes at the end
        elif change.state in _GOOD and link in self._down:
            self._down.discard(link)
            self._ended[link] = change.since, change.seen_at

    def tick(self) -> None:
        """Once a second: propose for those whose evidence is in."""
        now = self._now()
        if now // _DAY != self._day:
            self._day = now // _DAY
            self._today.clear()
        if self._working is not None or not self._ended or now < self._not_before:
            return
        ready = [link for link, times in self._ended.items() if self._is_ready(link, *times, now)]
        if ready:
            self._working = asyncio.get_running_loop().create_task(self._work(ready[:AT_ONCE]))

    def _is_ready(self, link: str, since: int, seen_at: int, now: int) -> bool:
        if now - seen_at < SETTLE:
            return False
        if now - seen_at >= PATIENCE:
            return True
        pipeline = self._pipeline
        return pipeline is not None and all(
            read_at(pipeline.latest.get(probe)) >= since for probe in self._ends(link)
        )

    def _ends(self, link: str) -> list[Probe]:
        """Return what each end is asked, where it is asked at all."""
        known = None if self._inventory is None else self._inventory.links.get(link)
        if known is None:
            return []
        devices = (known.b.device, known.a.device)
        return [self._probes[device] for device in devices if device in self._probes]

    def _seen(self, probe: Probe) -> Seen:
        assert self._pipeline is not None
        places = self._places.get(probe)
        if places is None:
            places = self._places[probe] = places_of(probe)
        return seen(self._pipeline.latest.get(probe), places)

    async def _work(self, links: Sequence[str]) -> None:
        try:
            await self._propose(links)
        except StoreError:
            self.failures += 1
            self._not_before = self._now() + _AGAIN
            _log.exception("causes could not be proposed")
        except Exception:  # noqa: BLE001 - a bug here must not come back each second
            self.failures += 1
            self._let_go(links)
            _log.exception("causes could not be proposed")
        finally:
            self._working = None

    async def _propose(self, links: Sequence[str]) -> None:
        assert self._inventory is not None
        readings: dict[str, Seen] = {}
        times = {link: self._ended[link] for link in links if link in self._ended}
        for probe in dict.fromkeys(probe for link in links for probe in self._ends(link)):
            assert probe.device is not None
            readings[probe.device] = self._seen(probe)
        found = await asyncio.to_thread(
            find, self._ledger, self._inventory, links, self._known(links), readings,
            self._rules().boot_allowance,
        )  # fmt: skip
        found = self._bounded(found)
        await self._book.add_all("", [*found.causes, *found.tickets])
        self.filed += len(found.causes)
        self._let_go([link for link in links if self._ended.get(link) == times.get(link)])

    def _bounded(self, found: Found) -> Found:
        """Leave out what is too much for one link and day; its outages count all the same."""
        kept: list[CauseProposed] = []
        for one in found.causes:
            self._today[one.link] += 1
            if self._today[one.link] <= _A_DAY_PER_LINK:
                kept.append(one)
            else:
                self.too_many += 1
                self._proposed.setdefault(one.link, set()).add(one.outage)
        names = {one.outage for one in kept}
        return Found(kept, [one for one in found.tickets if one.outage in names])

    def _let_go(self, links: Sequence[str]) -> None:
        for link in links:
            self._ended.pop(link, None)

    def _note(self, record: Record) -> None:
        if isinstance(record.body, CauseProposed):
            self._proposed.setdefault(record.body.link, set()).add(record.body.outage)

    def _known(self, links: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self._proposed.get(link, ()) for link in links))

    def stats(self) -> Mapping[str, float]:
        """Count what was proposed and what waits."""
        return {
            "proposed": self.filed,
            "waiting": len(self._ended),
            "too_many_of_a_link": self.too_many,
            "failures": self.failures,
        }
