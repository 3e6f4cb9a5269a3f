package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"time"

	"groundwork/content/source"
	"groundwork/store"
)

// lowRoom is how much free disk is too little: the write-ahead log of a busy
// evening and the nightly self-test need some.
const lowRoom = 512 << 20

// selfTestAge is how old the last good self-test may be.
const selfTestAge = 48 * time.Hour

// A finding is one thing the doctor looked at.
type finding struct {
	what, says string
	bad        bool
}

// doctor looks at a database, its disk, its secrets and the content it is used
// with, and says what is wrong. It changes nothing and may run beside the site.
func doctor(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file`")
	keys := flags.String("keys", "", "`file` with the secrets of the site (default: the database file with .keys)")
	dir := flags.String("content", "", "`folder` of content that is served (default: what the program carries)")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	if *keys == "" {
		*keys = keysOf(*db)
	}
	if info, err := os.Stat(*db); err == nil && info.Size() > 1e9 {
		fmt.Fprintf(w.stderr, "reading all %.1f GB of %s; that takes minutes\n", float64(info.Size())/1e9, *db)
	}
	snap, err := store.Verify(ctx, *db)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("-db: %w", err)
	}
	findings := []finding{soundness(snap, err), room(*db), secrets(*keys)}
	fsys, readErr := folder(*dir)
	if readErr != nil {
		return readErr
	}
	s, problems := load(fsys)
	findings = append(findings, contentFinding(s, problems))
	if err == nil {
		findings = append(findings, schema(snap))
	}
	if err == nil && snap.Version == store.SchemaVersion() && len(problems) == 0 { // opening an older one would change it
		more, err := rows(ctx, s, *db, w)
		if err != nil {
			more = append(more, finding{"rows", err.Error(), true})
		}
		findings = append(findings, more...)
	}
	return diagnose(findings, w)
}

// diagnose prints findings and returns how many of them are bad, as an error.
func diagnose(findings []finding, w world) error {
	bad := 0
	for _, f := range findings {
		mark := "ok  "
		if f.bad {
			mark = "BAD "
			bad++
		}
		fmt.Fprintf(w.stdout, "%s %-10s %s\n", mark, f.what, f.says)
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d findings are bad", bad, len(findings))
	}
	return nil
}

func soundness(s store.Snapshot, err error) finding {
	if err != nil {
		return finding{"database", err.Error() + "; restore the last good backup into a new file and compare", true}
	}
	return finding{"database", fmt.Sprintf("every page and every reference is sound: %d rows in %d tables, %.1f MB", s.Rows(), len(s.Tables), float64(s.Bytes)/1e6), false}
}

func schema(s store.Snapshot) finding {
	switch want := store.SchemaVersion(); {
	case s.Version > want:
		return finding{"schema", fmt.Sprintf("version %d is newer than this program, which knows %d: run the newer program", s.Version, want), true}
	case s.Version < want:
		return finding{"schema", fmt.Sprintf("version %d; the next start of this program brings it to %d, after trying that on a copy", s.Version, want), false}
	default:
		return finding{"schema", fmt.Sprintf("version %d, as this program has it", want), false}
	}
}

// rows looks at what stands in a database of this program's schema.
func rows(ctx context.Context, s *site, db string, w world) (list []finding, err error) {
	st, err := store.Look(db)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	tests, err := st.SelfTests(ctx)
	if err != nil {
		return nil, err
	}
	list = append(list, selfTested(tests, time.Now()))
	missing, err := missed(ctx, s, st, w)
	if err != nil {
		return list, err
	}
	says := "the content has everything that people have progress on"
	if missing > 0 {
		says = fmt.Sprintf("%d ids with progress are missing from the content; bring them back", missing)
	}
	return append(list, finding{"progress", says, missing > 0}), nil
}

func selfTested(list []store.SelfTest, now time.Time) finding {
	const what = "self-test"
	if len(list) == 0 {
		return finding{what, "none yet; groundwork serve does one a night", false}
	}
	if last := list[0]; last.At.After(now.Add(time.Hour)) {
		return finding{what, fmt.Sprintf("the last one is dated %s, which is to come: the clock was wrong then, or is now", last.At.Format(time.DateTime)), true}
	} else if last.Fault != "" {
		return finding{what, fmt.Sprintf("the last one, %s, failed: %s", last.At.Format(time.DateTime), last.Fault), true}
	} else if age := now.Sub(last.At); age > selfTestAge {
		return finding{what, fmt.Sprintf("the last good one was %s, %d hours ago; is the site running?", last.At.Format(time.DateTime), int(age.Hours())), true}
	} else {
		return finding{what, fmt.Sprintf("good at %s UTC: %d rows out and in again in %s", last.At.Format(time.DateTime), last.Records, last.Took), false}
	}
}

func room(db string) finding {
	free, err := store.Room(db)
	switch {
	case err != nil:
		return finding{"disk", "free room is not known on this system", false}
	case free < lowRoom:
		return finding{"disk", fmt.Sprintf("%d MB are free and %d should be: make room, or nobody's answers can be saved", free>>20, int64(lowRoom)>>20), true}
	}
	return finding{"disk", fmt.Sprintf("%.1f GB are free", float64(free)/1e9), false}
}

func secrets(file string) finding {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return finding{"secrets", file + " is not there; the next start makes new ones, and visitors lose what they did", true}
	case err != nil:
		return finding{"secrets", err.Error(), true}
	case info.Size() != 3*keyLen:
		return finding{"secrets", fmt.Sprintf("%s has %d bytes and should have %d: restore it from a backup", file, info.Size(), 3*keyLen), true}
	case info.Mode().Perm()&0o077 != 0:
		return finding{"secrets", fmt.Sprintf("others can read %s: chmod 600 it", file), true}
	}
	return finding{"secrets", file + " is there, for its owner only", false}
}

func contentFinding(s *site, problems source.Problems) finding {
	if len(problems) > 0 {
		return finding{"content", fmt.Sprintf("%d mistakes; groundwork check lists them", len(problems)), true}
	}
	return finding{"content", fmt.Sprintf("%d lessons and %d items", len(s.lib.Lessons()), len(s.bank.All())), false}
}
