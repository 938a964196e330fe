"""Whether the options of checks name logins, devices and links that exist."""

from __future__ import annotations

from typing import Final

from inventory.model import Inventory, ProbeSpec
from inventory.problem import Problem, Problems
from inventory.yamlmarks import Marks

_SECTIONS: Final = {"login": "logins", "device": "devices", "link": "links"}
"""Options of checks, and where what they name stands."""


def check_services(inventory: Inventory, marks: Marks) -> list[Problem]:
    """Note each option that names a login, a device or a link there is none of.

    Of services, and of devices: a node_exporter that is asked with a login there is none of would
    be asked without any.
    """
    problems = Problems(marks)
    for service in inventory.services.values():
        for place, spec in enumerate(service.probes):
            _check(spec, ("services", service.id, "probes", place), inventory, problems)
    for device in inventory.devices.values():  # its list has questions that nobody wrote
        for spec in device.probes:
            _check(spec, ("devices", device.id, "probes"), inventory, problems)
    return problems.found


def _check(
    spec: ProbeSpec, at: tuple[str | int, ...], inventory: Inventory, problems: Problems
) -> None:
    for option, section in _SECTIONS.items():
        name, known = spec.options.get(option), getattr(inventory, section)
        if isinstance(name, str) and name not in known:
            problems.add(
                (*at, option),
                "unknown_reference",
                suggestion=problems.suggest(name, known),
                kind=option,
                name=name,
            )
