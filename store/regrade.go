package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"groundwork/exam"
)

// An Outdated is an item of which graded attempts have a version that is marked
// otherwise by now.
type Outdated struct {
	Item     *exam.Item // as it is now
	Attempts int        // graded ones with such a version
	Open     int        // versions on which nothing was ruled yet
	Ruling   *exam.Ruling
	By       string // which operator ruled last
}

// Outdated returns the items of the list that were corrected or withdrawn after
// graded attempts had them, in the order of the list. A version that differs in
// words alone is marked alike and does not count. It reads all slots if there is
// such a version, and none else; it keeps no more in memory than the list.
func (s *Store) Outdated(ctx context.Context, items []*exam.Item) (list []Outdated, err error) {
	now := make(map[exam.ItemID]*exam.Item, len(items))
	for _, it := range items {
		now[it.ID] = it
	}
	err = s.view(ctx, "read outdated items", func(t *tx) error {
		list = nil
		if err := s.loadVersions(t); err != nil {
			return err
		}
		old, err := s.outdatedVersions(t, now)
		if err != nil || len(old) == 0 {
			return err
		}
		uses, err := gradedUses(t, old)
		if err != nil {
			return err
		}
		found := map[exam.ItemID]*Outdated{}
		for _, v := range old {
			if n := uses[v.id]; n > 0 {
				s.addOutdated(found, now[v.item], v, n)
			}
		}
		for _, it := range items {
			if o := found[it.ID]; o != nil {
				list = append(list, *o)
			}
		}
		return nil
	})
	return list, err
}

// An outdatedVersion is a version that is marked otherwise by now, with what was
// ruled on it last and by whom.
type outdatedVersion struct {
	id     exam.VersionID
	item   exam.ItemID
	by     string
	ruling *exam.Ruling
}

// outdatedVersions returns the outdated versions of the items now. All versions
// must be in memory.
func (s *Store) outdatedVersions(t *tx, now map[exam.ItemID]*exam.Item) (list []outdatedVersion, err error) {
	err = t.each(func(r *sql.Rows) error {
		var v outdatedVersion
		var ruling nullRuling
		if err := r.Scan(append([]any{&v.id, &v.item, &v.by}, ruling.columns()...)...); err != nil {
			return err
		}
		it, old := now[v.item], s.items.get(v.id)
		if it == nil || old == nil || old.Meaning() == it.Meaning() && !it.Withdrawn() {
			return nil
		}
		v.ruling = ruling.ruling(v.item, v.id)
		list = append(list, v)
		return nil
	}, `SELECT v.id, v.item_id, coalesce(r.made_by, ''), r.marked_by, r.change, r.policy, r.reason, r.made_at
		FROM item_versions v LEFT JOIN rulings r ON r.version_id = v.id AND r.current = 1`)
	return list, err
}

// gradedUses counts the graded attempts that have each of the versions. Rows are
// counted here: SQLite would sort all of them in memory first.
func gradedUses(t *tx, versions []outdatedVersion) (map[exam.VersionID]int, error) {
	ids := make([]any, len(versions))
	for i, v := range versions {
		ids[i] = v.id
	}
	uses := map[exam.VersionID]int{}
	err := t.each(func(r *sql.Rows) error {
		var id exam.VersionID
		err := r.Scan(&id)
		uses[id]++
		return err
	}, `SELECT s.version_id FROM slots s JOIN attempts a ON a.id = s.attempt_id
		WHERE a.state = 'graded' AND s.version_id IN (?`+strings.Repeat(", ?", len(ids)-1)+`)`, ids...)
	return uses, err
}

// addOutdated adds a version that stands in n attempts to its item.
func (s *Store) addOutdated(found map[exam.ItemID]*Outdated, it *exam.Item, v outdatedVersion, n int) {
	o := found[it.ID]
	if o == nil {
		o = &Outdated{Item: it}
		found[it.ID] = o
	}
	o.Attempts += n
	switch {
	case v.ruling == nil || s.items.get(v.ruling.New).Meaning() != it.Meaning():
		o.Open++
	case o.Ruling == nil || v.ruling.Made.After(o.Ruling.Made):
		o.Ruling, o.By = v.ruling, v.by
	}
}

// nullRuling is the columns of a ruling that may not be there.
type nullRuling struct {
	by, change, policy, reason sql.NullString
	made                       sql.NullInt64
}

func (r *nullRuling) columns() []any {
	return []any{&r.by, &r.change, &r.policy, &r.reason, &r.made}
}

// ruling returns the ruling on a version of an item, or nil.
func (r *nullRuling) ruling(item exam.ItemID, old exam.VersionID) *exam.Ruling {
	if !r.by.Valid {
		return nil
	}
	return &exam.Ruling{Item: item, Old: old, New: exam.VersionID(r.by.String), Change: exam.Kind(r.change.String),
		Policy: exam.Policy(r.policy.String), Reason: r.reason.String, Made: fromMillis(r.made)}
}

// A Correction is what an operator decides about an item that was wrong.
type Correction struct {
	Item   *exam.Item // as it is now
	Policy exam.Policy
	Reason string // shown to those whose result it changes
	By     string // which operator
}

// A Regrading is what a correction changes, or would change.
type Regrading struct {
	Versions []exam.VersionID // the versions that it is about
	Attempts int              // graded ones that have one of them
	Changes  []Regraded       // by when the attempt was handed in, latest first
}

// A Regraded is an attempt that a correction changes.
type Regraded struct {
	exam.Regrade
	Learner  LearnerID
	Who      string // address of the account, or "visitor"
	Attempt  exam.AttemptID
	Number   int
	Finished time.Time
	Kept     bool // the result stays only because it was reached once
}

// PlanRegrade returns what Regrade would change. Nothing is stored. It returns
// [exam.ErrCarry] if the policy looks at the new key and that cannot mark
// answers to one of the earlier versions.
func (s *Store) PlanRegrade(ctx context.Context, c Correction) (Regrading, error) {
	rulings, err := s.rulings(ctx, c)
	if err != nil {
		return Regrading{}, err
	}
	return s.regrading(ctx, c.Item.ID, func(slot *exam.Slot) { slot.Ruling = rulings[slot.Version] })
}

// Regrade decides how earlier versions of an item are marked and marks all
// attempts anew that have one. Attempts in progress are marked by it when they
// end. It returns what it changed; doing it again changes nothing. Where it is
// cut short, doing it again does the rest: attempts are taken by the dozen, so
// that nobody waits long for the writer. See [Store.PlanRegrade] for errors.
func (s *Store) Regrade(ctx context.Context, c Correction, now time.Time) (Regrading, error) {
	rulings, err := s.rulings(ctx, c)
	if err != nil {
		return Regrading{}, err
	}
	err = s.update(ctx, "rule on item", func(t *tx) error { return s.rule(t, c, rulings, stored(now)) })
	if err != nil {
		return Regrading{}, err
	}
	plan, err := s.regrading(ctx, c.Item.ID, func(*exam.Slot) {}) // by what is stored now
	if err != nil {
		return plan, err
	}
	const dozen = 12
	for from := 0; from < len(plan.Changes); from += dozen {
		part := plan.Changes[from:min(from+dozen, len(plan.Changes))]
		err := s.update(ctx, "regrade attempts", func(t *tx) error {
			for _, ch := range part {
				if err := s.regradeOne(t, ch.Attempt, []exam.ItemID{c.Item.ID}, stored(now)); err != nil {
					return fmt.Errorf("attempt %s: %w", ch.Attempt, err)
				}
			}
			return nil
		})
		if err != nil {
			return plan, err
		}
	}
	return plan, nil
}

// rulings works out how each stored version of the item is to be marked that is
// marked otherwise by now. Of an item that is withdrawn that is all of them.
func (s *Store) rulings(ctx context.Context, c Correction) (map[exam.VersionID]*exam.Ruling, error) {
	versions, err := s.Versions(ctx, c.Item.ID)
	if err != nil {
		return nil, err
	}
	out := map[exam.VersionID]*exam.Ruling{}
	current := c.Item.Version()
	if s.items.get(current) == nil {
		it, err := exam.DecodeItem(c.Item.Encode()) // as it comes back from the database
		if err != nil {
			return nil, err
		}
		s.items.put(current, it)
	}
	for _, v := range versions {
		if v.Item.Meaning() == c.Item.Meaning() && !c.Item.Withdrawn() {
			continue // it was right, but for its words
		}
		if c.Policy.Compares() {
			if _, err := exam.Carry(v.Item, c.Item); err != nil {
				return nil, fmt.Errorf("version %s of %s: %w", v.ID, c.Item.ID, err)
			}
		}
		out[v.ID] = &exam.Ruling{Item: c.Item.ID, Old: v.ID, New: current, Change: c.Item.Changed, Policy: c.Policy, Reason: c.Reason}
	}
	return out, nil
}

// rule stores rulings, unless they hold already, and ends those on a version
// that is right now.
func (s *Store) rule(t *tx, c Correction, rulings map[exam.VersionID]*exam.Ruling, now time.Time) error {
	if err := s.keepItem(t, c.Item.Version(), c.Item, now); err != nil {
		return err
	}
	if err := endRulings(t, c.Item.ID, rulings); err != nil {
		return err
	}
	for version, r := range rulings {
		var same int
		err := t.row(`SELECT count(*) FROM rulings WHERE version_id = $1 AND current = 1 AND marked_by = $2 AND policy = $3`, version, r.New, r.Policy).Scan(&same)
		if err != nil {
			return err
		}
		if same > 0 {
			continue
		}
		if _, err := t.exec(`UPDATE rulings SET current = 0 WHERE version_id = $1 AND current = 1`, version); err != nil {
			return err
		}
		_, err = t.exec(`
			INSERT INTO rulings (item_id, version_id, marked_by, change, policy, reason, made_by, made_at, current)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`,
			r.Item, version, r.New, r.Change, r.Policy, r.Reason, c.By, millis(now))
		if err != nil {
			return err
		}
	}
	return nil
}

// endRulings ends the rulings on versions of the item that are right by now:
// all on which nothing is to be ruled.
func endRulings(t *tx, item exam.ItemID, rulings map[exam.VersionID]*exam.Ruling) error {
	var ruled []exam.VersionID
	err := t.each(func(r *sql.Rows) error {
		var version exam.VersionID
		err := r.Scan(&version)
		ruled = append(ruled, version)
		return err
	}, `SELECT version_id FROM rulings WHERE item_id = $1 AND current = 1`, item)
	for _, version := range ruled {
		if err == nil && rulings[version] == nil {
			_, err = t.exec(`UPDATE rulings SET current = 0 WHERE version_id = $1 AND current = 1`, version)
		}
	}
	return err
}

// regrading works out what marking all graded attempts with an item anew would
// change. rule sets the ruling of a slot.
func (s *Store) regrading(ctx context.Context, item exam.ItemID, rule func(*exam.Slot)) (g Regrading, err error) {
	list, err := s.holding(ctx, item, &g)
	if err != nil {
		return g, err
	}
	for _, c := range list {
		var a *exam.Attempt
		err := s.view(ctx, "read attempt", func(t *tx) (err error) {
			if a, err = s.attempt(t, c.Learner, c.Attempt); err != nil {
				return err
			}
			return s.load(t, a.Slots)
		})
		if errors.Is(err, ErrNotFound) {
			continue // deleted or merged meanwhile
		}
		if err != nil {
			return g, err
		}
		for i := range a.Slots {
			if a.Slots[i].Item == item {
				rule(&a.Slots[i])
			}
		}
		changes, err := s.wouldChange(ctx, a, item)
		if err != nil {
			return g, err
		}
		for _, ch := range changes {
			c.Regrade, c.Kept = ch, ch.After.Result > a.Rules.Result(ch.After.Percent())
			g.Changes = append(g.Changes, c)
		}
	}
	return g, nil
}

// wouldChange regrades a copy of an attempt, running SQL answers as need be.
func (s *Store) wouldChange(ctx context.Context, a *exam.Attempt, item exam.ItemID) ([]exam.Regrade, error) {
	var run exam.Runner
	answers := new(memo)
	if s.runner != nil {
		run = answers
	}
	for {
		try := *a
		try.Slots = append([]exam.Slot(nil), a.Slots...)
		changes := try.Regrade(item, s.items.get, run)
		if len(answers.missed) == 0 {
			*a = try
			return changes, nil
		}
		if err := answers.fetch(ctx, s.runner); err != nil {
			return nil, err
		}
	}
}

// holding lists the graded attempts that have an item, and counts them.
func (s *Store) holding(ctx context.Context, item exam.ItemID, g *Regrading) (list []Regraded, err error) {
	err = s.view(ctx, "read attempts with item", func(t *tx) error {
		list, g.Versions = nil, nil
		known := map[exam.VersionID]bool{}
		err := t.each(func(r *sql.Rows) error {
			var c Regraded
			var version exam.VersionID
			var at sql.NullInt64
			err := r.Scan(&c.Attempt, &c.Learner, &c.Who, &c.Number, &at, &version)
			c.Finished = fromMillis(at)
			list = append(list, c)
			if !known[version] {
				known[version] = true
				g.Versions = append(g.Versions, version)
			}
			return err
		}, `SELECT a.id, a.learner_id, coalesce(l.email, 'visitor'), a.number, a.finished_at, s.version_id
			FROM slots s JOIN attempts a ON a.id = s.attempt_id JOIN learners l ON l.id = a.learner_id
			WHERE s.item_id = $1 AND a.state = 'graded' ORDER BY a.finished_at DESC, a.id`, item)
		g.Attempts = len(list)
		return err
	})
	return list, err
}

// regradeOne marks the slots of an attempt that hold one of the items anew and
// notes what that changed.
func (s *Store) regradeOne(t *tx, id exam.AttemptID, items []exam.ItemID, now time.Time) error {
	a, err := scanAttempt(t.row(attemptColumns+` WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	if a.Slots, err = slots(t, id); err != nil {
		return err
	}
	if err := s.load(t, a.Slots); err != nil {
		return err
	}
	var changes []exam.Regrade
	for _, item := range items {
		changes = append(changes, a.Regrade(item, s.items.get, t.runner())...)
	}
	if err := t.missed(); err != nil || len(changes) == 0 {
		return err
	}
	if err := storeGrades(t, a); err != nil {
		return err
	}
	for _, ch := range changes {
		if err := noteRegrade(t, id, ch, now); err != nil {
			return err
		}
	}
	return nil
}

// noteRegrade keeps the grades before and after.
func noteRegrade(t *tx, id exam.AttemptID, ch exam.Regrade, now time.Time) error {
	before, err := json.Marshal(ch.Before)
	if err != nil {
		return err
	}
	after, err := json.Marshal(ch.After)
	if err != nil {
		return err
	}
	var seq int
	err = t.row(`
		INSERT INTO regrades (attempt_id, seq, slot, item_id, ruling_id, before, after, made_at)
		SELECT s.attempt_id, (SELECT count(*) + 1 FROM regrades WHERE attempt_id = $1), s.n, s.item_id,
			(SELECT r.id FROM rulings r WHERE r.version_id = s.version_id AND r.current = 1), $3, $4, $5
		FROM slots s WHERE s.attempt_id = $1 AND s.n = $2 RETURNING seq`,
		id, ch.Slot, string(before), string(after), millis(now)).Scan(&seq)
	if err != nil {
		return err
	}
	return log(t, id, event{kind: "regrade", id: fmt.Sprintf("regrade %d", seq), slot: ch.Slot, at: now, data: worth(ch.Before) + " to " + worth(ch.After)})
}

// worth says what a slot counts.
func worth(g exam.Grade) string {
	if g.Dropped {
		return "not counted"
	}
	return fmt.Sprintf("%.4g", g.Fraction)
}

// regrades returns what regrading changed of an attempt, the oldest first.
func regrades(t *tx, id exam.AttemptID) (list []exam.Regrade, err error) {
	err = t.each(func(r *sql.Rows) error {
		var g exam.Regrade
		var before, after []byte
		var made sql.NullInt64
		var old exam.VersionID
		var ruling nullRuling
		err := r.Scan(append([]any{&g.Slot, &g.Item, &old, &before, &after, &made}, ruling.columns()...)...)
		if err != nil {
			return err
		}
		g.Made, g.Ruling = fromMillis(made), ruling.ruling(g.Item, old)
		list = append(list, g)
		last := &list[len(list)-1]
		return errors.Join(json.Unmarshal(before, &last.Before), json.Unmarshal(after, &last.After))
	}, `SELECT g.slot, g.item_id, coalesce(r.version_id, ''), g.before, g.after, g.made_at, r.marked_by, r.change, r.policy, r.reason, r.made_at
		FROM regrades g LEFT JOIN rulings r ON r.id = g.ruling_id WHERE g.attempt_id = $1 ORDER BY g.seq`, id)
	return list, err
}
