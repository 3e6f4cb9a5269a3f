//go:build browser

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/password"
)

// decided makes a database of graded attempts with an operator Olga and a
// learner Ada, and returns Ada's attempt.
func decided(t *testing.T) (db string, ada exam.AttemptID) {
	t.Helper()
	db = graded(t, 12)
	inStore(t, db, func(ctx context.Context, st *store.Store) error {
		hash, err := password.New().Hash(ctx, "paper lamp river")
		if err != nil {
			return err
		}
		list, _, err := st.FindAttempts(ctx, store.Search{})
		if err != nil {
			return err
		}
		ada = list[3].ID
		if err := st.Register(ctx, list[3].Learner, "ada@example.org", "Ada", hash); err != nil {
			return err
		}
		id, _, err := st.CreateVisitor(ctx, time.Now())
		if err != nil {
			return err
		}
		if err := st.Register(ctx, id, "olga@example.org", "Olga", hash); err != nil {
			return err
		}
		if err := st.GrantTime(ctx, "ada@example.org", 50, "Reads with a screen reader.", time.Now()); err != nil {
			return err
		}
		if err := st.VoidAttempt(ctx, list[1].ID, "Two people sat it.", "test", time.Now()); err != nil {
			return err
		}
		return st.SetRole(ctx, "olga@example.org", "operator")
	})
	return db, ada
}

// The pages on which operators decide, and those on which learners read what
// was decided, are accessible and fit every screen. Minutes that are given back
// reach a page that saves nothing within seconds, and so does the end of an
// attempt.
func TestBrowserOperator(t *testing.T) {
	db, result := decided(t)
	site := start(t, db)
	olga, ada := site.open(t, 1280, 900), site.open(t, 1280, 900)
	olga.listen()
	olga.signIn("olga@example.org", "paper lamp river")
	ada.signIn("ada@example.org", "paper lamp river")
	ada.examine("/exam")
	attempt := ada.startExam()
	id := strings.TrimPrefix(attempt, "/exam/")

	olga.examine("/operator/attempts")
	olga.examine("/operator/attempts?state=voided")
	olga.examine("/operator/time")
	olga.examine("/operator/regrade")
	olga.examine("/operator/regrade/api-e01")
	olga.examine("/operator/regrade/api-e01?policy=full")
	olga.examine("/operator/attempts/" + id)

	olga.goTo("/operator/attempts/" + id)
	before := eval[string](ada, `document.querySelector('.clock .left').textContent`)
	eval[bool](olga, `(document.querySelector('#extend-minutes').value='17', document.querySelector('#extend-reason').value='The power was out.', document.querySelector('form[action$="/extend"] button').click(), true)`)
	olga.wait("the minutes are given", `document.querySelector('.note.done')`)
	given := time.Now()
	ada.wait("the page hears of it", `document.querySelector('main .note.done')?.textContent.includes('You were given 17 minutes more. The power was out.')`)
	t.Logf("the page heard of the minutes after %v; the clock was %q and is %q", time.Since(given).Round(100*time.Millisecond), before, eval[string](ada, `document.querySelector('.clock .left').textContent`))
	ada.wait("the clock has them", `parseInt(document.querySelector('.clock .left').textContent) > 140`)
	ada.shot("exam-extended")

	olga.goTo("/operator/attempts/" + id)
	eval[bool](olga, `(document.querySelector('#void-reason').value='Begun by mistake.', document.querySelector('form[action$="/void"] button').click(), true)`)
	ada.wait("the page is sent on to the result", `location.pathname.endsWith('/result') && document.querySelector('main').innerText.includes('Begun by mistake.')`)
	ada.examine(attempt + "/result")
	olga.examine("/operator/attempts/" + id)

	olga.goTo("/operator/regrade/api-e01?policy=full")
	eval[bool](olga, `(document.querySelector('#reason').value='It could not be answered.', document.querySelector('[name=sure]').click(), document.querySelector('form[action^="/operator/regrade"] button').click(), true)`)
	olga.wait("it is done", `document.querySelector('.note.done')?.textContent.includes('marked anew')`)
	ada.examine("/exam/" + string(result) + "/result")
	ada.examine("/me")
	for _, c := range append(olga.complaints(), ada.complaints()...) {
		t.Error("console: " + c)
	}
}
