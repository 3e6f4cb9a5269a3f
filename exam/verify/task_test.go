package verify

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const goodTask = `---
id: greet
title: Greet
of: project/greet
version: 1
---

# Contract

It greets.

## Stage 1: One

### fixture ready

` + "```steps\nlet w = word\nGET /ready\n=> 200\nsave id = json $.id\n```" + `

### hello — it greets

Why: because.

Hint: try.

Lesson: api/errors

Covers: one, two

` + "```steps should needs=cmd timing timeout=5s\nuse ready as r\nGET /{{r.id}}\nX-Word: {{r.w}}\n=> 200|404\nbody contains hello\nhint Greet.\n```" + `

## Self-checks

### self own — by yourself

Lesson: api/errors

1. Do it. 2. Look.
`

func TestParseTask(t *testing.T) {
	task, err := ParseTask("task/greet.md", []byte(goodTask))
	if err != nil {
		t.Fatal(err)
	}
	c := task.Check("hello")
	got := []any{task.ID, task.Contract, len(task.Stages), c.Title, c.Why, c.Level, c.Skill, c.Covers, c.Needs, c.Timing, c.Timeout.String(), c.Head, c.Line, task.SelfChecks[0].Rubric}
	want := []any{"greet", "It greets.", 1, "it greets", "because.", "should", "api", []string{"one", "two"}, []string{"cmd"}, true, "5s", 23, 34, "1. Do it. 2. Look."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("task (-want +got):\n%s", diff)
	}
}

// Each mistake is told with its line and how to mend it.
func TestMistakesInTasks(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"no why", "Why: because.\n", "", "task/greet.md:23: the check hello has no Why:"},
		{"no lesson", "Lesson: api/errors\n\nCovers", "Covers", "task/greet.md:23: the check hello has no Lesson:"},
		{"no steps", "```steps should needs=cmd timing timeout=5s", "```text", "task/greet.md:23: the check hello has no steps"},
		{"no such fixture", "use ready", "use steady", "task/greet.md:34: there is no fixture steady above"},
		{"no such value", "{{r.id}}", "{{id}}", "task/greet.md:35: there is no value {{id}} here"},
		{"number outside of many", "{{r.w}}", "{{r.w[i]}}", "task/greet.md:35: {{r.w[i]}} stands in one request only"},
		{"no such need", "needs=cmd", "needs=money", "task/greet.md:33: needs=money is not known"},
		{"no such word behind steps", "timing timeout", "timely timeout", "task/greet.md:33: the word timely is not known behind steps"},
		{"a check twice", "### self own", "### self hello", "task/greet.md:44: the check hello stands twice"},
		{"a heading that is none", "### hello — it", "### hello: it", "task/greet.md:23: the heading hello: it greets names no check"},
		{"a heading without words", "### hello — it greets", "###", "task/greet.md:23: the heading has no words"},
		{"no status", "=> 200|404", "=> twohundred", `task/greet.md:37: the status "twohundred" is none`},
		{"no predicate", "body contains hello", "body has hello", `task/greet.md:38: the assertion "body has hello" has another form`},
		{"a bad pattern", "body contains hello", "body matches /(/", "task/greet.md:38: error parsing regexp"},
		{"a bad path", "json $.id", "json id", `task/greet.md:20: path "id" must start with $`},
		{"no such generator", "= word", "= wurd", `task/greet.md:17: there is no generator "wurd"`},
		{"a hint too early", "use ready as r", "hint x\nuse ready as r", "task/greet.md:34: a hint before anything that can fail"},
		{"a modifier at the end", "hint Greet.\n", "hint Greet.\ngiven\n", "task/greet.md:40: a modifier without a request"},
		{"a restart without control", "hint Greet.\n", "hint Greet.\napp kill\n", ""},
		{"no such probe", "hint Greet.\n", "probe magic of=x\n", "task/greet.md:39: there is no probe magic"},
		{"an argument too many", "hint Greet.\n", "probe calls of=x by=y\n", "task/greet.md:39: probe calls: it knows no by="},
		{"a bench without need", "hint Greet.\n", "bench dep fail=1\n", "task/greet.md:39: this step needs=bench"},
		{"a bench setting", "hint Greet.\n", "bench dep explode=1\n", "task/greet.md:39: bench setting explode=1"},
		{"an unknown key", "version: 1", "version: 1\nkind: mini", "task/greet.md:6: the front matter is wrong: unknown field"},
		{"no owner", "of: project/greet", "of: greet", "task/greet.md:2: the front matter lacks"},
		{"no rubric", "1. Do it. 2. Look.\n", "", "task/greet.md:44: the self-check own lacks its rubric"},
		{"after what is below", "timing timeout", "after=hello timeout", "task/greet.md:33: after=hello: no such check before this one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(goodTask, tt.old) {
				t.Fatalf("the task does not hold %q", tt.old)
			}
			_, err := ParseTask("task/greet.md", []byte(strings.Replace(goodTask, tt.old, tt.new, 1)))
			if tt.want == "" {
				if err != nil {
					t.Errorf("error %v, want none", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "; ") {
				t.Errorf("error:\n%v\nwant %s; and how to mend it", err, tt.want)
			}
		})
	}
}

func TestReleasedVersions(t *testing.T) {
	task, err := ParseTask("task/greet.md", []byte(goodTask))
	if err != nil {
		t.Fatal(err)
	}
	line := "greet 1 " + task.Verdicts() + "\n"
	tests := []struct{ name, task, list, want string }{
		{"as released", goodTask, line, ""},
		{"another text", strings.ReplaceAll(goodTask, "Greet.", "Say hello."), line, ""},
		{"another status", strings.Replace(goodTask, "200|404", "200", 1), line, "differ from those released as version 1"},
		{"another level", strings.Replace(goodTask, "steps should", "steps stretch", 1), line, "differ from those released as version 1"},
		{"another fixture", strings.Replace(goodTask, "let w = word\n", "let w = email\n", 1), line, "differ from those released as version 1"},
		{"a new version", strings.Replace(strings.Replace(goodTask, "200|404", "200", 1), "version: 1", "version: 2", 1), line, "version 2 is not in task/released.txt; add the line: greet 2 "},
		{"a line twice", goodTask, line + line, "task/released.txt:2: not a line of its own"},
	}
	for _, tt := range tests {
		_, problems := LoadTasks(fstest.MapFS{"task/greet.md": {Data: []byte(tt.task)}, ReleasedFile: {Data: []byte(tt.list)}})
		if got := problems.Error(); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	var none fs.FS = fstest.MapFS{"task/greet.md": {Data: []byte(goodTask)}}
	if tasks, problems := LoadTasks(none); len(tasks) != 1 || len(problems) > 0 {
		t.Errorf("without a list: %d tasks, %v", len(tasks), problems)
	}
}

// A hostile file gives problems, never a crash.
func FuzzParseTask(f *testing.F) {
	f.Add(goodTask)
	f.Add("---\nid: x\n---\n## Stage 1: x\n### a — b\n```steps\nGET /\n")
	f.Add("---\nid: x\n---\n#")
	f.Add("---\n---\n### fixture 0")
	f.Fuzz(func(t *testing.T, src string) {
		task, err := ParseTask("task/x.md", []byte(src))
		if (task == nil) == (err == nil) {
			t.Errorf("task %v, error %v", task, err)
		}
		if task != nil {
			task.Verdicts()
		}
	})
}
