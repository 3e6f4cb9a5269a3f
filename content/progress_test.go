package content

import (
	"testing"
	"time"
)

func TestStanding(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		e    Evidence
		want Standing
	}{
		{"nothing", Evidence{Lessons: 6}, NotStarted},
		{"nothing to read", Evidence{}, NotStarted},
		{"a lesson", Evidence{Read: 1, Lessons: 6}, Learning},
		{"all but one", Evidence{Read: 5, Lessons: 6}, Learning},
		{"all lessons", Evidence{Read: 6, Lessons: 6}, Practised},
		{"more read than there are now", Evidence{Read: 7, Lessons: 6}, Practised},
		{"items met, all wrong", Evidence{Lessons: 6, Items: 6}, Learning},
		{"just too few right", Evidence{Lessons: 6, Items: 10, Right: 5.9}, Learning},
		{"enough right to be practised", Evidence{Lessons: 6, Items: 10, Right: 6}, Practised},
		{"not quite mastered", Evidence{Lessons: 6, Items: 10, Right: 7.9}, Practised},
		{"mastered", Evidence{Lessons: 6, Items: 10, Right: 8}, Mastered},
		{"mastered, with the least items", Evidence{Lessons: 6, Items: 4, Right: 4}, Mastered},
		{"all right, of too few items", Evidence{Lessons: 6, Items: 3, Right: 3}, Practised},
		{"all read, all wrong", Evidence{Read: 6, Lessons: 6, Items: 6}, Practised},
	}
	for _, tt := range tests {
		if got := tt.e.Standing(); got != tt.want {
			t.Errorf("%s: Standing of %+v = %d, want %d", tt.name, tt.e, got, tt.want)
		}
	}
}

func TestStepDone(t *testing.T) {
	t.Parallel()
	now := time.Unix(1, 0)
	step := Step{ID: "a", Task: Task{ID: "b", Criteria: []Criterion{{Ref: "task/b/c"}, {Ref: "task/b/d"}}}}
	tests := []struct {
		name string
		step Step
		done map[string]time.Time
		want bool
	}{
		{"nothing", step, nil, false},
		{"one of two", step, map[string]time.Time{"task/b/c": now}, false},
		{"both", step, map[string]time.Time{"task/b/c": now, "task/b/d": now}, true},
		{"one taken back", step, map[string]time.Time{"task/b/c": now, "task/b/d": {}}, false},
		{"the step itself", step, map[string]time.Time{"path/a": now}, true},
		{"another step", step, map[string]time.Time{"path/b": now}, false},
		{"without criteria", Step{ID: "a"}, nil, false},
	}
	for _, tt := range tests {
		if got := tt.step.Done(tt.done); got != tt.want {
			t.Errorf("%s: Done = %t, want %t", tt.name, got, tt.want)
		}
	}
}

func TestLessonsRead(t *testing.T) {
	t.Parallel()
	now := time.Unix(1, 0)
	s := &Skill{Lessons: []*Lesson{{ID: "a/b"}, {ID: "a/c"}, {ID: "a/d"}}}
	done := map[string]time.Time{"lesson/a/b": now, "lesson/a/c": {}, "lesson/z/d": now, "a/d": now}
	if got := s.LessonsRead(done); got != 1 {
		t.Errorf("LessonsRead = %d, want 1", got)
	}
	if got := s.LessonsRead(nil); got != 0 {
		t.Errorf("LessonsRead of nothing = %d", got)
	}
}
