package web

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/exam/verify"
	"groundwork/web/ui"
)

const tasksDescription = "What you can build in any language and have checked on your own machine: four mini tasks and five projects, each with its contract and its checks."

// Refs returns every ref under which progress or a note can be kept, with a
// title for people: those of the library, the tasks, and their self-checks.
func (s Site) Refs() map[string]string {
	refs := maps.Clone(s.Library.Refs())
	for _, t := range s.Tasks {
		refs[taskRef(t)] = t.Title
		for _, c := range t.SelfChecks {
			refs[selfRef(t, c)] = c.Title
		}
	}
	return refs
}

// task returns the task with an id, or nil.
func (s *Site) task(id string) *verify.Task {
	for _, t := range s.Tasks {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// taskOf returns the task by which a project (project/feed) or a mini task
// (path/mini-users) is verified, or nil.
func (s *Site) taskOf(of string) *verify.Task {
	for _, t := range s.Tasks {
		if t.Of == of {
			return t
		}
	}
	return nil
}

func taskRef(t *verify.Task) string                     { return "verify/" + t.ID }
func taskURL(t *verify.Task) string                     { return "/verify/" + t.ID }
func selfRef(t *verify.Task, c verify.SelfCheck) string { return taskRef(t) + "/" + c.ID }

// checksOf counts the checks of a task.
func checksOf(t *verify.Task) (n int) {
	for _, st := range t.Stages {
		n += len(st.Checks)
	}
	return n
}

// taskLinks are the links to the task of something, if there is one.
func (s *Site) taskLinks(of string) []ui.Link {
	t := s.taskOf(of)
	if t == nil {
		return nil
	}
	return []ui.Link{{Text: fmt.Sprintf("Contract and %d checks of %s", checksOf(t), t.ID), URL: taskURL(t)}}
}

// A tasksView is the list of tasks.
type tasksView struct {
	Frame ui.Frame
	Tasks []taskLine
}

// A taskLine is one task in the list.
type taskLine struct {
	*verify.Task
	Of     ui.Link
	Checks int
	Self   int
}

// tasks lists the tasks: GET /verify.
func (s *Server) tasks(w http.ResponseWriter, r *http.Request) error {
	site := s.site.Load()
	v := tasksView{Frame: s.described(r, "Prove what you built", tasksDescription, "/projects")}
	for _, t := range site.Tasks {
		v.Tasks = append(v.Tasks, taskLine{t, site.builds(t), checksOf(t), len(t.SelfChecks)})
	}
	return show(w, r, http.StatusOK, tasksPage(v))
}

// builds links what a task verifies: its project, or the step of the path.
func (s *Site) builds(t *verify.Task) ui.Link {
	if id, ok := strings.CutPrefix(t.Of, "project/"); ok {
		if p := s.Library.Project(id); p != nil {
			return ui.Link{Text: p.Title, URL: p.URL()}
		}
	}
	for i, step := range s.Library.Path.Steps {
		if "path/"+step.Task.ID == t.Of {
			return ui.Link{Text: "Step " + strconv.Itoa(i+1) + " of the path", URL: "/path#" + step.Task.ID}
		}
	}
	return ui.Link{Text: "Projects", URL: "/projects"}
}

// A taskView is the page of one task.
type taskView struct {
	Frame    ui.Frame
	Task     *verify.Task
	Of       ui.Link
	Cells    []ui.Cell
	Contract content.HTML
	Command  string
	Stages   []stageView
	Self     []selfView
	Note     noteView
	Runs     []runLine
	Last     string // what the newest run says
	New      string // what the checks have that it had not
}

// A stageView is one stage with its checks.
type stageView struct {
	Title  string
	Number int
	Count  string
	Open   bool
	Checks []proofView
}

// A proofView is one check of a task.
type proofView struct {
	*verify.Check
	Mark   ui.Mark
	By     string // the verdict in words
	Lesson []ui.Link
}

func (v proofView) id() string { return anchor("check", v.ID) }

// words are what is to be known of a check besides its title.
func (v proofView) words() string {
	words := []string{v.ID, v.Level}
	for _, n := range v.Needs {
		words = append(words, "needs "+needsText(n))
	}
	return strings.Join(words, ", ")
}

// needsText says what a word behind needs= asks of the learner.
func needsText(word string) string {
	switch word {
	case "bench":
		return "the verifier's own upstream"
	case "seed":
		return "-seed-cmd"
	}
	return "-" + word
}

// A selfView is one thing that learners look at themselves.
type selfView struct {
	Tick   tickView
	Rubric content.HTML
}

// anchor makes an id of a check's.
func anchor(kind, id string) string { return kind + "-" + strings.ReplaceAll(id, ".", "-") }

// task shows one task: GET /verify/{task}.
func (s *Server) task(w http.ResponseWriter, r *http.Request) error {
	site := s.site.Load()
	t := site.task(r.PathValue("task"))
	if t == nil {
		return errNoPage
	}
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	of := site.builds(t)
	section := "/projects"
	if strings.HasPrefix(t.Of, "path/") {
		section = "/path"
	}
	v := taskView{
		Frame: s.described(r, t.Title+": contract and checks", "The contract of "+t.Title+", and every check by which a program of yours is verified against it, with why and hints.", section),
		Task:  t, Of: of, Contract: content.Render(t.Contract), Command: commandOf(t),
	}
	if v.Note, err = s.note(r.Context(), taskRef(t), "Your notes on "+t.Title, taskURL(t)); err != nil {
		return err
	}
	v.self(site.Library, done)
	if err := s.taskRuns(r.Context(), &v); err != nil {
		return err
	}
	return show(w, r, http.StatusOK, taskPage(v))
}

// commandOf is how a task is verified with all that it can look at.
func commandOf(t *verify.Task) string {
	c := "groundwork verify " + t.ID
	if t.Requires("cmd") {
		c += ` -cmd "go run ."`
	}
	for _, flag := range []string{"repo", "tests"} {
		if t.Requires(flag) {
			c += map[string]string{"repo": " -repo .", "tests": ` -tests "go test ./..."`}[flag]
		}
	}
	return c
}

// self fills what learners look at themselves.
func (v *taskView) self(lib *content.Library, done map[string]time.Time) {
	for _, c := range v.Task.SelfChecks {
		ref := selfRef(v.Task, c)
		v.Self = append(v.Self, selfView{
			tickView{Ref: ref, Text: content.Text(c.Title), Help: lessonLinks(lib, c.Lesson), Done: done[ref], Path: taskURL(v.Task)}, content.Render(c.Rubric),
		})
	}
}
