package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

func (o *operator) attemptRoutes(handle func(string, page)) {
	handle("GET /operator/attempts", operatorOnly(o.attemptList))
	handle("GET /operator/attempts/{id}", operatorOnly(o.attemptPage))
	handle("POST /operator/attempts/{id}/{action}", operatorOnly(o.attemptAction))
}

// foundView is the list of attempts that a search found.
type foundView struct {
	Frame    ui.Frame
	Text     ui.Field
	State    string
	States   []ui.Option
	Rows     []foundRow
	Earlier  string // where the attempts before these are; empty if there are none
	Later    string
	Searched bool
}

// foundRow is one attempt of anybody.
type foundRow struct {
	ID, URL, Who, Number, Began, State, Score, Answered string
}

// foundPage is how many attempts stand on a page.
const foundPage = 50

// attemptList finds attempts: GET /operator/attempts. q is part of an address
// or the beginning of an id.
func (o *operator) attemptList(w http.ResponseWriter, r *http.Request) error {
	q := store.Search{Text: clip(r.FormValue("q"), 100), State: exam.State(r.FormValue("state")), Limit: foundPage}
	page, err := strconv.Atoi(cmp.Or(r.FormValue("page"), "1"))
	if err != nil || page < 1 || page > 1e6 {
		return fmt.Errorf("%w: page", errBadInput)
	}
	q.Skip = (page - 1) * foundPage
	v := foundView{Frame: o.described(r, "Attempts", "Exam attempts of everybody: find one, give time back, void it.", ""), State: string(q.State), Searched: q.Text != "" || q.State != ""}
	v.Text = ui.Field{ID: "q", Label: "Address or attempt", Value: q.Text, Hint: "Part of an address, “visitor”, or the beginning of an attempt’s id.", Attrs: map[string]any{"autocomplete": "off", "spellcheck": "false"}}
	known := false
	for _, s := range []exam.State{"", exam.InProgress, exam.Graded, exam.Voided} {
		v.States = append(v.States, ui.Option{Value: string(s), Text: stateWords(s)})
		known = known || s == q.State
	}
	if !known {
		return fmt.Errorf("%w: state", errBadInput)
	}
	list, more, err := o.store.FindAttempts(r.Context(), q)
	if err != nil {
		return err
	}
	for _, f := range list {
		v.Rows = append(v.Rows, newFoundRow(f))
	}
	link := func(page int) string {
		return "/operator/attempts?" + url.Values{"q": {q.Text}, "state": {string(q.State)}, "page": {strconv.Itoa(page)}}.Encode()
	}
	if more {
		v.Earlier = link(page + 1)
	}
	if page > 1 {
		v.Later = link(page - 1)
	}
	return show(w, r, http.StatusOK, attemptListPage(v))
}

func stateWords(s exam.State) string {
	switch s {
	case exam.InProgress:
		return "In progress"
	case exam.Graded:
		return "Handed in"
	case exam.Voided:
		return "Voided"
	}
	return "Any"
}

func newFoundRow(f store.Found) foundRow {
	row := foundRow{
		ID: string(f.ID[:8]), URL: "/operator/attempts/" + string(f.ID), Who: f.Who, Number: strconv.Itoa(f.Number), Began: dayTime(f.Started),
		State: stateWords(f.State), Score: "–", Answered: fmt.Sprintf("%d of %d", f.Answered, f.Items),
	}
	switch f.State {
	case exam.InProgress:
		row.State += ", ends " + clockTime(f.Deadline)
	case exam.Graded:
		row.State, row.Score = verdict(&f.Attempt), fmt.Sprintf("%.0f%%", f.Percent())
	}
	return row
}

// foundAttemptView is one attempt, with what an operator can do about it.
type foundAttemptView struct {
	Frame   ui.Frame
	Notice  string
	Found   store.Found
	Cells   []ui.Cell
	Actions []actionView
	Events  []logRow
}

// actionView is a form by which an operator decides something.
type actionView struct {
	Name, Title, Text, Button string
	Fields                    []ui.Field
	Danger                    bool
}

// attemptPage shows one attempt: GET /operator/attempts/{id}.
func (o *operator) attemptPage(w http.ResponseWriter, r *http.Request) error {
	return o.showAttempt(w, r, http.StatusOK, "", nil)
}

// showAttempt shows an attempt; refused is the action whose form came back, and
// faults say by field what is wrong with it.
func (o *operator) showAttempt(w http.ResponseWriter, r *http.Request, status int, refused string, faults map[string]string) error {
	f, err := o.store.FoundAttempt(r.Context(), exam.AttemptID(r.PathValue("id")), o.now())
	if err != nil {
		return err
	}
	v := foundAttemptView{Found: f, Frame: o.described(r, "Attempt of "+f.Who, "One exam attempt, with what an operator can do about it.", ""), Cells: foundCells(f)}
	if status == http.StatusOK {
		v.Notice = o.notice(w, r)
	}
	v.Actions = attemptActions(f.State)
	var fields []*ui.Field
	for i := range v.Actions {
		a := &v.Actions[i]
		for k := range a.Fields {
			field := &a.Fields[k]
			field.Name, field.ID = field.ID, a.Name+"-"+field.ID
			if a.Name == refused {
				field.Value, field.Err = r.PostFormValue(field.Name), faults[field.Name]
			}
			fields = append(fields, field)
		}
	}
	focusFault(fields...)
	if v.Events, err = o.logOf(r.Context(), f); err != nil {
		return err
	}
	return show(w, r, status, foundAttemptPage(v))
}

func foundCells(f store.Found) []ui.Cell {
	cells := []ui.Cell{
		{Term: "Learner", Text: f.Who}, {Term: "Attempt", Text: strconv.Itoa(f.Number)},
		{Term: "Began", Text: dayTime(f.Started)}, {Term: "Ends", Text: dayTime(f.Deadline)},
		{Term: "State", Text: stateWords(f.State)}, {Term: "Answered", Text: fmt.Sprintf("%d of %d", f.Answered, f.Items)},
	}
	if f.State != exam.InProgress {
		cells[3] = ui.Cell{Term: "Ended", Text: dayTime(f.Finished) + ", by the " + string(f.ClosedBy)}
		cells = append(cells, ui.Cell{Term: "Score", Text: fmt.Sprintf("%s of %s points, %.1f%%", short(f.Score), short(f.Max), f.Percent())}, ui.Cell{Term: "Result", Text: verdict(&f.Attempt)})
	}
	if e := f.Rules.Extra; e.Percent > 0 {
		cells = append(cells, ui.Cell{Term: "Extra time", Text: fmt.Sprintf("%d%%, by the %s", e.Percent, e.By), Full: true})
	}
	if f.State == exam.Voided {
		cells = append(cells, ui.Cell{Term: "Voided", Text: dayTime(f.Void.At) + ": " + f.Void.Reason, Full: true})
	}
	return cells
}

// attemptActions are what can be decided about an attempt in a state.
func attemptActions(s exam.State) []actionView {
	reason := ui.Field{ID: "reason", Label: "Reason", Wide: true, Required: true, Hint: "The learner is shown it, word for word.", Attrs: map[string]any{"maxlength": strconv.Itoa(maxReason), "autocomplete": "off"}}
	void := actionView{Name: "void", Title: "Void it", Button: "Void this attempt", Danger: true, Fields: []ui.Field{reason},
		Text: "It then counts as no result, in no statistics and in no limit on retakes. One that runs ends. It can be taken back."}
	switch s {
	case exam.InProgress:
		return []actionView{{Name: "extend", Title: "Give time back", Button: "Give the minutes back", Text: "The page of the exam shows it within a few seconds, with the reason.", Fields: []ui.Field{
			{ID: "minutes", Label: "Minutes", Class: "num short", Required: true, Hint: fmt.Sprintf("1 to %d.", maxMinutes), Attrs: map[string]any{"inputmode": "numeric", "autocomplete": "off"}}, reason,
		}}, void}
	case exam.Graded:
		return []actionView{void}
	}
	return []actionView{{Name: "restore", Title: "Take the voiding back", Button: "Count this attempt again", Text: "It has its result again, marked as its items are by now.", Fields: []ui.Field{reason}}}
}

// logOf is the log of an attempt without the answers in it.
func (o *operator) logOf(ctx context.Context, f store.Found) (rows []logRow, err error) {
	events, err := o.store.Events(ctx, f.Learner, f.ID, logMost)
	for _, e := range events {
		row := logRow{At: e.At.Format("2 January 2006, 15:04:05"), What: eventWords(e)}
		if e.Slot > 0 {
			row.Slot = strconv.Itoa(e.Slot)
		}
		rows = append(rows, row)
	}
	return rows, err
}

const (
	maxMinutes = 600
	maxReason  = 300 // characters
)

// readReason reads the reason of a decision, and what is wrong with it.
func readReason(r *http.Request) (reason, fault string) {
	reason = strings.TrimSpace(r.PostFormValue("reason"))
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		fault = "Say why, in a sentence: those whom it concerns are shown it."
	case n > maxReason || !utf8.ValidString(reason):
		fault = fmt.Sprintf("Say it in %d characters.", maxReason)
	}
	return reason, fault
}

// decider names the operator who asks, for the records.
func decider(ctx context.Context) string { return fmt.Sprintf("operator %d", learner(ctx)) }

// attemptAction decides something about an attempt: POST
// /operator/attempts/{id}/{action}, where action is extend, void or restore.
func (o *operator) attemptAction(w http.ResponseWriter, r *http.Request) error {
	id, action, ctx := exam.AttemptID(r.PathValue("id")), r.PathValue("action"), r.Context()
	faults := map[string]string{}
	reason, fault := readReason(r)
	if fault != "" {
		faults["reason"] = fault
	}
	minutes, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("minutes")))
	if action == "extend" && (err != nil || minutes < 1 || minutes > maxMinutes) {
		faults["minutes"] = fmt.Sprintf("Write a number from 1 to %d.", maxMinutes)
	}
	if len(faults) > 0 {
		return o.showAttempt(w, r, http.StatusUnprocessableEntity, action, faults)
	}
	said := ""
	switch action {
	case "extend":
		end, err := o.store.ExtendAttempt(ctx, id, minutes, reason, o.now())
		if errors.Is(err, exam.ErrClosed) {
			return o.showAttempt(w, r, http.StatusConflict, action, nil) // it says how it ended
		}
		if err != nil {
			return err
		}
		said = "It now ends at " + dayTime(end) + "."
	case "void":
		if err := o.store.VoidAttempt(ctx, id, reason, decider(ctx), o.now()); err != nil {
			return err
		}
		said = "The attempt is voided."
	case "restore":
		if err := o.store.RestoreAttempt(ctx, id, reason, decider(ctx), o.now()); err != nil {
			return err
		}
		said = "The attempt counts again."
	default:
		return errNoPage
	}
	if err := o.notify(w, r, said); err != nil {
		return err
	}
	return redirect(w, r, "/operator/attempts/"+string(id))
}
