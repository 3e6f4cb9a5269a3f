package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

func (o *operator) regradeRoutes(handle func(string, page)) {
	handle("GET /operator/regrade", operatorOnly(o.corrections))
	handle("GET /operator/regrade/{item}", operatorOnly(o.correction))
	handle("POST /operator/regrade/{item}", operatorOnly(o.regrade))
}

// correctionsView lists the items that were corrected after people had them.
type correctionsView struct {
	Frame ui.Frame
	Rows  []correctionRow
	Open  int // on which nothing was decided yet
}

type correctionRow struct {
	ID, Title, URL, What, Attempts, Standing string
	Open                                     bool
}

// corrections lists the items that were corrected or withdrawn after graded
// attempts had them: GET /operator/regrade.
func (o *operator) corrections(w http.ResponseWriter, r *http.Request) error {
	list, err := o.store.Outdated(r.Context(), o.site.Load().Bank.All())
	if err != nil {
		return err
	}
	v := correctionsView{Frame: o.described(r, "Corrected items", "Items that were corrected after people had them in an exam, and what was decided about their results.", "")}
	for _, c := range list {
		row := correctionRow{ID: string(c.Item.ID), Title: content.Plain(c.Item.Title), URL: "/operator/regrade/" + string(c.Item.ID),
			What: changedWords(c.Item), Attempts: strconv.Itoa(c.Attempts), Standing: "to be decided", Open: c.Open > 0}
		if row.Open {
			v.Open++
		} else {
			row.Standing = fmt.Sprintf("%s since %s", policyWords(c.Ruling.Policy), day(c.Ruling.Made))
		}
		v.Rows = append(v.Rows, row)
	}
	return show(w, r, http.StatusOK, correctionsPage(v))
}

// changedWords says what the author says was wrong.
func changedWords(it *exam.Item) string {
	if it.Changed == "" {
		return "Not said"
	}
	return kindWords(it.Changed)
}

// correctionView is the dry run of one correction, and the form that applies it.
type correctionView struct {
	Frame    ui.Frame
	Notice   string
	Item     *exam.Item
	Title    string
	Cells    []ui.Cell
	Advice   string // what to choose, where the item does not say
	Policies []policyView
	Policy   exam.Policy // that is looked at; empty if none is chosen
	Refused  string      // why the policy cannot be applied
	Summary  []string
	Rows     []regradedRow
	More     int // changes that are not shown
	Changes  int
	Reason   ui.Field
	Sure     string // what is wrong with the confirmation
	Stale    bool   // something has changed since the dry run
}

type policyView struct {
	Title, Text, URL string
	Current          bool
}

type regradedRow struct {
	Who, URL, Attempt, Item, Score, Result string
}

// shownChanges is how many changes a dry run lists.
const shownChanges = 200

// correction shows what a policy would change: GET /operator/regrade/{item}.
func (o *operator) correction(w http.ResponseWriter, r *http.Request) error {
	return o.showCorrection(w, r, http.StatusOK, func(*correctionView) {})
}

// showCorrection shows the dry run; change puts in what is wrong with a form.
func (o *operator) showCorrection(w http.ResponseWriter, r *http.Request, status int, change func(*correctionView)) error {
	it := o.site.Load().Bank.Item(exam.ItemID(r.PathValue("item")))
	if it == nil {
		return errNoPage
	}
	policy, err := askedPolicy(r, it)
	if err != nil {
		return err
	}
	v := correctionView{Item: it, Title: content.Plain(it.Title), Policy: policy, Policies: policyViews(it, policy)}
	v.Frame = o.described(r, v.Title+", corrected", "What correcting an item does to results that exist, before it is done.", "")
	if status == http.StatusOK {
		v.Notice = o.notice(w, r)
	}
	v.Reason = ui.Field{ID: "reason", Label: "Reason", Wide: true, Required: true, Value: r.PostFormValue("reason"),
		Hint: "Everybody whose result changes is shown it, word for word.", Attrs: map[string]any{"maxlength": strconv.Itoa(maxReason), "autocomplete": "off"}}
	if policy == "" {
		v.Advice = "The item does not say what was wrong with it. Write the fact changed into its file (key, options or dropped), or choose what is to be done."
		if it.Changed == exam.TextChanged {
			v.Advice = "The item says that only its words changed, and words change no marks. If its key or options changed as well, choose what is to be done."
		}
	} else if err := o.dryRun(r, &v); err != nil {
		return err
	}
	v.Cells = []ui.Cell{{Term: "Item", Text: string(it.ID)}, {Term: "Where", Text: o.where(it)}, {Term: "What changed", Text: changedWords(it)}, {Term: "Results that change", Text: strconv.Itoa(v.Changes)}}
	change(&v)
	return show(w, r, status, correctionPage(v))
}

// askedPolicy reads which policy a request is about; that of the item's kind of
// change unless it says.
func askedPolicy(r *http.Request, it *exam.Item) (exam.Policy, error) {
	p := exam.Policy(r.FormValue("policy"))
	if p == "" {
		return it.Changed.Policy(), nil
	}
	if !slices.Contains(exam.Policies, p) {
		return "", fmt.Errorf("%w: policy", errBadInput)
	}
	return p, nil
}

func policyViews(it *exam.Item, current exam.Policy) (list []policyView) {
	titles := map[exam.Policy]string{exam.Rescore: "By the new key", exam.Either: "By either key", exam.Full: "All points for everybody", exam.Drop: "Not counted"}
	for _, p := range exam.Policies {
		if it.Withdrawn() && p.Compares() {
			continue // there is no new key
		}
		list = append(list, policyView{titles[p], policyWords(p), "/operator/regrade/" + string(it.ID) + "?policy=" + string(p) + "#dry", p == current})
	}
	return list
}

// dryRun works out what the policy would change.
func (o *operator) dryRun(r *http.Request, v *correctionView) error {
	plan, err := o.store.PlanRegrade(r.Context(), store.Correction{Item: v.Item, Policy: v.Policy})
	if errors.Is(err, exam.ErrCarry) {
		v.Refused = "Earlier answers cannot be marked by the new key: the options are not the same. Give all points, or do not count the item."
		return nil
	}
	if err != nil {
		return err
	}
	v.Changes = len(plan.Changes)
	v.Summary = regradeSummary(plan)
	for i, c := range plan.Changes {
		if i == shownChanges {
			v.More = len(plan.Changes) - shownChanges
			break
		}
		row := regradedRow{Who: c.Who, URL: "/operator/attempts/" + string(c.Attempt), Attempt: fmt.Sprintf("%d, %s", c.Number, day(c.Finished)),
			Item: countsWords(c.Before) + " → " + countsWords(c.After), Score: fmt.Sprintf("%.1f → %.1f%%", c.Before.Percent(), c.After.Percent()), Result: c.After.Result.String()}
		switch {
		case c.Before.Result != c.After.Result:
			row.Result = c.Before.Result.String() + " → " + row.Result
		case c.Kept:
			row.Result += ", kept"
		}
		v.Rows = append(v.Rows, row)
	}
	return nil
}

// regradeSummary says in sentences what a regrading changes.
func regradeSummary(g store.Regrading) []string {
	up, down, pass, kept := 0, 0, 0, 0
	for _, c := range g.Changes {
		switch d := c.After.Percent() - c.Before.Percent(); {
		case d > 0:
			up++
		case d < 0:
			down++
		}
		if c.After.Result > c.Before.Result {
			pass++
		}
		if c.Kept {
			kept++
		}
	}
	return []string{
		fmt.Sprintf("Of %s with the item, %d would change.", plural(g.Attempts, "graded attempt", "graded attempts"), len(g.Changes)),
		fmt.Sprintf("The score rises in %d and falls in %d.", up, down),
		fmt.Sprintf("New passes and strong passes: %d. Results that keep a pass which the score no longer reaches: %d.", pass, kept),
	}
}

// regrade applies a policy: POST /operator/regrade/{item}. It wants a reason,
// and that the operator has seen what it changes.
func (o *operator) regrade(w http.ResponseWriter, r *http.Request) error {
	it := o.site.Load().Bank.Item(exam.ItemID(r.PathValue("item")))
	if it == nil {
		return errNoPage
	}
	policy, err := askedPolicy(r, it)
	if err != nil || policy == "" {
		return fmt.Errorf("%w: policy", errBadInput)
	}
	reason, fault := readReason(r)
	sure := ""
	if r.PostFormValue("sure") != "yes" {
		sure = "Tick this once you have looked at the dry run."
	}
	if fault != "" || sure != "" {
		return o.showCorrection(w, r, http.StatusUnprocessableEntity, func(v *correctionView) { v.Reason.Err, v.Sure = fault, sure })
	}
	c := store.Correction{Item: it, Policy: policy, Reason: reason, By: decider(r.Context())}
	plan, err := o.store.PlanRegrade(r.Context(), c)
	if err != nil && !errors.Is(err, exam.ErrCarry) {
		return err
	}
	if err != nil || strconv.Itoa(len(plan.Changes)) != r.PostFormValue("seen") {
		return o.showCorrection(w, r, http.StatusConflict, func(v *correctionView) { v.Stale = true })
	}
	done, err := o.store.Regrade(r.Context(), c, o.now())
	if err != nil {
		return err
	}
	if err := o.notify(w, r, fmt.Sprintf("%s marked anew.", plural(len(done.Changes), "result was", "results were"))); err != nil {
		return err
	}
	return redirect(w, r, "/operator/regrade/"+string(it.ID)+"?policy="+string(policy))
}
