"""Carries alerts to their receivers: routes, and a mailbox for each receiver.

    put(alert) -> routes by labels -> Mailbox: messages, one channel after the other
                                   -> Standing: systems that hold the state, each of them

If somebody was told of an alert, they are told of its end, whatever the routes say then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp

from alerts.model import Alert, Delivery, Phase, Rule
from alerts.notifiers._channel import Channel, Desk, Pace, Receiver
from alerts.notifiers._contract import Notifier
from alerts.notifiers._mailbox import Mailbox
from alerts.notifiers._standing import Standing
from alerts.notifiers._words import Parts, Words, no_parts
from inventory.model import Inventory

__all__ = ["Channel", "Dispatch", "Notifier", "Pace", "Receiver", "Route"]

_log = logging.getLogger("extranet.alerts")


@dataclass(frozen=True, slots=True)
class Route:
    """Alerts of which each label named has one of the values go to a receiver.

    Beside the labels of an alert there are `rule`, `severity`, `target` and `kind` (of target).
    """

    receiver: str
    match: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def takes(self, alert: Alert) -> bool:
        """Whether the alert goes this way."""
        labels = {
            **alert.labels,
            "rule": alert.rule,
            "severity": alert.severity,
            "target": alert.target,
            "kind": alert.target.partition(":")[0],
        }
        return all(labels.get(name, "") in values for name, values in self.match.items())


class Dispatch:
    """All receivers. Opens nothing before `start`; `put` before that waits."""

    def __init__(
        self,
        receivers: Iterable[Receiver],
        routes: Iterable[Route],
        inventory: Inventory,
        *,
        record: Callable[[Delivery], None],
        now: Callable[[], int],
        rules: Iterable[Rule] = (),
        page: str = "",
        pace: Pace | None = None,
        parts: Parts = no_parts,
    ) -> None:
        self._page = page
        self._parts = parts
        self._routes = tuple(routes)
        self._desk = Desk(now, record, self._words(inventory, rules), pace or Pace())
        self._boxes: dict[str, list[Mailbox | Standing]] = {}
        for receiver in receivers:
            messages = tuple(c for c in receiver.channels if not c.notifier.STATEFUL)
            boxes: list[Mailbox | Standing] = [
                Standing(receiver, channel, self._desk)
                for channel in receiver.channels
                if channel.notifier.STATEFUL
            ]
            if messages:
                boxes.append(Mailbox(receiver, messages, self._desk))
            self._boxes[receiver.name] = boxes
        self._tasks: list[asyncio.Task[None]] = []

    def _words(self, inventory: Inventory, rules: Iterable[Rule]) -> Words:
        return Words(inventory, {rule.id: rule for rule in rules}, self._page, self._parts)

    def reload(self, inventory: Inventory, rules: Iterable[Rule]) -> None:
        """Name things by another inventory and other rules from now on."""
        self._desk.words = self._words(inventory, rules)

    def restore(self, alerts: Iterable[Alert], deliveries: Iterable[Delivery]) -> None:
        """Go on after a restart: who was told what, and what was not told yet.

        `alerts`: those that fire, and those that were resolved in the last quarter of an hour (or
        longer, for ends that could not be told). `deliveries`: the records about them, oldest
        first.
        """
        told: dict[tuple[str, Phase, str], dict[str, Delivery]] = {}
        for one in deliveries:
            if one.ok:
                heard = told.setdefault((one.alert, one.phase, one.receiver), {})
                heard.pop(one.channel, None)
                heard[one.channel] = one  # the last one is the last to be said
        for alert in alerts:
            for name, boxes in self._boxes.items():
                fired = told.get((alert.id, Phase.FIRING, name), {})
                ended = told.get((alert.id, Phase.RESOLVED, name), {})
                for box in boxes:
                    # A system that holds the state and a person are told each by themselves.
                    others = {c for other in boxes if other is not box for c in other.channels}
                    last = [one for channel, one in fired.items() if channel not in others][-1:]
                    if last and not ended.keys() - others:
                        box.restore(alert, last[0])
            self.put(alert)

    def put(self, alert: Alert) -> None:
        """Take an alert that began to fire, changed or ended. Never blocks."""
        if alert.phase is Phase.PENDING:
            return
        names = {route.receiver for route in self._routes if route.takes(alert)}
        if not names:
            self._desk.count("alerts_without_receiver")
        for name, boxes in self._boxes.items():
            for box in boxes:
                if name in names or box.knows(alert.id):
                    box.put(alert)

    def stats(self) -> Mapping[str, float]:
        """Count what was sent, failed and lost, and what waits."""
        waiting = sum(box.waiting for boxes in self._boxes.values() for box in boxes)
        return {**self._desk.counts, "alerts_waiting": waiting}

    async def start(self, http: aiohttp.ClientSession, stack: AsyncExitStack) -> None:
        """Begin to send; the end is put on `stack`."""
        self._desk.http = http
        self._tasks = [
            asyncio.create_task(self._keep(name, box), name=f"receiver {name}")
            for name, boxes in self._boxes.items()
            for box in boxes
        ]
        stack.push_async_callback(self._stop)

    async def _keep(self, name: str, box: Mailbox | Standing) -> None:
        while True:
            try:
                await box.run()
            except Exception as bug:  # noqa: BLE001 - whatever is wrong, telling goes on
                self._desk.count("bugs")
                _log.error("receiver failed", exc_info=bug, extra={"receiver": name})
            await asyncio.sleep(self._desk.pace.again)

    async def _stop(self) -> None:
        """Send what waits, for some seconds, and end."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._desk.pace.stop
        for boxes in self._boxes.values():
            for box in boxes:
                box.hurry()
        while self.stats()["alerts_waiting"] and loop.time() < deadline:  # noqa: ASYNC110 - at the end only
            await asyncio.sleep(0.05)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
