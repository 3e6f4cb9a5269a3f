package verify

import (
	"encoding/json"
	"net/http"
)

// The bench as the metrics service of p2-shortener.

const keptEvents = "events" // a name in Bench.kept

// A TakenEvent is a click that the events role was told of.
type TakenEvent struct {
	ID   string `json:"event_id"`
	Code string `json:"code"`
}

// takeEvents takes POST {"events": [{event_id, code, at}]}, 1 to 100 of them.
func takeEvents(b *Bench, call BenchHit, _ int) (status int, answer any) {
	events := eventsIn(call)
	for _, e := range events {
		if e.ID == "" || e.Code == "" {
			events = nil
			break
		}
	}
	if len(events) < 1 || len(events) > 100 {
		return http.StatusBadRequest, map[string]any{"error": `want POST {"events": [{"event_id", "code", "at"}]}, 1 to 100 of them`}
	}
	all, _ := b.kept[keptEvents].([]TakenEvent)
	b.kept[keptEvents] = append(all, events...)
	return http.StatusAccepted, map[string]any{"accepted": len(events)}
}

// eventsIn are the events that a call tells of, none if it is malformed.
func eventsIn(call BenchHit) []TakenEvent {
	var in struct {
		Events []TakenEvent `json:"events"`
	}
	if call.Method != "POST" || json.Unmarshal([]byte(call.Body), &in) != nil {
		return nil
	}
	return in.Events
}

// Events returns the ids of the events of one code that the events role has
// taken since the check began, each once, in order.
func (b *Bench) Events(code string) (ids []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all, _ := b.kept[keptEvents].([]TakenEvent)
	seen := map[string]bool{}
	for _, e := range all {
		if e.Code == code && !seen[e.ID] {
			seen[e.ID] = true
			ids = append(ids, e.ID)
		}
	}
	return ids
}
