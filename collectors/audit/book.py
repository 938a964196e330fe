"""What an audit knows while it runs, bounded, and the report it becomes.

10,000 pages link a million times to the same 50,000 places: a place is one small object, a link
eight bytes in the array of its page.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from collectors.audit.findings import Bare, Common, judge, judge_declared
from collectors.audit.form import (
    PROBLEMS,
    ROWS,
    VERSION,
    WHERE,
    Column,
    ColumnRule,
    Counts,
    Dead,
    Problem,
    Report,
    Summary,
    Task,
)
from collectors.audit.page import Nowhere
from collectors.audit.score import deductions, score, vetoes
from collectors.audit.urls import Url, key

EDGES: Final = 2_000_000
EDGES_PER_PAGE: Final = 600
_CANDIDATES: Final = 500
_HOSTS_FOR_A_VIEW: Final = 3


@dataclass(slots=True)
class Place:
    """A place that is linked to. `why`: what is wrong with it, "" = nothing is known to be."""

    url: str
    text: str
    picture: bool
    external: bool
    why: str = ""
    status: int = 0
    heard: bool = False
    """Whether anything came of asking it."""


class Row(NamedTuple):
    """A page that was read."""

    url: str
    title: str
    home: bool
    edges: array[int]


class Book:
    """Everything that is noted."""

    def __init__(self, task: Task, today: date) -> None:
        self._task = task
        self._today = today
        self._most = 5 * task.max_pages + 5_000
        self.places: dict[int, Place] = {}
        self.pages: list[Row] = []
        self.candidates: dict[int, str] = {}
        """Places that may be columns, by key: what the link to it says."""
        self.bare: list[Bare] = []
        self.columns: list[Column] = []
        """Those that are judged at once: declared with a selector, or not read at all."""
        self.declared: list[tuple[ColumnRule, Bare]] = []
        self.problems: list[Problem] = []
        self.lost: Counter[str] = Counter()
        self.common = Common()
        self.newest_home: date | None = None
        self.count: Counter[str] = Counter()
        self._edges = 0

    def place(self, url: Url, text: str, *, picture: bool, external: bool) -> Place | None:
        """Return a place where it is news, to be asked; None where it is known, or one too many."""
        name = key(url.text)
        if name in self.places:
            return None
        if len(self.places) >= self._most:
            self.lost["places"] += 1
            return None
        self.places[name] = found = Place(url.text, text, picture, external)
        return found

    def nowhere(self, one: Nowhere) -> int:
        """Note a link or picture that is dead as it is written; its key."""
        name = key(one.written)
        if name not in self.places and len(self.places) >= self._most:
            self.lost["places"] += 1
        elif name not in self.places:
            found = Place(one.written, one.text, one.picture, external=False, why="bad_url")
            self.places[name] = found
        return name

    def page(self, url: str, title: str, links: Iterable[int], *, home: bool) -> None:
        """Note a page with where it leads to."""
        places = list(dict.fromkeys(links))
        # Each link of a home page counts as one of the home page; how many there are is bounded.
        most = len(places) if home else EDGES_PER_PAGE
        self.lost["edges"] += len(places[most:])
        edges = array("Q", places[:most])
        if self._edges + len(edges) > EDGES:
            self.lost["edges"] += len(edges)
            edges = array("Q")
        self._edges += len(edges)
        self.pages.append(Row(url, title, home, edges))

    def candidate(self, url: Url, text: str) -> None:
        """Note that a place may be a column."""
        if len(self.candidates) < _CANDIDATES:
            self.candidates.setdefault(key(url.text), text)
        elif key(url.text) not in self.candidates:
            self.lost["columns"] += 1

    def problem(self, page: str, title: str, code: str, **rest: str) -> None:
        """Note a line of the list by page."""
        if len(self.problems) >= PROBLEMS:
            self.lost["problems"] += 1
            return
        target, text, why = (rest.get(name, "") for name in ("target", "text", "why"))
        self.problems.append(Problem(page, title, code, target, text, why))

    # What becomes of it.

    def report(self, url: str, started: int, seconds: float, partial: str, requests: int) -> Report:
        """Judge and put together."""
        self._forgive_what_nobody_reaches()
        columns = self._columns()
        dead, pictures, home_dead = self._dead()
        counts = self._counts(columns, dead, pictures, requests)
        home_stale = self._home_stale(columns)
        days, weights = self._task.days, self._task.weights
        lines = deductions(
            counts, columns, home_dead=home_dead, home_stale=home_stale, weights=weights
        )
        summary = Summary(
            service=self._task.service,
            title=self._task.title,
            url=url,
            started=started,
            seconds=round(seconds, 1),
            partial=partial,
            score=score(lines),
            veto=vetoes(counts, columns, home_stale=home_stale, days=days),
            counts=counts,
            newest=self.newest_home.isoformat() if self.newest_home else "",
        )
        for name, rows in (("dead_links", dead), ("pictures", pictures), ("columns", columns)):
            self.lost[name] += max(0, len(rows) - ROWS)
        return Report(
            version=VERSION,
            summary=summary,
            deductions=lines,
            dead_links=tuple(dead[:ROWS]),
            pictures=tuple(pictures[:ROWS]),
            columns=tuple(columns[:ROWS]),
            problems=tuple(self.problems),
            lost={name: count for name, count in sorted(self.lost.items()) if count},
            rules=self._task,
        )

    def _forgive_what_nobody_reaches(self) -> None:
        """Where not one other site answers, the way out is missing and not the sites."""
        others = [one for one in self.places.values() if one.external and (one.heard or one.why)]
        hosts = {one.url.split("/")[2] for one in others}
        if len(hosts) >= _HOSTS_FOR_A_VIEW and not any(one.heard for one in others):
            self.lost["others_unreachable"] = len(others)
            for one in others:
                one.why = ""

    def _columns(self) -> list[Column]:
        shared = self.common.shared()
        found = {one.url: one for one in self.columns}
        for rule, bare in self.declared:
            found[bare.url] = judge_declared(
                bare, rule, shared, self._today, self._task.days
            )  # fmt: skip
        for bare in self.bare:
            judged = judge(bare, shared, self._today, self._task.days)
            if judged is not None:
                found.setdefault(judged.url, judged)
        order = {"empty": 0, "stale": 1, "unread": 2, "undated": 3, "scripted": 4, "fresh": 5}
        columns = sorted(found.values(), key=lambda one: (order[one.verdict], one.url))
        for column in columns:
            if column.verdict in {"empty", "stale"}:
                code = f"column_{column.verdict}"
                self.problem(column.url, column.title, code, text=column.title, why=column.newest)
        return columns

    def _dead(self) -> tuple[list[Dead], list[Dead], int]:
        """Return dead links and broken pictures, the home page's first, and how many it has."""
        bad = {name for name, place in self.places.items() if place.why}
        where: dict[int, list[Row]] = {name: [] for name in bad}
        for row in self.pages:
            for name in bad.intersection(row.edges):
                where[name].append(row)
        found = [self._one(self.places[name], rows) for name, rows in where.items()]
        found.sort(key=lambda pair: (not pair[0].home, -pair[0].pages, pair[0].url))
        for dead, rows in found:
            self._tell(dead, rows)
        pictures = {place.url for place in self.places.values() if place.picture}
        links = [dead for dead, _ in found if dead.url not in pictures]
        images = [dead for dead, _ in found if dead.url in pictures]
        return links, images, sum(dead.home for dead, _ in found)

    @staticmethod
    def _one(place: Place, rows: list[Row]) -> tuple[Dead, list[Row]]:
        dead = Dead(
            url=place.url,
            text=place.text,
            why=place.why,
            status=place.status,
            external=place.external,
            home=any(row.home for row in rows),
            pages=len(rows),
            where=tuple(row.url for row in rows[:WHERE]),
        )
        return dead, rows

    def _tell(self, dead: Dead, rows: list[Row]) -> None:
        code = "picture" if self.places[key(dead.url)].picture else "dead_link"
        for row in rows[:WHERE]:
            self.problem(
                row.url, row.title, code, target=dead.url, text=dead.text, why=dead.why
            )  # fmt: skip

    def _counts(
        self, columns: list[Column], dead: list[Dead], pictures: list[Dead], requests: int
    ) -> Counts:
        kinds = Counter(place.picture for place in self.places.values())
        verdicts = Counter(column.verdict for column in columns)
        return Counts(
            pages=len(self.pages),
            requests=requests,
            links=kinds[False],
            pictures=kinds[True],
            columns=len(columns),
            dead_links=len(dead),
            dead_external=sum(one.external for one in dead),
            broken_pictures=len(pictures),
            empty_columns=verdicts["empty"],
            stale_columns=verdicts["stale"],
            page_errors=self.count["page_errors"],
            mixed=self.count["mixed"],
            redirects_out=self.count["redirects_out"],
            unchecked=self.count["unchecked"],
        )

    def _home_stale(self, columns: Iterable[Column]) -> bool:
        """Judge the home page; one that only leads to columns, by their newest entry."""
        if self.newest_home is None:
            self.newest_home = max(_days(columns), default=None)
        if self.newest_home is None:
            return False
        return (self._today - self.newest_home).days > self._task.days.home


def _days(columns: Iterable[Column]) -> Iterator[date]:
    for column in columns:
        if column.newest:
            yield date.fromisoformat(column.newest)
