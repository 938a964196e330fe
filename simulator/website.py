"""A county's website, as such websites are: twelve columns, pages in GB2312, and some faults.

Faults: two dead links and a closed site to link to, a picture that is gone, one of no bytes and one
that is a page, an empty column, one that was not updated for a year, an article that is deleted but
answers 200, and a query that shows a database's error. Dates move with the clock.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from aiohttp import web

_SHANGHAI: Final = timedelta(hours=8)
_ARTICLES: Final = 6
COUNTY: Final = "示例县人民政府"


@dataclass(frozen=True, slots=True)
class Column:
    """A list of articles; `newest` and `step` in days, `encoding` of its pages."""

    path: str
    title: str
    newest: int
    step: int
    encoding: str = "utf-8"
    articles: int = _ARTICLES


COLUMNS: Final = (
    Column("xwdt", "新闻动态", 1, 2),
    Column("bmdt", "部门动态", 3, 3, "gb18030"),
    Column("tzgg", "通知公告", 4, 9),
    Column("zcwj", "政策文件", 20, 15, "gb18030"),
    Column("zcjd", "政策解读", 30, 20),
    Column("rsxx", "人事任免", 60, 40),
    Column("ghjh", "规划计划", 410, 90),
    Column("czyjs", "财政预决算", 100, 120, "gb18030"),
    Column("zdxm", "重点项目", 40, 30),
    Column("yjgl", "应急管理", 25, 30),
    Column("msfw", "民生服务", 15, 20),
    Column("myzj", "民意征集", 0, 0, articles=0),
)
_SUBJECTS: Final = (
    "关于做好今冬明春安全生产工作的通知", "全县电子政务外网运行情况通报",
    "召开政府常务会议研究重点工作", "乡镇便民服务中心标准化建设进展",
    "关于公开征求意见的公告", "县长调研数字政府建设",
)  # fmt: skip

Answer = tuple[int, str, bytes]
"""Status, content type, body."""


def respond(path: str, now: float) -> Answer:
    """Answer a request for `path` at a UTC second."""
    today = (datetime.fromtimestamp(now, UTC) + _SHANGHAI).date()
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed()
    parts = [part for part in path.split("/") if part]
    if not parts:
        return _html(_home(today), COUNTY)
    column = next((one for one in COLUMNS if one.path == parts[0]), None)
    if column is not None and len(parts) == 1:
        return _html(_list(column, today), f"{column.title}-{COUNTY}", column.encoding)
    if column is not None and len(parts) == 2:
        number = parts[1].removesuffix(".html")
        if number.isdecimal() and int(number) < column.articles:
            return _article(column, int(number), today)
    return 404, "text/html; charset=utf-8", "没有这个页面".encode()


async def serve(host: str, port: int, now: Callable[[], float]) -> web.AppRunner:
    """Serve the website by itself; `cleanup()` of what is returned ends it. Raises OSError."""

    async def answer(request: web.Request) -> web.Response:
        status, content_type, body = respond(request.path, now())
        return web.Response(status=status, headers={"Content-Type": content_type}, body=body)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


def _navigation() -> str:
    links = "".join(f'<a href="/{one.path}/">{one.title}</a>' for one in COLUMNS)
    return f'<div class="nav"><a href="/">首页</a>{links}</div>'


def _foot() -> str:
    return (
        f'<div class="foot">主办：{COUNTY}办公室　联系电话：0712-0000000　'
        '<a href="/lxwm.html">联系我们</a></div>'
    )


def _home(today: date) -> str:
    lists = "".join(
        f"<h2><a href='/{one.path}/'>{one.title}</a></h2>{_entries(one, today, 3)}"
        for one in COLUMNS[:6]
    )
    return (
        f'{_navigation()}<img src="/img/banner.png" alt="横幅">'
        '<img src="/img/gone.jpg" alt="县城风光">'
        f'<img src="/img/empty.gif" alt="专题"><img src="/img/page.png" alt="公示牌">{lists}'
        '<div><a href="/zt/2019/index.html">专题：优化营商环境</a>'
        '<a href="/bsfw/query.jsp">办事进度在线查询</a>'
        '<a href="/xwdt/deleted.html">县长新年致辞</a>'
        f'<a href="http://127.0.0.1:1/">已关停的部门网站</a></div>{_foot()}'
    )


def _list(column: Column, today: date) -> str:
    return (
        f"{_navigation()}<p>您现在的位置：首页 &gt; {column.title}</p>"
        f"{_entries(column, today, column.articles)}{_foot()}"
    )


def _entries(column: Column, today: date, most: int) -> str:
    rows = "".join(
        f'<li><a href="/{column.path}/{number}.html">{_subject(column, number)}</a>'
        f"<span>{_day(column, number, today).isoformat()}</span></li>"
        for number in range(min(most, column.articles))
    )
    return f"<ul>{rows}</ul>"


def _article(column: Column, number: int, today: date) -> Answer:
    day = _day(column, number, today)
    subject = _subject(column, number)
    text = (
        f"{subject}。各乡镇人民政府、县直各单位：请结合实际认真贯彻落实，并按时报送进展情况。" * 5
    )
    annex = ""
    if number == 0 and column.path == "tzgg":
        annex = '<p>附件：<a href="/file/form.doc">申请表格下载</a>'
        annex += '<a href="/file/missing.doc">汇总表格下载</a></p>'
    body = (
        f"{_navigation()}<h1>{subject}</h1><p>发布时间：{day.year}年{day.month}月{day.day}日</p>"
        f"<p>{text}</p>{annex}{_foot()}"
    )
    return _html(body, f"{subject}-{COUNTY}", column.encoding)


def _subject(column: Column, number: int) -> str:
    return f"{_SUBJECTS[number % len(_SUBJECTS)]}（{column.title}{number + 1}号）"


def _day(column: Column, number: int, today: date) -> date:
    return today - timedelta(days=column.newest + number * column.step)


def _html(body: str, title: str, encoding: str = "utf-8") -> Answer:
    declared = "gb2312" if encoding == "gb18030" else encoding
    page = (
        f'<!DOCTYPE html><html><head><meta charset="{declared}"><title>{title}</title></head>'
        f"<body>{body}</body></html>"
    )
    return 200, "text/html", page.encode(encoding)


def _png() -> bytes:
    """Make a picture of one red point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00\xc8\x10\x10")) + chunk(b"IEND", b"")
    )  # fmt: skip


_FIXED: Final[dict[str, Callable[[], Answer]]] = {
    "/robots.txt": lambda: (200, "text/plain", b"User-agent: *\nDisallow: /admin/\n"),
    "/img/banner.png": lambda: (200, "image/png", _png()),
    "/img/empty.gif": lambda: (200, "image/gif", b""),
    "/img/page.png": lambda: (200, "image/png", "<html>图片不存在</html>".encode()),
    "/file/form.doc": lambda: (200, "application/msword", b"\xd0\xcf\x11\xe0" + bytes(600)),
    "/lxwm.html": lambda: _html(
        f"{_navigation()}<p>{'地址：示例县人民路一号。邮编：000000。' * 6}</p>", "联系我们"
    ),
    "/bsfw/query.jsp": lambda: _html("<p>ORA-12541: TNS:no listener</p>", "办事查询"),
    "/xwdt/deleted.html": lambda: _html("<p>您访问的内容不存在或已被删除！</p>", "提示信息"),
}
