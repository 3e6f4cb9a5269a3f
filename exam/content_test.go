package exam

import (
	"os"
	"testing"
)

// The bank that the program carries, against the engine: every key scores
// everything, every known wrong answer nothing, and a learner can sit one form
// after the other.

func realBank(t *testing.T) (*Bank, *Blueprint) {
	t.Helper()
	fsys := os.DirFS("../content")
	items, ps := LoadItems(fsys)
	bank, more := NewBank(items)
	ps = append(ps, more...)
	b, more := LoadBlueprint(fsys)
	ps = append(ps, more...)
	if len(ps) > 0 {
		t.Fatalf("the content has mistakes; groundwork check lists them:\n%s", ps.Error())
	}
	if len(bank.All()) < 150 {
		t.Fatalf("%d items, want 150 at least", len(bank.All()))
	}
	return bank, b
}

func TestRealKeys(t *testing.T) {
	t.Parallel()
	bank, _ := realBank(t)
	for _, it := range bank.All() {
		if it.Type != Short && it.Type != SQL && it.Type != Cloze {
			if m := Score(it, right(it), nil); !m.Right() {
				t.Errorf("%s:%d: the key of %s scores %g", it.File, it.Line, it.ID, m.Fraction)
			}
		}
		for _, o := range it.Options {
			var m Mark
			switch {
			case o.Key:
				continue
			case it.Type == Single || it.Type == Multiple:
				m = Score(it, choose(o.ID), nil)
			case it.Type == Numeric:
				m = Score(it, typed(o.Text), nil)
				if m.Known == nil || m.Known.ID != o.ID {
					t.Errorf("%s:%d: the wrong answer %q of %s is not known when it is given", it.File, it.Line, o.Text, it.ID)
				}
			}
			if m.Fraction != 0 {
				t.Errorf("%s:%d: the wrong option %q of %s scores %g", it.File, it.Line, o.Text, it.ID, m.Fraction)
			}
		}
	}
}

func TestRealForms(t *testing.T) {
	t.Parallel()
	bank, b := realBank(t)
	h := History{Seen: map[ItemID]int{}, Uses: map[ItemID]int{}}
	var lately [][]ItemID
	for sitting := range int64(12) {
		h.Recent = map[ItemID]bool{}
		for _, form := range lately[max(0, len(lately)-2):] {
			for _, id := range form {
				h.Recent[id] = true
			}
		}
		form := assemble(t, bank, b, h, sitting)
		if len(form) != b.Items() {
			t.Fatalf("sitting %d has %d items, want %d", sitting+1, len(form), b.Items())
		}
		for i, p := range form {
			if h.Recent[p.Item.ID] {
				t.Errorf("sitting %d: %s stood in one of the last two", sitting+1, p.Item.ID)
			}
			for _, q := range form[:i] {
				if p.Item == q.Item || has(p.Item.Enemies, q.Item.ID) {
					t.Errorf("sitting %d: %s and %s meet", sitting+1, p.Item.ID, q.Item.ID)
				}
			}
			h.Seen[p.Item.ID]++
			h.Uses[p.Item.ID]++
		}
		lately = append(lately, placed(form))
	}
}
