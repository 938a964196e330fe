"""What the alert engine decides goes three ways: the ledger, the dispatcher, the page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from alerts.engine import Engine
from alerts.model import Alert, Phase
from inventory.model import TargetId
from metrics.observation import Reading
from runtime.pipeline import Change
from sla.states import Blind


class Telling:
    """Feeds the engine and carries what it says."""

    def __init__(
        self, engine: Engine, carriers: Sequence[Callable[[Alert], None]], now: Callable[[], int]
    ) -> None:
        self.engine = engine
        self._carriers = carriers
        self._now = now

    def reading(self, reading: Reading) -> None:
        """Show the engine a reading."""
        told = self.engine.observe(reading)
        if told:
            self.carry(told)

    def changed(self, change: Change) -> None:
        """Show the engine a change of state."""
        if isinstance(change, Blind):
            self._blind(change)
            return
        self.carry(
            self.engine.state(
                change.target,
                int(change.state),
                change.since,
                change.seen_at,
                change.reason,
                change.cause,
            )
        )

    def _blind(self, change: Blind) -> None:
        if change.reason == "monitor_off":
            return
        if change.until is None:
            self.carry(self.engine.blind(change.since, change.seen_at))
        else:
            self.carry(self.engine.sighted(change.until))

    def tick(self) -> None:
        """Let what is due by now fire."""
        self.carry(self.engine.tick(self._now()))

    def own(self, condition: str, subject: str, *, bad: bool, value: float | None = None) -> None:
        """Tell how a part of the monitor itself does."""
        self.carry(self.engine.own(condition, subject, self._now(), bad=bad, value=value))

    def report(
        self, condition: str, target: TargetId, since: int, *, bad: bool, reason: str
    ) -> None:
        """Tell what is so of a device since `since`, or (not `bad`) that it is over, and why."""
        now = self._now()
        self.carry(self.engine.report(condition, target, since, now, bad=bad, reason=reason))

    def begin(self, present: Mapping[str, Collection[str]]) -> None:
        """After a restart: what was told of parts that are gone is over, and so is a bad reload.

        `present`: by condition the subjects that there are, as in `Engine.keep_subjects`.
        """
        self.carry(self.engine.keep_subjects(present, self._now()))
        self.own("reload", "reload", bad=False)

    def used(self, shares: Iterable[tuple[str, float]]) -> None:
        """Tell which share of this month's allowed downtime each link has used.

        A link that is not among them has used nothing: what fired last month is over.
        """
        now = self._now()
        used = dict(shares)
        firing = (one.target.partition(":") for one in self.engine.alerts() if _fires(one))
        for link in {name for kind, _, name in firing if kind == "link"} - used.keys():
            used[link] = 0.0
        for link, share in used.items():
            self.carry(self.engine.availability(link, share, now))

    def acknowledge(self, alert: str, person: str) -> bool:
        """Note that a person takes care of an alert; False = no such alert."""
        found = self.engine.acknowledge(alert, person, self._now())
        if found is None:
            return False
        self.carry((found,))
        return True

    def carry(self, told: Iterable[Alert]) -> None:
        """Hand alerts on."""
        for alert in told:
            for carrier in self._carriers:
                carrier(alert)


def _fires(alert: Alert) -> bool:
    return alert.phase is Phase.FIRING
