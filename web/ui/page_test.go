package ui

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// byName serves files under their own names, as the mocks do.
type byName struct{}

func (byName) URL(name string) string { return name }

// site is the frame that the mocks share.
func site() Frame {
	return Frame{
		Home: "overview.html",
		Nav: []Link{
			{"Guide", "overview.html"}, {"Skill map", "skill-map.html"}, {"Path", "path.html"}, {"Projects", "project.html"},
			{"Practice", "practice.html"}, {"Exam", "exam-start.html"}, {"Ask", "ask.html"},
		},
		Search:  Link{"Search", "search.html"},
		Account: Link{"Sign in", "signin.html"},
		Assets:  byName{},
		Foot: Foot{
			Text:  "groundwork 1.0, content of 20 January 2026",
			Links: []Link{{"How scoring works", "#"}, {"Privacy", "#"}, {"Accessibility", "#"}, {"Report a fault on this page", "#"}},
		},
	}
}

func TestPage(t *testing.T) {
	f := site()
	f.Title, f.Account = "Your work", Link{"Ilse Brandt", "dashboard.html"}
	likeMock(t, "page", draw(t, Page(f)))
}

func TestPageWithSubnav(t *testing.T) {
	f := site()
	f.Title, f.Path, f.Section = "Backend Engineer", "overview.html", "overview.html"
	f.SubnavLabel = "Backend Engineer guide"
	f.Subnav = []Link{{"Overview", "overview.html"}, {"Levels and salary", "salary.html"}, {"Interview", "#"}, {"Mistakes", "#"}, {"Fit test", "fit.html"}}
	likeMock(t, "page-sub", draw(t, Page(f)))
}

func TestExamPage(t *testing.T) {
	f := ExamFrame{Frame: site(), Where: "Backend Engineer exam", Saved: "Saved 14:07:31"}
	f.Title, f.Clock = "Item 31 of 60", Clock{Seconds: 3120, Left: "52 min left", EndsAt: "14:59"}
	likeMock(t, "exam", draw(t, ExamPage(f)))

	f.Title, f.Lost, f.Saved, f.Clock.Seconds = "Item 17 of 60", true, "Not saved since 14:09:02", 3010
	likeMock(t, "exam-lost", draw(t, ExamPage(f)))
}

func TestWhatAPageMayVary(t *testing.T) {
	tests := []struct {
		name string
		set  func(*Frame)
		want string // a line of the tree
	}{
		{"no theme", func(*Frame) {}, `html lang="en"`},
		{"dark theme", func(f *Frame) { f.Theme = "dark" }, `html data-theme="dark" lang="en"`},
		{"a theme that is none", func(f *Frame) { f.Theme = `x" onload="` }, `html lang="en"`},
		{"description", func(f *Frame) { f.Description = "What to study" }, `    meta content="What to study" name="description"`},
		{"class of main", func(f *Frame) { f.Main = "wrap narrow" }, `    main class="wrap narrow" id="main" tabindex="-1"`},
		{"class of body", func(f *Frame) { f.Body = "certpage" }, `  body class="certpage"`},
		{"script", func(f *Frame) { f.Scripts = []string{"exam.js"} }, `    script defer="" src="exam.js"`},
		{"font", func(f *Frame) { f.Fonts = []string{"fonts/literata.woff2"} }, `    link as="font" crossorigin="" href="fonts/literata.woff2" rel="preload" type="font/woff2"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := site()
			tt.set(&f)
			if got := tree(t, draw(t, Page(f))); !slices.Contains(got, tt.want) {
				t.Errorf("no line %q in\n%s", tt.want, strings.Join(got, "\n"))
			}
		})
	}
}

func TestThemeFormSaysWhereToGoBackTo(t *testing.T) {
	f := site()
	f.Path = "/skills"
	if got, want := draw(t, Page(f)), `<input type="hidden" name="back" value="/skills">`; !strings.Contains(got, want) {
		t.Errorf("no %s in the page", want)
	}
}

func TestExamWithoutLimitHasNoClock(t *testing.T) {
	if got := draw(t, ExamPage(ExamFrame{Frame: site()})); strings.Contains(got, "clock") {
		t.Errorf("a clock is drawn:\n%s", got)
	}
}

// Our policy forbids inline style and script, so no component may write any.
func TestNothingInline(t *testing.T) {
	inline := regexp.MustCompile(`(?i)\sstyle=|<style|\son[a-z]+=|<script[^>]*>[^<]|javascript:`)
	pages := []string{
		draw(t, Page(site())), draw(t, ExamPage(ExamFrame{Frame: site(), Clock: Clock{Seconds: 1}})),
		draw(t, PlanFigure(Plan{Drawing: laidOut(t, ilse(t))}), Legend(), MidMap(laidOut(t, ilse(t)), MapView{})),
		draw(t, ScoreChart(Score{Value: 50, High: 60}), TrendChart(Trend{}), TraitChart(Trait{}), ProgressLine(Progress{Of: 3, Steps: true})),
	}
	for _, page := range pages {
		if found := inline.FindString(page); found != "" {
			t.Errorf("inline %q in\n%s", found, page)
		}
	}
}

func TestIcons(t *testing.T) {
	names := []string{"search", "theme", "flag", "check", "cross", "clock", "right", "left", "up", "down", "grip", "link", "save", "warn", "off"}
	seen := map[string]string{}
	for _, name := range names {
		got := draw(t, Icon(name))
		if other, ok := seen[got]; ok {
			t.Errorf("%s looks like %s", name, other)
		}
		seen[got] = name
		if !strings.Contains(got, "<path") {
			t.Errorf("%s is empty: %s", name, got)
		}
	}
	if got, want := draw(t, Icon("cross", "bad")), `class="icon bad"`; !strings.Contains(got, want) {
		t.Errorf("no %s in %s", want, got)
	}
}
