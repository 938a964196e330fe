"""`web` in `monitor.yaml`: how services are asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inventory.edge import Address
from inventory.strict import Strict
from runtime.sections.paths import ExistingFile


class WebConfig(Strict):
    """`ca`: PEM files of authorities that are trusted beside those of the machine.

    `nameservers`: asked instead of the machine's own. `at_once`: checks under way at most.
    """

    ca: tuple[ExistingFile, ...] = ()
    nameservers: Annotated[tuple[Address, ...], Field(max_length=4)] = ()
    at_once: Annotated[int, Field(ge=1, le=1_000)] = 64
