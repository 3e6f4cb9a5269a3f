package web

import (
	"strings"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/quiz/practice"
	"groundwork/store"
)

// Operators see which cards keep slipping and how hard items are.
func TestPracticeStatistics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga := operatorBrowser(t, s)
	if got := text(olga.open("/operator/practice").Find("main")); got != "Exam statisticsPractice Practice statisticsWhat practice says of its cards, summed over everybody who has them.Cards to look atNone keeps slipping from anybody.All cards that somebody hasNobody practises yet." {
		t.Errorf("before anybody practises: %q", got)
	}
	it := theContent().Bank.Pool(exam.PracticePool)[0]
	id, _, err := s.store.CreateVisitor(t.Context(), s.now())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		at := s.now().AddDate(0, 0, 30*(i/2)).Add(time.Duration(i%2) * time.Hour)
		_, err := s.store.AnswerCard(t.Context(), id, practice.ID(it.ID), at, func(a *store.Answered) (err error) {
			a.Review.Rating = []practice.Rating{practice.Good, practice.Good, practice.Again, practice.Good}[i%4]
			a.Review.Right = a.Review.Rating == practice.Good
			a.Difficulty = store.Estimate{Value: 0.416, N: i + 1}
			a.Card, err = practice.Next(a.Card, a.Review.Rating, at)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	page := olga.open("/operator/practice")
	if got, want := text(page.Find("ul.ledger li .num")), "for 1 of 1 person"; got != want {
		t.Errorf("the card that slips: %q, want %q", got, want)
	}
	for i, want := range []string{"1", "40", "75%", "0.42 (40)", "1"} {
		if got := text(page.Find("tbody td").Eq(i)); got != want {
			t.Errorf("column %d of its line is %q, want %q", i+1, got, want)
		}
	}
	block := text(olga.open(itemStatsURL(it.ID)).Find(".tblock"))
	for _, want := range []string{"Difficulty (Elo)0.42, from 40 answers", "In practice1 person, 40 answers", "Keeps slippingfor 1 of 1 person"} {
		if !strings.Contains(block, want) {
			t.Errorf("the page of the item lacks %q: %s", want, block)
		}
	}
	if r := s.browser(t).do("/operator/practice", nil); r.status != 401 {
		t.Errorf("a visitor gets %d", r.status)
	}
}
