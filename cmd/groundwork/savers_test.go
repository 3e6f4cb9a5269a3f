//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// savers are people in their exams who change an answer as fast as the server
// lets them, and remember each change that was acknowledged.
type savers struct {
	t       *testing.T
	url     atomic.Pointer[string]
	people  []*saver
	pause   time.Duration // of each of them after a change
	clocks  *clocks       // note how long changes took; nil notes nothing
	refused atomic.Int64  // changes that the server said it could not save
	stop    context.CancelFunc
	wg      sync.WaitGroup
}

// A saver is one of them.
type saver struct {
	http.Client
	name, path string // of the slot that is changed
	rev        int
	mu         sync.Mutex
	acked      []string // ids of changes
}

// startSavers begins n exams and lets them run until halt.
func startSavers(t *testing.T, url string, n int) *savers {
	t.Helper()
	return startPaced(t, url, n, 0, nil)
}

// startPaced is startSavers with people who pause after each change.
func startPaced(t *testing.T, url string, n int, pause time.Duration, c *clocks) *savers {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &savers{t: t, stop: cancel, pause: pause, clocks: c}
	s.url.Store(&url)
	for i := range n {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		p := &saver{Client: http.Client{Jar: jar, Timeout: 20 * time.Second}, name: strconv.Itoa(i)}
		resp, err := p.PostForm(url+"/exam", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		attempt := strings.TrimSuffix(resp.Request.URL.Path, "/1")
		p.path = fmt.Sprintf("%s/slots/%d", attempt, firstChoice(t, &p.Client, url, attempt))
		s.people = append(s.people, p)
	}
	for _, p := range s.people {
		s.wg.Go(func() { p.save(ctx, s) })
	}
	t.Cleanup(s.halt)
	return s
}

// save changes the answer until ctx is done. A change that was not
// acknowledged is not repeated: whether it is stored does not matter.
func (p *saver) save(ctx context.Context, s *savers) {
	for i := 0; wait(ctx, s.pause); i++ {
		event, begin := fmt.Sprintf("%s-%d", p.name, i), time.Now()
		rev, status := change(&p.Client, *s.url.Load()+p.path, event, p.rev, map[string]any{"choice": []string{string(rune('a' + i%3))}})
		s.clocks.note("save", begin)
		switch status {
		case http.StatusOK:
			p.mu.Lock()
			p.acked = append(p.acked, event)
			p.mu.Unlock()
			p.rev = rev
		case http.StatusConflict: // one before was stored and its reply lost
			p.rev = rev
		case 0: // no server at the moment
			time.Sleep(5 * time.Millisecond)
		case http.StatusServiceUnavailable:
			s.refused.Add(1)
			time.Sleep(5 * time.Millisecond)
		default: // a browser would drop the answer
			s.t.Errorf("%s: a change that was not saved is answered with %d, want 503", event, status)
			return
		}
	}
}

// halt ends the exams' changes.
func (s *savers) halt() { s.stop(); s.wg.Wait() }

// acknowledged is how many changes were acknowledged so far.
func (s *savers) acknowledged() (n int) {
	for _, p := range s.people {
		p.mu.Lock()
		n += len(p.acked)
		p.mu.Unlock()
	}
	return n
}

// progress waits until n more changes were acknowledged.
func (s *savers) progress(n int) {
	s.t.Helper()
	want := s.acknowledged() + n
	s.until(fmt.Sprintf("%d more changes to be saved", n), func() bool { return s.acknowledged() >= want })
}

// until waits for something to happen.
func (s *savers) until(what string, happened func() bool) {
	s.t.Helper()
	for range 3000 {
		if happened() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("waited in vain for %s", what)
}

// lost returns the acknowledged changes that the database does not have.
func (s *savers) lost(db string) (lost []string) {
	s.t.Helper()
	conn, err := sql.Open("sqlite", "file:"+db+"?mode=ro&_busy_timeout=5000")
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.Query(`SELECT event_id FROM events WHERE kind = 'save'`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	stored := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			s.t.Fatal(err)
		}
		stored[id] = true
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	for _, p := range s.people {
		for _, id := range p.acked {
			if !stored[id] {
				lost = append(lost, id)
			}
		}
	}
	return lost
}

// report ends the savers and fails if anything acknowledged is not stored.
func (s *savers) report(db string) {
	s.t.Helper()
	s.halt()
	lost := s.lost(db)
	s.t.Logf("acknowledged %d, refused %d, lost %d", s.acknowledged(), s.refused.Load(), len(lost))
	if len(lost) > 0 {
		s.t.Errorf("acknowledged and lost: %.10q", lost)
	}
}

// rounds is how often a fault is repeated: GROUNDWORK_ROUNDS, or few.
func rounds(few int) int {
	if n, err := strconv.Atoi(os.Getenv("GROUNDWORK_ROUNDS")); err == nil {
		return n
	}
	return few
}

// R1, R3, R4: killed at random moments under load, again and again, also while
// starting.
func TestKillUnderLoad(t *testing.T) {
	db := filepath.Join(t.TempDir(), "g.db")
	url, process := child(t, db)
	s := startSavers(t, url, 8)
	for round := range rounds(3) {
		s.progress(20)
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		_ = process.Signal(syscall.SIGKILL)
		_, _ = process.Wait()
		if round%3 == 2 { // and once more before it is ready
			cmd := childCommand(db)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		url, process = child(t, db)
		s.url.Store(&url)
	}
	s.progress(20)
	s.report(db)
	if out, err := groundwork(t, "", "doctor", "-db", db); err != nil {
		t.Errorf("doctor: %v\n%s", err, out)
	}
}
