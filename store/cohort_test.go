package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/exam/analysis"
)

// A cohort is people who sit exams drawn from the real bank.
type cohort struct {
	items   map[exam.ItemID]*simulated
	rng     *rand.Rand
	uses    map[exam.ItemID]int
	percent []float64
}

// newCohort plants so many items of each fault among the single choices.
func newCohort(bank *exam.Bank, each int) *cohort {
	c := &cohort{items: map[exam.ItemID]*simulated{}, uses: map[exam.ItemID]int{}, rng: rand.New(rand.NewPCG(2026, 6))}
	pool := slices.Clone(bank.Pool(exam.ExamPool))
	c.rng.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	var faults []fault
	for range each {
		faults = append(faults, wrongKey, twoRight, deadOne)
	}
	for _, it := range pool {
		f := sound
		if it.Type == exam.Single && len(it.Options) >= 4 && len(faults) > 0 {
			f, faults = faults[0], faults[1:]
		}
		c.items[it.ID] = newSimulated(it, f, c.rng)
	}
	return c
}

// sit lets people sit the exam, each once. The first comes in by the front
// door: StartAttempt, SaveAnswer, SubmitAttempt. The others are drawn a form by
// the same rules, marked by exam.Score, and written as the rows that the front
// door leaves behind, many attempts in a transaction, which is faster.
func (c *cohort) sit(t *testing.T, s *Store, bank *exam.Bank, b *exam.Blueprint, people int) {
	t.Helper()
	begin := time.Date(2026, 6, 14, 9, 0, 0, 0, time.UTC)
	var who []LearnerID
	err := s.update(t.Context(), "learners", func(t *tx) error {
		for range people {
			var id LearnerID
			if err := t.row(`INSERT INTO learners (created_at, seen_at) VALUES ($1, $2) RETURNING id`, millis(begin), millis(time.Now())).Scan(&id); err != nil {
				return err
			}
			who = append(who, id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.frontDoor(t, s, bank, b, who[0], begin)
	for from := 1; from < people; from += 100 {
		batch := who[from:min(from+100, people)]
		err := s.update(t.Context(), "sit", func(t *tx) error {
			w, err := newRows(t)
			if err != nil {
				return err
			}
			for _, learner := range batch {
				begin = begin.Add(time.Minute)
				if err := c.sitOne(w, bank, b, learner, begin); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// frontDoor lets one person sit the exam as the site does.
func (c *cohort) frontDoor(t *testing.T, s *Store, bank *exam.Bank, b *exam.Blueprint, learner LearnerID, now time.Time) {
	t.Helper()
	a, _, err := s.StartAttempt(t.Context(), learner, Start{Exam: "backend", Seed: 1, Rules: b.Rules, Now: now,
		Draw: func(h exam.History) ([]exam.Place, error) { return exam.Assemble(bank, b, h, 1) }})
	if err != nil {
		t.Fatal(err)
	}
	c.answer(a)
	for i := range a.Slots {
		slot := &a.Slots[i]
		c.uses[slot.Item]++
		if err := s.SeeSlot(t.Context(), learner, a.ID, slot.N, slot.Seen); err != nil {
			t.Fatal(err)
		}
		if slot.Response.Blank() {
			continue
		}
		change := exam.Change{Slot: slot.N, Event: fmt.Sprint("save ", slot.N), Response: &slot.Response}
		if _, err := s.SaveAnswer(t.Context(), learner, a.ID, change, slot.Answered); err != nil {
			t.Fatal(err)
		}
	}
	graded, err := s.SubmitAttempt(t.Context(), learner, a.ID, a.Finished)
	if err != nil {
		t.Fatal(err)
	}
	c.percent[0] = graded.Percent() // a query may be run for real here
}

// sitOne lets one person sit the exam and writes the rows.
func (c *cohort) sitOne(w *rows, bank *exam.Bank, b *exam.Blueprint, learner LearnerID, now time.Time) error {
	seed := int64(c.rng.Uint64() >> 1)
	form, err := exam.Assemble(bank, b, exam.History{Uses: c.uses}, seed)
	if err != nil {
		return err
	}
	a := exam.Begin(NewAttemptID(), "backend", 1, form, seed, b.Rules, now)
	for i := range a.Slots {
		c.uses[a.Slots[i].Item]++
	}
	c.answer(a)
	return w.write(learner, a, form)
}

// pace is what part of the time that authors expect people take.
const pace = 0.7

// answer fills in an attempt and grades it.
func (c *cohort) answer(a *exam.Attempt) {
	theta, now := c.rng.NormFloat64(), a.Started
	for i := range a.Slots {
		slot := &a.Slots[i]
		it := c.items[slot.Item]
		slot.Seen = now
		now = now.Add(time.Duration(pace * float64(it.item.Seconds) * math.Exp(0.4*c.rng.NormFloat64()) * float64(time.Second)))
		if r := it.respond(theta, c.rng); !r.Blank() && !now.After(a.Deadline) {
			slot.Response, slot.Answered, slot.Rev = r, now, 1
		}
		slot.Fraction = fraction(it.item, slot.Response)
		a.Score += slot.Fraction
		a.Max += slot.Points
	}
	a.State, a.ClosedBy, a.Finished = exam.Graded, exam.ByLearner, now
	if now.After(a.Deadline) {
		a.Finished = a.Deadline
	}
	c.percent = append(c.percent, a.Percent())
}

// rows writes attempts with prepared statements.
type rows struct {
	t                                         *tx
	attempts, items, slots, exposures, events *sql.Stmt
}

func newRows(t *tx) (*rows, error) {
	w, errs := &rows{t: t}, []error{}
	for stmt, text := range map[**sql.Stmt]string{
		&w.attempts: `INSERT INTO attempts (id, learner_id, exam, number, seed, rules, state, closed_by, started_at, deadline_at, finished_at, score, max_score)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		&w.items: `INSERT INTO item_versions (id, item_id, body, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
		&w.slots: `INSERT INTO slots (attempt_id, n, item_id, version_id, option_order, points, response, rev, seen_at, answered_at, fraction)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		&w.exposures: `INSERT INTO exposures (item_id, uses, last_at) VALUES ($1, 1, $2)
			ON CONFLICT (item_id) DO UPDATE SET uses = exposures.uses + 1, last_at = excluded.last_at`,
		&w.events: `INSERT INTO events (attempt_id, seq, event_id, kind, slot, rev, server_at, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
	} {
		var err error
		*stmt, err = t.PrepareContext(t.ctx, text)
		errs = append(errs, err)
	}
	return w, errors.Join(errs...)
}

// write writes one graded attempt.
func (w *rows) write(learner LearnerID, a *exam.Attempt, form []exam.Place) error {
	rules, err := json.Marshal(a.Rules)
	errs, seq := []error{err}, 0
	do := func(stmt *sql.Stmt, args ...any) {
		_, err := stmt.ExecContext(w.t.ctx, args...)
		errs = append(errs, err)
	}
	event := func(kind, id string, slot, rev int, at time.Time, data string) {
		seq++
		do(w.events, a.ID, seq, id, kind, slot, rev, millis(at), data)
	}
	do(w.attempts, a.ID, learner, a.Exam, a.Number, a.Seed, string(rules), a.State, a.ClosedBy, millis(a.Started), millis(a.Deadline), millis(a.Finished), a.Score, a.Max)
	event("start", "start", 0, 0, a.Started, fmt.Sprintf("seed %d", a.Seed))
	for i, s := range a.Slots {
		do(w.items, s.Version, s.Item, string(form[i].Item.Encode()), millis(a.Started))
		do(w.slots, a.ID, s.N, s.Item, s.Version, joinIDs(s.Order), s.Points, s.Response.Encode(), s.Rev, millis(s.Seen), millis(s.Answered), s.Fraction)
		do(w.exposures, s.Item, millis(a.Started))
		if i > 0 { // the first is shown at the start
			event("seen", fmt.Sprint("seen ", s.N), s.N, 0, s.Seen, "")
		}
		if s.Rev > 0 {
			event("save", fmt.Sprint("save ", s.N), s.N, s.Rev, s.Answered, s.Response.Encode())
		}
	}
	event("close", "close", 0, 0, a.Finished, string(a.ClosedBy))
	return errors.Join(errs...)
}

// theBank is the real bank and blueprint.
func theBank(t *testing.T) (*exam.Bank, *exam.Blueprint) {
	t.Helper()
	fsys := content.FS()
	items, _ := exam.LoadItems(fsys) // what is wrong with it is groundwork check's to say
	bank, _ := exam.NewBank(items)
	b, problems := exam.LoadBlueprint(fsys)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return bank, b
}

// cohortStore is an empty store; if GROUNDWORK_COHORT names a file, it stays
// there, to be looked at with groundwork stats and serve.
func cohortStore(t *testing.T) *Store {
	t.Helper()
	path := os.Getenv("GROUNDWORK_COHORT")
	if path == "" {
		s, _ := statStore(t, 0)
		return s
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Two thousand people of known ability sit forms drawn from the real bank, in
// which some items are bad in known ways. What statistics say of it is true.
func TestCohort(t *testing.T) {
	people, each := 2000, 5
	if testing.Short() {
		people, each = 600, 3
	}
	bank, b := theBank(t)
	s := cohortStore(t)
	c := newCohort(bank, each)
	began := time.Now()
	c.sit(t, s, bank, b, people)
	stored := time.Now()
	checkRows(t, s)
	stream := analysis.NewStream()
	if err := s.Responses(t.Context(), "backend", First, stream.Slot); err != nil {
		t.Fatal(err)
	}
	r, err := stream.Report()
	if err != nil {
		t.Fatal(err)
	}
	counted := time.Now()
	n := 0
	if err := s.Responses(t.Context(), "backend", First, func(*exam.Attempt, exam.Slot, *exam.Item) error { n++; return nil }); err != nil || n != people*b.Items() {
		t.Errorf("%d answers, %v", n, err)
	}
	apiece := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(n) }
	t.Logf("%d people, %d items each of %d: stored in %.1f s; an answer is read and counted in %.1f µs, read alone in %.1f µs", people, b.Items(), len(c.items),
		stored.Sub(began).Seconds(), apiece(counted.Sub(stored)), apiece(time.Since(counted)))
	c.checkWhole(t, r, people)
	c.checkFacilities(t, r)
	c.checkFaults(t, r)
}

// checkRows compares what the front door and the fast way have written.
func checkRows(t *testing.T, s *Store) {
	t.Helper()
	shape := func(learner string) (out string) {
		err := s.view(t.Context(), "shape", func(t *tx) error {
			return t.row(`
				SELECT a.state || a.closed_by || a.number || (a.finished_at > a.started_at) || (a.score > 0) || a.max_score || (a.resume_hash IS NULL) || a.rules ||
					(SELECT group_concat((v.item_id = s.item_id) || s.points || (s.response = '') = (s.answered_at IS NULL) || (s.rev > 0) = (s.response <> '') || (s.seen_at IS NULL) || (s.fraction IS NULL) || s.flagged || s.client)
						FROM slots s JOIN item_versions v ON v.id = s.version_id WHERE s.attempt_id = a.id) ||
					(SELECT count(*) - (SELECT count(*) FROM slots s WHERE s.attempt_id = a.id AND s.response <> '') FROM events e WHERE e.attempt_id = a.id) ||
					(SELECT group_concat(DISTINCT kind) FROM events e WHERE e.attempt_id = a.id)
				FROM attempts a WHERE a.learner_id = (SELECT ` + learner + ` FROM attempts)`).Scan(&out)
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if front, fast := shape("min(learner_id)"), shape("max(learner_id)"); front != fast {
		t.Errorf("the rows of the front door are of another shape:\n%s\n%s", front, fast)
	}
}

// checkWhole compares the exam as a whole with what is known of its people.
func (c *cohort) checkWhole(t *testing.T, r *analysis.Report, people int) {
	t.Helper()
	sum, passed := 0.0, 0.0
	for _, p := range c.percent {
		sum += p
		if p >= 70-1e-9 {
			passed++
		}
	}
	n := float64(people)
	if r.Attempts != people || r.Fixed || r.Alpha.Defined() || math.Abs(float64(r.Mean)-sum/n) > 1e-6 || math.Abs(float64(r.Passed)-passed/n) > 1e-9 {
		t.Errorf("%d attempts, fixed %t, alpha %v, mean %v, passed %v; want %d, mean %g, passed %g", r.Attempts, r.Fixed, r.Alpha, r.Mean, r.Passed, people, sum/n, passed/n)
	}
	t.Logf("mean %s, median %s, sd %s, skewness %s, kurtosis %s, passed %s, mean conditional error %s, near the cut %s",
		r.Mean.Text(1), r.Median.Text(1), r.SD.Text(1), r.Skewness.Text(2), r.Kurtosis.Text(2), (100 * r.Passed).Text(1), r.ConditionalSEM.Text(2), (100 * r.Near).Text(1))
}

// checkFacilities looks how many true facilities lie within their intervals.
// Of 300 intervals of 95 per cent, 92 per cent or fewer hold the truth once in
// a hundred times.
func (c *cohort) checkFacilities(t *testing.T, r *analysis.Report) {
	t.Helper()
	in, n, fewest := 0, 0, math.MaxInt
	for _, it := range r.Items {
		truth := c.items[it.Item].facility()
		fewest = min(fewest, it.N)
		n++
		if float64(it.Low) <= truth && truth <= float64(it.High) {
			in++
		}
		if seconds := pace * float64(c.items[it.Item].item.Seconds); math.Abs(float64(it.Seconds)/seconds-1) > 0.35 {
			t.Errorf("%s: median time %s s; people take %g", it.Item, it.Seconds.Text(1), seconds)
		}
	}
	t.Logf("%d of %d facilities (%.1f%%) lie within their interval; each item was had by %d people or more", in, n, 100*float64(in)/float64(n), fewest)
	if n != len(c.items) || float64(in) < 0.92*float64(n) {
		t.Errorf("want 95%% of %d", len(c.items))
	}
}

// checkFaults looks whether every planted item is flagged for what it is, and
// counts what is flagged besides.
func (c *cohort) checkFaults(t *testing.T, r *analysis.Report) {
	t.Helper()
	found, planted := map[fault]int{}, map[fault]int{}
	alarms, firm, flagged, items := map[analysis.Kind]int{}, map[analysis.Kind]int{}, 0, 0
	for _, it := range r.Items {
		sim := c.items[it.Item]
		if sim.fault != sound {
			planted[sim.fault]++
			hit := slices.ContainsFunc(it.Flags, func(f analysis.Flag) bool {
				return string(f.Kind) == string(sim.fault) && f.Choice == string(sim.option)
			})
			if hit || testing.Short() && len(it.Flags) > 0 { // a hundred people show that something is wrong, not always what
				found[sim.fault]++
			} else {
				t.Errorf("%s: %s at %s is flagged as %q", it.Item, sim.fault, sim.option, it.FlagList())
			}
			continue
		}
		items++
		wrong := false
		for _, f := range it.Flags {
			truth := sim.facility()
			if f.Kind == analysis.TooEasy && truth > 0.95 || f.Kind == analysis.TooHard && truth < max(0, float64(it.Guess))+0.05 {
				continue // it is
			}
			wrong = true
			alarms[f.Kind]++
			if f.Firm {
				firm[f.Kind]++
				t.Logf("  firm: %s (%s, a %.2f, b %.2f, facility %.3f, %d people): %s %s", it.Item, sim.item.Type, sim.model.A, sim.model.B, truth, it.N, f.Kind, f.Text)
			}
		}
		if wrong {
			flagged++
		}
	}
	t.Logf("planted %v, found %v; false alarms at %d of %d sound items: %v, of which firm %v", planted, found, flagged, items, alarms, firm)
	if n := firm[analysis.WrongKey] + firm[analysis.TwoRight] + firm[analysis.Negative]; n > items/100 {
		t.Errorf("%d of %d sound items are firmly said to be wrong", n, items)
	}
	if flagged > items/10 && !testing.Short() {
		t.Errorf("%d of %d sound items are flagged", flagged, items)
	}
}
