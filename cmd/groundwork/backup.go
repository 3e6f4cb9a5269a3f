package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"text/tabwriter"
	"time"

	"groundwork/store"
)

// keysOf is where the secrets of a site lie unless -keys says otherwise.
func keysOf(db string) string { return db + ".keys" }

// backup copies the database into a new file while the site runs, and the
// site's secrets beside it: without them visitors lose what they did.
func backup(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file`")
	keys := flags.String("keys", "", "`file` with the secrets of the site (default: the database file with .keys)")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("want groundwork backup -db FILE NEW-FILE")
	}
	to := flags.Arg(0)
	if *keys == "" {
		*keys = keysOf(*db)
	}
	if _, err := os.Stat(keysOf(to)); err == nil {
		return fmt.Errorf("%s is there already; give the backup another name", keysOf(to))
	}
	snap, err := store.Backup(ctx, *db, to)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; give the backup another name", to)
	} else if err != nil {
		return err
	}
	if err := copyKeys(*keys, keysOf(to)); err != nil {
		return fmt.Errorf("the database is backed up, the secrets are not: %w", err)
	}
	fmt.Fprintf(w.stdout, "backed up %s and %s; opened again and sound\n", to, keysOf(to))
	return printSnapshot(snap, w.stdout)
}

// restore makes a database from a backup.
func restore(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file` to make")
	force := flags.Bool("force", false, "if there is a database already, rename it and its secrets and go on")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("want groundwork restore [-force] -db FILE BACKUP")
	}
	from, aside := flags.Arg(0), ""
	if *force {
		aside = *db + time.Now().UTC().Format(".before-20060102T150405Z")
	}
	snap, err := store.Restore(ctx, from, *db, aside)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already; -force renames it and goes on", *db)
	case errors.Is(err, store.ErrOwned):
		return fmt.Errorf("a site runs on %s: stop it first", *db)
	case err != nil:
		return err
	}
	if err := restoreKeys(from, *db, aside); err != nil {
		return fmt.Errorf("the database is restored, its secrets are not: %w", err)
	}
	if aside != "" {
		fmt.Fprintf(w.stdout, "what was there before is now %s\n", aside)
	}
	fmt.Fprintf(w.stdout, "restored %s\n", *db)
	return printSnapshot(snap, w.stdout)
}

// restoreKeys puts the secrets of a backup beside the restored database. A
// backup without them is restored as well: the site makes new ones.
func restoreKeys(from, db, aside string) error {
	if aside != "" {
		if err := os.Rename(keysOf(db), keysOf(aside)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	err := copyKeys(keysOf(from), keysOf(db))
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w; remove it or use it with the restored database", err)
	}
	return err
}

// copyKeys copies a file of secrets, if there is one, into a new file that only
// its owner can read.
func copyKeys(from, to string) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	return writeSecrets(to, data)
}

// writeSecrets makes a file that only its owner can read and that a power cut
// leaves whole or not there.
func writeSecrets(name string, data []byte) error {
	part := name + ".part"
	if err := os.WriteFile(part, data, 0o600); err != nil { // #nosec G703 -- the operator says where
		return err
	}
	return store.Settle(part, name)
}

func printSnapshot(s store.Snapshot, w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, t := range s.Tables {
		fmt.Fprintf(tw, "%s\t%d\t\n", t.Name, t.Rows)
	}
	fmt.Fprintf(tw, "all tables\t%d\t\n", s.Rows())
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "schema version %d, %.1f MB\n", s.Version, float64(s.Bytes)/1e6)
	return err
}
