"""The index of live outages: made again from transitions and blinds whenever they touch it.

The rule is `sla.outages`; this only finds what a new entry touches. It relies on what `sla.states`
promises: for one target `since` never decreases, and a blind reaches back over nothing told.
"""

from __future__ import annotations

import sqlite3

from inventory.model import TargetId
from sla.outages import outages_of
from sla.states import Blind, State, Transition
from sla.timeline import steps


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
    name = TargetId("")
    transitions = [
        Transition(name, State(state), *rest)
        for state, *rest in connection.execute(
            "SELECT state, since, seen_at, reason FROM transition"
            " WHERE target = ? AND since >= ? ORDER BY number",
            (target, anchor),
        )
    ]
    # A blind that was told earlier than the first of them can take nothing of them back; `since`
    # is later than `seen_at` where the clock was behind after a restart.
    blinds = [
        Blind(*row)
        for row in connection.execute(
            "SELECT since, seen_at, reason FROM blind WHERE seen_at >= ?1 OR since >= ?1"
            " ORDER BY number",
            (anchor,),
        )
    ]
    live = steps(transitions, blinds)
    connection.execute("DELETE FROM outage WHERE target = ? AND start >= ?", (target, anchor))
    # Counted up to the last change: what lasts goes on from there, while it is DOWN.
    counted = live[-1].start if live else anchor
    down_since = counted if live and live[-1].state is State.DOWN else None
    connection.executemany(
        "INSERT INTO outage (target, start, finish, seen_at, reason, down_seconds, down_since)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                target,
                outage.start,
                outage.end,
                outage.seen_at,
                outage.reason,
                outage.down_seconds,
                down_since if outage.end is None else None,
            )
            for outage in outages_of(name, live, counted)
        ],
    )


def refresh_all(connection: sqlite3.Connection, since: int) -> None:
    """Make every outage again that a blind from `since` on touches."""
    touched = connection.execute(
        "SELECT DISTINCT target FROM outage WHERE finish IS NULL OR finish >= ?", (since,)
    ).fetchall()
    for (target,) in touched:
        refresh(connection, target, since, opens=False)


def _any_after(connection: sqlite3.Connection, target: int, since: int) -> bool:
    found = connection.execute(
        "SELECT 1 FROM outage WHERE target = ? AND start > ? LIMIT 1", (target, since)
    ).fetchone()
    return found is not None
