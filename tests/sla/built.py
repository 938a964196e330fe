"""A made-up carrier with its rules, for reports that are built in tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from inventory.model import (
    PROFILES,
    Carrier,
    Contract,
    Interval,
    Level,
    Link,
    LinkEnd,
    PlannedWork,
    Site,
)  # fmt: skip
from sla.calculator import Band
from sla.inputs import Inputs, Register
from sla.periods import parse
from sla.records import Record
from sla.ruleset import Grade, LevelRule, RuleSet, ScoreRule
from sla.states import State
from sla.timeline import Step

LATER = int(datetime.fromisoformat("2030-01-01T00:00:00+08:00").timestamp())


def at(text: str) -> int:
    """Return UTC seconds of a local time such as `2026-10-03 08:00`."""
    return int(datetime.fromisoformat(f"{text}+08:00").timestamp())


def _level(weight: str, target: str, floor: str) -> LevelRule:
    return LevelRule(
        Fraction(weight), Fraction(target), Fraction(floor), 4 * 3600, 30_000, 10_000,
        Fraction(1, 1000), 2,
    )  # fmt: skip


RULES = RuleSet(
    id="example",
    sha256=hashlib.sha256(b"example").hexdigest(),
    text="example",
    zone="Asia/Shanghai",
    levels={
        "city": _level("0.25", "0.999", "0.99"),
        "county": _level("0.20", "0.999", "0.99"),
        "township": _level("0.15", "0.995", "0.98"),
    },
    items={
        "availability": 40, "repair_in_time": 20, "outage_frequency": 10, "latency": 8, "loss": 8,
        "jitter": 4, "bandwidth": 5, "service": 5,
    },
    scores={
        "repair_in_time": ScoreRule(Fraction("0.8"), Fraction(1)),
        "outage_frequency": ScoreRule(Fraction(1, 2), Fraction(0)),
        "latency": ScoreRule(Fraction("0.95"), Fraction("0.99")),
        "loss": ScoreRule(Fraction("0.95"), Fraction("0.99")),
        "jitter": ScoreRule(Fraction("0.95"), Fraction("0.99")),
    },
    grades=(
        Grade(Fraction(90), "good", Fraction(1)),
        Grade(Fraction(80), "fair", Fraction("0.95")),
        Grade(Fraction(0), "poor", Fraction("0.9")),
    ),
    least_weight=60,
    deductions_cap=15,
    bands=(
        Band(Fraction("0.999"), 0), Band(Fraction("0.995"), 5), Band(Fraction("0.99"), 10),
        Band(Fraction("0.95"), 25), Band(Fraction(0), 50),
    ),
    quarter_cap=Fraction("0.2"),
    notice=72 * 3600,
    month_quota=None,
    night=None,
    claim_days=5,
    freeze_days=3,
    appeal_days=5,
    boot_allowance=180,
    bandwidth_pass=Fraction("0.95"),
)  # fmt: skip

CONTRACT = Contract(
    "standard", "telecom", "市县专线", Fraction("0.999"), PROFILES["standard"],
    bandwidth_bps=100_000_000, monthly_fee_fen=260_000,
)  # fmt: skip


def link(
    name: str,
    *,
    fee: int | None = 260_000,
    contract: Contract = CONTRACT,
    in_service: tuple[Interval, ...] = (Interval(at("2020-01-01 00:00")),),
) -> Link:
    """Return a circuit from the city to a county."""
    return Link(
        name, f"专线 {name}", LinkEnd("xg", "xg-r1"), LinkEnd("xc", f"{name}-r1"), contract.id,
        "telecom", contract.profile, contract.bandwidth_bps, fee, None, name.upper(), in_service,
    )  # fmt: skip


def site(name: str, level: Level) -> Site:
    """Return a site."""
    return Site(name, name, level, None)


def register(*links: Link, works: Sequence[PlannedWork] = ()) -> Register:
    """Return a register of these circuits."""
    contracts = {one.contract: CONTRACT for one in links}
    return Register(
        Carrier("telecom", "电信"), links, contracts,
        {"xg": site("xg", "city"), "xc": site("xc", "county")}, tuple(works),
    )  # fmt: skip


def timeline(*downs: tuple[int, int], since: int = at("2026-01-01 00:00")) -> list[Step]:
    """Return a live timeline that is UP but for these stretches."""
    steps, here = [], since
    for start, end in downs:
        steps.append(Step(State.UP, here, start, here, "", ""))
        steps.append(Step(State.DOWN, start, end, start, "lost", ""))
        here = end
    return [*steps, Step(State.UP, here, None, here, "", "")]


def inputs(
    reg: Register,
    live: Mapping[str, Sequence[Step]],
    period: str = "2026Q4",
    *,
    now: int = LATER,
    rules: RuleSet = RULES,
    records: Sequence[Record] = (),
) -> Inputs:
    """Return inputs in which the monitor lived all the time."""
    return Inputs(
        reg, parse(period, now), rules, live, at("2026-01-01 00:00"), min(now, LATER), records
    )


def with_quota(seconds: int) -> RuleSet:
    """Return rules with a quota of carriers' work per circuit and month."""
    return replace(RULES, month_quota=seconds)
