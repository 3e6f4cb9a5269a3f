package web

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/exam/analysis"
	"groundwork/quiz/practice"
	"groundwork/store"
	"groundwork/web/ui"
)

// statsItemView is one item: what it asks, who picked what, what to do.
type statsItemView struct {
	Frame    ui.Frame
	Back     string
	Source   *exam.Item
	Title    string
	Stimulus content.HTML
	Stem     content.HTML
	Cells    []ui.Cell
	Report   *analysis.ItemReport // nil if nobody has had it as it is now
	Facility ui.Score
	Figures  []figureView
	Choices  []choiceStats
	Versions []versionRow
}

// choiceStats is one line of the table of choices.
type choiceStats struct {
	Text content.HTML
	analysis.ChoiceReport
}

// versionRow is one version of the item.
type versionRow struct {
	ID, Stored, People, Standing string
}

// statsItem shows one item: GET /operator/stats/{item}.
func (o *operator) statsItem(w http.ResponseWriter, r *http.Request) error {
	rep, which, err := o.asked(r)
	if err != nil {
		return err
	}
	id := exam.ItemID(r.PathValue("item"))
	found := rep.Find(id)
	it := o.site.Load().Bank.Item(id)
	inBank := it != nil
	if it == nil {
		if len(found) == 0 {
			return errNoPage
		}
		it = found[0].Source
	}
	v := statsItemView{Source: it, Title: content.Plain(it.Title), Stimulus: content.Render(it.Stimulus), Stem: stemHTML(it), Back: "/operator/stats"}
	v.Frame = o.described(r, v.Title+", statistics", "What graded attempts say about one item of the exam.", "")
	if which != store.First {
		v.Back += "?attempts=" + string(which)
	}
	meaning := it.Meaning()
	if i := slices.IndexFunc(found, func(f analysis.ItemReport) bool { return f.Meaning == meaning }); i >= 0 {
		v.fill(&found[i])
	}
	if err := o.itemFacts(r, &v, inBank); err != nil {
		return err
	}
	if v.Versions, err = o.versions(r, it, inBank, found); err != nil {
		return err
	}
	return show(w, r, http.StatusOK, statsItemPage(v))
}

// fill takes over what was counted.
func (v *statsItemView) fill(rep *analysis.ItemReport) {
	v.Report = rep
	if rep.Standing == analysis.Hidden {
		return
	}
	f := 100 * float64(rep.Facility)
	v.Facility = ui.Score{Value: round(f), Low: round(100 * float64(rep.Low)), High: round(100 * float64(rep.High)),
		Label: fmt.Sprintf("%.0f%% of the points were won, likely between %.0f%% and %.0f%%.", f, 100*rep.Low, 100*rep.High)}
	if rep.Guess.Defined() && rep.Guess > 0 {
		v.Facility.Gates = []ui.Gate{{At: round(100 * float64(rep.Guess)), Text: "guessing"}}
		v.Facility.Label += fmt.Sprintf(" Guessing would win %s.", share(rep.Guess))
	}
	v.Figures = itemFigures(rep)
	for _, c := range rep.Choices {
		if v.Source.Type == exam.Matching && c.N == 0 && !c.Key {
			continue // one of many pairs that nobody made
		}
		v.Choices = append(v.Choices, choiceStats{choiceText(v.Source, c), c})
	}
}

// itemFigures are the numbers of an item.
func itemFigures(rep *analysis.ItemReport) []figureView {
	out := []figureView{
		{"Points won (facility)", fmt.Sprintf("%s, %s to %s", share(rep.Facility), share(rep.Low), share(rep.High)), "The range holds the truth in 95 of 100 cases."},
		{"Discrimination", rep.Discrimination.Text(0), "Whether people who do well on the rest of the form do well here: from −100 to 100, good from 20 on."},
		{"Efficiency", rep.Efficiency.Text(0) + "%", "The same beside what an item of this difficulty could reach."},
		{"Spread", rep.SD.Text(2), "Standard deviation of the share of the points."},
		{"Blank", share(rep.Blank), "Left without an answer."},
		{"Median time", rep.Seconds.Text(0) + " s", "From the first look to the last change, of those who answered."},
	}
	if rep.Intended.Defined() {
		out = append(out, figureView{"Weight", rep.Intended.Text(1) + "% meant, " + rep.Effective.Text(1) + "% in effect", "What part of the differences between people it makes."})
	}
	return out
}

// choiceText is what a choice says: the option itself where there is one.
func choiceText(it *exam.Item, c analysis.ChoiceReport) content.HTML {
	if it.Type == exam.Single || it.Type == exam.Multiple {
		for _, o := range it.Options {
			if string(o.ID) == c.ID {
				return richHTML(o.Text)
			}
		}
	}
	return content.HTML(template.HTMLEscapeString(c.Label))
}

// itemFacts fills the title block.
func (o *operator) itemFacts(r *http.Request, v *statsItemView, inBank bool) error {
	uses, err := o.store.Uses(r.Context())
	if err != nil {
		return err
	}
	elo, err := o.store.Difficulties(r.Context())
	if err != nil {
		return err
	}
	it, use := v.Source, uses[v.Source.ID]
	people, last, bank := "0", "never", "yes"
	if v.Report != nil {
		people = fmt.Sprint(v.Report.N)
	}
	if use.Times > 0 {
		last = day(use.Last)
	}
	if !inBank {
		bank = "no longer"
	}
	v.Cells = []ui.Cell{
		{Term: "Item", Text: string(it.ID)}, {Term: "Where", Text: o.where(it)},
		{Term: "Kind", Text: string(it.Type)}, {Term: "In the bank", Text: bank},
		{Term: "On forms", Text: plural(use.Times, "time", "times")}, {Term: "Last seen", Text: last},
		{Term: "People counted", Text: people}, {Term: "Should take", Text: fmt.Sprintf("%d s", it.Seconds)},
		{Term: "Difficulty (Elo)", Text: eloWords(elo[string(it.ID)])},
	}
	practised, err := o.store.Practised(r.Context())
	if p := practised[practice.ID(it.ID)]; err == nil && it.Pool == exam.PracticePool {
		v.Cells = append(v.Cells, ui.Cell{Term: "In practice", Text: practisedText(p)}, ui.Cell{Term: "Keeps slipping", Text: slipping(p)})
	}
	return err
}

// versions lists the versions of an item with how many people had each.
func (o *operator) versions(r *http.Request, it *exam.Item, inBank bool, found []analysis.ItemReport) (rows []versionRow, err error) {
	list, err := o.store.Versions(r.Context(), it.ID)
	if err != nil {
		return nil, err
	}
	people := map[exam.VersionID]int{}
	for _, f := range found {
		for _, v := range f.Versions {
			people[v.ID] = v.N
		}
	}
	meaning, current := it.Meaning(), it.Version()
	for _, v := range list {
		row := versionRow{ID: string(v.ID), Stored: day(v.Stored), People: fmt.Sprint(people[v.ID])}
		switch {
		case v.ID == current && inBank:
			row.Standing = "is the present one"
		case v.Item.Meaning() == meaning:
			row.Standing = "asks the same and is counted with it"
		default:
			row.Standing = "has other options or another key and is counted apart"
		}
		rows = append(rows, row)
	}
	return rows, nil
}
