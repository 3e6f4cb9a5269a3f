package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/store"
)

// openChild opens the file args[0], makes a visitor and closes it.
func openChild(args []string) error {
	s, err := store.Open(context.Background(), args[0])
	if err != nil {
		return err
	}
	_, _, err = s.CreateVisitor(context.Background(), time.Now())
	return errors.Join(err, s.Close())
}

// word is an item whose answer is any text.
func word(n int) *exam.Item {
	return &exam.Item{
		ID: exam.ItemID(fmt.Sprintf("word-%02d", n)), Title: "A word", Skill: "api", Level: exam.Mid, Pool: exam.ExamPool, Type: exam.Short, Stem: "Which?",
		Options: []exam.Option{{ID: "a", Text: "right", Reason: "it is", Key: true}, {ID: "b", Text: "wrong", Reason: "it is not"}},
	}
}

// saveChild answers all slots of attempt args[2] of learner args[1] in the
// file args[0] over and over, several at a time, and prints a line for each
// answer after the store said that it is saved, until it is killed.
func saveChild(args []string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, args[0])
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	learner, id := store.LearnerID(n), exam.AttemptID(args[2])
	a, err := s.Attempt(ctx, learner, id, noon)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for _, slot := range a.Slots {
		go func() {
			for rev := slot.Rev; ; rev++ {
				text := fmt.Sprintf("%s-%d-%d", strings.Repeat("x", rev%300), slot.N, rev+1)
				_, err := s.SaveAnswer(ctx, learner, id, exam.Change{Slot: slot.N, Event: text, BaseRev: rev, Response: &exam.Response{Text: text}}, noon)
				if err != nil {
					failed <- err
					return
				}
				fmt.Printf("saved %d %d %s\n", slot.N, rev+1, text) // one write: lines do not mix
			}
		}()
	}
	return <-failed
}

// An acknowledged answer is there after the process was killed: at random
// moments, while many are being written, several times over on one file.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	if n, err := strconv.Atoi(os.Getenv("GROUNDWORK_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	path := filepath.Join(t.TempDir(), "killed.db")
	s := open(t, path)
	learner := visitor(t, s)
	var items []*exam.Item
	for i := range 12 {
		items = append(items, word(i))
	}
	a := start(t, s, learner, noon, items...)
	fine(t, s.Close())
	total := 0
	for round := range rounds {
		acks := killed(t, path, learner, a.ID)
		checkSurvivors(t, path, learner, a.ID, acks)
		total += len(acks)
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
	t.Logf("killed %d times; %d acknowledged answers, none lost", rounds, total)
	if total < 10*rounds {
		t.Errorf("%d answers in %d rounds: too few to prove anything", total, rounds)
	}
}

// An ack is an answer that a process was told is saved.
type ack struct {
	slot, rev int
	text      string
}

// killed lets a process save answers and kills it a while after its first.
func killed(t *testing.T, path string, learner store.LearnerID, id exam.AttemptID) []ack {
	t.Helper()
	c := child(t, "save", path, fmt.Sprint(learner), string(id))
	stderr := new(strings.Builder)
	c.Stderr = stderr
	out, err := c.StdoutPipe()
	fine(t, err)
	fine(t, c.Start())
	var once sync.Once
	kill := func() { _ = c.Process.Kill() } // it may have ended by itself, which shows below
	var acks []ack
	for r := bufio.NewReader(out); ; {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // half a line is no acknowledgement
		}
		fine(t, err)
		var a ack
		if _, err := fmt.Sscanf(line, "saved %d %d %s", &a.slot, &a.rev, &a.text); err != nil {
			t.Fatalf("the process printed %q", line)
		}
		acks = append(acks, a)
		once.Do(func() { time.AfterFunc(time.Duration(rand.IntN(400))*time.Millisecond, kill) })
	}
	if err := c.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Fatalf("the process ended with %v, want it killed: %s", err, stderr)
	}
	return acks
}

// checkSurvivors opens a file whose writer was killed and compares it with
// what was acknowledged, and with its own log.
func checkSurvivors(t *testing.T, path string, learner store.LearnerID, id exam.AttemptID, acks []ack) {
	t.Helper()
	s := open(t, path)
	defer func() { fine(t, s.Close()) }()
	a, err := s.Attempt(t.Context(), learner, id, noon)
	fine(t, err)
	events, err := s.Events(t.Context(), learner, id, 1_000_000)
	fine(t, err)
	logged := map[ack]bool{}
	for _, e := range events {
		r, err := exam.DecodeResponse(e.Data)
		if e.Kind == "save" && err == nil {
			logged[ack{e.Slot, e.Rev, r.Text}] = true
		}
	}
	for _, k := range acks {
		if !logged[k] {
			t.Errorf("slot %d: revision %d was acknowledged and is not in the log", k.slot, k.rev)
		}
		if slot := a.Slot(k.slot); slot.Rev < k.rev {
			t.Errorf("slot %d: revision %d was acknowledged and %d is stored", k.slot, k.rev, slot.Rev)
		}
	}
	for _, slot := range a.Slots {
		if slot.Rev > 0 && !logged[ack{slot.N, slot.Rev, slot.Response.Text}] {
			t.Errorf("slot %d holds revision %d, %q, which is not in the log", slot.N, slot.Rev, slot.Response.Text)
		}
	}
	var verdict string
	fine(t, raw(t, path).QueryRow(`PRAGMA integrity_check`).Scan(&verdict))
	if verdict != "ok" {
		t.Errorf("integrity_check says %s", verdict)
	}
}
