-- Alerts as they stand (`body` is the alert as JSON), and each attempt to tell somebody.

CREATE TABLE alert (
    id          TEXT PRIMARY KEY,
    phase       TEXT NOT NULL,
    since       INTEGER NOT NULL,
    resolved_at INTEGER,
    body        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_by_phase ON alert (phase, resolved_at);

CREATE TABLE delivery (
    number    INTEGER PRIMARY KEY,
    alert     TEXT NOT NULL,
    phase     TEXT NOT NULL,
    receiver  TEXT NOT NULL,
    channel   TEXT NOT NULL,
    at        INTEGER NOT NULL,
    ok        INTEGER NOT NULL,
    error     TEXT NOT NULL,
    permanent INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_of_alert ON delivery (alert);
