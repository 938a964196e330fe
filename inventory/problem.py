"""What is wrong with a file: a code with parameters; the sentence is in `texts/problems.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, NamedTuple, Protocol

Path_ = tuple[str | int, ...]
"""Where in the data: `("links", "xs-telecom-1", "b")`, a number for the place in a list."""

Severity = Literal["error", "warning"]


class Mark(NamedTuple):
    """Where something is written; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one place of a file. Parameters never hold a secret."""

    file: str
    line: int
    path: str
    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    suggestion: str = ""
    """What was probably meant, or ""."""
    severity: Severity = "error"


class Finder(Protocol):
    """Knows where a value is written."""

    def find(self, path: Path_, source: int | None = None) -> Mark:
        """Return the mark of the value, or of what is nearest around it."""


def dotted(path: Path_) -> str:
    """Write a path as people do: `devices.xs-r1.probes[2]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


@dataclass(slots=True)
class Problems:
    """Collects problems with their marks while files are checked."""

    marks: Finder
    found: list[Problem] = field(default_factory=list)
    suggestions: int = 100
    """How many more may be looked for: each compares with every known name."""

    def add(
        self,
        path: Path_,
        code: str,
        *,
        severity: Severity = "error",
        suggestion: str = "",
        source: int | None = None,
        **parameters: object,
    ) -> None:
        """Note a problem of the value at `path`."""
        mark = self.marks.find(path, source)
        self.found.append(
            Problem(mark.file, mark.line, dotted(path), code, parameters, suggestion, severity)
        )

    def suggest(self, name: object, known: Iterable[str]) -> str:
        """Return the known name that is most like `name`, or ""."""
        if not isinstance(name, str) or self.suggestions <= 0:
            return ""
        self.suggestions -= 1
        return next(iter(get_close_matches(name, list(known), 1)), "")


def fatal(problems: Iterable[Problem]) -> bool:
    """Whether there is more than warnings."""
    return any(problem.severity == "error" for problem in problems)
