package ask

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"groundwork/content/search"
)

// material cuts the Markdown of the content that exists into sections, much
// as the site does: enough to hold the thresholds against real text. Files
// that are being written may be in any state, so it takes what it can get.
func material(t testing.TB) (*search.Index, []search.Section) {
	t.Helper()
	var sections []search.Section
	root := os.DirFS("..")
	for _, dir := range []string{"guide", "skill", "lesson", "project"} {
		err := fs.WalkDir(root, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".md" {
				return err
			}
			data, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			sections = append(sections, markdownSections("/"+strings.TrimSuffix(name, ".md"), string(data))...)
			return nil
		})
		if err != nil {
			t.Skipf("no material here: %v", err)
		}
	}
	return search.Build(sections, search.WithSynonyms(search.Engineering())), sections
}

var (
	frontTitle = regexp.MustCompile(`(?m)^title: "?(.*?)"?$`)
	headingID  = regexp.MustCompile(`\s*\{#([\w-]+)\}\s*$`)
	linkMark   = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	plainMarks = strings.NewReplacer("**", "", "`", "", "> [!NOTE]", "", "> ", "", "- [ ] ", "", "- [x] ", "")
)

func markdownSections(url, source string) []search.Section {
	var all []search.Section
	_, rest, _ := strings.Cut(source, "---\n")
	front, body, _ := strings.Cut(rest, "\n---\n")
	s := search.Section{URL: url, Kind: "Page"}
	if m := frontTitle.FindStringSubmatch(front); m != nil {
		s.Page = m[1]
	}
	page := s
	var text strings.Builder
	flush := func() {
		if s.Text = strings.TrimSpace(text.String()); s.Text != "" {
			all = append(all, s)
		}
		text.Reset()
	}
	fenced, check := false, false
	for line := range strings.Lines(body) {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced, strings.HasPrefix(line, "|"), check && !strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "#"):
			flush()
			s = page
			// The check questions are not material: most of what they say is
			// wrong on purpose.
			check = strings.Contains(line, "{#check}") || check && strings.HasPrefix(line, "###")
			s.Heading = strings.TrimSpace(strings.TrimLeft(line, "#"))
			if m := headingID.FindStringSubmatch(s.Heading); m != nil {
				s.Heading = strings.TrimSuffix(s.Heading, m[0])
				s.URL += "#" + m[1]
			}
		default:
			text.WriteString(plainMarks.Replace(linkMark.ReplaceAllString(line, "$1")))
		}
	}
	flush()
	return all
}

func TestQuoteAnswersFromTheLessons(t *testing.T) {
	index, sections := material(t)
	written := make(map[string]bool)
	for _, s := range sections {
		page, _, _ := strings.Cut(s.URL, "#")
		written[page] = true
	}
	asker := New(index, nil)
	asked, missed, first := 0, 0, 0
	for _, tt := range answeredByLessons {
		if !written[tt.page] {
			continue
		}
		asked++
		answer := asker.Quote(tt.question)
		hit := false
		for _, p := range answer.Passages {
			hit = hit || strings.HasPrefix(p.Section.URL, tt.page)
		}
		if answer.Found && strings.HasPrefix(answer.Passages[0].Section.URL, tt.page) {
			first++
		}
		if !hit {
			missed++
			t.Logf("%q is not answered from %s; found %v", tt.question, tt.page, answer.Found)
		}
	}
	t.Logf("%d asked, %d missed, %d answered first by the page that should", asked, missed, first)
	if missed*5 > asked {
		t.Errorf("%d of %d questions are not answered from the page that answers them", missed, asked)
	}
}

func TestLessonsDoNotAnswerEverything(t *testing.T) {
	index, sections := material(t)
	if len(sections) == 0 {
		t.Skip("no material here")
	}
	asker := New(index, nil)
	questions := append(unanswered, unansweredToo...)
	wrong := 0
	for _, question := range questions {
		if answer := asker.Quote(question); answer.Found {
			wrong++
			t.Logf("%q is answered from %s: %q", question, answer.Passages[0].Section.URL, answer.Passages[0].Quote)
		}
	}
	t.Logf("%d of %d questions about something else are answered", wrong, len(questions))
	if wrong*20 > len(questions) {
		t.Errorf("%d of %d questions about something else are answered, want at most one in twenty", wrong, len(questions))
	}
}
