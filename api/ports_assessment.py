"""What the api may call for assessments: one port per subject, None where there is none."""

from __future__ import annotations

import msgspec

from api.ports_carrier_reports import EvidenceLog, Reports
from api.ports_causes import Causes
from api.ports_overlays import Overlays
from api.ports_scores import Scores


class AssessmentPorts(msgspec.Struct, frozen=True):
    """All of it."""

    reports: Reports | None = None
    evidence: EvidenceLog | None = None
    overlays: Overlays | None = None
    causes: Causes | None = None
    scores: Scores | None = None
