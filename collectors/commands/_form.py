"""What a command's file says, how a template is used, and what a refusal looks like.

A reading that fails is `Unread`: the collector says GARBLED `cli_unread` and never takes it for an
empty table. So every file says which line its answer must have where the table is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Any, Final, Generic, Literal, TypeVar

from textfsm import TextFSM
from textfsm.parser import TextFSMError

from collectors._nqa import Reading
from collectors.vendors._form import Sure
from collectors.vendors._units import dbm

T = TypeVar("T")
Kind = Literal["optics", "bgp_peers", "ospf_neighbours", "tests"]
LONGEST: Final = 1_000_000
"""Characters of an answer that are read."""

_REFUSALS: Final = re.compile(
    r"^\s*(?:%|error\s*:|%\s*error)?\s*(?:error(?:\s+\d+)?\s*:\s*)?"
    r"(?:unrecognized|unknown|incomplete|ambiguous|invalid|wrong|too many|bad)\b[^\n]{0,80}"
    r"(?:command|parameter|input|found|detected|word)"
    r"|^\s*(?:%|error\s*:)?[^\n]{0,40}(?:not authorized|no permission|not have permission"
    r"|sufficient privilege|permission denied"
    r"|authorization failed|access denied)",
    re.IGNORECASE | re.MULTILINE,
)


class Unread(ValueError):  # noqa: N818 - a finding, not a failure of ours
    """The answer is not what this command is known to say."""


@dataclass(frozen=True, slots=True)
class Command(Generic[T]):
    """One command of one platform.

    `line` is sent as it stands; `{}` in it stands for an interface (then it is sent once for each).
    `read` makes readings of the answer or raises Unread. `sure`: how that was checked.
    """

    kind: Kind
    line: str
    read: Callable[[str], tuple[T, ...]]
    sure: Sure = "documentation"


@dataclass(frozen=True, slots=True)
class Test:
    """A router's own test of a path: whose it is, its name, its last result; None = none yet."""

    owner: str
    name: str
    result: Reading | None
    stopped: bool = False


def refused(text: str) -> bool:
    """Tell whether the device says that it has no such command, or not for us.

    A refusal comes in place of an answer: it is looked for in the first lines only.
    """
    return _REFUSALS.search("\n".join(text.splitlines()[:6])) is not None


def rows(template: str, text: str) -> Iterator[Mapping[str, Any]]:
    """Read a text by a TextFSM template. Raises Unread where the template says so.

    A line that is longer than any terminal's is no table's: it is cut.
    """
    if len(text) > LONGEST:
        raise Unread("too long")
    machine = TextFSM(StringIO(template))
    lines = "\n".join(line[:512].rstrip() for line in text.expandtabs().splitlines())
    try:
        found = machine.ParseText(lines + "\n")
    except TextFSMError as error:
        raise Unread(str(error)[:200]) from None
    header = machine.header
    return (dict(zip(header, row, strict=True)) for row in found)


@cache
def community(name: str) -> str:
    """Return a template of ntc-templates."""
    return files("ntc_templates").joinpath("templates", f"{name}.textfsm").read_text("utf-8")


def number(text: str) -> float | None:
    """Read a number; None for what stands in its place (`-`, `N/A`, nothing)."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def power(text: str) -> float | None:
    """Read an optical power in dBm that there can be."""
    value = number(text)
    return None if value is None else dbm(value)


def scaled(text: str, unit: float, sensible: Callable[[float], float | None]) -> float | None:
    """Read a number in steps of `unit`; None where there is none or it makes no sense."""
    value = number(text)
    return None if value is None else sensible(value * unit)


def must(text: str, pattern: str) -> None:
    """Raise Unread unless a line of the answer is as it must be, however it is spaced."""
    if re.search(pattern, text, re.IGNORECASE | re.MULTILINE) is None:
        raise Unread(f"no line like {pattern!r}")
