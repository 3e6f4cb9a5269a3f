package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"
)

// The levels of a result: who chose what was sent, the site or the learner's
// own program. Neither says who wrote the program that answered.
const (
	SelfRun      = "self-run"
	SelfReported = "self-reported"
)

// What is kept of runs.
const (
	RunLife         = 2 * time.Hour       // from issue to result
	TranscriptLife  = 30 * 24 * time.Hour // of what was sent and came back
	TranscriptsKept = 10                  // of one learner

	lateKept = 24 * time.Hour // runs without a result, so that who is late hears so
)

// ErrLate means that a result came after its run had expired.
var ErrLate = errors.New("too late")

// A Run is one verification of a task: issued by the site, and finished when
// its result was judged.
type Run struct {
	ID       string
	Task     string
	Version  int    // of the checks
	Digest   string // of the task file
	Seed     uint64 // below 1<<53
	Nonce    string
	Issued   time.Time
	Expires  time.Time
	Finished time.Time // zero until it is judged
	Verdict
	Kept bool // its transcript is there
}

// A Verdict is what the site made of a result.
type Verdict struct {
	Level   string            // SelfRun or SelfReported
	Passed  bool              // every must
	Stretch bool              // every stretch
	Checks  map[string]string // verdict by check
}

// IssueRun gives learner a run of a task, with a seed and a nonce of its own.
func (s *Store) IssueRun(ctx context.Context, learner LearnerID, task string, version int, digest string, now time.Time) (r Run, err error) {
	var b [8]byte
	rand.Read(b[:]) // never fails
	r = Run{ID: rand.Text(), Task: task, Version: version, Digest: digest, Seed: binary.LittleEndian.Uint64(b[:]) >> 11, Nonce: rand.Text(),
		Issued: stored(now), Expires: stored(now.Add(RunLife))}
	return r, s.update(ctx, "issue run", func(t *tx) error {
		return insertRun(t, learner, r)
	})
}

func insertRun(t *tx, learner LearnerID, r Run) error {
	_, err := t.exec(`INSERT INTO verify_runs (id, learner_id, task, version, digest, seed, nonce, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.ID, learner, r.Task, r.Version, r.Digest, int64(r.Seed), r.Nonce, millis(r.Issued), millis(r.Expires))
	return err
}

// OpenRun returns a run of learner that waits for its result. It is
// [ErrConflict] when it has one, and [ErrLate] when it has expired.
func (s *Store) OpenRun(ctx context.Context, learner LearnerID, id string, now time.Time) (r Run, err error) {
	err = s.view(ctx, "read run", func(t *tx) error {
		r, err = scanRun(t.row(runColumns+` WHERE r.learner_id = $1 AND r.id = $2`, learner, id))
		switch {
		case err != nil:
			return err
		case !r.Finished.IsZero():
			return ErrConflict
		case !now.Before(r.Expires):
			return ErrLate
		}
		return nil
	})
	return r, err
}

// FinishRun stores what the site made of a run of learner, and the transcript.
// A run is finished once: after that it is [ErrConflict].
func (s *Store) FinishRun(ctx context.Context, learner LearnerID, id string, v Verdict, transcript []byte, now time.Time) error {
	return s.update(ctx, "finish run", func(t *tx) error { return finish(t, learner, id, v, transcript, now) })
}

// FileRun stores a run that no site had issued, with its verdict. It is
// [ErrTaken] if there is one with that id.
func (s *Store) FileRun(ctx context.Context, learner LearnerID, r Run, transcript []byte, now time.Time) error {
	return s.update(ctx, "file run", func(t *tx) error {
		if err := insertRun(t, learner, r); err != nil {
			return err
		}
		return finish(t, learner, r.ID, r.Verdict, transcript, now)
	})
}

func finish(t *tx, learner LearnerID, id string, v Verdict, transcript []byte, now time.Time) error {
	checks, err := json.Marshal(v.Checks)
	if err != nil {
		return err
	}
	err = t.one(`UPDATE verify_runs SET finished_at = $3, level = $4, passed = $5, stretch = $6, checks = $7 WHERE learner_id = $1 AND id = $2 AND finished_at IS NULL`,
		learner, id, millis(now), v.Level, v.Passed, v.Stretch, string(checks))
	if errors.Is(err, sql.ErrNoRows) {
		return ErrConflict
	}
	if err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO verify_transcripts (run_id, learner_id, kept_at, result) VALUES ($1, $2, $3, $4)`, id, learner, millis(now), transcript); err != nil {
		return err
	}
	_, err = t.exec(`DELETE FROM verify_transcripts WHERE run_id IN (
		SELECT run_id FROM verify_transcripts WHERE learner_id = $1 ORDER BY kept_at DESC, run_id LIMIT 1000 OFFSET $2)`, learner, TranscriptsKept)
	return err
}

// Runs returns the finished runs of learner, newest first, at most limit.
func (s *Store) Runs(ctx context.Context, learner LearnerID, limit int) (list []Run, err error) {
	err = s.view(ctx, "read runs", func(t *tx) error {
		list, err = runs(t, learner, limit)
		return err
	})
	return list, err
}

func runs(t *tx, learner LearnerID, limit int) (list []Run, err error) {
	err = t.each(func(row *sql.Rows) error {
		r, err := scanRun(row)
		list = append(list, r)
		return err
	}, runColumns+` WHERE r.learner_id = $1 AND r.finished_at IS NOT NULL ORDER BY r.finished_at DESC, r.id LIMIT $2`, learner, limit)
	return list, err
}

// Transcript returns a run of learner with what was sent and came back, as it
// was stored. It is [ErrNotFound] if there is none, or none any more.
func (s *Store) Transcript(ctx context.Context, learner LearnerID, id string) (r Run, result []byte, err error) {
	err = s.view(ctx, "read transcript", func(t *tx) error {
		if r, err = scanRun(t.row(runColumns+` WHERE r.learner_id = $1 AND r.id = $2`, learner, id)); err != nil {
			return err
		}
		return t.row(`SELECT result FROM verify_transcripts WHERE learner_id = $1 AND run_id = $2`, learner, id).Scan(&result)
	})
	return r, result, err
}

const runColumns = `SELECT r.id, r.task, r.version, r.digest, r.seed, r.nonce, r.issued_at, r.expires_at, r.finished_at, r.level, r.passed, r.stretch, r.checks,
	EXISTS (SELECT 1 FROM verify_transcripts x WHERE x.run_id = r.id) FROM verify_runs r`

func scanRun(row scanner) (r Run, err error) {
	var seed int64
	var issued, expires, finished sql.NullInt64
	var checks string
	err = row.Scan(&r.ID, &r.Task, &r.Version, &r.Digest, &seed, &r.Nonce, &issued, &expires, &finished, &r.Level, &r.Passed, &r.Stretch, &checks, &r.Kept)
	if err != nil {
		return r, err
	}
	r.Seed, r.Issued, r.Expires, r.Finished = uint64(seed), fromMillis(issued), fromMillis(expires), fromMillis(finished)
	if checks != "" {
		err = json.Unmarshal([]byte(checks), &r.Checks)
	}
	return r, err
}

// ForgetRuns removes what has had its time: device codes, tokens, runs without
// a result, and transcripts. It returns how many.
func (s *Store) ForgetRuns(ctx context.Context, now time.Time) (n int64, err error) {
	err = s.update(ctx, "forget runs", func(t *tx) error {
		n = 0
		gone := func(res sql.Result, err error) error {
			if err != nil {
				return err
			}
			m, err := res.RowsAffected()
			n += m
			return err
		}
		return errors.Join(
			gone(t.exec(`DELETE FROM device_codes WHERE expires_at <= $1`, millis(now))),
			gone(t.exec(`DELETE FROM api_tokens WHERE expires_at <= $1`, millis(now))),
			gone(t.exec(`DELETE FROM verify_runs WHERE finished_at IS NULL AND expires_at <= $1`, millis(now.Add(-lateKept)))),
			gone(t.exec(`DELETE FROM verify_transcripts WHERE kept_at <= $1`, millis(now.Add(-TranscriptLife)))),
		)
	})
	return n, err
}
