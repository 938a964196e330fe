"""The crawl: paced, one site, from its seeds inwards, until nothing is left or a limit is met.

Whatever a site does, it ends within the task's seconds with a report of what was seen until then.
A place that fails in a way that passes (no answer, 5xx) is asked once more at the end before it
counts. What says neither yes nor no (401, 403 of another site, 429) counts as unchecked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from collectors.audit import charset
from collectors.audit.book import Book, Place
from collectors.audit.failures import failed
from collectors.audit.findings import (
    dated_column,
    error_of,
    is_all_frames,
    is_candidate,
    keep,
    picture_fault,
    unread,
)
from collectors.audit.form import Column, ColumnRule, Report, Task
from collectors.audit.frontier import Frontier, Item
from collectors.audit.manners import PASSING, Manners
from collectors.audit.page import Page, read_page, selected
from collectors.audit.urls import Hosts, Url, key, normalise
from collectors.wires.website import Fetched, Fetcher

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_OTHERS_AT_ONCE: Final = 4
_NOT_THERE: Final = "/extranet-audit-5e9c1f.html"
"""Nobody has this page: what is said about it is what the site says about pages that are not."""
_HOME_NAMES: Final = frozenset({"", "index", "default", "home", "main"})
_NEWS: Final = 20
"""Characters by which a page may differ from what is said about pages that are not."""
_UNSURE: Final = frozenset({401, 405, 406, 407, 412, 421, 423, 425, 429, 451, 999})
_UNSURE_OUTSIDE: Final = frozenset({403, 503, 521})
_UNSEEN: Final = frozenset({"address_not_allowed", "coding"})
_UNSEEN_OUTSIDE: Final = frozenset({"tls_untrusted", "tls_failed"})
"""Browsers fetch what is missing of a chain, know other roots, and shake older hands than we do."""
_NO_BYTES: Final = 416
"""An empty file, asked for its first bytes: it is there."""

_Nothing = tuple[str, str, frozenset[int]]
"""Where one is sent that asks for nothing, its title, and the pieces of text and links on it."""


async def audit(task: Task, started: int, tell: Callable[[int, int], None] | None = None) -> Report:
    """Audit a site; `started` is the UTC second it begins, `tell` hears pages and requests."""
    try:
        fetching = Fetcher(task)
    except OSError:  # also ssl.SSLError: it is no certificate
        return failed(task, task.seeds[0], started, 0.0, "ca_unread")
    async with fetching as fetcher:
        return await _Crawl(task, fetcher, started, tell).run()


class _Crawl:
    def __init__(
        self,
        task: Task,
        fetcher: Fetcher,
        started: int,
        tell: Callable[[int, int], None] | None,
    ) -> None:
        self._task = task
        self._fetcher = fetcher
        self._started = started
        self._today = datetime.fromtimestamp(started, _ZONE).date()
        self._tell = tell
        self._book = Book(task, self._today)
        self._frontier = Frontier(task, self._lost)
        seeds = [url for seed in task.seeds if (url := normalise(seed)) is not None]
        self._seeds = tuple(dict.fromkeys(seeds))
        self._hosts = Hosts(task.hosts, self._seeds)
        self._homes = {seed.text for seed in self._seeds}
        self._read: set[int] = set()
        """Pages that were read, by the place they came from in the end."""
        self._unknown: dict[str, asyncio.Task[_Nothing | None]] = {}
        self._rules: dict[int, ColumnRule] = {}
        """Columns that are declared and were not read so far, by the key of their URL."""
        self._leads = False
        """Whether a home page has led anywhere; a site of which nothing is seen has no score."""
        self._title = ""
        """Of the home page."""
        self._failures: list[str] = []
        self._manners = Manners(task, fetcher, self._inside, self._failures.append)

    def _lost(self, what: str) -> None:
        self._book.lost[what] += 1

    def _inside(self, url: Url) -> bool:
        return url in self._hosts

    async def run(self) -> Report:
        """Crawl within the task's seconds."""
        began = monotonic()
        partial = ""
        try:
            async with asyncio.timeout(self._task.seconds):
                await self._look_where_it_is()
                await self._work()
        except TimeoutError:
            partial = "out_of_time"
        left = self._frontier.waiting()
        if left:
            self._book.lost["pages"] += left
        seconds = monotonic() - began
        url = self._seeds[0].text if self._seeds else ""
        if not self._leads:
            await self._look_for_tlcp()
            return self._failed(url, seconds, partial)
        for rule in self._rules.values():
            self._unread(rule)
        requests = self._fetcher.requests
        return self._book.report(url, self._started, seconds, partial, requests)

    def _failed(self, url: str, seconds: float, partial: str) -> Report:
        """Say why there is nothing to judge: what came of the home page."""
        seen = "no_links" if self._book.pages else "no_page"
        why = self._failures[0] if self._failures else partial or seen
        return failed(self._task, url, self._started, seconds, why, partial, self._book.lost)

    async def _look_for_tlcp(self) -> None:
        """Name a home page that no TLS reaches because it speaks 国密 only."""
        secure = [seed for seed in self._seeds if seed.scheme == "https"]
        shaken = not self._failures or self._failures[0] not in {*PASSING, "tls_failed"}
        if secure and not shaken and await self._fetcher.speaks_tlcp(secure[0]):
            self._failures.insert(0, "gm_only")

    async def _look_where_it_is(self) -> None:
        found = [await self._fetcher.addresses(seed.host) for seed in self._seeds]
        self._fetcher.guard.admit(address for one in found for address in one)

    # The loop.

    def _begin(self) -> None:
        for seed in self._seeds:
            self._add(seed, "", 0, picture=False)
        for rule in self._task.columns:
            url = normalise(rule.url, self._seeds[0] if self._seeds else None)
            if url is not None and self._inside(url):
                self._rules[key(url.text)] = rule
                self._add(url, rule.title, 0, picture=False)
            else:
                self._unread(rule)

    def _unread(self, rule: ColumnRule) -> None:
        self._book.columns.append(unread(rule, rule.url, rule.url, self._task.days))

    async def _work(self) -> None:
        self._begin()
        busy: set[str] = set()
        site: set[asyncio.Task[None]] = set()
        others: set[asyncio.Task[None]] = set()
        try:
            while True:
                while len(site) < self._task.concurrent and (item := self._frontier.next()):
                    site.add(asyncio.create_task(self._fetch(item)))
                while len(others) < _OTHERS_AT_ONCE and (item := self._frontier.next_other(busy)):
                    busy.add(item.url.host)
                    others.add(asyncio.create_task(self._fetch_other(item, busy)))
                if not (site or others):
                    return
                done, _ = await asyncio.wait(site | others, return_when=asyncio.FIRST_COMPLETED)
                site -= done
                others -= done
                for ended in done:
                    ended.result()
        finally:
            for left in (*site, *others):
                left.cancel()
            self._manners.end()
            for question in self._unknown.values():
                question.cancel()
            await asyncio.gather(*site, *others, return_exceptions=True)

    async def _fetch(self, item: Item) -> None:
        place = self._book.places.get(key(item.url.text))
        may = self._manners.may
        if not await may(item.url):
            self._forbidden(item)
            return
        if item.kind == "page":
            got = await self._fetcher.page(item.url, self._inside, may, self._task.page_bytes)
        else:
            got = await self._fetcher.file(item.url, self._inside, may)
        if self._tell is not None:
            self._tell(len(self._book.pages), self._fetcher.requests)
        if place is None or self._settled(item, place, got):
            return
        if item.kind == "page":
            await self._page(item, place, got)
        elif item.picture:
            place.why = picture_fault(got.body, got.content_type)

    async def _fetch_other(self, item: Item, busy: set[str]) -> None:
        """Ask another site, then leave it alone for a while, as if it were ours."""
        try:
            got = await self._fetcher.other(item.url)
            place = self._book.places.get(key(item.url.text))
            if place is not None and not self._settled(item, place, got) and item.picture:
                place.why = "" if got.out else picture_fault(got.body, got.content_type)
            await asyncio.sleep(self._manners.gap)
        finally:
            busy.discard(item.url.host)

    def _settled(self, item: Item, place: Place, got: Fetched) -> bool:
        """Note what came; True where there is nothing more to read of it."""
        place.status = got.status
        place.heard = place.heard or got.status > 0
        if got.status in {429, 503} and item.kind != "other":
            self._manners.slower()
        passing = got.why in PASSING or got.status >= 500 or got.status == 429
        if passing and item.kind != "other" and self._frontier.again(item):
            return True
        if got.why == "robots_disallowed":
            self._forbidden(item)
            return True
        if got.why in _UNSEEN or got.status in _UNSURE:
            self._book.count["unchecked"] += 1
            self._note_failure(item, got.why or "http_status")
            return True
        outside = got.status in _UNSURE_OUTSIDE or got.why in _UNSEEN_OUTSIDE
        if item.kind == "other" and outside:
            place.heard = True
            self._book.count["unchecked"] += 1
            return True
        if got.why or (got.status >= 400 and got.status != _NO_BYTES) or got.status == 0:
            place.why = got.why or "http_status"
            self._note_failure(item, place.why)
            return True
        if got.out and item.kind != "other":
            self._book.count["redirects_out"] += 1
            self._book.problem(item.url.text, place.text, "redirect_out", target=got.out)
            self._note_failure(item, "redirect_out")
            return True
        return False

    def _forbidden(self, item: Item) -> None:
        self._lost("robots")
        self._note_failure(item, "robots_disallowed")

    def _note_failure(self, item: Item, why: str) -> None:
        if item.url.text in self._homes:
            self._failures.append(why)

    # Pages.

    async def _page(self, item: Item, place: Place, got: Fetched) -> None:
        kind = got.content_type.partition(";")[0].strip().lower()
        if kind and "html" not in kind and kind != "text/plain":
            return
        final = key(got.url.text)
        home = item.url.text in self._homes
        decoded = charset.read(got.body, got.content_type)
        page = read_page(decoded.text, got.url, self._today, decoded.encoding)
        if not home and await self._is_not_there(item.url, got, page):
            self._page_error(item, place, page, "soft_404")
            return
        if final in self._read:
            return
        self._read.add(final)
        error = error_of(page)
        if error:
            self._page_error(item, place, page, error)
            self._note_failure(item, error)
            self._book.page(item.url.text, page.title, (), home=home)
            return
        self._common_faults(item, page, got, decoded)
        self._take(item, page, got, home=home)
        self._column(item, page, got, decoded)

    def _page_error(self, item: Item, place: Place, page: Page, code: str) -> None:
        self._book.count["page_errors"] += 1
        self._book.problem(item.url.text, page.title, code, text=place.text)

    def _common_faults(self, item: Item, page: Page, got: Fetched, decoded: charset.Read) -> None:
        url = item.url.text
        if decoded.wrong:
            self._book.count["charset"] += 1
            self._book.problem(url, page.title, "charset", text=decoded.wrong, why=decoded.encoding)
        if page.mixed:
            self._book.count["mixed"] += 1
            self._book.problem(url, page.title, "mixed", target=page.mixed[0])
        if got.cut or page.cut:
            self._lost("large_pages")

    def _take(self, item: Item, page: Page, got: Fetched, *, home: bool) -> None:
        """Follow what a page leads to."""
        book = self._book
        book.common.learn(page)
        edges = [key(url.text) for url, _ in page.pictures] + [
            key(one.url.text) for one in page.links
        ]
        edges += [book.nowhere(one) for one in page.nowhere]
        book.lost["urls"] += page.left_out
        book.page(got.url.text, page.title, edges, home=home)
        # A home page that only sends on (首页跳转), or is nothing but frames, is where it leads to.
        sends_on = len(page.links) == 1 and page.links[0].nav
        if home and (sends_on or is_all_frames(page)):
            self._homes |= {link.url.text for link in page.links if self._inside(link.url)}
        if home:
            self._leads |= any(link.url.text not in self._homes for link in page.links)
            self._title = self._title or page.title
            days = [link.dated for link in page.links if link.dated]
            book.newest_home = max([*days, *filter(None, [book.newest_home])], default=None)
        leads = item.depth <= 2 and (home or key(item.url.text) in book.candidates)
        for link in page.links:
            if leads and self._inside(link.url) and is_candidate(link, from_column=not home):
                book.candidate(link.url, link.text)
            depth = item.depth if home and link.url.text in self._homes else item.depth + 1
            self._add(link.url, link.text, depth, picture=False)
        for url, alt in page.pictures:
            self._add(url, alt, item.depth + 1, picture=True)

    def _add(self, url: Url, text: str, depth: int, *, picture: bool) -> None:
        external = not self._inside(url)
        if external and not self._task.external:
            return
        place = self._book.place(url, text, picture=picture, external=external)
        if place is not None:
            self._frontier.put(url, depth, external=external, picture=picture)

    def _column(self, item: Item, page: Page, got: Fetched, decoded: charset.Read) -> None:
        name = key(item.url.text)
        rule = self._rules.pop(name, None)
        if rule is not None and rule.selector:
            self._book.columns.append(self._selected(rule, page, got, decoded))
        elif rule is not None:
            self._book.declared.append((rule, keep(page, got.url, rule.title, self._title)))
        elif name in self._book.candidates and got.url.text not in self._homes:
            said = self._book.candidates[name]
            self._book.bare.append(keep(page, got.url, said, self._title))

    def _selected(
        self, rule: ColumnRule, page: Page, got: Fetched, decoded: charset.Read
    ) -> Column:
        """Judge a column that is declared by its own selector."""
        links = selected(decoded.text, got.url, rule.selector, self._today, decoded.encoding)
        blank = unread(rule, got.url.text, page.title, self._task.days)
        dated = [link.dated.toordinal() for link in links if link.dated]
        if dated:
            where, title, kind = blank.url, blank.title, blank.kind
            return dated_column(where, title, kind, dated, blank.limit, self._today)
        verdict = "undated" if links else "empty"
        return msgspec.structs.replace(blank, verdict=verdict, entries=len(links))

    # What a site says about what it does not have, and about what it does not want.

    async def _is_not_there(self, asked: Url, got: Fetched, page: Page) -> bool:
        """Whether an answer is the one that this site gives for pages it does not have."""
        origin = got.url.origin
        if origin not in self._unknown:
            self._unknown[origin] = asyncio.create_task(self._ask_for_nothing(got.url))
        known = await self._unknown[origin]
        if known is None:
            return False
        where, title, said = known
        if got.hops and got.url.text == where:
            return asked.path.rsplit("/", 1)[-1].partition(".")[0] not in _HOME_NAMES
        if not title or page.title != title or got.url.text in self._homes:
            return False
        news = sum(length for piece, length in page.texts if piece not in said)
        return news < _NEWS and all(key(link.url.text) in said for link in page.links)

    async def _ask_for_nothing(self, url: Url) -> _Nothing | None:
        nothing = normalise(_NOT_THERE, url)
        assert nothing is not None
        may = self._manners.may
        if not await may(nothing):
            return None
        got = await self._fetcher.page(nothing, self._inside, may, self._task.page_bytes)
        if got.why or got.status != 200 or got.out:
            return None
        decoded = charset.read(got.body, got.content_type)
        page = read_page(decoded.text, got.url, self._today, decoded.encoding)
        said = {piece for piece, _ in page.texts} | {key(link.url.text) for link in page.links}
        return (got.url.text if got.hops else "", page.title, frozenset(said))
