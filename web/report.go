package web

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"groundwork/store"
	"groundwork/web/ui"
)

const (
	reportDescription = "Report a fault in this guide: a wrong figure, a broken link, a key that does not hold, a sentence nobody can follow. No account needed."
	thanksDescription = "Your fault report has arrived. It names nobody, and somebody will read it."
	maxReport         = 4000 // characters
	maxReportPage     = 500  // bytes
)

// A reportView is the form for a fault in the content.
type reportView struct {
	Frame ui.Frame
	Page  string // the address it is about
	Ref   string // the item on it, if it is about one
	Text  string
	Err   string
}

// report shows the form for a fault: GET /report. page is the address of the
// page it is about, ref the item if it is one.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, http.StatusOK, reportPage(s.newReportView(r)))
}

func (s *Server) newReportView(r *http.Request) reportView {
	v := reportView{
		Frame: s.described(r, "Report a fault", reportDescription, ""),
		Page:  ownPath(r.FormValue("page")),
		Ref:   reportRef(r.FormValue("ref")),
		Text:  strings.TrimSpace(r.PostFormValue("text")),
	}
	v.Frame.Main = "wrap narrow"
	return v
}

// reportSend stores a report: POST /report.
func (s *Server) reportSend(w http.ResponseWriter, r *http.Request) error {
	v := s.newReportView(r)
	switch n := utf8.RuneCountInString(v.Text); {
	case n == 0:
		v.Err = "Say what is wrong, in a sentence."
	case n > maxReport:
		v.Err = "This is longer than 4,000 characters. Shorten it, or send two."
	}
	if v.Err != "" {
		v.Frame.Title = "Not sent yet: report a fault"
		return show(w, r, http.StatusUnprocessableEntity, reportPage(v))
	}
	if err := s.limits.report(s.network(r), s.now()); err != nil {
		return err
	}
	err := s.store.AddReport(r.Context(), store.FaultReport{Page: v.Page, Ref: v.Ref, Text: v.Text, At: s.now()})
	if err != nil {
		return err
	}
	return redirect(w, r, "/report/thanks")
}

// reportThanks says that the report has arrived: GET /report/thanks.
func (s *Server) reportThanks(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, http.StatusOK, thanksPage(s.described(r, "Thank you", thanksDescription, "")))
}

// ownPath returns a path of this site, or "" if it is anything else. It is
// shown and linked, so it must not lead elsewhere.
func ownPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsRune(p, '\\') || strings.ContainsFunc(p, unicode.IsControl) || len(p) > maxReportPage || !utf8.ValidString(p) {
		return ""
	}
	return p
}

// reportRef keeps the ref that a form names, if it looks like one.
func reportRef(ref string) string {
	if len(ref) > 100 || !utf8.ValidString(ref) || strings.ContainsFunc(ref, func(r rune) bool { return r == ' ' || unicode.IsControl(r) }) {
		return ""
	}
	return ref
}
