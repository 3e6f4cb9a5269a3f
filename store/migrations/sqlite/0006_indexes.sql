-- +goose Up

-- Every failed sign-in takes out the failures that no longer count.
CREATE INDEX failures_at ON failures (at);

-- +goose Down
-- Forward only: to undo a migration, write the next one.
SELECT 1;
