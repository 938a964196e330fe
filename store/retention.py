"""What history goes, and when: by age, and oldest first when the disk gets short.

Only sealed hours go. The ledger never does, nor the hour that runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

import msgspec

from store import _sqlite
from store.hours import HOUR, hours_with, sealed_file

_DAY: Final = 86_400


class Deleted(msgspec.Struct, frozen=True):
    """An hour of history that was deleted: its begin (UTC seconds), its bytes, and why."""

    hour: int
    size: int
    why: Literal["age", "floor"]


def sweep(
    folder: Path,
    now: int,
    history_days: int,
    disk_floor_bytes: int,
    free: Callable[[], int] | None = None,
    *,
    kept_until: int | None = None,
) -> list[Deleted]:
    """Delete what is older than `history_days`, then the oldest until the floor is free again.

    `free` returns the bytes that are free where `folder` lies (asked of the file system when not
    given). `kept_until`: up to where there is evidence of history; what comes later goes by age
    only, or the evidence would lack what was heard (None = there is evidence of all). Raises
    StoreError when a file cannot be deleted.
    """
    free = free or (lambda: shutil.disk_usage(folder).free)
    deleted: list[Deleted] = []
    for hour in hours_with(folder, ".parquet"):
        if hour + HOUR <= now - history_days * _DAY:
            deleted.append(_delete(folder, hour, "age"))
        elif (kept_until is None or hour < kept_until) and free() < disk_floor_bytes:
            deleted.append(_delete(folder, hour, "floor"))
        else:
            break
    return deleted


def _delete(folder: Path, hour: int, why: Literal["age", "floor"]) -> Deleted:
    file = sealed_file(folder, hour)
    with _sqlite.translated(file):
        size = file.stat().st_size
        file.unlink()
    for empty in list(file.parents)[:3]:
        # A folder that still holds another hour stays.
        with suppress(OSError):
            empty.rmdir()
    return Deleted(hour, size, why)
