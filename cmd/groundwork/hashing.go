package main

import (
	"log/slog"
	"os"
	"os/exec"
	"runtime"

	"groundwork/store/password"
)

// hashing is what this program is called with to hash passwords for groundwork
// serve. It is no command for people, so help does not show it.
const hashing = "hash-passwords"

// newHasher returns what hashes the passwords of a site: processes of this
// program if it may be started again. They get nothing of its environment, which
// may hold secrets.
func newHasher(w world, log *slog.Logger) *password.Hasher {
	if w.self == "" {
		return password.New()
	}
	return password.NewApart(func() *exec.Cmd {
		cmd := exec.Command(w.self, hashing)
		cmd.Args[0] = "groundwork"         // for those who list processes
		cmd.Env = []string{"GOMAXPROCS=1"} // its collector stays where the hash is
		cmd.Stderr = w.stderr
		return cmd
	}, log)
}

// self is the file of this program. Linux has a name for it that stays true when
// an upgrade has put another file in its place.
func self() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	file, err := os.Executable()
	if err != nil {
		return "" // then nothing is started
	}
	return file
}
