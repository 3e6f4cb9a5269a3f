package password

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
)

// S10: taken exactly as typed, and kept as argon2id.
func TestPasswords(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	long := strings.Repeat("correct horse ", 1000)
	for _, password := range []string{"correct horse battery", long, "", "pässwörd \x00 \xff"} {
		hash, err := New().Hash(ctx, password)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || len(hash) > 128 || password != "" && strings.Contains(hash, password) {
			t.Errorf("the hash of %.20q is %s", password, hash)
		}
		if again, err := New().Hash(ctx, password); again == hash || err != nil {
			t.Errorf("two hashes of %.20q are one: %v", password, err)
		}
		for try, want := range map[string]bool{password: true, password + "x": false, strings.ToUpper(password) + "!": false} {
			if ok, err := New().Check(ctx, hash, try); ok != want || err != nil {
				t.Errorf("%.20q for %.20q: %t, %v; want %t", try, password, ok, err, want)
			}
		}
	}
	if ok, err := New().Check(ctx, mustHash(t, long), long[:len(long)-1]); ok || err != nil {
		t.Errorf("a long password is cut: %t, %v", ok, err)
	}
}

func mustHash(t *testing.T, password string) string {
	t.Helper()
	hash, err := New().Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// Hashes carry their costs: one made with others is checked with them.
func TestHashOfOtherCosts(t *testing.T) {
	t.Parallel()
	const hash = "$argon2id$v=19$m=64,t=1,p=2$c29tZXNhbHQ$ugn+LJtB5pvXqqcrzGZl0X2u/3jXv5QDLsiDFeWqZoM"
	h, err := parse(hash)
	if err != nil || h.memory != 64 || h.passes != 1 || h.lanes != 2 || string(h.salt) != "somesalt" {
		t.Errorf("parse = %+v, %v", h, err)
	}
	if ok, err := New().Check(t.Context(), hash, "not it"); ok || err != nil {
		t.Errorf("Check = %t, %v; want false", ok, err)
	}
}

func TestDamagedHashes(t *testing.T) {
	t.Parallel()
	good := mustHash(t, "secret")
	parts := strings.Split(good, "$")
	for name, hash := range map[string]string{
		"plain text":           "secret",
		"another algorithm":    strings.Replace(good, "argon2id", "argon2i", 1),
		"another version":      strings.Replace(good, "v=19", "v=16", 1),
		"no costs":             strings.Replace(good, parts[3], "", 1),
		"costs of words":       strings.Replace(good, parts[3], "m=much,t=2,p=1", 1),
		"no memory":            strings.Replace(good, parts[3], "m=0,t=2,p=1", 1),
		"endless memory":       strings.Replace(good, parts[3], "m=4294967295,t=2,p=1", 1),
		"no passes":            strings.Replace(good, parts[3], "m=19456,t=0,p=1", 1),
		"endless passes":       strings.Replace(good, parts[3], "m=19456,t=4294967295,p=1", 1),
		"no lanes":             strings.Replace(good, parts[3], "m=19456,t=2,p=0", 1),
		"more lanes than fit":  strings.Replace(good, parts[3], "m=19456,t=2,p=256", 1),
		"a part too few":       strings.TrimSuffix(good, "$"+parts[5]),
		"a part too many":      good + "$",
		"a salt that is none":  strings.Replace(good, parts[4], "!!", 1),
		"no salt":              strings.Replace(good, parts[4], "", 1),
		"a key that is none":   strings.Replace(good, parts[5], "a", 1),
		"half a key":           strings.Replace(good, parts[5], parts[5][:20], 1),
		"something before it":  "x" + good,
		"cut off":              good[:len(good)-4],
		"the key and no more.": parts[5],
	} {
		if ok, err := New().Check(t.Context(), hash, "secret"); ok || err == nil || !strings.HasPrefix(err.Error(), "check password: the stored hash is damaged: ") {
			t.Errorf("%s: %t, %v; want an error", name, ok, err)
		}
	}
}

// S8: without an account it takes as long as with one, or addresses could be tried
// out.
func TestNoAccountTakesAsLong(t *testing.T) {
	t.Parallel()
	hash := mustHash(t, "secret")
	took := func(hash string) time.Duration {
		best := time.Hour
		for range 5 { // the best of several: other tests run beside this one
			begin := time.Now()
			if ok, err := New().Check(t.Context(), hash, "guess"); ok || err != nil {
				t.Errorf("Check = %t, %v", ok, err)
			}
			best = min(best, time.Since(begin))
		}
		return best
	}
	with, without := took(hash), took("")
	if ratio := float64(with) / float64(without); ratio < 0.25 || ratio > 4 {
		t.Errorf("a check takes %v with an account and %v without", with, without)
	}
	h, err := parse(dummy)
	if err != nil || h.memory != hashMemory || h.passes != hashPasses || h.lanes != hashLanes {
		t.Errorf("the stand-in for no account has the costs %+v, %v", h, err)
	}
	if ok, err := New().Check(t.Context(), "", ""); ok || err != nil {
		t.Errorf("no account has the password %q: %t, %v", "", ok, err)
	}
}

// Only a few hashes are worked out at once; who does not want to wait is let go.
func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h := New()
	if n := cap(h.idle); n != max(1, runtime.GOMAXPROCS(0)/2) {
		t.Errorf("%d hashes at once on %d processors", n, runtime.GOMAXPROCS(0))
	}
	for range cap(h.idle) {
		<-h.idle // as somebody whose hash is being worked out
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := h.Hash(gone, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash = %v, want Canceled", err)
	}
	if _, err := h.Check(gone, dummy, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("Check = %v, want Canceled", err)
	}
}
