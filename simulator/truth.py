"""The world's own log of what was really cut, dark or silent, to compare the monitor with.

One JSON object a line: `at` (UTC seconds), `kind`, `target`, `state`. Causes have the kind of their
incident and the state `down` when it begins and `up` when it ends. Effects have the kind `link`
(`up`, `down`, or `shadow` while its near end is not reached), `site` (`up`: reached) or `canary`.
`province` is the simulator itself: what is not written is `up` while it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO


class TruthLog:
    """Appends each change as it happens; a reader never sees half a line after `flush`."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path = path
        self._now = now
        self._file: TextIO | None = None

    def open(self) -> None:
        """Begin to write; what an earlier run wrote stays."""
        self._file = self._path.open("a", encoding="utf-8")
        self.write("province", "province:all", "up")
        self.flush()

    def close(self) -> None:
        """Write out and stop."""
        if self._file is not None:
            self.write("province", "province:all", "down")
            self._file.close()
            self._file = None

    def flush(self) -> None:
        """Let readers see all changes so far."""
        if self._file is not None:
            self._file.flush()

    def write(self, kind: str, target: str, state: str) -> None:
        """Write down one change, now."""
        if self._file is not None:
            at = round(self._now(), 3)
            line = {"at": at, "kind": kind, "target": target, "state": state}
            self._file.write(json.dumps(line) + "\n")


def intervals(
    lines: Iterable[str], kind: str, until: float
) -> dict[str, list[tuple[float, float, str]]]:
    """Return by target when it was not up: (from, to, state) in UTC seconds.

    `lines` are those of the log; what still lasts ends at `until`.
    """
    found: dict[str, list[tuple[float, float, str]]] = {}
    open_: dict[str, tuple[float, str]] = {}
    for line in lines:
        change = json.loads(line)
        if change["kind"] != kind:
            continue
        target, at, state = change["target"], change["at"], change["state"]
        if target in open_:
            since, was = open_.pop(target)
            found.setdefault(target, []).append((since, at, was))
        if state != "up":
            open_[target] = (at, state)
    for target, (since, was) in open_.items():
        found.setdefault(target, []).append((since, until, was))
    return found
