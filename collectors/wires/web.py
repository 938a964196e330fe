"""Questions to services: HTTP, TLS, TCP, DNS. Each has connections of its own and an end.

At most so many questions are under way at once; one that finds no place within a second is SKIPPED
(`checks_full`), and the wait is none of its own time: others' silence makes nobody silent. A time
limit names the phase it ended: `timeout_resolve`, `timeout_connect`, `timeout_tls`,
`timeout_processing` are silence; `timeout_transfer` is an answer that is not whole.

A name that does not resolve, an address that may not be connected to and a certificate that is not
trusted are answers (somebody said so) with a reason; refused or reset connections are REFUSED;
what is not the protocol is GARBLED. A server that speaks TLCP only cannot be asked by HTTP: SKIPPED
(`gm_only`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote_from_bytes

import msgspec
from yarl import URL

from collectors._web import (
    DnsQuestion,
    DnsReply,
    HttpQuestion,
    HttpReply,
    Phases,
    Place,
    TcpQuestion,
    TcpReply,
    TlsQuestion,
    TlsReply,
)
from collectors.wires import _web_dns, _web_http
from collectors.wires._web_line import Line, Trouble, connect
from collectors.wires._web_names import Names
from collectors.wires._web_tls import Shown, handshake
from collectors.wires._web_trust import Trust
from inventory.model import Endpoint, Secret
from metrics.observation import Outcome

_WAIT: Final = 1.0
"""Seconds a question waits for its place; a probe's deadline has room for them."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LONGEST_LOCATION: Final = 8_192
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"


@dataclass(slots=True)
class _Way:
    """How far a question came: what a time limit finds."""

    phase: str = "resolve"
    seconds: dict[str, float] = field(default_factory=dict)
    version: Literal[4, 6] | None = None
    exchange: _web_http.Exchange = field(default_factory=_web_http.Exchange)
    redirects: int = 0
    url: str = ""
    shown: Shown | None = None
    cookies: dict[URL, dict[str, str]] = field(default_factory=dict)
    """By scheme, host and port: a gate before a site sets one and sends us to the same page."""
    patience: float = 0.0
    """Seconds for everything together."""

    def crumbs(self, url: URL) -> str:
        """Return the cookies a page is asked with."""
        pairs = self.cookies.get(url.origin(), {}).items()
        return "; ".join(f"{name}={value}" for name, value in pairs)

    def took(self, phase: str, since: float, until: float | None = None) -> float:
        """Add the time from `since` to `until` (now) to a phase; return `until`."""
        end = time.monotonic() if until is None else until
        self.seconds[phase] = self.seconds.get(phase, 0.0) + end - since
        return end

    def phases(self) -> Phases:
        """Return what each phase took."""
        return Phases(**self.seconds)

    def late(self) -> Trouble:
        """Return what it means that time is up."""
        if self.phase == "processing" and self.exchange.header_at is not None:
            return Trouble(Outcome.ANSWERED, "timeout_transfer")
        return Trouble(Outcome.SILENT, f"timeout_{self.phase}")


class Web:
    """The wire. `now`: UTC seconds, for how long certificates still last."""

    def __init__(
        self,
        now: Callable[[], float],
        *,
        servers: tuple[Endpoint, ...] = (),
        ca: tuple[Path, ...] = (),
        at_once: int = 64,
    ) -> None:
        self._now = now
        self._names = Names(servers)
        self._trust = Trust(ca)
        self._room = asyncio.Semaphore(at_once)

    def open(self) -> None:
        """Read whom the machine trusts. Raises OSError naming a file that cannot be read."""
        self._trust.open()

    async def http(self, question: HttpQuestion) -> HttpReply:
        """Ask for a document."""
        way = _Way(patience=question.timeout)
        try:
            async with self._turn(question.timeout):
                await self._follow(question, way)
            found: Trouble | None = None
        except TimeoutError:
            found = way.late()
        except Trouble as trouble:
            found = trouble
        heard = way.exchange
        return HttpReply(
            found.outcome if found else Outcome.ANSWERED,
            found.reason if found else heard.trouble,
            heard.status,
            heard.body,
            heard.content_type,
            heard.length,
            way.redirects,
            way.url,
            way.phases(),
            way.shown.expires if way.shown else None,
            way.shown.left(self._now()) if way.shown else None,
            way.version,
        )

    async def tls(self, question: TlsQuestion) -> TlsReply:
        """Look at a server's certificates."""
        way = _Way(patience=question.timeout)
        try:
            async with self._turn(question.timeout):
                seen, line = await self._handshake(question, way)
                line.close()
        except TimeoutError:
            late = way.late()
            return TlsReply(late.outcome, late.reason, version=way.version)
        except Trouble as trouble:
            return TlsReply(trouble.outcome, trouble.reason, version=way.version)
        return TlsReply(
            Outcome.ANSWERED,
            "",
            seen.trouble,
            seen.chain,
            seen.expires,
            seen.chain_expires,
            seen.left(self._now()),
            seen.protocol,
            seen.tlcp,
            way.seconds.get("tls"),
            way.version,
        )

    async def tcp(self, question: TcpQuestion) -> TcpReply:
        """Connect, and read what the server says first."""
        way, heard, reason = _Way(patience=question.timeout), bytearray(), ""
        outcome = Outcome.ANSWERED
        try:
            async with self._turn(question.timeout):
                line, _ = await self._connected(question.place, way)
                way.phase = "banner"
                try:
                    await _banner(line, question, heard)
                finally:
                    line.close()
        except TimeoutError:
            late = way.late()
            if way.phase != "banner":  # a server that says nothing is there all the same
                outcome, reason = late.outcome, late.reason
        except Trouble as trouble:
            if way.phase != "banner":
                outcome, reason = trouble.outcome, trouble.reason
        return TcpReply(outcome, reason, way.seconds.get("connect"), bytes(heard), way.version)

    async def dns(self, question: DnsQuestion) -> DnsReply:
        """Ask a name server."""
        try:
            async with self._turn(question.timeout):
                return await _web_dns.ask(question)
        except TimeoutError:
            return DnsReply(Outcome.SILENT, "timeout")
        except Trouble as trouble:
            return DnsReply(trouble.outcome, trouble.reason)

    @asynccontextmanager
    async def _turn(self, seconds: float) -> AsyncIterator[None]:
        """Wait for a place, then give the question its time; TimeoutError where that is up."""
        try:
            async with asyncio.timeout(_WAIT):
                await self._room.acquire()
        except TimeoutError:
            raise Trouble(Outcome.SKIPPED, "checks_full") from None
        try:
            async with asyncio.timeout(seconds):
                yield
        finally:
            self._room.release()

    async def _follow(self, question: HttpQuestion, way: _Way) -> None:
        """Ask, and go where redirects lead."""
        url = first = URL(question.url)
        seen = set[tuple[str, str, str]]()
        while True:
            crumbs = way.crumbs(url)
            seen.add((question.method, str(url), crumbs))
            way.url = str(url)
            to = await self._once(url, first, _with_cookies(question, crumbs), way)
            way.cookies.setdefault(url.origin(), {}).update(way.exchange.cookies)
            if to is None:
                return
            if to.raw_host != first.raw_host and to.raw_host not in question.hosts:
                raise Trouble(Outcome.ANSWERED, "redirect_out")
            if way.redirects >= question.redirects:
                raise Trouble(Outcome.ANSWERED, "too_many_redirects")
            question = _redirected(question, way.exchange.status, url, to)
            if (question.method, str(to), way.crumbs(to)) in seen:
                raise Trouble(Outcome.ANSWERED, "redirect_loop")
            way.redirects += 1
            url = to

    async def _once(self, url: URL, first: URL, question: HttpQuestion, way: _Way) -> URL | None:
        """Ask once; return where the answer leads, None where it is the last."""
        way.exchange = heard = _web_http.Exchange()
        place = _place(url, first, question)
        if url.scheme == "https":
            asked = TlsQuestion(place, ca=question.ca, timeout=question.timeout)
            way.shown, line = await self._handshake(asked, way, look=not question.verify)
            if way.shown.trouble and question.verify:
                line.close()
                if way.shown.tlcp:
                    raise Trouble(Outcome.SKIPPED, "gm_only")
                raise Trouble(Outcome.ANSWERED, way.shown.trouble)
        else:
            line, _ = await self._connected(place, way)
        way.phase = "processing"
        try:
            peer = await _web_http.ask(line, url, question, heard)
            to = _location(url, heard) if question.redirects else None
            if to is None:
                await _web_http.read_body(line, peer, question, heard)
            return to
        finally:
            line.close()
            if heard.sent_at:
                since = way.took("processing", heard.sent_at, heard.header_at)
                if heard.header_at is not None:
                    way.took("transfer", since, heard.whole_at)

    async def _handshake(
        self, question: TlsQuestion, way: _Way, *, look: bool = False
    ) -> tuple[Shown, Line]:
        line, address = await self._connected(question.place, way)
        way.phase = "tls"
        began = time.monotonic()
        try:
            seen = await handshake(line, address, question, self._trust, look=look)
        except BaseException:
            line.close()
            raise
        finally:
            way.took("tls", began)
        return seen, line

    async def _connected(self, place: Place, way: _Way) -> tuple[Line, Endpoint]:
        """Connect to the first address of a place that lets us."""
        way.phase = "resolve"
        began = time.monotonic()
        left = list(await self._names.endpoints(place))
        began = way.took("resolve", began)
        way.phase = "connect"
        while True:
            address = left.pop(0)
            way.version = address.family
            # One dead address of several must leave time for the others.
            patience = way.patience / (len(left) + 2) if left else None
            try:
                async with asyncio.timeout(patience):
                    line = await connect(address)
            except (Trouble, TimeoutError):
                if not left:
                    raise
            else:
                way.took("connect", began)
                return line, address


async def _banner(line: Line, question: TcpQuestion, heard: bytearray) -> None:
    while len(heard) < question.banner and not (question.until and question.until in heard):
        piece = await line.receive()
        if not piece:
            return
        heard += piece[: question.banner - len(heard)]


def _place(url: URL, first: URL, question: HttpQuestion) -> Place:
    """Return where a URL is asked; `address` stands for the host of the first one only.

    Its port stands for that URL's: elsewhere on the host the URL's own port counts.
    """
    address = question.address if url.raw_host == first.raw_host else None
    port = url.port or 0
    if address is not None and port != first.port:
        address = Endpoint(address.host, port)
    return Place(url.raw_host or "", port, address, question.allow, question.version)


def _location(url: URL, heard: _web_http.Exchange) -> URL | None:
    """Return where an answer sends us (RFC 9110 10.2.2); bytes beyond ASCII are percent-encoded."""
    if heard.status not in _REDIRECTS or not heard.location:
        return None
    if len(heard.location) > _LONGEST_LOCATION:
        raise Trouble(Outcome.ANSWERED, "redirect_bad")
    try:
        to = url.join(URL(quote_from_bytes(heard.location.strip(), _SAFE)))
    except ValueError:
        raise Trouble(Outcome.ANSWERED, "redirect_bad") from None
    if to.scheme not in {"http", "https"} or not to.raw_host:
        raise Trouble(Outcome.ANSWERED, "redirect_bad")
    return to.with_fragment(None)


def _with_cookies(question: HttpQuestion, crumbs: str) -> HttpQuestion:
    if not crumbs:
        return question
    return msgspec.structs.replace(question, headers=(*question.headers, ("Cookie", crumbs)))


def _redirected(question: HttpQuestion, status: int | None, url: URL, to: URL) -> HttpQuestion:
    """Return what is asked there: POST becomes GET as browsers do it, and secrets stay at home."""
    if question.method == "POST" and status not in {307, 308}:
        question = msgspec.structs.replace(question, method="GET", body=b"")
    if to.origin() != url.origin():
        question = msgspec.structs.replace(question, authorization=Secret(""))
    return question
