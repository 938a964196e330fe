"""The text of a page as a browser would read it: which encoding, and then the characters.

By the byte order mark, the header, the page's own word in its first kilobyte, in this order (HTML
Living Standard 13.2.3.2 with the header and the mark as there); else UTF-8 where it is that, else
GB18030, which most pages of old are. GB2312 and GBK are read as GB18030, as browsers do (Encoding
Standard). A name of an encoding that is not in the table is not looked up anywhere.
"""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
_KNOWN: Final = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
    **dict.fromkeys(
        ("gb2312", "gb_2312-80", "gb_2312", "gbk", "x-gbk", "cp936", "gb18030", "chinese"),
        "gb18030",
    ),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cn-big5"), "big5hkscs"),
    "hz-gb-2312": "hz",
    **dict.fromkeys(("utf-16", "utf-16le"), "utf-16-le"),
    "utf-16be": "utf-16-be",
    **dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "ascii", "windows-1252"), "cp1252"),
}
_IN_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_IN_PAGE: Final = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})",
    re.IGNORECASE,
)
_HEAD: Final = 1_024


def read_text(body: bytes, content_type: str) -> str:
    """Return the characters of a page; what cannot be read becomes U+FFFD."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    said = _IN_HEADER.search(content_type)
    encoding = _KNOWN.get(said[1].lower(), "") if said else ""
    if not encoding and (found := _IN_PAGE.search(body[:_HEAD])):
        encoding = _KNOWN.get(found[1].decode("ascii").lower(), "")
        if encoding.startswith("utf-16"):  # its own word was readable, so it is none
            encoding = "utf-8"
    if encoding:
        return body.decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")
