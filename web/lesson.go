package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"groundwork/content"
	"groundwork/web/ui"
)

// A lessonView is the page of one lesson.
type lessonView struct {
	Frame    ui.Frame
	Lesson   *content.Lesson
	Skill    ui.Link
	Number   int
	Of       int
	BuildsOn []ui.Link
	Parts    []content.Part // all but the questions
	Check    content.Part   // the questions' heading and what stands before them
	Checks   []checkView
	Read     time.Time
	Before   ui.PagerLink
	After    ui.PagerLink
	Practice ui.Link // to this skill's practice items
}

// A checkView is one question to check oneself by, and the answer to it if one
// was given with this request.
type checkView struct {
	content.Check
	Number, Of int
	Action     string
	Asked      bool // this question was answered
	Chosen     int  // index into Options, -1 if none
}

// lesson shows one lesson: GET /lesson/{skill}/{slug}. With the parameters q (a
// question's id) and a (an option, from 0) it also says whether that answer is
// right, and why; nothing is kept of it.
func (s *Server) lesson(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	l := lib.Lesson(r.PathValue("skill") + "/" + r.PathValue("slug"))
	if l == nil || !slices.Contains(lib.Lessons(), l) {
		return errNoPage
	}
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	sk := lib.Skill(l.Skill)
	v := lessonView{
		Frame: s.described(r, l.Title, l.Description, "/map"), Lesson: l, Skill: ui.Link{Text: sk.Title, URL: sk.URL()},
		Number: lessonNumber(lib, l), Of: len(sk.Lessons), BuildsOn: lessonLinks(lib, l.BuildsOn...),
		Read: done[l.Ref()], Practice: s.practiceLink(sk.ID),
	}
	v.Frame.Fonts = []string{"fonts/literata.woff2"}
	v.pager(lib)
	v.split(r.FormValue("q"), r.FormValue("a"))
	return show(w, r, http.StatusOK, lessonPage(v))
}

// pager links the lessons before and after; an author may have named another
// one to go on with.
func (v *lessonView) pager(lib *content.Library) {
	lessons := lib.Skill(v.Lesson.Skill).Lessons
	i := v.Number - 1
	if i > 0 {
		v.Before = pagerLink(lib, lessons[i-1])
	}
	next := lib.Lesson(v.Lesson.Next)
	if next == nil && i+1 < len(lessons) {
		next = lessons[i+1]
	}
	if next != nil {
		v.After = pagerLink(lib, next)
		if next.Skill != v.Lesson.Skill {
			v.After.Kicker = lib.Skill(next.Skill).Title + ", lesson " + strconv.Itoa(lessonNumber(lib, next))
		}
		return
	}
	v.After = ui.PagerLink{URL: v.Skill.URL, Kicker: "The last lesson of this skill", Text: "Back to " + v.Skill.Text}
}

func pagerLink(lib *content.Library, l *content.Lesson) ui.PagerLink {
	return ui.PagerLink{URL: l.URL(), Kicker: "Lesson " + strconv.Itoa(lessonNumber(lib, l)), Text: l.Title}
}

// split takes the questions out of the parts and notes the answer to one.
func (v *lessonView) split(question, answer string) {
	for _, p := range v.Lesson.Parts {
		if len(p.Checks) == 0 {
			v.Parts = append(v.Parts, p)
			continue
		}
		v.Check = p
		for i, c := range p.Checks {
			cv := checkView{Check: c, Number: i + 1, Of: len(p.Checks), Action: v.Lesson.URL() + "#" + c.ID, Chosen: -1}
			if c.ID == question {
				cv.Asked = true
				if n, err := strconv.Atoi(answer); err == nil && n >= 0 && n < len(c.Options) {
					cv.Chosen = n
				}
			}
			v.Checks = append(v.Checks, cv)
		}
	}
}

// right reports whether the chosen option is the key.
func (c checkView) right() bool { return c.Chosen >= 0 && c.Options[c.Chosen].Key }

// key is the place of the right option, in words.
func (c checkView) key() string {
	for i, o := range c.Options {
		if o.Key {
			return [...]string{"first", "second", "third", "fourth", "fifth", "sixth"}[min(i, 5)]
		}
	}
	return ""
}

// times says how long the lesson takes and who vouches for it.
func (v lessonView) times() string {
	s := strconv.Itoa(v.Lesson.Minutes) + " minutes to read"
	if v.Lesson.TryMinutes > 0 {
		s += ", " + strconv.Itoa(v.Lesson.TryMinutes) + " to try"
	}
	return s + ". Reviewed " + v.Lesson.Reviewed.Long() + " by " + v.Lesson.ReviewedBy + "."
}
