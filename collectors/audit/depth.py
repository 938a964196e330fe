"""How deep a page nests, looked at before it is parsed.

The parser's time grows with the square of the depth: 2 MB of `<div>` would take it eight minutes,
and nothing can interrupt it. Browsers themselves stop at 512 levels. Unclosed elements that the
next one closes by itself (HTML, 13.1.2.4) add none.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

DEEPEST: Final = 1_000
_TOKEN: Final = re.compile(
    r"<!--(?:.*?-->|.*)|<(script|style|textarea|title)\b(?:.*?</\1\s*>|.*)|"
    r"<(/?)([A-Za-z][A-Za-z0-9]*+)(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+",
    re.DOTALL | re.IGNORECASE,
)
_FLAT: Final = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr", "p", "li", "td", "th", "tr", "dd", "dt", "option", "optgroup",
        "tbody", "thead", "tfoot", "colgroup", "caption", "html", "head", "body", "frame",
    }
)  # fmt: skip


def shallow(text: str) -> str:
    """Return a page up to where it becomes too deep to be read."""
    opened: Counter[str] = Counter()
    depth = 0
    for match in _TOKEN.finditer(text):
        name = match[3]
        if not name or (name := name.lower()) in _FLAT:
            continue
        if not match[2]:
            opened[name] += 1
            depth += 1
            if depth > DEEPEST:
                return text[: match.start()]
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return text
