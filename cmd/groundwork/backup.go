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
	if err := parseWords(flags, args, w); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("want groundwork backup -db FILE NEW-FILE")
	}
	to := flags.Arg(0)
	if *keys == "" {
		*keys = keysOf(*db)
	}
	if _, err := os.Stat(*keys); err != nil {
		return fmt.Errorf("nothing is backed up, since the secrets of the site are not found; say where they are with -keys: %w", err)
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
	data, err := os.ReadFile(*keys)
	if err == nil {
		err = writeSecrets(keysOf(to), data)
	}
	if err != nil {
		return fmt.Errorf("the database is backed up, the secrets are not: %w", err)
	}
	fmt.Fprintf(w.stdout, "backed up %s and %s; opened again and sound\n", to, keysOf(to))
	return printSnapshot(snap, w.stdout)
}

// restore makes a database from a backup.
func restore(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file` to make")
	keys := flags.String("keys", "", "`file` to put the secrets of the site into (default: the database file with .keys)")
	force := flags.Bool("force", false, "if there is a database already, keep it and its secrets under another name and go on")
	if err := parseWords(flags, args, w); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("want groundwork restore [-force] -db FILE BACKUP")
	}
	if *keys == "" {
		*keys = keysOf(*db)
	}
	from, aside := flags.Arg(0), ""
	if *force {
		aside = *db + time.Now().UTC().Format(".before-20060102T150405Z")
	}
	snap, err := store.Restore(ctx, from, *db, aside)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%w: -force keeps it under another name and goes on", err)
	case errors.Is(err, store.ErrOwned):
		return fmt.Errorf("a site runs on %s: stop it first", *db)
	case err != nil:
		return err
	}
	if _, err := os.Stat(aside); err == nil {
		fmt.Fprintf(w.stdout, "what was there before is now %s\n", aside)
	}
	fmt.Fprintf(w.stdout, "restored %s\n", *db)
	if err := restoreKeys(keysOf(from), *keys, *db, aside, w); err != nil {
		return fmt.Errorf("the database is restored, its secrets are not: %w", err)
	}
	return printSnapshot(snap, w.stdout)
}

// restoreKeys puts the secrets of a backup where the restored site looks for
// them, for the owner of its database. Those that are there already are kept
// under another name too if aside is given, and refused otherwise.
func restoreKeys(from, to, db, aside string, w world) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(w.stdout, "there is no %s: the site goes on with the secrets in %s, or makes new ones, which signs everybody out\n", from, to)
		return nil
	}
	if err != nil {
		return err
	}
	if aside != "" {
		if err := store.Keep(to, keysOf(aside)); err != nil {
			return err
		}
	} else if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s: %w; remove it, or use it with the restored database", to, fs.ErrExist)
	}
	if err := errors.Join(writeSecrets(to, data), store.Inherit(to, db)); err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "restored the secrets into %s\n", to)
	return nil
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
