"""What ordinary sites have, and no fault of theirs may hide, nor anything else pass for one."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from aiohttp import web

from collectors.audit.book import EDGES_PER_PAGE, Book
from collectors.audit.crawl import audit
from collectors.audit.form import Report
from collectors.audit.page import Nowhere, Page, read_page
from tests.audit.site import (
    NAVIGATION,
    STARTED,
    Handler,
    Site,
    article,
    entries,
    page,
    raw,
    serving,
)
from tests.audit.test_hostile_sites import audited
from tests.audit.test_judging import HOME, TODAY
from tests.checks.authority import Authority
from tests.checks.serving import talking
from tests.checks.test_tlcp import gm_server


def parsed(body: str) -> Page:
    return read_page(f"<html><body>{body}</body></html>", HOME, TODAY)


# Links that are none.


@pytest.mark.parametrize(
    "href",
    [
        "http://www.example,gov.cn/",
        "http://",
        "https://www.example.gov.cn（新）/",
        "http://www.example.gov.cn:99999/",
        "file:///C:/Users/Administrator/Desktop/1.doc",
        "C:\\1.doc",
    ],
)
def test_a_link_that_no_browser_can_follow_is_dead(href: str) -> None:
    site = Site(
        paths={"/": page(f'<a href="{href}">部门网站</a><a href="/a">要闻</a>'), "*": article}
    )

    report = audited(site)

    assert [(one.url, one.text, one.why, one.home) for one in report.dead_links] == [
        (href, "部门网站", "bad_url", True)
    ]
    assert report.summary.score == 99.9


@pytest.mark.parametrize(
    "href",
    [
        "javascript:void(0)",
        "mailto:a@b.cn",
        "tel:0712-1234567",
        "data:text/plain,x",
        "http://user:word@example.cn/",
        "#top",
        " ",
        "weixin://dl/chat",
    ],
)
def test_what_is_no_link_to_a_page_is_neither_dead_nor_left_out(href: str) -> None:
    found = parsed(f'<a href="{href}">联系我们吧</a>')

    assert (found.links, found.nowhere, found.left_out) == ((), (), 0)


def test_a_picture_on_the_disk_of_its_author_shows_for_nobody() -> None:
    picture = '<img src="file:///C:/Users/a/1.png" alt="风景">'
    site = Site(paths={"/": page(f'{picture}<a href="/a">要闻</a>'), "*": article})

    assert [(one.text, one.why) for one in audited(site).pictures] == [("风景", "bad_url")]


@pytest.mark.parametrize(
    ("element", "paths"),
    [
        ('<img src="/grey.gif" data-lazyload="/1.png">', ["/1.png"]),
        ('<img data-original="/1.png">', ["/1.png"]),
        ('<img lay-src="/1.png" src="data:image/gif;base64,R0lG">', ["/1.png"]),
        ('<img original="/1.png">', ["/1.png"]),
        ('<img src="/1.png" srcset="/2.png 1.5x, /3.png 2x">', ["/1.png", "/2.png", "/3.png"]),
        ('<img srcset="/2.png">', ["/2.png"]),
        ('<img srcset="data:image/png;base64,AA 1x, /2.png 2x">', ["/2.png"]),
        ('<picture><source srcset="/2.png"><img src="/1.png"></picture>', ["/2.png", "/1.png"]),
        ('<video><source src="/film.mp4"></video>', []),
        ('<input type="image" src="/go.png">', ["/go.png"]),
        ('<img src="">', []),
    ],
)
def test_a_picture_is_looked_for_where_browsers_do(element: str, paths: list[str]) -> None:
    assert [url.path for url, _ in parsed(element).pictures] == paths


def test_a_url_that_is_too_long_is_counted() -> None:
    long = f'<a href="/{"y" * 1_100}">长地址的文章</a><a href="/{"中" * 200}">中文的文章</a>'
    site = Site(paths={"/": page(long + '<a href="/a">要闻</a>'), "*": article})

    assert audited(site).lost["urls"] == 2


def test_each_link_of_a_large_home_page_is_one_of_the_home_page() -> None:
    book = Book(Site().task(), TODAY)

    book.page("http://a.cn/", "", range(EDGES_PER_PAGE + 50), home=True)

    assert (len(book.pages[0].edges), book.lost["edges"]) == (EDGES_PER_PAGE + 50, 0)


def test_a_link_that_is_none_and_found_no_room_is_counted() -> None:
    book = Book(Site().task(max_pages=1), TODAY)

    for number in range(5_010):
        book.nowhere(Nowhere(f"http://{number},cn/", "", picture=False))

    assert (len(book.places), book.lost["places"]) == (5_005, 5)


def test_links_of_another_page_that_found_no_room_are_counted() -> None:
    book = Book(Site().task(), TODAY)

    book.page("http://a.cn/", "", range(EDGES_PER_PAGE + 50), home=False)

    assert (len(book.pages[0].edges), book.lost["edges"]) == (EDGES_PER_PAGE, 50)


# Home pages.


def test_a_home_page_of_frames_is_what_the_frames_show() -> None:
    frames = '<frameset><frame src="/top.html"><frame src="/main.html"></frameset>'
    site = Site(
        paths={
            "/": raw(
                f"<html><head><title>某县</title></head>{frames}</html>".encode(), "text/html"
            ),
            "/top.html": page(NAVIGATION),
            "/main.html": page(entries("/xwdt/", 40, 50, 60)),
            "/xwdt/": page(NAVIGATION + entries("/xwdt/", 40, 50, 60), "新闻动态-某县"),
            "*": article,
        }
    )

    report = audited(site)

    assert report.summary.veto == ("home_stale",)
    assert [(one.title, one.verdict) for one in report.columns if one.kind == "news"] == [
        ("新闻动态", "stale")
    ]


# Answers that say less than they seem to.


def without_bytes(request: web.Request) -> web.StreamResponse:
    """An empty file, as nginx sends it."""
    return raw(b"<html>416", status=416 if "Range" in request.headers else 200)(request)


def test_an_empty_file_is_there_and_an_empty_picture_is_named() -> None:
    site = Site(
        paths={
            "/": page('<a href="/a.txt">附件下载</a><img src="/a.png">'),
            "/a.txt": without_bytes,
            "/a.png": without_bytes,
        }
    )

    report = audited(site)

    assert report.dead_links == ()
    assert [one.why for one in report.pictures] == ["picture_empty"]


def elsewhere(handler: Handler, context: ssl.SSLContext | None = None) -> Report:
    """What becomes of a link to another site whose every page is this."""

    async def do() -> Report:
        async with serving(Site(paths={"*": handler}), context) as other:
            scheme = "http" if context is None else "https"
            link = f'<a href="{scheme}://127.0.0.1:{other.port}/x">省局网站</a>'
            async with serving(Site(paths={"/": page(link)})) as site:
                return await audit(site.task(), STARTED)

    return asyncio.run(do())


@pytest.mark.parametrize("coding", ["none", "utf-8"])
def test_what_is_no_coding_is_not_heeded(coding: str) -> None:
    report = elsewhere(raw(b"<html>hello", encoding=coding))

    assert (report.dead_links, report.summary.counts.unchecked) == ((), 0)


def test_a_coding_that_nobody_asked_for_says_neither_yes_nor_no() -> None:
    report = elsewhere(raw(b"\x0b\x02\x80hello\x03", encoding="br"))

    assert (report.dead_links, report.summary.counts.unchecked) == ((), 1)


def test_another_site_that_we_do_not_trust_may_be_alive(tmp_path: Path) -> None:
    """Browsers fetch a certificate that is missing in the chain; OpenSSL does not."""
    report = elsewhere(article, Authority(tmp_path).context("127.0.0.1"))

    assert (report.dead_links, report.summary.counts.unchecked) == ((), 1)


def test_no_handshake_is_not_the_same_as_no_trust() -> None:
    async def do() -> Report:
        async with serving(Site(paths={"*": article})) as site:
            return await audit(site.task(seeds=(f"https://127.0.0.1:{site.port}/",)), STARTED)

    summary = asyncio.run(do()).summary

    assert (summary.failure, summary.outcome) == ("tls_failed", "REFUSED")


def test_a_site_that_speaks_tlcp_only_is_named() -> None:
    """国密: OpenSSL cannot read it, and nothing is known of it."""

    async def do() -> Report:
        async with talking(gm_server()) as port:
            seeds = (f"https://127.0.0.1:{port}/",)
            return await audit(Site(port=port).task(seeds=seeds), STARTED)

    summary = asyncio.run(do()).summary

    assert (summary.failure, summary.outcome) == ("gm_only", "SKIPPED")
