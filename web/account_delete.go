package web

import (
	"net/http"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

// deleteView is the page that asks before anything is deleted.
type deleteView struct {
	Frame    ui.Frame
	Email    string // empty without an account
	Password ui.Field
	Proof    ownerProof
	Gone     []string // what would go, in numbers
	Open     bool     // an exam is open
}

// deleteForm says what would go and asks: GET /account/delete.
func (s *Server) deleteForm(w http.ResponseWriter, r *http.Request) error {
	if learner(r.Context()) == 0 {
		return redirect(w, r, "/account/sign-in?back=/account/delete")
	}
	return s.showDelete(w, r, http.StatusOK, "")
}

func (s *Server) showDelete(w http.ResponseWriter, r *http.Request, status int, fault string) error {
	l := whoami(r.Context())
	title, description := "Delete your work in this browser", "Delete what you did on groundwork in this browser. It goes at once and cannot be brought back."
	if l.Registered() {
		title, description = "Delete your account", "Delete your groundwork account with everything in it. It goes at once and cannot be brought back."
	}
	v := deleteView{Frame: s.described(r, title, description, ""), Email: l.Email}
	v.Frame.Main = "wrap slim"
	v.Password = ui.Field{ID: "password", Label: "Your password, to be sure it is you", Type: "password", Err: fault, Required: true,
		Attrs: map[string]any{"autocomplete": "current-password"}}
	focusFault(&v.Password)
	ways, err := s.store.Ways(r.Context(), l.ID)
	if err != nil {
		return err
	}
	v.Proof = s.newProof(r, ways, "/account/delete")
	e, err := s.store.Export(r.Context(), l.ID)
	if err != nil {
		return err
	}
	v.count(e)
	return show(w, r, status, deletePage(v))
}

// count says what there is to lose.
func (v *deleteView) count(e store.Export) {
	add := func(n int, one, many string) {
		if n > 0 {
			v.Gone = append(v.Gone, plural(n, one, many))
		}
	}
	add(len(e.Attempts), "exam attempt with its answers and result", "exam attempts with their answers and results")
	add(len(e.Progress), "thing read, done or ticked", "things read, done or ticked")
	add(len(e.Notes), "note", "notes")
	add(len(e.SignIns), "sign-in", "sign-ins")
	for _, a := range e.Attempts {
		v.Open = v.Open || a.State == exam.InProgress
	}
}

// deleteAccount removes who is asking with all that is theirs, at once: POST
// /account/delete. Who has an account shows that it is them.
func (s *Server) deleteAccount(w http.ResponseWriter, r *http.Request) error {
	l := whoami(r.Context())
	if l.ID == 0 {
		return errNobody
	}
	if l.Registered() {
		if err := s.sure(r, l, r.PostFormValue("password")); err != nil {
			text, status := refusal(w, err, "This is not the password of this account. Nothing was deleted; try again.")
			if text == "" {
				return err
			}
			return s.showDelete(w, r, status, text)
		}
	} else if r.PostFormValue("confirm") != "yes" {
		return errBadInput
	}
	if err := s.store.DeleteLearner(r.Context(), l.ID); err != nil {
		return err
	}
	s.log.InfoContext(r.Context(), "learner deleted", "learner", l.ID, "request", requestID(r.Context()))
	if err := s.logins.Destroy(r.Context()); err != nil {
		return err
	}
	if err := s.forgetAll(w, r); err != nil {
		return err
	}
	return redirect(w, r, "/account/deleted")
}

// forgetAll takes back every cookie that leads to somebody. The sign-in's goes
// with its session; the choice of light or dark tells nothing and stays.
func (s *Server) forgetAll(w http.ResponseWriter, r *http.Request) error {
	if err := s.forgetKey(w, r); err != nil {
		return err
	}
	s.notice(w, r)
	draft, _ := s.drafts.New(r, draftCookie)
	draft.Options.MaxAge = -1
	return draft.Save(r, w)
}

// deleted says that it is done: GET /account/deleted.
func (s *Server) deleted(w http.ResponseWriter, r *http.Request) error {
	if learner(r.Context()) != 0 {
		return redirect(w, r, "/account")
	}
	f := s.described(r, "It is deleted", "Your groundwork account or the work of this browser is deleted, with everything that belonged to it.", "")
	f.Main = "wrap slim"
	return show(w, r, http.StatusOK, deletedPage(f))
}
