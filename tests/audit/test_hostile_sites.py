"""What a site may do to whoever reads it: each has a name, an end, and a size."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest
from aiohttp import web

from collectors.audit.crawl import audit
from collectors.audit.form import ColumnRule, Report
from tests.audit.site import (
    NAVIGATION,
    STARTED,
    Site,
    article,
    bomb,
    compressed,
    entries,
    html,
    page,
    raw,
    serving,
    to,
)
from tests.checks.authority import Authority

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def audited(site: Site, **rest: object) -> Report:
    """Audit a site while it is served."""

    async def do() -> Report:
        async with serving(site):
            return await audit(site.task(**rest), STARTED)

    return asyncio.run(do())


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[int]:
    """Serve bytes that no web server would send; the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def site_of(talk: Talk, timeout: float = 10.0) -> Report:
    """What becomes of a site whose every answer is like this."""

    async def do() -> Report:
        async with talking(talk) as port:
            return await audit(Site(port=port).task(timeout=timeout), STARTED)

    return asyncio.run(do())


async def _never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)
    writer.write(b"")


async def _drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _endless_headers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Name: value\r\n" * 1_000)
        await writer.drain()


async def _long_header(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def _no_http(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 smtp ready\r\n")
    await writer.drain()


async def _hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"")


@pytest.mark.parametrize(
    ("talk", "failures"),
    [
        (_never, {"timeout"}),
        (_drip, {"timeout"}),
        (_endless_headers, {"garbled", "timeout"}),
        (_long_header, {"garbled"}),
        (_no_http, {"garbled"}),
        (_hangs_up, {"disconnected"}),
    ],
)
def test_a_server_that_misbehaves_is_named_in_time(talk: Talk, failures: set[str]) -> None:
    began = monotonic()
    report = site_of(talk, timeout=0.3 if "timeout" in failures else 10.0)

    assert report.summary.failure in failures
    assert monotonic() - began < 20


def test_a_redirect_in_gbk_is_followed_and_the_audit_goes_on() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /\xd6\xd0\r\nContent-Length: 0\r\n\r\n")

    assert site_of(talk).summary.failure == "redirect_loop"


def test_a_page_without_end_is_cut() -> None:
    long = _endless(b"<p>words</p>" * 1_000)
    site = Site(paths={"/": page('<a href="/long.html">长篇报告</a>'), "/long.html": long})

    report = audited(site, page_bytes=300_000)

    assert report.lost["large_pages"] == 1
    assert report.summary.counts.pages == 2


def _endless(chunk: bytes) -> Callable[[web.Request], web.StreamResponse]:
    def answer(_: web.Request) -> web.StreamResponse:
        async def body() -> AsyncIterator[bytes]:
            while True:
                yield chunk

        return web.Response(body=body(), content_type="text/html")

    return answer


def test_a_bomb_is_unpacked_only_as_far_as_a_page_may_be() -> None:
    packed = bomb(300)
    site = Site(
        paths={
            "/": page('<a href="/bomb">下载专区</a>'),
            "/bomb": raw(packed, encoding="gzip"),
        }
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    report = audited(site)

    assert report.lost["large_pages"] == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_compressed_pages_are_read() -> None:
    body = compressed(html(NAVIGATION + entries("/a/", 1, 2, 3)).encode())
    site = Site(paths={"/": raw(body, encoding="gzip"), "*": article})

    assert audited(site).summary.newest == "2026-11-25"


def test_a_calendar_does_not_eat_the_audit() -> None:
    def calendar(request: web.Request) -> web.StreamResponse:
        month = int(request.query.get("month", "0"))
        return page(
            f"<p>{month}月的日历，{'无安排。' * 60}</p>"
            f'<a href="/calendar?month={month + 1}">下月</a>'
            f'<a href="/calendar?month={month - 1}">上月</a>'
        )(request)

    site = Site(
        paths={"/": page('<a href="/calendar?month=1">日历</a>' + entries("/a/", 1, 2)),
               "/calendar": calendar, "*": article}
    )  # fmt: skip

    report = audited(site, max_pages=500, max_depth=1_000)

    assert 30 <= sum("/calendar" in path for path in site.asked) <= 52
    assert report.lost["family"] > 0
    assert not report.summary.partial


def test_a_path_that_repeats_itself_is_left() -> None:
    def deeper(request: web.Request) -> web.StreamResponse:
        return page(f'<p>{request.path}{"内容" * 100}</p><a href="a/b/">下一级目录</a>')(request)

    site = Site(paths={"/": page('<a href="a/b/">目录</a>'), "*": deeper})

    report = audited(site)

    assert report.lost["maze"] >= 1
    assert len(site.asked) < 10


def test_a_session_in_the_url_is_no_new_page() -> None:
    def session(request: web.Request) -> web.StreamResponse:
        number = sum(site.asked.values())
        return page(f'<p>{"内容" * 100}</p><a href="/list;jsessionid={number:032x}">列表页面</a>')(
            request
        )

    site = Site(paths={"/": session, "/list": session})

    assert audited(site).summary.counts.pages == 2
    assert site.asked["/list"] == 1


def test_no_more_pages_are_read_than_are_allowed() -> None:
    links = "".join(f'<a href="/a{n}/p.html">第{n}个栏目的页面</a>' for n in range(300))
    site = Site(paths={"/": page(links), "*": article})

    report = audited(site, max_pages=40)

    assert report.summary.counts.pages == 40
    assert report.lost["pages"] == 261
    assert not report.summary.partial


def test_the_site_sets_the_pace_by_robots() -> None:
    site = Site(
        paths={"/": page('<a href="/a.html">文章甲</a>'), "*": article,
               "/robots.txt": raw(b"User-agent: extranet-audit\nCrawl-delay: 0.3\n", "text/plain")}
    )  # fmt: skip

    audited(site)
    gaps = [after - before for before, after in zip(site.times, site.times[1:], strict=False)]

    assert min(gaps[1:]) > 0.25


def test_it_is_no_faster_than_its_pace_and_never_more_than_two_at_once() -> None:
    links = "".join(f'<a href="/a/{n}.html">第{n}篇文章</a>' for n in range(10))
    site = Site(paths={"/": page(links), "*": article})

    audited(site, pace=25.0)

    assert site.times[-1] - site.times[0] > (len(site.times) - 1) / 25 * 0.9
    assert site.most_at_once <= 2


def test_a_redirect_waits_for_its_turn_and_leads_to_nothing_that_robots_forbid() -> None:
    links = "".join(f'<a href="/old/{n}.html">文章{n}</a>' for n in range(4))
    site = Site(
        paths={
            "/": page(links + '<a href="/way">通道</a>'),
            "/way": to("/private/x.html"),
            "/robots.txt": raw(b"User-agent: *\nDisallow: /private/", "text/plain"),
            **{f"/old/{n}.html": to(f"/new/{n}.html") for n in range(4)},
            "*": article,
        }
    )

    report = audited(site, pace=25.0)

    assert site.asked["/private/x.html"] == 0
    assert (report.lost["robots"], report.dead_links) == (1, ())
    assert site.times[-1] - site.times[0] > (len(site.times) - 1) / 25 * 0.9


def test_a_robots_file_that_fails_for_a_moment_is_asked_once_more() -> None:
    def moody(request: web.Request) -> web.StreamResponse:
        return raw(b"", status=503 if site.asked["/robots.txt"] == 1 else 404)(request)

    site = Site(paths={"/robots.txt": moody, "/": page(entries("/a/", 1)), "*": article})

    assert audited(site).summary.failure == ""


def test_a_declared_column_is_judged_by_what_is_its_own_and_told_where_it_is_not_read() -> None:
    sidebar = entries("/news/", 1, 2, 3)
    plain = "".join(f'<a href="/doc/{n}.html">关于第{n}项工作安排</a>' for n in range(3))
    site = Site(
        paths={
            "/": page(sidebar + "".join(f'<a href="/more{n}.html">栏目{n}</a>' for n in range(20))),
            **{f"/more{n}.html": page(sidebar + f"<p>第{n}页的内容。</p>") for n in range(20)},
            "/old/": page(sidebar + entries("/old/", 400, 500)),
            "/plain/": page(sidebar + plain),
            "/moved/": to("/"),
            "*": article,
        }
    )
    wanted = ("/old/", "/plain/", "/moved/", "http://elsewhere.example/")

    columns = audited(site, columns=tuple(ColumnRule(one, one) for one in wanted)).columns

    assert {one.title: one.verdict for one in columns if one.title in wanted} == {
        "/old/": "stale", "/plain/": "undated", "/moved/": "unread",
        "http://elsewhere.example/": "unread",
    }  # fmt: skip


def test_a_robots_file_that_is_sent_as_a_download_is_kept() -> None:
    rules = raw(b"User-agent: *\nDisallow: /private/", "application/octet-stream")
    site = Site(paths={"/robots.txt": rules, "/": page('<a href="/private/x.html">内部资料</a>')})

    assert audited(site).lost["robots"] == 1
    assert site.asked["/private/x.html"] == 0


def test_a_robots_file_that_fails_forbids_everything() -> None:
    site = Site(paths={"/robots.txt": raw(b"", status=500), "*": article})

    report = audited(site)

    assert report.summary.failure == "robots_unreachable"
    assert set(site.asked) == {"/robots.txt"}


def test_a_site_that_wants_nobody_is_left_alone() -> None:
    site = Site(
        paths={"/robots.txt": raw(b"User-agent: *\nDisallow: /", "text/plain"), "*": article}
    )

    report = audited(site)

    assert report.summary.failure == "robots_disallowed"
    assert set(site.asked) == {"/robots.txt"}


@pytest.mark.parametrize(
    ("home", "failure"),
    [
        ("<div id=app></div><script src=/app.js></script>", "no_links"),
        ("<h1>数据库连接失败</h1>", "error_text"),
        ('<meta http-equiv="refresh" content="0;url=/main/">', "http_status"),
        ('<script>location.href="/main/"</script>', "http_status"),
    ],
)
def test_a_home_page_that_shows_nothing_of_the_site_has_no_score(home: str, failure: str) -> None:
    site = Site(
        paths={"/": page(home), "/list/": page(entries("/a/", 1, 2, 3)), "/a/0.html": article}
    )

    report = audited(site, columns=(ColumnRule("/list/"),))

    assert (report.summary.failure, report.summary.score) == (failure, None)


def test_a_site_that_is_too_busy_is_asked_more_slowly_and_once_more() -> None:
    def busy(request: web.Request) -> web.StreamResponse:
        status = 429 if site.asked["/a.html"] == 1 else 200
        return web.Response(status=status, text="x" * 50, content_type="text/html")

    site = Site(paths={"/": page('<a href="/a.html">文章甲</a>'), "/a.html": busy})

    report = audited(site)

    assert site.asked["/a.html"] == 2
    assert report.dead_links == ()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_this_machine_is_never_asked_unless_it_is_allowed(host: str) -> None:
    site = Site(paths={"*": article})

    async def do() -> Report:
        async with serving(site):
            task = site.task(seeds=(f"http://{host}:{site.port}/",), allow=())
            return await audit(task, STARTED)

    report = asyncio.run(do())

    assert report.summary.failure in {"address_not_allowed", "garbled"}
    assert not site.asked


def test_a_name_that_leads_elsewhere_than_is_allowed_is_not_asked() -> None:
    """DNS rebinding: the name is the site's own, its address is not."""
    site = Site()

    async def do() -> Report:
        async with serving(site):
            site.paths = {"/": page(f'<a href="http://localhost:{site.port}/x">内部系统</a>')}
            hosts = (f"localhost:{site.port}",)
            task = site.task(hosts=hosts, allow=("127.0.0.1/32",))
            return await audit(task, STARTED)

    # Allowed as an address: the control.
    assert asyncio.run(do()).dead_links[0].why == "http_status"

    async def again() -> Report:
        async with serving(site):
            site.paths = {"/": page(f'<a href="http://localhost:{site.port}/x">内部系统</a>')}
            task = site.task(
                seeds=(f"http://127.0.0.1:{site.port}/",),
                hosts=(f"localhost:{site.port}",),
                allow=("127.0.0.2/32",),
            )
            return await audit(task, STARTED)

    assert asyncio.run(again()).summary.failure == "address_not_allowed"


def test_links_to_what_must_not_be_asked_are_neither_dead_nor_asked() -> None:
    inner = Site(paths={"*": article})

    async def do() -> Report:
        async with serving(inner):
            site = Site()
            links = f'<a href="http://127.0.0.1:{inner.port}/x">内部系统</a>'
            links += '<a href="http://169.254.169.254/latest/">元数据</a>'
            site.paths = {"/": page(links)}
            async with serving(site):
                task = site.task(allow=("127.0.0.1/32",), hosts=())
                return await audit(task, STARTED)

    report = asyncio.run(do())

    assert report.summary.counts.unchecked == 1
    assert report.dead_links == ()


def test_other_sites_that_none_can_be_reached_say_nothing() -> None:
    """A monitor without a way out must not call the whole world dead."""
    links = "".join(f'<a href="http://127.0.0.{n}:1/">第{n}个外部网站</a>' for n in range(10, 16))
    site = Site(paths={"/": page(links)})

    report = audited(site)

    assert report.dead_links == ()
    assert report.lost["others_unreachable"] == 6


def test_only_get_is_asked_and_no_form_is_sent() -> None:
    methods = []

    def note(request: web.Request) -> web.StreamResponse:
        methods.append(request.method)
        form = '<form action="/send" method="post"><input name="a"><textarea></textarea></form>'
        return page(form + '<img src="/p.png"><a href="/f.pdf">附件</a>')(request)

    site = Site(paths={"*": note})
    audited(site)

    assert set(methods) == {"GET"}
    assert site.asked["/send"] == 0


def secured(authority: Authority, name: str, ca: str) -> Report:
    """What becomes of a site by HTTPS whose certificate has this name."""
    site = Site(paths={"/": page('<a href="/a.html">文章甲</a>'), "*": article})

    async def do() -> Report:
        async with serving(site, authority.context(name)):
            seeds = (f"https://127.0.0.1:{site.port}/",)
            return await audit(site.task(seeds=seeds, ca=ca), STARTED)

    return asyncio.run(do())


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    trusted = secured(authority, "127.0.0.1", str(authority.file))
    unknown = secured(authority, "127.0.0.1", "")
    wrong = secured(authority, "other.example", str(authority.file))

    assert trusted.summary.failure == ""
    assert (unknown.summary.failure, unknown.summary.outcome) == ("tls_untrusted", "REFUSED")
    assert wrong.summary.failure == "tls_untrusted"


def test_a_file_of_authorities_that_is_none_asks_nobody(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    site = Site(port=1)

    missing = asyncio.run(audit(site.task(ca=str(tmp_path / "gone.pem")), STARTED)).summary
    empty = asyncio.run(audit(site.task(ca=str(tmp_path / "ca.pem")), STARTED)).summary

    assert (missing.failure, missing.outcome) == ("ca_unread", "SKIPPED")
    assert (empty.failure, empty.outcome) == ("ca_unread", "SKIPPED")


def test_a_redirect_with_a_cookie_is_followed_back_to_the_page() -> None:
    """Gates of portals send there and back once to set a cookie."""

    def gate(request: web.Request) -> web.StreamResponse:
        if "pass" in request.cookies:
            return page('<a href="/">首页</a><a href="/down.pdf">申请表</a>')(request)
        answer = to("/")(request)
        answer.set_cookie("pass", "1")
        return answer

    site = Site(paths={"/": gate})

    assert audited(site).summary.counts.pages == 1
