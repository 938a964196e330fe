"""Rules, alerts and notifications: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

import msgspec

from inventory.model import TargetId

Severity = Literal["info", "warning", "major", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warning", "major", "critical")
"""From the least to the most urgent."""

UP, DEGRADED, DOWN, UNKNOWN, SHADOW = range(5)
"""The values of `extranet_link_state`: what a state is called here, where `sla` is a stranger."""

NOTHING: Final[tuple[Alert, ...]] = ()
"""What most calls of the engine return: one shared, empty tuple."""


@dataclass(frozen=True, slots=True)
class OnMetric:
    """A value beyond a limit.

    `over`: divide by this metric of the same probe and target. `limit`: a number in the metric's
    unit, or None = what the link's contract promises. `average`: seconds over which the value
    (with `over`: both parts) is smoothed exponentially; 0 = each value counts alone. `clear`: the
    value on whose other side the condition ends; None = the limit itself. `ignore_below`: values
    below it are neither good nor bad: they mean something else, e.g. a dark fibre.
    """

    metric: str
    is_above: bool
    limit: float | None
    clear: float | None = None
    over: str | None = None
    average: int = 0
    ignore_below: float | None = None


@dataclass(frozen=True, slots=True)
class OnState:
    """A target is in one of `states`; with `reasons`, for one of these reasons."""

    kind: Literal["link", "site", "device", "service"]
    states: frozenset[int]
    reasons: frozenset[str] = frozenset()
    wait_for_parent: bool = True

    def meets(self, state: int, reason: str) -> bool:
        """Whether a target in this state for this reason is what is watched for."""
        return state in self.states and (not self.reasons or reason in self.reasons)


@dataclass(frozen=True, slots=True)
class OnGroup:
    """This share of the services of a group, of which there are at least `least`, is DOWN."""

    share: float
    least: int


@dataclass(frozen=True, slots=True)
class OnDowntime:
    """A link has used this share of the downtime that its contract allows in this month."""

    share: float


@dataclass(frozen=True, slots=True)
class OnMonitor:
    """The monitor itself: `blind`, or a name under which the runtime reports a part of its own."""

    condition: str


@dataclass(frozen=True, slots=True)
class OnReport:
    """What the runtime reports of a device, by name: `configuration` = it was changed.

    It is so until it is reported otherwise; nothing that is measured ends it.
    """

    condition: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A standing condition. `hold`: seconds it must last.

    `by_level`: the severity may depend on the level of the place or the kind of the service.

    `titles`: by language (`en`, `zh`); a rule without its own is named by the texts.
    """

    id: str
    when: OnMetric | OnState | OnGroup | OnDowntime | OnMonitor | OnReport
    severity: Severity
    hold: int = 0
    by_level: Mapping[str, Severity] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)


class Phase(Enum):
    """Where an alert stands."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Alert(msgspec.Struct, frozen=True):
    """A rule's condition that is true for one target.

    `id` is `<rule>/<target>@<since>`; times are integer UTC seconds. `since`: when the condition
    became true; `fired_at`, `resolved_at`: None until then. `value`: the value that crossed the
    limit, in the metric's unit. `affected`: for a link that is down the number of sites behind it
    by level. `services`: how many services are lost with it, by group or service, "" = others.
    `outage`: id of the live outage, where there is one.
    """

    id: str
    rule: str
    target: TargetId
    severity: Severity
    phase: Phase
    since: int
    fired_at: int | None = None
    resolved_at: int | None = None
    value: float | None = None
    limit: float | None = None
    reason: str = ""
    outage: str = ""
    affected: Mapping[str, int] = {}
    labels: Mapping[str, str] = {}
    acknowledged_by: str = ""
    acknowledged_at: int | None = None
    services: Mapping[str, int] = {}


class Delivery(msgspec.Struct, frozen=True):
    """One attempt to tell one receiver: the row of the delivery record.

    `severity`, `news`: how the alert stood then ("flapping", "lasting"), so that after a restart
    only this counts as told; "" of a severity = not recorded.
    """

    alert: str
    phase: Phase
    receiver: str
    channel: str
    at: int
    ok: bool
    error: str = ""
    permanent: bool = False
    severity: str = ""
    news: str = ""
