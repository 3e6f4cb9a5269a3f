package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// logs are what SQLite keeps beside a database: changes that are not in it yet,
// or that are to be taken back.
var logs = []string{"-wal", "-journal"}

// Restore makes the database at to from a backup, which is checked first. A
// database that is at to already is refused with [fs.ErrExist] unless aside is
// given: then it keeps that name, with all it holds. So are the logs of one that
// is there no more, since SQLite would apply them to the restored database. A
// server that runs on it is refused with [ErrOwned].
//
// Nothing is changed before the copy is whole, and there is a whole database at
// to at any moment after there was one, if the disk can give a file two names.
// What root restores belongs to whom the old database, or else the folder,
// belongs to.
func Restore(ctx context.Context, backup, to, aside string) (_ Snapshot, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore %s: %w", to, err)
		}
	}()
	s, err := Verify(ctx, backup)
	if err != nil {
		return s, err
	}
	to = real(to)
	release, err := Own(to)
	if err != nil {
		return s, err
	}
	defer release()
	if aside == "" {
		for _, suffix := range append([]string{""}, logs...) {
			if err := mustBeFree(to + suffix); err != nil {
				return s, err
			}
		}
	}
	part := to + ".part"
	defer os.Remove(part)
	if err := copyInto(ctx, backup, part); err != nil {
		return s, err
	}
	if err := errors.Join(Inherit(part, to), Inherit(to+".lock", to)); err != nil {
		return s, err
	}
	if aside != "" {
		if err := putAside(ctx, to, aside); err != nil {
			return s, err
		}
	}
	return s, Settle(part, to)
}

// putAside gives the database at path a second name, if there is one, and leaves
// no log at path that SQLite would apply to what takes its place.
func putAside(ctx context.Context, path, aside string) error {
	for _, suffix := range append(logs, "") {
		if err := Keep(path+suffix, aside+suffix); err != nil {
			return err
		}
	}
	if err := mustExist(path); err == nil {
		_ = fold(ctx, path) // a damaged database cannot be, and its logs are kept with it
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	for _, suffix := range append(logs, "-shm") {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// fold brings what the logs of a database hold into it. The last to close it
// removes them.
func fold(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(path, false))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return errors.Join(err, db.Close())
}

// Keep gives the file at path the name aside as well, so that it stays when
// another takes its place. On a disk that does not know second names it is
// renamed. A file that is not there is none to keep.
func Keep(path, aside string) error {
	err := os.Link(path, aside)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(path, aside)
}
