package main

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/errgroup"

	"groundwork/content"
	"groundwork/content/search"
)

const (
	gzipped  = "Accept-Encoding: gzip\r\n"
	thePage  = "/guide/levels"
	nClients = 64
)

// scenarios lists what is measured beside a baseline.
func scenarios() []scenario {
	return append(pageScenarios(), examScenarios()...)
}

func pageScenarios() []scenario {
	return []scenario{
		{
			name: "browse-page", against: "handler writing the same bytes", goals: []goal{rateOf(0.85), cpuOf(1.2)}, grows: true,
			site: func(_ *bench, p *process) (side, error) {
				return steady(p, repeat(nClients, fetch(getBytes(thePage, gzipped), 200))), nil
			},
			base: func(b *bench) (side, error) {
				return b.against(thePage, getBytes(thePage, gzipped), 200, nClients), nil
			},
		},
		{
			name: "browse-304", against: "handler answering 304", goals: []goal{rateOf(0.85)},
			site: knownPage,
			base: func(b *bench) (side, error) {
				return b.against(thePage, getBytes(thePage, gzipped+"If-None-Match: \"x\"\r\n"), 304, nClients), nil
			},
		},
		{
			name: "static", against: "handler writing the same bytes", goals: []goal{rateOf(0.85)},
			site: func(_ *bench, p *process) (side, error) {
				path, err := stylesheet(p)
				return steady(p, repeat(nClients, fetch(getBytes(path, gzipped), 200))), err
			},
			base: func(b *bench) (side, error) {
				path, err := stylesheet(b.site)
				return b.against(path, getBytes(path, gzipped), 200, nClients), err
			},
		},
		{
			name: "signed-in", against: "the same page for a visitor", goals: []goal{cpuOf(8)}, grows: true,
			site: signedInPage(nClients), base: visitorPage(nClients),
		},
		{
			name: "signed-in-16", against: "the same page for a visitor", grows: true,
			goals: []goal{{"p99 ms", func(a, _ sample) float64 { return millis99(a) }, false, 10}},
			site:  signedInPage(16), base: visitorPage(16),
		},
		{name: "search", against: "the search alone, in process", goals: []goal{cpuOf(3)}, grows: true, site: searching("/search"), base: indexAlone},
		{name: "ask", against: "the search alone, in process", goals: []goal{cpuOf(3)}, grows: true, site: searching("/ask"), base: indexAlone},
		{name: "sign-in", against: "one argon2id hash, in process", goals: []goal{cpuOf(1.05)}, grows: true, site: signingIn, base: hashing},
		{
			name: "page beside sign-ins", against: "without 20 people signing in", goals: []goal{p99Of(2)},
			site: besideSignIns,
			base: func(b *bench) (side, error) {
				return func(d time.Duration) (sample, error) { return closed(b.site, readers(), d, time.Millisecond) }, nil
			},
		},
	}
}

// steady is the side that runs tasks against a server that is there all the time.
func steady(p *process, tasks []task) side {
	return func(d time.Duration) (sample, error) { return load(p, tasks, d) }
}

func knownPage(_ *bench, p *process) (side, error) {
	c, err := dial(p.addr)
	if err != nil {
		return nil, err
	}
	defer c.close()
	r, err := c.get(thePage, gzipped)
	if err := expect(r, err, 200); err != nil {
		return nil, err
	}
	return steady(p, repeat(nClients, fetch(getBytes(thePage, gzipped+"If-None-Match: "+r.header.Get("Etag")+"\r\n"), 304))), nil
}

func signedInPage(n int) func(*bench, *process) (side, error) {
	return func(b *bench, p *process) (side, error) {
		people, err := b.accounts(p, 1)
		if err != nil {
			return nil, err
		}
		return steady(p, repeat(n, fetch(getBytes(thePage, gzipped+people[0].cookie), 200))), nil
	}
}

func visitorPage(n int) func(*bench) (side, error) {
	return func(b *bench) (side, error) {
		return steady(b.site, repeat(n, fetch(getBytes(thePage, gzipped), 200))), nil
	}
}

var queries = []string{
	"idempotency key", "why does my query not use the index", "cache stampede", "transaction isolation", "what is a deadlock",
	"pagination cursor", "connection pool", "rate limit", "jwt", "docker health check", "how do I roll back a deployment", "n+1",
}

// searching asks the queries in turn at the given address.
func searching(path string) func(*bench, *process) (side, error) {
	return func(_ *bench, p *process) (side, error) {
		tasks := make([]task, 16)
		for i := range tasks {
			turn := i
			tasks[i] = func(c *client) error {
				turn++
				r, err := c.get(path+"?q="+url.QueryEscape(queries[turn%len(queries)]), gzipped)
				return expect(r, err, 200)
			}
		}
		return steady(p, tasks), nil
	}
}

func indexAlone(*bench) (side, error) {
	lib, problems := content.Load(content.FS())
	if err := problems.Err(); err != nil {
		return nil, err
	}
	index := search.Build(lib.Sections(), search.WithSynonyms(search.Engineering()))
	turn := 0
	return inProcess(func() error {
		turn++
		if hits := index.Search(queries[turn%len(queries)], 40); len(hits) == 0 {
			return fmt.Errorf("nothing found for %q", queries[turn%len(queries)])
		}
		return nil
	}), nil
}

// signingIn lets more people sign in, one after the other, than any limit of an
// account would slow down.
func signingIn(b *bench, p *process) (side, error) {
	people, err := b.accounts(p, 60)
	if err != nil {
		return nil, err
	}
	tasks := make([]task, 4)
	for i := range tasks {
		turn := i
		tasks[i] = func(c *client) error {
			turn += len(tasks)
			return people[turn%len(people)].signIn(c)
		}
	}
	return steady(p, tasks), nil
}

func (a account) signIn(c *client) error {
	r, err := c.send(formBytes("/account/sign-in", network(), url.Values{"email": {a.email}, "password": {a.password}}.Encode()))
	return expect(r, err, 303)
}

func hashing(*bench) (side, error) {
	return inProcess(func() error {
		argon2.IDKey([]byte("a long enough pass phrase"), []byte("salt of 16 bytes"), 2, 19*1024, 1, 32)
		return nil
	}), nil
}

// readers look at a page now and then.
func readers() []task { return repeat(4, fetch(getBytes(thePage, gzipped), 200)) }

// besideSignIns has readers while 20 people sign in.
func besideSignIns(b *bench, p *process) (side, error) {
	people, err := b.accounts(p, 60)
	if err != nil {
		return nil, err
	}
	tasks := make([]task, 20)
	for i := range tasks {
		turn := i
		tasks[i] = func(c *client) error { turn += len(tasks); return people[turn%len(people)].signIn(c) }
	}
	return func(d time.Duration) (sample, error) {
		var g errgroup.Group
		g.Go(func() error { _, err := closed(p, tasks, d+600*time.Millisecond, 0); return err })
		time.Sleep(300 * time.Millisecond)
		s, err := closed(p, readers(), d, time.Millisecond)
		return s, errors.Join(err, g.Wait())
	}, nil
}
