package web

import (
	"archive/zip"
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
)

// accountPosts are the forms of accounts; each would do something for whoever
// is signed in with the passphrase.
var accountPosts = map[string]url.Values{
	"/account/register":            {"email": {"new@example.org"}, "password": {passphrase}},
	"/account/sign-in":             {"email": {ilse}, "password": {passphrase}},
	"/account/sign-out":            {},
	"/account/sign-out-everywhere": {},
	"/account/name":                {"name": {"Mallory"}},
	"/account/password":            {"current": {passphrase}, "new": {"kettle moss fence"}},
	"/account/sign-ins/end":        {"id": {"x"}},
	"/account/delete":              {"password": {passphrase}, "confirm": {"yes"}},
}

var accountGets = []string{
	"/account", "/account/register", "/account/sign-in", "/account/merged", "/account/data", "/account/delete", "/account/deleted",
}

// S6: a sign-in that has ended is dead on the server.
func TestSignInsEnd(t *testing.T) {
	s := newSite(t)
	b, phone, other := s.browser(t), s.browser(t), s.browser(t)
	b.register(ilse)
	phone.signIn(ilse, passphrase)
	other.register("tom@example.org")

	doc := b.open("/account")
	rows := doc.Find("tbody tr")
	if n := rows.Length(); n != 2 {
		t.Fatalf("%d sign-ins, want 2", n)
	}
	if got := rows.FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(text(s), "this one") }).Length(); got != 1 {
		t.Errorf("%d of them are this one, want 1", got)
	}
	id := rows.Find("[name=id]").AttrOr("value", "")
	other.do("/account/sign-ins/end", url.Values{"id": {id}})
	if !phone.signedIn() {
		t.Fatal("somebody else could end the sign-in")
	}
	r := b.do("/account/sign-ins/end", url.Values{"id": {id}})
	if got := text(r.doc(t).Find("[role=status]")); !strings.Contains(got, "is signed out.") {
		t.Errorf("the page says %q", got)
	}
	if got := []bool{b.signedIn(), phone.signedIn(), other.signedIn()}; !slices.Equal(got, []bool{true, false, true}) {
		t.Errorf("signed in: this one, the phone, somebody else: %v", got)
	}

	phone.signIn(ilse, passphrase)
	b.do("/account/sign-out", url.Values{})
	if got := []bool{b.signedIn(), phone.signedIn()}; !slices.Equal(got, []bool{false, true}) {
		t.Errorf("after signing out here: here, the phone: %v", got)
	}
	b.signIn(ilse, passphrase)
	phone.do("/account/sign-out-everywhere", url.Values{})
	if got := []bool{b.signedIn(), phone.signedIn(), other.signedIn()}; !slices.Equal(got, []bool{false, false, true}) {
		t.Errorf("after signing out everywhere: here, the phone, somebody else: %v", got)
	}
}

func TestPasswordChange(t *testing.T) {
	const fresh = "kettle moss fence"
	s := newSite(t)
	b, phone := s.browser(t), s.browser(t)
	b.register(ilse)
	phone.signIn(ilse, passphrase)
	tests := []struct{ about, current, password, field, fault string }{
		{"the wrong password", "wrong wrong", fresh, "current", "not the password of this account"},
		{"a common password", passphrase, "iloveyou1", "new", "tried first"},
		{"a short password", passphrase, "short", "new", "5 characters"},
	}
	for _, tt := range tests {
		r := b.do("/account/password", url.Values{"current": {tt.current}, "new": {tt.password}})
		if got := text(r.doc(t).Find("#" + tt.field + "-error")); r.status != http.StatusUnprocessableEntity || !strings.Contains(got, tt.fault) {
			t.Errorf("%s: %d, under the field stands %q, want %q", tt.about, r.status, got, tt.fault)
		}
	}
	if !phone.signedIn() || s.browser(t).signIn(ilse, passphrase).at != "/account" {
		t.Fatal("a change that was refused did something")
	}
	before := b.cookie(loginCookie)
	r := b.do("/account/password", url.Values{"current": {passphrase}, "new": {fresh}})
	if got := text(r.doc(t).Find("[role=status]")); r.at != "/account" || !strings.Contains(got, "Your password is set.") {
		t.Errorf("ends at %s and says %q", r.at, got)
	}
	if got := []bool{b.signedIn(), phone.signedIn()}; !slices.Equal(got, []bool{true, false}) {
		t.Errorf("signed in here and on the phone: %v, want here only", got)
	}
	if b.cookie(loginCookie) == before {
		t.Error("the token is the one from before")
	}
	if r := s.browser(t).signIn(ilse, passphrase); r.status != http.StatusUnprocessableEntity {
		t.Errorf("the old password: %d at %s", r.status, r.at)
	}
	if r := s.browser(t).signIn(ilse, fresh); r.at != "/account" {
		t.Errorf("the new password: %d at %s", r.status, r.at)
	}
}

func TestRename(t *testing.T) {
	s := newSite(t)
	b := s.browser(t)
	b.register(ilse)
	tests := []struct{ typed, kept, says string }{
		{"  Ilse B  ", "Ilse B", "Saved. Your name is now Ilse B."},
		{"<b>\u202eIlse\u0000</b>", "<b>Ilse</b>", "Saved. Your name is now <b>Ilse</b>."},
		{"", "", "Saved. You have no name here now."},
	}
	for _, tt := range tests {
		doc := b.do("/account/name", url.Values{"name": {tt.typed}}).doc(t)
		if got := text(doc.Find("[role=status]")); got != tt.says {
			t.Errorf("%q: the page says %q, want %q", tt.typed, got, tt.says)
		}
		if got := doc.Find("#name").AttrOr("value", ""); got != tt.kept {
			t.Errorf("%q is kept as %q, want %q", tt.typed, got, tt.kept)
		}
	}
	long := strings.Repeat("n", 81)
	doc := b.do("/account/name", url.Values{"name": {long}}).doc(t)
	if got := doc.Find("#name").AttrOr("value", ""); got != long || doc.Find("#name-error").Length() != 1 {
		t.Errorf("a name that is too long comes back as %q with %d faults", got, doc.Find("#name-error").Length())
	}
}

func TestOperatorIsTold(t *testing.T) {
	s := newSite(t)
	b := s.browser(t)
	b.register(ilse)
	role := func() string { return text(b.open("/account").Find(".tblock dd").Last()) }
	if got := role(); got != "Learner" {
		t.Errorf("the role is %q, want Learner", got)
	}
	if err := s.store.SetRole(t.Context(), ilse, "operator"); err != nil {
		t.Fatal(err)
	}
	if got := role(); got != "Operator" {
		t.Errorf("the role is %q, want Operator", got)
	}
}

// TestDelete deletes an account, and a visitor's work, with everything in them.
func TestDelete(t *testing.T) {
	s := newSite(t)
	member, phone, other := s.browser(t), s.browser(t), s.browser(t)
	member.register(ilse)
	phone.signIn(ilse, passphrase)
	other.register("tom@example.org")
	visitor, visitorID := s.visitor(t)
	memberID, otherID := s.learner(t, ilse), s.learner(t, "tom@example.org")
	for _, id := range []store.LearnerID{memberID, visitorID, otherID} {
		s.sit(t, id, 1, true)
		s.sit(t, id, 1, false)
		s.tick(t, id, "lesson/api/errors")
		s.write(t, id, "skill/api", "mine")
	}
	tests := []struct {
		about     string
		b         *browser
		id        store.LearnerID
		wrong     url.Values
		status    int
		right     url.Values
		names     string
		goes      []string
		alsoEnded *browser
	}{
		{"an account", member, memberID, url.Values{"password": {"wrong wrong"}, "confirm": {"yes"}}, 422, url.Values{"password": {passphrase}}, "Delete the account of " + ilse,
			[]string{"2 exam attempts with their answers and results", "1 thing read, done or ticked", "1 note", "2 sign-ins"}, phone},
		{"a visitor's work", visitor, visitorID, url.Values{}, 400, url.Values{"confirm": {"yes"}}, "Delete my work in this browser",
			[]string{"2 exam attempts with their answers and results", "1 thing read, done or ticked", "1 note"}, visitor},
	}
	for _, tt := range tests {
		doc := tt.b.open("/account/delete")
		if got := text(doc.Find("main .btn.danger")); got != tt.names {
			t.Errorf("%s: the button says %q, want %q", tt.about, got, tt.names)
		}
		if diff := cmp.Diff(tt.goes, doc.Find("main li").Map(func(_ int, s *goquery.Selection) string { return text(s) })); diff != "" {
			t.Errorf("%s: what goes (-want +got):\n%s", tt.about, diff)
		}
		if got := text(doc.Find("main .note")); !strings.Contains(got, "Your exam is open.") {
			t.Errorf("%s: the page says %q", tt.about, got)
		}
		if r := tt.b.do("/account/delete", tt.wrong); r.status != tt.status {
			t.Errorf("%s: not confirmed: %d, want %d", tt.about, r.status, tt.status)
		}
		if _, err := s.store.Export(t.Context(), tt.id); err != nil {
			t.Fatalf("%s: gone without being confirmed: %v", tt.about, err)
		}
		if r := tt.b.do("/account/delete", tt.right); r.at != "/account/deleted" {
			t.Errorf("%s: ends at %s with %d", tt.about, r.at, r.status)
		}
		if _, err := s.store.Export(t.Context(), tt.id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: still there: %v", tt.about, err)
		}
		for _, name := range []string{loginCookie, visitorCookie, noticeCookie} {
			if got := tt.b.cookie(name); got != "" {
				t.Errorf("%s: the cookie %s is still there: %q", tt.about, name, got)
			}
		}
		if tt.alsoEnded.signedIn() {
			t.Errorf("%s: another browser is still signed in", tt.about)
		}
	}
	e, err := s.store.Export(t.Context(), otherID)
	if err != nil {
		t.Fatal(err)
	}
	if got := []int{len(e.Attempts), len(e.Progress), len(e.Notes)}; !slices.Equal(got, []int{2, 1, 1}) {
		t.Errorf("somebody else has %v attempts, ticks and notes left, want 2, 1, 1", got)
	}
	if r := s.browser(t).signIn(ilse, passphrase); r.status != http.StatusUnprocessableEntity {
		t.Errorf("signing in to the deleted account: %d at %s", r.status, r.at)
	}
}

// TestDataIsSent downloads as an account and as a visitor.
func TestDataIsSent(t *testing.T) {
	s := newSite(t)
	member := s.browser(t)
	member.register(ilse)
	visitor, id := s.visitor(t)
	for _, tt := range []struct {
		b  *browser
		id store.LearnerID
	}{{member, s.learner(t, ilse)}, {visitor, id}} {
		s.sit(t, tt.id, 1, true)
		r := tt.b.do("/account/data", nil)
		got := []string{r.header.Get("Content-Type"), r.header.Get("Content-Disposition")}
		if diff := cmp.Diff([]string{"application/zip", `attachment; filename="groundwork-2026-06-14.zip"`}, got); diff != "" {
			t.Errorf("headers (-want +got):\n%s", diff)
		}
		e, err := s.store.Export(t.Context(), tt.id)
		if err != nil {
			t.Fatal(err)
		}
		e.Taken = s.now()
		var want bytes.Buffer
		if err := WriteExport(&want, e, e.Item); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(unzip(t, want.Bytes()), unzip(t, []byte(r.body))); diff != "" {
			t.Errorf("the archive (-want +got):\n%s", diff)
		}
	}
}

// TestDataGradesWhatIsOver downloads after the time of an exam is over.
func TestDataGradesWhatIsOver(t *testing.T) {
	s := newSite(t)
	b, id := s.visitor(t)
	s.sit(t, id, 2, false)
	s.pass(3 * time.Hour)
	files := unzip(t, []byte(b.do("/account/data", nil).body))
	if !strings.Contains(files["data.json"], `"state": "`+string(exam.Graded)+`"`) {
		t.Errorf("the attempt is not graded:\n%s", files["data.json"])
	}
}

func unzip(t testing.TB, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		files[f.Name] = b.String()
	}
	return files
}

// S13: TestNobodyKeepsAccountPages looks at every page and every answer to a form,
// as an account, as a visitor and as nobody.
func TestNobodyKeepsAccountPages(t *testing.T) {
	s := newSite(t)
	s.browser(t).register(ilse)
	kinds := map[string]func() *browser{
		"an account": func() *browser { b := s.browser(t); b.signIn(ilse, passphrase); return b },
		"a visitor":  func() *browser { b, _ := s.visitor(t); return b },
		"nobody":     func() *browser { return s.browser(t) },
	}
	check := func(who, what string, r reply) {
		if !strings.Contains(strings.Join(r.header.Values("Cache-Control"), ","), "no-store") {
			t.Errorf("%s as %s: Cache-Control %q", what, who, r.header.Values("Cache-Control"))
		}
		if r.status >= 500 {
			t.Errorf("%s as %s: %d", what, who, r.status)
		}
	}
	for who, browser := range kinds {
		b := browser().stay()
		for _, path := range accountGets {
			check(who, path, b.do(path, nil))
		}
		for path := range accountPosts {
			s.pass(time.Hour) // whatever waits
			check(who, "POST "+path, b.do(path, url.Values{}))
		}
	}
}

// TestAccountPagesAreWhole wants one heading, a title and a description, and no
// hint of where a form was sent in the address of the page.
func TestAccountPagesAreWhole(t *testing.T) {
	s := newSite(t)
	member, nobody := s.browser(t), s.browser(t)
	member.register(ilse)
	visitor, id := s.visitor(t)
	s.sit(t, id, 1, true)
	pages := map[string]reply{
		"register":       nobody.do("/account/register", nil),
		"sign in":        nobody.do("/account/sign-in", nil),
		"deleted":        nobody.do("/account/deleted", nil),
		"settings":       member.do("/account", nil),
		"settings fault": member.do("/account/password", url.Values{}),
		"delete":         member.do("/account/delete", nil),
		"visitor":        visitor.do("/account", nil),
		"visitor delete": visitor.do("/account/delete", nil),
		"merged":         visitor.signIn(ilse, passphrase),
	}
	titles := map[string]string{}
	for name, r := range pages {
		doc := r.doc(t)
		if n := doc.Find("h1").Length(); n != 1 {
			t.Errorf("%s: %d headings of the first level", name, n)
		}
		title := doc.Find("title").Text()
		if before, ok := titles[title]; ok && !strings.HasPrefix(name, before) && !strings.HasPrefix(before, name) {
			t.Errorf("%s and %s have the same title %q", name, before, title)
		}
		titles[title] = name
		if n := utf8.RuneCountInString(doc.Find("meta[name=description]").AttrOr("content", "")); n < 50 || n > 160 {
			t.Errorf("%s: the description has %d characters, want 50 to 160", name, n)
		}
		if got := doc.Find("header [name=back]").AttrOr("value", ""); !slices.Contains(accountGets, got) {
			t.Errorf("%s: switching the colours leads back to %q, which cannot be opened", name, got)
		}
		doc.Find("main input:not([type=hidden]):not([hidden])").Each(func(_ int, in *goquery.Selection) {
			id := in.AttrOr("id", "")
			if doc.Find("label[for='"+id+"']").Length() != 1 {
				t.Errorf("%s: the field %q has no label", name, id)
			}
		})
	}
}

func TestAgentName(t *testing.T) {
	const webkit = "AppleWebKit/537.36 (KHTML, like Gecko) "
	tests := []struct{ agent, want string }{
		{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/141.0.0.0 Safari/537.36", "Chrome on Windows"},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge on Windows"},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari on Mac"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"},
		{"Mozilla/5.0 (Linux; Android 15) " + webkit + "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"},
		{"curl/8.5.0", "curl/8.5.0"},
		{"", "Unknown browser"},
		{"<script>alert(1)</script>", "scriptalert1/script"},
		{"ｅｖｉｌ\u202e", "Unknown browser"},
		{strings.Repeat("a", 300), strings.Repeat("a", 60)},
		{strings.Repeat("a", 58) + " Windows", strings.Repeat("a", 58) + " o"},
	}
	for _, tt := range tests {
		if got := agentName(tt.agent); got != tt.want {
			t.Errorf("agentName(%q) = %q, want %q", tt.agent, got, tt.want)
		}
	}
}
