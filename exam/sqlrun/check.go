package sqlrun

import (
	"errors"
	"fmt"
	"strings"

	"groundwork/exam"
)

// Check says what is wrong with an SQL item, in no more than it takes to mend
// it: schema and data must load, the key must run and return the same twice,
// and each known wrong query must run and fail on at least one data set. Of
// other items there is nothing to say.
func (r *Runner) Check(it *exam.Item) []string {
	if it.Type != exam.SQL || it.Query == nil {
		return nil
	}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	q := it.Query
	keys, err := r.key(q)
	if err != nil {
		say("its key does not run: %v", err)
		return wrong
	}
	rows := 0
	for _, k := range keys {
		rows += len(k.rows)
	}
	if rows == 0 {
		say("its key returns no row on any data set")
	}
	if same, err := r.Equal(q, q.Key); !same || err != nil {
		say("its key does not return the same twice")
	}
	for _, o := range it.Options {
		answer := strings.TrimSpace(strings.Trim(strings.TrimSpace(o.Text), "`"))
		var f *Fault
		switch same, err := r.Equal(q, answer); {
		case same:
			say("the wrong query %q returns what the key does on every data set", clip(answer, 60))
		case errors.As(err, &f):
			say("the wrong query %q does not run: %v", clip(answer, 60), err)
		case err != nil:
			say("the wrong query %q could not be tried: %v", clip(answer, 60), err)
		}
	}
	return wrong
}

// Check is [Runner.Check] with the usual settings.
func Check(it *exam.Item) []string { return New(Options{}).Check(it) }
