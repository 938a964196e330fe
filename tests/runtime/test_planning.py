"""A reload is a difference: what says the same as before stays the same object."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from inventory.load import load
from inventory.model import Inventory
from runtime.planning import keep, plan

EXAMPLE = Path(__file__).parents[2] / "inventory.yaml"


def example() -> Inventory:
    """The inventory that ships, with some value for each of its secrets."""
    secrets = re.findall(r"\$\{(\w+)\}", EXAMPLE.read_text("utf-8"))
    inventory, problems, _ = load(EXAMPLE, dict.fromkeys(secrets, "long-enough-for-a-key"))
    assert inventory is not None, problems
    return inventory


def test_every_probe_has_a_name_of_its_own() -> None:
    probes = plan(example(), {})

    assert len({probe.id for probe in probes}) == len(probes) > 0


def test_the_same_files_read_again_give_the_same_objects() -> None:
    before = plan(example(), {})

    after = keep(before, plan(example(), {}))

    assert [new is old for new, old in zip(after, before, strict=True)] == [True] * len(before)


def test_a_probe_that_changed_is_a_new_object_and_its_neighbours_are_not() -> None:
    before = plan(example(), {})
    fresh = list(plan(example(), {}))
    changed = replace(fresh[0], every_ms=fresh[0].every_ms * 2)
    fresh[0] = changed

    after = keep(before, fresh)

    assert after[0] is changed
    assert all(new is old for new, old in zip(after[1:], before[1:], strict=True))
