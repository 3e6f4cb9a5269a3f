package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// serveBaseline is a handler that does nothing but write the bytes of a file,
// or 304 to whoever has them, under the headers that groundwork sends with
// them: what is left of a page when all is done before. The server around it
// has the limits that groundwork sets.
func serveBaseline(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("baseline", flag.ContinueOnError)
	addr := f.String("addr", "", "`address` to listen on")
	file := f.String("file", "", "`file` to send")
	headers := f.String("headers", "{}", "`JSON` of the headers to send with it")
	if err := f.Parse(args); err != nil {
		return err
	}
	body, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	var all http.Header
	if err := json.Unmarshal([]byte(*headers), &all); err != nil {
		return fmt.Errorf("headers: %w", err)
	}
	known := maps.Clone(all) // of an answer that has no body
	maps.DeleteFunc(known, func(name string, _ []string) bool {
		return strings.HasPrefix(name, "Content-") && name != "Content-Security-Policy"
	})
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"x"` {
			maps.Copy(w.Header(), known)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		maps.Copy(w.Header(), all)
		_, _ = w.Write(body)
	})
	srv := &http.Server{
		Addr: *addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
	}
	go func() { <-ctx.Done(); _ = srv.Close() }()
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// bytesServer starts a baseline that serves what the site answers at path.
func (b *bench) bytesServer(path string) (*process, error) {
	c, err := dial(b.site.addr)
	if err != nil {
		return nil, err
	}
	defer c.close()
	r, err := c.get(path, gzipped)
	if err := expect(r, err, 200); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(b.dir, "body")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := file.Write(bytes.Clone(r.body)); err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	delete(r.header, "Date") // which the server sets itself
	headers, err := json.Marshal(r.header)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(b.ctx, self, "baseline", "-addr", addr, "-file", file.Name(), "-headers", string(headers)), addr: addr}
	p.cmd.Stderr = os.Stderr
	return p, p.start()
}

// against is the side that sends the same bytes to a baseline server that is
// there for this round only.
func (b *bench) against(path string, req []byte, status, clients int) side {
	return func(d time.Duration) (sample, error) {
		p, err := b.bytesServer(path)
		if err != nil {
			return sample{}, err
		}
		defer p.stop()
		return load(p, repeat(clients, fetch(req, status)), d)
	}
}

// repeat gives n clients the same task.
func repeat(n int, t task) []task {
	list := make([]task, n)
	for i := range list {
		list[i] = t
	}
	return list
}

// inProcess is a side that runs in this program: do is called over and over,
// and all processor time of this program is its.
func inProcess(do func() error) side {
	return func(d time.Duration) (sample, error) {
		var t tally
		var times []time.Duration
		cpu, begin := ownCPU(), time.Now()
		for at := begin; at.Sub(begin) < d; {
			if err := do(); err != nil {
				return sample{}, err
			}
			now := time.Now()
			times = append(times, now.Sub(at))
			at = now
		}
		t.add(times, 0, nil)
		return t.sample(time.Since(begin), ownCPU()-cpu), nil
	}
}
