package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A mergeRule is what an exported rule of a branch says.
type mergeRule struct {
	Missing  bool     // there is no such file
	Fault    string   // why it cannot be read, or asks for nothing
	Contexts []string // names of the status checks that must pass
	Pipeline bool     // the whole pipeline must pass
	Jobs     []string // ids and names of the jobs that run tests
}

// probeRule reads file=, the export of a merge rule, and fails unless it
// requires a job of the pipeline that runs the tests.
func probeRule(x *Ctx, args map[string]string) error {
	rule, err := Observe(x, "rule", func() (mergeRule, error) { return readRule(x.R.Repo, args["file"]) })
	if err != nil {
		return err
	}
	if want, got := rule.weak(); got != "" {
		return &Failure{What: "the merge rule in " + args["file"], Expected: want, Actual: got}
	}
	return nil
}

// weak says why a rule does not block a merge when the tests fail; got is ""
// if it does.
func (r mergeRule) weak() (want, got string) {
	switch {
	case r.Missing:
		return "what your host says of the rule, as JSON", "no such file"
	case r.Fault != "":
		return "an active rule with required status checks", r.Fault
	case r.Pipeline || slices.ContainsFunc(r.Contexts, r.names):
		return "", ""
	}
	return "a required check named after a job that tests: " + strings.Join(r.Jobs, ", "), "it requires " + strings.Join(r.Contexts, ", ")
}

// names says whether a required check is one of the jobs: its name, alone or as
// hosts dress it: "test (1.26)", "CI / test (push)", "ci/circleci: test".
func (r mergeRule) names(context string) bool {
	return slices.ContainsFunc(r.Jobs, func(job string) bool {
		dressed := `(^|.*[/:] ?)` + regexp.QuoteMeta(job) + `( \(.*\)|/.*)?$`
		ok, err := regexp.MatchString(dressed, context)
		return ok && err == nil
	})
}

func readRule(folder, name string) (r mergeRule, err error) {
	found, _, err := pipelines(folder)
	if err != nil {
		return r, err
	}
	for _, p := range found {
		for _, j := range p.Jobs {
			if j.Tests == "" {
				continue
			}
			r.Jobs = append(r.Jobs, j.ID)
			if j.Name != "" && j.Name != j.ID {
				r.Jobs = append(r.Jobs, j.Name)
			}
		}
	}
	text, err := readText(filepath.Join(folder, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return mergeRule{Missing: true}, nil
	}
	if err != nil {
		return mergeRule{Fault: err.Error()}, nil
	}
	var doc any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return mergeRule{Fault: "it is not JSON: " + err.Error()}, nil
	}
	r.read(doc)
	if r.Fault == "" && !r.Pipeline && len(r.Contexts) == 0 {
		r.Fault = "it requires no status check"
	}
	return r, nil
}

// read takes in a ruleset or the rules of a branch (GitHub), a protected branch
// (GitHub, Gitea, Forgejo) or the settings of a project (GitLab).
func (r *mergeRule) read(doc any) {
	switch v := doc.(type) {
	case []any:
		for _, one := range v {
			r.read(one)
		}
	case map[string]any:
		if how, some := v["enforcement"]; some && how != "active" {
			r.Fault = fmt.Sprintf("the ruleset is not active: enforcement is %v", how)
			return
		}
		switch {
		case v["rules"] != nil:
			r.read(v["rules"])
		case v["type"] == "required_status_checks":
			r.checks(mapping(v["parameters"])["required_status_checks"])
		case v["required_status_checks"] != nil:
			required := mapping(v["required_status_checks"])
			r.checks(required["checks"])
			r.Contexts = append(r.Contexts, scalars(required["contexts"])...)
		case v["enable_status_check"] == true:
			r.Contexts = append(r.Contexts, scalars(v["status_check_contexts"])...)
		case v["only_allow_merge_if_pipeline_succeeds"] == true:
			r.Pipeline = true
		}
	}
}

func (r *mergeRule) checks(v any) {
	for _, one := range list(v) {
		if context := scalar(mapping(one)["context"]); context != "" {
			r.Contexts = append(r.Contexts, context)
		}
	}
}
