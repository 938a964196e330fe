"""Plug-ins: the public files of a folder, named by their file names."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


@cache
def plugins(package: str) -> dict[str, ModuleType]:
    """Return the plug-ins of a folder such as `sinks` or `alerts.notifiers`, sorted by name.

    A plug-in is a module without a leading underscore that has `Options`; folders below it are
    folders of other plug-ins.
    """
    folder = import_module(package)
    return {
        found.name: module
        for found in sorted(iter_modules(folder.__path__), key=lambda one: one.name)
        if not found.ispkg and not found.name.startswith("_")
        if hasattr(module := import_module(f"{package}.{found.name}"), "Options")
    }
