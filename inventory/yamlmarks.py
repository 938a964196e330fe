"""YAML to plain data: strictly, with the place of each value to be had afterwards.

Read from the events of libyaml, so that a file with 30,000 sites takes seconds and no tree of
nodes. Scalars follow the core schema of YAML 1.2: only `true` and `false` are truth values, `on`,
`off`, `yes`, `no`, `12:30` and `2026-01-01` are text, and so is a number with leading zeros. Keys
are always text. No tags. An anchor holds no alias and is small, so nothing can be blown up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from inventory.problem import Mark, Path_, Problem, dotted

LARGEST = 8_000_000
DEEPEST = 20
MOST_ALIASES = 100
LARGEST_ANCHOR = 1_000
"""Values below one anchor."""

_Event = Any  # the stubs know neither what each event carries nor that one always comes

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}([eE][-+]?[0-9]{1,3})?")
_CONSTANTS: Mapping[str, object] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMERIC = frozenset("-0123456789")


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read. `name` is what problems call it."""

    name: str
    folder: Path
    data: bytes = field(repr=False)


def read_source(path: Path, name: str, largest: int = LARGEST) -> Source | Problem:
    """Read a regular file of at most `largest` bytes."""
    try:
        if not S_ISREG(path.stat().st_mode):
            return Problem(name, 1, "", "file_not_regular")
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except FileNotFoundError:
        return Problem(name, 1, "", "file_missing")
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        reason = getattr(error, "strerror", None) or "bad name"
        return Problem(name, 1, "", "file_unreadable", {"reason": reason})
    if len(data) > largest:
        return Problem(name, 1, "", "file_too_large", {"megabytes": largest // 1_000_000})
    return Source(name, path.parent, data)


def parse(
    source: Source, marks: dict[Path_, tuple[int, int]] | None = None
) -> tuple[object, list[Problem]]:
    """Return the data of one document and what is wrong with its form.

    Where the file cannot be read to its end the data are None. `marks` is filled with the line and
    column (from 1) of each value; the mark of a value in a mapping is that of its key.
    """
    builder = _Builder(source, marks)
    try:
        text = source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        return None, [Problem(source.name, line, "", "not_utf8")]
    try:
        return builder.document(yaml.CSafeLoader(text)), builder.problems
    except _StopError:
        return None, builder.problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.problem(mark, _likely(text, mark.line if mark else 0), detail=error.problem or "")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found = Problem(source.name, line, "", "yaml_character", {"number": f"{error.character!r}"})
        builder.problems.append(found)
    return None, builder.problems


def _likely(text: str, line: int) -> str:
    """Return the code of what people most often did where libyaml is lost."""
    near = text.splitlines()[max(0, line - 1) : line + 1]
    if any("\t" in one[: len(one) - len(one.lstrip())] for one in near):
        return "yaml_tab"
    if any(mark in one for one in near for mark in "：，“”"):
        return "yaml_full_width"
    return "yaml_syntax"


class Marks:
    """Where each value was written.

    Looked up only when something is wrong, so that a good file costs nothing: the file is then
    parsed again, once. `owners` names the source of what lies below a path of one or two steps.
    """

    def __init__(self, sources: Sequence[Source], owners: Mapping[Path_, int]) -> None:
        self._sources = sources
        self._owners = owners
        self._tables: dict[int, dict[Path_, tuple[int, int]]] = {}
        self._data: dict[int, object] = {}

    def find(self, path: Path_, source: int | None = None) -> Mark:
        """Return the mark of the value, or of what is nearest around it."""
        if source is None:
            source = self._owner(path)
        table = self._table(source)
        for length in range(len(path), 0, -1):
            if mark := table.get(path[:length]):
                return Mark(self._sources[source].name, *mark)
        return Mark(self._sources[source].name, 1, 1)

    def written(self, path: Path_) -> object:
        """Return what is written at `path`, None where nothing is."""
        source = self._owner(path)
        self._table(source)
        here = self._data[source]
        for step in path:
            if isinstance(here, dict):
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return None
        return here

    def _owner(self, path: Path_) -> int:
        return self._owners.get(path[:2], self._owners.get(path[:1], 0))

    def _table(self, source: int) -> dict[Path_, tuple[int, int]]:
        if source not in self._tables:
            table = self._tables[source] = {}
            self._data[source], _ = parse(self._sources[source], table)
        return self._tables[source]


class _StopError(Exception):
    """Nothing sensible can be read of the rest; the problem is noted already."""


class _Builder:
    """Turns the events of one file into data."""

    def __init__(self, source: Source, marks: dict[Path_, tuple[int, int]] | None) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._marks = marks
        self._path: list[str | int] = []
        self._anchors: dict[str, object] = {}
        self._aliases = 0
        self._anchored = False
        self._count = 0

    def problem(self, mark: Any, code: str, **parameters: object) -> None:
        line = mark.line + 1 if mark else 1
        path = dotted(tuple(self._path))
        self.problems.append(Problem(self._source.name, line, path, code, parameters))

    def document(self, parser: yaml.CSafeLoader) -> object:
        self._next: Callable[[], _Event] = parser.get_event
        self._next()  # the stream's start
        event = self._next()
        if isinstance(event, StreamEndEvent):
            return {}
        data = self._value(self._next())
        event = self._next()
        if isinstance(event, DocumentEndEvent):
            event = self._next()
        if not isinstance(event, StreamEndEvent):
            self._stop(event, "second_document")
        return data

    def _stop(self, event: _Event, code: str, **parameters: object) -> None:
        self.problem(event.start_mark, code, **parameters)
        raise _StopError

    def _value(self, event: _Event) -> object:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            self.problem(event.start_mark, "yaml_tag")
        self._count += 1
        if event.anchor is None:
            return self._content(event)
        if self._anchored:
            self._stop(event, "anchor_nested")
        before, self._anchored = self._count, True
        value = self._content(event)
        self._anchored = False
        if self._count - before > LARGEST_ANCHOR:
            self._stop(event, "anchor_too_large", most=LARGEST_ANCHOR)
        self._anchors[event.anchor] = value
        return value

    def _content(self, event: _Event) -> object:
        if isinstance(event, ScalarEvent):
            return plain(event.value) if event.implicit[0] else event.value
        if len(self._path) >= DEEPEST:
            self._stop(event, "too_deep", deepest=DEEPEST)
        return self._mapping() if isinstance(event, MappingStartEvent) else self._sequence()

    def _alias(self, event: AliasEvent) -> object:
        self._aliases += 1
        if self._anchored:
            self._stop(event, "alias_nested")
        if self._aliases > MOST_ALIASES:
            self._stop(event, "too_many_aliases", most=MOST_ALIASES)
        if (name := str(event.anchor)) not in self._anchors:
            self._stop(event, "alias_unknown")
        return self._anchors[name]

    def _mapping(self) -> dict[str, object]:
        data: dict[str, object] = {}
        path = self._path
        while not isinstance(event := self._next(), MappingEndEvent):
            if not isinstance(event, ScalarEvent) or event.tag is not None:
                self._stop(event, "key_not_text")
            key: str = event.value
            path.append(key)
            if key in data:
                self.problem(event.start_mark, "duplicate_key")
                self._value(self._next())
            else:
                self._mark(event)
                data[key] = self._value(self._next())
            path.pop()
        return data

    def _sequence(self) -> list[object]:
        data: list[object] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            self._path.append(len(data))
            self._mark(event)
            data.append(self._value(event))
            self._path.pop()
        return data

    def _mark(self, event: _Event) -> None:
        if self._marks is not None:
            mark = event.start_mark
            self._marks[tuple(self._path)] = (mark.line + 1, mark.column + 1)


def plain(text: str) -> object:
    """Return what a scalar without quotes means in the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in _NUMERIC:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
            return number
    return text
