"""URLs as pages write them, made one spelling each (RFC 3986, 6.2), and what a crawler walks into.

What browsers do beside the RFC is done too (WHATWG URL): backslashes are slashes, blanks around
and line breaks inside are dropped, text that is not ASCII is UTF-8 in a path and the page's own
encoding in a query.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from ipaddress import ip_address
from typing import Final, Literal, NamedTuple
from urllib.parse import quote, urlsplit

LONGEST: Final = 1_000
_DEEPEST: Final = 16
_REPEATS: Final = 3
_PORTS: Final = {"http": 80, "https": 443}
_SESSION: Final = re.compile(r";(?:jsessionid|phpsessid|sessionid|sid)=[^/?#]*", re.IGNORECASE)
_SESSION_NAMES: Final = frozenset(
    {"jsessionid", "phpsessid", "sessionid", "aspsessionid", "cfid", "cftoken"}
)
_DIGITS: Final = re.compile(r"\d+")
_PERCENT: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_HOST: Final = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
"""No group that repeats what repeats: each page writes hosts for it to be tried on."""
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,40}):")
_AUTHORITY: Final = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_DISGUISED: Final = re.compile(r"[\udc80-\udcff]")
_SAFE_PATH: Final = "/:@!$&'()*+,;=-._~%"
_SAFE_QUERY: Final = _SAFE_PATH + "?"
_FILES: Final = re.compile(
    r".\.(?:pdf|docx?|xlsx?|pptx?|wps|et|dps|ofd|rtf|txt|csv|zip|rar|7z|gz|tar|exe|apk|iso|"
    r"mp[34]|wav|wm[av]|avi|flv|mov|swf|m3u8|css|js|json|xml|rss|ico|png|jpe?g|gif|bmp|webp|svg|"
    r"woff2?|ttf|eot)",
    re.IGNORECASE,
)


class Url(NamedTuple):
    """A URL in its one spelling, taken apart. `port` is always given."""

    text: str
    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> str:
        """Scheme, host and port as they stand in the text."""
        return origin(self.scheme, self.host, self.port)


def origin(scheme: str, host: str, port: int) -> str:
    """Write the first part of a URL; a port that goes without saying is left out."""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if _PORTS[scheme] == port else f":{port}")


def normalise(raw: str, base: Url | None = None, encoding: str = "utf-8") -> Url | None:
    """Return the one spelling of `raw` as found on page `base`; None = nothing to fetch.

    None is for other schemes (mailto, javascript), a host that is none, credentials in the URL,
    and what is longer than 1,000 characters.
    """
    text = _CONTROLS.sub("", raw.strip()).replace("\\", "/")
    if not text or len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(text)
        if parts.scheme and parts.scheme.lower() not in _PORTS:
            return None
        if not parts.netloc and (base is None or _AUTHORITY.match(text)):
            return None  # also `http://` alone, of which urlsplit says that it is a relative path
        scheme = parts.scheme.lower() or (base.scheme if base else "http")
        if parts.netloc:
            if "@" in parts.netloc:
                return None
            host = _host(parts.hostname or "")
            port = parts.port or _PORTS[scheme]
            path, query = parts.path, parts.query
        else:
            assert base is not None
            if parts.scheme and parts.scheme.lower() != base.scheme:
                return None
            host, port = base.host, base.port
            path, query = _resolve(base, parts.path, parts.query, has_query="?" in text)
        # A `Location` in GBK comes as bytes in disguise (PEP 383) and goes back as those bytes.
        path = quote(_SESSION.sub("", path), safe=_SAFE_PATH, errors="surrogateescape")
        query = _query(query, encoding)
    except ValueError:  # also UnicodeError
        return None
    if not host:
        return None
    path = _without_dots(_percent(path) or "/")
    whole = origin(scheme, host, port) + path + (f"?{query}" if query else "")
    return None if len(whole) > LONGEST else Url(whole, scheme, host, port, path, query)


def why_none(raw: str) -> Literal["", "long", "nowhere"]:
    """Say why there is nothing to fetch: `nowhere` = it is meant as a link and leads nowhere.

    An address without a host or with one that is none, or a file on the disk of whoever wrote the
    page (`file:///C:/...`, pasted with a picture). "" = it is no link to a place: mailto, data.
    """
    text = _CONTROLS.sub("", raw.strip()).replace("\\", "/")
    scheme = (match[1] if (match := _SCHEME.match(text)) else "").lower()
    if scheme not in {"", *_PORTS}:
        return "nowhere" if scheme == "file" or len(scheme) == 1 else ""
    if not _AUTHORITY.match(text):
        return "long" if text and not scheme else ""
    try:
        parts = urlsplit(text)
        good = bool(_host(parts.hostname or "")) and parts.port != 0
    except ValueError:
        return "nowhere"
    if "@" in parts.netloc:
        return ""
    return "long" if good else "nowhere"


def _host(raw: str) -> str:
    """Return a host in lower case and ASCII (IDNA); "" where it is none."""
    raw = raw.rstrip(".").lower()
    if ":" in raw:
        return ip_address(raw).compressed
    if not raw.isascii():
        raw = raw.encode("idna").decode("ascii")
    return raw if len(raw) <= 253 and _HOST.fullmatch(raw) else ""


def _resolve(base: Url, path: str, query: str, *, has_query: bool) -> tuple[str, str]:
    """Resolve a relative reference (RFC 3986, 5.2.2)."""
    if not path:
        return base.path, query if has_query else base.query
    if path.startswith("/"):
        return path, query
    return base.path[: base.path.rfind("/") + 1] + path, query


def _without_dots(path: str) -> str:
    """Remove dot segments (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _percent(text: str) -> str:
    """Spell percent-encoding in one way: capitals, and none where none is needed."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else f"%{match[1].upper()}"

    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", _PERCENT.sub(one, text))


def spelled(path: str) -> str:
    """Spell a path (with its query, or a rule of robots.txt about it) as `normalise` does."""
    return _percent(quote(path, safe=_SAFE_QUERY, errors="replace"))


def _query(query: str, encoding: str) -> str:
    kept = [
        part
        for part in query.split("&")
        if part and part.partition("=")[0].lower() not in _SESSION_NAMES
    ]
    whole = "&".join(kept)
    errors = "surrogateescape" if _DISGUISED.search(whole) else "replace"
    return _percent(quote(whole, safe=_SAFE_QUERY, encoding=encoding, errors=errors))


class Hosts:
    """Which hosts are the site itself: `name` (ports 80 and 443), `name:port`, `*.name`.

    A home page at one of the usual ports stands for both: sites move from HTTP to HTTPS.
    """

    def __init__(self, names: tuple[str, ...], seeds: tuple[Url, ...]) -> None:
        usual = tuple(_PORTS.values())
        self._exact = {
            (seed.host, port)
            for seed in seeds
            for port in (usual if seed.port in usual else (seed.port,))
        }
        self._below: tuple[str, ...] = ()
        for name in names:
            low = name.lower()
            if low.startswith("*."):
                self._below += (low[1:],)
                continue
            host, _, port = low.rpartition(":") if low.count(":") == 1 else (low, "", "")
            ports = (int(port),) if port else usual
            self._exact |= {(host, one) for one in ports}

    def __contains__(self, url: Url) -> bool:
        return (url.host, url.port) in self._exact or (
            url.port in _PORTS.values() and url.host.endswith(self._below)
        )


def key(url: str) -> int:
    """Return 64 bits that stand for a URL: of 100,000, two are alike once in four billion sites."""
    return int.from_bytes(blake2b(url.encode(), digest_size=8).digest(), "big")


def is_file(url: Url) -> bool:
    """Whether the name says that it is no page."""
    stem, dot, ending = url.path.rsplit("/", 1)[-1].rpartition(".")
    return _FILES.fullmatch(f"{stem[-1:]}{dot}{ending}") is not None


def is_maze(url: Url) -> bool:
    """Whether a URL looks made by a loop: too deep, or one segment again and again."""
    segments = [one for one in url.path.split("/") if one]
    if len(segments) > _DEEPEST:
        return True
    named = [one for one in segments if not one.isdigit()]
    return any(named.count(one) >= _REPEATS for one in set(named))


def pattern(url: Url) -> str:
    """Return what URLs of one machine-made family have in common: digits and values are left out.

    Calendars and lists with a hundred orders of sorting are families; so are the articles of a
    column, which is why a family's limit is a share of the pages and not a small number.
    """
    path = _DIGITS.sub("0", url.path)
    names = sorted({part.partition("=")[0] for part in url.query.split("&") if part})
    return f"{url.host}:{url.port}{path}" + (f"?{'&'.join(names)}" if names else "")
