package verify

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// parts are what a runbook must have, and the headings that say so.
var parts = []struct {
	name    string
	heading *regexp.Regexp
}{
	{"what it is and who owns it", regexp.MustCompile(`(?i)\b(what|about|overview|purpose|summary|owners?|ownership|the service)\b`)},
	{"start, stop, deploy", regexp.MustCompile(`(?i)\b(start(ing)?|stop(ping)?|run(ning)?|deploy(ing|ment|ments)?|releas(e|es|ing))\b`)},
	{"health and dashboards", regexp.MustCompile(`(?i)\b(health|dashboards?|monitoring|metrics|logs|observability)\b`)},
	{"alerts and symptoms", symptomHeading},
	{"roll back", rollBack},
	{"contacts and escalation", regexp.MustCompile(`(?i)\b(contacts?|escalat(e|ion|ing)|on[ -]?call|who to (call|ask|tell))\b`)},
}

// rollBack headings are for that part only: "Rolling back a release" is not
// about releases.
var rollBack = regexp.MustCompile(`(?i)\b(roll(ing)?[ -]?backs?|revert(ing)?|undo(ing)?)\b`)

var symptomHeading = regexp.MustCompile(`(?i)\b(alerts?|symptoms?|problems?|failures?|incidents?|troubleshooting|when it is ill)\b`)

const (
	fewestWords = 150
	mostWords   = 3000
	oldest      = 180 * 24 * time.Hour
)

// probeRunbook reads the runbook of the folder and looks= whether it is there
// (file), has its six parts (parts), steps for two symptoms (symptoms), steps
// for each fault of the incident simulator (faults), commands that exist (commands), neither gaps nor secrets (done), and a date
// of review that is not old (fresh).
func probeRunbook(x *Ctx, args map[string]string) error {
	r, err := Observe(x, "runbook", func() (runbook, error) { return readRunbook(x.R.Repo) })
	if err != nil {
		return err
	}
	fail := func(want, got string) error {
		return &Failure{What: strings.TrimSpace("the runbook " + r.File), Expected: want, Actual: got}
	}
	if r.File == "" {
		return fail("one of "+strings.Join(runbookFiles, ", "), "none of them")
	}
	want, got := "", ""
	switch args["look"] {
	case "file":
		want, got = r.whole()
	case "parts":
		want, got = "a heading for each of six parts, with text below", r.missingParts()
	case "symptoms":
		want, got = "two symptoms, each with a list or commands, something to check and something to do", r.fewSymptoms()
	case "faults":
		want, got = "a heading for each fault, with a list or commands, something to check and something to do", r.missingFaults()
	case "commands":
		want, got = r.commands()
	case "done":
		want, got = r.unfinished()
	case "fresh":
		want, got = "a line such as Last reviewed: 2026-01-20, at most 180 days old", r.stale(x.Now())
	default:
		return fmt.Errorf("look=%s: want file, parts, symptoms, faults, commands, done or fresh", args["look"])
	}
	if got != "" {
		return fail(want, got)
	}
	return nil
}

var onlyRunbook = regexp.MustCompile(`(?i)\b(run ?book|operations?|ops|manual|for|the|of|our|a|service)\b|\W`)

func (r runbook) whole() (want, got string) {
	switch {
	case r.Words < fewestWords || r.Words > mostWords:
		return fmt.Sprintf("%d to %d words", fewestWords, mostWords), fmt.Sprint(r.Words)
	case onlyRunbook.ReplaceAllString(r.Title, "") == "":
		return "a title (# …) that names the service", fmt.Sprintf("%q", r.Title)
	}
	return "", ""
}

// missingParts counts the words of a part with those of its subheadings.
func (r runbook) missingParts() string {
	var missing []string
	for _, p := range parts {
		found, words := false, 0
		for i, s := range r.Sections {
			if p.heading.MatchString(s.Title) && (p.heading == rollBack || !rollBack.MatchString(s.Title)) {
				found = true
				words += s.Words
				for _, sub := range r.below(i) {
					words += sub.Words
				}
			}
		}
		switch {
		case !found:
			missing = append(missing, "no heading for: "+p.name)
		case words < 5:
			missing = append(missing, "nothing below the heading for: "+p.name)
		}
	}
	return strings.Join(missing, "\n")
}

// below are the subsections of section i.
func (r runbook) below(i int) []section {
	for j := i + 1; j < len(r.Sections); j++ {
		if r.Sections[j].Level <= r.Sections[i].Level {
			return r.Sections[i+1 : j]
		}
	}
	return r.Sections[i+1:]
}

func (r runbook) fewSymptoms() string {
	good, all := 0, []string{}
	for i, s := range r.Sections {
		if !symptomHeading.MatchString(s.Title) {
			continue
		}
		for _, sub := range r.below(i) {
			lacks := ""
			switch {
			case !sub.List && !sub.Block:
				lacks = "no list and no commands"
			case !sub.Check:
				lacks = "nothing to check"
			case !sub.Act:
				lacks = "nothing to do"
			default:
				good++
				continue
			}
			all = append(all, sub.Title+": "+lacks)
		}
	}
	if good >= 2 {
		return ""
	}
	return strings.Join(append([]string{fmt.Sprintf("%d with steps", good)}, all...), "\n")
}

func (r runbook) commands() (want, got string) {
	switch {
	case r.Blocks < 3:
		return "at least three blocks of commands (```sh)", fmt.Sprint(r.Blocks)
	case len(r.Missing) > 0:
		return "commands and links that name what is in the folder", "not there: " + strings.Join(r.Missing, ", ")
	}
	return "", ""
}

func (r runbook) unfinished() (want, got string) {
	switch {
	case len(r.Gaps) > 0:
		return "no gaps", strings.Join(r.Gaps, ", ")
	case len(r.Secrets) > 0:
		return "no secrets", strings.Join(r.Secrets, ", ")
	}
	return "", ""
}

func (r runbook) stale(now time.Time) string {
	if r.Reviewed == "" {
		return "no such line"
	}
	day, err := time.Parse(time.DateOnly, r.Reviewed)
	switch age := now.Sub(day); {
	case err != nil:
		return r.Reviewed + " is no date"
	case age > oldest:
		return fmt.Sprintf("%s, %d days ago", r.Reviewed, int(age.Hours()/24))
	case age < -24*time.Hour:
		return r.Reviewed + " is in the future"
	}
	return ""
}
