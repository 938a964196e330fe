-- How the monitor's clock stood to its sources, by UTC hour (`entries.ClockChecked`): how often it
-- was looked at, how often a source was there, and the worst offset in microseconds.

CREATE TABLE clock_check (
    hour     INTEGER PRIMARY KEY,
    checks   INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    worst    INTEGER
) STRICT;
