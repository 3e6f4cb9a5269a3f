package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A generator makes a value for let. Its arguments have their values filled in.
type generator struct {
	least, most int // how many arguments it takes
	form        string
	make        func(x *Ctx, args []string) (any, error)
}

const many = 1000 // arguments: as many as one likes

// generators are the words behind let NAME =. What they make depends on the
// seed, the task and the check only.
func generators() map[string]generator {
	return map[string]generator{
		"word": {0, 0, "let w = word", func(x *Ctx, _ []string) (any, error) { return pick(x.Rand) + "-" + token(x.Rand, 6), nil }},
		"email": {0, 0, "let e = email", func(x *Ctx, _ []string) (any, error) {
			return pick(x.Rand) + "." + token(x.Rand, 8) + "@example.test", nil
		}},
		"url": {0, 0, "let u = url", func(x *Ctx, _ []string) (any, error) {
			return "https://" + pick(x.Rand) + ".example.test/" + token(x.Rand, 6) + "?q=" + token(x.Rand, 4) + "&x=%20a#top", nil
		}},
		"uuid":  {0, 0, "let id = uuid", func(x *Ctx, _ []string) (any, error) { return uuid(x.Rand), nil }},
		"int":   {2, 2, "let n = int LOW HIGH", genInt},
		"text":  {1, 2, "let t = text LENGTH [CHARACTER]", genText},
		"time":  {1, 1, "let t = time DURATION", genTime},
		"upper": {1, many, "let t = upper TEXT", func(_ *Ctx, args []string) (any, error) { return strings.ToUpper(strings.Join(args, " ")), nil }},
		"fill":  {1, many, "let t = fill TEXT", func(_ *Ctx, args []string) (any, error) { return strings.Join(args, " "), nil }},
		"list": {1, many, "let l = list TEXT…", func(_ *Ctx, args []string) (any, error) {
			list := make([]any, len(args))
			for i, a := range args {
				list[i] = a
			}
			return list, nil
		}},
	}
}

var someWords = strings.Fields("amber birch cedar delta ember fjord grove heron iris jade kelp lotus maple north olive pearl quartz river slate tulip umber violet willow xenon yarrow zinc")

func pick(r *rand.Rand) string { return someWords[r.IntN(len(someWords))] }

// token returns n letters and digits that are not easily mixed up.
func token(r *rand.Rand, n int) string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

// uuid returns a random UUID, version 4 of RFC 9562.
func uuid(r *rand.Rand) string {
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func genInt(x *Ctx, args []string) (any, error) {
	low, err := strconv.Atoi(args[0])
	if err != nil {
		return nil, err
	}
	high, err := strconv.Atoi(args[1])
	if err != nil {
		return nil, err
	}
	if high < low {
		return nil, errors.New("int: the first number is the greater one")
	}
	return float64(low + x.Rand.IntN(high-low+1)), nil
}

func genText(_ *Ctx, args []string) (any, error) {
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 0 || n > 1<<16 {
		return nil, fmt.Errorf("text %s: want a length up to %d", args[0], 1<<16)
	}
	return strings.Repeat(append(args[1:], "x")[0], n), nil
}

// genTime returns the time now plus a duration, which may be negative.
func genTime(x *Ctx, args []string) (any, error) {
	d, err := time.ParseDuration(args[0])
	if err != nil {
		return nil, err
	}
	now, err := Observe(x, "clock", func() (time.Time, error) { return time.Now().UTC(), nil })
	return now.Add(d).Format(time.RFC3339), err
}

var placeholder = regexp.MustCompile(`\{\{([a-zA-Z0-9_.]+)(?:\[(i|round)\]|/([1-9][0-9]*))?(\|url|\|json)?\}\}`)

// show returns a value as it stands in a text: strings as they are, numbers
// without exponent, everything else as JSON.
func show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// subst puts values into text. In a JSON body strings are escaped for use
// inside quotes. extra are the values of one request among many: i and round.
// The parser has seen that all names are known.
func (x *Ctx) subst(text string, body bool, extra map[string]any) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		g := placeholder.FindStringSubmatch(m)
		v, ok := extra[g[1]]
		if !ok {
			v, ok = x.Vars[g[1]]
		}
		if !ok {
			panic("no value " + g[1])
		}
		if g[2] != "" {
			v = element(v, g[1], extra[g[2]])
		}
		if g[3] != "" {
			v = quotient(v, g[1], g[3])
		}
		switch g[4] {
		case "|url":
			return url.QueryEscape(show(v))
		case "|json":
			b, err := json.Marshal(v)
			if err != nil {
				panic(err)
			}
			return string(b)
		}
		if str, isText := v.(string); isText && body {
			b, err := json.Marshal(str)
			if err != nil {
				panic(err)
			}
			return string(b[1 : len(b)-1])
		}
		return show(v)
	})
}

// quotient is the whole part of a number divided by another.
func quotient(v any, name, by string) any {
	n, isNumber := v.(float64)
	d, err := strconv.ParseFloat(by, 64)
	if !isNumber || err != nil {
		panic(name + " is no number")
	}
	return math.Floor(n / d)
}

// element returns element number at of a list; behind its end the list begins
// again.
func element(list any, name string, at any) any {
	l, isList := list.([]any)
	n, isNumber := at.(float64)
	if !isList || len(l) == 0 || !isNumber {
		panic("no list " + name + ", or no repeated request to take its elements for")
	}
	return l[int(n)%len(l)]
}
