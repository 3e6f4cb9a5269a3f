-- +goose Up

-- Whom an OpenID Connect provider knows an account as. Issuer and subject name
-- somebody for good; the label is for its owner to recognise. An account that
-- was made this way has the empty password_hash, which no password opens.
CREATE TABLE identities (
	issuer     TEXT NOT NULL,
	subject    TEXT NOT NULL,
	learner_id INTEGER NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
	label      TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	used_at    INTEGER,
	PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
-- One of each provider.
CREATE UNIQUE INDEX identities_learner ON identities (learner_id, issuer);

-- +goose Down
-- Forward only: to undo a migration, write the next one.
SELECT 1;
