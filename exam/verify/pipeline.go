package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// A pipeline is what a CI file says, as far as the checks ask: facts, whatever
// the host. Push and PR are empty if it runs on every push and on pull
// requests, and else say why it does not.
type pipeline struct {
	File, Host string
	Push, PR   string
	Jobs       []ciJob
}

// A ciJob is one job of a pipeline. It is empty-handed (Tests is "") if none of
// its steps runs tests.
type ciJob struct {
	ID, Name string
	Tests    string   // the command that runs the tests
	Almost   []string // commands that look like it, and what they lack
	Bypass   string   // what keeps a failing test from failing the job
	Careless []string // what is not pinned, not limited, or has too many rights
}

// A ciStep is one command of a job, as its host runs it.
type ciStep struct {
	run      string
	errexit  bool   // the shell ends at the first failure
	pipefail bool   // a pipe fails with its first part
	lenient  string // what lets the step fail without consequence
}

// yamlMap is a YAML mapping.
type yamlMap = map[string]any

// hosts are the files of CI hosts, and what reads them.
var hosts = []struct {
	name, glob string
	read       func(p *pipeline, doc yamlMap, folder string)
}{
	{"actions", ".github/workflows/*.yml", readActions},
	{"actions", ".github/workflows/*.yaml", readActions},
	{"actions", ".forgejo/workflows/*.yml", readActions},
	{"actions", ".forgejo/workflows/*.yaml", readActions},
	{"actions", ".gitea/workflows/*.yml", readActions},
	{"actions", ".gitea/workflows/*.yaml", readActions},
	{"gitlab", ".gitlab-ci.yml", readGitLab},
	{"circle", ".circleci/config.yml", readCircle},
	{"azure", "azure-pipelines.yml", readAzure},
}

// maxFile is the size up to which a file of a folder is looked at.
const maxFile = 1 << 20

// readText reads a file of the learner's folder.
func readText(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if info.Size() > maxFile {
		return "", fmt.Errorf("%s: larger than 1 MB", file)
	}
	b, err := os.ReadFile(file)
	return string(b), err
}

// pipelines reads all CI files of a folder. faults are files that cannot be
// read, with the reason.
func pipelines(folder string) (found []pipeline, faults []string, err error) {
	for _, host := range hosts {
		files, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(host.glob)))
		if err != nil {
			return nil, nil, err
		}
		for _, file := range files {
			p, fault := readPipeline(folder, file, host.name, host.read)
			if fault != "" {
				faults = append(faults, fault)
				continue
			}
			found = append(found, p)
		}
	}
	return found, faults, nil
}

func readPipeline(folder, file, host string, read func(*pipeline, yamlMap, string)) (p pipeline, fault string) {
	name, err := filepath.Rel(folder, file)
	if err != nil {
		name = file
	}
	p = pipeline{File: filepath.ToSlash(name), Host: host}
	text, err := readText(file)
	if err != nil {
		return p, err.Error()
	}
	var doc yamlMap
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return p, p.File + ": " + err.Error()
	}
	read(&p, doc, folder)
	if len(p.Jobs) == 0 {
		return p, p.File + ": it has no jobs"
	}
	return p, ""
}

// add finds out what the steps of a job do.
func (j *ciJob) add(folder string, steps []ciStep) {
	for _, s := range steps {
		found := testsIn(folder, s)
		j.Almost = append(j.Almost, found.almost...)
		if found.command == "" {
			continue
		}
		bypass := s.lenient
		if bypass == "" {
			bypass = found.bypass
		}
		if j.Tests == "" || j.Bypass != "" && bypass == "" {
			j.Tests, j.Bypass = found.command, bypass
		}
	}
}

// The next functions read YAML of any shape: what is missing or of another
// kind is empty.

func mapping(v any) yamlMap {
	m, _ := v.(yamlMap)
	return m
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	if v == nil {
		return nil
	}
	return []any{v}
}

func scalar(v any) string {
	switch v.(type) {
	case nil, yamlMap, []any:
		return ""
	}
	return fmt.Sprint(v)
}

func scalars(v any) (out []string) {
	for _, one := range list(v) {
		out = append(out, scalar(one))
	}
	return out
}

// sortedKeys are the keys of a mapping, so that findings come in one order.
func sortedKeys(m yamlMap) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// unpinned says whether the version of an image or action can change by itself.
func unpinned(version string) bool {
	return version == "" || slices.Contains([]string{"latest", "main", "master", "develop", "HEAD"}, version)
}

// imageVersion is the tag or digest of an image.
func imageVersion(image string) string {
	if _, digest, ok := strings.Cut(image, "@"); ok {
		return digest
	}
	i := strings.LastIndex(image, ":")
	if i < 0 || i < strings.LastIndex(image, "/") {
		return ""
	}
	return image[i+1:]
}
