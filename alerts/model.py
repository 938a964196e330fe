"""Rules, alerts and notifications: values only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Literal

import msgspec

from inventory.model import TargetId

Severity = Literal["info", "warning", "major", "critical"]


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
    by level. `outage`: id of the live outage, where there is one.
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


class Delivery(msgspec.Struct, frozen=True):
    """One attempt to tell one receiver: the row of the delivery record."""

    alert: str
    phase: Phase
    receiver: str
    channel: str
    at: int
    ok: bool
    error: str = ""
    permanent: bool = False
