"""One rule on one target: how it stands, and whether it goes to and fro."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from alerts.model import Alert, OnMetric, Phase, Rule, Severity
from inventory.model import TargetId

FLAPPING: Final = "flapping"

FLAP_EDGES: Final = 4
FLAP_WINDOW: Final = 600
"""So many changes within so many seconds are flapping."""
CALM: Final = 300
"""Flapping ends when nothing changed for so many seconds ..."""
QUIET: Final = 1_800
"""... and, where it ends well, no earlier than so long after it was told."""

Key = tuple[str, TargetId]
"""Rule id and target."""


class Condition:
    """What is known of one rule on one target.

    `alert`: pending or firing, None = neither. `bad`: the condition is true as far as is known.
    `due`: when to look again, -1 = never. `is_planned`: it fired during announced work.
    `flapping_since`: it flaps; `flapped_at`: when the alert that is firing was told as flapping.
    """

    __slots__ = (
        "alert", "bad", "due", "edges", "flapped_at", "flapping_since", "is_planned", "rule",
        "target",
    )  # fmt: skip

    def __init__(self, rule: Rule, target: TargetId) -> None:
        self.rule = rule
        self.target = target
        self.alert: Alert | None = None
        self.bad = False
        self.due = -1
        self.edges: list[int] = []
        self.flapping_since: int | None = None
        self.flapped_at: int | None = None
        self.is_planned = False

    @property
    def key(self) -> Key:
        """Return what it is found by."""
        return self.rule.id, self.target

    @property
    def is_own(self) -> bool:
        """Whether it is about the monitor itself."""
        return self.target.startswith("monitor:")

    @property
    def is_firing(self) -> bool:
        """Whether it has been told."""
        return self.alert is not None and self.alert.phase is Phase.FIRING

    @property
    def is_pending(self) -> bool:
        """Whether it waits to be told."""
        return self.alert is not None and self.alert.phase is Phase.PENDING

    @property
    def is_on_metric(self) -> bool:
        """Whether readings decide, not changes of state."""
        return isinstance(self.rule.when, OnMetric)

    def begin(
        self, since: int, reason: str, value: float | None = None, limit: float | None = None
    ) -> None:
        """Make it pending."""
        rule, target = self.rule, self.target
        self.alert = Alert(
            id=f"{rule.id}/{target}@{since}",
            rule=rule.id,
            target=target,
            severity=rule.severity,
            phase=Phase.PENDING,
            since=since,
            value=value,
            limit=limit,
            reason=reason,
        )

    def turn(self, at: int, *, bad: bool) -> bool:
        """Note that the condition became true or false; return whether it flaps from now on."""
        self.bad = bad
        self.edges = [edge for edge in self.edges if edge > at - FLAP_WINDOW]
        self.edges.append(at)
        return self.flapping_since is None and len(self.edges) >= FLAP_EDGES

    def withdraw(self) -> None:
        """Forget that it was pending: it was a mistake or is somebody else's fault."""
        self.alert = None
        if self.bad:
            self.bad = False
            self.edges.pop()

    def current(self) -> Alert:
        """Return the alert of a condition that is pending or firing."""
        if self.alert is None:
            raise AssertionError(self.key)
        return self.alert

    def resolve(self, at: int, reason: str) -> Alert:
        """End a firing alert."""
        ended = replace(self.current(), phase=Phase.RESOLVED, resolved_at=at, reason=reason)
        self.alert = None
        self.flapping_since = self.flapped_at = None
        self.is_planned = False
        return ended

    def calm_at(self) -> int:
        """Return when flapping is over if nothing changes before."""
        told_at = self.flapping_since or 0
        calm = (self.edges[-1] if self.edges else told_at) + CALM
        return calm if self.bad else max(calm, told_at + QUIET)

    def relapses(self, at: int) -> bool:
        """Whether it flapped so shortly ago that its end is not worth telling yet."""
        return self.is_firing and self.flapped_at is not None and at < self.flapped_at + QUIET

    def forget_at(self) -> int:
        """Return when its changes no longer matter."""
        return self.edges[-1] + FLAP_WINDOW if self.edges else 0


def severity_of(rule: Rule, ranks: Iterable[str]) -> Severity:
    """Return how urgent a rule is for a target of a kind of service or a level: the first named."""
    named = (rule.by_level[rank] for rank in ranks if rank in rule.by_level)
    return next(named, rule.severity)
