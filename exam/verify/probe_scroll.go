package verify

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// probeScroll reads path= page by page with limit= and the bearer token=, to
// the end. The posts of want= (a JSON list of ids, oldest first) must come
// exactly once, with order=newest in the opposite order. After the first page
// author= writes five posts (between=insert) or deletes the last post of that
// page (between=delete). within= how long the list may take to become so.
func probeScroll(x *Ctx, args map[string]string) error {
	s := scroll{args: args}
	var want []any
	if err := json.Unmarshal([]byte(args["want"]), &want); err != nil {
		return fmt.Errorf("want=: %w", err)
	}
	for _, id := range want {
		s.want = append(s.want, show(id))
	}
	var err error
	if s.limit, err = strconv.Atoi(args["limit"]); err != nil {
		return fmt.Errorf("limit=: %w", err)
	}
	if b := args["between"]; b != "" && b != "insert" && b != "delete" {
		return fmt.Errorf("between=%s: want insert or delete", b)
	}
	return x.until(args["within"], func() error { return s.walk(x) })
}

type scroll struct {
	args  map[string]string
	limit int
	want  []string
}

// walk reads all pages and compares.
func (s scroll) walk(x *Ctx) error {
	var got []string
	cursor := ""
	for page := 1; ; page++ {
		ids, next, err := s.page(x, cursor)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if slices.Contains(got, id) {
				return s.fail(x, "post "+id, "once", fmt.Sprintf("again on page %d", page))
			}
			got = append(got, id)
		}
		if next == "" {
			return s.compare(x, got)
		}
		if page == walkPages {
			return s.fail(x, "pages", fmt.Sprintf("an end within %d", walkPages), "a cursor on each")
		}
		if page == 1 {
			if err := s.between(x, ids); err != nil {
				return err
			}
		}
		cursor = next
	}
}

func (s scroll) page(x *Ctx, cursor string) (ids []string, next string, err error) {
	target := s.args["path"] + "?limit=" + strconv.Itoa(s.limit)
	if cursor != "" {
		target += "&cursor=" + url.QueryEscape(cursor)
	}
	e := x.Do(Request{Method: "GET", Target: target, Header: asUser(s.args["token"])})
	if e.Got.Err != "" || e.Got.Status != 200 {
		return nil, "", s.fail(x, "GET "+target, "200", fmt.Sprint(e.Got.Status, " ", e.Got.Err))
	}
	found, _, err := e.Got.Lookup("$.items[*].id")
	if err != nil {
		return nil, "", err
	}
	for _, id := range found {
		ids = append(ids, show(id))
	}
	if len(ids) > s.limit {
		return nil, "", s.fail(x, "length of a page", fmt.Sprintf("at most %d", s.limit), strconv.Itoa(len(ids)))
	}
	more, _, err := e.Got.Lookup("$.next_cursor")
	if err == nil && len(more) == 1 && more[0] != nil {
		next = show(more[0])
	}
	return ids, next, err
}

// between is what happens to the feed while it is scrolled.
func (s scroll) between(x *Ctx, first []string) error {
	do := func(method, target, body string) error {
		e := x.Do(Request{Method: method, Target: target, Header: asUser(s.args["author"]), Body: body})
		if e.Got.Err != "" || e.Got.Status/100 != 2 {
			return s.fail(x, method+" "+target, "2xx", fmt.Sprint(e.Got.Status, " ", e.Got.Err))
		}
		return nil
	}
	switch s.args["between"] {
	case "insert":
		for n := range 5 {
			if err := do("POST", "/posts", fmt.Sprintf(`{"text": "Meanwhile %d"}`, n)); err != nil {
				return err
			}
		}
		return x.Sleep(settleTime)
	case "delete":
		if len(first) == 0 {
			return s.fail(x, "the first page", "posts", "none")
		}
		if err := do("DELETE", "/posts/"+first[len(first)-1], ""); err != nil {
			return err
		}
		return x.Sleep(settleTime)
	}
	return nil
}

func (s scroll) compare(x *Ctx, got []string) error {
	var known []string
	for _, id := range got {
		if slices.Contains(s.want, id) {
			known = append(known, id)
		}
	}
	if len(known) != len(s.want) {
		i := slices.IndexFunc(s.want, func(id string) bool { return !slices.Contains(got, id) })
		return s.fail(x, "posts on all pages together", fmt.Sprintf("each of %d once", len(s.want)), fmt.Sprintf("%d; missing is for example %s", len(known), s.want[i]))
	}
	slices.Reverse(known)
	if s.args["order"] == "newest" && !slices.Equal(known, s.want) {
		slices.Reverse(known)
		return s.fail(x, "order of the posts", "newest first", strings.Join(known[:min(len(known), 20)], " "))
	}
	return nil
}

func (s scroll) fail(x *Ctx, what, want, got string) error {
	return &Failure{What: what, Expected: want, Actual: got, Exchange: x.last()}
}
