package verify_test

import (
	"net/http"
	"path/filepath"

	"groundwork/exam/verify/ref/feed"
)

var p4Feed = subject{
	task: "p4-feed",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		return feed.New(filepath.Join(w.dir, "feed.log"), bug)
	},
	mutants: []mutant{
		{"abrupt", "stop.graceful"},
		{"anonymous-feed", "auth.token"},
		{"post-200", "post.create"},
		{"bytes-counted", "post.rules"},
		{"empty-post", "post.rules"},
		{"unknown-followed", "follow.unknown"},
		{"self-followed", "follow.self"},
		{"oldest-first", "feed.follows"},
		{"follow-again-409", "follow.twice"},
		{"edge-doubled", "follow.twice"},
		{"everybody", "feed.strangers"},
		{"unfollow-ignored", "feed.unfollow"},
		{"delete-anybody", "post.delete"},
		{"deleted-stays", "post.delete"},
		{"events-not-counted", "fanout.event"},
		{"fan-out-in-request", "fanout.async"},
		{"first-100-followers", "fanout.all"},
		{"doubles-on-retry", "fanout.all"},
		{"arrival-order", "fanout.order"},
		{"queue-in-memory", "fanout.crash"},
		{"grouped-by-author", "read.converge"},
		{"clears-first", "read.monotonic"},
		{"own-list-late", "read.own"},
		{"cursor-inclusive", "pages.walk"},
		{"offset", "pages.insert"},
		{"cursor-row-must-exist", "pages.delete"},
		{"cursor-by-time", "pages.ties"},
		{"bad-cursor-500", "pages.bad"},
		{"bad-cursor-ignored", "pages.bad"},
		{"no-cap", "pages.cap"},
		{"cache-off", "cache.hot"},
		{"hot-for-ever", "cache.fresh"},
		{"no-backfill", "backfill.follow"},
		{"backfill-doubles", "backfill.job"},
		{"no-singleflight", "stampede"},
	},
}
