package main

import (
	"fmt"
	"sync"
	"time"
)

func examScenarios() []scenario {
	beside := func(n int) scenario {
		return scenario{
			name: fmt.Sprintf("answer-save-%d", n), against: "the same statements by bare group commit", grows: true,
			goals: []goal{rateOf(0.5), p99Of(4)},
			site:  answerSave(n), base: func(b *bench) (side, error) { return bareSaves(b, n, statements) },
		}
	}
	upsert := scenario{
		name: "answer-save-64, one upsert", against: "one upsert by bare group commit", goals: []goal{rateOf(0.5)},
		site: answerSave(64), base: func(b *bench) (side, error) { return bareSaves(b, 64, statements[1:2]) },
	}
	saves := func(b *bench) (side, error) { return answerSave(64)(b, b.site) }
	pages := []goal{cpuOf(3)}
	return []scenario{
		beside(64), beside(256), upsert,
		{name: "answer-save-64 beside readers", against: "without readers", goals: []goal{rateOf(0.9)}, site: savesBesideReaders, base: saves},
		{name: "exam-start", against: "answer-save-64", goals: []goal{cpuOf(5)}, grows: true, site: examStarts, base: saves},
		{name: "submit-and-score", against: "answer-save-64", goals: []goal{cpuOf(6)}, grows: true, site: submits, base: saves},
		{name: "item-page", against: "templ rendering from memory", goals: pages, grows: true, site: personal("/exam/%s/1", false), base: rendering("Item")},
		{name: "clock", against: "answer-save-64", goals: []goal{cpuOf(0.5)}, site: personal("/exam/%s/clock", false), base: saves},
		{name: "report", against: "templ rendering from memory", goals: pages, grows: true, site: personal("/exam/%s/result", true), base: rendering("Result")},
		{name: "dashboard", against: "templ rendering from memory", goals: pages, grows: true, site: personal("/me", true), base: rendering("Dashboard")},
	}
}

// answerSave has n people save one answer after the other.
func answerSave(n int) func(*bench, *process) (side, error) {
	return func(b *bench, p *process) (side, error) {
		people, err := b.sitters(p, n)
		if err != nil {
			return nil, err
		}
		return steady(p, savings(people)), nil
	}
}

func savings(people []*sitter) []task {
	tasks := make([]task, len(people))
	for i, s := range people {
		tasks[i] = s.saving()
	}
	return tasks
}

// savesBesideReaders has 64 people save while others turn 200 pages a second.
func savesBesideReaders(b *bench, p *process) (side, error) {
	people, err := b.sitters(p, 68)
	if err != nil {
		return nil, err
	}
	var turns []task
	for _, s := range people[64:] {
		turns = append(turns, fetch(getBytes("/exam/"+s.attempt+"/2", s.cookie), 200))
	}
	return func(d time.Duration) (sample, error) {
		done := make(chan error, 1)
		go func() { _, err := closed(p, turns, d+300*time.Millisecond, 20*time.Millisecond); done <- err }()
		s, err := load(p, savings(people[:64]), d)
		if other := <-done; err == nil {
			err = other
		}
		return s, err
	}, nil
}

func examStarts(_ *bench, p *process) (side, error) {
	return steady(p, repeat(16, func(c *client) error {
		_, err := begin(c)
		return err
	})), nil
}

// submits hands in attempts with an answer to everything; they are prepared
// before each round, and a round ends when they are used up.
func submits(b *bench, p *process) (side, error) {
	return func(d time.Duration) (sample, error) {
		people, err := b.sitters(p, 600)
		if err != nil {
			return sample{}, err
		}
		if err := answered(p.db, people); err != nil {
			return sample{}, err
		}
		var mu sync.Mutex
		next := func() *sitter {
			mu.Lock()
			defer mu.Unlock()
			if len(people) == 0 {
				return nil
			}
			s := people[0]
			people = people[1:]
			return s
		}
		return closed(p, repeat(16, func(c *client) error {
			s := next()
			if s == nil {
				return errDone
			}
			return s.submit(c)
		}), 10*d, 0)
	}, nil
}

func (s *sitter) submit(c *client) error {
	r, err := c.send(formBytes("/exam/"+s.attempt+"/submit", s.cookie, ""))
	return expect(r, err, 303)
}

// personal has 16 people look at a page of their own; %s in its path is their
// attempt, graded or running, with an answer to everything.
func personal(path string, graded bool) func(*bench, *process) (side, error) {
	return func(b *bench, p *process) (side, error) {
		people, err := b.sitters(p, 16)
		if err != nil {
			return nil, err
		}
		c, err := dial(p.addr)
		if err != nil {
			return nil, err
		}
		defer c.close()
		var tasks []task
		for _, s := range people {
			if err := s.answer(c); err != nil {
				return nil, err
			}
			if graded {
				if err := s.submit(c); err != nil {
					return nil, err
				}
			}
			at := path
			if path != "/me" {
				at = fmt.Sprintf(path, s.attempt)
			}
			tasks = append(tasks, fetch(getBytes(at, s.cookie), 200))
		}
		return steady(p, tasks), nil
	}
}
