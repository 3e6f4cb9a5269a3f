package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
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
// a core, and sign-ins must not crowd out an exam.
var hashing = make(chan struct{}, 2)

// HashPassword returns the argon2id hash of a password as a PHC string. It
// waits while two others are being worked out; the error is ctx's.
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
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("check password: the stored hash has an unknown form")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil {
		return false, fmt.Errorf("check password: the stored hash has an unknown form: %w", err)
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false, fmt.Errorf("check password: the stored hash is damaged")
	}
	got, err := derive(ctx, password, salt, memory, passes, lanes)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
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
