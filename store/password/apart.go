package password

import (
	"encoding/gob"
	"errors"
	"io"
	"log/slog"
	"os/exec"
	"runtime/debug"
	"time"
)

// NewApart returns a Hasher that has hashes worked out by other processes, as
// many as it works out at once. Each is one that command describes, which has to
// run [Serve], is started when it is needed first, and again should it end. As
// long as none can be started hashes are worked out in this process, and log
// says why.
func NewApart(command func() *exec.Cmd, log *slog.Logger) *Hasher {
	return newHasher(func() deriver { return &apart{command: command, log: log, patience: 20 * time.Second} })
}

// apart is one other process, or none yet.
type apart struct {
	command  func() *exec.Cmd
	log      *slog.Logger
	patience time.Duration // for one hash; on a machine that is busy with other things it may take seconds

	cmd *exec.Cmd // nil before the first question, and after a failure
	in  io.WriteCloser
	enc *gob.Encoder
	dec *gob.Decoder
}

func (a *apart) derive(q question) []byte {
	key, err := a.ask(q)
	if err == nil {
		return key
	}
	a.log.Warn("a password is hashed beside the pages, since the process for it failed", "err", err)
	a.close()
	return q.key()
}

// ask has the other process answer.
func (a *apart) ask(q question) (key []byte, err error) {
	if a.cmd == nil {
		if err := a.start(); err != nil {
			return nil, err
		}
	}
	process := a.cmd.Process
	late := time.AfterFunc(a.patience, func() { _ = process.Kill() }) // then reading fails
	defer late.Stop()
	if err := a.enc.Encode(q); err != nil {
		return nil, err
	}
	if err := a.dec.Decode(&key); err != nil {
		return nil, err
	}
	if len(key) != hashKeyLen {
		return nil, errors.New("its answer is no key")
	}
	return key, nil
}

func (a *apart) start() error {
	cmd := a.command()
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	a.cmd, a.in, a.enc, a.dec = cmd, in, gob.NewEncoder(in), gob.NewDecoder(out)
	return nil
}

// close ends the process. It keeps nothing, so it need not be asked.
func (a *apart) close() {
	if a.cmd == nil {
		return
	}
	_ = a.in.Close()
	_ = a.cmd.Process.Kill()
	_ = a.cmd.Wait() // says that it was killed
	a.cmd = nil
}

// Serve answers the questions of a Hasher that read from r on w until there are
// no more. It is for a process of its own: it lowers the priority of the whole,
// and returns memory to the system when nobody has asked for a second.
func Serve(r io.Reader, w io.Writer) error {
	stepBack()
	rest := time.AfterFunc(time.Second, debug.FreeOSMemory)
	defer rest.Stop()
	dec, enc := gob.NewDecoder(r), gob.NewEncoder(w)
	for {
		var q question
		if err := dec.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := enc.Encode(q.key()); err != nil {
			return err
		}
		rest.Reset(time.Second)
	}
}
