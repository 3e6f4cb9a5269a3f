package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Guessing a password is slowed down: some failures are free, then the wait
// doubles. Nobody is locked out for good, and a quarter of an hour of peace
// forgets everything.
const (
	longestWait = 15 * time.Minute
	forgetAfter = 15 * time.Minute

	// A failure that lies further ahead than this was counted while the clock was
	// wrong; nobody has to wait until it is right again.
	aheadAtMost = longestWait
)

// A Guard counts the failures of one who may be guessing. Its name is a hash
// made by the caller.
type Guard struct {
	Name    string
	Free    int           // failures before the first wait
	Longest time.Duration // wait, at most a quarter of an hour
}

// OneGuesser is a guard of somebody who tries to get into one account: after
// five failures they wait, in the end for a quarter of an hour.
func OneGuesser(name string) Guard { return Guard{name, 5, longestWait} }

// ManyGuessers is a guard of what many people share: an account that strangers
// guess at, a network with a class behind it. It slows guesses of all of them
// down to two a minute, and so nobody can keep its owner out by guessing.
func ManyGuessers(name string) Guard { return Guard{name, 100, 30 * time.Second} }

// wait returns how long to wait after the given number of failures in a row.
func (g Guard) wait(failures int) time.Duration {
	if failures < g.Free {
		return 0
	}
	return min(time.Second<<min(failures-g.Free, 20), g.Longest)
}

// MayTry returns how long each of those named must still wait before the next
// try; zero means that it may be made now.
func (s *Store) MayTry(ctx context.Context, now time.Time, guards ...Guard) (longest time.Duration, err error) {
	err = s.view(ctx, "read failures", func(t *tx) error {
		longest = 0
		for _, g := range guards {
			count, at, err := failures(t, g.Name, now)
			if err != nil {
				return err
			}
			longest = max(longest, at.Add(g.wait(count)).Sub(now))
		}
		return nil
	})
	return longest, err
}

// AddFailure counts a failed try against each of those named.
func (s *Store) AddFailure(ctx context.Context, now time.Time, guards ...Guard) error {
	return s.update(ctx, "add failure", func(t *tx) error {
		if _, err := t.exec(`DELETE FROM failures WHERE at < $1`, millis(now.Add(-longestWait-forgetAfter))); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM failures WHERE at > $1`, millis(now.Add(aheadAtMost))); err != nil {
			return err
		}
		for _, g := range guards {
			count, at, err := failures(t, g.Name, now)
			if err != nil {
				return err
			}
			if now.Sub(at) > g.wait(count)+forgetAfter {
				count = 0
			}
			_, err = t.exec(`
				INSERT INTO failures (who, at, count) VALUES ($1, $2, $3)
				ON CONFLICT (who) DO UPDATE SET at = excluded.at, count = excluded.count`, g.Name, millis(now), count+1)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ForgetFailures begins the count again, after a try that succeeded.
func (s *Store) ForgetFailures(ctx context.Context, g Guard) error {
	return s.update(ctx, "forget failures", func(t *tx) error {
		_, err := t.exec(`DELETE FROM failures WHERE who = $1`, g.Name)
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
