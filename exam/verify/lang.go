package verify

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"groundwork/content/source"
)

// A Step is one line, or one request with its assertions, of a check: *Let,
// *Use, *Wait, *Control, *Call or *Exchange.
type Step any

// Let makes a value for this run from the check's stream of chance.
type Let struct {
	Name, Gen string
	Args      []string
	Line      int
}

// Use runs a fixture; its values become Prefix+name.
type Use struct {
	Fixture, Prefix string
	Line            int
}

// Wait sleeps.
type Wait struct {
	D    time.Duration
	Line int
}

// Control restarts or kills the learner's program.
type Control struct {
	Verb string // restart or kill
	Line int
}

// Call programs a role of the bench, or calls a probe.
type Call struct {
	Kind, Name string // kind: bench or probe
	Args       map[string]string
	Hint       string
	Line       int
}

// Exchange is one request, or many alike, and what must come back.
type Exchange struct {
	Method, Target   string
	Headers          [][2]string
	Body             string
	Given            bool // a precondition: not met means blocked, not failed
	Stopping         bool // SIGTERM comes while the request is under way
	Parallel, Repeat int
	Rounds           int
	Retry, Timeout   time.Duration
	Want             string // the status: 201, 2xx, 400|422 or any
	WantHint         string
	Asserts          []Assert
	Saves            []Save
	Line             int
}

// Assert is one assertion about an answer, or about all answers of a round.
type Assert struct {
	Subject, Arg, Pred, Value, Hint string
	Line                            int
}

// Save keeps something of an answer as a value; All collects it from every one.
type Save struct {
	Name, Subject, Arg, Re string
	All                    bool
	Line                   int
}

var (
	methodLine = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S+)$`)
	headerLine = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*): (.*)$`)
	statusForm = regexp.MustCompile(`^([1-5](\d\d|xx))(\|[1-5](\d\d|xx))*$|^any$`)
	nameForm   = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*$`)
)

// predicates say whether they take a value.
var predicates = map[string]bool{
	"exists": false, "absent": false, "unique": false, "empty": false,
	"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true,
	"contains": true, "lacks": true, "matches": true, "is": true, "length": true, "near": true,
}

// kinds are the words that may follow the predicate is.
var kinds = strings.Fields("string text number integer bool array object null id utc url")

// subjects of assertions, and the form to show when one is wrong.
var subjects = map[string]string{
	"status": "status PREDICATE VALUE", "body": "body PREDICATE VALUE", "time": "time < DURATION",
	"json": "json PATH PREDICATE [VALUE]", "header": "header NAME PREDICATE [VALUE]",
	"tally": "tally STATUS == NUMBER", "unique": "unique json PATH", "problem": "problem [field NAME]",
}

// stepParser reads the lines of one fence. It reports every mistake and goes
// on behind it.
type stepParser struct {
	file     string
	first    int // line number of the first line
	lines    []string
	at       int
	steps    []Step
	mod      Exchange // modifiers for the next request
	modified bool
	cur      *Exchange // the request that assertions belong to
	hint     *string   // where the next hint goes
	problems source.Problems
}

// parseSteps reads the text of a fence whose first line is line number first of
// file.
func parseSteps(file, src string, first int) ([]Step, source.Problems) {
	p := &stepParser{file: file, first: first, lines: strings.Split(strings.TrimRight(src, "\n"), "\n")}
	for ; p.at < len(p.lines); p.at++ {
		text := strings.TrimSpace(p.lines[p.at])
		if text != "" && !strings.HasPrefix(text, "#") {
			p.line(text)
		}
	}
	if p.modified {
		p.at = len(p.lines) - 1
		p.bad("a modifier without a request", "write the request below it, or take it away")
	}
	return p.steps, p.problems
}

func (p *stepParser) lineNo() int { return p.first + p.at }

func (p *stepParser) bad(what, mend string) {
	p.problems.Add(p.file, p.lineNo(), what, mend)
}

// line reads one line, or a request, which has several.
func (p *stepParser) line(text string) {
	if m := methodLine.FindStringSubmatch(text); m != nil {
		p.request(m[1], m[2])
		return
	}
	words := strings.Fields(text)
	switch words[0] {
	case "let":
		p.let(words)
	case "use":
		p.use(words)
	case "wait":
		if len(words) != 2 {
			p.bad("wait stands with one duration", "write: wait 1500ms")
			return
		}
		p.steps = append(p.steps, &Wait{p.duration(words[1]), p.lineNo()})
	case "app":
		if len(words) != 2 || words[1] != "restart" && words[1] != "kill" {
			p.bad("app knows restart and kill", "write: app restart")
			return
		}
		p.steps = append(p.steps, &Control{words[1], p.lineNo()})
	case "bench", "probe":
		p.call(words)
	case "given", "stopping", "parallel", "repeat", "retry", "timeout":
		p.modifier(words)
	case "save", "collect":
		p.save(words)
	case "hint":
		if p.hint == nil {
			p.bad("a hint before anything that can fail", "write it below an assertion, a status or a probe")
			return
		}
		*p.hint = strings.TrimSpace(strings.TrimPrefix(text, "hint"))
	default:
		if subjects[words[0]] == "" {
			p.bad("unknown word "+strconv.Quote(words[0]), "see the grammar in content/README.md")
			return
		}
		p.assert(text, words)
	}
}

// request reads a request from its first line to its status.
func (p *stepParser) request(method, target string) {
	e := p.mod
	p.mod, p.modified = Exchange{}, false
	e.Method, e.Target, e.Line = method, target, p.lineNo()
	for p.at++; p.at < len(p.lines); p.at++ {
		h := headerLine.FindStringSubmatch(strings.TrimSpace(p.lines[p.at]))
		if h == nil {
			break
		}
		e.Headers = append(e.Headers, [2]string{h[1], h[2]})
	}
	var body []string
	for ; p.at < len(p.lines) && !strings.HasPrefix(strings.TrimSpace(p.lines[p.at]), "=>"); p.at++ {
		body = append(body, p.lines[p.at])
	}
	if p.at >= len(p.lines) {
		p.problems.Add(p.file, e.Line, "a request without a => line", "write the status that must come back, such as => 201")
		return
	}
	e.Body = strings.TrimSpace(strings.Join(body, "\n"))
	e.Want = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(p.lines[p.at]), "=>"))
	if !statusForm.MatchString(e.Want) {
		p.bad("the status "+strconv.Quote(e.Want)+" is none", "write 201, 2xx, 400|422 or any")
	}
	if e.Stopping && (e.Parallel > 0 || e.Repeat > 0 || e.Retry > 0) {
		p.bad("stopping stands with one request", "take parallel, repeat and retry away")
	}
	p.cur = &e
	p.hint = &e.WantHint
	p.steps = append(p.steps, p.cur)
}

func (p *stepParser) duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > 2*time.Minute {
		p.bad(strconv.Quote(text)+" is no duration up to two minutes", "write 300ms, 2s or 1m")
	}
	return d
}
