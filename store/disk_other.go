//go:build !unix

package store

import "errors"

// lockFile does nothing where there is no flock: two processes must not be
// started on one new database at the same moment there.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }

// claimFile does nothing either.
func claimFile(string) (release func(), err error) { return func() {}, nil }

// Inherit does nothing: there is no root whose files others cannot read.
func Inherit(file, like string) error { return nil }

// syncDir does nothing: folders cannot be flushed there.
func syncDir(string) error { return nil }

// Room is not known there.
func Room(string) (int64, error) { return 0, errors.ErrUnsupported }
