package store

import (
	"context"
	"time"
)

// Ready writes a row and returns nil after it is on disk. It tells whether the
// store can save anything at all, and waits its turn like any other change.
func (s *Store) Ready(ctx context.Context, now time.Time) error {
	return s.update(ctx, "write the heartbeat", func(t *tx) error {
		_, err := t.exec(`INSERT INTO heartbeat (id, at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, millis(now))
		return err
	})
}

// Failed returns how long ago a commit failed last, by the system's clock, and
// false if none has.
func (s *Store) Failed() (ago time.Duration, ok bool) {
	at := s.failed.Load()
	return time.Since(time.Unix(0, at)), at != 0
}

// Room returns how many bytes may still be written beside the database, or an
// error where the system does not tell.
func (s *Store) Room() (int64, error) { return Room(s.path) }
