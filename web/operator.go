package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundwork/exam"
	"groundwork/exam/analysis"
	"groundwork/store"
	"groundwork/web/ui"
)

// operatorRole is the role of those who run the site or write for it.
const operatorRole = "operator"

// operator serves the pages for operators.
type operator struct {
	*Server
	counts counts
}

// operatorRoutes lists the URLs for operators.
func (s *Server) operatorRoutes(handle func(string, page)) {
	o := &operator{Server: s}
	o.counts = counts{count: o.count, now: s.now, patience: 20 * time.Second, last: map[store.Which]*counting{}}
	handle("GET /operator", operatorOnly(o.entry))
	handle("GET /operator/site", operatorOnly(o.siteHealth))
	o.attemptRoutes(handle)
	o.regradeRoutes(handle)
	handle("GET /operator/time", operatorOnly(o.grants))
	handle("POST /operator/time", operatorOnly(o.grant))
	handle("GET /operator/practice", operatorOnly(o.practiceStats))
	handle("GET /operator/stats", operatorOnly(o.stats))
	handle("GET /operator/stats.csv", operatorOnly(o.statsCSV))
	handle("GET /operator/stats.json", operatorOnly(o.statsJSON))
	handle("GET /operator/stats/{item}", operatorOnly(o.statsItem))
}

// entry leads to the list of the pages for operators: GET /operator.
func (o *operator) entry(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/account#operator", http.StatusSeeOther)
	return nil
}

// operatorOnly keeps everybody else out, and pages out of caches.
func operatorOnly(p page) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		switch l := whoami(r.Context()); {
		case !l.Registered():
			return errNobody
		case l.Role != operatorRole:
			return errForbidden
		}
		w.Header().Set("Cache-Control", "no-store")
		return p(w, r)
	}
}

// count works the statistics of the exam out.
func (o *operator) count(ctx context.Context, which store.Which) (*analysis.Report, error) {
	if _, err := o.store.CloseDue(ctx, o.now()); err != nil { // those that nobody came back to count as well
		return nil, err
	}
	stream := analysis.NewStream()
	if err := o.store.Responses(ctx, examName, which, stream.Slot); err != nil {
		return nil, err
	}
	r, err := stream.Report()
	if err != nil {
		return nil, err
	}
	r.Exam, r.Which, r.Counted = examName, string(which), o.now().UTC()
	return r, nil
}

// asked reads which attempts a request is about.
func (o *operator) asked(r *http.Request) (*analysis.Report, store.Which, error) {
	which := store.Which(r.FormValue("attempts"))
	if which == "" {
		which = store.First
	}
	if !slices.Contains(store.Whiches, which) {
		return nil, which, fmt.Errorf("%w: attempts", errBadInput)
	}
	rep, err := o.counts.report(r.Context(), which)
	return rep, which, err
}

// statsView is the exam as a whole and its items.
type statsView struct {
	Frame   ui.Frame
	Report  *analysis.Report
	Tabs    []tabView
	Cells   []ui.Cell
	Figures []figureView
	Totals  totalsChart
	Flagged []flaggedView // beyond chance
	Maybe   []flaggedView // perhaps by chance
	Items   []statRow
	Earlier []statRow // items that mean something else by now
	Query   string    // for links that keep the choice of attempts
}

// A figureView is a number with what it says.
type figureView struct{ Name, Value, Says string }

// flaggedView is an item with the gravest that is suspected of it, and the rest
// in a few words.
type flaggedView struct {
	Title, URL string
	analysis.Flag
	Also string
}

// statRow is one line of the table of items.
type statRow struct {
	ID, Title, URL, Where string
	Elo                   string // estimated difficulty, with how many answers it rests on
	analysis.ItemReport
}

// stats shows the exam as a whole and its items: GET /operator/stats.
func (o *operator) stats(w http.ResponseWriter, r *http.Request) error {
	rep, which, err := o.asked(r)
	if err != nil {
		return err
	}
	v := statsView{
		Frame:  o.described(r, "Exam statistics", "What graded attempts say about the exam and its items.", ""),
		Report: rep, Tabs: attemptTabs(which), Totals: newTotalsChart(rep, o.site.Load().Blueprint.Rules.Pass), Figures: wholeFigures(rep),
	}
	if which != store.First {
		v.Query = "?attempts=" + string(which)
	}
	v.Cells = []ui.Cell{
		{Term: "People", Text: strconv.Itoa(rep.Attempts)}, {Term: "Left out", Text: plural(rep.Empty, "empty attempt", "empty attempts")},
		{Term: "Form", Text: formKind(rep)}, {Term: "Counted", Text: dayTime(rep.Counted)},
	}
	elo, err := o.store.Difficulties(r.Context())
	if err != nil {
		return err
	}
	for i := range rep.Items {
		it := &rep.Items[i]
		row := statRow{string(it.Item), it.Source.Title, itemStatsURL(it.Item) + v.Query, o.where(it.Source), eloText(elo[string(it.Item)]), *it}
		if it.Earlier {
			v.Earlier = append(v.Earlier, row)
			continue
		}
		v.Items = append(v.Items, row)
		if len(it.Flags) == 0 {
			continue
		}
		if f := (flaggedView{row.Title, row.URL, it.Flags[0], flagWords(it.Flags[1:])}); f.Firm {
			v.Flagged = append(v.Flagged, f)
		} else {
			v.Maybe = append(v.Maybe, f)
		}
	}
	return show(w, r, http.StatusOK, statsPage(v))
}

// where names the skill and the level of an item.
func (o *operator) where(it *exam.Item) string {
	name := it.Skill
	if sk := o.site.Load().Library.Skill(it.Skill); sk != nil {
		name = sk.Title
	}
	return name + ", " + string(it.Level)
}

func itemStatsURL(id exam.ItemID) string { return "/operator/stats/" + string(id) }

func formKind(rep *analysis.Report) string {
	if rep.Fixed {
		return "One, the same for all"
	}
	return "Drawn for each person"
}

// attemptTabs are the choices of attempts.
func attemptTabs(which store.Which) (tabs []tabView) {
	names := map[store.Which]string{store.First: "First attempts", store.Last: "Last", store.Highest: "Best", store.All: "All"}
	for _, k := range store.Whiches {
		tabs = append(tabs, tabView{names[k], "?attempts=" + string(k), k == which})
	}
	return tabs
}

// wholeFigures are the numbers of the exam as a whole.
func wholeFigures(rep *analysis.Report) []figureView {
	unit := "% of the form"
	if rep.Fixed {
		unit = " of " + rep.Points.Text(0) + " points"
	}
	out := []figureView{
		{"Mean and median", rep.Mean.Text(1) + " and " + rep.Median.Text(1) + unit, "Far apart, a few people pull the mean."},
		{"Standard deviation", rep.SD.Text(1), "How far people lie apart."},
		{"Skewness", rep.Skewness.Text(2), "Below zero a tail of low scores, above it one of high ones."},
		{"Kurtosis", rep.Kurtosis.Text(2), "Below zero flatter than the bell curve, above it more pointed."},
		{"Passed", share(rep.Passed), "Of the people who were counted."},
		{"Mean standard error of a person", rep.ConditionalSEM.Text(1) + " per cent points", "Lord’s, from each person’s own score: two out of three other forms would put them within it."},
		{"Within one such error of the pass mark", share(rep.Near), "For so many, another form could have decided otherwise."},
	}
	if !rep.Fixed {
		return append(out, figureView{"Alpha", "–", "Not defined where everybody has another form."})
	}
	return append(out,
		figureView{"Alpha", rep.Alpha.Text(1) + "%", "How well the items agree with each other."},
		figureView{"Error ratio", rep.ErrorRatio.Text(1) + "%", "How much of the spread is chance."},
		figureView{"Standard error", rep.SEM.Text(2) + " points", "The same in points."})
}

// flagWords names what is suspected of an item in a few words.
func flagWords(flags []analysis.Flag) string {
	var words []string
	for _, f := range flags {
		word := string(f.Kind)
		if !f.Firm {
			word += "?"
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// share writes a share in per cent; an undefined one is a dash.
func share(v analysis.Value) string {
	if !v.Defined() {
		return v.Text(0)
	}
	return percent(float64(v))
}

// statsCSV gives the items as CSV: GET /operator/stats.csv.
func (o *operator) statsCSV(w http.ResponseWriter, r *http.Request) error {
	rep, which, err := o.asked(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := analysis.WriteItems(&b, rep.Items); err != nil {
		return err
	}
	return download(w, "text/csv; charset=utf-8; header=present", "items-"+string(which)+".csv", b.Bytes())
}

// statsJSON gives everything as JSON: GET /operator/stats.json.
func (o *operator) statsJSON(w http.ResponseWriter, r *http.Request) error {
	rep, which, err := o.asked(r)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return err
	}
	return download(w, "application/json", "statistics-"+string(which)+".json", data)
}
