// Package sqlrun runs the queries that learners write, in a sandbox, and tells
// whether they return what the author's query returns.
//
// # The sandbox
//
// Every run has a database of its own: in memory, filled with the item's
// schema and one of its data sets, and thrown away afterwards. What runs there
// is one statement that SQLite itself says only reads. SQLite asks this
// package about every table and function that the statement names (its
// authorizer) and is refused all but the tables of the item and functions that
// give the same result every time. There are no files and no clock to be had:
// the database stands on a file system of which every function fails.
//
// A query is stopped after so many instructions, which are the same on every
// machine, or after so much time, whichever comes first; texts and rows have a
// length at which it fails, and tables that it builds fail at the size of
// their cache, because there is no file for them to go on in.
//
// # Two lanes
//
// An answer of the kind that the items ask for takes a millisecond. So every
// query runs in the quick lane first, with room for some twenty times that.
// One that needs more waits for the slow lane, which it shares with others of
// its kind only: who sends hostile queries keeps nobody waiting but people who
// do the same.
package sqlrun

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"groundwork/exam"
)

const maxAnswer = exam.MaxText // bytes

// Options are the settings of a Runner; the zero Options are the usual ones.
type Options struct {
	Slots int           // queries that run at once; the number of processors
	Time  time.Duration // for one answer; a second
	Steps int           // instructions for one query; 10 million
	Wait  time.Duration // for the slow lane, before [exam.ErrBusy]; 20 seconds
	Cache int           // outcomes that are remembered; 2,000
}

// A Runner runs queries. It is safe for concurrent use and implements
// [exam.Runner].
type Runner struct {
	opt         Options
	quick, slow *lane
	keys        *cache[hash, []table]
	outcomes    *cache[hash, outcome]
}

type hash [sha256.Size]byte

// An outcome is what Equal returned.
type outcome struct {
	same bool
	err  error
}

// New returns a Runner.
func New(opt Options) *Runner {
	if opt.Slots <= 0 {
		opt.Slots = runtime.NumCPU()
	}
	opt.Time = orElse(opt.Time, time.Second)
	opt.Steps = orElse(opt.Steps, 10_000_000)
	opt.Wait = orElse(opt.Wait, 20*time.Second)
	opt.Cache = orElse(opt.Cache, 2000)
	slow := max(1, opt.Slots/2)
	return &Runner{
		opt:  opt,
		slow: newLane(slow), quick: newLane(max(1, opt.Slots-slow)),
		keys: newCache[hash, []table](opt.Cache), outcomes: newCache[hash, outcome](opt.Cache),
	}
}

func orElse[T int | time.Duration](x, usual T) T {
	if x <= 0 {
		return usual
	}
	return x
}

// Equal reports whether answer returns what the key of q returns, on each of
// its data sets: as many columns, whatever their names, and the same rows, in
// the same order if the item asks for one. An error of type [*Fault] means that
// answer cannot be run; it never tells what is expected. Any other error, such
// as [exam.ErrBusy], says nothing of the answer.
func (r *Runner) Equal(q *exam.Query, answer string) (bool, error) {
	id := outcomeID(q, answer)
	if o, ok := r.outcomes.get(id); ok {
		return o.same, o.err
	}
	keys, err := r.key(q)
	if err != nil {
		return false, fmt.Errorf("the key of this item cannot be run: %w", err)
	}
	var same bool
	chance, err := r.run(func(l limits) error {
		same, err = r.compare(q, keys, answer, l)
		return err
	})
	if !chance {
		r.outcomes.put(id, outcome{same, err})
	}
	return same, err
}

// compare runs answer on every data set.
func (r *Runner) compare(q *exam.Query, keys []table, answer string, l limits) (bool, error) {
	same := true
	for i := range q.Data {
		got, err := result(q, i, answer, l)
		if err != nil {
			return false, err
		}
		same = same && got.equal(keys[i])
	}
	return same, nil
}

// key returns what the key of q returns on each data set.
func (r *Runner) key(q *exam.Query) ([]table, error) {
	if len(q.Data) == 0 {
		return nil, errors.New("it has no data set")
	}
	id := queryID(q)
	if keys, ok := r.keys.get(id); ok {
		return keys, nil
	}
	keys := make([]table, len(q.Data))
	_, err := r.run(func(l limits) (err error) {
		for i := range q.Data {
			if keys[i], err = result(q, i, q.Key, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		r.keys.put(id, keys)
	}
	return keys, err
}

// result runs sql on one data set of q.
func result(q *exam.Query, dataset int, sql string, l limits) (t table, err error) {
	err = within(q, dataset, sql, l, func(st *statement) error {
		t, err = st.table(q.Ordered)
		return err
	})
	return t, err
}

// within compiles sql in a new database with one data set of q and lends it
// to f. Whatever goes wrong in SQLite stays here.
func within(q *exam.Query, dataset int, sql string, l limits, f func(*statement) error) (err error) {
	switch {
	case len(sql) > maxAnswer:
		return fault(fmt.Sprintf("The query is longer than %d characters.", maxAnswer))
	case strings.ContainsRune(sql, 0):
		return fault("The query holds a character that is no text.")
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // SQLite's memory is not Go's
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the sandbox broke down and the query was not run: %v", p)
		}
	}()
	d, err := open()
	if err != nil {
		return err
	}
	defer d.close()
	if err := d.load(q.Schema, q.Data[dataset]); err != nil {
		return fmt.Errorf("data set %d of the item: %w", dataset+1, err)
	}
	st, err := d.query(strings.ToValidUTF8(sql, "\uFFFD"), l)
	if err == nil {
		defer st.close()
		err = f(st)
	}
	if errors.Is(err, errStopped) {
		return stopped(d.ended)
	}
	return err
}

// A Result is what a query returned, cut to what can be shown.
type Result struct {
	Columns []string
	Rows    [][]Cell // up to 100
	More    int      // rows that are not among them
	Took    time.Duration
}

// A Cell is one value of a Result. Text is cut at 200 characters; that of NULL
// is empty.
type Cell struct {
	Kind Kind
	Text string
}

const (
	shownRows = 100
	shownText = 200
)

// Run runs answer on one data set of q, counted from 0, for the learner to
// see. The errors are those of [Runner.Equal].
func (r *Runner) Run(q *exam.Query, dataset int, answer string) (Result, error) {
	if dataset < 0 || dataset >= len(q.Data) {
		return Result{}, fmt.Errorf("there is no data set %d", dataset)
	}
	var res Result
	_, err := r.run(func(l limits) error {
		begin := time.Now()
		res = Result{}
		err := within(q, dataset, answer, l, func(st *statement) error {
			res.Columns = st.columns()
			return st.each(res.add)
		})
		res.Took = time.Since(begin)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return res, nil
}

func (res *Result) add(row []value) error {
	if len(res.Rows) == shownRows {
		res.More++
		return nil
	}
	cells := make([]Cell, len(row))
	for i, v := range row {
		cells[i] = Cell{v.kind, v.text}
		if v.kind == Blob {
			cells[i].Text = fmt.Sprintf("x'%x'", v.text[:min(len(v.text), shownText)])
		}
		cells[i].Text = clip(strings.ToValidUTF8(cells[i].Text, "\uFFFD"), shownText)
	}
	res.Rows = append(res.Rows, cells)
	return nil
}

// queryID names a query item.
func queryID(q *exam.Query) hash {
	b, err := json.Marshal(q)
	if err != nil {
		panic(fmt.Sprintf("sqlrun: %v", err)) // texts only
	}
	return sha256.Sum256(b)
}

func outcomeID(q *exam.Query, answer string) hash {
	id := queryID(q)
	return sha256.Sum256(append(id[:], answer...))
}
