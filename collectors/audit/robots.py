"""robots.txt (RFC 9309): what a crawler that minds its manners may fetch.

`Crawl-delay` is no part of the RFC; who writes it means it, so it is kept, up to a minute.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from collectors.audit.urls import spelled

LARGEST: Final = 500 * 1024
"""Bytes that are read (RFC 9309, 2.5: at least 500 KiB)."""
_RULES: Final = 5_000
_LONGEST_DELAY: Final = 60.0
_LONGEST_LINE: Final = 2_000


class Rule(NamedTuple):
    """A path, with `*` and `$`, that is allowed or not."""

    allow: bool
    path: str


class Robots(NamedTuple):
    """The rules for one crawler; `delay` in seconds, 0 = none is asked for."""

    rules: tuple[Rule, ...] = ()
    delay: float = 0.0

    def may(self, path: str) -> bool:
        """Say whether `path` (with its query) may be fetched: the longest rule counts (2.2.2)."""
        path = spelled(path)
        best, allowed = -1, True
        for rule in self.rules:
            length = len(rule.path)
            if length < best or (length == best and not rule.allow):
                continue
            if _matches(rule.path, path):
                best, allowed = length, rule.allow
        return allowed


EVERYTHING: Final = Robots()
"""What holds where there is no robots.txt (4xx, RFC 9309, 2.3.1.3)."""
NOTHING: Final = Robots((Rule(allow=False, path="/"),))
"""What holds where it cannot be read (5xx, network; RFC 9309, 2.3.1.4)."""


def decode(raw: bytes, *, cut: bool = False) -> str:
    """Return the text of a robots.txt, which is UTF-8 (2.2); many of ours are GB18030.

    Editors on Windows put a byte order mark before it. `cut`: there was more, so the last line is
    no rule: `Disallow: /` may be the beginning of another.
    """
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if cut:
        raw = raw[: raw.rfind(b"\n") + 1]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


class _Group:
    """What is said to one kind of crawler, over all its groups."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.delay = 0.0

    def take(self, name: str, value: str) -> None:
        if name == "crawl-delay":
            self.delay = _delay(value)
        elif value and len(self.rules) < _RULES:
            self.rules.append(Rule(name == "allow", spelled(value)))


def parse(text: str, token: str) -> Robots:
    """Read the groups for `token`, else those for `*`; several groups of one name are one."""
    ours, all_others = _Group(), _Group()
    meant: list[_Group] = []
    named = in_rules = False
    for line in text.splitlines():
        name, _, value = line[:_LONGEST_LINE].partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            if in_rules:
                meant, in_rules = [], False
            if _token(value) == token.lower():
                named = True
                meant.append(ours)
            elif value == "*":
                meant.append(all_others)
        elif name in {"allow", "disallow", "crawl-delay"}:
            in_rules = True
            for group in meant:
                group.take(name, value)
    group = ours if named else all_others
    return Robots(tuple(group.rules), group.delay)


def _token(value: str) -> str:
    match = re.match(r"[a-zA-Z_-]+", value)
    return "" if match is None else match[0].lower()


def _delay(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return min(seconds, _LONGEST_DELAY) if seconds > 0 else 0.0


def _matches(rule: str, path: str) -> bool:
    """Match without a regular expression: `*` many times over would take one for ever."""
    anchored = rule.endswith("$")
    parts = rule.removesuffix("$").split("*")
    if not path.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1] if anchored else parts[1:]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if not anchored:
        return True
    if len(parts) == 1:
        return at == len(path)
    return path.endswith(parts[-1]) and len(path) - len(parts[-1]) >= at
