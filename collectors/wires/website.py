"""The wire of a website audit: GET only, to addresses that were looked at, with every size capped.

A name is resolved once, each address is held to the allowed networks, and the connection goes to
that very address (DNS rebinding). Redirects are followed by hand and never out of the site. What is
compressed is unpacked up to the same cap as what is not.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Final, Literal, Self

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from collectors._web import Place, TlsQuestion
from collectors.audit.form import AGENT_TOKEN, Task
from collectors.audit.urls import Url, normalise
from inventory.model import Endpoint

Inside = Callable[[Url], bool]
May = Callable[[Url], Awaitable[bool]]
"""Waits for the turn of a place that a redirect leads to; False = it must not be asked."""
Address = IPv4Address | IPv6Address
HOPS: Final = 5
HEAD_BYTES: Final = 1_024
_CHUNK: Final = 65_536
_COOKIES: Final = 100
_How = Literal["page", "head", "robots"]
"""`page`: whole, where it says that it is text; `head`: its beginning, whatever it is; `robots`:
whole, whatever it says it is."""
_NAT64: Final = ip_network("64:ff9b::/96")
_NO_BYTES: Final = 416
"""What a server says of an empty file that is asked for its first bytes (RFC 9110, 15.5.17)."""
_NEVER_ASKED: Final = frozenset({"br", "zstd", "compress"})
"""Codings that a browser can unpack and we cannot."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class Fetched(msgspec.Struct, frozen=True):
    """What came. `why`: "" = the answer itself, whatever its status; else a reason code.

    `url`: where it came from in the end; `out`: where a redirect wanted to lead out of the site.
    """

    url: Url
    status: int = 0
    why: str = ""
    content_type: str = ""
    body: bytes = b""
    cut: bool = False
    out: str = ""
    hops: int = 0


class _UnreadableError(ValueError):
    """It is sent in a coding that nobody asked for."""


class NotAllowedError(OSError):
    """A name leads to an address that must not be asked."""


class Guard:
    """Which addresses may be asked.

    With networks: those. Without: public addresses; private ones only for a site that has one
    itself when the audit begins; never this machine, its link, or multicast.
    """

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = tuple(ip_network(one, strict=False) for one in networks)
        self._private = False

    def admit(self, addresses: Iterable[str]) -> None:
        """Take note of where the site is at the beginning."""
        self._private = any(_plain(one).is_private and not _never(_plain(one)) for one in addresses)

    def allows(self, text: str) -> bool:
        """Say whether an address may be asked."""
        address = _plain(text)
        if self._networks:
            return any(
                address in network for network in self._networks
                if network.version == address.version
            )  # fmt: skip
        return not _never(address) and (address.is_global or self._private)


def _plain(text: str) -> Address:
    """Return an address without its zone, an IPv4 address in IPv6 clothes as what it is."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _never(address: Address) -> bool:
    return (
        address.is_loopback or address.is_link_local or address.is_multicast
        or address.is_unspecified or address.is_reserved
    )  # fmt: skip


class _Resolver(AbstractResolver):
    """Resolves and looks at what comes before anybody connects."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM
        )
        allowed: list[ResolveResult] = [
            {
                "hostname": host, "host": str(address[0]), "port": port, "family": family,
                "proto": protocol, "flags": socket.AI_NUMERICHOST,
            }
            for family, _, protocol, _, address in found
            if self._guard.allows(str(address[0]))
        ]  # fmt: skip
        if not allowed:
            raise NotAllowedError(f"{host}: address not allowed")
        return allowed

    async def close(self) -> None:
        """Nothing is open."""


class Fetcher:
    """Fetches for one audit; an asynchronous context manager."""

    def __init__(self, task: Task) -> None:
        """Prepare. Raises OSError where the file of authorities cannot be read or is none."""
        self._task = task
        self._context = ssl.create_default_context(cafile=task.ca or None)
        self.guard = Guard(task.allow)
        self.requests = 0

    async def __aenter__(self) -> Self:
        """Open the sessions: one with cookies for the site, one without for all others."""
        task = self._task
        contact = f"; {task.contact}" if task.contact else ""
        headers = {
            "User-Agent": f"Mozilla/5.0 (compatible; {AGENT_TOKEN}/1{contact})",
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        }

        def session(jar: aiohttp.abc.AbstractCookieJar) -> aiohttp.ClientSession:
            return aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_Resolver(self.guard), ssl=self._context, limit=8, ttl_dns_cache=60
                ),
                headers=headers,
                cookie_jar=jar,
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
                requote_redirect_url=False,
            )

        self._jar = aiohttp.CookieJar(unsafe=True)
        self._site, self._others = session(self._jar), session(aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._site.close()
        await self._others.close()

    async def addresses(self, host: str) -> list[str]:
        """Return the addresses of a host, [] where it has none."""
        try:
            async with asyncio.timeout(self._task.timeout):
                found = await asyncio.get_running_loop().getaddrinfo(
                    host, None, type=socket.SOCK_STREAM
                )
        except (OSError, TimeoutError, UnicodeError):
            return []
        return [str(address[0]) for _, _, _, _, address in found]

    async def speaks_tlcp(self, url: Url) -> bool:
        """Whether a site answers a greeting in TLCP (国密), which OpenSSL does not speak."""
        from collectors.wires._web_tls import by_tlcp  # noqa: PLC0415 - most audits do without

        found = [one for one in await self.addresses(url.host) if self.guard.allows(one)]
        if not found:
            return False
        place = Place(url.host, url.port)
        spoken = await by_tlcp(Endpoint(found[0], url.port), TlsQuestion(place))
        return spoken is not None and spoken.hello

    async def page(self, url: Url, inside: Inside, may: May, most: int) -> Fetched:
        """Fetch a page of the site, up to `most` bytes, over at most five redirects inside it."""
        return await self._follow(url, inside, may, most, "page")

    async def robots(self, url: Url, inside: Inside, may: May, most: int) -> Fetched:
        """Fetch a robots.txt, which many servers send as a file to be saved."""
        return await self._follow(url, inside, may, most, "robots")

    async def file(self, url: Url, inside: Inside, may: May) -> Fetched:
        """Fetch the beginning of a file of the site."""
        return await self._follow(url, inside, may, HEAD_BYTES, "head")

    async def other(self, url: Url) -> Fetched:
        """Ask another site once; a redirect is an answer."""
        return await self._get(self._others, url, HEAD_BYTES, "head")

    async def _follow(self, url: Url, inside: Inside, may: May, most: int, how: _How) -> Fetched:
        here, been = url, {url.text}
        for hop in range(HOPS + 1):
            got = await self._get(self._site, here, most, how)
            if got.why or not got.out:
                return msgspec.structs.replace(got, hops=hop)
            following = normalise(got.out, here)
            if following is None:
                return msgspec.structs.replace(got, why="redirect_nowhere", out="")
            if not inside(following):
                return msgspec.structs.replace(got, out=following.text, hops=hop)
            if following.text in been and len(self._jar) == 0:
                return msgspec.structs.replace(got, why="redirect_loop", out="")
            if hop < HOPS and not await may(following):
                return msgspec.structs.replace(got, why="robots_disallowed", out="")
            been.add(following.text)
            here = following
        return Fetched(here, why="redirect_loop", hops=HOPS)

    async def _get(self, session: aiohttp.ClientSession, url: Url, most: int, how: _How) -> Fetched:
        """Ask once, within the time for one request; every failure has a name."""
        self.requests += 1
        try:
            async with asyncio.timeout(self._task.timeout):
                return await self._ask(session, url, most, how)
        except TimeoutError:
            return Fetched(url, why="timeout")
        except aiohttp.ClientError as error:
            return Fetched(url, why=_why(error))
        except (ssl.SSLError, ssl.CertificateError):
            return Fetched(url, why="tls_untrusted")
        except _UnreadableError:
            return Fetched(url, why="coding")
        except (OSError, ValueError, zlib.error):
            return Fetched(url, why="garbled")

    async def _ask(self, session: aiohttp.ClientSession, url: Url, most: int, how: _How) -> Fetched:
        try:
            literal = self.guard.allows(url.host)
        except ValueError:
            literal = True  # a name: the resolver looks at its addresses
        if not literal:
            return Fetched(url, why="address_not_allowed")
        if len(self._jar) > _COOKIES:
            self._jar.clear()
        headers = {"Range": f"bytes=0-{most - 1}"} if how == "head" else {}
        async with session.get(
            URL(url.text, encoded=True), allow_redirects=False, headers=headers
        ) as answer:
            out = answer.headers.get("Location", "") if answer.status in _REDIRECTS else ""
            content_type = answer.headers.get("Content-Type", "")[:200]
            wanted = not out and (how != "page" or _is_text(content_type))
            if answer.status == _NO_BYTES:  # what is said about it is none of its bytes
                wanted = False
            body, cut = await _read(answer, most) if wanted else (b"", False)
            if cut or not wanted:
                answer.close()
            return Fetched(url, answer.status, "", content_type, body, cut, out[:2_000])


def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return not kind or kind.startswith("text/") or "html" in kind or "xml" in kind


async def _read(answer: aiohttp.ClientResponse, most: int) -> tuple[bytes, bool]:
    """Read and unpack up to `most` bytes; True = there was more."""
    encoding = answer.headers.get("Content-Encoding", "").lower().strip()
    if encoding in {"gzip", "x-gzip"}:
        unpack = zlib.decompressobj(31)
    elif encoding == "deflate":
        unpack = zlib.decompressobj()
    elif encoding in _NEVER_ASKED:
        raise _UnreadableError(encoding)
    else:  # `none`, `utf-8`: browsers pay no heed to what is no coding
        unpack = None
    whole = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        left = most + 1 - len(whole)
        try:
            whole += chunk[:left] if unpack is None else unpack.decompress(chunk, left)
        except zlib.error:
            if encoding != "deflate" or whole:
                raise
            unpack = zlib.decompressobj(-zlib.MAX_WBITS)  # raw, as some servers mean it
            whole += unpack.decompress(chunk, left)
        if len(whole) > most:
            return bytes(whole[:most]), True
    return bytes(whole), False


def _why(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return (
            "address_not_allowed" if isinstance(error.os_error, NotAllowedError) else "dns_failed"
        )
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "tls_untrusted"
    if isinstance(error, aiohttp.ClientSSLError):
        return "tls_failed"
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, ConnectionRefusedError)
        return "refused" if refused else "unreachable"
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
        return "disconnected"
    return "garbled"
