"""Section `assessment` of `monitor.yaml`: by which rules, who witnesses, what is made when."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from inventory.strict import Strict
from runtime.config_paths import FilePath
from sla.proof.note import is_name


def _origin(value: str) -> str:
    if not is_name(value) or not value.isprintable() or len(value) > _LONGEST:
        raise PydanticCustomError("bad_origin", "no name of a log")
    return value


_LONGEST = 200


class AssessmentConfig(Strict):
    """`rules`: file of the rules (levels, items, credits); left out, the shipped example holds.

    `evidence_years`: how long evidence is kept; nothing else takes it away, however short the disk.
    `origin`: the name of the evidence log, one in the world and the same for ever.
    """

    rules: FilePath | None = None
    evidence_years: Annotated[int, Field(ge=1, le=100)] = 15
    origin: Annotated[str, AfterValidator(_origin)] = "extranet-monitor"
