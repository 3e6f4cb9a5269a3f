package store

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

// hashing bounds how many hashes are worked out at once: each takes 19 MiB and
// a core, and sign-ins must not crowd out an exam. So half of the cores stay
// free of them.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))

// HashPassword returns the argon2id hash of a password as a PHC string. It
// waits while others are being worked out; the error is ctx's.
func HashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, hashSaltLen)
	_, _ = rand.Read(salt) // never fails
	key, err := derive(ctx, password, salt, hashMemory, hashPasses, hashLanes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes, b64(salt), b64(key)), nil
}

// dummy is compared with when there is no account, so that an answer takes
// the same time whether or not there is one.
const dummy = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// CheckPassword reports whether password is the one that hash was made of. The
// empty hash belongs to no password and takes as long to refuse as any other.
func CheckPassword(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = dummy
	}
	h, err := parseHash(hash)
	if err != nil {
		return false, fmt.Errorf("check password: the stored hash is damaged: %w", err)
	}
	got, err := derive(ctx, password, h.salt, h.memory, h.passes, h.lanes)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, h.key) == 1 && known, nil
}

// A passwordHash is the content of a PHC string.
type passwordHash struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

// parseHash reads a PHC string of argon2id. Costs that would stop the program,
// or keep it busy for minutes, are damage too.
func parseHash(s string) (h passwordHash, err error) {
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

func derive(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, hashKeyLen), nil
}
