-- +goose Up
-- A program on somebody's machine that asks to act for them. What it holds and
-- what they type are kept as hashes; the row goes when it is used or too old.
CREATE TABLE device_codes (
	code_hash  TEXT PRIMARY KEY,
	user_hash  TEXT NOT NULL UNIQUE,
	client     TEXT NOT NULL,           -- what it calls itself
	network    TEXT NOT NULL,           -- where it asked from
	learner_id INTEGER REFERENCES learners (id) ON DELETE CASCADE, -- who decided
	allowed    INTEGER,                 -- 1 or 0; NULL until somebody decides
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	asked_at   INTEGER                  -- when the program last asked for its token
) STRICT, WITHOUT ROWID;
CREATE INDEX device_codes_expiry ON device_codes (expires_at);
CREATE INDEX device_codes_learner ON device_codes (learner_id);

-- Programs that may file results for a learner, and nothing else.
CREATE TABLE api_tokens (
	id         TEXT PRIMARY KEY,
	token_hash TEXT NOT NULL UNIQUE,
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	client     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_tokens_learner ON api_tokens (learner_id, used_at);
CREATE INDEX api_tokens_expiry ON api_tokens (expires_at);

-- Runs of a task: issued with a seed, and finished when the result was judged.
CREATE TABLE verify_runs (
	id          TEXT PRIMARY KEY,
	learner_id  INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	task        TEXT NOT NULL,
	version     INTEGER NOT NULL,
	digest      TEXT NOT NULL,
	seed        INTEGER NOT NULL,
	nonce       TEXT NOT NULL,
	issued_at   INTEGER NOT NULL,
	expires_at  INTEGER NOT NULL,
	finished_at INTEGER,
	level       TEXT NOT NULL DEFAULT '', -- self-run or self-reported
	passed      INTEGER NOT NULL DEFAULT 0,
	stretch     INTEGER NOT NULL DEFAULT 0,
	checks      TEXT NOT NULL DEFAULT '' -- JSON, verdict by check
) STRICT, WITHOUT ROWID;
CREATE INDEX verify_runs_learner ON verify_runs (learner_id, finished_at);
CREATE INDEX verify_runs_open ON verify_runs (expires_at) WHERE finished_at IS NULL;

-- What was sent and came back in the newest runs, as the site judged it.
CREATE TABLE verify_transcripts (
	run_id     TEXT PRIMARY KEY REFERENCES verify_runs (id) ON DELETE CASCADE,
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	kept_at    INTEGER NOT NULL,
	result     BLOB NOT NULL            -- JSON, gzip
) STRICT, WITHOUT ROWID;
CREATE INDEX verify_transcripts_learner ON verify_transcripts (learner_id, kept_at);
CREATE INDEX verify_transcripts_age ON verify_transcripts (kept_at);

-- +goose Down
-- Forward only: to undo a migration, write the next one.
SELECT 1;
