package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"groundwork/content"
	"groundwork/content/source"
	"groundwork/exam"
	"groundwork/quiz"
)

// site is the content of a site, read and checked as a whole.
type site struct {
	lib       *content.Library
	bank      *exam.Bank
	blueprint *exam.Blueprint
	fit       *quiz.Fit
}

// load reads a content folder. With any problem the site must not be served.
func load(fsys fs.FS) (*site, source.Problems) {
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
	problems = append(problems, s.between()...)
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

// folder returns the content to use: a folder, or what the program carries.
func folder(dir string) (fs.FS, error) {
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

// check reads all content and reports what is wrong with it.
func check(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	dir := flags.String("content", "", "`folder` to check (default: what the program carries)")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	fsys, err := folder(*dir)
	if err != nil {
		return err
	}
	s, problems := load(fsys)
	for _, p := range problems {
		fmt.Fprintln(w.stdout, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d mistakes", len(problems))
	}
	fmt.Fprintf(w.stdout, "%d lessons, %d items, no mistakes\n", len(s.lib.Lessons()), len(s.bank.All()))
	return nil
}
