package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
	"groundwork/store/storetest"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	now := noon
	sessions := s.Sessions(func(data []byte) store.Owner { return store.Owner{Agent: string(data)} }, func() time.Time { return now })
	look := func(token string) string {
		data, found, err := sessions.Find(token)
		if err != nil || !found && data != nil {
			t.Fatalf("Find(%q) = %q, %t, %v", token, data, found, err)
		}
		return map[bool]string{true: string(data), false: "none"}[found]
	}
	check := func(when, token, want string) {
		t.Helper()
		if got := look(token); got != want {
			t.Errorf("%s the session holds %q, want %q", when, got, want)
		}
	}
	check("before it is stored", "t1", "none")
	fine(t, sessions.Commit("t1", []byte("one"), noon.Add(time.Hour)))
	fine(t, sessions.Commit("t2", []byte("two"), noon.Add(2*time.Hour)))
	check("stored,", "t1", "one")
	fine(t, sessions.Commit("t1", []byte("changed"), noon.Add(time.Hour)))
	check("stored again,", "t1", "changed")
	fine(t, sessions.Delete("t2"))
	fine(t, sessions.Delete("t2")) // gone is gone
	check("deleted,", "t2", "none")
	now = noon.Add(time.Hour - time.Millisecond)
	check("just before it expires", "t1", "changed")
	now = noon.Add(time.Hour)
	check("expired,", "t1", "none")
}

// Whoever stores a session sweeps away those that have expired.
func TestExpiredSessionsAreSwept(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ada := account(t, s, "ada@example.org")
	now := noon
	sessions := s.Sessions(func([]byte) store.Owner { return store.Owner{Learner: ada} }, func() time.Time { return now })
	fine(t, sessions.Commit("old", []byte("x"), noon.Add(time.Minute)))
	now = noon.Add(time.Hour)
	fine(t, sessions.Commit("new", []byte("x"), noon.Add(2*time.Hour)))
	list, err := s.SignIns(t.Context(), ada, noon) // as it was at noon, had nothing been swept
	if len(list) != 1 || list[0].TokenHash != "new" || err != nil {
		t.Errorf("sign-ins = %+v, %v; want the new one alone", list, err)
	}
}

func TestSignIns(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	ada, bob := account(t, s, "ada@example.org"), account(t, s, "bob@example.org")
	now := noon
	sessions := s.Sessions(signInOwner, func() time.Time { return now })
	signIn := func(token string, who store.LearnerID, at time.Time) {
		now = at
		data := fmt.Appendf(nil, `{"Learner":%d,"Agent":"Firefox"}`, who)
		fine(t, sessions.CommitCtx(ctx, token, data, noon.Add(30*24*time.Hour)))
	}
	signIn("a1", ada, noon)
	signIn("a2", ada, noon.Add(time.Hour))
	signIn("a3", ada, noon.Add(2*time.Hour))
	signIn("b1", bob, noon)
	signIn("nobody", 0, noon)
	signIn("a1", ada, noon.Add(3*time.Hour)) // used again: it began when it began
	row := func(token string, hour int) store.SignIn {
		return store.SignIn{TokenHash: token, Agent: "Firefox", Began: noon.Add(time.Duration(hour) * time.Hour), Expires: noon.Add(30 * 24 * time.Hour)}
	}
	check := func(what string, want ...store.SignIn) {
		t.Helper()
		list, err := s.SignIns(ctx, ada, noon)
		if diff := cmp.Diff(want, list); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
		}
	}
	check("at first", row("a3", 2), row("a2", 1), row("a1", 0))
	if err := s.EndSignIn(ctx, ada, "b1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("ending another learner's sign-in: %v, want ErrNotFound", err)
	}
	fine(t, s.EndSignIn(ctx, ada, "a2"))
	check("after ending one", row("a3", 2), row("a1", 0))
	fine(t, s.SetPassword(ctx, ada, "new hash", "a1"))
	check("after another password", row("a1", 0))
	fine(t, s.SetPassword(ctx, ada, "newer hash", ""))
	check("after a reset")
	signIn("a4", ada, noon)
	fine(t, s.EndSignIns(ctx, ada))
	check("after ending all")
	if list, err := s.SignIns(ctx, bob, noon); len(list) != 1 {
		t.Errorf("the other learner has %+v, %v; want one sign-in", list, err)
	}
	if _, hash, err := s.Credentials(ctx, "ada@example.org"); hash != "newer hash" || err != nil {
		t.Errorf("the password's hash is %q, %v", hash, err)
	}
}
