package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"groundwork/exam/verify"
)

// A client talks to a site for somebody who is signed in there.
type client struct {
	site, token string
}

// call sends a request and reads the answer into out. Troubles of the site
// become errors with its sentence.
func (c *client) call(ctx context.Context, method, path, kind string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.site+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s cannot be reached: %w", c.site, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%s broke off: %w", c.site, err)
	}
	if resp.StatusCode >= 300 {
		return siteError(resp, data)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s answered with no JSON; is it a groundwork site?", c.site)
	}
	return nil
}

// A refusedError is what a site says when it does not do what it was asked.
type refusedError struct {
	Code   string `json:"error"` // of RFC 8628
	Detail string `json:"detail"`
	status int
}

func (e *refusedError) Error() string {
	switch {
	case e.Detail != "":
		return e.Detail
	case e.Code != "":
		return "the site says " + e.Code
	}
	return fmt.Sprintf("the site answered %d; is it a groundwork site?", e.status)
}

func siteError(resp *http.Response, data []byte) error {
	e := &refusedError{status: resp.StatusCode}
	_ = json.Unmarshal(data, e) // what is no JSON is told by its status
	return e
}

// ask is call with JSON.
func (c *client) ask(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.call(ctx, method, path, "application/json", body, out)
}

// issue has the site issue a run of a task.
func (c *client) issue(ctx context.Context, t *verify.Task) (run verify.RunID, seed uint64, err error) {
	var out struct {
		ID    string `json:"run_id"`
		Nonce string `json:"nonce"`
		Seed  uint64 `json:"seed"`
	}
	err = c.ask(ctx, "POST", "/api/verify/runs", map[string]any{"task": t.ID, "version": t.Version, "sha256": t.Digest, "cli": version}, &out)
	return verify.RunID{ID: out.ID, Nonce: out.Nonce}, out.Seed, err
}

// file sends a result to its run, or without one as reported, and tells what
// the site made of it.
func (c *client) file(ctx context.Context, res *verify.Result, w io.Writer) error {
	data, err := res.Packed()
	if err != nil {
		return err
	}
	method, path := "POST", "/api/verify/results"
	if res.Run.ID != "" {
		method, path = "PUT", "/api/verify/runs/"+res.Run.ID+"/result"
	}
	var out struct {
		Passed     bool
		Level, URL string
	}
	if err := c.call(ctx, method, path, "application/gzip", data, &out); err != nil {
		return fmt.Errorf("not filed: %w", err)
	}
	verdict := "not yet passed"
	if out.Passed {
		verdict = "passed"
	}
	fmt.Fprintf(w, "filed as %s, %s: %s\n", out.Level, verdict, out.URL)
	return nil
}

// credentials are the tokens of this person, by site.
type credentials map[string]struct {
	Token string `json:"token"`
	User  string `json:"user"`
}

// credentialsFile is where credentials are kept.
func credentialsFile(w world) (string, error) {
	dir, home := w.getenv("XDG_CONFIG_HOME"), w.getenv("HOME")
	var err error
	switch {
	case dir != "":
	case home != "":
		dir = filepath.Join(home, ".config")
	default:
		dir, err = os.UserConfigDir()
	}
	return filepath.Join(dir, "groundwork", "credentials.json"), err
}

func readCredentials(w world) (credentials, error) {
	name, err := credentialsFile(w)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return credentials{}, nil
	} else if err != nil {
		return nil, err
	}
	c := credentials{}
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; remove it and sign in again", name, err)
	}
	return c, nil
}

// write keeps the credentials in a file that only its owner can read.
func (c credentials) write(w world) error {
	name, err := credentialsFile(w)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return writeSecrets(name, append(data, '\n'))
}

// signedIn returns the client for a site; without one, for the one site that
// is known.
func signedIn(site string, w world) (*client, error) {
	c, err := readCredentials(w)
	if err != nil {
		return nil, err
	}
	if site == "" && len(c) == 1 {
		site = slices.Collect(maps.Keys(c))[0]
	}
	if site == "" && len(c) > 1 {
		return nil, fmt.Errorf("you are signed in at %s: say which with -site URL", strings.Join(slices.Sorted(maps.Keys(c)), " and "))
	}
	if site == "" {
		return nil, errors.New("which site? give -site URL, or sign in with groundwork login -site URL")
	}
	site = strings.TrimRight(site, "/")
	token := w.getenv("GROUNDWORK_TOKEN")
	if token == "" {
		token = c[site].Token
	}
	if token == "" {
		return nil, fmt.Errorf("you are not signed in at %s; groundwork login -site %s", site, site)
	}
	return &client{site, token}, nil
}
