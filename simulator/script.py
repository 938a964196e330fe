"""Incidents as data: what happens, to whom, from when to when.

Times are seconds since the province came into being. `demo` makes a cycle of ten minutes out of
the province itself, with other victims each time; `read` takes a list from a YAML file:

    - {at: 60, until: 180, kind: carrier_cut, target: "link:xiaogan-xiaonan-t01-telecom"}
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from simulator.province import LinkPlan, Plan

KINDS: Final = {
    "cut": "link",
    "carrier_cut": "link",
    "planned_work": "link",
    "flap": "link",
    "overload": "link",
    "mute": "link",
    "loss": "link",
    "power_loss": "site",
    "network_loss": "site",
    "blackhole": "device",
    "garble": "device",
    "refuse": "device",
    "slow": "device",
    "blind": "canary",
}
"""What can befall the province, and whom it befalls."""

CYCLE: Final = 600
PLANNED_CYCLES: Final = 36
"""So many cycles have planned work, because the inventory announces it beforehand."""
_FLAP: Final = 25


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that befalls `target` (`link:x`, `site:x`, `device:x`, `canary:x`).

    `value`: overload: share of the contract's bandwidth; slow: seconds; loss: ratio.
    """

    at: float
    until: float
    kind: str
    target: str
    value: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be acted out."""
        if self.kind not in KINDS:
            raise ValueError(f"no incident {self.kind!r}; there are {', '.join(sorted(KINDS))}")
        wanted = KINDS[self.kind]
        if not self.target.startswith(f"{wanted}:"):
            raise ValueError(f"{self.kind} befalls a {wanted}, not {self.target!r}")
        if self.until <= self.at:
            raise ValueError(f"{self.kind} of {self.target} ends before it begins")

    def phases(self) -> Iterator[tuple[float, float]]:
        """Yield from when to when it acts: once, or again and again when a link flaps."""
        if self.kind != "flap":
            yield self.at, self.until
            return
        at = self.at
        while at < self.until:
            yield at, min(at + _FLAP, self.until)
            at += 2 * _FLAP


@dataclass(frozen=True, slots=True)
class Announcement:
    """Planned work as the inventory announces it: a link and UTC seconds."""

    link: LinkPlan
    start: int
    end: int


def demo(plan: Plan, cycle: int) -> list[Incident]:
    """Return the incidents of one cycle.

    A trunk with its villages is cut, a township loses power, one leg of a county is worked on,
    one leg of another flaps, one of a third is overloaded; then a carrier's network fails under a
    township, without a port that drops. Counties differ, so that no county loses both legs.
    """
    draw = random.Random(f"script {plan.settings.seed}")
    trunks = draw.sample(plan.trunks, len(plan.trunks))
    counties = draw.sample(range(len(plan.legs) // 2), len(plan.legs) // 2)
    cut, powerless, under = (trunks[(2 * cycle + step) % len(trunks)] for step in (0, 1, 2))
    worked, flapping, loaded = (
        plan.legs[2 * counties[(3 * cycle + step) % len(counties)] + (cycle + step) % 2]
        for step in (0, 1, 2)
    )
    base = cycle * CYCLE
    incidents = [
        Incident(base + 65, base + 215, "carrier_cut", f"link:{cut.id}"),
        Incident(base + 100, base + 220, "power_loss", f"site:{powerless.b.site}"),
        Incident(base + 140, base + 280, "planned_work", f"link:{worked.id}"),
        Incident(base + 160, base + 300, "flap", f"link:{flapping.id}"),
        Incident(base + 190, base + 340, "overload", f"link:{loaded.id}", 1.25),
        Incident(base + 400, base + 520, "network_loss", f"site:{under.b.site}"),
    ]
    return [
        incident
        for incident in incidents
        if incident.kind != "planned_work" or cycle < PLANNED_CYCLES
    ]


def announcements(plan: Plan) -> list[Announcement]:
    """Return the planned work of the demonstration: ten seconds more on either side."""
    links = {f"link:{link.id}": link for link in plan.legs}
    start = plan.settings.start
    return [
        Announcement(
            links[incident.target], start + int(incident.at) - 10, start + int(incident.until) + 10
        )
        for cycle in range(PLANNED_CYCLES)
        for incident in demo(plan, cycle)
        if incident.kind == "planned_work"
    ]


def read(path: Path) -> list[Incident]:
    """Read incidents from a YAML file; raise ValueError that names the file and the entry."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [Incident(**entry) for entry in entries]
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
