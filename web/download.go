package web

import (
	"bufio"
	"errors"
	"io/fs"
	"net/http"
	"regexp"
	"strings"

	"groundwork/web/ui"
)

// systems names the systems that make release builds for.
var systems = strings.NewReplacer("darwin", "macOS", "linux", "Linux", "windows", "Windows")

// processors names the processors.
var processors = strings.NewReplacer("amd64", "Intel or AMD, 64 bits", "arm64", "ARM, 64 bits, such as Apple's")

// An offer is one program that learners may take.
type offer struct {
	Name, System, Processor, Sum string
	Yours                        bool // fits the system that the browser names
}

// downloadName is how make release names what it builds.
var downloadName = regexp.MustCompile(`^groundwork-(linux|darwin|windows)-(amd64|arm64)(\.exe)?$`)

// A downloadView is the page of downloads.
type downloadView struct {
	Frame ui.Frame
	List  []offer
}

// downloads shows the programs that this site offers, or how to build one: GET
// /download.
func (s *Server) downloads(w http.ResponseWriter, r *http.Request) error {
	v := downloadView{Frame: s.described(r, "Get the program", "The groundwork program for Linux, macOS and Windows, with checksums, to verify what you built on your own machine.", "/projects")}
	sums, err := s.checksums()
	if err != nil {
		return err
	}
	agent := r.UserAgent()
	for _, sum := range sums {
		m := downloadName.FindStringSubmatch(sum[1])
		if m == nil {
			continue
		}
		mine := map[string]string{"linux": "Linux", "darwin": "Mac OS X", "windows": "Windows"}[m[1]]
		v.List = append(v.List, offer{sum[1], systems.Replace(m[1]), processors.Replace(m[2]), sum[0], strings.Contains(agent, mine)})
	}
	w.Header().Add("Vary", "User-Agent")
	return show(w, r, http.StatusOK, downloadPage(v))
}

// checksums reads SHA256SUMS of the folder of downloads: sum and name. Without
// a folder or the file there are none.
func (s *Server) checksums() (list [][2]string, err error) {
	if s.cfg.Downloads == nil {
		return nil, nil
	}
	f, err := s.cfg.Downloads.Open("SHA256SUMS")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if sum, name, ok := strings.Cut(lines.Text(), "  "); ok {
			list = append(list, [2]string{sum, strings.TrimPrefix(name, "*")})
		}
	}
	return list, lines.Err()
}

// downloadFile sends one of the programs: GET /download/{file}.
func (s *Server) downloadFile(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	if s.cfg.Downloads == nil || !downloadName.MatchString(name) && name != "SHA256SUMS" {
		return errNoPage
	}
	if _, err := fs.Stat(s.cfg.Downloads, name); err != nil {
		return errNoPage
	}
	if name != "SHA256SUMS" {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	http.ServeFileFS(w, r, s.cfg.Downloads, name) // #nosec G703 -- name has the form of downloadName
	return nil
}
