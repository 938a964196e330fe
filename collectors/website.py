"""Is a government website kept: links that lead somewhere, pictures, columns with news; a score.

The site is read from its home page inwards, a page a second, by a process of its own; what is
found stands in the document of the audit, here are its totals (docs/website-audit.md). A run takes
minutes or hours and holds nobody else up. A monitor that is restarted meanwhile begins anew at the
next slot.

Success: the audit was not cut short, nothing alone fails the site (a veto of 国办秘函〔2019〕19号),
and the score is not below `least`.
Reasons beside ANSWERED: `audit_partial`, `audit_veto`, `audit_score`; `site_robots_disallowed`,
`site_robots_unreachable`, `site_http_status`, `site_redirect_out`, `site_no_page`, `site_no_links`,
`site_error_text`, `site_soft_404`: there was nothing to judge. SILENT, REFUSED and
GARBLED with `site_...`: the home page could not be had.
SKIPPED: `outside_window`, `audits_busy`, `audits_off`, `audit_not_kept`, `audit_died`, `gm_only`.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from collectors._audits import Window
from collectors._checks import Ca, Networks, Url, answer
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._service import service_of, service_probe
from collectors.audit.form import ColumnRule, Days, Summary, Task, Weights
from collectors.audit.page import is_selector
from inventory.edge import Duration
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.families.audits import (
    WEBSITE_BROKEN_PICTURES,
    WEBSITE_DEAD_LINKS,
    WEBSITE_EMPTY_COLUMNS,
    WEBSITE_PAGES,
    WEBSITE_PARTIAL,
    WEBSITE_SCORE,
    WEBSITE_STALE_COLUMNS,
)
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 60.0
"""What protects a site is the pace, not the floor."""
VITAL: Final = False
_METRICS: Final = (
    WEBSITE_SCORE, WEBSITE_PAGES, WEBSITE_DEAD_LINKS, WEBSITE_BROKEN_PICTURES,
    WEBSITE_EMPTY_COLUMNS, WEBSITE_STALE_COLUMNS, WEBSITE_PARTIAL,
)  # fmt: skip
_NOTHING: Final[tuple[Value, ...]] = (None,) * len(_METRICS)
_SHARE: Final = 0.95
"""Part of the interval that a run may take, with waiting for its window."""
_SPARE: Final = 5.0
"""Seconds before the deadline by which an audit ends by itself, as far as it came."""
_OURS: Final = frozenset(
    {
        "previous_run", "outside_window", "audits_busy", "audits_off", "audit_not_kept",
        "audit_died", "audit_stuck", "ca_unread", "gm_only",
    }
)  # fmt: skip
"""Failures that say nothing about the site."""
_WINDOW: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_HOST: Final = re.compile(r"(?:\*\.)?[a-z0-9_-][a-z0-9_.-]{0,250}(?::\d{1,5})?")
Kind = Literal["news", "notice", "plan", "other"]


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _window(value: object) -> Window:
    match = _WINDOW.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("bad_window", "not a part of the day")
    begin, end = ((int(match[hour]) * 3600 + int(match[hour + 1]) * 60) % 86_400 for hour in (1, 3))
    if begin == end:
        raise PydanticCustomError("bad_window", "not a part of the day")
    return Window(begin, end)


def _selector(value: str) -> str:
    if value and not is_selector(value):
        raise PydanticCustomError("bad_selector", "not a selector")
    return value


def _host(value: object) -> str:
    text = value.lower() if isinstance(value, str) else ""
    if not _HOST.fullmatch(text):
        raise PydanticCustomError("bad_host", "not a host")
    return text


class _Column(Strict):
    """A list page that must have news: where, what its entries are (CSS), after how many days."""

    url: str = Field(min_length=1, max_length=1_000)
    title: str = Field(default="", max_length=80)
    selector: Annotated[str, AfterValidator(_selector)] = Field(default="", max_length=200)
    kind: Kind | None = None
    days: int | None = Field(default=None, ge=1, le=3_660)


class _Days(Strict):
    """Days without news; the defaults are the indicators' 2 weeks and 6 months, the rest ours."""

    home: int = Field(default=14, ge=1, le=3_660)
    news: int = Field(default=14, ge=1, le=3_660)
    notice: int = Field(default=183, ge=1, le=3_660)
    plan: int = Field(default=366, ge=1, le=3_660)
    other: int = Field(default=366, ge=1, le=3_660)


Points = Annotated[float, Field(ge=0, le=100)]


class _Weights(Strict):
    """Points for each finding."""

    dead_home: Points = 0.1
    dead_other: Points = 0.01
    home_stale: Points = 20.0
    column_empty: Points = 5.0
    column_stale: Points = 5.0
    column_old: Points = 2.0
    page_error: Points = 0.5
    mixed: Points = 0.1


class Options(Strict):
    """Which site, how gently, and what it is held to.

    `url`: its home page(s). `hosts`: what else is the site: `name`, `name:port`, `*.name`.
    `pace`: requests per second. `external`: whether links to other sites are asked, once each.
    `allow`: networks; empty = public addresses, and private ones where the site has one itself.
    `contact`: stands in the User-Agent. `longest`: an audit ends after this as it is.
    """

    url: Annotated[tuple[Url, ...], BeforeValidator(_several), Field(min_length=1, max_length=10)]
    hosts: Annotated[
        tuple[Annotated[str, PlainValidator(_host)], ...],
        BeforeValidator(_several),
        Field(max_length=50),
    ] = ()
    allow: Annotated[Networks, Field(max_length=50)] = ()
    external: bool = True
    max_pages: int = Field(default=2_000, ge=1, le=20_000)
    depth: int = Field(default=12, ge=1, le=30)
    pace: float = Field(default=1.0, gt=0.01, le=50)
    concurrent: int = Field(default=2, ge=1, le=4)
    timeout: float = Field(default=15.0, ge=1, le=60)
    longest: Annotated[Duration, Field(ge=10, le=86_400)] = 21_600.0
    window: Annotated[Window, PlainValidator(_window)] | None = None
    contact: str = Field(default="", max_length=100, pattern=r"^[ -~]*$")
    ca: Ca = ""
    columns: Annotated[tuple[_Column, ...], Field(max_length=200)] = ()
    days: _Days = _Days()
    weights: _Weights = _Weights()
    least: float = Field(default=80.0, ge=0, le=100)

    def task(self, service: str, title: str) -> Task:
        """Return what is to be done."""
        return Task(
            service=service,
            title=title,
            seeds=self.url,
            hosts=self.hosts,
            allow=self.allow,
            max_pages=self.max_pages,
            max_depth=self.depth,
            seconds=self.longest,
            pace=self.pace,
            concurrent=self.concurrent,
            external=self.external,
            timeout=self.timeout,
            contact=self.contact,
            ca=self.ca,
            columns=tuple(
                ColumnRule(one.url, one.title, one.selector, one.kind or "", one.days)
                for one in self.columns
            ),
            days=Days(**self.days.model_dump()),
            weights=Weights(**self.weights.model_dump()),
        )


class _Question(msgspec.Struct, frozen=True):
    task: Task
    window: Window | None
    least: float


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to read the website of a service."""
    service = service_of(target, inventory)
    if service is None:
        return None
    options = Options.model_validate(dict(spec.options))
    question = _Question(options.task(service.id, service.title), options.window, options.least)
    return service_probe(
        spec, service, inventory, _METRICS, question, deadline=max(spec.every * _SHARE, 30.0)
    )


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:  # noqa: ARG001 - contract
    """Have the site read and sum it up."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    seconds = max(1.0, probe.deadline - _SPARE)
    summary = await wires.audits.audit(question.task, question.window, seconds=seconds)
    outcome = Outcome[summary.outcome]
    if summary.failure:
        ours = summary.failure in _OURS
        why = summary.failure if ours else f"site_{summary.failure}"
        return answer(outcome, why, summary.seconds, *_NOTHING)
    counts = summary.counts
    return answer(
        outcome,
        trouble_of(summary, question.least),
        summary.seconds,
        summary.score,
        counts.pages,
        counts.dead_links,
        counts.broken_pictures,
        counts.empty_columns,
        counts.stale_columns,
        int(bool(summary.partial)),
    )


def trouble_of(summary: Summary, least: float) -> str:
    """Say why an audit is not passed; "" = it is."""
    if summary.veto:
        return "audit_veto"
    if summary.score is not None and summary.score < least:
        return "audit_score"
    return "audit_partial" if summary.partial else ""
