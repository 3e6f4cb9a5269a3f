package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
)

// S6: TestSignInRenewsTheToken wants a token of its own for each sign-in, whatever
// the browser had before: one that somebody planted, or one that is good.
func TestSignInRenewsTheToken(t *testing.T) {
	s := newSite(t)
	s.browser(t).register(ilse)
	with := func(token string) *browser {
		b := s.browser(t)
		u, err := url.Parse(b.base)
		if err != nil {
			t.Fatal(err)
		}
		b.Jar.SetCookies(u, []*http.Cookie{{Name: loginCookie, Value: token, Path: "/"}})
		return b
	}
	b := with("planted")
	tokens := []string{"planted"}
	for range 2 {
		b.signIn(ilse, passphrase)
		tokens = append(tokens, b.cookie(loginCookie))
	}
	for i, token := range tokens {
		if token == "" || slices.Contains(tokens[:i], token) {
			t.Errorf("the token of sign-in %d is one from before: %q", i, tokens)
		}
		if got, want := with(token).signedIn(), i == len(tokens)-1; got != want {
			t.Errorf("token %d is good: %t, want %t", i, got, want)
		}
	}
	b.do("/account/sign-out", url.Values{})
	if with(tokens[2]).signedIn() {
		t.Error("a token is good after signing out")
	}
}

// S8: TestSignInDoesNotTellAccounts compares what a stranger sees of an address
// that has an account and of one that has none.
func TestSignInDoesNotTellAccounts(t *testing.T) {
	s := newSite(t)
	s.browser(t).register("known@example.org")
	var pages []string
	for _, email := range []string{"known@example.org", "nobody@example.org"} {
		r := s.browser(t).signIn(email, "kettle moss fence")
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d, want 422", email, r.status)
		}
		pages = append(pages, strings.ReplaceAll(r.body, email, "EMAIL"))
	}
	if diff := cmp.Diff(pages[0], pages[1]); diff != "" {
		t.Errorf("the pages differ (-known +unknown):\n%s", diff)
	}
	if got := text(s.browser(t).signIn("known@example.org", "wrong wrong").doc(t).Find("[role=alert]")); !strings.Contains(got, wrongText) {
		t.Errorf("the page says %q", got)
	}
}

// S9: guessing is slowed down, and nobody is locked out.
func TestGuessingIsSlowedDown(t *testing.T) {
	s := newSite(t)
	s.browser(t).register(ilse)
	s.pass(time.Hour)
	b := s.browser(t)
	guess := func(email, password string) (int, string, string) {
		r := b.signIn(email, password)
		return r.status, text(r.doc(t).Find("[role=alert] p")), r.header.Get("Retry-After")
	}
	for n := range 5 {
		if status, _, _ := guess(ilse, "wrong wrong"); status != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d, want 422", n+1, status)
		}
	}
	type answer struct {
		Status int
		Text   string
		Retry  string
	}
	wait := func(text, retry string) answer {
		return answer{429, "There were too many tries. Wait " + text + ", then send it again. Nothing is locked.", retry}
	}
	steps := []struct {
		about           string
		pass            time.Duration
		email, password string
		want            answer
	}{
		{"the sixth waits, even if it is right", 0, ilse, passphrase, wait("1 second", "1")},
		{"half a second is too soon", 500 * time.Millisecond, ilse, passphrase, wait("1 second", "1")},
		{"another address from the same network does not", 0, "tom@example.org", "wrong wrong", answer{422, wrongText, ""}},
		{"then a guess is free", 500 * time.Millisecond, ilse, "wrong wrong", answer{422, wrongText, ""}},
		{"and the wait doubles", 0, ilse, passphrase, wait("2 seconds", "2")},
		{"the time runs down", time.Second, ilse, passphrase, wait("1 second", "1")},
		{"who knows the password gets in", time.Second, ilse, passphrase, answer{200, "", ""}},
	}
	for _, step := range steps {
		s.pass(step.pass)
		var got answer
		got.Status, got.Text, got.Retry = guess(step.email, step.password)
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.about, diff)
		}
	}
}

// S9: TestGuessesAtOnce sends many guesses before the first can have failed.
func TestGuessesAtOnce(t *testing.T) {
	s := newSite(t)
	s.browser(t).register(ilse)
	s.pass(time.Hour)
	status := make([]int, 30)
	var wg sync.WaitGroup
	for i := range status {
		wg.Go(func() { status[i] = s.browser(t).signIn(ilse, "wrong wrong").status })
	}
	wg.Wait()
	tried := 0
	for _, st := range status {
		if st != http.StatusTooManyRequests {
			tried++
		}
	}
	if tried == 0 || tried > 10 {
		t.Errorf("%d of %d guesses were tried, want 1 to 10", tried, len(status))
	}
}

// TestGuardNamesNobody looks at the names under which failures are counted.
func TestGuardNamesNobody(t *testing.T) {
	s := newSite(t)
	name := s.web.guarded("account", ilse)
	if len(name) != 64 || strings.Contains(name, "ilse") {
		t.Errorf("an account is counted as %q", name)
	}
	if name == s.web.guarded("network", ilse) || name == s.web.guarded("account", "tom@example.org") {
		t.Error("two names are counted as one")
	}
	b := s.browser(t)
	for range 5 {
		b.signIn("ILSE@example.org", "wrong wrong")
	}
	pair := s.web.guarded("pair", ilse+" 127.0.0.1")
	left, err := s.store.MayTry(t.Context(), s.now(), store.OneGuesser(pair))
	if err != nil {
		t.Fatal(err)
	}
	if left != time.Second {
		t.Errorf("after five failures in capitals the account waits %v, want 1s", left)
	}
}

// S6: what protects the cookies, also behind TLS.
func TestCookieFlags(t *testing.T) {
	type flags struct {
		HTTPOnly, Secure bool
		SameSite         http.SameSite
		Path, Domain     string
		Gone             bool
	}
	tests := []struct {
		secure bool
		prefix string
	}{{false, ""}, {true, "__Host-"}}
	for _, tt := range tests {
		s := newSite(t, func(c *Config) { c.Secure = tt.secure })
		b := s.browser(t).stay()
		resp, err := b.PostForm(b.base+"/account/register", url.Values{"email": {ilse}, "password": {passphrase}})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		got := map[string]flags{}
		for _, c := range resp.Cookies() {
			got[c.Name] = flags{c.HttpOnly, c.Secure, c.SameSite, c.Path, c.Domain, c.MaxAge < 0}
		}
		flag := flags{HTTPOnly: true, Secure: tt.secure, SameSite: http.SameSiteLaxMode, Path: "/"}
		gone := flag
		gone.Gone = true
		want := map[string]flags{tt.prefix + loginCookie: flag, tt.prefix + noticeCookie: flag, tt.prefix + visitorCookie: gone}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("secure %t: cookies (-want +got):\n%s", tt.secure, diff)
		}
	}
}

// S17: also with a backslash, a tab or two slashes.
func TestBackStaysOnThisSite(t *testing.T) {
	s := newSite(t)
	b := s.browser(t)
	b.register(ilse)
	signedIn := b.stay()
	tests := []struct{ back, want string }{
		{"/path", "/path"},
		{"/lesson/api/errors?x=1", "/lesson/api/errors?x=1"},
		{"", "/me"},
		{"https://evil.example/", "/me"},
		{"//evil.example/", "/me"},
		{"///evil.example/", "/me"},
		{`/\evil.example/`, "/me"},
		{`\\evil.example/`, "/me"},
		{"/\t/evil.example/", "/me"},
		{"/\n/evil.example/", "/me"},
		{"/path\x00", "/me"},
		{"/path\x7f", "/me"},
		{"\t//evil.example/", "/me"},
		{" //evil.example/", "/me"},
		{"evil.example", "/me"},
		{"javascript:alert(1)", "/me"},
		{"/" + strings.Repeat("a", 600), "/me"},
	}
	for _, tt := range tests {
		s.pass(time.Minute) // so many sign-ins at once would have to wait
		r := s.browser(t).stay().do("/account/sign-in", url.Values{"email": {ilse}, "password": {passphrase}, "back": {tt.back}})
		if got := r.header.Get("Location"); r.status != http.StatusSeeOther || got != tt.want {
			t.Errorf("signing in with back=%q: %d to %q, want %q", tt.back, r.status, got, tt.want)
		}
		for _, path := range []string{"/account/sign-in", "/account/register", "/account/merged"} {
			r := signedIn.do(path+"?back="+url.QueryEscape(tt.back), nil)
			if got := r.header.Get("Location"); got != tt.want {
				t.Errorf("%s with back=%q while signed in leads to %q, want %q", path, tt.back, got, tt.want)
			}
		}
	}
}

// TestCrossSitePosts sends every form as a page of another site would.
func TestCrossSitePosts(t *testing.T) {
	s := newSite(t)
	b := s.browser(t)
	b.register(ilse)
	id := s.learner(t, ilse)
	for path, form := range accountPosts {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		resp, err := b.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s from another site: %d, want 403", path, resp.StatusCode)
		}
	}
	l, err := s.store.Learner(t.Context(), id)
	if err != nil || l.Name != "Ilse Brandt" || !b.signedIn() {
		t.Errorf("afterwards: %+v, %v, signed in %t", l, err, b.signedIn())
	}
}

// S10: length counts, and not being guessed first.
func TestPasswordFault(t *testing.T) {
	tests := []struct{ password, want string }{
		{passphrase, ""},
		{"gk3#vQ9z", ""},
		{"pässword ohne ß", ""},
		{"日本語日本語日本", ""},
		{strings.Repeat("ü", 200), ""},
		{strings.Repeat("ü", 201), "201 characters"},
		{"ÜÜÜÜÜÜÜ", "7 characters"},
		{"", "at least 8"},
		{"QWERTYUIOP", "tried first"},
		{"Contraseña", "tried first"},
		{"ILSE@example.org", "your address"},
		{"ilse.brandt", "your address"},
	}
	for _, tt := range tests {
		email := ilse
		if strings.HasPrefix(tt.password, "ilse.") {
			email = "Ilse.Brandt@example.org"
		}
		got := PasswordFault(tt.password, email)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("PasswordFault(%q) = %q, want %q", tt.password, got, tt.want)
		}
	}
}

// S10: TestPasswordList holds the list to its form: a line in capitals or with a
// blank would never match.
func TestPasswordList(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(passwordList, "\n"), "\n")
	if len(lines) < 3000 || len(lines) != len(commonPasswords()) {
		t.Errorf("%d lines and %d different passwords, want 3000 or more of both", len(lines), len(commonPasswords()))
	}
	for i, line := range lines {
		if line != strings.ToLower(strings.TrimSpace(line)) || utf8.RuneCountInString(line) < shortestPassword {
			t.Errorf("line %d: %q is too short, or not as it would be compared", i+1, line)
		}
	}
}

// TestGettingInForgetsFailures fails four times before and four times after
// getting in: that is not eight times in a row.
func TestGettingInForgetsFailures(t *testing.T) {
	s := newSite(t)
	s.browser(t).register(ilse)
	b := s.browser(t)
	for n, password := range []string{"wrong 1", "wrong 2", "wrong 3", "wrong 4", passphrase, "wrong 5", "wrong 6", "wrong 7", "wrong 8"} {
		s.pass(time.Minute) // for the network, which goes on counting
		if r := b.signIn(ilse, password); r.status == http.StatusTooManyRequests {
			t.Fatalf("try %d has to wait", n+1)
		}
	}
	left, err := s.store.MayTry(t.Context(), s.now(), store.OneGuesser(s.web.guarded("pair", ilse+" 127.0.0.1")))
	if err != nil {
		t.Fatal(err)
	}
	if left > 0 {
		t.Errorf("the account waits %v after four failures", left)
	}
}

// from is a way to the site that comes from a network.
type from string

func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", string(f))
	return http.DefaultTransport.RoundTrip(r)
}

// S9: TestGuessingSlowsDownOneNetwork guesses in one network and looks who else
// has to wait.
func TestGuessingSlowsDownOneNetwork(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Proxies = 1 })
	s.browser(t).register(ilse)
	s.browser(t).register("tom@example.org")
	in := func(network, email, password string) int {
		b := s.browser(t)
		b.Transport = from(network)
		return b.signIn(email, password).status
	}
	for range 5 {
		in("192.0.2.1", ilse, "wrong wrong")
	}
	owner := s.browser(t) // who is signed in is not kept waiting by strangers either
	owner.Transport = from("203.0.113.9")
	owner.signIn(ilse, passphrase)
	for n := range 12 {
		in(fmt.Sprintf("198.51.100.%d", n), ilse, "wrong wrong")
	}
	if r := owner.do("/account/password", url.Values{"current": {passphrase}, "new": {"quiet river lamp"}}); r.status != http.StatusOK {
		t.Errorf("the owner's change of the password: %d, want 200", r.status)
	}
	owner.do("/account/password", url.Values{"current": {"quiet river lamp"}, "new": {passphrase}})
	tests := []struct {
		about, network, email string
		want                  int
	}{
		{"the same account there", "192.0.2.1", ilse, http.StatusTooManyRequests},
		{"the same account elsewhere", "198.51.100.7", ilse, http.StatusOK},
		{"another account there", "192.0.2.1", "tom@example.org", http.StatusOK},
		{"another account elsewhere", "198.51.100.7", "tom@example.org", http.StatusOK},
	}
	for _, tt := range tests {
		if got := in(tt.network, tt.email, passphrase); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.about, got, tt.want)
		}
	}
}
