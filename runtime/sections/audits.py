"""`audits` in `monitor.yaml`: how many websites are read at once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inventory.strict import Strict


class AuditsConfig(Strict):
    """`at_once`: sites that are read at the same time, a process each (some 60 MB)."""

    at_once: Annotated[int, Field(ge=1, le=32)] = 2
