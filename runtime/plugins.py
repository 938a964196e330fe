"""Plug-ins: the public files of a folder, named by their file names."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Final

from collectors.vendors._form import Vendor

OF_ONE: Final = "link"
"""The report format of one circuit."""
OF_ALL: Final = "leader"
"""The report format of all carriers' reports of a period."""


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


@cache
def vendors() -> tuple[Vendor, ...]:
    """Return what the files of `collectors/vendors/` say, sorted by name."""
    package = "collectors.vendors"
    names = sorted(found.name for found in iter_modules(import_module(package).__path__))
    return tuple(
        import_module(f"{package}.{name}").VENDOR for name in names if not name.startswith("_")
    )


@cache
def renderers() -> dict[str, ModuleType]:
    """Return the files of `sla/renderers/` by what each calls its `FORMAT`, sorted by file name."""
    package = "sla.renderers"
    modules = (
        import_module(f"{package}.{found.name}")
        for found in sorted(iter_modules(import_module(package).__path__), key=lambda one: one.name)
        if not found.ispkg and not found.name.startswith("_")
    )
    return {module.FORMAT: module for module in modules if hasattr(module, "FORMAT")}
