package verify_test

import (
	"net/http"
	"time"

	"groundwork/exam/verify/ref/cached"
)

var m3Cache = subject{
	task: "m3-cache",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		return cached.New(w.bench+"/origin", bug, 2*time.Second, w.log), func(bool) {}, nil
	},
	mutants: []mutant{
		{"no-cache", "cache.hit"},
		{"always-miss", "cache.hit"},
		{"one-key", "cache.keys"},
		{"no-expiry", "cache.ttl"},
		{"sliding", "cache.ttl"},
		{"caches-errors", "cache.errors"},
		{"slow-hit", "cache.latency"},
		{"no-log", "cache.logs"},
		{"stampede", "cache.stampede"},
		{"abrupt", "stop.graceful"},
	},
}
