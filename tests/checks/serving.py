"""Servers of the tests on loopback: real web servers, and ones that do what no server should."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from aiohttp import web

from tests.servers import free_port

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def talking(
    talk: Talk, context: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[int]:
    """Serve connections by a function; yields the port."""
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            with contextlib.suppress(OSError):
                await talk(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            running.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@contextlib.asynccontextmanager
async def saying(answer: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Answer each request with these bytes and end."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if context is None:
            writer.write_eof()
            await reader.read()
        else:
            writer.close()
            await writer.wait_closed()

    async with talking(talk, context) as port:
        yield port


@contextlib.asynccontextmanager
async def website(
    pages: Mapping[str, Handler], context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve pages by path with aiohttp's server."""
    app = web.Application()
    for path, handler in pages.items():
        app.router.add_route("*", path, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    sock = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, sock, ssl_context=context).start()
    try:
        yield sock.getsockname()[1]
    finally:
        await runner.cleanup()


Zone = Callable[[str, str], list[str] | dns.rcode.Rcode]
"""From a name and a type to records as in a zone file, or to a response code."""


class _Dns(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone, flags: int) -> None:
        self._zone = zone
        self._flags = flags
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(respond(data, self._zone, self._flags, 1232), addr)


def respond(data: bytes, zone: Zone, flags: int, room: int) -> bytes:
    """Answer a query from a zone; what is too long for UDP is cut (TC)."""
    query = dns.message.from_wire(data)
    (asked,) = query.question
    name, kind = asked.name.to_text(), dns.rdatatype.to_text(asked.rdtype)
    answer = dns.message.make_response(query, recursion_available=True)
    answer.flags |= flags
    found = zone(name, kind)
    if isinstance(found, dns.rcode.Rcode):
        answer.set_rcode(found)
    for record in [] if isinstance(found, dns.rcode.Rcode) else found:
        owner, owned, text = record.split(" ", 2)
        answer.answer.append(dns.rrset.from_text(owner, 60, "IN", owned, text))
    try:
        return answer.to_wire(max_size=room)
    except dns.exception.TooBig:
        cut = dns.message.make_response(query)
        cut.flags |= dns.flags.TC
        return cut.to_wire()


@contextlib.asynccontextmanager
async def nameserver(zone: Zone, flags: int = 0) -> AsyncIterator[int]:
    """Answer by UDP and TCP on one port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        answer = respond(await reader.readexactly(length), zone, flags, 65_535)
        writer.write(len(answer).to_bytes(2, "big") + answer)
        await writer.drain()

    async with talking(talk, port=free_port()) as port:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Dns(zone, flags), local_addr=("127.0.0.1", port)
        )
        try:
            yield port
        finally:
            transport.close()
