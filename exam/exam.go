// Package exam is the exam engine: items and their versions, forms drawn from
// a bank by a blueprint, attempts and their deadline, scoring, and the report.
//
// The life of an attempt. [Assemble] draws a form from a [Bank]. [Begin] turns
// it into an [Attempt] whose deadline is fixed then and there, and whose rules
// are a snapshot that later edits never reach. [Attempt.Save] stores one
// answer; it is refused when it was made against an older revision than the
// stored one, and it may come twice. [Attempt.Close] grades what is stored.
// Whoever loads an attempt calls [Attempt.Due] first, so that an attempt whose
// time is over is closed by whoever looks at it next; a sweeper that does the
// same is only a convenience.
//
// Items change. An attempt is marked by the versions it was taken with, until
// a [Ruling] says how a version that was wrong is marked: [Attempt.Close] heeds
// it, and [Attempt.Regrade] applies it to what is graded already. A pass is
// never taken away by that. [Attempt.Cancel] voids an attempt.
//
// Scoring is a pure function of an item version and a response ([Score]).
//
// The package knows nothing of SQL, HTTP or the rest of groundwork. Time and
// randomness are arguments. Everything is safe for concurrent use except that
// one Attempt must not be changed by two goroutines at once.
package exam

import "errors"

// The reasons for which a request about an attempt is refused.
var (
	// ErrClosed means that the attempt is over and takes no more answers.
	ErrClosed = errors.New("the attempt is closed")

	// ErrConflict means that the slot was changed since the caller read it.
	ErrConflict = errors.New("the answer was changed elsewhere")

	// ErrNotOnForm means that the attempt has no such slot.
	ErrNotOnForm = errors.New("no such item on this form")

	// ErrResponse means that a response does not fit its item: an option it
	// does not have, a number that is none. The text says which.
	ErrResponse = errors.New("the answer does not fit the question")

	// ErrCarry means that answers to an older version of an item cannot be
	// marked by the key of the newer one. The text says why.
	ErrCarry = errors.New("the corrected item cannot mark earlier answers")

	// ErrTooSoon means that the retake policy does not allow another attempt
	// yet. It is a [TooSoonError], which says when it does.
	ErrTooSoon = errors.New("the next attempt cannot begin yet")

	// ErrBlueprint means that the bank cannot fill the blueprint.
	ErrBlueprint = errors.New("the bank cannot fill the blueprint")

	// ErrBusy means that a [Runner] had no room to run an answer. It says
	// nothing of the answer: try again later.
	ErrBusy = errors.New("too much is running at the moment; try again in a few seconds")
)
