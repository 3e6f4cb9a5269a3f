package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
	"groundwork/store/password"
	"groundwork/store/storetest"
)

func TestIdentities(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), storetest.New(t)
	ada, bob, tom := visitor(t, s), visitor(t, s), visitor(t, s)
	id := func(issuer, subject string) store.Identity {
		return store.Identity{Issuer: issuer, Subject: subject, Label: subject + "@" + issuer, Connected: noon}
	}
	fine(t, s.RegisterIdentity(ctx, ada, "Ada@Example.org", "Ada", id("one", "1")))
	fine(t, s.Register(ctx, bob, "bob@example.org", "Bob", "hash"))
	tests := []struct {
		about string
		do    error
		want  error
	}{
		{"an address that is taken", s.RegisterIdentity(ctx, tom, "ada@example.org", "", id("one", "2")), store.ErrTaken},
		{"an identity that is taken", s.RegisterIdentity(ctx, tom, "tom@example.org", "", id("one", "1")), store.ErrTaken},
		{"an account that registers", s.RegisterIdentity(ctx, ada, "other@example.org", "", id("one", "3")), store.ErrNotFound},
		{"connecting somebody else's", s.Connect(ctx, bob, id("one", "1")), store.ErrTaken},
		{"connecting a second of an issuer", s.Connect(ctx, ada, id("one", "4")), store.ErrTaken},
		{"connecting a visitor", s.Connect(ctx, tom, id("one", "5")), store.ErrNotFound},
		{"connecting", s.Connect(ctx, bob, id("one", "6")), nil},
		{"connecting one of another issuer", s.Connect(ctx, bob, id("two", "1")), nil},
		{"disconnecting the only way in", s.Disconnect(ctx, ada, "one"), store.ErrConflict},
		{"disconnecting none", s.Disconnect(ctx, ada, "two"), store.ErrNotFound},
		{"disconnecting", s.Disconnect(ctx, bob, "one"), nil},
		{"using one that is gone", s.UseIdentity(ctx, bob, "one", "6", noon), store.ErrNotFound},
		{"using", s.UseIdentity(ctx, ada, "one", "1", noon.Add(time.Hour)), nil},
	}
	for _, tt := range tests {
		if !errors.Is(tt.do, tt.want) {
			t.Errorf("%s: %v, want %v", tt.about, tt.do, tt.want)
		}
	}
	used := id("one", "1")
	used.Used = noon.Add(time.Hour)
	for learner, want := range map[store.LearnerID]store.Ways{
		ada: {Identities: []store.Identity{used}}, bob: {Password: true, Identities: []store.Identity{id("two", "1")}}, tom: {},
	} {
		got, err := s.Ways(ctx, learner)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("Ways of %d: %v (-want +got):\n%s", learner, err, diff)
		}
	}
	if l, err := s.Learner(ctx, tom); err != nil || l.Registered() {
		t.Errorf("registering was refused and left %+v, %v", l, err)
	}
	e, err := s.Export(ctx, ada)
	if diff := cmp.Diff([]store.Identity{used}, e.Known); diff != "" || err != nil {
		t.Errorf("exported: %v (-want +got):\n%s", err, diff)
	}
	if owner, err := s.IdentityOwner(ctx, "one", "1"); owner != ada || err != nil {
		t.Errorf("IdentityOwner = %d, %v", owner, err)
	}
	fine(t, s.DeleteLearner(ctx, ada))
	if _, err := s.IdentityOwner(ctx, "one", "1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the identity outlives its account: %v", err)
	}
}

// An account without a password keeps its last way in, and no password opens it
// until it has one.
func TestLastWayIn(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), storetest.New(t)
	ada := visitor(t, s)
	fine(t, s.RegisterIdentity(ctx, ada, "ada@example.org", "Ada", store.Identity{Issuer: "one", Subject: "1", Connected: noon}))
	_, hash, err := s.Credentials(ctx, "ada@example.org")
	fine(t, err)
	if ok, err := password.New().Check(ctx, hash, ""); ok || err != nil {
		t.Errorf("the empty password opens it: %t, %v", ok, err)
	}
	fine(t, s.AddPasskey(ctx, ada, store.Passkey{ID: "k", Data: "{}", Created: noon}))
	fine(t, s.Disconnect(ctx, ada, "one"))
	if err := s.RemovePasskey(ctx, ada, "k"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("removing the last passkey: %v, want ErrConflict", err)
	}
	if w, err := s.Ways(ctx, ada); w.Passkeys != 1 || err != nil {
		t.Errorf("left are %+v, %v", w, err)
	}
	fine(t, s.SetPassword(ctx, ada, "hash", ""))
	fine(t, s.RemovePasskey(ctx, ada, "k"))
}
