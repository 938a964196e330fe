"""Checks behave on uvloop as on asyncio: connections, TLS, time limits, errors of UDP."""

from __future__ import annotations

import asyncio

import pytest

from metrics.observation import Outcome
from tests.checks.asking import check, here
from tests.checks.authority import Authority
from tests.checks.serving import saying, talking
from tests.checks.test_tlcp import gm_server
from tests.servers import free_port

uvloop = pytest.importorskip("uvloop")


def test_every_kind_is_asked_on_uvloop(authority: Authority) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def run() -> None:
        ca = str(authority.file)
        context = authority.context("portal.example")
        async with saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", context) as port:
            url = f"https://portal.example:{port}/"
            page = await check("http", url=url, address=here(port), ca=ca, text="ok")
            shown = await check("tls", host="portal.example", port=port, address=here(port), ca=ca)
        async with talking(gm_server()) as port:
            gm = await check("tls", host="gm.example", port=port, address=here(port))
        async with talking(silent) as port:
            late = await check("http", url=f"http://127.0.0.1:{port}/", timeout=0.2)
        tcp = await check("tcp", host="127.0.0.1", port=free_port())
        dns = await check("dns", server=here(free_port()), name="a.example")

        assert (page["success"], shown["success"]) == (1, 1)
        assert gm.reason in {"gm_only", "tls_expired", "tls_expires_soon"}
        assert gm["tlcp_only"] == 1
        assert late.reason == "timeout_processing"
        assert tcp.outcome is Outcome.REFUSED
        assert dns.outcome is Outcome.REFUSED

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(run(), 60))
