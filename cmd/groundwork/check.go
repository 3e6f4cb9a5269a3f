package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"runtime/debug"
	"slices"

	"groundwork/content"
	"groundwork/content/source"
	"groundwork/exam"
	"groundwork/exam/verify"
	"groundwork/quiz"
	"groundwork/store"
	"groundwork/web"
)

// site is the content of a site, read and checked as a whole.
type site struct {
	lib       *content.Library
	bank      *exam.Bank
	blueprint *exam.Blueprint
	fit       *quiz.Fit
	tasks     []*verify.Task
}

// load reads a content folder. With any problem the site must not be served.
func load(fsys fs.FS) (*site, source.Problems) {
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // to collect as often as usual takes a fifth of the time
	s := &site{}
	lib, problems := content.Load(fsys)
	s.lib = lib
	items, ps := exam.LoadItems(fsys)
	problems = append(problems, ps...)
	s.bank, ps = exam.NewBank(items)
	problems = append(problems, ps...)
	s.blueprint, ps = exam.LoadBlueprint(fsys)
	problems = append(problems, ps...)
	s.fit, ps = quiz.LoadFit(fsys)
	problems = append(problems, ps...)
	s.tasks, ps = verify.LoadTasks(fsys)
	problems = append(problems, ps...)
	problems = append(problems, s.between()...)
	problems = append(problems, s.checkTasks(len(ps) == 0)...)
	return s, problems.Sorted()
}

// between checks what one package alone cannot see: items against lessons and
// skills, the blueprint against the bank.
func (s *site) between() source.Problems {
	var problems source.Problems
	for _, it := range s.bank.All() {
		if s.lib.Lesson(it.Lesson) == nil {
			problems.Add(it.File, it.Line, fmt.Sprintf("%s tests the lesson %q, which there is not", it.ID, it.Lesson), "name one as skill/slug")
		}
		if s.lib.Skill(it.Skill) == nil {
			problems.Add(it.File, it.Line, fmt.Sprintf("%s belongs to the skill %q, which there is not", it.ID, it.Skill), "move it to the folder of a skill")
		}
	}
	if s.blueprint == nil {
		return problems
	}
	for _, c := range s.blueprint.Cells {
		if s.lib.Skill(c.Skill) == nil {
			problems.Add(exam.BlueprintFile, 0, fmt.Sprintf("the exam asks for items of %q, which is no skill", c.Skill), "name one of the files in skill/")
		}
	}
	return append(problems, s.blueprint.Satisfiable(s.bank)...)
}

// web returns the content as the site takes it.
func (s *site) web() web.Site {
	return web.Site{Library: s.lib, Bank: s.bank, Blueprint: s.blueprint, Fit: s.fit, Tasks: s.tasks}
}

// folder returns the content to use: a folder, or what the program carries.
func folder(dir string) (fs.FS, error) {
	if dir == "" && !content.Complete {
		return nil, errors.New("this is the program for learners, which carries no lessons and no items: give -content, or use the program for operators")
	}
	if dir == "" {
		return content.FS(), nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("-content: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("-content: %s is not a folder", dir)
	}
	return os.DirFS(dir), nil
}

// check reads all content and reports what is wrong with it: first whether it
// can be read at all, then whether it is good.
func check(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	dir := flags.String("content", "", "`folder` to check (default: what the program carries)")
	against := flags.String("against", "", "database `file`: name the ids with progress that the content no longer has")
	samples := flags.Bool("samples", false, "run every sample of code too; needs the go command")
	tasks := flags.Bool("tasks", false, "run the checks of every task against servers that know nothing of it, too; half a minute")
	plan := flags.String("plan", "30/18", "exam and practice items of each skill, or `none` if any number will do")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	fsys, err := folder(*dir)
	if err != nil {
		return err
	}
	s, problems := load(fsys)
	if err := told(problems, w); err != nil {
		return err
	}
	a, err := s.audit(fsys, *plan)
	if err != nil {
		return err
	}
	problems = a.problems
	if *samples {
		if problems, err = a.run(ctx, s); err != nil {
			return err
		}
	}
	if *tasks {
		problems = append(problems, s.runTasks(ctx)...)
	}
	if *against != "" {
		if _, err := os.Stat(*against); err != nil {
			return fmt.Errorf("-against: %w", err) // opening would make an empty one
		}
		err := withStore(ctx, *against, func(st *store.Store) error {
			n, err := missed(ctx, s, st, w)
			if err == nil && n > 0 {
				err = fmt.Errorf("%d ids with progress are missing", n)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	a.print(s, w)
	return told(problems, w)
}

// told prints problems and returns how many there are, as an error.
func told(problems source.Problems, w world) error {
	problems = problems.Sorted()
	for _, p := range problems {
		fmt.Fprintln(w.stdout, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d mistakes", len(problems))
	}
	return nil
}

// missed names the ids under which learners have progress and which the
// content does not have any more: somebody's work would vanish from sight. It
// returns how many.
func missed(ctx context.Context, s *site, st *store.Store, w world) (n int, err error) {
	refs, err := st.ProgressRefs(ctx)
	if err != nil {
		return 0, err
	}
	have := s.web().Refs()
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		if _, ok := have[ref]; !ok {
			fmt.Fprintf(w.stdout, "%s: %d learners have progress on it and the content has it no longer; bring the id back\n", ref, refs[ref])
			n++
		}
	}
	items, err := st.ItemRefs(ctx)
	if err != nil {
		return n, err
	}
	for _, id := range slices.Sorted(maps.Keys(items)) {
		if s.bank.Item(id) == nil {
			fmt.Fprintf(w.stdout, "item %s: it stood on %d forms and the bank has it no longer; old attempts still show it\n", id, items[id])
		}
	}
	return n, nil
}
