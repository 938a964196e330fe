"""Figures of circuits and carriers from a ledger, by the function that makes the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from inventory.model import Inventory, TargetId, link_target
from sla import build
from sla.assess import CarrierAssessment, LinkAssessment
from sla.inputs import Inputs
from sla.periods import Window
from sla.register import register_of
from sla.states import Blind, Transition
from sla.timeline import steps
from tests.sla.built import RULES

ALIKE = replace(RULES, levels={})
"""Rules by which all levels count alike."""


def prepared(
    carrier: str,
    inventory: Inventory,
    window: Window,
    transitions: Mapping[TargetId, Sequence[Transition]],
    blinds: Sequence[Blind],
    first_heartbeat: int | None,
    recorded_until: int,
) -> build.Prepared:
    """Give every second of a carrier's circuits its class, without anything filed or approved."""
    register = register_of(inventory, carrier)
    live = {
        link.id: steps(transitions.get(link_target(link.id), ()), blinds) for link in register.links
    }
    return build.prepare(Inputs(register, window, ALIKE, live, first_heartbeat, recorded_until))


def assess(
    carrier: str,
    inventory: Inventory,
    window: Window,
    transitions: Mapping[TargetId, Sequence[Transition]],
    blinds: Sequence[Blind],
    first_heartbeat: int | None,
    recorded_until: int,
) -> CarrierAssessment:
    """Assess the circuits of a carrier, without anything filed or approved."""
    return build.carrier(
        prepared(carrier, inventory, window, transitions, blinds, first_heartbeat, recorded_until)
    )


def link_of(found: CarrierAssessment, name: str) -> LinkAssessment:
    """Return one circuit of it."""
    return next(one for one in found.links if one.link.id == name)
