"""What ordinary sites have, and no fault of theirs may hide, nor anything else pass for one."""

from __future__ import annotations

import pytest

from collectors.audit.page import Page, read_page
from tests.audit.site import Site, article, page, raw
from tests.audit.test_hostile_sites import audited
from tests.audit.test_judging import HOME, TODAY


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


def test_a_url_that_is_too_long_is_counted() -> None:
    long = f'<a href="/{"y" * 1_100}">长地址的文章</a><a href="/{"中" * 200}">中文的文章</a>'
    site = Site(paths={"/": page(long + '<a href="/a">要闻</a>'), "*": article})

    assert audited(site).lost["urls"] == 2


def test_each_link_of_a_large_home_page_is_one_of_the_home_page() -> None:
    links = "".join(f'<a href="/a/{n}.pdf">第{n}份文件</a>' for n in range(650))
    site = Site(paths={"/": page(links), "/a/649.pdf": raw(b"", status=404), "*": raw(b"%PDF")})

    report = audited(site)

    assert [(one.home, one.pages) for one in report.dead_links] == [(True, 1)]
    assert [line.code for line in report.deductions] == ["dead_home"]


def test_links_of_another_page_that_found_no_room_are_counted() -> None:
    links = "".join(f'<a href="/a/{n}.pdf">第{n}份文件</a>' for n in range(650))
    site = Site(
        paths={"/": page('<a href="/list">文件</a>'), "/list": page(links), "*": raw(b"%PDF")}
    )

    assert audited(site).lost["edges"] == 50
