package verify

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/yuin/goldmark/ast"
	"mvdan.cc/sh/v3/syntax"
)

// folderNames knows what a document in a folder may name.
type folderNames struct {
	folder, base string // base: the document's own folder, for links
	services     []string
	compose      bool // there is a compose file
}

func namesOf(folder, base string) (n folderNames) {
	n.folder, n.base = folder, base
	for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"} {
		text, err := readText(filepath.Join(folder, name))
		var doc struct {
			Services yamlMap `yaml:"services"`
		}
		if err != nil || yaml.Unmarshal([]byte(text), &doc) != nil {
			continue
		}
		n.compose = true
		n.services = append(n.services, sortedKeys(doc.Services)...)
	}
	return n
}

func (n folderNames) exists(name string) bool {
	_, err := os.Stat(filepath.Join(n.folder, filepath.FromSlash(name)))
	return err == nil
}

// missingLinks are relative links below a node that lead nowhere.
func (n folderNames) missingLinks(root ast.Node) (missing []string) {
	// the walk ends with an error only if the function below returns one
	_ = ast.Walk(root, func(node ast.Node, in bool) (ast.WalkStatus, error) {
		link, ok := node.(*ast.Link)
		if !ok || !in {
			return ast.WalkContinue, nil
		}
		u, err := url.Parse(string(link.Destination))
		if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
			return ast.WalkContinue, nil
		}
		target := path.Join(filepath.ToSlash(n.base), u.Path)
		if strings.HasPrefix(u.Path, "/") {
			target = strings.TrimPrefix(u.Path, "/")
		}
		if !n.exists(target) {
			missing = append(missing, "link to "+u.Path)
		}
		return ast.WalkContinue, nil
	})
	return missing
}

// shells are the languages of a block that holds commands.
var shells = []string{"", "sh", "bash", "zsh", "shell", "console", "shell-session", "shellsession", "terminal"}

var prompt = regexp.MustCompile(`(?m)^\s*[$#>] `)

// missingCommands are what the commands of a block name and the folder has not.
func (n folderNames) missingCommands(block, language string) (missing []string) {
	if !slices.Contains(shells, language) {
		return nil
	}
	file, err := syntax.NewParser().Parse(strings.NewReader(prompt.ReplaceAllString(block, "")), "")
	if err != nil {
		return nil // output of a command, or no shell
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		if call, ok := node.(*syntax.CallExpr); ok {
			if what := n.missing(strings.Fields(printed(call))); what != "" {
				missing = append(missing, what)
			}
		}
		return true
	})
	return missing
}

// missing says what one command names and the folder has not.
func (n folderNames) missing(words []string) string {
	if len(words) > 0 && words[0] == "sudo" {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		return ""
	case strings.HasPrefix(words[0], "./"):
		if !n.exists(words[0]) {
			return words[0]
		}
	case len(words) > 1 && slices.Contains([]string{"sh", "bash"}, words[0]) && strings.HasSuffix(words[1], ".sh"):
		if !n.exists(words[1]) {
			return words[1]
		}
	case words[0] == "make":
		return n.missingTarget(words[1:])
	case words[0] == "docker-compose":
		return n.missingService(words[1:])
	case words[0] == "docker" && len(words) > 1 && words[1] == "compose":
		return n.missingService(words[2:])
	}
	return ""
}

func (n folderNames) missingTarget(args []string) string {
	for _, target := range args {
		if strings.HasPrefix(target, "-") || strings.Contains(target, "=") || strings.Contains(target, "$") {
			continue
		}
		for _, name := range []string{"GNUmakefile", "Makefile", "makefile"} {
			text, err := readText(filepath.Join(n.folder, name))
			if err != nil {
				continue
			}
			if _, _, ok := makeTarget(text, target); ok {
				return ""
			}
		}
		return "make " + target
	}
	return ""
}

// composeVerbs are commands of docker compose that take services; those of the
// second list take one, and then a command.
var (
	composeVerbs = []string{"up", "down", "start", "stop", "restart", "logs", "kill", "ps", "pull", "build", "rm", "pause", "unpause", "top"}
	composeExecs = []string{"exec", "run"}
	serviceName  = regexp.MustCompile(`^[a-zA-Z][\w.-]*$`)
	takesValue   = []string{"--tail", "-n", "--since", "--until", "--timeout", "-t", "-e", "--env", "-u", "--user", "-w", "--workdir", "--index", "--scale", "-f", "--file", "-p", "--profile"}
)

func (n folderNames) missingService(args []string) string {
	if !n.compose {
		return "docker compose: there is no compose file"
	}
	verb := ""
	for i, a := range args {
		switch {
		case strings.HasPrefix(a, "-") || i > 0 && slices.Contains(takesValue, args[i-1]) && verb != "logs" || !serviceName.MatchString(a):
		case verb == "":
			if verb = a; !slices.Contains(composeVerbs, a) && !slices.Contains(composeExecs, a) {
				return ""
			}
		case !slices.Contains(n.services, a):
			return "docker compose " + verb + " " + a
		case slices.Contains(composeExecs, verb):
			return ""
		}
	}
	return ""
}
