package lint

import (
	"fmt"
	"strings"

	"groundwork/exam"
)

// How fast people read under examination: 200 words a minute, and a line of
// code, log or plan in as long as seven words.
const (
	wordsPerSecond = 3.3
	secondsPerLine = 2.0
)

// readingTime reports an item that cannot even be read in its seconds.
func readingTime(v *view, bad reporter) {
	n := len(words(shown(v.prose)))
	lines := len(v.code)
	add := func(options []exam.Option) {
		for _, o := range options {
			prose, code := unfence(o.Text)
			n += len(words(shown(prose)))
			lines += len(code)
		}
	}
	switch v.Type {
	case exam.Single, exam.Multiple, exam.Ordering, exam.Matching:
		add(v.Options)
		add(v.Choices)
	case exam.Cloze:
		for _, b := range v.Blanks {
			if !b.Typed {
				add(b.Options)
			}
		}
	case exam.SQL:
		lines += strings.Count(v.Query.Schema, "\n") + strings.Count(v.Query.Data[0], "\n")
	}
	need := float64(n)/wordsPerSecond + float64(lines)*secondsPerLine
	if need > float64(v.Seconds) {
		bad(fmt.Sprintf("should take %d seconds and takes %.0f to read (%d words, %d lines of code)", v.Seconds, need, n, lines), "give it more seconds, or shorten it")
	}
}
