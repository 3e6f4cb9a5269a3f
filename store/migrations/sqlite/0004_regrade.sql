-- +goose Up

-- How versions of items that were wrong are marked. Nothing is taken out: a
-- later ruling on a version stands beside the earlier one and is the current.
CREATE TABLE rulings (
	id         INTEGER PRIMARY KEY,
	item_id    TEXT NOT NULL,
	version_id TEXT NOT NULL REFERENCES item_versions (id),
	marked_by  TEXT NOT NULL REFERENCES item_versions (id), -- the corrected version
	change     TEXT NOT NULL,           -- exam.Kind
	policy     TEXT NOT NULL,           -- exam.Policy
	reason     TEXT NOT NULL,
	made_by    TEXT NOT NULL,           -- which operator
	made_at    INTEGER NOT NULL,
	current    INTEGER NOT NULL         -- 1 for the one that holds
) STRICT;
CREATE UNIQUE INDEX rulings_current ON rulings (version_id) WHERE current = 1;

-- What regrading changed, append only: the earlier grades are kept here.
CREATE TABLE regrades (
	attempt_id TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
	seq        INTEGER NOT NULL,
	slot       INTEGER NOT NULL,
	item_id    TEXT NOT NULL,
	ruling_id  INTEGER REFERENCES rulings (id), -- NULL where a ruling was taken back
	before     TEXT NOT NULL,           -- JSON, exam.Grade
	after      TEXT NOT NULL,           -- JSON, exam.Grade
	made_at    INTEGER NOT NULL,
	PRIMARY KEY (attempt_id, seq)
) STRICT, WITHOUT ROWID;

-- A slot that was dropped counts neither in the score nor in the maximum.
ALTER TABLE slots ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;

-- The result that an attempt keeps whatever a regrade takes away, and why it
-- was voided.
ALTER TABLE attempts ADD COLUMN held INTEGER NOT NULL DEFAULT 0; -- exam.Result
ALTER TABLE attempts ADD COLUMN void_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN voided_at INTEGER;

-- Operators look for attempts by when they began.
CREATE INDEX attempts_started ON attempts (started_at);

-- Extra time that the operator grants to a person, for each attempt that they
-- begin.
CREATE TABLE allowances (
	learner_id INTEGER PRIMARY KEY REFERENCES learners (id) ON DELETE CASCADE,
	percent    INTEGER NOT NULL,
	reason     TEXT NOT NULL,
	given_at   INTEGER NOT NULL
) STRICT;

-- +goose Down
-- Forward only: to undo a migration, write the next one.
SELECT 1;
