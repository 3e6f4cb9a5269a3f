package verify

import (
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"groundwork/content/source"
)

// strangers are servers that know nothing of any task.
var strangers = map[string]http.HandlerFunc{
	"404 for all":                           http.NotFound,
	"200 {} for all":                        answerEmpty,
	"200 {} for all, slowly the first time": slowAtFirst(),
	"500 for all":                           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	"hangs up":                              func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	"204 for all":                           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
}

func answerEmpty(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, "{}")
}

// slowAtFirst takes 20 ms for the first request of each path, as any server may
// whose code is cold: a check of speed alone would take it for a cache.
func slowAtFirst() http.HandlerFunc {
	var seen sync.Map
	return func(w http.ResponseWriter, r *http.Request) {
		if _, again := seen.LoadOrStore(r.URL.Path, true); !again {
			time.Sleep(20 * time.Millisecond)
		}
		answerEmpty(w, r)
	}
}

// KnowNothing runs all checks of a task against servers that know nothing of
// it, and an empty folder. It reports checks that pass there and are not named
// under trivial in the front matter, names there that pass nowhere, and a
// server that passes the task as a whole.
func KnowNothing(ctx context.Context, t *Task) source.Problems {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var problems source.Problems
	passed := map[string]string{} // check -> a server
	for _, name := range slices.Sorted(maps.Keys(strangers)) {
		wg.Go(func() {
			res, err := runStranger(ctx, t, strangers[name])
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				problems.Add(t.File, 0, "cannot be run against a server that knows nothing: "+err.Error(), "run it again")
				return
			}
			if res.Passed {
				problems.Add(t.File, 0, "a server that answers "+name+" passes", "check what only a service of this task does")
			}
			for _, c := range res.Checks {
				if c.Status == Pass {
					passed[c.ID] = name
				}
			}
		})
	}
	wg.Wait()
	for _, id := range slices.Sorted(maps.Keys(passed)) {
		if !slices.Contains(t.Trivial, id) {
			problems.Add(t.File, t.Check(id).Head, fmt.Sprintf("a server that answers %s passes the check %s", passed[id], id), "add a given that only a service of this task meets; or name the check under trivial, if that is right")
		}
	}
	for _, id := range t.Trivial {
		if passed[id] == "" {
			problems.Add(t.File, 2, "trivial names "+id+", which no server passes that knows nothing", "take it away")
		}
	}
	return problems
}

func runStranger(ctx context.Context, t *Task, h http.HandlerFunc) (*Result, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go srv.Serve(l) // until Close
	defer srv.Close()
	bench := &Bench{}
	if err := bench.Start("127.0.0.1:0"); err != nil {
		return nil, err
	}
	defer bench.Close()
	dir, err := os.MkdirTemp("", "groundwork")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r := &Runner{App: Remote{Base: "http://" + l.Addr().String()}, Bench: bench, Repo: dir, Seed: 1, All: true, Ctx: ctx}
	return r.Run(t, ""), nil
}
