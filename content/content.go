// Package content is the words of the site and the code that knows their form:
// guidance pages, skills, lessons and projects, read from Markdown with YAML
// front matter (README.md in this folder says how they are written).
//
// [Load] reads a folder and reports every mistake of an author at once; there
// is a [Library] only if there is none. A Library is read-only and safe for
// concurrent use. Everything in it is rendered once, when it is loaded.
//
// Ids are for ever: what a learner did is kept under a ref such as
// lesson/api/errors or project/feed/cursor, and [Library.Refs] lists them all.
package content

import (
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"time"
)

// FS is the content that the program carries; see Complete.
func FS() fs.FS { return embedded }

// HTML is markup that is safe to write into a page: it comes from goldmark,
// which escapes what an author typed.
type HTML = template.HTML

// A Text is inline Markdown in front matter.
type Text string

// HTML renders the text without a paragraph around it.
func (t Text) HTML() string { return string(Inline(string(t))) }

// Plain returns the text without markup.
func (t Text) Plain() string { return Plain(string(t)) }

// A Date is a day, written 2026-01-20.
type Date struct{ time.Time }

// UnmarshalYAML implements the interface of goccy/go-yaml.
func (d *Date) UnmarshalYAML(b []byte) error {
	s := strings.Trim(strings.TrimSpace(string(b)), `"'`)
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return fmt.Errorf("%q is not a date like 2026-01-20", s)
	}
	d.Time = t
	return nil
}

// Long returns the date as people write it: 20 January 2026.
func (d Date) Long() string { return d.Format("2 January 2006") }

// ISO returns the date for machines.
func (d Date) ISO() string { return d.Format(time.DateOnly) }

// Meta is what every page says of itself.
type Meta struct {
	Title       string `yaml:"title"`
	Description string `yaml:"description"`
	Reviewed    Date   `yaml:"reviewed"`
	ReviewedBy  string `yaml:"reviewed-by"`

	File string `yaml:"-"` // where it stands, for messages
}

// A Part is a section of a page's body.
type Part struct {
	ID, Heading string
	Line        int // of its heading, in the file
	HTML        HTML
	Checks      []Check // questions in it, if it holds some
}

// A Page is a guidance page that is front matter and body.
type Page struct {
	Meta  `yaml:",inline"`
	Lede  Text   `yaml:"lede"`
	Slug  string `yaml:"-"`
	Parts []Part `yaml:"-"`
}

// Part returns the part with the given id, or an empty one.
func (p Page) Part(id string) Part {
	for _, part := range p.Parts {
		if part.ID == id {
			return part
		}
	}
	return Part{}
}

// A Term is a title with a text.
type Term struct {
	Title Text `yaml:"title"`
	Text  Text `yaml:"text"`
}

// An Overview is the front page.
type Overview struct {
	Page          `yaml:",inline"`
	Tagline       Text           `yaml:"tagline"`
	Published     Date           `yaml:"published"`
	Updated       Date           `yaml:"updated"`
	Audience      []Text         `yaml:"audience"`
	Prerequisites []Text         `yaml:"prerequisites"`
	SelfCheck     []SelfQuestion `yaml:"self-check"`
	Role          Text           `yaml:"role"`
	Duties        []Term         `yaml:"duties"`
	Day           []Term         `yaml:"day"`
	Industries    []Text         `yaml:"industries"`
	Teams         []Text         `yaml:"teams"`
	Companies     []Text         `yaml:"companies"`
}

// A SelfQuestion is answered yes or not yet; not yet points to a lesson.
type SelfQuestion struct {
	ID       string `yaml:"id"`
	Question Text   `yaml:"question"`
	Lesson   string `yaml:"lesson"`
}

// Levels is the page on what is expected and what it pays.
type Levels struct {
	Page   `yaml:",inline"`
	Rows   []Text      `yaml:"rows"`
	Levels []Level     `yaml:"levels"`
	Salary SalaryTerms `yaml:"salary"`
}

// A Level is a rung of the ladder of hiring expectations.
type Level struct {
	ID           string        `yaml:"id"`
	Title        string        `yaml:"title"`
	Expectations []Expectation `yaml:"expectations"` // one for each of Levels.Rows
	Salary       Range         `yaml:"salary"`
}

// An Expectation names the skills it rests on.
type Expectation struct {
	Text   Text     `yaml:"text"`
	Skills []string `yaml:"skills"`
}

// A Range is a salary in thousands a year; Open means that the top is none.
type Range struct {
	From int  `yaml:"from"`
	To   int  `yaml:"to"`
	Open bool `yaml:"open"`
}

// SalaryTerms says what the ranges mean and how their axis is drawn.
type SalaryTerms struct {
	Currency string `yaml:"currency"`
	Symbol   string `yaml:"symbol"`
	Stated   Date   `yaml:"stated"`
	Source   Text   `yaml:"source"`
	Axis     []int  `yaml:"axis"`
	AxisMin  int    `yaml:"axis-min"`
	AxisMax  int    `yaml:"axis-max"`
}

// Stale reports whether the figures are more than twelve months old at now.
func (s SalaryTerms) Stale(now time.Time) bool { return now.After(s.Stated.AddDate(1, 0, 0)) }

// A Path is the learning path.
type Path struct {
	Page  `yaml:",inline"`
	Steps []Step `yaml:"steps"`
}

// A Step of the path ends in a task.
type Step struct {
	ID      string   `yaml:"id"`
	Title   string   `yaml:"title"`
	Text    Text     `yaml:"text"`
	Skills  []string `yaml:"skills"`
	Lessons []string `yaml:"lessons"`
	Task    Task     `yaml:"task"`
}

// Ref names the step in a learner's progress.
func (s Step) Ref() string { return "path/" + s.ID }

// A Task is something small to build.
type Task struct {
	ID       string      `yaml:"id"`
	Title    Text        `yaml:"title"`
	Text     Text        `yaml:"text"`
	Criteria []Criterion `yaml:"criteria"`
}

// A Criterion is one thing that has to hold, ticked or verified.
type Criterion struct {
	ID     string `yaml:"id"`
	Text   Text   `yaml:"text"`
	Lesson string `yaml:"lesson"`
	Ref    string `yaml:"-"` // in a learner's progress
}

// An Interview is the page that prepares for one.
type Interview struct {
	Page      `yaml:",inline"`
	Checklist []Topic `yaml:"checklist"`
	Prompt    Prompt  `yaml:"prompt"`
}

// A Topic is one entry of the interview checklist.
type Topic struct {
	ID      string   `yaml:"id"`
	Text    Text     `yaml:"text"`
	Lessons []string `yaml:"lessons"`
}

// Ref names the topic in a learner's progress.
func (t Topic) Ref() string { return "interview/" + t.ID }

// A Prompt is a design exercise against the clock.
type Prompt struct {
	Title   Text        `yaml:"title"`
	Minutes int         `yaml:"minutes"`
	Text    string      `yaml:"text"` // Markdown
	Rubric  []Criterion `yaml:"rubric"`
	HTML    HTML        `yaml:"-"`
}

// Mistakes is the page of common mistakes.
type Mistakes struct {
	Page     `yaml:",inline"`
	Mistakes []Mistake `yaml:"mistakes"`
}

// A Mistake comes with how to avoid it and a lesson that prevents it.
type Mistake struct {
	ID      string `yaml:"id"`
	Title   Text   `yaml:"title"`
	Avoid   Text   `yaml:"avoid"`
	Example Text   `yaml:"example"`
	Lesson  string `yaml:"lesson"`
}

// A Skill is one station of the map.
type Skill struct {
	Page     `yaml:",inline"`
	ID       string          `yaml:"-"`
	Order    int             `yaml:"order"`
	MapName  string          `yaml:"map-name"`
	Short    string          `yaml:"short"`
	Topics   []Text          `yaml:"topics"`
	BuildsOn []string        `yaml:"builds-on"`
	Slugs    []string        `yaml:"lessons"`
	Levels   map[string]Text `yaml:"levels"`
	Step     string          `yaml:"step"`
	Projects []ProjectUse    `yaml:"projects"`
	Lane     *int            `yaml:"lane"`
	Lessons  []*Lesson       `yaml:"-"` // those that exist, in order
}

// Ref names the skill where a learner keeps a note.
func (s *Skill) Ref() string { return "skill/" + s.ID }

// URL is the skill's address on the site.
func (s *Skill) URL() string { return "/skill/" + s.ID }

// A ProjectUse says why a project needs a skill.
type ProjectUse struct {
	ID  string `yaml:"id"`
	Why Text   `yaml:"why"`
}

// A Lesson teaches one idea.
type Lesson struct {
	Page       `yaml:",inline"`
	ID         string   `yaml:"-"` // performance/timeouts
	Skill      string   `yaml:"-"`
	Order      int      `yaml:"order"`
	Summary    Text     `yaml:"summary"`
	BuildsOn   []string `yaml:"builds-on"`
	Next       string   `yaml:"next"`
	TryMinutes int      `yaml:"try-minutes"`
	Sources    []Source `yaml:"sources"`
	Harness    string   `yaml:"harness"`
	Words      int      `yaml:"-"` // of prose
	Minutes    int      `yaml:"-"` // to read
	Blocks     []Block  `yaml:"-"` // of code, in order
}

// Ref names the lesson in a learner's progress.
func (l *Lesson) Ref() string { return "lesson/" + l.ID }

// URL is the lesson's address on the site.
func (l *Lesson) URL() string { return "/lesson/" + l.ID }

// A Source backs a figure.
type Source struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"`
}

// A Check is a question by which a reader checks what a lesson taught.
type Check struct {
	ID       string
	Question HTML // inline
	Body     HTML // what stands between the question and the options
	Options  []CheckOption
}

// A CheckOption is one option of a Check.
type CheckOption struct {
	Text, Reason HTML
	Key          bool
}

// A Project is something to build for a portfolio.
type Project struct {
	Page       `yaml:",inline"`
	ID         string      `yaml:"-"`
	Order      int         `yaml:"order"`
	Effort     string      `yaml:"effort"`
	Skills     []string    `yaml:"skills"`
	Scope      []Criterion `yaml:"scope"`
	Acceptance []Criterion `yaml:"acceptance"`
	Stretch    []Criterion `yaml:"stretch"`
}

// Ref names the project where a learner keeps a note.
func (p *Project) Ref() string { return "project/" + p.ID }

// URL is the project's address on the site.
func (p *Project) URL() string { return "/project/" + p.ID }

// Criteria returns all that has to hold: scope, acceptance, stretch.
func (p *Project) Criteria() []Criterion {
	var all []Criterion
	for _, list := range [][]Criterion{p.Scope, p.Acceptance, p.Stretch} {
		all = append(all, list...)
	}
	return all
}

// A Library is all of the content.
type Library struct {
	Overview  *Overview
	Levels    *Levels
	SkillMap  *Page
	Path      *Path
	Interview *Interview
	Mistakes  *Mistakes
	Glossary  *Glossary        // without terms if the site has none
	Pages     map[string]*Page // every other guidance page, by slug
	Skills    []*Skill         // in order
	Projects  []*Project       // in order
	Updated   time.Time        // the newest review date

	skills   map[string]*Skill
	lessons  map[string]*Lesson
	projects map[string]*Project
	refs     map[string]string // ref to title
}

// Skill returns the skill with the given id, or nil.
func (l *Library) Skill(id string) *Skill { return l.skills[id] }

// Lesson returns the lesson with the given id, or nil.
func (l *Library) Lesson(id string) *Lesson { return l.lessons[id] }

// Project returns the project with the given id, or nil.
func (l *Library) Project(id string) *Project { return l.projects[id] }

// Lessons returns all lessons in the order of skills.
func (l *Library) Lessons() []*Lesson {
	var all []*Lesson
	for _, s := range l.Skills {
		all = append(all, s.Lessons...)
	}
	return all
}

// Refs returns every ref under which progress or a note can be kept, with a
// title for people.
func (l *Library) Refs() map[string]string { return l.refs }
