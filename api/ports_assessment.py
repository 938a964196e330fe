"""What the api may call for assessments: one port per subject, None where there is none."""

from __future__ import annotations

import msgspec


class AssessmentPorts(msgspec.Struct, frozen=True):
    """All of it."""
