package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

// timeGrantView is the extra time that people were granted, and the form for it.
type timeGrantView struct {
	Frame                  ui.Frame
	Notice                 string
	Email, Percent, Reason ui.Field
	List                   []timeGrantRow
}

type timeGrantRow struct{ Email, Percent, Reason, Given string }

// grants shows who was granted extra time: GET /operator/time.
func (o *operator) grants(w http.ResponseWriter, r *http.Request) error {
	return o.showGrants(w, r, http.StatusOK, nil)
}

func (o *operator) showGrants(w http.ResponseWriter, r *http.Request, status int, faults map[string]string) error {
	v := timeGrantView{Frame: o.described(r, "Extra time", "Extra time that people were granted for exams.", "")}
	field := func(f ui.Field) ui.Field {
		f.Value, f.Err, f.Required = r.PostFormValue(f.ID), faults[f.ID], true
		return f
	}
	v.Email = field(ui.Field{ID: "email", Label: "Address of the account", Type: "email", Attrs: map[string]any{"autocomplete": "off"}})
	v.Percent = field(ui.Field{ID: "percent", Label: "More time", Unit: "per cent", Class: "num short",
		Hint: fmt.Sprintf("0 to %d; 25 makes 113 minutes of 90. 0 takes it back.", exam.MaxExtra), Attrs: map[string]any{"inputmode": "numeric", "autocomplete": "off"}})
	v.Reason = field(ui.Field{ID: "reason", Label: "Reason", Wide: true, Hint: "The learner is shown it; other learners are not.", Attrs: map[string]any{"maxlength": strconv.Itoa(maxReason), "autocomplete": "off"}})
	focusFault(&v.Email, &v.Percent, &v.Reason)
	if status == http.StatusOK {
		v.Notice = o.notice(w, r)
	}
	list, err := o.store.Allowances(r.Context())
	if err != nil {
		return err
	}
	for _, a := range list {
		v.List = append(v.List, timeGrantRow{a.Email, fmt.Sprintf("%d%%", a.Percent), a.Reason, day(a.Given)})
	}
	return show(w, r, status, timeGrantPage(v))
}

// grant grants extra time to a person, or takes it back: POST /operator/time.
func (o *operator) grant(w http.ResponseWriter, r *http.Request) error {
	faults := map[string]string{}
	email := strings.TrimSpace(r.PostFormValue("email"))
	percent, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("percent")))
	if err != nil || percent < 0 || percent > exam.MaxExtra {
		faults["percent"] = fmt.Sprintf("Write a number from 0 to %d.", exam.MaxExtra)
	}
	reason, fault := readReason(r)
	if fault != "" && percent != 0 {
		faults["reason"] = fault
	}
	if len(faults) == 0 {
		err := o.store.GrantTime(r.Context(), email, percent, reason, o.now())
		if errors.Is(err, store.ErrNotFound) {
			faults["email"] = "Nobody has an account with this address."
		} else if err != nil {
			return err
		}
	}
	if len(faults) > 0 {
		return o.showGrants(w, r, http.StatusUnprocessableEntity, faults)
	}
	said := fmt.Sprintf("%s has %d%% more time.", email, percent)
	if percent == 0 {
		said = email + " has no extra time."
	}
	if err := o.notify(w, r, said); err != nil {
		return err
	}
	return redirect(w, r, "/operator/time")
}
