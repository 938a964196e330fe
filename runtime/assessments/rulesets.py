"""Rules of assessments as people write them (YAML), read into `sla.ruleset.RuleSet`.

Ratios are exact: they are read from their decimal digits, never by way of binary fractions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

import sla
from inventory.edge import Duration, Id, Percent, Text
from inventory.form import validate
from inventory.model import Level
from inventory.problem import Path_, Problem, Problems, fatal
from inventory.strict import Strict
from inventory.yamlmarks import Marks, Source, parse, read_source
from sla.calculator import Band
from sla.ruleset import Grade, HoursClause, Item, LevelRule, Night, RuleSet, ScoreRule

SHIPPED: Final = Path(str(files(sla))) / "rules" / "shipped.yaml"
_LARGEST: Final = 1_000_000
_LONGEST_HOLIDAY: Final = 31
_SATURDAY: Final = 5
_MICROSECONDS: Final = 1_000_000
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.\.([0-9]{4}-[0-9]{2}-[0-9]{2}))?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_RATIO = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class RulesError(ValueError):
    """A file of rules that cannot be used; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(f"{first.file}:{first.line} {first.path} {first.code}")
        self.problems = tuple(problems)


def _exact(value: object) -> Fraction:
    said = repr(value) if type(value) in (int, float) else value
    if not isinstance(said, str) or not _RATIO.fullmatch(said):
        raise PydanticCustomError("rules_ratio", "no ratio")
    return Fraction(said)


def _second_of_day(value: object) -> int:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("rules_time_of_day", "no time of day")
    return int(found[1]) * 3600 + int(found[2]) * 60


_Exact = Annotated[Fraction, PlainValidator(_exact)]
_TimeOfDay = Annotated[int, PlainValidator(_second_of_day)]
_Days = Annotated[int, Field(ge=0, le=366)]
_Points = Annotated[int, Field(ge=0, le=100)]


class _Level(Strict):
    weight: _Exact
    target: Percent
    floor: Percent
    repair: Duration
    rtt: Duration
    jitter: Duration
    loss: Percent
    outages: int = Field(ge=0)


class _Item(Strict):
    weight: _Points
    zero: _Exact | None = None
    one: _Exact | None = None


class _Grade(Strict):
    floor: _Exact
    name: Text
    share: Percent


class _Band(Strict):
    floor: Percent
    credit: _Points


class _Hours(Strict):
    free: Duration
    percent: _Points
    whole_from: Duration
    most: _Points


class _Night(Strict):
    start: _TimeOfDay = Field(alias="from")
    end: _TimeOfDay = Field(alias="to")


class _Form(Strict):
    """The file."""

    id: Id
    zone: Text
    levels: dict[Level, _Level] = Field(min_length=1)
    items: dict[Item, _Item] = Field(min_length=1)
    grades: tuple[_Grade, ...] = Field(min_length=1)
    least_weight: _Points
    deductions_cap: _Points
    bands: tuple[_Band, ...] = Field(min_length=1)
    quarter_cap: Percent
    hours: _Hours | None = None
    notice: Duration
    month_quota: Duration | None
    night: _Night | None
    claim_days: _Days
    freeze_days: _Days
    appeal_days: _Days
    boot_allowance: Duration
    bandwidth_pass: Percent
    latency_quantile: Literal["median", "p95"] = "median"
    circuit_weight: Literal["equal", "bandwidth", "fee"] = "equal"
    holidays: dict[str, Text] = Field(default_factory=dict)
    workdays: dict[str, Text] = Field(default_factory=dict)


def load(path: Path | None = None) -> RuleSet:
    """Read a file of rules; None = the shipped example. Raises RulesError."""
    rules, problems = read(path)
    if rules is None:
        raise RulesError(problems)
    return rules


def parse_text(text: str) -> RuleSet:
    """Read rules from the text that a report or bundle keeps. Raises RulesError."""
    rules, problems = _read(Source("rules.yaml", Path(), text.encode()))
    if rules is None:
        raise RulesError(problems)
    return rules


def read(path: Path | None = None) -> tuple[RuleSet | None, Sequence[Problem]]:
    """Read a file of rules; None where something is wrong with it. For `extranet check`."""
    path = SHIPPED if path is None else path
    source = read_source(path, path.name if path == SHIPPED else str(path), _LARGEST)
    return (None, [source]) if isinstance(source, Problem) else _read(source)


def _read(source: Source) -> tuple[RuleSet | None, Sequence[Problem]]:
    data, found = parse(source)
    if found:
        return None, found
    problems = Problems(Marks([source], {}))
    form = validate(_Form, data, (), problems)
    if form is None:
        return None, problems.found
    _check(form, problems)
    holidays = _days(form.holidays, "holidays", problems)
    workdays = _days(form.workdays, "workdays", problems)
    for day in workdays:
        if day in holidays:
            problems.add(("workdays", day), "rules_day_both", day=day)
        elif date.fromisoformat(day).weekday() < _SATURDAY:
            problems.add(("workdays", day), "rules_not_weekend", day=day)
    if fatal(problems.found):
        return None, problems.found
    text = source.data.decode("utf-8-sig")
    return _rule_set(form, text, holidays, workdays), problems.found


def _check(form: _Form, problems: Problems) -> None:
    """Note what is wrong between values that are right by themselves."""
    try:
        ZoneInfo(form.zone)
    except (ValueError, OSError, KeyError):  # KeyError: there is none
        problems.add(("zone",), "rules_zone", name=form.zone)
    if form.night is not None and form.night.start == form.night.end:
        problems.add(("night",), "rules_night_empty")
    for key in ("notice", "month_quota", "boot_allowance"):
        if (getattr(form, key) or 0) % 1:
            problems.add((key,), "rules_whole_seconds")
    if form.hours is not None:
        if (form.hours.free % 1) or (form.hours.whole_from % 1):
            problems.add(("hours",), "rules_whole_seconds")
        if form.hours.free > form.hours.whole_from:
            problems.add(("hours", "whole_from"), "rules_hours_order")
    _check_levels(form, problems)
    _check_items(form, problems)
    _descending([band.floor for band in form.bands], "bands", problems)
    _descending([grade.floor for grade in form.grades], "grades", problems)
    for place in range(1, len(form.bands)):
        if form.bands[place].credit < form.bands[place - 1].credit:
            problems.add(("bands", place, "credit"), "rules_credits")


def _check_levels(form: _Form, problems: Problems) -> None:
    for name, level in form.levels.items():
        if level.floor >= level.target:
            problems.add(("levels", name, "floor"), "rules_floor")
        if not level.weight:
            problems.add(("levels", name, "weight"), "rules_weight_zero")
        if level.repair % 1:
            problems.add(("levels", name, "repair"), "rules_whole_seconds")


def _check_items(form: _Form, problems: Problems) -> None:
    total = sum(item.weight for item in form.items.values())
    if total != 100:
        problems.add(("items",), "rules_weights", sum=total)
    for kind, item in form.items.items():
        if (item.zero is None) != (item.one is None) or (
            item.zero is not None and item.zero == item.one
        ):
            problems.add(("items", kind), "rules_zero_one")


def _descending(floors: Sequence[Fraction], section: str, problems: Problems) -> None:
    for place in range(1, len(floors)):
        if floors[place] >= floors[place - 1]:
            problems.add((section, place, "floor"), "rules_order")
    if floors[-1]:
        problems.add((section, len(floors) - 1, "floor"), "rules_last_floor")


def _days(given: Mapping[str, str], section: str, problems: Problems) -> dict[str, str]:
    found: dict[str, str] = {}
    for written, name in given.items():
        at: Path_ = (section, written)
        try:
            days = list(_each(written))
        except ValueError:
            problems.add(at, "rules_day")
            continue
        for day in days:
            if day in found:
                problems.add(at, "rules_day_twice", day=day)
            found[day] = name
    return dict(sorted(found.items()))


def _each(written: str) -> Iterator[str]:
    """Yield the days of `2026-10-01` or `2026-10-01..2026-10-07`. Raises ValueError."""
    pair = _DAY.fullmatch(written)
    if pair is None:
        raise ValueError(written)
    first = date.fromisoformat(pair[1])
    last = date.fromisoformat(pair[2]) if pair[2] else first
    if not 0 <= (last - first).days < _LONGEST_HOLIDAY:
        raise ValueError(written)
    for after in range((last - first).days + 1):
        yield (first + timedelta(after)).isoformat()


def _rule_set(
    form: _Form, text: str, holidays: Mapping[str, str], workdays: Mapping[str, str]
) -> RuleSet:
    night, hours = form.night, form.hours
    return RuleSet(
        id=form.id,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        zone=form.zone,
        levels={name: _level(level) for name, level in form.levels.items()},
        items={name: item.weight for name, item in form.items.items()},
        scores={
            name: ScoreRule(item.zero, item.one)
            for name, item in form.items.items()
            if item.zero is not None and item.one is not None
        },
        grades=tuple(Grade(one.floor, one.name, one.share) for one in form.grades),
        least_weight=form.least_weight,
        deductions_cap=form.deductions_cap,
        bands=tuple(Band(one.floor, one.credit) for one in form.bands),
        quarter_cap=form.quarter_cap,
        notice=int(form.notice),
        month_quota=None if form.month_quota is None else int(form.month_quota),
        night=None if night is None else Night(night.start, night.end),
        claim_days=form.claim_days,
        freeze_days=form.freeze_days,
        appeal_days=form.appeal_days,
        boot_allowance=int(form.boot_allowance),
        bandwidth_pass=form.bandwidth_pass,
        latency_quantile=form.latency_quantile,
        circuit_weight=form.circuit_weight,
        holidays=holidays,
        workdays=workdays,
        hours=None
        if hours is None
        else HoursClause(int(hours.free), hours.percent, int(hours.whole_from), hours.most),
    )


def _level(level: _Level) -> LevelRule:
    return LevelRule(
        weight=level.weight,
        target=level.target,
        floor=level.floor,
        repair=int(level.repair),
        rtt_us=round(level.rtt * _MICROSECONDS),
        jitter_us=round(level.jitter * _MICROSECONDS),
        loss=level.loss,
        outages=level.outages,
    )
