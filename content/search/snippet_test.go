package search

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// marked writes spans with [] around matches.
func marked(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Match {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestSnippet(t *testing.T) {
	filler := strings.Repeat("Other words fill the room here. ", 12)
	tests := []struct{ name, text, query, want string }{
		{"short text whole", "Set timeouts on client and server.", "timeout", "Set [timeouts] on client and server."},
		{"blanks are collapsed", "Set\n\n  timeouts\ton client", "timeout", "Set [timeouts] on client"},
		{"empty text", "", "timeout", ""},
		{"no match in the text: its beginning", filler, "heading",
			strings.Repeat("Other words fill the room here. ", 6) + "Other …"},
		{"from the beginning of the sentence", filler + "A deadline says when. " + filler, "deadline",
			"… A [deadline] says when. " + strings.Repeat("Other words fill the room here. ", 5) + "Other words fill …"},
		{"the window with both words", "A timeout here. " + filler + "A timeout and a deadline.", "timeout deadline",
			"… A [timeout] and a [deadline]."},
		{"a compound is marked whole", "The CI/CD way, and the CI part", "ci/cd", "The [CI/CD] way, and the [CI] part"},
		{"a phrase is marked whole", "Its read replica and a read", "read-replica", "Its [read replica] and a [read]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			index := Build([]Section{{Heading: "Heading", Text: tt.text}, {Text: "read replica CI CD"}})
			q := index.Parse(tt.query)
			if diff := cmp.Diff(tt.want, marked(q.snippet(tt.text))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHighlight(t *testing.T) {
	index := Build(append([]Section{{Text: "a readonly replica"}}, shelf...), WithSynonyms(map[string][]string{"mirror": {"readonly replica"}}))
	tests := []struct{ name, query, text, want string }{
		{"a phrase needs all of it", "mirror", "a read-only copy, a readonly replica", "a read-only copy, a [readonly replica]"},
		{"empty", "timeout", "", ""},
		{"no words", "the", "the text", "the text"},
		{"several", "timeouts retry", "Retry, timeout!", "[Retry], [timeout]!"},
		{"blanks are kept", "timeout", " timeout\n\n x", " [timeout]\n\n x"},
		{"a correction", "dedline", "the deadline", "the [deadline]"},
		{"camelCase", "getusername", "x.getUserName()", "x.[getUserName]()"},
		{"broken bytes are kept", "timeout", "\xff timeout\xfe", "\xff [timeout]\xfe"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, marked(index.Highlight(tt.query, tt.text))); diff != "" {
				t.Errorf("Highlight(%q, %q) (-want +got):\n%s", tt.query, tt.text, diff)
			}
		})
	}
}

// checkHits fails if hits break a promise of Search.
func checkHits(t rapid.TB, hits []Hit, limit int) {
	if len(hits) > max(limit, 0) {
		t.Errorf("%d hits, limit %d", len(hits), limit)
	}
	pages, last := make(map[string]int), ""
	for _, h := range hits {
		page, _, _ := strings.Cut(h.URL, "#")
		if pages[page]++; pages[page] > maxPerPage {
			t.Errorf("more than %d hits of page %q", maxPerPage, page)
		}
		if pages[page] > 1 && page != last {
			t.Errorf("hits of page %q do not stand together", page)
		}
		last = page
		if !(h.Score > 0) {
			t.Errorf("score %v of %q", h.Score, h.URL)
		}
		checkSnippet(t, h)
	}
}

func checkSnippet(t rapid.TB, h Hit) {
	flat := strings.Join(strings.Fields(strings.ToValidUTF8(h.Text, " ")), " ")
	var all strings.Builder
	for i, s := range h.Snippet {
		if s.Text == "" || i > 0 && s.Match == h.Snippet[i-1].Match {
			t.Errorf("span %d of %q is empty or like the one before", i, h.Snippet)
		}
		all.WriteString(s.Text)
	}
	text := strings.TrimSuffix(strings.TrimPrefix(all.String(), "… "), " …")
	if !strings.Contains(flat, text) {
		t.Errorf("snippet %q is not part of %q", text, flat)
	}
	if n := utf8.RuneCountInString(text); n > snippetRunes+120 {
		t.Errorf("snippet of %d runes", n)
	}
	if !utf8.ValidString(text) {
		t.Errorf("snippet %q is not UTF-8", text)
	}
}

func TestSearchKeepsItsPromises(t *testing.T) {
	vocabulary := rapid.SampledFrom(strings.Fields(`timeout timeouts deadline retry the of CI/CD N+1 error_code getUserName
		p99 401 Größe naïve a. b, (c) — EXPLAIN read-only caches caching back end backend dedline 数据库 x`))
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string, most int) string {
			return strings.Join(rapid.SliceOfN(vocabulary, 0, most).Draw(t, label), rapid.SampledFrom([]string{" ", "\n", "  "}).Draw(t, "blank"))
		}
		var sections []Section
		for i := range rapid.IntRange(0, 12).Draw(t, "sections") {
			page := rapid.IntRange(0, 3).Draw(t, "page")
			sections = append(sections, Section{
				URL: fmt.Sprintf("/p%d#%d", page, i), Page: text("title", 4), Heading: text("heading", 4), Text: text("text", 80),
			})
		}
		query, limit := text("query", 8), rapid.IntRange(-1, 15).Draw(t, "limit")
		index := Build(sections)
		hits := index.Search(query, limit)
		checkHits(t, hits, limit)
		if diff := cmp.Diff(hits, Build(sections).Search(query, limit)); diff != "" {
			t.Errorf("another index of the same sections answers differently:\n%s", diff)
		}
		for _, h := range hits[:min(1, len(hits))] {
			var all string
			for _, s := range index.Highlight(query, h.Text) {
				all += s.Text
			}
			if all != h.Text {
				t.Errorf("Highlight lost text: %q of %q", all, h.Text)
			}
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, q := range []string{"timeout", "N+1", "CI/CD dedline", "\xff\x00", "C++ c# .", "a/b/c/d/e/f", "ing's", strings.Repeat("ab ", 200), "é\u0301\u0301"} {
		f.Add(q, q)
	}
	synonyms := WithSynonyms(Engineering())
	f.Fuzz(func(t *testing.T, query, text string) {
		index := Build(append([]Section{{URL: "/fuzz#1", Page: query, Text: text}, {URL: "/fuzz#2", Heading: text}}, shelf...), synonyms)
		checkHits(t, index.Search(query, 20), 20)
		if s := index.Suggest(query); !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxQuery*(maxJoined+1) {
			t.Errorf("Suggest(%q) = %q", query, s)
		}
		if got := plain(index.Highlight(query, text)); got != text {
			t.Errorf("Highlight(%q, %q) lost text: %q", query, text, got)
		}
	})
}

func plain(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// library makes n sections of words words each, seven to a page, of a
// vocabulary of 9,000 words used as unevenly as words are.
func library(n, words int) []Section {
	rnd := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rnd, 1.1, 4, 8999)
	word := func() string {
		n := zipf.Uint64()
		r := rand.New(rand.NewPCG(n, 7))
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteByte("bcdfghklmnprstvw"[r.IntN(16)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
		return b.String() + []string{"", "", "s", "ing", "n"}[r.IntN(5)]
	}
	text := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(word())
			b.WriteString([]string{" ", " ", " ", ", ", ". "}[i%5])
		}
		return b.String()
	}
	var all []Section
	title := ""
	for i := range n {
		if i%7 == 0 {
			title = text(4)
		}
		all = append(all, Section{URL: fmt.Sprintf("/p%d#s%d", i/7, i%7), Page: title, Heading: text(3), Text: text(words)})
	}
	return all
}

func BenchmarkSearch(b *testing.B) {
	sections := library(800, 150)
	index := Build(sections, WithSynonyms(Engineering()))
	some := strings.Fields(sections[5].Text)
	queries := []struct{ name, query string }{
		{"one_word", some[3]},
		{"three_words", strings.Join(some[20:23], " ") + " "},
		{"question", strings.Join(some[40:52], " ") + "?"},
		{"prefix", "ka"},
		{"typos", "zzbalode kokexing mumumumi"},
		{"longest", strings.Join(strings.Fields(sections[9].Text)[:25], "x ") + " zzbaloda kokexigu mumumumo"},
	}
	for _, q := range queries {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				index.Search(q.query, 20)
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	sections := library(800, 150)
	b.ReportAllocs()
	for b.Loop() {
		Build(sections)
	}
}

func TestIndexIsModest(t *testing.T) {
	sections := library(1100, 150) // about 1 MB
	size := 0
	for _, s := range sections {
		size += len(s.Page) + len(s.Heading) + len(s.Text)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	index := Build(sections)
	runtime.GC()
	runtime.ReadMemStats(&after)
	used := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d bytes of text, %d words, %d bytes of index", size, len(index.words), used)
	if used > 15<<20 {
		t.Errorf("index of %d bytes of text takes %d bytes, want under 15 MB", size, used)
	}
	runtime.KeepAlive(index)
}
