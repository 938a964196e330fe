"""Which commands a platform has for a kind of reading: found by folder, there is no register."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from collectors.commands._form import Command, Kind


@cache
def commands(platform: str, kind: Kind) -> tuple[Command[Any], ...]:
    """Return them in the order in which they are tried; those sent for each port come last."""
    folder = Path(__file__).parent / platform
    found: list[Command[Any]] = [
        import_module(f"collectors.commands.{platform}.{module.name}").COMMAND
        for module in iter_modules([str(folder)])
        if not module.name.startswith("_")
    ]
    mine = [command for command in found if command.kind == kind]
    return tuple(sorted(mine, key=lambda command: "{}" in command.line))
