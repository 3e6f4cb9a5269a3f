package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"groundwork/content"
)

// singles measures what has no rounds, and prints a line for each.
func (b *bench) singles() error {
	list := []struct {
		name string
		run  func() (figures, goal string, met bool, err error)
	}{
		{"cold-start", b.coldStart},
		{"weight", b.weight},
		{"sitters", b.manySitters},
		{"statistics", b.statistics},
		{"scoring", b.scoring},
	}
	fmt.Print("\n| measurement | figures | goal | met |\n|---|---|---|---|\n")
	for _, m := range list {
		if !b.set.wanted(m.name) {
			continue
		}
		figures, goal, met, err := m.run()
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Printf("| %s | %s | %s | %s |\n", m.name, figures, goal, map[bool]string{true: "yes", false: "**no**"}[met])
	}
	return nil
}

// coldStart starts the program on an empty store until it has shown a page,
// and then leaves it alone for two seconds.
func (b *bench) coldStart() (figures, goal string, met bool, err error) {
	var cpus []time.Duration
	var idle []float64
	for i := range max(3, b.set.rounds) {
		p, err := startSite(b.ctx, b.set.binary, filepath.Join(b.dir, fmt.Sprintf("cold%d.db", i)))
		if err != nil {
			return "", "", false, err
		}
		c, err := dial(p.addr)
		if err == nil {
			_, err = c.get("/", gzipped)
			c.close()
		}
		cpus = append(cpus, p.cpu())
		time.Sleep(2 * time.Second)
		idle = append(idle, p.rss())
		p.stop()
		if err != nil {
			return "", "", false, err
		}
	}
	slices.Sort(cpus)
	slices.Sort(idle)
	cpu, rss := cpus[len(cpus)/2], idle[len(idle)/2]
	return fmt.Sprintf("%d ms CPU until the first page (%d–%d); %.0f MB RSS idle (%.0f–%.0f)", cpu.Milliseconds(),
		cpus[0].Milliseconds(), cpus[len(cpus)-1].Milliseconds(), rss, idle[0], idle[len(idle)-1]), "≤ 300 ms, ≤ 60 MB", cpu <= 300*time.Millisecond && rss <= 60, nil
}

var assetURL = regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`)

// stylesheet is the address of the site's style sheet.
func stylesheet(p *process) (string, error) {
	c, err := dial(p.addr)
	if err != nil {
		return "", err
	}
	defer c.close()
	r, err := c.get("/", "")
	if err := expect(r, err, 200); err != nil {
		return "", err
	}
	for _, m := range assetURL.FindAllSubmatch(r.body, -1) {
		if match, _ := filepath.Match("/static/style.*.css", string(m[1])); match {
			return string(m[1]), nil
		}
	}
	return "", fmt.Errorf("no style sheet on the front page")
}

// weight adds up the bytes, without headers, of a first visit to any page with
// all files that it names, of the pages alone, and of somebody's own.
func (b *bench) weight() (figures, goal string, met bool, err error) {
	c, err := dial(b.site.addr)
	if err != nil {
		return "", "", false, err
	}
	defer c.close()
	files := map[string]int{}
	var first, later []int
	heaviest, over := "", 0
	for _, path := range readingPaths() {
		page, visit, err := visited(c, path, files)
		if err != nil {
			return "", "", false, fmt.Errorf("%s: %w", path, err)
		}
		if first, later = append(first, visit), append(later, page); page >= slices.Max(later) {
			heaviest = path
		}
		if page > 12_000 {
			over++
		}
	}
	own, err := b.ownWeights(c)
	if err != nil {
		return "", "", false, err
	}
	slices.Sort(first)
	slices.Sort(later)
	n := len(later)
	return fmt.Sprintf("first visit %d kB (most %d); later pages %.1f kB, 9 of 10 below %.1f, most %.1f (%s); %d of %d above 12; %s",
			first[n/2]/1000, first[n-1]/1000, kilo(later[n/2]), kilo(later[n*9/10]), kilo(later[n-1]), heaviest, over, n, own),
		"≤ 130 kB / ≤ 12 kB", first[n-1] <= 130_000 && over == 0, nil
}

// ownWeights tells what the pages of somebody who sits an exam weigh.
func (b *bench) ownWeights(c *client) (string, error) {
	people, err := b.sitters(b.site, 1)
	if err != nil {
		return "", err
	}
	s := people[0]
	var words []string
	for _, page := range []struct{ name, path string }{{"an item", "/exam/" + s.attempt + "/1"}, {"the report", "/exam/" + s.attempt + "/result"}, {"the dashboard", "/me"}} {
		if page.name == "the report" {
			if err := s.submit(c); err != nil {
				return "", err
			}
		}
		r, err := c.get(page.path, gzipped+s.cookie)
		if err := expect(r, err, 200); err != nil {
			return "", fmt.Errorf("%s: %w", page.path, err)
		}
		words = append(words, fmt.Sprintf("%s %.1f", page.name, kilo(len(r.body))))
	}
	return strings.Join(words, ", "), nil
}

// readingPaths are the pages that anybody may read.
func readingPaths() []string {
	lib, _ := content.Load(content.FS())
	paths := []string{"/", "/map", "/path", "/projects", "/guide/levels", "/guide/interview", "/guide/mistakes", "/guide/glossary", "/fit", "/exam", "/practice", "/search", "/ask"}
	for _, l := range lib.Lessons() {
		paths = append(paths, l.URL())
	}
	for _, s := range lib.Skills {
		paths = append(paths, s.URL())
	}
	for _, p := range lib.Projects {
		paths = append(paths, p.URL())
	}
	return paths
}

// visited is what a page weighs alone, and with the files that it names. The
// weights of files are kept in files.
func visited(c *client, path string, files map[string]int) (page, visit int, err error) {
	r, err := c.get(path, gzipped)
	if err := expect(r, err, 200); err != nil {
		return 0, 0, err
	}
	page = len(r.body)
	plain, err := c.get(path, "")
	if err := expect(plain, err, 200); err != nil {
		return 0, 0, err
	}
	visit = page
	for _, m := range assetURL.FindAllStringSubmatch(string(plain.body), -1) {
		if files[m[1]] == 0 {
			f, err := c.get(m[1], gzipped)
			if err := expect(f, err, 200); err != nil {
				return 0, 0, err
			}
			files[m[1]] = len(f.body)
		}
		visit += files[m[1]]
	}
	return page, visit, nil
}

func kilo(n int) float64 { return float64(n) / 1000 }

// manySitters has each of many people, on a connection of their own, save an
// answer and turn a page every 30 seconds; as in a browser, their pages ask for
// the clock in between.
func (b *bench) manySitters() (figures, goal string, met bool, err error) {
	people, err := b.sitters(b.site, b.set.sitters)
	if err != nil {
		return "", "", false, err
	}
	const every = 30 * time.Second
	var t tally
	var wg sync.WaitGroup
	cpu, begin := time.Duration(0), time.Now().Add(5*time.Second) // to connect
	for _, s := range people {
		wg.Go(func() {
			times, failed, why := s.sit(b.site.addr, begin.Add(rand.N(every)), begin.Add(b.set.sit), every)
			t.add(times, failed, why)
		})
	}
	time.Sleep(time.Until(begin))
	cpu = b.site.cpu()
	time.Sleep(b.set.sit)
	cpu = b.site.cpu() - cpu
	rss := b.site.rss()
	wg.Wait()
	s := t.sample(b.set.sit, cpu)
	cores := cpu.Seconds() / b.set.sit.Seconds()
	figures = fmt.Sprintf("%d people, %s: %.0f requests/s, p50 %.1f ms, p99 %.1f ms, %d errors, %.2f core, %.0f MB RSS",
		len(people), b.set.sit, s.rate(), millis50(s), millis99(s), s.failed, cores, rss)
	if s.why != nil {
		figures += ", first error: " + s.why.Error()
	}
	return figures, "p99 ≤ 50 ms, 0 errors, ≤ 400 MB, ≤ 0.3 core", millis99(s) <= 50 && s.failed == 0 && rss <= 400 && cores <= 0.3, nil
}

// sit saves an answer every so often, turns a page in between and asks for the
// clock after either, about as often as a page does. Like a browser it connects
// when it has something to send, and anew if the server has closed the
// connection meanwhile.
func (s *sitter) sit(addr string, from, until time.Time, every time.Duration) (times []time.Duration, failed int, why error) {
	saving := s.saving()
	turning := fetch(getBytes("/exam/"+s.attempt+"/1", s.cookie), 200)
	asking := fetch(getBytes("/exam/"+s.attempt+"/clock", s.cookie), 200)
	var c *client
	for turn := 0; ; turn++ {
		at := from.Add(time.Duration(turn) * every / 4)
		if at.After(until) {
			if c != nil {
				c.close()
			}
			return times, failed, why
		}
		time.Sleep(time.Until(at))
		do := asking
		switch turn % 4 {
		case 0:
			do = saving
		case 2:
			do = turning
		}
		sent := time.Now()
		var err error
		if c, err = attempt(c, addr, do); err != nil {
			failed, why = failed+1, err
		} else {
			times = append(times, time.Since(sent))
		}
	}
}

// attempt does a task on c, or on a new connection if there is none or it
// fails, and returns the connection to go on with.
func attempt(c *client, addr string, do task) (*client, error) {
	if c != nil {
		if err := do(c); err == nil {
			return c, nil
		}
		c.close()
	}
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	if err := do(c); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// statistics runs package analysis's own comparison.
func (b *bench) statistics() (figures, goal string, met bool, err error) {
	n, err := b.goBench("exam/analysis", "^BenchmarkMillion$", fmt.Sprintf("%dx", 4*b.set.rounds)) // the fastest run counts, and they are short
	if err != nil {
		return "", "", false, err
	}
	return fmt.Sprintf("1,000,000 responses: %.0f ms; plain loop that adds up %.0f ms (×%.1f), that counts for every number %.0f ms (×%.1f), whole columns %.0f ms (×%.1f); %.1f MB held, a tenth of the people %.1f MB",
			n["full-ms"], n["adding-ms"], n["full/adding"], n["counting-ms"], n["full/counting"], n["columns-ms"], n["full/columns"], n["MB-held"], n["MB-held/tenth"]),
		"≤ 3 × a plain loop for the same numbers; memory flat", n["full/counting"] <= 3, nil
}

// scoring runs package exam's benchmark of a form of fixed-choice items.
func (b *bench) scoring() (figures, goal string, met bool, err error) {
	n, err := b.goBench("exam", "^BenchmarkScoreForm$", "1s")
	if err != nil {
		return "", "", false, err
	}
	rate := 1e9 / n["cpu-ns/op"]
	return fmt.Sprintf("60 fixed-choice items: %.1f µs, %.0f attempts/s a core, %.0f allocations", n["cpu-ns/op"]/1000, rate, n["allocs/op"]), "≥ 200,000 attempts/s", rate >= 200_000, nil
}
