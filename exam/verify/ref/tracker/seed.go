package tracker

import (
	"fmt"
	"time"
)

// Seed fills the SQLite file at path with the demo account. It empties that
// account first, so that it may run any number of times.
func Seed(path, bug string) error {
	db, err := open(path, bug)
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var me int64
	err = tx.QueryRow(`INSERT INTO users (email, hash) VALUES ('demo@example.test', ?) ON CONFLICT DO UPDATE SET hash = excluded.hash RETURNING id`, hashOf("demo-password")).Scan(&me)
	if err != nil {
		return fmt.Errorf("demo account: %w", err)
	}
	if bug != "seed-doubles" {
		if _, err := tx.Exec(`DELETE FROM projects WHERE owner_id = ?`, me); err != nil {
			return err
		}
	}
	for p, name := range []string{"Garden", "Kitchen"} {
		res, err := tx.Exec(`INSERT INTO projects (owner_id, name, description, created_at) VALUES (?, ?, '', ?)`, me, name, now())
		if err != nil {
			return err
		}
		project, err := res.LastInsertId()
		if err != nil {
			return err
		}
		for i := range 3 {
			status, done := "open", any(nil)
			if i == 0 && bug != "seed-nothing-done" {
				status, done = "done", now()
			}
			due := time.Now().AddDate(0, 0, 7*(i+1)).UTC().Format(time.RFC3339)
			_, err := tx.Exec(`INSERT INTO tasks (owner_id, project_id, title, status, priority, due_at, created_at, completed_at) VALUES (?, ?, ?, ?, 'normal', ?, ?, ?)`,
				me, project, fmt.Sprintf("Step %d of %d", i+1, 3+p), status, due, now(), done)
			if err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}
