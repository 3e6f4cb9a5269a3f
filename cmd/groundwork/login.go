package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"
)

// siteFlag is the flag that all commands that talk to a site share.
func siteFlag(f *flag.FlagSet) *string {
	return f.String("site", "", "`address` of the site (default: the one you are signed in at)")
}

// login signs this program in at a site: it shows a code, which its owner
// allows there, and keeps the token.
func login(ctx context.Context, args []string, w world) error {
	f := flag.NewFlagSet("login", flag.ContinueOnError)
	site := siteFlag(f)
	if err := parse(f, args, w); err != nil {
		return err
	}
	u, err := url.Parse(*site)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("give the address of the site: groundwork login -site https://…")
	}
	c := &client{site: strings.TrimRight(*site, "/")}
	host, err := os.Hostname()
	if err != nil {
		host = "a computer"
	}
	var code struct {
		Device   string `json:"device_code"`
		User     string `json:"user_code"`
		Page     string `json:"verification_uri_complete"`
		Expires  int    `json:"expires_in"`
		Interval int    `json:"interval"`
	}
	if err := c.ask(ctx, "POST", "/api/device/code", map[string]string{"client": "groundwork on " + host + " (" + runtime.GOOS + ")"}, &code); err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "Open %s\nand allow the code %s. Waiting; Ctrl-C ends.\n", code.Page, code.User)
	ctx, cancel := context.WithTimeout(ctx, time.Duration(code.Expires)*time.Second)
	defer cancel()
	return c.await(ctx, code.Device, time.Duration(code.Interval)*time.Second, w)
}

// await asks for the token until somebody has decided, and keeps it.
func (c *client) await(ctx context.Context, device string, pause time.Duration, w world) error {
	var got struct{ Token, User string }
	for {
		select {
		case <-ctx.Done():
			return errors.New("nobody allowed the code in time; run groundwork login again")
		case <-time.After(pause):
		}
		err := c.ask(ctx, "POST", "/api/device/token", map[string]string{"device_code": device}, &got)
		var refused *refusedError
		if errors.As(err, &refused) {
			switch refused.Code {
			case "authorization_pending":
				continue
			case "slow_down":
				pause += 5 * time.Second
				continue
			case "access_denied":
				return errors.New("it was denied; nothing is signed in")
			case "expired_token":
				return errors.New("the code has expired; run groundwork login again")
			}
		}
		if err != nil {
			return err
		}
		break
	}
	all, err := readCredentials(w)
	if err != nil {
		return err
	}
	entry := all[c.site]
	entry.Token, entry.User = got.Token, got.User
	all[c.site] = entry
	if err := all.write(w); err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "Signed in at %s as %s.\n", c.site, got.User)
	return nil
}

// logout revokes the token of this program and forgets it.
func logout(ctx context.Context, args []string, w world) error {
	f := flag.NewFlagSet("logout", flag.ContinueOnError)
	site := siteFlag(f)
	if err := parse(f, args, w); err != nil {
		return err
	}
	c, err := signedIn(*site, w)
	if err != nil {
		return err
	}
	var refused *refusedError
	if err := c.ask(ctx, "DELETE", "/api/token", nil, nil); err != nil && !(errors.As(err, &refused) && refused.status == 401) {
		return err
	}
	all, err := readCredentials(w)
	if err != nil {
		return err
	}
	delete(all, c.site)
	if err := all.write(w); err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "Signed out at %s.\n", c.site)
	return nil
}

// whoIs says as whom this program files results.
func whoIs(ctx context.Context, args []string, w world) error {
	f := flag.NewFlagSet("whoami", flag.ContinueOnError)
	site := siteFlag(f)
	if err := parse(f, args, w); err != nil {
		return err
	}
	c, err := signedIn(*site, w)
	if err != nil {
		return err
	}
	var me struct {
		Email   string
		Expires time.Time `json:"expires_at"`
	}
	if err := c.ask(ctx, "GET", "/api/me", nil, &me); err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "%s at %s, until %s if unused\n", me.Email, c.site, me.Expires.Format("2 January 2006"))
	return nil
}
