"""The rules of an assessment that are no one contract's: levels, items, credits, quotas, nights.

A value; it is read from YAML at the edge (`runtime/assessments/rulesets.py`) and hashed. The
shipped numbers are the examples of methodology 1.11 and 1.12, and say so; the province's contract
replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from inventory.model import Level
from sla.calculator import Band

Item = Literal[
    "availability", "repair_in_time", "outage_frequency", "latency", "loss", "jitter", "bandwidth",
    "service",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What is asked of circuits towards one level (methodology 1.11). Seconds, ratios.

    `weight` λ; `target` and `floor` of availability; `repair` the repair limit; `rtt`, `jitter`
    limits of a slot in microseconds; `loss` of a slot; `outages` allowed per circuit and quarter.
    """

    weight: Fraction
    target: Fraction
    floor: Fraction
    repair: int
    rtt_us: int
    jitter_us: int
    loss: Fraction
    outages: int


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """How a figure becomes a score: 0 at `zero` (and beyond), 1 at `one`, linear between."""

    zero: Fraction
    one: Fraction


@dataclass(frozen=True, slots=True)
class Grade:
    """From `floor` points upwards the grade is `name` and `share` of the payment is due."""

    floor: Fraction
    name: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class HoursClause:
    """Credits by hours down in a month instead of by bands (methodology 1.12). Seconds.

    `free` costs nothing; then `percent` of the month's fee for each hour that has begun; from
    `whole_from` on, `most`, and never more.
    """

    free: int
    percent: int
    whole_from: int
    most: int


@dataclass(frozen=True, slots=True)
class Night:
    """The agreed window for carriers' work, local seconds of day; may cross midnight."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything an assessment needs beside the contracts. `text` is what `sha256` is of."""

    id: str
    sha256: str
    text: str
    zone: str
    levels: Mapping[Level, LevelRule]
    items: Mapping[Item, int]
    """Weights; they add up to 100."""
    scores: Mapping[Item, ScoreRule]
    grades: tuple[Grade, ...]
    """Highest floor first."""
    least_weight: int
    """Below this much weight present there is no score."""
    deductions_cap: int
    """Points that deductions for major events may take at most."""
    bands: tuple[Band, ...]
    """Credits, in percent of a month's fee; highest floor first."""
    quarter_cap: Fraction
    """Of the quarter's fee that credits may take at most."""
    notice: int
    """Seconds before its start that a carrier's work is announced."""
    month_quota: int | None
    """Seconds of carriers' work per circuit and month that are excluded; None = no quota."""
    night: Night | None
    claim_days: int
    """Working days after its end within which force majeure is claimed."""
    freeze_days: int
    """Working days after the period at which evidence freezes."""
    appeal_days: int
    boot_allowance: int
    """Seconds after its boot that a customer device may take to be back (methodology 1.7)."""
    bandwidth_pass: Fraction
    latency_quantile: Literal["median", "p95"] = "median"
    circuit_weight: Literal["equal", "bandwidth", "fee"] = "equal"
    holidays: Mapping[str, str] = field(default_factory=dict)
    """Local dates (YYYY-MM-DD) that are free although a weekday, with their names."""
    workdays: Mapping[str, str] = field(default_factory=dict)
    """Local dates that are worked although a weekend (调休)."""
    hours: HoursClause | None = None
    """None = credits are by `bands`."""
