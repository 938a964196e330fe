"""A government website on loopback with every fault once, and others to link to."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from collectors.audit.form import Task

STARTED = int(datetime(2026, 11, 26, 4, tzinfo=UTC).timestamp())
TODAY = datetime(2026, 11, 26, tzinfo=UTC).date()
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
Handler = Callable[[web.Request], web.StreamResponse]


def html(body: str, title: str = "某县人民政府", head: str = "") -> str:
    """A page of the site."""
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f"{body}</body></html>"
    )


def page(body: str, title: str = "某县人民政府") -> Handler:
    """Answer with a page in UTF-8."""
    return raw(html(body, title).encode(), "text/html; charset=utf-8")


def raw(
    body: bytes, content_type: str = "text/html", status: int = 200, encoding: str = ""
) -> Handler:
    """Answer with these bytes, which are compressed as `encoding` says."""

    def answer(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": content_type}
        if encoding:
            headers["Content-Encoding"] = encoding
        return web.Response(body=body, status=status, headers=headers)

    return answer


def article(request: web.Request) -> web.StreamResponse:
    """Answer with a page that says something of its own."""
    return page(f"<p>{request.path}的内容，" + "与别处不同。" * 30 + "</p>")(request)


def to(where: str, status: int = 302) -> Handler:
    """Send elsewhere."""

    def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": where})

    return answer


def day(ago: int) -> str:
    """A day before today."""
    return (TODAY - timedelta(days=ago)).isoformat()


def entries(path: str, *ages: int) -> str:
    """A list as portals make it."""
    rows = "".join(
        f'<li><a href="{path}{n}.html">关于第{n}项工作的通知</a><span>{day(age)}</span></li>'
        for n, age in enumerate(ages)
    )
    return f"<ul>{rows}</ul>"


@dataclass
class Site:
    """What is served: path -> handler; every request is counted."""

    port: int = 0
    paths: dict[str, Handler] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    agents: set[str] = field(default_factory=set)
    slow: Mapping[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path_qs
        self.asked[path] += 1
        self.times.append(asyncio.get_running_loop().time())
        self.agents.add(request.headers.get("User-Agent", ""))
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            if path in self.slow:
                await asyncio.sleep(self.slow[path])
            handler = self.paths.get(path) or self.paths.get(path.split("?")[0])
            handler = handler or self.paths.get("*")
            return (
                raw(b"nothing here", status=404)(request) if handler is None else handler(request)
            )
        finally:
            self.at_once -= 1

    def task(self, **rest: object) -> Task:
        """An audit of this site, as fast as it can."""
        made: dict[str, object] = {
            "service": "portal", "seeds": (self.url,), "allow": ("127.0.0.0/8",), "pace": 10_000.0,
            "timeout": 1.0, "seconds": 15.0, "max_pages": 200,
        }  # fmt: skip
        return Task(**(made | rest))  # type: ignore[arg-type]


@asynccontextmanager
async def serving(site: Site, context: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """Serve on loopback while the block runs."""
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", site.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await listener.start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()


def compressed(body: bytes) -> bytes:
    """A body as `Content-Encoding: gzip` has it."""
    return gzip.compress(body, 9)


def bomb(megabytes: int) -> bytes:
    """Zeros, packed a thousand times smaller."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(megabytes)) + packer.flush()


NAVIGATION = (
    '<div class="nav"><a href="/">首页</a><a href="/xwdt/">新闻动态</a>'
    '<a href="/tzgg/">通知公告</a><a href="/ghjh/">规划计划</a><a href="/zcwj/">政策文件</a>'
    '<a href="/kong/">领导信箱</a></div><div class="foot">主办单位：某县人民政府办公室　'
    "备案号：鄂ICP备00000000号　联系电话：0712-0000000</div>"
)


def broken(other: Site, closed: int) -> Site:
    """The site with every fault once; what is expected stands in `test_broken_site.py`."""
    site = Site()
    gb = html(NAVIGATION + entries("/tzgg/", 3, 30, 40), "通知公告-某县").replace("utf-8", "gb2312")
    site.paths = {
        "/": page(
            NAVIGATION
            + entries("/xwdt/", 1, 2, 5)
            + '<img src="/pic/ok.png" alt="县城"><img src="/pic/gone.png" alt="风景">'
            + '<img src="/pic/empty.jpg"><img data-src="/pic/text.jpg" src="/pic/ok.png">'
            + '<a href="/gone.html">县长信箱入口</a><a href="/down/form.doc">申请表下载</a>'
            + f'<a href="http://127.0.0.1:{other.port}/alive">上级网站</a>'
            + f'<a href="http://127.0.0.1:{other.port}/dead">省局网站链接</a>'
            + f'<a href="http://127.0.0.1:{other.port}/login">统一身份认证</a>'
            + f'<a href="http://127.0.0.1:{closed}/">关停的网站</a>'
            + '<a href="/moved">旧栏目</a><a href="/out">外链跳转</a><a href="/loop/a">循环跳转</a>'
            + '<a href="/soft">已删除文章</a><a href="/oops">办事指南查询</a>'
            + '<a href="mailto:a@b.cn">信箱</a><a href="javascript:void(0)">无</a>'
            + '<a href="/big5">繁體版本</a><a href="/private/x.html">内部资料</a>'
        ),
        "/robots.txt": raw(b"User-agent: *\nDisallow: /private/\n", "text/plain"),
        "/xwdt/": page(NAVIGATION + entries("/xwdt/", 1, 2, 5), "新闻动态-某县"),
        "/tzgg/": raw(gb.encode("gb18030"), "text/html"),
        "/ghjh/": page(NAVIGATION + entries("/ghjh/", 500, 600, 700), "规划计划-某县"),
        "/zcwj/": page(NAVIGATION + entries("/zcwj/", 200, 300, 400), "政策文件-某县"),
        "/kong/": page(NAVIGATION + "<div>您现在的位置：首页 &gt; 领导信箱</div>", "领导信箱-某县"),
        "/pic/ok.png": raw(PNG, "image/png"),
        "/pic/empty.jpg": raw(b"", "image/jpeg"),
        "/pic/text.jpg": raw(b"<html>no such picture</html>", "image/jpeg"),
        "/down/form.doc": raw(b"\xd0\xcf\x11\xe0" * 100, "application/msword"),
        "/moved": to("/xwdt/", 301),
        "/out": to(f"http://127.0.0.1:{other.port}/alive"),
        "/loop/a": to("/loop/b"),
        "/loop/b": to("/loop/a"),
        "/soft": page("<p>您访问的页面不存在或已被删除！</p>", "提示信息"),
        "/oops": page("<p>ORA-12541: TNS:no listener</p>", "办事指南"),
        "/big5": raw(
            html(f"<p>{'歡迎光臨縣政府網站，請選擇服務項目與時間。' * 8}</p>", "繁體版").replace(
                '<meta charset="utf-8">', ""
            ).encode("big5"),
            "text/html",
        ),
    }  # fmt: skip
    for column in ("xwdt", "tzgg", "ghjh", "zcwj"):
        for number in range(3):
            text = f"这是{column}的第{number}篇文章，" * 40
            site.paths[f"/{column}/{number}.html"] = page(
                f"{NAVIGATION}<p>{text}</p>", f"文章{number}"
            )
    return site
