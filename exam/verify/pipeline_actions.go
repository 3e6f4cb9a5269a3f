package verify

import (
	"path"
	"slices"
	"strings"
)

// readActions reads a workflow of GitHub, Forgejo or Gitea.
func readActions(p *pipeline, doc yamlMap, folder string) {
	triggers := yamlMap{}
	switch on := doc["on"].(type) {
	case yamlMap:
		triggers = on
	default:
		for _, event := range scalars(on) {
			triggers[event] = nil
		}
	}
	p.Push = limitedPush(triggers)
	p.PR = limitedPR(triggers)
	jobs := mapping(doc["jobs"])
	for _, id := range sortedKeys(jobs) {
		p.Jobs = append(p.Jobs, actionsJob(id, mapping(jobs[id]), doc, folder))
	}
}

// limitedPush says which pushes are left out.
func limitedPush(triggers yamlMap) string {
	push, on := triggers["push"]
	if !on {
		return "on: has no push"
	}
	m := mapping(push)
	_, tags := m["tags"]
	branches, some := m["branches"]
	switch {
	case some && !slices.Contains(scalars(branches), "**"):
		return "on.push runs only for branches " + strings.Join(scalars(branches), ", ") + " (** is all of them)"
	case tags && !some:
		return "on.push runs only for tags"
	case m["branches-ignore"] != nil:
		return "on.push leaves out branches " + strings.Join(scalars(m["branches-ignore"]), ", ")
	}
	return limitedPaths("on.push", m)
}

func limitedPR(triggers yamlMap) string {
	pr, on := triggers["pull_request"]
	if !on {
		return "on: has no pull_request"
	}
	m := mapping(pr)
	if types, some := m["types"]; some && !slices.Contains(scalars(types), "synchronize") {
		return "on.pull_request does not run when the pull request changes (types: synchronize)"
	}
	return limitedPaths("on.pull_request", m)
}

// limitedPaths says which files are left out. Prose may be.
func limitedPaths(trigger string, m yamlMap) string {
	if m["paths"] != nil {
		return trigger + " runs only when one of these changes: " + strings.Join(scalars(m["paths"]), ", ")
	}
	for _, pattern := range scalars(m["paths-ignore"]) {
		if !prose(pattern) {
			return trigger + " leaves out changes of " + pattern
		}
	}
	return ""
}

// prose says whether a pattern can only match files that no test reads.
func prose(pattern string) bool {
	switch path.Ext(pattern) {
	case ".md", ".txt", ".adoc", ".rst", ".png", ".svg":
		return true
	}
	base := path.Base(pattern)
	return strings.HasPrefix(pattern, "docs/") || strings.HasPrefix(base, "LICENSE") || base == ".gitignore" || base == ".editorconfig"
}

func actionsJob(id string, job, doc yamlMap, folder string) ciJob {
	j := ciJob{ID: id, Name: scalar(job["name"])}
	lenient := ""
	switch {
	case scalar(job["continue-on-error"]) == "true":
		lenient = "continue-on-error: true of the job"
	case off(job["if"]):
		lenient = "if: false of the job"
	}
	var steps []ciStep
	limited := job["timeout-minutes"] != nil
	for _, v := range list(job["steps"]) {
		m := mapping(v)
		limited = limited || m["timeout-minutes"] != nil && m["run"] != nil
		if uses := scalar(m["uses"]); uses != "" && !strings.HasPrefix(uses, "./") {
			if _, version, _ := strings.Cut(uses, "@"); !strings.HasPrefix(uses, "docker://") && unpinned(version) || strings.HasPrefix(uses, "docker://") && unpinned(imageVersion(uses)) {
				j.Careless = append(j.Careless, "uses: "+uses+" has no fixed version")
			}
		}
		s := actionsStep(m, mapping(mapping(doc["defaults"])["run"]), mapping(mapping(job["defaults"])["run"]))
		if s.lenient == "" {
			s.lenient = lenient
		}
		steps = append(steps, s)
	}
	j.add(folder, steps)
	if !limited {
		j.Careless = append(j.Careless, "the job has no timeout-minutes")
	}
	rights, some := job["permissions"]
	if !some {
		rights, some = doc["permissions"]
	}
	if !some || scalar(rights) == "write-all" {
		j.Careless = append(j.Careless, "no permissions: the token of the job may do more than it needs")
	}
	return j
}

// actionsStep knows that the shell a step names runs with -eo pipefail, and the
// one that runs when none is named only with -e.
func actionsStep(m yamlMap, defaults ...yamlMap) ciStep {
	shell := scalar(m["shell"])
	for _, d := range slices.Backward(defaults) {
		if shell == "" {
			shell = scalar(d["shell"])
		}
	}
	s := ciStep{run: scalar(m["run"]), errexit: true, pipefail: shell == "bash"}
	if strings.Contains(shell, "{0}") { // a command line of the author's
		s.errexit, s.pipefail = strings.Contains(shell, "-e"), strings.Contains(shell, "pipefail")
	}
	switch {
	case scalar(m["continue-on-error"]) == "true":
		s.lenient = "continue-on-error: true"
	case off(m["if"]):
		s.lenient = "if: false"
	}
	return s
}

// off says whether a condition is never true.
func off(cond any) bool {
	text := strings.Trim(strings.TrimSpace(scalar(cond)), "${} ")
	return text == "false"
}
