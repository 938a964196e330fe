"""Receivers on loopback: a web server that answers by script, a mail server, certificates."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.dispatch import Channel, Dispatch, Pace, Receiver, Route
from alerts.model import Alert, Delivery, Phase
from inventory.model import TargetId
from tests.alerts.province import START, make_inventory, shipped

QUICK = Pace(tries=3, first=0.02, longest=0.3, again=0.05, again_longest=0.1, repeat=0.2, stop=0.3)


@dataclass
class Web:
    """A web server: `answers` gives status and headers of each request, the last one for ever."""

    url: str
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(200, {})])
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hang: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.requests]


@asynccontextmanager
async def web_server(context: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    """Serve on a free port of loopback. Status 0 hangs up without an answer, -1 never answers."""
    served = Web("")

    async def answer(request: web.Request) -> web.StreamResponse:
        served.requests.append((dict(request.headers), await request.read()))
        status, headers = served.answers.pop(0) if len(served.answers) > 1 else served.answers[0]
        if status == -1:
            await served.hang.wait()
        if status <= 0:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=status, headers=headers, text="the other side's own words")

    app = web.Application()
    app.router.add_post("/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    served.url = f"{'https' if context else 'http'}://127.0.0.1:{port}/hook"
    try:
        yield served
    finally:
        served.hang.set()
        await runner.cleanup()


@dataclass
class Mails:
    """A mail server and what it got.

    `answers` maps a verb (or CONTENT, after the dot) to its answers, the last one for ever; ""
    hangs up. Without one it is content. `pause`: seconds before each answer. `held`: verbs that are
    answered only after `release`. `ended`: sessions that are over.
    """

    tls: ssl.SSLContext | None
    port: int = 0
    answers: dict[str, list[str]] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    pause: float = 0.0
    held: set[str] = field(default_factory=set)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    ended: int = 0

    def answer(self, verb: str, usual: str) -> str:
        scripted = self.answers.get(verb, [usual])
        return scripted.pop(0) if len(scripted) > 1 else scripted[0]


_USUAL = {
    "DATA": "354 go on", "AUTH": "235 welcome", "STARTTLS": "220 ready", "QUIT": "221 bye",
}  # fmt: skip


class _Session:
    """One connection, in the words of RFC 5321, with STARTTLS (RFC 3207) and AUTH (RFC 4954)."""

    def __init__(
        self, served: Mails, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.served, self.reader, self.writer = served, reader, writer
        self.is_tls = writer.get_extra_info("ssl_object") is not None

    async def run(self) -> None:
        await self.say("220 mail.test ESMTP")
        while line := (await self.reader.readline()).decode().strip():
            self.served.lines.append(line)
            verb = line.partition(" ")[0].upper()
            if not await self.do(verb):
                break
        self.writer.transport.abort()

    async def do(self, verb: str) -> bool:
        """Answer one command; False = hang up."""
        usual = _USUAL.get(verb, "250 ok")
        if verb in self.served.held:
            await self.served.release.wait()
        if verb == "EHLO":
            offers = "AUTH PLAIN LOGIN" if self.is_tls or not self.served.tls else "STARTTLS"
            usual = f"250-mail.test\r\n250 {offers}"
        if not (answer := self.served.answer(verb, usual)):
            return False
        await self.say(answer)
        if verb == "STARTTLS" and answer.startswith("220"):
            assert self.served.tls is not None
            await self.writer.start_tls(self.served.tls)
            self.is_tls = True
        if verb == "DATA" and answer.startswith("354"):
            return await self.content()
        return verb != "QUIT"

    async def content(self) -> bool:
        text = (await self.reader.readuntil(b"\r\n.\r\n")).decode()
        if not (answer := self.served.answer("CONTENT", "250 queued")):
            return False
        if answer.startswith("250"):
            self.served.mails.append(text)
            self.served.over_tls.append(self.is_tls)
        await self.say(answer)
        return True

    async def say(self, line: str) -> None:
        await asyncio.sleep(self.served.pause)
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()


@asynccontextmanager
async def mail_server(
    tls: ssl.SSLContext | None = None, *, from_the_start: bool = False
) -> AsyncIterator[Mails]:
    """Serve mail on a free port of loopback: with STARTTLS, or TLS from the start, or neither."""
    served = Mails(tls)

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Session(served, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            writer.transport.abort()
        served.ended += 1

    context = tls if from_the_start else None
    server = await asyncio.start_server(session, "127.0.0.1", 0, ssl=context)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        served.release.set()
        server.close()
        await server.wait_closed()


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """Make a certificate of its own authority for an address; return server side and PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    return context, pem


def make_alert(
    number: int = 1,
    *,
    phase: Phase = Phase.FIRING,
    severity: str = "critical",
    rule: str = "link-down",
    since: int = START,
    **fields: Any,
) -> Alert:
    """An alert about the link to the county, the `number`-th of its kind."""
    target = TargetId(f"link:l-county-{number}" if number > 1 else "link:l-county")
    over = since + 100 if phase is Phase.RESOLVED else None
    return Alert(
        id=f"{rule}/{target}@{since}",
        rule=rule,
        target=target,
        severity=severity,  # type: ignore[arg-type]  # tests name only real ones
        phase=phase,
        since=since,
        fired_at=since + 20,
        resolved_at=over,
        labels={"link": "l-county", "carrier": "telecom", "level": "county", "site": "county"},
        **fields,
    )


class Stage:
    """A dispatch with quick timing, and what it recorded."""

    def __init__(
        self,
        channels: Sequence[Channel],
        *,
        routes: Sequence[Route] = (Route("noc"),),
        pace: Pace = QUICK,
        record: Callable[[Delivery], None] | None = None,
        **receiver: Any,
    ) -> None:
        self.records: list[Delivery] = []
        self.now = START
        settings = {"gather": 0.05, **receiver}
        self.dispatch = Dispatch(
            [Receiver("noc", tuple(channels), **settings)],
            routes,
            make_inventory(),
            record=record or self.records.append,
            now=lambda: self.now,
            rules=shipped(),
            page="http://127.0.0.1:8080/",
            pace=pace,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Stage]:
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(aiohttp.ClientSession())
            await self.dispatch.start(http, stack)
            yield self


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for a condition of real parts."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition():
        assert loop.time() < deadline, "not in time"
        await asyncio.sleep(0.01)
