package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"groundwork/store"
	"groundwork/web/ui"
)

// siteView is what an operator wants to know of the running site.
type siteView struct {
	Frame ui.Frame
	Cells []ui.Cell
	Saves error            // why nothing can be saved; nil if all is well
	Good  *store.SelfTest  // the last self-test that was
	Tests []store.SelfTest // newest first
}

// siteHealth shows whether the site can save, and what the nightly self-tests found:
// GET /operator/site.
func (o *operator) siteHealth(w http.ResponseWriter, r *http.Request) error {
	v := siteView{
		Frame: o.described(r, "State of the site", "Whether the site can save, and what the nightly self-tests found.", ""),
		Saves: o.canSave(r.Context()),
	}
	var err error
	if v.Tests, err = o.store.SelfTests(r.Context()); err != nil {
		return err
	}
	for i := range v.Tests {
		if v.Tests[i].Fault == "" {
			v.Good = &v.Tests[i]
			break
		}
	}
	v.Cells = []ui.Cell{
		{Term: "Saving", Text: "works"}, {Term: "Last good self-test", Text: "none yet"},
		{Term: "Free disk", Text: o.freeDisk()}, {Term: "Schema", Text: strconv.FormatInt(store.SchemaVersion(), 10)},
	}
	if v.Saves != nil {
		v.Cells[0].Text = "does not work"
	}
	if v.Good != nil {
		v.Cells[1].Text = dayTime(v.Good.At)
	}
	return show(w, r, http.StatusOK, sitePage(v))
}

func (o *operator) freeDisk() string {
	free, err := o.store.Room()
	if err != nil {
		return "not known"
	}
	return fmt.Sprintf("%.1f GB", float64(free)/1e9)
}

// testFound says what a self-test found.
func testFound(t store.SelfTest) string {
	if t.Fault != "" {
		return t.Fault
	}
	return fmt.Sprintf("%s out and in again, the same", plural(int(t.Records), "row", "rows"))
}

func testTook(t store.SelfTest) string { return t.Took.Round(10 * time.Millisecond).String() }
