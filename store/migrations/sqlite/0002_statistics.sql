-- +goose Up

-- Statistics read the graded attempts of an exam learner by learner, in the
-- order in which each sat them, and pick the first, the last or the best.
CREATE INDEX attempts_graded ON attempts (exam, learner_id, started_at, score, max_score) WHERE state = 'graded';

-- +goose Down
-- Forward only: to undo a migration, write the next one.
SELECT 1;
