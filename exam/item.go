package exam

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// An ItemID names an item for ever; its versions come and go.
type ItemID string

// A VersionID names one immutable version of an item: a hash of its content.
type VersionID string

// An OptionID names an option within one version of an item.
type OptionID string

// A Type is a kind of question.
type Type string

// The kinds of question.
const (
	Single   Type = "single"   // one of several options
	Multiple Type = "multiple" // all that apply
	Numeric  Type = "numeric"  // a number, within a tolerance
	Ordering Type = "ordering" // all options, in order
	Matching Type = "matching" // a choice for every stem
	Short    Type = "short"    // a few words that match a pattern
	Cloze    Type = "cloze"    // blanks in a text
	SQL      Type = "sql"      // a query that is run
)

// Types lists the kinds of question in the order in which they are described.
var Types = []Type{Single, Multiple, Numeric, Ordering, Matching, Short, Cloze, SQL}

// A Level is a rung of the ladder of hiring expectations.
type Level string

// The levels, lowest first.
const (
	Junior Level = "junior"
	Mid    Level = "mid"
	Senior Level = "senior"
)

// Levels lists the levels, lowest first.
var Levels = []Level{Junior, Mid, Senior}

// A Pool is one of the two halves of the bank, which never mix.
type Pool string

// The pools.
const (
	ExamPool     Pool = "exam"     // shown in exams and their reviews only
	PracticePool Pool = "practice" // shown freely
)

// An Item is one question in one version. All texts are Markdown. Its JSON is
// what the database keeps, so that an attempt is shown as it was taken.
type Item struct {
	ID          ItemID   `json:"id"`
	Title       string   `json:"title"`
	Skill       string   `json:"skill"`
	Lesson      string   `json:"lesson"` // what it tests, "api/errors"
	Pool        Pool     `json:"pool"`
	Level       Level    `json:"level"`
	Type        Type     `json:"type"`
	Reads       string   `json:"reads,omitempty"` // code, plan or log
	Seconds     int      `json:"seconds"`         // time it should take
	StimulusID  string   `json:"stimulus_id,omitempty"`
	Stimulus    string   `json:"stimulus,omitempty"` // shared with other items
	Stem        string   `json:"stem"`               // its last paragraph is the question
	Options     []Option `json:"options,omitempty"`
	Choices     []Option `json:"choices,omitempty"` // matching: the right-hand side
	Blanks      []Blank  `json:"blanks,omitempty"`  // cloze
	Number      *Number  `json:"number,omitempty"`  // numeric
	Query       *Query   `json:"query,omitempty"`   // sql
	Case        bool     `json:"case,omitempty"`    // capitals matter
	Fixed       bool     `json:"fixed,omitempty"`   // options keep their order
	Explanation string   `json:"explanation,omitempty"`

	Enemies []ItemID `json:"-"` // never on one form with this item
	Changed Kind     `json:"-"` // how it differs from the version before
	Run     string   `json:"-"` // what computes the key: go or sql
	Expr    string   `json:"-"` // the key as a Go constant expression
	File    string   `json:"-"`
	Line    int      `json:"-"`
}

// An Option is one option of an item. What it means depends on the type:
// a choice; an entry of an order, listed in the right one; the left side of a
// match, with Match naming the right side; for numeric, short text and SQL an
// accepted answer (Key) or a known wrong one.
type Option struct {
	ID     OptionID `json:"id"`
	Text   string   `json:"text"`
	Reason string   `json:"reason,omitempty"`
	Key    bool     `json:"key,omitempty"`
	Match  OptionID `json:"match,omitempty"`
}

// A Blank is one gap of a cloze item: typed if it has no wrong options to
// choose among, else chosen.
type Blank struct {
	Name    string   `json:"name"`
	Typed   bool     `json:"typed,omitempty"`
	Options []Option `json:"options"`
}

// A Number is the key of a numeric item.
type Number struct {
	Value     float64            `json:"value"`
	Tolerance float64            `json:"tolerance,omitempty"`
	Relative  bool               `json:"relative,omitempty"` // tolerance is a fraction of the value
	Unit      string             `json:"unit,omitempty"`
	Units     map[string]float64 `json:"units,omitempty"` // other unit to factor: value times factor is in Unit
}

// A Query is what an SQL item runs: the schema, the data sets (the first is
// shown, the others are not) and the query whose result is the key.
type Query struct {
	Schema  string   `json:"schema"`
	Data    []string `json:"data"`
	Key     string   `json:"key"`
	Ordered bool     `json:"ordered,omitempty"`
}

// Version returns the id of this version of the item. Two versions differ
// exactly if anything differs that the learner sees or the score depends on;
// how forms are made of items is neither.
func (it *Item) Version() VersionID {
	shown := *it
	shown.Pool, shown.Reads, shown.Seconds, shown.StimulusID, shown.Fixed = "", "", 0, "", false
	sum := sha256.Sum256(shown.Encode())
	return VersionID(hex.EncodeToString(sum[:12]))
}

// Encode returns the item as the JSON that Decode reads.
func (it *Item) Encode() []byte {
	b, err := json.Marshal(it)
	if err != nil {
		panic(fmt.Sprintf("exam: item %s cannot be encoded: %v", it.ID, err)) // strings and finite numbers only
	}
	return b
}

// DecodeItem reads what Encode wrote.
func DecodeItem(data []byte) (*Item, error) {
	it := new(Item)
	if err := json.Unmarshal(data, it); err != nil {
		return nil, fmt.Errorf("decode item: %w", err)
	}
	return it, nil
}

// Keys returns the options that are right.
func (it *Item) Keys() []Option {
	var keys []Option
	for _, o := range it.Options {
		if o.Key {
			keys = append(keys, o)
		}
	}
	return keys
}

// Plain reports whether the item is a single choice that asks nothing but to
// read the question. The plan of the bank limits their share.
func (it *Item) Plain() bool { return it.Type == Single && it.Reads == "" }

// nameOptions gives all options of the item new ids: letters in an order drawn
// from a hash of the texts. Ids stand in the forms that learners get, so
// they must tell nothing of where an option stands in the file: for an
// ordering item or a match that would be the key.
func (it *Item) nameOptions() {
	name(string(it.ID), it.Options)
	old := slices.Clone(it.Choices)
	name(string(it.ID)+" choices", it.Choices)
	renamed := map[OptionID]OptionID{}
	for i, c := range it.Choices {
		renamed[old[i].ID] = c.ID
	}
	for i, o := range it.Options {
		if to, ok := renamed[o.Match]; ok {
			it.Options[i].Match = to
		}
	}
	for n, b := range it.Blanks {
		name(fmt.Sprintf("%s blank %d", it.ID, n+1), b.Options)
	}
}

// name gives options their ids.
func name(salt string, options []Option) {
	type hashed struct {
		place int
		sum   string
	}
	order := make([]hashed, len(options))
	for i, o := range options {
		sum := sha256.Sum256([]byte(salt + "\x00" + o.Text))
		order[i] = hashed{i, string(sum[:])}
	}
	slices.SortStableFunc(order, func(a, b hashed) int { return strings.Compare(a.sum, b.sum) })
	for rank, h := range order {
		options[h.place].ID = optionID(rank)
	}
}

// optionID returns the id of the nth option of a version: a, b, c; after z
// comes aa.
func optionID(n int) OptionID {
	id := OptionID(rune('a' + n%26))
	if n >= 26 {
		return optionID(n/26-1) + id
	}
	return id
}
