"""What is found to be wrong: robots' rules, error pages, pictures, columns, the score."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.audit.findings import (
    Common,
    error_of,
    is_candidate,
    judge,
    keep,
    kind_of,
    picture_fault,
)
from collectors.audit.form import Column, Counts, Days, Weights
from collectors.audit.page import Link, Page, read_page
from collectors.audit.robots import decode, parse
from collectors.audit.score import deductions, score, vetoes
from collectors.audit.urls import Url, normalise
from tests.audit.site import NAVIGATION, entries

TODAY = date(2026, 11, 26)


def url(text: str) -> Url:
    found = normalise(text)
    assert found is not None
    return found


HOME = url("http://www.example.gov.cn/")


# robots.txt (RFC 9309).

EXAMPLE = """
User-agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-agent: barbot
User-agent: bazbot
Disallow: /example/page.html

User-agent: quxbot
"""


@pytest.mark.parametrize(
    ("token", "path", "may"),
    [
        ("other", "/a.gif", False),
        ("other", "/example/x", False),
        ("other", "/publications/x", True),
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True),
        ("foobot", "/", False),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("BazBot", "/a.gif", True),
        ("quxbot", "/example/page.html", True),
    ],
)
def test_the_example_of_the_rfc(token: str, path: str, *, may: bool) -> None:
    assert parse(EXAMPLE, token).may(path) is may


def test_the_longest_rule_counts_and_allow_where_two_are_alike() -> None:
    text = "User-agent: a\nDisallow: /x\nAllow: /x\nDisallow: /x/private"
    rules = parse(text, "a")

    assert [rules.may("/x"), rules.may("/x/private/1")] == [True, False]


def test_groups_of_one_name_are_one_group() -> None:
    rules = parse("User-agent: a\nDisallow: /x\nUser-agent: a\nDisallow: /y", "a")

    assert [rules.may("/x"), rules.may("/y"), rules.may("/z")] == [False, False, True]


def test_percent_encoding_is_the_same_in_capitals() -> None:
    assert not parse("User-agent: *\nDisallow: /%e4%b8%ad", "a").may("/%E4%B8%AD/1")


@pytest.mark.parametrize("rule", ["/内部/", "/%e5%86%85%e9%83%a8/", "/%7Edraft/", "/~draft/"])
def test_a_rule_holds_however_its_path_is_spelled(rule: str) -> None:
    rules = parse(f"User-agent: *\nDisallow: {rule}", "x")

    assert not all(rules.may(url(f"http://a.cn{path}").path) for path in ("/内部/1", "/%7edraft/1"))


@pytest.mark.parametrize(
    "raw", [b"\xef\xbb\xbf" + EXAMPLE.strip().encode(), "# 禁止\n".encode("gbk")]
)
def test_marks_and_characters_before_the_rules_hide_none(raw: bytes) -> None:
    rules = parse(decode(raw + "\nUser-agent: *\nDisallow: /内部/".encode("gbk")), "x")

    assert not rules.may(url("http://a.cn/内部/").path)


def test_a_file_of_blanks_is_read_in_time() -> None:
    began = process_time()

    parse(("Disallow: /x" + " " * 1_900 + "x\n") * 250, "x")

    assert process_time() - began < 1


def test_a_remark_ends_a_rule() -> None:
    rules = parse("User-agent : * # all\n Disallow :  /x  # but not this\n# Disallow: /y", "x")

    assert (rules.may("/x"), rules.may("/y")) == (False, True)


def test_the_first_line_may_stand_behind_a_byte_order_mark() -> None:
    assert not parse(decode("\ufeffUser-agent: *\nDisallow: /x".encode()), "x").may("/x")


def test_a_line_that_was_cut_is_no_rule() -> None:
    assert parse(decode(b"User-agent: *\nDisallow: /", cut=True), "x").may("/a")


def test_a_delay_is_kept_up_to_a_minute() -> None:
    assert parse("User-agent: *\nCrawl-delay: 2.5", "a").delay == 2.5
    assert parse("User-agent: *\nCrawl-delay: 86400", "a").delay == 60.0
    assert parse("User-agent: *\nCrawl-delay: soon", "a").delay == 0.0


def test_a_rule_of_many_stars_is_matched_in_time() -> None:
    rules = parse("User-agent: *\nDisallow: /" + "*a" * 900 + "$", "x")

    assert rules.may("/" + "a" * 899 + "b")


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_robots_file_is_an_answer(text: str, path: str) -> None:
    assert parse(text, "a").may("/" + path) in {True, False}


# Error pages and pictures.


def page(body: str, title: str = "某县人民政府") -> Page:
    return read_page(f"<title>{title}</title>{body}", HOME, TODAY)


@pytest.mark.parametrize(
    ("body", "title", "code"),
    [
        ("<p>您访问的页面不存在！</p>", "提示", "soft_404"),
        ("", "404 Not Found", "soft_404"),
        ("<p>对不起，找不到该页面</p>", "", "soft_404"),
        ("<p>ORA-01017: invalid username</p>", "", "error_text"),
        ("<p>java.lang.NullPointerException</p>", "", "error_text"),
        ("<p>正常内容</p>", "关于2404号文件的通知", ""),
        ("<p>正常内容</p>", "某县人民政府-404", "soft_404"),
        ("<p>正常内容</p>", "错误404", "soft_404"),
        ("<p>正常内容</p>", "404_某县人民政府", "soft_404"),
        ("<h1>404</h1><p>哎呀，走丢了</p>", "某县人民政府", "soft_404"),
        ("<p>请绕行。</p>", "关于X404县道改造施工的公告", ""),
        ("<p>请绕行。</p>", "404路公交线路调整公告", ""),
        ("<p>请绕行。</p>", "鄂政发〔2026〕404 号", ""),
        ("<p>共有404人符合条件，电话0712-404</p>", "公示", ""),
        ("<p>共有 404 人符合条件</p>", "公示", ""),
        ("<p>404路公交因施工改道</p>", "公告", ""),
        ("<p>" + "文章谈到页面不存在的问题。" * 100, "一篇文章", ""),
        ("<p>正常内容</p>", "", ""),
    ],
)
def test_an_error_message_is_told_from_a_page(body: str, title: str, code: str) -> None:
    assert error_of(page(body, title)) == code


@pytest.mark.parametrize(
    ("head", "content_type", "fault"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png", ""),
        (b"\xff\xd8\xff\xe0....", "text/html", ""),
        (b"GIF89a", "image/gif", ""),
        (b"RIFF....WEBPVP8 ", "image/webp", ""),
        (b"  <svg xmlns='x'>", "image/svg+xml", ""),
        (b"<?xml version='1.0'?><svg>", "image/svg+xml", ""),
        (b"", "image/png", "picture_empty"),
        (b"<html>error</html>", "image/png", "picture_type"),
        (b"{}", "application/json", "picture_type"),
    ],
)
def test_a_picture_is_one_by_its_first_bytes(head: bytes, content_type: str, fault: str) -> None:
    assert picture_fault(head, content_type) == fault


# Columns.


def link(text: str, path: str, *, nav: bool = False, dated: date | None = None) -> Link:
    return Link(url(f"http://www.example.gov.cn{path}"), text, nav, dated)


@pytest.mark.parametrize(
    ("one", "leads"),
    [
        (link("通知公告", "/tzgg/"), True),
        (link("通知公告", "/col/col123/index.html"), True),
        (link("领导信箱", "/mail.aspx", nav=True), True),
        (link("更多>>", "/list.jsp?id=3"), True),
        (link("首页", "/", nav=True), False),
        (link("联系我们", "/lxwm/", nav=True), False),
        (link("关于一件很重要的工作的通知", "/tzgg/"), False),
        (link("通知公告", "/1.html", dated=TODAY), False),
        (link("公告", "/gg/1234.html"), False),
    ],
)
def test_a_link_leads_to_a_column_by_its_words_and_path(one: Link, *, leads: bool) -> None:
    assert is_candidate(one, from_column=False) is leads


@pytest.mark.parametrize(
    ("title", "kind"),
    [("工作动态", "news"), ("公示公告", "notice"), ("政策解读", "notice"), ("人事任免", "plan"),
     ("财政预决算", "plan"), ("便民服务", "other")],
)  # fmt: skip
def test_the_title_says_what_kind_of_column_it_is(title: str, kind: str) -> None:
    assert kind_of(title) == kind


def verdict(body: str, title: str = "通知公告") -> str:
    """What becomes of a column's page on a site with the usual navigation."""
    common = Common()
    for number in range(6):
        text = f"第{number}篇文章的正文" * 20
        common.learn(page(f"{NAVIGATION}<p>{text}</p><p>{entries('/side/', 1, 2, 3)}</p>"))
    side = entries("/side/", 1, 2, 3)
    read = page(f"{NAVIGATION}{body}{side}", f"{title}-某县")
    found = judge(keep(read, url("http://a.cn/x/"), title, "某县"), common.shared(), TODAY, Days())
    return "" if found is None else found.verdict


def test_a_column_is_judged_by_its_own_entries_not_by_the_sidebars() -> None:
    assert verdict(entries("/x/", 400, 500, 600)) == "stale"
    assert verdict(entries("/x/", 10, 500, 600)) == "fresh"
    assert verdict("<p>您现在的位置：通知公告</p>") == "empty"


@pytest.mark.parametrize("words", ["暂无信息", "共 0 条", "栏目建设中，敬请期待"])
def test_a_column_that_says_it_has_nothing_is_empty(words: str) -> None:
    assert verdict(f"<p>{words}</p><a href='/x/?page=1'>尾页</a>") == "empty"


def test_a_column_that_a_script_fills_is_not_judged() -> None:
    assert verdict("<div id=list></div><script>$.ajax({url:'/data'})</script>") == "scripted"


def test_a_script_that_all_pages_have_fills_no_column() -> None:
    common = Common()
    everywhere = "<script>$.ajax({url:'/visits'})</script><script src='/js/site.js'></script>"
    for number in range(6):
        common.learn(page(f"{NAVIGATION}{everywhere}<p>{f'第{number}篇文章的正文' * 20}</p>"))
    read = page(f"{NAVIGATION}{everywhere}", "通知公告")
    bare = keep(read, url("http://a.cn/x/"), "通知公告", "某县")
    found = judge(bare, common.shared(), TODAY, Days())

    assert found is not None
    assert found.verdict == "empty"


@pytest.mark.parametrize(
    ("title", "named"),
    [("通知公告-某县人民政府", "通知公告"), ("某县人民政府 - 通知公告", "通知公告"),
     ("某县人民政府", "某县人民政府"), ("", "")],
)  # fmt: skip
def test_a_column_behind_more_is_called_as_its_page_is(title: str, named: str) -> None:
    assert keep(page("", title), HOME, "更多>>", "某县人民政府门户网站").title == named


def test_a_list_without_dates_is_told_as_such() -> None:
    rows = "".join(
        f"<li><a href='/x/{n}.html'>没有日期的第{n}篇文章</a></li>" for n in "一二三四五六"
    )

    assert verdict(f"<ul>{rows}</ul>") == "undated"


@pytest.mark.parametrize(
    "body",
    ["<p>" + "县政府办公室主要职责如下。" * 20 + "</p>",
     "<form><textarea></textarea></form>",
     "<img src='/chart.png'>",
     "<a href='/x/a.html'>教育局</a><a href='/x/b.html'>财政局</a>"],
)  # fmt: skip
def test_a_page_that_is_something_else_is_no_empty_column(body: str) -> None:
    assert verdict(body) == ""


# The score.


def column(kind: str, state: str) -> Column:
    return Column("http://a/", "t", kind, state, 0, "", -1, 14)


def test_each_kind_of_finding_costs_what_its_line_says() -> None:
    counts = Counts(dead_links=12, broken_pictures=3, empty_columns=2, page_errors=1)
    columns = [column("news", "stale"), column("plan", "stale"), column("other", "empty")]
    lines = deductions(counts, columns, home_dead=5, home_stale=True, weights=Weights())

    assert [(line.code, line.count, line.points) for line in lines] == [
        ("dead_home", 5, 0.5),
        ("dead_other", 10, 0.1),
        ("home_stale", 1, 20.0),
        ("column_empty", 2, 10.0),
        ("column_stale", 1, 5.0),
        ("column_old", 1, 2.0),
        ("page_error", 1, 0.5),
    ]
    assert score(lines) == 61.9


@given(
    dead=st.integers(0, 10**6), home=st.integers(0, 10**6), empty=st.integers(0, 10**4),
    stale=st.booleans(), old=st.integers(0, 300),
)  # fmt: skip
def test_a_score_is_between_0_and_100_and_is_what_its_lines_leave(
    *, dead: int, home: int, empty: int, stale: bool, old: int
) -> None:
    counts = Counts(dead_links=dead + home, empty_columns=empty, page_errors=empty, mixed=dead)
    columns = [column("news" if number % 2 else "other", "stale") for number in range(old)]
    lines = deductions(counts, columns, home_dead=home, home_stale=stale, weights=Weights())

    assert 0 <= score(lines) <= 100
    assert score(lines) == pytest.approx(max(0, 100 - sum(line.points for line in lines)))


@pytest.mark.parametrize(
    ("main", "others", "empty", "home", "found"),
    [
        (4, 0, 4, False, ()),
        (5, 0, 0, False, ("main_columns_stale",)),
        (0, 10, 0, False, ("columns_stale",)),
        (4, 6, 5, True, ("home_stale", "columns_stale", "columns_empty")),
    ],
)
def test_what_alone_fails_a_site(
    *, main: int, others: int, empty: int, home: bool, found: tuple[str, ...]
) -> None:
    columns = [column("notice", "stale")] * main + [column("other", "stale")] * others

    assert vetoes(Counts(empty_columns=empty), columns, home_stale=home, days=Days()) == found
