"""JSON: the canonical bytes of the report, which all other views print the SHA-256 of."""

from __future__ import annotations

from typing import Final

from sla.report import Report, encode
from texts.say import Language

FORMAT: Final = "json"
MEDIA: Final = "application/json"


def render(report: Report, sha256: str, language: Language, now: int | None = None) -> bytes:  # noqa: ARG001
    """Return the bytes as they are: no language and no time stand in them."""
    return encode(report)
