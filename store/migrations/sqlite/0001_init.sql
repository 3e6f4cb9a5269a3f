-- +goose Up

-- A learner is anyone who has saved something. Without an address it is a
-- visitor, known by the signed cookie of a browser; registering fills in the
-- rest, so that nothing has to be moved. Every *_at is Unix milliseconds.
CREATE TABLE learners (
	id            INTEGER PRIMARY KEY,
	email         TEXT UNIQUE,          -- lower case
	name          TEXT NOT NULL DEFAULT '',
	password_hash TEXT,
	role          TEXT NOT NULL DEFAULT 'learner' CHECK (role IN ('learner', 'operator')),
	created_at    INTEGER NOT NULL,
	seen_at       INTEGER NOT NULL,
	CHECK ((email IS NULL) = (password_hash IS NULL))
) STRICT;
CREATE INDEX learners_visitors ON learners (seen_at) WHERE email IS NULL;

-- The keys that signed visitor cookies carry, hashed. A visitor has more than
-- one after resuming in a second browser.
CREATE TABLE visitor_keys (
	key_hash   TEXT PRIMARY KEY,
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX visitor_keys_learner ON visitor_keys (learner_id);

-- Sign-ins, as scs keeps them. The owner and browser are copied out of the
-- data so that a learner can see and end them.
CREATE TABLE sessions (
	token_hash TEXT PRIMARY KEY,
	data       BLOB NOT NULL,
	learner_id INTEGER REFERENCES learners (id) ON DELETE CASCADE,
	agent      TEXT NOT NULL DEFAULT '',
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_learner ON sessions (learner_id);

-- Item versions are immutable: an attempt is shown as it was taken.
CREATE TABLE item_versions (
	id         TEXT PRIMARY KEY,        -- hash of the body
	item_id    TEXT NOT NULL,
	body       TEXT NOT NULL,           -- JSON, exam.Item
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX item_versions_item ON item_versions (item_id);

-- How often an item has stood on a form, for all learners together.
CREATE TABLE exposures (
	item_id TEXT PRIMARY KEY,
	uses    INTEGER NOT NULL,
	last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
	id          TEXT PRIMARY KEY,       -- 128 random bits
	learner_id  INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	exam        TEXT NOT NULL,
	number      INTEGER NOT NULL,
	seed        INTEGER NOT NULL,
	rules       TEXT NOT NULL,          -- JSON snapshot, exam.Rules
	state       TEXT NOT NULL CHECK (state IN ('in_progress', 'graded', 'voided')),
	closed_by   TEXT NOT NULL DEFAULT '',
	started_at  INTEGER NOT NULL,
	deadline_at INTEGER NOT NULL,
	finished_at INTEGER,
	score       REAL,
	max_score   REAL,
	resume_hash TEXT,                   -- of the resume code
	UNIQUE (learner_id, exam, number)
) STRICT, WITHOUT ROWID;
-- Starting twice gives one open attempt.
CREATE UNIQUE INDEX attempts_open ON attempts (learner_id, exam) WHERE state = 'in_progress';
CREATE INDEX attempts_due ON attempts (deadline_at) WHERE state = 'in_progress';
CREATE UNIQUE INDEX attempts_resume ON attempts (resume_hash) WHERE resume_hash IS NOT NULL;

CREATE TABLE slots (
	attempt_id   TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
	n            INTEGER NOT NULL,
	item_id      TEXT NOT NULL,
	version_id   TEXT NOT NULL REFERENCES item_versions (id),
	option_order TEXT NOT NULL,         -- option ids, a comma between
	points       REAL NOT NULL,
	response     TEXT NOT NULL DEFAULT '', -- JSON, exam.Response; empty is a blank
	flagged      INTEGER NOT NULL DEFAULT 0,
	note         TEXT NOT NULL DEFAULT '',
	rev          INTEGER NOT NULL DEFAULT 0,
	client       TEXT NOT NULL DEFAULT '',
	seen_at      INTEGER,
	answered_at  INTEGER,
	fraction     REAL,
	PRIMARY KEY (attempt_id, n)
) STRICT, WITHOUT ROWID;

-- Everything that happened in an attempt, append only: the answer to "you
-- lost my answer".
CREATE TABLE events (
	attempt_id TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
	seq        INTEGER NOT NULL,
	event_id   TEXT NOT NULL,           -- made by the browser for save, else by the store
	kind       TEXT NOT NULL,           -- start, save, seen, extend, close
	slot       INTEGER NOT NULL DEFAULT 0,
	rev        INTEGER NOT NULL DEFAULT 0,
	client     TEXT NOT NULL DEFAULT '',
	client_at  INTEGER,
	server_at  INTEGER NOT NULL,
	late_ms    INTEGER NOT NULL DEFAULT 0,
	data       TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (attempt_id, seq),
	UNIQUE (attempt_id, kind, event_id)
) STRICT, WITHOUT ROWID;

-- Minutes that the operator gave back.
CREATE TABLE extensions (
	attempt_id TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
	seq        INTEGER NOT NULL,
	minutes    INTEGER NOT NULL,
	reason     TEXT NOT NULL,
	given_at   INTEGER NOT NULL,
	PRIMARY KEY (attempt_id, seq)
) STRICT, WITHOUT ROWID;

-- What a learner has done, by the stable id of the content it belongs to.
CREATE TABLE progress (
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	ref        TEXT NOT NULL,           -- lesson/api/errors, project/feed/cursor
	done_at    INTEGER NOT NULL,
	PRIMARY KEY (learner_id, ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	ref        TEXT NOT NULL,           -- skill/api, path/foundations, project/feed
	body       TEXT NOT NULL,           -- Markdown
	rev        INTEGER NOT NULL,
	saved_at   INTEGER NOT NULL,
	PRIMARY KEY (learner_id, ref)
) STRICT, WITHOUT ROWID;

-- Attempts to sign in that failed, for slowing down guessing. No addresses:
-- who is a keyed hash of an account or a network.
CREATE TABLE failures (
	who   TEXT NOT NULL,
	at    INTEGER NOT NULL,
	count INTEGER NOT NULL,
	PRIMARY KEY (who)
) STRICT, WITHOUT ROWID;

-- Faults in the content that readers reported.
CREATE TABLE reports (
	id         INTEGER PRIMARY KEY,
	page       TEXT NOT NULL,
	ref        TEXT NOT NULL DEFAULT '', -- an item's id and version, if it is about one
	text       TEXT NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

-- +goose Down
-- Forward only: to undo a migration, write the next one.
SELECT 1;
