"""Which characters the bytes of a page are: GB2312, GB18030, Big5 and UTF-8, declared or not.

In the order of browsers (WHATWG HTML, 13.2.3): byte order mark, HTTP header, `<meta>` within the
first 1,024 bytes (4,096 here, since portals put comments before it), then a guess. What is declared
and does not hold is told, and the page is read as what it is.
"""

from __future__ import annotations

import codecs
import re
from itertools import islice
from typing import Final, NamedTuple

from charset_normalizer import from_bytes

_HEAD: Final = 4_096
_SAMPLE: Final = 16_384
_FEW: Final = 0.002
"""Part of the bytes that may be damaged in a page that is still what it says."""
_META: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)
_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_AS: Final = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "cp936": "gb18030", "hz-gb-2312": "gb18030", "utf8": "utf-8", "big5-hkscs": "big5hkscs",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs", "iso-8859-1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "latin1": "cp1252",
}  # fmt: skip
"""Labels as browsers read them: the larger set in place of its part."""
_NO_CHARSETS: Final = (
    "utf-7", "idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape",
)  # fmt: skip
_HIGH: Final = bytes(range(128, 256))
_PAIR: Final = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
"""A character of GB2312; letters with accents stand alone."""
_LOOKED_AT: Final = 262_144
_MOSTLY: Final = 0.8
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_ENOUGH: Final = 4
"""Characters that are UTF-8 by no accident; two or three of GB18030 may be."""
_LIKELY: Final = ("utf-8", "gb18030", "big5hkscs")


class Read(NamedTuple):
    """The text, the encoding it was read in, and what was declared where that is wrong."""

    text: str
    encoding: str
    wrong: str = ""


def read(raw: bytes, content_type: str) -> Read:
    """Decode a page; never fails."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return Read(raw[len(mark) :].decode(encoding, "replace"), encoding)
    declared = declared_in(raw, content_type)
    if declared and not _is_another(raw, declared):
        text = _decode(raw, declared)
        if text is not None:
            return Read(text, declared)
    for encoding in (*filter(None, [_in_page(raw)]), *_guesses(raw)):
        if encoding != declared and (text := _decode(raw, encoding)) is not None:
            return Read(text, encoding, declared)
    fallback = declared or "utf-8"
    return Read(raw.decode(fallback, "replace"), fallback, declared)


def declared_in(raw: bytes, content_type: str) -> str:
    """Return the encoding that the header, else the page, declares; "" = none that is known."""
    header = _HEADER.search(content_type)
    if header and (name := _known(header[1])):
        return name
    return _in_page(raw)


def _in_page(raw: bytes) -> str:
    meta = _META.search(raw[:_HEAD])
    return _known(meta[1].decode("ascii")) if meta else ""


def _is_another(raw: bytes, declared: str) -> bool:
    """Whether bytes that can be read as declared are another set beyond doubt.

    Every byte is a character of Latin-1, which web servers declare where nobody told them
    anything, and most of UTF-8 in Chinese is pairs that GB18030 has too.
    """
    if declared.startswith(("utf-", "utf_")):
        return False
    if declared == "cp1252":
        begin = raw[:_LOOKED_AT]
        high = len(begin) - len(begin.translate(None, _HIGH))
        if high and 2 * sum(1 for _ in _PAIR.finditer(begin)) >= _MOSTLY * high:
            return True
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum(1 for _ in islice(_CHINESE.finditer(text), _ENOUGH)) == _ENOUGH


def _known(label: str) -> str:
    name = _AS.get(label.lower(), label.lower())
    try:
        found = codecs.lookup(name)
    except LookupError:
        return ""
    # A codec that is no text encoding (`zlib`, `rot13`), or one that no browser knows.
    is_text = getattr(found, "_is_text_encoding", True)
    return name if is_text and not found.name.startswith(_NO_CHARSETS) else ""


def _decode(raw: bytes, encoding: str) -> str | None:
    """Decode what is this encoding but for a few damaged characters; None = it is another."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace")
    return text if text.count("\ufffd") <= max(1, len(raw) * _FEW) else None


def _guesses(raw: bytes) -> tuple[str, ...]:
    """Order the likely encodings; Big5 and GB18030 differ in how frequent characters are."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(
            raw[:_SAMPLE], cp_isolation=["gb18030", "big5hkscs", "big5", "utf_8"]
        ).best()
        if best is not None and "big5" in best.encoding:
            return ("big5hkscs", "gb18030", "utf-8")
        return ("gb18030", "big5hkscs", "utf-8")
    return _LIKELY
