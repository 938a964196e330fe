"""Who may ask what: persons, sessions and the audit trail.

Reads need no disk: everything is loaded at the start and kept in memory. Writes are submitted to
the ledger's writer. At rest there are only SHA-256 hashes: a token and a session id are 256 random
bits, so that a slow hash would add nothing. Times are integer UTC seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Final, Protocol

import msgspec

from store.entries import Account, AuditEntry, PersonRow, SessionEnd, SessionRecord
from store.reader import Reader

TOKEN_PREFIX: Final = "extranet_"  # noqa: S105 - the public part of a token
"""Makes a leaked token findable by the scanners of code hosts."""
IDLE: Final = 30 * 60
ABSOLUTE: Final = 12 * 3600
_NOTED: Final = 60
"""Uses are written at most this often, seconds; the limits themselves are exact."""


class SessionRow(msgspec.Struct, frozen=True):
    """A server-side session. `csrf` is derived from `id`; neither is kept in clear."""

    id: str
    person: PersonRow
    csrf: str
    expires: int


class Named(Protocol):
    """Whoever has a name."""

    @property
    def name(self) -> str:
        """The name of a person."""


class UnknownPersonError(LookupError):
    """There is no such person, or the token was revoked."""


class People:
    """The persons there are. Used by one thread; `submit` hands entries to the ledger's writer."""

    def __init__(
        self,
        accounts: Iterable[Account],
        sessions: Iterable[SessionRecord],
        submit: Callable[..., None],
    ) -> None:
        self._submit: Callable[..., None] = submit
        self._accounts = {account.person.name: account for account in accounts}
        self._tokens = {
            account.token_hash: account.person.name
            for account in self._accounts.values()
            if account.revoked_at is None
        }
        self._sessions = {
            session.id_hash: session
            for session in sessions
            if (owner := self._accounts.get(session.person)) and owner.revoked_at is None
        }
        self._noted_use: dict[bytes, int] = {
            session.id_hash: session.used for session in self._sessions.values()
        }

    # Persons.

    def by_token(self, token: str, now: int | None = None) -> PersonRow | None:
        """Find the person a token belongs to; with `now` its use is noted."""
        digest = _hash(token)
        name = self._tokens.get(digest)
        if name is None:
            return None
        account = self._accounts[name]
        if not hmac.compare_digest(account.token_hash, digest):
            return None
        if now is not None and now - (account.last_used or 0) >= _NOTED:
            self._save(msgspec.structs.replace(account, last_used=now))
        return account.person

    def accounts(self) -> list[Account]:
        """Return every person there ever was, by name."""
        return sorted(self._accounts.values(), key=lambda account: account.person.name)

    def add_person(
        self,
        name: str,
        roles: tuple[str, ...],
        sites: tuple[str, ...],
        carriers: tuple[str, ...],
        by: str,
        now: int,
    ) -> str:
        """Add a person, or give one of that name a new token, roles and scope; return the token.

        The token is nowhere kept: it is shown once. What the person had before (token, sessions)
        ends.
        """
        token = TOKEN_PREFIX + _random()
        known = self._accounts.get(name)
        if known is not None:
            self._tokens.pop(known.token_hash, None)
            self._end_sessions(name)
        account = Account(PersonRow(name, roles, sites, carriers), _hash(token), now, by)
        self._tokens[account.token_hash] = name
        self._save(account)
        self.audit(by, "person.add" if known is None else "person.renew", name, now)
        return token

    def change_person(
        self,
        name: str,
        roles: tuple[str, ...],
        sites: tuple[str, ...],
        carriers: tuple[str, ...],
        by: str,
        now: int,
    ) -> None:
        """Change roles and scope; the token stays, sessions end. Raises UnknownPersonError."""
        account = self._good(name)
        self._end_sessions(name)
        self._save(msgspec.structs.replace(account, person=PersonRow(name, roles, sites, carriers)))
        self.audit(by, "person.change", name, now)

    def revoke(self, name: str, by: str, now: int) -> None:
        """End a person's token and sessions. Raises UnknownPersonError."""
        account = self._good(name)
        self._tokens.pop(account.token_hash, None)
        self._end_sessions(name)
        self._save(msgspec.structs.replace(account, revoked_at=now))
        self.audit(by, "person.revoke", name, now)

    # Sessions.

    def open_session(self, person: Named, now: int) -> SessionRow:
        """Open a session of 256 random bits. Raises UnknownPersonError."""
        account = self._good(person.name)
        session_id = _random()
        record = SessionRecord(_hash(session_id), account.person.name, now, now)
        self._sessions[record.id_hash] = record
        self._noted_use[record.id_hash] = now
        self._submit(record)
        self.audit(account.person.name, "session.open", "", now)
        return _row(session_id, account.person, record)

    def session(self, session_id: str, now: int) -> SessionRow | None:
        """Return a session that is neither idle nor over its absolute limit; count it as used."""
        digest = _hash(session_id)
        record = self._sessions.get(digest)
        if record is None or not hmac.compare_digest(record.id_hash, digest):
            return None
        if now - record.used >= IDLE or now - record.opened >= ABSOLUTE:
            self._end(digest)
            return None
        record = msgspec.structs.replace(record, used=max(now, record.used))
        self._sessions[digest] = record
        if now - self._noted_use[digest] >= _NOTED:
            self._noted_use[digest] = now
            self._submit(record)
        return _row(session_id, self._accounts[record.person].person, record)

    def close_session(self, session_id: str) -> None:
        """End it."""
        digest = _hash(session_id)
        if digest in self._sessions:
            self._end(digest)

    def sweep(self, now: int) -> int:
        """End sessions whose time is over; return how many."""
        over = [
            digest
            for digest, record in self._sessions.items()
            if now - record.used >= IDLE or now - record.opened >= ABSOLUTE
        ]
        for digest in over:
            self._end(digest)
        return len(over)

    # The audit trail.

    def audit(self, person: str, action: str, subject: str, now: int, result: str = "ok") -> None:
        """Append to the audit trail."""
        self._submit(AuditEntry(now, person, action, subject, result))

    def _good(self, name: str) -> Account:
        account = self._accounts.get(name)
        if account is None or account.revoked_at is not None:
            raise UnknownPersonError(name)
        return account

    def _save(self, account: Account) -> None:
        self._accounts[account.person.name] = account
        self._submit(account)

    def _end_sessions(self, name: str) -> None:
        for digest in [key for key, kept in self._sessions.items() if kept.person == name]:
            self._end(digest)

    def _end(self, digest: bytes) -> None:
        del self._sessions[digest]
        self._noted_use.pop(digest, None)
        self._submit(SessionEnd(digest))


def load_people(reads: Reader, submit: Callable[..., None]) -> People:
    """Load everybody from the ledger. Raises StoreError."""
    return People(reads.accounts(), reads.sessions(), submit)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _random() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode("ascii")


def _row(session_id: str, person: PersonRow, record: SessionRecord) -> SessionRow:
    csrf = hmac.new(session_id.encode(), b"csrf", hashlib.sha256).hexdigest()
    return SessionRow(session_id, person, csrf, min(record.used + IDLE, record.opened + ABSOLUTE))
