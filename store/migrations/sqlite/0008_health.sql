-- +goose Up

-- One row that the site writes to learn whether it can.
CREATE TABLE heartbeat (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	at INTEGER NOT NULL
);

-- What the nightly self-tests found.
CREATE TABLE self_tests (
	at      INTEGER PRIMARY KEY,
	took    INTEGER NOT NULL, -- milliseconds
	records INTEGER NOT NULL, -- rows in all tables
	digest  TEXT NOT NULL,    -- of all of them; empty if it failed
	fault   TEXT NOT NULL     -- what was wrong; empty if nothing
);
