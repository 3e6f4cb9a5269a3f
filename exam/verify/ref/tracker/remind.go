package tracker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// timers is for one planted defect: reminders that only memory knows.
type timers struct {
	mu   sync.Mutex
	want map[int64]bool
}

func (t *timers) plan(task int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.want == nil {
		t.want = map[int64]bool{}
	}
	t.want[task] = true
}

func (t *timers) has(task int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.want[task]
}

type reminder struct {
	Task int64  `json:"task_id"`
	Due  string `json:"due_at"`
}

// remind sends what is due, one after the other, until ctx ends. What is to be
// sent is in the table, so a restart forgets nothing; being the only worker, it
// sends nothing twice.
func (s *server) remind(ctx context.Context) {
	again := map[int64]time.Time{} // not before, after a failure
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
		due, err := s.due(ctx)
		if err != nil {
			continue // the database is closing, or busy: the next round finds the same rows
		}
		for _, r := range due {
			if time.Now().Before(again[r.Task]) || s.bug == "remind-memory" && !s.timers.has(r.Task) {
				continue
			}
			failed := !again[r.Task].IsZero()
			if err := s.post(ctx, r); err != nil {
				again[r.Task] = time.Now().Add(time.Second)
				continue
			}
			delete(again, r.Task)
			if s.bug == "remind-twice" && failed {
				continue
			}
			s.db.ExecContext(ctx, `UPDATE tasks SET reminded = 1 WHERE id = ?`, r.Task)
		}
	}
}

func (s *server) due(ctx context.Context) (list []reminder, err error) {
	open := ` AND status = 'open'`
	until := time.Now().Add(remindBefore)
	switch s.bug {
	case "remind-done":
		open = ""
	case "remind-never":
		return nil, nil
	case "remind-late":
		until = time.Now().Add(-time.Second)
	case "remind-early":
		until = time.Now().Add(time.Hour)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT id, due_at FROM tasks WHERE reminded = 0 AND due_at <= ?`+open, until.UTC().Format(time.RFC3339))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r reminder
		if err := rows.Scan(&r.Task, &r.Due); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

func (s *server) post(ctx context.Context, r reminder) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, "POST", s.notify, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprint("reminder-", r.Task))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("reminder: status %d", resp.StatusCode)
	}
	return nil
}
