package main

import (
	"context"
	"errors"
	"flag"
	"os"

	"groundwork/exam/verify"
)

// upload files a result that groundwork verify -json has written.
func upload(ctx context.Context, args []string, w world) error {
	f := flag.NewFlagSet("upload", flag.ContinueOnError)
	site := siteFlag(f)
	dry := f.Bool("dry-run", false, "print what would be sent, and send nothing")
	if err := parseWords(f, args, w); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return errors.New("give the file that groundwork verify -json wrote: groundwork upload FILE")
	}
	file, err := os.Open(f.Arg(0))
	if err != nil {
		return err
	}
	defer file.Close()
	res, err := verify.ReadResult(file)
	if err != nil {
		return err
	}
	if *dry {
		return res.JSON(w.stdout)
	}
	c, err := signedIn(*site, w)
	if err != nil {
		return err
	}
	return c.file(ctx, res, w.stdout)
}

// issued prepares a run whose result is filed: the site chooses what is sent.
// Without -upload, and with -dry-run, it does nothing.
func (o *verifyOptions) issued(ctx context.Context, w world, task *verify.Task, r *verify.Runner) (*client, error) {
	if !o.upload || o.dryRun {
		return nil, nil
	}
	c, err := signedIn(o.site, w)
	if err != nil {
		return nil, err
	}
	r.Issued, r.Seed, err = c.issue(ctx, task)
	return c, err
}

// filing files the result of a run, or shows what would be filed.
func (o *verifyOptions) filing(ctx context.Context, w world, c *client, res *verify.Result) error {
	switch {
	case o.dryRun:
		return res.JSON(w.stdout)
	case c != nil:
		return c.file(ctx, res, w.stderr)
	}
	return nil
}
