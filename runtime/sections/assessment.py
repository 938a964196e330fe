"""Section `assessment` of `monitor.yaml`: by which rules, who witnesses, what is made when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from inventory.edge import Id
from inventory.strict import Strict
from runtime.plugins import OF_ALL, OF_ONE, renderers
from runtime.sections.paths import FilePath
from sla.proof.note import NoteError, is_name, parse_verifier


def _origin(value: str) -> str:
    if not is_name(value) or not value.isprintable() or len(value) > _LONGEST:
        raise PydanticCustomError("bad_origin", "no name of a log")
    return value


_LONGEST = 200


def _formats(value: tuple[str, ...]) -> tuple[str, ...]:
    known = renderers() if value else {}
    for name in value:
        if name not in known or name in {OF_ONE, OF_ALL}:
            expected = ", ".join(one for one in known if one not in {OF_ONE, OF_ALL})
            raise PydanticCustomError("one_of", "no format", {"expected": expected})
    return value


class ReportsConfig(Strict):
    """Reports that are made by themselves once the evidence of their period is frozen.

    `formats`: what lies beside the JSON, such as `xlsx`; `language`: of those.
    """

    schedule: tuple[Literal["month", "quarter"], ...] = ("month", "quarter")
    formats: Annotated[tuple[str, ...], AfterValidator(_formats)] = ()
    language: Literal["zh", "en"] = "zh"


def _verifier(value: str) -> str:
    try:
        parse_verifier(value)
    except NoteError as error:
        raise PydanticCustomError("bad_verifier", "no public key") from error
    return value


class ChannelForm(Strict):
    """A channel that a notifier reads: `kind` is its file name, the rest are its `Options`."""

    model_config = ConfigDict(extra="allow")

    kind: str


class WitnessForm(Strict):
    """Who is given each day's checkpoint, and the public key of their countersignatures, or ""."""

    channel: ChannelForm
    key: Annotated[str, AfterValidator(_verifier)] = ""


class AssessmentConfig(Strict):
    """`rules`: file of the rules (levels, items, credits); left out, the shipped example holds.

    `evidence_years`: how long evidence is kept; nothing else takes it away, however short the disk.
    `origin`: the name of the evidence log, one in the world and the same for ever. `witnesses`: who
    is given its checkpoint each day, by name. `reports`: what is made by itself.
    """

    rules: FilePath | None = None
    evidence_years: Annotated[int, Field(ge=1, le=100)] = 15
    origin: Annotated[str, AfterValidator(_origin)] = "extranet-monitor"
    witnesses: Mapping[Id, WitnessForm] = Field(default_factory=dict)
    reports: ReportsConfig = ReportsConfig()
