//go:build unix

package exam_test

import (
	"syscall"
	"testing"
	"time"

	"groundwork/content"
	"groundwork/exam"
)

// fixed are the types whose answer is a choice among what is given.
var fixed = map[exam.Type]bool{exam.Single: true, exam.Multiple: true, exam.Ordering: true, exam.Matching: true}

// BenchmarkScoreForm grades an attempt of 60 fixed-choice items of the bank,
// all of them answered.
func BenchmarkScoreForm(b *testing.B) {
	items, _ := exam.LoadItems(content.FS())
	versions := map[exam.VersionID]*exam.Item{}
	var slots []exam.Slot
	for _, it := range items {
		if !fixed[it.Type] || len(slots) == 60 {
			continue
		}
		var r exam.Response
		switch it.Type {
		case exam.Matching:
			r.Pairs = map[exam.OptionID]string{}
			for _, o := range it.Options {
				r.Pairs[o.ID] = string(it.Choices[0].ID)
			}
		case exam.Ordering:
			for _, o := range it.Options {
				r.Choice = append(r.Choice, o.ID)
			}
		default:
			r.Choice = []exam.OptionID{it.Options[len(slots)%len(it.Options)].ID}
		}
		versions[it.Version()] = it
		slots = append(slots, exam.Slot{N: len(slots) + 1, Version: it.Version(), Points: 1, Response: r})
	}
	if len(slots) < 60 {
		b.Fatalf("the bank has %d items to score, want 60", len(slots))
	}
	now := time.Date(2026, 6, 14, 14, 0, 0, 0, time.UTC)
	get := func(v exam.VersionID) *exam.Item { return versions[v] }
	b.ReportAllocs()
	begun := cpu()
	for b.Loop() {
		a := exam.Attempt{State: exam.InProgress, Deadline: now.Add(time.Hour), Slots: slots}
		a.Close(exam.ByLearner, now, get, nil)
		if a.Max != 60 {
			b.Fatal("not all was scored")
		}
	}
	b.ReportMetric(float64(cpu()-begun)/float64(b.N), "cpu-ns/op") // what a busy machine does not stretch
}

// cpu is the processor time that the tests have used.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
