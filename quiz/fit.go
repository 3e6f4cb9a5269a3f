package quiz

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"groundwork/content/source"
)

// FitFile is where the fit test stands in a content folder.
const FitFile = "guide/fit.md"

// A Fit is the fit test.
type Fit struct {
	Title      string      `yaml:"title"`
	Minutes    string      `yaml:"minutes"`
	Scale      []string    `yaml:"scale"` // from strong disagreement to strong agreement
	Traits     []Trait     `yaml:"traits"`
	Statements []Statement `yaml:"statements"`
	Verdicts   []Verdict   `yaml:"verdicts"`
}

// A Trait is one of the things that the daily work asks for. Texts are
// Markdown.
type Trait struct {
	ID     string  `yaml:"id"`
	Title  string  `yaml:"title"`
	High   Reading `yaml:"high"`
	Middle Reading `yaml:"middle"`
	Low    Reading `yaml:"low"`
	Try    Step    `yaml:"try"`
	Roles  []Role  `yaml:"roles"`
}

// A Reading says what a trait's place on the scale means for the work.
type Reading struct {
	Text string `yaml:"text"`
	Work string `yaml:"work"`
}

// A Step is something to try that answers an open question.
type Step struct {
	Text string `yaml:"text"`
	Link string `yaml:"link"`
}

// A Role is a neighbouring job to which a low trait points.
type Role struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
}

// A Statement is agreed with or not. Reversed means that agreeing speaks
// against the trait.
type Statement struct {
	ID       string `yaml:"id"`
	Trait    string `yaml:"trait"`
	Text     string `yaml:"text"`
	Reversed bool   `yaml:"reversed"`
}

// A Verdict is the overall result in words. The first applies whose limits on
// the number of high and low traits hold.
type Verdict struct {
	ID      string `yaml:"id"`
	MinHigh int    `yaml:"min-high"`
	MaxHigh *int   `yaml:"max-high"`
	MinLow  int    `yaml:"min-low"`
	MaxLow  *int   `yaml:"max-low"`
	Title   string `yaml:"title"`
	Text    string `yaml:"text"`
}

// LoadFit reads the fit test of a content folder and reports all mistakes.
func LoadFit(fsys fs.FS) (*Fit, source.Problems) {
	f, problems := source.Read(fsys, FitFile)
	if f == nil {
		return nil, problems
	}
	var front struct {
		Fit         `yaml:",inline"`
		Description string `yaml:"description"`
		Lede        string `yaml:"lede"`
		Reviewed    string `yaml:"reviewed"`
		ReviewedBy  string `yaml:"reviewed-by"`
	}
	problems = f.Decode(&front)
	fit := &front.Fit
	fit.check(f, &problems)
	return fit, problems
}

func (fit *Fit) check(f *source.File, problems *source.Problems) {
	add := func(line int, what, mend string) { problems.Add(f.Name, line, what, mend) }
	if len(fit.Scale) != 5 {
		add(f.Line("scale"), fmt.Sprintf("the scale has %d places", len(fit.Scale)), "write five, from strong disagreement to strong agreement")
	}
	if slices.Contains(fit.Scale, "") {
		add(f.Line("scale"), "a place of the scale has no words", "write five, from strong disagreement to strong agreement")
	}
	if len(fit.Traits) == 0 {
		add(f.Line("traits"), "there are no traits", "write traits: and two statements for each")
	}
	seen := map[string]bool{}
	for i, t := range fit.Traits {
		if seen["trait "+t.ID] {
			add(idLine(f, t.ID, t.Title), "the trait "+t.ID+" stands here twice", "give one of them another id")
			continue
		}
		seen["trait "+t.ID] = true
		fit.checkTrait(&fit.Traits[i], func(what, mend string) { add(idLine(f, t.ID, t.Title), what, mend) })
	}
	for _, s := range fit.Statements {
		if fit.Trait(s.Trait) == nil || s.ID == "" || s.Text == "" {
			add(idLine(f, s.ID, s.Text), fmt.Sprintf("the statement %q lacks id or text, or its trait %q is none", s.ID, s.Trait), "name one of the traits")
		} else if seen["statement "+s.ID] {
			add(idLine(f, s.ID, s.Text), "the statement "+s.ID+" stands here twice", "give one of them another id")
		}
		seen["statement "+s.ID] = true
	}
	if n := len(fit.Verdicts); n == 0 || !fit.Verdicts[n-1].holds(0, len(fit.Traits)) || !fit.Verdicts[n-1].holds(len(fit.Traits), 0) {
		add(f.Line("verdicts"), "the last verdict does not always apply", "end with one that has no limits")
	}
}

// idLine returns the line on which something with the given id begins, or,
// without an id, the line on which its text stands.
func idLine(f *source.File, id, text string) int {
	if id == "" && text == "" {
		return 2
	}
	if id == "" {
		return f.Line(text)
	}
	place := regexp.MustCompile(`(?m)\bid:\s*["']?` + regexp.QuoteMeta(id) + `["']?\s*(?:[,}#]|$)`).FindIndex(f.Front)
	if place == nil {
		return 2
	}
	return 2 + bytes.Count(f.Front[:place[0]], []byte("\n"))
}

func (fit *Fit) checkTrait(t *Trait, add func(what, mend string)) {
	straight, reversed := 0, 0
	for _, s := range fit.Statements {
		if s.Trait == t.ID && s.Reversed {
			reversed++
		} else if s.Trait == t.ID {
			straight++
		}
	}
	if straight != 1 || reversed != 1 {
		add(fmt.Sprintf("the trait %s has %d statements and %d reversed ones", t.ID, straight, reversed), "write one of each")
	}
	if slices.ContainsFunc([]Reading{t.High, t.Middle, t.Low}, func(r Reading) bool { return r.Text == "" || r.Work == "" }) {
		add("the trait "+t.ID+" lacks text or work for high, middle or low", "write both for all three")
	}
	if t.ID == "" || t.Title == "" || t.Try.Text == "" || t.Try.Link == "" || len(t.Roles) == 0 {
		add("the trait "+t.ID+" lacks id, title, try or roles", "write them")
	}
}

// Trait returns the trait with the given id, or nil.
func (fit *Fit) Trait(id string) *Trait {
	i := slices.IndexFunc(fit.Traits, func(t Trait) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &fit.Traits[i]
}

// Answers are what was answered to each statement in order, 1 to the length of
// the scale; 0 where nothing was answered yet.
type Answers []int

// ErrAnswers means that a link does not hold answers to this test.
var ErrAnswers = errors.New("these are no answers to the fit test")

// ParseAnswers reads answers as String writes them. The empty string is no
// answers at all.
func (fit *Fit) ParseAnswers(s string) (Answers, error) {
	a := make(Answers, len(fit.Statements))
	if s == "" {
		return a, nil
	}
	words := strings.Split(s, "-")
	if len(words) != len(a) {
		return nil, fmt.Errorf("%w: %d of %d", ErrAnswers, len(words), len(a))
	}
	for i, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil || n < 0 || n > len(fit.Scale) || len(w) != 1 {
			return nil, fmt.Errorf("%w: answer %d", ErrAnswers, i+1)
		}
		a[i] = n
	}
	return a, nil
}

// String writes the answers as they stand in a link: 5-4-0-0.
func (a Answers) String() string {
	words := make([]string, len(a))
	for i, n := range a {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, "-")
}

// Next returns the index of the first statement without an answer, or -1.
func (a Answers) Next() int { return slices.Index(a, 0) }

// A Place is where a trait lies: low, in the middle or high.
type Place int

// The places of a trait.
const (
	Low Place = iota
	Middle
	High
)

// A TraitResult is one trait of a result.
type TraitResult struct {
	Trait *Trait

	// Answers to its two statements, turned the same way round, each with the
	// statement it belongs to.
	Answers []TraitAnswer

	Mean  float64 // of the turned answers, 1 to 5
	Place Place
}

// A TraitAnswer is one answer behind a trait.
type TraitAnswer struct {
	Statement Statement
	Index     int // of the statement
	Given     int // what was answered
	Turned    int // the same with reversed statements turned round
}

// Reading returns the text for the trait's place.
func (r TraitResult) Reading() Reading {
	switch r.Place {
	case Low:
		return r.Trait.Low
	case Middle:
		return r.Trait.Middle
	}
	return r.Trait.High
}

// Apart reports whether the two answers contradict each other, so that the
// middle says little.
func (r TraitResult) Apart() bool {
	return len(r.Answers) == 2 && abs(r.Answers[0].Turned-r.Answers[1].Turned) >= 3
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// A Result is what ten answers say. There is no total: five different things
// do not add up.
type Result struct {
	Verdict Verdict
	Traits  []TraitResult
	Lowest  *TraitResult // of those that are not high, the first of several; nil if all are
}

// Result works out a result. A trait is high from a mean of 3.5, low up to
// 2.5, and in the middle between. Answers must be complete, else ErrAnswers.
func (fit *Fit) Result(a Answers) (*Result, error) {
	if len(a) != len(fit.Statements) || a.Next() >= 0 {
		return nil, fmt.Errorf("%w: not all are answered", ErrAnswers)
	}
	r := &Result{}
	high, low := 0, 0
	for i := range fit.Traits {
		t := fit.trait(&fit.Traits[i], a)
		r.Traits = append(r.Traits, t)
		switch t.Place {
		case High:
			high++
		case Low:
			low++
		}
	}
	for i := range r.Traits {
		if t := &r.Traits[i]; t.Place != High && (r.Lowest == nil || t.Mean < r.Lowest.Mean) {
			r.Lowest = t
		}
	}
	for _, v := range fit.Verdicts {
		if v.holds(high, low) {
			r.Verdict = v
			break
		}
	}
	return r, nil
}

func (fit *Fit) trait(t *Trait, a Answers) TraitResult {
	r := TraitResult{Trait: t}
	sum := 0
	for i, s := range fit.Statements {
		if s.Trait != t.ID {
			continue
		}
		turned := a[i]
		if s.Reversed {
			turned = len(fit.Scale) + 1 - a[i]
		}
		r.Answers = append(r.Answers, TraitAnswer{s, i, a[i], turned})
		sum += turned
	}
	r.Mean = float64(sum) / float64(max(1, len(r.Answers)))
	switch {
	case r.Mean >= 3.5:
		r.Place = High
	case r.Mean > 2.5:
		r.Place = Middle
	}
	return r
}

func (v Verdict) holds(high, low int) bool {
	return high >= v.MinHigh && low >= v.MinLow &&
		(v.MaxHigh == nil || high <= *v.MaxHigh) && (v.MaxLow == nil || low <= *v.MaxLow)
}
