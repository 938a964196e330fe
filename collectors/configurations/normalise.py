"""Out of what a terminal showed, the configuration itself: the same each time, or nothing at all.

Two readings of a configuration nobody changed must be equal, or each day would be a change. So
what a box writes anew each time goes: when it was changed or saved and by whom, how large it is,
how long the box runs, the NTP clock period it has worked out, what a pager left behind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

LARGEST: Final = 8_000_000
"""Characters. Core routers with thousands of circuits have some 2 MB."""
_LONGEST_LINE: Final = 100_000
_AFTER_THE_END: Final = 3
"""Lines that may follow the last one: the prompt, more than once where a box says it again."""

Problem = Literal["config_empty", "config_incomplete", "config_too_large"]

_PROMPT: Final = re.compile(r"(?:HRP_[A-Z]+)?(?:<[^<>]{1,64}>|\[[^\[\]]{1,64}\]|\S{1,64}[>#])")
_MORE: Final = re.compile(r"[ \t]*-{2,6}[ \t]*\(?more\)?[^-\n]{0,40}-{2,6}[ \t]*", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"\x1b(?:\[([0-9;?]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.?)")
_BLANKS: Final = "\t\u00a0\u3000"
"""Of what is not printable to Python this is text: Chinese descriptions have wide blanks."""
_MOVES: Final = frozenset("\b\r\x1b")
_ECHO: Final = re.compile(
    r"\S{0,66}[ \t]*(?:display current-configuration|show running-config)[ \t]*", re.IGNORECASE
)
_CLOCK: Final = r"\d{1,2}:\d{2}:\d{2}"
_NOISE: Final = re.compile(
    rf"""
      \s*Building[ ]configuration\b.*
    | [!#\s]{{0,8}}Current[ ]configuration\s*:.*
    | [!#\s]{{0,8}}Last[ ]configuration[ ](?:was[ ])?(?:change|updated|saved).*
    | [!#\s]{{0,8}}NVRAM[ ]config[ ]last[ ]updated.*
    | [!#\s]{{0,8}}No[ ]configuration[ ]change[ ]since.*
    | [!#\s]{{0,8}}(?:Time|Date|Generated|Saved|Created)(?:[ ](?:at|on|by|time))?\s*:.*{_CLOCK}.*
    | [!#\s]{{0,8}}timestamp_write\s*:.*
    | [!#\s]{{0,8}}MKHash\b.*
    | [!#].{{0,64}}\buptime[ ]is[ ].*
    | (?:[!#]\s{{0,8}})?(?:System[ ])?uptime\s*:.*
    | \s*ntp[ ]clock-period[ ]\d+
    """,
    re.IGNORECASE | re.VERBOSE,
)


class Normal(msgspec.Struct, frozen=True):
    """A whole configuration, or why what came is none."""

    text: str
    problem: Problem | None = None


def normalise(text: str, ending: re.Pattern[str]) -> Normal:
    """Return the configuration in `text`, each line ended by one newline.

    Without an ending that its platform knows it is none (`config_incomplete`): a connection that
    broke off, or a line that looked like the prompt. Doing it twice is doing it once.
    """
    if len(text) > LARGEST:
        return Normal("", "config_too_large")
    lines = [line for line in map(_plain, text.split("\n")) if not _NOISE.fullmatch(line)]
    first = 0
    while first < len(lines) and (not lines[first] or _ECHO.fullmatch(lines[first])):
        first += 1
    last = _last(lines, ending)
    if first == len(lines):
        return Normal("", "config_empty")
    if last <= first:  # an ending alone is no configuration
        return Normal("", "config_incomplete")
    return Normal("\n".join(lines[first : last + 1]) + "\n")


def _last(lines: Sequence[str], ending: re.Pattern[str]) -> int:
    """Return the place of the line that ends it; -1 = none does."""
    after = 0
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if ending.fullmatch(line):
            return place
        if line and not _PROMPT.fullmatch(line):
            return -1
        after += bool(line)
        if after > _AFTER_THE_END:
            return -1
    return -1


def _plain(line: str) -> str:
    """Return a line as it stood on the screen, without what a pager wrote and took away again."""
    line = line[:_LONGEST_LINE].removesuffix("\r")
    if not _MOVES.isdisjoint(line):
        line = _on_screen(line)
    if not line.isprintable():
        line = "".join(one for one in line if one.isprintable() or one in _BLANKS)
    if "more" in line.lower():
        line = _without_pager(line)
    return line.rstrip()


def _without_pager(line: str) -> str:
    """Take the pager's words from the front, where they stand; a description may hold the same."""
    while found := _MORE.match(line):
        line = line[found.end() :]
    return line


def _on_screen(line: str) -> str:
    """Do what a terminal does with backspace, return, and ECMA-48 CUB and EL; drop the rest."""
    screen: list[str] = []
    column = place = 0
    while place < len(line):
        one = line[place]
        if one == "\x1b":
            found = _ESCAPE.match(line, place)
            assert found is not None  # the last alternative matches the escape alone
            place = found.end()
            if found[2] == "D":
                column = max(0, column - _number(found[1], 1))
            elif found[2] == "K":
                del screen[0 if _number(found[1], 0) == 2 else column :]
            continue
        place += 1
        if one == "\b":
            column = max(0, column - 1)
        elif one == "\r":
            column = 0
        else:
            screen += [" "] * (column - len(screen))
            screen[column : column + 1] = [one]
            column += 1
    return "".join(screen)


def _number(text: str, otherwise: int) -> int:
    return int(text[:6]) if text.isdecimal() else otherwise
