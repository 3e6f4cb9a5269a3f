package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/exam/analysis"
)

// resultFile is a result as programs read it; README.md, "Result files",
// describes it to them. Format changes with the shape: a number is added to it
// when a field goes or means something else; new fields may come without. What
// the review policy of the exam keeps back is left out.
type resultFile struct {
	Format   string         `json:"format"` // "groundwork result 1"
	Exam     string         `json:"exam"`
	Title    string         `json:"title"` // of the exam, as it is called today
	ID       exam.AttemptID `json:"id"`
	Number   int            `json:"number"` // of the attempt, from 1
	Started  time.Time      `json:"started"`
	Finished time.Time      `json:"finished"`
	ClosedBy exam.ClosedBy  `json:"closed_by"`        // learner, deadline, operator
	Verdict  string         `json:"verdict"`          // not passed, passed, strong pass, voided
	Kept     bool           `json:"kept,omitempty"`   // the verdict was reached before a regrade took points away
	Void     string         `json:"voided,omitempty"` // why it counts for nothing
	Extra    exam.Extra     `json:"extra_time,omitzero"`
	Score    fileScore      `json:"score"`
	Counts   fileCounts     `json:"counts"`
	Seconds  fileSeconds    `json:"seconds"`
	Skills   []fileTally    `json:"skills,omitempty"`
	Levels   []fileTally    `json:"levels,omitempty"`
	Lessons  []fileLesson   `json:"lessons,omitempty"` // that would raise it most, the best first
	Earlier  []fileEarlier  `json:"earlier,omitempty"`
	Items    []fileItem     `json:"items,omitempty"`
}

// fileScore is the total. All but Points and Max are in per cent of the points.
type fileScore struct {
	Points     float64 `json:"points"`
	Max        float64 `json:"max"`
	Percent    float64 `json:"percent"`
	Error      float64 `json:"standard_error"` // Lord's
	Low        float64 `json:"low"`            // one standard error either way
	High       float64 `json:"high"`
	WilsonLow  float64 `json:"wilson_low"` // 95 per cent interval
	WilsonHigh float64 `json:"wilson_high"`
	Pass       float64 `json:"pass"`
	Strong     float64 `json:"strong"`
	Near       bool    `json:"pass_within_error"` // the pass mark lies within one standard error
}

type fileCounts struct {
	Items  int `json:"items"`
	Right  int `json:"right"`
	Partly int `json:"partly"`
	Wrong  int `json:"wrong"`
	Blank  int `json:"blank"`
}

type fileSeconds struct {
	Used  float64 `json:"used"` // from start to end
	Given float64 `json:"given"`
}

// fileTally is a skill or a level.
type fileTally struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Items  int     `json:"items"`
	Points float64 `json:"points"`
	Band   string  `json:"band"` // needs work, mixed, strong
}

type fileLesson struct {
	ID    string  `json:"id"`
	Title string  `json:"title"`
	Path  string  `json:"path"`
	Items int     `json:"items"`
	Lost  float64 `json:"lost"` // points
}

type fileEarlier struct {
	ID       exam.AttemptID `json:"id"`
	Finished time.Time      `json:"finished"`
	Percent  float64        `json:"percent"`
	Change   float64        `json:"change"`       // per cent points from then to this result
	Error    float64        `json:"change_error"` // 1.96 standard errors of the change
	Exceeds  bool           `json:"exceeds_error"`
}

// fileItem is one item. Its columns in CSV have the names of its fields here,
// in this order.
type fileItem struct {
	N        int            `json:"n"`
	Item     exam.ItemID    `json:"item"`
	Version  exam.VersionID `json:"version"`
	Title    string         `json:"title"`
	Skill    string         `json:"skill"`
	Level    exam.Level     `json:"level"`
	Type     exam.Type      `json:"type"`
	Lesson   string         `json:"lesson"`
	Result   string         `json:"result"` // right, partly right, wrong, blank, not counted
	Points   float64        `json:"points"` // won
	Max      float64        `json:"max"`
	Answer   string         `json:"answer"`           // the learner's, in words
	Seconds  int            `json:"seconds"`          // that the item had the learner
	Expected int            `json:"seconds_expected"` // that it should take
	Flagged  bool           `json:"flagged"`
	Note     string         `json:"note"` // why it was flagged
}

// cells is the item as a line of CSV.
func (it fileItem) cells() []string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', 8, 64) }
	return []string{
		strconv.Itoa(it.N), analysis.Cell(string(it.Item)), string(it.Version), analysis.Cell(it.Title), analysis.Cell(it.Skill),
		analysis.Cell(string(it.Level)), string(it.Type), analysis.Cell(it.Lesson), it.Result, number(it.Points), number(it.Max),
		analysis.Cell(it.Answer), strconv.Itoa(it.Seconds), strconv.Itoa(it.Expected), strconv.FormatBool(it.Flagged), analysis.Cell(it.Note),
	}
}

// newResultFile puts down what a report says.
func (s *Server) newResultFile(g graded) resultFile {
	rep, site := g.Report, s.site.Load()
	f := resultFile{
		Format: "groundwork result 1", Exam: g.Exam, Title: site.Blueprint.Title, ID: g.ID, Number: g.Number,
		Started: g.Started, Finished: g.Finished, ClosedBy: g.ClosedBy, Verdict: lowerFirst(verdict(g.Attempt)),
		Kept: g.Kept(), Void: g.Void.Reason, Extra: g.Rules.Extra,
		Score: fileScore{
			Points: rounded(g.Score), Max: rounded(g.Max), Percent: rounded(rep.Percent), Error: rounded(rep.Error), Low: rounded(rep.Low), High: rounded(rep.High),
			WilsonLow: rounded(rep.WilsonLo), WilsonHigh: rounded(rep.WilsonHi), Pass: g.Rules.Pass, Strong: g.Rules.Strong, Near: rep.Border,
		},
		Counts:  fileCounts{rep.Items, rep.Right, rep.Partly, rep.Wrong, rep.Blank},
		Seconds: fileSeconds{rounded(g.Attempt.Used().Seconds()), g.Deadline.Sub(g.Started).Seconds()},
	}
	for _, p := range g.Past {
		before := briefReport(p)
		f.Earlier = append(f.Earlier, fileEarlier{p.ID, p.Finished, rounded(before.Percent), rounded(rep.Percent - before.Percent), rounded(exam.ChangeError(rep, before)), exam.RealChange(rep, before)})
	}
	if g.Rules.Review.Parts() {
		f.parts(rep, site.Library)
	}
	if g.Rules.Review.Items() {
		f.items(g)
	}
	return f
}

// rounded keeps six decimals: more says nothing.
func rounded(x float64) float64 { return math.Round(x*1e6) / 1e6 }

// parts adds the score by skill, level and lesson.
func (f *resultFile) parts(rep *exam.Report, lib *content.Library) {
	for _, t := range rep.Skills {
		line := fileTally{t.Key, t.Key, t.Items, rounded(t.Points), t.Band().String()}
		if sk := lib.Skill(t.Key); sk != nil {
			line.Title = sk.Title
		}
		f.Skills = append(f.Skills, line)
	}
	for _, t := range rep.Levels {
		if t.Items > 0 {
			f.Levels = append(f.Levels, fileTally{t.Key, t.Key, t.Items, rounded(t.Points), t.Band().String()})
		}
	}
	for _, t := range rep.Lessons {
		if l := lib.Lesson(t.Key); l != nil && len(f.Lessons) < helpful {
			f.Lessons = append(f.Lessons, fileLesson{l.ID, l.Title, l.URL(), t.Items, rounded(float64(t.Items) - t.Points)})
		}
	}
}

// items adds the items.
func (f *resultFile) items(g graded) {
	for _, slot := range g.Slots {
		it := g.Items(slot.Version)
		if it == nil {
			continue
		}
		f.Items = append(f.Items, fileItem{
			N: slot.N, Item: slot.Item, Version: slot.Version, Title: content.Plain(it.Title), Skill: it.Skill, Level: it.Level, Type: it.Type, Lesson: it.Lesson,
			Result: slotResult(slot), Points: rounded(slot.Points * slot.Fraction), Max: slotMax(slot), Answer: answerText(it, slot.Response),
			Seconds: int(g.Used[slot.N].Round(time.Second).Seconds()), Expected: it.Seconds, Flagged: slot.Flagged, Note: slot.Note,
		})
	}
}

// slotMax is how many points could be won.
func slotMax(s exam.Slot) float64 {
	if s.Dropped {
		return 0
	}
	return s.Points
}

// asFile returns the result of the attempt in the address; there is none while
// it is in progress.
func (s *Server) asFile(r *http.Request) (resultFile, error) {
	g, err := s.graded(r)
	if err != nil {
		return resultFile{}, err
	}
	if g.Report == nil {
		return resultFile{}, errNoPage
	}
	return s.newResultFile(g), nil
}

// resultJSON gives the result to programs: GET /exam/{id}/result.json.
func (s *Server) resultJSON(w http.ResponseWriter, r *http.Request) error {
	f, err := s.asFile(r)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return download(w, "application/json", fmt.Sprintf("groundwork-result-%d.json", f.Number), append(data, '\n'))
}

// resultCSV gives the items of the result to spreadsheets, a line each: GET
// /exam/{id}/result.csv. No cell is a formula to them. There is none where the
// exam keeps its items back.
func (s *Server) resultCSV(w http.ResponseWriter, r *http.Request) error {
	f, err := s.asFile(r)
	if err != nil {
		return err
	}
	if len(f.Items) == 0 {
		return errNoPage
	}
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	_ = out.Write([]string{"n", "item", "version", "title", "skill", "level", "type", "lesson", "result", "points", "max", "answer", // errors come with Flush
		"seconds", "seconds_expected", "flagged", "note"})
	for _, it := range f.Items {
		_ = out.Write(it.cells())
	}
	if out.Flush(); out.Error() != nil {
		return out.Error()
	}
	return download(w, "text/csv; charset=utf-8; header=present", fmt.Sprintf("groundwork-result-%d.csv", f.Number), b.Bytes())
}
