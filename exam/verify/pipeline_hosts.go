package verify

import (
	"slices"
	"strings"
)

// readGitLab reads .gitlab-ci.yml. A job without rules runs for each pushed
// branch, and so for each merge request of the project.
func readGitLab(p *pipeline, doc yamlMap, folder string) {
	words := []string{"default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script", "after_script", "pages", "spec"}
	p.Push = gitlabLimit("workflow", mapping(doc["workflow"]))
	for _, id := range sortedKeys(doc) {
		job := mapping(doc[id])
		if slices.Contains(words, id) || strings.HasPrefix(id, ".") || job["script"] == nil {
			continue
		}
		j := ciJob{ID: id}
		lenient := ""
		switch {
		case scalar(job["allow_failure"]) == "true" || mapping(job["allow_failure"]) != nil:
			lenient = "allow_failure of the job"
		case scalar(job["when"]) == "manual" || scalar(job["when"]) == "never":
			lenient = "when: " + scalar(job["when"]) + " of the job"
		}
		lines := append(scalars(mapping(doc["default"])["before_script"]), scalars(doc["before_script"])...)
		lines = append(append(lines, scalars(job["before_script"])...), scalars(job["script"])...)
		j.add(folder, []ciStep{{run: strings.Join(lines, "\n"), errexit: true, pipefail: true, lenient: lenient}})
		if j.Tests != "" && p.Push == "" {
			p.Push = gitlabLimit(id, job)
		}
		image := gitlabImage(job["image"], mapping(doc["default"])["image"], doc["image"])
		if image != "" && unpinned(imageVersion(image)) {
			j.Careless = append(j.Careless, "image: "+image+" has no fixed version")
		}
		if job["timeout"] == nil && mapping(doc["default"])["timeout"] == nil {
			j.Careless = append(j.Careless, "the job has no timeout")
		}
		p.Jobs = append(p.Jobs, j)
	}
	if p.Push != "" && !mentions(doc, "merge_request") {
		p.PR = "no rule for merge requests, and " + p.Push
	}
}

// gitlabImage is the first image that is named.
func gitlabImage(images ...any) string {
	for _, v := range images {
		if name := scalar(mapping(v)["name"]); name != "" {
			return name
		}
		if name := scalar(v); name != "" {
			return name
		}
	}
	return ""
}

// gitlabLimit says why rules, only or except of a job leave out branches.
func gitlabLimit(name string, m yamlMap) string {
	if only, some := m["only"]; some {
		refs := append(scalars(only), scalars(mapping(only)["refs"])...)
		if !slices.Contains(refs, "branches") && !slices.Contains(refs, "pushes") {
			return name + ": only runs for some branches"
		}
	}
	if m["except"] != nil {
		return name + ": except leaves out some pushes"
	}
	rules := list(m["rules"])
	if len(rules) == 0 {
		return ""
	}
	for _, r := range rules {
		rule := mapping(r)
		cond := strings.ReplaceAll(scalar(rule["if"]), " ", "")
		some := rule["changes"] != nil || rule["exists"] != nil || scalar(rule["when"]) == "never" || scalar(rule["when"]) == "manual"
		if !some && (cond == "" || cond == "$CI_COMMIT_BRANCH" || strings.Contains(cond, `$CI_PIPELINE_SOURCE=="push"`)) {
			return ""
		}
	}
	return name + ": no rule lets every pushed branch through (if: $CI_COMMIT_BRANCH)"
}

// mentions says whether a text is in any value of a document.
func mentions(v any, text string) bool {
	switch v := v.(type) {
	case yamlMap:
		for _, one := range v {
			if mentions(one, text) {
				return true
			}
		}
	case []any:
		for _, one := range v {
			if mentions(one, text) {
				return true
			}
		}
	default:
		return strings.Contains(scalar(v), text)
	}
	return false
}

// readCircle reads .circleci/config.yml. Its steps run with -eo pipefail, on
// each pushed branch unless a workflow filters them.
func readCircle(p *pipeline, doc yamlMap, folder string) {
	jobs := mapping(doc["jobs"])
	for _, id := range sortedKeys(jobs) {
		job := mapping(jobs[id])
		j := ciJob{ID: id}
		var steps []ciStep
		for _, v := range list(job["steps"]) {
			run := mapping(v)["run"]
			command := scalar(run) + scalar(mapping(run)["command"])
			s := ciStep{run: command, errexit: true, pipefail: true}
			if scalar(mapping(run)["when"]) == "on_fail" {
				s.lenient = "when: on_fail"
			}
			steps = append(steps, s)
		}
		j.add(folder, steps)
		for _, d := range list(job["docker"]) {
			if image := scalar(mapping(d)["image"]); image != "" && unpinned(imageVersion(image)) {
				j.Careless = append(j.Careless, "image: "+image+" has no fixed version")
			}
		}
		if j.Tests != "" && p.Push == "" {
			p.Push = circleLimit(mapping(doc["workflows"]), id)
		}
		p.Jobs = append(p.Jobs, j)
	}
	p.PR = p.Push // it builds the branches of pull requests as they are pushed
}

func circleLimit(workflows yamlMap, id string) string {
	if len(workflows) == 0 && id == "build" {
		return "" // the job that runs without any workflow
	}
	limit := "no workflow runs the job " + id
	for _, name := range sortedKeys(workflows) {
		for _, v := range list(mapping(workflows[name])["jobs"]) {
			if scalar(v) == id {
				return ""
			}
			use, some := mapping(v)[id]
			if !some {
				continue
			}
			if mapping(mapping(use)["filters"])["branches"] == nil {
				return ""
			}
			limit = "the workflow " + name + " filters the branches of " + id
		}
	}
	return limit
}

// readAzure reads azure-pipelines.yml. Without trigger: and pr: it runs on all
// branches and pull requests; its script steps do not end at the first failure.
func readAzure(p *pipeline, doc yamlMap, folder string) {
	p.Push, p.PR = azureLimit("trigger", doc), azureLimit("pr", doc)
	for i, v := range azureJobs(doc) {
		job := mapping(v)
		j := ciJob{ID: scalar(job["job"]), Name: scalar(job["displayName"])}
		if j.ID == "" {
			j.ID = []string{"job", "Job"}[min(i, 1)]
		}
		lenient := ""
		switch {
		case scalar(job["continueOnError"]) == "true":
			lenient = "continueOnError: true of the job"
		case off(job["condition"]):
			lenient = "condition: false of the job"
		}
		var steps []ciStep
		for _, v := range list(job["steps"]) {
			m := mapping(v)
			s := ciStep{run: scalar(m["script"]) + scalar(m["bash"]), lenient: lenient}
			if scalar(m["continueOnError"]) == "true" {
				s.lenient = "continueOnError: true"
			}
			steps = append(steps, s)
		}
		j.add(folder, steps)
		if job["timeoutInMinutes"] == nil {
			j.Careless = append(j.Careless, "the job has no timeoutInMinutes")
		}
		p.Jobs = append(p.Jobs, j)
	}
}

// azureJobs are the jobs of a pipeline, which may have stages, jobs or only steps.
func azureJobs(doc yamlMap) (jobs []any) {
	for _, stage := range list(doc["stages"]) {
		jobs = append(jobs, list(mapping(stage)["jobs"])...)
	}
	jobs = append(jobs, list(doc["jobs"])...)
	if doc["steps"] != nil {
		jobs = append(jobs, doc)
	}
	return jobs
}

func azureLimit(key string, doc yamlMap) string {
	v, some := doc[key]
	if !some {
		return ""
	}
	branches := mapping(v)["branches"]
	include := append(scalars(v), scalars(mapping(branches)["include"])...)
	switch {
	case slices.Contains(include, "none"):
		return key + ": none"
	case mapping(branches)["exclude"] != nil:
		return key + ": leaves out some branches"
	case mapping(v)["paths"] != nil:
		return key + ": runs only for some paths"
	case mapping(v) != nil && branches == nil:
		return ""
	case !slices.Contains(include, "*"):
		return key + ": runs only for some branches (* is all of them)"
	}
	return ""
}
