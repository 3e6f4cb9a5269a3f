package verify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// reminderRole is the role of the bench that takes reminders.
const reminderRole = "notify"

// reminders are the calls that named one task.
func reminders(x *Ctx, task string) (calls []BenchHit, err error) {
	all, err := x.Hits(reminderRole, "")
	for _, h := range all {
		var body map[string]any
		if json.Unmarshal([]byte(h.Body), &body) == nil && body["task_id"] != nil && show(body["task_id"]) == task {
			calls = append(calls, h)
		}
	}
	return calls, err
}

// probeReminded waits up to within= for a reminder of task= that the bench took
// with 2xx. The first try must come before the task is due=, and not earlier
// than before= and a second ahead of that.
func probeReminded(x *Ctx, args map[string]string) error {
	due, err1 := time.Parse(time.RFC3339, args["due"])
	before, err2 := time.ParseDuration(args["before"])
	within, err3 := time.ParseDuration(args["within"])
	if err1 != nil || err2 != nil || err3 != nil {
		return fmt.Errorf("due=%s before=%s within=%s: want a time and two durations", args["due"], args["before"], args["within"])
	}
	until := x.Now().Add(time.Duration(float64(within) * x.R.Slow))
	for {
		calls, err := reminders(x, args["task"])
		if err != nil {
			return err
		}
		if slices.ContainsFunc(calls, taken) {
			return inTime(calls[0], due, before)
		}
		if x.Now().After(until) {
			return &Failure{What: "reminders of task " + args["task"] + " at $NOTIFY_URL", Expected: "one that was taken with 2xx, within " + args["within"], Actual: fmt.Sprintf("%d calls", len(calls)), Exchange: x.last()}
		}
		if err := x.Sleep(50 * time.Millisecond); err != nil {
			return err
		}
	}
}

func taken(h BenchHit) bool { return h.Status/100 == 2 }

// inTime judges the first try of a reminder.
func inTime(h BenchHit, due time.Time, before time.Duration) error {
	var body struct {
		Due string `json:"due_at"`
	}
	if err := json.Unmarshal([]byte(h.Body), &body); err != nil {
		return err
	}
	said, err := time.Parse(time.RFC3339, body.Due)
	switch ahead := due.Sub(h.At); {
	case err != nil || !said.Equal(due):
		return &Failure{What: "due_at of the reminder", Expected: due.Format(time.RFC3339), Actual: strconv.Quote(body.Due)}
	case ahead > before+time.Second:
		return &Failure{What: "time of the reminder", Expected: before.String() + " before the task is due", Actual: ahead.Round(10*time.Millisecond).String() + " before", Timing: true}
	case ahead < 0:
		return &Failure{What: "time of the reminder", Expected: before.String() + " before the task is due", Actual: (-ahead).Round(10*time.Millisecond).String() + " after", Timing: true}
	}
	return nil
}

// probeRemindedOnce fails unless exactly one reminder of task= was taken, and
// all tries had the same body.
func probeRemindedOnce(x *Ctx, args map[string]string) error {
	calls, err := reminders(x, args["task"])
	if err != nil {
		return err
	}
	done := 0
	for _, h := range calls {
		if taken(h) {
			done++
		}
		if h.Body != calls[0].Body {
			return &Failure{What: "body of a second try", Expected: calls[0].Body, Actual: h.Body}
		}
	}
	if done != 1 {
		return &Failure{What: "reminders of task " + args["task"] + " that were taken with 2xx", Expected: "1", Actual: strconv.Itoa(done)}
	}
	return nil
}

// probeNotReminded fails if one of tasks= was reminded of.
func probeNotReminded(x *Ctx, args map[string]string) error {
	tasks, err := values(args["tasks"])
	if err != nil {
		return fmt.Errorf("tasks=: %w", err)
	}
	for _, task := range tasks {
		calls, err := reminders(x, task)
		if err != nil {
			return err
		}
		if len(calls) > 0 {
			return &Failure{What: "reminders of task " + task, Expected: "none: it was completed or deleted", Actual: fmt.Sprintf("%d, the first with %s", len(calls), calls[0].Body)}
		}
	}
	return nil
}
