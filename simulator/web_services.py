"""Serves the services of the province on loopback: pages by HTTP and HTTPS, mail, names.

A page is silent while its site is not reached; now and then one of the exchange's fails by itself
(`web_plan.broken`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from aiohttp import web

from simulator import website
from simulator.clock import wall
from simulator.web_files import Ports, certificate_of
from simulator.web_plan import CERTIFICATES, PORTAL, PORTAL_ADDRESS, Offered, broken, offered
from simulator.world import World

_HOST: Final = "127.0.0.1"
_SILENT: Final = 15.0
"""Seconds a page says nothing: longer than anybody waits."""
_SLOW: Final = 2.0


class WebServices:
    """All services; `elapsed`: seconds since the province began."""

    def __init__(
        self, world: World, folder: Path, ports: Ports, elapsed: Callable[[], float]
    ) -> None:
        self._world = world
        self._folder = folder
        self._ports = ports
        self._elapsed = elapsed
        pages = list(offered(world.plan))
        self._pages = {page.host: page for page in pages}
        units = [page.host for page in pages if page.kind == "exchange"]
        self._numbers = {host: number for number, host in enumerate(units)}
        self._runner: web.AppRunner | None = None
        self._mail: asyncio.Server | None = None
        self._names: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Listen. Raises OSError where a port was taken meanwhile."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._page)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, _HOST, self._ports.http).start()
        context = self._context()
        await web.TCPSite(self._runner, _HOST, self._ports.https, ssl_context=context).start()
        self._mail = await asyncio.start_server(self._greet, _HOST, self._ports.mail)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            _Names, local_addr=(_HOST, self._ports.names)
        )
        self._names = transport

    async def stop(self) -> None:
        """Listen no more."""
        if self._names is not None:
            self._names.close()
        if self._mail is not None:
            self._mail.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        page = self._pages.get(request.host.partition(":")[0])
        if page is None and request.host.startswith(_HOST):
            status, content_type, body = website.respond(request.path, wall())
            return web.Response(status=status, headers={"Content-Type": content_type}, body=body)
        if page is None:
            return web.Response(status=404)
        if not self._world.places[page.site].reached:
            await asyncio.sleep(_SILENT)
        match broken(self._numbers.get(page.host, -1), self._elapsed()):
            case "error":
                return web.Response(status=500, text="数据库连接失败")
            case "maintenance":
                return web.Response(text="系统维护中")
            case "slow":
                await asyncio.sleep(_SLOW)
            case "silent":
                await asyncio.sleep(_SILENT)
        return web.Response(text=_html(page), content_type="text/html", charset="utf-8")

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ESMTP\r\n")
        try:
            await asyncio.wait_for(reader.read(1_000), 5)
        except (OSError, TimeoutError):
            pass
        finally:
            writer.close()

    def _context(self) -> ssl.SSLContext:
        """Make the context of the first name, which hands over to those of the others."""
        contexts = {}
        for host, _ in CERTIFICATES:
            contexts[host] = made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made.load_cert_chain(certificate_of(self._folder, host))

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            if name in contexts:
                connection.context = contexts[name]

        first = contexts[CERTIFICATES[0][0]]
        first.sni_callback = choose
        return first


def _html(page: Offered) -> str:
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{page.title}</title>'
        f"<h1>{page.title}</h1><p>{page.text}</p></html>"
    )


class _Names(asyncio.DatagramProtocol):
    """A name server that knows one name."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is sent by."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        """Answer a question for the portal's address; NXDOMAIN for anything else."""
        try:
            query = dns.message.from_wire(data)
            (asked,) = query.question
        except (dns.exception.DNSException, ValueError):
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if asked.name.to_text().lower() == f"{PORTAL}.":
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "A", PORTAL_ADDRESS))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), addr)
