-- What devices said unasked: evidence, which no number is made from. The newest are kept, so many of
-- a device and so many of all.

CREATE TABLE trap (
    number   INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    device   INTEGER NOT NULL REFERENCES target (number),
    subject  INTEGER NOT NULL REFERENCES target (number),
    code     TEXT NOT NULL,
    oid      TEXT NOT NULL,
    version  TEXT NOT NULL,
    informed INTEGER NOT NULL,
    source   TEXT NOT NULL,
    told     TEXT NOT NULL
) STRICT;
CREATE INDEX trap_of_device ON trap (device, number);
CREATE INDEX trap_in_time ON trap (at_ms);
