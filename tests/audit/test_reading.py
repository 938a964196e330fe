"""What is read of a page: its characters, dates, URLs, links, and how deep it may be."""

from __future__ import annotations

from datetime import date, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.audit.charset import read
from collectors.audit.dates import date_in_url, dates_in
from collectors.audit.depth import DEEPEST, shallow
from collectors.audit.page import Page, read_page, selected
from collectors.audit.urls import Hosts, Url, is_file, is_maze, normalise, pattern

TODAY = date(2026, 11, 26)
TEXT = "关于印发县级政务公开工作要点的通知，各乡镇人民政府、县直各单位请认真贯彻执行。" * 6
TRADITIONAL = "歡迎光臨縣政府網站，請選擇服務項目與時間，並閱讀相關說明。" * 12


def url(text: str) -> Url:
    found = normalise(text)
    assert found is not None
    return found


HOME = url("http://www.example.gov.cn/")


def parsed(body: str) -> Page:
    return read_page(f"<html><body>{body}</body></html>", HOME, TODAY)


# Characters.


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030"])
def test_gb_pages_are_read_by_what_they_declare(declared: str) -> None:
    raw = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">{TEXT}镕㙍'

    assert TEXT + "镕㙍" in read(raw.encode("gb18030"), "text/html").text


def test_the_header_counts_before_the_page() -> None:
    raw = f'<meta charset="big5">{TEXT}'.encode("gb18030")

    assert read(raw, "text/html; charset=GB2312").encoding == "gb18030"


def test_a_byte_order_mark_counts_before_the_header() -> None:
    assert read("\ufeff政府".encode(), "text/html; charset=gbk").text == "政府"


@pytest.mark.parametrize(
    ("text", "encoding"), [(TEXT, "utf-8"), (TEXT, "gb18030"), (TRADITIONAL, "big5")]
)
def test_a_page_without_charset_is_read_right(text: str, encoding: str) -> None:
    assert read(f"<p>{text}".encode(encoding), "text/html").text == f"<p>{text}"


def test_a_page_that_declares_the_wrong_charset_is_read_right_and_told() -> None:
    found = read(f'<meta charset="utf-8">{TEXT}'.encode("gb18030"), "text/html")

    assert TEXT in found.text
    assert (found.encoding, found.wrong) == ("gb18030", "utf-8")


@pytest.mark.parametrize(
    ("text", "encoding", "header"),
    [
        (TEXT, "gb18030", "ISO-8859-1"),
        ('<meta charset="gb2312">' + TEXT, "gb18030", "ISO-8859-1"),
        (TEXT, "utf-8", "ISO-8859-1"),
        ("<title>某县人民政府</title>", "utf-8", "gbk"),
        ("<title>某县人民政府</title>", "utf-8", "big5"),
    ],
)
def test_a_header_that_fits_any_bytes_is_not_believed(
    text: str, encoding: str, header: str
) -> None:
    """Tomcat and Apache declare Latin-1 where nobody told them anything."""
    found = read(text.encode(encoding), f"text/html; charset={header}")

    assert (found.text, found.encoding, bool(found.wrong)) == (text, encoding, True)


@pytest.mark.parametrize("text", ["Révolution française à l'été", "plain", "Straße über Öl"])
def test_a_page_that_is_in_latin_1_is_read_as_such(text: str) -> None:
    assert read(text.encode("cp1252"), "text/html; charset=iso-8859-1") == (text, "cp1252", "")


def test_few_characters_of_gb18030_are_no_utf_8() -> None:
    assert read("联通".encode("gbk"), "text/html; charset=gbk").text == "联通"


def test_a_page_with_a_few_damaged_characters_is_what_it_says() -> None:
    raw = TEXT.encode() + b"\xff" + TEXT.encode()

    assert read(raw, "text/html; charset=utf-8").wrong == ""


@pytest.mark.parametrize(
    "label", ["rot13", "zlib", "hex", "utf-7", "idna", "undefined", "unicode_escape", "no-such"]
)
def test_a_declared_codec_that_is_no_charset_is_not_used(label: str) -> None:
    assert TEXT in read(TEXT.encode(), f"text/html; charset={label}").text


@given(st.binary(max_size=500), st.text(max_size=30))
def test_reading_characters_never_fails(raw: bytes, content_type: str) -> None:
    assert isinstance(read(raw, content_type).text, str)


# Dates.


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-03", date(2026, 11, 3)),
        ("[2026/11/03]", date(2026, 11, 3)),
        ("发布时间：2026年11月3日 09:30", date(2026, 11, 3)),
        ("2026.11.3", date(2026, 11, 3)),
        ("通知 11-03", date(2026, 11, 3)),
        ("（11月3日）", date(2026, 11, 3)),
        ("12-30", date(2025, 12, 30)),
        ("[11-03]", date(2026, 11, 3)),
        ("11/03 10:20", date(2026, 11, 3)),
        ("03 2026-11 关于供水的通知", date(2026, 11, 3)),
        ("2026.11 03 关于供水的通知", date(2026, 11, 3)),
        ("2026-11-27", date(2026, 11, 27)),
        ("2026年11月3日 星期二", date(2026, 11, 3)),
        ("今日要闻 2026-11-26", date(2026, 11, 26)),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, day: date) -> None:
    assert list(dates_in(text, TODAY)) == [day]


@pytest.mark.parametrize(
    "text", ["2026-12-31", "0712-2345678", "2026-13-01", "3.14", "共 12/30 页", "2026", "1-2-3",
     "1-9月财政收支", "关于11-15岁学生体检的通知", "7/24小时服务", "8:10-11:30", "增长1-2%"],
)  # fmt: skip
def test_what_is_no_date_of_publication_is_none(text: str) -> None:
    found = list(dates_in(text, TODAY))

    assert [day for day in found if day.year == TODAY.year] == []


@pytest.mark.parametrize(
    "text",
    ["今天是2026年11月26日 星期四", "2026年11月26日 星期四", "11月26日（周四）", "今日：2026-11-26",
     "欢迎访问 现在是 2026/11/26"],
)  # fmt: skip
def test_the_calendar_in_a_pages_head_is_no_date_of_publication(text: str) -> None:
    assert not list(dates_in(text, TODAY))


@pytest.mark.parametrize(
    "path",
    ["/xwdt/202611/t20261103_12345.html", "/art/2026/11/3/art_12_345.html", "/2026-11-03/1.html"],
)
def test_the_path_of_an_article_tells_its_day(path: str) -> None:
    assert date_in_url(path, TODAY) == date(2026, 11, 3)


@given(st.dates(date(1996, 1, 1), TODAY), st.sampled_from(["-", "/", "."]))
def test_every_day_of_the_past_is_read_back(day: date, mark: str) -> None:
    text = f"文件{mark.join([str(day.year), str(day.month), str(day.day)])}发布"

    assert list(dates_in(text, TODAY)) == [day]


@given(st.text(max_size=200))
def test_no_text_names_a_day_that_is_to_come(text: str) -> None:
    assert all(day <= TODAY + timedelta(days=1) for day in dates_in(text, TODAY))


# URLs (RFC 3986, 5.4 and 6.2).


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        ("HTTP://WWW.Example.gov.cn:80/a", "http://www.example.gov.cn/a"),
        ("/a/./b/../c/", "http://www.example.gov.cn/a/c/"),
        ("../../x", "http://www.example.gov.cn/x"),
        ("?page=2", "http://www.example.gov.cn/?page=2"),
        ("a.html#top", "http://www.example.gov.cn/a.html"),
        ("//other.gov.cn/x", "http://other.gov.cn/x"),
        ("/%7Efile/%e4%b8%ad", "http://www.example.gov.cn/~file/%E4%B8%AD"),
        ("/中.html", "http://www.example.gov.cn/%E4%B8%AD.html"),
        ("\\xwdt\\1.html", "http://www.example.gov.cn/xwdt/1.html"),
        (" /a\n.html ", "http://www.example.gov.cn/a.html"),
        ("/a;jsessionid=1F2E?x=1", "http://www.example.gov.cn/a?x=1"),
        ("/a?PHPSESSID=1&x=2", "http://www.example.gov.cn/a?x=2"),
        ("http://中文.cn/", "http://xn--fiq228c.cn/"),
        ("/100%", "http://www.example.gov.cn/100%25"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
    ],
)
def test_a_place_has_one_spelling(raw: str, whole: str) -> None:
    found = normalise(raw, HOME)

    assert found is not None
    assert found.text == whole


@pytest.mark.parametrize(
    "raw",
    ["", "mailto:a@b.cn", "javascript:void(0)", "ftp://a/", "http://user:secret@a.cn/",
     "http://a b/", "http://a:99999/", "tel:0712", "/" + "x" * 1_001, "data:image/png;base64,xx"],
)  # fmt: skip
def test_what_cannot_be_fetched_is_no_place(raw: str) -> None:
    assert normalise(raw, HOME) is None


def test_a_host_that_is_nearly_one_is_refused_at_once() -> None:
    began = process_time()

    assert normalise("http://www.some-county-and-its-portal,gov.cn/", HOME) is None
    assert normalise("http://" + "a" * 250 + "!/", HOME) is None
    assert process_time() - began < 0.5


def test_a_query_is_in_the_characters_of_its_page() -> None:
    found = normalise("/s?q=中", HOME, "gb18030")

    assert found is not None
    assert found.query == "q=%D6%D0"


def test_bytes_that_are_no_utf_8_stay_the_bytes_they_are() -> None:
    header = b"/\xd6\xd0/?q=\xce\xc4".decode("utf-8", "surrogateescape")  # as aiohttp has it
    found = normalise(header, HOME)

    assert found is not None
    assert found.text == "http://www.example.gov.cn/%D6%D0/?q=%CE%C4"


@given(st.text(alphabet="abc/.%?&=#;:@é中 \\[]0123\ud800\udcd6", max_size=60))
def test_one_spelling_is_its_own_spelling(raw: str) -> None:
    once = normalise(raw, HOME)
    if once is not None:
        assert normalise(once.text) == once


def test_hosts_are_the_sites_own_by_name_port_and_below() -> None:
    hosts = Hosts(("cdn.example.cn", "*.example.gov.cn", "a.cn:8080"), (HOME,))
    inside = ["http://www.example.gov.cn/", "https://www.example.gov.cn/",
              "https://x.example.gov.cn/", "https://cdn.example.cn/",
              "http://a.cn:8080/"]  # fmt: skip
    outside = ["http://example.gov.cn.evil.cn/", "http://evilexample.gov.cn/", "http://a.cn/",
               "http://www.example.gov.cn:81/"]  # fmt: skip

    assert [url(one) in hosts for one in inside] == [True] * 5
    assert [url(one) in hosts for one in outside] == [False] * 4


def test_files_mazes_and_families_are_told_by_their_path() -> None:
    assert is_file(url("http://a.cn/x/表.XLSX"))
    assert not is_file(url("http://a.cn/x/index.shtml"))
    assert is_maze(url("http://a.cn/a/b/a/b/a/b/"))
    assert not is_maze(url("http://a.cn/2026/11/11/11.html"))
    assert pattern(url("http://a.cn/l?page=1&x=2")) == pattern(url("http://a.cn/l?x=9&page=3"))


# Pages.


def test_an_entry_has_the_date_of_its_row() -> None:
    page = parsed(
        "<ul><li><a href='/1.html'>关于一号工作的通知</a><span>2026-11-03</span></li>"
        "<li><a href='/2.html'>关于二号工作的通知</a></li></ul>"
    )

    assert [link.dated for link in page.links] == [date(2026, 11, 3), None]


def test_the_title_attribute_has_the_whole_text_of_a_link() -> None:
    page = parsed("<a href='/1.html' title='关于全文的通知'>关于全…</a>")

    assert page.links[0].text == "关于全文的通知"


def test_links_are_read_against_the_base_of_the_page() -> None:
    page = read_page("<base href='/sub/'><a href='x.html'>一篇文章</a>", HOME, TODAY)

    assert page.links[0].url.path == "/sub/x.html"


@pytest.mark.parametrize(
    "content",
    ["0;url=/web/", "0; URL='/web/'", "0;/web/", "0.5;url=/web/", ";url=/web/", "1,/web/"],
)
def test_a_page_that_only_sends_on_leads_there(content: str) -> None:
    page = read_page(f'<meta http-equiv="Refresh" content="{content}">', HOME, TODAY)

    assert [link.url.path for link in page.links] == ["/web/"]


@pytest.mark.parametrize("content", ["300", "300;", "5 ; ", "text/html; charset=utf-8"])
def test_a_page_that_only_loads_itself_anew_leads_nowhere(content: str) -> None:
    page = read_page(f'<meta http-equiv="refresh" content="{content}">', HOME, TODAY)

    assert page.links == ()


@pytest.mark.parametrize(
    "said", ["window.location.href='/web/';", 'location="/web/"', "top.location.assign('/web/')"]
)
def test_a_page_that_sends_on_by_a_script_leads_there(said: str) -> None:
    assert read_page(f"<script>{said}</script>", HOME, TODAY).links[0].url.path == "/web/"


def test_what_a_secure_page_loads_insecurely_is_found() -> None:
    body = (
        '<img src="http://a.cn/1.png"><script src="//a.cn/1.js"></script><a href="http://a/">x</a>'
    )
    page = read_page(body, url("https://www.example.gov.cn/"), TODAY)

    assert page.mixed == ("http://a.cn/1.png",)


def test_entries_that_are_kept_in_a_script_as_xml_are_read() -> None:
    """As hanweb's JPage does, which many government websites are made with."""
    page = parsed(
        '<div id="1"><script type="text/xml"><datastore><recordset><record><![CDATA[<li>'
        '<a href="/art/2026/11/3/art_1_2.html" title="关于供水的通知">关于供水…</a>'
        "<span>2026-11-03</span></li>]]></record></recordset></datastore></script></div>"
    )

    assert [(link.text, link.dated) for link in page.links] == [
        ("关于供水的通知", date(2026, 11, 3))
    ]


def test_what_is_not_seen_is_not_read() -> None:
    page = parsed("<script>'暂无信息'</script><style>.暂无{}</style><!-- 暂无 --><p>正文</p>")

    assert page.words.strip() == "正文"


def test_a_selector_finds_the_entries_of_a_column() -> None:
    text = "<div class=l><p><a href=/1>第一篇的文章</a> 2026-11-01</p></div><a href=/2>其他</a>"

    assert [link.url.path for link in selected(text, HOME, ".l a", TODAY, "utf-8")] == ["/1"]
    assert selected(text, HOME, "[[[", TODAY, "utf-8") == ()


@given(st.text(max_size=300))
def test_reading_a_page_never_fails(text: str) -> None:
    assert isinstance(read_page(text, HOME, TODAY), Page)


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<dl><dd>", "<ul><li>", "<b><div>x</b>", "<a><div></a>", "<rt>",
     "<div><a href=/x>通知公告的标题</a>", "<div><!--</div>-->", "<div title='</div>'>", "<!--",
     "<script>", "<script", "<script><record><![CDATA[", "<a '", "<div></span>", "<",
     f"<img srcset='{' ' * 4_000}'>", f"<img srcset='{', ' * 2_000}'>"],
)  # fmt: skip
def test_a_page_made_to_be_slow_is_read_in_a_second(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    began = process_time()

    read_page(text, HOME, TODAY)

    assert process_time() - began < 5


def test_a_page_is_cut_only_where_it_becomes_too_deep() -> None:
    good = "<div><p>text<br></div>" * 5_000
    deep = "<div>" * (DEEPEST + 1)

    assert shallow(good) == good
    assert shallow(good + deep) == good + deep[: -len("<div>")]
