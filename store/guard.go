package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Guessing a password is slowed down per account and per network: the first
// few failures are free, then the wait doubles. Nobody is locked out for good,
// and a quarter of an hour of peace forgets everything.
const (
	freeFailures = 5
	longestWait  = 15 * time.Minute
	forgetAfter  = 15 * time.Minute

	// A failure that lies further ahead than this was counted while the clock was
	// wrong; nobody has to wait until it is right again.
	aheadAtMost = longestWait
)

// wait returns how long to wait after the given number of failures in a row.
func wait(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	return min(time.Second<<min(failures-freeFailures, 20), longestWait)
}

// MayTry returns how long each of those named must still wait before the next
// try; zero means that it may be made now. Names are hashes made by the
// caller: an account, a network.
func (s *Store) MayTry(ctx context.Context, now time.Time, names ...string) (longest time.Duration, err error) {
	err = s.view(ctx, "read failures", func(t *tx) error {
		longest = 0
		for _, name := range names {
			count, at, err := failures(t, name, now)
			if err != nil {
				return err
			}
			longest = max(longest, at.Add(wait(count)).Sub(now))
		}
		return nil
	})
	return longest, err
}

// AddFailure counts a failed try against each of those named.
func (s *Store) AddFailure(ctx context.Context, now time.Time, names ...string) error {
	return s.update(ctx, "add failure", func(t *tx) error {
		if _, err := t.exec(`DELETE FROM failures WHERE at < $1`, millis(now.Add(-longestWait-forgetAfter))); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM failures WHERE at > $1`, millis(now.Add(aheadAtMost))); err != nil {
			return err
		}
		for _, name := range names {
			count, at, err := failures(t, name, now)
			if err != nil {
				return err
			}
			if now.Sub(at) > wait(count)+forgetAfter {
				count = 0
			}
			_, err = t.exec(`
				INSERT INTO failures (who, at, count) VALUES ($1, $2, $3)
				ON CONFLICT (who) DO UPDATE SET at = excluded.at, count = excluded.count`, name, millis(now), count+1)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ForgetFailures begins the count of name again, after a try that succeeded.
func (s *Store) ForgetFailures(ctx context.Context, name string) error {
	return s.update(ctx, "forget failures", func(t *tx) error {
		_, err := t.exec(`DELETE FROM failures WHERE who = $1`, name)
		return err
	})
}

// failures returns how often name has failed and when it was last, which is not
// after now.
func failures(t *tx, name string, now time.Time) (count int, at time.Time, err error) {
	var ms sql.NullInt64
	err = t.row(`SELECT count, at FROM failures WHERE who = $1`, name).Scan(&count, &ms)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	at = fromMillis(ms)
	if at.After(now.Add(aheadAtMost)) {
		return 0, time.Time{}, err
	}
	if at.After(now) {
		at = now
	}
	return count, at, err
}
