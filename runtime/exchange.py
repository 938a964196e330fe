"""A small file that is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def exchange(path: Path, content: bytes) -> None:
    """Put a new file in the place of the old one, by way of `.new` beside it. Raises OSError."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
