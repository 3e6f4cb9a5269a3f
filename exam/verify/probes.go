package verify

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
)

// Probe is a check step written in Go, for what the step language cannot say.
type Probe func(x *Ctx, args map[string]string) error

var probes = map[string]Probe{}

func Register(name string, p Probe) { probes[name] = p }

func init() { Register("walk", walkPages) }

// walk follows next_cursor from path until the wanted ids were all seen, at most 50 pages.
// It fails on: a page longer than limit, an id seen twice, a cursor that repeats, ids missing.
func walkPages(x *Ctx, args map[string]string) error {
	limit, _ := strconv.Atoi(args["limit"])
	var want []any
	json.Unmarshal([]byte(args["want"]), &want)
	left, seen, cursors := map[string]bool{}, map[string]int{}, map[string]bool{}
	for _, w := range want {
		left[show(w)] = true
	}
	path := args["path"]
	cursor := ""
	fail := func(g Got, s Sent, what, exp, act string) error {
		return &Failure{What: what, Expected: exp, Actual: act, Exchange: &Exch{Sent: s, Got: g, N: 1}}
	}
	for page := 1; page <= 50; page++ {
		sep := "?"
		if u, _ := url.Parse(path); u != nil && u.RawQuery != "" {
			sep = "&"
		}
		p := path + sep + "limit=" + strconv.Itoa(limit)
		if cursor != "" {
			p += "&cursor=" + url.QueryEscape(cursor)
		}
		var hdr [][2]string
		if t := args["token"]; t != "" {
			hdr = append(hdr, [2]string{"Authorization", "Bearer " + t})
		}
		s, g := x.Do("GET", p, hdr, "", 0)
		x.N++
		x.Exch = append(x.Exch, Exch{Sent: s, Got: g, N: 1})
		if g.Err != "" || g.Status != 200 {
			return fail(g, s, "page "+strconv.Itoa(page), "200", strconv.Itoa(g.Status)+" "+g.Err)
		}
		ids, _, err := lookup(g.doc, args["id"])
		if err != nil {
			return err
		}
		if len(ids) > limit {
			return fail(g, s, "length of page "+strconv.Itoa(page), "at most "+args["limit"], strconv.Itoa(len(ids)))
		}
		for _, id := range ids {
			k := show(id)
			if seen[k] != 0 {
				return fail(g, s, "id "+k, "on one page only", fmt.Sprintf("on pages %d and %d", seen[k], page))
			}
			seen[k] = page
			delete(left, k)
		}
		nc, _, _ := lookup(g.doc, "$.next_cursor")
		if len(nc) == 0 || nc[0] == nil || nc[0] == "" {
			if len(left) > 0 {
				return fail(g, s, "items after the last page", fmt.Sprintf("all %d items seen once", len(want)), fmt.Sprintf("%d never seen", len(left)))
			}
			return nil
		}
		cursor = show(nc[0])
		if cursors[cursor] {
			return fail(g, s, "next_cursor", "a new cursor on every page", strconv.Quote(cursor)+" again")
		}
		cursors[cursor] = true
		if len(left) == 0 && args["stop"] == "found" {
			return nil
		}
	}
	return &Failure{What: "pages", Expected: "all items within 50 pages", Actual: fmt.Sprintf("%d not seen", len(left))}
}

func init() {
	Register("targets", func(x *Ctx, a map[string]string) error {
		var codes []string
		if err := json.Unmarshal([]byte(a["codes"]), &codes); err != nil {
			return err
		}
		sample, _ := strconv.Atoi(a["sample"])
		step := max(1, len(codes)/max(1, sample))
		for i, c := range codes {
			if i%step != 0 {
				continue
			}
			s, g := x.Do("GET", "/"+c, nil, "", 0)
			x.N++
			want := a["prefix"] + strconv.Itoa(i)
			if got := g.Header.Get("Location"); got != want {
				return &Failure{What: "target of code " + c, Expected: want, Actual: strconv.Quote(got) + " " + g.Err, Exchange: &Exch{Sent: s, Got: g, N: 1},
					Hint: "Two links made at the same moment got mixed up."}
			}
		}
		return nil
	})
	Register("notsequential", func(x *Ctx, a map[string]string) error {
		var codes []string
		if err := json.Unmarshal([]byte(a["codes"]), &codes); err != nil {
			return err
		}
		near := 0
		for i := 1; i < len(codes); i++ {
			if d := codeDistance(codes[i-1], codes[i]); d >= 0 && d <= 3 {
				near++
			}
		}
		if near*2 > len(codes) {
			return &Failure{What: "codes of links made one after the other", Expected: "no pattern", Actual: fmt.Sprint(codes)}
		}
		return nil
	})
}

// codeDistance: how far apart two codes of one length are when read as numbers of any base; -1: far.
func codeDistance(a, b string) int {
	if len(a) != len(b) || a == b {
		return -1
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	if i < len(a)-1 {
		return -1
	}
	d := int(b[i]) - int(a[i])
	if d < 0 {
		d = -d
	}
	return d
}
