package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"groundwork/store"
	"groundwork/web"
)

// newLog writes lines for people (text) or for machines (json).
func newLog(format string, w io.Writer) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, fmt.Errorf("-log is text or json, not %q", format)
}

// monitor is the second door of the site, for Prometheus. It is not for the
// public: keep it on a private address.
type monitor struct {
	addr     string // empty: there is none
	registry *prometheus.Registry
	metrics  *web.Metrics
}

func newMonitor(addr string) *monitor {
	if addr == "" {
		return &monitor{}
	}
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &monitor{addr, r, web.NewMetrics(r)}
}

// watch has the store's commits counted.
func (m *monitor) watch(st *store.Store) {
	if m.metrics != nil {
		st.Watch(m.metrics.Commit)
	}
}

// start serves /metrics until ctx is done.
func (m *monitor) start(ctx context.Context, g *errgroup.Group, log *slog.Logger) error {
	if m.addr == "" {
		return nil
	}
	ln, err := net.Listen("tcp", m.addr)
	if err != nil {
		return fmt.Errorf("-metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	log.Info("metrics", "url", "http://"+ln.Addr().String()+"/metrics")
	g.Go(func() error {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		return srv.Close()
	})
	return nil
}

// A clock time of the day in UTC, or never.
type hour struct {
	after time.Duration // since midnight
	never bool
}

// Set implements [flag.Value]: HH:MM, or never.
func (h *hour) Set(s string) error {
	if s == "never" {
		*h = hour{never: true}
		return nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return errors.New("want HH:MM in UTC, or never")
	}
	*h = hour{after: time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute}
	return nil
}

// String implements [flag.Value].
func (h *hour) String() string {
	if h == nil || h.never {
		return "never"
	}
	return time.Time{}.Add(h.after).Format("15:04")
}

// A job of the night that was missed at its hour is made up for within the same
// night, and by day only after some nights: it may take minutes of a processor,
// which somebody in an exam would notice.
const (
	night  = 3 * time.Hour
	nights = 3 * 24 * time.Hour

	aheadAtMost = 24 * time.Hour // a clock is corrected by less, if it is worth its name
)

// due reports whether something that was done last at last is to be done now:
// once after each passing of the hour. A clock that jumped back does it no
// second time, unless it was so far ahead that last is no time it was done at.
func (h *hour) due(last, now time.Time) bool {
	if h.never {
		return false
	}
	if last.After(now.Add(aheadAtMost)) {
		last = time.Time{}
	}
	passed := now.UTC().Truncate(24 * time.Hour).Add(h.after)
	if passed.After(now) {
		passed = passed.AddDate(0, 0, -1)
	}
	return last.Before(passed) && now.Before(passed.Add(night)) || now.Sub(last) > nights
}

// nightly tests once a night that everything stored can be taken out and put
// back in. A failure is an error in the log and stands on the operator's page.
func nightly(ctx context.Context, st *store.Store, log *slog.Logger, at hour) {
	if err := selfTest(ctx, st, log, at, time.Now()); err != nil && ctx.Err() == nil {
		log.Error("self-test", "err", err)
	}
}

// selfTest runs the self-test if it is due.
func selfTest(ctx context.Context, st *store.Store, log *slog.Logger, at hour, now time.Time) error {
	list, err := st.SelfTests(ctx)
	if err != nil {
		return err
	}
	var last time.Time
	if len(list) > 0 {
		last = list[0].At
	}
	if !at.due(last, now) {
		return nil
	}
	r, err := st.SelfTest(ctx, now)
	if err == nil && r.Fault != "" {
		err = errors.New(r.Fault)
	}
	if err == nil {
		log.Info("self-test good", "records", r.Records, "took", r.Took)
	}
	return err
}
