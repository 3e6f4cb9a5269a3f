package verify

import (
	"fmt"
	"slices"
	"strings"
)

// ciFacts is what the folder says of its pipelines.
type ciFacts struct {
	Pipelines []pipeline
	Faults    []string // files that cannot be read
}

func lookAtCI(x *Ctx) (ciFacts, error) {
	return Observe(x, "ci", func() (f ciFacts, err error) {
		f.Pipelines, f.Faults, err = pipelines(x.R.Repo)
		return f, err
	})
}

// ciLooks judge the pipelines that run tests (file and tests: all of them); a
// look passes if one of them does.
var ciLooks = map[string]struct {
	what, want string
	fault      func(p pipeline) string // "" if it is as it should be
}{
	"push":     {"what starts the pipeline", "every push", func(p pipeline) string { return p.Push }},
	"pr":       {"what starts the pipeline", "every pull request", func(p pipeline) string { return p.PR }},
	"nobypass": {"the step that runs the tests", "a failure that fails the job", bypassed},
	"care":     {"the jobs of the pipeline", "pinned versions, a limit of time, few rights", careless},
}

// probeCI reads the CI files of the folder and looks= whether there is one
// (file), and whether one runs the tests (tests), on every push (push), on pull
// requests (pr), fails with them (nobypass) and is careful (care).
func probeCI(x *Ctx, args map[string]string) error {
	facts, err := lookAtCI(x)
	if err != nil {
		return err
	}
	switch args["look"] {
	case "file":
		return ciFile(facts)
	case "tests":
		return ciTests(facts)
	}
	look, ok := ciLooks[args["look"]]
	if !ok {
		return fmt.Errorf("look=%s: want file, tests, push, pr, nobypass or care", args["look"])
	}
	var faults []string
	for _, p := range withTests(facts.Pipelines) {
		fault := look.fault(p)
		if fault == "" {
			return nil
		}
		faults = append(faults, p.File+": "+fault)
	}
	return &Failure{What: look.what, Expected: look.want, Actual: strings.Join(faults, "\n")}
}

func ciFile(f ciFacts) error {
	switch {
	case len(f.Faults) > 0:
		return &Failure{What: "the CI file", Expected: "YAML with jobs", Actual: strings.Join(f.Faults, "\n")}
	case len(f.Pipelines) == 0:
		var known []string
		for _, h := range hosts {
			known = append(known, h.glob)
		}
		return &Failure{What: "the CI file", Expected: "one of " + strings.Join(known, ", "), Actual: "none of them"}
	}
	return nil
}

func ciTests(f ciFacts) error {
	var almost []string
	for _, p := range f.Pipelines {
		for _, j := range p.Jobs {
			if j.Tests != "" {
				return nil
			}
			almost = append(almost, j.Almost...)
		}
	}
	got := "no step runs a test command that is known (go test, npm test, pytest, mvn test, make test, …)"
	if almost != nil {
		got = strings.Join(almost, "\n")
	}
	return &Failure{What: "the steps of the pipeline", Expected: "one that runs the tests", Actual: got}
}

// withTests are the pipelines that run tests, or all if none does.
func withTests(all []pipeline) (some []pipeline) {
	for _, p := range all {
		if slices.ContainsFunc(p.Jobs, func(j ciJob) bool { return j.Tests != "" }) {
			some = append(some, p)
		}
	}
	if some == nil {
		return all
	}
	return some
}

// bypassed says why no job of a pipeline fails with its tests.
func bypassed(p pipeline) (fault string) {
	for _, j := range p.Jobs {
		if j.Tests == "" {
			continue
		}
		if j.Bypass == "" {
			return ""
		}
		fault = fmt.Sprintf("job %s: %s: %s", j.ID, j.Tests, j.Bypass)
	}
	return fault
}

// careless says what is wrong with any job of a pipeline.
func careless(p pipeline) string {
	var faults []string
	for _, j := range p.Jobs {
		for _, f := range j.Careless {
			faults = append(faults, "job "+j.ID+": "+f)
		}
	}
	return strings.Join(faults, "\n")
}
