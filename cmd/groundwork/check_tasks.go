package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"groundwork/content"
	"groundwork/content/source"
	"groundwork/exam/verify"
)

// bullets are what a learner is told to build, by what a task may belong to:
// scope, acceptance and stretch of a project, the criteria of a mini task.
func (s *site) bullets() map[string][]content.Criterion {
	out := map[string][]content.Criterion{}
	for _, p := range s.lib.Projects {
		out["project/"+p.Slug] = p.Criteria()
	}
	for _, step := range s.lib.Path.Steps {
		out["path/"+step.Task.ID] = step.Task.Criteria
	}
	return out
}

// checkTasks holds the tasks of groundwork verify against the rest of the
// content: each belongs to something, names lessons and skills that there are,
// and covers each bullet by a check or a self-check. If whole, all could be read
// and each project and mini task must have one. Content without any task is
// left alone.
func (s *site) checkTasks(whole bool) source.Problems {
	var problems source.Problems
	bullets := s.bullets()
	owner := map[string]string{}
	for _, t := range s.tasks {
		list, ok := bullets[t.Of]
		if !ok {
			problems.Add(t.File, 2, fmt.Sprintf("it belongs to %q, which there is not", t.Of), "write of: project/<slug> or path/<id of the mini task>")
			continue
		}
		if other := owner[t.Of]; other != "" {
			problems.Add(t.File, 2, other+" belongs to "+t.Of+", too", "let each have one task")
		}
		owner[t.Of] = t.File
		problems = append(problems, s.covers(t, list)...)
	}
	for of := range bullets {
		if whole && len(s.tasks) > 0 && owner[of] == "" {
			problems.Add("task/", 0, "no task belongs to "+of, "write one with of: "+of)
		}
	}
	return problems
}

// covers checks the lessons that a task names, and that it covers a list of
// bullets and nothing else.
func (s *site) covers(t *verify.Task, list []content.Criterion) source.Problems {
	var problems source.Problems
	covered := map[string]bool{}
	one := func(line int, id, lesson string, covers []string) {
		if s.lib.Lesson(lesson) == nil {
			problems.Add(t.File, line, fmt.Sprintf("%s names the lesson %q, which there is not", id, lesson), "name one as skill/slug")
		}
		for _, c := range covers {
			covered[c] = true
			if !slices.ContainsFunc(list, func(b content.Criterion) bool { return b.ID == c }) {
				problems.Add(t.File, line, fmt.Sprintf("%s covers %q, which is no bullet of %s", id, c, t.Of), "write the id of a bullet")
			}
		}
	}
	for _, stage := range t.Stages {
		for _, c := range stage.Checks {
			one(c.Head, c.ID, c.Lesson, c.Covers)
			if s.lib.Skill(c.Skill) == nil {
				problems.Add(t.File, c.Head, fmt.Sprintf("%s belongs to the skill %q, which there is not", c.ID, c.Skill), "name one of the files in skill/")
			}
		}
	}
	for _, c := range t.SelfChecks {
		one(c.Line, c.ID, c.Lesson, c.Covers)
	}
	for _, b := range list {
		if !covered[b.ID] {
			problems.Add(t.File, 0, fmt.Sprintf("no check covers %s of %s (%s)", b.ID, t.Of, strings.TrimSpace(b.Text.Plain())), "name it behind Covers: of a check or self-check")
		}
	}
	return problems
}

// countChecks counts the checks and self-checks of all tasks.
func (s *site) countChecks() (checks, selfs int) {
	for _, t := range s.tasks {
		selfs += len(t.SelfChecks)
		for _, stage := range t.Stages {
			checks += len(stage.Checks)
		}
	}
	return checks, selfs
}

// runTasks runs every task against servers that know nothing of it.
func (s *site) runTasks(ctx context.Context) source.Problems {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var problems source.Problems
	for _, t := range s.tasks {
		wg.Go(func() {
			ps := verify.KnowNothing(ctx, t)
			mu.Lock()
			defer mu.Unlock()
			problems = append(problems, ps...)
		})
	}
	wg.Wait()
	return problems
}
