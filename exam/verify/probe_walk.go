package verify

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

const walkPages = 50 // more pages than any check has data for

// probeWalk follows next_cursor from path= with limit= items a page until the
// wanted ids (want=, JSON lists and values) were all seen, or to the end unless
// stop=found; id= is their path in an answer, token= a bearer token. It fails
// on a page longer than the limit, an id seen twice, a cursor that comes again,
// and ids that are missing at the end; with only=want, on an id that was not
// wanted. A walk may go on at cursor= after a page whose ids were seen=. Its
// number of ids becomes the value named by count=, or must be same=.
func probeWalk(x *Ctx, args map[string]string) error {
	w, err := newWalk(args)
	if err != nil {
		return err
	}
	for page := w.first; page <= walkPages; page++ {
		done, err := w.page(x, page)
		if err != nil {
			return err
		}
		if done {
			return w.count(x)
		}
	}
	return &Failure{What: "pages", Expected: fmt.Sprintf("all items within %d pages", walkPages), Actual: fmt.Sprintf("%d not seen", len(w.left))}
}

type walk struct {
	args    map[string]string
	limit   int
	first   int             // number of the first page
	left    map[string]bool // wanted and not yet seen
	want    map[string]bool
	seen    map[string]int // id -> page
	cursors map[string]bool
	cursor  string
}

func newWalk(args map[string]string) (*walk, error) {
	w := &walk{args: args, first: 1, cursor: args["cursor"], seen: map[string]int{}, cursors: map[string]bool{}}
	var err error
	if w.limit, err = strconv.Atoi(args["limit"]); err != nil {
		return nil, err
	}
	want, err := values(args["want"])
	if err != nil {
		return nil, fmt.Errorf("want=: %w", err)
	}
	seen, err := values(args["seen"])
	if err != nil {
		return nil, fmt.Errorf("seen=: %w", err)
	}
	for _, id := range seen {
		w.first, w.seen[id] = 2, 1
	}
	w.want, w.left = map[string]bool{}, map[string]bool{}
	for _, id := range want {
		w.want[id] = true
		if w.seen[id] == 0 {
			w.left[id] = true
		}
	}
	return w, nil
}

// values reads JSON values and lists with commas between, [1,2],3, into one list.
func values(text string) (all []string, err error) {
	var list []any
	if err := json.Unmarshal([]byte("["+text+"]"), &list); err != nil {
		return nil, err
	}
	for _, v := range list {
		inner, isList := v.([]any)
		if !isList {
			inner = []any{v}
		}
		for _, v := range inner {
			all = append(all, show(v))
		}
	}
	return all, nil
}

// count keeps or compares the number of ids at the end of the walk.
func (w *walk) count(x *Ctx) error {
	if name := w.args["count"]; name != "" {
		x.Vars[name] = float64(len(w.seen))
	}
	if same := w.args["same"]; same != "" && same != strconv.Itoa(len(w.seen)) {
		return &Failure{What: "number of items of " + w.args["path"], Expected: "as before: " + same, Actual: strconv.Itoa(len(w.seen)), Exchange: x.last()}
	}
	return nil
}

func (w *walk) request() Request {
	sep := "?"
	if strings.Contains(w.args["path"], "?") {
		sep = "&"
	}
	r := Request{Method: "GET", Target: w.args["path"] + sep + "limit=" + strconv.Itoa(w.limit)}
	if w.cursor != "" {
		r.Target += "&cursor=" + url.QueryEscape(w.cursor)
	}
	if t := w.args["token"]; t != "" {
		r.Header = [][2]string{{"Authorization", "Bearer " + t}}
	}
	return r
}

// page reads one page; done means that the walk ended well.
func (w *walk) page(x *Ctx, page int) (done bool, err error) {
	e := x.Do(w.request())
	fail := func(what, want, got string) (bool, error) {
		return false, &Failure{What: what, Expected: want, Actual: got, Exchange: &e}
	}
	if e.Got.Err != "" || e.Got.Status != 200 {
		return fail("page "+strconv.Itoa(page), "200", strconv.Itoa(e.Got.Status)+" "+e.Got.Err)
	}
	ids, _, err := e.Got.Lookup(w.args["id"])
	if err != nil {
		return false, err
	}
	if len(ids) > w.limit {
		return fail("length of page "+strconv.Itoa(page), "at most "+w.args["limit"], strconv.Itoa(len(ids)))
	}
	for _, id := range ids {
		k := show(id)
		if w.seen[k] != 0 {
			return fail("id "+k, "on one page only", fmt.Sprintf("on pages %d and %d", w.seen[k], page))
		}
		if w.args["only"] == "want" && !w.want[k] {
			return fail("items of "+w.args["path"], fmt.Sprintf("the %d that fit and no other", len(w.want)), "also id "+k)
		}
		w.seen[k] = page
		delete(w.left, k)
	}
	next, _, err := e.Got.Lookup("$.next_cursor")
	if err != nil {
		return false, err
	}
	if len(next) == 0 || next[0] == nil || next[0] == "" {
		if len(w.left) > 0 {
			return fail("items after the last page", fmt.Sprintf("all %d items seen once", len(w.want)), fmt.Sprintf("%d never seen", len(w.left)))
		}
		return true, nil
	}
	w.cursor = show(next[0])
	if w.cursors[w.cursor] {
		return fail("next_cursor", "a new cursor on every page", strconv.Quote(w.cursor)+" again")
	}
	w.cursors[w.cursor] = true
	return len(w.left) == 0 && w.args["stop"] == "found", nil
}
