package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"groundwork/exam"
)

// versions remembers item versions. They never change, so what is here is
// always right, however old.
type versions struct {
	mu    sync.RWMutex
	items map[exam.VersionID]*exam.Item
}

func (v *versions) get(id exam.VersionID) *exam.Item {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.items[id]
}

func (v *versions) put(id exam.VersionID, it *exam.Item) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.items == nil {
		v.items = map[exam.VersionID]*exam.Item{}
	}
	v.items[id] = it
}

// Item returns an item as it was in the given version.
func (s *Store) Item(ctx context.Context, id exam.VersionID) (it *exam.Item, err error) {
	if it := s.items.get(id); it != nil {
		return it, nil
	}
	err = s.view(ctx, "read item version", func(t *tx) error {
		it, err = s.item(t, id)
		return err
	})
	return it, err
}

// load brings the versions of slots into memory, and those by which slots are
// marked since their item was corrected.
func (s *Store) load(t *tx, slots []exam.Slot) error {
	for _, slot := range slots {
		if _, err := s.item(t, slot.Version); err != nil {
			return fmt.Errorf("item %s: %w", slot.Item, err)
		}
		if slot.Ruling == nil {
			continue
		}
		if _, err := s.item(t, slot.Ruling.New); err != nil {
			return fmt.Errorf("item %s as corrected: %w", slot.Item, err)
		}
	}
	return nil
}

func (s *Store) item(t *tx, id exam.VersionID) (*exam.Item, error) {
	if it := s.items.get(id); it != nil {
		return it, nil
	}
	var body string
	if err := t.row(`SELECT body FROM item_versions WHERE id = $1`, id).Scan(&body); err != nil {
		return nil, err
	}
	it, err := exam.DecodeItem([]byte(body))
	if err != nil {
		return nil, err
	}
	s.items.put(id, it)
	return it, nil
}

// keepItem stores a version of an item unless it is stored already.
func (s *Store) keepItem(t *tx, id exam.VersionID, it *exam.Item, now time.Time) error {
	if _, ok := s.kept.Load(id); ok {
		return nil
	}
	_, err := t.exec(`
		INSERT INTO item_versions (id, item_id, body, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO NOTHING`,
		id, it.ID, string(it.Encode()), now.UnixMilli())
	if err == nil {
		t.kept = append(t.kept, id) // and in s.kept once that is on disk
	}
	return err
}
