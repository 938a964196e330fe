-- What people and the monitor say about assessments (`sla/records.py`): added, never changed. The
-- body is canonical JSON; what holds now is a fold over all rows.

CREATE TABLE record (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    person TEXT NOT NULL,
    body   TEXT NOT NULL
) STRICT;

CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record
BEGIN SELECT RAISE (ABORT, 'records are added, never changed'); END;
CREATE TRIGGER record_is_not_deleted BEFORE DELETE ON record
BEGIN SELECT RAISE (ABORT, 'records are added, never deleted'); END;
