-- +goose Up

-- Keys of devices that sign in to an account in place of its password. data is
-- the public half with what the device said of itself, as JSON.
CREATE TABLE passkeys (
	id         TEXT PRIMARY KEY,        -- the device's name for it, base64url
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	name       TEXT NOT NULL,
	data       TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_learner ON passkeys (learner_id, created_at);

-- +goose Down
-- Forward only: to undo a migration, write the next one.
SELECT 1;
