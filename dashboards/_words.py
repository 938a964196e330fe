"""What the dashboards share: two languages, the states, and the monitor's own metrics."""

from __future__ import annotations

from typing import Final

from dashboards._grafana import Named, Step
from texts.say import say


def both(code: str, **parameters: object) -> str:
    """Return a title in Chinese and English."""
    full = f"dashboards.{code}"
    return f"{say(full, 'zh', **parameters)} {say(full, 'en', **parameters)}"


STATES: Final = (
    Named(0, both("up"), "green"),
    Named(1, both("degraded"), "yellow"),
    Named(2, both("down"), "red"),
    Named(3, both("unknown"), "blue"),
    Named(4, both("shadow"), "purple"),
)
"""The states as the catalogue numbers them."""

DOWN: Final = 2
UNKNOWN: Final = 3

RATIO_STEPS: Final = (Step(None, "green"), Step(0.7, "yellow"), Step(0.9, "red"))
LOSS_STEPS: Final = (Step(None, "green"), Step(0.01, "yellow"), Step(0.05, "red"))

# What /metrics of the monitor itself shows; a test compares the names with that page.
RUNS: Final = "extranet_monitor_runs_total"
RUNS_SKIPPED: Final = "extranet_monitor_runs_skipped_total"
LATENESS: Final = "extranet_monitor_run_lateness_seconds_bucket"
PART: Final = "extranet_monitor_part"
