"""What the ledger can be asked. Works on the writer's own connection and on a read-only one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from alerts.model import Alert, Delivery, Phase
from inventory.model import Interval, TargetId
from sla.records import Record, decode
from sla.states import Blind, State, Transition, outage_id
from store import _sqlite
from store._rows import audit_hash
from store.entries import Account, AuditEntry, PersonRow, SessionRecord, TrapEntry

_STATES: Final = tuple(State)
_DELIVERY: Final = "alert, phase, receiver, channel, at, ok, error, permanent, severity, news"
_alert: Final = msgspec.json.Decoder(Alert)
_names: Final = msgspec.json.Decoder(tuple[str, ...])


class OutageRow(msgspec.Struct, frozen=True):
    """An outage of the live view. `end` None = lasts; `down_since`: DOWN since then, else None.

    `down_seconds` counts DOWN only (no UNKNOWN or SHADOW inside), up to `end`, and for one that
    lasts up to `down_since`; `down_until` adds the rest.
    """

    id: str
    target: TargetId
    start: int
    end: int | None
    seen_at: int
    reason: str
    down_seconds: int
    down_since: int | None = None

    def down_until(self, now: int) -> int:
        """Return the seconds of DOWN up to `now`."""
        running = 0 if self.down_since is None else max(0, now - self.down_since)
        return self.down_seconds + running


class Broken(msgspec.Struct, frozen=True):
    """Where the audit trail is not what was written: entry number, and `edited` or `missing`."""

    number: int
    problem: str


class Reader:
    """Reads the ledger. Every method raises StoreError when the file cannot be read."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # Heartbeats.

    def heartbeats(self) -> list[Interval]:
        """Return the runs of heartbeats, oldest first, from the first to the last of each."""
        rows = self._all("SELECT first, last FROM heartbeat ORDER BY first")
        return [Interval(first, last) for first, last in rows]

    def first_heartbeat(self) -> int | None:
        """Return when the monitor lived first; None = never yet."""
        value: int | None = self._all("SELECT min(first) FROM heartbeat")[0][0]
        return value

    def last_heartbeat(self) -> int | None:
        """Return when the monitor lived last; None = never yet."""
        value: int | None = self._all("SELECT max(last) FROM heartbeat")[0][0]
        return value

    def clock(self, hour: int) -> int | None:
        """Return the worst offset of our clock in an hour (its first second) in microseconds.

        None = it was not looked at, or not each time was there a source that knew.
        """
        rows = self._all(
            "SELECT worst FROM clock_check WHERE hour = ? AND verified = checks", (hour,)
        )
        return rows[0][0] if rows else None

    # Transitions, blinds and outages.

    def last_transitions(self) -> dict[TargetId, Transition]:
        """Return the transition in force of every target. A later blind is not in it."""
        return {
            target: Transition(target, _STATES[state], since, seen_at, reason, cause)
            for target, state, since, seen_at, reason, cause in self._all(
                "SELECT name, state, x.since, seen_at, reason, cause FROM current c"
                " JOIN transition x ON x.number = c.transition"
                " JOIN target t ON t.number = c.target"
            )
        }

    def transitions(
        self, targets: Sequence[TargetId] | None, since: int, until: int
    ) -> dict[TargetId, list[Transition]]:
        """Return what happened in [since, until) by target, and first what was in force at `since`.

        `targets` None = all. In order of time; of several with an equal `since` the last entered.
        A target without any transition before `until` is absent.
        """
        chosen = (
            "SELECT number, name FROM target"
            if targets is None
            else "SELECT number, name FROM target WHERE name IN (SELECT value FROM json_each(?3))"
        )
        names = () if targets is None else (msgspec.json.encode(list(targets)).decode(),)
        found: dict[TargetId, list[Transition]] = {}
        for target, state, at, seen_at, reason, cause in self._all(
            f"WITH chosen AS ({chosen})"  # noqa: S608 - one of two constants
            " SELECT c.name, x.state, x.since, x.seen_at, x.reason, x.cause"
            " FROM chosen c JOIN transition x ON x.target = c.number"
            " WHERE x.since < ?2 AND x.since >= coalesce((SELECT max(y.since) FROM transition y"
            " WHERE y.target = c.number AND y.since <= ?1), ?1)"
            " ORDER BY c.number, x.since, x.number",
            (since, until, *names),
        ):
            history = found.setdefault(target, [])
            if history and history[-1].since == at:
                history.pop()
            history.append(Transition(target, _STATES[state], at, seen_at, reason, cause))
        return found

    def blinds(self, since: int, until: int) -> list[Blind]:
        """Return the blinds that touch [since, until), and the last that began before, in order.

        The last before is in it although it may be over: a target that was not seen since is
        UNKNOWN by it. Of several with equal `since` and reason the last entered counts (an end is
        entered later).
        """
        rows = self._all(
            "SELECT since, seen_at, reason, until FROM blind WHERE number IN"
            " (SELECT max(number) FROM blind WHERE since < ?2 GROUP BY since, reason)"
            " AND (until IS NULL OR until > ?1 OR since >="
            " (SELECT max(since) FROM blind WHERE since <= ?1)) ORDER BY since, number",
            (since, until),
        )
        return [Blind(*row) for row in rows]

    def outages(
        self,
        target: TargetId | None = None,
        *,
        since: int = 0,
        until: int = 2**62,
        limit: int = 1_000,
    ) -> list[OutageRow]:
        """Return the live outages that touch [since, until), newest first."""
        only = "" if target is None else " AND o.target = (SELECT number FROM target WHERE name=?4)"
        rows = self._all(
            "SELECT name, start, finish, seen_at, reason, down_seconds, down_since FROM outage o"  # noqa: S608 - constant
            " JOIN target t ON t.number = o.target"
            f" WHERE start < ?2 AND (finish IS NULL OR finish > ?1){only}"
            " ORDER BY start DESC, name LIMIT ?3",
            (since, until, limit, *(() if target is None else (target,))),
        )
        return [OutageRow(outage_id(row[0], row[1]), *row) for row in rows]

    def traps(
        self, devices: Sequence[TargetId] | None, *, since: int, until: int, limit: int
    ) -> list[TrapEntry]:
        """Return what these devices (None = all) said in [since, until), newest first."""
        only, names = "", tuple[str, ...]()
        if devices is not None:
            only = (
                " AND x.device IN (SELECT number FROM target"
                " WHERE name IN (SELECT value FROM json_each(?4)))"
            )
            names = (msgspec.json.encode(list(devices)).decode(),)
        rows = self._all(
            "SELECT at_ms, d.name, s.name, code, oid, version, informed, source, told"  # noqa: S608 - constant
            " FROM trap x JOIN target d ON d.number = x.device"
            " JOIN target s ON s.number = x.subject"
            f" WHERE at_ms >= ?1 AND at_ms < ?2{only}"
            " ORDER BY at_ms DESC, x.number DESC LIMIT ?3",
            (since * 1000, until * 1000, limit, *names),
        )
        return [_trap(row) for row in rows]

    def open_outages(self) -> dict[TargetId, int]:
        """Return the start of the outage that lasts, of each target that has one."""
        rows = self._all(
            "SELECT name, start FROM outage o JOIN target t ON t.number = o.target"
            " WHERE finish IS NULL"
        )
        return {target: start for target, start in rows}  # noqa: C416 - dict() loses the types

    # Alerts.

    def open_alerts(self) -> list[Alert]:
        """Return pending and firing alerts, oldest first."""
        return self._alerts("phase <> ?", Phase.RESOLVED.value)

    def resolved_alerts(self, since: int) -> list[Alert]:
        """Return alerts that were resolved at `since` or later, oldest first."""
        return self._alerts("phase = 'resolved' AND resolved_at >= ?", since)

    def _alerts(self, condition: str, value: object) -> list[Alert]:
        rows = self._all(
            f"SELECT body FROM alert WHERE {condition} ORDER BY since, id",  # noqa: S608 - constant
            (value,),
        )
        return [_alert.decode(row[0]) for row in rows]

    def deliveries(self, *, alert: str | None = None, limit: int = 100) -> list[Delivery]:
        """Return the last attempts to tell somebody (about one alert, or all), newest first."""
        rows = self._all(
            f"SELECT {_DELIVERY} FROM delivery"  # noqa: S608 - constant
            " WHERE ?1 IS NULL OR alert = ?1 ORDER BY number DESC LIMIT ?2",
            (alert, limit),
        )
        return [_delivery(row) for row in rows]

    def deliveries_of(self, alerts: Iterable[str]) -> list[Delivery]:
        """Return every attempt that reached somebody, for the alerts of these ids, oldest first."""
        rows = self._all(
            f"SELECT {_DELIVERY} FROM delivery"  # noqa: S608 - constant
            " WHERE ok AND alert IN (SELECT value FROM json_each(?)) ORDER BY number",
            (msgspec.json.encode(list(alerts)).decode(),),
        )
        return [_delivery(row) for row in rows]

    # People.

    def accounts(self) -> list[Account]:
        """Return every person there ever was, by name."""
        rows = self._all(
            "SELECT name, roles, sites, carriers, token_hash, created_at, created_by, revoked_at,"
            " last_used FROM person ORDER BY name"
        )
        return [Account(PersonRow(row[0], *map(_names.decode, row[1:4])), *row[4:]) for row in rows]

    def sessions(self) -> list[SessionRecord]:
        """Return the sessions that were not ended."""
        return [
            SessionRecord(*row)
            for row in self._all("SELECT id_hash, person, opened, used FROM session")
        ]

    def audit_trail(self, *, since: int = 0, limit: int = 1_000) -> list[AuditEntry]:
        """Return the last entries of the audit trail from `since` on, newest first."""
        rows = self._all(
            "SELECT at, person, action, subject, result FROM audit WHERE at >= ?"
            " ORDER BY number DESC LIMIT ?",
            (since, limit),
        )
        return [AuditEntry(*row) for row in rows]

    def verify_audit(self) -> Broken | None:
        """Return the first place where the audit trail was tampered with; None = it is whole.

        Finds an entry edited, taken out or put in. Whoever recomputes every later hash is not
        found by this alone: compare the last hash with one noted elsewhere (`audit_head`).
        """
        # First, since entries may be added meanwhile: then there are more than it says, not fewer.
        given = self._all("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
        chain, last = bytes(32), 0
        with self._translated():
            for number, *fields, before, digest in self._connection.execute(
                "SELECT number, at, person, action, subject, result, before, hash FROM audit"
                " ORDER BY number"
            ):
                if number != last + 1:
                    return Broken(last + 1, "missing")
                if before != chain or digest != audit_hash(chain, AuditEntry(*fields)):
                    return Broken(number, "edited")
                chain, last = digest, number
        return Broken(last + 1, "missing") if given and last < given[0][0] else None

    def audit_head(self) -> tuple[int, str]:
        """Return number and hash (hex) of the last entry of the audit trail; (0, "") = none."""
        rows = self._all("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
        return (int(rows[0][0]), bytes(rows[0][1]).hex()) if rows else (0, "")

    def records(self, after: int = 0, limit: int = -1) -> list[Record]:
        """Return records about assessments, oldest first, those with a greater number only."""
        rows = self._all(
            "SELECT number, at, person, body FROM record WHERE number > ? ORDER BY number LIMIT ?",
            (after, limit),
        )
        return [Record(number, at, person, decode(body)) for number, at, person, body in rows]

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._translated():
            return self._connection.execute(sql, tuple(values)).fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with _sqlite.translated(self._path):
            yield


def _delivery(row: tuple[Any, ...]) -> Delivery:
    alert, phase, receiver, channel, at, ok, error, permanent, severity, news = row
    return Delivery(
        alert, Phase(phase), receiver, channel, at, bool(ok), error, bool(permanent), severity, news
    )


def _trap(row: tuple[Any, ...]) -> TrapEntry:
    at_ms, device, about, code, oid, version, informed, source, told = row
    return TrapEntry(at_ms, device, about, code, oid, version, bool(informed), source, told)


def open_reader(path: Path) -> Reader:
    """Open a ledger for reading only, also while another process writes it. Raises StoreError."""
    with _sqlite.translated(path):
        return Reader(_sqlite.open_reader(path), path)
