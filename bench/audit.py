"""A website of 10,000 pages, read as fast as it goes: memory, CPU and time of the audit's process.

    python -m bench.audit [--pages 10000] [--links 80]

The site is served by another process. Each page has a navigation, links to as many other pages,
two pictures and a link that is dead; pages are some 20 kB in GB18030, as they are where this is
meant for. With a pace of one request a second the same takes some hours and, per page, as much CPU.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from aiohttp import web

from collectors.audit.crawl import audit
from collectors.audit.form import Counts, Task

_PNG: Final = b"\x89PNG\r\n\x1a\n" + bytes(200)
_TEXT: Final = "各乡镇人民政府、县直各单位要结合实际认真贯彻落实，并按时报送进展情况。" * 150


@dataclass(frozen=True, slots=True)
class Measured:
    """What it took; megabytes of the largest resident set, before and after."""

    counts: Counts
    lost: dict[str, int]
    seconds: float
    cpu: float
    began_mb: float
    peak_mb: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--links", type=int, default=80)
    options = parser.parse_args()
    found = measure(options.pages, options.links)
    pages = found.counts.pages
    print("| what | measured |\n|---|---|")
    print(f"| pages, requests | {pages}, {found.counts.requests} |")
    print(f"| dead links found | {found.counts.dead_links} |")
    print(f"| left out | {found.lost} |")
    print(f"| time | {found.seconds:.0f} s |")
    print(f"| CPU per page | {found.cpu / max(1, pages) * 1000:.1f} ms |")
    print(f"| memory before, at most | {found.began_mb:.0f} MB, {found.peak_mb:.0f} MB |")


def measure(pages: int, links: int) -> Measured:
    """Serve a site and have it audited, each in a process of its own."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=_serve, args=(pages, links, theirs), daemon=True)
    server.start()
    try:
        port: int = ours.recv()
        receiving, sending = spawn.Pipe(duplex=False)
        auditor = spawn.Process(target=_audit, args=(pages, port, sending))
        auditor.start()
        found: Measured = receiving.recv()
        auditor.join()
        return found
    finally:
        server.terminate()
        server.join()


def _audit(pages: int, port: int, sending: Connection) -> None:
    task = Task(
        "bench", (f"http://127.0.0.1:{port}/",), allow=("127.0.0.0/8",), max_pages=pages,
        pace=1e6, max_depth=100, concurrent=4,
    )  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.monotonic()
    report = asyncio.run(audit(task, int(time.time())))
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sending.send(
        Measured(
            report.summary.counts, report.lost, time.monotonic() - began, cpu,
            before.ru_maxrss / 1024, after.ru_maxrss / 1024,
        )
    )  # fmt: skip


def _serve(pages: int, links: int, channel: Connection) -> None:
    asyncio.run(_serving(pages, links, channel))


async def _serving(pages: int, links: int, channel: Connection) -> None:
    navigation = "".join(f'<a href="/c/{n}.html">栏目{n}</a>' for n in range(12))

    async def answer(request: web.Request) -> web.Response:
        path = request.path
        if path.endswith(".png"):
            return web.Response(body=_PNG, content_type="image/png")
        name = path.rsplit("/", 1)[-1].removesuffix(".html") or "0"
        if not name.isdecimal() or int(name) > 2 * pages:
            return web.Response(status=404)
        number = int(name)
        rows = "".join(
            f'<li><a href="/c/{(number * links + n) % (2 * pages)}.html">'
            f"关于第{n}项重点工作的通知</a><span>2026-11-{n % 28 + 1:02}</span></li>"
            for n in range(1, links + 1)
        )
        body = (
            f'<html><head><meta charset="gb2312"><title>第{number}页</title></head><body>'
            f'<div class="nav">{navigation}</div><ul>{rows}</ul><p>{_TEXT}</p>'
            f'<img src="/i/{number}.png"><img src="/i/logo.png">'
            f'<a href="/gone/{number}.doc">已撤销的页面</a></body></html>'
        )
        return web.Response(body=body.encode("gb18030"), content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    channel.send(runner.addresses[0][1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
