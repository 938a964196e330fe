"""What of a page or a file is wrong: error pages that say 200, pictures that are none, columns.

The columns follow the office's own words (docs/website-audit.md): a column without entries is
empty (空白栏目); one whose newest entry is older than its kind allows is not updated (栏目不更新).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

import msgspec

from collectors.audit.form import Column, ColumnRule, Days
from collectors.audit.page import Link, Page
from collectors.audit.urls import Url, key

_NOT_FOUND: Final = re.compile(
    r"(?:错误|代码|状态码?|error|http)\W{0,3}404(?!\d)"
    r"|404\W{0,3}(?:错误|页面|error|not|找不到|未找到|抱歉|对不起|sorry)|页面未找到|页面没有找到|找不到(?:该|此|您[^，。]{0,8})?(?:页面|页|文件|内容)"
    r"|页面已(?:被)?(?:删除|移除)|(?:页面|网页|内容|信息)不存在|Not Found",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(
    r"(?<![^\W_])(?<!\d[-.])404(?=[\W_]|$)(?![-.,]\d)"
    r"(?!\s*(?:路|线|号|[县省国]道|医院|[室人名个户家项件条次万亿元米亩天年月日期批份套台辆%％]))"
)
"""404 as a word of its own, not road X404 nor 404 人: in a title, or at the beginning of a page."""
_BROKEN: Final = re.compile(
    r"Internal Server Error|服务器(?:内部)?错误|数据库连接(?:错误|失败)|"
    r"程序(?:运行)?错误|系统(?:发生)?错误|"
    r"Fatal error:|Warning: (?:mysql|include|require)|\bORA-\d{5}\b|java\.(?:lang|sql|util)\.\w+|"
    r"Traceback \(most recent call last\)|Server Error in '/|System\.\w+Exception|SQLSTATE|"
    r"You have an error in your SQL syntax|^Index of /|Apache Tomcat/|Whitelabel Error Page",
    re.MULTILINE,
)
_FRAMED: Final = 20
_SHORT: Final = 400
"""Characters of a page that may be nothing but an error message."""
_NONE_YET: Final = re.compile(
    r"暂无(?:信息|数据|内容|记录|相关|文章)|没有(?:找到)?(?:相关|任何)?(?:信息|数据|内容|记录)|无相关信息"
    r"|栏目建设中|正在建设中|建设中|敬请期待|共\s?0\s?(?:条|篇|页)|内容更新中"
)
_MORE: Final = re.compile(r"^\W*(?:更多|more|查看更多|查看全部)\W*$", re.IGNORECASE)
_COLUMN_PATH: Final = re.compile(
    r"(?:/|/(?:index|list|node|channel|col|default|lm|column|class)[^/]*)$", re.IGNORECASE
)
_KINDS: Final = (
    ("news", re.compile(r"要闻|动态|新闻|快讯|头条|资讯")),
    ("notice", re.compile(r"通知|公告|公示|政策|文件|法规|规章")),
    ("plan", re.compile(r"人事|任免|招考|规划|计划|统计|财政|预算|决算")),
)
_NO_COLUMN: Final = re.compile(
    r"首页|主页|登录|注册|联系|地图|帮助|搜索|检索|查询|无障碍|繁[体體]|简体|收藏|手机版|移动版|返回|隐私|"
    r"关于本站|English|RSS",
    re.IGNORECASE,
)
"""What stands in a navigation and is no column."""
_PAGER: Final = re.compile(
    r"首\s?页|[尾末]\s?页|[上下]一?\s?页|第?\s?\d+\s?页?|[<>«».…\s]+|确定|跳转|go", re.IGNORECASE
)
_LIST: Final = 3
"""Entries with dates that make a list."""
_UNDATED: Final = 5
_BARE: Final = 80
"""Characters of its own, outside links, of a page that is still bare."""
_TITLE: Final = 8
"""Characters of a link that may be the title of an entry."""
_HALF: Final = 0.5
_SAMPLE: Final = 60
_FEWEST: Final = 4


def error_of(page: Page) -> str:
    """Return `soft_404` or `error_text` where a page that loads is an error message, else ""."""
    if _NOT_FOUND.search(page.title) or _STATUS.search(page.title):
        return "soft_404"
    if _BROKEN.search(page.title):
        return "error_text"
    if page.length > _SHORT:
        return ""
    if _BROKEN.search(page.words):
        return "error_text"
    first = page.words.lstrip()[:20]
    begins = first.startswith("404") and _STATUS.match(first) is not None
    return "soft_404" if begins or _NOT_FOUND.search(page.words) else ""


def picture_fault(head: bytes, content_type: str) -> str:
    """Say what is wrong with the first bytes of a picture; "" = nothing."""
    if not head:
        return "picture_empty"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"\x00\x00\x01\x00",
                        b"\x00\x00\x02\x00", b"II*\x00", b"MM\x00*")):  # fmt: skip
        return ""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ""
    if head[4:8] == b"ftyp" and head[8:12] in {b"avif", b"avis", b"heic", b"mif1"}:
        return ""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if b"<svg" in text or (text.startswith(b"<?xml") and "svg" in content_type):
        return ""
    return "picture_type"


def is_all_frames(page: Page) -> bool:
    """Whether a page shows nothing of its own, only frames (`frameset`)."""
    return page.length < _FRAMED and bool(page.links) and not any(one.text for one in page.links)


def is_candidate(link: Link, *, from_column: bool) -> bool:
    """Whether a link of the home page (or of a column) leads to a column.

    In a navigation, by its word (更多), or by a short text and the form of its path.
    """
    if link.dated is not None or _NO_COLUMN.search(link.text):
        return False
    if _MORE.match(link.text):
        return True
    if not 2 <= len(link.text) <= 12:
        return False
    by_path = _COLUMN_PATH.search(link.url.path) is not None and link.url.path != "/"
    return by_path if from_column else (link.nav and link.url.path != "/") or by_path


def kind_of(title: str) -> str:
    """Return the kind of a column by its title: news, notice, plan or other."""
    return next((kind for kind, words in _KINDS if words.search(title)), "other")


def limit_of(kind: str, days: Days) -> int:
    """Return after how many days a column of this kind is stale."""
    limits = {"news": days.news, "notice": days.notice, "plan": days.plan}
    return limits.get(kind, days.other)


class Bare(NamedTuple):
    """What is kept of a column's page until what all pages share is known."""

    url: str
    title: str
    links: tuple[tuple[int, int, int], ...]
    """Of each link: its key, the length of its text, and its date as an ordinal (0 = none)."""
    texts: tuple[tuple[int, int], ...]
    pictures: tuple[int, ...]
    asks: bool
    loaders: tuple[int, ...]
    none_yet: bool


def keep(page: Page, url: Url, title: str, site: str) -> Bare:
    """Keep of a page what says whether it is a column with entries.

    `title`: what the link to it says; `site`: the title of the home page.
    """
    named = title if title and not _MORE.match(title) else _own_title(page.title, site)
    return Bare(
        url.text,
        named,
        tuple(
            (key(link.url.text), len(link.text), link.dated.toordinal() if link.dated else 0)
            for link in page.links[:400]
            if link.text and not _PAGER.fullmatch(link.text)
        ),
        page.texts[:400],
        tuple(key(one.text) for one, _ in page.pictures)[:50],
        page.asks,
        page.loaders,
        _NONE_YET.search(page.words) is not None,
    )


def _own_title(title: str, site: str) -> str:
    """Return the part of a page's title that is not the site's: before it, or behind it."""
    parts = [part for one in re.split(r"[-_|–—]", title) if (part := one.strip())]
    return next((part for part in parts if part not in site), parts[0] if parts else "")


class Common:
    """What most pages share: navigation, sidebars, footers. Learnt from the first 60 pages."""

    def __init__(self) -> None:
        self._pages = 0
        self._counts: Counter[int] = Counter()

    def learn(self, page: Page) -> None:
        """Count what is on one more page."""
        if self._pages >= _SAMPLE:
            return
        self._pages += 1
        self._counts.update(
            {key(link.url.text) for link in page.links}
            | {piece for piece, _ in page.texts}
            | {key(url.text) for url, _ in page.pictures}
            | set(page.loaders)
        )

    def shared(self) -> Collection[int]:
        """Return what is on more than half of the pages; nothing while there are too few."""
        if self._pages < _FEWEST:
            return frozenset()
        least = self._pages * _HALF
        return frozenset(one for one, count in self._counts.items() if count > least)


def judge(bare: Bare, shared: Collection[int], today: date, days: Days) -> Column | None:
    """Say whether a page is a column, and how it is kept; None = it is none."""
    own = [one for one in bare.links if one[0] not in shared]
    dated = [ordinal for _, _, ordinal in own if ordinal]
    kind = kind_of(bare.title)
    limit = limit_of(kind, days)
    if len({link for link, _, ordinal in own if ordinal}) >= _LIST or (
        dated and _own_length(bare, shared) < _BARE
    ):
        return dated_column(bare.url, bare.title, kind, dated, limit, today)
    titles = {link for link, length, _ in own if length >= _TITLE}
    if len(titles) >= _UNDATED:
        return Column(bare.url, bare.title, kind, "undated", len(titles), "", -1, limit)
    if bare.asks or _own_length(bare, shared) >= _BARE:
        return None
    if any(one not in shared for one in bare.pictures):
        return None
    if bare.none_yet:
        return Column(bare.url, bare.title, kind, "empty", 0, "", -1, limit)
    if own:
        return None
    is_filled = any(one not in shared for one in bare.loaders)
    verdict = "scripted" if is_filled else "empty"
    return Column(bare.url, bare.title, kind, verdict, 0, "", -1, limit)


def judge_declared(
    bare: Bare, rule: ColumnRule, shared: Collection[int], today: date, days: Days
) -> Column:
    """Judge a column that is declared, by what is its own: never by a sidebar that all pages have.

    Where its entries have no dates it is not called empty.
    """
    blank = unread(rule, bare.url, bare.title, days)
    own = [one for one in bare.links if one[0] not in shared]
    dated = [ordinal for _, _, ordinal in own if ordinal]
    if dated:
        return dated_column(bare.url, blank.title, blank.kind, dated, blank.limit, today)
    titles = {link for link, length, _ in own if length >= _TITLE}
    is_filled = any(one not in shared for one in bare.loaders)
    verdict = "undated" if titles else "scripted" if is_filled else "empty"
    return msgspec.structs.replace(blank, verdict=verdict, entries=len(titles))


def unread(rule: ColumnRule, url: str, title: str, days: Days) -> Column:
    """Return what is known of a column that is declared before its page is read."""
    title = rule.title or title
    kind = rule.kind or kind_of(title)
    return Column(url, title, kind, "unread", 0, "", -1, rule.days or limit_of(kind, days))


def dated_column(
    url: str, title: str, kind: str, ordinals: Collection[int], limit: int, today: date
) -> Column:
    """Judge a list by its newest date."""
    newest = max(ordinals)
    age = max(0, today.toordinal() - newest)
    verdict = "stale" if age > limit else "fresh"
    day = date.fromordinal(newest).isoformat()
    return Column(url, title, kind, verdict, len(ordinals), day, age, limit)


def _own_length(bare: Bare, shared: Collection[int]) -> int:
    return sum(length for piece, length in bare.texts if piece not in shared)
