"""Whether the platforms that an inventory names have a file in `collectors/vendors`."""

from __future__ import annotations

from collectors._recognition import vendors
from inventory.defaults import HOST_PLATFORM
from inventory.model import Inventory
from inventory.problem import Problem, Problems
from inventory.yamlmarks import Marks


def check_platforms(inventory: Inventory, marks: Marks) -> list[Problem]:
    """Warn of each device of an unknown platform: it is read by the standard MIBs alone."""
    problems = Problems(marks)
    known = (*vendors(), HOST_PLATFORM)
    for device in inventory.devices.values():
        if device.platform not in known:
            problems.add(
                ("devices", device.id, "platform"),
                "unknown_platform",
                severity="warning",
                suggestion=problems.suggest(device.platform, known),
                name=device.platform,
                known=", ".join(known),
            )
    return problems.found
