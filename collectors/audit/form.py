"""What is to be audited, and what came of it: the shapes of task and report.

Both cross a process border as JSON, so they are plain structs. Times are UTC seconds, days are
whole days in Asia/Shanghai.
"""

from __future__ import annotations

from typing import Final

import msgspec

VERSION: Final = 1
"""Of the document; a document of another version is not shown."""
AGENT_TOKEN: Final = "extranet-audit"  # noqa: S105 - the product token of RFC 9309, 2.2.1
PROBLEMS: Final = 10_000
ROWS: Final = 2_000
"""Rows of each list of a report at most; what is more is counted in `lost`."""
WHERE: Final = 20
"""Pages that are named for one dead link."""


class Days(msgspec.Struct, frozen=True):
    """After how many days without news something counts as not updated, by its kind."""

    home: int = 14
    news: int = 14
    notice: int = 183
    plan: int = 366
    other: int = 366


class Weights(msgspec.Struct, frozen=True):
    """Points that each finding of a kind costs."""

    dead_home: float = 0.1
    dead_other: float = 0.01
    home_stale: float = 20.0
    column_empty: float = 5.0
    column_stale: float = 5.0
    column_old: float = 2.0
    page_error: float = 0.5
    mixed: float = 0.1


class ColumnRule(msgspec.Struct, frozen=True):
    """A column that is declared: where it is, and how its entries are found (a CSS selector)."""

    url: str
    title: str = ""
    selector: str = ""
    kind: str = ""
    days: int | None = None


class Task(msgspec.Struct, frozen=True):
    """One audit. `hosts`: `name`, `name:port` or `*.name`; `allow`: networks, () = public ones.

    `pace`: requests per second to the site; `seconds`: after this the audit ends as it is.
    """

    service: str
    seeds: tuple[str, ...]
    title: str = ""
    hosts: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    max_pages: int = 2_000
    max_depth: int = 12
    seconds: float = 21_600.0
    pace: float = 1.0
    concurrent: int = 2
    external: bool = True
    timeout: float = 15.0
    page_bytes: int = 2_000_000
    contact: str = ""
    ca: str = ""
    columns: tuple[ColumnRule, ...] = ()
    days: Days = Days()
    weights: Weights = Weights()


class Deduction(msgspec.Struct, frozen=True):
    """A line of the score: `count` findings at `each` points, at most `most`, make `points`."""

    code: str
    count: int
    each: float
    most: float
    points: float


class Dead(msgspec.Struct, frozen=True):
    """A link or picture that does not load.

    `why`: a reason code; `status` 0 = none came. `text` is what the first link to it says.
    `pages`: how many pages have it; `where`: the first of them.
    """

    url: str
    text: str
    why: str
    status: int
    external: bool
    home: bool
    pages: int
    where: tuple[str, ...]


class Column(msgspec.Struct, frozen=True):
    """A list page. `verdict`: fresh, stale, empty, undated, scripted (by the browser), unread.

    Unread is one that is declared and was not there, not allowed, or leads elsewhere.
    """

    url: str
    title: str
    kind: str
    verdict: str
    entries: int
    newest: str
    days: int
    limit: int


class Problem(msgspec.Struct, frozen=True):
    """One line of the list by page."""

    page: str
    title: str
    code: str
    target: str
    text: str
    why: str


class Counts(msgspec.Struct, frozen=True):
    """How much was read and found."""

    pages: int = 0
    requests: int = 0
    links: int = 0
    pictures: int = 0
    columns: int = 0
    dead_links: int = 0
    dead_external: int = 0
    broken_pictures: int = 0
    empty_columns: int = 0
    stale_columns: int = 0
    page_errors: int = 0
    mixed: int = 0
    redirects_out: int = 0
    unchecked: int = 0
    """Links that say neither yes nor no: blocked, not trusted, or their address not allowed."""


class Summary(msgspec.Struct, frozen=True):
    """What is known of an audit at a glance.

    `failure`: why there is no audit at all (a reason code), "" = there is one. `partial`: why it
    ended early, "" = it did not. `veto`: what alone makes a site fail. `newest`: of the home page.
    """

    service: str
    url: str
    started: int
    seconds: float
    title: str = ""
    failure: str = ""
    partial: str = ""
    score: float | None = None
    veto: tuple[str, ...] = ()
    counts: Counts = Counts()
    newest: str = ""
    outcome: str = "ANSWERED"


class Report(msgspec.Struct, frozen=True):
    """The whole document. `lost`: what a cap cut off, by kind; `rules`: what it was held to."""

    version: int
    summary: Summary
    deductions: tuple[Deduction, ...] = ()
    dead_links: tuple[Dead, ...] = ()
    pictures: tuple[Dead, ...] = ()
    columns: tuple[Column, ...] = ()
    problems: tuple[Problem, ...] = ()
    lost: dict[str, int] = {}
    rules: Task | None = None
