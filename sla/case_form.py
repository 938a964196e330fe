"""What is written in a file of worked cases: values that are checked one by one.

Every problem is noted with the case and the path in it; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from inventory.problem import Path_, dotted
from sla._overlays import Work
from sla.timeline import Raw, Run, Span

T = TypeVar("T")
_DECIMAL: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?")
_FRACTION: Final = re.compile(r"[.,][0-9]*[1-9]")
"""Of a second, in the time or in its offset: what is left of one would be cut off unseen."""
_RAW: Final[dict[str, Raw]] = {"U": "U", "G": "G", "D": "D", "K": "K"}
_MOST: Final = 10**12
"""Seconds; more is no number that anybody meant."""


class CaseProblem(NamedTuple):
    """One thing wrong with one place of one case; the sentence is in `texts`."""

    case: str
    path: str
    code: str
    parameters: Mapping[str, object]


@dataclass(slots=True)
class Reader:
    """Reads the values of one case and notes what is wrong with them."""

    case: str
    problems: list[CaseProblem] = field(default_factory=list)

    def note(self, path: Path_, code: str, **parameters: object) -> None:
        """Note a problem."""
        self.problems.append(CaseProblem(self.case, dotted(path), code, parameters))

    def mapping(
        self, value: object, path: Path_, known: Iterable[str], needed: Iterable[str] = ()
    ) -> dict[str, object] | None:
        """Read a mapping with no key but those known, and all those needed; None if it is none."""
        if not isinstance(value, dict):
            self.note(path, "needs_mapping")
            return None
        allowed = frozenset(known)
        for key in value:
            if key not in allowed:
                self.note((*path, str(key)), "unknown_key")
        missing = [key for key in needed if key not in value]
        for key in missing:
            self.note(path, "missing_key", key=key)
        return None if missing else value

    def items(
        self, value: object, path: Path_, read: Callable[[object, Path_], T | None]
    ) -> list[T]:
        """Read a list; what is wrong in it is left out and noted."""
        if not isinstance(value, list):
            self.note(path, "needs_list")
            return []
        found = (read(item, (*path, place)) for place, item in enumerate(value))
        return [one for one in found if one is not None]

    def instant(self, value: object, path: Path_) -> int | None:
        """Read ISO 8601 with an offset, in whole seconds, as UTC seconds."""
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
            if moment is None or _FRACTION.search(str(value)):
                self.note(path, "case_time")
                return None
            if moment.tzinfo is None:
                self.note(path, "case_offset")
                return None
            return int(moment.timestamp())
        except (ValueError, OverflowError):
            self.note(path, "case_time")
            return None

    def whole(self, value: object, path: Path_, least: int = 0) -> int:
        """Read a whole number; `least` where it is none."""
        if type(value) is not int or not least <= value <= _MOST:
            self.note(path, "case_whole", least=least, most=_MOST)
            return least
        return value

    def decimal(
        self, value: object, path: Path_, most: Fraction | None = None, *, above: int | None = None
    ) -> Fraction | None:
        """Read a decimal number, as text or as it stands, exactly; at least 0."""
        said = str(value) if type(value) in (int, str) else ""
        if not _DECIMAL.fullmatch(said):
            self.note(path, "case_number")
            return None
        found = Fraction(said)
        if (most is not None and found > most) or (above is not None and found <= above):
            self.note(path, "case_range")
            return None
        return found

    def one_of(self, value: object, path: Path_, known: Mapping[str, T]) -> T | None:
        """Read one of a few words."""
        if not isinstance(value, str) or value not in known:
            self.note(path, "one_of", expected=", ".join(known))
            return None
        return known[value]

    def span(self, value: object, path: Path_) -> Span | None:
        """Read `[start, end]`."""
        parts = self._parts(value, path, (2,))
        return None if parts is None else self._span(parts, path)

    def work(self, value: object, path: Path_) -> Work | None:
        """Read `[start, end]` or `[start, end, registered]`."""
        parts = self._parts(value, path, (2, 3))
        span = None if parts is None else self._span(parts[:2], path)
        if parts is None or span is None:
            return None
        if len(parts) == 2 or parts[2] is None:
            return Work(*span)
        registered = self.instant(parts[2], (*path, 2))
        return None if registered is None else Work(*span, registered)

    def run(self, value: object, path: Path_) -> Run | None:
        """Read `[state, start, end]`."""
        parts = self._parts(value, path, (3,))
        if parts is None:
            return None
        state = self.one_of(parts[0], (*path, 0), _RAW)
        span = self._span(parts[1:], path, first=1)
        return None if state is None or span is None else Run(state, *span)

    def runs(self, value: object, path: Path_) -> list[Run]:
        """Read runs; two that overlap are a problem of the later one."""
        places: list[tuple[Run, int]] = []

        def read(item: object, at: Path_) -> Run | None:
            run = self.run(item, at)
            if run is not None:
                places.append((run, int(at[-1])))
            return run

        runs = self.items(value, path, read)
        ordered = sorted(places, key=lambda one: (one[0].start, one[0].end))
        for (before, _), (after, place) in pairwise(ordered):
            if after.start < before.end:
                self.note((*path, place), "case_overlap")
        return runs

    def _parts(self, value: object, path: Path_, lengths: Sequence[int]) -> list[object] | None:
        if not isinstance(value, list) or len(value) not in lengths:
            self.note(path, "case_parts", lengths=" / ".join(map(str, lengths)))
            return None
        return value

    def _span(self, parts: Sequence[object], path: Path_, first: int = 0) -> Span | None:
        start = self.instant(parts[0], (*path, first))
        end = self.instant(parts[1], (*path, first + 1))
        if start is None or end is None:
            return None
        if end <= start:
            self.note(path, "reversed")
            return None
        return start, end
