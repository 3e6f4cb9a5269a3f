// Package static embeds the site's style sheet, scripts, fonts and icon, and
// serves them under names that change with their content.
//
// A file such as style.css is served at /static/style.<hash>.css, where the
// hash is the first nine bytes of the SHA-256 of what is sent. Such an address
// never means anything else, so browsers may keep the answer for ever; a changed
// file has a new address, and pages find it by asking URL. References in style
// sheets, url(fonts/x.woff2), are rewritten to these addresses, and a reference
// to a file that is not here, or to another host, is an error at start.
//
// Everything is read, hashed and compressed once by New. After that an Assets is
// never changed, so it may be used from many goroutines at once:
//
//	assets, err := static.New()
//	...
//	mux.Handle("/static/", assets)
//	mux.Handle("/favicon.svg", assets)
//	assets.URL("style.css") // "/static/style.<hash>.css"
//
// The headers that are the same for the whole site, nosniff among them, are the
// site's to set. The fonts' licences lie beside them and are served too.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed *.css *.js *.svg fonts
var files embed.FS

// Prefix is where the files are served.
const Prefix = "/static/"

// Two ways for a browser to keep an answer.
var (
	forEver = []string{"public, max-age=31536000, immutable"}
	forADay = []string{"public, max-age=86400"}
)

// ErrReference means that a style sheet names a file that is not embedded.
var ErrReference = errors.New("reference to no embedded file")

// An Assets serves the embedded files. Make it with New.
type Assets struct {
	urls  map[string]string // style.css -> /static/style.<hash>.css
	files map[string]file   // by URL path
}

// file is one answer, ready to be sent.
type file struct {
	kind []string // Content-Type
	keep []string // Cache-Control
	body Packed
}

// kinds are the types we serve. They are listed here since mime.TypeByExtension
// says different things on different machines.
var kinds = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

// New reads all embedded files. It fails if a style sheet refers to a file that
// is not there (ErrReference) or a file has an extension it does not know.
func New() (*Assets, error) { return load(files) }

// load is New on any file system.
func load(fsys fs.FS) (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]file{}}
	names, err := list(fsys)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		if path.Ext(name) == ".css" {
			if body, err = a.rewrite(name, body); err != nil {
				return nil, err
			}
		}
		if err := a.add(name, body); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// list names all files, style sheets last since they refer to the others.
func list(fsys fs.FS) ([]string, error) {
	var names, sheets []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case path.Ext(name) == ".css":
			sheets = append(sheets, name)
		default:
			names = append(names, name)
		}
		return nil
	})
	return slices.Concat(names, sheets), err
}

// add makes the answer for one file.
func (a *Assets) add(name string, body []byte) error {
	ext := path.Ext(name)
	kind, ok := kinds[ext]
	if !ok {
		return fmt.Errorf("%s: no content type for %q", name, ext)
	}
	f := file{kind: []string{kind}, keep: forEver, body: unpacked(body)}
	if ext != ".woff2" { // which is compressed already
		f.body = Pack(body)
	}
	sum := sha256.Sum256(body)
	url := Prefix + strings.TrimSuffix(name, ext) + "." + base64.RawURLEncoding.EncodeToString(sum[:9]) + ext
	a.urls[name] = url
	a.files[url] = f
	if name == "favicon.svg" { // browsers and feeds look for it here without asking a page
		f.keep = forADay
		a.files["/"+name] = f
	}
	return nil
}

// reference is url(x), url("x") or url('x').
var reference = regexp.MustCompile(`url\(\s*["']?([^"')]*?)["']?\s*\)`)

// rewrite replaces the references of a style sheet by the addresses under which
// the files are served. Data addresses and fragments stay.
func (a *Assets) rewrite(sheet string, body []byte) ([]byte, error) {
	var errs []error
	body = reference.ReplaceAllFunc(body, func(ref []byte) []byte {
		target := string(reference.FindSubmatch(ref)[1])
		if strings.HasPrefix(target, "data:") || strings.HasPrefix(target, "#") {
			return ref
		}
		url, ok := a.urls[path.Join(path.Dir(sheet), target)]
		if !ok {
			errs = append(errs, fmt.Errorf("%s: %w: %s", sheet, ErrReference, target))
		}
		return []byte("url(" + url + ")")
	})
	return body, errors.Join(errs...)
}

// URL is the address of a file by its name in this folder: "style.css",
// "fonts/literata.woff2". It panics if there is no such file, since the names
// are written in the program and a page without its style sheet must not go out.
func (a *Assets) URL(name string) string {
	url, ok := a.urls[name]
	if !ok {
		panic("static: no file " + name)
	}
	return url
}
