package verify

import (
	"regexp"
	"strings"
)

// faultHeadings are what p5-incident can break, and the headings that say so.
var faultHeadings = []struct {
	name    string
	heading *regexp.Regexp
}{
	{"a slow or silent dependency", regexp.MustCompile(`(?i)\b(time-?outs?|timed out|slow|slowness|latency|hang(s|ing)?|silent|unresponsive)\b`)},
	{"errors of the dependency", regexp.MustCompile(`(?i)\b(errors?|error rate|5xx|failing)\b`)},
	{"the breaker is open", regexp.MustCompile(`(?i)\bbreakers?\b`)},
}

// missingFaults names the faults without a heading that has steps below it.
func (r runbook) missingFaults() string {
	var missing []string
	for _, f := range faultHeadings {
		lacks := "no heading"
		for i, s := range r.Sections {
			if !f.heading.MatchString(s.Title) {
				continue
			}
			for _, sub := range r.below(i) {
				s.List, s.Block, s.Check, s.Act = s.List || sub.List, s.Block || sub.Block, s.Check || sub.Check, s.Act || sub.Act
			}
			switch {
			case !s.List && !s.Block:
				lacks = "no list and no commands"
			case !s.Check:
				lacks = "nothing to check"
			case !s.Act:
				lacks = "nothing to do"
			default:
				lacks = ""
			}
			if lacks == "" {
				break
			}
		}
		if lacks != "" {
			missing = append(missing, f.name+": "+lacks)
		}
	}
	return strings.Join(missing, "\n")
}
