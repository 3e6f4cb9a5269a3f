// Package journal keeps the state of a reference solution in a file of JSON
// lines. One line is one transaction: it is there whole or not at all. At
// start the lines are replayed.
package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrClosed is the answer to Append once the journal is closed, as it is for
// what a killed program would still have liked to write.
var ErrClosed = errors.New("the journal is closed")

// Journal is an append-only file. It is not safe for concurrent use: its owner
// has a lock for the state that the lines describe.
type Journal struct {
	file   *os.File
	closed bool
}

// Open opens or makes the file at path and hands each line in it to replay. A
// last line without an end is what a crash left of a transaction and is cut off.
func Open(path string, replay func(line []byte) error) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	whole := int64(0)
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		if err == nil {
			err = replay(line)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("replay journal: %w", err), f.Close())
		}
		whole += int64(len(line))
	}
	if err := f.Truncate(whole); err != nil {
		return nil, errors.Join(fmt.Errorf("cut journal: %w", err), f.Close())
	}
	if _, err := f.Seek(whole, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), f.Close())
	}
	return &Journal{file: f}, nil
}

// Append writes v as one line.
func (j *Journal) Append(v any) error {
	if j.closed {
		return ErrClosed
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	if _, err := j.file.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	return nil
}

// Close ends the journal; what comes later gets ErrClosed.
func (j *Journal) Close() error {
	j.closed = true
	return j.file.Close()
}
