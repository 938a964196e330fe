"""The worker's end of the pool: imports `worker` there and only there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from inventory.model import Inventory

_WORKER: Final = "runtime.worker"


def begin(store: Path, inventory: Inventory) -> None:
    """Prepare a new process."""
    import_module(_WORKER).start(store, inventory)


def call(function: str, *arguments: object) -> Any:
    """Do one of the worker's jobs."""
    return getattr(import_module(_WORKER), function)(*arguments)


def ready() -> None:
    """Answer: the process is there and prepared."""
