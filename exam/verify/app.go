package verify

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// App is the learner's program as far as the verifier may touch it. Its methods
// are called one at a time, but for Logs.
type App interface {
	URL() string
	// Start starts the program and waits until it accepts connections.
	Start() error
	// Stop ends the program: SIGTERM and, if it does not end in time, SIGKILL;
	// or SIGKILL at once. It returns when the program has ended. ErrNoControl
	// if the verifier did not start it.
	Stop(kill bool) (Exit, error)
	// Logs returns what the program wrote so far; not ok if that cannot be seen.
	Logs() (text string, ok bool)
}

// stopTime is how long a program may take to end after SIGTERM.
const stopTime = 10 * time.Second

// Exit is how a program ended.
type Exit struct {
	Code   int  `json:"code"`
	Forced bool `json:"forced,omitempty"` // SIGTERM was not enough
}

// restart stops the program, or kills it, and starts it again.
func restart(app App, kill bool) error {
	exit, err := app.Stop(kill)
	if err == nil && exit.Forced {
		err = errors.New("it did not end within " + stopTime.String() + " after SIGTERM")
	}
	if err != nil {
		return err
	}
	return app.Start()
}

// Remote is a program that the learner started; the verifier may only talk to
// it, and read its log if it is told where.
type Remote struct {
	Base string
	Log  string // file; may be empty
}

// URL is the address of the program.
func (r Remote) URL() string { return r.Base }

// Start fails: the verifier has no control.
func (r Remote) Start() error { return ErrNoControl }

// Stop fails: the verifier has no control.
func (r Remote) Stop(bool) (Exit, error) { return Exit{}, ErrNoControl }

// Logs returns the last 4 MB of the log file.
func (r Remote) Logs() (string, bool) {
	if r.Log == "" {
		return "", false
	}
	f, err := os.Open(r.Log)
	if err != nil {
		return "", !errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	return lastPart(f)
}
