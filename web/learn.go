package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"groundwork/exam"
	"groundwork/quiz/practice"
	"groundwork/store"
)

// learn makes cards of a graded attempt; the store calls it with the result.
func (s *Server) learn(a *exam.Attempt, items func(exam.VersionID) *exam.Item, d *store.Deck) error {
	return learnFromAttempt(s.site.Load(), a, items, d)
}

// learnFromExams makes cards of graded exams of a learner that were graded by
// somebody who does not know the content, as the operator's commands, once for
// each attempt. It is called by whoever shows cards.
func (s *Server) learnFromExams(ctx context.Context, id store.LearnerID) error {
	return s.store.LearnFromExams(ctx, id, examName, s.now(), s.learn)
}

// learnFromAttempt turns the answers of an attempt into cards. For a wrong one
// a practice item of the same lesson becomes due on the next day, or one of the
// same skill where the lesson has none; never the exam item. A right one counts
// as Good for a card of the lesson that was answered before, once for each exam
// item however many attempts it stands in. The first attempt also moves the
// estimates of ability and difficulty.
func learnFromAttempt(site *Site, a *exam.Attempt, items func(exam.VersionID) *exam.Item, d *store.Deck) error {
	used := map[practice.ID]bool{}
	for _, slot := range a.Slots {
		it := items(slot.Version)
		if it == nil {
			continue
		}
		if d.First && !slot.Response.Blank() {
			d.Ability, d.Difficulties[slot.Item] = rated(it, d.Ability, d.Difficulties[slot.Item], slot.Fraction)
		}
		mark := exam.Mark{Fraction: slot.Fraction}
		var err error
		if mark.Right() {
			err = countRight(site, a, it, d, used)
		} else {
			err = missed(site, a, slot, it, d, used)
		}
		if err != nil {
			return fmt.Errorf("learn from item %s: %w", it.ID, err)
		}
	}
	return nil
}

// missed makes a sibling of an item due on the day after the attempt.
func missed(site *Site, a *exam.Attempt, slot exam.Slot, it *exam.Item, d *store.Deck, used map[practice.ID]bool) error {
	id, ok := sibling(site, it, d, used)
	source := fmt.Sprintf("attempt/%s/%d", a.ID, slot.N)
	if !ok || d.Told(source) {
		return nil
	}
	used[id] = true
	before, there := d.Cards[id]
	if !there {
		before = practice.NewCard(id, a.Finished.AddDate(0, 0, 1), a.Finished)
	}
	after, err := practice.Miss(before, a.Finished)
	if err != nil {
		return err
	}
	d.Put(after, practice.Review{Card: id, At: a.Finished, Rating: practice.Again, Source: source, Before: before})
	return nil
}

// sibling picks the practice item by which to learn what an exam item asked:
// of the same lesson, else of the same skill; one without a card first, then
// the one remembered worst; none twice for one attempt.
func sibling(site *Site, it *exam.Item, d *store.Deck, used map[practice.ID]bool) (practice.ID, bool) {
	var of []*exam.Item
	all := site.Bank.Skill(exam.PracticePool, it.Skill)
	for _, p := range all {
		if p.Lesson == it.Lesson {
			of = append(of, p)
		}
	}
	if len(of) == 0 {
		of = slices.Clone(all)
	}
	of = slices.DeleteFunc(of, func(p *exam.Item) bool { return p.ID == it.ID || used[practice.ID(p.ID)] })
	if len(of) == 0 {
		return "", false
	}
	best := slices.MinFunc(of, func(x, y *exam.Item) int {
		a, b := d.Cards[practice.ID(x.ID)], d.Cards[practice.ID(y.ID)]
		return cmp.Or(cmp.Compare(min(a.Reps, 1), min(b.Reps, 1)), cmp.Compare(a.Stability, b.Stability), cmp.Compare(x.ID, y.ID))
	})
	return practice.ID(best.ID), true
}

// countRight counts a right answer as Good for the card of the item's lesson
// that is remembered worst.
func countRight(site *Site, a *exam.Attempt, it *exam.Item, d *store.Deck, used map[practice.ID]bool) error {
	source := "item/" + string(it.ID)
	if d.Told(source) {
		return nil
	}
	var best practice.Card
	for id, c := range d.Cards {
		f := site.faces[id]
		if f.Item == nil || f.Item.Lesson != it.Lesson || c.Reps == 0 || c.Aside || used[id] {
			continue
		}
		if best.Reps == 0 || cmp.Or(cmp.Compare(c.Stability, best.Stability), cmp.Compare(c.ID, best.ID)) < 0 {
			best = c
		}
	}
	if best.Reps == 0 {
		return nil
	}
	used[best.ID] = true
	after, err := practice.Next(best, practice.Good, a.Finished)
	if err != nil {
		return err
	}
	d.Put(after, practice.Review{Card: best.ID, At: a.Finished, Rating: practice.Good, Right: true, Source: source, Before: best})
	return nil
}
