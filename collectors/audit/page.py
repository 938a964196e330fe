"""What one page says: its links, pictures, dated entries and texts. Reads, does not judge.

A page is hostile: nodes, links, texts and their lengths are capped, and nothing of it is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from itertools import islice
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from collectors.audit.dates import date_in_url, dates_in
from collectors.audit.depth import shallow
from collectors.audit.urls import Url, normalise, why_none

NODES: Final = 60_000
LINKS: Final = 1_500
PICTURES: Final = 500
_NOWHERE: Final = 100
_SHOWN: Final = 200
"""Characters of an address that is none."""
_TEXTS: Final = 2_000
_TITLE: Final = 80
_TEXT: Final = 40
_ROW: Final = 400
_CLIMB: Final = 4
_ASKS: Final = 3
_ENTRY: Final = 5
"""Characters of the shortest title of an entry."""
_NAVIGATION: Final = re.compile(
    r"(?:^|[\s_-])(?:main)?(?:nav|navbar|navigation|menu|lanmu|daohang)", re.IGNORECASE
)
_REFRESH: Final = re.compile(
    r"\s*(\d{1,4}|(?=[.;]))(?:\.\d{0,9})?\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\"'\s>]+)",
    re.IGNORECASE,
)
_LOCATION: Final = re.compile(
    r"location(?:\.href)?\s*(?:=|\.(?:replace|assign)\()\s*[\"']([^\"'\s]{1,500})[\"']"
)
_LOADS: Final = re.compile(
    r"\$\.(?:ajax|get|post|getJSON)\(|\bfetch\(|XMLHttpRequest|axios|dataproxy|new Vue|createApp\("
)
_SCRIPT: Final = 200_000
_LOADERS: Final = 50
_LAZY: Final = (
    "data-src", "data-original", "data-lazy-src", "data-echo", "data-lazyload", "data-lazy",
    "data-actualsrc", "lazy-src", "lay-src", "original",
)  # fmt: skip
"""Where scripts that load pictures late keep the address; `src` is a placeholder then."""
_CANDIDATE: Final = re.compile(r"([^\s,]\S*)(?:\s[^,]*)?")
_CANDIDATES: Final = 8
_HIDDEN: Final = frozenset({"script", "style", "noscript", "template", "-comment"})
_LOADED: Final = {"img": "src", "script": "src", "iframe": "src", "link": "href", "source": "src"}
_FIELDS: Final = {("textarea", ""): 3, ("input", ""): 1, ("input", "text"): 1}
"""Points of a form that one is asked to write into."""
_ROWS: Final = frozenset({"li", "tr", "dd", "dl", "p", "article"})


class Link(NamedTuple):
    """A link; `nav`: it stands in a navigation; `dated`: its entry has a date."""

    url: Url
    text: str
    nav: bool
    dated: date | None


class Nowhere(NamedTuple):
    """A link or a picture whose address is none, as it is written."""

    written: str
    text: str
    picture: bool


class Page(NamedTuple):
    """What is on a page. `texts`: (hash, length) of its pieces of text outside links."""

    title: str
    links: tuple[Link, ...]
    pictures: tuple[tuple[Url, str], ...]
    mixed: tuple[str, ...]
    texts: tuple[tuple[int, int], ...]
    words: str
    """The first 2,000 characters that are seen."""
    length: int
    """Characters that are seen."""
    asks: bool
    """Whether it has a form to write into."""
    loaders: tuple[int, ...]
    """What may fill it in the browser, as hashes: scripts that fetch, script files, frames."""
    cut: bool
    """Whether there was more than is read."""
    nowhere: tuple[Nowhere, ...] = ()
    left_out: int = 0
    """Addresses that are too long to be asked, or too many that are none."""


def read_page(text: str, url: Url, today: date, encoding: str = "utf-8") -> Page:
    """Read a page; never fails."""
    whole, text = len(text), shallow(text)
    cut = len(text) < whole
    tree = LexborHTMLParser(text)
    base = _base(tree, url)
    reader = _Reader(url, base, today, encoding)
    root = tree.root
    for count, node in enumerate(root.traverse(include_text=True) if root else ()):
        if count >= NODES:
            cut = True
            break
        reader.see(node)
    if not reader.links:
        reader.jump(text)
    title = tree.css_first("title")
    return Page(
        title=clean(title.text() if title else "", _TITLE),
        links=tuple(reader.links),
        pictures=tuple(reader.pictures),
        mixed=tuple(reader.mixed),
        texts=tuple(reader.texts),
        words="".join(reader.words)[:2_000],
        length=reader.length,
        asks=reader.fields >= _ASKS,
        loaders=tuple(reader.loaders),
        cut=cut or len(reader.links) >= LINKS or len(reader.pictures) >= PICTURES,
        nowhere=tuple(reader.nowhere),
        left_out=reader.left_out,
    )


def selected(text: str, url: Url, selector: str, today: date, encoding: str) -> tuple[Link, ...]:
    """Return the entries that a selector finds; a selector that is none finds none."""
    tree = LexborHTMLParser(shallow(text))
    base = _base(tree, url)
    reader = _Reader(url, base, today, encoding)
    try:
        nodes = tree.css(selector)
    except SelectolaxError:
        return ()
    for node in nodes[:LINKS]:
        anchor = node if node.tag == "a" else node.css_first("a")
        if anchor is not None:
            reader.anchor(anchor)
    return tuple(reader.links)


def is_selector(selector: str) -> bool:
    """Whether a CSS selector can be read."""
    try:
        LexborHTMLParser("<p>").css(selector)
    except SelectolaxError:
        return False
    return True


def clean(text: str, most: int) -> str:
    """Return text of a page in one line, printable and short."""
    line = " ".join(text[: most * 20].split())
    return "".join(character for character in line if character.isprintable())[:most]


def _base(tree: LexborHTMLParser, url: Url) -> Url:
    node = tree.css_first("base[href]")
    href = (node.attributes.get("href") or "") if node else ""
    return normalise(href, url) or url


class _Reader:
    """Collects while the tree is walked once."""

    def __init__(self, url: Url, base: Url, today: date, encoding: str) -> None:
        self._secure = url.scheme == "https"
        self._base = base
        self._today = today
        self._encoding = encoding
        self.links: list[Link] = []
        self.pictures: list[tuple[Url, str]] = []
        self.mixed: list[str] = []
        self.texts: list[tuple[int, int]] = []
        self.words: list[str] = []
        self.length = 0
        self.fields = 0
        self.nowhere: list[Nowhere] = []
        self.left_out = 0
        self.loaders: list[int] = []
        self._rows: dict[int, date | None] = {}
        """Elements that were looked through for a date; None also where they are too long."""

    def see(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._text(node)
            return
        attribute = _LOADED.get(tag)
        if self._secure and attribute:
            self._mixed(tag, node.attributes.get(attribute) or "", node)
        if tag in {"a", "area"}:
            if len(self.links) < LINKS:
                self.anchor(node)
        elif _is_picture(tag, node):
            self._picture(node)
        elif tag in {"iframe", "frame"}:
            self._frame(node)
        elif tag == "meta":
            self._meta(node)
        elif tag == "script":
            self._script(node)
        else:
            self.fields += _FIELDS.get((tag, node.attributes.get("type") or ""), 0)

    def anchor(self, node: LexborNode) -> None:
        """Take a link with the row it stands in."""
        attributes = node.attributes
        href = attributes.get("href") or ""
        if not href or href.startswith("#"):
            return
        url = normalise(href, self._base, self._encoding)
        text = clean(attributes.get("title") or node.text(), _TEXT)
        if url is None:
            self._none(href, text, picture=False)
            return
        dated = None
        if len(text) >= _ENTRY:
            dated = self._dated(node) or date_in_url(url.path, self._today)
        self.links.append(Link(url, text, _in_navigation(node), dated))

    def _dated(self, node: LexborNode) -> date | None:
        """Return the newest date in the row of a link: in it, or beside it."""
        here: LexborNode | None = node
        for _ in range(_CLIMB):
            if here is None or here.tag == "body":
                return None
            if here.mem_id not in self._rows:
                text = here.text(separator=" ")
                too_long = len(text) > _ROW
                day = None if too_long else max(dates_in(text, self._today), default=None)
                self._rows[here.mem_id] = day
                if too_long:
                    return None
            if (known := self._rows[here.mem_id]) is not None:
                return known
            if here.tag in _ROWS:
                return None
            here = here.parent
        return None

    def _picture(self, node: LexborNode) -> None:
        attributes = node.attributes
        lazy = next((value for name in _LAZY if (value := attributes.get(name))), "")
        several = attributes.get("data-srcset") or attributes.get("srcset") or ""
        text = clean(attributes.get("alt") or "", _TEXT)
        for source in (lazy or attributes.get("src") or "", *_candidates(several)):
            if not source or len(self.pictures) >= PICTURES:
                continue
            url = normalise(source, self._base, self._encoding)
            if url is None:
                self._none(source, text, picture=True)
            else:
                self.pictures.append((url, text))

    def _none(self, written: str, text: str, *, picture: bool) -> None:
        """Note what cannot be asked; what is no address at all is found without asking."""
        why = why_none(written)
        if why == "nowhere" and len(self.nowhere) < _NOWHERE:
            self.nowhere.append(Nowhere(clean(written, _SHOWN), text, picture))
        elif why:
            self.left_out += 1

    def _script(self, node: LexborNode) -> None:
        """Note what fetches; take the entries that hanweb's JPage keeps in a script as XML."""
        text, source = node.text()[:_SCRIPT], node.attributes.get("src") or ""
        if len(self.loaders) < _LOADERS and (source or _LOADS.search(text)):
            self.loaders.append(_hash(source or text))
        if "<record" in text:
            kept = "".join(_records(text))
            for anchor in LexborHTMLParser(shallow(kept)).css("a"):
                if len(self.links) < LINKS:
                    self.anchor(anchor)

    def _frame(self, node: LexborNode) -> None:
        url = normalise(node.attributes.get("src") or "", self._base, self._encoding)
        if url is not None and len(self.links) < LINKS:
            self.loaders.append(_hash(url.text))
            self.links.append(Link(url, "", nav=False, dated=None))

    def _meta(self, node: LexborNode) -> None:
        attributes = node.attributes
        if (attributes.get("http-equiv") or "").lower() != "refresh":
            return
        match = _REFRESH.match((attributes.get("content") or "")[:600])
        url = normalise(match[2], self._base, self._encoding) if match else None
        if url is not None:
            self.links.append(Link(url, "", nav=True, dated=None))

    def _mixed(self, tag: str, source: str, node: LexborNode) -> None:
        if tag == "link" and "stylesheet" not in (node.attributes.get("rel") or "").lower():
            return
        if source[:5].lower() == "http:" and len(self.mixed) < 20:
            self.mixed.append(clean(source, 200))

    def _text(self, node: LexborNode) -> None:
        parent = node.parent
        if parent is None or parent.tag in _HIDDEN or parent.tag == "title":
            return
        text = " ".join(node.text(deep=False).split())
        if not text:
            return
        self.length += len(text)
        if len(self.words) < 200:
            self.words.append(text[:500] + " ")
        linked = parent.tag == "a" or (parent.parent is not None and parent.parent.tag == "a")
        if not linked and len(self.texts) < _TEXTS:
            self.texts.append((_hash(text), len(text)))

    def jump(self, text: str) -> None:
        """Take the one place where a page without links sends the browser by a script."""
        match = _LOCATION.search(text[:100_000])
        url = normalise(match[1], self._base, self._encoding) if match else None
        if url is not None:
            self.links.append(Link(url, "", nav=True, dated=None))


def _candidates(text: str) -> Iterator[str]:
    """Yield the addresses of a `srcset` (HTML, 4.8.4.2.1), a few of them."""
    for match in islice(_CANDIDATE.finditer(text[:4_000]), _CANDIDATES):
        yield match[1].rstrip(",")


def _is_picture(tag: str, node: LexborNode) -> bool:
    """Whether it is a picture, an image button, or a source of a picture and none of a film."""
    if tag == "source":
        return node.parent is not None and node.parent.tag == "picture"
    button = tag == "input" and (node.attributes.get("type") or "").lower() == "image"
    return tag == "img" or button


def _records(text: str) -> Iterator[str]:
    """Yield the character data of XML, in one go over it."""
    begin = text.find("<![CDATA[")
    while begin >= 0 and (end := text.find("]]>", begin)) >= 0:
        yield text[begin + len("<![CDATA[") : end]
        begin = text.find("<![CDATA[", end)


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _in_navigation(node: LexborNode) -> bool:
    return any(
        above.tag in {"nav", "header"}
        or _NAVIGATION.search(
            f"{above.attributes.get('class') or ''} {above.attributes.get('id') or ''}"[:200]
        )
        for above in _above(node)
    )


def _above(node: LexborNode) -> Iterator[LexborNode]:
    here = node.parent
    for _ in range(6):
        if here is None or here.tag in {"body", "-undef"}:
            return
        yield here
        here = here.parent
