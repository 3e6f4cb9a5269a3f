package lint

import (
	"fmt"
	"io/fs"
	"strings"

	"groundwork/content/source"
	"groundwork/exam"
)

// quoted is how many words in a row a page may share with an exam item. Runs
// of eight occur by chance ("by the time that the first of them is"), of
// twelve they do not.
const quoted = 12

// A spoken word of a page, with its line.
type spoken struct {
	text string
	line int
}

// Quotes reports passages of exam items that stand in what learners read
// outside an exam: the lessons with their check questions, the other pages of
// the folder fsys, and practice items. Code is not compared, since programs
// begin alike.
func Quotes(bank *exam.Bank, fsys fs.FS) source.Problems {
	runs := map[string]*exam.Item{}
	for _, it := range bank.Pool(exam.ExamPool) {
		for _, text := range secrets(it) {
			for s := range shingles(text, quoted) {
				runs[s] = it
			}
		}
	}
	var problems source.Problems
	for _, pattern := range []string{"lesson/*/*.md", "guide/*.md", "skill/*.md", "project/*.md", "item/*/practice*.md"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			problems.Add(pattern, 0, err.Error(), "")
		}
		for _, name := range names {
			if f, _ := source.Read(fsys, name); f != nil { // whoever loads the file reports what is wrong with it
				problems = append(problems, quotesIn(f, runs)...)
			}
		}
	}
	return problems
}

// secrets returns the prose of an item, part by part.
func secrets(it *exam.Item) [][]string {
	v := look(it)
	parts := [][]string{words(shown(v.prose)), words(shown(it.Explanation))}
	add := func(options []exam.Option) {
		for _, o := range options {
			prose, _ := unfence(o.Text)
			parts = append(parts, words(shown(prose)), words(shown(o.Reason)))
		}
	}
	add(it.Options)
	add(it.Choices)
	for _, b := range it.Blanks {
		add(b.Options)
	}
	return parts
}

// quotesIn reports each item that the file quotes, once, where it first does.
func quotesIn(f *source.File, runs map[string]*exam.Item) source.Problems {
	var problems source.Problems
	text := spokenIn(f)
	seen := map[exam.ItemID]bool{}
	for i := 0; i+quoted <= len(text); i++ {
		run := make([]string, quoted)
		for j := range run {
			run[j] = text[i+j].text
		}
		it := runs[strings.Join(run, " ")]
		if it == nil || seen[it.ID] {
			continue
		}
		seen[it.ID] = true
		problems.Add(f.Name, text[i].line, fmt.Sprintf("quotes the exam item %s (%s:%d): “%s …”", it.ID, it.File, it.Line, strings.Join(run, " ")),
			"use other words and another case here; exam items are for exams alone")
	}
	return problems
}

// spokenIn returns the words of a file outside its code blocks.
func spokenIn(f *source.File) []spoken {
	var out []spoken
	lines := make([]source.Line, 0, 64)
	for i, text := range strings.Split(string(f.Front), "\n") {
		lines = append(lines, source.Line{N: i + 2, Text: text})
	}
	inFence := map[int]bool{}
	for _, fence := range source.Fences(f.Lines()) {
		for i := range strings.Count(fence.Body, "\n") + 2 {
			inFence[fence.Line+i] = true
		}
	}
	for _, l := range append(lines, f.Lines()...) {
		if inFence[l.N] {
			continue
		}
		for _, w := range words(shown(l.Text)) {
			out = append(out, spoken{w, l.N})
		}
	}
	return out
}
