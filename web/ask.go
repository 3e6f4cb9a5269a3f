package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"groundwork/content/ask"
	"groundwork/store"
	"groundwork/web/ui"
)

const (
	askDescription = "Ask a question about backend engineering in plain words. The answer quotes this guide with its source, or says that it is not in here."
	maxQuestion    = 500             // characters; the asker cuts there too
	streamTime     = 2 * time.Minute // longer than a model may take
)

// An askView is the question, the quotes that bear on it, and perhaps an
// answer composed from them.
type askView struct {
	Frame    ui.Frame
	Question string
	Asked    bool
	Passages []ui.Quote
	Nearest  []ui.Link
	Model    string // who can compose; "" if nobody
	Composed []citedText
	Failed   string // why there is no composed answer
}

// A citedText is a piece of a composed answer: words, or the number of the
// passage that they rest on.
type citedText struct {
	Text   string
	Source int
}

// ask answers a question with quotes: GET /ask?q=. It is closed while an exam
// of the reader is open.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) error {
	if err := s.askOpen(r.Context()); err != nil {
		return err
	}
	return show(w, r, http.StatusOK, askPage(s.newAskView(r)))
}

// askOpen returns errExamOpen while whoever asks sits an exam.
func (s *Server) askOpen(ctx context.Context) error {
	id := learner(ctx)
	if id == 0 {
		return nil
	}
	_, err := s.store.OpenAttempt(ctx, id, examName, s.now())
	switch {
	case err == nil:
		return errExamOpen
	case errors.Is(err, store.ErrNotFound):
		return nil
	}
	return err
}

func (s *Server) newAskView(r *http.Request) askView {
	site := s.site.Load()
	v := askView{Frame: s.described(r, "Ask about backend engineering", askDescription, "/ask"), Question: strings.TrimSpace(r.FormValue("q"))}
	if s.cfg.Model != nil {
		v.Model = s.modelName()
		v.Frame.Scripts = []string{"ask.js"}
	}
	if v.Question == "" {
		return v
	}
	answer := site.asker().Quote(v.Question)
	v.Asked, v.Question = true, answer.Question
	for _, p := range answer.Passages {
		v.Passages = append(v.Passages, ui.Quote{
			Body: quoted(p.Marked), Source: ui.Link{Text: sectionTitle(p.Section.Page, p.Section.Heading), URL: p.Section.URL},
			Where: sectionPlace(site.Library, p.Section),
		})
	}
	for _, sec := range answer.Nearest {
		v.Nearest = append(v.Nearest, ui.Link{Text: sectionTitle(sec.Page, sec.Heading), URL: sec.URL})
	}
	return v
}

// modelName is what readers are told of who composes.
func (s *Server) modelName() string {
	if s.cfg.ModelIs == "" {
		return "a language model"
	}
	return s.cfg.ModelIs
}

func sectionTitle(page, heading string) string {
	if heading == "" {
		return page
	}
	return page + ": " + heading
}

// askComposed answers a question with a text composed from the quotes, for
// readers without scripts: POST /ask. Whatever the model does, the quotes are
// there.
func (s *Server) askComposed(w http.ResponseWriter, r *http.Request) error {
	if err := s.askOpen(r.Context()); err != nil {
		return err
	}
	v := s.newAskView(r)
	if len(v.Passages) == 0 || v.Model == "" {
		return show(w, r, http.StatusOK, askPage(v))
	}
	if err := s.limits.ask(s.network(r), s.now()); err != nil {
		return err
	}
	composed, err := s.site.Load().asker().Compose(r.Context(), v.Question, func(string) error { return nil })
	if err != nil {
		v.Failed = s.composeFailed(r.Context(), err)
	} else {
		v.Composed = cited(composed.Text)
	}
	return show(w, r, http.StatusOK, askPage(v))
}

// composeFailed logs why there is no composed answer and returns what the
// reader is told.
func (s *Server) composeFailed(ctx context.Context, err error) string {
	s.log.WarnContext(ctx, "no composed answer", "err", err.Error(), "request", requestID(ctx))
	if errors.Is(err, ask.ErrUnanswered) {
		return s.modelSays("found no answer in these passages.")
	}
	return s.modelSays("gave no answer that holds. The passages stand without it.")
}

func (s *Server) modelSays(what string) string { return upperFirst(s.modelName()) + " " + what }

// askStream composes an answer piece by piece for static/ask.js: GET
// /ask/stream?q=. Its events are delta (a piece of text), done (the text as it
// was accepted) and failed (a sentence; what was shown has to be taken back).
func (s *Server) askStream(w http.ResponseWriter, r *http.Request) error {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return errForbidden
	}
	if s.cfg.Model == nil {
		return errNoPage
	}
	if err := s.askOpen(r.Context()); err != nil {
		return err
	}
	if err := s.limits.ask(s.network(r), s.now()); err != nil {
		return err
	}
	conn := http.NewResponseController(w)
	_ = conn.SetWriteDeadline(time.Now().Add(streamTime)) // a server without deadlines has none to move
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	send := func(event, data string) error {
		line, err := json.Marshal(data)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, line); err != nil {
			return err
		}
		return conn.Flush()
	}
	composed, err := s.site.Load().asker().Compose(r.Context(), r.FormValue("q"), func(delta string) error { return send("delta", delta) })
	if err != nil {
		_ = send("failed", s.composeFailed(r.Context(), err)) // the reader went away: nobody to tell
		return nil
	}
	_ = send("done", composed.Text)
	return nil
}

var citation = regexp.MustCompile(`\[(\d+)\]`)

// cited splits a composed text at its citations.
func cited(text string) []citedText {
	var out []citedText
	at := 0
	for _, m := range citation.FindAllStringSubmatchIndex(text, -1) {
		n, err := strconv.Atoi(text[m[2]:m[3]])
		if err != nil {
			continue
		}
		if m[0] > at {
			out = append(out, citedText{Text: text[at:m[0]]})
		}
		out = append(out, citedText{Source: n})
		at = m[1]
	}
	if at < len(text) {
		out = append(out, citedText{Text: text[at:]})
	}
	return out
}

// askURL is the address of a question.
func askURL(question string) string { return "/ask?q=" + url.QueryEscape(question) }
