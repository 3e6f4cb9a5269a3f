package web

import (
	"fmt"
	"net/http"
	"strings"

	"groundwork/content"
	"groundwork/web/ui"
)

// A levelsView is the page on what is expected at each level and what it pays.
type levelsView struct {
	Frame  ui.Frame
	Page   content.Page
	Levels []content.Level
	Ranges ui.Ranges
	Cells  []ui.Cell
	Stale  bool
	Rows   []expectationRow
}

// An expectationRow is one line of the table: a kind of expectation with what
// each level has to show.
type expectationRow struct {
	Title content.Text
	Cells []expectationCell
}

// An expectationCell says what one level has to show, and the skills behind it.
type expectationCell struct {
	Level  string
	Text   content.Text
	Skills []ui.Link
}

// levels shows the page on levels and salary: GET /guide/levels.
func (s *Server) levels(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	l := lib.Levels
	v := levelsView{
		Frame: s.guideFrame(r, l.Title, l.Description), Page: l.Page, Levels: l.Levels,
		Ranges: salaryRanges(l), Stale: l.Salary.Stale(s.now()),
		Cells: []ui.Cell{
			{Term: "Currency", Text: l.Salary.Currency},
			{Term: "Stated", Text: l.Salary.Stated.Long(), Time: l.Salary.Stated.ISO()},
			{Term: "Source", Text: l.Salary.Source.Plain(), Full: true},
		},
	}
	for i, title := range l.Rows {
		row := expectationRow{Title: title}
		for _, level := range l.Levels {
			if i < len(level.Expectations) {
				e := level.Expectations[i]
				row.Cells = append(row.Cells, expectationCell{level.Title, e.Text, shortSkillLinks(lib, e.Skills)})
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return show(w, r, http.StatusOK, levelsPage(v))
}

// salaryRanges is the chart of the salaries, and the sentence that says it.
func salaryRanges(l *content.Levels) ui.Ranges {
	c := ui.Ranges{ID: "salary-caption", Min: float64(l.Salary.AxisMin), Max: float64(l.Salary.AxisMax)}
	for _, at := range l.Salary.Axis {
		c.Ticks = append(c.Ticks, ui.Tick{At: float64(at), Text: fmt.Sprintf("%s%dk", l.Salary.Symbol, at)})
	}
	var said []string
	for _, level := range l.Levels {
		p := level.Salary
		row := ui.Range{
			Name: level.Title, Low: float64(p.From), High: float64(p.To), Open: p.Open,
			Text: fmt.Sprintf("%s%dk to %s%dk", l.Salary.Symbol, p.From, l.Salary.Symbol, p.To),
		}
		sentence := fmt.Sprintf("%s %d to %d", level.Title, p.From, p.To)
		if p.Open {
			row.Text += " and up"
			sentence += " or more"
		}
		c.Rows = append(c.Rows, row)
		said = append(said, sentence)
	}
	c.Caption = strings.Join(said, ", ") + ", in thousands of " + l.Salary.Currency + " a year."
	return c
}

// shortSkillLinks links skills by their short names, for tables.
func shortSkillLinks(lib *content.Library, ids []string) []ui.Link {
	var list []ui.Link
	for _, id := range ids {
		if sk := lib.Skill(id); sk != nil {
			list = append(list, ui.Link{Text: sk.Short, URL: sk.URL()})
		}
	}
	return list
}
