"""How each kind of entry is written: one function each, inside the transaction of its batch."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from alerts.model import Alert, Delivery
from inventory.model import TargetId
from sla.records import encode
from sla.states import Blind, State, Transition
from store import _outages
from store.entries import (
    Account,
    AuditEntry,
    ClockChecked,
    Heartbeat,
    RecordEntry,
    SessionEnd,
    SessionRecord,
    TrapEntry,
)

_TRAPS_OF_A_DEVICE: Final = 1_000
_TRAPS: Final = 500_000
_HOUR: Final = 3_600
_json: Final = msgspec.json.Encoder(order="deterministic")


class Rows:
    """Writes entries by one connection. Knows the number of each target."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._targets: dict[TargetId, int] = {}
        self._write: Mapping[type, Callable[[Any], None]] = {
            Transition: self._transition,
            Blind: self._blind,
            Heartbeat: self._heartbeat,
            Alert: self._alert,
            Delivery: self._delivery,
            Account: self._account,
            SessionRecord: self._session,
            SessionEnd: self._session_end,
            AuditEntry: self._audit,
            TrapEntry: self._trap,
            RecordEntry: self._record,
            ClockChecked: self._clock,
        }

    def write(self, entry: object) -> None:
        """Write one entry. Raises TypeError for what is none."""
        write = self._write.get(type(entry))
        if write is None:
            raise TypeError(f"{type(entry).__name__} is no entry of the ledger")
        write(entry)

    def forget(self) -> None:
        """Drop what was learnt from a transaction that was rolled back."""
        self._targets.clear()

    def _number(self, target: TargetId) -> int:
        number = self._targets.get(target)
        if number is None:
            row = self._connection.execute(
                "SELECT number FROM target WHERE name = ?", (target,)
            ).fetchone()
            if row is None:
                row = self._connection.execute(
                    "INSERT INTO target (name) VALUES (?) RETURNING number", (target,)
                ).fetchone()
            number = self._targets[target] = int(row[0])
        return number

    def _transition(self, entry: Transition) -> None:
        target = self._number(entry.target)
        added = self._connection.execute(
            "INSERT INTO transition (target, state, since, seen_at, reason, cause)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                target,
                int(entry.state),
                entry.since,
                entry.seen_at,
                _text(entry.reason),
                _text(entry.cause),
            ),
        ).lastrowid
        self._connection.execute(
            "INSERT INTO current (target, transition, since) VALUES (?, ?, ?)"
            " ON CONFLICT (target) DO UPDATE"
            " SET transition = excluded.transition, since = excluded.since"
            " WHERE excluded.since >= current.since",
            (target, added, entry.since),
        )
        _outages.refresh(self._connection, target, entry.since, opens=entry.state is State.DOWN)

    def _blind(self, entry: Blind) -> None:
        self._connection.execute(
            "INSERT INTO blind (since, seen_at, reason, until) VALUES (?, ?, ?, ?)",
            (entry.since, entry.seen_at, _text(entry.reason), entry.until),
        )
        _outages.refresh_all(self._connection, entry.since)

    def _heartbeat(self, entry: Heartbeat) -> None:
        run = self._connection.execute(
            "SELECT first, last FROM heartbeat WHERE first <= ? ORDER BY first DESC LIMIT 1",
            (entry.at,),
        ).fetchone()
        if run is not None and entry.at - run[1] <= 2 * entry.slot:
            self._connection.execute(
                "UPDATE heartbeat SET last = max(last, ?) WHERE first = ?", (entry.at, run[0])
            )
        else:
            self._connection.execute("INSERT INTO heartbeat VALUES (?1, ?1)", (entry.at,))

    def _alert(self, entry: Alert) -> None:
        self._connection.execute(
            "INSERT INTO alert (id, phase, since, resolved_at, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, since = excluded.since,"
            " resolved_at = excluded.resolved_at, body = excluded.body",
            (
                _text(entry.id),
                entry.phase.value,
                entry.since,
                entry.resolved_at,
                _json.encode(entry).decode(),
            ),
        )

    def _delivery(self, entry: Delivery) -> None:
        self._connection.execute(
            "INSERT INTO delivery"
            " (alert, phase, receiver, channel, at, ok, error, permanent, severity, news)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _text(entry.alert),
                entry.phase.value,
                _text(entry.receiver),
                _text(entry.channel),
                entry.at,
                entry.ok,
                _text(entry.error),
                entry.permanent,
                _text(entry.severity),
                _text(entry.news),
            ),
        )

    def _account(self, entry: Account) -> None:
        person = entry.person
        self._connection.execute(
            "INSERT INTO person"
            " (name, roles, sites, carriers, token_hash, created_at, created_by, revoked_at,"
            " last_used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET roles = excluded.roles, sites = excluded.sites,"
            " carriers = excluded.carriers, token_hash = excluded.token_hash,"
            " created_at = excluded.created_at, created_by = excluded.created_by,"
            " revoked_at = excluded.revoked_at, last_used = excluded.last_used",
            (
                person.name,
                _json.encode(person.roles).decode(),
                _json.encode(person.sites).decode(),
                _json.encode(person.carriers).decode(),
                entry.token_hash,
                entry.created_at,
                entry.created_by,
                entry.revoked_at,
                entry.last_used,
            ),
        )

    def _session(self, entry: SessionRecord) -> None:
        self._connection.execute(
            "INSERT INTO session (id_hash, person, opened, used) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id_hash) DO UPDATE SET used = excluded.used",
            (entry.id_hash, entry.person, entry.opened, entry.used),
        )

    def _session_end(self, entry: SessionEnd) -> None:
        self._connection.execute("DELETE FROM session WHERE id_hash = ?", (entry.id_hash,))

    def _audit(self, entry: AuditEntry) -> None:
        clean = AuditEntry(
            entry.at,
            _text(entry.person),
            _text(entry.action),
            _text(entry.subject),
            _text(entry.result),
        )
        before = self._connection.execute(
            "SELECT hash FROM audit ORDER BY number DESC LIMIT 1"
        ).fetchone()
        chain = bytes(32) if before is None else bytes(before[0])
        self._connection.execute(
            "INSERT INTO audit (at, person, action, subject, result, before, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*msgspec.structs.astuple(clean), chain, audit_hash(chain, clean)),
        )

    def _trap(self, entry: TrapEntry) -> None:
        device = self._number(entry.device)
        number = self._connection.execute(
            "INSERT INTO trap"
            " (at_ms, device, subject, code, oid, version, informed, source, told)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.at_ms,
                device,
                self._number(entry.subject),
                _text(entry.code),
                _text(entry.oid),
                entry.version,
                entry.informed,
                _text(entry.source),
                _text(entry.told),
            ),
        ).lastrowid
        self._connection.execute(
            "DELETE FROM trap WHERE device = ?1 AND number <= (SELECT number FROM trap"
            " WHERE device = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
            (device, _TRAPS_OF_A_DEVICE),
        )
        self._connection.execute("DELETE FROM trap WHERE number <= ?", ((number or 0) - _TRAPS,))

    def _record(self, entry: RecordEntry) -> None:
        self._connection.execute(
            "INSERT INTO record (at, person, body) VALUES (?, ?, ?)",
            (entry.at, _text(entry.person), encode(entry.body).decode()),
        )

    def _clock(self, entry: ClockChecked) -> None:
        # The sign says which way it was off; what is worst is the size.
        self._connection.execute(
            "INSERT INTO clock_check (hour, checks, verified, worst) VALUES (?1, 1, ?2, ?3)"
            " ON CONFLICT (hour) DO UPDATE SET checks = checks + 1,"
            " verified = verified + excluded.verified,"
            " worst = iif(worst IS NULL OR abs(excluded.worst) > abs(worst),"
            " excluded.worst, worst)",
            (entry.at - entry.at % _HOUR, entry.offset_us is not None, entry.offset_us),
        )


def audit_hash(before: bytes, entry: AuditEntry) -> bytes:
    """SHA-256 over the hash before it and the entry as a JSON array of its fields."""
    return hashlib.sha256(before + _json.encode(msgspec.structs.astuple(entry))).digest()


def _text(text: str) -> str:
    """Return what UTF-8 can carry: a lone surrogate must not make an entry unwritable."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
