"""What is still to be fetched, bounded: pages by depth, files, and other sites host by host."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from collectors.audit.form import Task
from collectors.audit.urls import Url, is_file, is_maze, pattern

_PATTERN_PAGES: Final = 3
"""A family of URLs by query gets a tenth of the pages at most: calendars, orders of sorting. One by
path may be all articles of a site; beyond a third of the pages it comes after everything else."""
_PATTERN_QUERY: Final = 10
_LEAST: Final = 30
_OTHERS: Final = 2_000
_AGAIN: Final = 500

Lost = Callable[[str], None]
Kind = Literal["page", "file", "other"]


class Item(NamedTuple):
    """One thing to fetch; `again`: it failed once before."""

    url: Url
    kind: Kind
    depth: int
    picture: bool = False
    again: bool = False


class Frontier:
    """Takes in what is found and gives out what is next; what is refused is counted by `lost`."""

    def __init__(self, task: Task, lost: Lost) -> None:
        self._task = task
        self._lost = lost
        self._pages: deque[Item] = deque()
        self._later: deque[Item] = deque()
        self._files: deque[Item] = deque()
        self._others: OrderedDict[str, deque[Item]] = OrderedDict()
        self._again: deque[Item] = deque()
        self._families: Counter[str] = Counter()
        self._taken: Counter[Kind] = Counter()
        self._queued_others = self._repeated = 0
        self._files_turn = False

    def put(self, url: Url, depth: int, *, external: bool, picture: bool) -> bool:
        """Take in what is news; False where a limit is met."""
        if external:
            return self._put_other(Item(url, "other", depth, picture))
        if picture or is_file(url):
            if len(self._files) + self._taken["file"] >= 5 * self._task.max_pages:
                return self._refuse("files")
            self._files.append(Item(url, "file", depth, picture))
            return True
        if depth > self._task.max_depth:
            return self._refuse("depth")
        if is_maze(url):
            return self._refuse("maze")
        family = pattern(url)
        share = _PATTERN_QUERY if url.query else _PATTERN_PAGES
        is_many = self._families[family] >= max(_LEAST, self._task.max_pages // share)
        if is_many and url.query:
            return self._refuse("family")
        waiting = len(self._pages) + len(self._later)
        if waiting + self._taken["page"] >= 2 * self._task.max_pages + 1_000:
            return self._refuse("frontier")
        self._families[family] += 1
        (self._later if is_many else self._pages).append(Item(url, "page", depth))
        return True

    def _put_other(self, item: Item) -> bool:
        if not self._task.external:
            return False
        if self._queued_others >= _OTHERS:
            return self._refuse("others")
        self._queued_others += 1
        self._others.setdefault(item.url.host, deque()).append(item)
        return True

    def _refuse(self, why: str) -> bool:
        self._lost(why)
        return False

    def again(self, item: Item) -> bool:
        """Take back what failed as things fail for a moment; it is asked once more at the end."""
        if item.again or self._repeated >= _AGAIN:
            return False
        self._repeated += 1
        self._again.append(item._replace(again=True))
        return True

    def next(self) -> Item | None:
        """Give out what the site is asked next: pages and files in turn, then what failed."""
        pages = self._pages or self._later
        if self._taken["page"] >= self._task.max_pages:
            pages = deque()
        self._files_turn = not self._files_turn
        for queue in (self._files, pages) if self._files_turn else (pages, self._files):
            if queue:
                item = queue.popleft()
                self._taken[item.kind] += 1
                return item
        return self._again.popleft() if self._again else None

    def next_other(self, busy: set[str]) -> Item | None:
        """Give out what another site is asked next: host by host, one at a time each."""
        for host in self._others:
            if host not in busy:
                break
        else:
            return None
        queue = self._others[host]
        item = queue.popleft()
        if queue:
            self._others.move_to_end(host)
        else:
            del self._others[host]
        return item

    def waiting(self) -> int:
        """Return how many pages are left that nobody will fetch."""
        return len(self._pages) + len(self._later)
