package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A client is one connection.
type client struct {
	nc   net.Conn
	r    *bufio.Reader
	body bytes.Buffer
}

// A reply is an answer; its body is valid until the next request.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func dial(addr string) (*client, error) {
	nc, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &client{nc: nc, r: bufio.NewReaderSize(nc, 16<<10)}, nil
}

func (c *client) close() { _ = c.nc.Close() }

// send sends ready bytes and reads the answer.
func (c *client) send(req []byte) (reply, error) {
	_ = c.nc.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := c.nc.Write(req); err != nil {
		return reply{}, err
	}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	c.body.Reset()
	if _, err := c.body.ReadFrom(resp.Body); err != nil {
		return reply{}, err
	}
	return reply{resp.StatusCode, resp.Header, c.body.Bytes()}, nil
}

// get asks for a page; more is further header lines, each with its line end.
func (c *client) get(path, more string) (reply, error) { return c.send(getBytes(path, more)) }

func getBytes(path, more string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\n%s\r\n", path, more)
}

func formBytes(path, more, form string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n%s\r\n%s", path, len(form), more, form)
}

// A task is one request of one client, or a few that belong together. It
// returns an error if the answer is not the one that was expected.
type task func(c *client) error

// fetch is the task to send the same bytes over and over.
func fetch(req []byte, status int) task {
	return func(c *client) error {
		r, err := c.send(req)
		return expect(r, err, status)
	}
}

func expect(r reply, err error, status int) error {
	if err != nil {
		return err
	}
	if r.status != status {
		return fmt.Errorf("status %d, want %d: %.200s", r.status, status, r.body)
	}
	return nil
}

// A sample is what one side did in one round.
type sample struct {
	requests, failed int
	why              error // the first failure
	wall, cpu        time.Duration
	p50, p99         time.Duration
	rss              float64 // MB, at the end
}

func (s sample) rate() float64 { return float64(s.requests) / s.wall.Seconds() }

// each is the processor time of the server a request, in microseconds.
func (s sample) each() float64 { return float64(s.cpu.Microseconds()) / float64(max(1, s.requests)) }

// tally gathers what clients measure.
type tally struct {
	mu     sync.Mutex
	times  []time.Duration
	failed int
	why    error
}

func (t *tally) add(times []time.Duration, failed int, why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.times = append(t.times, times...)
	t.failed += failed
	if t.why == nil {
		t.why = why
	}
}

// sample closes the tally.
func (t *tally) sample(wall, cpu time.Duration) sample {
	s := sample{requests: len(t.times), failed: t.failed, why: t.why, wall: wall, cpu: cpu}
	if len(t.times) > 0 {
		slices.Sort(t.times)
		s.p50, s.p99 = t.times[len(t.times)/2], t.times[len(t.times)*99/100]
	}
	return s
}

// load runs every task in a client of its own, again and again for the given
// time, after a short run to warm up.
func load(p *process, tasks []task, d time.Duration) (sample, error) {
	if _, err := closed(p, tasks, min(d/5, 300*time.Millisecond), 0); err != nil {
		return sample{}, err
	}
	return closed(p, tasks, d, 0)
}

// closed is load without warming up; clients rest after each task.
func closed(p *process, tasks []task, d, rest time.Duration) (sample, error) {
	clients := make([]*client, len(tasks))
	for i := range clients {
		c, err := dial(p.addr)
		if err != nil {
			return sample{}, err
		}
		defer c.close()
		clients[i] = c
	}
	var t tally
	var wg sync.WaitGroup
	cpu, begin := p.cpu(), time.Now()
	for i, do := range tasks {
		wg.Go(func() {
			var times []time.Duration
			failed, why := 0, error(nil)
			for at := time.Now(); at.Sub(begin) < d && failed < 10; {
				err := do(clients[i])
				now := time.Now()
				if err == errDone {
					break
				}
				if err != nil {
					failed, why = failed+1, err
				} else {
					times = append(times, now.Sub(at))
				}
				if at = now; rest > 0 {
					time.Sleep(rest)
					at = time.Now()
				}
			}
			t.add(times, failed, why)
		})
	}
	wg.Wait()
	s := t.sample(time.Since(begin), p.cpu()-cpu)
	s.rss = p.rss()
	return s, nil
}

// errDone ends a client before its time: there is nothing left to do.
var errDone = errors.New("nothing left to do")
