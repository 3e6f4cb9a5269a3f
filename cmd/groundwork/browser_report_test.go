//go:build browser

package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/password"
)

// sittings lets Ilse sit two exams of the real bank: she knows so many of ten
// of the choices, and takes her time. It returns the second attempt.
func sittings(t *testing.T, db string) (last exam.AttemptID) {
	t.Helper()
	s, _ := load(content.FS())
	now, chance := time.Now().AddDate(0, -2, 0), rand.New(rand.NewPCG(1, 2))
	inStore(t, db, func(ctx context.Context, st *store.Store) error {
		hash, err := password.New().Hash(ctx, "paper lamp river")
		if err != nil {
			return err
		}
		id, _, err := st.CreateVisitor(ctx, now)
		if err != nil {
			return err
		}
		if err := st.Register(ctx, id, "ilse@example.org", "Ilse Brandt", hash); err != nil {
			return err
		}
		for i, knows := range []int{6, 8} {
			at := now.AddDate(0, i, 0)
			a, _, err := st.StartAttempt(ctx, id, store.Start{Exam: "backend", Seed: int64(i), Rules: s.blueprint.Rules, Now: at,
				Draw: func(h exam.History) ([]exam.Place, error) { return exam.Assemble(s.bank, s.blueprint, h, int64(i)) }})
			if err != nil {
				return err
			}
			for _, slot := range a.Slots {
				if err := st.SeeSlot(ctx, id, a.ID, slot.N, at); err != nil {
					return err
				}
				it, flag, note := s.bank.Item(slot.Item), slot.N%11 == 3, "Which of the two?"
				at = at.Add(time.Duration(float64(it.Seconds) * (0.2 + chance.ExpFloat64()*0.6) * float64(time.Second)))
				r := answerOf(it, knows, chance)
				c := exam.Change{Slot: slot.N, Event: fmt.Sprint("save ", slot.N), Response: &r}
				if flag {
					c.Flagged, c.Note = &flag, &note
				}
				if _, err := st.SaveAnswer(ctx, id, a.ID, c, at); err != nil {
					return err
				}
			}
			if _, err := st.SubmitAttempt(ctx, id, a.ID, at); err != nil {
				return err
			}
			last = a.ID
		}
		return nil
	})
	return last
}

// answerOf is what somebody answers who knows so many of ten.
func answerOf(it *exam.Item, knows int, chance *rand.Rand) (r exam.Response) {
	if it.Type != exam.Single && it.Type != exam.Multiple && chance.IntN(10) < knows {
		return rightTyped(it)
	}
	for _, o := range it.Options {
		if o.Key == (chance.IntN(10) < knows) && (it.Type == exam.Multiple || it.Type == exam.Single && len(r.Choice) == 0) {
			r.Choice = append(r.Choice, o.ID)
		}
	}
	return r
}

// rightTyped is the right answer to an item that is not chosen from a list, as
// far as it can be told without running a query.
func rightTyped(it *exam.Item) (r exam.Response) {
	switch it.Type {
	case exam.Ordering:
		for _, o := range it.Options {
			r.Choice = append(r.Choice, o.ID)
		}
	case exam.Matching:
		r.Pairs = map[exam.OptionID]string{}
		for _, o := range it.Options {
			r.Pairs[o.ID] = string(o.Match)
		}
	case exam.Numeric, exam.Short:
		r.Text = it.Keys()[0].Text
	}
	return r
}

// signIn signs somebody in.
func (b *tab) signIn(email, password string) {
	b.t.Helper()
	b.goTo("/account/sign-in")
	eval[bool](b, `(document.querySelector('[name=email]').value=`+quote(email)+`, document.querySelector('[name=password]').value=`+quote(password)+`, document.querySelector('main form button').click(), true)`)
	b.wait("signed in", `location.pathname === '/me'`)
}

// print makes a PDF of the page and returns how many pages it has.
func (b *tab) print(name string) int {
	b.t.Helper()
	var pdf []byte
	b.must(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		res, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		pdf = res.Data
		return err
	}))
	if dir := os.Getenv("GROUNDWORK_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		b.t.Fatalf("no PDF: %.40q", pdf)
	}
	n := 0
	for _, m := range regexp.MustCompile(`/Count (\d+)`).FindAllSubmatch(pdf, -1) { // a tree of pages: its root has most
		count, _ := strconv.Atoi(string(m[1]))
		n = max(n, count)
	}
	return n
}

// The report of somebody with two attempts, in every look and on paper.
func TestBrowserReport(t *testing.T) {
	db := filepath.Join(t.TempDir(), "g.db")
	id := sittings(t, db)
	b := start(t, db).open(t, 1280, 900)
	b.listen()
	b.signIn("ilse@example.org", "paper lamp river")
	path := "/exam/" + string(id) + "/result"
	b.goTo(path)
	b.examineHere("report")
	b.goTo(path + "?show=flagged")
	eval[bool](b, `([...document.querySelectorAll('main details')].forEach(d => { d.open = true; }), true)`)
	for _, v := range b.axe() {
		t.Errorf("with items open: %s", v)
	}
	b.shot("report-open")
	b.setScript(false)
	b.goTo(path + "?show=all")
	all := b.print("report-all")
	b.goTo(path + "?show=flagged")
	some := b.print("report-flagged")
	t.Logf("on paper: %d pages with every item, %d with those that were flagged", all, some)
	if all < 20 || some > all/2 { // closed, sixty items take three
		t.Errorf("on paper every item takes %d pages and the flagged ones %d; are their details open?", all, some)
	}
	for _, c := range b.complaints() {
		t.Error("console: " + c)
	}
}
