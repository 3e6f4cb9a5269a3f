-- +goose Up

-- What somebody remembers, one row a card, as FSRS has it. A card's id is that
-- of a practice item or of a question in a lesson.
CREATE TABLE cards (
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	card_id    TEXT NOT NULL,
	phase      INTEGER NOT NULL,        -- practice.Phase
	due_at     INTEGER NOT NULL,
	last_at    INTEGER,                 -- NULL if it was never answered
	stability  REAL NOT NULL,
	difficulty REAL NOT NULL,
	days       INTEGER NOT NULL,
	reps       INTEGER NOT NULL,
	lapses     INTEGER NOT NULL,
	steps      INTEGER NOT NULL,
	aside      INTEGER NOT NULL,        -- 1 if it is not to be asked
	missed     INTEGER NOT NULL,        -- 1 if an exam asks for it
	created_at INTEGER NOT NULL,
	PRIMARY KEY (learner_id, card_id)
) STRICT, WITHOUT ROWID;

-- Every answer to a card, append only; taking one back marks it.
CREATE TABLE reviews (
	id         INTEGER PRIMARY KEY,
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	card_id    TEXT NOT NULL,
	at         INTEGER NOT NULL,
	rating     INTEGER NOT NULL,        -- practice.Rating
	correct    INTEGER NOT NULL,
	sure       INTEGER NOT NULL,        -- practice.Certainty
	elapsed_ms INTEGER NOT NULL,
	answer     TEXT NOT NULL,           -- JSON, exam.Response
	source     TEXT NOT NULL,           -- empty for practice, else what exam told of it
	before     TEXT NOT NULL,           -- JSON, practice.Card
	undone_at  INTEGER
) STRICT;
CREATE INDEX reviews_learner ON reviews (learner_id, at);
-- An exam tells of one thing once.
CREATE UNIQUE INDEX reviews_source ON reviews (learner_id, source) WHERE source <> '';

-- How hard items are, estimated from answers. It names nobody.
CREATE TABLE difficulties (
	item_id TEXT PRIMARY KEY,
	elo     REAL NOT NULL,
	n       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody set for practice, and how able they seem.
CREATE TABLE practice (
	learner_id INTEGER PRIMARY KEY REFERENCES learners (id) ON DELETE CASCADE,
	daily      INTEGER NOT NULL,        -- cards a day
	ability    REAL NOT NULL DEFAULT 0,
	answers    INTEGER NOT NULL DEFAULT 0,
	placement  TEXT NOT NULL DEFAULT '', -- JSON
	placed_at  INTEGER
) STRICT;

-- Graded attempts whose answers have become cards.
CREATE TABLE practised_attempts (
	attempt_id TEXT PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
	at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
-- Forward only: to undo a migration, write the next one.
SELECT 1;
