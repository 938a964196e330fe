-- What was decided about targets. Times are integer UTC seconds. Rows are added, never changed:
-- a transition that replaces another (same target, same `since`) stands beside it with a greater
-- number, and readers take the greater one.

CREATE TABLE target (
    number INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE transition (
    number  INTEGER PRIMARY KEY,
    target  INTEGER NOT NULL REFERENCES target (number),
    state   INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    cause   TEXT NOT NULL
) STRICT;
CREATE INDEX transition_of_target ON transition (target, since);
CREATE INDEX transition_in_time ON transition (since);

CREATE TRIGGER transition_is_not_changed BEFORE UPDATE ON transition
BEGIN SELECT RAISE (ABORT, 'transitions are added, never changed'); END;
CREATE TRIGGER transition_is_not_deleted BEFORE DELETE ON transition
BEGIN SELECT RAISE (ABORT, 'transitions are added, never deleted'); END;

-- The transition in force of each target, so that a start reads one row per target.
CREATE TABLE current (
    target     INTEGER PRIMARY KEY REFERENCES target (number),
    transition INTEGER NOT NULL REFERENCES transition (number),
    since      INTEGER NOT NULL
) STRICT;

CREATE TABLE blind (
    number  INTEGER PRIMARY KEY,
    since   INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    until   INTEGER
) STRICT;
CREATE INDEX blind_in_time ON blind (since);
CREATE INDEX blind_as_seen ON blind (seen_at);

-- Runs of heartbeats without a hole; the time between two rows is time the monitor was off.
CREATE TABLE heartbeat (
    first INTEGER PRIMARY KEY,
    last  INTEGER NOT NULL CHECK (last >= first)
) STRICT;

-- An index over `transition` and `blind`, made again from them whenever they touch it.
CREATE TABLE outage (
    target       INTEGER NOT NULL REFERENCES target (number),
    start        INTEGER NOT NULL,
    finish       INTEGER,
    seen_at      INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    down_seconds INTEGER NOT NULL,
    down_since   INTEGER,
    PRIMARY KEY (target, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX outage_in_time ON outage (start);
CREATE INDEX outage_by_finish ON outage (finish);
