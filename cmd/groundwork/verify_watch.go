package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"groundwork/exam/verify"
)

// sources are the endings of files in which a service is written.
var sources = strings.Fields(".go .templ .py .js .mjs .cjs .ts .java .kt .scala .rs .cs .rb .php .ex .exs .sql .mod .json .yml .yaml .toml .md .html")

// foreign are folders that hold what others wrote.
var foreign = strings.Fields("node_modules target venv .venv __pycache__ vendor dist build")

// watching runs the task again after each change of a source file, until ctx
// ends.
func (o *verifyOptions) watching(ctx context.Context, w world, task *verify.Task, digest string) error {
	folder := o.repo
	if folder == "" {
		folder = "."
	}
	for {
		if isTerminal(w.stdout) {
			fmt.Fprint(w.stdout, "\x1b[H\x1b[2J")
		}
		was, n := sourceStamp(os.DirFS(folder))
		if _, err := o.once(ctx, w, task, digest); err != nil {
			var coded *exitError
			if !errors.As(err, &coded) || coded.code == verify.ExitBroken {
				return err
			}
			fmt.Fprintln(w.stdout, err)
		}
		fmt.Fprintf(w.stdout, "\nwatching %d files; Ctrl-C ends\n", n)
		if !changed(ctx, folder, was) {
			return nil
		}
	}
}

// changed waits until the files differ from was and have been quiet for
// 300 ms. It is false if ctx ended.
func changed(ctx context.Context, folder string, was int64) bool {
	for now := was; now == was; now, _ = sourceStamp(os.DirFS(folder)) {
		if !pause(ctx, 500*time.Millisecond) {
			return false
		}
	}
	for last := int64(-1); ; {
		now, _ := sourceStamp(os.DirFS(folder))
		if now == last {
			return true
		}
		last = now
		if !pause(ctx, 300*time.Millisecond) {
			return false
		}
	}
}

// pause waits; it is false if ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// sourceStamp is another number after any change of a source file, and how many
// there are. Files that cannot be read do not count.
func sourceStamp(fsys fs.FS) (sum int64, n int) {
	fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains(foreign, d.Name())):
			return fs.SkipDir
		case d.IsDir() || !slices.Contains(sources, path.Ext(name)):
			return nil
		}
		if info, err := d.Info(); err == nil {
			n++
			sum = sum*31 + info.ModTime().UnixNano() + info.Size()
		}
		return nil
	})
	return sum, n
}
