package web

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
)

// WriteExport writes what the database has of a learner as a zip of two files:
// data.json with every row, for programs, and data.html, for people. Both are
// complete in themselves and need neither this site nor a connection.
//
// item gives the versions of items, as [store.Export.Item] does. Of an item
// only its title and the learner's own answer are written, and whether that
// was right only if the attempt is graded. Of an attempt that is in progress
// the ids of options are kept back too, since in the bank they stand in the
// order of the key.
func WriteExport(w io.Writer, e store.Export, item func(exam.VersionID) *exam.Item) error {
	v := newExportView(e, item)
	z := zip.NewWriter(w)
	f, err := z.CreateHeader(&zip.FileHeader{Name: "data.json", Method: zip.Deflate, Modified: e.Taken})
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	enc := json.NewEncoder(f)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write export: data.json: %w", err)
	}
	if f, err = z.CreateHeader(&zip.FileHeader{Name: "data.html", Method: zip.Deflate, Modified: e.Taken}); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if err := exportPage(v).Render(context.Background(), f); err != nil {
		return fmt.Errorf("write export: data.html: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// exportView is an export as it is written: data.json is its JSON, data.html
// is made of it. Times that never came are left out.
type exportView struct {
	Format   string          `json:"format"`
	Taken    time.Time       `json:"taken,omitzero"`
	Learner  exportLearner   `json:"learner"`
	Browsers []time.Time     `json:"browsers,omitempty"` // when each got its key
	SignIns  []exportSignIn  `json:"sign_ins"`
	Passkeys []exportPasskey `json:"passkeys,omitempty"`
	Known    []exportKnown   `json:"identities,omitempty"`
	Progress []exportDone    `json:"progress"`
	Notes    []exportNote    `json:"notes"`
	Attempts []exportAttempt `json:"attempts"`
	Devices  []exportDevice  `json:"devices,omitempty"`
	Runs     []exportRun     `json:"verified_runs,omitempty"`
	Practice *exportPractice `json:"practice,omitempty"` // nil if they never practised
}

type exportLearner struct {
	ID      store.LearnerID `json:"id"`
	Email   string          `json:"email,omitempty"`
	Name    string          `json:"name,omitempty"`
	Role    string          `json:"role"`
	Created time.Time       `json:"created"`
	Seen    time.Time       `json:"seen,omitzero"`
	Extra   exam.Extra      `json:"extra_time,omitzero"` // that the operator granted
}

type exportSignIn struct {
	Browser string    `json:"browser"`
	Began   time.Time `json:"began"`
	Expires time.Time `json:"expires"`
}

type exportPasskey struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used,omitzero"`
}

// exportKnown is whom an OpenID Connect provider knows an account as.
type exportKnown struct {
	Issuer    string    `json:"issuer"`
	Subject   string    `json:"subject"`
	Label     string    `json:"label"`
	Connected time.Time `json:"connected"`
	Used      time.Time `json:"used,omitzero"`
}

type exportDone struct {
	Ref string    `json:"ref"`
	At  time.Time `json:"at"`
}

type exportNote struct {
	Ref   string    `json:"ref"`
	Text  string    `json:"text"` // Markdown
	Rev   int       `json:"revision"`
	Saved time.Time `json:"saved"`
}

type exportAttempt struct {
	ID         exam.AttemptID    `json:"id"`
	Exam       string            `json:"exam"`
	Number     int               `json:"number"`
	State      exam.State        `json:"state"`
	ClosedBy   exam.ClosedBy     `json:"closed_by,omitempty"`
	Rules      exam.Rules        `json:"rules"`
	Seed       *int64            `json:"seed,omitempty"`
	Started    time.Time         `json:"started"`
	Deadline   time.Time         `json:"deadline"`
	Finished   time.Time         `json:"finished,omitzero"`
	Score      *float64          `json:"score,omitempty"`
	Max        *float64          `json:"max_score,omitempty"`
	Withheld   string            `json:"withheld,omitempty"`
	Void       *exportVoid       `json:"voided,omitempty"`
	Extensions []exportExtension `json:"extensions,omitempty"`
	Regrades   []exam.Regrade    `json:"regrades,omitempty"`
	Slots      []exportSlot      `json:"slots"`
	Events     []exportEvent     `json:"events"`

	verdict string
}

type exportExtension struct {
	Minutes int       `json:"minutes"`
	Reason  string    `json:"reason"`
	Given   time.Time `json:"given"`
}

type exportVoid struct {
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

type exportSlot struct {
	N        int             `json:"n"`
	Item     exam.ItemID     `json:"item"`
	Version  exam.VersionID  `json:"version"`
	Title    string          `json:"title"`
	Answer   string          `json:"answer"` // in words; empty is a blank
	Order    []exam.OptionID `json:"option_order,omitempty"`
	Response *exam.Response  `json:"response,omitempty"` // as stored
	Flagged  bool            `json:"flagged"`
	Note     string          `json:"note,omitempty"`
	Rev      int             `json:"revision"`
	Client   string          `json:"client,omitempty"`
	Seen     time.Time       `json:"seen,omitzero"`
	Answered time.Time       `json:"answered,omitzero"`
	Points   float64         `json:"points"`
	Fraction *float64        `json:"fraction,omitempty"` // of the points
	Result   string          `json:"result,omitempty"`
}

type exportEvent struct {
	Seq      int       `json:"seq"`
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Slot     int       `json:"slot,omitempty"`
	Rev      int       `json:"revision,omitempty"`
	Client   string    `json:"client,omitempty"`
	ClientAt time.Time `json:"client_at,omitzero"`
	At       time.Time `json:"at"`
	LateMS   int64     `json:"late_ms,omitempty"`
	Data     string    `json:"data,omitempty"`
}

func newExportView(e store.Export, item func(exam.VersionID) *exam.Item) exportView {
	l := e.Learner
	v := exportView{
		Format: "groundwork export 1", Taken: e.Taken.UTC().Truncate(time.Second), Browsers: e.Browsers,
		Learner: exportLearner{l.ID, l.Email, l.Name, l.Role, l.Created, e.Seen, e.Extra},
		SignIns: []exportSignIn{}, Progress: []exportDone{}, Notes: []exportNote{}, Attempts: []exportAttempt{},
	}
	for _, in := range e.SignIns {
		v.SignIns = append(v.SignIns, exportSignIn{in.Agent, in.Began, in.Expires})
	}
	for _, p := range e.Passkeys {
		v.Passkeys = append(v.Passkeys, exportPasskey{p.Name, p.Created, p.Used})
	}
	for _, i := range e.Known {
		v.Known = append(v.Known, exportKnown(i))
	}
	for _, d := range e.Progress {
		v.Progress = append(v.Progress, exportDone(d))
	}
	for _, n := range e.Notes {
		v.Notes = append(v.Notes, exportNote{n.Ref, n.Body, n.Rev, n.Saved})
	}
	v.Practice = newExportPractice(e)
	v.filing(e)
	for _, a := range e.Attempts {
		v.Attempts = append(v.Attempts, newExportAttempt(a, item))
	}
	return v
}

func newExportAttempt(a store.ExportedAttempt, item func(exam.VersionID) *exam.Item) exportAttempt {
	v := exportAttempt{
		ID: a.ID, Exam: a.Exam, Number: a.Number, State: a.State, ClosedBy: a.ClosedBy, Rules: a.Rules,
		Started: a.Started, Deadline: a.Deadline, Finished: a.Finished,
	}
	graded, over := a.State == exam.Graded, a.State != exam.InProgress
	if graded {
		v.Score, v.Max, v.verdict = &a.Score, &a.Max, verdict(&a.Attempt)
	}
	if over {
		v.Seed = &a.Seed
	} else {
		v.Withheld = "Results, option ids and the details of the log are kept back until this attempt is over."
	}
	if a.State == exam.Voided {
		v.Void = &exportVoid{a.Void.Reason, a.Void.At}
	}
	v.Regrades = a.Regrades
	for _, x := range a.Extensions {
		v.Extensions = append(v.Extensions, exportExtension(x))
	}
	for _, s := range a.Slots {
		slot := newExportSlot(s, item(s.Version))
		if over && !s.Response.Blank() {
			slot.Response = &s.Response
		}
		if over {
			slot.Order = s.Order
		}
		if graded {
			slot.Fraction, slot.Result = &s.Fraction, slotResult(s)
		}
		v.Slots = append(v.Slots, slot)
	}
	for _, ev := range a.Events {
		out := exportEvent{ev.Seq, ev.ID, ev.Kind, ev.Slot, ev.Rev, ev.Client, ev.ClientAt, ev.At, ev.Late.Milliseconds(), ev.Data}
		if !over && (ev.Kind == "save" || ev.Kind == "start") {
			out.Data = ""
		}
		v.Events = append(v.Events, out)
	}
	return v
}

func newExportSlot(s exam.Slot, it *exam.Item) exportSlot {
	v := exportSlot{
		N: s.N, Item: s.Item, Version: s.Version, Title: string(s.Item), Flagged: s.Flagged, Note: s.Note,
		Rev: s.Rev, Client: s.Client, Seen: s.Seen, Answered: s.Answered, Points: s.Points,
	}
	if it != nil {
		v.Title, v.Answer = content.Plain(it.Title), answerText(it, s.Response)
	}
	return v
}

// slotResult says in a word how a slot of a graded attempt was scored.
func slotResult(s exam.Slot) string {
	switch m := (exam.Mark{Fraction: s.Fraction, Blank: s.Response.Blank()}); {
	case s.Dropped:
		return "not counted"
	case m.Blank:
		return "blank"
	case m.Right():
		return "right"
	case m.Partly():
		return "partly right"
	}
	return "wrong"
}

// answerText says in words what was answered; a blank is empty.
func answerText(it *exam.Item, r exam.Response) string {
	if r.Blank() {
		return ""
	}
	var parts []string
	switch it.Type {
	case exam.Ordering:
		for i, id := range r.Choice {
			parts = append(parts, fmt.Sprintf("%d. %s", i+1, content.Plain(optionText(it.Options, id))))
		}
	case exam.Single, exam.Multiple:
		for _, id := range r.Choice {
			parts = append(parts, content.Plain(optionText(it.Options, id)))
		}
		slices.Sort(parts) // their order in the bank says nothing, and is not to
	case exam.Matching:
		for _, o := range it.Options {
			if id := exam.OptionID(r.Pairs[o.ID]); id != "" {
				parts = append(parts, content.Plain(o.Text)+" → "+content.Plain(optionText(it.Choices, id)))
			}
		}
	case exam.Cloze:
		for i, b := range it.Blanks {
			given := r.Pairs[exam.OptionID(fmt.Sprint(i+1))]
			if !b.Typed {
				given = content.Plain(optionText(b.Options, exam.OptionID(given)))
			}
			if given != "" {
				parts = append(parts, fmt.Sprintf("Gap %d: %s", i+1, given))
			}
		}
	default:
		return r.Text
	}
	return strings.Join(parts, "; ")
}

// about is the first paragraph of data.html.
func (v exportView) about() string {
	when := ""
	if !v.Taken.IsZero() {
		when = " on " + dayTime(v.Taken)
	}
	return "Everything that groundwork has of you" + when + ". The file data.json beside this one holds the same for programs, down to the log of every attempt."
}

// flag says that the learner flagged the item, and why if they said so.
func (s exportSlot) flag() string {
	if s.Note == "" {
		return "Flagged by you"
	}
	return "Flagged by you: " + s.Note
}

// title is what stands over an attempt in data.html.
func (a exportAttempt) title() string {
	return fmt.Sprintf("Attempt %d, %s", a.Number, day(a.Started))
}

// outcome says in a sentence how an attempt ended.
func (a exportAttempt) outcome() string {
	switch {
	case a.State == exam.InProgress:
		return "In progress until " + dayTime(a.Deadline) + ". Whether answers are right is told when it is over."
	case a.Score == nil:
		return "Voided on " + dayTime(a.Void.At) + ": " + a.Void.Reason
	}
	return fmt.Sprintf("%s: %.4g of %.4g points. The pass mark was %.4g%% of the points.", a.verdict, *a.Score, *a.Max, a.Rules.Pass)
}

// dayTime writes a moment: 14 June 2026, 14:07 UTC.
func dayTime(t time.Time) string { return day(t) + ", " + clockTime(t) }
