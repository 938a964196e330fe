"""One request and its answer over a connection that is open: HTTP/1.1 (RFC 9112) by h11.

Bounded whatever comes: a header of at most 64 kB, at most 20 interim answers, a body of at most so
many bytes as sent and as unpacked. Time limits are the caller's.
"""

from __future__ import annotations

import asyncio
import re
import time
import zlib
from typing import Final

import h11
import msgspec
from yarl import URL

from collectors._text import decode
from collectors._web import HttpQuestion
from collectors.wires._web_line import Line, Trouble
from metrics.observation import Outcome

_LARGEST_HEADER: Final = 65_536
_MOST_INTERIM: Final = 20
_HEADER_ENDS: Final = re.compile(rb"\n\r?\n")
_FIELD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:|[ \t]")
"""How a line of a header begins: with a name, or as what goes on with the line before."""
_AT_ONE_GO: Final = 256
"""Pieces of a body that are read before others have their turn: chunks may be of one byte each."""
_LARGEST_NUMBER: Final = 2**63 - 1
_MOST_COOKIES: Final = 20
_LONGEST_COOKIE: Final = 4_096
_PACKED: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""Content codings (RFC 9110 8.4.1) and zlib's window for each."""
_NEVER_ASKED: Final = frozenset({"br", "zstd", "compress", "x-compress"})
"""Codings that we cannot unpack. What is none (`none`, `utf-8`) no browser pays heed to."""
_RAW: Final = -15
"""`deflate` as some servers mean it: without zlib's frame."""


class Exchange(msgspec.Struct):
    """An answer as it comes in; what is there when time is up is what was heard."""

    status: int | None = None
    location: bytes = b""
    cookies: list[tuple[str, str]] = []
    """What was set, by name; at most 20, of 4 kB each."""
    content_type: str = ""
    coding: str = ""
    announced: int | None = None
    read: int = 0
    """Bytes of the body as sent."""
    body: bytes = b""
    trouble: str = ""
    """Why the body is not whole."""
    sent_at: float = 0.0
    header_at: float | None = None
    whole_at: float | None = None

    @property
    def length(self) -> int | None:
        """How long the body is as sent, as far as anybody knows, and where a store can hold it."""
        length = self.read if self.announced is None and self.whole_at else self.announced
        return None if length is None or length > _LARGEST_NUMBER else length


async def ask(line: Line, url: URL, question: HttpQuestion, into: Exchange) -> h11.Connection:
    """Ask and read the header; `Trouble` where what comes is no HTTP, or nothing."""
    peer, data = _begun(url, question)
    await line.send(data)
    into.sent_at = time.monotonic()
    raw = bytearray()
    try:
        try:
            await _header(line, peer, into, raw)
        except h11.RemoteProtocolError:
            if (mended := _mended(bytes(raw))) is None:
                raise
            peer, _ = _begun(url, question)
            peer.receive_data(mended)
            await _header(line, peer, into, raw)
    except h11.RemoteProtocolError:
        raise Trouble(Outcome.GARBLED, "no_http") from None
    return peer


def _begun(url: URL, question: HttpQuestion) -> tuple[h11.Connection, bytes]:
    """Return a connection that has asked, and the bytes of it."""
    peer = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEADER)
    try:
        headers = _headers(url, question)
        request = h11.Request(method=question.method, target=_target(url), headers=headers)
        data = [peer.send(request)]
        if question.body:
            data.append(peer.send(h11.Data(data=question.body)))
        data.append(peer.send(h11.EndOfMessage()))
    except (h11.LocalProtocolError, UnicodeEncodeError):  # what is to be sent is no HTTP
        raise Trouble(Outcome.SKIPPED, "bad_request") from None
    return peer, b"".join(piece for piece in data if piece)


def _mended(raw: bytes) -> bytes | None:
    """Leave out the lines of a header that are none; None where there are no such lines.

    Browsers pass over them (`Server : x`, a line without a colon) and show the page.
    """
    end = _HEADER_ENDS.search(raw)
    if end is None or end.start() > _LARGEST_HEADER:
        return None
    first, *lines = raw[: end.start()].split(b"\n")
    good = [line for line in lines if _FIELD.match(line)]
    if len(good) == len(lines):
        return None
    return b"\n".join((first, *good)) + raw[end.start() :]


async def read_body(
    line: Line, peer: h11.Connection, question: HttpQuestion, into: Exchange
) -> None:
    """Read the body; `into.trouble` says why it is not whole."""
    unpack = _Unpack(into.coding, question.most_bytes)
    try:
        await _body(line, peer, into, unpack, question)
    except (h11.RemoteProtocolError, Trouble):
        into.trouble = "cut"
    into.body = unpack.body


async def _header(line: Line, peer: h11.Connection, into: Exchange, raw: bytearray) -> None:
    """Read up to the end of the header; `raw` is what came so far."""
    heard = bool(raw)
    interim = 0
    while True:
        event = peer.next_event()
        if event is h11.NEED_DATA:
            piece = await line.receive()
            if not piece and not heard:
                raise Trouble(Outcome.GARBLED, "no_answer")
            heard = True
            raw += piece
            peer.receive_data(piece)
        elif isinstance(event, h11.InformationalResponse):
            interim += 1
            if interim > _MOST_INTERIM or event.status_code == 101:
                raise Trouble(Outcome.GARBLED, "no_http")
        elif isinstance(event, h11.Response):
            into.header_at = time.monotonic()
            into.status = event.status_code
            _read_headers(event.headers.raw_items(), into)
            return
        else:
            raise Trouble(Outcome.GARBLED, "no_http")


def _read_headers(headers: list[tuple[bytes, bytes]], into: Exchange) -> None:
    for name, value in headers:
        match name.lower():
            case b"location":
                into.location = value
            case b"content-type":
                into.content_type = decode(value)
            case b"content-encoding":
                into.coding = decode(value).strip().lower()
            case b"content-length" if value.isdigit():
                into.announced = int(value)
            case b"set-cookie" if len(into.cookies) < _MOST_COOKIES:
                into.cookies += [_cookie(value)]


def _cookie(value: bytes) -> tuple[str, str]:
    """Read name and value (RFC 6265 5.2); for one document its other attributes do not matter."""
    pair = value[:_LONGEST_COOKIE].partition(b";")[0].decode("latin-1")
    name, _, text = pair.partition("=")
    return name.strip(), text.strip()


async def _body(
    line: Line, peer: h11.Connection, into: Exchange, unpack: _Unpack, question: HttpQuestion
) -> None:
    bodiless = question.method == "HEAD" or into.status in {204, 304}
    if not bodiless and into.announced is not None and into.announced > question.most_bytes:
        into.trouble = "too_large"  # what is beyond the cap need not be sent
    pieces = 0
    while not into.trouble:
        event = peer.next_event()
        pieces += 1
        if pieces % _AT_ONE_GO == 0:
            await asyncio.sleep(0)
        if event is h11.NEED_DATA:
            peer.receive_data(await line.receive())
        elif isinstance(event, h11.Data):
            into.read += len(event.data)
            large = into.read > question.most_bytes
            into.trouble = "too_large" if large else unpack.add(bytes(event.data))
        else:  # its end; a connection that ends instead is a RemoteProtocolError
            into.trouble = unpack.end()
            into.whole_at = time.monotonic()
            return


class _Unpack:
    """Gathers a body, unpacked as it comes; a small file that unpacks to a large one stops."""

    def __init__(self, coding: str, most: int) -> None:
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0
        self._known = coding not in _NEVER_ASKED
        self._deflate = coding == "deflate"
        self._zlib = zlib.decompressobj(_PACKED[coding]) if coding in _PACKED else None

    @property
    def body(self) -> bytes:
        """What there is so far."""
        return b"".join(self._parts)

    def add(self, data: bytes) -> str:
        """Take a piece; return why there is no more to be taken, "" where there is."""
        if not self._known:
            return ""
        if self._zlib is None:
            return self._keep(data)
        try:
            return self._keep(self._zlib.decompress(data, self._most + 1 - self._size))
        except zlib.error:
            if not self._deflate or self._size:
                return "bad_coding"
        self._deflate, self._zlib = False, zlib.decompressobj(_RAW)
        return self.add(data)

    def end(self) -> str:
        """Return why the body could not be read, "" where it could."""
        if not self._known:
            return "unknown_coding"
        whole = self._zlib is None or self._zlib.eof or not self._size
        return "" if whole else "bad_coding"

    def _keep(self, data: bytes) -> str:
        self._parts.append(data)
        self._size += len(data)
        return "too_large" if self._size > self._most else ""


def _target(url: URL) -> bytes:
    return (url.raw_path_qs or "/").encode("ascii")


def _headers(url: URL, question: HttpQuestion) -> list[tuple[bytes, bytes]]:
    """Write the headers; a cookie goes back in the very bytes in which it came (RFC 6265 5.4)."""
    own = {name.lower() for name, _ in question.headers}
    headers = [("Host", host_header(url))]
    for name, value in (
        ("User-Agent", "extranet-monitor"), ("Accept", "*/*"), ("Accept-Encoding", "gzip"),
    ):  # fmt: skip
        if name.lower() not in own:
            headers.append((name, value))
    headers += question.headers
    if question.authorization:
        headers.append(("Authorization", question.authorization.reveal()))
    if question.body or question.method == "POST":
        headers.append(("Content-Length", str(len(question.body))))
    headers.append(("Connection", "close"))
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]


def host_header(url: URL) -> str:
    """Return the Host of a URL (RFC 9110 7.2): the port only where it is not the scheme's own."""
    host = url.raw_host or ""
    if ":" in host:
        host = f"[{host}]"
    return host if url.is_default_port() else f"{host}:{url.port}"
