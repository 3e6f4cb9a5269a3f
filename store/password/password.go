// Package password turns passwords into argon2id hashes and checks them.
//
// A hash costs 20 ms of a processor and 19 MiB, on purpose, and who signs in
// should not make an exam wait. A [Hasher] therefore bounds how many hashes are
// worked out at once, and one made by [NewApart] has them worked out by other
// processes ([Serve]) of the lowest priority: in the process that serves pages
// they would delay these by whole time slices, and its garbage collector would
// run for every other hash.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a hash: argon2id with 19 MiB, two passes, one lane (OWASP
// Password Storage Cheat Sheet). Hashes carry their parameters, so that these
// may change without anybody noticing.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashLanes   = 1
	hashSaltLen = 16
	hashKeyLen  = 32
)

// A Hasher makes and checks hashes, at most half as many at once as there are
// processors: sign-ins must not crowd out an exam. It is safe for concurrent
// use.
type Hasher struct {
	idle chan deriver // those who have nothing to do
}

// A deriver works out one key at a time.
type deriver interface {
	derive(question) []byte
	close()
}

// A question asks for the key of a password.
type question struct {
	Password, Salt []byte
	Memory, Passes uint32 // KiB; how often it is gone through
	Lanes          uint8
}

// key answers a question.
func (q question) key() []byte {
	return argon2.IDKey(q.Password, q.Salt, q.Passes, q.Memory, q.Lanes, hashKeyLen)
}

// New returns a Hasher that works in this process.
func New() *Hasher {
	return newHasher(func() deriver { return here{} })
}

func newHasher(worker func() deriver) *Hasher {
	h := &Hasher{idle: make(chan deriver, max(1, runtime.GOMAXPROCS(0)/2))}
	for range cap(h.idle) {
		h.idle <- worker()
	}
	return h
}

// here works in this very process.
type here struct{}

func (here) derive(q question) []byte { return q.key() }
func (here) close()                   {}

// Close waits for the hashes being worked out and ends the processes of a
// Hasher that has some. Afterwards every other method waits for its context.
func (h *Hasher) Close() {
	for range cap(h.idle) {
		(<-h.idle).close()
	}
}

// Hash returns the argon2id hash of a password as a PHC string. It waits while
// others are being worked out; the error is ctx's.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, hashSaltLen)
	_, _ = rand.Read(salt) // never fails
	key, err := h.derive(ctx, question{[]byte(password), salt, hashMemory, hashPasses, hashLanes})
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes, b64(salt), b64(key)), nil
}

// dummy is compared with when there is no account, so that an answer takes
// the same time whether or not there is one.
const dummy = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Check reports whether password is the one that hash was made of. The empty
// hash belongs to no password and takes as long to refuse as any other. An
// error is ctx's, or says that the hash is damaged.
func (h *Hasher) Check(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = dummy
	}
	want, err := parse(hash)
	if err != nil {
		return false, fmt.Errorf("check password: the stored hash is damaged: %w", err)
	}
	got, err := h.derive(ctx, question{[]byte(password), want.salt, want.memory, want.passes, want.lanes})
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want.key) == 1 && known, nil
}

// parsed is the content of a PHC string.
type parsed struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

// parse reads a PHC string of argon2id. Costs that would stop the program,
// or keep it busy for minutes, are damage too.
func parse(s string) (h parsed, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errors.New("its form is unknown")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.lanes); err != nil {
		return h, err
	}
	if h.memory < 8*uint32(h.lanes) || h.memory > 1<<20 || h.passes < 1 || h.passes > 100 || h.lanes < 1 {
		return h, fmt.Errorf("its costs cannot be: %s", parts[3])
	}
	var err1, err2 error
	h.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	h.key, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(err1, err2); err != nil {
		return h, err
	}
	if len(h.salt) < 8 || len(h.key) != hashKeyLen {
		return h, errors.New("its salt or key is too short")
	}
	return h, nil
}

func (h *Hasher) derive(ctx context.Context, q question) ([]byte, error) {
	select {
	case d := <-h.idle:
		defer func() { h.idle <- d }()
		return d.derive(q), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
