package main

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"groundwork/content/sample"
	"groundwork/content/source"
	"groundwork/exam"
	"groundwork/exam/lint"
	"groundwork/exam/sqlrun"
)

// An audit is what the checks found that look at whether content is good,
// after it could be read.
type audit struct {
	counts  *lint.Counts
	players []lint.PlayerScore
	pairs   []lint.Pair
	samples *sample.Set
	ran     *sample.Report // nil if they were not run
	queries int            // SQL items that were run

	problems source.Problems
}

// audit looks at the site's content and holds it against a plan, which is what
// planned reads.
func (s *site) audit(fsys fs.FS, plan string) (*audit, error) {
	want, err := planned(plan)
	if err != nil {
		return nil, err
	}
	var skills, lessons []string
	for _, skill := range s.lib.Skills {
		skills = append(skills, skill.ID)
	}
	for _, lesson := range s.lib.Lessons() {
		lessons = append(lessons, lesson.ID)
	}
	a := &audit{counts: lint.Count(s.bank, skills), players: lint.Players(s.bank), pairs: lint.Pairs(s.bank)}
	a.problems = lint.Items(s.bank)
	a.add(lint.Quotes(s.bank, fsys))
	a.add(lint.Winners(a.players))
	a.add(lint.Forms(s.bank, s.blueprint, drawn))
	a.add(a.counts.Check(want, lessons))
	a.add(s.lib.Spelling(fsys))
	a.runQueries(s.bank)
	var ps source.Problems
	a.samples, ps = sample.Collect(fsys)
	a.add(ps)
	return a, nil
}

// drawn is how many forms are drawn to see whether enemies meet.
const drawn = 40

func (a *audit) add(ps source.Problems) { a.problems = append(a.problems, ps...) }

// planned reads the numbers of exam and practice items that a skill is to have,
// or none: then any number of any kind will do.
func planned(plan string) (lint.Plan, error) {
	if plan == "none" {
		return lint.Plan{Band: 100}, nil
	}
	want := lint.House
	var e, p int
	if n, err := fmt.Sscanf(plan, "%d/%d", &e, &p); n != 2 || err != nil {
		return want, fmt.Errorf("-plan: %q is not two numbers like 30/18, nor none", plan)
	}
	want.Items = map[exam.Pool]int{exam.ExamPool: e, exam.PracticePool: p}
	return want, nil
}

// runQueries runs the SQL items: key and known wrong queries on all data sets.
func (a *audit) runQueries(bank *exam.Bank) {
	runner := sqlrun.New(sqlrun.Options{})
	for _, it := range bank.All() {
		if it.Type != exam.SQL {
			continue
		}
		a.queries++
		for _, what := range runner.Check(it) {
			a.problems.Add(it.File, it.Line, string(it.ID)+": "+what, "mend the query or the data sets")
		}
	}
}

// run runs all samples and returns all problems, those found before among
// them.
func (a *audit) run(ctx context.Context, s *site) (source.Problems, error) {
	var err error
	if a.ran, err = a.samples.Run(ctx, claims(s.bank)); err != nil {
		return nil, fmt.Errorf("run the samples: %w", err)
	}
	if a.ran.NoGo {
		return nil, fmt.Errorf("-samples: %v", a.ran)
	}
	return append(a.problems, a.ran.Problems...), nil
}

// claims says which keys rest on code: those of the items that are run.
func claims(bank *exam.Bank) []sample.Claim {
	var out []sample.Claim
	for _, it := range bank.All() {
		keys := it.Keys()
		if it.Run == "" || len(keys) == 0 {
			continue
		}
		out = append(out, sample.Claim{
			File: it.File, Line: it.Line, Name: string(it.ID), Key: oneLine(keys[0].Text),
			Accepts: func(output string) bool { return accepts(it, output) },
		})
	}
	return out
}

// accepts reports whether the output of an item's code is its key: the text of
// the right option, or an answer that a short item takes. Blanks and line ends
// count as one blank.
func accepts(it *exam.Item, output string) bool {
	output = oneLine(output)
	if it.Type == exam.Short {
		return exam.Score(it, exam.Response{Text: output}, nil).Right()
	}
	for _, o := range it.Options {
		if o.Key != (oneLine(o.Text) == output) {
			return false
		}
	}
	return true
}

// oneLine returns code without the marks of Markdown, in one line.
func oneLine(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "```") {
		_, text, _ = strings.Cut(strings.TrimSuffix(text, "```"), "\n")
	}
	return strings.Join(strings.Fields(strings.Trim(text, "`")), " ")
}
