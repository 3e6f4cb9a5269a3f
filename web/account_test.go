package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
)

const (
	ilse       = "ilse@example.org"
	passphrase = "paper lamp river"
)

// register makes an account through its form and leaves the browser signed in.
func (b *browser) register(email string) {
	b.t.Helper()
	r := b.do("/account/register", url.Values{"email": {email}, "name": {"Ilse Brandt"}, "password": {passphrase}, "back": {"/account"}})
	if r.status != http.StatusOK || r.at != "/account" {
		b.t.Fatalf("register %s: %d at %s:\n%s", email, r.status, r.at, r.body)
	}
}

func (b *browser) signIn(email, password string) reply {
	b.t.Helper()
	return b.do("/account/sign-in", url.Values{"email": {email}, "password": {password}, "back": {"/account"}})
}

// signedIn reports whether the settings open.
func (b *browser) signedIn() bool { return b.do("/account", nil).at == "/account" }

// cookie returns the value of a cookie that the browser has, or "".
func (b *browser) cookie(name string) string {
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// stay makes the browser show redirects in place of following them.
func (b *browser) stay() *browser {
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b
}

// visitor makes a browser that has saved something, and returns whose it is.
func (s *site) visitor(t testing.TB) (*browser, store.LearnerID) {
	t.Helper()
	b := s.browser(t)
	id, key, err := s.store.CreateVisitor(t.Context(), s.now())
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := s.web.keepKey(w, httptest.NewRequest(http.MethodGet, "/", nil), key); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	b.Jar.SetCookies(u, w.Result().Cookies())
	return b, id
}

// learner returns whose account an address is.
func (s *site) learner(t testing.TB, email string) store.LearnerID {
	t.Helper()
	id, _, err := s.store.Credentials(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// formItem is a single choice whose key is "this".
func formItem(id string) *exam.Item {
	return &exam.Item{
		ID: exam.ItemID(id), Title: "About `" + id + "`", Skill: "api", Lesson: "api/errors", Pool: exam.ExamPool, Level: exam.Junior, Type: exam.Single, Seconds: 60, Stem: "Which?",
		Options: []exam.Option{{ID: "a", Text: "this", Reason: "The reason of the key.", Key: true}, {ID: "b", Text: "that", Reason: "The reason of the other."}},
	}
}

// sit begins an attempt of two items, answers so many of them right, and hands
// it in if it is to be over.
func (s *site) sit(t testing.TB, learner store.LearnerID, right int, over bool) exam.AttemptID {
	t.Helper()
	ctx, must := t.Context(), func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	a, _, err := s.store.StartAttempt(ctx, learner, store.Start{
		Exam: examName, Seed: 1, Rules: exam.Rules{Minutes: 90, Pass: 70, Strong: 85}, Now: s.now(), Code: s.web.resumeCode,
		Draw: func(exam.History) ([]exam.Place, error) {
			return []exam.Place{{Item: formItem("t-e01"), Order: []exam.OptionID{"b", "a"}}, {Item: formItem("t-e02"), Order: []exam.OptionID{"a", "b"}}}, nil
		},
	})
	must(err)
	for n := range right {
		_, err := s.store.SaveAnswer(ctx, learner, a.ID, exam.Change{Slot: n + 1, Event: string(a.ID) + "-" + string(rune('a'+n)), Response: &exam.Response{Choice: []exam.OptionID{"a"}}}, s.now())
		must(err)
	}
	if over {
		_, err := s.store.SubmitAttempt(ctx, learner, a.ID, s.now())
		must(err)
	}
	return a.ID
}

// points lists the points of a learner's attempts, oldest first; -1 is one
// that is open.
func (s *site) points(t testing.TB, learner store.LearnerID) (list []float64) {
	t.Helper()
	attempts, err := s.store.Attempts(t.Context(), learner, examName, s.now())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range attempts {
		if a.State == exam.InProgress {
			a.Score = -1
		}
		list = append(list, a.Score)
	}
	return list
}

func (s *site) refs(t testing.TB, learner store.LearnerID) (refs []string) {
	t.Helper()
	done, err := s.store.Progress(t.Context(), learner)
	if err != nil {
		t.Fatal(err)
	}
	for ref := range done {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	return refs
}

func (s *site) tick(t testing.TB, learner store.LearnerID, refs ...string) {
	t.Helper()
	for _, ref := range refs {
		if err := s.store.SetProgress(t.Context(), learner, ref, true, s.now()); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *site) write(t testing.TB, learner store.LearnerID, ref, body string) {
	t.Helper()
	if _, err := s.store.SaveNote(t.Context(), learner, ref, body, 0, s.now()); err != nil {
		t.Fatal(err)
	}
}

func TestRegisterKeepsWhatTheVisitorDid(t *testing.T) {
	s := newSite(t)
	b, id := s.visitor(t)
	attempt := s.sit(t, id, 1, true)
	s.tick(t, id, "lesson/api/errors", "project/feed/cursor")
	s.write(t, id, "skill/api", "mine")
	before := b.cookie(visitorCookie)

	r := b.do("/account/register", url.Values{"email": {" Ilse@Example.org "}, "name": {" Ilse Brandt "}, "password": {passphrase}, "back": {"/account"}})
	if got := text(r.doc(t).Find("[role=status]")); !strings.Contains(got, "What you did in this browser before is in it.") {
		t.Errorf("after registering the page says %q", got)
	}
	l, err := s.store.Learner(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := store.Learner{ID: id, Email: ilse, Name: "Ilse Brandt", Role: "learner", Created: start}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("the visitor's own row (-want +got):\n%s", diff)
	}
	if _, err := s.store.Attempt(t.Context(), id, attempt, s.now()); err != nil {
		t.Errorf("the attempt: %v", err)
	}
	if diff := cmp.Diff([]float64{1}, s.points(t, id)); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"lesson/api/errors", "project/feed/cursor"}, s.refs(t, id)); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	if before == "" || b.cookie(visitorCookie) != "" {
		t.Errorf("the visitor's cookie was %q and is %q, want some and none", before, b.cookie(visitorCookie))
	}
	if !b.signedIn() {
		t.Error("registering did not sign in")
	}
}

// TestRegisterTwice sends one form twice, as a double click does.
func TestRegisterTwice(t *testing.T) {
	s := newSite(t)
	form := url.Values{"email": {ilse}, "password": {passphrase}, "back": {"/account"}}
	b, other := s.browser(t), s.browser(t)
	var wg sync.WaitGroup
	replies := make([]reply, 2)
	for i, b := range []*browser{b, other} {
		wg.Go(func() { replies[i] = b.do("/account/register", form) })
	}
	wg.Wait()
	for i, r := range replies {
		if r.at != "/account" {
			t.Errorf("reply %d ended at %s with %d", i, r.at, r.status)
		}
	}
	list, err := s.store.Accounts(t.Context(), s.now())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 {
		t.Errorf("%d accounts, want 1", len(list))
	}
}

func TestRegisterFaults(t *testing.T) {
	s := newSite(t)
	s.browser(t).register("taken@example.org")
	tests := []struct {
		about                 string
		name, email, password string
		field, fault          string
	}{
		{"no address", "Ilse", "", passphrase, "email", "Enter your email address"},
		{"no at", "Ilse", "ilse.example.org", passphrase, "email", "no @"},
		{"two ats", "Ilse", "ilse@a@example.org", passphrase, "email", "one @"},
		{"nothing before the at", "Ilse", "@example.org", passphrase, "email", "one @"},
		{"no ending", "Ilse", "ilse@example", passphrase, "email", "no ending such as .org"},
		{"ends with a dot", "Ilse", "ilse@example.", passphrase, "email", "no ending such as .org"},
		{"two dots", "Ilse", "ilse@example..org", passphrase, "email", "dot too many"},
		{"a blank inside", "Ilse", "ilse @example.org", passphrase, "email", "Take it out"},
		{"a mark that turns the writing", "Ilse", "ilse\u202e@example.org", passphrase, "email", "Take it out"},
		{"too long an address", "Ilse", strings.Repeat("i", 250) + "@example.org", passphrase, "email", "254"},
		{"no password", "Ilse", ilse, "", "password", "at least 8"},
		{"a short password", "Ilse", ilse, "1234567", "password", "7 characters"},
		{"a long password", "Ilse", ilse, strings.Repeat("p", 201), "password", "at most 200"},
		{"a common password", "Ilse", ilse, "PassWord1", "password", "tried first"},
		{"the address as password", "Ilse", ilse, ilse, "password", "your address"},
		{"too long a name", strings.Repeat("n", 81), ilse, passphrase, "name", "at most 80"},
		{"an address that has an account", "Ilse", "TAKEN@example.org", "kettle moss fence", "email", "No account can be made"},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			b := s.browser(t)
			r := b.do("/account/register", url.Values{"name": {tt.name}, "email": {tt.email}, "password": {tt.password}, "back": {"/path"}})
			if r.status != http.StatusUnprocessableEntity {
				t.Fatalf("status %d at %s, want 422", r.status, r.at)
			}
			doc := r.doc(t)
			if got := text(doc.Find("#" + tt.field + "-error")); !strings.Contains(got, tt.fault) {
				t.Errorf("under %s stands %q, want %q", tt.field, got, tt.fault)
			}
			if n := doc.Find(".err").Length(); n != 1 {
				t.Errorf("%d faults, want 1", n)
			}
			got := []string{doc.Find("#name").AttrOr("value", ""), doc.Find("#email").AttrOr("value", ""), doc.Find("#password").AttrOr("value", ""),
				doc.Find("main [name=back]").AttrOr("value", ""), doc.Find("[autofocus]").AttrOr("id", ""), doc.Find("[aria-invalid]").AttrOr("id", "")}
			if diff := cmp.Diff([]string{tt.name, tt.email, "", "/path", tt.field, tt.field}, got); diff != "" {
				t.Errorf("what was typed, the password but, and where the cursor is (-want +got):\n%s", diff)
			}
			if b.signedIn() {
				t.Error("signed in nevertheless")
			}
		})
	}
}

func TestSignInMergesAndSaysWhat(t *testing.T) {
	s := newSite(t)
	s.browser(t).register(ilse)
	account := s.learner(t, ilse)
	s.sit(t, account, 2, true)
	s.tick(t, account, "lesson/api/errors")
	s.write(t, account, "skill/api", "from the account")
	s.pass(time.Hour)
	b, id := s.visitor(t)
	s.sit(t, id, 1, true)
	s.tick(t, id, "lesson/api/errors", "lesson/api/paging")
	s.write(t, id, "skill/api", "from the browser")
	s.write(t, id, "skill/database", "new")

	note := text(b.open("/account/sign-in").Find(".note.look"))
	if !strings.Contains(note, "Sign in and it moves over.") {
		t.Errorf("before signing in the page says %q", note)
	}
	r := b.do("/account/sign-in", url.Values{"email": {ilse}, "password": {passphrase}, "back": {"/path?x=1"}})
	if r.at != "/account/merged?back=%2Fpath%3Fx%3D1" {
		t.Fatalf("signing in ends at %s with %d", r.at, r.status)
	}
	doc := r.doc(t)
	got := doc.Find("main li").Map(func(_ int, s *goquery.Selection) string { return text(s) })
	want := []string{
		"1 exam attempt came over. Of all your attempts the best result counts.",
		"1 thing that you had read or ticked here is now ticked in your account.",
		"1 note came over.",
		"1 note was in both places. Both texts now stand in it, one after the other.",
		"1 practice card came over.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was merged (-want +got):\n%s", diff)
	}
	if got := doc.Find("main a").AttrOr("href", ""); got != "/path?x=1" {
		t.Errorf("the page leads on to %q", got)
	}
	if got := b.do("/account/merged?back=/path", nil).at; got != "/path" {
		t.Errorf("the page is shown once more, at %s", got)
	}
	if diff := cmp.Diff([]float64{2, 1}, s.points(t, account)); diff != "" {
		t.Errorf("points; the better result is to stay (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"lesson/api/errors", "lesson/api/paging"}, s.refs(t, account)); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	n, err := s.store.Note(t.Context(), account, "skill/api")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(n.Body, "from the account") || !strings.Contains(n.Body, "from the browser") {
		t.Errorf("the note that both had is %q", n.Body)
	}
	if _, err := s.store.Learner(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the visitor's row: %v, want ErrNotFound", err)
	}
	if got := b.cookie(visitorCookie); got != "" {
		t.Errorf("the visitor's cookie is still there: %q", got)
	}
}

func TestSignInWithTwoOpenExams(t *testing.T) {
	s := newSite(t)
	s.browser(t).register(ilse)
	account := s.learner(t, ilse)
	s.sit(t, account, 0, false)
	b, id := s.visitor(t)
	s.sit(t, id, 2, false)
	r := b.signIn(ilse, passphrase)
	if got := text(r.doc(t).Find("main li").Last()); !strings.Contains(got, "the other was handed in and graded with what it held") {
		t.Errorf("the page says %q", got)
	}
	if diff := cmp.Diff([]float64{0, -1}, s.points(t, account)); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
}

// TestSignInOfAnotherAccountMergesNothing signs in while signed in.
func TestSignInOfAnotherAccountMergesNothing(t *testing.T) {
	s := newSite(t)
	s.browser(t).register("tom@example.org")
	b := s.browser(t)
	b.register(ilse)
	s.tick(t, s.learner(t, ilse), "lesson/api/errors")
	if r := b.signIn("tom@example.org", passphrase); r.at != "/account" || !strings.Contains(r.body, "tom@example.org") {
		t.Fatalf("ends at %s", r.at)
	}
	if got := s.refs(t, s.learner(t, "tom@example.org")); got != nil {
		t.Errorf("the other account's progress came over: %v", got)
	}
	if got := s.refs(t, s.learner(t, ilse)); len(got) != 1 {
		t.Errorf("the account that was left has progress %v", got)
	}
}
