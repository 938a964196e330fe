"""The index of live outages: made again from transitions and blinds whenever they touch it.

DOWN opens an outage at its `since`, UP and DEGRADED close it; UNKNOWN and SHADOW keep it open and
are not counted as down. A blind makes the target UNKNOWN until its own next transition.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

import msgspec

from sla.states import State

_CLOSES: Final = frozenset({State.UP, State.DEGRADED})


class Found(msgspec.Struct):
    """An outage as added up from a target's changes. `down_since`: still DOWN since then."""

    start: int
    seen_at: int
    reason: str
    finish: int | None = None
    down_seconds: int = 0
    down_since: int | None = None

    def move(self, state: int, since: int) -> None:
        """Go on in `state` from `since` on."""
        if self.down_since is not None:
            self.down_seconds += since - self.down_since
        self.down_since = since if state == State.DOWN else None
        if state in _CLOSES:
            self.finish = since


class Change(msgspec.Struct, frozen=True, gc=False):
    """A change of one target: its own transition, or a blind (state UNKNOWN)."""

    since: int
    seen_at: int
    own: bool
    state: int
    reason: str


def in_force(changes: Iterable[Change]) -> list[Change]:
    """Put in order of time the transitions of one target as entered, then the blinds as entered.

    Of transitions with one `since` the last entered counts; a blind at the same instant counts
    where it was decided later.
    """
    kept: dict[int, Change] = {}
    for change in changes:
        there = kept.get(change.since)
        if there is None or change.own == there.own or change.seen_at > there.seen_at:
            kept[change.since] = change
    return [kept[since] for since in sorted(kept)]


def find(changes: Iterable[Change]) -> list[Found]:
    """Add up the outages of one target from its changes, given as for `in_force`."""
    outages: list[Found] = []
    for change in in_force(changes):
        if outages and outages[-1].finish is None:
            outages[-1].move(change.state, change.since)
        elif change.state == State.DOWN:
            outages.append(
                Found(change.since, change.seen_at, change.reason, down_since=change.since)
            )
    return outages


def refresh(connection: sqlite3.Connection, target: int, since: int, *, opens: bool) -> None:
    """Make the outages of a target again from the one that a change at `since` touches on.

    `opens`: the change may open one; otherwise there may be nothing to do.
    """
    before = connection.execute(
        "SELECT start, finish FROM outage WHERE target = ? AND start <= ?"
        " ORDER BY start DESC LIMIT 1",
        (target, since),
    ).fetchone()
    if before is not None and (before[1] is None or before[1] >= since):
        anchor = before[0]
    elif opens or _any_after(connection, target, since):
        anchor = since
    else:
        return
    changes = [
        Change(at, seen_at, bool(own), state, reason)
        for at, seen_at, own, state, reason, _ in connection.execute(
            "SELECT since, seen_at, 1, state, reason, number FROM transition"
            " WHERE target = ?1 AND since >= ?2"
            " UNION ALL SELECT since, seen_at, 0, ?3, reason, number FROM blind WHERE since >= ?2"
            " ORDER BY 3 DESC, 6",
            (target, anchor, int(State.UNKNOWN)),
        )
    ]
    connection.execute("DELETE FROM outage WHERE target = ? AND start >= ?", (target, anchor))
    connection.executemany(
        "INSERT INTO outage (target, start, finish, seen_at, reason, down_seconds, down_since)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (target, o.start, o.finish, o.seen_at, o.reason, o.down_seconds, o.down_since)
            for o in find(changes)
        ],
    )


def refresh_all(connection: sqlite3.Connection, since: int) -> None:
    """Make every outage again that a blind from `since` on touches."""
    touched = connection.execute(
        "SELECT DISTINCT target FROM outage WHERE finish IS NULL OR finish > ?", (since,)
    ).fetchall()
    for (target,) in touched:
        refresh(connection, target, since, opens=False)


def _any_after(connection: sqlite3.Connection, target: int, since: int) -> bool:
    found = connection.execute(
        "SELECT 1 FROM outage WHERE target = ? AND start > ? LIMIT 1", (target, since)
    ).fetchone()
    return found is not None
