"""Whether the options of checks of services name logins, devices and links that exist."""

from __future__ import annotations

from typing import Final

from inventory.model import Inventory
from inventory.problem import Problem, Problems
from inventory.yamlmarks import Marks

_SECTIONS: Final = {"login": "logins", "device": "devices", "link": "links"}
"""Options of checks, and where what they name stands."""


def check_services(inventory: Inventory, marks: Marks) -> list[Problem]:
    """Note each option that names a login, a device or a link there is none of."""
    problems = Problems(marks)
    for service in inventory.services.values():
        for place, spec in enumerate(service.probes):
            for option, section in _SECTIONS.items():
                name, known = spec.options.get(option), getattr(inventory, section)
                if isinstance(name, str) and name not in known:
                    problems.add(
                        ("services", service.id, "probes", place, option),
                        "unknown_reference",
                        suggestion=problems.suggest(name, known),
                        kind=option,
                        name=name,
                    )
    return problems.found
