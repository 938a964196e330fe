"""Rules as people write them (YAML), read into `Rule` values.

    rules:
      bandwidth-in:
        metric: extranet_link_in_utilization_ratio
        above: 0.9
        clear: 0.85
        for: 60s
        severity: warning
      link-down:
        on: state
        kind: link
        state: down
        severity: {province: critical, village: warning, other: major}

`on` says what is watched: `metric` (the default), `state`, `group` (how many of a group's services
are down), `availability`, `monitor`, `report` (of a device: `configuration`, `host_key`). A rule of
one's own with the name of a shipped one takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from alerts.model import (
    DEGRADED,
    DOWN,
    OnDowntime,
    OnGroup,
    OnMetric,
    OnMonitor,
    OnReport,
    OnState,
    Rule,
    Severity,
)
from inventory.edge import Duration, Text, is_id
from inventory.form import fields_at, validate
from inventory.problem import Problem, Problems
from inventory.strict import Strict
from inventory.yamlmarks import Marks, Source, parse, read_source
from metrics.catalogue import BY_NAME, ECHO_JITTER, ECHO_LOST, ECHO_RTT

SHIPPED: Final = Path(__file__).parent / "rules" / "shipped.yaml"

PROMISED: Final = {
    ECHO_RTT.name: "rtt_seconds",
    ECHO_JITTER.name: "jitter_seconds",
    ECHO_LOST.name: "loss_ratio",
}
"""Metrics whose limit may be `contract`, and the field of the contract that holds it."""

_STATES: Final = {"degraded": DEGRADED, "down": DOWN}

_Some = Annotated[tuple[str, ...], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)]


def _for_all_levels(value: object) -> object:
    return {"other": value} if isinstance(value, str) else value


def _limit(value: object) -> float | str:
    if value == "contract":
        return "contract"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise PydanticCustomError("rule_limit", "a number or contract")


_Limit = Annotated[float | str | None, PlainValidator(_limit)]


class _Document(Strict):
    """A file of rules."""

    rules: dict[str, object] = Field(default_factory=dict)


class _Titles(Strict):
    en: Text = ""
    zh: Text = ""


class _Severities(Strict):
    """One per level or kind of service, `other` for the rest."""

    other: Severity
    province: Severity | None = None
    city: Severity | None = None
    county: Severity | None = None
    township: Severity | None = None
    village: Severity | None = None
    cloud: Severity | None = None
    website: Severity | None = None
    application: Severity | None = None
    video: Severity | None = None
    exchange: Severity | None = None
    backup: Severity | None = None
    certificate: Severity | None = None
    dns: Severity | None = None


class _Common(Strict):
    """What every rule has."""

    on: str = "metric"
    severity: Annotated[_Severities, BeforeValidator(_for_all_levels)]
    hold: Duration = Field(default=0.0, alias="for")
    labels: dict[str, Text] = Field(default_factory=dict)
    title: _Titles = _Titles()


class _OnMetric(Strict):
    metric: str
    over: str | None = None
    above: _Limit = None
    below: _Limit = None
    clear: float | None = None
    average: Duration = 0.0
    ignore_below: float | None = None

    @model_validator(mode="after")
    def _sensible(self) -> _OnMetric:
        if (self.above is None) == (self.below is None):
            raise PydanticCustomError("rule_one_limit", "either above or below")
        when = self.when()
        if when.limit is None and self.metric not in PROMISED:
            known = ", ".join(PROMISED)
            raise PydanticCustomError("rule_not_promised", "not promised", {"known": known})
        if when.limit is not None and when.clear is not None:
            beyond = when.clear > when.limit if when.is_above else when.clear < when.limit
            if beyond:
                raise PydanticCustomError("rule_clear_beyond", "clear lies beyond the limit")
        return self

    def when(self) -> OnMetric:
        limit = self.below if self.above is None else self.above
        return OnMetric(
            metric=self.metric,
            is_above=self.above is not None,
            limit=None if isinstance(limit, str) else limit,
            clear=self.clear,
            over=self.over,
            average=round(self.average),
            ignore_below=self.ignore_below,
        )


class _OnState(Strict):
    kind: Literal["link", "site", "device", "service"]
    state: _Some
    reason: _Some = ()
    wait_for_parent: bool = True

    @model_validator(mode="after")
    def _sensible(self) -> _OnState:
        if not self.state or not _STATES.keys() >= set(self.state):
            raise PydanticCustomError("rule_state", "not a state", {"known": ", ".join(_STATES)})
        return self

    def when(self) -> OnState:
        states = frozenset(_STATES[name] for name in self.state)
        return OnState(self.kind, states, frozenset(self.reason), self.wait_for_parent)


class _OnGroup(Strict):
    share: float = Field(default=0.5, gt=0, le=1)
    least: int = Field(default=4, ge=2)

    def when(self) -> OnGroup:
        return OnGroup(self.share, self.least)


class _OnAvailability(Strict):
    margin: float = Field(gt=0, le=10)

    def when(self) -> OnDowntime:
        return OnDowntime(self.margin)


class _OnMonitor(Strict):
    condition: Literal[
        "blind", "outbox", "ledger", "disk", "reload", "loss", "process", "report", "report_failed"
    ]

    def when(self) -> OnMonitor:
        return OnMonitor(self.condition)


class _OnReport(Strict):
    condition: Literal["configuration", "host_key"]

    def when(self) -> OnReport:
        return OnReport(self.condition)


_Form = _OnMetric | _OnState | _OnGroup | _OnAvailability | _OnMonitor | _OnReport

_FORMS: Final[dict[str, type[_Form]]] = {
    "metric": _OnMetric,
    "state": _OnState,
    "group": _OnGroup,
    "availability": _OnAvailability,
    "monitor": _OnMonitor,
    "report": _OnReport,
}


def load_rules(
    paths: Iterable[Path], *, shipped: bool = True
) -> tuple[tuple[Rule, ...], list[Problem]]:
    """Read rule files; return the rules and everything that is wrong with the files.

    A rule with a problem is left out. A name that two of the files use is a problem; a shipped
    rule gives way to one of the same name.
    """
    rules: dict[str, Rule] = {}
    found: list[Problem] = []
    owners: dict[str, Path] = {}
    if shipped:
        rules, found = _read(read_source(SHIPPED, SHIPPED.name), owners)
    for path in paths:
        read, problems = _read(read_source(path, str(path)), owners)
        found += problems
        owners |= dict.fromkeys(read, path)
        rules |= read
    return tuple(rules.values()), found


def _read(
    source: Source | Problem, owners: Mapping[str, Path]
) -> tuple[dict[str, Rule], list[Problem]]:
    """Read one file; `owners`: which file a name is taken by."""
    if isinstance(source, Problem):
        return {}, [source]
    data, found = parse(source)
    if found:
        return {}, found
    problems = Problems(Marks([source], {}))
    document = validate(_Document, data, (), problems)
    rules = {}
    for name, form in document.rules.items() if document else ():
        if name in owners:
            problems.add(("rules", name), "rule_twice", file=str(owners[name]))
        if rule := _rule(name, form, problems):
            rules[name] = rule
    return rules, problems.found


def _rule(name: str, form: object, problems: Problems) -> Rule | None:
    """Check one rule: what all have in common, then what its `on` asks for."""
    path = ("rules", name)
    before = len(problems.found)
    if not is_id(name):
        problems.add(path, "bad_id")
    if not isinstance(form, dict):
        problems.add(path, "needs_mapping")
        return None
    on = form.get("on", "metric")
    model = _FORMS.get(on) if isinstance(on, str) else None
    if model is None:
        guess = problems.suggest(on, _FORMS)
        problems.add((*path, "on"), "one_of", suggestion=guess, expected=", ".join(_FORMS))
        return None
    shared, own = fields_at(_Common, ()), fields_at(model, ())
    for key in form.keys() - {*shared, *own}:
        problems.add((*path, key), "unknown_key", suggestion=problems.suggest(key, shared + own))
    for key in ("metric", "over"):
        if isinstance(metric := form.get(key), str) and metric not in BY_NAME:
            guess = problems.suggest(metric, BY_NAME)
            problems.add((*path, key), "unknown_metric", suggestion=guess, name=metric)
    common = validate(_Common, {k: form[k] for k in shared if k in form}, path, problems)
    special = validate(model, {k: form[k] for k in own if k in form}, path, problems)
    if common is None or special is None or len(problems.found) > before:
        return None
    by_level = {
        name: given for name, given in common.severity if given is not None and name != "other"
    }
    titles = {language: text for language, text in common.title.model_dump().items() if text}
    return Rule(
        id=name,
        when=special.when(),
        severity=common.severity.other,
        hold=round(common.hold),
        by_level=by_level,
        labels=common.labels,
        titles=titles,
    )
