package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"groundwork/content/source"
)

// ReleasedFile lists what was released: a line for each version of each task,
// with its id, its version and its [Task.Verdicts].
const ReleasedFile = "task/released.txt"

// Verdicts is the digest of all in a task that can change a verdict: ids,
// levels and settings of checks, steps, fixtures. Texts do not count. When it
// changes, the version has to.
func (t *Task) Verdicts() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(t.Fixtures)) {
		fmt.Fprintf(h, "fixture %s\n%s\n", name, withoutHints(t.Fixtures[name].Source))
	}
	for i, s := range t.Stages {
		for _, c := range s.Checks {
			fmt.Fprintf(h, "check %d %s %s %v %v %v %v\n%s\n", i, c.ID, c.Level, c.Needs, c.After, c.Timing, c.Timeout, withoutHints(c.Source))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// withoutHints leaves out the lines of steps that only speak to the learner.
func withoutHints(steps string) string {
	var out []string
	for l := range strings.Lines(steps) {
		if t := strings.TrimSpace(l); t != "" && !strings.HasPrefix(t, "hint ") && !strings.HasPrefix(t, "#") {
			out = append(out, t)
		}
	}
	return strings.Join(out, "\n")
}

// checkReleased refuses tasks whose verdicts may have changed under a version
// that was released. A folder without the list has released nothing.
func checkReleased(fsys fs.FS, tasks []*Task) source.Problems {
	src, err := fs.ReadFile(fsys, ReleasedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return source.Problems{{File: ReleasedFile, What: "cannot be read: " + err.Error(), Mend: "check its rights"}}
	}
	var problems source.Problems
	released := map[string]string{} // id and version -> digest
	n := 0
	for l := range strings.Lines(string(src)) {
		n++
		f := strings.Fields(l)
		switch {
		case len(f) == 0 || f[0] == "#":
		case len(f) != 3 || released[f[0]+" "+f[1]] != "":
			problems.Add(ReleasedFile, n, "not a line of its own with id, version and digest", "take it away")
		default:
			released[f[0]+" "+f[1]] = f[2]
		}
	}
	for _, t := range tasks {
		key := fmt.Sprintf("%s %d", t.ID, t.Version)
		switch was := released[key]; {
		case was == "":
			problems.Add(t.File, 2, fmt.Sprintf("version %d is not in %s", t.Version, ReleasedFile), "add the line: "+key+" "+t.Verdicts())
		case was != t.Verdicts():
			problems.Add(t.File, 2, fmt.Sprintf("the checks differ from those released as version %d", t.Version), fmt.Sprintf("write version: %d, or take the change back", t.Version+1))
		}
	}
	return problems
}
