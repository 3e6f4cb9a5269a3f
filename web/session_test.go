package web

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundwork/exam"
	"groundwork/quiz/practice"
	"groundwork/store"
)

// cardAt reads the card that a page asks: its form and what it asks.
func cardAt(t *testing.T, r reply) (form url.Values, f face) {
	t.Helper()
	doc := r.doc(t)
	form = url.Values{}
	doc.Find("main form input[type=hidden]").Each(func(_ int, i *goquery.Selection) {
		form.Add(i.AttrOr("name", ""), i.AttrOr("value", ""))
	})
	f = newFaces(theContent().Library, theContent().Bank)[practice.ID(form.Get("card"))]
	if f.Item == nil {
		t.Fatalf("%s asks no card: %s", r.at, text(doc.Find("main")))
	}
	form.Set("check", "1")
	return form, f
}

// answerCard opens the card of the day and answers it.
func answerCard(t *testing.T, b *browser, right bool, sure string) (reply, face) {
	t.Helper()
	form, f := cardAt(t, b.do("/practice/today", nil))
	form.Set("sure", sure)
	if right && f.Item.Type != exam.Short {
		rightAnswer(f.Item, form)
	} else {
		form.Set("show", "1")
	}
	return b.do("/practice/today", form), f
}

// learnerOf returns the one learner that the store has.
func (s *site) practice(t *testing.T, id store.LearnerID) store.Practice {
	t.Helper()
	p, err := s.store.Practice(t.Context(), id, s.now())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// onlyLearner is the first learner of a site.
const onlyLearner store.LearnerID = 1

// A visitor practises: nothing is kept before the first answer, the cards come
// back when they said they would, and registering keeps them.
func TestVisitorPractises(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	if r := b.do("/practice", nil); !strings.Contains(r.body, "Today 10 cards, about") || len(r.header.Values("Set-Cookie")) > 0 {
		t.Fatal("a reader is not offered ten new cards, or gets a cookie")
	}
	if r := b.do("/practice/today", nil); len(r.header.Values("Set-Cookie")) > 0 {
		t.Fatal("looking at a card leaves a cookie")
	}
	for n := 0; n < 30 && (n < 10 || s.practice(t, onlyLearner).Budget.Done < 10); n++ { // what was wrong comes twice
		r, f := answerCard(t, b, true, "")
		doc := r.doc(t)
		if got := text(doc.Find(".note h2").First()); f.Item.Type != exam.Short && got != "Right" {
			t.Errorf("card %d, %s: %q", n+1, f.Item.ID, got)
		}
		if got := text(doc.Find(".note")); !strings.Contains(got, "It comes again in ") || !strings.Contains(got, "Lesson:") {
			t.Errorf("card %d says %q", n+1, got)
		}
		if doc.Find(".reasons > li").Length() == 0 {
			t.Errorf("card %d comes without reasons", n+1)
		}
		s.pass(20 * time.Second)
	}
	p := s.practice(t, onlyLearner)
	if len(p.Cards) != 10 || p.Budget.Done != 10 || p.Budget.DoneNew != 10 || p.Ability.N == 0 {
		t.Fatalf("%d cards, %+v, ability of %d answers", len(p.Cards), p.Budget, p.Ability.N)
	}
	r := b.do("/account/register", url.Values{"email": {"ilse@example.org"}, "password": {"correct horse battery"}})
	if r.status != http.StatusOK {
		t.Fatalf("register = %d", r.status)
	}
	s.pass(24 * time.Hour)
	if got := text(b.open("/practice").Find("#nx")); !strings.HasPrefix(got, "Today 20 cards") {
		t.Errorf("on the next day: %q, want the ten and ten new ones", got)
	}
	if got := text(b.open("/me").Find("#nx")); !strings.HasPrefix(got, "10 cards are due") {
		t.Errorf("the page of one's work offers %q", got)
	}
}

// The rating follows from what was answered: sure and quick is easy, not sure
// is hard, not known is again; and a form that comes twice counts once.
func TestSessionRating(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	ratings := map[string]practice.Rating{"yes": practice.Easy, "no": practice.Hard, "": practice.Good}
	for _, sure := range []string{"yes", "no", ""} {
		form, f := cardAt(t, b.do("/practice/today", nil))
		for f.Item.Type == exam.Short {
			form.Set("show", "1")
			b.do("/practice/today", form)
			form, f = cardAt(t, b.do("/practice/today", nil))
		}
		s.pass(10 * time.Second)
		form.Set("sure", sure)
		rightAnswer(f.Item, form)
		first := b.do("/practice/today", form)
		again := b.do("/practice/today", form)
		if !strings.HasPrefix(first.at, "/practice/today/") || again.at != first.at {
			t.Errorf("answered, then sent again: %s and %s", first.at, again.at)
		}
		log, err := s.store.Reviews(t.Context(), onlyLearner, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		last := log[len(log)-1]
		if string(last.Card) != form.Get("card") || last.Rating != ratings[sure] || last.Elapsed != 10*time.Second || !last.Right {
			t.Errorf("certainty %q: %+v, want %v after ten seconds", sure, last, ratings[sure])
		}
		if n := slices.IndexFunc(log, func(r practice.Review) bool { return r.Card == last.Card }); n != len(log)-1 {
			t.Error("the form counted twice")
		}
	}
	form, f := cardAt(t, b.do("/practice/today", nil))
	form.Del("check")
	form.Del("a")
	if f.Item.Type == exam.Single {
		if r := b.do("/practice/today", form); r.status != http.StatusUnprocessableEntity || r.doc(t).Find("[role=alert]").Length() != 1 {
			t.Errorf("an empty answer = %d", r.status)
		}
	}
	for name, form := range map[string]url.Values{"no card": {"reps": {"0"}}, "a card that is none": {"card": {"x"}, "reps": {"0"}}, "an exam item": {"card": {"api-e01"}, "reps": {"0"}}} {
		if r := b.do("/practice/today", form); r.status != http.StatusBadRequest {
			t.Errorf("%s = %d, want 400", name, r.status)
		}
	}
	if r := s.browser(t).do("/practice/today/1", nil); r.status != http.StatusNotFound {
		t.Errorf("somebody else's answer = %d, want 404", r.status)
	}
}

func TestSessionUndo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	r, f := answerCard(t, b, false, "")
	if r.doc(t).Find("form[action='/practice/undo']").Length() != 1 {
		t.Fatal("an answer cannot be taken back")
	}
	back := b.do("/practice/undo", url.Values{})
	if form, again := cardAt(t, back); again.Item.ID != f.Item.ID || form.Get("reps") != "0" {
		t.Errorf("after undoing, %s is asked, want %s", again.Item.ID, f.Item.ID)
	}
	if p := s.practice(t, onlyLearner); p.Budget.Done != 0 || p.Cards[0].Reps != 0 {
		t.Errorf("after undoing: %+v", p)
	}
	if r := b.do("/practice/undo", url.Values{}); r.at != "/practice" {
		t.Errorf("nothing to undo leads to %s", r.at)
	}
	if r := b.do(r.at, nil); r.status != http.StatusNotFound {
		t.Errorf("the page of an answer that was taken back = %d", r.status)
	}
}

// A lesson that was read gives its questions as cards for the next day.
func TestLessonCards(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	l := theContent().Library.Skills[0].Lessons[0]
	b.do("/progress", url.Values{"ref": {l.Ref()}, "done": {"1"}, "back": {l.URL()}})
	p := s.practice(t, onlyLearner)
	if len(p.Cards) != 3 {
		t.Fatalf("%d cards, want 3", len(p.Cards))
	}
	for _, c := range p.Cards {
		if !strings.HasPrefix(string(c.ID), "check/"+l.ID+"/") || !c.Due.Equal(s.now().AddDate(0, 0, 1)) {
			t.Errorf("card %s is due %v", c.ID, c.Due)
		}
	}
	s.pass(24 * time.Hour)
	r, f := answerCard(t, b, true, "yes")
	if f.Check == nil || text(r.doc(t).Find(".note h2").First()) != "Right" || r.doc(t).Find(".reasons > li").Length() != len(f.Check.Options) {
		t.Errorf("%s: %s", f.Item.ID, text(r.doc(t).Find("main")))
	}
}

// sitExam starts an exam, answers so many items right and hands it in.
func sitExam(t *testing.T, s *site, b *browser, right int) *exam.Attempt {
	t.Helper()
	r := b.do("/exam", url.Values{})
	id := exam.AttemptID(strings.Split(r.at, "/")[2])
	a, err := s.store.Attempt(t.Context(), onlyLearner, id, s.now())
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range a.Slots {
		form := url.Values{"base": {"0"}, "event": {"e" + string(slot.Item)}}
		it, err := s.store.Item(t.Context(), slot.Version)
		if err != nil {
			t.Fatal(err)
		}
		if right == 0 || it.Type == exam.SQL || it.Type == exam.Short {
			continue
		}
		right--
		rightAnswer(it, form)
		b.do(itemURL(id, slot.N), form)
	}
	b.do(attemptURL(id)+"/submit", url.Values{})
	if a, err = s.store.Attempt(t.Context(), onlyLearner, id, s.now()); err != nil || a.State != exam.Graded {
		t.Fatalf("%v, %v", a, err)
	}
	return a
}

// A wrong exam answer brings a practice item of its lesson on the next day,
// once; the exam item itself never comes.
func TestExamBringsCards(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	a := sitExam(t, s, b, 20)
	p := s.practice(t, onlyLearner)
	lessons := map[string]bool{}
	wrong := 0
	for _, slot := range a.Slots {
		if slot.Fraction < 1 {
			wrong++
			lessons[theContent().Bank.Item(slot.Item).Lesson] = true
		}
	}
	if len(p.Cards) == 0 || len(p.Cards) > wrong {
		t.Fatalf("%d cards for %d wrong answers", len(p.Cards), wrong)
	}
	for _, c := range p.Cards {
		it := theContent().Bank.Item(exam.ItemID(c.ID))
		if it == nil || it.Pool != exam.PracticePool || !lessons[it.Lesson] || !c.Missed || c.Phase != practice.New {
			t.Errorf("card %s of %v", c.ID, it)
		}
		if due := a.Finished.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1); !c.Due.Equal(due) {
			t.Errorf("card %s is due %v, want %v", c.ID, c.Due, due)
		}
	}
	if p.Ability.N != 20 {
		t.Errorf("ability rests on %d answers, want the 20 given", p.Ability.N)
	}
	b.open("/me")
	b.open("/practice")
	if again := s.practice(t, onlyLearner); len(again.Cards) != len(p.Cards) || again.Ability != p.Ability {
		t.Error("the attempt was learned from twice")
	}
	s.pass(24 * time.Hour)
	doc := b.do("/practice/today", nil).doc(t)
	if got := text(doc.Find("main")); !strings.Contains(got, "because of an exam item you missed") {
		t.Errorf("the first card of the next day: %s", got)
	}
}

// While an exam is open, practice is closed, in all its forms.
func TestPracticeClosedInExam(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.do("/exam", url.Values{})
	for _, path := range []string{"/practice", "/practice/today", "/practice/api", "/practice/done", "/practice/export.txt", "/practice/export.apkg", "/practice/placement"} {
		if r := b.do(path, nil); r.status != http.StatusForbidden || !strings.Contains(r.body, "Practice is closed while your exam is open") {
			t.Errorf("GET %s = %d", path, r.status)
		}
	}
	if r := s.browser(t).do("/practice", nil); r.status != http.StatusOK {
		t.Errorf("for somebody else it is %d", r.status)
	}
}

// At its eighth lapse a card is set aside and leads to its lesson; reading the
// lesson brings it back.
func TestLeech(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	_, f := answerCard(t, b, false, "")
	id := practice.ID(f.Item.ID)
	_, err := s.store.AnswerCard(t.Context(), onlyLearner, id, s.now(), func(a *store.Answered) error {
		a.Card.Phase, a.Card.Lapses, a.Card.Stability, a.Card.Due = practice.Known, practice.LeechLapses-1, 0.1, s.now()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.pass(48 * time.Hour)
	form, again := cardAt(t, b.do("/practice/today?card="+string(id), nil))
	if again.Item.ID != f.Item.ID {
		t.Fatalf("%s is asked, want %s", again.Item.ID, f.Item.ID)
	}
	form.Set("show", "1")
	doc := b.do("/practice/today", form).doc(t)
	if got := text(doc.Find(".note.look")); !strings.Contains(got, "set aside") || doc.Find(".note.look a[href='"+f.Lesson.URL()+"']").Length() != 1 {
		t.Errorf("the eighth lapse says %q", got)
	}
	if doc := b.open("/practice"); !strings.Contains(text(doc.Find("main")), "Ask it again") {
		t.Error("the card is not among those set aside")
	}
	b.do("/progress", url.Values{"ref": {f.Lesson.Ref()}, "done": {"1"}, "back": {"/me"}})
	for _, c := range s.practice(t, onlyLearner).Cards {
		if c.ID == id && (c.Aside || !c.Due.Equal(s.now())) {
			t.Errorf("after reading the lesson: %+v", c)
		}
	}
}

// After a break the page says that the plan was drawn again, and gives no more
// cards than on any day.
func TestReplanned(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	answerCard(t, b, true, "")
	for _, it := range theContent().Bank.Pool(exam.PracticePool)[:60] {
		_, err := s.store.AnswerCard(t.Context(), onlyLearner, practice.ID(it.ID), s.now(), func(a *store.Answered) (err error) {
			a.Card, err = practice.Next(a.Card, practice.Easy, s.now())
			return err
		})
		if err != nil && !errors.Is(err, store.ErrConflict) {
			t.Fatal(err)
		}
	}
	s.pass(30 * 24 * time.Hour)
	main := text(b.open("/practice").Find("main"))
	for _, want := range []string{"Today 20 cards", "You were away for 30 days", "spread over the next", "nothing to catch up on", "Never more than 20 a day"} {
		if !strings.Contains(main, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if regexp.MustCompile(`\b6[01]\b`).MatchString(main) {
		t.Error("the page gives the number that waits")
	}
	if r := b.do("/practice", url.Values{"daily": {"5"}}); !strings.Contains(r.body, "Today 5 cards") || !strings.Contains(r.body, "Saved. Cards a day is now 5.") {
		t.Errorf("with five a day: %d %s", r.status, text(r.doc(t).Find("#nx")))
	}
	for _, bad := range []string{"4", "51", "many", ""} {
		if r := b.do("/practice", url.Values{"daily": {bad}}); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%q a day = %d", bad, r.status)
		}
	}
}

// When cards of a practised skill fade, its state says so, with the evidence;
// the exam's stays.
func TestFading(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	sk := theContent().Library.Skills[0]
	for _, l := range sk.Lessons {
		b.do("/progress", url.Values{"ref": {l.Ref()}, "done": {"1"}, "back": {"/me"}})
	}
	state := func() string { return text(b.open(sk.URL()).Find("#evidence").Parent()) }
	if got := state(); !strings.Contains(got, "Practised") {
		t.Fatalf("all lessons read: %q", got)
	}
	for _, c := range s.practice(t, onlyLearner).Cards {
		_, err := s.store.AnswerCard(t.Context(), onlyLearner, c.ID, s.now(), func(a *store.Answered) (err error) {
			a.Card, err = practice.Next(a.Card, practice.Good, s.now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := state(); !strings.Contains(got, "Practised") || !strings.Contains(got, "cards practised") {
		t.Errorf("cards just answered: %q", got)
	}
	s.pass(60 * 24 * time.Hour)
	if got := state(); !strings.Contains(got, "Needs review") || !strings.Contains(got, "fading") || !strings.Contains(got, "lessons read") {
		t.Errorf("after two months: %q", got)
	}
}

// The summary counts the day, and with enough answers says how often the
// learner was right when sure.
func TestSessionDone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	if doc := b.open("/practice/done"); text(doc.Find("h1")) != "So far today" {
		t.Errorf("before anything: %q", text(doc.Find("h1")))
	}
	for i := range 12 {
		form, f := cardAt(t, b.do("/practice/today", nil))
		s.pass(20 * time.Second)
		form.Set("sure", "yes")
		rightAnswer(f.Item, form)
		if f.Item.Type == exam.Short {
			form.Set("text", "nothing of the kind")
		}
		if r := b.do("/practice/today", form); r.status != http.StatusOK {
			t.Fatalf("answer %d = %d", i, r.status)
		}
		s.pass(11 * time.Minute)
	}
	main := text(b.open("/practice/done").Find("main"))
	for _, want := range []string{" cards in 4 minutes", "known at once", "When sure, right "} {
		if !strings.Contains(main, want) {
			t.Errorf("the summary does not say %q: %s", want, main)
		}
	}
}
