//go:build browser

package main

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"groundwork/store"
	"groundwork/store/password"
)

// The operators' pages are accessible and fit every screen, with statistics of
// a fixed form; with those of a whole cohort if GROUNDWORK_COHORT names the
// database that the test of that name in package store has left.
func TestBrowserStatistics(t *testing.T) {
	db, items := graded(t, 60), []string{"api-e03", "api-e01"}
	if cohort := os.Getenv("GROUNDWORK_COHORT"); cohort != "" {
		db, items = cohort, []string{"api-e11", "api-e13", "db-e27", "doc-e03"}
	}
	inStore(t, db, func(ctx context.Context, st *store.Store) error {
		hash, err := password.New().Hash(ctx, "paper lamp river")
		if err != nil {
			return err
		}
		id, _, err := st.CreateVisitor(ctx, time.Now())
		if err != nil {
			return err
		}
		if err := st.Register(ctx, id, "olga@example.org", "Olga", hash); err != nil && !errors.Is(err, store.ErrTaken) {
			return err
		}
		return st.SetRole(ctx, "olga@example.org", "operator")
	})
	b := start(t, db).open(t, 1280, 900)
	b.listen()
	b.signIn("olga@example.org", "paper lamp river")
	b.goTo("/account")
	b.wait("the way to the statistics", `document.querySelector('a[href="/operator/stats"]')`)
	b.examine("/operator/stats")
	if b.goTo("/operator/stats"); !eval[bool](b, `document.querySelector('svg.chart') !== null`) {
		t.Error("the statistics show no figures")
	}
	b.examine("/operator/practice")
	for _, id := range items {
		b.examine("/operator/stats/" + id)
	}
	for _, c := range b.complaints() {
		t.Error("console: " + c)
	}
}
