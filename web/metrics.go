package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what the site does, for Prometheus. They name routes and
// statuses, never people or addresses. They are safe for concurrent use.
type Metrics struct {
	requests *prometheus.HistogramVec
	open     prometheus.Gauge
	commits  *prometheus.HistogramVec
	changes  prometheus.Counter
}

// NewMetrics returns metrics that registry collects.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "groundwork_request_seconds", Help: "Time from the head of a request to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "status"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "groundwork_requests_open", Help: "Requests that are being answered.",
		}),
		commits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "groundwork_commit_seconds", Help: "Time of one commit of the store, flush to disk included.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}, []string{"outcome"}),
		changes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "groundwork_changes_total", Help: "Changes that were committed; divided by the commits it tells how many share one flush.",
		}),
	}
	registry.MustRegister(m.requests, m.open, m.commits, m.changes)
	return m
}

// Commit notes one commit of the store: how many changes it had and how long
// it took. It fits [store.Store.Watch].
func (m *Metrics) Commit(changes int, took time.Duration, err error) {
	outcome := "ok"
	if err != nil {
		outcome = "failed"
	} else {
		m.changes.Add(float64(changes))
	}
	m.commits.WithLabelValues(outcome).Observe(took.Seconds())
}

// measured notes every request that next answers. A nil m notes nothing.
func (m *Metrics) measured(next http.Handler) http.Handler {
	if m == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin, answer := time.Now(), &answered{ResponseWriter: w, status: http.StatusOK}
		m.open.Inc()
		defer func() {
			m.open.Dec()
			route := r.Pattern // which the mux has written into the request by now
			if route == "" {
				route = "none"
			}
			m.requests.WithLabelValues(route, strconv.Itoa(answer.status)).Observe(time.Since(begin).Seconds())
		}()
		next.ServeHTTP(answer, r)
	})
}

// answered is a response that remembers its status.
type answered struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }
