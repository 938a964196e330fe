"""Section `assessment` of `monitor.yaml`: by which rules, who witnesses, what is made when."""

from __future__ import annotations

from pathlib import Path

from inventory.strict import Strict


class AssessmentConfig(Strict):
    """`rules`: file of the rules (levels, items, credits); left out, the shipped example holds."""

    rules: Path | None = None
