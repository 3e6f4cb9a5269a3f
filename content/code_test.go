package content

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

func TestParseInfo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		info string
		want Block
	}{
		{"", Block{Marks: map[string]string{}}},
		{"go", Block{Lang: "go", Marks: map[string]string{}}},
		{`go program title="a/b.go" hot=3-5`, Block{Lang: "go", Flags: []string{"program"}, Marks: map[string]string{"title": "a/b.go", "hot": "3-5"}}},
		{`sql norun="needs two sessions"`, Block{Lang: "sql", Marks: map[string]string{"norun": "needs two sessions"}}},
		{`title="" go`, Block{Flags: []string{"go"}, Marks: map[string]string{"title": ""}}},
		{"diagram sequence", Block{Lang: "diagram", Flags: []string{"sequence"}, Marks: map[string]string{}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, parseInfo(tt.info)); diff != "" {
			t.Errorf("parseInfo(%q) (-want +got):\n%s", tt.info, diff)
		}
	}
	if b := parseInfo("go program"); !b.Is("program") || b.Is("go") || b.Is("test") {
		t.Errorf("Is is wrong about %+v", b)
	}
}

func TestHotLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		mark string
		want map[int]bool
		ok   bool
	}{
		{"3", map[int]bool{3: true}, true},
		{"3-5", map[int]bool{3: true, 4: true, 5: true}, true},
		{"1,4-5", map[int]bool{1: true, 4: true, 5: true}, true},
		{"5-3", nil, false},
		{"0", nil, false},
		{"6", nil, false},
		{"1-6", nil, false},
		{"-2", nil, false},
		{"2-", nil, false},
		{"1,", nil, false},
		{"one", nil, false},
		{"", nil, false},
	}
	for _, tt := range tests {
		got, ok := hotLines(tt.mark, 5)
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
			t.Errorf("hotLines(%q) is %t, want %t (-want +got):\n%s", tt.mark, ok, tt.ok, diff)
		}
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	const pre = `<pre tabindex="0" role="region" aria-label="Code 1`
	compareRendered(t, []rendered{
		{"a title", "```text title=\"a <b>\"\nx\n```", `<figure class="code"><figcaption><span>a &lt;b&gt;</span><span></span></figcaption>` + pre + `: a &lt;b&gt;"><code>x</code></pre></figure>`},
		{"no caption", "```\n<a> & \"b\"\n```", `<figure class="code">` + pre + `"><code>&lt;a&gt; &amp; &#34;b&#34;</code></pre></figure>`},
		{"indented", "    a\n    b", `<figure class="code">` + pre + `"><code>a` + "\nb" + `</code></pre></figure>`},
		{"output", "```output\n1\n```", `<figure class="code out"><figcaption><span>What it prints</span><span></span></figcaption>` + pre + `: What it prints"><code>1</code></pre></figure>`},
		{"a result", "```result\na\n```", `<figure class="code out"><figcaption><span>What it returns</span><span></span></figcaption>` + pre + `: What it returns"><code>a</code></pre></figure>`},
		{"not run", "```text norun=\"needs <two>\"\nx\n```", `<figure class="code"><figcaption><span></span><span>not run: needs &lt;two&gt;</span></figcaption>` + pre + `"><code>x</code></pre></figure>`},
		{"run", "```go program\nx\n```", `<figure class="code"><figcaption><span></span><span>compiled and run by this site’s tests</span></figcaption>` + pre + `"><code>x</code></pre></figure>`},
		{"not run after all", "```go program norun=\"why\"\nx\n```", `<figure class="code"><figcaption><span></span><span>not run: why</span></figcaption>` + pre + `"><code>x</code></pre></figure>`},
		{"type-checked", "```go fragment\nx\n```", `<figure class="code"><figcaption><span></span><span>type-checked by this site’s tests</span></figcaption>` + pre + `"><code>x</code></pre></figure>`},
		{"hot lines", "```text hot=2,4\na\n\nb\nc\n```", `<figure class="code">` + pre + `"><code>a` + "\n" + `<span class="hot"></span>` + "\nb\n" + `<span class="hot">c</span></code></pre></figure>`},
		{"hot lines that are none", "```text hot=9\na\n```", `<figure class="code">` + pre + `"><code>a</code></pre></figure>`},
		{"numbers", "```plan\na\nb\n```", `<figure class="code"><figcaption><span>Query plan</span><span></span></figcaption>` + pre + `: Query plan"><code><span class="ln">1</span>a` + "\n" + `<span class="ln">2</span>b</code></pre></figure>`},
	})
}

func TestNumbersOfLogs(t *testing.T) {
	t.Parallel()
	got := Block{Lang: "log", Text: strings.Repeat("a\n", 10), Marks: map[string]string{"hot": "10"}}.markup()
	lines := strings.Split(got, "\n")
	if len(lines) != 10 || lines[0] != `<span class="ln"> 1</span>a` || lines[9] != `<span class="hot"><span class="ln">10</span>a</span>` {
		t.Errorf("a log of ten lines is\n%s", got)
	}
}

func TestHighlight(t *testing.T) {
	t.Parallel()
	tests := []struct{ lang, text, want string }{
		{"go", "func f() int { // <b>\n\treturn \"&\"\n}\n", "<span class=\"k\">func</span> f() int { <span class=\"c\">// &lt;b&gt;</span>\n\t<span class=\"k\">return</span> <span class=\"s\">&#34;&amp;&#34;</span>\n}\n"},
		{"go", "/* a\nb */\n`c\nd`\n", "<span class=\"c\">/* a</span>\n<span class=\"c\">b */</span>\n<span class=\"s\">`c</span>\n<span class=\"s\">d`</span>\n"},
		{"sql", "SELECT 'a' FROM b", "<span class=\"k\">SELECT</span> <span class=\"s\">&#39;a&#39;</span> <span class=\"k\">FROM</span> b"},
		{"sh", "# a\n", "<span class=\"c\"># a</span>\n"},
		{"cobol", "STOP RUN <b>", "STOP RUN &lt;b&gt;"},
		{"x.go", "func <b>", "func &lt;b&gt;"},
		{"output", "func", "func"},
		{"", "func", "func"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, Block{Lang: tt.lang, Text: tt.text}.highlight()); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", tt.lang, tt.text, diff)
		}
	}
}

var (
	span  = regexp.MustCompile(`<span class="([a-z]+)">|</span>`)
	known = map[string]bool{"k": true, "c": true, "s": true, "hot": true, "ln": true}
	lnum  = regexp.MustCompile(`<span class="ln">[^<]*</span>`)
)

// In every block of all lessons: known classes only, each span ends on its
// line, and the text is what the author wrote.
func TestMarkupOfLessons(t *testing.T) {
	t.Parallel()
	for _, l := range ours(t).Lessons() {
		for _, b := range l.Blocks {
			if b.Lang == "diagram" {
				continue
			}
			marked := b.markup()
			for _, line := range strings.Split(marked, "\n") {
				depth := 0
				for _, m := range span.FindAllStringSubmatch(line, -1) {
					if m[0] == "</span>" {
						depth--
						continue
					}
					depth++
					if !known[m[1]] {
						t.Errorf("%s:%d: the class %q", l.File, b.Line, m[1])
					}
				}
				if depth != 0 {
					t.Errorf("%s:%d: spans do not end on their line: %s", l.File, b.Line, line)
				}
			}
			got := html.UnescapeString(span.ReplaceAllString(lnum.ReplaceAllString(marked, ""), ""))
			if diff := cmp.Diff(strings.TrimSuffix(b.Text, "\n"), got); diff != "" {
				t.Errorf("%s:%d: the text has changed (-want +got):\n%s", l.File, b.Line, diff)
			}
		}
	}
}

// What has a name on a page has it alone, across parts, questions and options.
func TestNamesOnPages(t *testing.T) {
	t.Parallel()
	lib := ours(t)
	pages := map[string]HTML{}
	gather := func(p *Page, more ...HTML) {
		all := HTML(strings.Join(strings.Fields(string(p.Lede)), " "))
		for _, part := range p.Parts {
			all += part.HTML
			for _, c := range part.Checks {
				all += c.Question + c.Body
				for _, o := range c.Options {
					all += o.Text + o.Reason
				}
			}
		}
		for _, h := range more {
			all += h
		}
		pages[p.File] = all
	}
	for _, l := range lib.Lessons() {
		gather(&l.Page)
	}
	for _, s := range lib.Skills {
		gather(&s.Page)
	}
	for _, p := range lib.Projects {
		gather(&p.Page)
	}
	for _, p := range lib.Pages {
		gather(p)
	}
	gather(&lib.Interview.Page, lib.Interview.Prompt.HTML)
	for file, all := range pages {
		namesOnce(t, file, all)
	}
}

func namesOnce(t *testing.T, file string, all HTML) {
	t.Helper()
	doc := parsed(t, all)
	for attr, selector := range map[string]string{"aria-label": "[role=region]", "id": "[id]"} {
		seen := map[string]bool{}
		doc.Find(selector).Each(func(_ int, s *goquery.Selection) {
			v := s.AttrOr(attr, "")
			if seen[v] {
				t.Errorf("%s: %s=%q stands twice", file, attr, v)
			}
			seen[v] = true
		})
	}
}

// The same in a lesson that has code and tables wherever it may.
func TestNamesInQuestions(t *testing.T) {
	t.Parallel()
	files := folder()
	const code = "\n\n  ```\n  a\n  ```\n"
	c := change{file: "lesson/base/one.md", old: "- [x] Right of first\n  > Since.\n", new: "- [x] Right" + code + "  > Since.\n  >\n  > ```\n  > b\n  > ```\n"}
	c.apply(t, files)
	change{file: "lesson/base/one.md", old: "- [ ] Wrong of first\n", new: "- [ ] Wrong" + code}.apply(t, files)
	change{file: "guide/interview.md", old: "text: Design it.", new: "text: \"```\\na\\n```\""}.apply(t, files)
	change{file: "guide/interview.md", old: "Written.", new: "```\nb\n```"}.apply(t, files)
	lib, ps := Load(mapFS(files))
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	var all HTML
	for _, p := range lib.Lesson("base/one").Parts {
		all += p.HTML
		for _, c := range p.Checks {
			for _, o := range c.Options {
				all += o.Text + o.Reason
			}
		}
	}
	if n := strings.Count(string(all), "<pre"); n != 4 {
		t.Errorf("%d blocks of code, want 4", n)
	}
	namesOnce(t, "lesson", all)
	namesOnce(t, "interview", lib.Interview.Prompt.HTML+lib.Interview.Part("answer").HTML)
}
