-- Who may do what, and what was done. Tokens and session ids are kept as SHA-256 only.

CREATE TABLE person (
    name       TEXT PRIMARY KEY,
    roles      TEXT NOT NULL,
    sites      TEXT NOT NULL,
    carriers   TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    revoked_at INTEGER,
    last_used  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    id_hash  BLOB PRIMARY KEY,
    person   TEXT NOT NULL REFERENCES person (name),
    opened   INTEGER NOT NULL,
    used     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each entry carries the hash of the one before it, so that an edit or a gap is evident.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    person  TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    result  TEXT NOT NULL,
    before  BLOB NOT NULL,
    hash    BLOB NOT NULL
) STRICT;
CREATE INDEX audit_in_time ON audit (at);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE (ABORT, 'the audit trail is added to, never changed'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE (ABORT, 'the audit trail is added to, never deleted'); END;
